"""Where in the text of a JSON document a value stands: lines and columns for editors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from ngio_collections._json_deep import DECODER

__all__ = ["Place", "places"]


class Place(NamedTuple):
    """Where a value stands in a text.

    Attributes:
        line: The line, from 1 on; lines end with a line feed.
        column: The first character of the value, from 1 on, in Unicode code points.
        end_column: The column after its last character in that line. Of an array or an object
            that is the column after its opening bracket.
    """

    line: int
    column: int
    end_column: int


class _Wanted:
    """A place that is asked for, or that leads to some."""

    __slots__ = ("inner", "pointer")

    def __init__(self) -> None:
        self.pointer: str | None = None
        self.inner: dict[str, _Wanted] = {}


class _Frame:
    """An array or object that holds places that are asked for."""

    __slots__ = ("left", "position", "wanted")

    def __init__(self, wanted: dict[str, _Wanted], *, is_array: bool) -> None:
        self.wanted = wanted
        self.position = 0 if is_array else -1
        # An object may have a key twice, and the last one counts.
        self.left = len(wanted) if is_array else -1


_STRING: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SPACE: Final = re.compile(r"[ \t\n\r]*+")
_SCALAR: Final = re.compile(r"[^ \t\n\r,\]}]*+")
_BRACKET: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)


def places(data: bytes | str, pointers: Iterable[str]) -> dict[str, Place]:
    r"""Find places of a JSON text.

    Args:
        data: A text that parsers read, as a string or as UTF-8 bytes, with or without a byte
            order mark, which is no character of the first line.
        pointers: JSON Pointers (RFC 6901).

    Returns:
        The place of each pointer that leads to something. A key that an object has twice counts
        the last time, as for parsers. Of what is no JSON, places are missing.
        Cost: O(length of the text and of the pointers), in one pass without recursion, and
        putting the places in order.

    Examples:
        >>> places('{\n  "id": "a b",\n  "nodes": [1, {}]\n}', ["/id", "/none"])
        {'/id': Place(line=2, column=9, end_column=14)}
    """
    text = data.decode("utf-8-sig") if isinstance(data, bytes) else data.removeprefix("\ufeff")
    return _placed(text, _Scanner(text).spans(_tree(pointers)))


def _tree(pointers: Iterable[str]) -> _Wanted:
    """The pointers, those with the same beginning together."""
    root = _Wanted()
    for pointer in pointers:
        wanted = root
        for part in pointer.split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            wanted = wanted.inner.setdefault(key, _Wanted())
        if not pointer or pointer.startswith("/"):
            wanted.pointer = pointer
    return root


class _Scanner:
    """One pass over a text, which steps over everything that is not asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._frames: list[_Frame] = []
        self._spans: dict[str, tuple[int, int]] = {}

    def spans(self, root: _Wanted) -> dict[str, tuple[int, int]]:
        """Where the values begin and end, as offsets in the text."""
        at = self._value(self._skip(0), root)
        while self._frames and 0 <= at < len(self._text):
            frame = self._frames[-1]
            at = self._skip(at)
            mark = self._text[at : at + 1]
            if mark in ("]", "}"):
                self._frames.pop()
                at += 1
            elif mark == ",":
                at += 1
            elif not frame.left:
                at = self._leave(at)
            elif frame.position >= 0:
                wanted = frame.wanted.get(str(frame.position))
                frame.position += 1
                frame.left -= wanted is not None
                at = self._value(at, wanted)
            else:
                at = self._member(at, frame)
        return self._spans

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return at if found is None else found.end()

    def _member(self, at: int, frame: _Frame) -> int:
        """Read a key and its value, or go into that; where what follows is, -1 for nothing."""
        found = _STRING.match(self._text, at)
        if found is None:
            return -1
        key = found[0][1:-1]
        if "\\" in key:
            key = DECODER.raw_decode(found[0])[0]
        at = self._skip(found.end())
        return self._value(self._skip(at + 1), frame.wanted.get(key))

    def _value(self, at: int, wanted: _Wanted | None) -> int:
        """Step over a value, or go into it if there is something in it that is asked for."""
        mark = self._text[at : at + 1]
        if wanted is not None and wanted.inner and mark in ("[", "{"):
            end = at + 1
            self._frames.append(_Frame(wanted.inner, is_array=mark == "["))
        else:
            end = self._end(at, mark)
        if wanted is not None and wanted.pointer is not None:
            self._spans[wanted.pointer] = (at, at + 1 if mark in ("[", "{") else end)
        return end

    def _end(self, at: int, mark: str) -> int:
        """Where a value ends."""
        if mark in ("[", "{"):
            return self._close(at + 1)
        found = (_STRING if mark == '"' else _SCALAR).match(self._text, at)
        return len(self._text) if found is None else found.end()

    def _leave(self, at: int) -> int:
        """Step over the rest of an array."""
        self._frames.pop()
        return self._close(at)

    def _close(self, at: int) -> int:
        """Where the array or object ends that a place is in."""
        depth = 1
        for found in _BRACKET.finditer(self._text, at):
            mark = found[0]
            if mark in ("]", "}"):
                depth -= 1
                if not depth:
                    return found.end()
            elif mark in ("[", "{"):
                depth += 1
        return len(self._text)


def _placed(text: str, spans: dict[str, tuple[int, int]]) -> dict[str, Place]:
    """Offsets as lines and columns; no line feed is counted twice."""
    line, line_start, at = 1, 0, 0
    found: dict[str, Place] = {}
    for pointer, (start, end) in sorted(spans.items(), key=lambda item: item[1]):
        feeds = text.count("\n", at, start)
        if feeds:
            line += feeds
            line_start = text.rfind("\n", at, start) + 1
        at = start
        found[pointer] = Place(line, start - line_start + 1, end - line_start + 1)
    return found
