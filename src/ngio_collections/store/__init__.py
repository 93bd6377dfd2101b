"""The only place where documents are read and written."""

from __future__ import annotations

from ngio_collections.store._cached import CachedStore
from ngio_collections.store._local import LocalStore
from ngio_collections.store._memory import MemoryStore
from ngio_collections.store._protocols import (
    Blob,
    BlockingReads,
    BlockingWrites,
    ChecksDeletes,
    ChecksWrites,
    ReadableStore,
    Stat,
    SupportsBlocking,
    WritableStore,
)
from ngio_collections.store._wrappers import ReadOnly, RouterStore
from ngio_collections.store._zip import ZipStore

__all__ = [
    "Blob",
    "BlockingReads",
    "BlockingWrites",
    "CachedStore",
    "ChecksDeletes",
    "ChecksWrites",
    "LocalStore",
    "MemoryStore",
    "ReadOnly",
    "ReadableStore",
    "RouterStore",
    "Stat",
    "SupportsBlocking",
    "WritableStore",
    "ZipStore",
]
