"""Take composed schemas apart: concepts, properties, types, conditions.

Every keyword of a schema becomes one of three things: a type, a constraint of a
type, or a condition that needs a hand-written body. A keyword that would become
nothing stops the generation.

The rule of the house for people who write schemas: inside `properties` only what
a type can say; everything else in a branch of `allOf` that names its rule with
`x-rule`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final, NoReturn

from codegen.compose import DIALECT, Profile
from codegen.errors import GenerationError
from codegen.keywords import (
    ANNOTATIONS,
    ARRAY_LIMITS,
    LIMITS,
    SCALARS,
    WORDS,
    problems,
    references_in,
    step,
    wrong_value,
)
from codegen.lineage import complete
from codegen.reading import JsonObject, at, known, show
from codegen.shapes import ConceptIR, Condition, PropertyIR, TypeIR, class_name
from codegen.sources import SUFFIX
from codegen.words import Words

__all__ = ["ConceptIR", "Condition", "PropertyIR", "TypeIR", "analyse", "class_name"]

_OF_CONCEPT: Final = {"x-rfc", "x-rule", "x-dispatch"}
_OF_PROPERTY: Final = {"x-rfc", "x-rule", "x-required-rule"}
_OF_CONDITION: Final = {"x-rfc", "x-rule"}
_DISPATCHES: Final = {"type": "oneOf", "json-type": "oneOf", "envelope": "if, then, else"}
_STRUCTURE: Final = {
    "properties": (dict, "an object of properties"),
    "required": (list, "an array of keys"),
    "allOf": (list, "an array of bases and conditions"),
    "oneOf": (list, "an array of members"),
}


class _Reader:
    """Takes the schemas of one profile apart."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.schemas = profile.concepts
        self.words = Words(
            self.schemas, lambda name: self.type_of(name, "", _bare(self.schemas[name]))
        )

    # -- refusals ------------------------------------------------------------

    def refuse(self, concept: str, pointer: str, problem: str) -> NoReturn:
        place = at(self.profile.places[concept], pointer)
        raise GenerationError(f"{place} (profile {self.profile.name})", problem)

    def refuse_keys(self, concept: str, pointer: str, keys: Iterable[str]) -> NoReturn:
        names = ", ".join(sorted(keys))
        if strange := sorted(set(keys) - WORDS):
            self.refuse(
                concept,
                pointer,
                f"the keyword {', '.join(strange)} is no word of JSON Schema 2020-12; correct it",
            )
        self.refuse(
            concept,
            pointer,
            f"the keyword {names} becomes neither a type, nor a constraint, nor a stub. Put it "
            "into a branch of the concept's `allOf` that has a `description` and names its rule "
            "with `x-rule`",
        )

    def check_keys(self, concept: str, pointer: str, schema: JsonObject, allowed: set[str]) -> None:
        if unknown := set(_words(schema)) - allowed:
            self.refuse_keys(concept, pointer, unknown)

    def check_extensions(
        self, concept: str, pointer: str, schema: JsonObject, allowed: set[str]
    ) -> None:
        for key in schema:
            if key.startswith("x-") and key not in allowed:
                self.refuse(
                    concept,
                    pointer,
                    f"has `{key}`, which nothing reads here; expected {known(allowed)}; correct "
                    "or delete it",
                )

    def check_schema(self, concept: str, pointer: str, schema: Any) -> JsonObject:
        if not isinstance(schema, dict):
            self.refuse(
                concept,
                pointer,
                f"is {show(schema)}; expected an object that says a type, or {{}} for any value",
            )
        return schema

    def check_rule(self, concept: str, pointer: str, rule: Any) -> str:
        if rule != "" and (not isinstance(rule, str) or rule not in self.profile.rules):
            self.refuse(
                concept,
                pointer,
                f"names the rule {rule!r}, which schemas/rules/ does not hold for "
                f"{self.profile.name} at {self.profile.revision.name}; correct it, write the "
                "rule, or add the profile and the revision to it",
            )
        return str(rule)

    def text(self, concept: str, pointer: str, schema: JsonObject, key: str, remedy: str) -> str:
        value = schema.get(key)
        if not isinstance(value, str) or not value.strip():
            found = f"`{key}` is {show(value)}" if key in schema else f"has no `{key}`"
            self.refuse(concept, pointer, f"{found}; {remedy}")
        return str(value)

    # -- types ---------------------------------------------------------------

    def type_of(self, concept: str, pointer: str, schema: Any) -> TypeIR:
        schema = self.check_schema(concept, pointer, schema)
        if "$ref" in schema:
            self.check_keys(concept, pointer, schema, {"$ref"})
            return TypeIR("concept", self.target(concept, pointer, schema))
        if "anyOf" in schema:
            return self.nullable(concept, pointer, schema)
        if "const" in schema:
            return self.constant(concept, pointer, schema)
        kind = schema.get("type")
        if kind is None:
            self.check_keys(concept, pointer, schema, set())
            return TypeIR("any")
        if kind == "array":
            return self.array(concept, pointer, schema)
        if not isinstance(kind, str) or kind not in SCALARS:
            self.refuse(concept, pointer, _wrong_type(kind))
        return self.scalar(concept, pointer, schema, kind)

    def constant(self, concept: str, pointer: str, schema: JsonObject) -> TypeIR:
        self.check_keys(concept, pointer, schema, {"const"})
        if not isinstance(schema["const"], (str, int)):
            self.refuse(
                concept,
                pointer,
                f"`const` is {show(schema['const'])}; expected a string, an integer, true or "
                "false. Give the property a type, and put the constant into a branch of the "
                "concept's `allOf`",
            )
        return TypeIR("const", value=schema["const"])

    def array(self, concept: str, pointer: str, schema: JsonObject) -> TypeIR:
        self.check_keys(concept, pointer, schema, {"type", "items", *ARRAY_LIMITS})
        if "items" not in schema:
            self.refuse(
                concept,
                pointer,
                "says nothing of its items; add `items`: a schema, or {} for any value",
            )
        inner = f"{pointer}/items"
        items = self.check_schema(concept, inner, schema["items"])
        self.check_extensions(concept, inner, items, set())
        item = self.type_of(concept, inner, items)
        self.check_unlimited(concept, inner, item)
        return TypeIR("array", item=item, limits=self.limits(concept, pointer, schema))

    def check_unlimited(self, concept: str, pointer: str, inner: TypeIR) -> None:
        """Refuse limits of a type within a type, which get lost on the way to a class."""
        if not inner.limits:
            return
        limits = known(key for key, _ in inner.limits)
        remedy = (
            "make a scalar concept of it, in a file of its own, and refer to it with `$ref`"
            if inner.kind == "scalar"
            else "put them into a branch of the concept's `allOf` that has a `description` and "
            "names its rule with `x-rule`"
        )
        self.refuse(
            concept,
            pointer,
            f"has limits of its own ({limits}), which would be lost; expected a type without "
            f"limits; {remedy}",
        )

    def scalar(self, concept: str, pointer: str, schema: JsonObject, kind: str) -> TypeIR:
        self.check_keys(concept, pointer, schema, {"type", *LIMITS})
        if foreign := {*_words(schema)} & LIMITS - SCALARS[kind]:
            self.refuse(
                concept,
                pointer,
                f"is of the type {kind} and has {known(foreign)}, which says nothing about it; "
                f"expected some of {known(SCALARS[kind])}; delete it, or correct the type",
            )
        return TypeIR("scalar", kind, limits=self.limits(concept, pointer, schema))

    def limits(self, concept: str, pointer: str, schema: JsonObject) -> tuple[tuple[str, Any], ...]:
        out = tuple((key, schema[key]) for key in sorted(LIMITS | ARRAY_LIMITS) if key in schema)
        for key, value in out:
            if expected := wrong_value(key, value):
                self.refuse(concept, pointer + step(key), f"is {show(value)}; expected {expected}")
        return out

    def nullable(self, concept: str, pointer: str, schema: JsonObject) -> TypeIR:
        self.check_keys(concept, pointer, schema, {"anyOf"})
        listed = schema["anyOf"] if isinstance(schema["anyOf"], list) else []
        branches = [(i, b) for i, b in enumerate(listed) if b != {"type": "null"}]
        if len(branches) != 1 or len(listed) != 2:
            self.refuse_keys(concept, pointer, {"anyOf"})
        position, branch = branches[0]
        where = f"{pointer}/anyOf/{position}"
        self.check_extensions(concept, where, self.check_schema(concept, where, branch), set())
        inner = self.type_of(concept, where, branch)
        self.check_unlimited(concept, where, inner)
        return TypeIR(inner.kind, inner.name, inner.value, inner.limits, inner.item, nullable=True)

    def target(self, concept: str, pointer: str, schema: Any) -> str:
        if not isinstance(schema, dict) or not isinstance(schema.get("$ref"), str):
            self.refuse(
                concept,
                pointer,
                f'is {show(schema)}; expected a reference to a concept, such as {{"$ref": '
                f'"thing{SUFFIX}"}}; make a concept of it, in a file of its own',
            )
        name = schema["$ref"].removesuffix(SUFFIX)
        if name not in self.schemas or not schema["$ref"].endswith(SUFFIX):
            self.refuse(
                concept,
                pointer,
                f"refers to {schema['$ref']!r}, which does not exist; expected the name of a file "
                f"of the revision or of its base; correct it, or write the file",
            )
        return str(name)

    # -- concepts ------------------------------------------------------------

    def properties(self, concept: str, schema: JsonObject) -> tuple[PropertyIR, ...]:
        required = schema.get("required", [])
        return tuple(
            self.property(concept, key, value, required=key in required)
            for key, value in schema.get("properties", {}).items()
        )

    def property(self, concept: str, key: str, value: Any, *, required: bool) -> PropertyIR:
        pointer = f"/properties{step(key)}"
        value = self.check_schema(concept, pointer, value)
        description = self.text(
            concept, pointer, value, "description", "write one sentence about what it means"
        )
        rule = self.text(
            concept, pointer, value, "x-rule", "name the rule of schemas/rules/ that checks it"
        )
        self.check_extensions(concept, pointer, value, _OF_PROPERTY)
        type_ = self.type_of(concept, pointer, value)
        return PropertyIR(
            key=key,
            type=type_,
            description=description,
            required=required,
            rule=self.check_rule(concept, pointer, rule),
            missing_rule=self.check_rule(concept, pointer, value.get("x-required-rule", rule)),
            expected=self.words.expected(type_),
        )

    def branches(self, concept: str, schema: JsonObject) -> tuple[list[str], list[Condition]]:
        bases: list[str] = []
        conditions: list[Condition] = []
        for position, value in enumerate(schema.get("allOf", ())):
            pointer = f"/allOf/{position}"
            branch = self.check_schema(concept, pointer, value)
            if "$ref" in branch:
                self.check_keys(concept, pointer, branch, {"$ref"})
                self.check_extensions(concept, pointer, branch, set())
                bases.append(self.target(concept, pointer, branch))
            else:
                conditions.append(self.condition(concept, pointer, branch))
        return bases, conditions

    def condition(self, concept: str, pointer: str, branch: JsonObject) -> Condition:
        self.check_extensions(concept, pointer, branch, _OF_CONDITION)
        words = _words(branch)
        if not words:
            self.refuse(
                concept,
                pointer,
                "is a condition that says nothing; expected a word of JSON Schema, such as "
                "`required` or `oneOf`; write it, or delete the branch",
            )
        if not branch.get("x-rule") or not branch.get("description"):
            self.refuse_keys(concept, pointer, words)
        description = self.text(
            concept, pointer, branch, "description", "write one sentence about what it means"
        )
        said = {word: branch[word] for word in words}
        for where, problem in problems(said, pointer):
            self.refuse(concept, where, problem)
        for where, inner in references_in(said, pointer):
            self.target(concept, where, inner)
        rule = self.check_rule(concept, pointer, branch["x-rule"])
        text = json.dumps(said, sort_keys=True, ensure_ascii=False)
        return Condition(rule, description, tuple(words), text)

    def head(self, name: str, schema: JsonObject) -> dict[str, Any]:
        """What every concept says of itself."""
        remedy = "every concept says it; add it"
        for key in ("$schema", "$id", "title", "description", "x-rfc"):
            self.text(name, "", schema, key, remedy)
        self.check_extensions(name, "", schema, _OF_CONCEPT)
        path = self.profile.revision.files[name]
        end = f"/{path.parent.name}/{path.name}"
        if schema["$schema"] != DIALECT:
            self.refuse(name, "/$schema", f"is {show(schema['$schema'])}; expected {DIALECT}")
        if not schema["$id"].endswith(end):
            self.refuse(
                name, "/$id", f"is {show(schema['$id'])}; expected a URL that ends in {end}"
            )
        for key, (type_, expected) in _STRUCTURE.items():
            if key in schema and not isinstance(schema[key], type_):
                self.refuse(name, f"/{key}", f"is {show(schema[key])}; expected {expected}")
        for position, key in enumerate(schema.get("required", ())):
            if not isinstance(key, str):
                self.refuse(name, f"/required/{position}", f"is {show(key)}; expected a key")
        return {
            "name": name,
            "place": self.profile.places[name],
            "profile": self.profile.name,
            "title": schema["title"],
            "description": schema["description"],
            "rfc": schema["x-rfc"],
            "rule": self.check_rule(name, "", schema.get("x-rule", "")),
        }

    def concept(self, name: str) -> ConceptIR:
        schema = self.schemas[name]
        common = self.head(name, schema)
        if "x-dispatch" in schema:
            return self.union(name, schema, common)
        kind = schema.get("type")
        if isinstance(kind, str) and kind in SCALARS:
            scalar = self.type_of(name, "", _bare(schema))
            return ConceptIR(kind="scalar", scalar=scalar, **common)
        self.check_keys(name, "", schema, {"type", "properties", "required", "allOf"})
        bases, conditions = self.branches(name, schema)
        common["conditions"] = tuple(conditions)
        if kind == "object":
            own = schema.get("properties", {})
            return ConceptIR(
                kind="object",
                bases=tuple(bases),
                properties=self.properties(name, schema),
                required_of_bases=tuple(k for k in schema.get("required", ()) if k not in own),
                **common,
            )
        self.check_refinement(name, schema, bases)
        return ConceptIR(kind="refinement", refines=bases[0], **common)

    def check_refinement(self, name: str, schema: JsonObject, bases: list[str]) -> None:
        if len(bases) != 1:
            self.refuse(
                name,
                "",
                "is neither an object (`type`), nor a union (`x-dispatch`), nor a refinement of "
                f"one concept: its `allOf` refers to {len(bases)} concepts; add what it lacks",
            )
        if left := set(_words(schema)) - {"allOf"}:
            self.refuse(
                name,
                "",
                f"is a refinement of {bases[0]!r} and has {known(left)}, which would be lost; "
                'expected `allOf` alone. For an object of its own write "type": "object"; for a '
                "condition put it into a branch of `allOf` that has a `description` and names its "
                "rule with `x-rule`",
            )

    # -- unions --------------------------------------------------------------

    def union(self, name: str, schema: JsonObject, common: dict[str, Any]) -> ConceptIR:
        dispatch = schema["x-dispatch"]
        if not isinstance(dispatch, str) or dispatch not in _DISPATCHES:
            self.refuse(
                name,
                "/x-dispatch",
                f"is {show(dispatch)}; expected type, json-type or envelope: how the member is "
                "chosen; correct it",
            )
        words = set(_DISPATCHES[dispatch].split(", "))
        self.check_keys(name, "", schema, words)
        for word in sorted(words - set(schema)):
            self.refuse(name, "", f"lacks `{word}`, which names the members of a union; add it")
        if dispatch == "envelope":
            members = {
                "zarr": self.target(name, "/then", schema["then"]),
                "json": self.target(name, "/else", schema["else"]),
            }
        else:
            if not schema["oneOf"]:
                self.refuse(name, "/oneOf", "is empty; expected a member at least; add one")
            members = self.members(name, schema["oneOf"], by_type=dispatch == "type")
        return ConceptIR(kind="union", dispatch=dispatch, members=members, **common)

    def members(self, name: str, listed: list[Any], *, by_type: bool) -> dict[str, str]:
        out: dict[str, str] = {}
        for position, member in enumerate(listed):
            pointer = f"/oneOf/{position}"
            target = self.target(name, pointer, member)
            tag = (
                self.tag(name, pointer, target)
                if by_type
                else self.json_type(name, pointer, target)
            )
            if tag in out:
                what = "prefixed types" if tag == ":" else f"the type {tag}"
                self.refuse(
                    name,
                    pointer,
                    f"its members {out[tag]!r} and {target!r} both have {what}, so that neither "
                    "can be chosen; change the `type` of one, or delete it here",
                )
            out[tag] = target
        return out

    def tag(self, union: str, pointer: str, member: str) -> str:
        properties = self.schemas[member].get("properties")
        type_ = properties.get("type") if isinstance(properties, dict) else None
        said = type_ if isinstance(type_, dict) else {}
        if not isinstance(said.get("const"), str) and "pattern" not in said:
            self.refuse(
                union,
                pointer,
                f"its member {member!r} has neither a constant nor a prefixed `type`; give it a "
                "property `type` with a string as `const`, or with a `pattern`",
            )
        return str(said.get("const", ":"))

    def json_type(self, union: str, pointer: str, member: str) -> str:
        schema = self.schemas[member]
        kind = schema.get("type", "union" if "x-dispatch" in schema else "refinement")
        if kind not in ("string", "object"):
            self.refuse(
                union,
                pointer,
                f"its member {member!r} is of the type {show(kind)}; a union by JSON type can "
                "choose between one string and one object; make an object of it, or delete it "
                "here",
            )
        return str(kind)


def _words(schema: JsonObject) -> list[str]:
    """The keys that say something about values."""
    return [key for key in schema if key not in ANNOTATIONS and not key.startswith("x-")]


def _bare(schema: JsonObject) -> JsonObject:
    return {key: schema[key] for key in _words(schema)}


def _wrong_type(kind: Any) -> str:
    if kind == "object":
        return (
            "is an object of its own; make a concept of it, in a file of its own, and refer to it "
            "with `$ref`"
        )
    names = ", ".join(["array", *SCALARS])
    remedy = 'for null beside a type write "anyOf": [a schema, {"type": "null"}]'
    return f"`type` is {show(kind)}; expected one of {names}; {remedy}"


def analyse(profile: Profile) -> dict[str, ConceptIR]:
    """Take all schemas of a profile apart.

    Args:
        profile: The composed profile.

    Returns:
        The concepts, by name, in alphabetical order.

    Raises:
        GenerationError: A schema says something that would be lost, lacks a
            description, or names a rule that does not exist.
    """
    reader = _Reader(profile)
    for name, schema in profile.concepts.items():
        reader.check_schema(name, "", schema)
    return complete({name: reader.concept(name) for name in sorted(profile.concepts)})
