"""The one place where JSON is parsed and written; orjson is used where it is installed.

Both backends give the same values: integers of any size stay integers, and what is
not JSON (`NaN`, `Infinity`) is refused.
"""

from __future__ import annotations

import importlib
import json
import math
import re
from typing import Any, Final, NoReturn

__all__ = ["JsonSyntaxError", "dumps", "loads"]

# orjson turns integers beyond 64 bits into floats; such documents go to the standard library.
_LONG_INTEGER: Final = re.compile(rb"[0-9]{19}")


class JsonSyntaxError(ValueError):
    """A text is not JSON; the message says what is wrong and where."""


def _backend() -> Any:
    try:
        return importlib.import_module("orjson")
    except ImportError:
        return None


_ORJSON: Final = _backend()


def _refuse(constant: str) -> NoReturn:
    raise JsonSyntaxError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise JsonSyntaxError(f"the number {text:.40} is larger than any that can be kept")
    return value


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise JsonSyntaxError(f"not UTF-8 at byte {error.start}") from error


def _stdlib_loads(data: bytes | str) -> Any:
    text = _decode(data) if isinstance(data, bytes) else data.removeprefix("\ufeff")
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise JsonSyntaxError(
            f"{error.msg} at line {error.lineno}, column {error.colno}"
        ) from error
    except RecursionError as error:
        raise JsonSyntaxError("nested more deeply than can be read") from error
    except JsonSyntaxError:
        raise
    except ValueError as error:  # Python refuses integers of more than 4,300 digits.
        raise JsonSyntaxError(str(error)) from error


def loads(data: bytes | str) -> Any:
    """Parse JSON.

    Args:
        data: The text, as a string or as UTF-8 bytes, with or without a byte order mark.

    Returns:
        Dictionaries, lists and scalars.

    Raises:
        JsonSyntaxError: The text is not JSON.
    """
    if _ORJSON is not None:
        raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        if not _LONG_INTEGER.search(raw):
            try:
                return _ORJSON.loads(raw)
            except _ORJSON.JSONDecodeError:
                pass  # The standard library decides, and words the error.
    return _stdlib_loads(data)


def dumps(value: Any, *, indent: bool = False) -> str:
    """Write JSON.

    Args:
        value: Dictionaries, lists or tuples, and scalars.
        indent: Whether to lay it out for people, with two spaces a level.

    Returns:
        The text, with every character beyond ASCII as it is.
    """
    return json.dumps(value, indent=2 if indent else None, ensure_ascii=False, allow_nan=False)
