"""Stores made of other stores: read-only ones, and routes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from ngio_collections._paths import as_url
from ngio_collections.errors import DocumentAccessError, ForbiddenError
from ngio_collections.store import CachedStore, LocalStore, MemoryStore, ReadOnly, RouterStore

BASE = "https://example.org"


def _store(name: str, *paths: str) -> MemoryStore:
    return MemoryStore({f"{BASE}{path}": name for path in paths})


def _read(store: RouterStore, url: str) -> str:
    face = store.blocking()
    assert face is not None
    blob = asyncio.run(store.get(url))
    assert face.get(url) == blob
    assert asyncio.run(store.stat(url)) == face.stat(url)
    return blob.data.decode()


def test_the_longest_route_counts_whatever_the_order() -> None:
    paths = ("/x", "/a/x", "/a/b/x", "/ab/x", "/a")
    routes = {path: _store(path or "root", *paths) for path in ("/a", "", "/a/b")}
    store = RouterStore({f"{BASE}{path}": documents for path, documents in routes.items()})
    found = [_read(store, f"{BASE}{path}") for path in paths]
    assert found == ["root", "/a", "/a/b", "root", "/a"]


def test_a_route_can_be_a_scheme_or_a_path(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("file")
    store = RouterStore({"https://": _store("web", "/x"), str(tmp_path): LocalStore()})
    assert _read(store, f"{BASE}/x") == "web"
    assert _read(store, as_url(tmp_path / "a.json")) == "file"
    with pytest.raises(DocumentAccessError, match="no store for this URL"):
        asyncio.run(store.get(as_url(tmp_path.parent / "a.json")))


def test_a_url_without_a_route_goes_to_the_default() -> None:
    store = RouterStore({f"{BASE}/a": _store("a", "/a/x")}, default=_store("default", "/b/x"))
    assert _read(store, f"{BASE}/a/x") == "a"
    assert _read(store, f"{BASE}/b/x") == "default"


def test_a_url_without_a_store_is_refused_with_the_routes_that_there_are() -> None:
    store = RouterStore({f"{BASE}/a": MemoryStore()})
    face = store.blocking()
    assert face is not None
    with pytest.raises(DocumentAccessError):
        face.get("no url")
    url = "s3://bucket/a.json"
    for ask in (
        lambda: asyncio.run(store.get(url)),
        lambda: asyncio.run(store.put(url, b"")),
        lambda: face.stat(url),
        lambda: face.delete(url),
    ):
        with pytest.raises(DocumentAccessError, match=f"RouterStore.*{BASE}/a") as refused:
            ask()
        assert refused.value.document == url


def test_a_write_goes_to_the_store_of_the_route_if_that_can_write() -> None:
    open_, closed = MemoryStore(), MemoryStore({f"{BASE}/b/x": "old"})
    store = RouterStore({f"{BASE}/a": open_, f"{BASE}/b": ReadOnly(closed)})
    face = store.blocking()
    assert face is not None
    asyncio.run(store.put(f"{BASE}/a/x", b"new"))
    face.put(f"{BASE}/a/y", b"new")
    assert open_.urls() == [f"{BASE}/a/x", f"{BASE}/a/y"]
    url = f"{BASE}/b/x"
    for ask in (
        lambda: asyncio.run(store.put(url, b"new")),
        lambda: asyncio.run(store.delete(url)),
        lambda: face.put(url, b"new"),
        lambda: face.delete(url),
    ):
        with pytest.raises(ForbiddenError, match="read-only") as refused:
            ask()
        assert refused.value.document == url
    assert closed.read(url) == b"old"
    assert closed.log == []


def test_a_router_can_block_only_if_all_its_stores_can() -> None:
    fast, slow = MemoryStore(), MemoryStore(latency=0)
    assert RouterStore({f"{BASE}/a": fast}, default=fast).blocking() is not None
    assert RouterStore({f"{BASE}/a": fast}, default=slow).blocking() is None
    assert RouterStore({f"{BASE}/a": slow}, default=fast).blocking() is None
    assert RouterStore({f"{BASE}/a": ReadOnly(slow)}).blocking() is None


def test_what_is_read_only_has_no_way_to_write() -> None:
    store = ReadOnly(MemoryStore())
    face = store.blocking()
    for name in ("put", "delete"):
        assert not hasattr(store, name)
        assert not hasattr(face, name)


def test_reprs_are_short() -> None:
    assert repr(ReadOnly(MemoryStore())) == "ReadOnly(<MemoryStore of 0 documents>)"
    routes = {f"{BASE}/{number}": MemoryStore() for number in range(1000)}
    assert len(repr(RouterStore(routes))) < 200


@pytest.mark.parametrize("wrong", [5, None, "memory://l", object(), LocalStore, {}])
def test_what_is_no_store_is_refused_where_it_is_given(wrong: Any) -> None:
    for make in (
        lambda: RouterStore({"memory://l": wrong}),
        lambda: ReadOnly(wrong),
        lambda: CachedStore(wrong),
    ):
        with pytest.raises(TypeError, match=r"the store .* is one such as LocalStore\(...\), not"):
            make()
    if wrong is not None:
        with pytest.raises(TypeError, match="the store for everything else"):
            RouterStore({}, wrong)
