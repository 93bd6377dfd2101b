"""The verbs of the library, each written once as work to be carried out.

`ngio_collections.api` waits for them, `ngio_collections.aio` awaits them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from ngio_collections import _paths
from ngio_collections._json import Layout, dumps_bytes
from ngio_collections.document import Source, new_document, read_source
from ngio_collections.errors import (
    DocumentAccessError,
    DocumentError,
    InvalidEditError,
    NodeNotFoundError,
    UnresolvedReferenceError,
)
from ngio_collections.graph import Node, NodeTree, Raw, Segment
from ngio_collections.graph._export import exported
from ngio_collections.resolve._changes import planned
from ngio_collections.resolve._inline import Inliner, Progress, Settings
from ngio_collections.resolve._policy import AccessPolicy, Limits
from ngio_collections.resolve._produce import one_document
from ngio_collections.resolve._requests import Answer, Flow, Get, Put
from ngio_collections.resolve._save import Saved, write_documents
from ngio_collections.resolve._strategy import Inlining
from ngio_collections.resolve._work import Work
from ngio_collections.store import Blob, LocalStore, ReadableStore

__all__ = [
    "create",
    "open",
    "open_inlined",
    "open_inlined_ref",
    "open_ref",
    "save",
    "save_inlined",
    "save_tree",
]

Location: TypeAlias = str | os.PathLike[str]

VERSION: Final = "0.9"
"""The version that the root of a new document gets if it has none (RFC-8, "Node": version)."""
CONCURRENCY: Final = 32
LAID_OUT: Final = Layout(indent=2, newline_at_end=True)
"""How small new documents are written: for people. Large ones take no more room than needed."""
LARGE_NODES: Final = 10_000


# -- addresses and stores -----------------------------------------------------------------


def document_url(location: Location) -> str:
    """The address of the metadata document that a person means.

    What does not end in `.json` is a Zarr group, whose metadata is in its `zarr.json`
    (RFC-8, "Metadata storage").
    """
    url = _paths.as_url(location)
    return url if url.endswith(".json") else f"{url}/zarr.json"


def store_for(store: ReadableStore | None, url: str) -> ReadableStore:
    """The store that was given, or the one for local files."""
    if store is not None:
        return store
    if url.startswith("file:"):
        return LocalStore()
    scheme = url.partition(":")[0]
    raise DocumentAccessError(
        f"is no local file, and there is no store for {scheme}: give one with store=...", url
    )


def _require_node(node: Any) -> Node:
    if not isinstance(node, Node):
        raise TypeError(f"expected a Node, not a {type(node).__name__}; open one, or use new_node")
    return node


def _blob(answer: Answer) -> Blob:
    if isinstance(answer, DocumentError):
        raise answer
    assert isinstance(answer, Blob)
    return answer


# -- reading ------------------------------------------------------------------------------


def open(  # noqa: A001
    location: Location, *, store: ReadableStore | None = None, limits: Limits | None = None
) -> Work[Node]:
    """Open one document; its references stay references.

    Args:
        location: A path or an address of a `.json` file, or of a Zarr group.
        store: Where documents are; local files by default.
        limits: How much may be read.

    Returns:
        The root node. Cost: what parsing costs.

    Raises:
        DocumentNotFoundError: There is no such document.
        NotJsonError: It is not JSON.
        NotOmeError: It holds no node.
        DocumentError: It cannot be read for another reason.
    """
    url = document_url(location)
    return Work(_open(url, limits or Limits()), store_for(store, url))


def _open(url: str, limits: Limits) -> Flow[Node]:
    (answer,) = yield [Get(url, limits.document_bytes)]
    blob = _blob(answer)
    return read_source(blob.data, url, blob.tag).tree().root


def open_inlined(
    location: Location,
    *,
    depth: int | None = None,
    on_error: str = "skip",
    strategy: Inlining | None = None,
    levels: bool = False,
    policy: AccessPolicy | None = None,
    limits: Limits | None = None,
    store: ReadableStore | None = None,
    concurrency: int = CONCURRENCY,
    progress: Progress | None = None,
) -> Work[Node]:
    """Open a document with everything that it refers to, as one tree.

    The tree can be edited anywhere, and `save_tree` writes the documents that changed.
    `root.report` says what was read, and which references were not followed, and why.

    Args:
        location: A path or an address of a `.json` file, or of a Zarr group.
        depth: How many documents inside of each other are followed; all if None.
        on_error: `skip` keeps a reference that cannot be followed, and reports it; `raise`
            raises an error at the first.
        strategy: How a reference and its target become one node.
        levels: Whether the paths of resolution levels are followed too; they lead to pixels
            in most collections, and are not by default.
        policy: Which documents a reference may lead to.
        limits: How much may be read.
        store: Where documents are; local files by default.
        concurrency: How many documents may be asked for at once.
        progress: Is called with how many documents were read, and how many are known.

    Returns:
        The root node. Cost: what reading and parsing all documents costs.

    Raises:
        DocumentError: The document itself cannot be read.
        UnresolvedReferenceError: With `on_error="raise"`, a reference cannot be followed.
        LimitExceededError: With `on_error="raise"`, a limit was reached.
    """
    url = document_url(location)
    settings = Settings(
        policy=policy or AccessPolicy(),
        limits=limits or Limits(),
        depth=depth,
        on_error=on_error,
        strategy=strategy or Inlining(),
        levels=levels,
        progress=progress,
    )
    return Work(_open_inlined(url, settings), store_for(store, url), concurrency)


def _open_inlined(url: str, settings: Settings) -> Flow[Node]:
    tree = yield from Inliner(settings).flow(url)
    ids = settings.strategy.ids
    if ids == "structural":
        return tree.root
    report = tree.root.report
    made = one_document(tree, url, ids)
    return NodeTree(_reported(made, url, report)).root


def _reported(raw: Raw, url: str, report: Any) -> Segment:
    from ngio_collections.graph import Inlined  # noqa: PLC0415

    return Segment(raw, url, None, Inlined({}, {}, report))


def open_ref(
    reference: Node | Mapping[str, Any],
    *,
    base: Location | None = None,
    policy: AccessPolicy | None = None,
    limits: Limits | None = None,
    store: ReadableStore | None = None,
) -> Work[Node]:
    """Open what a reference leads to.

    Args:
        reference: A node with a `path`, or a Reference (`{"id": ..., "path": ...}`) from the
            attributes of a node.
        base: The document that the reference is in, if it is no node.
        policy: Which documents a reference may lead to.
        limits: How much may be read.
        store: Where documents are; local files by default.

    Returns:
        The root of the document for a node; the node with the id for a Reference.

    Raises:
        PathError: The path cannot be understood.
        ForbiddenError: The policy refuses it.
        NodeNotFoundError: The document has no node with the id.
        DocumentError: The document cannot be read.
    """
    url, id_ = _target(reference, base, policy or AccessPolicy())
    return Work(_open_ref(_open(url, limits or Limits()), id_), store_for(store, url))


def open_inlined_ref(
    reference: Node | Mapping[str, Any],
    *,
    base: Location | None = None,
    depth: int | None = None,
    on_error: str = "skip",
    strategy: Inlining | None = None,
    levels: bool = False,
    policy: AccessPolicy | None = None,
    limits: Limits | None = None,
    store: ReadableStore | None = None,
    concurrency: int = CONCURRENCY,
    progress: Progress | None = None,
) -> Work[Node]:
    """Open what a reference leads to, with everything that that refers to, as one tree.

    Args:
        reference: A node with a `path`, or a Reference from the attributes of a node.
        base: The document that the reference is in, if it is no node.
        depth: See `open_inlined`, as for all that follow.
        on_error: `skip` or `raise`.
        strategy: How a reference and its target become one node.
        levels: Whether the paths of resolution levels are followed too.
        policy: Which documents a reference may lead to.
        limits: How much may be read.
        store: Where documents are; local files by default.
        concurrency: How many documents may be asked for at once.
        progress: Is called with how many documents were read, and how many are known.

    Returns:
        The root of the tree for a node; the node with the id for a Reference.

    Raises:
        PathError: The path cannot be understood.
        ForbiddenError: The policy refuses it.
        NodeNotFoundError: The document has no node with the id.
        DocumentError: The document cannot be read.
    """
    url, id_ = _target(reference, base, policy or AccessPolicy())
    work = open_inlined(
        url,
        depth=depth,
        on_error=on_error,
        strategy=strategy,
        levels=levels,
        policy=policy,
        limits=limits,
        store=store,
        concurrency=concurrency,
        progress=progress,
    )
    return work._replace(flow=_open_ref(work.flow, id_))


def _open_ref(opening: Flow[Node], id_: str | None) -> Flow[Node]:
    root = yield from opening
    if id_ is None:
        return root
    found = root.find(id_)
    if found is None:
        raise NodeNotFoundError(f"no node of {root.document_url} has the id {id_!r}")
    return found


def _target(
    reference: Node | Mapping[str, Any], base: Location | None, policy: AccessPolicy
) -> tuple[str, str | None]:
    """The document that a reference leads to, and the id of the node in it, if it says one."""
    if isinstance(reference, Node):
        path, id_ = reference.ref_path, None
        here = reference.document_url
        if path is None:
            raise UnresolvedReferenceError(f"{reference!r} is no reference: it has no `path`")
    else:
        here = None if base is None else document_url(base)
        path, id_ = reference.get("path"), reference.get("id")
        if path is None and here is not None:
            return here, id_
    if path is None:
        raise UnresolvedReferenceError(
            "a Reference without a `path` is in a document of its own: give its address as base"
        )
    url = _paths.metadata_url(here, path)
    refusal = None if here is None else policy.refusal(here, url)
    if refusal is not None:
        from ngio_collections.errors import ForbiddenError  # noqa: PLC0415

        raise ForbiddenError(refusal, url)
    return url, id_


# -- writing ------------------------------------------------------------------------------


def create(
    location: Location,
    node: Node,
    *,
    overwrite: bool = False,
    store: ReadableStore | None = None,
) -> Work[Node]:
    """Write a node, with everything below it, as a new document.

    Relative paths that count from another document are written so that they count from the
    new one. The root gets a `version` if it has none.

    Args:
        location: Where: a `.json` file, or a Zarr group, whose `zarr.json` is written.
        node: The node, of any tree.
        overwrite: Whether a document that is there already is replaced.
        store: Where documents are; local files by default.

    Returns:
        The root of the new document, ready for edits and `save`.

    Raises:
        ConflictError: There is such a document already.
        ForbiddenError: The store cannot be written to.
        DocumentError: It cannot be written for another reason.
    """
    url = document_url(location)
    return Work(_create(url, _require_node(node), overwrite=overwrite), store_for(store, url))


def _create(url: str, node: Node, *, overwrite: bool) -> Flow[Node]:
    raw = _rooted(_paths.relativised(exported(node.tree, node.ref, url), url))
    source = yield from _put_new(url, raw, overwrite=overwrite)
    return source.tree().root


def _rooted(raw: Raw) -> Raw:
    """A node as the root of a document: type and version first, as people expect it."""
    if "version" in raw:
        return raw
    head = {"type": raw["type"]} if "type" in raw else {}
    return {**head, "version": VERSION, **raw}


def _put_new(url: str, raw: Raw, *, overwrite: bool) -> Flow[Source]:
    document = new_document(url, raw)
    layout = LAID_OUT if _is_small(raw) else Layout()
    (tag,) = yield [Put(url, dumps_bytes(document, layout), if_absent=not overwrite)]
    if isinstance(tag, DocumentError):
        raise tag
    assert isinstance(tag, str)
    return Source(url, tag, document, raw)


def _is_small(raw: Raw) -> bool:
    return Segment(raw).is_small(LARGE_NODES)


def save(node: Node, *, store: ReadableStore | None = None) -> Work[Saved]:
    """Write the document that a node is in, if edits changed it.

    In an inlined tree that is the one document that holds the node; `save_tree` writes all.

    Args:
        node: A node of the edited tree.
        store: Where documents are; local files by default.

    Returns:
        What was written: one document, or none.

    Raises:
        ConflictError: The document was changed by somebody else since it was read.
        InvalidEditError: The tree was not opened from a document.
        DocumentError: It cannot be written.
    """
    node = _require_node(node)
    url = _home(node)
    return Work(_save(node.tree, "auto", url), store_for(store, url))


def save_tree(node: Node, *, to: str = "auto", store: ReadableStore | None = None) -> Work[Saved]:
    """Write every document that the edits of a tree changed, and no other.

    The innermost are written first, so that no reference leads nowhere in between. Before
    the first byte it is made sure that all of them can be written, and are still the ones
    that were read.

    Changes of a node that stands in the place of a reference go to where the attribute is
    already, to the stub before the target, and to the target if it is new; `to` overrules
    that. New, removed and moved nodes change the document that holds them.

    Args:
        node: A node of the edited tree.
        to: `auto`, `stub` or `target`: where changes of inlined nodes go.
        store: Where documents are; local files by default.

    Returns:
        The documents that were written, and those that were looked at and left. Cost: O(edits),
        and what the changed documents cost.

    Raises:
        ConflictError: A document was changed by somebody else since it was read.
        ForbiddenError: A document is in a store that cannot be written to.
        InvalidEditError: The tree was not opened from documents, or a document that is in it
            several times was edited differently.
        DocumentError: A document cannot be written.
    """
    node = _require_node(node)
    return Work(_save(node.tree, to, None), store_for(store, _home(node)))


def _home(node: Node) -> str:
    """The document that the node is in, in which it can be saved."""
    url = node.document_url
    if url is None or node.tree.segment.source is None:
        raise InvalidEditError(
            f"{node!r} was not opened from a document that it could be saved to; "
            "write it with create(url, node)"
        )
    return url


def _save(tree: NodeTree, to: str, only: str | None) -> Flow[Saved]:
    plans = [plan for plan in planned(tree, to) if only in (None, plan.source.url)]
    saved = yield from write_documents(plans)
    return saved


def save_inlined(
    node: Node,
    location: Location,
    *,
    ids: str = "namespaced",
    overwrite: bool = False,
    store: ReadableStore | None = None,
) -> Work[Node]:
    """Write an inlined tree as one document that stands on its own.

    Paths count from the new document. A reference that resolved before resolves in it, to the
    same thing.

    Args:
        node: A node of the tree; the whole tree is written.
        location: Where.
        ids: `namespaced` gives the ids of inlined documents the id of their place as a
            prefix; `structural` keeps all ids, and a reference to one that is there twice
            keeps leading to the document that it comes from; `strict` refuses ids that
            would be there twice.
        overwrite: Whether a document that is there already is replaced.
        store: Where documents are; local files by default.

    Returns:
        The root of the new document.

    Raises:
        ConflictError: There is such a document already.
        InvalidEditError: With `strict`, an id would be there twice.
        DocumentError: It cannot be written.
    """
    url = document_url(location)
    strategy = Inlining(ids=ids)
    flow = _save_inlined(_require_node(node).tree, url, strategy.ids, overwrite=overwrite)
    return Work(flow, store_for(store, url))


def _save_inlined(tree: NodeTree, url: str, ids: str, *, overwrite: bool) -> Flow[Node]:
    raw = _rooted(one_document(tree, url, ids))
    source = yield from _put_new(url, raw, overwrite=overwrite)
    return source.tree().root
