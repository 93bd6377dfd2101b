"""Where the attributes of a node declare ids, and where they refer to some (RFC-8).

A Reference and a row of a plate look alike: both are objects with an `id`. Which is which
follows from where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from ngio_collections import _paths
from ngio_collections._contract import Pointer
from ngio_collections.errors import PathError
from ngio_collections.graph._segment import Raw, child_nodes

__all__ = [
    "IdPlace",
    "Rewrite",
    "declared_ids",
    "id_places",
    "ids_in",
    "ids_in_all",
    "ids_of",
    "map_ids",
    "map_references",
    "nodes_in",
    "own_ids",
    "references",
    "target_of",
    "without_path",
]

Path: TypeAlias = tuple[str, ...]

_DECLARING: Final[tuple[Path, ...]] = (
    ("coordinateSystems",),
    ("scene", "coordinateSystems"),
    ("plate", "rows"),
    ("plate", "columns"),
    ("plate", "acquisitions"),
)
"""Arrays of objects whose `id` is declared there."""

_REFERRING: Final[tuple[Path, ...]] = (
    ("acquisition",),
    ("well", "row"),
    ("well", "column"),
    ("labels", "source"),
    ("source",),
)
"""References, or arrays of them."""

_TRANSFORMING: Final[tuple[Path, ...]] = (
    ("coordinateTransformations",),
    ("scene", "coordinateTransformations"),
)
"""Arrays of transformations, whose `input` and `output` are References."""

_ENDS: Final = ("input", "output")
_INNER: Final = ("transformations", "transformation", "forward", "inverse")

_DECLARES, _REFERS, _TRANSFORMS = range(3)
_PLACES: Final[dict[str, list[tuple[Path, int]]]] = {}
"""The places by the attribute that they are in, so that most attributes cost one lookup."""
for _number, _found in enumerate((_DECLARING, _REFERRING, _TRANSFORMING)):
    for _path in _found:
        _PLACES.setdefault(_path[0], []).append((_path, _number))

Rewrite: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Gives a new object for one with an id, or the same one."""


