"""Axes and coordinate systems."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from ngio_collections._generated import conversions
from ngio_collections.conversion._engine import (
    ABSENT,
    DONE,
    Mapped,
    Piece,
    Restored,
    UnconvertibleError,
    Wrong,
    attempt,
    convert,
    converts,
    restore,
    restores,
)
from ngio_collections.conversion._names import Ids, sanitised

NEWER: Final = "0.6"
"""The version from which on an image may have several coordinate systems."""


def axes_of(
    value: Any, piece: Piece, at: str, within: str, system: str = ""
) -> list[dict[str, Any]]:
    """The axes of a coordinate system.

    Args:
        value: The axes.
        piece: What they are a field of.
        at: Their pointer.
        within: Where they go.
        system: The id of the system, if an image may have several.

    Raises:
        UnconvertibleError: There are none, one of them is no axis, or two have one name.
    """
    if not isinstance(value, list) or not value:
        raise UnconvertibleError(at, Wrong("an array of axes").found(value))
    axes: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for number, item in enumerate(value):
        here = f"{at}/{number}"
        if isinstance(item, str):
            raise UnconvertibleError(
                here,
                f'is the string "{item}", as in OME-Zarr 0.3 and before; expected an object with '
                "the name of an axis; write the image as 0.4 or newer first",
            )
        part = Piece(
            "axis",
            item,
            here,
            page=piece.page,
            made=piece.made,
            work=piece.work,
            within=f"{within}/{number}",
        )
        axis: dict[str, Any] = {}
        part.target = axis
        part.prefix = f"{system}/" if system else ""
        convert(part)
        name = axis["name"]
        if name in seen:
            raise UnconvertibleError(
                f"{here}/name", f"is the name of axis {seen[name]} already; expected another one"
            )
        seen[name] = number
        axes.append(axis)
    return axes


def axes_back(axes: Any, piece: Restored, system: str = "") -> list[dict[str, Any]]:
    """The axes of a coordinate system as they were."""
    prefix = f"{system}/" if piece.work.source == NEWER else ""
    return [
        restore(
            Restored(
                "axis",
                piece.version,
                piece.node,
                piece.work,
                value=axis,
                name=f"{prefix}{axis.get('name')}",
            )
        )
        for axis in axes or ()
        if isinstance(axis, Mapping)
    ]


@converts(conversions.axis_name)
def axis_name(value: Any, piece: Piece, at: str) -> Mapped:
    if not isinstance(value, str):
        return Wrong("the name of the axis as a string")
    piece.name = f"{piece.prefix}{value}"
    return piece.put("name", value)


@restores(conversions.axis_name)
def axis_name_back(piece: Restored) -> Any:
    return piece.value.get("name", ABSENT)


def _text(field: str, value: Any, piece: Piece) -> Mapped:
    return piece.put(field, value) if isinstance(value, str) else Wrong("a string")


@converts(conversions.axis_type)
def axis_type(value: Any, piece: Piece, at: str) -> Mapped:
    return _text("type", value, piece)


@restores(conversions.axis_type)
def axis_type_back(piece: Restored) -> Any:
    return piece.value.get("type", ABSENT)


@converts(conversions.axis_unit)
def axis_unit(value: Any, piece: Piece, at: str) -> Mapped:
    return _text("unit", value, piece)


@restores(conversions.axis_unit)
def axis_unit_back(piece: Restored) -> Any:
    return piece.value.get("unit", ABSENT)


@converts(conversions.axis_longname)
def axis_longname(value: Any, piece: Piece, at: str) -> Mapped:
    return _text("longName", value, piece)


@restores(conversions.axis_longname)
def axis_longname_back(piece: Restored) -> Any:
    return piece.value.get("longName", ABSENT)


@converts(conversions.axis_discrete)
def axis_discrete(value: Any, piece: Piece, at: str) -> Mapped:
    return piece.put("discrete", value) if isinstance(value, bool) else Wrong("true or false")


@restores(conversions.axis_discrete)
def axis_discrete_back(piece: Restored) -> Any:
    return piece.value.get("discrete", ABSENT)


# -- coordinate systems ----------------------------------------------------------


class System(NamedTuple):
    """A coordinate system of RFC-8.

    Attributes:
        id: Its id.
        dimensions: How many axes it has.
    """

    id: str
    dimensions: int


def systems_of(
    value: Any, piece: Piece, at: str, within: str
) -> tuple[list[dict[str, Any]], dict[str, System]] | Wrong:
    """Coordinate systems, each on its own, so that one that is wrong stays alone.

    Args:
        value: The systems.
        piece: What they are a field of.
        at: Their pointer.
        within: Where they go.

    Returns:
        The systems, and what is known of them by their names.
    """
    if not isinstance(value, list) or not value:
        return Wrong("an array of coordinate systems")
    made: list[dict[str, Any]] = []
    known: dict[str, System] = {}
    for number, item in enumerate(value):
        here, place = f"{at}/{number}", f"{within}/{len(made)}"
        system = attempt(piece.page, item, here, partial(_system, item, here, piece, place, known))
        if isinstance(system, dict):
            made.append(system)
            known[system["name"]] = System(system["id"], len(system["axes"]))
    return made, known


def _system(
    value: Any, at: str, piece: Piece, within: str, known: Mapping[str, System]
) -> dict[str, Any]:
    part = Piece(
        "coordinate-system",
        value,
        at,
        page=piece.page,
        made=piece.made,
        work=piece.work,
        within=within,
    )
    if value.get("name") in list(known):
        raise UnconvertibleError(f"{at}/name", "is the name of another system already")
    convert(part)
    return part.target


@converts(conversions.coordinate_system_name)
def coordinate_system_name(value: Any, piece: Piece, at: str) -> Mapped:
    if not isinstance(value, str) or not value:
        return Wrong("a name")
    ids: Ids = piece.work.ids
    piece.name = piece.target["id"] = ids.take(f"{piece.node.id}_{sanitised(value)}")
    return piece.put("name", value)


@restores(conversions.coordinate_system_name)
def coordinate_system_name_back(piece: Restored) -> Any:
    return system_name(piece.value)


def system_name(system: Mapping[str, Any]) -> Any:
    """What OME-Zarr 0.6 calls a coordinate system."""
    name = system.get("name")
    return name if isinstance(name, str) and name else system.get("id", ABSENT)


@converts(conversions.coordinate_system_axes)
def coordinate_system_axes(value: Any, piece: Piece, at: str) -> Mapped:
    axes = axes_of(value, piece, at, f"{piece.within}/axes", piece.target["id"])
    piece.target["axes"] = axes
    return DONE


@restores(conversions.coordinate_system_axes)
def coordinate_system_axes_back(piece: Restored) -> Any:
    return axes_back(piece.value.get("axes"), piece, str(piece.value.get("id")))


def systems_back(systems: Any, piece: Restored) -> list[dict[str, Any]]:
    """Coordinate systems as they were."""
    return [
        restore(
            Restored(
                "coordinate-system",
                piece.version,
                piece.node,
                piece.work,
                value=system,
                name=str(system.get("id")),
            )
        )
        for system in systems or ()
        if isinstance(system, Mapping)
    ]
