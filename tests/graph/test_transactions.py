"""Many edits in one transaction: the same as one by one, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings

from ngio_collections.errors import InvalidEditError, NodeNotFoundError
from ngio_collections.graph import Node, Transaction, as_tree, new_node
from tests.graph.samples import documents, root_of, text_of
from tests.graph.steps import STEPS, edited, step_on, versions

_DOCUMENT: dict[str, Any] = {
    "type": "collection",
    "id": "root",
    "nodes": [
        {"type": "collection", "id": "A01", "nodes": [{"type": "image", "id": "deep"}]},
        {"type": "collection", "id": "A02", "nodes": []},
        {"type": "image", "id": "twice"},
        {"type": "image", "id": "twice"},
        {"type": "image", "id": "stub", "path": {"type": "json", "path": "./a.json"}},
    ],
}


@pytest.fixture
def root() -> Node:
    return as_tree(_DOCUMENT, "https://a.org/c.json").root


def _there(root: Node, id: str) -> Node:
    found = root.find(id)
    assert found is not None
    return found


def test_edits_are_one_new_tree_at_the_end(root: Node) -> None:
    before = text_of(root)
    with root.edit() as tx:
        tx["A01"].set_attrs({"k": 1})
        tx.add("A01", new_node("image", id="new"))
        tx["new"].rename("name")
        tx["A02"].add_ref(new_node("image", id="r", ref={"type": "json", "path": "./r"}))
        tx["A02"].insert(0, new_node("image", id="first"))
        tx.move("deep", "A02", 1)
        tx.remove("stub")
        tx["first"].replace(new_node("image", id="other"))
        assert text_of(root) == before
    assert text_of(root) == before
    assert [(n.id, n.pointer) for n in tx.result.walk()] == [
        ("root", ""),
        ("A01", "/nodes/0"),
        ("new", "/nodes/0/nodes/0"),
        ("A02", "/nodes/1"),
        ("other", "/nodes/1/nodes/0"),
        ("deep", "/nodes/1/nodes/1"),
        ("r", "/nodes/1/nodes/2"),
        ("twice", "/nodes/2"),
        ("twice", "/nodes/3"),
    ]
    assert _there(tx.result, "A01").get_attr("k") == 1
    assert _there(tx.result, "new").name == "name"
    assert tx.result.document_url == root.document_url
    assert text_of(tx.result) == text_of(root_of(tx.result.to_json()))


def test_a_transaction_without_edits_gives_the_same_json(root: Node) -> None:
    with root.edit() as tx:
        pass
    assert text_of(tx.result) == text_of(root)
    assert tx.result.at(root) == tx.result


def test_handles_stay_valid_while_the_tree_changes(root: Node) -> None:
    old = _there(root, "deep")
    with root.edit() as tx:
        edited = tx["deep"]
        tx.move("deep", "A02")
        edited.set_attr("k", 1)
        tx.root.insert(0, new_node("image", id="new"))
        edited.rename("name")
        tx[old].set_attr("l", 2)
        assert edited.now.pointer == "/nodes/2/nodes/0"
    node = tx.result.at(old)
    assert node.to_json() == {
        "type": "image",
        "id": "deep",
        "attributes": {"k": 1, "l": 2},
        "name": "name",
    }
    assert node.pointer == "/nodes/2/nodes/0"


def test_a_transaction_in_any_node_edits_the_whole_tree(root: Node) -> None:
    with _there(root, "deep").edit() as tx:
        tx.root.rename("name")
        tx["A02"].rename("other")
    assert tx.result.name == "name"
    assert _there(tx.result, "A02").name == "other"


def _fail(tx: Transaction) -> None:
    tx["A01"].set_attr("k", 1)
    tx.remove("A02")
    raise KeyError


def test_nothing_comes_of_a_transaction_that_fails(root: Node) -> None:
    before = text_of(root)
    tx = root.edit()
    with pytest.raises(KeyError), tx:
        _fail(tx)
    with pytest.raises(InvalidEditError, match="exception"):
        _ = tx.result
    assert text_of(root) == before
    assert root.find("A02") is not None


def test_there_is_no_result_before_the_end_and_no_edit_after_it(root: Node) -> None:
    with root.edit() as tx:
        handle = tx["A01"]
        with pytest.raises(InvalidEditError, match="open"):
            _ = tx.result
    result = text_of(tx.result)
    edits: list[Callable[[], object]] = [
        lambda: handle.set_attr("k", 1),
        lambda: handle.rename("n"),
        lambda: tx.root.rename("n"),
        lambda: tx.add("A01", new_node("image")),
        lambda: tx.remove("A01"),
        lambda: tx.move("A01", "A02"),
    ]
    for edit in edits:
        with pytest.raises(InvalidEditError, match="ended"):
            edit()
    assert text_of(tx.result) == result == text_of(root)


_REFUSED: dict[str, Callable[[Any], object]] = {
    "remove the root": lambda tx: tx.remove("root"),
    "move the root": lambda tx: tx.move("root", "A01"),
    "move into itself": lambda tx: tx.move("A01", "deep"),
    "add under a reference": lambda tx: tx.add("stub", new_node("image")),
    "move under a reference": lambda tx: tx.move("A01", "stub", 0),
    "no JSON": lambda tx: tx["A01"].set_attrs({"fine": 1, "k": {1}}),
    "no node": lambda tx: tx.add("A01", new_node("image", id="fine"), "x"),
    "no position": lambda tx: tx.move("A01", "root", "x"),
    "half a position": lambda tx: tx.move("A01", "root", 1.5),
    "insert at half a position": lambda tx: tx.root.insert(1.5, new_node("image", id="fine")),
    "no reference": lambda tx: tx["A01"].add_ref(new_node("image")),
    "an unknown id": lambda tx: tx["nowhere"],
    "an id of several": lambda tx: tx["twice"],
    "a name that is no string": lambda tx: tx["A01"].rename(5),
    "no replacement": lambda tx: tx["A01"].replace("x"),
    "a node of another tree": lambda tx: tx[new_node("image")],
}


@pytest.mark.parametrize("name", _REFUSED)
def test_an_edit_that_is_refused_leaves_the_transaction_as_it_was(root: Node, name: str) -> None:
    with root.edit() as tx:
        tx["A02"].set_attr("k", 1)
        before = text_of(tx.root.now)
        with pytest.raises((InvalidEditError, NodeNotFoundError, TypeError)):
            _REFUSED[name](tx)
        assert text_of(tx.root.now) == before
        assert "fine" not in tx
    assert text_of(tx.result) == before == text_of(_there(root, "A02").set_attr("k", 1))


def test_an_id_that_does_not_lead_to_one_node_is_named(root: Node) -> None:
    with root.edit() as tx:
        with pytest.raises(NodeNotFoundError, match="'nowhere'"):
            _ = tx["nowhere"]
        with pytest.raises(NodeNotFoundError, match=r"2 nodes.*'twice'.*handle"):
            _ = tx["twice"]
        tx[root.find_all(id="twice")[1]].rename("second")
        tx.remove("A01")
        assert "A01" not in tx
        assert "deep" not in tx
        assert "A02" in tx
    assert [n.name for n in tx.result.find_all(id="twice")] == [None, "second"]


def test_a_node_that_was_removed_is_refused_by_name(root: Node) -> None:
    with root.edit() as tx:
        handle, below = tx["A01"], tx["deep"]
        handle.remove()
        for gone in (handle, below):
            with pytest.raises(NodeNotFoundError, match="removed"):
                gone.rename("n")
        assert isinstance(repr(handle), str)


def test_the_root_can_be_replaced_and_edited_further(root: Node) -> None:
    with root.edit() as tx:
        tx["A01"].set_attr("k", 1)
        tx.root.replace(new_node("collection", id="N"))
        tx["N"].set_attr("k", 2)
        tx.add("N", new_node("image", id="new"))
    assert tx.result.to_json() == {
        "type": "collection",
        "id": "N",
        "nodes": [{"type": "image", "id": "new"}],
        "attributes": {"k": 2},
    }
    assert tx.result.find("new") is not None
    assert tx.result.find("A01") is None


def test_edits_of_a_node_that_is_read_inside_do_not_reach_the_transaction(root: Node) -> None:
    with root.edit() as tx:
        tx["A01"].set_attr("k", 1)
        before = text_of(tx.root.now)
        node = tx["A01"].now
        edits: list[Callable[[], Node]] = [
            lambda: node.set_attr("k", 2),
            lambda: node.add(new_node("image", id="stray")),
            node.remove,
        ]
        for edit in edits:
            try:
                edit()
            except InvalidEditError:
                continue  # To refuse them is as good.
            finally:
                assert text_of(tx.root.now) == before
    assert text_of(tx.result) == before


def test_a_node_that_is_read_inside_never_says_something_else(root: Node) -> None:
    with root.edit() as tx:
        node = tx["A01"].now
        tx["A01"].set_attr("k", 1)
        tx.add("A01", new_node("image", id="new"))
        try:
            seen = (node.get_attr("k"), [child.id for child in node.children()])
        except (InvalidEditError, NodeNotFoundError):
            return  # Saying that it is out of date is as good.
        assert seen == (None, ["deep"])


def test_nodes_of_the_transaction_name_parents_and_targets(root: Node) -> None:
    with root.edit() as tx:
        tx.add(tx["A02"], new_node("image", id="new"))
        tx.move(tx["deep"], tx["A02"])
        tx.remove(tx["A01"])
    assert [n.id for n in _there(tx.result, "A02").children()] == ["new", "deep"]
    assert tx.result.find("A01") is None


def test_what_is_read_inside_can_be_added_elsewhere(root: Node) -> None:
    with root.edit() as tx:
        tx["A01"].set_attr("k", 1)
        tx.add("A02", tx["A01"].now)
        tx["A02"].set_attr("l", 2)
    copied = next(_there(tx.result, "A02").children())
    assert copied.to_json() == _there(tx.result, "A01").to_json()
    assert copied.get_attr("k") == 1


def _transaction_edit(tx: Transaction, step: Any) -> None:
    step_on(list(tx.root.now.walk()), step, tx.__getitem__)


@given(document=documents(max_leaves=5), before=STEPS, steps=STEPS)
@settings(max_examples=60)
def test_a_transaction_gives_what_the_edits_give_one_by_one(
    document: dict[str, Any], before: Any, steps: Any
) -> None:
    root = versions(root_of(document), before[:4])[-1]
    began = text_of(root)
    alone = root
    refused: list[bool] = []
    for step in steps:
        try:
            alone = edited(alone, step)
            refused.append(False)
        except InvalidEditError:
            refused.append(True)
    with root.edit() as tx:
        for step, is_refused in zip(steps, refused, strict=True):
            if is_refused:
                with pytest.raises(InvalidEditError):
                    _transaction_edit(tx, step)
            else:
                _transaction_edit(tx, step)
    assert text_of(tx.result) == text_of(alone)
    assert text_of(root) == began
    assert [n.pointer for n in tx.result.walk()] == [n.pointer for n in alone.walk()]
    for id_ in {n.id for n in alone.walk() if n.id is not None}:
        assert [n.pointer for n in tx.result.find_all(id=id_)] == [
            n.pointer for n in alone.find_all(id=id_)
        ]
    # The result goes on like every other tree.
    assert text_of(tx.result.set_attr("k", 1)) == text_of(alone.set_attr("k", 1))
