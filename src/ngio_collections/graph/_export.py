"""The JSON of nodes on its way to another document: paths that count from there."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from ngio_collections._paths import rebased
from ngio_collections.graph._segment import Raw, child_nodes
from ngio_collections.graph._state import Ref, TreeState

__all__ = [
    "NOWHERE",
    "Content",
    "Receiver",
    "brought",
    "exported",
    "rewritten",
    "urls_by_identity",
]


class Content(NamedTuple):
    """What comes into a document.

    Attributes:
        raw: A node, with everything below it.
        names: What its attributes declare, to be found by `TreeState.segments_naming`.
    """

    raw: Raw
    names: tuple[str, ...] = ()


Receiver: TypeAlias = tuple[Any, Ref, Ref | None]
"""A tree, the node in it that gets children, and the node in whose place one comes."""

C = TypeVar("C")

NOWHERE: Final = "nowhere:///"
"""Where relative paths count from in a node without a document; so all become absolute."""


def rewritten(
    raw: Raw,
    context: C,
    enter: Callable[[Raw, C], C],
    own: Callable[[Raw, C], dict[str, Any]],
) -> dict[str, Any]:
    """A copy of a node and everything below it, with other own fields.

    Args:
        raw: The node.
        context: What is known above it.
        enter: Gives what is known at a node, from the node and what is known above it.
        own: Gives a new object with the own fields of a node; its `nodes` are replaced.

    Returns:
        The copy. Cost: O(subtree).
    """
    context = enter(raw, context)
    made = own(raw, context)
    stack: list[tuple[Raw, C, dict[str, Any]]] = [(raw, context, made)]
    while stack:
        raw, above, holder = stack.pop()
        nodes: list[Any] = []
        for child in child_nodes(raw):
            if type(child) is not dict:
                nodes.append(child)
                continue
            inner = enter(child, above)
            copy = own(child, inner)
            nodes.append(copy)
            if "nodes" in child:
                stack.append((child, inner, copy))
        if nodes:
            holder["nodes"] = nodes
    return made


def urls_by_identity(tree: TreeState, origins: dict[int, Ref]) -> dict[int, str | None]:
    """The document of each node that is in another one than the node above it.

    Args:
        tree: The tree.
        origins: What `materialise` rebuilt.

    Returns:
        The documents, by the identity of the JSON of the nodes.
    """
    urls: dict[int, str | None] = {}
    for segment in {tree.segment, *(ref[0] for ref, _ in tree.changes.values())}:
        if segment.inlined is not None:
            urls.update((key, edge.target.url) for key, edge in segment.inlined.edges.items())
    urls.update((key, tree.url_of(ref)) for key, ref in origins.items())
    return urls


def exported(tree: TreeState, start: Ref, url: str | None) -> Raw:
    """The JSON of a node with everything below it, to be put into another document.

    Args:
        tree: The tree of the node.
        start: The node.
        url: The address of that document; paths become absolute if it has none.

    Returns:
        The JSON, not to be changed, in which every relative path counts from there. What is
        in no document keeps its paths. Cost: O(subtree) if there is anything to do.
    """
    origins: dict[int, Ref] = {}
    content = tree.materialise(start, origins)
    urls = urls_by_identity(tree, origins)
    home = tree.url_of(start)
    if {home, *urls.values()} <= {url, None}:
        return content
    to = NOWHERE if url is None else url

    def enter(raw: Raw, above: str | None) -> str | None:
        return urls.get(id(raw), above)

    def own(raw: Raw, here: str | None) -> dict[str, Any]:
        fields = dict(raw)
        if here is None or here == to:
            return fields
        for key in ("path", "attributes"):
            if key in fields:
                fields[key] = rebased(fields[key], here, to)
        return fields

    return rewritten(content, home, enter, own)


def brought(
    parts: Sequence[tuple[TreeState, Ref]], url: str | None, receiver: Receiver | None = None
) -> list[Content]:
    """The JSON of nodes that come into a document together.

    What attributes refer to is no business of the graph: `ngio_collections.resolve` knows it,
    and is imported when something comes from another document, or from several.

    Args:
        parts: The nodes, each with everything below it.
        url: The address of the document; paths become absolute if it has none.
        receiver: What is in the document already.

    Returns:
        The JSON, not to be changed. Cost: O(changes) for what is in no document or was in this
        one, else O(what is brought).
    """
    if all(tree.segment.inlined is None and tree.segment.url in (None, url) for tree, _ in parts):
        return [Content(tree.materialise(start)) for tree, start in parts]
    bringing = importlib.import_module("ngio_collections.resolve._bringing")
    made: list[Content] = bringing.brought(parts, url, receiver)
    return made
