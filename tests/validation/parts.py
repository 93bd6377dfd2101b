"""Parts of the conformance documents, right ones and wrong ones, and random edits with them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

from ngio_collections import Node, as_tree
from ngio_collections.errors import InvalidEditError

__all__ = ["ATTRIBUTES", "DOCUMENTS", "NODES", "edited"]

_FOLDER: Final = Path(__file__).parent.parent / "conformance"


def _roots() -> Iterator[dict[str, Any]]:
    for path in sorted(_FOLDER.glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8"))["cases"]:
            document = case.get("document", {})
            attributes = document.get("attributes")
            within = attributes.get("ome") if isinstance(attributes, dict) else None
            root = document.get("ome", within)
            if isinstance(root, dict):
                yield root


def _nodes_in(root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        nodes = node.get("nodes")
        stack.extend(n for n in (nodes if isinstance(nodes, list) else ()) if isinstance(n, dict))


DOCUMENTS: Final = list(_roots())
"""The root nodes of all conformance documents."""
NODES: Final = [node for root in DOCUMENTS for node in _nodes_in(root)]
"""All nodes in them."""
ATTRIBUTES: Final = [
    pair
    for node in NODES
    for pair in (node["attributes"].items() if isinstance(node.get("attributes"), dict) else ())
]
"""All attributes of these."""
_NAMES: Final = ("a", "b", "Field 1", None)


def edited(root: Node, random: Random) -> Node:
    """A tree after one random edit; itself if the edit is refused."""
    nodes = list(root.walk())
    node, other = random.choice(nodes), random.choice(nodes)
    key, value = random.choice(ATTRIBUTES)
    kind = random.choice(("set", "set", "set", "drop", "rename", "add", "insert", "move", "remove"))
    part = as_tree(copy.deepcopy(random.choice(NODES))).root
    try:
        if kind == "set":
            return node.set_attr(key, value).tree.root
        if kind == "drop":
            return node.drop_attrs(*([*node.attributes][:1] or [key])).tree.root
        if kind == "rename":
            return node.rename(random.choice(_NAMES)).tree.root
        if kind == "add":
            return node.add(part).tree.root
        if kind == "insert":
            return node.insert(random.randint(-2, 3), part).tree.root
        if kind == "move":
            return node.move(other).tree.root
        return node.remove().tree.root
    except InvalidEditError:
        return root
