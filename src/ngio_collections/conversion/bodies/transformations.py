"""Transformations between coordinate systems, by their type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ngio_collections import _paths
from ngio_collections._generated import conversions
from ngio_collections._mapping import ANY_FIELD, MAPPED, REFUSED
from ngio_collections.conversion._engine import (
    DONE,
    TABLES,
    Made,
    Mapped,
    Piece,
    Restored,
    UnconvertibleError,
    Wrong,
    body_of,
    converts,
    restores,
    restoring_of,
)
from ngio_collections.conversion._ledger import Page
from ngio_collections.conversion._restoring import BackTask
from ngio_collections.conversion._work import Task, path_from
from ngio_collections.conversion.bodies._shared import is_rotation, is_vector
from ngio_collections.errors import PathError

DEEPEST: Final = 64
"""Transformations further inside of each other than anybody writes them are refused."""


@dataclass(slots=True)
class Step:
    """A transformation on its way.

    Attributes:
        task: The group that it is in.
        inputs: How many axes it takes, None where that is not known.
        outputs: How many axes it gives.
        depth: How many transformations it is inside of.
    """

    task: Task
    inputs: int | None
    outputs: int | None = None
    depth: int = 0

    @property
    def version(self) -> str:
        """The version of OME-Zarr."""
        return self.task.version


def transformation(
    value: Any, at: str, step: Step, *, page: Page, made: Made, outputs: int | None = None
) -> dict[str, Any]:
    """A transformation of RFC-8 without its ends.

    Args:
        value: The transformation of OME-Zarr.
        at: Its pointer.
        step: What it takes; it learns what it gives.
        page: The notes about its document.
        made: The node that it goes to.
        outputs: How many axes it must give, None where any number will do.

    Raises:
        UnconvertibleError: It is none, or its parameters do not fit.
    """
    piece = Piece("transformation", value, at, page=page, made=made, work=step)
    kind = value.get("type")
    rows = piece.table.fields(step.version)
    row = rows.get(kind) if isinstance(kind, str) and kind != ANY_FIELD else None
    if row is None or row.outcome == REFUSED:
        known = ", ".join(one.field for one in rows.values() if one.outcome == MAPPED)
        reason = Wrong(f"one of {known}").found(kind) if row is None else row.reason
        raise UnconvertibleError(f"{at}/type" if row is None else at, reason)
    if not isinstance(value.get("name", ""), str):
        raise UnconvertibleError(f"{at}/name", Wrong("a string").found(value["name"]))
    mapped = body_of("transformation", row.field)(value, piece, at)
    if isinstance(mapped, Wrong):
        raise UnconvertibleError(at, f"does not fit: expected {mapped.expected}")
    if None not in (outputs, step.outputs) and outputs != step.outputs:
        raise UnconvertibleError(at, f"gives {step.outputs} axes; expected {outputs}")
    others = {k: v for k, v in value.items() if k not in ("input", "output", *piece.target)}
    return {"type": kind, **others, **piece.target}


def transformation_back(value: Mapping[str, Any], piece: Restored) -> dict[str, Any]:
    """A transformation of OME-Zarr without its ends."""
    if piece.depth == DEEPEST:
        return dict(value)
    kind = value.get("type")
    others = {k: v for k, v in value.items() if k not in ("input", "output", "path")}
    rows = TABLES["transformation"].fields("0.6")
    if not isinstance(kind, str) or kind not in rows or rows[kind].outcome != MAPPED:
        return {**others, **({"path": value["path"]} if "path" in value else {})}
    part = Restored("transformation", "0.6", piece.node, piece.work, value=value)
    part.depth = piece.depth + 1
    return {**others, **restoring_of("transformation", kind)(part)}


def _same(step: Step) -> None:
    step.outputs = step.inputs


@converts(conversions.transformation_identity)
def transformation_identity(value: Any, piece: Piece, at: str) -> Mapped:
    _same(piece.work)
    return DONE


@restores(conversions.transformation_identity)
def transformation_identity_back(piece: Restored) -> Any:
    return {}


def _vector(value: Any, piece: Piece, key: str) -> Mapped:
    step: Step = piece.work
    vector = value.get(key)
    length = step.inputs
    if length is None and isinstance(vector, list):
        length = len(vector)
    if not is_vector(vector, length or 0):
        return Wrong(f"`{key}` with a number for each axis")
    step.outputs = length
    return piece.put(key, vector)


@converts(conversions.transformation_scale)
def transformation_scale(value: Any, piece: Piece, at: str) -> Mapped:
    return _vector(value, piece, "scale")


@restores(conversions.transformation_scale)
def transformation_scale_back(piece: Restored) -> Any:
    return {}


@converts(conversions.transformation_translation)
def transformation_translation(value: Any, piece: Piece, at: str) -> Mapped:
    return _vector(value, piece, "translation")


@restores(conversions.transformation_translation)
def transformation_translation_back(piece: Restored) -> Any:
    return {}


def _array(value: Any, piece: Piece) -> Mapped:
    """The Path to an array with parameters."""
    task: Task = piece.work.task
    if not isinstance(value.get("path"), str):
        return Wrong("a `path` to an array")
    try:
        url = _paths.zarr_child(task.group.url, value["path"])
    except PathError as error:
        return Wrong(f"a `path` to an array ({error})")
    return piece.put("path", path_from(piece.node.home, url))


def _array_back(piece: Restored) -> dict[str, Any]:
    task: BackTask = piece.work
    path = task.path_to(piece.node.url(piece.value.get("path")))
    return {} if path is None else {"path": path}


def _matrix(value: Any, piece: Piece, key: str) -> Mapped:
    step: Step = piece.work
    if ("path" in value) == (key in value):
        return Wrong(f"either `{key}` or a `path`")
    if "path" in value:
        return _array(value, piece)
    rows = value[key]
    extra = 1 if key == "affine" else 0
    width = len(rows[0]) if isinstance(rows, list) and rows and isinstance(rows[0], list) else 0
    fits = step.inputs is None or width == step.inputs + extra
    if not fits or width <= extra or not all(is_vector(row, width) for row in rows):
        return Wrong(f"`{key}` with rows of numbers that fit the axes")
    step.outputs = len(rows)
    return piece.put(key, rows)


@converts(conversions.transformation_affine)
def transformation_affine(value: Any, piece: Piece, at: str) -> Mapped:
    return _matrix(value, piece, "affine")


@restores(conversions.transformation_affine)
def transformation_affine_back(piece: Restored) -> Any:
    return _array_back(piece)


@converts(conversions.transformation_rotation)
def transformation_rotation(value: Any, piece: Piece, at: str) -> Mapped:
    mapped = _matrix(value, piece, "rotation")
    rows = value.get("rotation")
    if isinstance(mapped, Wrong) or not isinstance(rows, list):
        return mapped
    if not is_rotation(rows):
        return Wrong("`rotation` with orthonormal rows and the determinant 1")
    return mapped


@restores(conversions.transformation_rotation)
def transformation_rotation_back(piece: Restored) -> Any:
    return _array_back(piece)


def _positions(value: Any, count: int | None) -> bool:
    """Whether a value is an array of different positions of axes."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(type(one) is int and one >= 0 and (count is None or one < count) for one in value)
        and len(set(value)) == len(value)
    )


