"""Asking a store before a write whether it would refuse it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ngio_collections.errors import DocumentAccessError, ForbiddenError
from ngio_collections.store import (
    CachedStore,
    ChecksDeletes,
    ChecksWrites,
    LocalStore,
    MemoryStore,
    ReadOnly,
    RouterStore,
)


def test_a_router_asks_the_store_of_the_route(tmp_path: Path) -> None:
    theirs = ReadOnly(MemoryStore())
    store = RouterStore({"memory://theirs": theirs, "memory://mine": MemoryStore()}, LocalStore())
    for face in (store, store.blocking(), CachedStore(store), CachedStore(store).blocking()):
        assert isinstance(face, ChecksWrites)
        face.check_write("memory://mine/a.json")
        face.check_write((tmp_path / "new" / "a.json").as_uri())
        with pytest.raises(ForbiddenError, match="read-only"):
            face.check_write("memory://theirs/a.json")


def test_a_router_asks_before_a_delete_as_well(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("{}")
    (tmp_path / "link.json").symlink_to("real.json")
    theirs = ReadOnly(MemoryStore())
    store = RouterStore({"memory://theirs": theirs, "memory://mine": MemoryStore()}, LocalStore())
    for face in (store, store.blocking(), CachedStore(store), CachedStore(store).blocking()):
        assert isinstance(face, ChecksDeletes)
        face.check_delete("memory://mine/a.json")
        face.check_delete((tmp_path / "real.json").as_uri())
        with pytest.raises(ForbiddenError, match="symbolic link"):
            face.check_delete((tmp_path / "link.json").as_uri())
        with pytest.raises(ForbiddenError, match="read-only"):
            face.check_delete("memory://theirs/a.json")


def test_a_local_file_is_refused_for_what_a_write_would_be_refused_for(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    store = LocalStore(tmp_path)
    with pytest.raises(DocumentAccessError, match="a folder"):
        store.check_write((tmp_path / "folder.json").as_uri())
    with pytest.raises(ForbiddenError):
        store.check_write("file:///elsewhere/a.json")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder.json"]
