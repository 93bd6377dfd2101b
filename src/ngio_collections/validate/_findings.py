"""What a validation reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ngio_collections._contract import Level, Pointer

__all__ = ["Finding", "Positions"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake in a document.

    Attributes:
        rule: The rule that is broken, by the name that the catalogue gives it.
        level: `MUST` or `SHOULD`, as the RFC words it.
        document: The address of the document, None where it is not known.
        pointer: A JSON Pointer (RFC 6901) from the root of the file to the place.
        message: What was found, what was expected and what to do about it.
        rfc: The section of the RFC that the rule comes from.
    """

    rule: str
    level: Level
    document: str | None
    pointer: str
    message: str
    rfc: str

    def to_dict(self) -> dict[str, str | None]:
        """The finding as plain JSON, with the keys in a fixed order."""
        return {
            "document": self.document,
            "pointer": self.pointer,
            "rule": self.rule,
            "level": str(self.level),
            "message": self.message,
            "rfc": self.rfc,
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
