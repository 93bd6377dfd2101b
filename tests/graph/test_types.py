"""Typed views of attributes and nodes, and types that others register."""

from __future__ import annotations

import itertools
from typing import Any, Self

import pytest

from ngio_collections.errors import InvalidEditError, NgioCollectionsError, NodeNotFoundError
from ngio_collections.graph import Node, as_tree, new_node
from ngio_collections.graph._types import register_node_type
from ngio_collections.models import PlateAttribute
from tests.graph.samples import text_of

_PLATE: dict[str, Any] = {
    "columns": [{"id": "1", "name": "1", "index": 0}],
    "rows": [{"id": "A", "name": "A", "index": 0}],
}
_NUMBERS = itertools.count()


class Grid:
    """An attribute that somebody else made up."""

    key = "mobie:grid"

    def __init__(self, columns: int) -> None:
        self.columns = columns

    @classmethod
    def from_json(cls, value: Any) -> Self:
        value["seen"] = True  # What it is given is its own.
        return cls(value["columns"])

    def to_json(self) -> dict[str, Any]:
        return {"columns": self.columns}


class Spots:
    """A node type that somebody else made up."""

    def __init__(self, id: str | None, children: int) -> None:
        self.id = id
        self.children = children

    @classmethod
    def from_json(cls, value: Any) -> Self:
        return cls(value.get("id"), len(value.pop("nodes", [])))


def _fresh_type() -> str:
    """A type that no other test registers: what is registered is for the whole process."""
    return f"test{next(_NUMBERS)}:thing"


def _grid(value: Any = None) -> Node:
    return new_node("collection", id="g", attributes={"mobie:grid": value or {"columns": 3}})


def test_an_attribute_class_needs_a_key_and_a_reader_and_no_registration() -> None:
    node = _grid()
    before = text_of(node)
    assert Grid in node
    assert node[Grid].columns == 3
    assert text_of(node) == before
    assert Grid not in new_node("image")
    assert Grid not in as_tree({"attributes": ["mobie:grid"]}).root


def test_an_attribute_class_writes_itself() -> None:
    node = new_node("image", id="x").set_attr(Grid.key, Grid(5))
    assert node.get_attr("mobie:grid") == {"columns": 5}
    assert node[Grid].columns == 5
    nested = new_node("image", attributes={"k": [{"in": Grid(6)}]})
    assert nested.get_attr("k") == [{"in": {"columns": 6}}]


def test_an_attribute_that_is_missing_or_wrong_is_named() -> None:
    with pytest.raises(NgioCollectionsError, match=r"'x'.*'mobie:grid'"):
        _ = new_node("image", id="x")[Grid]
    with pytest.raises(NgioCollectionsError, match=r"'g'.*'mobie:grid'"):
        _ = _grid({"rows": 3})[Grid]
    with pytest.raises(NgioCollectionsError, match=r"'g'.*'plate'"):
        _ = new_node("collection", id="g", attributes={"plate": {"rows": 5}})[PlateAttribute]


def test_a_generated_model_reads_and_writes_its_attribute() -> None:
    node = new_node("collection", id="p", attributes={"plate": _PLATE})
    assert PlateAttribute in node
    plate = node[PlateAttribute]
    assert [row.name for row in plate.rows] == ["A"]
    other = new_node("collection", id="q").set_attr("plate", plate)
    assert other.get_attr("plate") == _PLATE
    assert PlateAttribute not in new_node("collection")


def test_an_unregistered_type_stays_generic_and_lossless() -> None:
    document = {"type": _fresh_type(), "id": "s", "x": [1], "nodes": [{"id": "in"}, 7]}
    root = as_tree({"type": "collection", "nodes": [document]}).root
    node = next(root.children())
    assert len(root.tree) == 2
    assert node.to_json() == document
    assert node.rename("n").at(node).to_json() == {**document, "name": "n"}


def test_a_registered_type_is_read_by_its_class() -> None:
    type_ = _fresh_type()
    register_node_type(type_, Spots)
    register_node_type(type_, Spots)
    node = new_node(type_, id="s")
    before = text_of(node)
    assert isinstance(node.to_model(), Spots)
    assert node.to_model().id == "s"
    assert text_of(node) == before


def test_a_type_has_one_class_and_a_prefix() -> None:
    type_ = _fresh_type()
    register_node_type(type_, Spots)
    with pytest.raises(InvalidEditError, match=type_):
        register_node_type(type_, Grid)
    for wrong in ("image", "", ":x", "x:"):
        with pytest.raises(InvalidEditError, match="prefix"):
            register_node_type(wrong, Spots)


def test_a_registered_container_has_nodes() -> None:
    type_ = _fresh_type()
    register_node_type(type_, container=True)
    document = {"type": type_, "id": "s", "nodes": [{"id": "in"}, 7]}
    root = as_tree({"nodes": [document]}).root
    assert [n.id for n in root.walk()] == [None, "s", "in"]
    node = next(root.children())
    added = node.add(new_node("image", id="new"))
    assert added.at(node).to_json()["nodes"] == [{"id": "in"}, 7, {"type": "image", "id": "new"}]
    assert len(new_node(type_, children=[new_node("image")]).tree) == 2


def test_trees_that_were_read_before_a_registration_do_not_change() -> None:
    type_ = _fresh_type()
    document = {"type": type_, "id": "s", "nodes": [{"id": "in"}, 7]}
    indexed, lazy = (as_tree({"nodes": [dict(document)]}).root for _ in range(2))
    assert len(indexed.tree) == 2
    register_node_type(type_, container=True)
    for root in (indexed, lazy):
        assert [n.id for n in root.walk()] == [None, "s"]
        node = next(root.children())
        assert node.rename("n").at(node).to_json() == {**document, "name": "n"}
        assert node.set_attr("k", 1).at(node).subtree().to_json()["nodes"] == document["nodes"]
        assert node.move(root, 0).to_json()["nodes"] == [document]


def test_a_model_of_a_node_takes_what_is_below_it() -> None:
    type_ = _fresh_type()
    register_node_type(type_, Spots, container=True)
    node = as_tree({"type": type_, "id": "s", "nodes": [{"id": "a"}, {"id": "b"}]}).root
    assert node.to_model().children == 2
    assert node.add(new_node("image")).to_model().children == 3
    assert len(node.tree) == 3


def test_a_node_is_no_sequence() -> None:
    with pytest.raises(TypeError, match="walk"):
        list(new_node("image"))
    assert issubclass(NodeNotFoundError, LookupError)
