"""A change in what people write changes exactly the outputs that depend on it, and nothing else."""

from __future__ import annotations

import difflib
import re

from codegen.emit import GENERATED
from tests.codegen.projects import Files, Project, schema, set_

V1 = "v1-2026-08"
DRAFT = "draft-2026-04"
NGIO, RFC8, RFC8_DRAFT = "ngio_v1_2026_08", "rfc8_v1_2026_08", "rfc8_draft_2026_04"


def generated(*names: str) -> set[str]:
    return {(GENERATED / name).as_posix() for name in names}


def package(key: str) -> set[str]:
    """All that is generated for one profile."""
    names = ("__init__.py", "models.py", "concepts.py", "fits.py", "schema.json")
    return generated(*(f"{key}/{name}" for name in names))


WORD = {"type": "string", "description": "A word.", "x-rule": "owner"}

SHARED = generated("__init__.py", "stubs.py")
"""What names the hash of all schemas and rules."""


def lines(before: str, after: str) -> list[str]:
    """The lines that differ, with a sign, apart from the hash of the sources."""
    differing = difflib.ndiff(before.splitlines(), after.splitlines())
    return [
        f"{line[0]} {line[2:].strip()}"
        for line in differing
        if line[0] in "+-" and "(hash " not in line
    ]


def differing(before: dict[str, str], after: dict[str, str]) -> dict[str, list[str]]:
    """The lines that differ in each file that differs at all."""
    assert set(before) == set(after)
    return {n: lines(before[n], after[n]) for n in before if before[n] != after[n]}


def model_lines(changes: dict[str, list[str]], key: str) -> list[str]:
    return changes[(GENERATED / key / "models.py").as_posix()]


def only_hashes(changes: dict[str, list[str]]) -> set[str]:
    """The files in which nothing differs but the hash of the sources."""
    return {
        name
        for name, differences in changes.items()
        if all('"$comment"' in line for line in differences)
    }


def test_a_new_optional_property_becomes_one_field_in_each_profile_that_shares_it(
    real: Project, before: Files
) -> None:
    real.patch(
        schema("axis", V1),
        set_(
            "/properties/pixelsPerUnit",
            {"type": "number", "description": "How fine it is.", "x-rule": "axis-fields"},
        ),
    )
    changes = differing(before, real.generate())

    assert set(changes) == SHARED | package(NGIO) | package(RFC8) | package(RFC8_DRAFT)
    for key in (NGIO, RFC8, RFC8_DRAFT):
        assert model_lines(changes, key) == [
            (
                "+ pixels_per_unit: Annotated[Maybe[JsonNumber], "
                'Field(alias="pixelsPerUnit")] = ABSENT'
            ),
            '+ "How fine it is."',
        ]
        concepts = changes[(GENERATED / key / "concepts.py").as_posix()]
        assert concepts == [
            '+ "pixelsPerUnit": Field("axis-fields", "axis-fields", ("a number",)),'
        ]
        assert (
            '+ found = get("pixelsPerUnit", _ABSENT)'
            in changes[(GENERATED / key / "fits.py").as_posix()]
        )
    assert only_hashes(changes) == SHARED | generated(
        *(f"{key}/__init__.py" for key in (NGIO, RFC8, RFC8_DRAFT))
    )


def test_a_property_that_becomes_required_changes_one_line_of_the_models(
    small: Project, small_before: Files
) -> None:
    small.patch(schema("owner-object"), set_("/properties/word", dict(WORD)))
    optional = small.generate()
    assert model_lines(differing(small_before, optional), "house_v2") == [
        "+ word: Maybe[StrictStr] = ABSENT",
        '+ "A word."',
    ]
    small.patch(schema("owner-object"), set_("/required/-", "word"))
    assert model_lines(differing(optional, small.generate()), "house_v2") == [
        "- word: Maybe[StrictStr] = ABSENT",
        "+ word: StrictStr",
    ]


def test_a_new_limit_changes_one_line_of_the_models(small: Project, small_before: Files) -> None:
    small.patch(schema("base-thing"), set_("/properties/version/minLength", 1))
    changes = differing(small_before, small.generate())
    for key in ("house_v2", "rfc8_v2", "rfc8_v1"):
        assert model_lines(changes, key) == [
            "- version: Maybe[StrictStr] = ABSENT",
            "+ version: Maybe[Annotated[StrictStr, Field(min_length=1)]] = ABSENT",
        ]


