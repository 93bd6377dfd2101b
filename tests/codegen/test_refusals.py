"""What would be lost, or contradicts itself, is refused: where it is, what it is, what to do."""

from __future__ import annotations

from typing import Any

import pytest

from codegen.errors import GenerationError
from codegen.sources import load_sources
from tests.codegen.projects import Operation, Project, drop, schema, set_

THINGS = "schemas/rules/things.json"
DEVIATION = "schemas/deviations/marble-color.json"
REVISION = "schemas/rfc8/v1/revision.json"

LOST = (
    "the keyword {} becomes neither a type, nor a constraint, nor a stub. Put it into a branch of "
    "the concept's `allOf` that has a `description` and names its rule with `x-rule`"
)


def refusal(project: Project) -> str:
    """The message with which the generator refuses a project; it never names where that is."""
    with pytest.raises(GenerationError) as caught:
        project.generate()
    assert str(caught.value) == f"{caught.value.where}: {caught.value.problem}"
    assert str(project.root) not in str(caught.value)
    return str(caught.value)


def rule_at(project: Project, id_: str) -> str:
    """The JSON Pointer of a rule in the catalogue of things."""
    ids = [rule["id"] for rule in project.read(THINGS)["rules"]]
    return f"/rules/{ids.index(id_)}"


def test_the_small_project_as_it_is_is_not_refused(small: Project) -> None:
    small.analyse()


KEYWORDS: dict[str, Any] = {
    "additionalProperties": False,
    "contains": {"type": "string"},
    "default": [],
    "dependentRequired": {"id": ["type"]},
    "enum": ["a"],
    "exclusiveMinimum": 0,
    "format": "uri",
    "if": {"type": "string"},
    "multipleOf": 2,
    "not": {"type": "string"},
    "oneOf": [{"type": "string"}],
    "patternProperties": {"^a": {}},
    "prefixItems": [],
    "unevaluatedProperties": False,
    "uniqueItems": True,
}
PLACES = [
    pytest.param("box", "/properties/things", id="an array"),
    pytest.param("box", "/properties/things/items", id="items"),
    pytest.param("box", "/properties/locked", id="a boolean"),
    pytest.param("box", "/properties/class", id="any value"),
    pytest.param("base-thing", "/properties/id", id="a reference"),
    pytest.param("base-thing", "/properties/displayName", id="a string"),
    pytest.param("box", "/properties/owner", id="a nullable"),
    pytest.param("box", "", id="an object concept"),
    pytest.param("document", "", id="a refinement"),
    pytest.param("thing", "", id="a union by type"),
    pytest.param("owner", "", id="a union by JSON type"),
    pytest.param("identifier", "", id="a scalar concept"),
    pytest.param("box", "/allOf/0", id="a base"),
]


