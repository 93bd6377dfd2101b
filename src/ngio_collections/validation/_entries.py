"""Nodes as rules see them: made when they are asked for, with everything around them.

An entry is a home and a place in it. The home knows what is around a place; there is one for
a document as it was parsed, and one for a version of a tree that was edited.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from ngio_collections._contract import Pointer, json_pointer
from ngio_collections.graph import NodeTree, Raw, Segment
from ngio_collections.graph._segment import nth_left
from ngio_collections.graph._state import HOME, UNCHANGED, Change, Ref, key_of
from ngio_collections.graph._state import Entry as Item
from ngio_collections.validation._findings import node_name

__all__ = ["CONTAINERS", "Entry", "Home", "SegmentHome", "StateHome", "Way", "is_container"]

CONTAINERS: Final = frozenset({"collection", "multiscale"})
"""The types whose `nodes` are nodes by the RFC; the content of all others is their own."""

Place: TypeAlias = Any
_KNOWN: Final = 128
"""So much of each kind is remembered of a document: who asks next is mostly near."""
_WIDE: Final = 16
"""In an object with more keys the position of each is remembered."""


def is_container(raw: Raw) -> bool:
    """Whether the `nodes` of a node are nodes by the RFC, whatever its type is."""
    type_ = raw.get("type")
    return type(type_) is str and type_ in CONTAINERS


class Way(NamedTuple):
    """The way from the root of a document to a node.

    Attributes:
        parts: The place of the node, counted from the root node.
        pointer: The same as a JSON Pointer.
        order: Where in the text the node comes, to be compared.
        names: What the nodes on the way are called, the root and the node included.
    """

    parts: Pointer
    pointer: str
    order: tuple[int, ...]
    names: tuple[str, ...]


class Home(ABC):
    """What is around a place.

    What was found out about the way to a node is remembered for its siblings, and for what is
    below it: where every node of a deep document has findings, each would go all the way up.

    Args:
        pointer: The place of the root node in the document.

    Attributes:
        pointer: The same.
        declared: Of nodes that declare very much, what that is, by its id.
    """

    def __init__(self, pointer: Pointer) -> None:
        self.pointer = pointer
        self.declared: dict[Place, dict[str, list[tuple[str, Raw, Pointer]]]] = {}
        self._ways: dict[Place, Way] = {}
        self._nearest: dict[tuple[str, Place], Place | None] = {}
        self._keys: dict[int, tuple[Any, dict[str, int]]] = {}

    @abstractmethod
    def value(self, place: Place) -> Raw: ...

    @abstractmethod
    def above(self, place: Place) -> Place | None:
        """The place of the node that holds one, None for the root."""

    @abstractmethod
    def parent(self, place: Place) -> Entry | None: ...

    @abstractmethod
    def children(self, place: Place) -> Iterator[Place]: ...

    @abstractmethod
    def is_root(self, place: Place) -> bool: ...

    @abstractmethod
    def root(self) -> Entry: ...

    @abstractmethod
    def position(self, place: Place) -> int:
        """The place of a node in the `nodes` of its parent, counting what is no node."""

    @abstractmethod
    def item(self, place: Place, number: Any) -> tuple[Any, Place | None]:
        """What is at a position of the `nodes` of a node, and its own place if it is a node.

        Raises:
            LookupError: There is no such position.
        """

    def way(self, place: Place) -> Way:
        """The way to a node that holds others. Cost: O(depth), little if one near was asked for."""
        known = self._ways.get(place)
        if known is not None:
            return known
        below: list[tuple[Place, Place]] = []
        at, way = place, known
        while way is None:
            above = self.above(at)
            if above is None:
                way = Way((), "", (), (node_name(self.value(at), None),))
            else:
                below.append((at, above))
                at, way = above, self._ways.get(above)
        # It is remembered, as are the nodes one step up from it, two, four and so on: whoever
        # comes next, from below or from above, finds one of them on the way.
        step = 1 << len(below).bit_length() >> 1
        while step > 1:
            way = self._further(way, below[step - 1 :])
            _remember(self._ways, below[step - 1][0], way)
            del below[step - 1 :]
            step >>= 1
        way = self._further(way, below)
        _remember(self._ways, place, way)
        return way

    def _further(self, way: Way, below: list[tuple[Place, Place]]) -> Way:
        """The way to the first of some nodes, each of which is in the next one."""
        parts, order, names = list[str | int](), list[int](), list[str]()
        for place, above in reversed(below):
            number = self.position(place)
            parts += ("nodes", number)
            order += (self.index(self.value(above), "nodes"), number)
            names.append(node_name(self.value(place), number))
        return Way(
            (*way.parts, *parts),
            way.pointer + json_pointer(tuple(parts)),
            (*way.order, *order),
            (*way.names, *names),
        )

    def index(self, value: Any, key: str) -> int:
        """The position of a key in an object; one that an edit adds comes last."""
        keys = value if isinstance(value, dict) else {}
        if len(keys) <= _WIDE:
            return next((n for n, other in enumerate(keys) if other == key), len(keys))
        known = self._keys.get(id(value))
        if known is None:
            # With the object, so that nothing else gets its identity.
            known = (value, {other: n for n, other in enumerate(keys)})
            _remember(self._keys, id(value), known)
        return known[1].get(key, len(keys))

    def nearest(self, place: Place, attribute: str) -> Place | None:
        """The nearest of the nodes around one whose attributes have a key."""
        first = at = self.above(place)
        while at is not None:
            if (attribute, at) in self._nearest:
                at = self._nearest[attribute, at]
                break
            attributes = self.value(at).get("attributes")
            if type(attributes) is dict and attribute in attributes:
                break
            at = self.above(at)
        if first is not None:
            _remember(self._nearest, (attribute, first), at)
        return at


def _remember(known: dict[Any, Any], key: Any, value: Any) -> None:
    """Take note of something, instead of the oldest where that is very much."""
    if len(known) >= _KNOWN:
        del known[next(iter(known))]
    known[key] = value


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
    def root(self) -> Entry:
        return self.home.root()

    def nearest(self, attribute: str) -> Entry | None:
        home = self.home
        place = home.nearest(self.place, attribute)
        return None if place is None else Entry(home, place, home.value(place))

    @property
    def relative(self) -> Pointer:
        """The place of the node, counted from the root node of the document."""
        home, above = self.home, self.home.above(self.place)
        return () if above is None else (*home.way(above).parts, "nodes", home.position(self.place))

    @property
    def pointer(self) -> Pointer:
        return (*self.home.pointer, *self.relative)

    @property
    def json_pointer(self) -> str:
        """Its place in the document, as a JSON Pointer."""
        home, above = self.home, self.home.above(self.place)
        start = json_pointer(home.pointer)
        if above is None:
            return start
        return f"{start}{home.way(above).pointer}/nodes/{home.position(self.place)}"

    def order(self, at: Pointer) -> tuple[int, ...]:
        """Where in the text of the document a place in the node comes, to be compared."""
        home, above = self.home, self.home.above(self.place)
        parts: list[int] = []
        if above is not None:
            parts = [home.index(home.value(above), "nodes"), home.position(self.place)]
        value: Any = self.value
        for part in at:
            parts.append(part if isinstance(part, int) else home.index(value, part))
            value = _step(value, part)
        return tuple(parts) if above is None else (*home.way(above).order, *parts)

    def names(self) -> list[str]:
        """What the nodes from the root to this one are called."""
        home, above = self.home, self.home.above(self.place)
        if above is None:
            return [node_name(self.value, None)]
        return [*home.way(above).names, node_name(self.value, home.position(self.place))]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Entry):
            return NotImplemented
        return self.home is other.home and bool(self.place == other.place)

    def __hash__(self) -> int:
        return hash((id(self.home), self.place))

    def __repr__(self) -> str:
        return f"<Entry {self.type or '?'} {self.id!r}>"


def _step(value: Any, part: str | int) -> Any:
    """What is at a key or a position; the `nodes` of edited nodes may lack it."""
    try:
        return value[part]
    except (LookupError, TypeError):
        return None


def _item(items: Any, number: Any) -> Any:
    """One of the items of `nodes`.

    Raises:
        LookupError: There is none at the position.
    """
    count = len(items) if isinstance(items, list) else 0
    if not isinstance(number, int) or not 0 <= number < count:
        raise LookupError(f"there is nothing at '/nodes/{number}' of its subject")
    return items[number]


class SegmentHome(Home):
    """A document as it was parsed; a place is a position in its segment.

    Args:
        segment: The root node with everything below it.
        pointer: The place of the root node in the document.
    """

    def __init__(self, segment: Segment, pointer: Pointer) -> None:
        super().__init__(pointer)
        self.segment = segment
        self._last: Entry | None = None

    def forget(self) -> None:
        """Let go of entries, which hold this in turn: a document is freed when it was checked."""
        self._last = None

    def value(self, place: int) -> Raw:
        return self.segment.raw(place)

    def above(self, place: int) -> int | None:
        return self.segment.parents[place] if place else None

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

    def root(self) -> Entry:
        return Entry(self, 0, self.segment.root)

    def position(self, place: int) -> int:
        return self.segment.number_of(place)

    def item(self, place: int, number: Any) -> tuple[Any, None]:
        # What was parsed is in the value as a whole.
        return _item(self.segment.raw(place).get("nodes"), number), None

    def holds(self, place: int) -> bool:
        """Whether a node is part of the document, and not of the content of an extension."""
        raws, parents = self.segment.raws, self.segment.parents
        while place:
            place = parents[place]
            if not is_container(raws[place]):
                return False
        return True


class _Altered:
    """What of the children that a segment has differs in a version of a tree.

    Attributes:
        raws: Those with other own fields: their positions in the segment, with the fields.
        left: Where in the list those were that are not in it any more, in order.
    """

    __slots__ = ("left", "raws")

    def __init__(self) -> None:
        self.raws: list[tuple[int, Raw]] = []
        self.left: list[int] = []


_AS_IT_WAS: Final = _Altered()


def _own(tree: NodeTree, ref: Ref) -> Raw:
    """The own fields of a node, with a list at `nodes` if it has one, and nothing meant by it."""
    raw = tree.raw(ref)
    if "nodes" not in raw and tree.is_edited and tree.has_list(ref):
        return {**raw, "nodes": []}
    return raw


def _altered(tree: NodeTree) -> dict[int, _Altered]:
    """What differs in which lists of children. Cost: O(changes), once for a version."""
    return tree.keep("altered children", lambda: _find_altered(tree))


def _find_altered(tree: NodeTree) -> dict[int, _Altered]:
    found: dict[int, _Altered] = {}
    for (segment, position), change in tree.changes.values():
        if position:
            parent = key_of((segment, segment.parents[position]))
            altered = found.setdefault(parent, _Altered())
            if change.place != HOME:
                altered.left.append(segment.number_of(position))
            else:
                altered.raws.append((position, _own(tree, (segment, position))))
    for altered in found.values():
        altered.left.sort()
    return found


class _Items:
    """The items of the `nodes` of a node in a version of a tree, with their positions.

    They are those that were added at the front, those that its segment has, but for some, and
    then those that were added. Where one was added between them, all of them count as added.

    Args:
        tree: The version.
        ref: The node.
    """

    def __init__(self, tree: NodeTree, ref: Ref) -> None:
        change = tree.change(ref) or UNCHANGED
        self._tree = tree
        self._segment, self._position = ref
        self._ref = ref
        self._base: list[Any] = []
        self._left: list[int] = []
        added = change.children
        if added is None or added.from_base:
            self._base = self._segment.items_of(self._segment.raw(self._position))
            if change.left:
                self._left = _altered(tree).get(key_of(ref), _AS_IT_WAS).left
        self._first: list[Item] = []
        self._added: list[Item] = []
        self._numbers: dict[int, int] | None = None
        if added is not None:
            # Without what is of the segment; what was added there and left again is left out.
            front = Change(children=added._replace(from_base=False, head=(), length=0))
            behind = Change(children=added._replace(from_base=False, depth=0))
            self._first = list(tree.entries(ref, front))
            self._added = list(tree.entries(ref, behind))
        self._before = len(self._first) + len(self._base) - len(self._left)

    def __len__(self) -> int:
        return self._before + len(self._added)

    def number(self, ref: Ref) -> int:
        """The position of a node. Cost: O(log items), O(added) the first time for one of them."""
        if self._base and ref[0] is self._segment and self._is_at_home(ref):
            found = self._segment.number_of(ref[1])
            return len(self._first) + found - bisect_left(self._left, found)
        if self._numbers is None:
            numbered = (*enumerate(self._first), *enumerate(self._added, self._before))
            self._numbers = {
                key_of((segment, item)): number
                for number, (segment, item, _) in numbered
                if segment is not None
            }
        return self._numbers[key_of(ref)]

    def _is_at_home(self, ref: Ref) -> bool:
        change = self._tree.change(ref)
        return change is None or change.place == HOME

    def at(self, number: int) -> tuple[Any, Ref | None]:
        """What is at a position, and where it is if it is a node. Cost: O(log items).

        Raises:
            LookupError: There is nothing.
        """
        if not 0 <= number < len(self):
            raise LookupError(f"there is nothing at '/nodes/{number}' of its subject")
        first = len(self._first)
        if not first <= number < self._before:
            is_first = number < first
            found = self._first[number] if is_first else self._added[number - self._before]
            segment, item, _ = found
            ref = None if segment is None else (segment, item)
        else:
            number = nth_left(self._left, number - first)
            item = self._base[number]
            child = self._segment.child_at(self._position, number)
            ref = None if child is None else (self._segment, child)
        return (item, None) if ref is None else (_own(self._tree, ref), ref)

    def values(self) -> list[Any]:
        """What is in the list now. Cost: O(items) to copy them, and O(changes) for a version."""
        tree, altered = self._tree, _AS_IT_WAS
        if self._base:
            altered = _altered(tree).get(key_of(self._ref), altered)
        values = self._base if not altered.raws and not self._left else list(self._base)
        for position, raw in altered.raws:
            values[self._segment.number_of(position)] = raw
        if self._left:
            gone = set(self._left)
            values = [value for number, value in enumerate(values) if number not in gone]
        first, added = (
            [item if segment is None else _own(tree, (segment, item)) for segment, item, _ in items]
            for items in (self._first, self._added)
        )
        return [*first, *values, *added] if first or added else values


class StateHome(Home):
    """A version of a tree that is one document; a place is the storage of a node.

    Args:
        tree: The version.
        pointer: The place of the root node in the document.
    """

    def __init__(self, tree: NodeTree, pointer: Pointer) -> None:
        super().__init__(pointer)
        self.tree = tree
        self._items: dict[int, _Items] = {}
        self._parents: dict[int, Entry | None] = {}
        self._entries: dict[int, Entry] = {}
        self._inside: dict[int, bool] = {}

    def entry(self, ref: Ref) -> Entry:
        """A node with its own fields; what is in a list at `nodes` means nothing."""
        return Entry(self, ref, self.value(ref))

    def listed(self, ref: Ref) -> Entry:
        """A node with a list in the place of its children, if there is one, and nothing in it."""
        raw = self.tree.raw(ref)
        if self.tree.has_list(ref):
            raw = {**raw, "nodes": []}
        return Entry(self, ref, raw)

    def with_children(self, ref: Ref) -> Entry:
        """A node with its children as they are now; what is in their own lists means nothing.

        Cost: O(children) to copy them.
        """
        raw = self.tree.raw(ref)
        if self.tree.is_edited and self.tree.has_list(ref):
            raw = {**raw, "nodes": self._items_of(ref).values()}
        return Entry(self, ref, raw)

    def whole(self, ref: Ref) -> Entry:
        """A node with all that is below it. Cost: O(changes * depth) for what differs."""
        return Entry(self, ref, self.tree.materialise(ref))

    def has_others(self, ref: Ref) -> bool:
        """Whether there may be something among the children of a node that is no node."""
        # What is added are nodes.
        return bool(ref[0].others(ref[1]))

    def value(self, place: Ref) -> Raw:
        return _own(self.tree, place)

    def above(self, place: Ref) -> Ref | None:
        return self.tree.parent(place)

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
        if not is_container(self.tree.raw(place)) or not 0 <= number < len(self._items_of(place)):
            return None
        return self._items_of(place).at(number)[1]

    def is_root(self, place: Ref) -> bool:
        return place[1] == 0 and place[0] is self.tree.segment

    def root(self) -> Entry:
        return self._shared((self.tree.segment, 0))

    def position(self, place: Ref) -> int:
        parent = self.tree.parent(place)
        assert parent is not None
        return self._items_of(parent).number(place)

    def _items_of(self, ref: Ref) -> _Items:
        key = key_of(ref)
        if key not in self._items:
            self._items[key] = _Items(self.tree, ref)
        return self._items[key]

    def item(self, place: Ref, number: Any) -> tuple[Any, Ref | None]:
        if not self.tree.has_list(place):
            return _item(self.tree.raw(place).get("nodes"), number), None
        if type(number) is not int:
            raise LookupError(f"there is nothing at '/nodes/{number}' of its subject")
        return self._items_of(place).at(number)

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
