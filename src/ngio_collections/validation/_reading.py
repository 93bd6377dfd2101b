"""Read values that may be wrong: what does not have the expected form is passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from ngio_collections import _paths
from ngio_collections._contract import Context, Declaration, NodeEntry, Subject, Violation
from ngio_collections._frozen import freeze, same_json
from ngio_collections._words import named
from ngio_collections.errors import PathError

__all__ = [
    "HERE",
    "Ref",
    "array",
    "document_of",
    "enclosing_plate",
    "is_node",
    "is_of",
    "is_prefixed",
    "kind_of",
    "nodes_or_path",
    "objects",
    "read_reference",
    "resolve",
    "strings",
]


# The pattern of the schema `identifier`; a test holds the two together.
_IDENTIFIER: Final = re.compile(r"[a-zA-Z0-9\-_.]+")
_is_identifier: Final = _IDENTIFIER.fullmatch


HERE: Final = ""
"""In the place of an address: this document."""
_SOMEWHERE: Final = f"file://{'/folder' * 40}/document.json"
"""Stands for the address of a document that is not known: relative paths in it can be compared."""


class Ref(NamedTuple):
    """A reference: the id of the target, and whether it is in another document."""

    id: str
    external: bool
    path: Any


def read_reference(value: Any) -> Ref | None:
    """Read a reference in any of its forms.

    Args:
        value: An object with `id` and perhaps `path`, or in the older draft a bare id.

    Returns:
        The reference, None where the value is none. A `path` that is there but wrong
        still says that the target is elsewhere.
    """
    id_, path = value, None
    if isinstance(value, dict):
        id_, path = value.get("id"), value.get("path")
    if not isinstance(id_, str) or _is_identifier(id_) is None:
        return None
    return Ref(id_, path is not None, path)


def resolve(context: Context, value: Any) -> tuple[Declaration, ...] | None:
    """What a reference refers to.

    Args:
        context: The document.
        value: A reference.

    Returns:
        The declarations of its id, none if nothing in this document declares it; None for a
        reference that cannot be read, or that leads to nothing in a document that is at hand.
    """
    reference = read_reference(value)
    if reference is None:
        return None
    if reference.external:
        # What is missing there is one rule's finding, and no other's.
        return context.elsewhere(reference.path, reference.id) or None
    return context.declarations(reference.id)


def document_of(context: Context, reference: Ref) -> Any:
    """The document that a reference leads to, to be compared with those of others.

    Args:
        context: The document.
        reference: A reference in it.

    Returns:
        `HERE` without a `path`, or with one that leads back; else its address, or the path
        where only others know what that means; None for a path that cannot be read.
    """
    if not reference.external:
        return HERE
    path = reference.path
    if not isinstance(path, dict) or not all(
        isinstance(path.get(key), str) for key in ("type", "path")
    ):
        return None
    try:
        url = _paths.metadata_url(context.url or _SOMEWHERE, path)
    except PathError:
        return freeze(path)
    return HERE if url == context.url else url


def is_of(context: Context, reference: Ref, node: NodeEntry) -> bool:
    """Whether a reference in a node means that node: by its id, here or where its `path` leads."""
    if reference.id != node.id:
        return False
    where = document_of(context, reference)
    return where in (HERE, None) or same_json(reference.path, node.value.get("path"))


def is_node(declared: Declaration, type: str) -> bool:
    """Whether a declaration is that of a node of a type."""
    return declared.kind == "node" and declared.node.type == type


def kind_of(declared: Declaration, *, whose: bool = False) -> str:
    """What a declaration is, for the middle of a sentence: `a multiscale`, `an acquisition`."""
    kind = declared.kind.replace("-", " ")
    if declared.kind == "node":
        kind = named(declared.node.type).strip("`") if declared.node.type else "node"
    elif whose:
        kind += f" of the {named(declared.node.type)} {named(declared.node.id or '')}"
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def array(value: Mapping[str, Any], key: str) -> list[Any]:
    """The array at a key, empty where there is none."""
    found = value.get(key)
    return found if isinstance(found, list) else []


def objects(value: Mapping[str, Any], key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects in the array at a key, with their positions."""
    for position, item in enumerate(array(value, key)):
        if isinstance(item, dict):
            yield position, item


def strings(value: Mapping[str, Any], key: str) -> Iterator[tuple[int, str]]:
    """The strings in the array at a key, with their positions."""
    for position, item in enumerate(array(value, key)):
        if isinstance(item, str):
            yield position, item


def is_prefixed(text: str) -> bool:
    """Whether an identifier has a prefix: something, a colon, something.

    Examples:
        >>> is_prefixed("mobie:grid"), is_prefixed("grid"), is_prefixed(":grid")
        (True, False, False)
    """
    return 0 < text.find(":") < len(text) - 1


def enclosing_plate(node: NodeEntry) -> tuple[NodeEntry, dict[str, Any]] | None:
    """The nearest plate that holds a node; a plate does not hold itself."""
    holder = node.nearest("plate")
    while holder is not None:
        plate = holder.attributes["plate"]
        if isinstance(plate, dict):
            return holder, plate
        holder = holder.nearest("plate")
    return None


def nodes_or_path(subject: Subject) -> Iterator[Violation]:
    """What breaks that a node has either its `nodes` or a `path` to them."""
    given = [key for key in ("nodes", "path") if key in subject.value]
    if len(given) != 1:
        found = (
            "both `nodes` and `path` are there" if given else "neither `nodes` nor `path` is there"
        )
        yield Violation(found, "exactly one of them")
