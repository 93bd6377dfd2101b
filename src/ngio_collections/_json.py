"""The one place where JSON is parsed and written; orjson is used where it is installed.

All backends give the same values: integers of any size stay integers, what is not JSON
(`NaN`, `Infinity`) or would lose a part (a key that an object has twice) is refused, and
nesting is limited by `MAX_NESTING` alone. Whatever is read can be written.
"""

from __future__ import annotations

import importlib
import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Self

from ngio_collections._contract import Pointer
from ngio_collections._json_deep import (
    ENCODER,
    MAX_NESTING,
    DuplicateKeyError,
    JsonLossError,
    JsonSyntaxError,
    TooDeepError,
    decoder,
    may_nest_too_deeply,
    parse,
    unique_members,
    write,
)
from ngio_collections._json_problem import problem_of

__all__ = [
    "COMPACT",
    "MAX_NESTING",
    "DuplicateKeyError",
    "JsonLossError",
    "JsonSyntaxError",
    "JsonValueError",
    "Layout",
    "dumps_bytes",
    "dumps_parsed",
    "loads",
    "unique_members",
]


class JsonValueError(ValueError):
    """A value cannot be written as JSON; the message says what is wrong and where."""


def _backend() -> Any:
    try:
        return importlib.import_module("orjson")
    except ImportError:
        return None


_ORJSON: Final = _backend()


# -- reading ---------------------------------------------------------------------

# orjson turns integers beyond 64 bits into floats; such documents go to the standard library.
# Searching for zeros is ten times as fast as a regular expression for digits.
_DIGITS_TO_ZEROS: Final = bytes.maketrans(b"123456789", b"000000000")
_LONG_INTEGER: Final = b"0" * 19
_SAMPLE: Final = b"0" * (19 // 4)
_CONSTANT: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|(NaN|-?Infinity)')
"""A text, in which a constant would be none, or a constant that is not JSON."""
_COLON: Final = re.compile(rb"\\u003[aA]")
_TWICE_SHOWN: Final = 10
_DECODER: Final = decoder(unique_members)
_PIECE: Final = 1 << 17
"""So many bytes stay in the cache of the processor between the two steps."""


def loads(data: bytes | str, *, is_checked: bool = True) -> Any:
    r"""Parse JSON.

    Args:
        data: The text, as a string or as UTF-8 bytes, with or without a byte order mark.
        is_checked: Whether keys that an object has twice are looked for, where that is not done
            by the way.

    Returns:
        Dictionaries, lists and scalars. Cost: O(length); what is nested beyond the reach of
        orjson and the standard library (some 1,000 levels) takes ten times as long.

    Raises:
        JsonSyntaxError: The text is not JSON, or has more than `MAX_NESTING` levels.
        JsonLossError: It is JSON that cannot be kept as it is: an object has a key twice
            (`"a"` and `"\u0061"` are the same), or an integer more digits than Python reads.

    Examples:
        >>> loads(b'{"nodes": [{"id": "a", "name": "x"}]}')
        {'nodes': [{'id': 'a', 'name': 'x'}]}
    """
    if _ORJSON is not None:
        raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        try:
            value = _ORJSON.loads(raw)
            if is_checked and _is_all(raw, _ORJSON.dumps(value)):
                return value
            if not is_checked and not _may_hold_long_integers(raw):
                return value
        except TypeError:
            pass  # It is nested more deeply than orjson writes.
        except _ORJSON.JSONDecodeError:
            pass
    # It decides what cannot be decided here, and words the errors.
    return _stdlib_loads(data)


def _is_all(raw: bytes, text: bytes) -> bool:
    """Whether nothing was lost when a text was parsed by orjson, told by what orjson writes.

    Of keys that an object has twice the parser drops all but the last, and it makes floats of
    integers beyond 64 bits. Each member of an object takes a colon outside of texts, and those
    in texts are the same in both, if none is escaped. So a key that was dropped is a colon less.
    """
    if raw.startswith(text):
        return True  # As it is in what was written without spaces.
    if b"\\u003" in raw and _COLON.search(raw):
        return False
    return raw.count(b":") == text.count(b":") and not _may_hold_long_integers(raw)


def _may_hold_long_integers(raw: bytes) -> bool:
    if len(raw) <= _PIECE:
        return _LONG_INTEGER in raw.translate(_DIGITS_TO_ZEROS)
    for start in range(0, len(raw), _PIECE):
        piece = slice(start, start + _PIECE + len(_LONG_INTEGER) - 1)
        # Of so many digits in a row, four are where every fourth byte is looked at.
        sample = raw[piece.start : piece.stop : 4].translate(_DIGITS_TO_ZEROS)
        if _SAMPLE in sample and _LONG_INTEGER in raw[piece].translate(_DIGITS_TO_ZEROS):
            return True
    return False


def _stdlib_loads(data: bytes | str) -> Any:
    text = _text(data)
    # Newer Pythons read more levels than are allowed.
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if not may_nest_too_deeply(raw):
        try:
            return _DECODER.decode(text)
        except json.JSONDecodeError as error:
            raise _worded(error) from error
        except DuplicateKeyError:
            pass
        except JsonSyntaxError as error:
            raise JsonSyntaxError(f"{error}{_place_of_constant(text, str(error))}") from None
        except (ValueError, RecursionError):  # Python has a limit for integers.
            pass
    return _slowly(text)


def _worded(error: json.JSONDecodeError) -> JsonSyntaxError:
    if not error.doc.strip():
        return JsonSyntaxError("there is nothing in it")
    problem = error.msg.removesuffix(" at")
    return JsonSyntaxError(f"{problem} at line {error.lineno}, column {error.colno}")


def _place_of_constant(text: str, problem: str) -> str:
    """Where the constant of an error is, that the standard library does not say."""
    for found in _CONSTANT.finditer(text):
        if found[1] is not None and problem.startswith(f"{found[1]} "):
            line = text.count("\n", 0, found.start()) + 1
            column = found.start() - text.rfind("\n", 0, found.start())
            return f" at line {line}, column {column}"
    return ""


def _slowly(text: str) -> Any:
    """What a text says, by the parser that knows where it is in the text."""
    twice: list[Pointer] = []

    def note(place: Pointer) -> None:
        if place not in twice:
            twice.append(place)
        if len(twice) > _TWICE_SHOWN:
            raise DuplicateKeyError(twice[:_TWICE_SHOWN], more=True)

    try:
        value = parse(text, note)
    except json.JSONDecodeError as error:
        raise _worded(error) from error
    if twice:
        raise DuplicateKeyError(twice)
    return value


def _text(data: bytes | str) -> str:
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise JsonSyntaxError(f"not UTF-8 at byte {error.start}") from error


# -- writing ---------------------------------------------------------------------

_WIDEST: Final = 8
"""A line that begins further to the right says nothing about the indentation."""
_HEAD: Final = 4096
"""So many bytes are enough to see how a text is laid out."""
_FIRST_LINE: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?[ \t\r\n]*+[\[{]([ \t\r\n]*+)[^ \t\r\n\]}]",
)
_LEVELS_LAID_OUT: Final = 254
"""As many as orjson writes. Deeper values are written compact: the white space would grow
with the square of the depth."""


