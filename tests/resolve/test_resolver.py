"""The verbs bound to a store, a policy and limits."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections import aio

PLATE, WELL = "memory://lab/plate.json", "memory://lab/A01.json"


def _documents() -> dict[str, object]:
    stub = {"type": "collection", "id": "A01", "path": {"type": "json", "path": "./A01.json"}}
    far = {"type": "json", "path": "https://example.org/a.json"}
    elsewhere = {"type": "collection", "id": "far", "path": far}
    plate = {"type": "collection", "version": "0.9", "id": "plate", "nodes": [stub, elsewhere]}
    well = {"type": "collection", "version": "0.9", "id": "well", "nodes": []}
    return {PLATE: {"ome": plate}, WELL: {"ome": well}}


def test_every_verb_is_there_with_its_arguments() -> None:
    verbs = [name for name in aio.__all__ if name != "Resolver"]
    for bound, module in ((ngc.Resolver, ngc), (aio.Resolver, aio)):
        resolver = bound(ngc.MemoryStore())
        for name in verbs:
            ours = inspect.signature(getattr(resolver, name))
            assert ours == inspect.signature(getattr(module, name))
            assert getattr(resolver, name).__doc__ == getattr(module, name).__doc__
        public = {name for name in dir(resolver) if not name.startswith("_")}
        assert public == {*verbs, "store", "policy", "limits", "concurrency"}


def test_what_it_is_bound_to_is_used() -> None:
    store = ngc.MemoryStore(_documents())  # type: ignore[arg-type]
    policy = ngc.AccessPolicy(origins=["https://example.org"])
    resolver = ngc.Resolver(store, policy=policy, limits=ngc.Limits(documents=2))
    view = resolver.open_inlined(PLATE)
    (record,) = view.report.unfollowed
    assert record.kind == "limit"
    assert resolver.save_tree(view.find("A01").set_attr("lab:x", 1)).written == (WELL,)  # type: ignore[union-attr]
    assert asyncio.run(aio.Resolver(store).open(WELL)).get_attr("lab:x") == 1


def test_an_argument_comes_before_what_it_is_bound_to() -> None:
    resolver = ngc.Resolver(ngc.MemoryStore())
    other = ngc.MemoryStore(_documents())  # type: ignore[arg-type]
    assert resolver.open(WELL, store=other).id == "well"
    with pytest.raises(ngc.DocumentNotFoundError):
        resolver.open(WELL)


@pytest.mark.parametrize("is_awaited", [False, True])
def test_never_more_requests_are_under_way_than_it_is_bound_to(is_awaited: bool) -> None:
    """Also where a verb has no argument for it."""
    places = [f"memory://lab/p{n}.json" for n in range(40)]
    parts = {url: {"ome": {"type": "collection", "id": url[13:-5]}} for url in places}
    stubs = [
        {"type": "collection", "path": {"type": "json", "path": f".{url[12:]}"}} for url in places
    ]
    whole = {PLATE: {"ome": {"type": "collection", "id": "plate", "nodes": stubs}}}
    store = ngc.MemoryStore({**whole, **parts}, latency=0)  # type: ignore[arg-type]

    def most(verb: str, *args: Any, **kwargs: Any) -> tuple[Any, int]:
        store.most_in_flight = 0
        if is_awaited:
            made = asyncio.run(getattr(aio.Resolver(store, concurrency=3), verb)(*args, **kwargs))
        else:
            made = getattr(ngc.Resolver(store, concurrency=3), verb)(*args, **kwargs)
        return made, store.most_in_flight

    view, at_once = most("open_inlined", PLATE)
    assert at_once == 3
    assert most("open_inlined", PLATE, concurrency=5)[1] == 5
    edited = view
    for node in view.children():
        edited = edited.find(node.id).set_attr("lab:k", 1)
    saved, at_once = most("save_tree", edited)
    assert (len(saved.written), at_once) == (40, 3)
    to = "memory://lab/moved.json"
    assert most("relocate", places[0], to, documents=[PLATE, *places[1:]])[1] == 3
    assert most("check_links", PLATE)[1] == 3


def test_a_tree_is_saved_to_the_store_that_it_was_read_from() -> None:
    store = ngc.MemoryStore(_documents())  # type: ignore[arg-type]
    well = ngc.open(WELL, store=store)
    assert ngc.save(well.rename("A01")).written == (WELL,)
    made = ngc.create("memory://lab/new.json", ngc.new_node("collection"), store=store)
    assert ngc.save_tree(made.rename("new")).written == ("memory://lab/new.json",)
    stub = next(ngc.open(PLATE, store=store).children())
    assert ngc.open_ref(stub).name == "A01"


def test_a_document_without_a_store_is_refused_with_words_that_help() -> None:
    with pytest.raises(ngc.DocumentAccessError, match="no store for memory: give one with store="):
        ngc.open(WELL)


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        ("https://x.org/p.json?sig=abc", "https://x.org/p.json?sig=abc"),
        ("https://x.org/P.JSON", "https://x.org/P.JSON"),
        ("https://x.org/p.json", "https://x.org/p.json"),
        ("https://x.org/p.zarr?sig=a.json", "https://x.org/p.zarr/zarr.json?sig=a.json"),
        ("https://x.org/p.zarr", "https://x.org/p.zarr/zarr.json"),
    ],
)
def test_a_query_and_capitals_do_not_change_what_kind_of_document_is_meant(
    location: str, asked: str
) -> None:
    store = ngc.MemoryStore()
    with pytest.raises(ngc.DocumentNotFoundError) as missing:
        ngc.open(location, store=store)
    assert missing.value.document == asked


def test_the_consolidated_file_of_a_signed_address_is_signed_alike() -> None:
    url = "https://x.org/p.json?sig=abc"
    with pytest.raises(ngc.DocumentNotFoundError) as missing:
        ngc.open_inlined(url, consolidated=True, store=ngc.MemoryStore())
    assert missing.value.document == "https://x.org/p.consolidated.json?sig=abc"
