"""From a Reference in the attributes of a node to what it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ngio_collections import _paths
from ngio_collections.document import declared_ids, references
from ngio_collections.errors import NodeNotFoundError
from ngio_collections.graph import Edge, Node, NodeTree, Segment

__all__ = ["follow"]


def follow(node: Node, reference: Mapping[str, Any]) -> Node:
    """Find what a Reference in the attributes of a node refers to, in the tree of the node.

    An id counts in the document that the Reference is in, or in that of its `path`
    (RFC-8, "Reference"). In an inlined tree ids of several documents may be the same, and the
    one that is meant is found; the tree must hold the document.

    Args:
        node: The node that has the Reference.
        reference: For example `node.get_attr("labels")["source"][0]`.

    Returns:
        The node with that id; or, where the id is that of a coordinate system, a row, a
        column or an acquisition, the node whose attributes declare it. Cost: O(log edits) for
        the id of a node, else O(document).

    Raises:
        NodeNotFoundError: Nothing in the tree has that id in that document.
        PathError: The path of the Reference cannot be understood.

    Examples:
        >>> import ngio_collections as ngc
        >>> raw = ngc.new_node("multiscale", id="raw")
        >>> labels = {"labels": {"source": [{"id": "raw"}]}}
        >>> nuclei = ngc.new_node("multiscale", id="nuclei", attributes=labels)
        >>> field = ngc.new_node("collection", children=[raw, nuclei])
        >>> nuclei = field.find("nuclei")
        >>> ngc.follow(nuclei, nuclei.get_attr("labels")["source"][0])
        <Node multiscale 'raw'>
    """
    if not isinstance(reference, Mapping):
        raise TypeError(
            f"expected a Reference, as `node.get_attr('labels')['source'][0]` is one, "
            f"not {reference!r:.60}"
        )
    id_, path = reference.get("id"), reference.get("path")
    if not isinstance(id_, str):
        raise NodeNotFoundError(f"a Reference has an `id`, and this one has none: {reference!r}")
    here = node.document_url
    edge = node.tree.edge(node.key)
    if path is None and edge is not None and _is_of_stub(node, edge, reference):
        node = node.parent() or node
        here = edge.stub.url
    there = here if path is None else _paths.metadata_url(here, path)
    own = _place(node)  # Of another document than `here` if an edit moved the node.
    for place in [own] if there == own.document_url else _places(node.tree, there):
        found = _in_document(place, id_)
        if found is not None:
            return found
    moved = _among_moved(node.tree.root, there, id_) if node.tree.shrunk else None
    if moved is not None:
        return moved
    where = "" if there is None else f" in {there}"
    raise NodeNotFoundError(f"nothing has the id {id_!r}{where}, as {node!r} says")


def _is_of_stub(node: Node, edge: Edge, reference: Mapping[str, Any]) -> bool:
    """Whether a Reference of an inlined node is in the attributes of its stub."""
    return any(
        one == reference and edge.layer_of(key, value) == 0
        for key, value in _attributes(node).items()
        for one in references({key: value})
    )


def _attributes(node: Node) -> Mapping[str, Any]:
    found = node.tree.raw(node.key).get("attributes")
    return found if isinstance(found, dict) else {}


def _place(node: Node) -> Node:
    """The node in which the document of a node begins."""
    for one in (node, *node.ancestors()):
        if one.stub is not None:
            return one
        root = one
    return root


def _places(tree: NodeTree, url: str | None) -> Iterator[Node]:
    """The nodes in which a document begins, in order; it may be in the tree several times."""
    root = tree.root
    if root.document_url == url:
        yield root
    segments = tree.keep(_places, lambda: {tree.segment, *_edited_segments(tree)})
    refs = [
        (segment, position)
        for segment in segments
        for position in segment.keep(_places, lambda: _placed(segment)).get(url, ())  # noqa: B023
        if position or segment is not tree.segment  # The root was there already.
    ]
    refs = [ref for ref in refs if tree.holds(ref)]
    yield from (Node(tree, *ref) for ref in sorted(refs, key=tree.order))


def _edited_segments(tree: NodeTree) -> Iterator[Segment]:
    """The segments of several documents in which something was edited. Cost: O(edits)."""
    for ref, _ in tree.changes.values():
        if ref[0].inlined is not None:
            yield ref[0]


def _placed(segment: Segment) -> dict[str | None, list[int]]:
    """The nodes in which documents begin, by their addresses. Cost: O(nodes)."""
    found: dict[str | None, list[int]] = {}
    edges = {} if segment.inlined is None else segment.inlined.edges
    for position, raw in enumerate(segment.raws) if edges else ():
        edge = edges.get(id(raw))
        if edge is not None:
            found.setdefault(edge.target.url, []).append(position)
    return found


def _in_document(place: Node, id_: str) -> Node | None:
    """What has an id in the document that begins at a node."""
    edge = place.tree.edge(place.key)
    if id_ == (place.id if edge is None else edge.target.raw.get("id")):
        return place
    for found in place.find_all(id=id_):
        # A node in the place of a reference has its id in the document that declares that.
        home = found.parent() if found.stub is not None else found
        if home is not None and found != place and _place(home) == place:
            return found
    return next((node for node in _nodes(place) if _declares(node, id_, place)), None)


def _declares(node: Node, id_: str, place: Node) -> bool:
    """Whether attributes of a node declare an id in the document that begins at a place."""
    attributes = _attributes(node)
    if id_ not in declared_ids(attributes):
        return False
    edge = node.tree.edge(node.key)
    if edge is None:
        return True
    declaring = _declaring_layers(attributes, edge, id_)
    # What the stub says is said in the document around it.
    return (0 not in declaring) if node == place else (0 in declaring)


def _among_moved(root: Node, url: str | None, id_: str) -> Node | None:
    """What has an id that counts in a document, wherever an edit has put it."""
    for found in root.find_all(id=id_):
        if (found.document_url if found.stub is None else found.declared_in) == url:
            return found
    return next((node for node in root.walk() if url in _declared_in(node, id_)), None)


def _declared_in(node: Node, id_: str) -> set[str | None]:
    """The documents in which attributes of a node declare an id."""
    attributes = _attributes(node)
    if id_ not in declared_ids(attributes):
        return set()
    edge = node.tree.edge(node.key)
    if edge is None:
        return {node.document_url}
    return {edge.layers[number].url for number in _declaring_layers(attributes, edge, id_)}


def _declaring_layers(attributes: Mapping[str, Any], edge: Edge, id_: str) -> set[int]:
    """Which layers of an inlined node the attributes are of that declare an id."""
    return {edge.layer_of(k, v) for k, v in attributes.items() if id_ in declared_ids({k: v})}


def _nodes(place: Node) -> Iterator[Node]:
    """The nodes of a document, its references included; not those of documents inside of it."""
    stack = [place]
    while stack:
        node = stack.pop()
        yield node
        if node == place or node.stub is None:
            stack.extend(reversed(list(node.children())))
