"""What all verbs do first: find out which document is meant, and where it is."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

from ngio_collections import _paths
from ngio_collections._words import show
from ngio_collections.document import Source
from ngio_collections.errors import DocumentAccessError, DocumentError
from ngio_collections.graph import Node
from ngio_collections.resolve._policy import AccessPolicy
from ngio_collections.resolve._requests import Answer, Flow
from ngio_collections.store import Blob, LocalStore, ReadableStore, RouterStore
from ngio_collections.store._wrappers import require_store

__all__ = [
    "CONCURRENCY",
    "Location",
    "blob_of",
    "document_url",
    "remembering",
    "require_node",
    "setting",
    "store_for",
]

T = TypeVar("T")

Location: TypeAlias = str | os.PathLike[str]
"""A path or an address of a `.json` file, or of a Zarr group."""

CONCURRENCY: Final = 32
"""How many documents are asked for at once."""


def document_url(location: Location) -> str:
    """The address of the metadata document that a person means.

    What does not end in `.json` is a Zarr group, whose metadata is in its `zarr.json`
    (RFC-8, "Metadata storage"). A query, as signed addresses have one, is no part of the name.
    """
    if not isinstance(location, str | os.PathLike):
        raise TypeError(f"expected a path or an address, not {show(location)}")
    url = _paths.as_url(location)
    where, mark, query = url.partition("?")
    return url if where.lower().endswith(".json") else f"{where}/zarr.json{mark}{query}"


def store_for(
    store: ReadableStore | None,
    url: str,
    node: Node | Any | None = None,
    policy: AccessPolicy | None = None,
    others: Iterable[str] = (),
) -> ReadableStore:
    """The store that was given, or the one that a node was read from, or that of local files.

    With a policy that has a folder as its root, local files in it are kept to that folder by
    where links lead, too. The documents that somebody asks for, `url` and `others`, may be
    outside.
    """
    if store is not None:
        require_store("store", store)
        return store
    known = node.tree.segment.source if isinstance(node, Node) else None
    if isinstance(known, Source) and known.store is not None:
        return _confined(known.store, policy, url)
    if url.startswith("file:"):
        return _files(policy, url, *others)
    scheme = url.partition(":")[0]
    raise DocumentAccessError(
        f"is no local file, and there is no store for {scheme}: give one with store=...", url
    )


class _PolicyFiles(RouterStore):
    """Local files, those in the root of a policy wherever links lead.

    The documents that somebody asks for by their addresses may be outside of the root; all
    others are refused there by the policy.
    """

    def __init__(self, folder: str) -> None:
        super().__init__({folder: LocalStore(folder)}, LocalStore())


def _files(policy: AccessPolicy | None, *entries: str) -> ReadableStore:
    folder = None if policy is None else policy.folder
    if folder is None:
        return LocalStore()
    root = _paths.as_url(folder)
    is_all_inside = all(_paths.is_within(url, root) for url in entries)
    return LocalStore(folder) if is_all_inside else _PolicyFiles(folder)


def _confined(known: ReadableStore, policy: AccessPolicy | None, url: str) -> ReadableStore:
    """The store that a tree was read from, kept to the root of the policy of this call.

    A `LocalStore` with a root of its own stays, unless that of the policy is in it: what
    somebody made to be confined is never opened.
    """
    folder = None if policy is None else policy.folder
    if folder is None or not isinstance(known, LocalStore | _PolicyFiles):
        return known
    own = known.root if isinstance(known, LocalStore) else None
    if own is not None and not Path(folder).resolve().is_relative_to(Path(own).resolve()):
        return known
    return _files(policy, url)


def remembering(opening: Flow[Node], store: ReadableStore) -> Flow[Node]:
    """Let a tree remember the store that it was read from, so that it is saved there."""
    node = yield from opening
    source = node.tree.segment.source
    if isinstance(source, Source):
        source.store = store
    return node


def setting(value: T | None, kind: type[T]) -> T:
    """A policy, limits or a strategy as somebody gave it, or as it is by default."""
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise TypeError(f"expected {kind.__name__}(...), not {value!r:.60}")
    return value


def require_node(node: Any) -> Node:
    if not isinstance(node, Node):
        raise TypeError(f"expected a Node, not {show(node)}; open one, or use new_node")
    return node


def blob_of(answer: Answer) -> Blob:
    if isinstance(answer, DocumentError):
        raise answer
    assert isinstance(answer, Blob)
    return answer
