"""Words for JSON values, as messages need them: short, and safe whatever a document holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final

__all__ = ["listing", "named", "number", "one_line", "show", "without_user"]

_LONGEST: Final = 60
_MOST: Final = 5


# Lone surrogates are legal in JSON texts, and in no encoding that a terminal has; the others
# move the cursor, change colours, or turn the direction in which a line is read.
_UNSAFE: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_BREAK: Final = re.compile(r"\s*[\t-\r\x85\u2028\u2029]\s*")


def _clip(text: str, longest: int = _LONGEST) -> str:
    # First the length: what is cut off need not be looked at.
    text = _UNSAFE.sub(lambda match: ascii(match[0])[1:-1], text[: longest + 1])
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


_USER: Final = re.compile(r"(?<=://)[^\s/?#\"<>\\]*@")


def without_user(text: str) -> str:
    """A text for people, in whose addresses are no names and passwords.

    Examples:
        >>> without_user("https://me:secret@lab.example/a@b.json: there is no such document")
        'https://lab.example/a@b.json: there is no such document'
    """
    return _USER.sub("", text) if "@" in text else text


def one_line(text: str, longest: int) -> str:
    r"""What somebody says as one line of bounded length, without what a terminal would obey.

    Examples:
        >>> one_line("no such thing:\n  colour", 60)
        'no such thing: colour'
    """
    return _clip(_BREAK.sub(" ", text[: longest + 1]), longest)


def number(value: float) -> str:
    """A number, clipped; Python refuses to spell out integers of thousands of digits."""
    if isinstance(value, int) and value.bit_length() > 200:
        return f"of about {round(value.bit_length() * 0.30103)} digits"
    return _clip(repr(value))


def show(value: Any) -> str:
    """Say what a JSON value is.

    Examples:
        >>> show("a b"), show(True), show([1, 2]), show({"x": 1})
        ('the string "a b"', 'true', 'an array of 2 items', 'an object with the key `x`')
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return (
            f"the string {_clip(json.dumps(value, ensure_ascii=False))}"
            if value
            else "an empty string"
        )
    if isinstance(value, (int, float)):
        return f"the number {number(value)}"
    if isinstance(value, (list, tuple)):
        return {0: "an empty array", 1: "an array of 1 item"}.get(
            len(value), f"an array of {len(value)} items"
        )
    if isinstance(value, dict):
        if not value:
            return "an empty object"
        return f"an object with the key{'s' if len(value) > 1 else ''} {listing(value)}"
    return f"a Python {type(value).__name__}"


def named(text: str) -> str:
    """A string from a document in backquotes, clipped, for the middle of a sentence."""
    return f"`{_clip(json.dumps(text, ensure_ascii=False)[1:-1])}`"


def listing(texts: Iterable[Any]) -> str:
    """Strings from a document, the first few of them, for the middle of a sentence.

    Examples:
        >>> listing(["a", "b"])
        '`a`, `b`'
    """
    every = list(texts)
    more = len(every) - _MOST
    said = ", ".join(named(str(text)) for text in every[:_MOST])
    return said + (f" and {more} more" if more > 0 else "")
