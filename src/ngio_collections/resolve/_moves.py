"""Nodes that edits of an inlined tree moved from one document to another."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

from ngio_collections.document import declared_ids
from ngio_collections.graph import NodeTree
from ngio_collections.graph._state import HOME, REMOVED, Ref, key_of

__all__ = ["ids_gone", "moves", "place_of"]


def place_of(tree: NodeTree, ref: Ref) -> Ref:
    """Where the document that a node is in now begins. Cost: O(depth)."""
    while tree.edge(ref) is None:
        parent = tree.parent(ref)
        if parent is None:
            return ref
        ref = parent
    return ref


def moves(tree: NodeTree) -> Iterator[tuple[Ref, str, str]]:
    """The nodes that were moved, from which document, and to which; in their old order."""
    for _, (ref, change) in sorted(tree.changes.items(), key=itemgetter(0)):
        if change.place in (HOME, REMOVED) or not tree.holds(ref):
            continue
        edge = tree.edge(ref)
        old = tree.url_of(ref) if edge is None else edge.stub.url
        parent = tree.parent(ref)
        assert parent is not None
        beyond = tree.edge(place_of(tree, parent))
        new = tree.url if beyond is None else beyond.target.url
        if old is not None and new is not None and old != new:
            yield ref, old, new


def ids_gone(tree: NodeTree) -> dict[str, dict[str, str]]:
    """For each document the ids that were moved away, and where they are now.

    Returns:
        The addresses of documents, by those of the documents that had the ids, and the ids.
        Cost: O(what was moved).
    """
    gone: dict[str, dict[str, str]] = {}
    for moved, old, new in moves(tree):
        known = gone.setdefault(old, {})
        below: dict[int, str | None] = {}  # Which document the children of a node are in now.
        for ref in tree.walk(moved):
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
            for id_ in (raw.get("id"), *declared_ids(raw.get("attributes"))):
                if isinstance(id_, str):
                    known.setdefault(id_, str(now))  # The first is what references meant.
    return gone
