"""The words of JSON Schema 2020-12, and which of them a schema of a concept may use where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from codegen.reading import JsonObject, show

__all__ = [
    "ANNOTATIONS",
    "ARRAY_LIMITS",
    "LIMITS",
    "SCALARS",
    "WORDS",
    "problems",
    "references_in",
    "step",
    "wrong_value",
]

ANNOTATIONS: Final = {"$schema", "$id", "$comment", "title", "description"}
ARRAY_LIMITS: Final = {"minItems", "maxItems"}
SCALARS: Final = {
    "string": {"pattern", "minLength", "maxLength"},
    "number": {"minimum", "maximum"},
    "integer": {"minimum", "maximum"},
    "boolean": set[str](),
}
"""The types of single values, with the limits that a type in Python can say."""
LIMITS: Final = set[str]().union(*SCALARS.values())

_ONE: Final = {
    *("if", "then", "else", "not", "items", "contains", "additionalProperties"),
    *("propertyNames", "unevaluatedItems", "unevaluatedProperties", "contentSchema"),
}
_MANY: Final = {"allOf", "anyOf", "oneOf", "prefixItems"}
_NAMED: Final = {"properties", "patternProperties", "dependentSchemas", "$defs"}
_TYPES: Final = ("string", "number", "integer", "boolean", "null", "array", "object")
_NUMBERS: Final = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
_COUNTS: Final = {
    *("minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains"),
    *("minProperties", "maxProperties"),
}
_PLAIN: Final = {
    *_NUMBERS,
    *_COUNTS,
    *("$ref", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary"),
    *("type", "const", "enum", "required", "dependentRequired", "format", "pattern"),
    "uniqueItems",
    *("contentEncoding", "contentMediaType", "default", "deprecated", "examples"),
    *("readOnly", "writeOnly"),
}
WORDS: Final = _ONE | _MANY | _NAMED | _PLAIN | ANNOTATIONS
"""All keywords of draft 2020-12."""


def step(key: str) -> str:
    """A key as a part of a JSON Pointer."""
    return f"/{key.replace('~', '~0').replace('/', '~1')}"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_pattern(value: Any) -> bool:
    try:
        re.compile(value)
    except (TypeError, re.error):
        return False
    return isinstance(value, str)


def wrong_value(key: str, value: Any) -> str:
    """What the value of a plain keyword should be; empty where it is that."""
    if key == "pattern":
        return "" if _is_pattern(value) else "a regular expression"
    if key in _NUMBERS:
        return "" if _is_number(value) else "a number"
    if key in _COUNTS:
        whole = _is_number(value) and isinstance(value, int) and value >= 0
        return "" if whole else "a whole number, 0 or more"
    if key == "required":
        keys = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return "" if keys else "an array of keys"
    if key == "enum":
        return "" if isinstance(value, list) and value else "an array of values"
    if key == "type":
        names = value if isinstance(value, list) else [value]
        return "" if all(name in _TYPES for name in names) else f"one of {', '.join(_TYPES)}"
    return ""


def _inner(schema: JsonObject) -> Iterator[tuple[str, Any]]:
    """The schemas within a schema, each with its pointer."""
    for key, value in schema.items():
        if key in _ONE:
            yield step(key), value
        elif key in _MANY and isinstance(value, list):
            for position, item in enumerate(value):
                yield f"/{key}/{position}", item
        elif key in _NAMED and isinstance(value, dict):
            for name, item in value.items():
                yield f"/{key}{step(name)}", item


def problems(schema: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """What in a schema is no JSON Schema.

    Args:
        schema: A schema.
        pointer: Where it is.

    Yields:
        A JSON Pointer, and what was found there and what was expected.
    """
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        yield pointer, f"is {show(schema)}; expected a schema: an object, true or false"
        return
    for key, value in schema.items():
        if key not in WORDS:
            yield pointer, f"the keyword `{key}` is no word of JSON Schema 2020-12; correct it"
        elif key in _MANY and not isinstance(value, list):
            yield f"{pointer}{step(key)}", f"is {show(value)}; expected an array of schemas"
        elif key in _NAMED and not isinstance(value, dict):
            yield f"{pointer}{step(key)}", f"is {show(value)}; expected an object of schemas"
        elif expected := wrong_value(key, value):
            yield f"{pointer}{step(key)}", f"is {show(value)}; expected {expected}"
    for where, inner in _inner(schema):
        yield from problems(inner, pointer + where)


def references_in(schema: Any, pointer: str = "") -> Iterator[tuple[str, JsonObject]]:
    """The schemas within a schema that hold `$ref`, each with its JSON Pointer."""
    if not isinstance(schema, dict):
        return
    if "$ref" in schema:
        yield pointer, schema
    for where, inner in _inner(schema):
        yield from references_in(inner, pointer + where)
