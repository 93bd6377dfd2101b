"""Checking trees of any shape, any part of them, and documents as they arrive."""

from __future__ import annotations

import asyncio
import gc
import json
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections import aio
from ngio_collections.document import Source
from tests.graph.effort import calls_of

HOME = "memory://lab/"


def _collection(id_: str, *nodes: Any, **fields: Any) -> dict[str, Any]:
    return {"type": "collection", "id": id_, "nodes": list(nodes), **fields}


def _root(*nodes: Any, **fields: Any) -> ngc.Node:
    raw = {"version": "0.9", **_collection("root", *nodes, **fields)}
    return ngc.as_tree(raw, f"{HOME}plate.json").root


def _places(found: list[ngc.Finding]) -> list[tuple[str, str]]:
    return [(finding.pointer, finding.rule) for finding in found]


# -- shapes --------------------------------------------------------------------------


def test_collections_are_checked_however_deep_they_are() -> None:
    depth = 5_000
    node = _collection("a b")
    for number in range(depth):
        node = _collection(f"n{number}", node)
    (finding,) = ngc.validate(_root(node))
    assert (finding.rule, finding.found) == ("node-id", '`id` is the string "a b"')
    assert finding.pointer == f"/ome{'/nodes/0' * (depth + 1)}/id"
    assert len(finding.path) < 200


def test_a_wide_collection_costs_no_more_for_each_child() -> None:
    efforts = []
    for children in (100, 10_000):
        listed = [_collection(f"n{n}", name=f"N {n}") for n in range(children)]
        root = _root(*listed, _collection("n0"))
        ngc.validate(root)
        efforts.append(calls_of(lambda root=root: ngc.validate(root)) / children)
    assert efforts[1] < 1.5 * efforts[0]


def test_mistakes_among_a_hundred_thousand_children_are_found_in_order() -> None:
    listed: list[Any] = [_collection(f"n{n}") for n in range(100_000)]
    listed[70_000] = "no node"
    listed[99_999] = _collection("n0")
    assert _places(ngc.validate(_root(*listed))) == [
        ("/ome/nodes/70000", "collection-nodes"),
        ("/ome/nodes/99999/id", "unique-ids"),
    ]


def test_what_is_inside_of_a_node_of_ones_own_is_left_alone() -> None:
    inner = _collection("a b", {"type": "multiscale", "id": "plate"})
    found = ngc.validate(_root({"type": "lab:session", "id": "s", "nodes": [inner]}))
    assert found == []


@pytest.mark.parametrize("type_", [[], {}, None, 5, ["collection"], {"a": []}])
def test_a_node_whose_type_is_no_text_is_one_finding(type_: Any) -> None:
    # Its children count for nothing, also where something outside refers to one of them.
    odd = {"type": type_, "id": "odd", "nodes": [_collection("inner")]}
    image = {
        "type": "collection",
        "id": "labels",
        "nodes": [],
        "attributes": {"labels": {"source": [{"id": "inner"}]}},
    }
    found = ngc.validate(_root(odd, image))
    assert {finding.kind for finding in found} == {"violation"}
    assert sorted(_places(found)) == [
        ("/ome/nodes/0/type", "node-type"),
        ("/ome/nodes/1/attributes/labels/source/0", "external-reference-path"),
    ]


@pytest.mark.parametrize(
    "value", [10**400, -0.0, 1e300, "\0", "\u2028", "\U0001f52c" * 1_000, [[]], {"": 1}]
)
def test_any_value_in_ones_own_attribute_is_right(value: Any) -> None:
    assert ngc.validate(_root(attributes={"lab:value": value}), level="MAY") == []


def test_trees_that_python_built_are_checked_like_those_that_were_read() -> None:
    axes = ({"name": "y", "type": "space", "unit": "um"},)  # A tuple, as Python has them.
    image = ngc.new_node(
        "multiscale", id="image", attributes={"coordinateSystems": [{"id": "s", "axes": axes}]}
    )
    root = ngc.new_node("collection", id="root", children=[image])
    found = ngc.validate(root, level="SHOULD")
    assert [finding.rule for finding in found] == ["axis-unit"]
    document = {"ome": {"version": "0.9", **root.to_json()}}
    assert _places(ngc.validate_document(document)) == _places(found)


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_numbers_that_json_has_not_come_into_no_tree(number: float) -> None:
    with pytest.raises(ngc.NgioCollectionsError):
        ngc.new_node("collection", id="a", attributes={"lab:value": number})


