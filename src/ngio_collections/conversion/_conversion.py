"""What a conversion did."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from ngio_collections.conversion._ledger import Ledger, LedgerEntry
from ngio_collections.graph import Node

__all__ = ["Conversion"]

_SHOWN: Final = 20


@dataclass(frozen=True)
class Conversion:
    """What a conversion did.

    Attributes:
        root: The root of the new collection, with everything that it refers to.
        url: The address of its document.
        source: The address of the group that was converted.
        written: The documents that were written, the innermost first.
        skipped: The documents that were up to date already.
        outdated: The documents of an earlier conversion that nothing refers to any more: of wells
            or images that the source has no more, or of another way to divide it. They are left
            as they are.
        ledger: What became of every field of every source document.
    """

    root: Node = field(repr=False, compare=False)
    url: str
    source: str
    written: tuple[str, ...]
    skipped: tuple[str, ...]
    outdated: tuple[str, ...]
    ledger: Ledger = field(repr=False, compare=False)

    @cached_property
    def problems(self) -> tuple[LedgerEntry, ...]:
        """What could not be converted: fields, and whole documents where the pointer is empty."""
        return tuple(self.ledger.refusals())

    @property
    def is_complete(self) -> bool:
        """Whether nothing was refused."""
        return not self.problems

    def to_json(self, *, ledger: bool = False) -> dict[str, Any]:
        """The result as JSON.

        Args:
            ledger: Whether all entries of the ledger are in it; else only the problems are.
        """
        out = {
            "source": self.source,
            "url": self.url,
            "written": list(self.written),
            "skipped": list(self.skipped),
            "outdated": list(self.outdated),
            "documents": len(self.ledger.documents),
            "fields": self.ledger.counts(),
            "problems": [entry.to_json() for entry in self.problems],
        }
        return {**out, "ledger": [entry.to_json() for entry in self.ledger]} if ledger else out

    def __str__(self) -> str:
        counts = self.ledger.counts()
        fields = ", ".join(f"{number:,} {name}" for name, number in counts.items())
        lines = [f"{len(self.ledger.documents):,} documents read; fields: {fields}"]
        lines += [f"wrote {url}" for url in self.written[-1:]]
        if len(self.written) > 1:
            lines[-1] += f" and {len(self.written) - 1:,} more"
        if self.skipped:
            lines.append(f"{len(self.skipped):,} up to date already")
        lines += _first([f"not part of it any more: {url}" for url in self.outdated])
        causes = [problem for problem in self.problems if not problem.is_consequence]
        return "\n".join(lines + _first([f"  {problem}" for problem in causes]))


def _first(lines: list[str]) -> list[str]:
    """The first lines, and how many more there are."""
    more = len(lines) - _SHOWN
    return lines if more <= 0 else [*lines[:_SHOWN], f"  ... {more:,} more"]
