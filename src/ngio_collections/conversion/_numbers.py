"""Documents with numbers that JSON does not have: as much of them as can be read.

Some software writes `NaN` where it knows no number, such as the limits of a channel. That is
no JSON; but a whole image need not be lost for it. Such a number is taken away with the field
that holds it, and the ledger says so.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ngio_collections._json import DuplicateKeyError, JsonSyntaxError, loads, unique_members
from ngio_collections.conversion._ledger import escaped

__all__ = ["Loaded", "loads_most"]


class Loaded(NamedTuple):
    """A document.

    Attributes:
        value: What is in it, without the fields below.
        dropped: The pointers of fields that hold what is no number of JSON, and what is wrong.
    """

    value: Any
    dropped: Mapping[str, str]


class _NoNumber(NamedTuple):
    text: str


def _constant(text: str) -> Any:
    return _NoNumber(text)


def _float(text: str) -> Any:
    value = float(text)
    return value if math.isfinite(value) else _NoNumber(f"{text:.40}")


def _integer(text: str) -> Any:
    try:
        return int(text)
    except ValueError:  # Python has a limit.
        return _NoNumber(f"an integer of {len(text):,} digits")


_DECODER: Final = json.JSONDecoder(
    parse_constant=_constant,
    parse_float=_float,
    parse_int=_integer,
    object_pairs_hook=unique_members,
)


def loads_most(data: bytes) -> Loaded:
    """Parse a document that should be JSON.

    Raises:
        JsonSyntaxError: It is not JSON in another way than by single numbers, or has a key
            twice; says where.
    """
    try:
        return Loaded(loads(data), {})
    except DuplicateKeyError:
        raise
    except JsonSyntaxError as error:
        try:
            value = _DECODER.decode(data.decode("utf-8-sig"))
            dropped: dict[str, str] = {}
            value = _without(value, "", dropped)
        except json.JSONDecodeError as other:
            where = f"line {other.lineno}, column {other.colno}"
            raise JsonSyntaxError(f"{other.msg} at {where}") from error
        except (UnicodeDecodeError, RecursionError):
            raise error from None
    if isinstance(value, _NoNumber):
        raise JsonSyntaxError(f"it holds {value.text}, and not in the field of an object")
    return Loaded(value, dropped)


def _without(value: Any, at: str, dropped: dict[str, str]) -> Any:
    """A value without the fields that hold no numbers; that itself, if it is or lists one."""
    if isinstance(value, dict):
        made = {}
        for key, item in value.items():
            here = f"{at}/{escaped(key)}"
            inside = _without(item, here, dropped)
            if isinstance(inside, _NoNumber):
                verb = "holds" if isinstance(item, list) else "is"
                dropped[here] = f"{verb} {inside.text}, which is no number of JSON"
            else:
                made[key] = inside
        return made
    if not isinstance(value, list):
        return value
    mine: dict[str, str] = {}
    items = [_without(item, f"{at}/{number}", mine) for number, item in enumerate(value)]
    for item in items:
        if isinstance(item, _NoNumber):
            return item  # To leave it out would move those behind it.
    dropped.update(mine)
    return items
