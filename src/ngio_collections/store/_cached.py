"""A store that remembers what it has read."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from ngio_collections.errors import LimitExceededError
from ngio_collections.store._protocols import (
    Blob,
    BlockingReads,
    BlockingWrites,
    ReadableStore,
    Stat,
    WritableStore,
)
from ngio_collections.store._wrappers import (
    blocking_face,
    check_delete,
    check_write,
    read_only_error,
    require_store,
)

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Task

    # Reads under way: by event loop, for none can wait for what another one does, and by limit.
    _Flights = dict[tuple[AbstractEventLoop, int | None], "_Flight"]

__all__ = ["CachedStore"]

_DEFAULT_BYTES: Final = 64 * 1024 * 1024


class CachedStore:
    """A store that keeps the documents that were read last, up to a number of bytes.

    What is kept is given out only if its tag is still that of the document, which is asked of
    the store every time: good for stores that read slowly and tell tags fast. With
    `validate=False` nothing is asked, which is right for sources that never change. Several
    tasks that read one document at once wait for one read. What is written through it is kept
    too. Several threads and tasks can use it at once.

    Args:
        store: The store that is read.
        max_bytes: How many bytes of content are kept. What was not used for longest goes first;
            a document that is larger by itself is not kept.
        validate: Whether tags are compared.

    Example:
        >>> from ngio_collections.store import CachedStore, MemoryStore
        >>> store = CachedStore(MemoryStore({"https://example.org/a.json": "{}"}))
        >>> files = store.blocking()
        >>> for _ in range(3):
        ...     blob = files.get("https://example.org/a.json")
        >>> store.hits, store.misses, store.size
        (2, 1, 2)
    """

    def __init__(
        self, store: ReadableStore, *, max_bytes: int = _DEFAULT_BYTES, validate: bool = True
    ) -> None:
        if type(max_bytes) is not int or max_bytes < 0:
            raise ValueError(f"max_bytes is a number from 0 on, not {max_bytes!r}")
        require_store("the store that is read", store)
        self._store = store
        self._cache = _Cache(max_bytes, validate)

    def __repr__(self) -> str:
        return f"<CachedStore of {self._store!r}, {self.size:,} bytes>"

    @property
    def hits(self) -> int:
        """How often a document was given out that was kept."""
        return self._cache.hits

    @property
    def misses(self) -> int:
        """How often a document had to be read."""
        return self._cache.misses

    @property
    def size(self) -> int:
        """How many bytes of content are kept."""
        return self._cache.size

    def clear(self) -> None:
        """Forget everything that is kept; the counts of hits and misses stay."""
        self._cache.clear()

    def blocking(self) -> BlockingWrites | None:
        """The same store and the same cache without an event loop; None if it has no such face."""
        face = blocking_face(self._store)
        return None if face is None else _BlockingCached(face, self._cache)

    async def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
        """Read a document, or give out the one that is kept.

        Raises:
            LimitExceededError: It is larger than `max_bytes`, kept or not.
            DocumentError: What the store raises, also where a document was kept.
        """
        kept = self._cache.immutable(url, used=True)
        if kept is not None:
            return _limited(kept, max_bytes, url)
        from asyncio import get_running_loop  # noqa: PLC0415

        loop = get_running_loop()
        key = (loop, max_bytes)
        flights = self._cache.flights.setdefault(url, {})
        flight = flights.get(key)
        if flight is None:
            flight = flights[key] = _Flight(loop.create_task(self._get(url, max_bytes)))

            def landed(task: Task[Blob]) -> None:
                leave()
                if not task.cancelled():
                    task.exception()  # It is known even if nobody waits any more.

            flight.task.add_done_callback(landed)

        def leave() -> None:
            if flights.get(key) is flight:
                del flights[key]
            if not flights and self._cache.flights.get(url) is flights:
                del self._cache.flights[url]

        return await flight.waited(leave)

    async def stat(self, url: str) -> Stat:
        """The size and the tag of a document; the errors are those of the store."""
        kept = self._cache.immutable(url)
        return await self._store.stat(url) if kept is None else Stat(len(kept.data), kept.tag)

    def check_write(self, url: str) -> None:
        """Raise what a write would raise, as far as that is known before it."""
        check_write(self._writable(url), url)

    def check_delete(self, url: str) -> None:
        """Raise what a delete would raise, as far as that is known before it."""
        check_delete(self._writable(url), url)

    async def put(
        self, url: str, data: bytes, *, if_match: str | None = None, if_absent: bool = False
    ) -> str:
        """Write a document, and keep what was written.

        Raises:
            ForbiddenError: The store is read-only.
            DocumentError: What the store raises.
        """
        store = self._writable(url)
        try:
            tag = await store.put(url, data, if_match=if_match, if_absent=if_absent)
        finally:
            self._cache.forget(url)  # Also after a failure: who knows what there is now.
        self._cache.keep_written(url, Blob(bytes(data), tag))
        return tag

    async def delete(self, url: str, *, if_match: str | None = None) -> None:
        """Delete a document, and forget it; the errors are those of `put`."""
        store = self._writable(url)
        try:
            await store.delete(url, if_match=if_match)
        finally:
            self._cache.forget(url)

    async def _get(self, url: str, max_bytes: int | None) -> Blob:
        kept, changes = self._cache.look(url)
        if kept is not None:
            tag = (await self._store.stat(url)).tag if self._cache.validate else kept.tag
            if self._cache.confirm(url, kept, tag):
                return _limited(kept, max_bytes, url)
        blob = await self._store.get(url, max_bytes=max_bytes)
        self._cache.keep_read(url, blob, changes)
        return blob

    def _writable(self, url: str) -> WritableStore:
        if not isinstance(self._store, WritableStore):
            raise read_only_error(url)
        return self._store


class _Flight:
    """A read that several wait for.

    Attributes:
        task: The read.
        waiting: How many wait for it.
    """

    def __init__(self, task: Task[Blob]) -> None:
        self.task = task
        self.waiting = 0

    async def waited(self, give_up: Callable[[], None]) -> Blob:
        """What was read. One who stops waiting does not stop the others; the last stops the read.

        Args:
            give_up: Is called before it is stopped, so that nobody joins it any more.
        """
        from asyncio import CancelledError, wait  # noqa: PLC0415

        self.waiting += 1
        try:
            await wait([self.task])  # Other than awaiting it, this can be cancelled without it.
        except CancelledError:
            if self.waiting == 1:
                give_up()
                self.task.cancel()
                await wait([self.task])
            raise
        finally:
            self.waiting -= 1
        return self.task.result()


class _BlockingCached:
    """A `CachedStore` without an event loop."""

    def __init__(self, face: BlockingReads, cache: _Cache) -> None:
        self._face = face
        self._cache = cache

    def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
        kept, changes = self._cache.look(url)
        if kept is not None:
            tag = self._face.stat(url).tag if self._cache.validate else kept.tag
            if self._cache.confirm(url, kept, tag):
                return _limited(kept, max_bytes, url)
        blob = self._face.get(url, max_bytes=max_bytes)
        self._cache.keep_read(url, blob, changes)
        return blob

    def stat(self, url: str) -> Stat:
        kept = self._cache.immutable(url)
        return self._face.stat(url) if kept is None else Stat(len(kept.data), kept.tag)

    def check_write(self, url: str) -> None:
        check_write(self._writable(url), url)

    def check_delete(self, url: str) -> None:
        check_delete(self._writable(url), url)

    def put(
        self, url: str, data: bytes, *, if_match: str | None = None, if_absent: bool = False
    ) -> str:
        face = self._writable(url)
        try:
            tag = face.put(url, data, if_match=if_match, if_absent=if_absent)
        finally:
            self._cache.forget(url)
        self._cache.keep_written(url, Blob(bytes(data), tag))
        return tag

    def delete(self, url: str, *, if_match: str | None = None) -> None:
        face = self._writable(url)
        try:
            face.delete(url, if_match=if_match)
        finally:
            self._cache.forget(url)

    def _writable(self, url: str) -> BlockingWrites:
        if not isinstance(self._face, BlockingWrites):
            raise read_only_error(url)
        return self._face


class _Cache:
    """Blobs by URL, those used last at the end; every method is atomic."""

    def __init__(self, max_bytes: int, validate: bool) -> None:
        self.validate = validate
        self.hits = 0
        self.misses = 0
        self.size = 0
        self.flights: dict[str, _Flights] = {}
        self._max_bytes = max_bytes
        self._blobs: OrderedDict[str, Blob] = OrderedDict()
        self._changes = 0
        self._lock = threading.Lock()

    def look(self, url: str) -> tuple[Blob | None, int]:
        """What is kept, and how many changes there were; without it, that is a miss."""
        with self._lock:
            kept = self._blobs.get(url)
            if kept is None:
                self.misses += 1
            return kept, self._changes

    def confirm(self, url: str, kept: Blob, tag: str) -> bool:
        """Whether what is kept is what there is; then it is a hit, else a miss."""
        with self._lock:
            if kept.tag != tag:
                self.misses += 1
                return False
            self.hits += 1
            if url in self._blobs:
                self._blobs.move_to_end(url)
            return True

    def immutable(self, url: str, *, used: bool = False) -> Blob | None:
        """What is kept, if it counts without being compared; `used` makes it a hit."""
        if self.validate:
            return None
        with self._lock:
            kept = self._blobs.get(url)
            if kept is not None and used:
                self.hits += 1
                self._blobs.move_to_end(url)
            return kept

    def keep_read(self, url: str, blob: Blob, changes: int) -> None:
        """Keep what was read, unless something was written or forgotten since that began."""
        with self._lock:
            if changes == self._changes:
                self._keep(url, blob)

    def keep_written(self, url: str, blob: Blob) -> None:
        """Keep what was written.

        Of two writes at once, the one that ended first can come here last; tags tell.
        """
        if self.validate:
            with self._lock:
                self._keep(url, blob)

    def forget(self, url: str) -> None:
        """Drop a document; reads of it that are under way are not for those who ask from now on."""
        with self._lock:
            self._changes += 1
            self.flights.pop(url, None)
            self._drop(url)

    def clear(self) -> None:
        """Drop all documents."""
        with self._lock:
            self._changes += 1
            self.flights.clear()
            self._blobs.clear()
            self.size = 0

    def _keep(self, url: str, blob: Blob) -> None:
        self._drop(url)
        if len(blob.data) > self._max_bytes:
            return
        self._blobs[url] = blob
        self.size += len(blob.data)
        while self.size > self._max_bytes:
            self._drop(next(iter(self._blobs)))

    def _drop(self, url: str) -> None:
        blob = self._blobs.pop(url, None)
        if blob is not None:
            self.size -= len(blob.data)


def _limited(blob: Blob, max_bytes: int | None, url: str) -> Blob:
    if max_bytes is not None and len(blob.data) > max_bytes:
        raise LimitExceededError(
            f"has {len(blob.data):,} bytes; at most {max_bytes:,} are to be read (max_bytes)", url
        )
    return blob
