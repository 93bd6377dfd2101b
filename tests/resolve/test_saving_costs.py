"""What a save looks at: the documents that were edited since the last one, and no other."""

from __future__ import annotations

import random

import pytest

import ngio_collections as ngc
from tests.graph.effort import calls_of

ROOT = "memory://lab/all.json"


def _store(documents: int) -> ngc.MemoryStore:
    stubs = [
        {"type": "collection", "id": f"n{n}", "path": {"type": "json", "path": f"./{n}.json"}}
        for n in range(documents)
    ]
    root = {"type": "collection", "version": "0.9", "id": "all", "nodes": stubs}
    made: dict[str, object] = {ROOT: {"ome": root}}
    for n in range(documents):
        node = {"type": "collection", "version": "0.9", "id": f"n{n}", "nodes": []}
        made[f"memory://lab/{n}.json"] = {"ome": node}
    return ngc.MemoryStore(made)  # type: ignore[arg-type]


def test_a_save_reads_and_writes_the_documents_that_were_edited_since_the_last() -> None:
    store = _store(20)
    view = ngc.open_inlined(ROOT, store=store)
    for n in range(20):
        store.log.clear()
        view = view.find(f"n{n}").set_attr("lab:x", n)  # type: ignore[union-attr]
        url = f"memory://lab/{n}.json"
        assert ngc.save_tree(view).written == (url,)
        assert [entry for entry in store.log if entry[0] in ("get", "put")] == [
            ("get", url),
            ("put", url),
        ]


def test_a_save_costs_the_same_however_many_documents_there_are() -> None:
    def effort(documents: int) -> int:
        view = ngc.open_inlined(ROOT, store=_store(documents))
        edited = view.find("n3").set_attr("lab:x", 1)  # type: ignore[union-attr]
        return calls_of(lambda: ngc.save_tree(edited))

    assert effort(400) <= effort(40) * 1.2


@pytest.mark.parametrize("round_", range(5))
def test_documents_that_are_equally_deep_are_written_by_their_addresses(round_: int) -> None:
    # In each round nodes have other numbers in the process; they must not show.
    view = ngc.open_inlined(ROOT, store=_store(20))
    with view.edit() as tx:
        for n in random.Random(round_).sample(range(20), 20):
            tx[f"n{n}"].set_attr("lab:x", n)
    written = ngc.save_tree(tx.result).written
    assert list(written) == sorted(f"memory://lab/{n}.json" for n in range(20))


def test_a_save_costs_the_same_however_many_there_were_before() -> None:
    view = ngc.open_inlined(ROOT, store=_store(300))

    def effort(number: int) -> int:
        nonlocal view
        view = view.find(f"n{number}").set_attr("lab:x", number)  # type: ignore[union-attr]
        return calls_of(lambda: ngc.save_tree(view))

    efforts = [effort(number) for number in [*range(300), *range(100)]]
    assert max(efforts[-100:]) <= max(efforts[10:60]) * 1.5


def test_moves_between_many_documents_and_long_chains_cost_what_they_have_to() -> None:
    def moving(count: int) -> int:
        root = ngc.open_inlined(ROOT, store=_store(2 * count))
        with root.edit() as tx:
            for n in range(count):
                tx.add(f"n{n}", ngc.new_node("collection", id=f"new{n}"))
        saved = tx.result
        ngc.save_tree(saved)
        with saved.edit() as tx:
            for n in range(count):
                tx.move(f"new{n}", f"n{count + n}")
        return calls_of(lambda: ngc.save_tree(tx.result))

    assert moving(160) <= moving(40) * 4 * 1.3

    def chained(length: int) -> int:
        documents: dict[str, object] = {}
        for n in range(length):
            stub = {
                "type": "collection",
                "id": f"n{n + 1}",
                "path": {"type": "json", "path": f"./{n + 1}.json"},
            }
            node = {"type": "collection", "id": f"n{n}", "nodes": [stub] if n + 1 < length else []}
            documents[f"memory://lab/{n}.json"] = {"ome": node}
        store = ngc.MemoryStore(documents)  # type: ignore[arg-type]
        root = ngc.open_inlined("memory://lab/0.json", store=store)
        with root.edit() as tx:
            for n in range(length):
                tx[f"n{n}"].set_attr("lab:x", 1)
        return calls_of(lambda: ngc.save_tree(tx.result))

    assert chained(160) <= chained(40) * 4 * 1.3
