"""What inlining leaves behind, so that it can be undone: where each part came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ngio_collections.graph._segment import Raw

__all__ = ["Edge", "Inlined", "Layer"]


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


class Inlined(NamedTuple):
    """The edges of a segment that several documents were read into.

    Both are found by the identity of a node of the segment, which lives as long as this.

    Attributes:
        edges: The nodes that stand in the place of a reference.
        originals: Nodes that hold such a node, however deep, as their document has them.
        report: What was read, and what was not; the graph looks at it never.
    """

    edges: Mapping[int, Edge]
    originals: Mapping[int, Raw]
    report: Any = None
