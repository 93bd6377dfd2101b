"""Where the changes of a node go that a reference and its target became."""

from __future__ import annotations

from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections import MemoryStore, Node
from tests.resolve.graphs import contents, same

ENTRY = "memory://lab/p/all.json"
PART = "memory://lab/p/sub/part.json"
LAST = "memory://lab/p/sub/last.json"


def _store(
    stub: dict[str, Any], target: dict[str, Any], last: dict[str, Any] | None = None
) -> MemoryStore:
    """A document that refers to another, which may refer to a third as a whole."""
    reference = {"type": "collection", "path": {"type": "json", "path": "./sub/part.json"}, **stub}
    root = {"type": "collection", "nodes": [reference]}
    part: dict[str, Any] = {"type": "collection", **target}
    documents: dict[str, Any] = {ENTRY: {"ome": root}, PART: {"ome": part}}
    if last is None:
        part["nodes"] = []
    else:
        part["path"] = {"type": "json", "path": "./last.json"}
        documents[LAST] = {"ome": {"type": "collection", **last, "nodes": []}}
    return MemoryStore(documents)


def _open(store: MemoryStore, wins: str = "stub") -> Node:
    return ngc.open_inlined(ENTRY, store=store, strategy=ngc.Inlining(attributes=wins))


def _inlined(root: Node) -> Node:
    return next(root.children())


def _nodes(store: MemoryStore) -> list[Any]:
    """The reference, and the roots of all other documents."""
    roots = [ngc.open(url, store=store) for url in (ENTRY, PART, LAST) if url in store]
    return [next(roots[0].children()).to_json(), *(root.to_json() for root in roots[1:])]


@pytest.mark.parametrize("wins", ["stub", "target", "forbid"])
@pytest.mark.parametrize("to", ["auto", "stub", "target"])
@pytest.mark.parametrize("stub", [{}, {"name": "s"}])
@pytest.mark.parametrize("target", [{}, {"name": "t"}])
def test_a_new_name_is_the_name_whoever_had_one(
    stub: dict[str, Any], target: dict[str, Any], to: str, wins: str
) -> None:
    """The strategy is about attributes: the name of the reference counts before the other."""
    store = _store(stub, target)
    edited = _inlined(_open(store, wins)).rename("new")
    ngc.save_tree(edited, to=to, store=store)
    assert _inlined(_open(store, wins)).name == "new"
    assert same(_open(store, wins).to_json(), edited.to_json())


@pytest.mark.parametrize("wins", ["stub", "target"])
@pytest.mark.parametrize("to", ["auto", "stub", "target"])
@pytest.mark.parametrize("stub", [None, {}, {"k": 1}, {"o": 1}])
@pytest.mark.parametrize("target", [None, {}, {"k": 2}, {"o": 2}])
@pytest.mark.parametrize("last", ["none", None, {"k": 3}])
def test_a_changed_attribute_reads_as_it_was_written(
    stub: Any, target: Any, last: Any, to: str, wins: str
) -> None:
    def fields(attributes: Any) -> dict[str, Any]:
        return {} if attributes is None else {"attributes": attributes}

    more = None if last == "none" else fields(last)
    store = _store(fields(stub), fields(target), more)
    edited = _inlined(_open(store, wins)).set_attr("k", "new")
    saved = ngc.save_tree(edited, to=to, store=store)
    assert same(_open(store, wins).to_json(), edited.to_json())
    where = {"stub": ENTRY, "target": PART if more is None else LAST}.get(to)
    assert where in (None, *saved.written)


def test_auto_writes_to_where_the_attribute_is_and_new_ones_to_the_target() -> None:
    store = _store({"attributes": {"both": 1, "s": 1}}, {"attributes": {"both": 2, "t": 2}})
    new = {"both": "B", "s": "S", "t": "T", "n": "N"}
    ngc.save_tree(_inlined(_open(store)).set_attrs(new), store=store)
    stub, target = _nodes(store)
    assert stub["attributes"] == {"both": "B", "s": "S"}
    assert target["attributes"] == {"both": 2, "t": "T", "n": "N"}


def test_where_the_target_counts_auto_writes_to_the_target_first() -> None:
    store = _store({"attributes": {"both": 1}}, {"attributes": {"both": 2}})
    ngc.save_tree(_inlined(_open(store, "target")).set_attr("both", "B"), store=store)
    stub, target = _nodes(store)
    assert (stub["attributes"], target["attributes"]) == ({"both": 1}, {"both": "B"})


def test_what_is_written_to_the_target_is_not_hidden_by_the_reference() -> None:
    store = _store({"attributes": {"k": 1}}, {"attributes": {"k": 2}})
    saved = ngc.save_tree(_inlined(_open(store)).set_attr("k", 3), to="target", store=store)
    assert saved.written == (PART, ENTRY)
    stub, target = _nodes(store)
    assert (stub["attributes"], target["attributes"]) == ({}, {"k": 3})


