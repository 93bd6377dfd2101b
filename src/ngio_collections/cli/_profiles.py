"""Choosing what to check against."""

from __future__ import annotations

import ngio_collections as ngc
from ngio_collections.cli._output import stop

__all__ = ["require_profile"]


def require_profile(profile: str, revision: str) -> None:
    """End the command when there is no such profile at this revision.

    Args:
        profile: The name of a profile.
        revision: The name of a revision of RFC-8.

    Raises:
        typer.Exit: With code 2, after one line that lists what there is.
    """
    try:
        ngc.rules(profile=profile, revision=revision)
    except ngc.UnknownProfileError as error:
        stop(str(error))
