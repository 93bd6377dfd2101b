"""Mends of documents and of trees: `fixes` finds them, `apply_fixes` makes them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, overload

from ngio_collections._contract import json_pointer
from ngio_collections.document import open_envelope, parse_document
from ngio_collections.errors import InvalidEditError
from ngio_collections.graph import Node
from ngio_collections.mend._fix import Fix
from ngio_collections.mend._patching import apply_operations
from ngio_collections.mend._proposals import Found, Known
from ngio_collections.mend._rounds import Check, find_fixes
from ngio_collections.mend._together import Together, find_fixes_together
from ngio_collections.resolve._contents import contents, remade
from ngio_collections.resolve._report import without_node

__all__ = ["apply_fixes", "fixes", "fixes_of"]


def fixes(
    source: Node | Mapping[str, Any] | bytes | str,
    *,
    profile: str = "ngio",
    revision: str = "v1-2026-08",
    url: str | None = None,
) -> tuple[Fix, ...]:
    """Find out what can be mended, in a tree or in one document.

    Nothing is changed and nothing is read. A fix is found for missing ids and versions, for
    ids that are there twice or have characters that no id has, for references as the older
    draft wrote them, for versions below the root, and for a node in the wrong place of a
    `zarr.json`. Made together, they lead to no finding that was not there.

    Args:
        source: A node, for it and everything below it; or a document, parsed or as JSON text.
            In an inlined tree a fix belongs to the document that declares the value, and what
            refers to it in the other documents follows.
        profile: The profile whose findings are mended.
        revision: The revision of RFC-8.
        url: The address of a document that is no node.

    Returns:
        The fixes in the order in which they are to be applied. `fix.safe` says whether one
        leaves nothing to decide. Cost: at most that of validating each document four times;
        more where a fix turns out to mend nothing, which has to be found among the others.

    Raises:
        NotJsonError: The text is not JSON.
        NotOmeError: The document holds no node.
        UnknownProfileError: There is no such profile at that revision.

    Examples:
        >>> import ngio_collections as ngc
        >>> plate = ngc.new_node("collection", children=[ngc.new_node("collection", name="A 1")])
        >>> for fix in ngc.fixes(plate):
        ...     print(fix.rule, fix.pointer, fix.title)
        root-version /ome Give the root the version '0.9'
        node-id-required /ome Give this collection the id 'collection'
        node-id-required /ome/nodes/0 Give this collection the id 'A_1'
        >>> print(ngc.apply_fixes(plate, ngc.fixes(plate)))
        collection collection
          collection A_1 "A 1"
    """
    if not isinstance(source, Node):
        document = parse_document(source, url)
        open_envelope(document, url)
        return fixes_of({url: document}, profile=profile, revision=revision)
    documents = {one.url: one.document for one in contents(source.tree).values()}
    is_below = _is_below(source, documents)
    nodeless = without_node(source.report)
    found = fixes_of(documents, profile=profile, revision=revision, nodeless=nodeless)
    return tuple(fix for fix in found if is_below(fix))


def _checking(url: str | None, profile: str, revision: str) -> Check:
    """What finds the findings in a document with an address."""
    # Here, since only the rule engine needs further packages.
    from ngio_collections.validation._engine import places_of_findings  # noqa: PLC0415

    def check(document: Any) -> list[Found]:
        return [Found(*one) for one in places_of_findings(document, profile, revision, url)]

    return check


def fixes_of(
    documents: Mapping[str | None, Any],
    *,
    profile: str,
    revision: str,
    nodeless: Collection[str] = (),
) -> tuple[Fix, ...]:
    """Find out what can be mended in documents that may refer to each other.

    Args:
        documents: Parsed documents by their addresses.
        profile: The profile whose findings are mended.
        revision: The revision of RFC-8.
        nodeless: Addresses that documents lead to, and at which there is no node.

    Returns:
        The fixes: safe ones document by document, then the others, and at the end those that
        move whole nodes.
    """
    together = Together(documents, nodeless)

    def check(url: str | None, document: Any) -> list[Found]:
        return _checking(url, profile, revision)(document)

    def find(url: str | None) -> list[Fix]:
        known = Known(url, together)
        return find_fixes(together.current[url], _checking(url, profile, revision), known)

    return find_fixes_together(together, find, check)


def _is_below(node: Node, documents: Mapping[str | None, Any]) -> Callable[[Fix], bool]:
    """Whether a fix is about a node or something below it."""
    tree = node.tree
    if node == tree.root:
        return lambda _: True
    inner: set[str | None] = set()
    for one in node.walk():
        edge = tree.edge(one.key)
        if edge is not None:
            inner.update(layer.url for layer in edge.layers[1:])
    home, pointer = _place(node)
    base = json_pointer(open_envelope(documents[home], home).pointer) + pointer

    def is_below(document: str | None, pointer: str) -> bool:
        is_home = document == home and f"{pointer}/".startswith(f"{base}/")
        return document in inner or is_home

    return lambda fix: (
        is_below(fix.document, fix.pointer)
        or any(is_below(url, one["path"]) for url, some in fix.elsewhere.items() for one in some)
    )


def _place(node: Node) -> tuple[str | None, str]:
    """The document that holds a node, be it as a reference, and where from its root node."""
    holder, pointer = node, node.pointer
    if node.stub is not None and (parent := node.parent()) is not None:
        holder = parent
        pointer = f"{parent.pointer}/nodes/{parent._item_index(parent.key, node.key)}"  # noqa: SLF001
    chain = (holder, *holder.ancestors())
    begins = next((one for one in chain if one.stub is not None), chain[-1])
    return begins.document_url, pointer


@overload
def apply_fixes(source: Node, fixes: Iterable[Fix], *, unsafe: bool = False) -> Node: ...


@overload
def apply_fixes(
    source: Mapping[str, Any] | bytes | str, fixes: Iterable[Fix], *, unsafe: bool = False
) -> dict[str, Any]: ...


def apply_fixes(
    source: Node | Mapping[str, Any] | bytes | str, fixes: Iterable[Fix], *, unsafe: bool = False
) -> Node | dict[str, Any]:
    """Make fixes in a tree or a document, which stay as they are.

    Args:
        source: The node, or the document, that the fixes were found for.
        fixes: What `fixes` gave, or some of it, in that order. Fixes of documents that
            are not in the tree are none of its business, and left out.
        unsafe: Whether fixes that leave something to decide are made, too.

    Returns:
        For a node the root of the new tree: a tree of its own, to be saved with `save_tree`,
        which writes the documents that were mended. For a document the new document. What does
        not change is shared, and stays in its order.

    Raises:
        InvalidEditError: The tree or document is not what the fixes were found for.
    """
    wanted = [fix for fix in fixes if unsafe or fix.safe]
    if not isinstance(source, Node):
        operations = [operation for fix in wanted for operation in fix.operations]
        document: dict[str, Any] = apply_operations(parse_document(source), operations)
        return document
    nodes: dict[str | None, Any] = {}
    moved: dict[str | None, Any] = {}
    by_document: dict[str | None, list[Mapping[str, Any]]] = {}
    for fix in wanted:
        for url, some in fix.patches().items():
            by_document.setdefault(url, []).extend(some)
    every = contents(source.tree)
    if not any(url in every for url in by_document):
        return source.tree.root
    for url, content in every.items():
        operations = by_document.get(url, [])
        mended = apply_operations(content.document, operations, url)
        envelope = open_envelope(mended, url)
        if not isinstance(envelope.node, dict):
            raise InvalidEditError(f"{url}: the fixes leave no node")
        nodes[url] = envelope.node if operations else content.node
        if envelope.pointer != open_envelope(content.document, url).pointer:
            moved[url] = mended
    return remade(source.tree, nodes, moved).root
