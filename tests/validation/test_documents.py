"""The documents of a view: which there are, what they say, and which nodes of them are meant."""

from __future__ import annotations

import json
from typing import Any

import ngio_collections as ngc

HOME = "memory://lab/"


def _stub(to: str, **fields: Any) -> dict[str, Any]:
    path = {"type": "json", "path": f"./{to}.json"}
    return {"type": "collection", "id": to, "path": path, **fields}


def _document(name: str, *nodes: Any, **fields: Any) -> dict[str, Any]:
    root = {"version": "0.9", "type": "collection", "id": name, "nodes": list(nodes), **fields}
    return {"ome": root}


def _opened(documents: dict[str, Any]) -> ngc.Node:
    """A view of documents, the first of which is opened."""
    texts = {f"{HOME}{name}.json": json.dumps(one).encode() for name, one in documents.items()}
    return ngc.open_inlined(next(iter(texts)), store=ngc.MemoryStore(texts))


def _bad(id_: str = "a b") -> dict[str, Any]:
    return {"type": "collection", "id": id_, "nodes": []}


def _places(found: list[ngc.Finding]) -> list[tuple[str, str, str]]:
    return [
        (str(one.document).removeprefix(HOME).removesuffix(".json"), one.pointer, one.rule)
        for one in found
    ]


def test_each_mistake_is_one_of_the_document_that_makes_it() -> None:
    # The stub and its target both have attributes without a prefix.
    view = _opened(
        {
            "plate": _document("plate", _stub("well", attributes={"mine": 1}), _bad()),
            "well": _document("well", _bad("c d"), attributes={"its": 1}),
        }
    )
    assert _places(ngc.validate(view, level="SHOULD")) == [
        ("plate", "/ome/nodes/0/attributes/mine", "reserved-attribute-keys"),
        ("plate", "/ome/nodes/1/id", "node-id"),
        ("well", "/ome/nodes/0/id", "node-id"),
        ("well", "/ome/attributes/its", "reserved-attribute-keys"),
    ]


def test_a_document_that_is_in_several_places_is_checked_once() -> None:
    view = _opened(
        {
            "all": _document("all", _stub("a"), _stub("b")),
            "a": _document("a", _stub("shared")),
            "b": _document("b", _stub("shared")),
            "shared": _document("shared", _bad()),
        }
    )
    assert len(view.find_all(id="a b")) == 2
    assert _places(ngc.validate(view)) == [("shared", "/ome/nodes/0/id", "node-id")]


def test_the_same_id_in_two_documents_is_no_mistake() -> None:
    view = _opened({"all": _document("all", _stub("a"), _bad("x")), "a": _document("a", _bad("x"))})
    assert ngc.validate(view) == []


def test_a_document_whose_root_refers_to_another_one_is_checked_as_well() -> None:
    view = _opened(
        {
            "all": _document("all", _stub("first")),
            "first": {"ome": {"version": "0.9", **_stub("second", id="first", name="")}},
            "second": {"ome": {"version": "0.9", **_stub("third", id="second", name=5)}},
            "third": _document("third", _bad()),
        }
    )
    assert sorted(_places(ngc.validate(view))) == [
        ("first", "/ome/name", "node-name"),
        ("second", "/ome/name", "node-name"),
        ("third", "/ome/nodes/0/id", "node-id"),
    ]


def test_a_view_can_begin_with_a_document_whose_root_refers_to_another_one() -> None:
    view = _opened(
        {
            "first": {"ome": {"version": "0.9", **_stub("second", id="first", name="")}},
            "second": _document("second", _bad()),
        }
    )
    assert _places(ngc.validate(view)) == [
        ("first", "/ome/name", "node-name"),
        ("second", "/ome/nodes/0/id", "node-id"),
    ]


def _nested() -> ngc.Node:
    inner = {"type": "collection", "id": "group", "nodes": [_stub("well"), _bad("e f")]}
    return _opened(
        {
            "plate": _document("plate", inner, _bad()),
            "well": _document("well", {**_bad("deep"), "nodes": [_bad("c d")]}),
        }
    )


def test_a_part_of_a_view_is_the_part_of_its_document_and_the_documents_below() -> None:
    group = _nested().find("group")
    assert _places(ngc.validate(group)) == [
        ("plate", "/ome/nodes/0/nodes/1/id", "node-id"),
        ("well", "/ome/nodes/0/nodes/0/id", "node-id"),
    ]


def test_the_place_of_a_reference_is_the_document_that_it_leads_to() -> None:
    assert _places(ngc.validate(_nested().find("well"))) == [
        ("well", "/ome/nodes/0/nodes/0/id", "node-id")
    ]


def test_a_node_inside_of_a_document_of_a_view_is_a_part_of_that_document() -> None:
    view = _nested()
    assert _places(ngc.validate(view.find("deep"))) == [
        ("well", "/ome/nodes/0/nodes/0/id", "node-id")
    ]
    assert _places(ngc.validate(view.find("e f"))) == [
        ("plate", "/ome/nodes/0/nodes/1/id", "node-id")
    ]


def test_an_edited_view_is_checked_as_it_would_be_saved() -> None:
    texts = {
        f"{HOME}plate.json": json.dumps(_document("plate", _stub("well"))).encode(),
        f"{HOME}well.json": json.dumps(_document("well", _bad("x"))).encode(),
    }
    store = ngc.MemoryStore(texts)
    view = ngc.open_inlined(f"{HOME}plate.json", store=store)
    edited = view.find("x").set_attr("labels", 5).tree.root
    edited = edited.find("well").add(ngc.new_node("collection", id="x")).tree.root
    found = ngc.validate(edited)
    assert _places(found) == [
        ("well", "/ome/nodes/0/attributes/labels", "labels-object"),
        ("well", "/ome/nodes/1/id", "unique-ids"),
    ]
    ngc.save_tree(edited, store=store)
    assert ngc.validate(ngc.open_inlined(f"{HOME}plate.json", store=store)) == found
    assert ngc.validate(f"{HOME}well.json", store=store) == found


def test_what_a_view_refers_to_and_did_not_find_is_a_mistake_of_the_one_who_refers() -> None:
    view = _opened({"plate": _document("plate", _stub("gone"), _bad("x"))})
    (finding,) = ngc.validate(view)
    assert (finding.rule, finding.pointer) == ("path-target", "/ome/nodes/0")
    assert "gone.json" in finding.found
    assert ngc.validate(view.find("x")) == []


def test_a_cycle_of_documents_is_checked_once_round() -> None:
    view = _opened(
        {"a": _document("a", _stub("b"), _bad()), "b": _document("b", _stub("a"), _bad("c d"))}
    )
    assert sorted(_places(ngc.validate(view))) == [
        ("a", "/ome/nodes/1/id", "node-id"),
        ("b", "/ome/nodes/1/id", "node-id"),
    ]


def test_an_edit_of_several_documents_says_how_many_nodes_of_all_of_them_were_looked_at() -> None:
    view = _opened(
        {
            "plate": _document("plate", _stub("one"), _stub("two")),
            "one": _document("one", _bad("a"), _bad("b")),
            "two": _document("two", _bad("c"), _bad("d"), _bad("e")),
        }
    )
    edited = view.find("a").set_attr("labels", 1).tree.root
    assert ngc.validate_changes(view, edited).checked == 3
    edited = edited.find("c").set_attr("labels", 1).tree.root
    assert ngc.validate_changes(view, edited).checked == 3 + 4
