"""What rules of others are given: everything that there is, and nothing that they could change.

Trees are immutable, and share what was parsed with each other. The rules of the catalogue are
known to change nothing, and get the values themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ngio_collections._contract import Context, Declaration, NodeEntry, Subject
from ngio_collections._frozen import view
from ngio_collections.validation._proxies import ContextProxy, NodeProxy

__all__ = ["read_only"]


class _Node(NodeProxy):
    """A node whose values are read-only views."""

    __slots__ = ()

    @property
    def value(self) -> Mapping[str, Any]:
        value: Mapping[str, Any] = view(self._entry.value)
        return value

    @property
    def root(self) -> NodeEntry:
        return _Node(self._entry.root)

    @property
    def attributes(self) -> Mapping[str, Any]:
        attributes: Mapping[str, Any] = view(self._entry.attributes)
        return attributes

    @property
    def parent(self) -> NodeEntry | None:
        found = self._entry.parent
        return None if found is None else _Node(found)

    def ancestors(self) -> Iterator[NodeEntry]:
        return map(_Node, self._entry.ancestors())

    def nearest(self, attribute: str) -> NodeEntry | None:
        found = self._entry.nearest(attribute)
        return None if found is None else _Node(found)

    def children(self) -> Iterator[NodeEntry]:
        return map(_Node, self._entry.children())


class _Document(ContextProxy):
    """A document whose values are read-only views."""

    __slots__ = ()

    @property
    def document(self) -> Mapping[str, Any]:
        document: Mapping[str, Any] = view(self._context.document)
        return document

    def declarations(self, id: str) -> tuple[Declaration, ...]:
        return _declarations(self._context.declarations(id))

    def elsewhere(self, path: Any, id: str) -> tuple[Declaration, ...] | None:
        found = self._context.elsewhere(path, id)
        return None if found is None else _declarations(found)

    def duplicates(self) -> Iterator[tuple[str, tuple[Declaration, ...]]]:
        return ((id_, _declarations(found)) for id_, found in self._context.duplicates())


def _declarations(found: tuple[Declaration, ...]) -> tuple[Declaration, ...]:
    return tuple(one._replace(value=view(one.value), node=_Node(one.node)) for one in found)


def read_only(subject: Subject, context: Context) -> tuple[Subject, Context]:
    """A subject and its document, so that what they hold can be read and not changed.

    Cost: O(depth of the subject in its node).
    """
    return _subject(subject, _Node(subject.node)), _Document(context)


def _subject(subject: Subject, node: NodeEntry) -> Subject:
    parent = None if subject.parent is None else _subject(subject.parent, node)
    return subject._replace(value=view(subject.value), node=node, parent=parent)
