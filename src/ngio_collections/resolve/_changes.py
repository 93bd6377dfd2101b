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

from ngio_collections.document import (
    Source,
    nodes_in,
    own_ids,
    references,
    rooted,
    target_of,
)
from ngio_collections.errors import InvalidEditError
from ngio_collections.graph import Edge, NodeTree, Raw, fingerprint
from ngio_collections.graph._state import UNCHANGED, Change, Ref, key_of
from ngio_collections.resolve._layers import CHOICES, Split, split_layers
from ngio_collections.resolve._memory import Place, memory_of
from ngio_collections.resolve._moves import (
    Elsewhere,
    aims,
    differing,
    ids_gone,
    in_order,
    moves,
    place_of,
    referrers,
)
from ngio_collections.resolve._rebuilt import Builder

__all__ = ["Plan", "Planned"]


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
    place: Place | None = None


class Plan:
    """Finds the documents whose content an edited tree changes, and builds them.

    Args:
        tree: The tree.
        to: Where changes of an inlined node go; one of `CHOICES`.
    """

    def __init__(self, tree: NodeTree, to: str = "auto") -> None:
        if to not in tuple(CHOICES):  # Which may be given what has no hash.
            raise ValueError(f"to is one of {', '.join(CHOICES)}, not {to!r}")
        self._tree = tree
        self._to = to
        self._root: Ref = (tree.segment, 0)
        self._memory = memory_of(tree)
        self._new: dict[int, tuple[Ref, Change, Change]] = {}
        self._away: dict[int, Ref] = {}
        self._moved: dict[int, Ref] = {}
        self._elsewhere = Elsewhere({}, {})
        self._gone_since: dict[str, set[str]] = {}
        self._builder: Builder  # It is made when it is known what changed.
        self._is_new_start = False
        self._splits: dict[int, Split] = {}
        self._depths: dict[int, int] = {}
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
        self._look_for_news()
        for place in self._places():
            self._plan(place)
        self._plan_pending()
        self._choose()
        self._verify_aims()
        # Changes come in the order of numbers that mean nothing; it must not show.
        plans = sorted(self._found.values(), key=lambda plan: (-plan.depth, plan.source.url))
        given = {(old, new) for old, new in self._given().values() if old != new}
        self._builder.ties |= given
        referring: set[tuple[str, str]] = set()
        for one in self._builder.redirected:
            referring |= {(one.document, one.target), (one.target_before, one.document)}
            referring.add((one.target_before, one.before))
        urls = in_order([plan.source.url for plan in plans], given, referring)
        return [self._found[url] for url in urls]

    def _places(self) -> list[Ref]:
        """Where the documents begin that are built."""
        memory = self._memory
        places = {key: ref for key, ref in memory.behind.items() if self._tree.holds(ref)}

        def add(found: Iterable[Ref]) -> None:
            places.update((key_of(place), place) for place in found)

        def add_those_beside() -> None:
            for place in list(places.values()):
                add(self._places_beside(place))

        add(self._new_places())
        if memory.segment is not self._tree.segment and self._is_changed():
            add([self._root])
        add_those_beside()
        # What was built for the last version of a document is not known of all of them.
        self._is_new_start |= bool(memory.edited & (places.keys() - memory.built.keys()))
        if self._is_new_start:
            add(self._all_places())
            add(self._referring_places())
            add_those_beside()
        return list(places.values())

    def _given(self) -> dict[int, tuple[str, str]]:
        """In which documents moved nodes were when the tree was saved last, and in which now."""
        before, now = self._memory.elsewhere.homes, self._elsewhere.homes
        given: dict[int, tuple[str, str]] = {}
        for key in {*before, *now}:
            home = (now.get(key) or before[key])[0]
            given[key] = (before.get(key, (home, home))[1], now.get(key, (home, home))[1])
        return given

    def _look_for_news(self) -> None:
        """Note what changed since the last save."""
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
        homes = {key_of(ref): (old, new) for ref, old, new in moved}
        self._elsewhere = Elsewhere(ids_gone(tree, moved), homes)
        self._gone_since = differing(self._elsewhere.gone, memory.elsewhere.gone)
        self._builder = Builder(
            tree, self._split, self._elsewhere, memory.elsewhere, self._gone_since
        )
        is_replaced = memory.segment not in (None, tree.segment)
        self._is_new_start = has_left or is_replaced or bool(self._gone_since)

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
        """Where documents begin that refer to what is, or was, in another document.

        Those that are a reference only are planned.
        """
        gone, since = self._elsewhere.gone, self._gone_since
        ids = {url: {*gone.get(url, ()), *since.get(url, ())} for url in {*gone, *since}}
        for ref, number in referrers(self._tree, ids) if ids else ():
            edge = self._tree.edge(ref)
            if edge is not None and 0 < number < len(edge.layers) - 1:
                self._add_layer(ref, edge, number)
                continue
            holder = self._tree.parent(ref) if number == 0 else ref
            if holder is None:
                assert edge is not None
                self._add_layer(ref, edge, 0)
            else:
                self._builder.mark(holder)
                yield place_of(self._tree, holder)

    def _verify_aims(self) -> None:
        """Make sure that References mean one thing in the documents that received nodes."""
        twice = {url: ids for url, ids in self._received_twice() if ids}
        for there, id_, url in sorted({*self._builder.aimed, *self._aims(twice)}):
            if id_ in twice.get(there, ()):
                raise InvalidEditError(
                    f"{there} has the id {id_!r} twice with what was moved into it, and a "
                    f"reference in {url} could mean either; move it elsewhere, or replace "
                    "one of the two by a node with another id"
                )

    def _received_twice(self) -> Iterator[tuple[str, set[str]]]:
        """The ids that came into documents that have them a second time."""
        received: dict[str, set[str]] = {}
        for ids in self._elsewhere.gone.values():
            for id_, there in ids.items():
                received.setdefault(there, set()).add(id_)
        for there in received.keys() & self._found.keys():
            nodes = nodes_in(self._found[there].node)
            times = Counter(id_ for raw in nodes for id_ in own_ids(raw))
            yield there, {id_ for id_ in received[there] if times[id_] > 1}

    def _aims(self, twice: Mapping[str, set[str]]) -> Iterator[tuple[str, str, str]]:
        """References to what a document had before it received another thing with its id.

        Args:
            twice: The ids that are there twice, by the documents that they are in.

        Yields:
            As `Builder.aimed`. Cost: O(nodes), if there is such an id.
        """
        for there, ids in twice.items():
            for raw in nodes_in(self._found[there].node):
                for one in references(raw.get("attributes")):
                    if one["id"] in ids and target_of(one, there) is None:
                        yield there, one["id"], there
        for there, id_, url in aims(self._tree, twice) if twice else ():
            if id_ not in self._elsewhere.gone.get(there, ()):  # Else it is written anew.
                yield there, id_, url

    def tied(self, urls: Iterable[str]) -> set[str]:
        """The documents that have to be written with some, since nodes went from one to another.

        Args:
            urls: Some documents.

        Returns:
            They, and all that gave or received a node, or refer to one, from them to the last.
        """
        beside: dict[str, list[str]] = {}
        for one, other in self._builder.ties:
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
        self._note_given()

    def _note_given(self) -> None:
        """Take note of the moved nodes that are where they are to be, in all documents."""
        memory = self._memory
        homes = dict(memory.elsewhere.homes)
        for key, places in self._given().items():
            if not all(map(self._is_done, places)):
                continue
            if key in self._elsewhere.homes:
                homes[key] = self._elsewhere.homes[key]
            else:
                homes.pop(key, None)
        memory.elsewhere = memory.elsewhere._replace(homes=homes)

    def _is_done(self, url: str) -> bool:
        """Whether a document says what it should say."""
        planned = self._found.get(url)
        if planned is None or planned.source.node is planned.node:
            return True
        source = planned.source
        return source.tried is None and fingerprint(planned.node) == fingerprint(source.node)

    def note_all_written(self) -> None:
        """Take note that all of it was written: later changes of inlined nodes count from here."""
        memory = self._memory
        memory.splits.update(self._splits)
        memory.saved = self._tree.changes
        memory.segment = self._tree.segment
        memory.elsewhere, memory.moved = self._elsewhere, self._moved
        left = {key: ref for key, ref in memory.behind.items() if not self._tree.holds(ref)}
        memory.behind = {**left, **self._away}
        memory.pending.clear()
        if self._is_new_start:
            memory.built.clear()
        for place, built in self._builder.built.items():
            memory.built.setdefault(place, {}).update(built)
            memory.edited.add(place)

    def _is_changed(self) -> bool:
        """Whether the root is another node than the one that its document holds now."""
        source = self._tree.segment.source
        if source is None or self._tree.edge(self._root) is not None:
            return False
        return self._builder.original(self._root) is not source.node

    def _touched(self, ref: Ref, change: Change, *, is_new: bool) -> Iterator[Ref]:
        """The places of the documents that a change of a node changes.

        A place is the node in which a document begins: the root, or one with an edge.
        Documents that are references only have none; they are planned if the change is new.
        """
        edge = self._tree.edge(ref)
        if edge is None:
            place = place_of(self._tree, ref)
            self._builder.mark(ref)
            yield place
            return
        if change.is_structural:
            self._builder.mark(ref)
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
        before = before or Split(ref, edge.raw, read)
        # What was saved, and is not in this version of the tree, becomes what it was.
        layers = read if change.raw is None else split_layers(edge, before, change.raw, self._to)
        self._splits[key_of(ref)] = Split(ref, change.raw or edge.raw, layers)
        is_changed = [
            any(one is not layer for one in others)
            for layer, *others in zip(read, before.layers, layers, strict=True)
        ]
        if is_changed[-1]:
            yield ref
        parent = self._tree.parent(ref)
        if is_changed[0] and parent is not None:
            self._builder.mark(parent)
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
        node = self._builder.fields(raw, layer.url, str(layer.url))
        self._add(layer.source, node, depth, Place(ref, number))

    def _split(self, ref: Ref) -> Split | None:
        """How an inlined node is saved, if it was changed."""
        key = key_of(ref)
        if key in self._splits or key in self._new:
            return self._splits.get(key)
        return self._memory.splits.get(key)

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

    def _document(self, place: Ref, url: str) -> Raw:
        """The node of the document that begins at a place, as it is now."""
        kept = {} if self._is_new_start else self._memory.built.get(key_of(place), {})
        return self._builder.document(place, url, kept)

    def _plan(self, place: Ref) -> None:
        source = self._source(place)
        if source is None:
            raise InvalidEditError(
                f"{self._tree.root!r} was not opened from a document; "
                "write it with create(url, node)"
            )
        self._add(source, self._document(place, source.url), self._depth(place), Place(place))

    def _add(self, source: Source, node: Raw, depth: int, place: Place) -> None:
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
        read = self._builder.original(ref) if edge is None else edge.layers[layer].raw
        return fingerprint(planned.node) != fingerprint(read)
