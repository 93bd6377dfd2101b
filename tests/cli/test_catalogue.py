from __future__ import annotations

import json

import pytest

import ngio_collections as ngc
from tests.cli.samples import Run

PAIRS = [("ngio", "v1-2026-08"), ("rfc8", "v1-2026-08"), ("rfc8", "draft-2026-04")]


def words(text: str) -> str:
    """The text as one line, however it was wrapped."""
    return " ".join(text.split())


@pytest.mark.parametrize("columns", [80, 120, 200])
def test_the_table_holds_every_rule_whole_within_the_width(run: Run, columns: int) -> None:
    result = run("rules", columns=columns)
    assert result.exit_code == 0
    assert all(len(line) <= columns for line in result.stdout.splitlines())
    text = words(result.stdout)
    for rule in ngc.rules():
        assert f" {rule.number} {rule.level} {rule.check} {rule.id}" in text
        assert words(rule.statement) in text
    for heading in ("No.", "Level", "Checked by", "statement", "RFC section"):
        assert heading in text
    assert f"{len(ngc.rules())} rules (profile ngio, v1-2026-08)" in text


@pytest.mark.parametrize(("profile", "revision"), PAIRS)
def test_rules_as_json_is_the_catalogue_of_the_profile(
    run: Run, profile: str, revision: str
) -> None:
    result = run("rules", "--profile", profile, "--revision", revision, "--format", "json")
    entries = json.loads(result.stdout)
    catalogue = ngc.rules(profile=profile, revision=revision)
    assert [entry["rule"] for entry in entries] == [rule.id for rule in catalogue]
    assert all(
        list(entry) == ["number", "rule", "level", "check", "statement", "fix", "rfc"]
        for entry in entries
    )


@pytest.mark.parametrize(
    ("level", "shown"),
    [("MUST", {"MUST"}), ("should", {"MUST", "SHOULD"}), ("MAY", {"MUST", "SHOULD", "MAY"})],
)
def test_a_level_lists_the_rules_that_are_at_least_as_strong(
    run: Run, level: str, shown: set[str]
) -> None:
    entries = json.loads(run("rules", "--level", level, "--format", "json").stdout)
    assert {entry["level"] for entry in entries} == shown


@pytest.mark.parametrize(("profile", "revision"), PAIRS)
def test_schema_prints_the_schema_of_the_profile(run: Run, profile: str, revision: str) -> None:
    result = run("schema", "--profile", profile, "--revision", revision)
    assert result.exit_code == 0
    assert json.loads(result.stdout) == ngc.schema(profile=profile, revision=revision)


def test_schema_of_a_concept_refers_to_nothing_outside(run: Run) -> None:
    result = run("schema", "--concept", "plate")
    printed = json.loads(result.stdout)
    assert printed == ngc.schema(concept="plate")
    references = [part.split('"')[1] for part in result.stdout.split('"$ref": ')[1:]]
    assert len(references) > 3
    assert {ref.removeprefix("#/$defs/") for ref in references} <= set(printed["$defs"])


def test_an_unknown_concept_ends_with_2_and_names_close_ones(run: Run) -> None:
    result = run("schema", "--concept", "multiscales")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "multiscale" in result.stderr.replace("multiscales", "")
    assert "did you mean" in result.stderr


def test_an_unknown_concept_that_is_close_to_none_lists_them_all(run: Run) -> None:
    result = run("schema", "--concept", "\x1bzzz[red]")
    assert result.exit_code == 2
    assert "acquisition, affine-transformation" in result.stderr
    assert result.stderr.count("\n") == 1
    assert "\x1b" not in result.stderr
