"""The command line, `ngio-collections`.

It needs the packages typer and rich, which come with the extra `cli`.
"""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line on the arguments of this process.

    Raises:
        SystemExit: Always; 0 when all is well, 1 for findings at level MUST,
            2 when something could not be read or the call makes no sense,
            3 when a rule failed.
    """
    try:
        # Only here, so that the package can say what is missing.
        from ngio_collections.cli._app import app  # noqa: PLC0415
        from ngio_collections.cli._output import writing_output  # noqa: PLC0415
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in ("typer", "rich"):
            raise
        print(
            f"ngio-collections: the command line needs {missing}, which is not installed; "
            'install it with: pip install "ngio-collections[cli]"',
            file=sys.stderr,
        )
        raise SystemExit(2) from None
    with writing_output():
        app(prog_name="ngio-collections")
