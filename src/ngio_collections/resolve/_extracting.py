"""Parts of a document that become documents of their own, and back, and documents that move.

Every reference still leads where it led.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ngio_collections import _paths
from ngio_collections._frozen import thaw
from ngio_collections.document import Rewrite, ids_of, map_references, target_of, without_path
from ngio_collections.errors import InvalidEditError
from ngio_collections.graph import Node, Raw, as_tree
from ngio_collections.graph._export import rewritten

__all__ = ["Parts", "embedded", "following", "repointed", "split"]

_OF_STUB = ("type", "id", "name")


class Parts(NamedTuple):
    """A document in two.

    Attributes:
        content: The root of the new document.
        root: The root of the tree of the old one, with a reference in its place.
        gone: The ids that the new document has, and the old one has no more.
    """

    content: Raw
    root: Node
    gone: set[str]


def split(node: Node, content: Raw, url: str) -> Parts:
    """Take a node with everything below it out of its document.

    Args:
        node: The node, in an opened document.
        content: Its JSON; paths count from the document that it is in.
        url: The address of the new document.

    Returns:
        Both parts. What the content refers to in the rest gets a `path` to the old document,
        and what refers to the content gets one to the new document.
    """
    home = node.require_document_url()
    inside = ids_of(content)
    # The stub keeps the id of the node, so that references to that one stay as they are.
    gone = inside - ({content["id"]} if isinstance(content.get("id"), str) else set())

    def outward(reference: Mapping[str, Any]) -> Mapping[str, Any]:
        to = target_of(reference, url)  # Its path counts from the new document already.
        if reference["id"] in inside:
            return without_path(reference) if to == home else reference
        return reference if to is not None else {**reference, "path": _paths.path_to(url, home)}

    def inward(reference: Mapping[str, Any]) -> Mapping[str, Any]:
        if target_of(reference, home) not in (None, home) or reference["id"] not in gone:
            return reference
        return {**reference, "path": _paths.path_to(home, url)}

    stub: dict[str, Any] = {key: content[key] for key in _OF_STUB if key in content}
    stub["path"] = _paths.path_to(home, url)
    made = _referring(_paths.rebased(content, home, url), outward)
    return Parts(made, _replaced(node, stub, inward), gone)


def _replaced(node: Node, other: Raw, refer: Rewrite) -> Node:
    """The root of a tree with another node in the place of one.

    Args:
        node: The node, in an opened document.
        other: The other one.
        refer: What becomes of References in the rest of the document.
    """
    with node.tree.root.edit() as transaction:
        for beside in _rest(node):
            plain = thaw(beside.raw.get("attributes"))
            attributes = map_references(plain, refer)
            if attributes is not plain:
                transaction[beside].set_attrs(attributes)
        transaction[node].replace(as_tree(other, node.require_document_url()).root)
    return transaction.result


def _rest(node: Node) -> Iterator[Node]:
    """The other nodes of the document that a node is in, with attributes."""
    home = node.document_url
    inside = {one.key for one in node.walk()}
    for other in node.tree.root.walk():
        if other.key not in inside and other.document_url == home and other.attributes:
            yield other


def _referring(raw: Raw, refer: Rewrite) -> dict[str, Any]:
    """A copy of a node and everything below it with other References."""

    def own(node: Raw, _: None) -> dict[str, Any]:
        fields = dict(node)
        if "attributes" in fields:
            fields["attributes"] = map_references(fields["attributes"], refer)
        return fields

    return rewritten(raw, None, lambda _, above: above, own)


def following(raw: Raw, here: str, old: str, ids: set[str], new: str) -> Raw:
    """A node whose References to what went from one document to another lead to where it is.

    Args:
        raw: The root node of a document.
        here: The address of that document, which is neither of the two.
        old: Where the ids were.
        ids: The ids.
        new: Where they are.

    Returns:
        The node; the same object if nothing in it led there.
    """
    is_changed = False

    def follow(reference: Mapping[str, Any]) -> Mapping[str, Any]:
        nonlocal is_changed
        if target_of(reference, here) != old or reference["id"] not in ids:
            return reference
        is_changed = True
        return {**reference, "path": _paths.path_to(here, new)}

    made = _referring(raw, follow)
    return made if is_changed else raw


def embedded(node: Node, target: Raw, url: str) -> Node:
    """Put what a reference leads to in its place.

    Args:
        node: The reference, in an opened document.
        target: The root of the document that it leads to.
        url: The address of that document.

    Returns:
        The root of the tree with the content in the place of the reference.

    Raises:
        InvalidEditError: The types differ, or an id would be there twice.
    """
    home = node.require_document_url()
    stub = node.tree.raw(node.key)
    _require_embeddable(node, stub, target, url)
    inside = ids_of(target)
    rename = _renaming(target.get("id"), stub.get("id"))

    def inward(reference: Mapping[str, Any]) -> Mapping[str, Any]:
        to = target_of(reference, url)
        if to == home:
            return without_path(reference)
        return rename(without_path(reference)) if to in (None, url) else reference

    def free(reference: Mapping[str, Any]) -> Mapping[str, Any]:
        if target_of(reference, home) != url or reference["id"] not in inside:
            return reference
        return rename(without_path(reference))

    content = _paths.rebased(_referring(target, inward), url, home)
    says = map_references(stub.get("attributes"), free)
    return _replaced(node, _both(stub, says, content), free)


def _require_embeddable(node: Node, stub: Raw, target: Raw, url: str) -> None:
    """Refuse what would be of another type, or have ids that are there already."""
    if target.get("type") != node.type:
        raise InvalidEditError(
            f"{url} holds a {target.get('type')!r}, and the reference to it says {node.type!r}"
        )
    here = ids_of(node.tree.materialise((node.tree.segment, 0)))
    root_id = target.get("id")
    # The id of the reference takes the place of that of the root.
    replaced = {root_id} if isinstance(root_id, str) and "id" in stub else set()
    twice = sorted(here & (ids_of(target) - replaced))
    if twice:
        raise InvalidEditError(
            f"{url} has ids that {node.document_url} has too: {', '.join(twice[:5])}; in one of "
            "the two, replace the nodes with them by nodes with other ids first"
        )


def _renaming(old: Any, new: Any) -> Rewrite:
    """Gives References to one id another one; none if the other is no text."""

    def rename(reference: Mapping[str, Any]) -> Mapping[str, Any]:
        if reference["id"] != old or not isinstance(new, str):
            return reference
        return {**reference, "id": new}

    return rename


def _both(stub: Raw, says: Any, content: Raw) -> Raw:
    """The content with what the reference to it says: its fields and attributes count.

    Args:
        stub: The reference.
        says: Its attributes, as they are to be.
        content: The content.
    """
    of_stub = {key: v for key, v in stub.items() if key not in ("path", "attributes")}
    merged = {**content, **of_stub}
    merged.pop("version", None)
    theirs = content.get("attributes")
    if isinstance(theirs, dict) and isinstance(says, dict):
        merged["attributes"] = {**theirs, **says}
    elif says is not None:
        merged["attributes"] = says
    return merged


def repointed(raw: Raw, here: str, old: str, new: str) -> Raw:
    """A node whose paths to a document lead to where that document is now.

    Args:
        raw: The root node of a document.
        here: The address of the document.
        old: Where the other document was.
        new: Where it is.

    Returns:
        The node; the same object if nothing in it led there.
    """
    places = [
        pointer
        for pointer, path in _paths.paths_in(raw)
        if target_of({"path": dict(path)}, here) == old
    ]
    if not places:
        return raw
    copied: dict[int, Any] = {}
    made: Any = dict(raw)
    for pointer in places:
        if not pointer:  # A node that looks like a path.
            made.update(_paths.path_to(here, new))
            continue
        at = made
        for part in pointer[:-1]:
            inner = at[part]
            if id(inner) not in copied:
                inner = inner.copy()
                copied[id(inner)] = inner
                at[part] = inner
            at = inner
        at[pointer[-1]] = {**at[pointer[-1]], **_paths.path_to(here, new)}
    result: Raw = made
    return result
