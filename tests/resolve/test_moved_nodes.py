"""Nodes that are moved from one document to another in an inlined tree."""

from __future__ import annotations

from typing import Any

import pytest

import ngio_collections as ngc

PLATE, WELL, OTHER = "memory://lab/plate.json", "memory://lab/w/A01.json", "memory://lab/w/A02.json"


def _image(id_: str, source: str | None = None) -> dict[str, Any]:
    attributes: dict[str, Any] = {"coordinateSystems": [{"id": f"{id_}_um", "axes": []}]}
    if source is not None:
        attributes["labels"] = {"source": [{"id": source}]}
    level = {"type": "singlescale", "id": f"{id_}_0", "path": {"type": "zarr", "path": f"./{id_}"}}
    return {"type": "multiscale", "id": id_, "attributes": attributes, "nodes": [level]}


def _stub(name: str) -> dict[str, Any]:
    return {"type": "collection", "id": name, "path": {"type": "json", "path": f"./w/{name}.json"}}


@pytest.fixture
def store() -> ngc.MemoryStore:
    plate = {
        "type": "collection",
        "version": "0.9",
        "id": "plate",
        "nodes": [_stub("A01"), _stub("A02")],
    }
    well = {
        "type": "collection",
        "version": "0.9",
        "id": "A01",
        "nodes": [_image("raw"), _image("nuclei", "raw"), _image("cells", "nuclei")],
    }
    other = {"type": "collection", "version": "0.9", "id": "A02", "nodes": []}
    return ngc.MemoryStore({PLATE: {"ome": plate}, WELL: {"ome": well}, OTHER: {"ome": other}})


def _sources(view: ngc.Node) -> dict[str | None, str | None]:
    """What each label image says it was made of, as the id of the node that is found."""
    return {
        node.id: ngc.follow(node, node.get_attr("labels")["source"][0]).id
        for node in view.walk(has="labels")
    }


def _found(view: ngc.Node, id_: str) -> ngc.Node:
    found = view.find(id_)
    assert found is not None
    return found


@pytest.mark.parametrize("moved", [("nuclei",), ("raw",), ("nuclei", "raw"), ("cells", "nuclei")])
@pytest.mark.parametrize("to", ["plate", "A02"])
def test_references_lead_where_they_led(
    store: ngc.MemoryStore, moved: tuple[str, ...], to: str
) -> None:
    view = ngc.open_inlined(PLATE, store=store)
    before = _sources(view)
    assert before == {"nuclei": "raw", "cells": "nuclei"}
    for id_ in moved:
        view = _found(view, id_).move(_found(view, to))
    assert _sources(view) == before
    saved = ngc.save_tree(view)
    assert set(saved.written) == {WELL, PLATE if to == "plate" else OTHER}
    again = ngc.open_inlined(PLATE, store=store)
    assert _sources(again) == before
    assert not ngc.check_links(PLATE, store=store).failures
    assert again.find(moved[0]).parent() == again.find(to)  # type: ignore[union-attr]


def test_paths_count_from_the_new_document(store: ngc.MemoryStore) -> None:
    view = ngc.open_inlined(PLATE, store=store)
    ngc.save_tree(_found(view, "raw").move(view))
    raw = _found(ngc.open(PLATE, store=store), "raw_0")
    assert raw.ref_path == {"type": "zarr", "path": "./w/raw"}


def test_the_document_that_receives_is_written_before_the_one_that_gives(
    store: ngc.MemoryStore,
) -> None:
    view = ngc.open_inlined(PLATE, store=store)
    assert ngc.save_tree(_found(view, "raw").move(view)).written == (PLATE, WELL)
    view = ngc.open_inlined(PLATE, store=store)
    assert ngc.save_tree(_found(view, "raw").move(_found(view, "A01"))).written == (WELL, PLATE)


def test_a_reference_is_moved_without_its_document(store: ngc.MemoryStore) -> None:
    view = ngc.open_inlined(PLATE, store=store)
    before = store.read(OTHER)
    moved = _found(view, "A02").move(_found(view, "A01"))
    assert set(ngc.save_tree(moved).written) == {PLATE, WELL}
    assert store.read(OTHER) == before
    (*_, stub) = ngc.open(WELL, store=store).children()
    assert stub.ref_path == {"type": "json", "path": "./A02.json"}
    again = ngc.open_inlined(PLATE, store=store)
    assert again.to_json() == moved.to_json()