def test_what_was_never_written_needs_no_version_yet() -> None:
    node = ngc.new_node("collection", id="a")
    assert ngc.validate(node, level="MAY") == []
    without = ngc.as_tree(_collection("a"), f"{HOME}a.json").root
    assert [finding.rule for finding in ngc.validate(without)] == ["root-version"]


def test_two_threads_check_one_tree_at_once() -> None:
    listed = [_collection(f"n {n}" if n % 50 == 0 else f"n{n}") for n in range(2_000)]
    expected = ngc.validate(_root(*listed))
    assert len(expected) == 40
    for _ in range(5):
        root = _root(*listed)  # Neither arrays nor an index of ids are there yet.
        with ThreadPoolExecutor(4) as pool:
            runs = [pool.submit(ngc.validate, root) for _ in range(4)]
            assert all(run.result() == expected for run in runs)


# -- parts, and how many -------------------------------------------------------------


def test_findings_of_a_part_are_those_of_the_whole_that_are_in_it() -> None:
    inner = _collection("w 1", _collection("x 1"), version="0.8")
    root = _root(_collection("a 1"), inner, _collection("w 1"))
    whole = ngc.validate(root, level="MAY")
    parts = [ngc.validate(child, level="MAY") for child in root.children()]
    listed = [one for one in whole if one.rule != "unique-ids"]
    assert [finding for part in parts for finding in part] == listed
    assert len(listed) == 5


@pytest.mark.parametrize("most", [0, 1, 7, 40, 41, 1_000])
def test_there_are_no_more_findings_than_were_asked_for(most: int) -> None:
    root = _root(*(_collection(f"n {n}") for n in range(40)))
    assert len(ngc.validate(root, max_findings=most)) == min(most, 40)


def test_the_first_finding_of_a_large_tree_costs_no_look_at_the_rest() -> None:
    efforts = []
    for children in (100, 10_000):
        many = _collection("many", *(_collection(f"n{n}") for n in range(children)))
        root = _root(_collection("a b"), many)
        len(root.tree)
        rules = ngc.rules() - ["unique-ids"]  # The one that is about all nodes at once.
        efforts.append(
            calls_of(lambda root=root, rules=rules: next(ngc.iter_findings(root, rules=rules)))
        )
    assert efforts[1] < 1.5 * efforts[0]


# -- documents as they arrive --------------------------------------------------------


def _stub(name: str) -> dict[str, Any]:
    link = {"type": "json", "path": f"./{name}.json"}
    return {"type": "collection", "id": name, "path": link}


def _chain(count: int) -> ngc.MemoryStore:
    """Documents of which each refers to the next, each with one mistake."""
    documents = {}
    for number in range(count):
        more = [_stub(f"d{number + 1}")] if number < count - 1 else []
        root = {"version": "0.9", **_collection(f"d{number}", _collection("a b"), *more)}
        documents[f"{HOME}d{number}.json"] = json.dumps({"ome": root}).encode()
    return ngc.MemoryStore(documents)


def _read(store: ngc.MemoryStore) -> int:
    return sum(method == "get" for method, _ in store.log)


def test_a_stream_of_findings_reads_no_further_than_it_is_asked_for() -> None:
    store = _chain(20)
    stream: Iterator[ngc.Finding] = iter(
        ngc.iter_findings(f"{HOME}d0.json", recursive=True, store=store)
    )
    assert next(stream).document == f"{HOME}d0.json"
    read = _read(store)
    assert read <= 2
    assert next(stream).document == f"{HOME}d1.json"
    assert _read(store) <= read + 1
    stream.close()  # type: ignore[attr-defined]
    assert _read(store) <= read + 1


def test_an_awaited_stream_reads_no_further_than_it_is_asked_for() -> None:
    store = _chain(20)

    async def first() -> ngc.Finding:
        stream = aio.iter_findings(f"{HOME}d0.json", recursive=True, store=store)
        async for finding in stream:
            await stream.aclose()
            return finding
        raise AssertionError("there are findings")

    assert asyncio.run(first()).document == f"{HOME}d0.json"
    assert _read(store) <= 2


