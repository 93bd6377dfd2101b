"""Values that a caller gives: copied where they must be, and checked to be JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ngio_collections._frozen import JsonArray, JsonObject

__all__ = ["NotPlainError", "is_plain", "plain_json"]

_SCALARS: Final = frozenset({str, int, float, bool, type(None)})


class _Left:
    """A mark that a container has been left."""


_LEFT: Final = _Left()


class NotPlainError(ValueError):
    """A value is no JSON; the message says why, as the rest of a sentence."""


def is_plain(value: Any) -> bool:
    """Whether a value is made of dictionaries, lists and finite scalars alone.

    A look without a copy. Cost: O(size).
    """
    # Containers go on the stack twice: to be looked into, and behind what is in them, so
    # that a value that holds itself is met while it is still open.
    stack: list[Any] = [value]
    closing: list[int] = []
    inside: set[int] = set()
    while stack:
        item = stack.pop()
        kind = type(item)
        if kind is _Left:
            inside.discard(closing.pop())
            continue
        if kind is dict or kind is list:
            if id(item) in inside or (kind is dict and not all(type(k) is str for k in item)):
                return False
            members = item.values() if kind is dict else item
            nested = [m for m in members if type(m) is not str]
            if nested:
                inside.add(id(item))
                closing.append(id(item))
                stack.append(_LEFT)
                stack += nested
        elif kind not in _SCALARS or (kind is float and not math.isfinite(item)):
            return False
    return True


def plain_json(value: Any) -> Any:
    """Copy a value as plain JSON that nobody else holds.

    Args:
        value: JSON, views of it, or models of this library, at any depth.

    Returns:
        Dictionaries, lists and scalars.

    Raises:
        NotPlainError: Something in it is no JSON, or it holds itself.
    """
    if value is None or isinstance(value, (str, bool, int)):
        return value
    made: list[Any] = [None]
    # Entries without a holder mark that a container has been left.
    stack: list[tuple[Any, Any, Any]] = [(value, made, 0)]
    inside: set[int] = set()
    while stack:
        item, holder, key = stack.pop()
        if holder is None:
            inside.discard(key)
            continue
        original = id(item)
        item = _unwrapped(item)
        problem = _problem(item, original, inside)
        if problem:
            raise NotPlainError(problem)
        holder[key] = item
        if isinstance(item, (dict, list)):
            holder[key] = copy = item.copy()
            inside.add(original)
            stack.append((item, None, original))
            stack.extend((v, copy, k) for k, v in _members(item))
    return made[0]


def _unwrapped(item: Any) -> Any:
    """A value behind models, views, tuples and other mappings, as a dictionary or a list."""
    if type(item) in _SCALARS or type(item) is dict or type(item) is list:
        return item
    to_json = getattr(item, "to_json", None)
    if callable(to_json) and not isinstance(item, type):
        return to_json()
    if isinstance(item, (JsonObject, Mapping)):
        return dict(item)
    if isinstance(item, (JsonArray, tuple, list)):
        return list(item)
    return item


def _members(item: Any) -> Iterator[tuple[Any, Any]]:
    return iter(item.items()) if isinstance(item, dict) else enumerate(item)


def _problem(item: Any, original: int, inside: set[int]) -> str:
    """Why a value is no JSON; empty if it is."""
    if isinstance(item, (dict, list)):
        if original in inside:
            return "holds itself"
        if isinstance(item, dict):
            wrong = next((key for key in item if not isinstance(key, str)), None)
            if wrong is not None or None in item:
                return f"has the key {wrong!r:.60}, and keys of JSON are strings"
        return ""
    if isinstance(item, float) and not math.isfinite(item):
        return f"holds {item}, which is no JSON"
    if item is None or isinstance(item, (str, bool, int, float)):
        return ""
    kind = item.__name__ if isinstance(item, type) else type(item).__name__
    return f"holds a {kind}, which is no JSON"
