"""What would be lost without a word, or end in a crash, is refused with its place and a remedy."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from codegen import emit, models
from codegen.errors import GenerationError
from codegen.keywords import WORDS
from ngio_collections._model_base import FrozenModel
from tests.codegen.projects import Project, drop, schema, set_

THINGS = "schemas/rules/things.json"
DEVIATION = "schemas/deviations/marble-color.json"
REVISION = "schemas/rfc8/v1/revision.json"
CASES = "tests/conformance/boxes.json"
NEW = {"description": "It is new.", "x-rule": "box-content"}

Change = Callable[[Project], object]


def patched(path: str, *operations: dict[str, Any]) -> Change:
    return lambda project: project.patch(path, *operations)


def new(**said: Any) -> Change:
    """Give the box a new property."""
    return patched(schema("box"), set_("/properties/new", {**NEW, **said}))


def second_member(concept: str) -> Change:
    """Add to the union of things a copy of one of its members, of the same type."""

    def change(project: Project) -> None:
        copied = {
            **project.read(schema(concept)),
            "$id": "https://example.org/v2/another.schema.json",
        }
        project.write(schema("another"), copied)
        project.patch(schema("thing"), set_("/oneOf/-", {"$ref": "another.schema.json"}))

    return change


def key_twice(project: Project) -> None:
    path = project.root / schema("box")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"title": "Box",', '"title": "Box", "title": "Crate",'), "utf-8")


def removed(path: str) -> Change:
    return lambda project: (project.root / path).unlink()


def written(path: str, text: object) -> Change:
    return lambda project: project.write(path, text)


PROPERTIES: dict[str, tuple[Change, str]] = {
    "an object requires a property that nobody describes": (
        patched(schema("box"), set_("/required", ["nonsense"])),
        (
            "schemas/rfc8/v2/box.schema.json#/required (profile house): requires 'nonsense', "
            "which neither it nor a base describes; expected some of `class`, `displayName`, "
            "`id`, `locked`, `owner`, `size`, `things`, `type`, `version`; correct it, or "
            "describe it in `properties`"
        ),
    ),
    "a property drops a limit of its base": (
        patched(schema("box"), set_("/properties/displayName", {**NEW, "type": "string"})),
        (
            "schemas/rfc8/v2/box.schema.json#/properties/displayName (profile house): restates "
            "`displayName` as string, but its base says string (minLength 1), which would be "
            "lost; expected the same or less; repeat what the base says, or delete the property "
            "here"
        ),
    ),
    "a property is of another type than in its base": (
        patched(schema("box"), set_("/properties/displayName", {**NEW, "type": "number"})),
        (
            "schemas/rfc8/v2/box.schema.json#/properties/displayName (profile house): restates "
            "`displayName` as number, but its base says string (minLength 1), which would be "
            "lost; expected the same or less; repeat what the base says, or delete the property "
            "here"
        ),
    ),
    "a property may be null, in its base it may not": (
        patched(
            schema("box"),
            set_("/properties/version", {**NEW, "anyOf": [{"type": "string"}, {"type": "null"}]}),
        ),
        (
            "schemas/rfc8/v2/box.schema.json#/properties/version (profile house): restates "
            "`version` as string or null, but its base says string, which would be lost; "
            "expected the same or less; repeat what the base says, or delete the property here"
        ),
    ),
    "a constant that the base does not allow": (
        patched(schema("box"), set_("/properties/displayName", {**NEW, "const": ""})),
        (
            "schemas/rfc8/v2/box.schema.json#/properties/displayName (profile house): restates "
            "`displayName` as ``, but its base says string (minLength 1), which would be lost; "
            "expected the same or less; repeat what the base says, or delete the property here"
        ),
    ),
    "a number has a limit of strings": (
        patched(schema("marble"), set_("/properties/weight/minLength", 3)),
        (
            "schemas/rfc8/v2/marble.schema.json#/properties/weight (profile house): is of the "
            "type number and has `minLength`, which says nothing about it; expected some of "
            "`maximum`, `minimum`; delete it, or correct the type"
        ),
    ),
    "a limit is no number": (
        new(type="string", minLength="a"),
        (
            'schemas/rfc8/v2/box.schema.json#/properties/new/minLength (profile house): is "a"; '
            "expected a whole number, 0 or more"
        ),
    ),
    "a pattern is no pattern": (
        new(type="string", pattern="("),
        (
            'schemas/rfc8/v2/box.schema.json#/properties/new/pattern (profile house): is "("; '
            "expected a regular expression"
        ),
    ),
    "a constant is an object": (
        new(const={"a": 1}),
        (
            'schemas/rfc8/v2/box.schema.json#/properties/new (profile house): `const` is {"a": '
            "1}; expected a string, an integer, true or false. Give the property a type, and put "
            "the constant into a branch of the concept's `allOf`"
        ),
    ),
    "a constant is null": (
        new(const=None),
        (
            "schemas/rfc8/v2/box.schema.json#/properties/new (profile house): `const` is null; "
            "expected a string, an integer, true or false. Give the property a type, and put the "
            "constant into a branch of the concept's `allOf`"
        ),
    ),
    "a constant is a fraction": (
        new(const=1.5),
        (
            "schemas/rfc8/v2/box.schema.json#/properties/new (profile house): `const` is 1.5; "
            "expected a string, an integer, true or false. Give the property a type, and put the "
            "constant into a branch of the concept's `allOf`"
        ),
    ),
    "a property has the name of a method of models": (
        patched(schema("box"), set_("/properties/to_json", {**NEW, "type": "string"})),
        (
            "schemas/rfc8/v2/box.schema.json#/properties/to_json (profile house): would become "
            "the field `to_json`, a name that every model uses itself; expected another. Add "
            '{"to_json": "another_name"} with a name of your choice to `aliases` in '
            "codegen/dcg_options.json; the key stays as it is in JSON"
        ),
    ),
    "a property becomes the name of a method of models": (
        patched(schema("box"), set_("/properties/modelCopy", {**NEW, "type": "string"})),
        (
            "schemas/rfc8/v2/box.schema.json#/properties/modelCopy (profile house): would become "
            "the field `model_copy_`, a name that every model uses itself; expected another. Add "
            '{"modelCopy": "another_name"} with a name of your choice to `aliases` in '
            "codegen/dcg_options.json; the key stays as it is in JSON"
        ),
    ),
    "an extension keyword is misspelt": (
        patched(schema("box"), set_("/properties/locked/x-required-rul", "box-content")),
        (
            "schemas/rfc8/v2/box.schema.json#/properties/locked (profile house): has "
            "`x-required-rul`, which nothing reads here; expected `x-required-rule`, `x-rfc`, "
            "`x-rule`; correct or delete it"
        ),
    ),
    "an extension keyword stands where nothing reads it": (
        patched(schema("box"), set_("/x-required-rule", "box-content")),
        (
            "schemas/rfc8/v2/box.schema.json (profile house): has `x-required-rule`, which "
            "nothing reads here; expected `x-dispatch`, `x-rfc`, `x-rule`; correct or delete it"
        ),
    ),
    "a keyword is misspelt": (
        new(type="string", minLenght=1),
        (
            "schemas/rfc8/v2/box.schema.json#/properties/new (profile house): the keyword "
            "minLenght is no word of JSON Schema 2020-12; correct it"
        ),
    ),
    "a property has a list of types": (
        new(type=["string", "null"]),
        (
            "schemas/rfc8/v2/box.schema.json#/properties/new (profile house): `type` is "
            '["string", "null"]; expected one of array, string, number, integer, boolean; for '
            'null beside a type write "anyOf": [a schema, {"type": "null"}]'
        ),
    ),
    "a property has an unknown type": (
        new(type="text"),
        (
            'schemas/rfc8/v2/box.schema.json#/properties/new (profile house): `type` is "text"; '
            "expected one of array, string, number, integer, boolean; for null beside a type "
            'write "anyOf": [a schema, {"type": "null"}]'
        ),
    ),
    "an array says nothing of its items": (
        new(type="array"),
        (
            "schemas/rfc8/v2/box.schema.json#/properties/new (profile house): says nothing of "
            "its items; add `items`: a schema, or {} for any value"
        ),
    ),
    "items are true": (
        new(type="array", items=True),
        (
            "schemas/rfc8/v2/box.schema.json#/properties/new/items (profile house): is true; "
            "expected an object that says a type, or {} for any value"
        ),
    ),
    "items have limits of their own": (
        new(type="array", items={"type": "number", "minimum": 0}),
        (
            "schemas/rfc8/v2/box.schema.json#/properties/new/items (profile house): has limits "
            "of its own (`minimum`), which would be lost; expected a type without limits; make a "
            "scalar concept of it, in a file of its own, and refer to it with `$ref`"
        ),
    ),
    "arrays in an array have limits of their own": (
        new(type="array", items={"type": "array", "items": {}, "minItems": 2}),
        (
            "schemas/rfc8/v2/box.schema.json#/properties/new/items (profile house): has limits "
            "of its own (`minItems`), which would be lost; expected a type without limits; put "
            "them into a branch of the concept's `allOf` that has a `description` and names its "
            "rule with `x-rule`"
        ),
    ),
    "what may be null has limits of its own": (
        new(anyOf=[{"type": "string", "minLength": 1}, {"type": "null"}]),
        (
            "schemas/rfc8/v2/box.schema.json#/properties/new/anyOf/0 (profile house): has limits "
            "of its own (`minLength`), which would be lost; expected a type without limits; make "
            "a scalar concept of it, in a file of its own, and refer to it with `$ref`"
        ),
    ),
    "a property is true": (
        patched(schema("box"), set_("/properties/new", True)),
        (
            "schemas/rfc8/v2/box.schema.json#/properties/new (profile house): is true; expected "
            "an object that says a type, or {} for any value"
        ),
    ),
}
CONCEPTS: dict[str, tuple[Change, str]] = {
    "a refinement requires a property": (
        patched(schema("document"), set_("/required", ["id"])),
        (
            "schemas/rfc8/v2/document.schema.json (profile house): is a refinement of 'thing' "
            "and has `required`, which would be lost; expected `allOf` alone. For an object of "
            'its own write "type": "object"; for a condition put it into a branch of `allOf` '
            "that has a `description` and names its rule with `x-rule`"
        ),
    ),
    "a refinement has a type": (
        patched(schema("document"), set_("/type", "array")),
        (
            "schemas/rfc8/v2/document.schema.json (profile house): is a refinement of 'thing' "
            "and has `type`, which would be lost; expected `allOf` alone. For an object of its "
            'own write "type": "object"; for a condition put it into a branch of `allOf` that '
            "has a `description` and names its rule with `x-rule`"
        ),
    ),
    "two members of a union have one type": (
        second_member("marble"),
        (
            "schemas/rfc8/v2/thing.schema.json#/oneOf/3 (profile house): its members 'marble' "
            "and 'another' both have the type marble, so that neither can be chosen; change the "
            "`type` of one, or delete it here"
        ),
    ),
    "two members of a union have prefixed types": (
        second_member("custom-thing"),
        (
            "schemas/rfc8/v2/thing.schema.json#/oneOf/3 (profile house): its members "
            "'custom-thing' and 'another' both have prefixed types, so that neither can be "
            "chosen; change the `type` of one, or delete it here"
        ),
    ),
    "a union by JSON type has a member that is never chosen": (
        patched(schema("owner"), set_("/oneOf/-", {"$ref": "length.schema.json"})),
        (
            "schemas/rfc8/v2/owner.schema.json#/oneOf/2 (profile house): its member 'length' is "
            'of the type "number"; a union by JSON type can choose between one string and one '
            "object; make an object of it, or delete it here"
        ),
    ),
    "a member of a union by JSON type is a union": (
        patched(schema("owner"), set_("/oneOf/-", {"$ref": "thing.schema.json"})),
        (
            "schemas/rfc8/v2/owner.schema.json#/oneOf/2 (profile house): its member 'thing' is "
            'of the type "union"; a union by JSON type can choose between one string and one '
            "object; make an object of it, or delete it here"
        ),
    ),
    "a member of a union by type is no reference": (
        patched(schema("thing"), set_("/oneOf/-", {"type": "object"})),
        (
            'schemas/rfc8/v2/thing.schema.json#/oneOf/3 (profile house): is {"type": "object"}; '
            'expected a reference to a concept, such as {"$ref": "thing.schema.json"}; make a '
            "concept of it, in a file of its own"
        ),
    ),
    "a union has no members": (
        patched(schema("thing"), drop("/oneOf")),
        (
            "schemas/rfc8/v2/thing.schema.json (profile house): lacks `oneOf`, which names the "
            "members of a union; add it"
        ),
    ),
    "concepts build on each other in a circle": (
        patched(schema("base-thing"), set_("/allOf", [{"$ref": "box.schema.json"}])),
        (
            "schemas/rfc8/v2/base-thing.schema.json#/allOf (profile house): builds on itself "
            "(base-thing -> box -> base-thing); expected a base that does not build on it; "
            "delete one of these `$ref`"
        ),
    ),
    "the base of an object is a union": (
        patched(schema("box"), set_("/allOf/0/$ref", "thing.schema.json")),
        (
            "schemas/rfc8/v2/box.schema.json#/allOf (profile house): has the base 'thing', which "
            "is a union; expected an object; refer to the concept that has the properties"
        ),
    ),
    "a scalar is refined": (
        patched(schema("document"), set_("/allOf/0/$ref", "length.schema.json")),
        (
            "schemas/rfc8/v2/document.schema.json#/allOf (profile house): refines 'length', "
            "which is a scalar; expected an object or a union; write the limits into a scalar "
            "concept instead"
        ),
    ),
    "a condition says nothing": (
        patched(
            schema("box"), set_("/allOf/-", {"description": "Nothing.", "x-rule": "box-content"})
        ),
        (
            "schemas/rfc8/v2/box.schema.json#/allOf/2 (profile house): is a condition that says "
            "nothing; expected a word of JSON Schema, such as `required` or `oneOf`; write it, "
            "or delete the branch"
        ),
    ),
    "a condition has a keyword that is no word of JSON Schema": (
        patched(
            schema("box"),
            set_("/allOf/-", {"description": "No.", "x-rule": "box-content", "onlyIf": {}}),
        ),
        (
            "schemas/rfc8/v2/box.schema.json#/allOf/2 (profile house): the keyword `onlyIf` is "
            "no word of JSON Schema 2020-12; correct it"
        ),
    ),
    "a condition has such a keyword further in": (
        patched(schema("box"), set_("/allOf/1/oneOf/0/properties", {"a/b": {"minimun": 1}})),
        (
            "schemas/rfc8/v2/box.schema.json#/allOf/1/oneOf/0/properties/a~1b (profile house): "
            "the keyword `minimun` is no word of JSON Schema 2020-12; correct it"
        ),
    ),
    "a condition holds no schema where one belongs": (
        patched(schema("box"), set_("/allOf/1/oneOf/0", "things")),
        (
            'schemas/rfc8/v2/box.schema.json#/allOf/1/oneOf/0 (profile house): is "things"; '
            "expected a schema: an object, true or false"
        ),
    ),
    "a condition refers to nothing": (
        patched(schema("box"), set_("/allOf/1/not", {"$ref": "nothing.schema.json"})),
        (
            "schemas/rfc8/v2/box.schema.json#/allOf/1/not (profile house): refers to "
            "'nothing.schema.json', which does not exist; expected the name of a file of the "
            "revision or of its base; correct it, or write the file"
        ),
    ),
    "a condition without description names no extension keyword": (
        patched(schema("box"), drop("/allOf/1/description")),
        (
            "schemas/rfc8/v2/box.schema.json#/allOf/1 (profile house): the keyword oneOf becomes "
            "neither a type, nor a constraint, nor a stub. Put it into a branch of the concept's "
            "`allOf` that has a `description` and names its rule with `x-rule`"
        ),
    ),
    "an id is not that of the file": (
        patched(schema("box"), set_("/$id", "https://example.org/other.schema.json")),
        (
            "schemas/rfc8/v2/box.schema.json#/$id (profile house): is "
            '"https://example.org/other.schema.json"; expected a URL that ends in '
            "/v2/box.schema.json"
        ),
    ),
    "the dialect is an older one": (
        patched(schema("box"), set_("/$schema", "http://json-schema.org/draft-07/schema#")),
        (
            "schemas/rfc8/v2/box.schema.json#/$schema (profile house): is "
            '"http://json-schema.org/draft-07/schema#"; expected '
            "https://json-schema.org/draft/2020-12/schema"
        ),
    ),
    "a key is there twice": (
        key_twice,
        (
            "schemas/rfc8/v2/box.schema.json: holds the key `title` twice in one object, of "
            "which the second would win; delete one of them"
        ),
    ),
    "a condition requires what is no key": (
        patched(schema("box"), set_("/allOf/1/oneOf/0/required", "things")),
        (
            "schemas/rfc8/v2/box.schema.json#/allOf/1/oneOf/0/required (profile house): is "
            '"things"; expected an array of keys'
        ),
    ),
    "a condition has an unknown type": (
        patched(schema("box"), set_("/allOf/1/oneOf/0/type", "text")),
        (
            'schemas/rfc8/v2/box.schema.json#/allOf/1/oneOf/0/type (profile house): is "text"; '
            "expected one of string, number, integer, boolean, null, array, object"
        ),
    ),
    "a condition has a limit that is no number": (
        patched(schema("box"), set_("/allOf/1/minProperties", "2")),
        (
            'schemas/rfc8/v2/box.schema.json#/allOf/1/minProperties (profile house): is "2"; '
            "expected a whole number, 0 or more"
        ),
    ),
    "the text of a condition is no text": (
        patched(schema("box"), set_("/allOf/1/description", ["No."])),
        (
            'schemas/rfc8/v2/box.schema.json#/allOf/1 (profile house): `description` is ["No."]; '
            "write one sentence about what it means"
        ),
    ),
    "a union has no member": (
        patched(schema("thing"), set_("/oneOf", [])),
        (
            "schemas/rfc8/v2/thing.schema.json#/oneOf (profile house): is empty; expected a "
            "member at least; add one"
        ),
    ),
    "a required key is no key": (
        patched(schema("box"), set_("/required", [[]])),
        ("schemas/rfc8/v2/box.schema.json#/required/0 (profile house): is []; expected a key"),
    ),
    "the rule of a concept is no name": (
        patched(schema("owner"), set_("/x-rule", ["owner"])),
        (
            "schemas/rfc8/v2/owner.schema.json (profile house): names the rule ['owner'], which "
            "schemas/rules/ does not hold for house at v2; correct it, write the rule, or add "
            "the profile and the revision to it"
        ),
    ),
    "the properties are no object": (
        patched(schema("box"), set_("/properties", [])),
        (
            "schemas/rfc8/v2/box.schema.json#/properties (profile house): is []; expected an "
            "object of properties"
        ),
    ),
}
FILES: dict[str, tuple[Change, str]] = {
    "a rule is checked by something unknown": (
        patched(THINGS, set_("/rules/9/check", "cod")),
        (
            "schemas/rules/things.json#/rules/9/check (rule 'weights-differ'): is \"cod\"; "
            "expected one of schema, code, reader"
        ),
    ),
    "a rule has an unknown level": (
        patched(THINGS, set_("/rules/9/level", "SHALL")),
        (
            "schemas/rules/things.json#/rules/9/level (rule 'weights-differ'): is \"SHALL\"; "
            "expected one of MUST, SHOULD, MAY"
        ),
    ),
    "a rule holds in an unknown revision": (
        patched(THINGS, set_("/rules/9/revisions", ["v3"])),
        (
            "schemas/rules/things.json#/rules/9/revisions (rule 'weights-differ'): names `v3`, "
            "which nothing defines; expected some of `v1`, `v2`; correct it, or delete it from "
            "the list"
        ),
    ),
    "a rule holds in an unknown profile": (
        patched(THINGS, set_("/rules/9/profiles", ["hose"])),
        (
            "schemas/rules/things.json#/rules/9/profiles (rule 'weights-differ'): names `hose`, "
            "which nothing defines; expected some of `house`, `rfc8`; correct it, or delete it "
            "from the list"
        ),
    ),
    "a rule holds nowhere": (
        patched(THINGS, set_("/rules/9/profiles", [])),
        (
            "schemas/rules/things.json#/rules/9/profiles (rule 'weights-differ'): is empty, so "
            "that the rule holds nowhere; expected some of `house`, `rfc8`; add one, or delete "
            "the rule"
        ),
    ),
    "the fix of a rule is no text": (
        patched(THINGS, set_("/rules/9/fix", ["Fix it."])),
        (
            "schemas/rules/things.json#/rules/9 (rule 'weights-differ'): says no `fix`; add it: "
            "what a person does about a finding"
        ),
    ),
    "the name of a rule cannot become a function": (
        patched(THINGS, set_("/rules/9/id", "Weights differ")),
        (
            'schemas/rules/things.json#/rules/9/id: is called "Weights differ"; expected words '
            "of small letters and digits, joined by `-`; rename it"
        ),
    ),
    "the scope of a rule lacks a key": (
        patched(THINGS, drop("/rules/9/scope/references")),
        (
            "schemas/rules/things.json#/rules/9/scope (rule 'weights-differ'): lacks "
            "`references`; add it: whether it may read what the subject refers to"
        ),
    ),
    "a group of rules has no title": (
        patched(THINGS, drop("/title")),
        ("schemas/rules/things.json: lacks `title`; add it: what the rules of the file are about"),
    ),
    "a deviation has an unknown key": (
        patched(DEVIATION, set_("/reasn", "None.")),
        (
            "schemas/deviations/marble-color.json: has the unknown key `reasn`; expected `id`, "
            "`patches`, `profile`, `question`, `reason`, `revision`, `rules`, `title`; rename or "
            "delete it"
        ),
    ),
    "a deviation lacks a key": (
        patched(DEVIATION, drop("/reason")),
        ("schemas/deviations/marble-color.json: lacks `reason`; add it: why"),
    ),
    "a deviation is one of the RFC itself": (
        patched(DEVIATION, set_("/profile", "rfc8")),
        (
            'schemas/deviations/marble-color.json#/profile: is "rfc8", the RFC as it stands; '
            "expected the name of another profile"
        ),
    ),
    "a deviation is made for an unknown revision": (
        patched(DEVIATION, set_("/revision", "v3")),
        (
            'schemas/deviations/marble-color.json#/revision: is "v3", which does not exist; '
            "expected one of `v1`, `v2`; correct it"
        ),
    ),
    "an operation of a deviation lacks its op": (
        patched(DEVIATION, drop("/patches/0/operations/0/op")),
        (
            "schemas/deviations/marble-color.json#/patches/0/operations/0: lacks `op`; add it: "
            "one of `add`, `copy`, `move`, `remove`, `replace`, `test`"
        ),
    ),
    "an operation of a deviation has an unknown op": (
        patched(DEVIATION, set_("/patches/0/operations/0/op", "set")),
        (
            'schemas/deviations/marble-color.json#/patches/0/operations/0: `op` is "set"; '
            "expected one of `add`, `copy`, `move`, `remove`, `replace`, `test`"
        ),
    ),
    "an operation of a deviation lacks its value": (
        patched(DEVIATION, drop("/patches/0/operations/0/value")),
        (
            "schemas/deviations/marble-color.json#/patches/0/operations/0: lacks `value`; add "
            "it: what is expected or written there"
        ),
    ),
    "a revision has another name than its folder": (
        patched(REVISION, set_("/revision", "v9")),
        (
            'schemas/rfc8/v1/revision.json#/revision: is "v9"; expected "v1", the name of the '
            "folder; correct it, or rename the folder"
        ),
    ),
    "a revision does not say its base": (
        patched(REVISION, drop("/base")),
        (
            "schemas/rfc8/v1/revision.json: lacks `base`; add it: the revision that it shares "
            "concepts with, or null"
        ),
    ),
    "a revision has a date that is none": (
        patched(REVISION, set_("/date", "May 2019")),
        (
            'schemas/rfc8/v1/revision.json#/date: is "May 2019"; expected a year and a month, '
            "such as 2026-08"
        ),
    ),
    "two revisions have one date": (
        patched(REVISION, set_("/date", "2020-02")),
        (
            'schemas/rfc8/v2/revision.json#/date: is "2020-02", as that of v1; expected another, '
            "so that one of them is the newer; add the day"
        ),
    ),
    "a revision says something that nothing reads": (
        patched(REVISION, set_("/document", "document")),
        (
            "schemas/rfc8/v1/revision.json: has the unknown key `document`; expected `base`, "
            "`date`, `removed`, `revision`, `title`; rename or delete it"
        ),
    ),
    "a folder of schemas is no revision": (
        removed(REVISION),
        ("schemas/rfc8/v1/revision.json: does not exist; expected a JSON object; write it"),
    ),
    "a file among the schemas has another ending": (
        written("schemas/rfc8/v2/Box.json", {}),
        (
            "schemas/rfc8/v2/Box.json: is neither revision.json nor a schema; expected a name "
            "that ends in .schema.json; rename or delete it"
        ),
    ),
    "there is no revision": (
        lambda p: p.root.joinpath("schemas/rfc8").rename(p.root / "schemas/old"),
        (
            "schemas/rfc8: holds no revision; expected a folder with a revision.json at least; "
            "write one"
        ),
    ),
    "a conformance case is about an unknown rule": (
        patched(CASES, set_("/cases/0/rule", "nonsense")),
        (
            'tests/conformance/boxes.json#/cases/0/rule: is "nonsense"; expected the `id` of a '
            "rule of schemas/rules/; correct it, or delete the case"
        ),
    ),
    "a conformance case finds an unknown rule": (
        patched(CASES, set_("/cases/0/verdict/rfc8@v2", [["nonsense", ""]])),
        (
            'tests/conformance/boxes.json#/cases/0/verdict/rfc8@v2/0/0: is "nonsense"; expected '
            "the `id` of a rule of schemas/rules/; correct it, or delete the case"
        ),
    ),
    "a verdict is no list of pairs": (
        patched(CASES, set_("/cases/0/verdict/rfc8@v2", ["nonsense"])),
        (
            'tests/conformance/boxes.json#/cases/0/verdict/rfc8@v2: is ["nonsense"]; expected an '
            "array of pairs of a rule and a JSON Pointer"
        ),
    ),
    "a conformance case lacks its verdict": (
        patched(CASES, drop("/cases/0/verdict")),
        (
            "tests/conformance/boxes.json#/cases/0: lacks `verdict`; add it: for each profile "
            "the rules that are broken, and where"
        ),
    ),
    "conformance cases are not JSON": (
        written(CASES, "{"),
        (
            "tests/conformance/boxes.json: is not JSON: Expecting property name enclosed in "
            "double quotes: line 1 column 2 (char 1); expected a JSON object; correct it"
        ),
    ),
    "there is no README": (
        removed("README.md"),
        (
            "README.md: does not exist; write it, with the lines '<!-- deviations: generated by "
            "`python -m codegen` -->' and '<!-- end of deviations -->', between which the table "
            "of deviations goes"
        ),
    ),
}


@pytest.mark.parametrize("case", [*PROPERTIES, *CONCEPTS, *FILES])
def test_what_would_be_lost_or_crash_is_refused_with_its_place_and_a_remedy(
    small: Project, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emit, "_format", lambda files: files)  # slow, and refuses nothing of this
    change, message = {**PROPERTIES, **CONCEPTS, **FILES}[case]
    change(small)
    with pytest.raises(GenerationError) as caught:
        small.generate()
    assert str(caught.value) == message


JUNK: tuple[object, ...] = (None, "junk", [[]], {"a": [1]})


def places(value: Any, pointer: str = "") -> Iterator[str]:
    """The JSON Pointers of all that is in a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        where = f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
        yield where
        if isinstance(inner, (dict, list)):
            yield from places(inner, where)


@pytest.mark.parametrize("path", [schema("box"), schema("thing"), DEVIATION, REVISION])
def test_no_value_of_another_type_ends_in_a_crash(small: Project, path: str) -> None:
    whole = small.read(path)
    tried = accepted = 0
    for pointer in places(whole):
        for junk in JUNK:
            small.write(path, whole)
            small.patch(path, {"op": "replace", "path": pointer, "value": junk})
            tried += 1
            with contextlib.suppress(GenerationError):
                small.analyse()
                accepted += 1
    assert accepted < tried / 4


def test_every_name_of_a_model_is_one_that_no_field_may_have() -> None:
    public = {name for name in dir(FrozenModel) if not name.startswith("_")}
    assert len(public) > 20
    assert public - models.TAKEN == set()


def test_the_words_of_conditions_are_those_of_the_draft() -> None:
    assert {"if", "dependentRequired", "unevaluatedProperties", "$ref", "title"} <= WORDS
    assert not {"definitions", "dependencies", "additionalItems", "id", "nullable"} & WORDS
