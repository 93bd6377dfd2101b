"""The rewritten schemas and the mutations do what the comparison of engines needs."""

from __future__ import annotations

import json
from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_jsonschema import from_schema
from jsonschema import Draft7Validator, Draft202012Validator

from codegen.compose import Profile, bundle, references
from codegen.errors import GenerationError
from codegen.fuzz import DIALECT, MAX_ITEMS, fuzz_schema
from codegen.sources import JsonObject

from .corpus import BUDGETS, PROFILES, pieces
from .mutate import MUTATIONS, Mutation, break_unicode, mutate, places
from .verdicts import smallest

every_profile = pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.key)


def _bundle(root: str, **definitions: JsonObject) -> JsonObject:
    return {
        "$id": "https://example.org/test.schema.json",
        "title": "Test",
        "$ref": f"#/$defs/{root}",
        "$defs": definitions,
    }


def _accepts(schema: JsonObject, value: Any) -> bool:
    return bool(Draft7Validator(schema).is_valid(value))


TREE = _bundle(
    "tree",
    tree={"oneOf": [{"$ref": "#/$defs/branch"}, {"$ref": "#/$defs/leaf"}]},
    branch={
        "type": "object",
        "properties": {
            "type": {"const": "branch"},
            "children": {"type": "array", "items": {"$ref": "#/$defs/tree"}},
        },
        "required": ["type", "children"],
    },
    leaf={
        "type": "object",
        "properties": {"type": {"const": "leaf"}, "twig": {"$ref": "#/$defs/tree"}},
        "required": ["type"],
    },
)


@every_profile
@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_a_fuzz_schema_is_a_schema_of_draft_7_without_circles(profile: Profile, depth: int) -> None:
    schema = fuzz_schema(bundle(profile), depth)
    Draft7Validator.check_schema(schema)
    assert schema["$schema"] == DIALECT
    names = {name: _targets(definition) for name, definition in schema["definitions"].items()}
    while names:
        free = [name for name, targets in names.items() if not targets & names.keys()]
        assert free, f"in a circle: {sorted(names)}"
        for name in free:
            del names[name]


def _targets(schema: Any) -> set[str]:
    return {name.removeprefix("#/definitions/") for name in references(schema)}


@every_profile
def test_a_fuzz_schema_is_the_same_every_time(profile: Profile) -> None:
    one, other = (json.dumps(fuzz_schema(bundle(profile), 2)) for _ in range(2))
    assert one == other


@every_profile
def test_a_fuzz_schema_leaves_the_bundle_alone(profile: Profile) -> None:
    schema = bundle(profile)
    before = json.dumps(schema)
    fuzz_schema(schema, 2)
    assert json.dumps(schema) == before


@every_profile
def test_what_is_generated_fits_the_bundle_and_the_fuzz_schema(profile: Profile) -> None:
    made = pieces(profile.key, "document")
    whole, fuzz = bundle(profile), fuzz_schema(bundle(profile), 2)
    whole_validator, fuzz_validator = Draft202012Validator(whole), Draft7Validator(fuzz)
    random = Random(1)
    for number in range(60):
        document = made.value(random, budget=random.choice(BUDGETS))
        assert whole_validator.is_valid(document), document
        if number < 5:
            assert fuzz_validator.is_valid(document), document


