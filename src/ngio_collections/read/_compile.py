"""From a transformation of RFC-5, as it is in a document, to a map of points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from ngio_collections._contract import Pointer
from ngio_collections.errors import InvalidAttributeError, NoTransformationError
from ngio_collections.graph import Node
from ngio_collections.read._levels import number, numbers
from ngio_collections.read._maps import Affine, ByAxes, Chain, PointMap, TwoWay, numpy
from ngio_collections.read._parts import Words, invalid, items, place
from ngio_collections.resolve import AccessPolicy
from ngio_collections.store import ReadableStore

__all__ = ["Access", "Task", "compiled"]

Access: TypeAlias = tuple[ReadableStore | None, AccessPolicy | None]
"""Where the numbers of transformations are read, and what may be read; the defaults for None."""

# Transformations further inside each other than anybody writes them are refused.
_DEEPEST: Final = 64


@dataclass(frozen=True, slots=True)
class Task:
    """A transformation that is to become a map of points.

    Attributes:
        node: The node that has it.
        parts: The way from there.
        raw: The transformation.
        inputs: How many axes it takes.
        outputs: How many it gives; None where only the transformation says it.
        names: The names of both, where older spellings go by them.
        access: The store and the policy for what is stored in arrays.
        depth: How many transformations it is inside of.
    """

    node: Node
    parts: Pointer
    raw: Any
    inputs: int
    outputs: int | None = None
    names: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    access: Access = (None, None)
    depth: int = 0

    def inner(self, *parts: str | int, inputs: int, outputs: int | None) -> Task:
        """A transformation inside of this one."""
        raw = self.raw
        for part in parts:
            raw = raw.get(part) if isinstance(raw, dict) else raw[part]
        return replace(
            self,
            parts=(*self.parts, *parts),
            raw=raw,
            inputs=inputs,
            outputs=outputs,
            depth=self.depth + 1,
            names=((), ()),
        )

    def wrong(self, found: Any, expected: str, *parts: str | int) -> InvalidAttributeError:
        """The error for a part of it that is not as RFC-5 has it."""
        return invalid(self.node, (*self.parts, *parts), found, expected)


def compiled(task: Task) -> PointMap:
    """Make a map of points of a transformation.

    Raises:
        InvalidAttributeError: It is not as RFC-5 has it, or does not fit the axes.
        NoTransformationError: It is of an extension type, which nothing here knows.
        MissingExtraError: It needs a package that is not installed: numpy; zarr for what is
            stored in an array.
        DocumentError: An array that it is stored in cannot be read.
    """
    raw = task.raw
    kind = raw.get("type") if isinstance(raw, dict) else None
    if task.depth > _DEEPEST:
        raise task.wrong(Words(f"a transformation inside of {_DEEPEST} others"), "fewer")
    if not isinstance(kind, str):
        raise task.wrong(raw, "a transformation of RFC-5, an object with a `type`")
    make = _KINDS.get(kind)
    if make is None and ":" in kind:
        raise NoTransformationError(
            f"{place(task.node, *task.parts)}: transformations of the extension type {kind!r} "
            "mean something to its own software only"
        )
    if make is None:
        raise task.wrong(Words(f"the type {kind!r}"), f"one of {', '.join(_KINDS)}", "type")
    made = make(task)
    if made.inputs != task.inputs or task.outputs not in (None, made.outputs):
        words = Words(f"a `{kind}` from {made.inputs} to {made.outputs} axes")
        wanted = f"from {task.inputs}" + ("" if task.outputs is None else f" to {task.outputs}")
        raise task.wrong(words, f"one {wanted}, as its input and output have them")
    return made


def _identity(task: Task) -> PointMap:
    return Affine.identity(task.inputs)


def _vector(task: Task, key: str) -> tuple[float, ...]:
    if key not in task.raw:
        raise task.wrong(Words(f"no `{key}`"), f"a `{key}`, an array of numbers")
    return numbers(task.node, (*task.parts, key), task.raw[key])


def _scale(task: Task) -> PointMap:
    return Affine.of(numpy().diag(_vector(task, "scale")))


def _translation(task: Task) -> PointMap:
    shift = _vector(task, "translation")
    return Affine.of(numpy().eye(len(shift)), shift)


def _matrix(task: Task, key: str) -> Any:
    """The matrix of an `affine` or a `rotation`, from the document or from an array."""
    if key not in task.raw and "path" in task.raw:
        from ngio_collections.read._fields import stored_matrix  # noqa: PLC0415

        return stored_matrix(task)
    listed = task.raw.get(key)
    if not isinstance(listed, list) or not listed:
        raise task.wrong(listed, "an array of rows of numbers", key)
    rows = [numbers(task.node, (*task.parts, key, n), row) for n, row in enumerate(listed)]
    if len({len(row) for row in rows}) > 1:
        lengths = ", ".join(str(len(row)) for row in rows)
        raise task.wrong(Words(f"rows of the lengths {lengths}"), "rows of one length", key)
    return numpy().array(rows)


def _affine(task: Task) -> PointMap:
    matrix = _matrix(task, "affine")
    if matrix.ndim != 2 or matrix.shape[1] < 2:
        raise task.wrong(Words(f"an array of the shape {matrix.shape}"), "a matrix", "affine")
    return Affine.of(matrix[:, :-1], matrix[:, -1])


def _rotation(task: Task) -> PointMap:
    matrix = _matrix(task, "rotation")
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        shape = Words(f"an array of the shape {matrix.shape}")
        raise task.wrong(shape, "as many rows as columns", "rotation")
    return Affine.of(matrix)


def _indices(task: Task, listed: Any, count: int, side: int, *parts: str | int) -> tuple[int, ...]:
    """Axes by index; by name where the older spelling of RFC-5 has that and names are known."""
    if not isinstance(listed, list):
        raise task.wrong(listed, "an array of indices of axes", *parts)
    names, found = task.names[side], []
    for at, value in enumerate(listed):
        if isinstance(value, str) and value in names:
            found.append(names.index(value))
            continue
        index = number(task.node, (*task.parts, *parts, at), value)
        if index != int(index) or not 0 <= index < count:
            raise task.wrong(value, f"an index from 0 to {count - 1}", *parts, at)
        found.append(int(index))
    return tuple(found)


def _selection(rows: list[int | None], inputs: int) -> PointMap:
    """The map that gives some of the axes that it takes, and 0 where it says None."""
    linear = numpy().zeros((len(rows), inputs))
    for row, axis in enumerate(rows):
        if axis is not None:
            linear[row, axis] = 1.0
    return Affine.of(linear)


def _map_axis(task: Task) -> PointMap:
    listed = task.raw.get("mapAxis")
    if isinstance(listed, dict) and task.names[1]:  # RFC-5 before the release of 0.6.
        listed = [listed.get(name) for name in task.names[1]]
    order = _indices(task, listed, task.inputs, 0, "mapAxis")
    return _selection(list(order), task.inputs)


def _project_axis(task: Task) -> PointMap:
    raw, kept = task.raw, list(range(task.inputs))
    if "droppedInputs" not in raw and "createdOutputs" not in raw:
        raise task.wrong(raw, "`droppedInputs`, `createdOutputs`, or both")
    dropped = _indices(task, raw.get("droppedInputs", []), task.inputs, 0, "droppedInputs")
    rest = [axis for axis in kept if axis not in dropped]
    listed = raw.get("createdOutputs", [])
    length = len(rest) + (len(listed) if isinstance(listed, list) else 0)
    created = set(_indices(task, listed, length, 1, "createdOutputs"))
    if len(created) < len(listed):
        raise task.wrong(listed, "each index once", "createdOutputs")
    left = iter(rest)
    rows = [None if axis in created else next(left) for axis in range(length)]
    return _selection(rows, task.inputs)


def _sequence(task: Task) -> PointMap:
    listed = task.raw.get("transformations")
    if not isinstance(listed, list):
        raise task.wrong(listed, "an array of transformations", "transformations")
    steps: list[PointMap] = []
    count = task.inputs
    for position in range(len(listed)):
        is_last = position == len(listed) - 1
        outputs = task.outputs if is_last else None
        inner = task.inner("transformations", position, inputs=count, outputs=outputs)
        steps.append(compiled(inner))
        count = steps[-1].outputs
    return Chain.of(steps, task.inputs)


def _bijection(task: Task) -> PointMap:
    for key in ("forward", "inverse"):
        if key not in task.raw:
            raise task.wrong(Words(f"no `{key}`"), "`forward` and `inverse`, transformations")
    forward = compiled(task.inner("forward", inputs=task.inputs, outputs=task.outputs))
    back = task.inner("inverse", inputs=forward.outputs, outputs=forward.inputs)
    return TwoWay(forward, compiled(back))


def _by_dimension(task: Task) -> PointMap:
    at = (*task.parts, "transformations")
    listed = task.raw.get("transformations")
    found = list(items(task.node, at, listed, "an object with a `transformation` and its axes"))
    outputs = task.outputs
    if outputs is None:
        outputs = sum(len(_axes(item, "output") or ()) for _, item in found)
    parts = []
    given_before: set[int] = set()
    for position, (_, item) in enumerate(found):
        where = ("transformations", position)
        taken = _indices(task, _axes(item, "input"), task.inputs, 0, *where, "inputAxes")
        given = _indices(task, _axes(item, "output"), outputs, 1, *where, "outputAxes")
        if len({*given_before, *given}) < len(given_before) + len(given):
            raise task.wrong(item, "each output axis once", *where, "outputAxes")
        given_before.update(given)
        inner = task.inner(*where, inputs=len(taken), outputs=len(given))
        if "transformation" in item:
            inner = task.inner(*where, "transformation", inputs=len(taken), outputs=len(given))
        parts.append((compiled(inner), taken, given))
    if len(given_before) < outputs:
        lacking = min(set(range(outputs)) - given_before)
        raise task.wrong(
            Words(f"nothing that gives output axis {lacking}"),
            "each output axis once",
            "transformations",
        )
    return ByAxes(parts, task.inputs, outputs).simplified()


def _axes(item: dict[str, Any], side: str) -> Any:
    """The axes of a part of a `byDimension`, in the spelling of RFC-5 or of what came after it."""
    return item.get(f"{side}Axes", item.get(f"{side}_axes"))


def _field(task: Task) -> PointMap:
    from ngio_collections.read._fields import stored_field  # noqa: PLC0415

    return stored_field(task)


_KINDS: Final[dict[str, Callable[[Task], PointMap]]] = {
    "identity": _identity,
    "mapAxis": _map_axis,
    "projectAxis": _project_axis,
    "translation": _translation,
    "scale": _scale,
    "affine": _affine,
    "rotation": _rotation,
    "sequence": _sequence,
    "bijection": _bijection,
    "byDimension": _by_dimension,
    "displacements": _field,
    "coordinates": _field,
}
