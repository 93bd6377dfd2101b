"""Parts of nodes that may be wrong in any way: each is given as what it should be, or refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ngio_collections._contract import Pointer, json_pointer
from ngio_collections._words import show
from ngio_collections.document import Source
from ngio_collections.errors import (
    InvalidAttributeError,
    MissingAttributeError,
    UnresolvedReferenceError,
)
from ngio_collections.graph import Node

__all__ = [
    "attributes_of",
    "invalid",
    "items",
    "layer",
    "missing",
    "place",
    "require_here",
    "said",
    "text",
    "value_of",
]

_ABSENT: Final[Any] = object()


def attributes_of(node: Node) -> dict[str, Any]:
    """The attributes of a node as they were parsed; nobody changes them."""
    found = node.tree.raw(node.key).get("attributes")
    return found if isinstance(found, dict) else {}


def value_of(node: Node, key: str) -> Any:
    """One attribute of a node; None if it is not there."""
    return attributes_of(node).get(key)


def layer(node: Node, key: str) -> int | None:
    """Which document an attribute of an inlined node is in: 0 for that of the stub.

    None for a node that stands in no place of a reference.
    """
    edge = node.tree.edge(node.key)
    return None if edge is None else edge.layer_of(key, value_of(node, key))


def said(node: Node) -> str:
    """A node in the words of an error: its id, or its type."""
    return f"the {node.type or 'node'} {node.id!r}" if node.id else f"a {node.type or 'node'}"


def place(node: Node, *parts: str | int) -> str:
    """Where something is: the address of the document, and the JSON Pointer in it.

    Args:
        node: The node.
        parts: The way from the node; if the first is `attributes`, the second says which of
            the documents of an inlined node is meant.
    """
    owner, parent = node, node.parent()
    url, tail = node.document_url, json_pointer(parts)
    if parent is not None and parts[:1] == ("attributes",) and len(parts) > 1:
        edge = node.tree.edge(node.key)
        if edge is not None and layer(node, str(parts[1])) == 0:
            owner, url, tail = parent, edge.stub.url, f"/nodes/{node.index}{tail}"
    return f"{url or 'a tree in no document'}#{_start(owner)}{owner.pointer}{tail}"


def _start(node: Node) -> str:
    """Where in its document the root node of it is."""
    source: Any = node.tree.segment.source
    for one in (node, *node.ancestors()):
        edge = node.tree.edge(one.key)
        if edge is not None:
            source = edge.target.source
            break
    return source.pointer if isinstance(source, Source) else ""


def invalid(
    node: Node, parts: Pointer, found: Any, expected: str, *, advice: str = ""
) -> InvalidAttributeError:
    """The error for a part of a node that is not what it should be.

    Args:
        node: The node.
        parts: The way from the node.
        found: What is there: JSON, or words.
        expected: What should be there.
        advice: What to do.
    """
    words = found if isinstance(found, Words) else show(found)
    hint = f"; {advice}" if advice else ""
    return InvalidAttributeError(
        f"{place(node, *parts)}: {said(node)} has {words} there; expected {expected}{hint}"
    )


class Words(str):
    """Words for what was found, where the value itself would not say it."""

    __slots__ = ()


def missing(node: Node, parts: Pointer, advice: str) -> MissingAttributeError:
    """The error for a part of a node that is not there."""
    return MissingAttributeError(
        f"{place(node, *parts[:-1])}: {said(node)} has no `{parts[-1]}`; {advice}"
    )


def require_here(node: Node, what: str) -> None:
    """Refuse a reference whose content is in another document.

    Raises:
        UnresolvedReferenceError: The node is a reference.
    """
    path = node.ref_path
    if path is None or "nodes" in node.tree.raw(node.key):
        return
    report = node.report
    why = (
        "open the collection with open_inlined"
        if report is None
        else "it was not followed when the collection was opened, and `node.report` says why"
    )
    raise UnresolvedReferenceError(
        f"{place(node)}: {said(node)} is a reference to {path.get('path')!r}, and {what} there; "
        f"{why}"
    )


def text(node: Node, parts: Pointer, holder: Mapping[str, Any], key: str) -> str | None:
    """A string in an object, None if it is not there.

    Raises:
        InvalidAttributeError: It is no string.
    """
    found = holder.get(key, _ABSENT)
    if found is _ABSENT:
        return None
    if not isinstance(found, str):
        raise invalid(node, (*parts, key), found, "a string")
    return found


def items(
    node: Node, parts: Pointer, found: Any, expected: str
) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """The objects of an array, with where they are.

    Raises:
        InvalidAttributeError: It is no array, or holds something else.
    """
    if not isinstance(found, list):
        raise invalid(node, parts, found, f"an array of {expected}")
    for position, item in enumerate(found):
        if not isinstance(item, dict):
            raise invalid(node, (*parts, position), item, expected)
        yield (*parts, position), item