def test_hypothesis_jsonschema_generates_from_a_fuzz_schema_as_it_is() -> None:
    profile = PROFILES[0]
    validator = Draft202012Validator(bundle(profile, "plate"))
    seen = []

    @settings(
        max_examples=10,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(from_schema(fuzz_schema(bundle(profile, "plate"), 0)))
    def collect(value: Any) -> None:
        seen.append(value)
        assert validator.is_valid(value)

    collect()
    assert len(seen) > 1


@every_profile
def test_generated_documents_have_real_content(profile: Profile) -> None:
    made = pieces(profile.key, "document")
    random = Random(2)
    found: Counter[str] = Counter()
    count = 300
    for _ in range(count):
        held = list(places(made.value(random, budget=60)))
        keys = {key for holder, key in held if isinstance(holder, dict) and holder[key]}
        found.update(keys)
        types = {
            holder[key] for holder, key in held if key == "type" and isinstance(holder[key], str)
        }
        found.update(types)
        found["prefixed key"] += any(":" in key for key in keys)
        found["key beyond ASCII"] += any(not key.isascii() for key in keys)
        found["deep"] += sum(key == "nodes" and bool(holder[key]) for holder, key in held) > 1
    kinds = ("collection", "multiscale", "singlescale", "prefixed key", "key beyond ASCII")
    attributes = set(profile.concepts["attributes"]["properties"])
    assert [kind for kind in (*kinds, *attributes) if found[kind] < count // 10] == []
    assert [kind for kind in ("nodes", "deep") if found[kind] < count // 30] == []
    transformations = [
        schema["properties"]["type"].get("const")
        for name, schema in profile.concepts.items()
        if name.endswith("-transformation") and "properties" in schema
    ]
    assert len(transformations) > 12
    assert [type_ for type_ in transformations if type_ and found[type_] < 2] == []


def test_recursion_ends_at_the_depth() -> None:
    def branch(*children: Any) -> JsonObject:
        return {"type": "branch", "children": list(children)}

    flat, once = fuzz_schema(TREE, 0), fuzz_schema(TREE, 1)
    assert _accepts(flat, branch())
    assert _accepts(flat, {"type": "leaf"})
    assert not _accepts(flat, branch(branch()))
    assert not _accepts(flat, {"type": "leaf", "twig": branch()})
    assert _accepts(once, branch(branch(), {"type": "leaf"}))
    assert _accepts(once, {"type": "leaf", "twig": branch()})
    assert not _accepts(once, branch(branch(branch())))


def test_what_cannot_end_is_left_out_of_a_union() -> None:
    schema = _bundle(
        "value",
        value={"oneOf": [{"$ref": "#/$defs/pair"}, {"$ref": "#/$defs/end"}]},
        pair={
            "type": "object",
            "properties": {"type": {"const": "pair"}, "first": {"$ref": "#/$defs/value"}},
            "required": ["type", "first"],
        },
        end={"type": "object", "properties": {"type": {"const": "end"}}, "required": ["type"]},
    )
    pair = {"type": "pair", "first": {"type": "end"}}
    assert not _accepts(fuzz_schema(schema, 0), pair)
    assert _accepts(fuzz_schema(schema, 1), pair)


def test_a_concept_that_never_ends_is_refused() -> None:
    schema = _bundle(
        "loop",
        loop={
            "type": "object",
            "properties": {"next": {"$ref": "#/$defs/loop"}},
            "required": ["next"],
        },
    )
    with pytest.raises(GenerationError, match="no value that ends"):
        fuzz_schema(schema, 3)


def test_one_of_two_required_keys_excludes_the_other() -> None:
    schema = fuzz_schema(
        _bundle(
            "either",
            either={
                "type": "object",
                "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
                "allOf": [{"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}],
            },
        ),
        0,
    )
    assert _accepts(schema, {"a": 1})
    assert _accepts(schema, {"b": 1})
    assert not _accepts(schema, {})
    assert not _accepts(schema, {"a": 1, "b": 1})


def test_a_condition_becomes_both_of_its_cases() -> None:
    schema = fuzz_schema(
        _bundle(
            "case",
            case={
                "type": "object",
                "properties": {
                    "path": {"type": "string"},
                    "inner": {"type": "object", "properties": {}},
                },
                "allOf": [
                    {
                        "if": {"not": {"required": ["path"]}},
                        "then": {
                            "required": ["inner"],
                            "properties": {"inner": {"required": ["key"]}},
                        },
                    }
                ],
            },
        ),
        0,
    )
    assert _accepts(schema, {"path": "a"})
    assert _accepts(schema, {"path": "a", "inner": {}})
    assert _accepts(schema, {"inner": {"key": 1}})
    assert not _accepts(schema, {"inner": {}})
    assert not _accepts(schema, {})


def test_constants_that_contradict_each_other_leave_nothing() -> None:
    schema = _bundle(
        "none",
        none={
            "type": "object",
            "properties": {"a": {"const": 1}},
            "required": ["a"],
            "allOf": [{"$ref": "#/$defs/two"}],
        },
        two={"type": "object", "properties": {"a": {"const": 2}}},
    )
    with pytest.raises(GenerationError, match="no value"):
        fuzz_schema(schema, 0)


def test_arrays_are_bounded_and_fixed_first_items_kept() -> None:
    schema = fuzz_schema(
        _bundle(
            "list",
            list={
                "type": "object",
                "properties": {
                    "free": {"type": "array", "items": {"type": "integer"}},
                    "pair": {
                        "type": "array",
                        "minItems": 2,
                        "maxItems": 2,
                        "prefixItems": [{"const": "a"}, {"const": "b"}],
                    },
                },
            },
        ),
        0,
    )
    assert _accepts(schema, {"free": [1] * MAX_ITEMS})
    assert not _accepts(schema, {"free": [1] * (MAX_ITEMS + 1)})
    assert _accepts(schema, {"pair": ["a", "b"]})
    assert not _accepts(schema, {"pair": ["b", "a"]})


@pytest.mark.parametrize(
    "part",
    [
        {"dependentRequired": {"a": ["b"]}},
        {"not": {"minLength": 3}},
        {"if": {"pattern": "a"}, "then": {"required": ["a"]}},
    ],
    ids=lambda part: next(iter(part)),
)
def test_a_keyword_that_would_be_lost_is_refused(part: JsonObject) -> None:
    with pytest.raises(GenerationError, match="cannot be generated from"):
        fuzz_schema(_bundle("odd", odd={"type": "object", "properties": {}, "allOf": [part]}), 0)


DOCUMENT: JsonObject = {
    "ome": {
        "type": "collection",
        "id": "root",
        "version": "0.9",
        "nodes": [
            {"type": "collection", "id": "a", "nodes": [], "lab:n": 1},
            {"type": "collection", "id": "b", "path": {"type": "zarr", "path": "b"}},
        ],
    }
}


@pytest.mark.parametrize("mutation", [*MUTATIONS, break_unicode], ids=lambda m: m.__name__)
def test_every_mutation_changes_documents(mutation: Mutation) -> None:
    before = json.dumps(DOCUMENT)
    results = set()
    for seed in range(40):
        document = json.loads(before)
        assert mutation(document, Random(seed))
        results.add(json.dumps(document))
    assert results - {before}


@given(st.randoms(use_true_random=False), st.integers(1, 4))
@settings(max_examples=60)
def test_mutations_keep_json_and_leave_the_document_alone(random: Random, most: int) -> None:
    before = json.dumps(DOCUMENT)
    mutated = mutate(DOCUMENT, random, most=most)
    assert isinstance(mutated, dict)
    assert json.loads(json.dumps(mutated)) == mutated
    assert json.dumps(DOCUMENT) == before


def test_mutations_share_nothing_with_the_document() -> None:
    containers = {id(holder) for holder, _ in places(DOCUMENT)}
    for seed in range(100):
        mutated = mutate(DOCUMENT, Random(seed))
        assert not containers & {id(holder) for holder, _ in places(mutated)}


def test_mutations_of_one_seed_are_the_same() -> None:
    assert mutate(DOCUMENT, Random(7)) == mutate(DOCUMENT, Random(7))


def test_an_empty_document_can_be_mutated() -> None:
    assert all(isinstance(mutate({}, Random(seed)), dict) for seed in range(50))


def test_the_smallest_document_keeps_only_what_shows_the_problem() -> None:
    def shows(document: JsonObject) -> bool:
        return any(key == "lab:n" for _, key in places(document))

    assert smallest(DOCUMENT, shows) == {"ome": {"nodes": [{"lab:n": 1}]}}
