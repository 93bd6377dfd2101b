"""Reading many documents: how far it has come, and which references were not followed."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeAlias

from rich.console import Console

from ngio_collections.cli._access import label
from ngio_collections.cli._output import (
    ONLY_LOCAL,
    complain,
    complain_more,
    count,
    without_advice,
)
from ngio_collections.resolve._report import KINDS

if TYPE_CHECKING:
    import ngio_collections as ngc

__all__ = ["MOST_RECORDS", "Progress", "describe", "following", "tell_unfollowed"]

MOST_RECORDS: Final = 20
"""How many references that were not followed are written out as text."""

Progress: TypeAlias = Callable[[int, int], None]
"""Is called with how much is done, and how much is known of."""


@contextmanager
def following(what: str = "Reading documents") -> Iterator[Progress | None]:
    """Show on standard error how far long work has come, if that is a terminal.

    Args:
        what: What is being done.

    Yields:
        What the work calls; None where nothing is shown.
    """
    if not (sys.stderr is not None and sys.stderr.isatty()):
        yield None
        return
    out = Console(file=sys.stderr, markup=False, emoji=False, highlight=False)
    if not out.is_terminal or out.is_dumb_terminal:
        yield None
        return
    from rich import progress  # noqa: PLC0415 - only here, it takes time to import

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeElapsedColumn(),
    )
    bar = progress.Progress(
        *columns, console=out, transient=True, redirect_stdout=False, redirect_stderr=False
    )
    with bar:
        task = bar.add_task(what, total=None)

        def tell(done: int, known: int) -> None:
            bar.update(task, completed=done, total=known)

        yield tell


def describe(record: ngc.Unfollowed) -> str:
    """A reference that was not followed, in one line for people."""
    place = f"{label(record.document)}#{record.pointer}"
    return f"{place}: {record.kind}: {label(record.target)} {without_advice(record.cause)}"


def tell_unfollowed(records: Sequence[ngc.Unfollowed]) -> None:
    """Print on standard error which references were not followed, and why.

    The kinds are counted, and the first 20 references are written out.

    Args:
        records: The failures of a report.
    """
    if not records:
        return
    number = count(len(records), "reference")
    complain(f"{number} {'was' if len(records) == 1 else 'were'} not followed:")
    lines = [
        f"  {number:,} {kind}: {KINDS[kind]}"
        for kind, number in Counter(record.kind for record in records).items()
    ]
    lines += [f"    {describe(record)}" for record in records[:MOST_RECORDS]]
    if len(records) > MOST_RECORDS:
        lines.append(f"    ... {len(records) - MOST_RECORDS:,} more")
    if any(record.kind == "forbidden" for record in records):
        lines.append(f"  {ONLY_LOCAL}")
    complain_more(lines)
