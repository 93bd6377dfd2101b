"""How much is read at once, and what a consolidated file says of where things came from."""

from __future__ import annotations

import json
from typing import Any

import pytest

import ngio_collections as ngc

ROOT = "memory://lab/all.json"


def _document(node: dict[str, Any], size: int = 0) -> bytes:
    return json.dumps({"ome": {"version": "0.9", **node}, "padding": "x" * size}).encode()


def _store(sizes: list[int]) -> ngc.MemoryStore:
    documents: dict[str, bytes] = {}
    stubs = []
    for n, size in enumerate(sizes):
        documents[f"memory://lab/{n}.json"] = _document({"type": "collection", "id": f"n{n}"}, size)
        path = {"type": "json", "path": f"./{n}.json"}
        stubs.append({"type": "collection", "id": f"n{n}", "path": path})
    documents[ROOT] = _document({"type": "collection", "id": "all", "nodes": stubs})
    return ngc.MemoryStore(documents)


def test_documents_that_are_larger_than_their_share_are_read_one_by_one() -> None:
    store = _store([10, 60_000, 10, 60_000])
    limits = ngc.Limits(total_bytes=130_000)
    view = ngc.open_inlined(ROOT, store=store, limits=limits)
    assert not view.report.unfollowed
    assert sum(1 for entry in store.log if entry[0] == "get") == 1 + 4 + 2


def test_the_total_is_kept_by_documents_that_are_read_together() -> None:
    limits = ngc.Limits(total_bytes=130_000)
    view = ngc.open_inlined(ROOT, store=_store([10, 60_000, 60_000, 60_000, 10]), limits=limits)
    (record,) = view.report.unfollowed
    assert (record.kind, record.target) == ("limit", "memory://lab/3.json")
    assert record.pointer == "/ome/nodes/3"


@pytest.mark.parametrize("consolidated", [False, True, "verify"])
def test_documents_and_origins_are_reported_however_they_were_read(consolidated: Any) -> None:
    store = _store([0, 0])
    ngc.consolidate(ROOT, store=store)
    view = ngc.open_inlined(ROOT, store=store, consolidated=consolidated)
    assert view.report.documents == (ROOT, "memory://lab/0.json", "memory://lab/1.json")
    assert view.report.origins == ("memory://lab",)


def test_all_origins_can_be_allowed_in_a_word() -> None:
    policy = ngc.AccessPolicy(origins="*")
    assert policy.refusal("file:///a.json", "https://example.org/b.json") is None
