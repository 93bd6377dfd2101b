"""Do the parameters of a transformation fit the number of axes that it takes and gives?

Numbers of axes are followed through sequences, bijections and groups of axes as far
as they are known; what is not known (fields in arrays, extension types) contradicts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

from ngio_collections._contract import Pointer, Violation
from ngio_collections._words import number
from ngio_collections.validation._reading import array, objects

__all__ = ["check_dimensions"]

Count: TypeAlias = int | None
"""A number of axes, None where it is not known."""

# Transformations further inside each other than anybody writes them are not followed.
_DEEPEST: Final = 64


def _axes(count: int) -> str:
    return f"{number(count)} {'axis' if count == 1 else 'axes'}"


def _indices(value: dict[str, Any], key: str) -> list[int]:
    """The indices at a key; empty where any of them is none, which is reported elsewhere."""
    found = array(value, key)
    good = all(
        isinstance(i, (int, float)) and not isinstance(i, bool) and i >= 0 and i == i // 1
        for i in found
    )
    return [int(i) for i in found] if good else []


def _repeats(listed: list[Any]) -> bool:
    """Whether a number is there twice."""
    numbers = [item for item in listed if isinstance(item, (int, float))]
    return len(set(numbers)) < len(numbers)


def output_count(value: Any, inputs: Count, depth: int = 0) -> Count:
    """How many axes a transformation gives for a number of axes that it takes.

    Args:
        value: The transformation.
        inputs: The number of axes of its input.
        depth: How many transformations it is inside of.

    Returns:
        The number, None where it is not known.
    """
    if not isinstance(value, dict) or depth > _DEEPEST:
        return None
    kind = value.get("type")
    if kind in ("identity", "displacements"):
        return inputs
    if kind in ("translation", "scale", "mapAxis", "rotation"):
        parameters = value.get(str(kind))
        return len(parameters) if isinstance(parameters, list) else inputs
    if kind == "affine":
        return len(value["affine"]) if isinstance(value.get("affine"), list) else None
    if kind == "projectAxis":
        if inputs is None:
            return None
        return inputs - len(array(value, "droppedInputs")) + len(array(value, "createdOutputs"))
    if kind == "sequence":
        for step in array(value, "transformations"):
            inputs = output_count(step, inputs, depth + 1)
        return inputs
    if kind == "bijection":
        return output_count(value.get("forward"), inputs, depth + 1)
    if kind == "byDimension":
        return sum(len(array(item, "outputAxes")) for _, item in objects(value, "transformations"))
    return None


def _contradiction(
    what: str, length: int, inputs: Count, outputs: Count, at: Pointer
) -> Iterator[Violation]:
    """A length that must be that of both sides: one finding, for the first that contradicts it."""
    for count, side in ((inputs, "input"), (outputs, "output")):
        if count is not None and count != length:
            values = f"{length} {'value' if length == 1 else 'values'}"
            found = f"{what} has {values}, the {side} has {_axes(count)}"
            yield Violation(found, "one for each axis", at)
            return


def _check_vector(
    value: dict[str, Any], inputs: Count, outputs: Count, at: Pointer, depth: int
) -> Iterator[Violation]:
    key = value["type"]
    if isinstance(value.get(key), list):
        yield from _contradiction(f"`{key}`", len(value[key]), inputs, outputs, (*at, key))


def _check_same(
    value: dict[str, Any], inputs: Count, outputs: Count, at: Pointer, depth: int
) -> Iterator[Violation]:
    if inputs is not None and outputs is not None and inputs != outputs:
        found = f"the input has {_axes(inputs)}, the output has {_axes(outputs)}"
        yield Violation(found, f"the same number on both sides of `{value['type']}`", at)


def _check_map_axis(
    value: dict[str, Any], inputs: Count, outputs: Count, at: Pointer, depth: int
) -> Iterator[Violation]:
    order = _indices(value, "mapAxis")
    wrong = list(_check_vector(value, inputs, outputs, at, depth))
    yield from wrong
    if not wrong and order and max(order) >= len(order):
        yield Violation(
            f"`mapAxis` names axis {number(max(order))}, there are {_axes(len(order))}",
            "each input axis once",
            (*at, "mapAxis"),
        )


def _check_affine(
    value: dict[str, Any], inputs: Count, outputs: Count, at: Pointer, depth: int
) -> Iterator[Violation]:
    rows = value.get("affine")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        return
    place = (*at, "affine")
    lengths = {len(row) for row in rows}
    if len(lengths) > 1:
        yield Violation(
            f"the rows of `affine` have the lengths {sorted(lengths)}", "rows of one length", place
        )
    elif outputs is not None and len(rows) != outputs:
        yield Violation(
            f"`affine` has {len(rows)} rows, the output has {_axes(outputs)}",
            "one row for each axis of the output",
            place,
        )
    elif inputs is not None and lengths and lengths != {inputs + 1}:
        found = f"`affine` has {lengths.pop()} columns, the input has {_axes(inputs)}"
        yield Violation(found, "one column for each axis of the input and one more", place)


def _check_rotation(
    value: dict[str, Any], inputs: Count, outputs: Count, at: Pointer, depth: int
) -> Iterator[Violation]:
    if isinstance(value.get("rotation"), list):
        yield from _contradiction(
            "`rotation`", len(value["rotation"]), inputs, outputs, (*at, "rotation")
        )
    else:
        yield from _check_same(value, inputs, outputs, at, depth)


def _check_sequence(
    value: dict[str, Any], inputs: Count, outputs: Count, at: Pointer, depth: int
) -> Iterator[Violation]:
    steps = array(value, "transformations")
    for position, step in enumerate(steps):
        last = position == len(steps) - 1
        found = list(
            _check(
                step,
                inputs,
                outputs if last else None,
                (*at, "transformations", position),
                depth + 1,
            )
        )
        yield from found
        if found:
            return  # What follows depends on a number that is wrong already.
        inputs = output_count(step, inputs, depth + 1)


def _check_bijection(
    value: dict[str, Any], inputs: Count, outputs: Count, at: Pointer, depth: int
) -> Iterator[Violation]:
    different = list(_check_same(value, inputs, outputs, at, depth))
    yield from different
    if not different:
        yield from _check(value.get("forward"), inputs, outputs, (*at, "forward"), depth + 1)
        yield from _check(value.get("inverse"), outputs, inputs, (*at, "inverse"), depth + 1)


def _beyond(axes: list[int], count: Count, key: str, side: str, at: Pointer) -> Iterator[Violation]:
    """An index of an axis that does not exist."""
    if count is not None and axes and max(axes) >= count:
        found = f"`{key}` names axis {number(max(axes))}, the {side} has {_axes(count)}"
        yield Violation(found, "indices of axes that exist, counted from 0", (*at, key))


def _check_by_dimension(
    value: dict[str, Any], inputs: Count, outputs: Count, at: Pointer, depth: int
) -> Iterator[Violation]:
    seen: set[int] = set()
    found: list[Violation] = []
    listed = array(value, "transformations")
    for position, item in objects(value, "transformations"):
        place = (*at, "transformations", position)
        taken, given = _indices(item, "inputAxes"), _indices(item, "outputAxes")
        found += _beyond(taken, inputs, "inputAxes", "input", place)
        found += _beyond(given, outputs, "outputAxes", "output", place)
        twice = [axis for n, axis in enumerate(given) if axis in seen or axis in given[:n]]
        if twice:
            said = f"output axis {number(twice[0])} is given twice"
            found.append(Violation(said, "each output axis once", (*place, "outputAxes")))
        seen.update(given)
        inner = (*place, "transformation")
        counts = (len(taken) or None, len(given) or None)
        found += _check(item.get("transformation"), *counts, inner, depth + 1)
    yield from found
    well_formed = isinstance(value.get("transformations"), list) and all(
        isinstance(item, dict) and _indices(item, "outputAxes") for item in listed
    )
    lacking = sorted(set(range(outputs or 0)) - seen)
    if well_formed and lacking and not found:
        said = f"no transformation gives output axis {lacking[0]}"
        yield Violation(said, "each output axis once", (*at, "transformations"))


def _check_project_axis(
    value: dict[str, Any], inputs: Count, outputs: Count, at: Pointer, depth: int
) -> Iterator[Violation]:
    lists = [array(value, key) for key in ("droppedInputs", "createdOutputs") if key in value]
    if not lists or any(not listed or _repeats(listed) for listed in lists):
        return  # Nothing is projected, or an axis is named twice: other rules.
    for key, count, side in (
        ("droppedInputs", inputs, "input"),
        ("createdOutputs", outputs, "output"),
    ):
        beyond = list(_beyond(_indices(value, key), count, key, side, at))
        yield from beyond
        if beyond:
            return
    result = output_count(value, inputs)
    if result is not None and outputs is not None and result != outputs:
        yield Violation(
            f"the projection gives {_axes(result)}, the output has {_axes(outputs)}",
            "as many as the output has",
            at,
        )


_CHECKS: Final[
    dict[str, Callable[[dict[str, Any], Count, Count, Pointer, int], Iterator[Violation]]]
] = {
    "identity": _check_same,
    "displacements": _check_same,
    "translation": _check_vector,
    "scale": _check_vector,
    "mapAxis": _check_map_axis,
    "projectAxis": _check_project_axis,
    "affine": _check_affine,
    "rotation": _check_rotation,
    "sequence": _check_sequence,
    "bijection": _check_bijection,
    "byDimension": _check_by_dimension,
}


def _check(
    value: Any, inputs: Count, outputs: Count, at: Pointer, depth: int
) -> Iterator[Violation]:
    if not isinstance(value, dict) or depth > _DEEPEST:
        return
    check = _CHECKS.get(value["type"]) if isinstance(value.get("type"), str) else None
    if check is not None:
        yield from check(value, inputs, outputs, at, depth)


def check_dimensions(value: dict[str, Any], inputs: Count, outputs: Count) -> Iterator[Violation]:
    """Find where the parameters of a transformation contradict numbers of axes.

    Args:
        value: The transformation; it may be wrong in any way.
        inputs: The number of axes of its input, None where it is not known.
        outputs: The number of axes of its output, None where it is not known.

    Yields:
        One violation for each contradiction, placed from the transformation.
    """
    yield from _check(value, inputs, outputs, (), 0)
