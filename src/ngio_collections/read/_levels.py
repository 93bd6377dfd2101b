"""Images and their resolution levels: axes, scales, translations, sizes of pixels."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator
from typing import Any, SupportsIndex

from ngio_collections._contract import Pointer
from ngio_collections._words import show
from ngio_collections.errors import InvalidAttributeError, NodeNotFoundError
from ngio_collections.graph import Axis, Node, PixelSize
from ngio_collections.read._parts import (
    Words,
    invalid,
    missing,
    place,
    require_here,
    said,
)
from ngio_collections.read._systems import (
    TRANSFORMATIONS,
    system_of_image,
    system_of_level,
    transformation_of,
)

__all__ = [
    "axes",
    "level_of",
    "levels",
    "numbers",
    "pixel_size",
    "placement",
    "require_image",
    "scale",
    "translation",
]


def require_image(node: Node, what: str) -> None:
    """Refuse nodes that are no images.

    Raises:
        InvalidAttributeError: The node is no multiscale, and of no extension type.
    """
    if node.type != "multiscale" and ":" not in node.type:
        raise InvalidAttributeError(
            f"{place(node)}: {what} is read from a multiscale, and this is {said(node)}"
        )


def levels(node: Node) -> tuple[Node, ...]:
    """The resolution levels of an image; see `Node.levels`."""
    require_image(node, "levels()")
    require_here(node, "its levels are")
    return tuple(child for child in node.children() if child.type == "singlescale")


def level_of(node: Node, level: int) -> Node:
    """A resolution level of an image by its position; a level is its own.

    Raises:
        NodeNotFoundError: There is no such level.
        InvalidAttributeError: The node is neither an image nor a level.
        UnresolvedReferenceError: The levels are in another document.
        TypeError: It is no position.
    """
    if isinstance(level, bool) or not isinstance(level, SupportsIndex):
        raise TypeError(f"a level is asked for by its position, a whole number, not {level!r}")
    level = operator.index(level)
    if node.type == "singlescale":
        if level != 0:
            raise NodeNotFoundError(f"{place(node)}: {said(node)} is one level, and has no others")
        return node
    every = levels(node)
    if not -len(every) <= level < len(every):
        there = f"has {len(every)} of them, counted from 0" if every else "has no levels"
        raise NodeNotFoundError(f"{place(node)}: there is no level {level}; {said(node)} {there}")
    return every[level]


def axes(node: Node) -> tuple[Axis, ...]:
    """The axes of an image or of a level; see `Node.axes`."""
    if node.type != "singlescale":
        require_image(node, "`axes`")
        return system_of_image(node).axes
    found = system_of_level(node)
    if found is not None:
        return found.axes
    parent = node.parent()
    if parent is None or parent.type == "collection":
        raise _unplaced(node)
    return system_of_image(parent).axes


def _unplaced(level: Node) -> Exception:
    path = level.ref_path
    if path is not None and path.get("type") == "json":
        require_here(level, "what places it may be")
    advice = "nothing says where its pixels are in space"
    if path is not None and level.report is None:
        advice += "; if its Zarr array does, open_inlined(..., levels=True) reads that"
    return missing(level, ("attributes", TRANSFORMATIONS), advice)


def numbers(node: Node, parts: Pointer, found: Any) -> tuple[float, ...]:
    """An array of finite numbers.

    Raises:
        InvalidAttributeError: It is something else.
    """
    if not isinstance(found, list):
        raise invalid(node, parts, found, "an array of numbers")
    return tuple(number(node, (*parts, at), value) for at, value in enumerate(found))


def number(node: Node, parts: Pointer, value: Any) -> float:
    """A finite number.

    Raises:
        InvalidAttributeError: It is something else.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            made = float(value)
        except OverflowError:
            made = math.inf
        if math.isfinite(made):
            return made
    raise invalid(node, parts, value, "a number that a float can hold")


def _steps(node: Node, parts: Pointer, outer: Any) -> Iterator[tuple[str, Pointer, Any]]:
    """The scales and translations of a transformation, in order, those of sequences included."""
    stack: list[tuple[Pointer, Any]] = [(parts, outer)]
    while stack:
        at, value = stack.pop()
        kind = value.get("type") if isinstance(value, dict) else None
        if kind == "sequence":
            inner = value.get("transformations")
            if not isinstance(inner, list):
                raise invalid(node, (*at, "transformations"), inner, "an array of transformations")
            steps = [((*at, "transformations", n), one) for n, one in enumerate(inner)]
            stack.extend(reversed(steps))
        elif kind in ("scale", "translation"):
            yield kind, (*at, kind), value.get(kind)
        elif kind != "identity":
            words = Words(f"a transformation of the type {show(kind)}" if kind else show(value))
            expected = "a `scale`, or a `sequence` of a `scale` and a `translation`"
            advice = "transform_between reads what is neither"
            raise invalid(node, at, words, expected, advice=advice)


def placement(level: Node) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The scale and the translation of a level, one number for each axis."""
    found = transformation_of(level)
    if found is None:
        raise _unplaced(level)
    holder, parts, transformation = found
    count = len(axes(level))
    factors, shifts = [1.0] * count, [0.0] * count
    for kind, at, value in _steps(holder, parts, transformation):
        values = numbers(holder, at, value)
        if len(values) != count:
            words = Words(f"{len(values)} numbers")
            raise invalid(holder, at, words, f"one for each of the {count} axes")
        if kind == "scale":
            factors = [a * b for a, b in zip(factors, values, strict=True)]
            shifts = [a * b for a, b in zip(shifts, values, strict=True)]
        else:
            shifts = [a + b for a, b in zip(shifts, values, strict=True)]
    return tuple(factors), tuple(shifts)


def scale(node: Node, level: int = 0) -> tuple[float, ...]:
    """The scale of a level; see `Node.scale`."""
    return placement(level_of(node, level))[0]


def translation(node: Node, level: int = 0) -> tuple[float, ...]:
    """The translation of a level; see `Node.translation`."""
    return placement(level_of(node, level))[1]


def pixel_size(node: Node) -> dict[str, PixelSize]:
    """The sizes of the pixels of an image; see `Node.pixel_size`."""
    finest = level_of(node, 0)
    pairs = zip(axes(finest), scale(finest), strict=True)
    return {a.name: PixelSize(abs(size), a.unit) for a, size in pairs if a.type == "space"}
