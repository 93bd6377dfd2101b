"""What is refused when a document is written, since nobody could read it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import ngio_collections as ngc

ENTRY = "memory://l/a.json"


def _nested(levels: int) -> dict[str, Any]:
    raw: dict[str, Any] = {"type": "collection", "id": "bottom", "nodes": []}
    for level in range(levels):
        raw = {"type": "collection", "id": f"x{level}", "nodes": [raw]}
    return raw


def _chain(documents: int, levels: int) -> ngc.MemoryStore:
    """Documents inside of each other, of which none is deep."""
    made = {}
    for number in range(documents):
        raw = _nested(levels)
        bottom = raw
        while bottom["nodes"]:
            bottom = bottom["nodes"][0]
        if number + 1 < documents:
            path = {"type": "json", "path": f"./{number + 1}.json"}
            bottom["nodes"] = [{"type": "collection", "id": "next", "path": path}]
        made[f"memory://l/{number}.json"] = {"ome": {**raw, "id": "next"}}
    return ngc.MemoryStore(made)


@pytest.mark.parametrize("ids", ["structural", "namespaced"])
def test_a_view_that_is_too_deep_for_one_document_is_not_written_as_one(ids: str) -> None:
    store = _chain(120, 100)
    view = ngc.open_inlined("memory://l/0.json", store=store)
    assert view.report.failures == ()
    before = len(store.urls())
    for write in (
        lambda: ngc.save_inlined(view, "memory://o/all.json", ids=ids, store=store),
        lambda: ngc.create("memory://o/all.json", view, store=store),
    ):
        with pytest.raises(ngc.InvalidEditError, match=r"o/all.json cannot .* 20,000 levels"):
            write()
    assert len(store.urls()) == before


WRITES: dict[str, Callable[[ngc.Node], object]] = {
    "save": ngc.save,
    "save_tree": ngc.save_tree,
    "create": lambda root: ngc.create("memory://l/n.json", root),
    "save_inlined": lambda root: ngc.save_inlined(root, "memory://l/n.json"),
}


@pytest.mark.parametrize("verb", WRITES)
def test_an_integer_that_python_does_not_write_is_refused_with_the_document(verb: str) -> None:
    store = ngc.MemoryStore({ENTRY: {"ome": {"type": "collection", "id": "a"}}})
    root = ngc.open(ENTRY, store=store).set_attr("lab:x", 1 << 20_000)
    with pytest.raises(ngc.InvalidEditError, match=r"memory://l/.\.json cannot be written: "):
        WRITES[verb](root)
    assert store.urls() == [ENTRY] or list(store.urls()) == [ENTRY]