@converts(conversions.transformation_mapaxis)
def transformation_mapaxis(value: Any, piece: Piece, at: str) -> Mapped:
    step: Step = piece.work
    order = value.get("mapAxis")
    count = step.inputs if step.inputs is not None or not isinstance(order, list) else len(order)
    if not _positions(order, count) or len(order) != count:
        return Wrong("`mapAxis` with the position of each input axis once")
    step.outputs = len(order)
    return piece.put("mapAxis", order)


@restores(conversions.transformation_mapaxis)
def transformation_mapaxis_back(piece: Restored) -> Any:
    return {}


@converts(conversions.transformation_projectaxis)
def transformation_projectaxis(value: Any, piece: Piece, at: str) -> Mapped:
    step: Step = piece.work
    dropped, created = value.get("droppedInputs"), value.get("createdOutputs")
    given = [one for one in (dropped, created) if one is not None]
    if not given or not all(_positions(one, None) for one in given):
        return Wrong("`droppedInputs` or `createdOutputs` with positions of axes")
    if step.inputs is not None:
        step.outputs = step.inputs - len(dropped or ()) + len(created or ())
        if not all(one < step.inputs for one in dropped or ()):
            return Wrong("`droppedInputs` with positions of axes that there are")
        if not all(one < step.outputs for one in created or ()):
            return Wrong("`createdOutputs` with positions of axes that there are")
    return "/"


