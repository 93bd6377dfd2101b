"""The immutable tree of nodes. Pure: no reading, no writing, no pydantic, no JSON parsing."""

from __future__ import annotations

from ngio_collections.graph._diff import ChangedNode, Diff, diff
from ngio_collections.graph._edges import Edge, Inlined, Layer
from ngio_collections.graph._fingerprint import fingerprint
from ngio_collections.graph._node import Node, NodeTree, as_tree, new_node
from ngio_collections.graph._outline import outline, outline_html
from ngio_collections.graph._patch import Patch, apply
from ngio_collections.graph._segment import Raw, Segment
from ngio_collections.graph._transaction import EditedNode, Transaction
from ngio_collections.graph._types import AttributeType, NodeType, register_node_type
from ngio_collections.graph._values import Axis, CoordinateSystem, PixelSize, PlateEntry

__all__ = [
    "AttributeType",
    "Axis",
    "ChangedNode",
    "CoordinateSystem",
    "Diff",
    "Edge",
    "EditedNode",
    "Inlined",
    "Layer",
    "Node",
    "NodeTree",
    "NodeType",
    "Patch",
    "PixelSize",
    "PlateEntry",
    "Raw",
    "Segment",
    "Transaction",
    "apply",
    "as_tree",
    "diff",
    "fingerprint",
    "new_node",
    "outline",
    "outline_html",
    "register_node_type",
]
