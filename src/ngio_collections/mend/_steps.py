"""The single mends: what to change, and in which places, for one thing in a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from ngio_collections._contract import Pointer, json_pointer
from ngio_collections.mend._reading import Declaration, Reading, Referring

__all__ = [
    "Operation",
    "as_object",
    "called",
    "dangling",
    "give_id",
    "refer_to",
    "removal",
    "setting",
    "words",
]

Operation: TypeAlias = dict[str, Any]

_KIND_WORDS: Final = {"coordinate-system": "coordinate system"}


def setting(holder: Mapping[str, Any], at: Pointer, key: str, value: Any) -> list[Operation]:
    """The operations that give an object another value of a key, or a new key."""
    path = json_pointer((*at, key))
    if key not in holder:
        return [{"op": "add", "path": path, "value": value}]
    return [
        {"op": "test", "path": path, "value": holder[key]},
        {"op": "replace", "path": path, "value": value},
    ]


def removal(holder: Mapping[str, Any], at: Pointer, key: str) -> list[Operation]:
    """The operations that take a key out of an object."""
    path = json_pointer((*at, key))
    return [
        {"op": "test", "path": path, "value": holder[key]},
        {"op": "remove", "path": path},
    ]


def refer_to(place: Referring, id: str) -> list[Operation]:
    """The operations that let a reference lead to another id, in the form that it has."""
    if isinstance(place.value, dict):
        return setting(place.value, place.pointer, "id", id)
    path = json_pointer(place.pointer)
    return [
        {"op": "test", "path": path, "value": place.value},
        {"op": "replace", "path": path, "value": id},
    ]


def as_object(place: Referring, id: str) -> list[Operation]:
    """The operations that write a Reference in the place of a bare id."""
    path = json_pointer(place.pointer)
    return [
        {"op": "test", "path": path, "value": place.value},
        {"op": "replace", "path": path, "value": {"id": id}},
    ]


def give_id(declared: Declaration, id: str, places: Iterable[Referring]) -> list[Operation]:
    """The operations that give something another id, and let references follow it."""
    operations = setting(declared.value, declared.pointer, "id", id)
    for place in places:
        operations += refer_to(place, id)
    return operations


def called(declared: Declaration) -> str:
    """What people call something: `multiscale`, `coordinate system`, `row`."""
    if declared.kind == "node":
        return declared.node.type or "node"
    return _KIND_WORDS.get(declared.kind, declared.kind)


def quoted(value: Any) -> str:
    """A scalar of a document for the middle of a sentence, however long it is.

    Examples:
        >>> quoted("raw 1"), quoted(None), quoted(7)
        ("'raw 1'", 'null', '7')
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"{value!r:.80}"


def words(number: int, noun: str) -> str:
    """A number with its noun: `1 reference`, `2 references`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def dangling(reading: Reading) -> Iterator[Referring]:
    """The references to ids of this document that nothing declares."""
    for place in reading.references:
        if place.id is not None and not reading.declarations(place.id):
            yield place
