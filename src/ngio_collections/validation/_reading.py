"""Read values that may be wrong: what does not have the expected form is passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from ngio_collections._contract import Context, Declaration, NodeEntry, Subject, Violation
from ngio_collections._words import named

__all__ = [
    "Ref",
    "array",
    "enclosing_plate",
    "is_node",
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
    id_ = value.get("id") if isinstance(value, dict) else value
    if not isinstance(id_, str) or not _IDENTIFIER.fullmatch(id_):
        return None
    path = value.get("path") if isinstance(value, dict) else None
    return Ref(id_, external=path is not None, path=path)


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
    for ancestor in node.ancestors():
        plate = ancestor.attributes.get("plate")
        if isinstance(plate, dict):
            return ancestor, plate
    return None


def nodes_or_path(subject: Subject) -> Iterator[Violation]:
    """What breaks that a node has either its `nodes` or a `path` to them."""
    given = [key for key in ("nodes", "path") if key in subject.value]
    if len(given) != 1:
        found = (
            "both `nodes` and `path` are there" if given else "neither `nodes` nor `path` is there"
        )
        yield Violation(found, "exactly one of them")
