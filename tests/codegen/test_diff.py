"""The difference of two revisions, in words for people who must decide what to do."""

from __future__ import annotations

import re

import pytest

from codegen.diff import diff_revisions
from codegen.errors import GenerationError
from codegen.sources import load_sources
from tests.codegen.projects import (
    SMALL,
    Project,
    drop,
    python_m_codegen,
    schema,
    set_,
    without_deviations,
)

SMALL_DIFF = """\
From Small, first edition (v1) to Small, second edition (v2)

  ! is stricter: a document that was right can be wrong now; read the RFC and decide
  ~ is different
  + is new
  - is gone

Deviations
----------
marble-color (house at v2): nothing to do; it is made for v2

Schemas
-------
bag: concept removed (A soft box, which the second edition gave up.)

box:
    ~ type changed: owner: owner or null -> owner (string or object) or null

marble:
    ! newly required: weight
    - field removed: round
    ~ type changed: weight: string -> number (minimum 0)
    ~ no longer required: stripes
    ~ type changed: stripes: integer (minimum 0) -> integer (maximum 9, minimum 0)
    + field added: colorName, optional: string. The colour, in a word. (marble-fields)
    - condition gone (marble-rolls): A marble that is said to roll rolls.

owner:
    ~ was object, is union: owner -> owner (string or object)

owner-object: concept added (The long form of an owner.)
    + id, required: string (identifier). The word for the owner. (owner)

thing:
    - member removed: bag

Rules
-----
- marble-rolls (MUST): A marble rolls.
+ weights-differ (SHOULD): The marbles of a box differ in weight."""


def sections(text: str) -> dict[str, dict[str, list[str]]]:
    """The lines of the text, by section and, within the schemas, by concept."""
    out: dict[str, dict[str, list[str]]] = {}
    section = concept = ""
    previous = ""
    for line in text.splitlines():
        if re.fullmatch("-+", line):
            section, concept = previous, ""
            out[section] = {"": []}
        elif section and (match := re.match(r"([a-z-]+):(.*)$", line)) and section == "Schemas":
            concept = match[1]
            out[section][concept] = [match[2].strip()] if match[2] else []
        elif section and line and line not in ("Schemas", "Rules"):
            out[section][concept].append(line.strip())
        previous = line
    return out


def older(project: Project, concept: str, name: str = "", revision: str = "v1") -> object:
    """A copy of a schema of the second edition, for a file of another name or revision."""
    url = f"https://example.org/{revision}/{name or concept}.schema.json"
    return {**project.read(schema(concept)), "$id": url}


def diff(project: Project, old: str, new: str) -> dict[str, dict[str, list[str]]]:
    return sections(diff_revisions(load_sources(project.root), old, new))


# -- the small project ----------------------------------------------------------


def test_the_whole_difference_of_the_small_project() -> None:
    assert diff_revisions(load_sources(SMALL), "v1", "v2") == SMALL_DIFF


def test_the_way_back_says_the_opposite(small: Project) -> None:
    there, back = diff(small, "v1", "v2"), diff(small, "v2", "v1")
    assert back["Schemas"]["bag"][0].startswith("concept added (A soft box")
    assert back["Schemas"]["bag"][1:] == [
        "+ type, required: `bag`. Always `bag`. (thing-type)",
        ("+ id, required: string (identifier). The handle of the thing. (thing-id)"),
        (
            '+ displayName, optional: string (minLength 1). What people call it; "quotes" and '
            "ünïcode are kept. (thing-name)"
        ),
        (
            "+ version, optional: string. The version of the format; on the outermost thing. "
            "(document-version)"
        ),
    ]
    assert back["Schemas"]["marble"] == [
        "! newly required: stripes",
        "! new condition (marble-rolls): A marble that is said to roll rolls.",
        "- field removed: colorName",
        "~ no longer required: weight",
        "~ type changed: weight: number (minimum 0) -> string",
        "~ type changed: stripes: integer (maximum 9, minimum 0) -> integer (minimum 0)",
        "+ field added: round, optional: boolean. Whether it rolls. (marble-fields)",
    ]
    assert back["Schemas"]["thing"] == ["+ member added: bag"]
    assert [line[1:] for line in back["Rules"][""]] == [
        line[1:] for line in reversed(there["Rules"][""])
    ]
    assert back["Deviations"][""] == [
        (
            'marble-color (house at v2): must change for v1: found ["stripes"] at /required of '
            'marble in v1, the deviation expects ["weight"]'
        )
    ]


