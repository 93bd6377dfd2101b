"""The command `table`."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import typer

import ngio_collections as ngc
from ngio_collections.cli._access import Access
from ngio_collections.cli._following import tell_unfollowed
from ngio_collections.cli._output import FOUND, console, count, safe, say, stop, stopping_at_errors
from ngio_collections.cli._tree import opened
from ngio_collections.read import arrow_bytes, write_file

__all__ = ["run"]

ALL: Final = "all"
_CSV: Final = ".csv"
_KINDS: Final = (_CSV, ".parquet", ".arrow")


def _kind(out: str | None) -> str:
    """The form that a file gets, by the end of its name."""
    if out is None:
        return _CSV
    kind = Path(out).suffix.lower()
    if kind not in _KINDS:
        stop(f"{out}: ends in none of {', '.join(_KINDS)}, which say how it is written")
    return kind


def _print(text: str) -> None:
    """Print CSV: for programs as it is, on a terminal harmless."""
    if sys.stdout.isatty():
        out = console()
        for line in text.splitlines():
            say(out, line)
        return
    raw: Any = getattr(sys.stdout, "buffer", None)
    if raw is None:
        sys.stdout.write(safe(text))
        return
    sys.stdout.flush()
    raw.write(text.encode("utf-8", "backslashreplace"))
    raw.flush()


def run(
    location: str,
    out: str | None,
    access: Access,
    *,
    attributes: Sequence[str],
    type: str | None,
    inline: bool,
    overwrite: bool,
) -> None:
    """Write the nodes of a document as a table.

    Args:
        location: The document.
        out: The file; standard output gets CSV if None.
        access: What may be read.
        attributes: The attributes that become columns.
        type: Only nodes of this type; `all` for all. Images in CSV, all in other forms if None.
        inline: Whether references are followed.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        typer.Exit: With code 1 if references were not followed, 2 if it cannot be done.
    """
    kind = _kind(out)
    if out is not None and not overwrite and Path(out).exists():
        stop(f"{out}: is there already; name another file, or write over it with --overwrite")
    wanted = ("multiscale" if kind == _CSV else ALL) if type is None else type
    only = None if wanted == ALL else wanted
    with stopping_at_errors():
        root = opened(location, access, inline=inline, follow=None)
        try:
            data = _data(root, kind, attributes, only)
        except ValueError as error:
            if isinstance(error, ngc.NgioCollectionsError):
                raise
            stop(f"--attribute: {error}")
        if out is None:
            _print(data.decode("utf-8"))
        else:
            write_file(out, data)
            say(console(), f"wrote {out}, {count(len(data), 'byte')}")
    if inline and root.report.failures:
        tell_unfollowed(root.report.failures)
        raise typer.Exit(FOUND)


def _data(root: ngc.Node, kind: str, attributes: Sequence[str], type: str | None) -> bytes:
    if kind == _CSV:
        text = io.StringIO(newline="")
        ngc.to_csv(root, text, attributes, type=type)
        return text.getvalue().encode("utf-8", "backslashreplace")
    return arrow_bytes(ngc.to_arrow(root, attributes, type=type), kind)
