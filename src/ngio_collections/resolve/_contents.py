"""The documents behind a tree as this version of it has them, and the tree made of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, NamedTuple

from ngio_collections import _paths
from ngio_collections.document import Source, new_document, replace_node
from ngio_collections.errors import InvalidEditError
from ngio_collections.graph import Edge, Inlined, Layer, NodeTree, Raw, Segment
from ngio_collections.graph._state import UNCHANGED, Ref, key_of
from ngio_collections.resolve._changes import Plan
from ngio_collections.resolve._memory import look_at
from ngio_collections.resolve._merged import merged_node

__all__ = ["Content", "contents", "remade"]


@dataclass(frozen=True, slots=True)
class Content:
    """What one document of a tree says in this version of it.

    Attributes:
        url: Its address, None for a tree that is in no document.
        document: The whole document, parsed. Nobody changes it.
        node: The node in it.
        source: The document in its store, None if the tree was not read from it.
    """

    url: str | None
    document: Mapping[str, Any]
    node: Raw
    source: Source | None


def contents(tree: NodeTree) -> dict[str | None, Content]:
    """What the documents of a tree say, with all edits of this version.

    Args:
        tree: The tree.

    Returns:
        The documents by their addresses, that of the root first. Cost: O(changes * depth) for
        one document, O(nodes) for an inlined tree.
    """
    home = tree.segment.source
    if tree.segment.inlined is None or not isinstance(home, Source):
        return {tree.url: _content(tree.url, home, tree.materialise((tree.segment, 0)))}
    planned = {plan.source.url: plan.node for plan in Plan(tree).made()}
    sources: dict[str, Source] = {home.url: home}
    for _, edge in _edges(tree):
        sources.update((layer.source.url, layer.source) for layer in edge.layers[1:])
    return {
        url: _content(url, source, planned.get(url, source.node)) for url, source in sources.items()
    }


def _content(url: str | None, source: Any, node: Raw) -> Content:
    if not isinstance(source, Source):
        return Content(url, new_document("" if url is None else url, node), node, None)
    document = source.becomes or source.document
    return Content(url, replace_node(document, node), node, source)


def _edges(tree: NodeTree) -> Iterator[tuple[Ref, Edge]]:
    """The nodes of a tree that stand in the place of a reference."""
    for node in tree.root.walk():
        edge = tree.edge(node.key)
        if edge is not None:
            yield node.key, edge


def remade(
    tree: NodeTree, nodes: Mapping[str | None, Raw], moved: Mapping[str | None, Any]
) -> NodeTree:
    """The tree that other documents become, which have the same references.

    It is a tree of its own, with the edits of the old one in it. Saving it writes the documents
    that differ from those in the store.

    Args:
        tree: The tree.
        nodes: The node of every document of the tree.
        moved: The whole of those documents in which more than the node is another.

    Returns:
        The new tree. Cost: O(nodes) for an inlined tree.
    """
    home = tree.segment.source
    if not isinstance(home, Source):
        return NodeTree(Segment(nodes[tree.url], tree.url, home))
    return _Remaking(tree, nodes, moved).tree()


class _Entry(NamedTuple):
    """A node on the way to an inlined one, or such a one.

    Attributes:
        ref: The node in the old tree.
        raw: The node in its new document.
        url: The address of that document.
        holder: The number of the entry of the node that holds it, -1 for the root.
        at: Its position there.
        layers: What it is made of, if it is inlined.
    """

    ref: Ref
    raw: Raw
    url: str
    holder: int
    at: int
    layers: tuple[Layer, ...]


class _Remaking:
    """Puts documents together as an older tree had them, without recursion."""

    def __init__(
        self, tree: NodeTree, nodes: Mapping[str | None, Raw], moved: Mapping[str | None, Any]
    ) -> None:
        self._old = tree
        self._nodes = nodes
        self._moved = moved
        self._read: dict[str, Source] = {}
        self._sources: dict[str, Source] = {}
        self._edges: dict[int, Edge] = {}
        self._originals: dict[int, Raw] = {}

    def _source(self, url: str) -> Source:
        if url not in self._sources:
            made = self._sources[url] = self._read[url].again()
            made.becomes = self._moved.get(url, made.becomes)
        return self._sources[url]

    def tree(self) -> NodeTree:
        home: Source = self._old.segment.source
        self._read[home.url] = home
        inlined = self._old.segment.inlined
        if inlined is None:
            segment = Segment(self._nodes[home.url], home.url, self._source(home.url))
            made = NodeTree(segment)
            look_at(made, [made.root.key])
            return made
        for _, edge in _edges(self._old):
            self._read.update((layer.source.url, layer.source) for layer in edge.layers[1:])
        root = self._together(self._entries(home.url))
        parts = Inlined(self._edges, self._originals, inlined.report)
        made = NodeTree(Segment(root, home.url, self._source(home.url), parts))
        look_at(made, self._changed(made))
        return made

    def _changed(self, made: NodeTree) -> Iterator[Ref]:
        """The places of documents that differ from those in the store."""
        root = made.root.key
        if self._differs(made.segment.source):
            yield root
        for ref, edge in _edges(made):
            if any(self._differs(layer.source) for layer in edge.layers[1:]):
                yield ref

    def _differs(self, source: Source) -> bool:
        return source.becomes is not None or self._nodes[source.url] is not source.node

    def _entries(self, home: str) -> list[_Entry]:
        """The nodes that have to be made anew, each before what is inside of it."""
        tree = self._old
        above = self._above()
        order = [self._entry((tree.segment, 0), self._nodes[home], home, -1, -1)]
        for number, entry in enumerate(order):
            if key_of(entry.ref) not in above:
                continue
            children = tree.entries(entry.ref, tree.change(entry.ref) or UNCHANGED)
            for at, (item, child) in enumerate(zip_longest(entry.raw["nodes"], children)):
                if child is None or item is None:
                    raise self._uneven(entry.url)
                segment, position, _ = child
                if segment is None:
                    continue
                ref: Ref = (segment, position)
                if tree.edge(ref) is not None or key_of(ref) in above:
                    order.append(self._entry(ref, item, entry.url, number, at))
        return order

    def _entry(self, ref: Ref, raw: Raw, url: str, holder: int, at: int) -> _Entry:
        edge = self._old.edge(ref)
        if edge is None:
            return _Entry(ref, raw, url, holder, at, ())
        layers = [Layer(url, raw, self._source(url))]
        for layer in edge.layers[1:]:
            there = layer.source.url
            path = layers[-1].raw.get("path")
            if path is None or _paths.metadata_url(layers[-1].url, path) != there:
                raise self._uneven(url)
            layers.append(Layer(there, self._nodes[there], self._source(there)))
        return _Entry(ref, layers[-1].raw, str(layers[-1].url), holder, at, tuple(layers))

    @staticmethod
    def _uneven(url: str) -> InvalidEditError:
        return InvalidEditError(
            f"{url} is in the tree in several places, one of which was edited; save the tree and "
            "open it again first"
        )

    def _above(self) -> set[int]:
        """The nodes that hold an inlined one, however deep."""
        tree = self._old
        above: set[int] = set()
        for ref, _ in _edges(tree):
            at = tree.parent(ref)
            while at is not None and key_of(at) not in above:
                above.add(key_of(at))
                at = tree.parent(at)
        return above

    def _together(self, order: list[_Entry]) -> Raw:
        """The root, made from the innermost nodes."""
        new: dict[int, dict[int, Raw]] = {}
        made: Raw = order[0].raw
        for number in range(len(order) - 1, -1, -1):
            entry = order[number]
            made = entry.raw
            if number in new:
                items = list(made["nodes"])
                for at, item in new.pop(number).items():
                    items[at] = item
                made = {**entry.raw, "nodes": items}
            if entry.layers:
                made = self._merged(entry, made)
            elif made is not entry.raw:
                self._originals[id(made)] = entry.raw
            if entry.holder >= 0:
                new.setdefault(entry.holder, {})[entry.at] = made
        return made

    def _merged(self, entry: _Entry, content: Raw) -> Raw:
        edge = self._old.edge(entry.ref)
        assert edge is not None
        made = content
        for layer in reversed(entry.layers[:-1]):
            made = merged_node(layer, made, entry.url, edge.wins)
        self._edges[id(made)] = Edge(entry.layers, made, edge.wins)
        return made
