"""Nodes on their way into another document: what they refer to stays what it was.

An id counts in one document. So a Reference without a path that comes into another document
keeps its form only if what it means comes with it, and has an id that nothing else there has.
Else it gets a path to where that is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ngio_collections.document import declared_ids
from ngio_collections.graph import NodeTree, Segment
from ngio_collections.graph._export import NOWHERE, Content, Receiver
from ngio_collections.graph._state import Ref
from ngio_collections.resolve._moves import place_of
from ngio_collections.resolve._produce import Production, Things

__all__ = ["brought"]


def brought(
    parts: Sequence[tuple[NodeTree, Ref]], url: str | None, receiver: Receiver | None = None
) -> list[Content]:
    """The JSON of nodes that come into one document together.

    Args:
        parts: The nodes, each with everything below it.
        url: The address of that document; paths become absolute if it has none.
        receiver: What is in it already.

    Returns:
        The JSON, in which paths count from there and every Reference leads where it led. Cost:
        O(what is brought), and the index of the receiver if a Reference names an id.
    """
    present: Things = set()
    productions = [
        Production(tree, NOWHERE if url is None else url, "structural", ref, present)
        for tree, ref in parts
    ]
    made = [production.copied() for production in productions]
    wanted = {id_ for production in productions for id_ in production.aims() if id_ is not None}
    count: Counter[str] = Counter()
    if wanted:
        for production in productions:
            count.update(production.counted(wanted))
        if receiver is not None:
            count.update(id_ for id_ in wanted if _is_in(receiver, url, id_))
    is_any_twice = any(times > 1 for times in count.values())
    for production in productions:
        production.mend(count, is_any_twice=is_any_twice)
    return [Content(raw, one.declares) for raw, one in zip(made, productions, strict=True)]


def _is_in(receiver: Receiver, url: str | None, id_: str) -> bool:
    """Whether a document has an id already."""
    tree, parent, replaced = receiver

    def is_replaced(ref: Ref) -> bool:
        return replaced is not None and tree.is_below(ref, replaced)

    edge = tree.edge(place_of(tree, parent))
    if edge is not None and edge.target.raw.get("id") == id_:
        return True
    for ref in tree.refs_with(id_):
        edge = tree.edge(ref)
        home = tree.url_of(ref) if edge is None else edge.stub.url
        if home == url and not is_replaced(ref):
            return True
    return any(
        tree.url_of(ref) == url and not is_replaced(ref)
        for segment in tree.segments_naming(id_)
        for ref in _declaring(tree, segment, id_)
    )


def _declaring(tree: NodeTree, segment: Segment, id_: str) -> list[Ref]:
    """The nodes of a segment whose attributes declare an id in this version."""
    refs = [(segment, at) for at in segment.keep(_declaring, lambda: _index(segment)).get(id_, ())]
    return [
        ref
        for ref in refs
        if tree.holds(ref) and id_ in declared_ids(tree.raw(ref).get("attributes"))
    ]


def _index(segment: Segment) -> dict[str, list[int]]:
    """Where the ids of attributes are declared. Cost: O(nodes)."""
    found: dict[str, list[int]] = {}
    for position, raw in enumerate(segment.raws):
        if "attributes" in raw:
            for id_ in declared_ids(raw["attributes"]):
                found.setdefault(id_, []).append(position)
    return found
