"""The verbs that open documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ngio_collections import _paths
from ngio_collections.document import read_source
from ngio_collections.errors import (
    DocumentNotFoundError,
    NodeNotFoundError,
    UnresolvedReferenceError,
)
from ngio_collections.graph import Inlined, Node, NodeTree, Segment
from ngio_collections.resolve._inline import Inliner
from ngio_collections.resolve._policy import AccessPolicy, Limits
from ngio_collections.resolve._produce import one_document
from ngio_collections.resolve._reader import Progress, Settings, explained, require_type
from ngio_collections.resolve._requests import Flow, Get
from ngio_collections.resolve._strategy import Inlining
from ngio_collections.resolve._work import Work
from ngio_collections.resolve.verbs._common import (
    CONCURRENCY,
    Location,
    blob_of,
    document_url,
    remembering,
    setting,
    store_for,
)
from ngio_collections.store import ReadableStore

__all__ = ["open", "open_inlined", "open_inlined_ref", "open_ref"]


_CONSOLIDATED: Final[Mapping[bool | str, str]] = {False: "no", True: "trust"}


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
        NotJsonError: It is not JSON, or has a key twice.
        NotOmeError: It holds no node.
        DocumentError: It cannot be read for another reason.
    """
    url = document_url(location)
    found = store_for(store, url)
    return Work(remembering(_open(url, setting(limits, Limits)), found), found)


def _open(url: str, limits: Limits) -> Flow[Node]:
    (answer,) = yield [Get(url, limits.document_bytes)]
    if isinstance(answer, DocumentNotFoundError):
        raise (yield from explained(answer, url))
    blob = blob_of(answer)
    source = read_source(blob.data, url, blob.tag)
    require_type(source)
    return source.tree().root


def open_inlined(
    location: Location,
    *,
    depth: int | None = None,
    on_error: str = "skip",
    strategy: Inlining | None = None,
    levels: bool = False,
    consolidated: bool | str = False,
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
        consolidated: Whether to read the file that `consolidate` wrote instead of the
            documents. True takes it as it is; `"verify"` asks whether documents changed since,
            and reads those.
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
        policy=setting(policy, AccessPolicy),
        limits=setting(limits, Limits),
        depth=depth,
        on_error=on_error,
        strategy=setting(strategy, Inlining),
        levels=levels,
        consolidated=_mode(consolidated),
        progress=progress,
    )
    found = store_for(store, url, policy=policy)
    return Work(remembering(_open_inlined(url, settings), found), found, concurrency)


def _mode(consolidated: bool | str) -> str:
    """How the consolidated file is used; what is said wrongly is told by the settings."""
    is_flag = consolidated in (True, False)  # Unlike a dictionary, this takes what has no hash.
    return _CONSOLIDATED[consolidated] if is_flag else str(consolidated)


def _open_inlined(url: str, settings: Settings) -> Flow[Node]:
    tree = yield from Inliner(settings).flow(url)
    ids = settings.strategy.ids
    if ids == "structural":
        return tree.root
    # A tree whose ids are new ones cannot be written back: it has no source.
    made = one_document(tree, url, ids)
    return NodeTree(Segment(made, url, None, Inlined({}, {}, tree.root.report))).root


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
    url, id_ = _target(reference, base, setting(policy, AccessPolicy))
    found = store_for(store, url, reference, policy)
    opening = remembering(_open(url, setting(limits, Limits)), found)
    return Work(_open_ref(opening, id_), found)


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
    url, id_ = _target(reference, base, setting(policy, AccessPolicy))
    work = open_inlined(
        url,
        depth=depth,
        on_error=on_error,
        strategy=strategy,
        levels=levels,
        policy=policy,
        limits=limits,
        store=store_for(store, url, reference, policy),
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
        if not isinstance(reference, Mapping):
            raise TypeError(
                f"expected a node or a Reference, not {reference!r:.60}; `open` opens a location"
            )
        here = None if base is None else document_url(base)
        path, id_ = reference.get("path"), reference.get("id")
        if not isinstance(id_, str | None):
            raise NodeNotFoundError(
                f"the `id` of a Reference is a text, and this one has {id_!r:.60}"
            )
        if path is None and here is not None:
            return here, id_
    if path is None:
        raise UnresolvedReferenceError(
            "a Reference without a `path` is in a document of its own: give its address as base"
        )
    url = _paths.metadata_url(here, path)
    policy.require(here or url, url)
    return url, id_
