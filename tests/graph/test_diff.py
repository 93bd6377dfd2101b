"""The difference of two trees, and the patch that makes one of the other."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ngio_collections.errors import InvalidEditError, NodeNotFoundError
from ngio_collections.graph import Node, Patch, apply, as_tree, diff, new_node
from tests.graph.effort import calls_of
from tests.graph.samples import documents, flat, root_of, text_of
from tests.graph.steps import STEPS, versions

_CHOICE = st.integers(0, 10**6)


def _canonical(node: Node) -> str:
    """A node as text in which only the order of keys does not show."""
    return json.dumps(node.to_json(), sort_keys=True)


def _check_law(old: Node, new: Node) -> None:
    before = text_of(old), text_of(new)
    patch = diff(old, new).to_patch()
    assert _canonical(apply(old, patch)) == _canonical(new)
    written = json.dumps(patch.to_json())
    again = Patch(json.loads(written))
    assert again == patch
    assert json.dumps(again.to_json()) == written
    # A patch is data: it fits every tree with the same content.
    assert _canonical(apply(root_of(old.to_json()), again)) == _canonical(new)
    assert (text_of(old), text_of(new)) == before


@given(document=documents(), one=STEPS, other=STEPS, choices=st.tuples(_CHOICE, _CHOICE, _CHOICE))
@settings(max_examples=100)
def test_the_patch_of_two_versions_makes_the_second_of_the_first(
    document: dict[str, Any], one: Any, other: Any, choices: tuple[int, int, int]
) -> None:
    history = versions(root_of(document), one)
    branch = versions(history[choices[0] % len(history)], other)
    old, new = history[choices[1] % len(history)], branch[choices[2] % len(branch)]
    _check_law(old, new)
    _check_law(new, old)


@given(one=documents(), other=documents())
@settings(max_examples=60)
def test_the_patch_of_unrelated_trees_makes_the_second_of_the_first(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    _check_law(root_of(one), root_of(other))


@given(document=documents(), steps=STEPS)
@settings(max_examples=60)
def test_the_patch_of_a_tree_that_was_parsed_again_makes_the_second_of_the_first(
    document: dict[str, Any], steps: Any
) -> None:
    old = root_of(document)
    new = versions(old, steps)[-1]
    _check_law(old, root_of(new.to_json()))
    _check_law(new, root_of(document))


@given(document=documents(), steps=STEPS)
@settings(max_examples=40)
def test_a_tree_does_not_differ_from_itself(document: dict[str, Any], steps: Any) -> None:
    for root in versions(root_of(document), steps):
        for same in (root, root_of(root.to_json())):
            found = diff(root, same)
            assert not found, str(found)
            assert found.to_patch().to_json() == []
            assert str(found) == "no difference"


@given(document=documents(), steps=STEPS, choice=_CHOICE)
@settings(max_examples=60)
def test_the_difference_says_what_came_and_what_went(
    document: dict[str, Any], steps: Any, choice: int
) -> None:
    history = versions(root_of(document), steps)
    old, new = history[choice % len(history)], history[-1]
    found = diff(old, new)
    if found.replaced:
        assert old.key != new.key
        return
    before, after = {n.key for n in old.walk()}, {n.key for n in new.walk()}
    came = [n for n in new.walk() if n.key not in before]
    went = [n for n in old.walk() if n.key not in after]
    tops = {n.key for n in came if n.parent().key in before}  # type: ignore[union-attr]
    assert {n.key for n in found.added} == tops
    tops = {n.key for n in went if n.parent().key in after}  # type: ignore[union-attr]
    assert {n.key for n in found.removed} == tops
    both = before & after
    for changed in found.changed:
        assert changed.old.key == changed.new.key
        assert changed.old.to_json() != changed.new.to_json()
    edited = {changed.new.key for changed in found.changed}
    for node in new.walk():
        if node.key in both:
            was = old.at(node)
            differs = node.attributes != was.attributes or node.name != was.name
            assert not differs or node.key in edited
    parents = {
        n.key for n in new.walk() if n.key in both and _parent_ref(n) != _parent_ref(old.at(n))
    }
    assert parents <= {n.key for n in found.moved}
    assert {n.key for n in found.moved} <= both


def _parent_ref(node: Node) -> Any:
    parent = node.parent()
    return None if parent is None else parent.key


def _document() -> Node:
    nodes = [{"type": "image", "id": id_, "attributes": {"k": 1, "l": {"m": [1]}}} for id_ in "abc"]
    return as_tree({"type": "collection", "id": "root", "nodes": nodes}).root


def _there(root: Node, id: str) -> Node:
    found = root.find(id)
    assert found is not None
    return found


def test_a_difference_is_told_attribute_by_attribute() -> None:
    old = _document()
    new = _there(old, "b").set_attrs({"k": 2, "new": [1]}, drop=["l"])
    new = _there(new, "b").rename("name")
    found = diff(old, new)
    assert (found.added, found.removed, found.moved) == ((), (), ())
    (changed,) = found.changed
    assert (changed.old, changed.new) == (_there(old, "b"), _there(new, "b"))
    assert dict(changed.set) == {"k": 2, "new": [1]}
    assert changed.dropped == ("l",)
    assert changed.renamed
    assert "b" in str(found)
    with pytest.raises((TypeError, AttributeError)):
        changed.set["k"] = 3  # type: ignore[index]


def test_attributes_that_are_no_object_become_an_empty_one() -> None:
    old = as_tree({"type": "collection", "id": "a", "attributes": None, "nodes": []}).root
    new = old.set_attr("k", 1).drop_attrs("k")
    assert new.to_json()["attributes"] == {}
    _check_law(old, new)
    _check_law(new, old)


def test_an_edit_and_its_undoing_are_no_difference() -> None:
    old = _document()
    again = _there(_there(old, "b").set_attr("k", 2), "b").set_attr("k", 1)
    assert not diff(old, again)
    gone = old.add(new_node("image", id="new"))
    assert not diff(old, _there(gone, "new").remove())
    moved = _there(old, "a").move(old)
    assert not diff(old, moved.at(_there(old, "a")).move(moved, 0))


def test_numbers_of_other_kinds_and_truth_values_are_a_difference() -> None:
    for one, other in ((1, True), (0, False), (1, 1.0), (2**53, 2**53 + 1), (None, False)):
        old, new = (new_node("image", id="x", attributes={"k": value}) for value in (one, other))
        edited = old.set_attr("k", other)
        for root in (new, edited):
            assert text_of(apply(old, diff(old, root).to_patch())) == text_of(root)


_SMALL_EDITS: dict[str, Callable[[Node], Node]] = {
    "set an attribute": lambda root: _there(root, "500").set_attr("k", 1),
    "rename": lambda root: _there(root, "500").rename("n"),
    "append": lambda root: root.add(new_node("image", id="new")),
    "remove": lambda root: _there(root, "500").remove(),
}


@pytest.mark.parametrize("name", _SMALL_EDITS)
def test_the_difference_of_versions_is_found_without_looking_at_the_rest(name: str) -> None:
    costs = []
    for width in (1000, 20_000):
        old = as_tree(flat(width)).root
        for number in range(20):
            old = _there(old, str(number)).set_attr("k", number)
        new = _SMALL_EDITS[name](old)
        assert diff(old, new)
        costs.append(calls_of(lambda o=old, n=new: diff(o, n)))  # type: ignore[misc]
    assert costs[1] <= costs[0] + 100
    assert costs[1] < 1000


_WRONG: dict[str, tuple[Any, str]] = {
    "no object": (5, "operation 0"),
    "no op": ({"at": "a"}, "`op`"),
    "an unknown op": ({"op": "explode", "at": "a"}, "explode"),
    "an op that is an array": ({"op": ["remove"], "at": "a"}, "`op`"),
    "an op that is an object": ({"op": {}, "at": "a"}, "`op`"),
    "no address": ({"op": "remove"}, "at"),
    "an unknown key": ({"op": "remove", "at": "a", "force": True}, "force"),
    "an address that is a number": ({"op": "remove", "at": 5}, "address"),
    "a position below zero": ({"op": "remove", "at": [-1]}, "address"),
    "a position that is true": ({"op": "remove", "at": [True]}, "address"),
    "a node that is none": ({"op": "add", "parent": "a", "node": []}, "`node`"),
    "an index below zero": ({"op": "move", "at": "a", "parent": "b", "index": -1}, "`index`"),
    "an index that is null": ({"op": "move", "at": "a", "parent": "b", "index": None}, "`index`"),
    "keys that are a string": ({"op": "drop-attributes", "at": "a", "keys": "k"}, "keys"),
    "keys that are numbers": ({"op": "drop-attributes", "at": "a", "keys": [1]}, "keys"),
    "values that are none": ({"op": "set-attributes", "at": "a", "values": 5}, "`values`"),
    "a name that is a number": ({"op": "rename", "at": "a", "name": 5}, "name"),
}


@pytest.mark.parametrize("name", _WRONG)
def test_a_patch_of_the_wrong_form_is_refused_when_it_is_made(name: str) -> None:
    operation, word = _WRONG[name]
    with pytest.raises(InvalidEditError) as caught:
        Patch([operation])
    assert "operation 0" in str(caught.value)
    assert word in str(caught.value)


_MISFITS: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "an unknown id": ({"op": "remove", "at": "nowhere"}, NodeNotFoundError, "'nowhere'"),
    "no such position": ({"op": "remove", "at": [0, 7]}, NodeNotFoundError, "[0, 7]"),
    "the root": ({"op": "remove", "at": []}, InvalidEditError, "root"),
    "into itself": ({"op": "move", "at": "a", "parent": "a"}, InvalidEditError, "inside"),
    "no reference": (
        {"op": "add-reference", "parent": "root", "node": {"type": "image"}},
        InvalidEditError,
        "no reference",
    ),
}


@pytest.mark.parametrize("name", _MISFITS)
def test_a_patch_that_does_not_fit_names_the_operation_and_changes_nothing(name: str) -> None:
    operation, error, word = _MISFITS[name]
    root = _document()
    before = text_of(root)
    fine = {"op": "rename", "at": "a", "name": "n"}
    with pytest.raises(error) as caught:
        apply(root, Patch([fine, operation, fine]))
    assert "operation 1" in str(caught.value)
    assert word in str(caught.value)
    assert text_of(root) == before


def test_a_patch_is_read_only_and_a_copy() -> None:
    node: dict[str, Any] = {"type": "image", "id": "x", "attributes": {"k": [1]}}
    operations = [{"op": "add", "parent": "root", "node": node}]
    patch = Patch(operations)
    node["attributes"]["k"].append(2)
    operations.clear()
    assert patch.to_json()[0]["node"]["attributes"] == {"k": [1]}
    patch.to_json()[0]["node"]["attributes"]["k"].append(2)
    assert patch.to_json()[0]["node"]["attributes"] == {"k": [1]}
    with pytest.raises((TypeError, AttributeError)):
        patch.operations[0]["op"] = "remove"  # type: ignore[index]
    with pytest.raises((TypeError, AttributeError)):
        patch.operations[0]["node"]["attributes"]["k"].append(2)
    made = apply(_document(), patch)
    assert _there(made, "x").get_attr("k") == [1]
    assert hash(patch) == hash(Patch(patch.to_json()))
    assert patch != Patch([])


def _apart(wells: int, prefix: str) -> Node:
    """A plate whose wells all hold the same ids, as in a tree of many documents."""
    nodes = [
        {
            "type": "collection",
            "id": f"w{n}",
            "nodes": [{"type": "collection", "id": f"{prefix}{k}"} for k in range(5)],
        }
        for n in range(wells)
    ]
    return root_of({"type": "collection", "id": "plate", "nodes": nodes})


def test_ids_that_occur_often_do_not_slow_a_comparison_down() -> None:
    costs = []
    for wells in (20, 200):
        old, new = _apart(wells, "a"), _apart(wells, "b")
        costs.append(calls_of(lambda o=old, n=new: diff(o, n)))  # type: ignore[misc]
    assert costs[1] < 20 * costs[0]
    _check_law(_apart(10, "a"), _apart(10, "b"))


@pytest.mark.parametrize("round_", range(5))
def test_a_difference_is_told_in_the_order_of_the_tree(round_: int) -> None:
    # In each round nodes have other numbers in the process; they must not show.
    nodes = [{"type": "image", "id": f"n{number}"} for number in range(40)]
    old = as_tree({"type": "collection", "id": "root", "nodes": nodes}).root
    with old.edit() as tx:
        for number in random.Random(round_).sample(range(40), 40):
            tx[f"n{number}"].set_attr("k", number)
        for number in range(20):
            tx.add("root", new_node("image", id=f"new{number}"))
    found = diff(old, tx.result)
    assert [changed.new.id for changed in found.changed] == [f"n{number}" for number in range(40)]
    assert [node.id for node in found.added] == [f"new{number}" for number in range(20)]
