"""What was read, and what was not: the account of an inlining."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ngio_collections._words import without_user
from ngio_collections.errors import (
    DocumentError,
    DocumentNotFoundError,
    ForbiddenError,
    LimitExceededError,
    NotJsonError,
    NotOmeError,
)

__all__ = ["EXPECTED_ENDS", "KINDS", "Report", "Unfollowed", "kind_of", "shown"]

KINDS: Final[Mapping[str, str]] = {
    "missing": "there is no such document",
    "unreadable": "the document cannot be reached or read",
    "forbidden": "the access policy or the store refuses it",
    "malformed": "the path is not right, or the document is no JSON or has a key twice",
    "not-ome": "the document holds no node",
    "type-mismatch": "the node in the document is of another type than the reference says",
    "attribute-conflict": "both have an attribute, where only one may",
    "dangling": "the document declares no such id",
    "cycle": "the document is already being read further up",
    "depth": "it lies deeper than was asked for",
    "limit": "a limit was reached",
}
"""Why a reference was not followed."""

EXPECTED_ENDS: Final = frozenset({"cycle", "depth"})
"""Kinds that are no failure: there a tree ends as it should."""

_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Unfollowed:
    """A reference that stayed a reference.

    Attributes:
        kind: One of `KINDS`.
        document: The document that declares it.
        pointer: The JSON Pointer of the node in that document.
        target: Where it leads, as an address where that could be found out.
        cause: What was found, in words.
    """

    kind: str
    document: str
    pointer: str
    target: str
    cause: str

    def __str__(self) -> str:
        text = f"{self.document}#{self.pointer}: {self.kind}: {self.target} {self.cause}"
        return without_user(text)

    def to_json(self) -> dict[str, str]:
        """The record as JSON; addresses in it have no names and passwords."""
        return {name: without_user(getattr(self, name)) for name in type(self).__slots__}


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """What happened while documents were read into one tree.

    Attributes:
        entry: The document that was asked for.
        documents: The documents that were read, in the order of reading.
        origins: Where they came from: `file://`, or scheme, host and port.
        unfollowed: The references that stayed references.
        levels_left: How many paths of resolution levels, which lead to pixels, were not looked
            at: all of them, unless `levels=True` was asked for.
    """

    entry: str
    documents: tuple[str, ...]
    origins: tuple[str, ...]
    unfollowed: tuple[Unfollowed, ...]
    levels_left: int = 0

    @property
    def failures(self) -> tuple[Unfollowed, ...]:
        """The references that were not followed although they should have been."""
        return tuple(record for record in self.unfollowed if record.kind not in EXPECTED_ENDS)

    def to_json(self) -> dict[str, Any]:
        """The report as JSON; addresses in it have no names and passwords."""
        return {
            "entry": without_user(self.entry),
            "documents": list(map(without_user, self.documents)),
            "origins": list(self.origins),
            "unfollowed": [record.to_json() for record in self.unfollowed],
            "levels_left": self.levels_left,
        }

    def __str__(self) -> str:
        count = len(self.documents)
        lines = [
            f"{count:,} document{'' if count == 1 else 's'} read from {', '.join(self.origins)}"
        ]
        kinds = Counter(record.kind for record in self.unfollowed)
        lines += [f"  {n:,} not followed: {kind} ({KINDS[kind]})" for kind, n in kinds.items()]
        lines += shown(self.unfollowed, "    ")
        return "\n".join(lines)

    def __repr__(self) -> str:
        counts = f"{len(self.documents):,} read, {len(self.failures):,} failures"
        return f"<Report of {self.entry}: {counts}>"


def shown(items: Sequence[object], indent: str = "") -> Iterator[str]:
    """The lines of a list, the first of them if it is long."""
    for item in items[:_SHOWN]:
        yield f"{indent}{item}"
    if len(items) > _SHOWN:
        yield f"{indent}... {len(items) - _SHOWN:,} more"


def kind_of(error: DocumentError) -> str:
    """The kind of a record for an error of reading."""
    kinds: tuple[tuple[type[DocumentError], str], ...] = (
        (DocumentNotFoundError, "missing"),
        (ForbiddenError, "forbidden"),
        (LimitExceededError, "limit"),
        (NotOmeError, "not-ome"),
        (NotJsonError, "malformed"),
    )
    return next((kind for type_, kind in kinds if isinstance(error, type_)), "unreadable")


def without_node(report: Any) -> frozenset[str]:
    """The addresses that references led to, and at which there is no node.

    Args:
        report: What was read to make a tree; nothing if it is no report.
    """
    records = report.failures if isinstance(report, Report) else ()
    return frozenset(one.target for one in records if one.kind in ("missing", "not-ome"))
