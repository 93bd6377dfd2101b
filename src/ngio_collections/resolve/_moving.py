"""Moving content between documents, so that every reference still leads where it led."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ngio_collections import _paths
from ngio_collections.document import declared_ids, map_ids, references
from ngio_collections.errors import InvalidEditError, PathError
from ngio_collections.graph import Node, Raw, as_tree
from ngio_collections.graph._export import rewritten

__all__ = [
    "Parts",
    "embedded",
    "following",
    "ids_of",
    "nodes_in",
    "own_ids",
    "repointed",
    "split",
    "target_of",
]

Change = Callable[[Mapping[str, Any]], Mapping[str, Any]]

_OF_STUB = ("type", "id", "name")


def nodes_in(raw: Raw) -> Iterator[Raw]:
    """A node and everything below it, without what references lead to."""
    found: list[Raw] = []

    def own(node: Raw, _: None) -> dict[str, Any]:
        found.append(node)
        return {}

    rewritten(raw, None, lambda _, above: above, own)
    return iter(found)


def ids_of(raw: Raw) -> set[str]:
    """The ids that a node and everything below it declare, of nodes and in attributes."""
    return {id_ for node in nodes_in(raw) for id_ in own_ids(node)}


def own_ids(raw: Raw) -> list[str]:
    """The ids that a node alone declares: its own, and those in its attributes."""
    id_ = raw.get("id")
    declared = declared_ids(raw.get("attributes"))
    return [id_, *declared] if isinstance(id_, str) else declared


def all_references(raw: Raw) -> Iterator[Mapping[str, Any]]:
    """The References in the attributes of a node and everything below it."""
    for node in nodes_in(raw):
        yield from references(node.get("attributes"))


def _referring(raw: Raw, refer: Change) -> dict[str, Any]:
    """A copy of a node and everything below it with other References."""

    def own(node: Raw, _: None) -> dict[str, Any]:
        fields = dict(node)
        if "attributes" in fields:
            fields["attributes"] = map_ids(fields["attributes"], lambda value: value, refer)
        return fields

    return rewritten(raw, None, lambda _, above: above, own)


def without_path(reference: Mapping[str, Any]) -> Mapping[str, Any]:
    """A Reference to something in the document that it is in."""
    if not isinstance(reference.get("path"), dict):
        return reference
    return {key: value for key, value in reference.items() if key != "path"}


class Parts:
    """A document in two.

    Attributes:
        content: The root of the new document.
        root: The root of the tree of the old one, with a reference in its place.
        gone: The ids that the new document has, and the old one has no more.
    """

    __slots__ = ("content", "gone", "root")

    def __init__(self, content: Raw, root: Node, gone: set[str]) -> None:
        self.content = content
        self.root = root
        self.gone = gone


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

    def outward(reference: Mapping[str, Any]) -> Mapping[str, Any]:
        to = target_of(reference, url)  # Its path counts from the new document already.
        if reference["id"] in inside:
            return without_path(reference) if to == home else reference
        return reference if to is not None else {**reference, "path": _paths.path_to(url, home)}

    made = _referring(_paths.rebased(content, home, url), outward)
    # The stub keeps the id of the node, so that references to that one stay as they are.
    moved = inside - ({content["id"]} if isinstance(content.get("id"), str) else set())
    stub: dict[str, Any] = {key: content[key] for key in _OF_STUB if key in content}
    stub["path"] = _paths.path_to(home, url)
    with node.tree.root.edit() as transaction:
        for other in _rest(node):
            attributes = _pointing(other.raw.get("attributes"), moved, home, url)
            if attributes is not None:
                transaction[other].set_attrs(attributes)
        transaction[node].replace(as_tree(stub, home).root)
    return Parts(made, transaction.result, moved)


def _rest(node: Node) -> Iterator[Node]:
    """The other nodes of the document that a node is in, with attributes."""
    home = node.document_url
    inside = {one.key for one in node.walk()}
    for other in node.tree.root.walk():
        if other.key not in inside and other.document_url == home and other.attributes:
            yield other


def _pointing(attributes: Any, moved: set[str], home: str, url: str) -> dict[str, Any] | None:
    """The attributes of a node that stays, where they refer to what has moved."""
    from ngio_collections._frozen import thaw  # noqa: PLC0415

    def inward(reference: Mapping[str, Any]) -> Mapping[str, Any]:
        if target_of(reference, home) not in (None, home) or reference["id"] not in moved:
            return reference
        return {**reference, "path": _paths.path_to(home, url)}

    plain = thaw(attributes)
    made = map_ids(plain, lambda value: value, inward)
    return None if made is plain else dict(made)


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
    from ngio_collections._frozen import thaw  # noqa: PLC0415

    home = node.require_document_url()
    if target.get("type") != node.type:
        raise InvalidEditError(
            f"{url} holds a {target.get('type')!r}, and the reference to it says {node.type!r}"
        )
    stub = node.tree.raw(node.key)
    here = ids_of(node.tree.materialise((node.tree.segment, 0)))
    root_id, stub_id = target.get("id"), stub.get("id", target.get("id"))
    # The id of the reference takes the place of that of the root.
    replaced = {root_id} if isinstance(root_id, str) and "id" in stub else set()
    twice = sorted(here & (ids_of(target) - replaced))
    if twice:
        raise InvalidEditError(
            f"{url} has ids that {home} has too: {', '.join(twice[:5])}; in one of the two, "
            "replace the nodes with them by nodes with other ids first"
        )

    def inward(reference: Mapping[str, Any]) -> Mapping[str, Any]:
        to = target_of(reference, url)
        if to not in (None, url, home):
            return reference
        made = dict(without_path(reference))
        if to != home and made["id"] == root_id and isinstance(stub_id, str):
            made["id"] = stub_id
        return reference if made == reference else made

    content = _paths.rebased(_referring(target, inward), url, home)
    merged = {**content, **{k: v for k, v in stub.items() if k not in ("path", "attributes")}}
    merged.pop("version", None)
    inside = ids_of(target)
    freed = _freed(home, url, inside, (root_id, stub_id))
    theirs = content.get("attributes")
    ours = map_ids(stub.get("attributes"), lambda value: value, freed)
    if isinstance(theirs, dict) and isinstance(ours, dict):
        merged["attributes"] = {**theirs, **ours}
    elif ours is not None:
        merged["attributes"] = ours
    with node.tree.root.edit() as transaction:
        for other in _rest(node):
            plain = thaw(other.raw.get("attributes"))
            attributes = map_ids(plain, lambda value: value, freed)
            if attributes is not plain:
                transaction[other].set_attrs(attributes)
        transaction[node].replace(as_tree(merged, home).root)
    return transaction.result


def target_of(reference: Mapping[str, Any], base: str) -> str | None:
    """The document that a Reference leads to; None if it has no path, or a wrong one."""
    path = reference.get("path")
    if not isinstance(path, dict):
        return None
    try:
        return _paths.metadata_url(base, path)
    except PathError:
        return ""


def _freed(home: str, url: str, inside: set[str], renamed: tuple[Any, Any]) -> Change:
    """Takes the path from a Reference in a document to another one that becomes part of it.

    Args:
        home: The document.
        url: The other one.
        inside: The ids in that.
        renamed: The id of its root, and what that becomes.
    """

    def free(reference: Mapping[str, Any]) -> Mapping[str, Any]:
        if target_of(reference, home) != url or reference["id"] not in inside:
            return reference
        made = dict(without_path(reference))
        if made["id"] == renamed[0] and isinstance(renamed[1], str):
            made["id"] = renamed[1]
        return made

    return free


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
