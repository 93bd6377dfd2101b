"""How the coordinate systems of one image lie to each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ngio_collections.conversion._engine import (
    DONE,
    TRANSFORMATIONS,
    Mapped,
    Piece,
    UnconvertibleError,
    Wrong,
)
from ngio_collections.conversion._work import Task
from ngio_collections.conversion.bodies.space import System
from ngio_collections.conversion.bodies.transformations import Step, transformation

__all__ = ["relations_of"]


def relations_of(
    value: Any, piece: Piece, at: str, task: Task, systems: Mapping[str, System]
) -> Mapped:
    """The transformations of an image of 0.6, which become those of a scene in it.

    RFC-8 has transformations from system to system in scenes alone, and says of no node that it
    has none. As they were, they are kept as well: so they come back.

    Args:
        value: The transformations.
        piece: The image.
        at: Their pointer.
        task: The group of the image.
        systems: Its coordinate systems by name.
    """
    kept = piece.keep(TRANSFORMATIONS, value)
    place = piece.node.place
    if not isinstance(value, list) or not value:
        reason = f"It {Wrong('an array of transformations').found(value)}."
        piece.page.kept(at, place, kept, piece.rest_key, reason)
        return DONE
    made: list[dict[str, Any]] = []
    for number, item in enumerate(value):
        here = f"{at}/{number}"
        try:
            relation = _relation(item, here, piece, task, systems)
        except UnconvertibleError as error:
            where = error.pointer.removeprefix(here) or "it"
            reason = f"It cannot be a transformation of RFC-8: {where} {error.reason}."
            piece.page.kept(here, place, f"{kept}/{number}", piece.rest_key, reason)
            continue
        where = f"/attributes/scene/{TRANSFORMATIONS}/{len(made)}"
        piece.page.mapped(here, place, where, "It leads from system to system.", piece.rest_key)
        made.append(relation)
    if made:
        piece.node.attributes["scene"] = {TRANSFORMATIONS: made}
    return DONE


def _relation(
    value: Any, at: str, piece: Piece, task: Task, systems: Mapping[str, System]
) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnconvertibleError(at, Wrong("an object").found(value))
    start, end = (_end(value, key, at, systems) for key in ("input", "output"))
    made = transformation(
        value,
        at,
        Step(task, start.dimensions),
        page=piece.page,
        made=piece.node,
        outputs=end.dimensions,
    )
    return {**made, "input": {"id": start.id}, "output": {"id": end.id}}


def _end(value: Mapping[str, Any], key: str, at: str, systems: Mapping[str, System]) -> System:
    """The coordinate system that a transformation begins or ends at."""
    here = f"{at}/{key}"
    if key not in value:
        raise UnconvertibleError(here, "is missing")
    found = value[key]
    name = found.get("name") if isinstance(found, dict) and not found.get("path") else found
    system = systems.get(name) if isinstance(name, str) else None
    if system is None:
        expected = Wrong("the name of a coordinate system of the image")
        raise UnconvertibleError(here, expected.found(found))
    return system