def test_reading_stops_when_there_are_enough_findings() -> None:
    store = _chain(20)
    found = ngc.validate(f"{HOME}d0.json", recursive=True, store=store, max_findings=3)
    assert len(found) == 3
    assert _read(store) <= 4


def test_all_ways_of_asking_give_the_same_findings() -> None:
    store, entry = _chain(8), f"{HOME}d0.json"
    found = ngc.validate(entry, recursive=True, store=store)
    assert len(found) == 8
    assert list(ngc.iter_findings(entry, recursive=True, store=store)) == found
    assert asyncio.run(aio.validate(entry, recursive=True, store=store)) == found
    # `d1` and so on are declared by a stub and by a root: in two documents, that is right.
    assert ngc.validate(ngc.open_inlined(entry, store=store)) == found


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Without the garbage collector: what is in no circle is freed all the same."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
def test_documents_are_forgotten_when_they_were_checked() -> None:
    names = [f"s{number}" for number in range(300)]
    root = {"version": "0.9", **_collection("x", _collection("y", _collection("a b")))}
    documents = {f"{HOME}{name}.json": {"ome": root} for name in names}
    entry = {"version": "0.9", **_collection("all", *map(_stub, names))}
    store = ngc.MemoryStore({f"{HOME}all.json": {"ome": entry}, **documents})
    most = 0
    for number, _ in enumerate(
        ngc.iter_findings(f"{HOME}all.json", recursive=True, store=store, concurrency=8)
    ):
        if number % 50 == 0:
            sources = (one for one in gc.get_objects() if isinstance(one, Source))
            most = max(most, sum("nodes" in one.node for one in sources))
    assert 1 <= most < 150


def test_an_entry_that_cannot_be_read_is_an_error() -> None:
    store = ngc.MemoryStore({f"{HOME}bad.json": b"{"})
    for name, error in (("bad", ngc.NotJsonError), ("gone", ngc.DocumentError)):
        with pytest.raises(error):
            ngc.validate(f"{HOME}{name}.json", store=store, recursive=True)
        with pytest.raises(error):
            list(ngc.iter_findings(f"{HOME}{name}.json", store=store))


def test_a_document_that_is_missing_is_a_finding_where_it_is_referred_to() -> None:
    root = {"version": "0.9", **_collection("all", _stub("gone"))}
    store = ngc.MemoryStore({f"{HOME}all.json": {"ome": root}})
    (finding,) = ngc.validate(f"{HOME}all.json", recursive=True, store=store)
    assert (finding.rule, finding.document) == ("path-target", f"{HOME}all.json")
    assert finding.pointer == "/ome/nodes/0"
    assert "gone.json" in finding.found
    assert ngc.validate(f"{HOME}all.json", store=store) == []


def test_a_tree_follows_no_references() -> None:
    with pytest.raises(ValueError, match="open_inlined"):
        ngc.validate(_root(), recursive=True)


@pytest.mark.parametrize("most", [-1, 1.5, "3", True])
def test_a_number_of_findings_that_is_none_is_refused(most: Any) -> None:
    root = ngc.new_node("collection", id="a")
    for target in (root, "nowhere.json"):
        with pytest.raises(ValueError, match="max_findings is a whole number from 0 on, or None"):
            ngc.validate(target, max_findings=most)


@pytest.mark.parametrize("check", [ngc.validate, ngc.iter_findings])
def test_who_gives_something_else_than_a_node_or_a_location_is_told_what_to_do(check: Any) -> None:
    root = ngc.new_node("collection", id="a")
    for document in ({"ome": {}}, b"{}"):
        with pytest.raises(TypeError, match=r"is checked with validate_document\(document\)"):
            check(document)
    with pytest.raises(TypeError, match=r"give its root, tree\.root"):
        check(root.tree)
    with pytest.raises(ValueError, match="there is no level 'must'; expected MUST, SHOULD, MAY"):
        check(root, level="must")


def test_a_revision_that_is_not_of_the_profile_says_which_profile_has_it() -> None:
    root = ngc.new_node("collection", id="a")
    with pytest.raises(ngc.UnknownProfileError, match="give profile 'rfc8' with this revision"):
        ngc.validate(root, revision="draft-2026-04")
    assert isinstance(ngc.validate(root, profile="rfc8", revision="draft-2026-04"), list)
