"""What an edit does not touch comes out as it went in, letter by letter."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ngio_collections.graph import Node, as_tree, new_node
from tests.graph.samples import documents, text_of

_MARK = {"type": "image", "id": "mark"}
_ODD = (
    '{"zeta": 1, "id": 5, "nodes": [1, null, "x", [{"id": "in"}], true, -0.0, 1.0, 1e400, '
    '{"nodes": null}, {"nodes": {"id": "a"}}, {"nodes": "text", "name": null}, {},'
    '{"type": "ex:thing", "nodes": [1, {"id": "opaque", "nodes": [[], {}]}], "id": "e"},'
    '{"type": {"a": 1}, "nodes": [], "attributes": [1]},'
    '{"path": {"type": "x:y", "z": [1]}, "nodes": [{"id": "below"}], "type": "image"},'
    f'{{"attributes": {{"n": {10**60}, "m": -{2**64}, "": {{"": [{{}}]}}}}, "id": "\\ud800"}}],'
    '"attributes": {"z": 1, "a": 2}, "type": "\\u0000\\u202e", "alpha": {"b": 1, "a": 2}}'
)


def _with_mark(document: dict[str, Any]) -> dict[str, Any]:
    """A document beside a node, which is there to be edited."""
    return {"type": "collection", "nodes": [document, _MARK, document], "last": None}


_ELSEWHERE: dict[str, Callable[[Node], Node]] = {
    "set an attribute": lambda mark: mark.set_attr("k", 1),
    "rename": lambda mark: mark.rename("name"),
    "add": lambda mark: mark.add(new_node("image", id="new")),
    "insert before": lambda mark: _parent(mark).insert(1, new_node("image", id="new")),
    "append after": lambda mark: _parent(mark).add(new_node("image", id="new")),
    "replace": lambda mark: mark.replace(new_node("image", id="new")),
    "remove": lambda mark: mark.remove(),
    "move to the end": lambda mark: mark.move(_parent(mark)),
    "move to the front": lambda mark: mark.move(_parent(mark), 0),
    "edit the root": lambda mark: _parent(mark).set_attr("k", 1),
}


def _parent(node: Node) -> Node:
    parent = node.parent()
    assert parent is not None
    return parent


def _check_untouched(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    for name, edit in _ELSEWHERE.items():
        root = as_tree(json.loads(json.dumps(_with_mark(document)))).root
        edited = edit(list(root.children())[1])
        there = [json.dumps(item) for item in edited.to_json()["nodes"]]
        assert there.count(text) == 2, name
        assert edited.to_json()["last"] is None
        assert text_of(edited.subtree()) == text_of(edited)
        assert text_of(edited) == text_of(as_tree(edited.to_json()).root)


def test_an_odd_document_survives_edits_elsewhere() -> None:
    _check_untouched(json.loads(_ODD))


@given(document=documents())
@settings(max_examples=60)
def test_any_document_survives_edits_elsewhere(document: dict[str, Any]) -> None:
    _check_untouched(document)


@given(document=documents())
@settings(max_examples=60)
def test_any_document_survives_reading(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    parsed = json.loads(text)
    root = as_tree(parsed).root
    for node in root.walk():
        _read(node)
    assert text_of(root) == text
    assert json.dumps(parsed) == text


def _read(node: Node) -> None:
    """Use everything that reads."""
    list(node.children())
    list(node.ancestors())
    node.find("a")
    node.find_all(type="image", has="k", name="n", where=lambda _: True)
    assert isinstance(node.pointer, str)
    assert isinstance(node.path_names, tuple)
    assert isinstance(repr(node), str)
    assert isinstance(str(node), str)
    assert isinstance(repr(node.raw), str)
    node.subtree()


@given(document=documents(), data=st.data())
@settings(max_examples=80)
def test_an_edit_of_a_node_keeps_its_other_fields(document: dict[str, Any], data: Any) -> None:
    root = as_tree(json.loads(json.dumps(document))).root
    nodes = list(root.walk())
    node = nodes[data.draw(st.integers(0, len(nodes) - 1))]
    before = node.to_json()
    renamed = root.rename("other") if node == root else node.rename("other")
    after = renamed.at(node).to_json()
    assert after.pop("name") == "other"
    before.pop("name", None)
    assert json.dumps(after) == json.dumps(before)
    again = node.set_attr("k", "other").at(node).to_json()
    attributes = again.pop("attributes")
    assert attributes["k"] == "other"
    left = node.to_json()
    old = left.pop("attributes", {})
    assert json.dumps(again) == json.dumps(left)
    if isinstance(old, dict):
        assert json.dumps({**old, "k": "other"}) == json.dumps(attributes)


@pytest.mark.parametrize("nodes", [None, "text", 5, {"id": "a"}, True])
def test_nodes_that_are_no_array_are_kept_by_edits_of_their_node(nodes: Any) -> None:
    root = as_tree({"id": "r", "nodes": nodes}).root
    assert root.rename("n").to_json() == {"id": "r", "nodes": nodes, "name": "n"}
    assert root.set_attr("k", 1).to_json() == {"id": "r", "nodes": nodes, "attributes": {"k": 1}}
    assert root.add().to_json() == {"id": "r", "nodes": nodes}


def test_content_of_an_extension_node_is_kept_by_edits_of_the_node() -> None:
    content = [1, {"id": "opaque"}, [None]]
    root = as_tree({"nodes": [{"type": "ex:thing", "nodes": content, "id": "e"}]}).root
    node = next(root.children())
    assert len(root.tree) == 2
    assert root.find("opaque") is None
    for edited in (node.rename("n"), node.set_attr("k", 1), node.move(root), node.move(root, 0)):
        assert edited.at(node).to_json()["nodes"] == content
        assert len(edited.tree) == 2


def test_a_node_that_loses_its_last_field_is_empty() -> None:
    root = as_tree({"nodes": [{"name": "x"}]}).root
    assert next(root.children()).rename(None).to_json() == {"nodes": [{}]}


def test_dropping_what_is_not_there_changes_nothing() -> None:
    for document in ({"id": "r"}, {"id": "r", "attributes": [1]}, {"attributes": {"k": 1}}):
        root = as_tree(document).root
        assert json.dumps(root.drop_attrs("absent").to_json()) == json.dumps(document)
        assert json.dumps(root.set_attrs({}).to_json()) == json.dumps(document)


def test_junk_stays_where_it_is_beside_nodes_that_are_replaced_and_moved() -> None:
    root = as_tree({"nodes": ["first", {"id": "a"}, 7, {"id": "b"}, "last"]}).root
    one, other = root.children()
    new = new_node("image", id="n")
    item = {"type": "image", "id": "n"}
    assert one.replace(new).to_json()["nodes"] == ["first", item, 7, {"id": "b"}, "last"]
    assert other.replace(new).to_json()["nodes"] == ["first", {"id": "a"}, 7, item, "last"]
    assert one.remove().to_json()["nodes"] == ["first", 7, {"id": "b"}, "last"]
    assert [n.pointer for n in root.children()] == ["/nodes/1", "/nodes/3"]


@pytest.mark.parametrize("nodes", [[{"id": "hidden"}], None, "text", 5, {"id": "a"}])
def test_what_is_no_list_of_nodes_is_kept_on_the_way_to_another_document(nodes: Any) -> None:
    thing = {"type": "ex:thing", "nodes": nodes}
    home = as_tree({"type": "collection", "nodes": [thing]}, "memory://lab/a/home.json").root
    other = as_tree({"type": "collection", "nodes": []}, "memory://lab/b/other.json").root
    assert next(other.add(home).children()).to_json()["nodes"] == [thing]
    assert home.subtree().set_attr("k", 1).to_json()["nodes"] == [thing]