@restores(conversions.transformation_projectaxis)
def transformation_projectaxis_back(piece: Restored) -> Any:
    return {}


def _inner(value: Any, at: str, piece: Piece, inputs: int | None) -> tuple[Any, int | None]:
    around: Step = piece.work
    if around.depth == DEEPEST:
        raise UnconvertibleError(at, f"is inside of more than {DEEPEST} other transformations")
    step = Step(around.task, inputs, depth=around.depth + 1)
    made = transformation(value, at, step, page=piece.page, made=piece.node)
    return made, step.outputs


@converts(conversions.transformation_sequence)
def transformation_sequence(value: Any, piece: Piece, at: str) -> Mapped:
    step: Step = piece.work
    steps = value.get("transformations")
    if not isinstance(steps, list) or not steps:
        return Wrong("`transformations` with a step in it")
    made: list[Any] = []
    count = step.inputs
    for number, item in enumerate(steps):
        inner, count = _inner(item, f"{at}/transformations/{number}", piece, count)
        made.append(inner)
    step.outputs = count
    return piece.put("transformations", made)


@restores(conversions.transformation_sequence)
def transformation_sequence_back(piece: Restored) -> Any:
    steps = piece.value.get("transformations")
    return {"transformations": [transformation_back(step, piece) for step in steps or ()]}


@converts(conversions.transformation_bijection)
def transformation_bijection(value: Any, piece: Piece, at: str) -> Mapped:
    step: Step = piece.work
    forward, outputs = _inner(value.get("forward"), f"{at}/forward", piece, step.inputs)
    inverse, back = _inner(value.get("inverse"), f"{at}/inverse", piece, outputs)
    if not len({step.inputs, outputs, back} - {None}) < 2:
        return Wrong("as many axes on both sides")
    step.outputs = step.inputs if outputs is None else outputs
    piece.put("forward", forward)
    return piece.put("inverse", inverse)


@restores(conversions.transformation_bijection)
def transformation_bijection_back(piece: Restored) -> Any:
    return {
        key: transformation_back(piece.value[key], piece)
        for key in ("forward", "inverse")
        if isinstance(piece.value.get(key), Mapping)
    }


@converts(conversions.transformation_bydimension)
def transformation_bydimension(value: Any, piece: Piece, at: str) -> Mapped:
    step: Step = piece.work
    parts = value.get("transformations")
    if not isinstance(parts, list) or not parts:
        return Wrong("`transformations` with a part in it")
    made: list[Any] = []
    given: list[int] = []
    for number, item in enumerate(parts):
        part = item if isinstance(item, dict) else {}
        inputs: Any = part.get("inputAxes")
        outputs: Any = part.get("outputAxes")
        if not _positions(inputs, step.inputs) or not _positions(outputs, None):
            return Wrong("`inputAxes` and `outputAxes` with positions of axes")
        here = f"{at}/transformations/{number}/transformation"
        inner, count = _inner(part.get("transformation"), here, piece, len(inputs))
        if count is not None and count != len(outputs):
            return Wrong("as many `outputAxes` as the part gives")
        given += outputs
        made.append({**part, "transformation": inner})
    if sorted(given) != list(range(len(given))):
        return Wrong("each output axis once")
    step.outputs = len(given)
    return piece.put("transformations", made)


@restores(conversions.transformation_bydimension)
def transformation_bydimension_back(piece: Restored) -> Any:
    parts = piece.value.get("transformations")
    return {
        "transformations": [
            {**part, "transformation": transformation_back(part["transformation"], piece)}
            for part in parts or ()
        ]
    }


def _field_of_vectors(value: Any, piece: Piece) -> Mapped:
    if not isinstance(value.get("interpolation", ""), str):
        return Wrong("`interpolation` as a string")
    return _array(value, piece)


@converts(conversions.transformation_displacements)
def transformation_displacements(value: Any, piece: Piece, at: str) -> Mapped:
    _same(piece.work)
    return _field_of_vectors(value, piece)


@restores(conversions.transformation_displacements)
def transformation_displacements_back(piece: Restored) -> Any:
    return _array_back(piece)


@converts(conversions.transformation_coordinates)
def transformation_coordinates(value: Any, piece: Piece, at: str) -> Mapped:
    return _field_of_vectors(value, piece)


@restores(conversions.transformation_coordinates)
def transformation_coordinates_back(piece: Restored) -> Any:
    return _array_back(piece)
