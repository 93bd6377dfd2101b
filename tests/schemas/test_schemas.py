"""The schemas that people write are JSON Schemas, complete, and say where they come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import ngio_collections as ngc

ROOT = Path(__file__).parent.parent.parent
FILES = sorted((ROOT / "schemas" / "rfc8").rglob("*.schema.json"))
PROFILES = ngc.profiles()


def load(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def test_both_revisions_have_schemas() -> None:
    assert {path.parent.name for path in FILES} == {"v1-2026-08", "draft-2026-04"}
    assert len(FILES) > 50


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_schema_is_valid_and_knows_its_address_title_and_source(path: Path) -> None:
    schema = load(path)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].endswith(f"/rfc8/{path.parent.name}/{path.name}")
    assert schema["title"]
    assert schema["description"].endswith(".")
    assert schema["x-rfc"].startswith(
        ("rfcs:rfc8:v1:", "RFC-8 draft of 2026-04: ", "RFC-5: ", "OME-Zarr 0.9")
    )
    for value in schema.get("properties", {}).values():
        assert value["description"].endswith(".")
        assert value["x-rule"]


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_draft_holds_only_what_differs_from_its_base(path: Path) -> None:
    if path.parent.name == "v1-2026-08":
        return
    base = path.parent.parent / "v1-2026-08" / path.name
    if base.exists():
        ours, theirs = load(path), load(base)
        for key in ("$id", "x-rfc"):
            del ours[key], theirs[key]
        assert ours != theirs


@pytest.mark.parametrize(("profile", "revision"), PROFILES)
def test_every_concept_can_be_had_as_one_valid_self_contained_schema(
    profile: str, revision: str
) -> None:
    whole = ngc.schema(profile=profile, revision=revision)
    for concept in whole["$defs"]:
        schema = ngc.schema(profile=profile, revision=revision, concept=concept)
        jsonschema.Draft202012Validator.check_schema(schema)
        references = {
            value
            for value in _references(schema)
            if value.removeprefix("#/$defs/") not in schema["$defs"]
        }
        assert references == set()
        assert len(schema["$defs"]) <= len(whole["$defs"])


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [r for inner in value.values() for r in _references(inner)]
    if isinstance(value, list):
        return [r for inner in value for r in _references(inner)]
    return []


def test_the_two_profiles_differ_in_the_deviations_and_nothing_else() -> None:
    ours = ngc.schema(profile="ngio")["$defs"]
    theirs = ngc.schema(profile="rfc8")["$defs"]
    assert [name for name in theirs if theirs[name] != ours[name]] == ["base-node"]
    assert theirs["base-node"]["required"] == ["type", "name"]
    assert ours["base-node"]["required"] == ["type", "id"]
    ours_rules = {rule.id for rule in ngc.rules(profile="ngio")}
    theirs_rules = {rule.id for rule in ngc.rules(profile="rfc8")}
    assert ours_rules - theirs_rules == {"node-id-required"}
    assert theirs_rules - ours_rules == {"sibling-names"}


@pytest.mark.parametrize("text", ["a\n", "a b", "", "ä", "a/b", "a:b", "\n", "a\r\n"])
def test_an_id_with_other_characters_is_refused_by_every_engine(text: str) -> None:
    document = {"ome": {"type": "collection", "version": "0.9", "id": text, "nodes": []}}
    assert [finding.rule for finding in ngc.validate_document(document)] == ["node-id"]
    assert ngc.schema_errors(document) != []
    with pytest.raises(ValueError, match="id"):
        ngc.models.Collection.from_json(document["ome"])


def test_every_revision_has_its_provenance() -> None:
    text = (ROOT / "schemas" / "PROVENANCE.md").read_text(encoding="utf-8")
    for folder in (ROOT / "schemas" / "rfc8").iterdir():
        assert f"rfc8/{folder.name}/" in text
