"""What a schema and a type allow, each brought to the same plain form, to be compared.

Nothing here uses the analysis of the generator: the schemas are read as JSON, the types by
introspection of the generated modules.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias, Union, get_args, get_origin

import annotated_types
from pydantic import Discriminator, Strict, Tag
from pydantic.fields import FieldInfo

from ngio_collections._model_base import Absent, FrozenModel

Shape: TypeAlias = tuple[Any, ...]
Schemas: TypeAlias = Mapping[str, Mapping[str, Any]]

SUFFIX: Final = ".schema.json"
ANNOTATIONS: Final = {"$schema", "$id", "title", "description"}
EXTENSIONS: Final = {"x-rfc", "x-rule", "x-required-rule", "x-dispatch"}
SCALARS: Final = {"string", "number", "integer", "boolean"}
LIMITS: Final = {
    "string": {"pattern", "minLength", "maxLength"},
    "number": {"minimum", "maximum"},
    "integer": {"minimum", "maximum"},
    "boolean": set[str](),
    "array": {"minItems", "maxItems"},
}
NULL: Final[Shape] = ("null",)


def target(schema: Mapping[str, Any]) -> str:
    """The concept that `$ref` names."""
    return str(schema["$ref"]).removesuffix(SUFFIX)


def class_of(concept: str) -> str:
    """The name of the class of a concept."""
    return concept.title().replace("-", "")


def _rest(schema: Mapping[str, Any], *used: str) -> None:
    left = set(schema) - ANNOTATIONS - EXTENSIONS - set(used)
    assert not left, f"nobody accounts for {sorted(left)} in {schema}"


def of_schema(schemas: Schemas, schema: Mapping[str, Any]) -> Shape:
    """The plain form of a schema that stands where a type stands."""
    if "$ref" in schema:
        _rest(schema, "$ref")
        return of_concept(schemas, target(schema))
    if "anyOf" in schema:
        _rest(schema, "anyOf")
        return ("any of", frozenset(of_schema(schemas, branch) for branch in schema["anyOf"]))
    if "const" in schema:
        _rest(schema, "const")
        return ("const", schema["const"])
    if schema.get("type") == "null":
        _rest(schema, "type")
        return NULL
    kind = schema.get("type")
    if kind is None:
        _rest(schema)
        return ("any",)
    limits = frozenset((key, schema[key]) for key in LIMITS[kind] if key in schema)
    if kind == "array":
        _rest(schema, "type", "items", *LIMITS[kind])
        return ("array", limits, of_schema(schemas, schema["items"]))
    assert kind in SCALARS, f"{kind} has no plain form"
    _rest(schema, "type", *LIMITS[kind])
    return (kind, limits)


def of_concept(schemas: Schemas, name: str) -> Shape:
    """The plain form of a concept where another one refers to it."""
    schema = schemas[name]
    if "x-dispatch" in schema:
        members = schema["oneOf"] if "oneOf" in schema else [schema["then"], schema["else"]]
        _rest(schema, *({"oneOf"} if "oneOf" in schema else {"if", "then", "else"}))
        return ("any of", frozenset(of_concept(schemas, target(member)) for member in members))
    if schema.get("type") in SCALARS:
        return of_schema(schemas, schema)
    if schema.get("type") == "object":
        return ("object", class_of(name))
    (refined,) = [branch for branch in schema["allOf"] if "$ref" in branch]
    return of_concept(schemas, target(refined))


# -- types ----------------------------------------------------------------------


def _flat(metadata: Any) -> list[Any]:
    out: list[Any] = []
    for item in metadata:
        out += _flat(item.metadata) if isinstance(item, FieldInfo) else [item]
    return out


def _limits(metadata: list[Any], *, items: bool) -> frozenset[tuple[str, Any]]:
    found: set[tuple[str, Any]] = set()
    for item in metadata:
        if isinstance(item, annotated_types.MinLen):
            found.add(("minItems" if items else "minLength", item.min_length))
        elif isinstance(item, annotated_types.MaxLen):
            found.add(("maxItems" if items else "maxLength", item.max_length))
        elif isinstance(item, annotated_types.Ge):
            found.add(("minimum", item.ge))
        elif isinstance(item, annotated_types.Le):
            found.add(("maximum", item.le))
        elif (pattern := getattr(item, "pattern", None)) is not None:
            found.add(("pattern", pattern))
    return frozenset(found)


def of_type(annotation: Any, metadata: Any = ()) -> Shape:
    """The plain form of a type of a generated module."""
    flat = _flat(metadata)
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        return of_type(inner, [*more, *flat])
    numbers = [item for item in flat if hasattr(item, "integral")]
    if numbers:
        return ("integer" if numbers[0].integral else "number", _limits(flat, items=False))
    if origin in (Union, types.UnionType):
        members = [member for member in get_args(annotation) if member is not Absent]
        if len(members) == 1:
            return of_type(members[0], flat)
        assert _limits(flat, items=False) == frozenset()
        return ("any of", frozenset(of_type(member) for member in members))
    if origin is Literal:
        (value,) = get_args(annotation)
        return ("const", value)
    if origin is tuple:
        item, dots = get_args(annotation)
        assert dots is Ellipsis
        return ("array", _limits(flat, items=True), of_type(item))
    return _of_plain_type(annotation, flat)


def _of_plain_type(annotation: Any, metadata: list[Any]) -> Shape:
    if annotation is type(None):
        return NULL
    if annotation is Any:
        return ("any",)
    if isinstance(annotation, type) and issubclass(annotation, FrozenModel):
        return ("object", annotation.__name__)
    assert any(isinstance(item, Strict) for item in metadata)
    names = {str: "string", bool: "boolean"}
    return (names[annotation], _limits(metadata, items=False))


def tags(annotation: Any) -> dict[str, Shape]:
    """The members of a union by the value that chooses them."""
    inner, *metadata = get_args(annotation)
    assert any(isinstance(item, Discriminator) for item in metadata)
    out = {}
    for member in get_args(inner):
        (tag,) = [item.tag for item in member.__metadata__ if isinstance(item, Tag)]
        out[tag] = of_type(member)
    return out
