"""Read JSON that people write, and say where it is not what it should be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from codegen.errors import GenerationError

__all__ = [
    "JsonObject",
    "Key",
    "at",
    "check_name",
    "check_object",
    "known",
    "read_object",
    "relative",
    "show",
]

JsonObject: TypeAlias = dict[str, Any]

_LONGEST: Final = 60
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Key(NamedTuple):
    """What an object holds at a key.

    Attributes:
        kind: The words for its JSON type, as `_is` knows them.
        meaning: What it says, for a person who forgot it.
        optional: Whether it may be left out.
    """

    kind: str
    meaning: str
    optional: bool = False


def relative(path: Path, root: Path) -> str:
    """A file as people name it: from the root of the project, with slashes."""
    return path.relative_to(root).as_posix()


def at(place: str, pointer: str) -> str:
    """A place within a place: the file, and the JSON Pointer, which is empty for all of it."""
    if not pointer:
        return place
    return f"{place}{pointer}" if "#" in place else f"{place}#{pointer}"


def show(value: Any) -> str:
    """A value as JSON, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def known(names: Iterable[str]) -> str:
    """Names for the end of a sentence: `a, b, c`."""
    return ", ".join(f"`{name}`" for name in sorted(names)) or "none"


class _TwiceError(ValueError):
    """A key is in an object twice."""


def _once(pairs: list[tuple[str, Any]]) -> JsonObject:
    out: JsonObject = {}
    for key, value in pairs:
        if key in out:
            raise _TwiceError(
                f"holds the key `{key}` twice in one object, of which the second would win; "
                "delete one of them"
            )
        out[key] = value
    return out


def read_object(path: Path, root: Path) -> JsonObject:
    """Read a file that holds a JSON object.

    Args:
        path: The file.
        root: The root of the project, from which errors name the file.

    Returns:
        The object.

    Raises:
        GenerationError: The file is missing, or is no JSON object, or has a key twice.
    """
    where = relative(path, root)
    try:
        data = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_once)
    except _TwiceError as error:
        raise GenerationError(where, str(error)) from None
    except FileNotFoundError:
        raise GenerationError(where, "does not exist; expected a JSON object; write it") from None
    except (ValueError, RecursionError) as error:
        raise GenerationError(
            where, f"is not JSON: {error}; expected a JSON object; correct it"
        ) from error
    if not isinstance(data, dict):
        raise GenerationError(where, f"holds {show(data)}; expected a JSON object")
    return data


def _is(value: Any, kind: str) -> bool:
    if kind == "string":
        return isinstance(value, str) and bool(value.strip())
    if kind == "text":
        return isinstance(value, str)
    if kind == "string or null":
        return value is None or _is(value, "string")
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "integer or `all`":
        return value == "all" or (_is(value, "integer") and value >= 0)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "object":
        return isinstance(value, dict)
    if kind == "array of strings":
        return isinstance(value, list) and all(_is(item, "string") for item in value)
    if kind == "array of objects":
        return isinstance(value, list) and all(_is(item, "object") for item in value)
    return kind == "value"


def check_object(where: str, data: Any, keys: Mapping[str, Key]) -> None:
    """Check that an object has the keys that it needs, of the right types, and no others.

    Args:
        where: Its place, for the error.
        data: The value that should be such an object.
        keys: What it may hold.

    Raises:
        GenerationError: It is something else.
    """
    if not isinstance(data, dict):
        raise GenerationError(where, f"is {show(data)}; expected an object with {known(keys)}")
    for key in sorted(set(data) - set(keys)):
        raise GenerationError(
            where, f"has the unknown key `{key}`; expected {known(keys)}; rename or delete it"
        )
    for name, key in keys.items():
        if name not in data:
            if key.optional:
                continue
            raise GenerationError(where, f"lacks `{name}`; add it: {key.meaning}")
        if not _is(data[name], key.kind):
            article = "an" if key.kind[0] in "aeiou" else "a"
            filled = " that is not empty" if key.kind.startswith("string") else ""
            raise GenerationError(
                where,
                f"`{name}` is {show(data[name])}; expected {article} {key.kind}{filled}: "
                f"{key.meaning}",
            )


def check_name(where: str, name: str) -> None:
    """Check that a name can become a name in Python.

    Raises:
        GenerationError: It cannot.
    """
    if not _NAME.fullmatch(name):
        raise GenerationError(
            where,
            f"is called {show(name)}; expected words of small letters and digits, joined by `-`; "
            "rename it",
        )
