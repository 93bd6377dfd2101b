"""The verbs that write documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from ngio_collections import _paths
from ngio_collections._json import COMPACT, Layout
from ngio_collections.document import (
    Source,
    document_bytes,
    is_in_zarr,
    is_of_zarr,
    new_document,
    read_zarr,
    rooted,
    with_node_in_zarr,
)
from ngio_collections.document._source import LateSource
from ngio_collections.errors import (
    ConflictError,
    DocumentError,
    DocumentNotFoundError,
    InvalidEditError,
)
from ngio_collections.graph import Node, NodeTree, Raw, Segment
from ngio_collections.graph._export import brought
from ngio_collections.resolve._changes import Plan
from ngio_collections.resolve._memory import saving
from ngio_collections.resolve._produce import one_document
from ngio_collections.resolve._reader import older_metadata
from ngio_collections.resolve._requests import Flow, Get, Put
from ngio_collections.resolve._save import Saved, is_written, write_documents
from ngio_collections.resolve._strategy import Inlining
from ngio_collections.resolve._text import document_text
from ngio_collections.resolve._work import Work
from ngio_collections.resolve.verbs._common import (
    Location,
    blob_of,
    document_url,
    remembering,
    require_node,
    store_for,
)
from ngio_collections.store import Blob, ReadableStore

__all__ = ["create", "layout_of", "put_new", "save", "save_inlined", "save_tree"]

LAID_OUT: Final = Layout(indent=2, newline_at_end=True)
"""How small new documents are written: for people. Large ones take no more room than needed."""
LARGE_NODES: Final = 10_000


def create(
    location: Location,
    node: Node,
    *,
    overwrite: bool = False,
    store: ReadableStore | None = None,
) -> Work[Node]:
    """Write a node, with everything below it, as a new document.

    Relative paths that count from another document are written so that they count from the
    new one, and References to what is not written with the node, or whose id comes from several
    documents, get a `path` to where they led; `save_inlined` makes a document of a whole view
    that stands on its own. The root gets a `version` if it has none. A Zarr group or array that
    exists gets the node as its `attributes.ome`, and keeps everything else that its `zarr.json`
    says.

    Args:
        location: Where: a `.json` file, or a Zarr group, whose `zarr.json` is written.
        node: The node, of any tree.
        overwrite: Whether a document that is there already is replaced; of a `zarr.json`, the
            node in it, but never what OME-Zarr before RFC-8 says of an image or a plate.
        store: Where documents are; by default the store that the node was read from, else
            local files.

    Returns:
        The root of the new document, ready for edits and `save`.

    Raises:
        ConflictError: There is such a document already; or a `zarr.json` that has a node, or is
            no metadata of a Zarr group or array.
        NotJsonError: There is a `zarr.json` that is not JSON, or has a key twice.
        ForbiddenError: The store cannot be written to.
        DocumentError: It cannot be written for another reason.
    """
    url = document_url(location)
    found = _store_of_new(store, url, require_node(node))
    return Work(remembering(_create(url, node, overwrite=overwrite), found), found)


def _store_of_new(store: ReadableStore | None, url: str, node: Node) -> ReadableStore:
    """Where a new document goes: to local files, or to the store that its node came from."""
    return store_for(store, url, None if url.startswith("file:") else node)


def _create(url: str, node: Node, *, overwrite: bool) -> Flow[Node]:
    (content,) = brought([(node.tree, node.key)], url)
    raw = rooted(_paths.relativised(content.raw, url))
    source = yield from put_new(url, raw, overwrite=overwrite)
    return source.tree().root


def put_new(url: str, raw: Raw, *, overwrite: bool) -> Flow[Source]:
    """Write a node as a new document, or into the metadata of a Zarr group or array."""
    place = yield from _place(url, overwrite=overwrite)
    document = place.document(raw)
    layout = layout_of(raw) if place.there is None else Layout.of(place.there.data)
    tag = yield from _put(place, document_bytes(document, layout, url))
    return Source(url, tag, document, raw)


class _Place(NamedTuple):
    """Where a new document goes.

    Attributes:
        url: Its address.
        replaces: Whether it may take the place of another one.
        there: The `zarr.json` that the node becomes a part of, if there is one.
        zarr: The same, parsed.
    """

    url: str
    replaces: bool
    there: Blob | None = None
    zarr: Mapping[str, Any] | None = None

    def document(self, node: Raw) -> dict[str, Any]:
        """The whole document with a node."""
        if self.zarr is None:
            return new_document(self.url, node)
        return with_node_in_zarr(self.zarr, node)


def _place(url: str, *, overwrite: bool) -> Flow[_Place]:
    """Look whether a node becomes part of the metadata of a Zarr group or array.

    Raises:
        ConflictError: There is a node already, or other content; metadata from before RFC-8
            even if a node may be replaced.
        NotJsonError: What is there is not JSON.
        DocumentError: It cannot be read.
    """
    if not is_of_zarr(url):
        return _Place(url, overwrite)
    (there,) = yield [Get(url)]
    if isinstance(there, DocumentNotFoundError):
        return _Place(url, replaces=False)
    there = blob_of(there)
    zarr = read_zarr(there.data, url)
    older = older_metadata(zarr["attributes"]["ome"]) if is_in_zarr(zarr) else None
    if older is not None:
        raise ConflictError(f"{older}. A node in its place would take it away from others", url)
    if is_in_zarr(zarr) and not overwrite:
        raise ConflictError("is there already and has a node; nothing was written", url)
    return _Place(url, overwrite, there, zarr)


def layout_of(raw: Raw) -> Layout:
    """How a new document is laid out."""
    return LAID_OUT if Segment(raw).is_small(LARGE_NODES) else COMPACT


def _put(place: _Place, data: bytes) -> Flow[str]:
    if place.there is None:
        request = Put(place.url, data, if_absent=not place.replaces)
    else:
        request = Put(place.url, data, if_match=place.there.tag)
    (tag,) = yield [request]
    if isinstance(tag, DocumentError):
        raise tag
    assert isinstance(tag, str)
    return tag


def save(node: Node, *, store: ReadableStore | None = None) -> Work[Saved]:
    """Write the document that a node is in, if edits changed it.

    In an inlined tree that is the one document that holds the node, and for a node in the
    place of a reference the one that declares that, too. Documents that nodes were moved to
    or from are written with it, so that none is lost. `save_tree` writes all.

    Args:
        node: A node of the edited tree.
        store: Where documents are; by default the store that the node was read from, else
            local files.

    Returns:
        What was written; `left` names the other documents that edits of the tree changed.

    Raises:
        ConflictError: The document was changed by somebody else since it was read, or another
            save of the tree is under way.
        InvalidEditError: The tree was not opened from a document, or a reference to what was
            moved could mean two things.
        DocumentError: It cannot be written.
    """
    node = require_node(node)
    url = _home(node)
    edge = node.tree.edge(node.key)
    urls = set() if edge is None else {str(layer.url) for layer in edge.layers}
    return Work(_save(node.tree, "auto", {url} | urls), store_for(store, url, node))


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
        store: Where documents are; by default the store that the node was read from, else
            local files.

    Returns:
        The documents that were written, and those that were looked at and left. Cost: O(edits
        since the last save), and what the changed documents cost; O(nodes) where nodes went
        to other documents, of which the references in all documents are mended.

    Raises:
        ConflictError: A document was changed by somebody else since it was read, or another
            save of the tree is under way.
        ForbiddenError: A document is in a store that cannot be written to.
        InvalidEditError: The tree was not opened from documents; a document that is in it
            several times was edited differently; a document received a node whose id it has
            already, and a reference could mean either.
        DocumentError: A document cannot be written.
    """
    node = require_node(node)
    return Work(_save(node.tree, to, None), store_for(store, _home(node), node))


