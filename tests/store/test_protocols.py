"""What a store can do is told from the store, by people and by the type checker."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from ngio_collections import store as package
from ngio_collections.store import (
    BlockingWrites,
    CachedStore,
    LocalStore,
    MemoryStore,
    ReadableStore,
    ReadOnly,
    RouterStore,
    SupportsBlocking,
    WritableStore,
    ZipStore,
)
from tests.store import assignability

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def archive(tmp_path: Path) -> ZipStore:
    ZipStore.write(tmp_path / "x.ozx", [("zarr.json", b"{}")])
    return ZipStore(tmp_path / "x.ozx")


def test_capabilities_are_told_by_isinstance(archive: ZipStore) -> None:
    local, memory, read_only = LocalStore(), MemoryStore(), ReadOnly(MemoryStore())
    router, cached = RouterStore({}), CachedStore(memory)
    for store in assignability.writable(local, memory, router, cached):
        assert isinstance(store, WritableStore)
    everything = (local, memory, router, cached, read_only, archive)
    for readable in assignability.readable(*everything):
        assert isinstance(readable, ReadableStore)
    for store in assignability.supports_blocking(*everything):
        assert isinstance(store, SupportsBlocking)
    assert not isinstance(assignability.not_writable_read_only(read_only), WritableStore)
    assert not isinstance(assignability.not_writable_archive(archive), WritableStore)
    writes, reads = assignability.faces(local, archive)
    assert isinstance(writes, BlockingWrites)
    assert not isinstance(reads, BlockingWrites)


def test_the_type_checker_checks_the_assignments() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "tests/store/assignability.py" in project["tool"]["mypy"]["files"]


def test_importing_stores_loads_no_event_loop_and_no_archives() -> None:
    code = """
import sys, ngio_collections.store
print(sorted({"asyncio", "zipfile", "tempfile", "hashlib", "pytest"} & set(sys.modules)))
"""
    printed = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT / "src")},
    )
    assert printed.stdout.strip() == "[]"


def test_every_public_name_is_documented_and_in_order() -> None:
    assert package.__all__ == sorted(package.__all__)
    for name in package.__all__:
        assert getattr(package, name).__doc__, name
