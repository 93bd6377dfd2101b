"""The only place where documents are read and written."""

from __future__ import annotations

from ngio_collections.store._local import LocalStore
from ngio_collections.store._protocols import (
    Blob,
    BlockingReads,
    BlockingWrites,
    ReadableStore,
    Stat,
    SupportsBlocking,
    WritableStore,
)

__all__ = [
    "Blob",
    "BlockingReads",
    "BlockingWrites",
    "LocalStore",
    "ReadableStore",
    "Stat",
    "SupportsBlocking",
    "WritableStore",
]
