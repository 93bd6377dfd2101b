"""The command `check-links`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import typer

import ngio_collections as ngc
from ngio_collections.cli._access import Access, document_url
from ngio_collections.cli._following import MOST_RECORDS, describe, following
from ngio_collections.cli._json_output import print_json
from ngio_collections.cli._output import (
    FOUND,
    UNREADABLE,
    complain,
    console,
    count,
    say,
    stopping_at_errors,
    told,
)

__all__ = ["run"]

_NOTHING = ngc.Report("", (), (), ())


def _checked(
    locations: Sequence[str], access: Access, *, depth: int | None, levels: bool
) -> tuple[ngc.Report, int]:
    """The report of those documents that can be read, and how many cannot."""
    waiting = {document_url(location): location for location in locations}
    unreadable = 0
    while waiting:
        try:
            with following() as progress:
                report = ngc.check_links(
                    *waiting.values(),
                    depth=depth,
                    levels=levels,
                    policy=access.policy,
                    store=access.store,
                    progress=progress,
                )
        except ngc.DocumentError as error:
            # Begun again without it: the others are still looked at.
            if waiting.pop(str(error.document), None) is None:
                raise
            complain(told(error))
            unreadable += 1
        else:
            return report, unreadable
    return _NOTHING, unreadable


def _print_text(report: ngc.Report, unreadable: int) -> None:
    out = console()
    seen = Counter[str]()
    deeper = sum(record.kind == "depth" for record in report.unfollowed)
    for record in report.failures:
        seen[record.kind] += 1
        if seen[record.kind] <= MOST_RECORDS:
            say(out, describe(record))
    for kind, number in seen.items():
        if number > MOST_RECORDS:
            say(out, f"... {number - MOST_RECORDS:,} more: {kind}", "dim")
    parts = [count(len(report.documents), "document")]
    if seen:
        kinds = ", ".join(f"{number:,} {kind}" for kind, number in seen.items())
        leads = "leads" if seen.total() == 1 else "lead"
        parts.append(f"{count(seen.total(), 'reference')} {leads} nowhere: {kinds}")
    elif report.documents and not deeper:
        parts.append("every reference leads somewhere")
    elif report.documents:
        parts.append("every reference that was followed leads somewhere")
    if report.levels_left:
        paths = count(report.levels_left, "path")
        parts.append(f"{paths} of resolution levels not looked at (--levels does)")
    if deeper:
        parts.append(f"{count(deeper, 'reference')} beyond --depth not followed")
    if unreadable:
        parts.append(f"{unreadable}{' more' if report.documents else ''} could not be read")
    style = "bold red" if seen or unreadable else "bold green"
    say(out, ", ".join(parts), style)


def run(
    locations: Sequence[str],
    access: Access,
    *,
    depth: int | None,
    levels: bool,
    as_json: bool,
) -> None:
    """Follow every reference of documents, and print those that lead nowhere.

    Args:
        locations: The documents to begin with.
        access: What may be read.
        depth: How many documents inside of each other are followed; all if None.
        levels: Whether the paths of resolution levels are followed too.
        as_json: Whether to print JSON instead of text.

    Raises:
        typer.Exit: With code 1 if a reference leads nowhere, 2 if a document cannot be read.
    """
    with stopping_at_errors():
        access.require(locations)
        report, unreadable = _checked(locations, access, depth=depth, levels=levels)
    if as_json:
        print_json(report.to_json())
    else:
        _print_text(report, unreadable)
    if unreadable:
        raise typer.Exit(UNREADABLE)
    if report.failures:
        raise typer.Exit(FOUND)
