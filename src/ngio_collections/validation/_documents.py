"""The documents of a tree: one that was opened alone, or each of those that a view is made of.

A view is checked as what it is made of: each document on its own, as it would be saved now.
So every finding is about what one document says, also where a node stands in the place of a
reference and has attributes of both; and no document is checked twice, in however many places
of the view it is.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from ngio_collections import _paths
from ngio_collections._contract import Declaration, NodeEntry, Pointer, json_pointer
from ngio_collections.document import Source, is_in_zarr
from ngio_collections.errors import PathError
from ngio_collections.graph import Node, NodeTree, Raw, Segment
from ngio_collections.graph._state import Ref
from ngio_collections.resolve import Report, Unfollowed
from ngio_collections.resolve._changes import Plan
from ngio_collections.validation._declarations import Declaring, SegmentDeclarations
from ngio_collections.validation._entries import SegmentHome
from ngio_collections.validation._run import File

__all__ = ["Document", "View", "documents_of", "file_of", "lost", "url_in"]

_KEPT: Final = 64
"""So many documents are kept ready for the references of others to be looked up in them."""


PATH_TARGET: Final = "path-target"
_MISTAKES: Final = frozenset(
    {"missing", "unreadable", "malformed", "not-ome", "type-mismatch", "attribute-conflict"}
)
"""The reasons for not following a reference that are mistakes in documents."""


def lost(record: Unfollowed) -> str | None:
    """Why the path of a node leads to no node, None if that is nobody's mistake."""
    if record.kind not in _MISTAKES:
        return None
    target = record.target
    with suppress(PathError):  # It may be no address, and is shown as it is.
        target = _paths.relative(record.document, target)
    return f"the path leads to {target}, which could not be taken: {record.cause}"


@dataclass(frozen=True, slots=True)
class Document:
    """A document, and which of its nodes are to be checked.

    Attributes:
        file: What it is in.
        home: Its nodes.
        start: The first node to be checked.
        end: The one after the last.
        is_new: Whether it was never written: it has no version yet.
        others: The documents around it, if it is part of a view.
    """

    file: File
    home: SegmentHome
    start: int
    end: int
    is_new: bool = False
    others: View | None = None

    @property
    def url(self) -> str | None:
        """Its address, None if it has none."""
        return self.file.url


def file_of(url: str | None, source: Any, root: Raw | None = None) -> tuple[File, Pointer]:
    """What a document is in, and where in that its node is.

    Args:
        url: The address of the document.
        source: The document as it was read, if it was.
        root: The node as it is now; as it was read if None.
    """
    content = source.document if isinstance(source, Source) else {}
    if is_in_zarr(content):
        if root is not None:
            content = {**content, "attributes": {**content["attributes"], "ome": root}}
        return File(url, "zarr", content), ("attributes", "ome")
    if root is not None:
        content = {**content, "ome": root}
    return File(url, "json", content), ("ome",)


class View:
    """All documents of a view, by their addresses.

    Args:
        tree: The view.
        places: Where attributes declare ids.
    """

    def __init__(self, tree: NodeTree, places: Declaring) -> None:
        assert tree.segment.inlined is not None
        self._tree = tree
        self._places = places
        self._read = _read_contents(tree)
        self._changed = _changed_contents(tree)
        report = tree.segment.inlined.report
        records = report.failures if isinstance(report, Report) else ()
        self._records = {(one.document, one.pointer): one for one in records}
        self._ready: OrderedDict[str, SegmentDeclarations] = OrderedDict()

    def content(self, url: str | None) -> tuple[Raw, Any] | None:
        """What a document says now, with the document as it was read; None if there is none."""
        if url is None:
            return None
        return self._changed.get(url) or self._read.get(url)

    def declarations(self, base: str | None, path: Any, id: str) -> tuple[Declaration, ...] | None:
        try:
            url = _paths.metadata_url(base, path) if isinstance(path, Mapping) else None
        except PathError:
            return None  # Its form is another rule's.
        found = None if url is None else self._declared(url)
        return None if found is None else found.of(id)

    def unfollowed(self, url: str | None, node: NodeEntry) -> str | None:
        """Why a reference was not followed when the view was opened, if that is a mistake."""
        if not self._records:
            return None
        record = self._records.get((url or "", json_pointer(node.pointer)))
        return None if record is None else lost(record)

    def _declared(self, url: str) -> SegmentDeclarations | None:
        found = self._ready.get(url)
        if found is not None:
            self._ready.move_to_end(url)
            return found
        document = self.document(url)
        if document is None:
            return None
        found = self._ready[url] = SegmentDeclarations(document.home, self._places)
        if len(self._ready) > _KEPT:
            self._ready.popitem(last=False)
        return found

    def document(self, url: str) -> Document | None:
        """A document of the view, None if there is none at the address."""
        content = self.content(url)
        if content is None:
            return None
        raw, source = content
        file, pointer = file_of(url, source, raw)
        home = SegmentHome(Segment(raw, url, source), pointer)
        return Document(file, home, 0, len(home.segment), others=self)

    def documents(self, start: Ref) -> Iterator[Document]:
        """The documents that begin at a node or below it, each once, in order."""
        seen: set[str] = set()
        for ref in self._tree.walk(start):
            edge = self._tree.edge(ref)
            for layer in edge.layers[1:] if edge is not None else ():
                if layer.url is not None and layer.url not in seen:
                    seen.add(layer.url)
                    document = self.document(layer.url)
                    assert document is not None
                    yield document

    def around(self, node: Node) -> Iterator[Document]:
        """The part of a document that a node of the view is, with what is below it there."""
        edge = self._tree.edge(node.key)
        if edge is not None and node.parent() is not None:
            return  # It is the root of a document that comes as a whole.
        url = edge.stub.url if edge is not None else url_in(node.tree, node.key)
        whole = None if url is None else self.document(url)
        if whole is not None:
            place = _descend(whole.home.segment, _path_in_document(node))
            yield replace(whole, start=place, end=whole.home.segment.ends[place])