@dataclass(frozen=True, slots=True)
class Layout:
    r"""How a JSON text is laid out.

    Attributes:
        indent: What a level is indented with: a number of spaces, or a text of spaces and
            tabs. None for a text on one line without white space.
        newline_at_end: Whether the text ends with a line end.
        line_end: What ends a line: `"\n"` or `"\r\n"`.
    """

    indent: int | str | None = None
    newline_at_end: bool = False
    line_end: str = "\n"

    def __post_init__(self) -> None:
        if self.unit is not None and self.unit.strip(" \t"):
            raise ValueError(f"the indent {self.indent!r} is not made of spaces and tabs")
        if isinstance(self.indent, int) and self.indent < 0:
            raise ValueError(f"the indent {self.indent} is negative")
        if self.line_end not in ("\n", "\r\n"):
            raise ValueError(f"the line end {self.line_end!r} is neither '\\n' nor '\\r\\n'")

    @classmethod
    def of(cls, data: bytes) -> Self:
        r"""Find out how a text is laid out, so that it can be written back alike.

        Only its first line break is looked at, and its end. A byte order mark is no part of
        the layout: JSON must not be written with one (RFC 8259, section 8.1).

        Args:
            data: A JSON text in UTF-8. Cost: O(1).

        Returns:
            The layout; without an indent if the first line break is not where one would be.

        Examples:
            >>> Layout.of(b'{\n    "a": 1\n}\n')
            Layout(indent=4, newline_at_end=True, line_end='\n')
        """
        indent: int | str | None = None
        line_end = "\r\n" if data.endswith(b"\r\n") else "\n"
        found = _FIRST_LINE.match(data[:_HEAD])
        if found is not None and b"\n" in found[1]:
            before, _, unit = found[1].rpartition(b"\n")
            line_end = "\r\n" if before.endswith(b"\r") else "\n"
            white = unit.replace(b"\r", b"").decode()[:_WIDEST]
            indent = white if "\t" in white else len(white)
        return cls(indent, data.endswith(b"\n"), line_end)

    @property
    def unit(self) -> str | None:
        """What a level is indented with, as a text; None for no indentation."""
        return " " * self.indent if isinstance(self.indent, int) else self.indent


COMPACT: Final = Layout()


