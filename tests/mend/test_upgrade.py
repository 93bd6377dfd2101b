from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections.mend._upgrading import LEFT

OLD: dict[str, Any] = {
    "ome": {
        "type": "collection",
        "version": "0.7dev0",
        "id": "well",
        "name": "Well",
        "nodes": [
            {"type": "multiscale", "id": "raw", "name": "Raw", "attributes": {}, "nodes": []},
            {
                "type": "multiscale",
                "id": "labels",
                "name": "Labels",
                "path": {"type": "zarr", "path": "./labels.zarr"},
                "attributes": {"labels": {"source": ["raw"]}},
            },
        ],
    }
}


def test_an_upgrade_says_what_changes_and_what_is_left() -> None:
    upgrade = ngc.upgrade(json.dumps(OLD), url="file:///well.json")
    assert upgrade.to == "v1-2026-08"
    assert [step.rule for step in upgrade.steps] == ["reference-object"]
    assert [(one.rule, one.pointer) for one in upgrade.undecided] == [
        ("multiscale-coordinate-systems", "/ome/nodes/0/attributes")
    ]
    assert {one.document for one in (*upgrade.steps, *upgrade.undecided)} == {"file:///well.json"}
    lines = str(upgrade).splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("file:///well.json#/ome/nodes/0/attributes: multiscale-coordinate")
    said = upgrade.to_json()
    assert json.loads(json.dumps(said)) == said
    assert list(said) == ["to", "steps", "undecided"]
    assert said["undecided"][0]["document"] == "file:///well.json"


def test_the_operations_of_an_upgrade_are_one_patch() -> None:
    upgrade = ngc.upgrade(OLD)
    assert [operation["op"] for operation in upgrade.operations()] == ["test", "replace"]
    assert upgrade.operations("elsewhere") == []


def test_the_version_is_changed_only_if_that_is_asked_for() -> None:
    assert ngc.upgrade(OLD).result["ome"]["version"] == "0.7dev0"
    upgrade = ngc.upgrade(OLD, version="0.9.dev3")
    assert upgrade.result["ome"]["version"] == "0.9.dev3"
    assert ngc.upgrade(upgrade.result, version="0.9.dev3").steps == ()
    without = {"ome": {"type": "collection", "id": "a", "name": "a", "nodes": []}}
    assert list(ngc.upgrade(without, version="1.0").result["ome"])[:3] == ["type", "version", "id"]


@pytest.mark.parametrize("to", ["draft-2026-04", "v2", ""])
def test_there_is_no_way_to_another_revision(to: str) -> None:
    with pytest.raises(ngc.UnknownProfileError, match="v1-2026-08"):
        ngc.upgrade(OLD, to)


def test_what_is_no_document_is_refused() -> None:
    with pytest.raises(ngc.NotJsonError):
        ngc.upgrade("{")
    with pytest.raises(ngc.NotOmeError, match=r"x\.json"):
        ngc.upgrade({}, url="x.json")


def test_each_document_of_a_tree_is_upgraded_for_itself() -> None:
    store = ngc.MemoryStore()
    stub = {"type": "collection", "id": "A", "path": {"type": "json", "path": "./well.json"}}
    system = {"name": "physical", "axes": []}
    entry = {"type": "collection", "version": "0.8", "id": "p", "name": "p"}
    entry["attributes"] = {"coordinateSystems": [system]}
    entry["nodes"] = [{**stub, "name": "A"}]
    files = {"plate.json": {"ome": entry}, "well.json": OLD}
    for name, content in files.items():
        asyncio.run(store.put(f"memory:///{name}", json.dumps(content).encode()))
    view = ngc.open_inlined("memory:///plate.json", store=store)
    upgrade = ngc.upgrade(view)
    assert {step.document for step in upgrade.steps} == {
        "memory:///plate.json",
        "memory:///well.json",
    }
    assert "scene" in upgrade.result.attributes
    assert "scene" not in view.attributes
    ngc.save_tree(upgrade.result)
    again = ngc.open_inlined("memory:///plate.json", store=store)
    assert again.to_json() == upgrade.result.to_json()
    assert ngc.upgrade(again).steps == ()


def test_the_reasons_name_rules_that_there_are() -> None:
    rules = {rule.id for rule in ngc.rules(profile="rfc8", revision="v1-2026-08")}
    assert set(LEFT) <= rules


@pytest.mark.parametrize("node", [1.5, None, [], "x"])
def test_what_is_no_node_is_left_with_its_finding(node: object) -> None:
    upgrade = ngc.upgrade({"ome": node}, version="0.9")
    assert upgrade.steps == ()
    assert [(one.rule, one.pointer) for one in upgrade.undecided] == [("node-object", "/ome")]
    assert upgrade.result == {"ome": node}


def test_an_empty_version_is_refused() -> None:
    with pytest.raises(ValueError, match="the version is empty"):
        ngc.upgrade(OLD, version="")
