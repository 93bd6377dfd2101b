"""How a reference and its target become one node: the candidates that are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

__all__ = ["ATTRIBUTES", "IDS", "Inlining"]

ATTRIBUTES: Final = {
    "stub": "the stub's attributes count, key by key, before those of the target",
    "target": "the target's attributes count, key by key, before those of the stub",
    "forbid": "an attribute that both have is an error, and the reference stays",
}
IDS: Final = {
    "structural": "ids stay as they are; which node is meant follows from where it is",
    "namespaced": "ids of inlined documents get the id of their place as a prefix",
    "strict": "ids stay as they are, and one that occurs twice is an error",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inlining:
    """How references are put together with what they refer to.

    Attributes:
        attributes: `stub`, `target` or `forbid`: whose attributes count where both have one.
        ids: `structural`, `namespaced` or `strict`: what becomes of ids in one document.
    """

    attributes: str = "stub"
    ids: str = "structural"

    def __post_init__(self) -> None:
        for name, known in (("attributes", ATTRIBUTES), ("ids", IDS)):
            if getattr(self, name) not in tuple(known):  # Which may be what has no hash.
                raise ValueError(
                    f"{name} is one of {', '.join(known)}, not {getattr(self, name)!r}"
                )

    def forbidden(self, stub: Any, target: Any) -> list[str]:
        """The attributes that both have, if that is forbidden."""
        if (
            self.attributes != "forbid"
            or not isinstance(stub, dict)
            or not isinstance(target, dict)
        ):
            return []
        return [key for key in stub if key in target]
