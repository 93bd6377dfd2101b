"""JSON of any nesting, parsed and written without recursion.

The parsers and writers of the packages recurse and give up at some hundred levels. What is
here is slower and takes over from there. Scalars are read by the scanner of the standard
library, so that numbers and texts are the same values, with the same errors.
"""

from __future__ import annotations

import itertools
import json
import math
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NoReturn

from ngio_collections._contract import Pointer, json_pointer

__all__ = [
    "DECODER",
    "ENCODER",
    "MAX_NESTING",
    "DuplicateKeyError",
    "JsonLossError",
    "JsonSyntaxError",
    "TooDeepError",
    "decoder",
    "may_nest_too_deeply",
    "parse",
    "unique_members",
    "write",
]

MAX_NESTING: Final = 20_000
"""How many levels of arrays and objects are read; no metadata needs a hundredth of it."""

_BATCH: Final = 1 << 16
"""So many small pieces are looked at together: one by one they need much more memory."""


class JsonSyntaxError(ValueError):
    """A text is not JSON; the message says what is wrong and where."""

    @property
    def problem(self) -> str:
        """What is wrong with the text, as the rest of a sentence about it."""
        return f"is not JSON: {self}"


class JsonLossError(JsonSyntaxError):
    """A text is JSON that cannot be kept as it is; the message is the rest of a sentence."""

    @property
    def problem(self) -> str:
        """What is wrong with the text, as the rest of a sentence about it."""
        return str(self)


class DuplicateKeyError(JsonLossError):
    """An object has a key more than once, of which only one value could be kept.

    Args:
        places: Where such keys are, if that is known.
        more: Whether there may be others.
    """

    def __init__(self, places: Sequence[Pointer] = (), *, more: bool = False) -> None:
        self.places = tuple(places)
        shown = ", ".join(map(json_pointer, places)) + (", ..." if more else "")
        where = f" ({shown:.400})" if places else ""
        super().__init__(
            f"has a key twice in one object{where}, of which only one value could be kept; "
            "remove the other"
        )


class TooDeepError(Exception):
    """A value is nested more deeply than it is to be laid out."""


def _refuse(constant: str) -> NoReturn:
    raise JsonSyntaxError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise JsonSyntaxError(f"the number {text:.40} is larger than any that can be kept")
    return value