def value_at(data: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        data = data[int(part)] if isinstance(data, list) else data[part]
    return data


@pytest.mark.parametrize(("concept", "pointer"), PLACES)
def test_a_keyword_that_would_become_nothing_is_refused_wherever_it_stands(
    small: Project, concept: str, pointer: str
) -> None:
    path = schema(concept)
    whole = small.read(path)
    tried = [keyword for keyword in KEYWORDS if keyword not in value_at(whole, pointer)]
    assert len(tried) >= len(KEYWORDS) - 1
    for keyword in tried:
        small.write(path, whole)
        small.patch(path, set_(f"{pointer}/{keyword}", KEYWORDS[keyword]))
        with pytest.raises(GenerationError) as caught:
            small.analyse()
        at = f"#{pointer}" if pointer else ""
        assert caught.value.where == f"schemas/rfc8/v2/{concept}.schema.json{at} (profile house)"
        assert caught.value.problem == LOST.format(keyword)


def test_what_stands_beside_a_constant_would_be_lost_and_is_refused(small: Project) -> None:
    small.patch(schema("box"), set_("/properties/type/minLength", 1))
    assert refusal(small) == (
        "schemas/rfc8/v2/box.schema.json#/properties/type (profile house): "
        f"{LOST.format('minLength')}"
    )


def test_several_keywords_that_would_be_lost_are_named_together(small: Project) -> None:
    small.patch(
        schema("box"),
        set_("/properties/things/uniqueItems", True),
        set_("/properties/things/contains", {}),
    )
    assert refusal(small) == (
        "schemas/rfc8/v2/box.schema.json#/properties/things (profile house): "
        f"{LOST.format('contains, uniqueItems')}"
    )


PLAIN: Operation = set_("/properties/new", {"description": "It is new.", "x-rule": "box-content"})


@pytest.mark.parametrize(
    ("concept", "operations", "message"),
    [
        pytest.param(
            "box",
            [drop("/properties/things/description")],
            "schemas/rfc8/v2/box.schema.json#/properties/things (profile house): has no "
            "`description`; write one sentence about what it means",
            id="property without description",
        ),
        pytest.param(
            "box",
            [set_("/properties/things/description", "")],
            "schemas/rfc8/v2/box.schema.json#/properties/things (profile house): `description` "
            'is ""; write one sentence about what it means',
            id="property with empty description",
        ),
        pytest.param(
            "box",
            [drop("/properties/things/x-rule")],
            "schemas/rfc8/v2/box.schema.json#/properties/things (profile house): has no "
            "`x-rule`; name the rule of schemas/rules/ that checks it",
            id="property without rule",
        ),
        pytest.param(
            "box",
            [set_("/properties/things/x-rule", "nonsense")],
            "schemas/rfc8/v2/box.schema.json#/properties/things (profile house): names the "
            "rule 'nonsense', which schemas/rules/ does not hold for house at v2; correct it, "
            "write the rule, or add the profile and the revision to it",
            id="property with a rule that does not exist",
        ),
        pytest.param(
            "box",
            [set_("/properties/things/x-rule", "weights-differ")],
            "schemas/rfc8/v2/box.schema.json#/properties/things (profile house): names the "
            "rule 'weights-differ', which schemas/rules/ does not hold for house at v2; "
            "correct it, write the rule, or add the profile and the revision to it",
            id="property with a rule that does not hold in the profile",
        ),
        pytest.param(
            "box",
            [set_("/properties/things/x-required-rule", "nonsense")],
            "schemas/rfc8/v2/box.schema.json#/properties/things (profile house): names the "
            "rule 'nonsense', which schemas/rules/ does not hold for house at v2; correct it, "
            "write the rule, or add the profile and the revision to it",
            id="required property with a rule that does not exist",
        ),
        pytest.param(
            "owner-object",
            [set_("/x-rule", "nonsense")],
            "schemas/rfc8/v2/owner-object.schema.json (profile house): names the rule "
            "'nonsense', which schemas/rules/ does not hold for house at v2; correct it, write "
            "the rule, or add the profile and the revision to it",
            id="concept with a rule that does not exist",
        ),
        pytest.param(
            "box",
            [drop("/allOf/1/x-rule")],
            f"schemas/rfc8/v2/box.schema.json#/allOf/1 (profile house): {LOST.format('oneOf')}",
            id="condition without rule",
        ),
        pytest.param(
            "box",
            [set_("/allOf/1/x-rule", "nonsense")],
            "schemas/rfc8/v2/box.schema.json#/allOf/1 (profile house): names the rule "
            "'nonsense', which schemas/rules/ does not hold for house at v2; correct it, write "
            "the rule, or add the profile and the revision to it",
            id="condition with a rule that does not exist",
        ),
        pytest.param(
            "box",
            [set_("/allOf/1/x-rule", "marble-rolls")],
            "schemas/rfc8/v2/box.schema.json#/allOf/1 (profile house): names the rule "
            "'marble-rolls', which schemas/rules/ does not hold for house at v2; correct it, "
            "write the rule, or add the profile and the revision to it",
            id="condition with a rule of another revision",
        ),
        *(
            pytest.param(
                "box",
                [drop(f"/{key}")],
                f"schemas/rfc8/v2/box.schema.json (profile house): has no `{key}`; every concept "
                "says it; add it",
                id=f"concept without {key}",
            )
            for key in ("$schema", "$id", "title", "description", "x-rfc")
        ),
        pytest.param(
            "box",
            [set_("/properties/things/items/$ref", "nothing.schema.json")],
            "schemas/rfc8/v2/box.schema.json#/properties/things/items (profile house): refers "
            "to 'nothing.schema.json', which does not exist; expected the name of a file of "
            "the revision or of its base; correct it, or write the file",
            id="items that refer to nothing",
        ),
        pytest.param(
            "base-thing",
            [set_("/properties/id/$ref", "nothing.schema.json")],
            "schemas/rfc8/v2/base-thing.schema.json#/properties/id (profile house): refers to "
            "'nothing.schema.json', which does not exist; expected the name of a file of the "
            "revision or of its base; correct it, or write the file",
            id="property that refers to nothing",
        ),
        pytest.param(
            "box",
            [set_("/allOf/0/$ref", "nothing.schema.json")],
            "schemas/rfc8/v2/box.schema.json#/allOf/0 (profile house): refers to "
            "'nothing.schema.json', which does not exist; expected the name of a file of the "
            "revision or of its base; correct it, or write the file",
            id="base that does not exist",
        ),
        pytest.param(
            "thing",
            [set_("/oneOf/1/$ref", "nothing.schema.json")],
            "schemas/rfc8/v2/thing.schema.json#/oneOf/1 (profile house): refers to "
            "'nothing.schema.json', which does not exist; expected the name of a file of the "
            "revision or of its base; correct it, or write the file",
            id="member that does not exist",
        ),
        pytest.param(
            "owner-object",
            [set_("/required", ["id", "since", "until"])],
            "schemas/rfc8/v2/owner-object.schema.json#/required (profile house): requires "
            "'since', which neither it nor a base describes; expected some of `id`; correct "
            "it, or describe it in `properties`",
            id="required property that is not described",
        ),
        pytest.param(
            "thing",
            [set_("/oneOf/-", {"$ref": "base-thing.schema.json"})],
            "schemas/rfc8/v2/thing.schema.json#/oneOf/3 (profile house): its member "
            "'base-thing' has neither a constant nor a prefixed `type`; give it a property "
            "`type` with a string as `const`, or with a `pattern`",
            id="union by type with a member of any type",
        ),
        pytest.param(
            "thing",
            [set_("/oneOf/-", {"$ref": "owner-object.schema.json"})],
            "schemas/rfc8/v2/thing.schema.json#/oneOf/3 (profile house): its member "
            "'owner-object' has neither a constant nor a prefixed `type`; give it a property "
            "`type` with a string as `const`, or with a `pattern`",
            id="union by type with a member without type",
        ),
        pytest.param(
            "owner",
            [set_("/oneOf/-", {"$ref": "box.schema.json"})],
            "schemas/rfc8/v2/owner.schema.json#/oneOf/2 (profile house): its members "
            "'owner-object' and 'box' both have the type object, so that neither can be "
            "chosen; change the `type` of one, or delete it here",
            id="union by JSON type with two objects",
        ),
        pytest.param(
            "owner",
            [set_("/oneOf/0", {"type": "string"})],
            'schemas/rfc8/v2/owner.schema.json#/oneOf/0 (profile house): is {"type": '
            '"string"}; expected a reference to a concept, such as {"$ref": '
            '"thing.schema.json"}; make a concept of it, in a file of its own',
            id="union by JSON type with a member that is no concept",
        ),
        pytest.param(
            "thing",
            [set_("/x-dispatch", "colour")],
            'schemas/rfc8/v2/thing.schema.json#/x-dispatch (profile house): is "colour"; '
            "expected type, json-type or envelope: how the member is chosen; correct it",
            id="union by something unknown",
        ),
        pytest.param(
            "document",
            [drop("/allOf/0")],
            "schemas/rfc8/v2/document.schema.json (profile house): is neither an object "
            "(`type`), nor a union (`x-dispatch`), nor a refinement of one concept: its "
            "`allOf` refers to 0 concepts; add what it lacks",
            id="refinement of nothing",
        ),
        pytest.param(
            "document",
            [set_("/allOf/-", {"$ref": "owner.schema.json"})],
            "schemas/rfc8/v2/document.schema.json (profile house): is neither an object "
            "(`type`), nor a union (`x-dispatch`), nor a refinement of one concept: its "
            "`allOf` refers to 2 concepts; add what it lacks",
            id="refinement of two concepts",
        ),
        pytest.param(
            "document",
            [set_("/properties", {"version": {"type": "string"}})],
            "schemas/rfc8/v2/document.schema.json (profile house): is a refinement of 'thing' "
            "and has `properties`, which would be lost; expected `allOf` alone. For an object "
            'of its own write "type": "object"; for a condition put it into a branch of '
            "`allOf` that has a `description` and names its rule with `x-rule`",
            id="refinement with properties",
        ),
        pytest.param(
            "box",
            [PLAIN, set_("/properties/new/type", "object")],
            "schemas/rfc8/v2/box.schema.json#/properties/new (profile house): is an object of "
            "its own; make a concept of it, in a file of its own, and refer to it with `$ref`",
            id="object that is no concept",
        ),
        pytest.param(
            "box",
            [set_("/properties/owner/anyOf/-", {"type": "string"})],
            f"schemas/rfc8/v2/box.schema.json#/properties/owner (profile house): "
            f"{LOST.format('anyOf')}",
            id="anyOf of more than one type and null",
        ),
        pytest.param(
            "box",
            [PLAIN, set_("/properties/new/anyOf", [{"type": "string"}, {"type": "number"}])],
            f"schemas/rfc8/v2/box.schema.json#/properties/new (profile house): "
            f"{LOST.format('anyOf')}",
            id="anyOf without null",
        ),
    ],
)
def test_a_schema_that_breaks_the_rules_of_the_house_is_refused(
    small: Project, concept: str, operations: list[Operation], message: str
) -> None:
    small.patch(schema(concept), *operations)
    assert refusal(small) == message


def test_a_condition_without_description_is_refused(small: Project) -> None:
    small.patch(schema("box"), drop("/allOf/1/description"))
    with pytest.raises(GenerationError) as caught:
        small.analyse()
    assert caught.value.where == "schemas/rfc8/v2/box.schema.json#/allOf/1 (profile house)"
    assert "oneOf" in caught.value.problem
    assert "that has a `description`" in caught.value.problem


def test_a_schema_of_an_older_revision_is_named_with_that_revision(small: Project) -> None:
    small.patch(schema("bag", "v1"), drop("/properties/type/x-rule"))
    assert refusal(small) == (
        "schemas/rfc8/v1/bag.schema.json#/properties/type (profile rfc8): has no `x-rule`; name "
        "the rule of schemas/rules/ that checks it"
    )


def test_a_concept_that_shares_a_removed_one_is_refused(small: Project) -> None:
    small.patch(REVISION, set_("/removed/-", "length"))
    assert refusal(small) == (
        "schemas/rfc8/v2/box.schema.json#/properties/size/items (profile rfc8): refers to "
        "'length.schema.json', which does not exist; expected the name of a file of the revision "
        "or of its base; correct it, or write the file"
    )


# -- rules ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "operations", "message"),
    [
        pytest.param(
            "look-inside",
            {"check": "schema", "fix": "Look."},
            "schemas/rules/things.json#/rules/12 (rule 'look-inside'): is checked by schema, "
            "but no schema of house at v2 names it with `x-rule`; name it there, or change its "
            "`check`, `profiles` or `revisions`",
            id="check by a schema that does not name it",
        ),
        pytest.param(
            "except",
            {"applies_to": ["thing", "nonsense"]},
            "schemas/rules/things.json#/rules/11/applies_to (rule 'except'): names `nonsense`, "
            "which house at v2 does not have; correct it, or change the `profiles` or "
            "`revisions` of the rule",
            id="unknown concept",
        ),
        pytest.param(
            "except",
            {"applies_to": ["bag"]},
            "schemas/rules/things.json#/rules/11/applies_to (rule 'except'): names `bag`, "
            "which house at v2 does not have; correct it, or change the `profiles` or "
            "`revisions` of the rule",
            id="concept of another revision",
        ),
        pytest.param(
            "except",
            {"applies_to": []},
            "schemas/rules/things.json#/rules/11/applies_to (rule 'except'): is empty, so that "
            "the check 'except' never runs; name the concepts that it is about",
            id="no concept",
        ),
        pytest.param(
            "except",
            {"level": None, "scope": None},
            "schemas/rules/things.json#/rules/11 (rule 'except'): lacks `level`; add it: MUST, "
            "SHOULD or MAY",
            id="missing keys",
        ),
        pytest.param(
            "except",
            {"remark": "None."},
            "schemas/rules/things.json#/rules/11 (rule 'except'): has the unknown key "
            "`remark`; expected `applies_to`, `check`, `fix`, `id`, `level`, `number`, "
            "`profiles`, `revisions`, `rfc`, `scope`, `statement`; rename or delete it",
            id="unknown key",
        ),
        pytest.param(
            "except",
            {"fix": None},
            "schemas/rules/things.json#/rules/11 (rule 'except'): says no `fix`; add it: what "
            "a person does about a finding",
            id="no fix",
        ),
        pytest.param(
            "except",
            {"fix": ""},
            "schemas/rules/things.json#/rules/11 (rule 'except'): says no `fix`; add it: what "
            "a person does about a finding",
            id="empty fix",
        ),
    ],
)
def test_a_rule_that_says_too_little_or_too_much_is_refused(
    small: Project, rule: str, operations: dict[str, Any], message: str
) -> None:
    pointer = rule_at(small, rule)
    small.patch(
        THINGS,
        *(
            drop(f"{pointer}/{key}") if value is None else set_(f"{pointer}/{key}", value)
            for key, value in operations.items()
        ),
    )
    assert refusal(small) == message


