"""What the documents behind an edited tree have to become, so that they say what it says.

Only the changes of the tree are looked at, and only the documents that they are in are
built again; what did not change is taken from them as it was parsed. What was saved before,
from this version of the tree or another one, is looked at again: it may have been undone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, NamedTuple

from ngio_collections import _paths
from ngio_collections.document import Source, map_ids, rooted
from ngio_collections.errors import InvalidEditError
from ngio_collections.graph import Edge, NodeTree, Raw, Segment, fingerprint
from ngio_collections.graph._pmap import PersistentMap
from ngio_collections.graph._state import UNCHANGED, Change, Ref, key_of
from ngio_collections.resolve._moves import (
    Gone,
    Move,
    differing,
    ids_gone,
    moves,
    place_of,
    receivers_first,
    referrers,
)
from ngio_collections.resolve._moving import nodes_in, own_ids, target_of

__all__ = ["CHOICES", "Plan", "Planned", "look_at"]

CHOICES: Final = {
    "auto": "where the attribute is already, the stub before the target; new ones to the target",
    "stub": "to the stub, in the document that declares the reference",
    "target": "to the target, in the document that the reference leads to",
}
"""Where a change of an inlined node is written."""

_ABSENT: Final[Any] = object()
_NOT_OWN: Final = frozenset({"nodes", "path", "attributes", "version"})


@dataclass(frozen=True, slots=True)
class Planned:
    """A document that is to be written.

    Attributes:
        source: The document.
        node: What its node becomes.
        depth: How many documents it lies inside of; the innermost is written first.
        place: Where it is in the tree, if there is one.
    """

    source: Source
    node: Raw
    depth: int
    place: _Place | None = None


class _Place(NamedTuple):
    """Where a document is in a tree.

    Attributes:
        ref: The root of the tree, or a node in the place of a reference.
        layer: Of the documents of such a node, the number of the one that is meant, if it is a
            reference and nothing else; -1 for the one that begins here.
    """

    ref: Ref
    layer: int = -1


class _Split(NamedTuple):
    """How an inlined node was saved.

    Attributes:
        ref: The node.
        own: Its own fields.
        layers: What was written of them for each layer.
    """

    ref: Ref
    own: Raw
    layers: list[Raw]


class _Memory:
    """What was saved of a tree; all of its versions share it, by their first document.

    Attributes:
        saved: The changes of the version that was saved as a whole last.
        segment: What its root was then.
        behind: Where documents begin that may say something else than that version: they were
            written since, in saves of parts, or were not in it.
        splits: The inlined nodes that were changed.
        pending: Where documents begin that differ from those in the store although no edit
            changed them, in a tree that was made of other ones.
        gone: The ids that were moved to other documents.
        moved: The nodes that are elsewhere than they were read.
        built: The nodes that were built for each document, by the place where it begins, as
            far as they are what its next version begins with.
        edited: Where the documents begin that were ever built.
        planned: All places of documents that were ever planned, by the document.
    """

    __slots__ = (
        "behind",
        "built",
        "edited",
        "gone",
        "moved",
        "pending",
        "planned",
        "saved",
        "segment",
        "splits",
    )

    def __init__(self) -> None:
        self.saved: PersistentMap[int, tuple[Ref, Change]] = PersistentMap()
        self.segment: Segment | None = None
        self.behind: dict[int, Ref] = {}
        self.splits: dict[int, _Split] = {}
        self.pending: list[Ref] = []
        self.gone: Gone = {}
        self.moved: dict[int, Ref] = {}
        self.built: dict[int, dict[int, Raw]] = {}
        self.edited: set[int] = set()
        self.planned: dict[str, dict[tuple[int, int], _Place]] = {}


def _split(edge: Edge, before: _Split, new: Raw, to: str) -> list[Raw]:
    """The layers of an inlined node with the changes of the node that they became.

    Args:
        edge: The layers as they were read.
        before: The node as it was read, or as it was saved last.
        new: Its own fields now.
        to: Where changes go.

    Returns:
        The own fields for each layer; those that did not change are the same objects.
    """
    old, made = before.own, list(before.layers)
    for key in {**old, **new}:
        if key not in _NOT_OWN and not _same(old.get(key, _ABSENT), new.get(key, _ABSENT)):
            _spread(edge, made, (key,), new.get(key, _ABSENT), to)
    theirs, ours = old.get("attributes", _ABSENT), new.get("attributes", _ABSENT)
    is_new = not isinstance(theirs, dict)
    if (ours is _ABSENT and theirs is not _ABSENT) or (is_new and ours == {}):
        _spread(edge, made, ("attributes",), ours, to)
    elif isinstance(ours, dict):
        theirs = {} if is_new else theirs
        for key in {**theirs, **ours}:
            if not _same(theirs.get(key, _ABSENT), ours.get(key, _ABSENT)):
                _spread(edge, made, ("attributes", key), ours.get(key, _ABSENT), to)
    return made


def _same(one: Any, other: Any) -> bool:
    # An edit copies what it changes, so that what did not change is the same object; equal
    # values of one type are no change either, where comparing them is cheap.
    if one is other:
        return True
    scalar = str | int | float | bool | None
    return type(one) is type(other) and isinstance(one, scalar) and bool(one == other)


def _spread(edge: Edge, made: list[Any], key: tuple[str, ...], value: Any, to: str) -> None:
    """Write one field, or one attribute, of an inlined node to its layers."""
    if _same(_get(edge.raw, key), value):
        # It is what was read, and that stood where it was read.
        for n, layer in enumerate(edge.layers):
            read = _get(layer.raw, key)
            if read is not _ABSENT:
                made[n] = _with(made[n], key, read)
            elif _get(made[n], key) is not _ABSENT:
                made[n] = _without(made[n], key)
        return
    having = [n for n, raw in enumerate(made) if _get(raw, key) is not _ABSENT]
    last = len(made) - 1
    # The strategy is about attributes; of all other fields the stub's count.
    target_wins = edge.wins == "target" and len(key) == 2
    order = having[::-1] if target_wins else having
    chosen = {"stub": 0, "target": last}.get(to, order[0] if order else last)
    if value is _ABSENT:
        if to == "stub" and having not in ([], [0]):
            raise InvalidEditError(
                f"{'/'.join(key)} cannot be dropped in the stub alone: {edge.target.url} has it "
                "too; save with to='auto' or to='target'"
            )
        for n in having:
            made[n] = _without(made[n], key)
        return
    layer = edge.layers[chosen]
    if len(key) == 2 and not isinstance(made[chosen].get(key[0]), dict | None):
        raise InvalidEditError(
            f"{'/'.join(key)} cannot be written: {layer.url} has `{key[0]}` that are "
            f"{made[chosen][key[0]]!r:.80} and no object, and would be lost; mend it there, or "
            "save with another `to`"
        )
    value = _paths.rebased(value, edge.target.url or "", layer.url or "") if layer.url else value
    made[chosen] = _with(made[chosen], key, value)
    # What would hide the new value goes.
    hiding = [n for n in having if (n > chosen) == target_wins and n != chosen]
    for n in hiding:
        made[n] = _without(made[n], key)


def _get(raw: Any, key: tuple[str, ...]) -> Any:
    for part in key:
        raw = raw.get(part, _ABSENT) if isinstance(raw, dict) else _ABSENT
    return raw


def _with(raw: Raw, key: tuple[str, ...], value: Any) -> dict[str, Any]:
    if len(key) == 1:
        return {**raw, key[0]: value}
    inner = raw.get(key[0])
    return {**raw, key[0]: {**(inner if isinstance(inner, dict) else {}), key[1]: value}}


def _without(raw: Raw, key: tuple[str, ...]) -> dict[str, Any]:
    if len(key) == 1:
        return {k: v for k, v in raw.items() if k != key[0]}
    # The object stays when it gets empty, as it does in a node that is not inlined.
    return {**raw, key[0]: {k: v for k, v in raw[key[0]].items() if k != key[1]}}


class Plan:
    """Finds the documents whose content an edited tree changes, and builds them.

    Args:
        tree: The tree.
        to: Where changes of an inlined node go; one of `CHOICES`.
    """

    def __init__(self, tree: NodeTree, to: str = "auto") -> None:
        if to not in CHOICES:
            raise ValueError(f"to is one of {', '.join(CHOICES)}, not {to!r}")
        self._tree = tree
        self._to = to
        self._root: Ref = (tree.segment, 0)
        self._memory = _memory_of(tree)
        self._new: dict[int, tuple[Ref, Change, Change]] = {}
        self._away: dict[int, Ref] = {}
        self._moved: dict[int, Ref] = {}
        self._gone: Gone = {}
        self._gone_since: dict[str, set[str]] = {}
        self._is_new_start = False
        self._splits: dict[int, _Split] = {}
        self._dirty: set[int] = set()
        self._depths: dict[int, int] = {}
        self._built: dict[int, dict[int, Raw]] = {}
        self._aimed: set[tuple[str, str, str]] = set()
        self._ties: set[tuple[str, str]] = set()
        self._candidates: dict[str, dict[tuple[int, int], Planned]] = {}
        self._found: dict[str, Planned] = {}

    def made(self) -> list[Planned]:
        """The documents that may have to be written.

        Returns:
            The documents, innermost first, and those that are equally deep by their URLs; but
            those that receive something before those that give it away. Cost: O(changes since
            the last save * depth), and the documents that they are in; where nodes left
            their place O(all changes * depth), and O(nodes) if it was for another document.

        Raises:
            InvalidEditError: A document that is in several places was edited differently, or
                a change cannot be written where it is to go.
        """
        moved = self._look_for_news()
        places = {key: ref for key, ref in self._memory.behind.items() if self._tree.holds(ref)}
        places.update((key_of(place), place) for place in self._new_places())
        places.update((key_of(place), place) for place in self._referring_places())
        if self._memory.segment is not self._tree.segment and self._is_changed():
            places[key_of(self._root)] = self._root
        for place in list(places.values()):
            places.update((key_of(ref), ref) for ref in self._places_beside(place))
        unknown = self._memory.edited & (places.keys() - self._memory.built.keys())
        if self._is_new_start or unknown:
            places.update((key_of(place), place) for place in self._all_places())
        for place in places.values():
            self._plan(place)
        self._plan_pending()
        self._choose()
        self._verify_aims()
        between = {(old, new) for _, old, new in moved}
        self._ties |= {(old, new) for old, new in between if old in self._gone_since}
        # Changes come in the order of numbers that mean nothing; it must not show.
        plans = sorted(self._found.values(), key=lambda plan: (-plan.depth, plan.source.url))
        urls = receivers_first((plan.source.url for plan in plans), sorted(between))
        return [self._found[url] for url in urls]

    def _look_for_news(self) -> list[Move]:
        """Note what changed since the last save.

        Returns:
            What was moved to other documents since the tree was opened.
        """
        memory, tree = self._memory, self._tree
        self._moved = dict(memory.moved)
        has_left = False
        for key, old, new in memory.saved.changes(tree.changes):
            ref = (old or new or (self._root, UNCHANGED))[0]
            was, now = (UNCHANGED if one is None else one[1] for one in (old, new))
            self._new[key] = (ref, was, now)
            self._moved.pop(key, None)
            if now.is_moved:
                self._moved[key] = ref
            # A new node was nowhere before.
            has_left |= was.place != now.place and (old is not None or ref[1] > 0)
        moved = list(moves(tree, self._moved))
        self._gone = ids_gone(tree, moved)
        self._gone_since = differing(self._gone, memory.gone)
        is_replaced = memory.segment not in (None, tree.segment)
        self._is_new_start = has_left or is_replaced or bool(self._gone_since)
        return moved

    def _new_places(self) -> Iterator[Ref]:
        """Where documents begin that changes since the last save change."""
        for _, (ref, was, now) in sorted(self._new.items(), key=itemgetter(0)):
            is_structural = was.is_structural or now.is_structural
            if self._tree.holds(ref):
                yield from self._touched(ref, now, is_new=True)
                if is_structural and self._tree.edge(ref) is not None:
                    yield ref
                continue
            place = place_of(self._tree, ref)
            if self._tree.edge(place) is None:
                continue
            # The reference to it is gone, and it stays as it is. But it keeps its nodes: what
            # was moved from it before, and is not in this version, would be nowhere.
            self._away[key_of(place)] = place
            is_given = is_structural or was.is_moved or now.is_moved
            if is_given and key_of(place) in self._memory.edited:
                yield place

    def _all_places(self) -> Iterator[Ref]:
        """Where documents begin that this version changes, or that were written from any other.

        Documents are built with all changes from now on, of which those saved before may be
        anywhere.
        """
        self._is_new_start = True
        changes = {
            key_of(split.ref): (split.ref, UNCHANGED) for split in self._memory.splits.values()
        }
        changes.update({key_of(ref): (ref, change) for ref, change in self._tree.changes.values()})
        for key, (ref, change) in changes.items():
            if key not in self._new and self._tree.holds(ref):
                yield from self._touched(ref, change, is_new=True)
        for places in self._memory.planned.values():
            for ref, layer in places.values():
                if layer < 0 and self._tree.holds(ref):
                    yield ref

    def _places_beside(self, place: Ref) -> Iterator[Ref]:
        """Where else the document begins that begins at a place, and was written from."""
        source = self._source(place)
        for ref, layer in self._memory.planned.get(source.url, {}).values() if source else ():
            if layer < 0 and ref != place and self._tree.holds(ref):
                yield ref

    def _referring_places(self) -> Iterator[Ref]:
        """Where documents begin that refer to what went to another document since the last save.

        Those that are a reference only are planned.
        """
        for ref, number in referrers(self._tree, self._gone_since) if self._gone_since else ():
            edge = self._tree.edge(ref)
            if edge is not None and 0 < number < len(edge.layers) - 1:
                self._add_layer(ref, edge, number)
                continue
            holder = self._tree.parent(ref) if number == 0 else ref
            if holder is None:
                assert edge is not None
                self._add_layer(ref, edge, 0)
            else:
                self._mark(holder)
                yield place_of(self._tree, holder)

    def _verify_aims(self) -> None:
        """Make sure that References mean one thing in the documents that received it."""
        wanted: dict[str, dict[str, str]] = {}
        for there, id_, url in sorted(self._aimed):
            wanted.setdefault(there, {}).setdefault(id_, url)
        for there, ids in wanted.items():
            if there not in self._found:
                continue
            nodes = nodes_in(self._found[there].node)
            times = Counter(id_ for raw in nodes for id_ in own_ids(raw))
            twice = next((id_ for id_ in ids if times[id_] > 1), None)
            if twice is not None:
                raise InvalidEditError(
                    f"{there} has the id {twice!r} twice with what was moved into it, and a "
                    f"reference in {ids[twice]} could mean either; move it elsewhere, or replace "
                    "one of the two by a node with another id"
                )

    def tied(self, urls: Iterable[str]) -> set[str]:
        """The documents that have to be written with some, since nodes went from one to another.

        Args:
            urls: Some documents.

        Returns:
            They, and all that gave or received a node, or refer to one, from them to the last.
        """
        beside: dict[str, list[str]] = {}
        for one, other in self._ties:
            beside.setdefault(one, []).append(other)
            beside.setdefault(other, []).append(one)
        found = list(dict.fromkeys(urls))
        for url in found:  # It grows meanwhile.
            found += [other for other in beside.pop(url, ()) if other not in found]
        return set(found)

    def _plan_pending(self) -> None:
        """Plan the documents that differ from those in the store, if no edit did it already.

        They say the same in all places, so that later edits may be made in any of them.
        """
        for ref in self._memory.pending:
            for source, raw in self._sources_at(ref) if self._tree.holds(ref) else ():
                if source.url not in self._candidates:
                    node = self._document(ref, source.url) if raw is None else raw
                    self._found[source.url] = Planned(source, node, self._depth(ref))

    def _sources_at(self, ref: Ref) -> Iterator[tuple[Source, Raw | None]]:
        """The documents that begin at a place; those that are a reference only with that."""
        edge = self._tree.edge(ref)
        if edge is None:
            yield self._tree.segment.source, None
            return
        if ref == self._root:
            yield edge.stub.source, edge.stub.raw
        for layer in edge.layers[1:-1]:
            yield layer.source, layer.raw
        yield edge.target.source, None

    def note_written(self) -> None:
        """Take note of the documents that were written, so that later saves look at them."""
        memory = self._memory
        for planned in self._found.values():
            source = planned.source
            if planned.place is None or (source.node is not planned.node and source.tried is None):
                continue
            ref, layer = planned.place
            if layer < 0:
                memory.behind[key_of(ref)] = ref
            if ref == self._root:
                memory.segment = self._tree.segment
            known = memory.planned.setdefault(planned.source.url, {})
            candidates = self._candidates[planned.source.url]
            known.update({key: one.place for key, one in candidates.items() if one.place})

    def note_all_written(self) -> None:
        """Take note that all of it was written: later changes of inlined nodes count from here."""
        memory = self._memory
        memory.splits.update(self._splits)
        memory.saved = self._tree.changes
        memory.segment = self._tree.segment
        memory.gone, memory.moved = self._gone, self._moved
        left = {key: ref for key, ref in memory.behind.items() if not self._tree.holds(ref)}
        memory.behind = {**left, **self._away}
        memory.pending.clear()
        if self._is_new_start:
            memory.built.clear()
        for place, built in self._built.items():
            memory.built.setdefault(place, {}).update(built)
            memory.edited.add(place)

    def _is_changed(self) -> bool:
        """Whether the root is another node than the one that its document holds now."""
        source = self._tree.segment.source
        if source is None or self._tree.edge(self._root) is not None:
            return False
        return self._original(self._root) is not source.node

    def _touched(self, ref: Ref, change: Change, *, is_new: bool) -> Iterator[Ref]:
        """The places of the documents that a change of a node changes.

        A place is the node in which a document begins: the root, or one with an edge.
        Documents that are references only have none; they are planned if the change is new.
        """
        edge = self._tree.edge(ref)
        if edge is None:
            place = place_of(self._tree, ref)
            self._mark(ref)
            yield place
            return
        if change.is_structural:
            self._mark(ref)
            yield ref
        yield from self._touched_layers(ref, edge, change, is_new=is_new)

    def _touched_layers(
        self, ref: Ref, edge: Edge, change: Change, *, is_new: bool
    ) -> Iterator[Ref]:
        """The places of the documents that changes of an inlined node go to."""
        read = [layer.raw for layer in edge.layers]
        before = self._memory.splits.get(key_of(ref))
        if before is None and change.raw is None:
            return
        before = before or _Split(ref, edge.raw, read)
        # What was saved, and is not in this version of the tree, becomes what it was.
        layers = read if change.raw is None else _split(edge, before, change.raw, self._to)
        self._splits[key_of(ref)] = _Split(ref, change.raw or edge.raw, layers)
        is_changed = [
            any(one is not layer for one in others)
            for layer, *others in zip(read, before.layers, layers, strict=True)
        ]
        if is_changed[-1]:
            yield ref
        parent = self._tree.parent(ref)
        if is_changed[0] and parent is not None:
            self._mark(parent)
            yield place_of(self._tree, parent)
        elif is_changed[0] and is_new:
            self._add_layer(ref, edge, 0)
        for number in range(1, len(layers) - 1):  # Roots that are references themselves.
            if is_changed[number] and is_new:
                self._add_layer(ref, edge, number)

    def _add_layer(self, ref: Ref, edge: Edge, number: int) -> None:
        """Plan a document that is a reference, and holds nothing else."""
        layer, split = edge.layers[number], self._split(ref)
        raw = layer.raw if split is None else split.layers[number]
        depth = 0 if number == 0 else self._depth(ref)
        node = self._fields(raw, layer.url, str(layer.url))
        self._add(layer.source, node, depth, _Place(ref, number))

    def _split(self, ref: Ref) -> _Split | None:
        """How an inlined node is saved, if it was changed."""
        key = key_of(ref)
        if key in self._splits or key in self._new:
            return self._splits.get(key)
        return self._memory.splits.get(key)

    def _mark(self, ref: Ref) -> None:
        """Note that a node has to be built again, with all above it in its document."""
        at: Ref | None = ref
        while at is not None and key_of(at) not in self._dirty:
            self._dirty.add(key_of(at))
            if self._tree.edge(at) is not None:
                return
            at = self._tree.parent(at)

    def _depth(self, place: Ref) -> int:
        """How many documents the one that begins at a place lies inside of, itself included."""
        above: list[Ref] = []
        at: Ref | None = place
        while at is not None and key_of(at) not in self._depths:
            above.append(at)
            parent = self._tree.parent(at)
            at = None if parent is None else place_of(self._tree, parent)
        depth = 0 if at is None else self._depths[key_of(at)]
        for one in reversed(above):
            depth += self._tree.edge(one) is not None
            self._depths[key_of(one)] = depth
        return depth

    def _source(self, place: Ref) -> Source | None:
        """The document that begins at a place."""
        edge = self._tree.edge(place)
        source = self._tree.segment.source if edge is None else edge.target.source
        return source if isinstance(source, Source) else None

    def _plan(self, place: Ref) -> None:
        source = self._source(place)
        if source is None:
            raise InvalidEditError(
                f"{self._tree.root!r} was not opened from a document; "
                "write it with create(url, node)"
            )
        self._add(source, self._document(place, source.url), self._depth(place), _Place(place))

    def _add(self, source: Source, node: Raw, depth: int, place: _Place) -> None:
        if "version" in source.node:  # What replaced a root may have none.
            node = rooted(node)
        found = self._candidates.setdefault(source.url, {})
        found[key_of(place.ref), place.layer] = Planned(source, node, depth, place)

    def _choose(self) -> None:
        """Choose what is written of documents that are in several places: what was edited.

        Raises:
            InvalidEditError: A document was edited differently in two of them.
        """
        for url, candidates in self._candidates.items():
            chosen, *others = candidates.values()
            if others:
                edited = {
                    fingerprint(one.node): one
                    for one in candidates.values()
                    if self._is_edited(one)
                }
                if len(edited) > 1:
                    raise InvalidEditError(
                        f"{url} is in the tree in several places, which were edited "
                        "differently; edit one of them, save, and open the tree again"
                    )
                chosen = next(iter(edited.values()), chosen)
            self._found[url] = chosen

    def _is_edited(self, planned: Planned) -> bool:
        """Whether a document is not what was read of it."""
        assert planned.place is not None
        ref, layer = planned.place
        edge = self._tree.edge(ref)
        read = self._original(ref) if edge is None else edge.layers[layer].raw
        return fingerprint(planned.node) != fingerprint(read)

    # -- building a document ---------------------------------------------------------

    def _document(self, place: Ref, url: str) -> Raw:
        """The node of a document as it is now, without recursion."""
        top: list[Any] = [None]
        stack: list[tuple[Ref, list[Any], int]] = [(place, top, 0)]
        built: dict[int, Raw] = {}
        kept = {} if self._is_new_start else self._memory.built.get(key_of(place), {})
        while stack:
            ref, holder, at = stack.pop()
            raw = dict(self._own(ref, url, is_place=ref == place))
            holder[at] = built[key_of(ref)] = raw
            if not self._tree.has_list(ref):
                continue
            items: list[Any] = []
            for item, child in self._items(ref):
                if child is None:
                    items.append(item)
                elif (edge := self._tree.edge(child)) is not None:
                    items.append(self._stub(child, edge, url))
                elif self._has_to_be_built(ref, child, url, kept):
                    items.append(None)
                    stack.append((child, items, len(items) - 1))
                else:
                    items.append(kept.get(key_of(child)) or self._original(child))
            raw["nodes"] = items
        self._built[key_of(place)] = built
        node: Raw = top[0]
        return node

    def _items(self, ref: Ref) -> Iterator[tuple[Any, Ref | None]]:
        """What is among the children of a node: other things, and nodes."""
        change = self._tree.change(ref) or UNCHANGED
        for segment, item, _ in self._tree.entries(ref, change):
            yield (item, None) if segment is None else (None, (segment, item))

    def _has_to_be_built(self, parent: Ref, child: Ref, url: str, kept: Mapping[int, Raw]) -> bool:
        """Whether a node is not what its document has: it changed, or came from elsewhere."""
        if key_of(child) in self._dirty:
            return True
        if key_of(child) in kept:
            return False
        if url in self._gone:
            return True
        if parent[0] is child[0] and not self._tree.shrunk:
            return False
        return self._tree.url_of(child) not in (url, None)

    def _own(self, ref: Ref, url: str, *, is_place: bool) -> Mapping[str, Any]:
        """The own fields of a node of a document."""
        edge = self._tree.edge(ref)
        if is_place and edge is not None:
            split = self._split(ref)
            raw = edge.target.raw if split is None else split.layers[-1]
            return self._fields(raw, url, url)
        return self._fields(self._tree.raw(ref), self._tree.url_of(ref), url)

    def _fields(self, raw: Raw, here: str | None, url: str) -> Raw:
        """Own fields that count from one document, as they are in another, or after moves."""
        if here is None or (here == url and not self._gone):
            return raw
        fields = {key: _rebased_field(key, value, here, url) for key, value in raw.items()}
        if "attributes" in fields:
            fields["attributes"] = map_ids(
                fields["attributes"], lambda value: value, lambda v: self._referring(v, here, url)
            )
        return fields

    def _referring(self, reference: Mapping[str, Any], here: str, url: str) -> Mapping[str, Any]:
        """A Reference that leads where it led before nodes were moved between documents.

        Args:
            reference: The Reference; its path counts from the document that it will be in.
            here: The document that it was in.
            url: The document that it will be in.
        """
        id_ = reference["id"]
        has_path = isinstance(reference.get("path"), dict)
        home = target_of(reference, url) if has_path else here
        now = self._gone.get(home or "", {}).get(id_)
        if now is None and has_path:
            return reference
        there = now or here
        if now is not None:
            self._aimed.add((there, id_, url))
            if id_ in self._gone_since.get(home or "", ()):
                self._ties |= {(url, there), (url, home or "")}
        if there != url:
            return {**reference, "path": _paths.path_to(url, there)}
        return {k: v for k, v in reference.items() if k != "path"} if has_path else reference

    def _stub(self, ref: Ref, edge: Edge, url: str) -> Raw:
        """A reference as it stands in the document that holds it now."""
        split = self._split(ref)
        return self._fields(edge.stub.raw if split is None else split.layers[0], edge.stub.url, url)

    def _original(self, ref: Ref) -> Raw:
        """A node that did not change, as its document has it."""
        raw = ref[0].raw(ref[1])
        inlined = ref[0].inlined
        return raw if inlined is None else inlined.originals.get(id(raw), raw)


def _rebased_field(key: str, value: Any, here: str, url: str) -> Any:
    if here == url or key not in ("path", "attributes"):
        return value
    return _paths.rebased(value, here, url)


def look_at(tree: NodeTree, places: Iterable[Ref]) -> None:
    """Let saves of a tree look at documents although no edit changed them.

    Args:
        tree: A tree that is made of other documents than those in the store.
        places: The root, or nodes in the place of a reference, whose documents differ.
    """
    _memory_of(tree).pending.extend(places)


def _memory_of(tree: NodeTree) -> _Memory:
    source = tree.segment.source
    if not isinstance(source, Source):
        return _Memory()
    if source.memory is None:
        source.memory = _Memory()
    memory: _Memory = source.memory
    return memory
