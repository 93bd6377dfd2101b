"""Finding the references of one document: what would be followed, and where it stands."""

from __future__ import annotations

from typing import Any, NamedTuple

from ngio_collections.graph._segment import Raw, holds_nodes

__all__ = ["Container", "Scan", "Stub", "is_stub", "scan"]


class Container(NamedTuple):
    """A node with a list of nodes.

    Attributes:
        raw: The node.
        parent: The number of the container that holds it, -1 for the root.
        at: Its place in the list of that.
    """

    raw: Raw
    parent: int
    at: int


class Stub(NamedTuple):
    """A node that carries a `path`.

    Attributes:
        raw: The node.
        parent: The number of the container that holds it, -1 for the root of the document.
        at: Its place in the list of that.
    """

    raw: Raw
    parent: int
    at: int


class Scan(NamedTuple):
    """What one pass over a document finds.

    Attributes:
        containers: The nodes with a list of nodes, each after the one that holds it.
        stubs: The references to follow, in order.
        nodes: How many nodes the document has.
    """

    containers: list[Container]
    stubs: list[Stub]
    nodes: int

    def pointer(self, stub: Stub) -> str:
        """The JSON Pointer from the root node of the document to a stub."""
        parts: list[str] = []
        parent, at = stub.parent, stub.at
        while parent >= 0:
            parts.append(f"/nodes/{at}")
            _, parent, at = self.containers[parent]
        return "".join(reversed(parts))


def is_stub(raw: Raw, *, levels: bool) -> bool:
    """Whether a node is a reference to follow.

    The path of a resolution level in Zarr leads to pixels, and is followed only if the
    metadata of levels is asked for; the content of extension types is their own.
    """
    path = raw.get("path")
    if path is None or "nodes" in raw:
        return False
    type_ = raw.get("type")
    if type_ == "singlescale":
        return levels or (isinstance(path, dict) and path.get("type") == "json")
    return holds_nodes(type_)


def scan(root: Raw, *, levels: bool = False) -> Scan:
    """Find the references in a node and everything below it.

    Args:
        root: The root node of a document.
        levels: Whether the paths of resolution levels are followed as well.

    Returns:
        What there is. Cost: O(nodes).
    """
    containers: list[Container] = []
    stubs: list[Stub] = []
    if is_stub(root, levels=levels):
        return Scan(containers, [Stub(root, -1, -1)], 1)
    if isinstance(root.get("nodes"), list) and holds_nodes(root.get("type")):
        containers.append(Container(root, -1, -1))
    nodes = 1
    for number, container in enumerate(containers):  # It grows meanwhile.
        items: list[Any] = container.raw["nodes"]
        nodes += len(items)
        for at, item in enumerate(items):
            if type(item) is not dict:
                nodes -= 1
            elif "nodes" in item:
                if type(item["nodes"]) is list and holds_nodes(item.get("type")):
                    containers.append(Container(item, number, at))
            elif "path" in item:
                # Most nodes of most documents are levels; they are passed over without a call.
                if item.get("type") == "singlescale" and not levels:
                    path = item["path"]
                    if type(path) is not dict or path.get("type") != "json":
                        continue
                if is_stub(item, levels=levels):
                    stubs.append(Stub(item, number, at))
    return Scan(containers, stubs, nodes)
