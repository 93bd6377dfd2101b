"""Everything in a document that has an id: its nodes, and what their attributes declare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Protocol, TypeAlias

from ngio_collections._contract import Concept, Declaration, Pointer
from ngio_collections.graph import Raw, Segment
from ngio_collections.graph._state import Ref, key_of
from ngio_collections.validation._entries import Entry, SegmentHome, StateHome, is_container

__all__ = [
    "Declarations",
    "Declaring",
    "SegmentDeclarations",
    "StateDeclarations",
    "declaring",
    "in_text_order",
]

Declaring: TypeAlias = tuple[tuple[tuple[str, ...], str], ...]
"""The arrays in the attributes of a node whose items declare ids: their keys, and what the items
are."""

_KINDS: Final = frozenset({"coordinate-system", "row", "column", "acquisition"})
"""The concepts, beside nodes, that can be referred to."""

_RECENT: Final = 64
"""So many lookups are remembered."""
_MANY: Final = 16
"""An id that so many things have is a mistake that has been reported; who asks for it gets some
of them, so that a document in which all images use one id is not looked through for each."""
_LARGE: Final = 16
"""What a node with more declarations declares is written down once, and not searched again."""


class Declarations(Protocol):
    """What declares an id in a document."""

    def of(self, id: str, near: Entry | None = None) -> tuple[Declaration, ...]:
        """What declares an id, in order.

        Args:
            id: The id.
            near: The node that is asked about. Of an id that very many things have these are
                the first ones, one of each kind, and those of the node and of its parent.
        """

    def duplicates(self) -> Iterator[tuple[str, tuple[Declaration, ...]]]:
        """Every id that is declared more than once."""


def declaring(concepts: Mapping[str, Concept]) -> Declaring:
    """Where attributes declare ids, by the schemas of a profile."""
    found: list[tuple[tuple[str, ...], str]] = []
    stack: list[tuple[tuple[str, ...], str]] = [((), "attributes")]
    seen: set[str] = set()
    while stack:
        path, name = stack.pop()
        if name in seen:
            continue
        seen.add(name)
        for link in concepts[name].links:
            if link.concept in _KINDS and link.many:
                found.append(((*path, link.key), link.concept))
            elif not link.many:
                stack.append(((*path, link.key), link.concept))
    return tuple(found)


def declared(raw: Raw, places: Declaring) -> Iterator[tuple[str, str, Raw, Pointer]]:
    """What a node and its attributes declare: ids, with their kinds, values and places."""
    id_ = raw.get("id")
    if type(id_) is str:
        yield id_, "node", raw, ()
    attributes = raw.get("attributes")
    if type(attributes) is not dict or not attributes:
        return
    for path, kind in places:
        value = attributes.get(path[0])
        if value is None:
            continue
        for key in path[1:]:
            value = value.get(key) if type(value) is dict else None
        if type(value) is not list:
            continue
        for number, item in enumerate(value):
            id_ = item.get("id") if type(item) is dict else None
            if type(id_) is str:
                yield id_, kind, item, ("attributes", *path, number)


def _made(node: Entry, id_: str, places: Declaring) -> Iterator[Declaration]:
    """What of a node declares an id."""
    known = node.home.declared.get(node.place)
    if known is None:
        every = list(declared(node.value, places))
        if len(every) <= _LARGE:
            known = {id_: [one[1:] for one in every if one[0] == id_]}
        else:
            known = node.home.declared[node.place] = {}
            for other, kind, value, at in every:
                known.setdefault(other, []).append((kind, value, at))
    for kind, value, at in known.get(id_, ()):
        yield Declaration(kind, value, node, at)


def in_text_order(found: tuple[Declaration, ...]) -> tuple[Declaration, ...]:
    """Declarations in the order of the text, in which attributes may come before nodes or after."""

    def order(one: Declaration) -> tuple[int, ...]:
        assert isinstance(one.node, Entry)
        return one.node.order(one.at)

    return tuple(sorted(found, key=order))


def _some(found: Iterable[Declaration]) -> tuple[Declaration, ...]:
    """Of very many declarations the first two, and the first of each kind."""
    kept: list[Declaration] = []
    kinds: set[tuple[str, str]] = set()
    for one in found:
        kind = (one.kind, one.node.type)
        if len(kept) < 2 or kind not in kinds:
            kept.append(one)
        kinds.add(kind)
    return tuple(kept)


def _with_near(
    some: tuple[Declaration, ...], id_: str, near: Entry | None, places: Declaring
) -> tuple[Declaration, ...]:
    """Some declarations of an id, and those of a node and of its parent."""
    own = [node for node in (near, near.parent if near is not None else None) if node is not None]
    more = [one for node in own for one in _made(node, id_, places)]
    known = [(one.node, one.at) for one in some]
    return (*some, *(one for one in more if (one.node, one.at) not in known))


class _AttributeIds:
    """The ids that attributes of a parsed document declare, found in one pass.

    Attributes:
        first: The first node whose attributes declare each id.
        more: The nodes of the ids that the attributes of several declare.
        twice: The ids that the attributes of one node declare more than once.
        has_foreign: Whether there are nodes in the content of extensions.
    """

    __slots__ = ("first", "has_foreign", "more", "twice")

    def __init__(self, segment: Segment, places: Declaring) -> None:
        self.first: dict[str, int] = {}
        self.more: dict[str, list[int]] = {}
        self.twice: set[str] = set()
        self.has_foreign = False
        keys = {path[0] for path, _ in places}
        for position, raw in enumerate(segment.raws):
            if "nodes" in raw and not is_container(raw):
                self.has_foreign = True
            attributes = raw.get("attributes")
            if type(attributes) is dict and not keys.isdisjoint(attributes):
                self._add(position, raw, places)

    def _add(self, position: int, raw: Raw, places: Declaring) -> None:
        seen: set[str] = set()
        for id_, kind, _, _ in declared(raw, places):
            if kind == "node":
                continue
            first = self.first.setdefault(id_, position)
            if id_ in seen:
                self.twice.add(id_)
            elif first != position:
                self.more.setdefault(id_, [first]).append(position)
            seen.add(id_)


class SegmentDeclarations:
    """The declarations of a document as it was parsed.

    What only attributes declare is found in one pass when it is first asked for, and kept with
    the segment for whoever asks next; nodes are found by the index that the segment has anyway.

    Args:
        home: The document.
        places: Where attributes declare ids.
    """

    def __init__(self, home: SegmentHome, places: Declaring) -> None:
        self._home = home
        self._places = places
        self._inner: _AttributeIds | None = None
        self._recent: dict[str, tuple[Declaration, ...]] = {}
        self._many: dict[str, tuple[Declaration, ...]] = {}

    def _attributes(self) -> _AttributeIds:
        if self._inner is None:
            segment, places = self._home.segment, self._places
            key = ("ids in attributes", places)
            self._inner = segment.keep(key, lambda: _AttributeIds(segment, places))
        return self._inner

    @property
    def has_foreign(self) -> bool:
        """Whether there are nodes in the content of extensions, which are none of the document."""
        return self._attributes().has_foreign

    def positions(self, id_: str) -> list[int]:
        """The nodes that declare an id, themselves or in attributes, in order."""
        found = self._home.segment.positions(id_)
        inner = self._attributes()
        first = inner.first.get(id_)
        if first is not None:
            found = sorted({*found, *inner.more.get(id_, (first,))})
        if not inner.has_foreign:
            return found
        return [place for place in found if self._home.holds(place)]

    def is_single(self, id_: str) -> bool:
        """Whether an id is declared at most once for sure, without a look at who declares it."""
        inner = self._attributes()
        if id_ in inner.more or id_ in inner.twice:
            return False
        return len(self._home.segment.positions(id_)) + (id_ in inner.first) < 2

    def of(self, id: str, near: Entry | None = None) -> tuple[Declaration, ...]:
        # What one rule asks for, the next one asks for as well.
        found = self._recent.get(id)
        if found is not None:
            return found
        some = self._many.get(id)
        if some is None:
            places = self.positions(id)
            if len(places) > _MANY:
                some = self._many[id] = _some(self._at(places, id))
            else:
                found = tuple(self._at(places, id))
        if some is not None:
            return _with_near(some, id, near, self._places)
        assert found is not None
        if len(self._recent) >= _RECENT:
            self._recent.clear()
        self._recent[id] = found
        return found

    def _at(self, places: Iterable[int], id_: str) -> Iterator[Declaration]:
        home = self._home
        for place in places:
            yield from _made(Entry(home, place, home.value(place)), id_, self._places)

    def duplicates(self) -> Iterator[tuple[str, tuple[Declaration, ...]]]:
        segment, inner = self._home.segment, self._attributes()
        suspects = dict.fromkeys(inner.more)
        suspects.update(dict.fromkeys(id_ for id_ in inner.first if id_ in segment.ids))
        suspects.update(dict.fromkeys(segment.repeated))
        suspects.update(dict.fromkeys(inner.twice))
        for id_ in suspects:
            found = tuple(self._at(self.positions(id_), id_))
            if len(found) > 1:
                yield id_, in_text_order(found)


class StateDeclarations:
    """The declarations of a version of a tree: those of what was parsed, and of what changed.

    Args:
        home: The version.
        base: The declarations of the segment of its root.
        places: Where attributes declare ids.
    """

    def __init__(self, home: StateHome, base: SegmentDeclarations, places: Declaring) -> None:
        self._home = home
        self._base = base
        self._places = places
        self._changed: dict[str, list[Ref]] | None = None
        self._has_foreign = False

    def _overlay(self) -> dict[str, list[Ref]]:
        """What changed nodes and new ones declare. Cost: O(changes), once for a version."""
        if self._changed is None:
            self._changed = {}
            tree = self._home.tree
            self._has_foreign = self._base.has_foreign or any(
                change.children is not None and not is_container(tree.raw(ref))
                for ref, change in tree.changes.values()
            )
            for ref in self.others():
                raw = tree.raw(ref)
                self._has_foreign |= not is_container(raw)
                for id_, _, _, _ in declared(raw, self._places):
                    known = self._changed.setdefault(id_, [])
                    if ref not in known:
                        known.append(ref)
        return self._changed

    def others(self) -> Iterator[Ref]:
        """The nodes that changed, and those of what was added."""
        tree = self._home.tree
        segments = {}
        for ref, change in tree.changes.values():
            if ref[0] is not tree.segment:
                segments[ref[0].number] = ref[0]
            elif change.raw is not None:
                yield ref
        for segment in segments.values():
            yield from ((segment, position) for position in range(len(segment)))

    def refs(self, id_: str) -> list[Ref]:
        """The nodes that declare an id, themselves or in attributes, in no order."""
        tree, overlay = self._home.tree, self._overlay()
        found: dict[int, Ref] = {}
        for position in self._base.positions(id_):
            change = tree.change((tree.segment, position))
            if change is None or change.raw is None:
                found[key_of((tree.segment, position))] = (tree.segment, position)
        found.update((key_of(ref), ref) for ref in overlay.get(id_, ()))
        # Where no extension has content, a node of the tree is one of the document.
        holds = self._home.holds if self._has_foreign else tree.holds
        return [ref for ref in found.values() if holds(ref)]

    def of(self, id: str, near: Entry | None = None) -> tuple[Declaration, ...]:
        refs = self.refs(id)
        found = self._made(id, refs)
        if len(refs) > _MANY:
            return _with_near(_some(found), id, near, self._places)
        return found

    def _made(self, id_: str, refs: list[Ref]) -> tuple[Declaration, ...]:
        home = self._home
        if len(refs) > 1:
            refs.sort(key=lambda ref: home.entry(ref).order(()))
        return tuple(one for ref in refs for one in _made(home.entry(ref), id_, self._places))

    def duplicates(self) -> Iterator[tuple[str, tuple[Declaration, ...]]]:
        suspects = dict.fromkeys(id_ for id_, _ in self._base.duplicates())
        suspects.update(dict.fromkeys(self._overlay()))
        yield from self.duplicates_among(suspects)

    def duplicates_among(self, ids: Iterable[str]) -> Iterator[tuple[str, tuple[Declaration, ...]]]:
        """Those of some ids that are declared more than once."""
        overlay = self._overlay()
        for id_ in ids:
            if id_ not in overlay and self._base.is_single(id_):
                continue
            found = self._made(id_, self.refs(id_))
            if len(found) > 1:
                yield id_, in_text_order(found)
