"""The storage of a tree: a parsed base that is never copied, and a small overlay of changes.

A node is a `Ref`: a segment and a position in it, the same in every version of a tree.
A version is a persistent map from refs to changes; versions share everything else.
"""

from __future__ import annotations

import itertools
import threading
from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple, Self, TypeAlias, TypeVar

from ngio_collections.graph._edges import Edge
from ngio_collections.graph._pmap import Draft, PersistentMap
from ngio_collections.graph._segment import Raw, Segment

__all__ = [
    "HOME",
    "REMOVED",
    "UNCHANGED",
    "Change",
    "Children",
    "Entry",
    "Ref",
    "TreeState",
    "key_of",
]

T = TypeVar("T")

Ref: TypeAlias = tuple[Segment, int]
"""A node: a segment and a position in it."""

Entry: TypeAlias = tuple[Segment | None, Any, int]
"""One item of a list of children that was changed: a ref with the place that it had when it
was put there. What is no node in the `nodes` of a document has no segment, and is kept."""

Key: TypeAlias = str | tuple[str]
"""What nodes of attached segments are found by: an id, or in a tuple, what attributes declare."""

Link: TypeAlias = tuple[Ref, Any]
"""A node of attached segments with some id, and the link of the one before it, or None."""

HOME: Final = 0
"""The place of a node that is where its segment has it."""
REMOVED: Final = -1
"""The place of a node that is in no list of children any more."""

_PLACES: Final = itertools.count(1)
"""Every other place is a number of its own, so that an entry that a node left behind in an
earlier list of children is never taken for the node."""

_TAILS: Final = threading.Lock()
"""Held while a shared list grows: two threads may append to the same version."""

_SMALL: Final = 1_000
"""The ids of attached segments up to this size are looked up together."""


class Children(NamedTuple):
    """A list of children that was changed.

    Attributes:
        from_base: Whether the children that the segment has come first.
        head: What comes next, after an insertion in the middle all of them.
        tail: What was appended. Versions of a linear history share one list, of which
            each knows how long it was.
        length: How much of the tail belongs to this version.
        front: What was inserted before all others, the last first; it is shared as the tail is.
        depth: How much of the front belongs to this version.
    """

    from_base: bool
    head: tuple[Entry, ...]
    tail: list[Entry]
    length: int
    front: Sequence[Entry] = ()
    depth: int = 0

    def first(self) -> Iterator[Entry]:
        """The entries before those of the base."""
        return (self.front[at] for at in range(self.depth - 1, -1, -1))

    def entries(self) -> Iterator[Entry]:
        """The entries behind those of the base."""
        yield from self.head
        yield from itertools.islice(self.tail, self.length)

    def append(self, entries: list[Entry]) -> Children:
        """The list with entries at its end. Cost: O(entries) in a linear history."""
        with _TAILS:
            tail = self.tail if len(self.tail) == self.length else self.tail[: self.length]
            tail.extend(entries)
            return self._replace(tail=tail, length=len(tail))

    def prepend(self, entries: list[Entry]) -> Children:
        """The list with entries before all others. Cost: O(entries) in a linear history."""
        with _TAILS:
            front = self.front
            if not isinstance(front, list) or len(front) != self.depth:
                front = list(front[: self.depth])
            front.extend(reversed(entries))
            return self._replace(front=front, depth=len(front))


class Change(NamedTuple):
    """How a node differs from what its segment has.

    Attributes:
        raw: Its own fields, None if they did not change. The `nodes` in it mean nothing.
        children: Its children, None if none was added.
        left: Whether children that its segment has were removed or moved away.
        parent: The parent of a node that was attached or moved.
        place: Where it is: `HOME`, `REMOVED`, or the number of its entry.
    """

    raw: Raw | None = None
    children: Children | None = None
    left: bool = False
    parent: Ref | None = None
    place: int = HOME

    @property
    def is_structural(self) -> bool:
        """Whether the children differ from what the segment has."""
        return self.children is not None or self.left

    @property
    def is_moved(self) -> bool:
        """Whether the node is elsewhere than its segment has it: it came, or was moved."""
        return self.place not in (HOME, REMOVED)


