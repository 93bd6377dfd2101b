"""Finding the references of one document: what would be followed, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from ngio_collections.graph._segment import Raw, child_nodes, holds_nodes

__all__ = ["Container", "Scan", "Stub", "is_stub", "scan"]


_LEVEL: Final = "singlescale"


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
        paths: How many nodes that are no reference to follow have an object as their `path`.
    """

    containers: Sequence[Container]
    stubs: Sequence[Stub]
    nodes: int
    paths: int

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
    if type_ == _LEVEL:
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
    if is_stub(root, levels=levels):
        return Scan((), (Stub(root, -1, -1),), 1, 0)
    count = _count(root, levels=levels)
    # Most documents of most collections hold no references.
    return _found(root, levels=levels) if count is None else Scan((), (), *count)


def _found(root: Raw, *, levels: bool) -> Scan:
    """The references in a node that is none itself."""
    containers: list[Container] = []
    stubs: list[Stub] = []
    if isinstance(root.get("nodes"), list) and holds_nodes(root.get("type")):
        containers.append(Container(root, -1, -1))
    nodes, paths = 1, 0
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
                if is_stub(item, levels=levels):
                    stubs.append(Stub(item, number, at))
                elif type(item["path"]) is dict:
                    paths += 1
    return Scan(containers, stubs, nodes, paths)


def _count(root: Raw, *, levels: bool) -> tuple[int, int] | None:
    """How many nodes there are, and how many with a path; None if one of them is a reference."""
    nodes, paths = 1, 0
    # In the order in which they were parsed, and so lie in memory: it is what takes the time.
    lists: list[list[Any]] = [child_nodes(root)]
    while lists:
        items = lists.pop()
        nodes += len(items)
        if not levels:
            # Nothing but resolution levels in Zarr, as in most lists of most documents. It is
            # asked of nearly all nodes that there are, so it is short.
            try:
                for item in items:
                    if "nodes" in item or item["type"] != _LEVEL or item["path"]["type"] != "zarr":
                        break
                else:
                    paths += len(items)
                    continue
            except (KeyError, TypeError):
                pass
        inner: list[list[Any]] = []
        for item in items:
            if type(item) is not dict:
                nodes -= 1
            elif "nodes" in item:
                below = item["nodes"]
                type_ = item.get("type")
                is_usual = type(type_) is not str or ":" not in type_
                if below and type(below) is list and (is_usual or holds_nodes(type_)):
                    inner.append(below)
            elif "path" in item:
                if is_stub(item, levels=levels):
                    return None
                paths += type(item["path"]) is dict
        inner.reverse()
        lists += inner
    return nodes, paths