def dumps_bytes(value: Any, layout: Layout = COMPACT) -> bytes:
    r"""Write JSON in UTF-8.

    The bytes do not depend on what is installed, but for floats: orjson writes 1e16 and
    1e-7 where Python writes 1e+16 and 1e-07. Both read back as the same float. Characters
    beyond ASCII are written as they are. Only surrogates without their pair, which UTF-8
    cannot hold, are escaped (`\ud800`). Two that make a pair read back as the character.

    Args:
        value: Plain JSON: dictionaries with texts as keys, lists and scalars. Anything
            `loads` gives can be written.
        layout: How to lay it out. A value of more than 254 levels is written compact.

    Returns:
        The text. Cost: O(length).

    Raises:
        JsonValueError: The value is no JSON: it holds `NaN` or an infinity, a value of
            another type, an integer of more digits than Python writes, or itself; or it has
            more than `MAX_NESTING` levels.

    Examples:
        >>> dumps_bytes({"a": [1, 2.0]})
        b'{"a":[1,2.0]}'
        >>> dumps_bytes({"a": 1}, Layout(indent=2, newline_at_end=True))
        b'{\n  "a": 1\n}\n'
    """
    unit = layout.unit
    text = None if _ORJSON is None else _orjson_dumps(value, unit)
    if text is None:
        text = _encoded(_stdlib_dumps(value, unit), value)
    if layout.newline_at_end:
        text += b"\n"
    # Inside of strings, line feeds are escaped.
    return text if layout.line_end == "\n" else text.replace(b"\n", b"\r\n")


def dumps_parsed(value: Any) -> bytes | None:
    """Write what was parsed, on one line, if that can be done without a second look at it.

    Args:
        value: What `loads` gave, or dictionaries with texts as keys, lists and texts around it.

    Returns:
        What `dumps_bytes` gives; None if that is not orjson's text.
    """
    if _ORJSON is None:
        return None
    try:
        text: bytes = _ORJSON.dumps(value)
    except TypeError:
        return None
    return text


def _orjson_dumps(value: Any, unit: str | None) -> bytes | None:
    """The text by orjson; None for what it cannot write."""
    # What is no plain JSON is refused by all backends.
    option = (
        _ORJSON.OPT_PASSTHROUGH_SUBCLASS
        | _ORJSON.OPT_PASSTHROUGH_DATETIME
        | _ORJSON.OPT_PASSTHROUGH_DATACLASS
    )
    layout = 0 if unit is None else _ORJSON.OPT_INDENT_2
    try:
        text: bytes = _ORJSON.dumps(value, option=option | layout)
        # It writes null for what is not finite.
        if b"null" in text and not _is_sound(value):
            raise JsonValueError(problem_of(value))
        if unit is None or unit == "  ":
            return text
        if b"  " not in _ORJSON.dumps(value, option=option):
            return text.replace(b"  ", unit.encode())  # All of them are indentation.
    except TypeError:
        return None
    line = [b"\n" + level * unit.encode() for level in range(_LEVELS_LAID_OUT + 2)]
    return re.sub(rb"\n[ ]++", lambda found: line[(found.end() - found.start()) // 2], text)


_LOOKED_AT: Final = frozenset({dict, list, tuple, float})
_TEXT: Final = frozenset({str})


def _is_sound(value: Any) -> bool:
    """Whether all floats are finite and all keys are texts, in a value that an encoder took."""
    stack: list[Iterable[Any]] = [[value]]
    while stack:
        for item in stack.pop():
            kind = type(item)
            if kind is float:
                if not math.isfinite(item):
                    return False
            elif kind in _LOOKED_AT:
                members = item
                if kind is dict:
                    if not (_TEXT.issuperset(map(type, item)) or _has_text_keys(item)):
                        return False
                    members = item.values()
                if not _LOOKED_AT.isdisjoint(map(type, members)):
                    stack.append(members)
    return True


def _has_text_keys(value: dict[Any, Any]) -> bool:
    return all(isinstance(key, str) for key in value)


def _stdlib_dumps(value: Any, unit: str | None) -> str:
    """The text without orjson, surrogates as they are."""
    try:
        if unit is not None:
            try:
                return write(value, unit, _LEVELS_LAID_OUT)
            except TooDeepError:
                pass
        try:
            text = ENCODER.encode(value)
        except RecursionError:
            return write(value, None, MAX_NESTING)
    except TooDeepError:
        raise JsonValueError(
            f"is nested more than {MAX_NESTING:,} levels deep, and could not be read again"
        ) from None
    except (TypeError, ValueError) as error:
        raise JsonValueError(problem_of(value) or str(error)) from error
    if not _is_sound(value):  # A key such as 1 or None is written as a text.
        raise JsonValueError(problem_of(value))
    return text


_PAIR: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def _encoded(text: str, value: Any) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        # Keys that differ in this alone would become the same.
        problem = problem_of(value) if _PAIR.search(text) else ""
        if problem:
            raise JsonValueError(problem) from None
        return text.encode("utf-8", "backslashreplace")