UNCHANGED: Final = Change()
"""The change of a node that has none."""
_NO_CHILDREN: Final = Children(from_base=True, head=(), tail=[], length=0)
_NO_CHANGES: Final[PersistentMap[int, tuple[Ref, Change]]] = PersistentMap()
_NO_IDS: Final[PersistentMap[Key, Link]] = PersistentMap()


def key_of(ref: Ref) -> int:
    """A number that tells a node from every other one in the process."""
    return ref[0].number << 40 | ref[1]


class TreeState:
    """One version of a tree. Everything here is O(log edits) unless it says otherwise."""

    __slots__ = ("changes", "ids", "is_edited", "kept", "large", "segment", "shrunk", "shuffled")

    def __init__(
        self,
        segment: Segment,
        changes: PersistentMap[int, tuple[Ref, Change]] | None = None,
        ids: PersistentMap[Key, Link] | None = None,
        large: tuple[Segment, ...] = (),
        *,
        shrunk: bool = False,
        shuffled: bool = False,
    ) -> None:
        self.segment = segment
        self.changes = _NO_CHANGES if changes is None else changes
        self.is_edited = changes is not None  # Asked at every read; so it is no question.
        self.ids = _NO_IDS if ids is None else ids
        self.large = large
        self.shrunk = shrunk  # Whether a node was ever removed or moved.
        self.shuffled = shuffled  # Whether one was ever moved.
        self.kept: dict[Any, Any] | None = None

    @property
    def url(self) -> str | None:
        """The address of the document of the root, None if it is in none."""
        return self.segment.url

    def keep(self, key: Any, make: Callable[[], T]) -> T:
        """Something that others find out about this version, once for all who ask.

        Args:
            key: What it is.
            make: Finds it out when it is first asked for; each time in a draft, which changes.
        """
        if isinstance(self.changes, Draft):
            return make()
        if self.kept is None:
            self.kept = {}
        if key not in self.kept:
            self.kept[key] = make()
        found: T = self.kept[key]
        return found

    # -- reading -------------------------------------------------------------

    def change(self, ref: Ref) -> Change | None:
        """How a node differs from its segment, None if it does not."""
        if not self.is_edited:
            return None
        found = self.changes.get(ref[0].number << 40 | ref[1])
        return None if found is None else found[1]

    def raw(self, ref: Ref) -> Raw:
        """The own fields of a node."""
        if self.is_edited:
            found = self.changes.get(ref[0].number << 40 | ref[1])
            if found is not None and found[1].raw is not None:
                return found[1].raw
        return ref[0].raw(ref[1])

    def parent(self, ref: Ref) -> Ref | None:
        """The node that holds a node, None for the root and for removed nodes."""
        change = self.change(ref)
        if change is not None and change.place != HOME:
            return change.parent
        segment, position = ref
        return (segment, segment.parents[position]) if position else None

    def children(self, ref: Ref) -> Iterator[Ref]:
        """The children of a node, in order. Cost: O(children)."""
        change = self.change(ref)
        segment, position = ref
        if change is None or not change.is_structural:
            for child in segment.children(position):
                yield segment, child
            return
        for entry in self.entries(ref, change):
            if entry[0] is not None:
                yield entry[0], entry[1]

    def has_list(self, ref: Ref) -> bool:
        """Whether a node has a list of children, be it an empty one that was not always empty."""
        change = self.change(ref)
        if change is not None and change.is_structural:
            return True
        return bool(ref[0].items_of(ref[0].raw(ref[1])))

    def has_others(self, ref: Ref) -> bool:
        """Whether there is something among the children of a node that is no node."""
        return self.has_list(ref) and any(
            entry[0] is None for entry in self.entries(ref, self.change(ref) or UNCHANGED)
        )

    def entries(self, ref: Ref, change: Change) -> Iterator[Entry]:
        """The items of a list of children, those that are no nodes included."""
        children = change.children
        if children is not None:
            yield from self._there(children.first())
        if children is None or children.from_base:
            yield from self._base_entries(ref, left=change.left)
        if children is not None:
            yield from self._there(children.entries())

    def _there(self, entries: Iterator[Entry]) -> Iterator[Entry]:
        """Those entries whose nodes are still where they were put."""
        for entry in entries:
            segment, position, place = entry
            if segment is None or self._place((segment, position)) == place:
                yield entry

    def _base_entries(self, ref: Ref, *, left: bool) -> Iterator[Entry]:
        segment, position = ref
        children = segment.children(position)
        for item in segment.items_of(segment.raw(position)):
            if type(item) is not dict:
                yield None, item, HOME
                continue
            child = next(children)
            if not left or self._place((segment, child)) == HOME:
                yield segment, child, HOME

    def _place(self, ref: Ref) -> int:
        change = self.change(ref)
        return HOME if change is None else change.place

    def holds(self, ref: Ref) -> bool:
        """Whether a node is in this version. Cost: O(1), O(depth) once nodes were removed."""
        if not self.shrunk and ref[0] is self.segment:
            return True
        while True:
            change = self.change(ref)
            if change is not None and change.place == REMOVED:
                return False
            segment, position = ref
            if change is not None and change.place != HOME:
                assert change.parent is not None
                ref = change.parent
            elif position:
                ref = (segment, segment.parents[position])
            else:
                return segment is self.segment

    def walk(self, start: Ref) -> Iterator[Ref]:
        """A node and everything below it, in document order. Cost: O(subtree)."""
        segment, position = start
        if not self.is_edited:
            yield from ((segment, at) for at in range(position, segment.ends[position]))
            return
        stack: list[tuple[Segment, int, int]] = [(segment, position, segment.ends[position])]
        while stack:
            segment, at, end = stack.pop()
            for position in range(at, end):
                ref = (segment, position)
                yield ref
                change = self.change(ref)
                if change is not None and change.is_structural:
                    stack.append((segment, segment.ends[position], end))
                    inner = [(s, p, s.ends[p]) for s, p in self.children(ref)]
                    stack.extend(reversed(inner))
                    break

    # -- ids -----------------------------------------------------------------

    def find_refs(self, id_: str, below: Ref | None = None) -> list[Ref]:
        """The nodes with an id, in document order.

        Args:
            id_: The id.
            below: The node to begin at; the root if None.

        Returns:
            The nodes. Cost: O(log edits + nodes found); O(nodes with the id) once a node was
            moved, wherever they are.
        """
        if self.shuffled:
            refs = [ref for ref in self.refs_with(id_) if self.is_below(ref, below)]
            return refs if len(refs) < 2 else sorted(refs, key=self.order)
        found = list(self._read_with(id_, below))
        for ref in self._added_with(id_, below):
            if found:
                insort(found, ref, key=self.order)
            else:
                found.append(ref)
        return found

    def first_ref(self, id_: str, below: Ref | None = None) -> Ref | None:
        """The first node with an id, as `find_refs`; one is found in O(log edits)."""
        if self.shuffled:
            return next(iter(self.find_refs(id_, below)), None)
        refs = [*itertools.islice(self._read_with(id_, below), 1), *self._added_with(id_, below)]
        return min(refs, key=self.order) if len(refs) > 1 else next(iter(refs), None)

    def _read_with(self, id_: str, below: Ref | None) -> Iterator[Ref]:
        """The nodes with an id of one segment, in document order, if no node was moved."""
        segment, top = below or (self.segment, 0)
        positions = segment.positions(id_)
        start, end = 0, len(positions)
        if top:
            start = bisect_left(positions, top)
            end = bisect_left(positions, segment.ends[top])
        for number in range(start, end):
            ref = segment, positions[number]
            if not self.shrunk or self.holds(ref):
                yield ref

    def _added_with(self, id_: str, below: Ref | None) -> Iterator[Ref]:
        """The nodes with an id that other segments brought, in no order."""
        if not self.is_edited:
            return
        start = self.segment if below is None else below[0]
        segments = [segment for segment in self.large if segment is not start]
        refs = ((segment, at) for segment in segments for at in segment.positions(id_))
        for ref in itertools.chain(refs, self._linked(id_)):
            if ref[0] is not start and self.holds(ref) and self.is_below(ref, below):
                yield ref

    def is_below(self, ref: Ref, top: Ref | None) -> bool:
        """Whether a node is another one, or below it."""
        if top is None or top == (self.segment, 0):
            return True
        at: Ref | None = ref
        while at is not None and at != top:
            at = self.parent(at)
        return at is not None

    def is_only(self, ref: Ref, id_: str) -> bool:
        """Whether a node is the only one with an id. Cost: O(log edits), however many there are."""
        return list(itertools.islice(self.refs_with(id_), 2)) == [ref]

    def refs_with(self, id_: str) -> Iterator[Ref]:
        """The nodes with an id, in no order."""
        for segment in (self.segment, *self.large) if self.is_edited else (self.segment,):
            for position in segment.positions(id_):
                if not self.shrunk or self.holds((segment, position)):
                    yield segment, position
        if self.is_edited:
            yield from self._linked(id_)

    def segments_naming(self, name: str) -> Iterator[Segment]:
        """The segments in which attributes may declare something, in no order."""
        yield self.segment
        if self.is_edited:
            yield from self.large
            yield from (ref[0] for ref in self._linked((name,)))

    def _linked(self, key: Key) -> Iterator[Ref]:
        link = self.ids.get(key)
        while link is not None:
            if not self.shrunk or self.holds(link[0]):
                yield link[0]
            link = link[1]

    def edge(self, ref: Ref) -> Edge | None:
        """The reference in whose place a node stands, None if it is not inlined."""
        return ref[0].edge(ref[1])

    def url_of(self, ref: Ref) -> str | None:
        """The address that relative paths of a node count from, and those of its children.

        A node that was moved keeps it. Cost: O(1), O(depth) in inlined trees.
        """
        return ref[0].url_of(ref[1])

    def order(self, ref: Ref) -> tuple[int, ...]:
        """Where a node comes in the document, in a form to compare. Cost: O(depth * siblings)."""
        if not self.is_edited:
            return (ref[1],)
        return tuple(self.path(ref))

    def index(self, parent: Ref, ref: Ref) -> int:
        """The position of a node among the children of its parent.

        Cost: O(log siblings) in a list that no edit changed, but O(siblings) the first time;
        O(siblings) in others.
        """
        if self.has_base_list(parent):
            return bisect_left(parent[0].starts(parent[1]), ref[1])
        return next(n for n, child in enumerate(self.children(parent)) if child == ref)

    def has_base_list(self, ref: Ref) -> bool:
        """Whether the children of a node are those that it had from the beginning."""
        change = self.change(ref)
        return change is None or not change.is_structural

    def path(self, ref: Ref) -> list[int]:
        """The child positions from the root to a node. Cost: for each level as for `index`."""
        path: list[int] = []
        parent = self.parent(ref)
        while parent is not None:
            path.append(self.index(parent, ref))
            ref, parent = parent, self.parent(parent)
        return path[::-1]

    # -- changing ------------------------------------------------------------

    def made(
        self,
        changes: Iterable[tuple[Ref, Change]],
        ids: PersistentMap[Key, Link] | None = None,
        large: tuple[Segment, ...] | None = None,
        *,
        shrunk: bool = False,
        shuffled: bool = False,
    ) -> Self:
        """The tree with changes of nodes."""
        return type(self)(
            self.segment,
            self.changes.update((key_of(ref), (ref, change)) for ref, change in changes),
            self.ids if ids is None else ids,
            self.large if large is None else large,
            shrunk=shrunk or self.shrunk,
            shuffled=shuffled or self.shuffled,
        )

    def with_raw(self, ref: Ref, raw: Raw, change: Change | None) -> Self:
        """The tree with other own fields of a node, which has a change so far, or None."""
        # Past the constructor of the named tuple, which takes three times as long.
        fields = (None, False, None, HOME) if change is None else change[1:]
        new = tuple.__new__(Change, (raw, *fields))
        changes = self.changes.set(ref[0].number << 40 | ref[1], (ref, new))
        if changes is self.changes:  # A draft, that was written in place.
            return self
        return type(self)(
            self.segment,
            changes,
            self.ids,
            self.large,
            shrunk=self.shrunk,
            shuffled=self.shuffled,
        )

    def with_children(self, parent: Ref, segments: list[Segment], index: int | None = None) -> Self:
        """The tree with new children of a node.

        Args:
            parent: The node.
            segments: The children, each with everything below it.
            index: Before which child they come, if there are so many; 0 is before all
                items, None is after all of them.

        Returns:
            The tree. Cost: O(new children) at both ends of the list, else O(children).
        """
        places = [next(_PLACES) for _ in segments]
        entries: list[Entry] = [(s, 0, p) for s, p in zip(segments, places, strict=True)]
        changes = [(parent, self.inserted(parent, entries, index))]
        changes += [
            ((segment, 0), Change(parent=parent, place=place))
            for segment, place in zip(segments, places, strict=True)
        ]
        ids, large = self._with_ids(segments)
        return self.made(changes, ids, large)

    def _with_ids(
        self, segments: list[Segment]
    ) -> tuple[PersistentMap[Key, Link], tuple[Segment, ...]]:
        ids, large = self.ids, self.large
        for segment in segments:
            if not segment.is_small(_SMALL):
                large = (*large, segment)
                continue
            for position, raw in enumerate(segment.raws):
                id_ = raw.get("id")
                if isinstance(id_, str):
                    ids = ids.set(id_, ((segment, position), ids.get(id_)))
            for name in segment.names:
                ids = ids.set((name,), ((segment, 0), ids.get((name,))))
        return ids, large

    def inserted(self, parent: Ref, entries: list[Entry], index: int | None) -> Change:
        """The change of a parent that gets entries before a child, or after all of them."""
        change = self.change(parent) or UNCHANGED
        if index is None:
            children = change.children or _NO_CHILDREN._replace(tail=[])
            return change._replace(children=children.append(entries))
        if index == 0:
            children = change.children or _NO_CHILDREN._replace(tail=[])
            return change._replace(children=children.prepend(entries))
        now = list(self.entries(parent, change))
        nodes = [at for at, entry in enumerate(now) if entry[0] is not None]
        at = nodes[index] if index < len(nodes) else len(now)
        now[at:at] = entries
        return change._replace(children=Children(False, tuple(now), [], 0))

    def arranged(self, parent: Ref, order: Iterable[Ref | Segment], moved: Collection[Ref]) -> Self:
        """The tree with other children of a node, all of them nodes.

        Args:
            parent: The node.
            order: Its children, as they are to be: all that it has, and new ones.
            moved: Those that others overtook, which get another place.

        Returns:
            The tree. Cost: O(children + log edits * (new and moved ones)).
        """
        entries: list[Entry] = []
        changes: list[tuple[Ref, Change]] = []
        segments: list[Segment] = []
        for one in order:
            ref = (one, 0) if isinstance(one, Segment) else one
            if isinstance(one, Segment):
                segments.append(one)
            place = self._place(ref)
            if isinstance(one, Segment) or ref in moved:
                place = next(_PLACES)
                changes.append((ref, self.moved(ref, parent, place)))
            entries.append((*ref, place))
        change = self.change(parent) or UNCHANGED
        left = change.left or bool(moved)
        children = Children(False, tuple(entries), [], 0)
        changes.append((parent, change._replace(children=children, left=left)))
        ids, large = self._with_ids(segments)
        return self.made(changes, ids, large, shrunk=bool(moved), shuffled=bool(moved))

    def without(self, ref: Ref) -> Self:
        """The tree without a node and everything below it; not for the root."""
        parent = self.parent(ref)
        assert parent is not None
        changes = [self._left(parent, ref), (ref, self.moved(ref, None, REMOVED))]
        return self.made(changes, shrunk=True)

    def _left(self, parent: Ref, child: Ref) -> tuple[Ref, Change]:
        """The change of a parent that a child leaves."""
        change = self.change(parent) or UNCHANGED
        return parent, change._replace(left=change.left or self._place(child) == HOME)

    def moved(self, ref: Ref, parent: Ref | None, place: int) -> Change:
        """The change of a node that gets another place."""
        return (self.change(ref) or UNCHANGED)._replace(parent=parent, place=place)

    def replaced(self, ref: Ref, segment: Segment) -> Self:
        """The tree with another node, and all below it, in the place of one; not the root."""
        parent = self.parent(ref)
        assert parent is not None
        change = self.change(parent) or UNCHANGED
        place = next(_PLACES)
        entries = tuple(
            (segment, 0, place) if (entry[0], entry[1]) == ref else entry
            for entry in self.entries(parent, change)
        )
        ids, large = self._with_ids([segment])
        changes = [
            (parent, change._replace(children=Children(False, entries, [], 0))),
            (ref, self.moved(ref, None, REMOVED)),
            ((segment, 0), Change(parent=parent, place=place)),
        ]
        return self.made(changes, ids, large, shrunk=True)

    def relocated(self, ref: Ref, parent: Ref, index: int | None) -> Self:
        """The tree with a node, and everything below it, under another parent."""
        place = next(_PLACES)
        entry: Entry = (ref[0], ref[1], place)
        if index is None:
            return self._appended(ref, parent, entry)
        removed = self.without(ref)
        inserted = removed.inserted(parent, [entry], index)
        changes = [(parent, inserted), (ref, removed.moved(ref, parent, place))]
        return removed.made(changes, shuffled=True)

    def _appended(self, ref: Ref, parent: Ref, entry: Entry) -> Self:
        """The tree with a node moved to the end of a list of children."""
        was = self.parent(ref)
        assert was is not None
        _, left = self._left(was, ref)
        base = left if was == parent else self.change(parent) or UNCHANGED
        children = base.children or _NO_CHILDREN._replace(tail=[])
        changes = [] if was == parent else [(was, left)]
        changes.append((parent, base._replace(children=children.append([entry]))))
        changes.append((ref, self.moved(ref, parent, entry[2])))
        return self.made(changes, shrunk=True, shuffled=True)

    # -- leaving -------------------------------------------------------------

    def materialise(self, start: Ref, origins: dict[int, Ref] | None = None) -> Raw:
        """The JSON of a node with everything below it, sharing what did not change.

        Args:
            start: The node.
            origins: Gets the nodes that were rebuilt, by the identity of their JSON. Nodes that
                came or were moved are rebuilt too, since the same JSON can be at several places.

        Returns:
            The JSON, not to be changed. Cost: O(changes * depth) for what is rebuilt;
            nothing else is looked at.
        """
        dirty = self._dirty(placed=origins is not None)
        if key_of(start) not in dirty:
            return start[0].raw(start[1])
        made: dict[int, Raw] = {}
        order: list[Ref] = [start]
        for ref in order:
            order.extend(child for child in self.children(ref) if key_of(child) in dirty)
        for ref in reversed(order):
            made[key_of(ref)] = self._rebuilt(ref, made)
        if origins is not None:
            origins.update((id(made[key_of(ref)]), ref) for ref in order)
        return made[key_of(start)]

    def _dirty(self, *, placed: bool) -> set[int]:
        """The keys of all nodes whose JSON, with what is below, differs from the segment's.

        Args:
            placed: Whether those that came or were moved count too.
        """
        dirty: set[int] = set()
        for ref, change in self.changes.values():
            at: Ref | None = ref
            is_placed = placed and change.is_moved
            if change.raw is None and not change.is_structural and not is_placed:
                at = self.parent(ref)
            while at is not None and key_of(at) not in dirty:
                dirty.add(key_of(at))
                at = self.parent(at)
        return dirty

    def _rebuilt(self, ref: Ref, made: dict[int, Raw]) -> Raw:
        raw = dict(self.raw(ref))
        change = self.change(ref) or UNCHANGED
        if not self.has_list(ref):
            return raw  # It has no children; what stands at `nodes` is its own content.
        nodes: list[Any] = []
        for segment, position, _ in self.entries(ref, change):
            if segment is None:
                nodes.append(position)
            else:
                child = (segment, position)
                key = key_of(child)
                nodes.append(made[key] if key in made else segment.raw(position))
        raw["nodes"] = nodes
        return raw
