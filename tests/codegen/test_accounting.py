"""Nothing is lost on the way from the schemas to the models: every keyword is accounted for."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from codegen.compose import Profile, profiles
from codegen.sources import ROOT, load_sources
from ngio_collections._contract import Concept
from ngio_collections._generated import PROFILES
from ngio_collections._generated.catalogue import RULES
from ngio_collections._generated.stubs import STUBS
from ngio_collections._json import loads
from tests.codegen import shapes

MADE: Final = {profile.key: profile for profile in profiles(load_sources())}
BASE_URL: Final = "https://ngio-collections.github.io/schemas/rfc8"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

every_profile = pytest.mark.parametrize("profile", MADE.values(), ids=list(MADE))
every_file = pytest.mark.parametrize(
    "path",
    sorted((ROOT / "schemas" / "rfc8").glob("*/*.schema.json")),
    ids=lambda path: f"{path.parent.name}/{path.name}",
)

VOCABULARY: Final = {
    *("if", "then", "else", "not", "oneOf", "anyOf", "allOf"),
    *("type", "const", "enum", "required", "properties"),
    *("items", "prefixItems", "minItems", "maxItems", "uniqueItems"),
}
"""What conditions are written with; each of them is a word of JSON Schema."""


def models(profile: Profile) -> Any:
    return importlib.import_module(f"ngio_collections._generated.{profile.key}.models")


def concepts(profile: Profile) -> Mapping[str, Concept]:
    module = importlib.import_module(f"ngio_collections._generated.{profile.key}.concepts")
    found: Mapping[str, Concept] = module.CONCEPTS
    return found


def objects(profile: Profile) -> dict[str, dict[str, Any]]:
    """The schemas that become classes."""
    return {n: s for n, s in profile.concepts.items() if s.get("type") == "object"}


def bases(schema: Mapping[str, Any]) -> list[str]:
    return [shapes.target(branch) for branch in schema.get("allOf", ()) if "$ref" in branch]


def conditions(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [branch for branch in schema.get("allOf", ()) if "$ref" not in branch]


def lineage(profile: Profile, name: str) -> Iterator[dict[str, Any]]:
    """The schemas of what a concept builds on, and at last its own."""
    schema = profile.concepts[name]
    for base in bases(schema):
        yield from lineage(profile, base)
    yield schema


def subschemas(schema: Any) -> Iterator[dict[str, Any]]:
    """A condition and all schemas in it."""
    if isinstance(schema, dict):
        yield schema
        for key, value in schema.items():
            if key == "properties":
                for inner in value.values():
                    yield from subschemas(inner)
            elif key not in ("const", "enum", "required"):
                yield from subschemas(value)
    elif isinstance(schema, list):
        for item in schema:
            yield from subschemas(item)


# -- files ----------------------------------------------------------------------


@every_file
def test_a_schema_says_what_it_is_and_where_it_comes_from(path: Any) -> None:
    schema = loads(path.read_bytes())
    assert schema["$schema"] == DIALECT
    assert schema["$id"] == f"{BASE_URL}/{path.parent.name}/{path.name}"
    for key in ("title", "description", "x-rfc"):
        assert schema[key].strip(), key


@every_file
def test_every_property_says_what_it_is_and_which_rule_it_is_checked_by(path: Any) -> None:
    schema = loads(path.read_bytes())
    for key, value in schema.get("properties", {}).items():
        assert value["description"].strip().endswith("."), key
        assert value["x-rule"] in RULES, key
        assert value.get("x-required-rule", value["x-rule"]) in RULES, key


@every_file
def test_every_condition_says_what_it_is_about_in_words_of_json_schema(path: Any) -> None:
    for condition in conditions(loads(path.read_bytes())):
        assert condition["description"].strip()
        assert condition["x-rule"] in RULES
        said = {k for k in condition if k not in {"description", "x-rule"}}
        assert said, "says nothing"
        for schema in subschemas({k: condition[k] for k in said}):
            assert set(schema) <= VOCABULARY, sorted(set(schema) - VOCABULARY)


def test_every_profile_is_generated() -> None:
    assert {(p.name, p.revision.name): p.key for p in MADE.values()} == PROFILES
    assert sum(len(profile.concepts) for profile in MADE.values()) > 100


# -- models ---------------------------------------------------------------------


@every_profile
def test_every_concept_is_a_class_or_a_type(profile: Profile) -> None:
    module = models(profile)
    assert set(module.MODELS) == set(objects(profile))
    assert set(module.ADAPTERS) == set(profile.concepts) - set(objects(profile))
    for name in profile.concepts:
        assert hasattr(module, shapes.class_of(name)), name


@every_profile
def test_every_property_is_a_field_under_its_json_name(profile: Profile) -> None:
    counted = 0
    for name in objects(profile):
        model = models(profile).MODELS[name]
        keys = {key for schema in lineage(profile, name) for key in schema.get("properties", {})}
        assert {info.alias or n for n, info in model.model_fields.items()} == keys, name
        own = {model.model_fields[n].alias or n for n in inspect.get_annotations(model)}
        assert own == set(profile.concepts[name].get("properties", {})), name
        counted += len(keys)
    assert counted > 100


@every_profile
def test_a_field_is_required_where_a_schema_in_its_line_requires_it(profile: Profile) -> None:
    counted = 0
    for name in objects(profile):
        model = models(profile).MODELS[name]
        required = {key for s in lineage(profile, name) for key in s.get("required", ())}
        fields = model.model_fields.items()
        assert {info.alias or n for n, info in fields if info.is_required()} == required, name
        counted += len(required)
    assert counted > 50


@every_profile
def test_a_field_allows_what_the_schema_of_its_property_allows(profile: Profile) -> None:
    limits = 0
    for name, schema in objects(profile).items():
        fields = models(profile).MODELS[name].model_fields
        by_key = {info.alias or n: info for n, info in fields.items()}
        for key, value in schema.get("properties", {}).items():
            expected = shapes.of_schema(profile.concepts, value)
            info = by_key[key]
            assert shapes.of_type(info.annotation, info.metadata) == expected, (name, key)
            limits += str(expected).count("minLength") + str(expected).count("pattern")
    assert limits > 10


@every_profile
def test_a_type_that_is_no_class_allows_what_its_schema_allows(profile: Profile) -> None:
    for name in set(profile.concepts) - set(objects(profile)):
        alias = getattr(models(profile), shapes.class_of(name))
        assert shapes.of_type(alias) == shapes.of_concept(profile.concepts, name), name


@every_profile
def test_a_union_chooses_among_all_of_its_members(profile: Profile) -> None:
    unions = {n: s for n, s in profile.concepts.items() if "x-dispatch" in s}
    assert len(unions) >= 3
    for name, schema in unions.items():
        members = schema["oneOf"] if "oneOf" in schema else [schema["then"], schema["else"]]
        chosen = shapes.tags(getattr(models(profile), shapes.class_of(name)))
        assert len(chosen) == len(members), name
        assert concepts(profile)[name].members.keys() == chosen.keys()
        for tag, member in concepts(profile)[name].members.items():
            assert chosen[tag] == shapes.of_concept(profile.concepts, member), (name, tag)
        for member in members:
            assert shapes.target(member) in concepts(profile)[name].members.values()


@every_profile
def test_what_a_class_says_of_a_field_again_is_narrower_than_its_base(profile: Profile) -> None:
    """The field of a class takes the place of that of its base, whose limits it must keep."""
    met = 0
    for name, schema in objects(profile).items():
        for base in bases(schema):
            above = {k: v for s in lineage(profile, base) for k, v in s["properties"].items()}
            for key in above.keys() & schema.get("properties", {}).keys():
                wide = shapes.of_schema(profile.concepts, above[key])
                narrow = shapes.of_schema(profile.concepts, schema["properties"][key])
                assert wide == ("string", frozenset()), (name, key)
                assert narrow[0] == "string" or isinstance(narrow[1], str), (name, key)
                met += 1
    assert met > 10


@every_profile
def test_the_text_of_a_schema_is_the_text_of_its_class(profile: Profile) -> None:
    for name, schema in objects(profile).items():
        doc = inspect.getdoc(models(profile).MODELS[name]) or ""
        assert doc.startswith(schema["description"]), name
        assert doc.endswith(f"Defined in {schema['x-rfc']}."), name


# -- concepts, conditions, rules ------------------------------------------------


@every_profile
def test_every_property_is_known_to_the_rules_engine_with_its_rules(profile: Profile) -> None:
    for name in objects(profile):
        fields = concepts(profile)[name].fields
        expected: dict[str, tuple[str, str]] = {}
        for schema in lineage(profile, name):
            for key, value in schema.get("properties", {}).items():
                missing = value.get("x-required-rule", value["x-rule"])
                inherited = expected.get(key)
                expected[key] = (value["x-rule"], inherited[1] if inherited else missing)
        assert {key: (f.rule, f.missing_rule) for key, f in fields.items()} == expected, name


@every_profile
def test_every_condition_is_a_constraint_with_a_stub_that_quotes_it(profile: Profile) -> None:
    counted = 0
    for name, schema in profile.concepts.items():
        rules = tuple(condition["x-rule"] for condition in conditions(schema))
        if schema.get("type") in shapes.SCALARS:
            assert rules == ()
            continue
        assert concepts(profile)[name].constraints == rules, name
        for condition in conditions(schema):
            doc = STUBS[condition["x-rule"]].__doc__ or ""
            assert f"{name}: {condition['description']} (" in doc, name
            counted += 1
    assert counted >= 10


@every_profile
def test_every_property_that_holds_a_concept_is_a_link_to_it(profile: Profile) -> None:
    for name in objects(profile):
        expected = set()
        for schema in lineage(profile, name):
            for key, value in schema.get("properties", {}).items():
                many, inner = False, value
                while inner.get("type") == "array":
                    many, inner = True, inner["items"]
                for branch in inner.get("anyOf", [inner]):
                    concept = shapes.target(branch) if "$ref" in branch else None
                    if concept and profile.concepts[concept].get("type") not in shapes.SCALARS:
                        expected.add((key, concept, many))
        links = concepts(profile)[name].links
        assert {(link.key, link.concept, link.many) for link in links} == expected, name


# -- bundled schemas ------------------------------------------------------------


@every_profile
def test_the_bundled_schema_holds_every_keyword_of_every_concept_it_needs(
    profile: Profile,
) -> None:
    folder = ROOT / "src" / "ngio_collections" / "_generated" / profile.key
    bundled = loads((folder / "schema.json").read_bytes())

    def plain(value: Any, drop: frozenset[str] = frozenset()) -> Any:
        if isinstance(value, dict):
            return {
                key: str(inner).removeprefix("#/$defs/").removesuffix(shapes.SUFFIX)
                if key == "$ref"
                else plain(inner)
                for key, inner in value.items()
                if key not in drop
            }
        return [plain(item) for item in value] if isinstance(value, list) else value

    own = frozenset({"$schema", "$id"})
    assert bundled["$ref"] == "#/$defs/document"
    for name, schema in profile.concepts.items():
        assert plain(bundled["$defs"][name]) == plain(schema, own), name
    assert set(bundled["$defs"]) == set(profile.concepts), "a concept that nothing refers to"
