"""What a composed schema says, taken apart: concepts, properties, types, conditions.

Every keyword of a schema becomes one of three things: a type, a constraint of a
type, or a condition that needs a hand-written body. A keyword that would become
nothing stops the generation.

The rule of the house for people who write schemas: inside `properties` only what
a type can say; everything else in a branch of `allOf` that names its rule with
`x-rule`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from codegen.compose import Profile
from codegen.errors import GenerationError
from codegen.sources import SUFFIX, JsonObject

__all__ = ["ConceptIR", "Condition", "PropertyIR", "TypeIR", "analyse", "class_name"]

_ANNOTATIONS: Final = {"$schema", "$id", "$comment", "title", "description"}
_SCALARS: Final = {"string", "number", "integer", "boolean"}
_SCALAR_LIMITS: Final = {"pattern", "minLength", "maxLength", "minimum", "maximum"}
_ARRAY_LIMITS: Final = {"minItems", "maxItems"}
_NOUNS: Final = {
    "string": "a string",
    "number": "a number",
    "integer": "an integer",
    "boolean": "true or false",
}


@dataclass(frozen=True)
class TypeIR:
    """The type of a value.

    Attributes:
        kind: `scalar`, `const`, `array`, `concept` or `any`.
        name: The JSON type of a scalar, or the name of a concept.
        value: The value of a `const`.
        limits: Limits such as `minLength`.
        item: The type of the items of an array.
        nullable: Whether null is allowed beside it.
    """

    kind: str
    name: str = ""
    value: Any = None
    limits: tuple[tuple[str, Any], ...] = ()
    item: TypeIR | None = None
    nullable: bool = False


@dataclass(frozen=True)
class PropertyIR:
    """One property of a concept."""

    key: str
    type: TypeIR
    description: str
    required: bool
    rule: str
    missing_rule: str
    expected: tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """A condition that no type can say."""

    rule: str
    description: str
    keywords: tuple[str, ...]


@dataclass(frozen=True)
class ConceptIR:
    """One concept, taken apart.

    Attributes:
        name: The name of its schema file.
        kind: `object`, `union`, `refinement` or `scalar`.
        title, description, rfc: As the schema says.
        rule: The rule that a value of the wrong kind breaks.
        bases: The concepts whose properties and conditions it has, too.
        properties: Its own properties.
        conditions: What needs a hand-written body.
        dispatch: How a union chooses: `type`, `json-type` or `envelope`.
        members: What it chooses from, by value of `type` or kind of value.
        refines: The concept that a refinement adds conditions to.
        scalar: The type of a scalar concept.
    """

    name: str
    kind: str
    title: str
    description: str
    rfc: str
    rule: str = ""
    bases: tuple[str, ...] = ()
    properties: tuple[PropertyIR, ...] = ()
    conditions: tuple[Condition, ...] = ()
    dispatch: str = ""
    members: dict[str, str] = field(default_factory=dict)
    refines: str = ""
    scalar: TypeIR | None = None

    @property
    def class_name(self) -> str:
        """The name of its class or type in Python."""
        return class_name(self.name)


def class_name(concept: str) -> str:
    """The Python name of a concept: `coordinate-system` becomes `CoordinateSystem`."""
    return "".join(part.capitalize() for part in concept.split("-"))


class _Reader:
    """Takes the schemas of one profile apart."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.schemas = profile.concepts

    def where(self, concept: str, pointer: str = "") -> str:
        path = self.profile.revision.files[concept]
        place = f"{path.parent.name}/{path.name}{'#' + pointer if pointer else ''}"
        return f"{place} (profile {self.profile.name})"

    def refuse(self, concept: str, pointer: str, keys: set[str]) -> None:
        names = ", ".join(sorted(keys))
        raise GenerationError(
            self.where(concept, pointer),
            f"the keyword {names} becomes neither a type, nor a constraint, nor a stub. Put it "
            "into a branch of the concept's `allOf` that has a `description` and names its rule "
            "with `x-rule`",
        )

    def check_keys(self, concept: str, pointer: str, schema: JsonObject, allowed: set[str]) -> None:
        unknown = {k for k in schema if k not in allowed | _ANNOTATIONS and not k.startswith("x-")}
        if unknown:
            self.refuse(concept, pointer, unknown)

    def check_rule(self, concept: str, pointer: str, rule: str) -> str:
        if rule and rule not in self.profile.rules:
            raise GenerationError(
                self.where(concept, pointer),
                f"names the rule {rule!r}, which schemas/rules/ does not hold for "
                f"{self.profile.name} at {self.profile.revision.name}",
            )
        return rule

    # -- types ---------------------------------------------------------------

    def type_of(self, concept: str, pointer: str, schema: JsonObject) -> TypeIR:
        if "$ref" in schema:
            self.check_keys(concept, pointer, schema, {"$ref"})
            return TypeIR("concept", self.target(concept, pointer, schema))
        if "anyOf" in schema:
            return self.nullable(concept, pointer, schema)
        if "const" in schema:
            self.check_keys(concept, pointer, schema, {"const"})
            return TypeIR("const", value=schema["const"])
        kind = schema.get("type")
        if kind == "array":
            self.check_keys(concept, pointer, schema, {"type", "items", *_ARRAY_LIMITS})
            item = self.type_of(concept, f"{pointer}/items", schema["items"])
            return TypeIR("array", item=item, limits=_limits(schema, _ARRAY_LIMITS))
        if kind in _SCALARS:
            self.check_keys(concept, pointer, schema, {"type", *_SCALAR_LIMITS})
            return TypeIR("scalar", kind, limits=_limits(schema, _SCALAR_LIMITS))
        self.check_keys(concept, pointer, schema, set())
        return TypeIR("any")

    def nullable(self, concept: str, pointer: str, schema: JsonObject) -> TypeIR:
        self.check_keys(concept, pointer, schema, {"anyOf"})
        branches = [b for b in schema["anyOf"] if b != {"type": "null"}]
        if len(branches) != 1 or len(schema["anyOf"]) != 2:
            self.refuse(concept, pointer, {"anyOf"})
        inner = self.type_of(concept, f"{pointer}/anyOf", branches[0])
        return TypeIR(inner.kind, inner.name, inner.value, inner.limits, inner.item, nullable=True)

    def target(self, concept: str, pointer: str, schema: JsonObject) -> str:
        name = str(schema["$ref"]).removesuffix(SUFFIX)
        if name not in self.schemas:
            raise GenerationError(
                self.where(concept, pointer), f"refers to {schema['$ref']!r}, which does not exist"
            )
        return name

    # -- words ---------------------------------------------------------------

    def words(self, type_: TypeIR, *, plural: bool = False) -> str:
        or_null = " or null" if type_.nullable else ""
        if type_.kind == "const":
            return f"`{type_.value}`{or_null}"
        if type_.kind == "array":
            assert type_.item is not None
            limits = dict(type_.limits)
            fixed = "minItems" in limits and limits["minItems"] == limits.get("maxItems")
            count = f"{limits['minItems']} " if fixed else ""
            noun = "arrays" if plural else "an array"
            if limits.get("minItems") and not fixed:
                noun = f"{noun}, not empty,"
            return f"{noun} of {count}{self.words(type_.item, plural=True)}{or_null}"
        if type_.kind == "concept":
            schema = self.schemas[type_.name]
            if "x-dispatch" not in schema and schema.get("type") in _SCALARS:
                return (
                    self.words(self.type_of(type_.name, "", _bare(schema)), plural=plural) + or_null
                )
            title = str(schema["title"]).lower()
            if plural:
                return f"{title} objects" if not title.endswith("s") else title
            return (
                f"an object ({title}){or_null}"
                if "x-dispatch" not in schema
                else f"{_article(title)}{or_null}"
            )
        if type_.kind == "scalar":
            return _scalar_words(type_, plural=plural) + or_null
        return "any value"

    def expected(self, type_: TypeIR) -> tuple[str, ...]:
        out = [self.words(type_)]
        while type_.item is not None:
            type_ = type_.item
            out.append(self.words(type_))
        return tuple(out)

    # -- concepts ------------------------------------------------------------

    def properties(self, concept: str, schema: JsonObject) -> tuple[PropertyIR, ...]:
        required = set(schema.get("required", ()))
        properties = schema.get("properties", {})
        unknown = required - set(properties)
        if unknown and not schema.get("allOf"):
            raise GenerationError(
                self.where(concept, "/required"),
                f"requires {sorted(unknown)}, which it does not describe",
            )
        out = []
        for key, value in properties.items():
            pointer = f"/properties/{key}"
            if not value.get("description"):
                raise GenerationError(self.where(concept, pointer), "has no `description`")
            rule = value.get("x-rule")
            if rule is None:
                raise GenerationError(self.where(concept, pointer), "names no rule with `x-rule`")
            type_ = self.type_of(concept, pointer, value)
            out.append(
                PropertyIR(
                    key=key,
                    type=type_,
                    description=value["description"],
                    required=key in required,
                    rule=self.check_rule(concept, pointer, rule),
                    missing_rule=self.check_rule(
                        concept, pointer, value.get("x-required-rule", rule)
                    ),
                    expected=self.expected(type_),
                )
            )
        return tuple(out)

    def branches(self, concept: str, schema: JsonObject) -> tuple[list[str], list[Condition]]:
        bases: list[str] = []
        conditions: list[Condition] = []
        for position, branch in enumerate(schema.get("allOf", ())):
            pointer = f"/allOf/{position}"
            if "$ref" in branch:
                self.check_keys(concept, pointer, branch, {"$ref"})
                bases.append(self.target(concept, pointer, branch))
                continue
            if not branch.get("x-rule") or not branch.get("description"):
                self.refuse(concept, pointer, {k for k in branch if k not in _ANNOTATIONS})
            rule = self.check_rule(concept, pointer, branch["x-rule"])
            words = tuple(k for k in branch if k not in _ANNOTATIONS and not k.startswith("x-"))
            conditions.append(Condition(rule, branch["description"], words))
        return bases, conditions

    def concept(self, name: str) -> ConceptIR:
        schema = self.schemas[name]
        for key in ("$schema", "$id", "title", "description", "x-rfc"):
            if not schema.get(key):
                raise GenerationError(self.where(name), f"has no `{key}`")
        common: dict[str, Any] = {
            "name": name,
            "title": schema["title"],
            "description": schema["description"],
            "rfc": schema["x-rfc"],
            "rule": self.check_rule(name, "", schema.get("x-rule", "")),
        }
        if "x-dispatch" in schema:
            return self.union(name, schema, common)
        bases, conditions = self.branches(name, schema)
        if schema.get("type") in _SCALARS:
            return ConceptIR(kind="scalar", scalar=self.type_of(name, "", _bare(schema)), **common)
        self.check_keys(name, "", schema, {"type", "properties", "required", "allOf"})
        if schema.get("type") == "object":
            return ConceptIR(
                kind="object",
                bases=tuple(bases),
                conditions=tuple(conditions),
                properties=self.properties(name, schema),
                **common,
            )
        if len(bases) != 1 or "properties" in schema:
            raise GenerationError(
                self.where(name),
                "is neither an object (`type`), nor a union (`x-dispatch`), nor a refinement of "
                "one concept",
            )
        return ConceptIR(
            kind="refinement", refines=bases[0], conditions=tuple(conditions), **common
        )

    def union(self, name: str, schema: JsonObject, common: dict[str, Any]) -> ConceptIR:
        dispatch = schema["x-dispatch"]
        if dispatch == "envelope":
            self.check_keys(name, "", schema, {"if", "then", "else"})
            members = {
                "zarr": self.target(name, "/then", schema["then"]),
                "json": self.target(name, "/else", schema["else"]),
            }
        elif dispatch == "type":
            self.check_keys(name, "", schema, {"oneOf"})
            members = {}
            for position, member in enumerate(schema["oneOf"]):
                target = self.target(name, f"/oneOf/{position}", member)
                members[self.tag(name, target)] = target
        elif dispatch == "json-type":
            self.check_keys(name, "", schema, {"oneOf"})
            members = self.kinds(name, schema["oneOf"])
        else:
            raise GenerationError(
                self.where(name),
                f"`x-dispatch` is {dispatch!r}; expected type, json-type or envelope",
            )
        return ConceptIR(kind="union", dispatch=dispatch, members=members, **common)

    def tag(self, union: str, member: str) -> str:
        type_ = self.schemas[member].get("properties", {}).get("type", {})
        if "const" in type_:
            return str(type_["const"])
        if "pattern" in type_:
            return ":"
        raise GenerationError(
            self.where(union), f"its member {member!r} has neither a constant nor a prefixed `type`"
        )

    def kinds(self, name: str, members: list[JsonObject]) -> dict[str, str]:
        out: dict[str, str] = {}
        for position, member in enumerate(members):
            pointer = f"/oneOf/{position}"
            if "$ref" not in member:
                raise GenerationError(self.where(name, pointer), "is no `$ref` to a concept")
            target = self.target(name, pointer, member)
            out[str(self.schemas[target]["type"])] = target
        if len(out) != len(members):
            raise GenerationError(
                self.where(name),
                "two members are of the same JSON type, so that neither can be chosen",
            )
        return out


