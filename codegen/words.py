"""Types in words: roughly for the people who write documents, exactly for those who compare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from codegen.keywords import SCALARS
from codegen.reading import JsonObject, show
from codegen.shapes import ConceptIR, TypeIR

__all__ = ["Words", "concept_words", "exact_words"]

_NOUNS: Final = {
    "string": "a string",
    "number": "a number",
    "integer": "an integer",
    "boolean": "true or false",
}
_PREFIXED: Final = ("^[^:]+:.", "^[^:]+:[\\s\\S]")
"""The patterns of prefixed types; any other one is quoted."""


class Words:
    """Says what a value should be, for messages to people who write documents.

    Args:
        schemas: The schemas of all concepts.
        scalar_of: Gives the type of a scalar concept.
    """

    def __init__(self, schemas: dict[str, JsonObject], scalar_of: Callable[[str], TypeIR]) -> None:
        self._schemas = schemas
        self._scalar_of = scalar_of

    def expected(self, type_: TypeIR) -> tuple[str, ...]:
        """A type in words, and that of its items, and of theirs."""
        out = [self._words(type_)]
        while type_.item is not None:
            type_ = type_.item
            out.append(self._words(type_))
        return tuple(out)

    def _words(self, type_: TypeIR, *, plural: bool = False) -> str:
        or_null = " or null" if type_.nullable else ""
        if type_.kind == "const":
            return f"`{_const(type_.value)}`{or_null}"
        if type_.kind == "array":
            return self._array(type_, plural=plural) + or_null
        if type_.kind == "concept":
            return self._concept(type_.name, plural=plural, or_null=or_null)
        if type_.kind == "scalar":
            return _scalar_words(type_, plural=plural) + or_null
        return "any value"

    def _array(self, type_: TypeIR, *, plural: bool) -> str:
        assert type_.item is not None
        limits = dict(type_.limits)
        fixed = "minItems" in limits and limits["minItems"] == limits.get("maxItems")
        count = f"{limits['minItems']} " if fixed else ""
        noun = "arrays" if plural else "an array"
        if limits.get("minItems") and not fixed:
            noun = f"{noun}, not empty,"
        return f"{noun} of {count}{self._words(type_.item, plural=True)}"

    def _concept(self, name: str, *, plural: bool, or_null: str) -> str:
        schema = self._schemas[name]
        kind = schema.get("type")
        if "x-dispatch" not in schema and isinstance(kind, str) and kind in SCALARS:
            return self._words(self._scalar_of(name), plural=plural) + or_null
        title = str(schema.get("title", name)).lower()
        if plural:
            return f"{title} objects" if not title.endswith("s") else title
        if "x-dispatch" in schema:
            return f"{_article(title)}{or_null}"
        return f"an object ({title}){or_null}"


def _const(value: Any) -> str:
    return value if isinstance(value, str) else show(value)


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _scalar_words(type_: TypeIR, *, plural: bool) -> str:
    limits = dict(type_.limits)
    text = _NOUNS[type_.name]
    if plural:
        text = "booleans" if type_.name == "boolean" else text.split(" ", 1)[1] + "s"
    if type_.name == "string":
        return _string_words(text, limits, plural=plural)
    return text + _range_words(limits)


def _string_words(text: str, limits: dict[str, Any], *, plural: bool) -> str:
    pattern = limits.get("pattern", "")
    if pattern.startswith("^[a-zA-Z0-9\\-_.]+$"):
        return f"{text} of letters, digits, `-`, `_` and `.`"
    if pattern.startswith("^(zarr|json)$") and pattern.endswith(_PREFIXED):
        return "`zarr`, `json` or a prefixed type"
    if pattern in _PREFIXED:
        return "a prefixed type such as `myorg:thing`"
    if pattern:
        return f"{text} matching `{pattern}`"
    least, most = limits.get("minLength", 0), limits.get("maxLength")
    if most is not None:
        return f"{text} of {least} to {most} characters"
    if least > 1:
        return f"{text} of {least} characters or more"
    return f"{text} that {'are' if plural else 'is'} not empty" if least else text


def _range_words(limits: dict[str, Any]) -> str:
    if "minimum" in limits and "maximum" in limits:
        return f" from {limits['minimum']} to {limits['maximum']}"
    if "minimum" in limits:
        return f", {limits['minimum']} or more"
    if "maximum" in limits:
        return f", {limits['maximum']} or less"
    return ""


def exact_words(concepts: dict[str, ConceptIR], type_: TypeIR) -> str:
    """A type with its limits, so that every change of either is a change of the words."""
    if type_.kind == "array" and type_.item is not None:
        text = f"array of {exact_words(concepts, type_.item)}"
    elif type_.kind == "const":
        text = f"`{_const(type_.value)}`"
    elif type_.kind == "concept":
        target = concepts[type_.name]
        shared = target.scalar is not None and target.scalar.name
        text = f"{shared} ({type_.name})" if shared else concept_words(target)
    else:
        text = type_.name or "any value"
    limits = ", ".join(f"{key} {value}" for key, value in type_.limits)
    text = f"{text} ({limits})" if limits else text
    return f"{text} or null" if type_.nullable else text


def concept_words(concept: ConceptIR) -> str:
    """The name of a concept; with the JSON types that a union by JSON type chooses from."""
    if concept.dispatch == "json-type":
        return f"{concept.name} ({' or '.join(concept.members)})"
    return concept.name
