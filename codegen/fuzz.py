"""Schemas to generate documents from: the same format, flat and without recursion.

The schemas of the format are written for people: a concept builds on others with
`allOf`, conditions stand beside the properties, and nodes hold nodes. A generator
of random documents needs the opposite: every alternative spelled out, and an end.

`fuzz_schema` rewrites a bundle so. It never loosens: whatever the result accepts,
the bundle accepts, too. The result is written in draft 7, the newest draft that
hypothesis-jsonschema reads.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias

from jsonschema import Draft202012Validator

from codegen.compose import references
from codegen.errors import GenerationError
from codegen.sources import JsonObject

__all__ = ["DIALECT", "MAX_ITEMS", "MAX_LENGTH", "fuzz_schema"]

DIALECT: Final = "http://json-schema.org/draft-07/schema#"
MAX_ITEMS: Final = 3
"""The length of arrays for which the format sets no limit."""
MAX_LENGTH: Final = 8
"""The length of strings for which the format sets no limit."""

Schema: TypeAlias = JsonObject | bool

_ANNOTATIONS: Final = {"$schema", "$id", "$comment", "title", "description"}
_TYPES: Final = ("null", "boolean", "integer", "number", "string", "array", "object")
_AT_LEAST: Final = {"minLength", "minItems", "minimum"}
_AT_MOST: Final = {"maxLength", "maxItems", "maximum"}
_OF_TYPE: Final = {
    "object": {"properties", "required"},
    "array": {"items", "prefixItems", "minItems", "maxItems", "uniqueItems"},
    "string": {"pattern", "minLength", "maxLength"},
    "number": {"minimum", "maximum"},
}
_SCALARS: Final[list[JsonObject]] = [
    {"type": "null"},
    {"type": "boolean"},
    {"type": "integer"},
    {"type": "number"},
    {"type": "string", "maxLength": MAX_LENGTH},
]
_EXTRA: Final = "extra"
_EXTRA_NAME: Final = "extra-name"
_EXTENSIONS: Final[JsonObject] = {
    _EXTRA: {
        "anyOf": [
            *_SCALARS,
            {"type": "array", "maxItems": 2, "items": {"anyOf": _SCALARS}},
            {
                "type": "object",
                "maxProperties": 2,
                "propertyNames": {"type": "string", "maxLength": MAX_LENGTH},
                "additionalProperties": {"anyOf": _SCALARS},
            },
        ]
    },
    _EXTRA_NAME: {
        "anyOf": [
            {"type": "string", "pattern": "^[a-z]{1,3}:[a-z]{1,3}$"},
            {"type": "string", "maxLength": MAX_LENGTH},
        ]
    },
}


class _Part(NamedTuple):
    """One of the schemas that a value has to fit.

    Attributes:
        schema: The schema.
        origin: The concept that it was found in.
        left: How often the value may still go down into the recursion of its origin.
        below: Whether it stands below the concept, so that a reference goes down.
    """

    schema: Schema
    origin: str
    left: int
    below: bool


_Parts: TypeAlias = tuple[_Part, ...]


@dataclass
class _Merged:
    """What a number of flat schemas say together."""

    types: set[str] = field(default_factory=lambda: set(_TYPES))
    values: list[list[Any]] = field(default_factory=list)
    limits: JsonObject = field(default_factory=dict)
    patterns: set[str] = field(default_factory=set)
    required: set[str] = field(default_factory=set)
    properties: dict[str, list[_Part]] = field(default_factory=dict)
    items: list[_Part] = field(default_factory=list)
    prefix: list[list[_Part]] = field(default_factory=list)


def fuzz_schema(bundle: JsonObject, depth: int) -> JsonObject:
    """Rewrite a bundle into a schema that random documents can be generated from.

    Recursion is unrolled. Where it reaches `depth`, unions lose the members that
    would go on, arrays of what would go on are empty, and a concept that cannot do
    without is left out.

    Args:
        bundle: A self-contained schema, as `codegen.compose.bundle` gives it.
        depth: How often a concept may go down into its own recursion.

    Returns:
        A schema of draft 7, in which every object is a definition, every
        alternative is spelled out with `anyOf`, and references form no circle.

    Raises:
        GenerationError: The bundle uses a keyword in a way that cannot be
            rewritten, or describes nothing that ends within `depth`.
    """
    unroller = _Unroller(bundle, depth)
    root = unroller.child([_Part({"$ref": bundle["$ref"]}, "", depth, below=True)])
    if root is False:
        raise GenerationError(
            bundle["$id"], f"describes no value that ends within the depth {depth}"
        )
    return {
        "$schema": DIALECT,
        "$id": bundle["$id"].replace(".schema.json", f".fuzz-{depth}.schema.json"),
        "title": f"{bundle['title']}, to generate from",
        "allOf": [root],
        "definitions": {**_EXTENSIONS, **dict(sorted(unroller.definitions.items()))},
    }


def _components(definitions: dict[str, JsonObject]) -> dict[str, frozenset[str]]:
    """For every concept, those that it reaches and that reach it."""
    reach = {name: references(schema) & set(definitions) for name, schema in definitions.items()}
    for middle, name in itertools.product(definitions, definitions):
        if middle in reach[name]:
            reach[name] = reach[name] | reach[middle]
    return {
        name: frozenset(other for other in reached if name in reach[other])
        for name, reached in reach.items()
    }


def _said(schema: JsonObject) -> JsonObject:
    return {k: v for k, v in schema.items() if k not in _ANNOTATIONS and not k.startswith("x-")}


def _only_requires(schema: Schema) -> bool:
    return isinstance(schema, dict) and set(_said(schema)) == {"required"}


def _negate(schema: Schema, where: str) -> list[Schema]:
    """Schemas of which a value fits at least one if it does not fit this one."""
    if isinstance(schema, bool):
        return [not schema]
    out: list[Schema] = []
    for keyword, value in _said(schema).items():
        if keyword == "not":
            out.append(value)
        elif keyword == "type":
            given = {value} if isinstance(value, str) else set(value)
            given |= {"integer"} if "number" in given else set()
            out.append({"type": [t for t in _TYPES if t not in given]})
        elif keyword == "required":
            out.extend({"type": "object", "properties": {key: False}} for key in value)
        elif keyword == "properties":
            out.extend(
                {"type": "object", "required": [key], "properties": {key: negated}}
                for key, inner in value.items()
                for negated in _negate(inner, where)
            )
        else:
            raise GenerationError(
                where, f"negates the keyword {keyword}, which cannot be generated from"
            )
    return out


def _one_of(members: list[Schema], where: str) -> list[list[Schema]]:
    """The alternatives of a `oneOf`: unions of concepts exclude each other by themselves."""
    if not all(_only_requires(m) for m in members):
        return [[m] for m in members]
    out: list[list[Schema]] = []
    for position, member in enumerate(members):
        others = [_negate(m, where) for i, m in enumerate(members) if i != position]
        out.extend([member, *chosen] for chosen in itertools.product(*others))
    return out


def _add_limit(merged: _Merged, keyword: str, value: Any) -> bool:
    """Add a limit to others, so that both hold; say whether it is one."""
    if keyword == "pattern":
        merged.patterns.add(value)
        return True
    if keyword in _AT_LEAST:
        merged.limits[keyword] = max(value, merged.limits.get(keyword, value))
    elif keyword in _AT_MOST:
        merged.limits[keyword] = min(value, merged.limits.get(keyword, value))
    elif keyword == "uniqueItems":
        merged.limits[keyword] = value or merged.limits.get(keyword, False)
    return keyword in merged.limits


class _Unroller:
    """Rewrites one bundle.

    Attributes:
        definitions: The objects that were rewritten so far.
    """

    def __init__(self, bundle: JsonObject, depth: int) -> None:
        self.definitions: dict[str, Schema] = {}
        self._where = bundle["$id"]
        self._concepts: dict[str, JsonObject] = bundle["$defs"]
        self._components = _components(self._concepts)
        self._depth = depth
        self._done: dict[str, Schema] = {}
        self._names: dict[str, str] = {}

    def child(self, parts: list[_Part]) -> Schema:
        """Rewrite what one value has to fit.

        Args:
            parts: The schemas that it has to fit, all of them.

        Returns:
            One schema without applicators other than `anyOf`, or False where no
            value fits.
        """
        key = json.dumps(
            [(p.schema, sorted(self._components.get(p.origin, ())), p.left) for p in parts],
            sort_keys=True,
        )
        if key not in self._done:
            self._done[key] = self._rewrite(parts)
        return self._done[key]

    def _rewrite(self, parts: list[_Part]) -> Schema:
        merged = [self._merge(flat) for flat in self._expand(tuple(parts), ())]
        found: list[JsonObject] = []
        for schema in merged:
            if schema is not None and schema not in found:
                found.append(schema)
        if not found:
            return False
        whole = found[0] if len(found) == 1 else {"anyOf": found}
        if not any("properties" in schema for schema in found):
            return whole
        text = json.dumps(whole)
        if text not in self._names:
            self._names[text] = self._name(parts)
            self.definitions[self._names[text]] = whole
        return {"$ref": f"#/definitions/{self._names[text]}"}

    def _name(self, parts: list[_Part]) -> str:
        targets = sorted({name for part in parts for name in references(part.schema)})
        others = dict.fromkeys(p.origin for p in parts if not references(p.schema))
        name = "-".join([*(targets[:1] or ["object"]), *(f"of-{origin}" for origin in others)])
        used = self.definitions.keys() | _EXTENSIONS.keys()
        numbered = (f"{name}-{i}" for i in itertools.count(2))
        return next(n for n in itertools.chain([name], numbered) if n not in used)

    # -- one schema into alternatives -----------------------------------------

    def _target(self, reference: str) -> str:
        name = reference.removeprefix("#/$defs/")
        if name not in self._concepts:
            raise GenerationError(self._where, f"refers to {reference!r}, which it does not hold")
        return name

    def _follow(self, part: _Part, reference: str) -> _Part:
        name = self._target(reference)
        if name not in self._components.get(part.origin, ()):
            return _Part(self._concepts[name], name, self._depth, below=False)
        left = part.left - 1 if part.below else part.left
        return _Part(self._concepts[name] if left >= 0 else False, name, left, below=False)

    def _expand(self, todo: _Parts, done: _Parts) -> Iterator[_Parts]:
        """All ways to fit some schemas, each as schemas without applicators."""
        if not todo:
            yield done
            return
        part, rest = todo[0], todo[1:]
        if part.schema is False:
            return
        if part.schema is True:
            yield from self._expand(rest, done)
            return
        branches = self._branches(part)
        if branches is None:
            yield from self._expand(rest, (*done, part))
            return
        for branch in branches:
            yield from self._expand((*branch, *rest), done)

    def _branches(self, part: _Part) -> list[_Parts] | None:
        assert isinstance(part.schema, dict)
        schema = _said(part.schema)
        found = next(
            (k for k in ("$ref", "allOf", "anyOf", "oneOf", "if", "not") if k in schema), None
        )
        if found is None:
            return None
        value = schema.pop(found)
        if found == "$ref":
            return [(self._follow(part, value), part._replace(schema=schema))]
        ways: list[list[Schema]]
        if found == "allOf":
            ways = [value]
        elif found == "anyOf":
            ways = [[member] for member in value]
        elif found == "oneOf":
            ways = _one_of(value, self._where)
        elif found == "not":
            ways = [[negated] for negated in _negate(value, self._where)]
        else:
            then, other = schema.pop("then", True), schema.pop("else", True)
            ways = [[value, then], *([negated, other] for negated in _negate(value, self._where))]
        return [tuple(part._replace(schema=s) for s in (*way, schema)) for way in ways]

    # -- flat schemas into one ------------------------------------------------

    def _merge(self, parts: _Parts) -> JsonObject | None:
        merged = _Merged()
        for part in parts:
            assert isinstance(part.schema, dict)
            for keyword, value in _said(part.schema).items():
                self._add(merged, part, keyword, value)
        for type_, keywords in _OF_TYPE.items():
            if any(keywords & set(_said(p.schema)) for p in parts if isinstance(p.schema, dict)):
                # A subset is enough: a keyword for objects lets strings pass, and
                # strings are not what it was written for.
                merged.types &= {type_, "integer"} if type_ == "number" else {type_}
        if not merged.types:
            return None
        if merged.values:
            return self._constant(merged)
        if merged.types == {"object"}:
            return self._object(merged)
        if merged.types == {"array"}:
            return self._array(merged)
        return self._scalar(merged)

    def _add(self, merged: _Merged, part: _Part, keyword: str, value: Any) -> None:
        below = part._replace(below=True)
        if keyword == "type":
            given = {value} if isinstance(value, str) else set(value)
            merged.types &= given | ({"integer"} if "number" in given else set())
        elif keyword in ("const", "enum"):
            merged.values.append(value if keyword == "enum" else [value])
        elif keyword == "required":
            merged.required.update(value)
        elif keyword == "properties":
            for key, inner in value.items():
                merged.properties.setdefault(key, []).append(below._replace(schema=inner))
        elif keyword == "items":
            merged.items.append(below._replace(schema=value))
        elif keyword == "prefixItems":
            merged.prefix.extend([] for _ in value[len(merged.prefix) :])
            for place, inner in zip(merged.prefix, value, strict=False):
                place.append(below._replace(schema=inner))
        elif not _add_limit(merged, keyword, value):
            raise GenerationError(
                self._where, f"the keyword {keyword} of {part.origin} cannot be generated from"
            )

    def _constant(self, merged: _Merged) -> JsonObject | None:
        rest: JsonObject = {
            "type": sorted(merged.types),
            "allOf": [{"pattern": p} for p in sorted(merged.patterns)]
            + [{"enum": v} for v in merged.values],
            **merged.limits,
        }
        check = Draft202012Validator(rest)
        values = [value for value in merged.values[0] if check.is_valid(value)]
        if not values:
            return None
        return {"const": values[0]} if len(values) == 1 else {"enum": values}

    def _scalar(self, merged: _Merged) -> JsonObject:
        types = merged.types - {"integer"} if "number" in merged.types else merged.types
        if types == set(_TYPES) - {"integer"}:
            return {"$ref": f"#/definitions/{_EXTRA}"}
        if len(types) > 1:
            return {"anyOf": [_bounded({"type": t}) for t in sorted(types)]}
        out: JsonObject = {"type": next(iter(types)), **merged.limits}
        if len(merged.patterns) > 1:
            raise GenerationError(
                self._where, f"a string has to fit {sorted(merged.patterns)}, more than one pattern"
            )
        for pattern in merged.patterns:
            out["pattern"] = pattern
        return _bounded(out)

    def _object(self, merged: _Merged) -> JsonObject | None:
        properties = {key: self.child(parts) for key, parts in sorted(merged.properties.items())}
        if any(properties.get(key) is False for key in merged.required):
            return None
        return {
            "type": "object",
            "properties": properties,
            "required": sorted(merged.required),
            "maxProperties": len(properties) + 1,
            "propertyNames": {
                "anyOf": [
                    {"enum": [k for k, v in properties.items() if v is not False]},
                    {"$ref": f"#/definitions/{_EXTRA_NAME}"},
                ],
            },
            "additionalProperties": {"$ref": f"#/definitions/{_EXTRA}"},
        }

    def _array(self, merged: _Merged) -> JsonObject | None:
        prefix = [self.child([*parts, *merged.items]) if parts else True for parts in merged.prefix]
        item = self.child(merged.items) if merged.items else True
        least = int(merged.limits.get("minItems", 0))
        most = int(merged.limits.get("maxItems", max(least, MAX_ITEMS)))
        ends = [position for position, schema in enumerate(prefix) if schema is False]
        if item is False:
            ends.append(len(prefix))
        most = min([most, *ends])
        if least > most:
            return None
        out: JsonObject = {"type": "array", "minItems": least, "maxItems": most}
        if merged.limits.get("uniqueItems"):
            out["uniqueItems"] = True
        if prefix:
            out["items"] = prefix[:most]
            out["additionalItems"] = item
        elif most:
            out["items"] = item
        return out


def _bounded(schema: JsonObject) -> JsonObject:
    """The schema of a value that is no object of the format, with an end."""
    if schema["type"] == "string" and "pattern" not in schema and "maxLength" not in schema:
        return {**schema, "maxLength": max(MAX_LENGTH, schema.get("minLength", 0))}
    if schema["type"] == "array":
        return {**schema, "maxItems": 2, "items": {"anyOf": _SCALARS}}
    if schema["type"] == "object":
        return {**schema, "maxProperties": 2, "additionalProperties": {"anyOf": _SCALARS}}
    return schema