def unique_members(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object that has these members.

    Raises:
        DuplicateKeyError: Two of them have one key.
    """
    made = dict(members)
    if len(made) < len(members):
        raise DuplicateKeyError
    return made


def decoder(on_object: Callable[[list[tuple[str, Any]]], Any] | None = None) -> json.JSONDecoder:
    """The parser of the standard library, as strict as we are.

    Args:
        on_object: What is called with the members of each object, and gives its value.
    """
    return json.JSONDecoder(
        parse_constant=_refuse, parse_float=_finite, object_pairs_hook=on_object
    )


DECODER: Final = decoder()
ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


# -- reading ---------------------------------------------------------------------

_SPACE: Final = re.compile(r"[ \t\n\r]*+")
_DIGITS: Final = re.compile("-?([0-9]++)")


def parse(text: str, on_twice: Callable[[Pointer], None]) -> Any:
    """Parse JSON without recursion.

    Args:
        text: The text, without a byte order mark.
        on_twice: What is called with the place of each key that its object has already; the
            last one counts.

    Returns:
        Dictionaries, lists and scalars: the same as those of the standard library.
        Cost: O(length), some ten times that of the standard library.

    Raises:
        json.JSONDecodeError: The text is not JSON.
        JsonSyntaxError: It holds `NaN`, a number beyond all floats, or more than
            `MAX_NESTING` levels, which is noticed at the first level too many.
        JsonLossError: It holds an integer of more digits than Python reads.
    """
    return _Reader(text, on_twice).read()


class _Reader:
    """One pass over a text.

    Args:
        text: The text.
        on_twice: As in `parse`.
    """

    def __init__(self, text: str, on_twice: Callable[[Pointer], None]) -> None:
        self._text = text
        self._on_twice = on_twice
        self._keys: dict[str, str] = {}  # Equal keys are one object, as in other parsers.
        self._around: list[tuple[Any, str]] = []  # What is open, and the key that is open in it.
        self._container: Any = []
        self._key = ""

    def read(self) -> Any:
        """The value of the text."""
        root = self._container
        at = self._skip(0)
        while at >= 0:
            mark = self._text[at : at + 1]
            if mark in ("{", "["):
                at = self._open({} if mark == "{" else [], at)
            else:
                value, at = self._scalar(at)
                self._put(value)
                at = self._after(at)
        return root[0]

    def _scalar(self, at: int) -> tuple[Any, int]:
        """The number, text or word that is here, and where it ends."""
        try:
            value, end = DECODER.raw_decode(self._text, at)
        except (json.JSONDecodeError, JsonSyntaxError):
            raise
        except ValueError as error:
            digits = _DIGITS.match(self._text, at)
            if digits is None:
                raise
            count = digits.end() - digits.start(1)
            raise JsonLossError(
                f"holds an integer of {count:,} digits at {self._here(at)}; "
                f"integers of at most {sys.get_int_max_str_digits():,} digits are read"
            ) from error
        return value, end

    def _here(self, at: int) -> str:
        """A place in the text, for an error."""
        error = json.JSONDecodeError("", self._text, at)
        inside = len(self._container) if isinstance(self._container, list) else self._key
        pointer = json_pointer((*self._path(), inside)) if self._around else "the root"
        return f"{pointer} (line {error.lineno}, column {error.colno})"

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return at if found is None else found.end()

    def _put(self, value: Any) -> None:
        if isinstance(self._container, list):
            self._container.append(value)
            return
        if self._key in self._container:
            self._on_twice((*self._path(), self._key))
        self._container[self._key] = value

    def _path(self) -> Iterator[str | int]:
        for container, key in self._around[1:]:
            yield len(container) - 1 if isinstance(container, list) else key

    def _open(self, made: Any, at: int) -> int:
        """Enter an array or object; where its first value is, or the next one behind it."""
        if len(self._around) == MAX_NESTING:
            error = json.JSONDecodeError("", self._text, at)
            raise JsonSyntaxError(
                f"nested more than {MAX_NESTING:,} levels deep "
                f"at line {error.lineno}, column {error.colno}"
            )
        self._put(made)
        self._around.append((self._container, self._key))
        self._container = made
        at = self._skip(at + 1)
        if self._text[at : at + 1] == ("]" if isinstance(made, list) else "}"):
            return self._after(at)
        return at if isinstance(made, list) else self._member(at)

    def _member(self, at: int) -> int:
        """Read a key and its colon; where its value is."""
        if self._text[at : at + 1] != '"':
            what = "Expecting property name enclosed in double quotes"
            raise json.JSONDecodeError(what, self._text, at)
        key, at = DECODER.raw_decode(self._text, at)
        self._key = self._keys.setdefault(key, key)
        at = self._skip(at)
        if self._text[at : at + 1] != ":":
            raise json.JSONDecodeError("Expecting ':' delimiter", self._text, at)
        return self._skip(at + 1)

    def _after(self, at: int) -> int:
        """Leave what ends here; where the next value is, -1 at the end of the text."""
        while self._around:
            at = self._skip(at)
            mark = self._text[at : at + 1]
            is_list = isinstance(self._container, list)
            if mark == ",":
                at = self._skip(at + 1)
                return at if is_list else self._member(at)
            if mark != ("]" if is_list else "}"):
                raise json.JSONDecodeError("Expecting ',' delimiter", self._text, at)
            self._container, self._key = self._around.pop()
            at += 1
        at = self._skip(at)
        if at < len(self._text):
            raise json.JSONDecodeError("Extra data", self._text, at)
        return -1


_NO_BRACKET: Final = bytes(set(range(256)) - set(b'"\\[]{}'))
_ESCAPE: Final = re.compile(rb"\\.", re.DOTALL)
_STEPS: Final = [1 if mark in b"[{" else -1 for mark in range(256)]


def may_nest_too_deeply(data: bytes) -> bool:
    """Whether a text can have more than `MAX_NESTING` levels.

    Never wrong for JSON that has more; a text that is no JSON may be suspected without need.
    Cost: a small part of that of parsing; next to nothing below 40 kB.
    """
    if len(data) <= 2 * MAX_NESTING or data.count(b"[") + data.count(b"{") <= MAX_NESTING:
        return False
    if b"\\" in data:
        data = _ESCAPE.sub(b"", data)
    # The quotation marks that are left tell what is a text and what is not, also when a pair
    # of adjacent ones is taken away; brackets in texts are rare.
    marks = data.translate(None, _NO_BRACKET).replace(b'""', b"")
    brackets = b"".join(marks.split(b'"')[::2])
    # What is empty adds a level at most.
    brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    level = 0
    for start in range(0, len(brackets), _BATCH):
        steps = map(_STEPS.__getitem__, brackets[start : start + _BATCH])
        levels = list(itertools.accumulate(steps, initial=level))
        if max(levels) + 2 > MAX_NESTING:
            return True
        level = levels[-1]
    return False


# -- writing ---------------------------------------------------------------------


def write(value: Any, unit: str | None = None, levels: int | None = None) -> str:
    """Write JSON without recursion.

    Args:
        value: Plain JSON.
        unit: What a level is indented with; None for a text without line feeds and spaces.
        levels: How many levels may be written; None for any number.

    Returns:
        The text, as the standard library writes it. Cost: O(length).

    Raises:
        TooDeepError: The value has more levels.
        TypeError, ValueError: The value is no JSON.
    """
    pieces = _Writer(unit, levels).pieces(value)
    batches = iter(lambda: "".join(itertools.islice(pieces, _BATCH)), "")
    return "".join(batches)


class _Writer:
    """How values are laid out; the arguments are those of `write`."""

    def __init__(self, unit: str | None, levels: int | None) -> None:
        self._unit = unit
        self._levels = levels
        self._colon = ":" if unit is None else ": "

    def pieces(self, root: Any) -> Iterator[str]:
        """The text of a value; no piece is empty."""
        stack: list[Iterator[tuple[str, Any]]] = [iter([("", root)])]
        inside: list[tuple[str, int]] = []
        around: set[int] = set()
        while stack:
            for before, item in stack[-1]:
                if isinstance(item, (dict, list, tuple)):
                    if id(item) in around:
                        raise ValueError("a value is inside of itself")
                    first, comma, last = self._marks(len(stack))
                    members = (
                        self._members(item, first, comma)
                        if isinstance(item, dict)
                        else _items(item, first, comma)
                    )
                    opening, closing = "{}" if isinstance(item, dict) else "[]"
                    yield before + opening
                    inside.append((last + closing if item else closing, id(item)))
                    around.add(id(item))
                    stack.append(members)
                    break
                yield before + _scalar(item)
            else:
                stack.pop()
                if inside:
                    closing, left = inside.pop()
                    around.discard(left)
                    yield closing

    def _marks(self, level: int) -> tuple[str, str, str]:
        """What is before the first member, between two, and before the closing bracket."""
        if self._levels is not None and level > self._levels:
            raise TooDeepError
        if self._unit is None:
            return "", ",", ""
        line = "\n" + self._unit * level
        return line, "," + line, "\n" + self._unit * (level - 1)

    def _members(self, value: dict[str, Any], first: str, comma: str) -> Iterator[tuple[str, Any]]:
        before = first
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError("a key is no string")
            yield before + ENCODER.encode(key) + self._colon, item
            before = comma


def _items(value: list[Any] | tuple[Any, ...], first: str, comma: str) -> Iterator[tuple[str, Any]]:
    before = first
    for item in value:
        yield before, item
        before = comma


def _scalar(value: Any) -> str:
    """The text of a scalar, as the standard library writes it."""
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if type(value) is int:
        return int.__repr__(value)
    if type(value) is float and math.isfinite(value):
        return float.__repr__(value)
    return ENCODER.encode(value)
