"""What a validation reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from ngio_collections._contract import Level, Pointer

__all__ = ["RULE_ERROR", "VIOLATION", "Finding", "Positions"]

VIOLATION: Final = "violation"
RULE_ERROR: Final = "rule-error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake in a document.

    Attributes:
        rule: The rule that is broken, by the name that the catalogue gives it.
        level: `MUST` or `SHOULD`, as the RFC words it.
        document: The address of the document that declares the value, None where it is not known.
        pointer: A JSON Pointer (RFC 6901) from the root of the file to the place.
        message: What was found, what was expected and what to do about it.
        rfc: The section of the RFC that the rule comes from.
        kind: `violation`, or `rule-error` where the rule itself failed.
        path: Where the node is, for people: the ids from the root of the document on.
        found: What is there.
        expected: What should be there; empty where the statement of the rule says it.
        statement: What the rule requires, in one sentence.
    """

    rule: str
    level: Level
    document: str | None
    pointer: str
    message: str
    rfc: str
    kind: str = VIOLATION
    path: str = ""
    found: str = ""
    expected: str = ""
    statement: str = ""

    def to_dict(self) -> dict[str, str | None]:
        """The finding as plain JSON, with the keys in a fixed order."""
        return {
            "document": self.document,
            "pointer": self.pointer,
            "rule": self.rule,
            "level": str(self.level),
            "message": self.message,
            "rfc": self.rfc,
            "kind": self.kind,
            "path": self.path,
            "found": self.found,
            "expected": self.expected,
            "statement": self.statement,
        }

    def __str__(self) -> str:
        return f"{self.document or ''}#{self.pointer}: {self.level} {self.rule}: {self.message}"


class Positions:
    """Where in the text of a document a place comes, as numbers that can be compared."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._orders: dict[int, dict[str, int]] = {}

    def of(self, pointer: Pointer) -> tuple[int, ...]:
        out: list[int] = []
        value = self._document
        for part in pointer:
            if isinstance(part, int):
                out.append(part)
                value = value[part]
                continue
            order = self._orders.get(id(value))
            if order is None:
                order = self._orders[id(value)] = {key: n for n, key in enumerate(value)}
            out.append(order[part])
            value = value[part]
        return tuple(out)
