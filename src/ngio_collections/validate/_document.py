"""A document as the rules see it: its nodes, and everything in it that has an id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from ngio_collections._contract import Concept, Declaration, Link, NodeEntry, Pointer, Subject
from ngio_collections.document import Envelope
from ngio_collections.validate._findings import Positions
from ngio_collections.validate._profiles import Chain, Profile

__all__ = ["DocumentContext", "read_nodes", "subjects_of"]

# The concepts whose `id` can be referred to, beside nodes.
_DECLARING: Final = {"coordinate-system", "row", "column", "acquisition"}


def read_nodes(root: Mapping[str, Any], pointer: Pointer) -> list[NodeEntry]:
    """All nodes of a document in the order of the text, without recursion.

    The content of extension nodes, and of nodes whose type is unknown, is their own.

    Args:
        root: The root node.
        pointer: Its place in the document.

    Returns:
        The nodes; what stands in the place of a node and is no object is left out.
    """
    found: list[NodeEntry] = []
    stack = [NodeEntry(root, None, pointer)]
    while stack:
        entry = stack.pop()
        found.append(entry)
        nodes = entry.value.get("nodes")
        if entry.type not in ("collection", "multiscale") or not isinstance(nodes, list):
            continue
        for position, value in enumerate(nodes):
            if isinstance(value, dict):
                entry.children.append(NodeEntry(value, entry, (*entry.pointer, "nodes", position)))
        stack.extend(reversed(entry.children))
    return found


def subjects_of(
    profile: Profile, entry: NodeEntry, concept: str, chain: Chain
) -> Iterator[tuple[Subject, Chain]]:
    """A node and every value inside it that is a concept, child nodes excepted.

    Args:
        profile: The profile.
        entry: The node.
        concept: The concept that the node is in its place.
        chain: All that the node is.

    Yields:
        Each value with all that it is, what holds it first.
    """
    start = Subject(concept, entry.value, entry, entry.pointer, None, "")
    stack = [(start, chain)]
    while stack:
        subject, chain = stack.pop()
        yield subject, chain
        if not isinstance(subject.value, dict):
            continue
        inner: list[tuple[Subject, Chain]] = []
        for link in chain.links:
            if link.key == "nodes" and subject.parent is None:
                continue
            for value, pointer in _linked(profile, subject, link):
                held = Subject(link.concept, value, entry, pointer, subject, link.key)
                inner.append((held, profile.chain(link.concept, value)))
        stack.extend(reversed(inner))


def _linked(profile: Profile, subject: Subject, link: Link) -> Iterator[tuple[Any, Pointer]]:
    """The values of a property that have the kind of its concept; others are no subjects."""
    value = subject.value.get(link.key)
    if not link.many:
        if profile.is_kind(link.concept, value):
            yield value, (*subject.pointer, link.key)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            if profile.is_kind(link.concept, item):
                yield item, (*subject.pointer, link.key, position)


class DocumentContext:
    """One document with its profile; what rule bodies ask questions of."""

    def __init__(self, profile: Profile, envelope: Envelope, url: str | None) -> None:
        self._profile = profile
        self._envelope = envelope
        self.url = url
        self.nodes = read_nodes(envelope.node, envelope.pointer)

    @property
    def profile(self) -> str:
        return self._profile.name

    @property
    def revision(self) -> str:
        return self._profile.revision

    @property
    def envelope(self) -> str:
        return self._envelope.kind

    @property
    def document(self) -> Mapping[str, Any]:
        return self._envelope.document

    def concept(self, name: str) -> Concept:
        return self._profile.concepts[name]

    def chain(self, entry: NodeEntry) -> tuple[str, Chain]:
        """The concept of a node in its place, and all that it is."""
        concept = "root-node" if entry.parent is None else "node"
        return concept, self._profile.chain(concept, entry.value, otherwise="base-node")

    @cached_property
    def subjects(self) -> list[tuple[Subject, Chain]]:
        """Every node and every value in a node that is a concept, in order."""
        found: list[tuple[Subject, Chain]] = []
        for entry in self.nodes:
            found.extend(subjects_of(self._profile, entry, *self.chain(entry)))
        return found

    @cached_property
    def _declared(self) -> dict[str, list[Declaration]]:
        declared: dict[str, list[Declaration]] = {}
        for subject, chain in self.subjects:
            kinds = _DECLARING.intersection(chain.names)
            kind = "node" if subject.parent is None else kinds.pop() if kinds else None
            id_ = subject.value.get("id") if kind and isinstance(subject.value, dict) else None
            if kind and isinstance(id_, str):
                made = Declaration(kind, subject.value, subject.node, subject.pointer)
                declared.setdefault(id_, []).append(made)
        return declared

    def declarations(self, id: str) -> tuple[Declaration, ...]:
        return tuple(self._declared.get(id, ()))

    def duplicates(self) -> Iterator[tuple[str, tuple[Declaration, ...]]]:
        position = Positions(self.document)
        for id_, declared in self._declared.items():
            if len(declared) > 1:
                yield id_, tuple(sorted(declared, key=lambda d: position.of(d.pointer)))
