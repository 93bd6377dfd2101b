"""What has an id in a document, as it was parsed and as it is after edits."""

from __future__ import annotations

from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections.graph import Segment
from ngio_collections.validation._declarations import (
    SegmentDeclarations,
    StateDeclarations,
    declared,
)
from ngio_collections.validation._entries import SegmentHome, StateHome
from ngio_collections.validation._profiles import load_profile

PLACES = load_profile("ngio", "v1-2026-08").declaring
AXES = [{"name": "x"}]
TREE: dict[str, Any] = {
    "type": "collection",
    "id": "plate",
    "attributes": {
        "plate": {"rows": [{"id": "A"}, {"id": 5}, "no row"], "columns": [{"id": "1"}]},
        "scene": {"coordinateSystems": [{"id": "stage"}]},
    },
    "nodes": [
        {"type": "multiscale", "id": "A", "attributes": {"coordinateSystems": [{"id": "1"}]}},
        "no node",
        {"type": "lab:thing", "id": "thing", "nodes": [{"type": "collection", "id": "inner"}]},
        {"type": ["odd"], "id": "odd", "nodes": [{"type": "collection", "id": "lost"}]},
        {"type": "collection", "id": "A", "nodes": []},
    ],
}


def _parsed(raw: dict[str, Any]) -> SegmentDeclarations:
    return SegmentDeclarations(SegmentHome(Segment(raw), ("ome",)), PLACES)


def _state(root: ngc.Node) -> StateDeclarations:
    tree = root.tree
    base = SegmentDeclarations(SegmentHome(tree.segment, ("ome",)), PLACES)
    return StateDeclarations(StateHome(tree, ("ome",)), base, PLACES)


def _found(declarations: SegmentDeclarations | StateDeclarations, id_: str) -> list[Any]:
    return [(one.kind, one.pointer) for one in declarations.of(id_)]


def test_nodes_and_their_attributes_declare_ids() -> None:
    found = [(id_, kind) for id_, kind, _, _ in declared(TREE, PLACES)]
    assert found[0] == ("plate", "node")
    assert set(found[1:]) == {("A", "row"), ("1", "column"), ("stage", "coordinate-system")}


@pytest.mark.parametrize("attributes", [None, 5, [], "text", {"plate": 5}, {"plate": {"rows": {}}}])
def test_attributes_of_any_form_are_read(attributes: Any) -> None:
    assert list(declared({"attributes": attributes}, PLACES)) == []


def test_everything_that_declares_an_id_is_found() -> None:
    assert _found(_parsed(TREE), "A") == [
        ("row", ("ome", "attributes", "plate", "rows", 0)),
        ("node", ("ome", "nodes", 0)),
        ("node", ("ome", "nodes", 4)),
    ]
    assert _found(_parsed(TREE), "nothing") == []


@pytest.mark.parametrize("id_", ["inner", "lost"])
def test_what_is_inside_of_other_nodes_than_containers_declares_nothing(id_: str) -> None:
    assert _found(_parsed(TREE), id_) == []
    assert _found(_state(ngc.as_tree(TREE).root), id_) == []


def test_ids_that_are_declared_twice_come_in_the_order_of_the_text() -> None:
    twice = {id_: [one.kind for one in found] for id_, found in _parsed(TREE).duplicates()}
    assert twice == {"A": ["row", "node", "node"], "1": ["column", "coordinate-system"]}


def test_one_node_can_declare_an_id_twice() -> None:
    raw = {"type": "collection", "attributes": {"plate": {"rows": [{"id": "A"}, {"id": "A"}]}}}
    ((id_, found),) = _parsed(raw).duplicates()
    assert (id_, len(found)) == ("A", 2)


def test_an_edited_tree_declares_what_it_says_now() -> None:
    root = ngc.as_tree(TREE).root
    image = root.find_all(type="multiscale")[0]
    edited = image.set_attr("coordinateSystems", [{"id": "new"}])
    edited = edited.tree.root.add(ngc.new_node("collection", id="added"))
    declarations = _state(edited.tree.root)
    assert [kind for kind, _ in _found(declarations, "new")] == ["coordinate-system"]
    assert [kind for kind, _ in _found(declarations, "1")] == ["column"]
    assert _found(declarations, "added") == [("node", ("ome", "nodes", 5))]
    assert {id_ for id_, _ in declarations.duplicates()} == {"A"}
    removed = edited.tree.root.find_all(type="multiscale")[0].remove()
    assert [kind for kind, _ in _found(_state(removed.tree.root), "A")] == ["row", "node"]
