"""JSON on standard output, for programs."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import Any, Final

from ngio_collections._json import dumps_bytes

__all__ = ["ArrayOutput", "print_array", "print_json"]

_NOT_PLAIN: Final = re.compile(r"[^\x20-\x7e]")


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2))


def _text(value: Any) -> str:
    """A value in one line of ASCII, which every terminal and every encoding can carry.

    Unlike `json.dumps` it writes what is nested however deeply.
    """
    return _NOT_PLAIN.sub(_escaped, dumps_bytes(value).decode("utf-8", "surrogatepass"))


def print_json(value: Any) -> None:
    """Print a value in one line."""
    sys.stdout.write(_text(value) + "\n")


class ArrayOutput:
    """Prints values as a JSON array, one in each line, as they come."""

    def __init__(self) -> None:
        self._lead = "[\n"

    def add(self, value: Any) -> None:
        """Print one more value."""
        sys.stdout.write(self._lead + _text(value))
        self._lead = ",\n"

    def end(self) -> None:
        """Print the end of the array."""
        sys.stdout.write("[]\n" if self._lead == "[\n" else "\n]\n")


def print_array(values: Iterable[Any]) -> None:
    """Print values as a JSON array, one in each line, as they come."""
    array = ArrayOutput()
    for value in values:
        array.add(value)
    array.end()