def url_in(tree: NodeTree, ref: Ref) -> str | None:
    """The address of the document that a node of a view is in now, as a part of it."""
    while tree.edge(ref) is None:
        parent = tree.parent(ref)
        if parent is None:
            return tree.url
        ref = parent
    edge = tree.edge(ref)
    assert edge is not None
    return edge.target.url


def _read_contents(tree: NodeTree) -> dict[str, tuple[Raw, Any]]:
    """What each document said when the view was opened; the same for all of its versions."""
    return tree.segment.keep("contents", lambda: _contents(tree.segment))


def _contents(segment: Segment) -> dict[str, tuple[Raw, Any]]:
    contents: dict[str, tuple[Raw, Any]] = {}
    inlined = segment.inlined
    assert inlined is not None
    if segment.url is not None:
        edge = inlined.edges.get(id(segment.root))
        root = inlined.originals.get(id(segment.root), segment.root)
        contents[segment.url] = (root if edge is None else edge.stub.raw, segment.source)
    for edge in inlined.edges.values():
        for layer in edge.layers[1:]:
            if layer.url is not None:
                contents.setdefault(layer.url, (layer.raw, layer.source))
    return contents


def _changed_contents(tree: NodeTree) -> dict[str, tuple[Raw, Any]]:
    """What the documents say that edits changed."""
    if not tree.is_edited:
        return {}
    return {plan.source.url: (plan.node, plan.source) for plan in Plan(tree).made()}


def _path_in_document(node: Node) -> list[int]:
    """The child positions from the root of the document of a node to it."""
    tree, ref, path = node.tree, node.key, list[int]()
    parent = tree.parent(ref)
    while parent is not None and tree.edge(ref) is None:
        path.append(tree.index(parent, ref))
        ref, parent = parent, tree.parent(parent)
    return path[::-1]


def _descend(segment: Segment, path: list[int]) -> int:
    """The position of the node at the end of a path of child positions."""
    place = 0
    for number in path:
        children = segment.children(place)
        place = next(child for n, child in enumerate(children) if n == number)
    return place


def documents_of(node: Node, places: Declaring) -> Iterator[Document]:
    """The documents that a node and everything below it are in.

    Args:
        node: A node of any tree.
        places: Where attributes declare ids.

    Yields:
        The documents, that of the node first, each with the nodes that are meant.
    """
    tree = node.tree
    if tree.segment.inlined is not None:
        view = View(tree, places)
        yield from view.around(node)
        yield from view.documents(node.key)
        return
    source = tree.segment.source
    if tree.is_edited:
        root = (tree.segment, 0)
        segment = Segment(tree.materialise(root), tree.url, source)
        place = _descend(segment, tree.path(node.key))
    else:
        segment, place = tree.segment, node.key[1]
    file, pointer = file_of(tree.url, source, segment.root)
    home = SegmentHome(segment, pointer)
    is_new = source is None and tree.url is None
    yield Document(file, home, place, segment.ends[place], is_new)
