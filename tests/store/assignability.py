"""Which store is which protocol, for the type checker: mypy checks this file.

An ignored error that is none any more is an error as well, so what must not be assignable is
checked too.
"""

from __future__ import annotations

from ngio_collections.store import (
    BlockingReads,
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


def writable(
    local: LocalStore, memory: MemoryStore, router: RouterStore, cached: CachedStore
) -> tuple[WritableStore, ...]:
    """Stores that can be written."""
    return local, memory, router, cached


def readable(
    local: LocalStore,
    memory: MemoryStore,
    router: RouterStore,
    cached: CachedStore,
    read_only: ReadOnly,
    archive: ZipStore,
) -> tuple[ReadableStore, ...]:
    """Stores that can be read."""
    return local, memory, router, cached, read_only, archive


def supports_blocking(
    local: LocalStore,
    memory: MemoryStore,
    router: RouterStore,
    cached: CachedStore,
    read_only: ReadOnly,
    archive: ZipStore,
) -> tuple[SupportsBlocking, ...]:
    """Stores that may have a face without an event loop."""
    return local, memory, router, cached, read_only, archive


def faces(local: LocalStore, archive: ZipStore) -> tuple[BlockingWrites, BlockingReads]:
    """Faces that are always there."""
    return local.blocking(), archive.blocking()


def not_writable_read_only(store: ReadOnly) -> WritableStore:
    """What is read-only is refused where something is to be written."""
    return store  # type: ignore[return-value]


def not_writable_archive(store: ZipStore) -> WritableStore:
    """So are archives."""
    return store  # type: ignore[return-value]
