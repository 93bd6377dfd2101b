"""The immutable tree of nodes. Pure: no reading, no writing, no pydantic, no JSON parsing."""

from __future__ import annotations

from ngio_collections.graph._node import Node, NodeTree, as_tree, new_node
from ngio_collections.graph._transaction import EditedNode, Transaction

__all__ = ["EditedNode", "Node", "NodeTree", "Transaction", "as_tree", "new_node"]
