"""Label images and what they were made from (RFC-8, "Label maps and other derived images")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ngio_collections._contract import Pointer
from ngio_collections.errors import (
    InvalidAttributeError,
    NodeNotFoundError,
    PathError,
    UnresolvedReferenceError,
)
from ngio_collections.graph import Node
from ngio_collections.read._levels import require_image
from ngio_collections.read._links import Address, address, as_reference, names
from ngio_collections.read._parts import attributes_of, invalid, missing, place, require_here
from ngio_collections.resolve import follow

__all__ = ["labels", "source_images"]


def _sources(label: Node) -> Iterator[tuple[Pointer, Any]]:
    """The References of a label image to what it was made from, with where they are."""
    value, at = attributes_of(label)["labels"], ("attributes", "labels")
    if not isinstance(value, dict):
        raise invalid(label, at, value, "an object, which may be empty")
    listed = value.get("source", [])
    if not isinstance(listed, list):
        raise invalid(label, (*at, "source"), listed, "an array of References")
    for position, reference in enumerate(listed):
        yield (*at, "source", position), reference


def _addresses(label: Node) -> set[Address]:
    return {address(label, "labels", parts, value) for parts, value in _sources(label)}


class _BySource(NamedTuple):
    """The label images in a node.

    Attributes:
        known: Those that were made from something, by that, each with its position.
        wrong: Those whose `labels` are not as RFC-8 has them.
    """

    known: Mapping[Address, list[tuple[int, Any]]]
    wrong: list[Any]


def labels(image: Node, within: Node | None = None) -> tuple[Node, ...]:
    """The label images of an image; see `Node.labels`."""
    require_image(image, "labels()")
    around = image.parent() if within is None else within
    if around is None:
        return ()
    beside = within is None
    listed = around.tree.keep(
        ("labels by source", around.key, beside), lambda: _by_source(around, beside=beside)
    )
    for key in listed.wrong:
        one = Node(around.tree, *key)
        if one != image:
            _addresses(one)  # Says what is wrong.
    found = {ref for name in names(image) for ref in listed.known.get(name, ())}
    nodes = (Node(around.tree, *key) for _, key in sorted(found, key=lambda ref: ref[0]))
    return tuple(one for one in nodes if one != image)


def _by_source(around: Node, *, beside: bool) -> _BySource:
    """The label images in a node by what they were made from."""
    nodes = around.children() if beside else around.walk(has="labels")
    found = _BySource({}, [])
    known: dict[Address, list[tuple[int, Any]]] = {}
    for number, one in enumerate(nodes):
        if "labels" not in attributes_of(one):
            continue
        try:
            addresses = _addresses(one)
        except InvalidAttributeError:
            found.wrong.append(one.key)
            continue
        for address_ in addresses:
            known.setdefault(address_, []).append((number, one.key))
    return found._replace(known=known)


def source_images(label: Node) -> tuple[Node, ...]:
    """The images that a label image was made from; see `Node.source_images`."""
    require_image(label, "source_images()")
    if "labels" not in attributes_of(label):
        require_here(label, "its sources may be said")
        raise missing(label, ("attributes", "labels"), "only a label image has sources")
    around = label.parent()
    beside = [] if around is None else list(around.children())
    return tuple(_source(label, parts, value, beside) for parts, value in _sources(label))


def _source(label: Node, parts: Pointer, value: Any, beside: list[Node]) -> Node:
    reference = as_reference(label, parts, value)
    if reference.get("path") is not None:
        # Of a document that is in the tree several times, the place beside the label counts.
        wanted = address(label, "labels", parts, value)
        for one in beside:
            if wanted in names(one):
                return one
    try:
        return follow(label, reference)
    except (NodeNotFoundError, PathError) as error:
        raise UnresolvedReferenceError(f"{place(label, *parts)}: {error}") from error