def _same(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return value


def declared_ids(attributes: Any) -> list[str]:
    """The ids that the attributes of a node declare: of coordinate systems, rows, columns..."""
    return ids_in(attributes)[0]


def references(attributes: Any) -> list[Mapping[str, Any]]:
    """The References in the attributes of a node, in the places where RFC-8 has them."""
    return ids_in(attributes)[1]


def ids_in(attributes: Any) -> tuple[list[str], list[Mapping[str, Any]]]:
    """The ids that the attributes of a node declare, and the References in them."""
    return ids_in_all((attributes,))


def ids_in_all(many: Iterable[Any]) -> tuple[list[str], list[Mapping[str, Any]]]:
    """The ids that the attributes of nodes declare, and the References in them; see `ids_in`."""
    declared: list[str] = []
    referred: list[Mapping[str, Any]] = []
    for attributes in many:
        if not isinstance(attributes, dict):
            continue
        for key in attributes:
            # Most attributes of a million nodes are looked at here, and end here.
            if key not in _PLACES:
                continue
            value = attributes[key]
            for path, kind in _PLACES[key]:
                inner = value
                if len(path) == 2:
                    inner = value.get(path[1]) if isinstance(value, dict) else None
                if not inner:
                    continue
                if kind == _DECLARES:
                    declared += [one["id"] for one in _objects(inner)]
                elif kind == _REFERS:
                    referred += _objects(inner)
                else:
                    _transformations(inner, _noting(referred))
    return declared, referred


class IdPlace(NamedTuple):
    """A place in attributes where an id is declared, or where one is referred to.

    Attributes:
        declares: Whether the value there declares an id; else it refers to one.
        pointer: The place, from the attributes.
        value: What is there, which may be wrong in any way, or lack its `id`.
    """

    declares: bool
    pointer: Pointer
    value: Any


def id_places(attributes: Any) -> Iterator[IdPlace]:
    """Every place in the attributes of a node where an id is declared or referred to.

    Other than `ids_in` it also gives what is no object with an `id`.

    Examples:
        >>> for place in id_places({"well": {"row": "A"}, "plate": {"rows": [{"id": "A"}]}}):
        ...     print(place.declares, place.pointer, place.value)
        False ('well', 'row') A
        True ('plate', 'rows', 0) {'id': 'A'}
    """
    if not isinstance(attributes, dict):
        return
    for key in attributes:
        for path, kind in _PLACES.get(key, ()):
            value = attributes[key]
            if len(path) == 2:
                if not isinstance(value, dict) or path[1] not in value:
                    continue
                value = value[path[1]]
            if kind == _TRANSFORMS:
                yield from _ends(value, path)
            else:
                for pointer, item in _listed(value, path, alone=kind == _REFERS):
                    yield IdPlace(kind == _DECLARES, pointer, item)


def _listed(value: Any, path: Pointer, *, alone: bool) -> Iterator[tuple[Pointer, Any]]:
    """The items of an array; what is none counts as one item where it may stand alone."""
    if isinstance(value, list):
        yield from (((*path, position), item) for position, item in enumerate(value))
    elif alone:
        yield path, value


def _ends(value: Any, path: Pointer) -> Iterator[IdPlace]:
    """The ends of transformations, also of those inside of them, without recursion."""
    stack: list[tuple[Any, Pointer]] = [(value, path)]
    while stack:
        item, at = stack.pop()
        if isinstance(item, list):
            stack.extend(((one, (*at, n)) for n, one in reversed([*enumerate(item)])))
        elif isinstance(item, dict):
            yield from (IdPlace(False, (*at, end), item[end]) for end in _ENDS if end in item)
            stack.extend((item[key], (*at, key)) for key in reversed(_INNER) if key in item)


def _objects(value: Any) -> list[dict[str, Any]]:
    """An object with an id, or those of an array of them."""
    items = value if isinstance(value, list) else [value]
    return [one for one in items if isinstance(one, dict) and isinstance(one.get("id"), str)]


def _noting(found: list[Mapping[str, Any]]) -> Rewrite:
    def note(value: Mapping[str, Any]) -> Mapping[str, Any]:
        found.append(value)
        return value

    return note


def map_ids(attributes: Any, declare: Rewrite, refer: Rewrite) -> Any:
    """Attributes with other ids.

    Args:
        attributes: The attributes of a node.
        declare: Gives a new object for one that declares its `id`.
        refer: Gives a new Reference for one.

    Returns:
        The attributes; the same object if nothing changes, else one that shares with them
        what is the same. Objects whose `id` is no string are left alone.
    """
    if not isinstance(attributes, dict) or _PLACES.keys().isdisjoint(attributes):
        return attributes
    changes: dict[int, Callable[[Any], Any]] = {
        _DECLARES: lambda value: _each(value, declare),
        _REFERS: lambda value: _each(value, refer),
        _TRANSFORMS: lambda value: _transformations(value, refer),
    }
    made = attributes
    for key in attributes:
        for path, kind in _PLACES.get(key, ()):
            made = _at(made, path, changes[kind])
    return made


def map_references(attributes: Any, refer: Rewrite) -> Any:
    """Attributes with other References, and the same ids; see `map_ids`."""
    return map_ids(attributes, _same, refer)


def _at(value: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    """A value with another one at a path in it; itself if that is the same."""
    if not isinstance(value, dict) or path[0] not in value:
        return value
    inner = value[path[0]]
    made = change(inner) if len(path) == 1 else _at(inner, path[1:], change)
    return value if made is inner else {**value, path[0]: made}


def _each(value: Any, change: Rewrite) -> Any:
    """An object with an id, or an array of them, changed."""
    if isinstance(value, dict):
        return change(value) if isinstance(value.get("id"), str) else value
    if not isinstance(value, list):
        return value
    made = [_each(item, change) if isinstance(item, dict) else item for item in value]
    return value if all(a is b for a, b in zip(value, made, strict=True)) else made


def _transformations(value: Any, refer: Rewrite) -> Any:
    """Transformations with other References, also those inside of them, without recursion."""
    order: list[tuple[Any, int, Any]] = [(value, -1, None)]
    made: dict[int, Any] = {}
    for number, (item, _, _) in enumerate(order):
        if isinstance(item, list):
            order.extend((one, number, at) for at, one in enumerate(item))
        elif isinstance(item, dict):
            order.extend((item[key], number, key) for key in _INNER if key in item)
            ends = {key: _each(item[key], refer) for key in _ENDS if key in item}
            if any(ends[key] is not item[key] for key in ends):
                made[number] = {**item, **ends}
    for number in range(len(order) - 1, 0, -1):
        if number in made:
            _, holder, key = order[number]
            outer = order[holder][0]
            made.setdefault(holder, outer.copy())[key] = made[number]
    return made.get(0, value)


def target_of(reference: Mapping[str, Any], base: str) -> str | None:
    """The document that a Reference leads to.

    Args:
        reference: The Reference.
        base: The address of the document that it is in.

    Returns:
        None if it has no path: it leads to something in the document that it is in. Empty if
        its path cannot be understood.
    """
    path = reference.get("path")
    if not isinstance(path, dict):
        return None
    try:
        return _paths.metadata_url(base, path)
    except PathError:
        return ""


def without_path(reference: Mapping[str, Any]) -> Mapping[str, Any]:
    """A Reference to what has its id in the document that it is in."""
    if not isinstance(reference.get("path"), dict):
        return reference
    return {key: value for key, value in reference.items() if key != "path"}


def nodes_in(raw: Raw) -> Iterator[Raw]:
    """A node and everything below it, without what references lead to."""
    stack = [raw]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(child for child in child_nodes(node) if type(child) is dict)


def ids_of(raw: Raw) -> set[str]:
    """The ids that a node and everything below it declare, of nodes and in attributes."""
    return {id_ for node in nodes_in(raw) for id_ in own_ids(node)}


def own_ids(raw: Raw) -> list[str]:
    """The ids that a node alone declares: its own, and those in its attributes."""
    id_ = raw.get("id")
    declared = declared_ids(raw.get("attributes"))
    return [id_, *declared] if isinstance(id_, str) else declared