@pytest.mark.parametrize("to", ["auto", "target"])
def test_a_dropped_attribute_is_gone_from_every_document(to: str) -> None:
    store = _store({"attributes": {"k": 1}}, {"attributes": {"k": 2}}, {"attributes": {"k": 3}})
    edited = _inlined(_open(store)).drop_attrs("k")
    assert set(ngc.save_tree(edited, to=to, store=store).written) == {ENTRY, PART, LAST}
    assert same(_open(store).to_json(), edited.to_json())


def test_an_attribute_of_the_target_cannot_be_dropped_in_the_reference_alone() -> None:
    store = _store({"attributes": {"k": 1}}, {"attributes": {"k": 2}})
    before = contents(store)
    edited = _inlined(_open(store)).drop_attrs("k")
    with pytest.raises(ngc.InvalidEditError, match="attributes/k cannot be dropped in the stub"):
        ngc.save_tree(edited, to="stub", store=store)
    assert contents(store) == before


def test_cleared_attributes_are_gone_from_every_document() -> None:
    store = _store({"attributes": {"k": 1}}, {"attributes": {}}, {"attributes": {"o": 1}})
    edited = _inlined(_open(store)).clear_attrs()
    ngc.save_tree(edited, store=store)
    assert all("attributes" not in node for node in _nodes(store))
    assert same(_open(store).to_json(), edited.to_json())


@pytest.mark.parametrize("wins", ["stub", "target"])
@pytest.mark.parametrize("wrong", [None, 5, [], "text"])
def test_attributes_that_are_no_object_hide_nothing(wrong: Any, wins: str) -> None:
    store = _store({"attributes": wrong}, {"attributes": {"k": 1}})
    edited = _inlined(_open(store, wins)).set_attr("new", 2)
    assert dict(_inlined(edited).attributes) == {"k": 1, "new": 2}
    ngc.save_tree(edited, store=store)
    assert same(_open(store, wins).to_json(), edited.to_json())


def test_an_edit_that_is_taken_back_after_a_save_is_taken_back_in_the_document() -> None:
    store = _store({"attributes": {}}, {}, {})
    first = _inlined(_open(store)).set_attr("k", 1)
    ngc.save_tree(first, store=store)
    assert _nodes(store)[2]["attributes"] == {"k": 1}
    second = _inlined(first).drop_attrs("k")
    assert ngc.save_tree(second, store=store).written == (LAST,)
    assert same(_open(store).to_json(), second.to_json())


def test_paths_in_attributes_count_from_the_document_that_they_are_written_to() -> None:
    store = _store({"attributes": {"k": 1}}, {})
    path = {"type": "json", "path": "./table.json"}
    root = _open(store)
    edited = _inlined(root).set_attrs({"k": path, "new": path})
    ngc.save_tree(edited, store=store)
    stub, target = _nodes(store)
    assert stub["attributes"]["k"]["path"] == "./sub/table.json"
    assert target["attributes"]["new"]["path"] == "./table.json"
    assert same(_open(store).to_json(), edited.to_json())


def test_a_change_in_the_middle_of_a_chain_of_references_is_saved_once() -> None:
    url = "memory://lab/{}.json".format
    here, middle, there = url("here"), url("middle"), url("there")

    def reference(path: str, **more: Any) -> dict[str, Any]:
        return {"type": "collection", "path": {"type": "json", "path": path}, **more}

    store = ngc.MemoryStore(
        {
            here: {"ome": {"type": "collection", "nodes": [reference("./middle.json", id="a")]}},
            middle: {"ome": reference("./there.json", attributes={"lab:k": 1})},
            there: {"ome": {"type": "collection", "nodes": []}},
        }
    )
    edited = next(ngc.open_inlined(here, store=store).children()).set_attr("lab:k", 2)
    assert ngc.save_tree(edited, store=store).written == (middle,)
    assert ngc.save_tree(edited, store=store) == ngc.Saved(())


@pytest.mark.parametrize(
    ("stub", "target", "to", "refuses"),
    [
        ({"attributes": {"k": 1}}, {"attributes": 5}, "auto", PART),
        ({"attributes": {"k": 1}}, {"attributes": 5}, "target", PART),
        ({"attributes": {"k": 1}}, {"attributes": 5}, "stub", None),
        ({"attributes": [1]}, {"attributes": {"k": 1}}, "stub", ENTRY),
        ({"attributes": [1]}, {"attributes": {"k": 1}}, "auto", None),
    ],
)
def test_attributes_that_are_no_object_are_not_written_over_in_another_document(
    stub: dict[str, Any], target: dict[str, Any], to: str, refuses: str | None
) -> None:
    store = _store(stub, target)
    before = contents(store)
    edited = _inlined(_open(store)).set_attr("new", 1)
    if refuses is None:
        ngc.save_tree(edited, to=to, store=store)
        was = [stub["attributes"], target["attributes"]]
        now = [node["attributes"] for node in _nodes(store)]
        assert [one for one in now if type(one) is not dict] == [
            one for one in was if type(one) is not dict
        ]
        assert _inlined(_open(store)).get_attr("new") == 1
        return
    with pytest.raises(ngc.InvalidEditError, match="no object") as refused:
        ngc.save_tree(edited, to=to, store=store)
    assert refuses in str(refused.value)
    assert contents(store) == before