def _home(node: Node) -> str:
    """The document that the node is in, in which it can be saved."""
    url = node.document_url
    segment = node.tree.segment
    if url is not None and segment.source is None and segment.inlined is not None:
        raise InvalidEditError(
            f"{node!r} is in a view that was opened with other ids than its documents have, and "
            "cannot be written back to them; open it with Inlining(ids='structural'), which is "
            "the default, or write it as a new document with create(url, node)"
        )
    if url is None or segment.source is None:
        raise InvalidEditError(
            f"{node!r} was not opened from a document that it could be saved to; "
            "write it with create(url, node)"
        )
    return url


def _save(tree: NodeTree, to: str, only: set[str] | None) -> Flow[Saved]:
    with saving(tree):
        plan = Plan(tree, to)
        documents = plan.made()
        wanted = {one.source.url for one in documents} if only is None else plan.tied(only)
        others = [one for one in documents if one.source.url not in wanted]
        documents = [one for one in documents if one.source.url in wanted]
        try:
            saved = yield from write_documents(documents)
        finally:
            plan.note_written()
        if only is None:
            plan.note_all_written()
        left = tuple(one.source.url for one in others if not is_written(one))
        return replace(saved, left=left)


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
    same thing. Ids in attributes with a prefix (`lab:parent`) are not known to be references,
    and stay as they are. A Zarr group or array that exists gets the node as its
    `attributes.ome`, and keeps everything else that its `zarr.json` says.

    Args:
        node: The root of the tree. A node inside of it and everything below it is written by
            `create`, or as a document that the tree refers to by `externalize`.
        location: Where.
        ids: `namespaced` gives the ids of inlined documents the id of their place as a
            prefix; `structural` keeps all ids, and a reference to one that is in several
            documents keeps leading to the one that it comes from; `strict` refuses ids that
            would be there twice.
        overwrite: Whether a document that is there already is replaced; of a `zarr.json`, the
            node in it, but never what OME-Zarr before RFC-8 says of an image or a plate.
        store: Where documents are; by default the store that the node was read from, else
            local files.

    Returns:
        The root of the new document. Cost: O(nodes); most of it is spared where the view can
        be made from its text, and then the new document is parsed when somebody looks at its
        root.

    Raises:
        ConflictError: There is such a document already; or a `zarr.json` that has a node, or is
            no metadata of a Zarr group or array.
        NotJsonError: There is a `zarr.json` that is not JSON, or has a key twice.
        InvalidEditError: It is not the root, or with `strict`, an id would be there twice.
        DocumentError: It cannot be written.
    """
    if require_node(node) != node.tree.root:
        raise InvalidEditError(
            f"{node!r} is not the root of its tree, and save_inlined writes whole trees; give "
            "node.tree.root, or write this part of it with create(location, node)"
        )
    url = document_url(location)
    strategy = Inlining(ids=ids)
    flow = _save_inlined(node.tree, url, strategy.ids, overwrite=overwrite)
    found = _store_of_new(store, url, node)
    return Work(remembering(flow, found), found)


def _save_inlined(tree: NodeTree, url: str, ids: str, *, overwrite: bool) -> Flow[Node]:
    if not tree.segment.is_small(LARGE_NODES):
        place = yield from _place(url, overwrite=overwrite)
        text = document_text(tree, url, ids, lambda root: place.document(rooted(root)))
        if text is not None:
            tag = yield from _put(place, text)
            return LateSource(url, tag, text).tree().root
    raw = rooted(one_document(tree, url, ids))
    source = yield from put_new(url, raw, overwrite=overwrite)
    return source.tree().root