def test_a_rule_for_readers_needs_no_fix(small: Project) -> None:
    pointer = rule_at(small, "except")
    small.patch(THINGS, drop(f"{pointer}/fix"), set_(f"{pointer}/check", "reader"))
    assert load_sources(small.root).rules["except"].data["check"] == "reader"


def test_a_rule_that_no_schema_names_any_more_is_refused(small: Project) -> None:
    small.patch(schema("base-thing"), set_("/properties/displayName/x-rule", "thing-id"))
    assert refusal(small) == (
        f"{THINGS}#/rules/3 (rule 'thing-name'): is checked by schema, but no schema of house at "
        "v2 names it with `x-rule`; name it there, or change its `check`, `profiles` or `revisions`"
    )


def test_a_rule_that_is_there_twice_is_refused_with_both_places(small: Project) -> None:
    rule = small.read(THINGS)["rules"][0]
    small.patch("schemas/rules/house.json", set_("/rules/-", rule))
    assert refusal(small) == (
        f'{THINGS}#/rules/0/id: is "thing-object", which is already at '
        "schemas/rules/house.json#/rules/1; rename or delete one of them"
    )


# -- deviations -----------------------------------------------------------------


def test_a_deviation_whose_test_no_longer_fits_says_what_to_read_and_to_do(
    small: Project,
) -> None:
    small.patch(schema("marble"), set_("/required", ["weight", "stripes"]))
    assert refusal(small) == (
        f'{DEVIATION}#/patches/0/operations/0: found ["weight", "stripes"] at /required of marble '
        'in v2, the deviation expects ["weight"]. Read what the RFC says now and change the '
        "deviation 'marble-color', or delete it if the RFC agrees with us"
    )


