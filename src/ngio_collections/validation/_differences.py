"""What of a node differs between two versions, in the words of scopes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ngio_collections._contract import Rule
from ngio_collections._frozen import same_json
from ngio_collections.graph import Raw

__all__ = ["Difference"]

_ABSENT: Final[Any] = object()


class Difference:
    """The fields of a node that differ, and the attributes; `nodes` is not one of them.

    Args:
        old: The own fields of the node in one version.
        new: Those in the other.

    Attributes:
        keys: The fields, and attributes as `attributes/plate`.
    """

    def __init__(self, old: Raw, new: Raw) -> None:
        self._attributes = tuple(
            found if isinstance(found, Mapping) else {}
            for found in (old.get("attributes"), new.get("attributes"))
        )
        self.keys = frozenset(self._differing(old, new))

    def _differing(self, old: Raw, new: Raw) -> Iterator[str]:
        for key in {**old, **new}:
            one, other = old.get(key, _ABSENT), new.get(key, _ABSENT)
            if key == "nodes" or one is other:
                continue
            yield key
            if key == "attributes":
                mine, theirs = self._attributes
                for name in {**mine, **theirs}:
                    if mine.get(name, _ABSENT) is not theirs.get(name, _ABSENT):
                        yield f"attributes/{name}"

    def is_read_by(self, rule: Rule) -> bool:
        """Whether a rule may read any of it in a node that is not its subject."""
        return any(key in self.keys or self._differs_within(key) for key in rule.scope.keys)

    def _differs_within(self, key: str) -> bool:
        """Whether what is at a key in an attribute differs, as at `attributes/plate/rows`."""
        holder, _, rest = key.partition("/")
        name, _, inner = rest.partition("/")
        if holder != "attributes" or not inner or f"attributes/{name}" not in self.keys:
            return False
        one, other = (found.get(name) for found in self._attributes)
        if not isinstance(one, dict) or not isinstance(other, dict):
            return True
        if (inner in one) is not (inner in other):
            return True
        return inner in one and not same_json(one[inner], other[inner])
