"""What is wrong with a value that is no JSON, and where in it."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from typing import Any, Final

from ngio_collections._frozen import JsonArray, JsonObject
from ngio_collections._words import show

__all__ = ["behind", "paired", "problem_of"]

_POINTER_SHOWN: Final = 200
"""How much of a JSON Pointer is in a message."""


def behind(value: Any) -> Any:
    """What a read-only view looks at; everything else as it is."""
    return value._json if type(value) in (JsonObject, JsonArray) else value  # noqa: SLF001


def paired(text: str) -> str:
    """A text in which surrogates that make a pair are the character that they stand for."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def problem_of(root: Any) -> str:
    """Look through a value, without recursion, for what is no JSON.

    Args:
        root: The value, as plain JSON or as views of it.

    Returns:
        A sentence about the first thing that is no JSON, with its JSON Pointer; empty if
        all of it is JSON. Cost: O(size).
    """
    path: list[Any] = []
    inside: list[int] = []
    stack: list[Iterator[tuple[Any, Any]]] = [iter([("", root)])]
    around: set[int] = set()
    while stack:
        for key, found in stack[-1]:
            path.append(key)
            item = behind(found)
            problem = _problem(item) if id(item) not in around else "is inside of itself"
            if problem:
                return f"the value at {_pointer(path)!r} {problem}"
            if isinstance(item, (dict, list, tuple)):
                stack.append(iter(item.items() if isinstance(item, dict) else enumerate(item)))
                inside.append(id(item))
                around.add(id(item))
                break
            path.pop()
        else:
            stack.pop()
            if stack:
                around.remove(inside.pop())
                path.pop()
    return ""


def _problem(value: Any) -> str:
    """What is wrong with a value, not with what is in it; empty if nothing is."""
    if isinstance(value, dict):
        return _problem_of_keys(value)
    if isinstance(value, float):
        return "" if math.isfinite(value) else f"is {value}, and JSON has finite numbers only"
    if isinstance(value, int):
        limit = sys.get_int_max_str_digits()
        is_long = limit and value.bit_length() > 3 * limit and abs(value) >= 10**limit
        return f"has more than {limit:,} digits; use a string" if is_long else ""
    is_json = value is None or isinstance(value, (str, list, tuple))
    return "" if is_json else f"is of type {type(value).__name__}, which is no JSON"


def _problem_of_keys(value: dict[Any, Any]) -> str:
    wrong = [key for key in value if not isinstance(key, str)]
    if wrong:
        return f"has a key that is {show(wrong[0])}; keys of JSON are strings"
    if len({paired(key) for key in value}) < len(value):
        return "has a key twice: once as surrogates, once as the character of the pair"
    return ""


def _pointer(path: list[Any]) -> str:
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in path[1:])
    pointer = "".join(f"/{part}" for part in parts)
    return pointer if len(pointer) <= _POINTER_SHOWN else f"{pointer[:_POINTER_SHOWN]}..."
