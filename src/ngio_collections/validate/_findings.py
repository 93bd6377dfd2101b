"""What a validation reports."""

from __future__ import annotations

from dataclasses import dataclass

from ngio_collections._contract import Level, Pointer

__all__ = ["Finding", "json_pointer"]


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


def json_pointer(parts: Pointer) -> str:
    """Write a place as a JSON Pointer.

    Examples:
        >>> json_pointer(("ome", "nodes", 0, "a/b"))
        '/ome/nodes/0/a~1b'
    """
    return "".join(f"/{str(p).replace('~', '~0').replace('/', '~1')}" for p in parts)
