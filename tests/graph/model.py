"""The obvious slow implementation of a tree of nodes, to compare the real one with.

A version is a `ModelNode` with everything below it. Every edit copies all of it. Nodes
have numbers that they keep from version to version, and that no two nodes share.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["Junk", "ModelNode", "resolve"]

_NUMBERS: Final = itertools.count(1)
_PLACE: Final = "the children are written here"


@dataclass(frozen=True)
class Junk:
    """An item of `nodes` that is no node."""

    value: Any


class ModelNode:
    """A node of the model.

    Attributes:
        number: The identity of the node.
        fields: Its own fields in order; if the document has children, `nodes` marks
            where they are written.
        items: Its children and the junk between them, None if it was never given any.
    """

    def __init__(self, number: int, fields: dict[str, Any], items: list[Any] | None) -> None:
        self.number = number
        self.fields = fields
        self.items = items

    # -- in and out ----------------------------------------------------------

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ModelNode:
        """A copy of a parsed node; all its nodes get new numbers."""
        fields = copy.deepcopy(dict(value))
        node = cls(next(_NUMBERS), fields, None)
        if isinstance(fields.get("nodes"), list) and not node.is_extension:
            items = fields["nodes"]
            fields["nodes"] = _PLACE
            node.items = [cls.from_json(n) if isinstance(n, dict) else Junk(n) for n in items]
        return node

    def to_json(self) -> dict[str, Any]:
        """The node as JSON that is shared with nobody."""
        made = copy.deepcopy(self.fields)
        if self.items is not None:
            made["nodes"] = [
                copy.deepcopy(item.value) if isinstance(item, Junk) else item.to_json()
                for item in self.items
            ]
        return made

    def copy(self) -> ModelNode:
        """The same nodes, with the same numbers, in other objects."""
        made = ModelNode(self.number, copy.deepcopy(self.fields), None)
        if self.items is not None:
            made.items = [i if isinstance(i, Junk) else i.copy() for i in self.items]
        return made

    # -- what the node says ----------------------------------------------------

    def text(self, key: str) -> str | None:
        """A field that means something only if it is a string."""
        found = self.fields.get(key)
        return found if isinstance(found, str) else None

    @property
    def type(self) -> str:
        return self.text("type") or ""

    @property
    def is_extension(self) -> bool:
        return ":" in self.type

    @property
    def is_reference(self) -> bool:
        return isinstance(self.fields.get("path"), dict)

    @property
    def attributes(self) -> dict[str, Any]:
        found = self.fields.get("attributes")
        return found if isinstance(found, dict) else {}

    @property
    def own(self) -> dict[str, Any]:
        """The own fields without `nodes`."""
        return {key: value for key, value in self.fields.items() if key != "nodes"}

    # -- around the node -------------------------------------------------------

    def children(self) -> list[ModelNode]:
        return [item for item in self.items or () if isinstance(item, ModelNode)]

    def walk(self) -> Iterator[ModelNode]:
        yield self
        for child in self.children():
            yield from child.walk()

    def numbered(self, number: int) -> ModelNode:
        """The node with a number, here or below."""
        return next(node for node in self.walk() if node.number == number)

    def parent_of(self, number: int) -> ModelNode | None:
        """The node that holds a node, None for this one."""
        return next((p for p in self.walk() if any(c.number == number for c in p.children())), None)

    def chain_to(self, number: int) -> list[ModelNode]:
        """The nodes from a node up to this one."""
        chain = [self.numbered(number)]
        while (parent := self.parent_of(chain[-1].number)) is not None:
            chain.append(parent)
        return chain

    def position_of(self, number: int) -> int:
        """The position of a node among the children of its parent."""
        parent = self.parent_of(number)
        if parent is None:
            return 0
        return [child.number for child in parent.children()].index(number)

    # -- edits of this version, in place ---------------------------------------

    def set_attrs(self, number: int, values: Mapping[str, Any], drop: tuple[str, ...]) -> None:
        node = self.numbered(number)
        if not values and not any(key in node.attributes for key in drop):
            return
        kept = {key: value for key, value in node.attributes.items() if key not in drop}
        node.fields["attributes"] = {**kept, **copy.deepcopy(dict(values))}

    def rename(self, number: int, name: str | None) -> None:
        node = self.numbered(number)
        if name is None:
            node.fields.pop("name", None)
        else:
            node.fields["name"] = name

    def insert(self, number: int, index: int | None, nodes: list[ModelNode]) -> None:
        """Put nodes before a child, counted as in a list; 0 is the front, None is the end."""
        if not nodes:
            return
        node = self.numbered(number)
        items = node.items if node.items is not None else []
        at = len(items)
        if index is not None:
            slots = [n for n, item in enumerate(items) if isinstance(item, ModelNode)]
            index = index if index >= 0 else max(0, len(slots) + index)
            at = slots[index] if index < len(slots) else len(items)
            at = at if index else 0
        items[at:at] = nodes
        node.items = items

    def remove(self, number: int) -> ModelNode:
        """Take a node out, and give it back."""
        node, parent = self.numbered(number), self.parent_of(number)
        assert parent is not None
        assert parent.items is not None
        parent.items = [i for i in parent.items if getattr(i, "number", None) != number]
        return node

    def replace(self, number: int, node: ModelNode) -> None:
        parent = self.parent_of(number)
        assert parent is not None
        assert parent.items is not None
        parent.items = [node if getattr(i, "number", None) == number else i for i in parent.items]

    def move(self, number: int, parent: int, index: int | None) -> None:
        self.insert(parent, index, [self.remove(number)])

    def holds_nodes(self, number: int) -> bool:
        """Whether a node may be given children."""
        node = self.numbered(number)
        return not node.is_reference and not node.is_extension


def resolve(document: Any, pointer: str) -> Any:
    """What a JSON Pointer points at (RFC 6901)."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document
