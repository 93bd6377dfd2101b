"""Label images and what they were made from (RFC-8, "Label maps and other derived images")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ngio_collections._contract import Pointer
from ngio_collections.errors import NodeNotFoundError, PathError, UnresolvedReferenceError
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


def labels(image: Node, within: Node | None = None) -> tuple[Node, ...]:
    """The label images of an image; see `Node.labels`."""
    require_image(image, "labels()")
    called = names(image)
    if within is None:
        around = image.parent()
        nodes = iter(()) if around is None else around.children()
    else:
        nodes = within.walk(has="labels")
    return tuple(
        one
        for one in nodes
        if "labels" in attributes_of(one) and one != image and called & _addresses(one)
    )


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
