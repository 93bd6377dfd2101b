"""Checking what an edit changed gives what checking the whole tree again gives."""

from __future__ import annotations

import copy
import os
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings

import ngio_collections as ngc
from ngio_collections.graph import Node
from tests.graph.effort import calls_of
from tests.resolve.edits import STEPS
from tests.resolve.edits import edited as edited_view
from tests.resolve.graphs import Collection, collections
from tests.validation.parts import DOCUMENTS, edited

ROUNDS = int(os.environ.get("NGIO_RECHECKS", "600"))
PARTS = 8


def _tree(root: dict[str, Any]) -> Node:
    return ngc.as_tree(copy.deepcopy(root), "file:///lab/plate.json").root


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("pair", ngc.profiles(), ids="@".join)
def test_the_result_equals_a_full_run(part: int, pair: tuple[str, str]) -> None:
    profile, revision = pair
    options = {"profile": profile, "revision": revision, "level": "SHOULD"}
    different = 0
    for number in range(part, ROUNDS // len(ngc.profiles()), PARTS):
        random = Random(number)
        old = _tree(random.choice(DOCUMENTS))
        for _ in range(random.randint(0, 3)):
            old = edited(old, random)
        new = old
        for _ in range(random.randint(1, 3)):
            new = edited(new, random)
        before, after = (ngc.validate(node, **options) for node in (old, new))
        change = ngc.validate_changes(old, new, **options)
        assert change.update(before) == after, number
        assert not Counter(change.resolved) - Counter(before), number
        assert not Counter(change.introduced) - Counter(after), number
        different += bool(change)
    assert different > ROUNDS // len(ngc.profiles()) // PARTS // 10


@settings(max_examples=60)
@given(collections(shared=False), STEPS, STEPS)
def test_the_result_equals_a_full_run_on_views_of_several_documents(
    collection: Collection, first: list[Any], second: list[Any]
) -> None:
    root = ngc.open_inlined(collection.entry, store=collection.store())
    old = edited_view(root, first)
    new = edited_view(old, second)
    before, after = (ngc.validate(node, level="SHOULD") for node in (old, new))
    change = ngc.validate_changes(old, new, level="SHOULD")
    assert change.update(before) == after
    assert not Counter(change.resolved) - Counter(before)
    assert not Counter(change.introduced) - Counter(after)


def _large(levels: int) -> Node:
    """Ten nodes inside of each of ten nodes, so many levels deep."""

    def below(name: str, level: int) -> list[dict[str, Any]]:
        names = [f"{name}{number}" for number in range(10)] if level else []
        return [{"type": "collection", "id": n, "nodes": below(n, level - 1)} for n in names]

    return _tree({"type": "collection", "version": "0.9", "id": "n", "nodes": below("n", levels)})


def test_one_edit_costs_the_same_however_large_the_tree_is() -> None:
    efforts = []
    for levels in (2, 3, 4):
        old = _large(levels)
        first, second = (old.find("n" + digit * levels) for digit in "57")
        # What all versions share is made once.
        ngc.validate_changes(old, first.set_attr("labels", 1))
        new = second.set_attr("labels", 1)
        efforts.append(calls_of(lambda old=old, new=new: ngc.validate_changes(old, new)))
    # Ten times as many nodes are one level more.
    assert max(efforts) < 1.5 * min(efforts)


def _images(wells: int) -> Node:
    """Wells of two images each: one has a coordinate system and is the source of the other."""
    nodes: list[dict[str, Any]] = []
    for number in range(wells):
        system = {"id": f"um{number}", "axes": [{"name": "x", "type": "space"}]}
        raw = {"id": f"raw{number}", "attributes": {"coordinateSystems": [system]}}
        cells = {"id": f"cells{number}", "attributes": {"labels": {"source": [{"id": raw["id"]}]}}}
        images = [{"type": "multiscale", "nodes": [], **image} for image in (raw, cells)]
        nodes.append({"type": "collection", "id": f"well{number}", "nodes": images})
    while len(nodes) > 10:  # So that no list is long: the children of what changes are looked at.
        tens = [nodes[number : number + 10] for number in range(0, len(nodes), 10)]
        nodes = [{"type": "collection", "id": f"of_{ten[0]['id']}", "nodes": ten} for ten in tens]
    return _tree({"type": "collection", "version": "0.9", "id": "plate", "nodes": nodes})


EDITS = {
    "the root is given an attribute": lambda plate, _: plate.set_attr("labels", 1),
    "a node is removed": lambda plate, n: plate.find(f"raw{n}").remove(),
    "a node is added": lambda plate, n: plate.find(f"well{n}").add(
        ngc.new_node("multiscale", id="new", attributes={"labels": {"source": [{"id": "x"}]}})
    ),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_whatever_the_edit_is_it_costs_the_same_however_large_the_tree_is(edit: Any) -> None:
    efforts = []
    for wells in (10, 100, 1_000):
        old = _images(wells)
        ngc.validate_changes(old, old.find("raw1").remove())  # Makes what all versions share.
        new = edit(old, 3)
        efforts.append(calls_of(lambda old=old, new=new: ngc.validate_changes(old, new)))
    # Ten times as many nodes are one level more.
    assert max(efforts) < 1.5 * min(efforts), efforts


def test_what_validating_the_tree_finds_out_about_its_ids_is_not_found_out_again() -> None:
    efforts = []
    for is_validated in (False, True):
        old = _images(1_000)
        old.tree.find("raw1")  # Makes the arrays and the index of the ids of nodes.
        if is_validated:
            ngc.validate(old)
        new = old.find("raw3").remove()
        efforts.append(calls_of(lambda old=old, new=new: ngc.validate_changes(old, new)))
    # The ids in the attributes of 2,000 images.
    assert efforts[0] > efforts[1] + 2 * 2_000, efforts


@ngc.rule("lab:inner", on="multiscale", descendants=1, references=True, keys=["attributes/lab:to"])
def inner_targets(subject: Any, context: Any) -> Any:
    "What the children refer to is there."
    for child in subject.node.children():
        if not context.declarations(child.attributes.get("lab:to", "")):
            yield ngc.Violation(f"{child.id} leads nowhere", "")


@ngc.rule("lab:outer", on="singlescale", ancestors=1, references=True, keys=["attributes/lab:to"])
def outer_target(subject: Any, context: Any) -> Any:
    "What the parent refers to is there."
    if not context.declarations(subject.node.parent.attributes.get("lab:to", "")):
        yield ngc.Violation("the parent leads nowhere", "")


@pytest.mark.parametrize("rule", [inner_targets, outer_target], ids=["inner", "outer"])
def test_a_rule_may_follow_the_references_of_the_nodes_around_its_subject(rule: Any) -> None:
    to = {"attributes": {"lab:to": "target", "lab:own": 1}}
    level = {"type": "singlescale", "id": "level", **to}
    image = {"type": "multiscale", "id": "image", "nodes": [level], **to}
    target = {"type": "collection", "id": "target", "nodes": []}
    nodes = [image, target]
    old = _tree({"type": "collection", "id": "root", "version": "0.9", "nodes": nodes})
    new = old.find("target").remove()
    options: dict[str, Any] = {"rules": [rule], "level": "SHOULD"}
    assert ngc.validate(old, **options) == []
    change = ngc.validate_changes(old, new, **options)
    assert list(change.introduced) == ngc.validate(new, **options)
    assert [finding.rule for finding in change.introduced] == [rule.id]


@ngc.rule("lab:inside", on="lab:assay", ancestors=2, keys=["name"])
def named_around(subject: Any, context: Any) -> Any:
    "What holds an assay has a name."
    for node in subject.node.ancestors():
        if "name" not in node.value:
            yield ngc.Violation(f"{node.id} has no name", "")


def test_a_rule_about_a_node_without_attributes_sees_what_changes_above_it() -> None:
    assay = {"type": "lab:assay", "id": "assay"}
    well = {"type": "collection", "id": "well", "name": "Well", "nodes": [assay]}
    old = _tree({"type": "collection", "id": "plate", "version": "0.9", "nodes": [well]})
    options: dict[str, Any] = {"rules": [named_around], "level": "SHOULD"}
    before = ngc.validate(old, **options)
    change = ngc.validate_changes(old, old.rename("Plate"), **options)
    assert [finding.found for finding in before] == ["plate has no name"]
    assert list(change.resolved) == before


def _many_broken(count: int) -> dict[str, Any]:
    nodes = [{"type": "collection", "id": f"w {n}", "nodes": []} for n in range(count)]
    return {"type": "collection", "id": "p", "version": "0.9", "nodes": nodes}


def _deep_and_broken(count: int) -> dict[str, Any]:
    node: dict[str, Any] = {"type": "collection", "id": "deepest one", "nodes": []}
    for number in range(count - 1):
        node = {"type": "collection", "id": f"d {number}", "nodes": [node], "attributes": {}}
    return {"type": "collection", "id": "p", "version": "0.9", "nodes": [node]}


@pytest.mark.parametrize("made", [_many_broken, _deep_and_broken], ids=["wide", "deep"])
def test_findings_are_carried_over_at_a_price_for_each(made: Any) -> None:
    efforts = []
    for count in (150, 300, 600):
        old = ngc.as_tree(made(count), "file:///lab/plate.json").root
        new = old.set_attr("lab:x", 1)
        change, before = ngc.validate_changes(old, new), ngc.validate(old)
        assert len(before) == count
        assert change.update(before) == ngc.validate(new)
        efforts.append(calls_of(lambda c=change, b=before: c.update(b)) / count)
    assert efforts[1] < 1.3 * efforts[0], efforts
    assert efforts[2] < 1.3 * efforts[1], efforts


def test_pointers_that_begin_alike_lead_to_different_nodes() -> None:
    root = _many_broken(30)
    root["nodes"][1]["nodes"] = [{"type": "collection", "id": "in 1", "nodes": [5]}]
    root["nodes"][12]["nodes"] = [{"type": "collection", "id": "in 12", "nodes": [5]}]
    root["attributes"] = {"no~such/thing": [{"nodes": 1}]}
    old = _tree(root)
    before = ngc.validate(old)
    for new in (old.set_attr("lab:x", 1), old.find("w 0").remove(), old.insert(1, old.find("w 7"))):
        for findings in (before, before[::-1], sorted(before, key=lambda one: one.pointer)):
            change = ngc.validate_changes(old, new)
            assert change.update(findings) == ngc.validate(new.tree.root)


def test_what_is_moved_into_something_that_holds_no_nodes_declares_nothing_any_more() -> None:
    source = {"labels": {"source": [{"id": "raw"}]}}
    nodes = [
        {"type": "singlescale", "id": "level"},
        {"type": "multiscale", "id": "raw", "path": {"type": "zarr", "path": "./raw"}},
        {"type": "collection", "id": "cells", "nodes": [], "attributes": source},
    ]
    old = _tree({"type": "collection", "id": "p", "version": "0.9", "nodes": nodes})
    new = old.find("raw").move(old.find("level")).tree.root
    change = ngc.validate_changes(old, new)
    assert change.update(ngc.validate(old)) == ngc.validate(new)
    assert "external-reference-path" in [one.rule for one in change.introduced]


@ngc.rule("lab:content", on="base-node", descendants=1, keys=["name"], level="MUST")
def content(subject: Any, context: Any) -> Any:
    "It says what is inside, whosever that is."
    for node in subject.value.get("nodes", ()):
        yield ngc.Violation(f"{node['id']} is called {node.get('name')}")


def test_what_is_inside_of_a_node_that_holds_no_nodes_is_its_own_content() -> None:
    inside = [{"type": "singlescale", "id": name, "name": name} for name in "ab"]
    level = {"type": "singlescale", "id": "level", "nodes": inside}
    root = _tree({"type": "collection", "id": "p", "version": "0.9", "nodes": [level]})
    removed = root.find("a").remove().tree.root
    for old, new in (
        (root, removed),
        (root, root.find("b").rename("c").tree.root),
        (removed, removed.find("b").remove().tree.root),
        (removed, removed.find("b").move(removed).tree.root),
    ):
        before, after = (ngc.validate(node, rules=[content]) for node in (old, new))
        change = ngc.validate_changes(old, new, rules=[content])
        assert change
        assert change.update(before) == after


def test_rules_about_children_see_the_first_ones_of_a_node_that_had_no_list() -> None:
    old = _tree({"type": "collection", "id": "p", "version": "0.9", "name": "p"})
    new = old
    for number in range(2):
        new = new.add(ngc.new_node("collection", id=f"n{number}", name="same"))
    for profile in ("rfc8", "ngio"):
        change = ngc.validate_changes(old, new, profile=profile)
        assert change.update(ngc.validate(old, profile=profile)) == ngc.validate(
            new, profile=profile
        )
    names = [one.pointer for one in ngc.validate_changes(old, new, profile="rfc8").introduced]
    assert "/ome/nodes/1/name" in names


def test_trees_that_were_made_apart_are_compared_as_a_whole() -> None:
    old, new = _large(1), _large(2).rename("")
    change = ngc.validate_changes(old, new)
    assert change.checked == -1
    assert [finding.rule for finding in change.introduced] == ["node-name"]
    assert change.resolved == ()


def test_a_version_compared_with_itself_is_no_difference() -> None:
    old = _large(1)
    change = ngc.validate_changes(old, old)
    assert not change
    assert str(change) == "no difference"
    assert change.update(ngc.validate(old)) == ngc.validate(old)


def test_what_an_edit_breaks_and_what_it_mends_is_said() -> None:
    broken = _tree({"type": "collection", "id": "a b", "version": "0.9", "nodes": []})
    change = ngc.validate_changes(broken, broken.set_attr("plate", {}))
    assert [finding.rule for finding in change.introduced] == ["plate-fields"]
    mended = broken.set_attr("plate", {}).clear_attrs()
    back = ngc.validate_changes(broken.set_attr("plate", {}), mended)
    assert [finding.rule for finding in back.resolved] == ["plate-fields"]
    assert str(back).startswith("- file:///lab/plate.json#/ome/attributes/plate")


@ngc.rule(
    "lab:no-grain", on="collection", level="MUST", descendants=-1, keys=["attributes/lab:free"]
)
def _no_grain(subject: Any, context: Any) -> Iterator[ngc.Violation]:
    """What is to be free of grain holds none."""
    if not subject.value.get("attributes", {}).get("lab:free"):
        return
    at: tuple[str | int, ...] = ()
    value = subject.value
    while value["nodes"]:
        at, value = (*at, "nodes", 0), value["nodes"][0]
        if value["id"] == "grain":
            yield ngc.Violation(f"there is grain in {subject.value['id']}", at=at)


def test_findings_of_several_nodes_in_one_place_have_one_order() -> None:
    silo = {"type": "collection", "nodes": [{"type": "collection", "id": "grain", "nodes": []}]}
    field = {"type": "collection", "id": "field", "nodes": [{**silo, "id": "silo"}]}
    root = _tree({"type": "collection", "id": "z", "version": "0.9", "nodes": [field]})
    for first, second in (("field", "silo"), ("silo", "field"), ("z", "silo"), ("silo", "z")):
        old = root.find(first).set_attr("lab:free", True)
        new = old.find(second).set_attr("lab:free", True)
        before, after = (ngc.validate(node, rules=[_no_grain]) for node in (old, new))
        assert len(after) == 2
        change = ngc.validate_changes(old, new, rules=[_no_grain])
        assert change.checked > 0
        assert change.update(before) == after


def test_wells_are_looked_at_again_when_the_rows_of_their_plate_change() -> None:
    well = {"row": {"id": "A"}, "column": {"id": "1"}}
    attributes = {"plate": {"rows": [{"id": "A"}], "columns": [{"id": "1"}]}}
    nodes = [{"type": "collection", "id": "A1", "nodes": [], "attributes": {"well": well}}]
    root = {"type": "collection", "id": "p", "version": "0.9", "attributes": attributes}
    plate = _tree({**root, "nodes": nodes})
    assert ngc.validate(plate) == []
    change = ngc.validate_changes(
        plate, plate.set_attr("plate", {"rows": [{"id": "B"}], "columns": [{"id": "1"}]})
    )
    assert [(finding.rule, finding.path) for finding in change.introduced] == [
        ("well-position", "p / A1")
    ]
