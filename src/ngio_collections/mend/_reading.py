"""A document as those who mend it see it: its nodes, what has an id, and what refers to one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple

from ngio_collections._contract import Pointer, json_pointer
from ngio_collections.document import id_places, open_envelope

__all__ = [
    "KINDS",
    "Declaration",
    "NodeEntry",
    "Reading",
    "Referring",
    "id_of",
    "is_short",
]

KINDS: Final = {
    "rows": "row",
    "columns": "column",
    "acquisitions": "acquisition",
    "coordinateSystems": "coordinate-system",
}
"""What the entries of the arrays are that declare ids."""


class NodeEntry:
    """One node of a document, with its place in it.

    Attributes:
        value: The node as it was parsed.
        type: Its `type`, or an empty string where that is no string.
        id: Its `id`, or None where that is no string.
        parent: The node that holds it, None for the root.
        children: The nodes that it holds.
        pointer: Its place in the document.
    """

    __slots__ = ("children", "id", "parent", "pointer", "type", "value")

    def __init__(self, value: Mapping[str, Any], parent: NodeEntry | None, at: Pointer) -> None:
        type_, id_ = value.get("type"), value.get("id")
        self.value = value
        self.type = type_ if isinstance(type_, str) else ""
        self.id = id_ if isinstance(id_, str) else None
        self.parent = parent
        self.children: list[NodeEntry] = []
        self.pointer = at

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The attributes, empty where there are none or they are no object."""
        found = self.value.get("attributes")
        return found if isinstance(found, dict) else {}

    def ancestors(self) -> Iterator[NodeEntry]:
        """The nodes that hold this one, nearest first."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent


class Declaration(NamedTuple):
    """Something in a document that can have an id.

    Attributes:
        kind: `node`, `coordinate-system`, `row`, `column` or `acquisition`.
        value: The object that has the id, or lacks it.
        node: The node that it is, or in whose attributes it stands.
        pointer: Its place in the document.
    """

    kind: str
    value: Mapping[str, Any]
    node: NodeEntry
    pointer: Pointer


class Referring(NamedTuple):
    """A place in a document where something is referred to.

    Attributes:
        value: What is there: a Reference, a bare id, or something else.
        node: The node in whose attributes it is.
        pointer: Its place in the document.
        at: Its place in the attributes of the node.
    """

    value: Any
    node: NodeEntry
    pointer: Pointer
    at: Pointer

    @property
    def id(self) -> str | None:
        """The id that it refers to in this document; None if it is in another one, or none."""
        return id_of(self.value)

    @property
    def role(self) -> str:
        """What it is there for: `input`, `output`, `source`, `row`, `column` or `acquisition`."""
        return next(str(part) for part in reversed(self.at) if not isinstance(part, int))


def id_of(value: Any) -> str | None:
    """The id that a reference within a document has, in its long or its short form."""
    if isinstance(value, dict):
        value = value.get("id") if value.get("path") is None else None
    return value if isinstance(value, str) else None


class Reading:
    """Everything in a document that has an id, or refers to one.

    Args:
        document: The parsed document.

    Attributes:
        base: The place of the root node in the document.
        nodes: The nodes in the order of the text. The content of extension nodes, and of
            nodes whose type is unknown, is their own.
        declared: What can have an id, in order; also what lacks it.
        references: Where something is referred to, in order.
    """

    def __init__(self, document: Any) -> None:
        envelope = open_envelope(document)
        self.document: Mapping[str, Any] = envelope.document
        self.kind = envelope.kind
        self.base = envelope.pointer
        root = envelope.node if isinstance(envelope.node, dict) else {}
        self.nodes = list(_nodes(root, envelope.pointer))
        self.declared: list[Declaration] = []
        self.references: list[Referring] = []
        self._read_attributes()
        self._by_id: dict[str, list[Declaration]] = {}
        for one in self.declared:
            id_ = one.value.get("id")
            if isinstance(id_, str):
                self._by_id.setdefault(id_, []).append(one)
        self._referring: dict[str, list[Referring]] = {}
        self._numbers: dict[str, list[Referring]] = {}
        for place in self.references:
            value = place.value.get("id") if isinstance(place.value, dict) else place.value
            is_here = not isinstance(place.value, dict) or place.value.get("path") is None
            if type(value) is int and is_here and is_short(value):
                self._numbers.setdefault(str(value), []).append(place)
            if place.id is not None:
                self._referring.setdefault(place.id, []).append(place)

    def _read_attributes(self) -> None:
        for node in self.nodes:
            self.declared.append(Declaration("node", node.value, node, node.pointer))
            for declares, at, value in id_places(node.value.get("attributes")):
                pointer = (*node.pointer, "attributes", *at)
                if not declares:
                    self.references.append(Referring(value, node, pointer, at))
                elif isinstance(value, dict):
                    kind = KINDS[str(at[-2])]
                    self.declared.append(Declaration(kind, value, node, pointer))

    @property
    def root(self) -> NodeEntry:
        """The root node."""
        return self.nodes[0]

    @cached_property
    def at(self) -> dict[str, Declaration]:
        """What can have an id, by its place as a JSON Pointer."""
        return {json_pointer(one.pointer): one for one in self.declared}

    def declarations(self, id: str) -> list[Declaration]:
        """What declares an id, in order."""
        return self._by_id.get(id, [])

    def referring(self, id: str) -> list[Referring]:
        """The places that refer to an id of this document, in order."""
        return self._referring.get(id, [])

    def referring_to_numbers(self, number: str) -> list[Referring]:
        """The places that refer to a whole number instead of an id, in order."""
        return self._numbers.get(number, [])

    def meaning_number(self, number: str) -> list[Referring]:
        """The references to a number; those to it as a string if nothing has that as its id."""
        lost = [] if self.declarations(number) else self.referring(number)
        return [*self.referring_to_numbers(number), *lost]

    def ids(self) -> set[str]:
        """Every id that is declared or referred to; a new one must be none of them."""
        return {*self._by_id, *self._referring}


def is_short(number: int) -> bool:
    """Whether a whole number is one that people would write as an id or a name."""
    return abs(number) < 10**15


def _nodes(root: Mapping[str, Any], pointer: Pointer) -> Iterator[NodeEntry]:
    stack = [NodeEntry(root, None, pointer)]
    while stack:
        entry = stack.pop()
        yield entry
        nodes = entry.value.get("nodes")
        if entry.type not in ("collection", "multiscale") or not isinstance(nodes, list):
            continue
        for position, value in enumerate(nodes):
            if isinstance(value, dict):
                entry.children.append(NodeEntry(value, entry, (*entry.pointer, "nodes", position)))
        stack.extend(reversed(entry.children))
