"""JSON Patch (RFC 6902) on parsed documents, as far as mending needs it.

What does not change is shared with the old document, keys stay in their order, and an `id` or
a `version` that is new comes where people look for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NoReturn

from ngio_collections._contract import Pointer
from ngio_collections._frozen import same_json, thaw
from ngio_collections.errors import InvalidEditError

__all__ = ["apply_operations", "parts_of", "upward", "value_at"]

_HEAD: Final = ("type", "version", "id")
"""The keys that a node begins with, in the order in which people expect them."""


def parts_of(pointer: str) -> Pointer:
    """The parts of a JSON Pointer; all of them are strings.

    Examples:
        >>> parts_of("/ome/nodes/0/a~1b")
        ('ome', 'nodes', '0', 'a/b')
    """
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def upward(pointer: str) -> Iterator[str]:
    """A place, and all places that it is in, as JSON Pointers.

    Examples:
        >>> list(upward("/ome/nodes/0"))
        ['/ome/nodes/0', '/ome/nodes', '/ome', '']
    """
    yield pointer
    while pointer:
        pointer = pointer.rpartition("/")[0]
        yield pointer


class _Patched:
    """A document that is being patched; containers are copied before the first change in them."""

    def __init__(self, document: Any, name: str | None) -> None:
        self._top: list[Any] = [document]
        self._name = name
        self._owned: set[int] = set()
        self._kept: list[Any] = [document]  # So that no identity is given out twice.

    @property
    def document(self) -> Any:
        return self._top[0]

    def _fail(self, pointer: str, problem: str) -> NoReturn:
        where = f"{self._name or ''}#{pointer}"
        raise InvalidEditError(
            f"{where}: {problem}; the document is not the one that the fix was made for, or a "
            "fix that comes before it was left out: ask for fixes again"
        )

    def holder(self, pointer: str, *, owned: bool) -> tuple[Any, Any]:
        """What holds the place of a pointer, and its key or position there."""
        parts = parts_of(pointer)
        holder: Any = self._top
        key: Any = 0
        for part in parts:
            if not self._has(holder, key):
                self._fail(pointer, "there is no such place")
            inner = holder[key]
            if owned and isinstance(inner, (dict, list)) and id(inner) not in self._owned:
                inner = holder[key] = inner.copy()
                self._owned.add(id(inner))
                self._kept.append(inner)
            holder, key = inner, part
            if isinstance(holder, list):
                key = int(part) if isinstance(part, str) and part.isdigit() else -1
        return holder, key

    @staticmethod
    def _has(holder: Any, key: Any) -> bool:
        if isinstance(holder, dict):
            return key in holder
        return isinstance(holder, list) and 0 <= key < len(holder)

    def test(self, pointer: str, value: Any) -> None:
        holder, key = self.holder(pointer, owned=False)
        if not self._has(holder, key) or not same_json(holder[key], value):
            self._fail(pointer, "something else is there now")

    def replace(self, pointer: str, value: Any) -> None:
        holder, key = self.holder(pointer, owned=True)
        if not self._has(holder, key):
            self._fail(pointer, "there is nothing to be replaced")
        holder[key] = thaw(value)

    def remove(self, pointer: str) -> Any:
        holder, key = self.holder(pointer, owned=True)
        if not self._has(holder, key):
            self._fail(pointer, "there is nothing to be removed")
        return holder.pop(key)

    def add(self, pointer: str, value: Any) -> None:
        holder, key = self.holder(pointer, owned=True)
        if not isinstance(holder, dict):
            self._fail(pointer, "there is no object to which a key could be added")
        if key in holder or key not in _HEAD:
            holder[key] = thaw(value)
            return
        before = {one: holder[one] for one in holder if one in _HEAD[: _HEAD.index(key)]}
        rest = {one: item for one, item in holder.items() if one not in before}
        if list(holder)[: len(before)] != list(before):
            before, rest = {}, dict(holder)  # The head is somewhere else: do not touch it.
        holder.clear()
        holder.update({**before, key: thaw(value), **rest})


def apply_operations(
    document: Any, operations: Iterable[Mapping[str, Any]], name: str | None = None
) -> Any:
    """Apply the operations of a JSON Patch (RFC 6902) to a parsed document.

    Args:
        document: The document; it is not changed.
        operations: Any of `test`, `add` (of a key), `replace`, `remove` and `move`.
        name: The address of the document, for the error.

    Returns:
        The new document, which shares with the old one what did not change. Cost:
        O(what is on the way to the changes).

    Raises:
        InvalidEditError: The document is not what the operations were made for.

    Examples:
        >>> operations = [{"op": "add", "path": "/id", "value": "plate"}]
        >>> apply_operations({"type": "collection", "name": "Plate"}, operations)
        {'type': 'collection', 'id': 'plate', 'name': 'Plate'}
    """
    patched = _Patched(document, name)
    for operation in operations:
        op, path = operation.get("op"), operation.get("path")
        if not isinstance(path, str):
            raise InvalidEditError(f"the operation {op!r} has no `path`; expected a JSON Pointer")
        if op == "test":
            patched.test(path, operation["value"])
        elif op == "replace":
            patched.replace(path, operation["value"])
        elif op == "add":
            patched.add(path, operation["value"])
        elif op == "remove":
            patched.remove(path)
        elif op == "move":
            patched.add(path, patched.remove(operation["from"]))
        else:
            raise InvalidEditError(f"there is no operation {op!r} in the patches of fixes")
    return patched.document


def value_at(document: Any, pointer: str | Pointer, default: Any = None) -> Any:
    """What is at a place of a document, a default where there is nothing."""
    value = document
    for part in parts_of(pointer) if isinstance(pointer, str) else pointer:
        if isinstance(value, list):
            at = int(part) if str(part).isdigit() else -1
            if not 0 <= at < len(value):
                return default
            value = value[at]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return default
    return value
