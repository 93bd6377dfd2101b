"""Nodes that give references to themselves, and what they become elsewhere."""

from __future__ import annotations

import pytest

from ngio_collections.errors import InvalidEditError, NodeNotFoundError
from ngio_collections.graph import Node, as_tree, new_node

RAW = "file:///data/raw.zarr/zarr.json"
LAB = "file:///data/lab/mine.json"


def _raw() -> Node:
    node = {
        "type": "collection",
        "id": "raw",
        "name": "Raw",
        "nodes": [{"type": "multiscale", "id": "image"}],
    }
    return as_tree(node, RAW).root


def test_a_stub_carries_type_id_and_name_and_a_path_to_its_document() -> None:
    stub = _raw().ref_stub()
    assert stub.to_json() == {
        "type": "collection",
        "id": "raw",
        "name": "Raw",
        "path": {"type": "zarr", "path": "."},
    }
    assert stub.is_reference
    assert stub.document_url == RAW


def test_the_path_of_a_stub_counts_from_the_document_that_it_is_added_to() -> None:
    lab = as_tree({"type": "collection", "id": "lab", "nodes": []}, LAB).root
    made = lab.add_ref(_raw().ref_stub(id="theirs", attributes={"lab:checked": True}))
    (stub,) = made.children()
    assert stub.ref_path == {"type": "zarr", "path": "../raw.zarr"}
    assert (stub.id, stub.name, dict(stub.attributes)) == ("theirs", "Raw", {"lab:checked": True})


def test_paths_become_absolute_in_a_node_without_a_document() -> None:
    made = new_node("collection", children=[_raw().ref_stub()])
    (stub,) = made.children()
    assert stub.ref_path == {"type": "zarr", "path": "file:///data/raw.zarr"}


def test_paths_in_attributes_count_from_the_new_document_too() -> None:
    source = {"id": "image", "path": {"type": "json", "path": "./b.json"}}
    node = as_tree({"type": "multiscale", "attributes": {"lab:from": [source]}}, LAB).root
    there = as_tree({"type": "collection", "nodes": []}, "file:///data/all.json").root
    (added,) = there.add(node).children()
    assert added.get_attr("lab:from")[0]["path"]["path"] == "./lab/b.json"
    assert node.get_attr("lab:from")[0]["path"]["path"] == "./b.json"


def test_nodes_without_a_document_keep_their_paths_where_they_are_added() -> None:
    stub = new_node("collection", ref={"type": "json", "path": "./a.json"})
    (added,) = as_tree({"type": "collection"}, LAB).root.add(stub).children()
    assert added.ref_path == {"type": "json", "path": "./a.json"}


def test_only_the_root_of_a_document_can_be_referred_to_by_a_path() -> None:
    image = _raw().find("image")
    assert image is not None
    with pytest.raises(InvalidEditError, match=r"'image'.* at /nodes/0.*externalize"):
        image.ref_stub()


def test_a_node_in_no_document_gives_no_stub() -> None:
    with pytest.raises(NodeNotFoundError, match="in no document"):
        new_node("collection", id="a").ref_stub()


def test_a_reference_has_a_path_if_it_is_seen_from_elsewhere() -> None:
    image = _raw().find("image")
    assert image is not None
    assert image.ref() == {"id": "image"}
    assert image.ref(_raw()) == {"id": "image"}
    there = {"type": "zarr", "path": "../raw.zarr"}
    assert image.ref(LAB) == {"id": "image", "path": there}
    lab = as_tree({"type": "collection"}, LAB).root
    assert image.ref(lab) == {"id": "image", "path": there}


def test_a_reference_needs_an_id() -> None:
    with pytest.raises(NodeNotFoundError, match="has no id"):
        as_tree({"type": "collection"}, RAW).root.ref()
