"""Visiting documents gives what reading them gives, and keeps none of them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ngio_collections as ngc
from ngio_collections.document import Source
from ngio_collections.resolve._drivers import run
from ngio_collections.resolve._reader import Reader, Settings
from ngio_collections.resolve._visit import Visitor
from tests.memory import peak_of
from tests.resolve.graphs import Collection, collections, moderate


@moderate
@given(collections(), st.none() | st.integers(0, 3))
def test_each_document_is_visited_once_and_the_report_is_the_same(
    collection: Collection, depth: int | None
) -> None:
    settings = Settings(depth=depth)
    reader = Reader(settings)
    sources = run(reader.documents([collection.entry]), collection.store())
    seen: list[tuple[str, bytes, str]] = []

    def visit(source: Source, data: bytes) -> None:
        seen.append((source.url, data, json.dumps(source.node)))

    visitor = Visitor(settings, visit)
    run(visitor.visit([collection.entry], {}), collection.store())
    assert seen == [
        (url, collection.documents[url], json.dumps(source.node)) for url, source in sources.items()
    ]
    assert visitor.report() == reader.report()


def test_a_target_of_another_kind_is_reported_as_by_those_who_keep_it() -> None:
    def stub(path: str) -> dict[str, object]:
        return {"type": "multiscale", "path": {"type": "json", "path": path}}

    store = ngc.MemoryStore(
        {
            "memory://x/a.json": {"ome": {"type": "collection", "nodes": [stub("b.json")] * 2}},
            "memory://x/b.json": {"ome": {"multiscales": [{"a": 1}]}},
        }
    )
    visitor = Visitor(Settings(), lambda source, data: None)
    run(visitor.visit(["memory://x/a.json"], {}), store)
    first, second = visitor.report().failures
    assert (first.kind, first.pointer, second.pointer) == (
        "not-ome",
        "/ome/nodes/0",
        "/ome/nodes/1",
    )
    assert "before RFC-8 (multiscales)" in first.cause


def test_what_cannot_be_read_at_the_beginning_is_noted_and_the_others_are_visited() -> None:
    store = ngc.MemoryStore({"memory://x/a.json": {"ome": {"type": "collection", "nodes": []}}})
    seen: list[str] = []
    unreadable: dict[str, ngc.DocumentError] = {}
    visitor = Visitor(Settings(), lambda source, data: seen.append(source.url))
    run(visitor.visit(["memory://x/none.json", "memory://x/a.json"], unreadable), store)
    assert seen == ["memory://x/a.json"]
    assert list(unreadable) == ["memory://x/none.json"]


def test_documents_are_forgotten_when_the_next_batch_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Visitor, "batch", 16)

    def peak(count: int) -> int:
        paths = [{"type": "json", "path": f"./{number}.json"} for number in range(count)]
        nodes = [{"type": "collection", "id": f"n{n}", "path": p} for n, p in enumerate(paths)]
        large = {"lab:text": [str(number) for number in range(3_000)]}
        document = {"type": "collection", "nodes": [], "attributes": large}
        store = ngc.MemoryStore(
            {
                "memory://x/all.json": {"ome": {"type": "collection", "nodes": nodes}},
                **{f"memory://x/{number}.json": {"ome": document} for number in range(count)},
            }
        )

        def work() -> None:
            visitor = Visitor(Settings(), lambda source, data: None)
            run(visitor.visit(["memory://x/all.json"], {}), store)
            assert len(visitor.report().documents) == count + 1

        return peak_of(work)

    # All of them would be 16 times as much.
    assert peak(16 * Visitor.batch) < 3 * peak(Visitor.batch)