def test_a_deviation_that_changes_what_is_gone_is_refused(small: Project) -> None:
    operations = "/patches/0/operations"
    small.patch(
        DEVIATION, drop(f"{operations}/0"), set_(f"{operations}/0/path", "/properties/size/x")
    )
    assert refusal(small) == (
        f"{DEVIATION}#/patches/0/operations/0: found nothing at /properties/size/x of marble in "
        "v2, the deviation expects something there. Read what the RFC says now and change the "
        "deviation 'marble-color', or delete it if the RFC agrees with us"
    )


def test_a_deviation_of_a_concept_that_is_gone_is_refused(small: Project) -> None:
    small.patch(DEVIATION, set_("/patches/0/schema", "glass-marble"))
    assert refusal(small) == (
        f"{DEVIATION}#/patches/0: v2 has no concept 'glass-marble', which the deviation changes. "
        "Read what the RFC says now and change the deviation 'marble-color', or delete it if the "
        "RFC agrees with us"
    )


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        pytest.param(
            set_("/rules/added/-", "nonsense"),
            "schemas/deviations/marble-color.json#/rules/added/1: names the rule 'nonsense', "
            "which is not in the catalogue; correct it, delete it, or write the rule in "
            "schemas/rules/",
            id="adds a rule that does not exist",
        ),
        pytest.param(
            set_("/rules/removed/-", "nonsense"),
            "schemas/deviations/marble-color.json#/rules/removed/1: names the rule 'nonsense', "
            "which is not in the catalogue; correct it, delete it, or write the rule in "
            "schemas/rules/",
            id="removes a rule that does not exist",
        ),
        pytest.param(
            set_("/rules/added/-", "marble-rolls"),
            "schemas/deviations/marble-color.json#/rules/added/1: says that 'marble-rolls' is "
            "added in house at v2, but the rule does not hold there; change the `profiles` or "
            "`revisions` of schemas/rules/things.json#/rules/8 (rule 'marble-rolls'), or "
            "delete it here",
            id="adds a rule that does not hold",
        ),
        pytest.param(
            set_("/rules/removed/-", "thing-name"),
            "schemas/deviations/marble-color.json#/rules/removed/1: says that 'thing-name' is "
            "removed in house at v2, but the rule holds there; change the `profiles` or "
            "`revisions` of schemas/rules/things.json#/rules/3 (rule 'thing-name'), or delete "
            "it here",
            id="removes a rule that holds",
        ),
    ],
)
def test_a_deviation_that_contradicts_the_catalogue_is_refused(
    small: Project, operation: Operation, message: str
) -> None:
    small.patch(DEVIATION, operation)
    assert refusal(small) == message


