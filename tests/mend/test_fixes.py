from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections.mend import Fix

ROOT = Path(__file__).parents[2]
BAD: dict[str, Any] = {
    "ome": {
        "type": "collection",
        "id": "c",
        "nodes": [
            {"type": "collection", "id": "a b", "nodes": []},
            {"type": "collection", "id": "x", "version": "0.8", "nodes": []},
        ],
        "lab:number": 10**30,
    }
}


def test_a_fix_is_a_value_that_nobody_can_change() -> None:
    fix = ngc.fixes(BAD)[0]
    with pytest.raises(AttributeError):
        fix.rule = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        fix.operations[0]["op"] = "remove"  # type: ignore[index]
    assert fix == ngc.fixes(BAD)[0]
    assert hash(fix) == hash(ngc.fixes(copy.deepcopy(BAD))[0])
    assert len({*ngc.fixes(BAD), *ngc.fixes(BAD)}) == len(ngc.fixes(BAD))


def test_a_fix_says_what_it_does_in_words_and_as_json() -> None:
    fix = ngc.fixes(BAD, url="file:///c.json")[0]
    assert str(fix) == (
        "file:///c.json#/ome/nodes/0/id: node-id: Rename the id 'a b' of this collection to 'a_b'."
    )
    said = fix.to_json()
    assert json.loads(json.dumps(said)) == said
    assert list(said) == [
        *("document", "pointer", "rule", "title", "safe", "undecided", "operations", "elsewhere")
    ]
    assert said["safe"] is True


def test_documents_can_be_given_as_text_and_as_bytes() -> None:
    text = json.dumps(BAD)
    assert ngc.fixes(text) == ngc.fixes(text.encode()) == ngc.fixes(BAD)
    assert ngc.apply_fixes(text, ngc.fixes(text)) == ngc.apply_fixes(BAD, ngc.fixes(BAD))


def test_what_is_no_document_is_refused() -> None:
    with pytest.raises(ngc.NotJsonError):
        ngc.fixes("{")
    with pytest.raises(ngc.NotOmeError, match=r"x\.json"):
        ngc.fixes({}, url="x.json")
    with pytest.raises(ngc.UnknownProfileError):
        ngc.fixes(BAD, profile="other")
    assert ngc.fixes({"ome": []}) == ()


def test_fixes_that_leave_something_to_decide_are_made_only_if_asked_for() -> None:
    document = {"ome": {**BAD["ome"], "version": "0.9"}}
    fixes = ngc.fixes(document)
    unsafe = [fix for fix in fixes if not fix.safe]
    assert [fix.rule for fix in unsafe] == ["same-version"]
    assert ngc.apply_fixes(document, fixes)["ome"]["nodes"][1]["version"] == "0.8"
    made = ngc.apply_fixes(document, fixes, unsafe=True)
    assert "version" not in made["ome"]["nodes"][1]
    assert ngc.validate_document(made) == []


def test_some_of_the_fixes_can_be_made() -> None:
    some = [fix for fix in ngc.fixes(BAD) if fix.rule == "root-version"]
    made = ngc.apply_fixes(BAD, some)
    assert made["ome"]["version"] == "0.8"
    assert made["ome"]["nodes"][0] is BAD["ome"]["nodes"][0]  # What is the same is shared.
    assert ngc.apply_fixes(BAD, []) == BAD


def test_a_fix_is_not_made_in_another_document_than_its_own() -> None:
    fixes = ngc.fixes(BAD)
    other = copy.deepcopy(BAD)
    other["ome"]["nodes"][0]["id"] = "a c"
    with pytest.raises(ngc.InvalidEditError, match=r"/ome/nodes/0/id.*ask for fixes again"):
        ngc.apply_fixes(other, fixes)
    del other["ome"]["nodes"]
    with pytest.raises(ngc.InvalidEditError, match="no such place"):
        ngc.apply_fixes(other, fixes)


