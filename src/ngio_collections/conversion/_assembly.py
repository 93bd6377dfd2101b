"""Putting nodes into documents; where each of them is, is known from then on."""

from __future__ import annotations

from typing import Any

from ngio_collections import _paths
from ngio_collections.conversion._engine import Made

__all__ = ["assembled"]


def assembled(root: Made) -> dict[str, Any]:
    """The root node of a document, with everything in it that is written there.

    Args:
        root: The node; the nodes below it that are written elsewhere become references.

    Returns:
        The node as JSON. Cost: O(nodes of the document).
    """
    root.place.url, root.place.pointer = root.home, "/ome"
    out: dict[str, Any] = {}
    stack = [(root, out)]
    while stack:
        made, raw = stack.pop()
        attributes = made.node.pop("attributes")
        raw.update(made.node)
        if attributes or made is root:
            raw["attributes"] = attributes
        made.node = {**made.node, "attributes": attributes}
        if made.node["type"] == "singlescale":
            continue
        raw["nodes"] = nodes = []
        for number, child in enumerate(made.children):
            if child.home != made.home:
                nodes.append(_stub(child, made.home))
                continue
            child.place.url = child.home
            child.place.pointer = f"{made.place.pointer}/nodes/{number}"
            inside: dict[str, Any] = {}
            nodes.append(inside)
            stack.append((child, inside))
    return out


def _stub(made: Made, home: str) -> dict[str, Any]:
    """A reference to a node in another document."""
    named = {key: made.node[key] for key in ("type", "id", "name")}
    return {**named, "path": _paths.path_to(home, made.home)}
