"""The command `convert`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import typer

import ngio_collections as ngc
from ngio_collections import _paths
from ngio_collections.cli._access import Access, label
from ngio_collections.cli._following import following
from ngio_collections.cli._json_output import print_json
from ngio_collections.cli._output import (
    FOUND,
    complain,
    complain_more,
    console,
    count,
    say,
    stop,
    stopping_at_errors,
)

__all__ = ["run"]

MOST_PROBLEMS: Final = 20
"""How many problems are written out as text."""


@contextmanager
def _store(url: str, access: Access) -> Iterator[ngc.ReadableStore | None]:
    """The store that the source is in: a zip file is one of its own."""
    if not url.startswith("file:"):
        stop(f"{url}: is no local file, and the command line can read and write only those")
    path = Path(_paths.local_path(url))
    if not path.is_file() or path.suffix not in (".ozx", ".zip"):
        yield access.store
        return
    with ngc.ZipStore(path) as archive:
        yield archive


def run(
    source: str,
    out: str | None,
    access: Access,
    *,
    layout: str,
    documents: str,
    name: str | None,
    overwrite: bool,
    check_arrays: bool,
    ledger: bool,
    as_json: bool,
) -> None:
    """Convert a group, and say what became of it.

    Args:
        source: The group.
        out: The document to write; by default beside the source.
        access: What may be read.
        layout: `wide` or `tall`.
        documents: `one`, `per-well` or `per-image`.
        name: What the collection is called.
        overwrite: Whether files are replaced that are no conversions, or have been edited.
        check_arrays: Whether it is made sure that arrays are there.
        ledger: Whether to print what became of every field.
        as_json: Whether to print JSON instead of text.

    Raises:
        typer.Exit: With code 1 if something could not be converted, 2 if nothing could.
    """
    with stopping_at_errors():
        url = _paths.as_url(source)
        with _store(url, access) as store, following("Converting") as progress:
            # What may be read says nothing about where the result goes.
            target = None if store is None else ngc.LocalStore()
            conversion = ngc.convert(
                url,
                out,
                layout=layout,
                documents=documents,
                name=name,
                overwrite=overwrite,
                check_arrays=check_arrays,
                store=store,
                target_store=target,
                policy=access.policy,
                progress=progress,
            )
    if as_json:
        print_json(conversion.to_json(ledger=ledger))
    else:
        _print(conversion, ledger=ledger)
        if isinstance(store, ngc.ZipStore):
            say(
                console(),
                f"its pixels are in a zip file: open_array(store=ngc.ZipStore({label(url)!r}))",
            )
    if not conversion.is_complete:
        raise typer.Exit(FOUND)


def _print(conversion: ngc.Conversion, *, ledger: bool) -> None:
    """Print what was done, and on standard error what could not be."""
    screen = console()
    for entry in conversion.ledger if ledger else ():
        place = f"{label(entry.source)}#{entry.pointer}"
        where = f" {label(entry.target)}#{entry.target_pointer}" if entry.target else ""
        say(screen, f"{entry.outcome} {place}{where}: {entry.reason}")
    counts = ", ".join(f"{number:,} {name}" for name, number in conversion.ledger.counts().items())
    say(screen, f"read {count(len(conversion.ledger.documents), 'document')}; fields: {counts}")
    if conversion.skipped:
        say(screen, f"{count(len(conversion.skipped), 'document')} up to date already")
    if len(conversion.written) > 1:
        folder = conversion.url.removesuffix(".json")
        say(screen, f"wrote {count(len(conversion.written) - 1, 'document')} in {label(folder)}")
    if conversion.written:
        say(screen, f"wrote {label(conversion.url)}")
    _tell_outdated(conversion.outdated)
    _tell_problems(conversion.problems)


def _tell_outdated(documents: tuple[str, ...]) -> None:
    """Name the documents that nothing refers to any more."""
    if not documents:
        return
    complain(f"{count(len(documents), 'document')} left that nothing refers to any more:")
    _tell([label(url) for url in documents])


def _tell_problems(problems: tuple[ngc.LedgerEntry, ...]) -> None:
    if not problems:
        return
    causes = [one for one in problems if not one.is_consequence]
    more = len(problems) - len(causes)
    also = f", and with that {count(more, 'more field')}" if more else ""
    complain(f"{count(len(causes), 'field')} could not be converted{also}:")
    _tell([f"{label(one.source)}#{one.pointer} {one.reason}" for one in causes])


def _tell(lines: list[str]) -> None:
    """Print the first of many lines on standard error, and how many more there are."""
    more = len(lines) - MOST_PROBLEMS
    complain_more(f"  {line}" for line in lines[:MOST_PROBLEMS])
    if more > 0:
        complain_more([f"  ... {more:,} more (--format json)"])