def test_a_revision_does_not_differ_from_itself(small: Project) -> None:
    same = diff(small, "v1", "v1")
    assert same["Schemas"] == same["Rules"] == {"": ["no change"]}
    assert same["Deviations"][""][0].startswith("marble-color (house at v2): must change for v1: ")


def test_a_change_of_the_concept_of_items_and_of_limits_of_an_array_is_told(
    small: Project,
) -> None:
    small.write(schema("box", "v1"), older(small, "box"))
    small.patch(schema("box"), drop("/properties/things/minItems"))
    small.patch(schema("box"), set_("/properties/size/items/$ref", "identifier.schema.json"))
    assert diff(small, "v1", "v2")["Schemas"]["box"] == [
        "~ type changed: things: array of thing (minItems 1) -> array of thing",
        "~ type changed: owner: owner or null -> owner (string or object) or null",
        (
            "~ type changed: size: array of number (length) (maxItems 3, minItems 3) "
            "-> array of string (identifier) (maxItems 3, minItems 3)"
        ),
    ]


def test_a_field_that_may_be_null_is_told(small: Project) -> None:
    small.write(schema("owner-object", "v1"), older(small, "owner-object"))
    small.patch("schemas/rfc8/v1/revision.json", set_("/removed", []))
    small.patch(
        schema("owner-object"),
        set_("/properties/id", {"anyOf": [{"$ref": "identifier.schema.json"}, {"type": "null"}]}),
        set_("/properties/id/description", "The word, or null."),
        set_("/properties/id/x-rule", "owner"),
    )
    assert diff(small, "v1", "v2")["Schemas"]["owner-object"] == [
        "~ type changed: id: string (identifier) -> string (identifier) or null"
    ]


def test_a_change_of_words_alone_is_no_change(small: Project) -> None:
    small.write(schema("box", "v1"), older(small, "box"))
    small.patch(
        schema("box", "v1"),
        set_("/description", "Another text."),
        set_("/properties/locked/description", "Another text."),
    )
    assert diff(small, "v1", "v2")["Schemas"]["box"] == [
        "~ type changed: owner: owner or null -> owner (string or object) or null"
    ]


def test_a_condition_that_says_something_else_is_gone_and_new(small: Project) -> None:
    small.write(schema("box", "v1"), older(small, "box"))
    small.patch(schema("box"), set_("/allOf/1/description", "A box has `things`."))
    assert diff(small, "v1", "v2")["Schemas"]["box"] == [
        "! new condition (box-things-or-owner): A box has `things`.",
        "~ type changed: owner: owner or null -> owner (string or object) or null",
        (
            "- condition gone (box-things-or-owner): A box has either `things` or an `owner` who "
            "knows them, and not both."
        ),
    ]


def deviate(project: Project, concept: str, pointer: str, value: object) -> None:
    """Make the deviation of the small project one that only tests what is there."""
    operations = [{"op": "test", "path": pointer, "value": value}]
    project.patch(
        "schemas/deviations/marble-color.json",
        set_("/patches", [{"schema": concept, "operations": operations}]),
    )


def test_a_deviation_that_fits_and_whose_concepts_are_the_same_needs_nothing(
    small: Project,
) -> None:
    deviate(small, "base-thing", "/properties/id/x-rule", "thing-id")
    assert diff(small, "v2", "v1")["Deviations"][""] == [
        "marble-color (house at v2): nothing to do; it fits v1, where its concepts are the same"
    ]


def test_a_deviation_that_fits_but_whose_concepts_changed_must_be_read_again(
    small: Project,
) -> None:
    deviate(small, "marble", "/title", "Marble")
    assert diff(small, "v2", "v1")["Deviations"][""] == [
        (
            "marble-color (house at v2): read again; it fits v1, but its concepts changed there "
            "(marble)"
        )
    ]


def test_a_deviation_of_a_concept_that_the_other_revision_lacks_must_change(
    small: Project,
) -> None:
    deviate(small, "owner-object", "/title", "Owner object")
    assert diff(small, "v2", "v1")["Deviations"][""] == [
        (
            "marble-color (house at v2): must change for v1: v1 has no concept 'owner-object', "
            "which the deviation changes"
        )
    ]


def test_what_must_change_is_told_before_what_needs_nothing(small: Project) -> None:
    other = small.read("schemas/deviations/marble-color.json")
    other |= {"id": "all-is-well", "patches": [], "rules": {"added": [], "removed": []}}
    small.write("schemas/deviations/all-is-well.json", other)
    found = diff(small, "v2", "v1")["Deviations"][""]
    assert [line.split(" (house at v2): ")[0] for line in found] == ["marble-color", "all-is-well"]
    assert ": must change for v1: " in found[0]
    assert found[1].endswith(": nothing to do; it fits v1, where its concepts are the same")


