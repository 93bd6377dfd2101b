"""Coordinate systems, and which of them a resolution level leads to (RFC-8; RFC-5, "axes")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ngio_collections._contract import Pointer
from ngio_collections.errors import NodeNotFoundError, PathError, UnresolvedReferenceError
from ngio_collections.graph import Axis, CoordinateSystem, Node
from ngio_collections.read._links import as_reference
from ngio_collections.read._parts import (
    Words,
    attributes_of,
    invalid,
    items,
    missing,
    place,
    require_here,
    said,
    text,
    value_of,
)
from ngio_collections.resolve import follow

__all__ = [
    "coordinate_systems",
    "declared",
    "finest_with_transformation",
    "system_of_image",
    "system_of_level",
    "transformation_of",
]

SYSTEMS: Final = "coordinateSystems"
TRANSFORMATIONS: Final = "coordinateTransformations"


def axes_of(node: Node, parts: Pointer, system: dict[str, Any]) -> tuple[Axis, ...]:
    """The axes of a coordinate system.

    Raises:
        InvalidAttributeError: They are not as RFC-5 has them.
        MissingAttributeError: There are none.
    """
    if "axes" not in system:
        raise missing(node, (*parts, "axes"), "a coordinate system has an array of axes")
    found: list[Axis] = []
    for at, item in items(node, (*parts, "axes"), system["axes"], "an axis, an object"):
        name = text(node, at, item, "name")
        if name is None:
            raise missing(node, (*at, "name"), "every axis has one (RFC-5)")
        found.append(Axis(name, text(node, at, item, "type"), text(node, at, item, "unit")))
    return tuple(found)


def _listed(node: Node) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """The coordinate systems among the attributes of a node, those of a scene included."""
    attributes = attributes_of(node)
    if SYSTEMS in attributes:
        at: Pointer = ("attributes", SYSTEMS)
        yield from items(node, at, attributes[SYSTEMS], "a coordinate system, an object")
    scene = attributes.get("scene")
    if isinstance(scene, dict) and SYSTEMS in scene:
        at = ("attributes", "scene", SYSTEMS)
        yield from items(node, at, scene[SYSTEMS], "a coordinate system, an object")


def _made(node: Node, parts: Pointer, system: dict[str, Any]) -> CoordinateSystem:
    id_, name = text(node, parts, system, "id"), text(node, parts, system, "name")
    return CoordinateSystem(id_, name, axes_of(node, parts, system), node)


def coordinate_systems(node: Node) -> tuple[CoordinateSystem, ...]:
    """The coordinate systems that a node declares, those of its scene last."""
    return tuple(_made(node, parts, system) for parts, system in _listed(node))


def declared(node: Node, id_: str) -> CoordinateSystem | None:
    """The coordinate system with an id that a node declares, None if it does not."""
    for parts, system in _listed(node):
        if system.get("id") == id_:
            return _made(node, parts, system)
    return None


def _own_transformation(level: Node) -> tuple[Node, Pointer, dict[str, Any]] | None:
    listed = value_of(level, TRANSFORMATIONS)
    if listed is None and TRANSFORMATIONS not in attributes_of(level):
        return None
    parts: Pointer = ("attributes", TRANSFORMATIONS)
    expected = "exactly one `scale`, or one `sequence` of a `scale` and a `translation`"
    found = list(items(level, parts, listed, "a transformation, an object"))
    if len(found) != 1:
        raise invalid(level, parts, listed, expected)
    return level, *found[0]


def _transformation_of_image(level: Node) -> tuple[Node, Pointer, dict[str, Any]] | None:
    image = level.parent()
    if image is None or level.id is None or TRANSFORMATIONS not in attributes_of(image):
        return None
    listed = value_of(image, TRANSFORMATIONS)
    parts: Pointer = ("attributes", TRANSFORMATIONS)
    for at, item in items(image, parts, listed, "a transformation, an object"):
        start = item.get("input")
        if start is not None:
            reference = as_reference(image, (*at, "input"), start)
            if reference["id"] == level.id and reference.get("path") is None:
                return image, at, item
    return None


def transformation_of(level: Node) -> tuple[Node, Pointer, dict[str, Any]] | None:
    """The transformation that places a resolution level.

    That of the level counts, else the one of its image that begins at the level (RFC-8,
    "Singlescale node"; position A6).

    Returns:
        The node that has it, the way from there, and the transformation; None if there is none.

    Raises:
        InvalidAttributeError: It is not as RFC-8 has it.
    """
    return _own_transformation(level) or _transformation_of_image(level)


def _output(holder: Node, parts: Pointer, transformation: dict[str, Any]) -> CoordinateSystem:
    """The coordinate system that the transformation of a level leads to.

    One of its own image counts before all others, so that a reference which says something
    else of the systems of an image is heard.
    """
    if transformation.get("output") is None:
        raise missing(holder, (*parts, "output"), "it names the coordinate system of the image")
    at = (*parts, "output")
    reference = as_reference(holder, at, transformation["output"])
    if reference.get("path") is None:
        for near in _near(holder):
            found = declared(near, reference["id"])
            if found is not None:
                return found
    try:
        found = declared(follow(holder, reference), reference["id"])
    except (NodeNotFoundError, PathError) as error:
        raise UnresolvedReferenceError(f"{place(holder, *at)}: {error}") from error
    if found is None:
        words = Words(f"a reference to the node {reference['id']!r}")
        raise invalid(holder, at, words, "a reference to a coordinate system")
    return found


def _near(holder: Node) -> Iterator[Node]:
    """A node, its image if it is a level, and what is around it in its document."""
    yield holder
    parent = holder.parent()
    if parent is not None and holder.type == "singlescale":
        yield parent
    one: Node | None = holder
    while one is not None and one.stub is None:
        one = one.parent()
        if one is not None:
            yield one


def system_of_level(level: Node) -> CoordinateSystem | None:
    """The coordinate system that a level leads to, None if nothing places the level."""
    found = transformation_of(level)
    return None if found is None else _output(*found)


def finest_with_transformation(image: Node) -> Node | None:
    """The first level of an image that something places."""
    for level in image.children():
        if level.type == "singlescale" and transformation_of(level) is not None:
            return level
    return None


def system_of_image(image: Node) -> CoordinateSystem:
    """The coordinate system that the levels of an image lead to.

    It is that of the finest level that has a transformation. If none has one, it is the only
    system that the image declares.

    Raises:
        MissingAttributeError: Nothing says which system it is.
        UnresolvedReferenceError: The image, or the system, is in another document that is not
            in the tree.
        InvalidAttributeError: What says it is not as RFC-8 has it.
    """
    level = finest_with_transformation(image)
    found = None if level is None else system_of_level(level)
    if found is not None:
        return found
    systems = coordinate_systems(image)
    if len(systems) == 1:
        return systems[0]
    require_here(image, "its levels and coordinate systems are")
    parts: Pointer = ("attributes", SYSTEMS)
    if not systems:
        raise missing(image, parts, f"{said(image)} needs one for its axes")
    ids = ", ".join(repr(system.id) for system in systems)
    raise missing(
        image,
        ("attributes", TRANSFORMATIONS),
        f"nothing says which of its coordinate systems ({ids}) its levels lead to",
    )