def test_a_fix_that_counts_on_one_that_was_left_out_says_so() -> None:
    labels = {"type": "multiscale", "id": "l", "path": {"type": "zarr", "path": "./l"}}
    labels["attributes"] = {"labels": {"source": ["raw 1"]}}
    raw = {"type": "multiscale", "id": "raw 1", "path": {"type": "zarr", "path": "./r"}}
    document = {"ome": {"type": "collection", "version": "0.9", "id": "c", "nodes": [raw, labels]}}
    fixes = ngc.fixes(document)
    assert [fix.rule for fix in fixes] == ["node-id", "reference-object"]
    with pytest.raises(ngc.InvalidEditError, match="before it was left out"):
        ngc.apply_fixes(document, fixes[1:])


def test_a_tree_that_is_in_no_document_is_mended_too() -> None:
    root = ngc.new_node("collection", children=[ngc.new_node("collection", name="A 1")])
    mended = ngc.apply_fixes(root, ngc.fixes(root))
    assert [node.id for node in mended.walk()] == ["collection", "A_1"]
    assert mended.is_detached
    assert [node.id for node in root.walk()] == [None, None]
    assert ngc.fixes(mended) == ()


def test_a_document_is_opened_mended_and_saved(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text(json.dumps(BAD, indent=3), encoding="utf-8")
    root = ngc.open(path)
    edited = root.find("x").set_attr("lab:new", 1)
    fixes = ngc.fixes(edited)
    assert {fix.document for fix in fixes} == {path.as_uri()}
    mended = ngc.apply_fixes(edited, fixes)
    assert ngc.save(mended).written == (path.as_uri(),)
    text = path.read_text(encoding="utf-8")
    assert '\n   "ome"' in text
    assert str(10**30) in text
    again = ngc.open(path)
    assert again.to_json() == mended.to_json()
    assert again.find("x").get_attr("lab:new") == 1
    assert ngc.save(mended.find("x").set_attr("lab:new", 2)).written == (path.as_uri(),)
    with pytest.raises(ngc.ConflictError):
        ngc.save(root.set_attr("lab:old", 1))


def test_a_node_in_the_wrong_place_of_a_zarr_json_is_moved_when_it_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "c.zarr" / "zarr.json"
    path.parent.mkdir()
    node = {"type": "collection", "version": "0.9", "id": "c", "nodes": []}
    path.write_text(json.dumps({"zarr_format": 3, "node_type": "group", "ome": node}), "utf-8")
    root = ngc.open(tmp_path / "c.zarr")
    mended = ngc.apply_fixes(root, ngc.fixes(root))
    assert mended.to_json() == root.to_json()
    again = ngc.apply_fixes(mended.set_attr("lab:a", 1), ngc.fixes(mended))
    ngc.save(again)
    written = json.loads(path.read_text("utf-8"))
    assert list(written) == ["zarr_format", "node_type", "attributes"]
    assert written["attributes"]["ome"]["attributes"] == {"lab:a": 1}
    assert ngc.save(again).written == ()
    ngc.save(again.set_attr("lab:a", 2))
    assert ngc.open(tmp_path / "c.zarr").get_attr("lab:a") == 2


def test_the_fixes_of_a_node_are_those_of_what_is_below_it() -> None:
    root = ngc.as_tree(copy.deepcopy(BAD["ome"])).root
    assert [fix.pointer for fix in ngc.fixes(root.find("a b"))] == ["/ome/nodes/0/id"]
    assert ngc.fixes(root.find("x")) == ()


def test_fixes_of_other_documents_are_left_out() -> None:
    root = ngc.as_tree(copy.deepcopy(BAD["ome"]), "file:///c.json").root
    fixes = ngc.fixes(BAD, url="file:///other.json")
    assert ngc.apply_fixes(root, fixes).to_json() == root.to_json()


def test_very_deep_documents_are_mended() -> None:
    node: dict[str, Any] = {"type": "collection", "id": "bottom 1", "nodes": []}
    for number in range(500):
        node = {"type": "collection", "id": f"n{number}", "nodes": [node]}
    mended = ngc.apply_fixes({"ome": node}, ngc.fixes({"ome": node}))
    assert ngc.validate_document(mended) == []


def test_many_mends_of_which_one_is_none_cost_few_looks_at_the_document(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nodes: list[Any] = [{"type": "collection", "id": f"n {n}", "nodes": []} for n in range(200)]
    labels = {"labels": {"source": [{"id": "n 77"}]}}  # It would be found to be no image.
    path = {"type": "zarr", "path": "./l"}
    nodes.append({"type": "multiscale", "id": "l", "path": path, "attributes": labels})
    looks = 0
    check = ngc.validate_document

    def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal looks
        looks += 1
        return check(*args, **kwargs)

    monkeypatch.setattr("ngio_collections.validation.validate_document", counted)
    document = {"ome": {"type": "collection", "version": "0.9", "id": "c", "nodes": nodes}}
    fixes = ngc.fixes(document)
    assert len(fixes) == 199
    assert looks < 30


PURE = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("pydantic", "pydantic_core", "orjson", "typer", "rich"):
            raise ModuleNotFoundError(f"{name} is not installed", name=name)

sys.meta_path.insert(0, Refuse())
from ngio_collections.mend._proposals import Found, Known
from ngio_collections.mend._rounds import find_fixes
from ngio_collections.mend._upgrading import upgrade_steps

node = {"type": "collection", "version": "0.9", "id": "a b", "nodes": []}
def check(document):
    return [Found("node-id", "/ome/id")] if " " in document["ome"]["id"] else []
print([fix.title for fix in find_fixes({"ome": node}, check, Known())])
node["nodes"] = [{"type": "collection", "name": "A", "nodes": []}]
print([fix.title for fix in upgrade_steps({"ome": node}, Known())[0]])
"""


def test_documents_are_mended_and_upgraded_where_nothing_else_is_installed() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PURE],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "[\"Rename the id 'a b' of this collection to 'a_b'\"]",
        "[\"Give this collection the id 'A'\"]",
    ]


def test_the_class_of_fixes_is_public() -> None:
    assert all(isinstance(fix, ngc.Fix) for fix in ngc.fixes(BAD))
    assert ngc.Fix is Fix


def test_many_references_that_are_not_clear_are_counted_and_said_with_each_thing() -> None:
    path = {"type": "zarr", "path": "./x"}
    source = {"labels": {"source": [{"id": "raw"}]}}
    raw = [{"type": "multiscale", "id": "raw", "path": path} for _ in range(3)]
    labels = [
        {"type": "multiscale", "id": f"l{n}", "path": path, "attributes": source} for n in range(5)
    ]
    root = {"type": "collection", "version": "0.9", "id": "c", "nodes": [*raw, *labels]}
    fixes = ngc.fixes({"ome": root})
    assert [fix.pointer for fix in fixes] == ["/ome/nodes/1/id", "/ome/nodes/2/id"]
    places = ", ".join(f"/ome/nodes/{n}/attributes/labels/source/0" for n in (3, 4, 5))
    said = f"The references at {places} and 2 more may mean any of 3 things with the id 'raw'."
    assert [fix.undecided for fix in fixes] == [(said,), (said,)]
    made = ngc.apply_fixes({"ome": root}, fixes, unsafe=True)
    assert ngc.validate_document(made) == []
    assert made["ome"]["nodes"][3]["attributes"] == source


def test_what_a_finding_advises_is_what_its_fix_writes() -> None:
    document = {"ome": {"type": "collection", "id": "a", "nodes": []}}
    (finding,), (fix,) = ngc.validate_document(document), ngc.fixes(document)
    assert finding.rule == fix.rule == "root-version"
    assert f'"version": "{fix.operations[0]["value"]}"' in finding.fix
