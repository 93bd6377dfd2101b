"""References compared by address, without a walk over the tree.

`ngc.follow` finds what a Reference means wherever it is. Typed reading mostly knows already
what it could mean: the row of the enclosing plate, the image beside the labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from ngio_collections import _paths
from ngio_collections._contract import Pointer
from ngio_collections.errors import PathError
from ngio_collections.graph import Node
from ngio_collections.read._parts import invalid, layer

__all__ = ["Address", "address", "as_reference", "home", "names"]

Address: TypeAlias = tuple[str | None, str]
"""What a Reference says: the address of a document, and an id in it."""


def as_reference(node: Node, parts: Pointer, value: Any) -> Mapping[str, Any]:
    """A Reference; a bare id, as the draft of April 2026 has it, is one to this document.

    Raises:
        InvalidAttributeError: It is neither.
    """
    if isinstance(value, str):
        return {"id": value}
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        expected = 'a Reference such as {"id": "A01"}'
        raise invalid(node, parts, value, expected)
    return value


def home(node: Node, key: str) -> str | None:
    """The address of the document in which an attribute of a node is."""
    number = layer(node, key)
    if number is None:
        return node.document_url
    edge = node.tree.edge(node.key)
    assert edge is not None
    return edge.layers[number].url


def address(node: Node, key: str, parts: Pointer, value: Any) -> Address:
    """What a Reference in an attribute of a node says.

    Args:
        node: The node.
        key: The attribute.
        parts: The way from the node to the Reference.
        value: The Reference.

    Raises:
        InvalidAttributeError: It is no Reference, or its path cannot be understood.
    """
    reference = as_reference(node, parts, value)
    path = reference.get("path")
    if path is None:
        return home(node, key), reference["id"]
    try:
        return _paths.metadata_url(node.document_url, path), reference["id"]
    except PathError as error:
        expected = f"a path that leads to a document ({error})"
        raise invalid(node, (*parts, "path"), path, expected) from error


def names(node: Node) -> set[Address]:
    """What References can call a node: its id where it is declared, and in its own document."""
    found: set[Address] = set()
    if node.id is not None:
        found.add((node.declared_in, node.id))
    edge = node.tree.edge(node.key)
    for one in edge.layers if edge is not None else ():
        id_ = one.raw.get("id")
        if isinstance(id_, str):
            found.add((one.url, id_))
    return found
