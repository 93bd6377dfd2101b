"""Choosing what to check against."""

from __future__ import annotations

from collections.abc import Sequence

import ngio_collections as ngc
from ngio_collections.cli._output import stop
from ngio_collections.validation._rulesets import of_profile

__all__ = ["require_profile", "require_rules"]


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


def require_rules(
    profile: str,
    revision: str,
    only: Sequence[str] | None,
    without: Sequence[str] | None,
    own: Sequence[str] | None = None,
) -> ngc.RuleSet:
    """The rules that the options of a command name.

    Args:
        profile: The name of a profile.
        revision: The name of a revision of RFC-8.
        only: Ids, groups and beginnings of ids; all rules if there are none.
        without: Those that are left out of these.
        own: Files or modules with further rules.

    Raises:
        typer.Exit: With code 2, after one line, when there is no such profile, or it has no such
            rule.
    """
    require_profile(profile, revision)
    every = ngc.rules(profile=profile, revision=revision)
    if own:
        # Only here: it runs what people have written.
        from ngio_collections.cli._own_rules import own_rules  # noqa: PLC0415

        try:
            every = every | own_rules(own)
        except ValueError as error:
            stop(f"--rules: {error}")
    try:
        return (of_profile(only, every) if only else every) - (without or ())
    except ngc.UnknownRuleError as error:
        stop(f"{error.problem}; `ngio-collections rules` lists them")