def test_a_new_condition_becomes_a_line_of_its_stub_and_of_the_concept(
    small: Project, small_before: Files
) -> None:
    branch = {
        "description": "An owner with a name has a short one.",
        "x-rule": "owner",
        "dependentRequired": {"name": ["id"]},
    }
    small.patch(schema("owner-object"), set_("/allOf", [branch]))
    changes = differing(small_before, small.generate())

    documentation = {"docs/conformance.md"}
    assert set(changes) == SHARED | package("house_v2") | package("rfc8_v2") | documentation
    stubs = changes[(GENERATED / "stubs.py").as_posix()]
    assert "+ def owner(subject: Subject, context: Context) -> Iterator[Violation]:" in stubs
    assert "+ owner-object: An owner with a name has a short one. (dependentRequired)" in stubs
    assert [line for line in stubs if line.startswith("-")] == []
    for key in ("house_v2", "rfc8_v2"):
        assert model_lines(changes, key) == []
        concepts = changes[(GENERATED / key / "concepts.py").as_posix()]
        assert concepts == ['+ constraints=("owner",),']


def test_a_property_of_the_newer_revision_alone_leaves_the_older_one_alone(
    small: Project, small_before: Files
) -> None:
    small.patch(schema("marble"), set_("/properties/word", {**WORD, "x-rule": "marble-fields"}))
    changes = differing(small_before, small.generate())
    assert "word" in str(model_lines(changes, "rfc8_v2"))
    assert set(changes) == SHARED | package("house_v2") | package("rfc8_v2")


def test_a_new_rule_changes_the_catalogue_the_stubs_and_the_documentation(
    real: Project, before: Files
) -> None:
    real.patch(
        "schemas/rules/space.json",
        set_(
            "/rules/-",
            {
                "id": "axis-names-are-short",
                "number": 999,
                "level": "SHOULD",
                "rfc": "RFC-5: axes metadata",
                "statement": "The name of an axis is short.",
                "check": "code",
                "fix": "Shorten it.",
                "scope": {"ancestors": 0, "descendants": 0, "references": False},
                "applies_to": ["axis"],
                "profiles": ["rfc8"],
                "revisions": [V1],
            },
        ),
    )
    changes = differing(before, real.generate())

    assert set(changes) == (
        SHARED
        | generated("catalogue.py")
        | generated(*(f"{key}/concepts.py" for key in (NGIO, RFC8, RFC8_DRAFT)))
        | {"docs/conformance.md"}
    )
    assert changes[(GENERATED / RFC8 / "concepts.py").as_posix()] == ['+ "axis-names-are-short",']
    for key in (NGIO, RFC8_DRAFT):
        assert changes[(GENERATED / key / "concepts.py").as_posix()] == []
    added = changes["docs/conformance.md"]
    rows = [line for line in added if not re.search(r" rules cover the \d+ numbered", line)]
    assert len(added) == 3, "beside the row, the line of totals goes and comes"
    assert len(rows) == 1
    assert rows[0].startswith(
        "+ | 999 | `axis-names-are-short` | SHOULD | The name of an axis is short. "
        "| RFC-5: axes metadata | `rfc8` v1-2026-08 | rule in `validation/rules/space.py` |"
    )


def test_the_title_of_a_deviation_changes_the_readme_and_hashes_only(
    real: Project, before: Files
) -> None:
    real.patch("schemas/deviations/id-required.json", set_("/title", "Every node needs an `id`"))
    changes = differing(before, real.generate())

    assert set(changes) == SHARED | package(NGIO) | {"README.md"}
    gone, come = changes["README.md"]
    assert gone.startswith("- | `id` is required on every node |")
    assert come.startswith("+ | Every node needs an `id` |")
    assert gone.split("|")[2:] == come.split("|")[2:]
    assert only_hashes(changes) == SHARED | package(NGIO)


def test_a_description_in_the_draft_alone_changes_one_line_of_the_models_of_the_draft(
    real: Project, before: Files
) -> None:
    path = schema("well", DRAFT)
    old = real.read(path)["properties"]["row"]["description"]
    real.patch(path, set_("/properties/row/description", "The `id` of a row."))
    changes = differing(before, real.generate())

    assert set(changes) == SHARED | package(RFC8_DRAFT)
    assert model_lines(changes, RFC8_DRAFT) == [f'- "{old}"', '+ "The `id` of a row."']
    assert only_hashes(changes) == SHARED | generated(
        *(f"{RFC8_DRAFT}/{name}.py" for name in ("__init__", "concepts", "fits"))
    )


def test_a_conformance_case_changes_its_count_in_the_documentation_only(
    small: Project, small_before: Files
) -> None:
    path = "tests/conformance/boxes.json"
    small.patch(path, set_("/cases/-", small.read(path)["cases"][0]))
    changes = differing(small_before, small.generate())
    assert set(changes) == {"docs/conformance.md"}
    gone, come = changes["docs/conformance.md"]
    assert gone.split("|")[1:-2] == come.split("|")[1:-2]
    assert gone.split("|")[-2] != come.split("|")[-2]


def test_line_ends_of_another_system_change_nothing(small: Project, small_before: Files) -> None:
    for path in sorted((small.root / "schemas").rglob("*.json")):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert differing(small_before, small.generate()) == {}