def _bare(schema: JsonObject) -> JsonObject:
    return {k: v for k, v in schema.items() if k not in _ANNOTATIONS and not k.startswith("x-")}


def _limits(schema: JsonObject, names: set[str]) -> tuple[tuple[str, Any], ...]:
    return tuple((k, schema[k]) for k in sorted(names) if k in schema)


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _scalar_words(type_: TypeIR, *, plural: bool) -> str:
    limits = dict(type_.limits)
    text = _NOUNS[type_.name]
    if plural:
        text = "booleans" if type_.name == "boolean" else text.split(" ", 1)[1] + "s"
    if limits.get("pattern", "").startswith("^[a-zA-Z0-9"):
        return f"{text} of letters, digits, `-`, `_` and `.`"
    if "pattern" in limits and "zarr|json" in limits["pattern"]:
        return "`zarr`, `json` or a prefixed type"
    if "pattern" in limits:
        return "a prefixed type such as `myorg:thing`"
    if limits.get("minLength"):
        return f"{text} that {'are' if plural else 'is'} not empty"
    if "minimum" in limits and "maximum" in limits:
        return f"{text} from {limits['minimum']} to {limits['maximum']}"
    if limits.get("minimum") == 0:
        return f"{text}, 0 or more"
    return text


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
    return {name: reader.concept(name) for name in sorted(profile.concepts)}