def test_a_deviation_that_is_written_for_the_later_revision_needs_nothing(small: Project) -> None:
    other = small.read("schemas/deviations/marble-color.json")
    other |= {"revision": "v1", "patches": [], "rules": {"added": [], "removed": []}}
    small.write("schemas/deviations/old-marble-color.json", other)
    assert diff(small, "v1", "v2")["Deviations"][""] == [
        "marble-color (house at v2): nothing to do; it is made for v2",
        "marble-color (house at v1): nothing to do; there is one for v2",
    ]


def test_the_difference_does_not_depend_on_the_hash_seed() -> None:
    for seed in ("1", "2"):
        done = python_m_codegen("diff", "v1", "v2", root=SMALL, hash_seed=seed)
        assert (done.stdout, done.stderr) == (f"{SMALL_DIFF}\n", "")


def test_that_there_are_no_deviations_is_told(small: Project) -> None:
    without_deviations(small)
    text = diff_revisions(load_sources(small.root), "v1", "v2")
    assert "\n\nDeviations: none\n\nSchemas\n" in text


def test_a_changed_pattern_is_told(small: Project) -> None:
    small.write(schema("custom-thing", "v1"), older(small, "custom-thing"))
    small.patch(schema("custom-thing"), set_("/properties/type/pattern", "^my:."))
    assert diff(small, "v1", "v2")["Schemas"]["custom-thing"] == [
        "~ type changed: type: string (pattern ^[^:]+:.) -> string (pattern ^my:.)"
    ]


def test_a_changed_scalar_is_told(small: Project) -> None:
    small.write(schema("length", "v1"), older(small, "length"))
    small.patch(schema("length"), set_("/minimum", 1), set_("/type", "integer"))
    assert diff(small, "v1", "v2")["Schemas"]["length"] == [
        "~ type changed: number (minimum 0) -> integer (minimum 1)"
    ]


def test_a_condition_that_changes_under_the_same_text_is_told(small: Project) -> None:
    small.write(schema("document", "v1"), older(small, "document"))
    small.patch(schema("document"), set_("/allOf/1/required", ["version", "displayName"]))
    assert diff(small, "v1", "v2")["Schemas"]["document"] == [
        (
            "! condition changed (document-version): The outermost thing carries `version`. It was "
            '{"required": ["version"]} and is {"required": ["version", "displayName"]}'
        )
    ]


def test_changed_bases_are_told(small: Project) -> None:
    small.write(schema("box", "v1"), older(small, "box"))
    small.write(schema("plain-thing"), older(small, "base-thing", "plain-thing", "v2"))
    small.patch(schema("box"), set_("/allOf/0/$ref", "plain-thing.schema.json"))
    assert "~ bases changed: base-thing -> plain-thing" in diff(small, "v1", "v2")["Schemas"]["box"]


def test_what_a_concept_newly_requires_of_its_base_is_told_as_that(small: Project) -> None:
    small.write(schema("custom-thing", "v1"), older(small, "custom-thing"))
    small.patch(schema("custom-thing"), set_("/required", ["version"]))
    assert diff(small, "v1", "v2")["Schemas"]["custom-thing"] == ["! newly required: version"]


def test_another_way_to_choose_and_another_member_are_told(small: Project) -> None:
    small.write(schema("thing", "v1"), older(small, "thing"))
    crate = older(small, "box", "crate", "v2")
    small.write(schema("crate"), crate)
    small.patch(schema("thing"), set_("/oneOf/0/$ref", "crate.schema.json"))
    assert diff(small, "v1", "v2")["Schemas"]["thing"] == ["~ member changed: box: box -> crate"]


@pytest.mark.parametrize(("old", "new"), [("v0", "v2"), ("v2", "v0")])
def test_a_revision_that_does_not_exist_is_refused_with_those_that_do(old: str, new: str) -> None:
    with pytest.raises(GenerationError) as caught:
        diff_revisions(load_sources(SMALL), old, new)
    assert str(caught.value) == "schemas/rfc8/v0: does not exist; expected one of `v1`, `v2`"


# -- the two revisions of RFC-8 -------------------------------------------------


@pytest.fixture(scope="module")
def rfc8(snapshot: Project) -> dict[str, dict[str, list[str]]]:
    return diff(snapshot, "draft-2026-04", "v1-2026-08")


