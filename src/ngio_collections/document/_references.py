"""Where the attributes of a node declare ids, and where they refer to some (RFC-8).

A Reference and a row of a plate look alike: both are objects with an `id`. Which is which
follows from where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

__all__ = ["declared_ids", "map_ids", "references"]

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

_TOP: Final = frozenset(path[0] for path in (*_DECLARING, *_REFERRING, *_TRANSFORMING))

Change: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def _same(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return value


def declared_ids(attributes: Any) -> Iterator[str]:
    """The ids that the attributes of a node declare: of coordinate systems, rows, columns..."""
    found: list[str] = []

    def note(value: Mapping[str, Any]) -> Mapping[str, Any]:
        found.append(value["id"])
        return value

    map_ids(attributes, note, _same)
    return iter(found)


def references(attributes: Any) -> Iterator[Mapping[str, Any]]:
    """The References in the attributes of a node, in the places where RFC-8 has them."""
    found: list[Mapping[str, Any]] = []

    def note(value: Mapping[str, Any]) -> Mapping[str, Any]:
        found.append(value)
        return value

    map_ids(attributes, _same, note)
    return iter(found)


def map_ids(attributes: Any, declare: Change, refer: Change) -> Any:
    """Attributes with other ids.

    Args:
        attributes: The attributes of a node.
        declare: Gives a new object for one that declares its `id`.
        refer: Gives a new Reference for one.

    Returns:
        The attributes; the same object if nothing changes, else one that shares what is
        the same. Objects whose `id` is no string are left alone.
    """
    if not isinstance(attributes, dict) or _TOP.isdisjoint(attributes):
        return attributes
    for path in _DECLARING:
        attributes = _at(attributes, path, lambda value: _each(value, declare))
    for path in _REFERRING:
        attributes = _at(attributes, path, lambda value: _each(value, refer))
    for path in _TRANSFORMING:
        attributes = _at(attributes, path, lambda value: _transformations(value, refer))
    return attributes


def _at(value: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    """A value with another one at a path in it; itself if that is the same."""
    if not isinstance(value, dict) or path[0] not in value:
        return value
    inner = value[path[0]]
    made = change(inner) if len(path) == 1 else _at(inner, path[1:], change)
    return value if made is inner else {**value, path[0]: made}


def _each(value: Any, change: Change) -> Any:
    """An object with an id, or an array of them, changed."""
    if isinstance(value, dict):
        return change(value) if isinstance(value.get("id"), str) else value
    if not isinstance(value, list):
        return value
    made = [_each(item, change) if isinstance(item, dict) else item for item in value]
    return value if all(a is b for a, b in zip(value, made, strict=True)) else made


def _transformations(value: Any, refer: Change) -> Any:
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
