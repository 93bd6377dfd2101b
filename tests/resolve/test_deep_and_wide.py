"""Long chains of documents and wide collections: to the end, and in linear time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import ngio_collections as ngc
from ngio_collections import LocalStore, MemoryStore
from tests.graph.effort import calls_of
from tests.resolve.graphs import contents

LENGTH: Final = 2_000
WIDTH: Final = 100_000


def _documents(folder: str) -> dict[str, dict[str, Any]]:
    """A chain of documents, in one folder and one below that by turns."""
    made: dict[str, dict[str, Any]] = {}
    for number in range(LENGTH):
        here, there = ("", "sub/") if number % 2 == 0 else ("sub/", "../")
        node: dict[str, Any] = {"type": "collection", "id": f"n{number}", "nodes": []}
        if number + 1 < LENGTH:
            path = {"type": "json", "path": f"./{there}d{number + 1}.json"}
            node["nodes"] = [{"type": "collection", "path": path}]
        made[f"{folder}/{here}d{number}.json"] = {"ome": node}
    return made


def _bottom(root: ngc.Node) -> ngc.Node:
    *_, node = root.walk()
    return node


def test_a_chain_of_documents_is_inlined_edited_at_its_end_saved_and_produced() -> None:
    documents = _documents("memory://lab")
    store = MemoryStore(documents)
    entry, *_, last = documents
    before = contents(store)
    root = ngc.open_inlined(entry, store=store)
    assert root.report.unfollowed == ()
    assert sum(1 for _ in root.walk()) == LENGTH
    root = _bottom(root).set_attr("lab:k", 1)
    assert ngc.save_tree(root, store=store).written == (last,)
    assert {url for url, data in contents(store).items() if data != before[url]} == {last}
    out = "memory://lab/out/zarr.json"
    for ids in ("structural", "namespaced", "strict"):
        made = ngc.save_inlined(root, out, ids=ids, overwrite=True, store=store)
        again = ngc.open("memory://lab/out", store=store)
        assert sum(1 for _ in again.walk()) == LENGTH
        assert _bottom(again).get_attr("lab:k") == 1
        assert ngc.fingerprint(again) == ngc.fingerprint(made)
    assert ngc.check_links(entry, store=store).failures == ()


def test_a_chain_of_files_is_inlined_and_its_innermost_saved_first(tmp_path: Path) -> None:
    documents = _documents(str(tmp_path))
    (tmp_path / "sub").mkdir()
    for place, document in documents.items():
        Path(place).write_text(json.dumps(document))
    entry, *_ = documents
    root = ngc.open_inlined(entry, store=LocalStore(tmp_path))
    nodes = list(root.walk())
    assert len(nodes) == LENGTH
    with root.edit() as transaction:
        for node in nodes[::500]:
            transaction[node].set_attr("lab:k", 1)
    written = ngc.save_tree(transaction.result).written
    assert [url.rpartition("/")[2] for url in written] == [
        f"d{number}.json" for number in range(1500, -1, -500)
    ]


def test_a_chain_of_roots_that_are_references_is_one_node_of_many_documents() -> None:
    length = 300
    documents: dict[str, Any] = {}
    for number in range(length):
        path = {"type": "json", "path": f"./d{number + 1}.json"}
        node: dict[str, Any] = {"type": "collection", "path": path}
        documents[f"memory://lab/d{number}.json"] = {"ome": node}
    del documents[f"memory://lab/d{length - 1}.json"]["ome"]["path"]
    store = MemoryStore(documents)
    root = ngc.open_inlined("memory://lab/d0.json", store=store)
    assert sum(1 for _ in root.walk()) == 1
    saved = ngc.save_tree(root.set_attr("lab:k", 1), store=store)
    assert saved.written == (f"memory://lab/d{length - 1}.json",)


def _wide(width: int) -> MemoryStore:
    stubs = [
        {"type": "collection", "path": {"type": "json", "path": f"./missing/{n}.json"}}
        for n in range(width)
    ]
    return MemoryStore({"memory://lab/all.json": {"ome": {"type": "collection", "nodes": stubs}}})


def test_many_references_that_lead_nowhere_cost_linear_time() -> None:
    def calls(width: int) -> int:
        store = _wide(width)
        return calls_of(lambda: ngc.open_inlined("memory://lab/all.json", store=store))

    calls(10)  # What is made once, such as caches, is not counted.
    few, many = calls(500), calls(5_000)
    assert many < 11 * few


def test_a_hundred_thousand_references_that_lead_nowhere_are_all_on_record() -> None:
    store = _wide(WIDTH)
    root = ngc.open_inlined("memory://lab/all.json", store=store)
    records = root.report.failures
    assert len(records) == WIDTH
    assert {record.kind for record in records} == {"missing"}
    assert records[-1].pointer == f"/ome/nodes/{WIDTH - 1}"
    assert len(store.log) == WIDTH + 1
    assert len(str(root.report)) < 20_000
    saved = ngc.save_tree(_bottom(root).set_attr("lab:k", 1), store=store)
    assert saved.written == ("memory://lab/all.json",)


def test_a_document_that_is_referred_to_many_times_is_read_once_and_shared() -> None:
    stub = {"type": "collection", "path": {"type": "json", "path": "./part.json"}}
    part = {"type": "collection", "nodes": [{"type": "collection", "nodes": []}] * 100}
    store = MemoryStore(
        {
            "memory://lab/all.json": {"ome": {"type": "collection", "nodes": [stub] * 1_000}},
            "memory://lab/part.json": {"ome": part},
        }
    )
    root = ngc.open_inlined("memory://lab/all.json", store=store)
    assert len(store.log) == 2
    assert sum(1 for _ in root.walk()) == 1 + 1_000 * 101
    first, *others = root.children()
    shared = next(first.children()).tree.raw(next(first.children()).key)
    assert all(one.tree.raw(next(one.children()).key) is shared for one in others)


def test_pixels_are_no_documents_and_are_asked_for_once_if_at_all() -> None:
    level = {"type": "singlescale", "path": {"type": "zarr", "path": "./image/s0"}}
    image = {"type": "multiscale", "nodes": [level, level]}
    store = MemoryStore(
        {
            "memory://lab/all.json": {"ome": {"type": "collection", "nodes": [image] * 3}},
            "memory://lab/image/s0/zarr.json": {"zarr_format": 3, "node_type": "array"},
        }
    )
    root = ngc.open_inlined("memory://lab/all.json", store=store)
    assert (len(store.log), root.report.unfollowed) == (1, ())
    root = ngc.open_inlined("memory://lab/all.json", levels=True, store=store)
    assert (len(store.log), root.report.unfollowed) == (3, ())