def test_the_concepts_that_differ_are_those_that_the_revisions_differ_in(
    rfc8: dict[str, dict[str, list[str]]],
) -> None:
    assert set(rfc8["Schemas"]) - {""} == {
        "attributes",
        "base-transformation",
        "coordinate-system",
        "coordinate-transformation",
        "labels",
        "multiscale",
        "reference",
        "reference-object",
        "scene",
        "singlescale",
        "transformation-reference",
        "transformation-reference-object",
        "well",
    }


@pytest.mark.parametrize(
    ("concept", "line"),
    [
        ("reference", "~ was union, is object: reference (string or object) -> reference"),
        (
            "transformation-reference",
            (
                "~ was union, is object: transformation-reference (string or object) "
                "-> transformation-reference"
            ),
        ),
        ("reference-object", "concept removed (The long form of a reference.)"),
        (
            "base-transformation",
            (
                "~ type changed: input: transformation-reference (string or object) or null "
                "-> transformation-reference or null"
            ),
        ),
        (
            "base-transformation",
            (
                "~ type changed: output: transformation-reference (string or object) or null "
                "-> transformation-reference or null"
            ),
        ),
        ("coordinate-system", "! newly required: id"),
        ("coordinate-system", "~ no longer required: name"),
        ("coordinate-system", "~ type changed: name: string (minLength 1) -> string"),
        (
            "multiscale",
            (
                "! new condition (multiscale-coordinate-systems): A multiscale without `path` "
                "carries `attributes.coordinateSystems`; with `path` its target does."
            ),
        ),
        (
            "singlescale",
            (
                "- condition gone (level-transformation-types): The `coordinateTransformations` of "
                "a level are of the types `scale` and `translation` only."
            ),
        ),
        (
            "singlescale",
            (
                "! new condition (level-transformation): The `coordinateTransformations` of a "
                "level hold exactly one `scale`, or one `sequence` of a `scale` followed by a "
                "`translation`."
            ),
        ),
        (
            "attributes",
            (
                "+ field added: scene, optional: scene. How the images of a collection lie in "
                "space. (scene-object)"
            ),
        ),
        ("attributes", "~ type changed: acquisition: string (identifier) -> reference"),
        (
            "scene",
            (
                "+ coordinateSystems, optional: array of coordinate-system. Coordinate systems of "
                "the scene itself. (scene-object)"
            ),
        ),
        (
            "scene",
            (
                "+ coordinateTransformations, required: array of coordinate-transformation. "
                "Transformations between coordinate systems, of the scene and of its images. "
                "(scene-object)"
            ),
        ),
        ("well", "~ type changed: row: string (identifier) -> reference"),
        ("well", "~ type changed: column: string (identifier) -> reference"),
        (
            "labels",
            "~ type changed: source: array of reference (string or object) -> array of reference",
        ),
    ],
)
def test_the_difference_of_the_draft_and_v1_says_what_changed(
    rfc8: dict[str, dict[str, list[str]]], concept: str, line: str
) -> None:
    assert line in rfc8["Schemas"][concept]


def test_the_rules_that_went_and_came_with_v1_are_told_with_their_level(
    rfc8: dict[str, dict[str, list[str]]],
) -> None:
    rules = {re.split(r"[ :(]+", line)[1]: line for line in rfc8["Rules"][""]}
    assert {name for name, line in rules.items() if line.startswith("- ")} == {
        "level-transformation-types",
        "singlescale-path-in-array",
        "singlescale-path-required",
        "unknown-transformation-told",
    }
    assert {
        "level-input",
        "level-output",
        "level-transformation",
        "levels-one-output",
        "multiscale-coordinate-systems",
        "scene-object",
    } <= {name for name, line in rules.items() if line.startswith("+ ")}
    assert rules["singlescale-path-in-array"].startswith("- singlescale-path-in-array (SHOULD): ")
    assert all(line.startswith(("- ", "+ ")) for line in rules.values())


def test_each_of_our_deviations_is_told_with_the_revision_that_it_was_made_for(
    rfc8: dict[str, dict[str, list[str]]],
) -> None:
    assert rfc8["Deviations"][""] == [
        f"{name} (ngio at v1-2026-08): nothing to do; it is made for v1-2026-08"
        for name in ("id-required", "name-optional")
    ]


def test_our_deviations_fit_the_draft_as_well(snapshot: Project) -> None:
    assert diff(snapshot, "v1-2026-08", "draft-2026-04")["Deviations"][""] == [
        f"{name} (ngio at v1-2026-08): nothing to do; it fits draft-2026-04, where its concepts "
        "are the same"
        for name in ("id-required", "name-optional")
    ]
