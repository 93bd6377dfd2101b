"""Nodes as rules see them: made when they are asked for, with everything around them.

An entry is a home and a place in it. The home knows what is around a place; there is one for
a document as it was parsed, and one for a version of a tree that was edited.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol, TypeAlias

from ngio_collections._contract import Pointer
from ngio_collections.graph import NodeTree, Raw, Segment
from ngio_collections.graph._state import UNCHANGED, Ref, key_of
from ngio_collections.validation._findings import node_name

__all__ = ["CONTAINERS", "Entry", "Home", "SegmentHome", "StateHome", "is_container"]

CONTAINERS: Final = frozenset({"collection", "multiscale"})
"""The types whose `nodes` are nodes by the RFC; the content of all others is their own."""

Place: TypeAlias = Any
_KNOWN: Final = 64
"""For so many lists of children it is remembered where in them each child is."""
_FEW: Final = 8
"""So often it is counted where in a list a child is, before that is written down for all of it."""


def is_container(raw: Raw) -> bool:
    """Whether the `nodes` of a node are nodes by the RFC, whatever its type is."""
    type_ = raw.get("type")
    return type(type_) is str and type_ in CONTAINERS


class Home(Protocol):
    """What is around a place."""

    pointer: Pointer

    def value(self, place: Place) -> Raw: ...

    def parent(self, place: Place) -> Entry | None: ...

    def children(self, place: Place) -> Iterator[Place]: ...

    def is_root(self, place: Place) -> bool: ...

    def position(self, place: Place) -> int:
        """The place of a node in the `nodes` of its parent, counting what is no node."""


class Entry:
    """One node with its place.

    Attributes:
        home: What it is in.
        place: Where in that.
        value: The node as it was parsed.
        type: Its `type`, or an empty string where that is no string.
        id: Its `id`, or None where that is no string.
    """

    __slots__ = ("home", "id", "place", "type", "value")

    def __init__(self, home: Home, place: Place, value: Raw) -> None:
        type_, id_ = value.get("type"), value.get("id")
        self.home = home
        self.place = place
        self.value = value
        self.type = type_ if type(type_) is str else ""
        self.id = id_ if type(id_) is str else None

    @property
    def attributes(self) -> Mapping[str, Any]:
        found = self.value.get("attributes")
        return found if isinstance(found, dict) else {}

    @property
    def parent(self) -> Entry | None:
        return self.home.parent(self.place)

    @property
    def is_root(self) -> bool:
        return self.home.is_root(self.place)

    def ancestors(self) -> Iterator[Entry]:
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def children(self) -> Iterator[Entry]:
        home = self.home
        return (Entry(home, place, home.value(place)) for place in home.children(self.place))

    @property
    def relative(self) -> Pointer:
        """The place of the node, counted from the root node of the document."""
        parts: list[str | int] = []
        node, parent = self, self.parent
        while parent is not None:
            parts += [node.home.position(node.place), "nodes"]
            node, parent = parent, parent.parent
        return tuple(reversed(parts))

    @property
    def pointer(self) -> Pointer:
        return (*self.home.pointer, *self.relative)

    def order(self, at: Pointer) -> tuple[int, ...]:
        """Where in the text of the document a place in the node comes, to be compared."""
        parts: list[int] = []
        node, parent = self, self.parent
        while parent is not None:
            parts += [node.home.position(node.place), _index(parent.value, "nodes")]
            node, parent = parent, parent.parent
        parts.reverse()
        value: Any = self.value
        for part in at:
            parts.append(part if isinstance(part, int) else _index(value, part))
            value = _step(value, part)
        return tuple(parts)

    def names(self) -> list[str]:
        """What the nodes from the root to this one are called."""
        found: list[str] = []
        node, parent = self, self.parent
        while parent is not None:
            found.append(node_name(node.value, node.home.position(node.place)))
            node, parent = parent, parent.parent
        return [node_name(node.value, None), *reversed(found)]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Entry):
            return NotImplemented
        return self.home is other.home and bool(self.place == other.place)

    def __hash__(self) -> int:
        return hash((id(self.home), self.place))

    def __repr__(self) -> str:
        return f"<Entry {self.type or '?'} {self.id!r}>"


def _index(value: Any, key: str) -> int:
    """The position of a key in an object; one that an edit adds comes last."""
    keys = value if isinstance(value, dict) else ()
    return next((n for n, other in enumerate(keys) if other == key), len(keys))


def _step(value: Any, part: str | int) -> Any:
    """What is at a key or a position; the `nodes` of edited nodes may lack it."""
    try:
        return value[part]
    except (LookupError, TypeError):
        return None


class SegmentHome:
    """A document as it was parsed; a place is a position in its segment.

    Args:
        segment: The root node with everything below it.
        pointer: The place of the root node in the document.
    """

    def __init__(self, segment: Segment, pointer: Pointer) -> None:
        self.segment = segment
        self.pointer = pointer
        self._last: Entry | None = None
        self._lists: dict[int, tuple[list[int], list[int]]] = {}

    def forget(self) -> None:
        """Let go of entries, which hold this in turn: a document is freed when it was checked."""
        self._last = None

    def value(self, place: int) -> Raw:
        return self.segment.raw(place)

    def parent(self, place: int) -> Entry | None:
        if place == 0:
            return None
        position = self.segment.parents[place]
        # Siblings ask one after the other.
        last = self._last
        if last is None or last.place != position:
            last = self._last = Entry(self, position, self.segment.raw(position))
        return last

    def children(self, place: int) -> Iterator[int]:
        if not is_container(self.segment.raw(place)):
            return iter(())
        return self.segment.children(place)

    def is_root(self, place: int) -> bool:
        return place == 0

    def position(self, place: int) -> int:
        parent = self.segment.parents[place]
        found = self._lists.get(parent)
        if found is None:
            if len(self._lists) >= _KNOWN:
                self._lists.clear()
            items = self.segment.items_of(self.segment.raw(parent))
            numbers = [number for number, item in enumerate(items) if type(item) is dict]
            found = self._lists[parent] = (list(self.segment.children(parent)), numbers)
        children, numbers = found
        return numbers[bisect_left(children, place)]

    def holds(self, place: int) -> bool:
        """Whether a node is part of the document, and not of the content of an extension."""
        raws, parents = self.segment.raws, self.segment.parents
        while place:
            place = parents[place]
            if not is_container(raws[place]):
                return False
        return True


class StateHome:
    """A version of a tree that is one document; a place is the storage of a node.

    Args:
        tree: The version.
        pointer: The place of the root node in the document.
    """

    def __init__(self, tree: NodeTree, pointer: Pointer) -> None:
        self.tree = tree
        self.pointer = pointer
        self._lists: dict[int, dict[int, int]] = {}
        self._asked: Counter[int] = Counter()
        self._numbers: dict[int, int] = {}
        self._parents: dict[int, Entry | None] = {}
        self._entries: dict[int, Entry] = {}
        self._inside: dict[int, bool] = {}

    def entry(self, ref: Ref) -> Entry:
        """A node with its own fields; the `nodes` in them mean nothing."""
        return Entry(self, ref, self.tree.raw(ref))

    def whole(self, ref: Ref) -> Entry:
        """A node with its children as they are now. Cost: O(children)."""
        tree = self.tree
        raw = tree.raw(ref)
        if tree.is_edited and tree.has_list(ref):
            items = tree.entries(ref, tree.change(ref) or UNCHANGED)
            nodes = [item if s is None else tree.raw((s, item)) for s, item, _ in items]
            raw = {**raw, "nodes": nodes}
        return Entry(self, ref, raw)

    def value(self, place: Ref) -> Raw:
        return self.tree.raw(place)

    def parent(self, place: Ref) -> Entry | None:
        # Each rule asks again, and so do siblings.
        key = key_of(place)
        if key not in self._parents:
            found = self.tree.parent(place)
            self._parents[key] = None if found is None else self._shared(found)
        return self._parents[key]

    def _shared(self, ref: Ref) -> Entry:
        key = key_of(ref)
        if key not in self._entries:
            self._entries[key] = self.entry(ref)
        return self._entries[key]

    def children(self, place: Ref) -> Iterator[Ref]:
        if not is_container(self.tree.raw(place)):
            return iter(())
        return self.tree.children(place)

    def child_at(self, place: Ref, number: int) -> Ref | None:
        """The node at a position of the list of another one, None if what is there is none."""
        return next((c for c in self.children(place) if self.position(c) == number), None)

    def is_root(self, place: Ref) -> bool:
        return place[1] == 0 and place[0] is self.tree.segment

    def position(self, place: Ref) -> int:
        key = key_of(place)
        if key not in self._numbers:
            self._numbers[key] = self._found(place, key)
        return self._numbers[key]

    def _found(self, place: Ref, key: int) -> int:
        """The position of a node, by counting, or by a table where many are asked for."""
        parent = self.tree.parent(place)
        assert parent is not None
        of = key_of(parent)
        if of not in self._lists:
            self._asked[of] += 1
            change = self.tree.change(parent)
            if self._asked[of] <= _FEW and (change is None or not change.is_structural):
                return _position(place[0], parent[1], place[1])
            items = self.tree.entries(parent, change or UNCHANGED)
            self._lists[of] = {
                key_of((segment, item)): number
                for number, (segment, item, _) in enumerate(items)
                if segment is not None
            }
        return self._lists[of][key]

    def holds(self, place: Ref) -> bool:
        """Whether a node is part of the document, and not of the content of an extension."""
        parent = self.tree.parent(place)
        return self.is_root(place) if parent is None else self._is_inside(parent)

    def _is_inside(self, place: Ref) -> bool:
        """Whether what is in a node is part of the document. Siblings ask one after the other."""
        above: list[Ref] = []
        at: Ref | None = place
        while at is not None and key_of(at) not in self._inside:
            above.append(at)
            at = self.tree.parent(at)
        held = self.is_root(above[-1]) if at is None else self._inside[key_of(at)]
        for at in reversed(above):
            held = held and is_container(self.tree.raw(at))
            self._inside[key_of(at)] = held
        return held


def _position(segment: Segment, parent: int, child: int) -> int:
    """The place of a node in the list of its parent, as it was parsed, by counting."""
    ends, at = segment.ends, parent + 1
    for number, item in enumerate(segment.items_of(segment.raw(parent))):
        if type(item) is dict:
            if at == child:
                return number
            at = ends[at]
    raise LookupError(child)
