"""Every store keeps the contract of stores."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

import pytest

from ngio_collections._paths import as_url
from ngio_collections.store import (
    CachedStore,
    LocalStore,
    MemoryStore,
    ReadableStore,
    ReadOnly,
    RouterStore,
    WritableStore,
    ZipStore,
)
from ngio_collections.testing import ReadableStoreTests, StoreTests


class _InFolder:
    folder: Path

    @pytest.fixture(autouse=True)
    def _set_folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "a folder"
        self.folder.mkdir()

    def url(self, name: str) -> str:
        return f"{as_url(self.folder)}/{name}"


class _AtExample:
    def url(self, name: str) -> str:
        return f"https://example.org/data/{name}"


class TestLocalStore(_InFolder, StoreTests):
    def make_store(self) -> WritableStore:
        return LocalStore()


class TestLocalStoreWithARoot(_InFolder, StoreTests):
    def make_store(self) -> WritableStore:
        return LocalStore(self.folder)


class TestLocalStoreWithALinkAsRoot(_InFolder, StoreTests):
    def make_store(self) -> WritableStore:
        link = self.folder.with_name("link")
        link.symlink_to(self.folder)
        return LocalStore(link)

    def url(self, name: str) -> str:
        return f"{as_url(self.folder.with_name('link'))}/{name}"


class TestMemoryStore(_AtExample, StoreTests):
    def make_store(self) -> WritableStore:
        return MemoryStore()


class TestMemoryStoreWithALatency(_AtExample, StoreTests):
    def make_store(self) -> WritableStore:
        return MemoryStore(latency=0)


class TestRouterStore(_AtExample, StoreTests):
    def make_store(self) -> WritableStore:
        return RouterStore({"https://example.org/data": MemoryStore()}, default=LocalStore())


class TestCachedStore(_AtExample, StoreTests):
    def make_store(self) -> WritableStore:
        return CachedStore(MemoryStore())


class TestCachedStoreThatHoldsLittle(_AtExample, StoreTests):
    def make_store(self) -> WritableStore:
        return CachedStore(MemoryStore(), max_bytes=3)


class TestCachedStoreThatAsksNothing(_AtExample, StoreTests):
    def make_store(self) -> WritableStore:
        return CachedStore(MemoryStore(), validate=False)


class TestCachedStoreOfFiles(_InFolder, StoreTests):
    def make_store(self) -> WritableStore:
        return CachedStore(LocalStore())


class TestReadOnly(_AtExample, ReadableStoreTests):
    def make_store_with(self, documents: Mapping[str, bytes]) -> ReadableStore:
        return ReadOnly(MemoryStore(documents))


class TestZipStore(_InFolder, ReadableStoreTests):
    def make_store_with(self, documents: Mapping[str, bytes]) -> ReadableStore:
        url = as_url(self.folder / "x.ozx")
        entries = {unquote(key.removeprefix(f"{url}/")): data for key, data in documents.items()}
        ZipStore.write(self.folder / "x.ozx", {"zarr.json": b"{}", **entries}.items())
        return ZipStore(self.folder / "x.ozx")

    def url(self, name: str) -> str:
        return f"{as_url(self.folder / 'x.ozx')}/{name}"
