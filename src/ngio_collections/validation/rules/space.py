"""Rules about coordinate systems, axes, transformations and scenes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

from ngio_collections._contract import Context, NodeEntry, Pointer, Subject, Violation
from ngio_collections._generated import stubs
from ngio_collections._words import listing, named, show
from ngio_collections.validation._dimensions import check_dimensions
from ngio_collections.validation._reading import (
    HERE,
    array,
    document_of,
    is_node,
    is_of,
    is_prefixed,
    kind_of,
    objects,
    read_reference,
    resolve,
)
from ngio_collections.validation._registry import implements

_AXIS_TYPES: Final = ("array", "space", "time", "channel", "coordinate", "displacement")

_AXIS_TYPE_WORDS: Final = ", ".join(f"`{name}`" for name in _AXIS_TYPES)

# The units of RFC-5 ("axes metadata"), which are names of UDUNITS-2: all prefixes but `deca`.
_PREFIXES: Final = (
    *("", "yocto", "zepto", "atto", "femto", "pico", "nano", "micro", "milli", "centi", "deci"),
    *("hecto", "kilo", "mega", "giga", "tera", "peta", "exa", "zetta", "yotta"),
)
_UNITS: Final = {
    "space": frozenset(
        {f"{prefix}meter" for prefix in _PREFIXES}
        | {"angstrom", "foot", "inch", "mile", "parsec", "yard"}
    ),
    "time": frozenset({f"{prefix}second" for prefix in _PREFIXES} | {"day", "hour", "minute"}),
}

_TOLERANCE: Final = 1e-6


@implements(stubs.axis_names_differ)
def axis_names_differ(subject: Subject, context: Context) -> Iterator[Violation]:
    seen: dict[str, int] = {}
    for position, axis in objects(subject.value, "axes"):
        name = axis.get("name")
        if not isinstance(name, str):
            continue
        if name in seen:
            yield Violation(
                f"the name {named(name)} is already that of axis {seen[name]}",
                "a name that no other axis of the system has",
                ("axes", position, "name"),
            )
        seen.setdefault(name, position)


@implements(stubs.axis_type)
def axis_type(subject: Subject, context: Context) -> Iterator[Violation]:
    type_ = subject.value.get("type")
    expected = f"{_AXIS_TYPE_WORDS} or a prefixed type"
    if "type" not in subject.value:
        yield Violation("the axis has no `type`", expected)
    elif isinstance(type_, str) and type_ not in _AXIS_TYPES and not is_prefixed(type_):
        yield Violation(f"the `type` of the axis is {show(type_)}", expected, ("type",))


@implements(stubs.axis_unit)
def axis_unit(subject: Subject, context: Context) -> Iterator[Violation]:
    type_, unit = subject.value.get("type"), subject.value.get("unit")
    units = _UNITS.get(type_) if isinstance(type_, str) else None
    if units is None:
        return
    example = "micrometer" if type_ == "space" else "second"
    expected = f"one of the {len(units)} units that RFC-5 lists for {type_}, such as `{example}`"
    if "unit" not in subject.value:
        yield Violation(f"the axis of {type_} has no `unit`", expected)
    elif isinstance(unit, str) and unit not in units:
        yield Violation(f"the `unit` of the axis is {show(unit)}", expected, ("unit",))


@implements(stubs.scale_zero, needs="scale")
def scale_zero(subject: Subject, context: Context) -> Iterator[Violation]:
    for position, factor in enumerate(array(subject.value, "scale")):
        if isinstance(factor, (int, float)) and not isinstance(factor, bool) and factor == 0:
            yield Violation(
                f"the factor of axis {position} is 0", "another number", ("scale", position)
            )


def _matrix(value: Any) -> list[list[float]] | None:
    """A matrix of numbers, None where it is none."""
    if not isinstance(value, list) or not value:
        return None
    rows: list[list[float]] = []
    for row in value:
        if not isinstance(row, list):
            return None
        if not all(isinstance(x, (int, float)) and not isinstance(x, bool) for x in row):
            return None
        rows.append(row)
    return rows


def _determinant(matrix: list[list[float]]) -> float:
    """By elimination with the largest pivot; the matrices here have a handful of rows."""
    rows = [[float(x) for x in row] for row in matrix]
    result = 1.0
    for i in range(len(rows)):
        pivot = max(range(i, len(rows)), key=lambda r: abs(rows[r][i]))
        if rows[pivot][i] == 0.0:
            return 0.0
        if pivot != i:
            rows[i], rows[pivot] = rows[pivot], rows[i]
            result = -result
        result *= rows[i][i]
        for r in range(i + 1, len(rows)):
            factor = rows[r][i] / rows[i][i]
            rows[r] = [x - factor * y for x, y in zip(rows[r], rows[i], strict=True)]
    return result


@implements(stubs.rotation_matrix)
def rotation_matrix(subject: Subject, context: Context) -> Iterator[Violation]:
    rows = _matrix(subject.value.get("rotation"))
    if rows is None:
        return
    at: Pointer = ("rotation",)
    if any(len(row) != len(rows) for row in rows):
        lengths = ", ".join(str(len(row)) for row in rows)
        yield Violation(
            f"the matrix has {len(rows)} rows of the lengths {lengths}",
            "as many columns as rows",
            at,
        )
        return
    if any(abs(x) > 1 + _TOLERANCE or math.isnan(x) for row in rows for x in row):
        yield Violation("the matrix has an element outside of -1 to 1", "orthonormal rows", at)
        return
    for i, one in enumerate(rows):
        for j, other in enumerate(rows[: i + 1]):
            product = sum(float(x) * float(y) for x, y in zip(one, other, strict=True))
            if abs(product - (1.0 if i == j else 0.0)) > _TOLERANCE:
                found = (
                    f"row {i} has the length {product**0.5:.6g}"
                    if i == j
                    else f"rows {j} and {i} are not at right angles"
                )
                yield Violation(found, "orthonormal rows", at)
                return
    determinant = _determinant(rows)
    if abs(determinant - 1.0) > _TOLERANCE:
        yield Violation(
            f"the determinant of the matrix is {determinant:.6g}",
            "1: a rotation without reflection",
            at,
        )


@implements(stubs.map_axis_unique)
def map_axis_unique(subject: Subject, context: Context) -> Iterator[Violation]:
    yield from _repeated(subject, "mapAxis")


@implements(stubs.project_axis_unique)
def project_axis_unique(subject: Subject, context: Context) -> Iterator[Violation]:
    yield from _repeated(subject, "droppedInputs")
    yield from _repeated(subject, "createdOutputs")


def _repeated(subject: Subject, key: str) -> Iterator[Violation]:
    """Two items that JSON Schema counts as equal: 1 and 1.0 are, 1 and true are not."""
    seen: list[Any] = []
    for item in array(subject.value, key):
        same = [
            other
            for other in seen
            if other == item and isinstance(other, bool) is isinstance(item, bool)
        ]
        if same:
            yield Violation(f"`{key}` has {show(item)} twice", "each index once", (key,))
            return
        seen.append(item)


@implements(stubs.project_axis_fields)
def project_axis_fields(subject: Subject, context: Context) -> Iterator[Violation]:
    if "droppedInputs" not in subject.value and "createdOutputs" not in subject.value:
        yield Violation(
            "neither `droppedInputs` nor `createdOutputs` is there", "at least one of them"
        )


@implements(stubs.matrix_or_path)
def matrix_or_path(subject: Subject, context: Context) -> Iterator[Violation]:
    matrix = subject.value.get("type")
    given = [key for key in (matrix, "path") if key in subject.value]
    if len(given) != 1:
        found = (
            f"both `{matrix}` and `path` are there"
            if given
            else f"neither `{matrix}` nor `path` is there"
        )
        yield Violation(found, "exactly one of them")


@implements(stubs.transformation_input_output)
def transformation_input_output(subject: Subject, context: Context) -> Iterator[Violation]:
    lacking = [key for key in ("input", "output") if subject.value.get(key) is None]
    if lacking:
        names = " and ".join(f"`{key}`" for key in lacking)
        is_null = all(key in subject.value for key in lacking)
        verb = ("are" if len(lacking) > 1 else "is") + (" null" if is_null else " missing")
        yield Violation(
            f"{names} {verb}", "references to what is transformed and to what it becomes"
        )


def _may_lead_to(level: NodeEntry, holder: NodeEntry) -> bool:
    """Whether a level may lead to the systems of a node: its image, or any if it is in none."""
    parent = level.parent
    if parent is None or parent.type != "multiscale":
        return holder in (level, parent) or holder.type == "multiscale"
    return holder in (level, parent)


def _axes_of(subject: Subject, context: Context, key: str) -> int | None:
    """How many axes an endpoint has, where the document says so without a doubt."""
    declared = resolve(context, subject.value.get(key))
    if not declared or len(declared) > 1 or declared[0].kind != "coordinate-system":
        return None
    if subject.node.type == "singlescale" and not _may_lead_to(subject.node, declared[0].node):
        return None  # Not one of its systems, which is another rule's finding.
    axes = declared[0].value.get("axes")
    return len(axes) if isinstance(axes, list) else None


def _is_array(subject: Subject, context: Context) -> bool:
    """Whether the input is an array: of the level that it stands in, or of any other."""
    value = subject.value.get("input")
    reference = read_reference(value)
    if reference is None:
        return False
    if subject.node.type == "singlescale" and is_of(context, reference, subject.node):
        return True
    declared = resolve(context, value)
    return declared is not None and len(declared) == 1 and is_node(declared[0], "singlescale")


@implements(stubs.transformation_dimensions)
def transformation_dimensions(subject: Subject, context: Context) -> Iterator[Violation]:
    outputs = _axes_of(subject, context, "output")
    # An array has the axes of what it leads to.
    inputs = outputs if _is_array(subject, context) else _axes_of(subject, context, "input")
    yield from check_dimensions(subject.value, inputs, outputs)


def _endpoints(subject: Subject) -> Iterator[tuple[Any, Pointer]]:
    for position, item in objects(subject.value, "coordinateTransformations"):
        for key in ("input", "output"):
            yield item.get(key), ("coordinateTransformations", position, key)


def _no_systems(subject: Subject, context: Context, holder: Subject) -> Iterator[Violation]:
    """Endpoints within the document that are declared as something else than a system."""
    above: Pointer = holder.at[len(subject.at) :]
    for value, at in _endpoints(holder):
        declared = resolve(context, value)
        if declared and not any(d.kind == "coordinate-system" for d in declared):
            found = f"`{at[-1]}` refers to {kind_of(declared[0])}"
            yield Violation(found, "a coordinate system", (*above, *at))


@implements(stubs.scene_endpoints, needs="coordinateTransformations")
def scene_endpoints(subject: Subject, context: Context) -> Iterator[Violation]:
    yield from _no_systems(subject, context, subject)


@implements(stubs.collection_endpoints, needs="attributes/coordinateTransformations")
def collection_endpoints(subject: Subject, context: Context) -> Iterator[Violation]:
    attributes = subject._replace(value=subject.node.attributes, at=(*subject.at, "attributes"))
    yield from _no_systems(subject, context, attributes)


@implements(stubs.scene_endpoint_path, needs="coordinateTransformations")
def scene_endpoint_path(subject: Subject, context: Context) -> Iterator[Violation]:
    for value, at in _endpoints(subject):
        if resolve(context, value) == ():
            reference = read_reference(value)
            assert reference is not None
            yield Violation(
                f"`{at[-1]}` refers to {named(reference.id)}, which is not declared here, "
                "and has no `path`",
                "a coordinate system of this document, or a path to the document that declares it",
                at,
            )


def _key(context: Context, value: Any) -> tuple[Any, str] | None:
    """What two endpoints have in common that name the same thing."""
    reference = read_reference(value)
    where = None if reference is None else document_of(context, reference)
    return None if reference is None or where is None else (where, reference.id)


class _Groups:
    """What is connected with what."""

    def __init__(self) -> None:
        self._above: dict[Any, Any] = {}
        self._sizes: dict[Any, int] = {}

    def of(self, key: Any) -> Any:
        above = self._above
        while (next_ := above.get(key, key)) != key:
            # Every look shortens the way for the next one.
            above[key] = above.get(next_, next_)
            key = next_
        return key

    def join(self, one: Any, other: Any) -> None:
        small, large = self.of(one), self.of(other)
        if small == large:
            return
        sizes = [self._sizes.get(key, 1) for key in (small, large)]
        if sizes[0] > sizes[1]:
            small, large = large, small
        self._above[small] = large
        self._sizes[large] = sum(sizes)


@implements(stubs.scene_connected, needs="coordinateSystems")
def scene_connected(subject: Subject, context: Context) -> Iterator[Violation]:
    listed = objects(subject.value, "coordinateSystems")
    own = [item["id"] for _, item in listed if isinstance(item.get("id"), str)]
    groups = _Groups()
    starts: list[tuple[Any, Pointer]] = []
    for position, item in objects(subject.value, "coordinateTransformations"):
        keys = [_key(context, item.get(end)) for end in ("input", "output")]
        if None in keys:
            return  # What cannot be read connects who knows what.
        groups.join(keys[0], keys[1])
        starts.append((keys[0], ("coordinateTransformations", position, "input")))
        for key, end in zip(keys, ("input", "output"), strict=True):
            # The systems of one image are connected with each other by its levels.
            declared = resolve(context, item[end])
            if declared is not None and not any(d.kind == "coordinate-system" for d in declared):
                return  # It leads to something else, or to nothing: another rule's finding.
            for one in declared or ():
                groups.join(key, ("node", one.node))
    reached = {groups.of((HERE, id_)) for id_ in own}
    expected = f"transformations that lead to one of {listing(own)}"
    for key, at in starts:
        if reached and groups.of(key) not in reached:
            found = f"nothing leads from {named(key[1])} to a coordinate system of the scene"
            yield Violation(found, expected, at)
