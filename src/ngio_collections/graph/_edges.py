"""What inlining leaves behind, so that it can be undone: where each part came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ngio_collections.graph._segment import Raw

__all__ = ["Edge", "Inlined", "Layer"]

_ABSENT: Final = object()


class Layer(NamedTuple):
    """What one document says of an inlined node.

    Attributes:
        url: The address of the document.
        raw: The node in it, with its `nodes` as the document has them.
        source: The document itself, for those who write it back; the graph looks at it never.
    """

    url: str | None
    raw: Raw
    source: Any


class Edge(NamedTuple):
    """A reference that was followed: the stub first, at the end what holds the content.

    Attributes:
        layers: The stub in the document that declares it, then the root of the document that
            it refers to. If that root is a reference as well, those that it leads to follow.
        raw: The node that both became, as it was read.
        wins: Whose attributes count where several layers have one: `stub`, `target`, or
            `forbid`, if there were none.
    """

    layers: tuple[Layer, ...]
    raw: Raw
    wins: str = "stub"

    @property
    def stub(self) -> Layer:
        """The reference in the document that declares it."""
        return self.layers[0]

    @property
    def target(self) -> Layer:
        """The root of the document that holds the content."""
        return self.layers[-1]

    def layer_of(self, key: str, value: Any) -> int:
        """The number of the layer that an attribute of the node comes from.

        Args:
            key: The attribute.
            value: Its value in the node; what was not read but set counts as the target's.
        """
        last = len(self.layers) - 1
        read = self.raw.get("attributes")
        if not isinstance(read, dict) or read.get(key, _ABSENT) is not value:
            return last
        numbers = range(last, -1, -1) if self.wins == "target" else range(last + 1)
        for number in numbers:
            attributes = self.layers[number].raw.get("attributes")
            if isinstance(attributes, dict) and key in attributes:
                return number
        return last


class Inlined(NamedTuple):
    """The edges of a segment that several documents were read into.

    Both are found by the identity of a node of the segment, which lives as long as this.

    Attributes:
        edges: The nodes that stand in the place of a reference.
        originals: Nodes that hold such a node, however deep, as their document has them.
        report: What was read, and what was not; the graph looks at it never.
        paths: How many nodes have an object as their `path`, if that was counted.
    """

    edges: Mapping[int, Edge]
    originals: Mapping[int, Raw]
    report: Any = None
    paths: int | None = None
