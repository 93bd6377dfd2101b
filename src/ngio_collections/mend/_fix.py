"""What a fix is: a value that says what to change, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ngio_collections._frozen import FrozenDict, freeze, thaw

__all__ = ["Fix", "make_fix", "with_others"]

_NOWHERE: Final[FrozenDict] = freeze({})


@dataclass(frozen=True, slots=True)
class Fix:
    """One mend of one document, and of those others that have to follow it.

    Attributes:
        rule: The rule whose finding it removes.
        title: What it does, in one sentence.
        document: The address of the document that declares the value, None where it is in none.
        pointer: The place of the finding, as a JSON Pointer (RFC 6901) from the root of the file.
        operations: What changes, as a JSON Patch (RFC 6902) of the document; read-only.
        undecided: What it leaves to a person, one sentence each.
        elsewhere: What changes in other documents, as a JSON Patch by the address of each: the
            references to an id there, and the nodes that are the same one as its stub or its
            target; read-only.
    """

    rule: str
    title: str
    document: str | None
    pointer: str
    operations: tuple[Mapping[str, Any], ...]
    undecided: tuple[str, ...] = ()
    elsewhere: Mapping[str, tuple[Mapping[str, Any], ...]] = _NOWHERE

    def patches(self) -> dict[str | None, tuple[Mapping[str, Any], ...]]:
        """What changes, by the address of each document, its own first."""
        found: dict[str | None, tuple[Mapping[str, Any], ...]] = {self.document: self.operations}
        found.update(self.elsewhere.items())
        return found

    @property
    def safe(self) -> bool:
        """Whether it can be applied without a decision of a person."""
        return not self.undecided

    def to_json(self) -> dict[str, Any]:
        """The fix as plain JSON, with the keys in a fixed order."""
        return {
            "document": self.document,
            "pointer": self.pointer,
            "rule": self.rule,
            "title": self.title,
            "safe": self.safe,
            "undecided": list(self.undecided),
            "operations": [thaw(dict(operation)) for operation in self.operations],
            "elsewhere": thaw(self.elsewhere),
        }

    def __str__(self) -> str:
        said = "".join(f" {one}" for one in self.undecided)
        return f"{self.document or ''}#{self.pointer}: {self.rule}: {self.title}.{said}"


def make_fix(
    rule: str,
    title: str,
    pointer: str,
    operations: Iterable[Mapping[str, Any]],
    *,
    document: str | None = None,
    undecided: Iterable[str] = (),
) -> Fix:
    """A fix whose operations nobody can change."""
    frozen: list[FrozenDict] = [freeze(thaw(dict(operation))) for operation in operations]
    return Fix(rule, title, document, pointer, tuple(frozen), tuple(undecided))


def with_others(
    fix: Fix, patches: Mapping[str | None, Iterable[Mapping[str, Any]]], title: str
) -> Fix:
    """A fix that changes more: further places of its document, and other documents."""
    more = {url: [thaw(dict(one)) for one in some] for url, some in patches.items()}
    here: list[FrozenDict] = [freeze(one) for one in more.pop(fix.document, ())]
    there: FrozenDict = freeze({str(url): some for url, some in more.items() if some})
    return replace(fix, title=title, operations=(*fix.operations, *here), elsewhere=there)