# -- revisions and files --------------------------------------------------------


def test_a_revision_that_removes_what_is_not_there_is_refused(small: Project) -> None:
    small.patch(REVISION, set_("/removed/-", "nonsense"))
    assert refusal(small) == (
        f"{REVISION}#/removed/1: removes 'nonsense', which v2 does not have; expected one of "
        "`base-thing`, `box`, `custom-thing`, `document`, `identifier`, `length`, `marble`, "
        "`owner`, `thing`; delete it"
    )


def test_revisions_that_are_the_base_of_each_other_are_refused(small: Project) -> None:
    small.patch("schemas/rfc8/v2/revision.json", set_("/base", "v1"))
    assert refusal(small) == (
        "schemas/rfc8: the bases of v1, v2 do not exist or form a circle; expected each `base` to "
        "be null or another of `v1`, `v2`; correct one in its revision.json"
    )


def test_a_revision_whose_base_does_not_exist_is_refused(small: Project) -> None:
    small.patch(REVISION, set_("/base", "v0"))
    assert refusal(small) == (
        "schemas/rfc8: the bases of v1 do not exist or form a circle; expected each `base` to "
        "be null or another of `v1`, `v2`; correct one in its revision.json"
    )


@pytest.mark.parametrize("path", [schema("box"), THINGS, DEVIATION, REVISION])
def test_a_file_that_is_not_json_is_refused_with_the_place(small: Project, path: str) -> None:
    small.write(path, '{"title": }')
    assert refusal(small) == (
        f"{path}: is not JSON: Expecting value: line 1 column 11 (char 10); expected a JSON "
        "object; correct it"
    )


@pytest.mark.parametrize("path", [schema("box"), THINGS, DEVIATION, REVISION])
def test_a_file_that_holds_no_object_is_refused(small: Project, path: str) -> None:
    small.write(path, [])
    assert refusal(small) == f"{path}: holds []; expected a JSON object"


def test_a_project_without_the_concept_of_a_document_is_refused(small: Project) -> None:
    (small.root / schema("document")).unlink()
    assert refusal(small) == (
        "schemas/rfc8/v2: has no document.schema.json, which is needed; write it, or take it from "
        "the `removed` of revision.json"
    )


@pytest.mark.parametrize("gone", ["start", "end", "both"])
def test_a_readme_without_the_marks_is_refused(small: Project, gone: str) -> None:
    start = "<!-- deviations: generated by `python -m codegen` -->"
    end = "<!-- end of deviations -->"
    text = (small.root / "README.md").read_text(encoding="utf-8")
    for mark in {"start": [start], "end": [end], "both": [start, end]}[gone]:
        text = text.replace(mark, "")
    small.write("README.md", text)
    assert refusal(small) == (
        f"README.md: lacks the lines {start!r} and {end!r}, in this order, between which the "
        "table of deviations goes; add them"
    )
