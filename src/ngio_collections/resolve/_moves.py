"""Nodes that edits of an inlined tree moved from one document to another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from ngio_collections.document import own_ids, references, target_of
from ngio_collections.graph import NodeTree, Raw
from ngio_collections.graph._state import Ref, key_of

__all__ = [
    "Elsewhere",
    "Gone",
    "Move",
    "aims",
    "differing",
    "ids_gone",
    "in_order",
    "moves",
    "place_of",
    "referrers",
]

Gone: TypeAlias = Mapping[str, Mapping[str, str]]
"""Where ids are now: the addresses of documents, by those that had them, and by the ids."""


class Elsewhere(NamedTuple):
    """What one version of a tree has in other documents than it was read in.

    Attributes:
        gone: The ids.
        homes: The nodes that were moved there, by their keys: the document that each was read
            in, and the one that it is in.
    """

    gone: Gone
    homes: Mapping[int, tuple[str, str]]


def place_of(tree: NodeTree, ref: Ref) -> Ref:
    """Where the document that a node is in now begins. Cost: O(depth)."""
    while tree.edge(ref) is None:
        parent = tree.parent(ref)
        if parent is None:
            return ref
        ref = parent
    return ref


Move: TypeAlias = tuple[Ref, str, str]
"""A node that was moved, from which document, and to which."""


def moves(tree: NodeTree, moved: Mapping[int, Ref]) -> Iterator[Move]:
    """Between which documents nodes were moved, in their old order.

    Args:
        tree: The tree.
        moved: The nodes, by their keys.
    """
    for _, ref in sorted(moved.items(), key=itemgetter(0)):
        if not tree.holds(ref):
            continue
        edge = tree.edge(ref)
        old = tree.url_of(ref) if edge is None else edge.stub.url
        parent = tree.parent(ref)
        assert parent is not None
        beyond = tree.edge(place_of(tree, parent))
        new = tree.url if beyond is None else beyond.target.url
        if old is not None and new is not None and old != new:
            yield ref, old, new


def ids_gone(tree: NodeTree, moved: Iterable[Move]) -> dict[str, dict[str, str]]:
    """For each document the ids that were moved away. Cost: O(what was moved)."""
    gone: dict[str, dict[str, str]] = {}
    for top, old, new in moved:
        known = gone.setdefault(old, {})
        below: dict[int, str | None] = {}  # Which document the children of a node are in now.
        for ref in tree.walk(top):
            parent = tree.parent(ref)
            assert parent is not None
            now = below.get(key_of(parent), new)
            edge = tree.edge(ref)
            was, raw = tree.url_of(ref), tree.raw(ref)
            if edge is not None:
                was, raw = edge.stub.url, edge.stub.raw
            below[key_of(ref)] = now if edge is None else edge.target.url
            if was != old or now in (old, None):
                continue
            for id_ in own_ids(raw):
                known.setdefault(id_, str(now))  # The first is what references meant.
    return gone


def differing(one: Gone, other: Gone) -> dict[str, set[str]]:
    """The ids that are elsewhere in one of two versions than in the other, by their first home."""
    found = {}
    for url in {*one, *other}:
        ours, theirs = one.get(url, {}), other.get(url, {})
        ids = {id_ for id_ in {*ours, *theirs} if ours.get(id_) != theirs.get(id_)}
        if ids:
            found[url] = ids
    return found


def referrers(tree: NodeTree, moved: Mapping[str, set[str]]) -> Iterator[tuple[Ref, int]]:
    """The nodes with a Reference that names a document and an id in it that was moved.

    Yields:
        The node; and which of its layers has the Reference, -1 if it has none. Cost: O(nodes).
    """
    for ref in tree.walk((tree.segment, 0)):
        edge = tree.edge(ref)
        if edge is None:
            if _names(tree.raw(ref), lambda: tree.url_of(ref), moved):  # noqa: B023 - at once.
                yield ref, -1
            continue
        for number, layer in enumerate(edge.layers):
            if _names(layer.raw, lambda: layer.url, moved):  # noqa: B023 - at once.
                yield ref, number


def aims(tree: NodeTree, wanted: Mapping[str, set[str]]) -> Iterator[tuple[str, str, str]]:
    """The References that name a document and one of some ids in it.

    Args:
        tree: The tree.
        wanted: The ids, by their documents.

    Yields:
        The document that one names, the id, and the document that it is in. Cost: O(nodes).
    """
    for ref, number in referrers(tree, wanted):
        edge = tree.edge(ref)
        if edge is None:
            raw, url = tree.raw(ref), tree.url_of(ref)
        else:
            raw, url = edge.layers[number].raw, edge.layers[number].url
        for one in references(raw.get("attributes")):
            there = target_of(one, str(url)) or ""
            if one["id"] in wanted.get(there, ()):
                yield there, one["id"], str(url)


def _names(raw: Raw, url: Callable[[], str | None], moved: Mapping[str, set[str]]) -> bool:
    """Whether a node has a Reference with a path to one of some ids."""
    attributes = raw.get("attributes")
    if not attributes:
        return False
    named = [one for one in references(attributes) if isinstance(one.get("path"), dict)]
    home = url() if named else None
    return home is not None and any(
        one["id"] in moved.get(target_of(one, home) or "", ()) for one in named
    )


def in_order(
    urls: Sequence[str], given: Collection[tuple[str, str]], referring: Collection[tuple[str, str]]
) -> list[str]:
    """Documents in such an order that what is left after any of them is whole.

    Nothing is taken away before it is elsewhere, and no reference leads to where something is
    not yet, or not any more.

    Args:
        urls: The documents, in the order that they have otherwise.
        given: From which document something was moved, and to which: that is written first.
        referring: More pairs of documents of which the second has to be written first.

    Returns:
        The documents. Where they exchange nodes there is no such order, and one of them is
        first; where there is none for all references, nodes are not lost. Cost: O(documents +
        pairs).
    """
    order = _sorted(urls, [*sorted(given), *sorted(referring)])
    at = {url: number for number, url in enumerate(order)}
    pairs = [pair for pair in given if pair[0] in at and pair[1] in at]
    if any(at[new] > at[old] for old, new in pairs):
        return _sorted(urls, sorted(given))
    return order


def _sorted(urls: Iterable[str], pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Documents, of each pair the second one first, as far as that can be."""
    order = dict.fromkeys(urls)
    before: dict[str, list[str]] = {}
    for old, new in pairs:
        if old in order and new in order:
            before.setdefault(old, []).append(new)
    done: dict[str, None] = {}
    begun: set[str] = set()
    for first in order:
        stack = [] if first in begun else [(first, iter(before.get(first, ())))]
        begun.add(first)
        while stack:
            url, receivers = stack[-1]
            for receiver in receivers:
                if receiver not in begun:
                    begun.add(receiver)
                    stack.append((receiver, iter(before.get(receiver, ()))))
                    break
            else:
                done[url] = None
                stack.pop()
    return list(done)
