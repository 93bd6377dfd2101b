"""The fingerprint of a node or of any JSON: the same however the content is written."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Iterator
from operator import itemgetter
from typing import Any, Final

from ngio_collections._frozen import JsonArray, JsonObject
from ngio_collections._json_problem import behind, paired, problem_of
from ngio_collections.errors import NotJsonError
from ngio_collections.graph._node import Node

__all__ = ["fingerprint"]

_PREFIX: Final = "blake2b-1:"
"""The hash function and the version of the canonical text."""

_BATCH: Final = 32
"""Longer arrays are written in batches of so many items, so that no large text is held."""
_LEVELS: Final = 4
"""How many levels of arrays and objects are taken apart for that."""


def fingerprint(value: Any) -> str:
    """Compute the fingerprint of a node with everything below it, or of any JSON.

    Two values have the same fingerprint if they are the same JSON, and only then:

    - The order of keys, white space, escapes and the encoding of the text do not matter.
    - Numbers count by their value, as in JSON Schema: 1, 1.0 and 1e0 are the same, and so
      are 0 and -0.0, since writers differ in how they put them. Integers are exact,
      however long. What was parsed to a float counts as the shortest decimal number that
      reads as that float, which is what writers put: 1e23 is the same as 10 to the 23rd.
    - The order of arrays matters, and so does every difference of kind (1, true and "1";
      null and an absent key) and of code points in a text.

    What is hashed is the canonical text: JSON in UTF-8 without white space, keys sorted by
    code point, nothing escaped but the quotation mark, the backslash and control characters
    (as `json.dumps` does), whole numbers as all their digits, other numbers as `repr` of the
    float. A surrogate without its pair, which UTF-8 cannot hold, is encoded as if it could.

    Args:
        value: A node; or bytes, which are parsed as a JSON text; or a JSON value, where a
            `str` is a JSON string and not a text to parse. A node, its `to_json()` and the
            text of that have the same fingerprint; the document around it has another.

    Returns:
        `blake2b-1:`, where 1 is the version of the canonical text, and 64 hexadecimal
        digits. Cost: O(size); the memory for it does not grow with the length of arrays.

    Raises:
        NotJsonError: It is no JSON: bytes that cannot be parsed, a number that is not
            finite, a key that is no string, a value of another type or inside of itself.

    Examples:
        >>> fingerprint({"b": 1.0, "a": []}) == fingerprint(b'{"a": [], "b": 1}')
        True
        >>> fingerprint([1, 2]) == fingerprint([2, 1])
        False
    """
    if isinstance(value, Node):
        text = _CanonicalText(value.exported())
    elif isinstance(value, (bytes, bytearray, memoryview)):
        text = _CanonicalText(_parsed(bytes(value)))
    else:
        text = _CanonicalText(behind(value), is_parsed=False)
    digest = hashlib.blake2b(digest_size=32)
    for piece in text.pieces():
        digest.update(piece)
    return _PREFIX + digest.hexdigest()


def _parsed(data: bytes) -> Any:
    from ngio_collections import _json  # noqa: PLC0415  The graph itself parses nothing.

    try:
        return _json.loads(data)
    except _json.JsonSyntaxError as error:
        raise NotJsonError(f"what is to be fingerprinted {error.problem}") from error


# By exclusion: asking an abstract class, as the views are, is slow for every scalar.
_SCALARS: Final = (str, int, float, type(None))


class _CanonicalText:
    """The canonical text of a value, in pieces.

    Args:
        root: The value.
        is_parsed: Whether a parser gave it, so that all keys are strings.
    """

    def __init__(self, root: Any, *, is_parsed: bool = True) -> None:
        self._root = root
        self._is_parsed = is_parsed

    def pieces(self) -> Iterator[bytes]:
        """The text, from its beginning to its end."""
        yield from self._pieces(self._root, _LEVELS)
        # The encoder writes a key such as 1 or None as a string. This comes last because
        # by now it is known that nothing is inside of itself.
        if not (self._is_parsed or _has_only_string_keys(self._root)):
            _require_json(self._root)

    def _pieces(self, value: Any, levels: int) -> Iterator[bytes]:
        value = behind(value)
        if levels and isinstance(value, dict) and len(value) <= _BATCH:
            yield from self._object(value, levels)
        elif levels and isinstance(value, (list, tuple)):
            yield from self._array(value, levels)
        else:
            yield self._text(value)

    def _object(self, value: dict[str, Any], levels: int) -> Iterator[bytes]:
        if not all(isinstance(key, str) for key in value):
            self._check(value)
        members = _members(value)
        if any(one[0] == other[0] for one, other in itertools.pairwise(members)):
            self._check(value)
        before = b"{"
        for key, item in members:
            yield before + self._text(key) + b":"
            yield from self._pieces(item, levels - 1)
            before = b","
        yield b"}" if members else b"{}"

    def _array(self, value: list[Any] | tuple[Any, ...], levels: int) -> Iterator[bytes]:
        before = b"["
        if len(value) <= _BATCH:
            for item in value:
                yield before
                yield from self._pieces(item, levels - 1)
                before = b","
        else:
            for start in range(0, len(value), _BATCH):
                yield before
                yield self._text(value[start : start + _BATCH])[1:-1]
                before = b","
        yield b"]" if value else b"[]"

    def _text(self, value: Any) -> bytes:
        text = _encoded(value)
        if text is None:
            self._check(value)
            text = "".join(_written(value)).encode("utf-8", "surrogatepass")
        return text

    def _check(self, value: Any) -> None:
        """Refuse a part that is no JSON; the message has its place in the whole."""
        try:
            _require_json(value)
        except NotJsonError:
            _require_json(self._root)
            raise


# -- the fast way: the encoder of the standard library, which is recursive -------


def _default(value: Any) -> Any:
    """What the encoder writes in the place of a value that it does not know."""
    if type(value) in (JsonObject, JsonArray):
        return value._json
    raise TypeError(type(value).__name__)


_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False,
    check_circular=False,
    allow_nan=False,
    sort_keys=True,
    separators=(",\n", ":"),
    default=_default,
)

# The line feed after each comma tells numbers from what looks like one inside of a string:
# only after a number come closing brackets and then a comma with a line feed, or the end,
# and no quotation mark before that. Strings hold no line feed, as it is escaped in them.
_END: Final = r"(?=[\]}]*+(?:,\n|\Z))"
_MINUS_ZERO: Final = re.compile(r"-0\.0" + _END)
_POINT_ZERO: Final = re.compile(r"\.0" + _END)
_LARGE: Final = re.compile(r"-?[0-9][0-9.]*+e\+[0-9]++" + _END)


def _encoded(value: Any) -> bytes | None:
    """The canonical text of a value, None if it has to be written the slow way."""
    try:
        text = _ENCODER.encode(value)
        if ".0" in text:
            text = _POINT_ZERO.sub("", _MINUS_ZERO.sub("0", text) if "-0.0" in text else text)
        if "e+" in text:
            text = _LARGE.sub(lambda found: _all_digits(found[0]), text)
        return text.replace(",\n", ",").encode()
    except (RecursionError, TypeError, ValueError):  # A surrogate is a ValueError.
        return None


def _all_digits(number: str) -> str:
    """A whole number without its exponent."""
    mantissa, _, exponent = number.partition("e")
    whole, _, fraction = mantissa.partition(".")
    return whole + fraction.ljust(int(exponent), "0")


def _has_only_string_keys(value: Any) -> bool:
    """Whether all keys are strings, in a value that is not inside of itself."""
    stack = [value]
    while stack:
        container = behind(stack.pop())
        if isinstance(container, dict):
            if not all(isinstance(key, str) for key in container):
                return False
            stack.extend(item for item in container.values() if not isinstance(item, _SCALARS))
        elif isinstance(container, (list, tuple)):
            stack.extend(item for item in container if not isinstance(item, _SCALARS))
    return True


# -- the slow way, for what is nested too deeply or holds surrogates -------------


def _members(value: dict[str, Any]) -> list[tuple[str, Any]]:
    """The members of an object in the order of their keys."""
    return sorted(((paired(key), item) for key, item in value.items()), key=itemgetter(0))


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _ENCODER.encode(paired(value))
    if isinstance(value, float):
        text = float.__repr__(value)
        return _all_digits(text) if "e+" in text else text.removesuffix(".0") if value else "0"
    return _ENCODER.encode(value)


def _written(value: Any) -> Iterator[str]:
    """The canonical text of a value that was checked, without recursion."""
    closing: list[str] = []
    stack: list[Iterator[tuple[str, Any]]] = [iter([("", value)])]
    while stack:
        for before, found in stack[-1]:
            yield before
            item = behind(found)
            if isinstance(item, dict):
                yield "{"
                stack.append(_after_commas((_scalar(k) + ":", v) for k, v in _members(item)))
                closing.append("}")
                break
            if isinstance(item, (list, tuple)):
                yield "["
                stack.append(_after_commas(("", v) for v in item))
                closing.append("]")
                break
            yield _scalar(item)
        else:
            stack.pop()
            if closing:
                yield closing.pop()


def _after_commas(items: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    comma = ""
    for before, item in items:
        yield comma + before, item
        comma = ","


def _require_json(root: Any) -> None:
    """Look through a value, without recursion.

    Raises:
        NotJsonError: It is no JSON.
    """
    problem = problem_of(root)
    if problem:
        raise NotJsonError(problem)
