"""Documents in memory: for tests, and for what is not to be kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ngio_collections._json import dumps_bytes
from ngio_collections._paths import normalised
from ngio_collections._plain import plain_json
from ngio_collections.errors import (
    ConflictError,
    DocumentAccessError,
    DocumentNotFoundError,
    LimitExceededError,
    PathError,
)
from ngio_collections.store._protocols import Blob, BlockingWrites, Stat

__all__ = ["MemoryStore"]


class MemoryStore:
    """Documents in memory, addressed by any URLs; it records what is done with it.

    All ways of writing an address mean the same document, as for all that asks for documents.
    Several threads and tasks can use it at once.

    Args:
        documents: What it holds at first: bytes, text, or JSON objects, by URL.
        latency: How many seconds a read takes, without doing anything else meanwhile than let
            other tasks run. With it, the store cannot be used without an event loop.

    Raises:
        PathError: The address of a document is no absolute URL.
        ValueError: Two addresses mean the same document.

    Attributes:
        log: What was asked for, in order, as pairs of the method and the URL. It grows without
            bound; `log.clear()` empties it.
        in_flight: How many reads are under way with an event loop.
        most_in_flight: How many there were at once, at most.

    Example:
        >>> import asyncio
        >>> from ngio_collections.store import MemoryStore
        >>> store = MemoryStore({"https://example.org/a.json": {"ome": {}}})
        >>> asyncio.run(store.get("https://example.org/a.json")).data
        b'{"ome":{}}'
        >>> store.log
        [('get', 'https://example.org/a.json')]
    """

    def __init__(
        self,
        documents: Mapping[str, bytes | str | Mapping[str, Any]] | None = None,
        *,
        latency: float | None = None,
    ) -> None:
        self._documents = _Documents()
        for url, document in (documents or {}).items():
            key = normalised(url)
            if key in self._documents.blobs:
                raise ValueError(f"there are two documents with the address {key}; give one")
            self._documents.write(key, _bytes_of(document))
        self._latency = latency
        self.log = self._documents.log
        self.in_flight = 0
        self.most_in_flight = 0

    def __repr__(self) -> str:
        return f"<MemoryStore of {len(self)} documents>"

    def __contains__(self, url: object) -> bool:
        return isinstance(url, str) and self._documents.key(url) in self._documents.blobs

    def __len__(self) -> int:
        return len(self._documents.blobs)

    def urls(self) -> list[str]:
        """The URLs of all documents in their normal form, in order."""
        return sorted(self._documents.blobs)

    def read(self, url: str) -> bytes:
        """The content of a document, without leaving a trace in the log.

        Raises:
            DocumentNotFoundError: There is no such document.
        """
        return self._documents.find(url).data

    def blocking(self) -> BlockingWrites | None:
        """The same store without an event loop; None if it has a latency."""
        return None if self._latency is not None else self._documents

    async def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
        """Read a document.

        Args:
            url: Its address.
            max_bytes: How large it may be.

        Returns:
            Its content and its tag, which is counted up with every write to the store.

        Raises:
            DocumentNotFoundError: There is no such document.
            LimitExceededError: It is larger than `max_bytes`.
        """
        with self._flight():
            await self._wait()
            return self._documents.get(url, max_bytes=max_bytes)

    async def stat(self, url: str) -> Stat:
        """The size and the tag of a document.

        Raises:
            DocumentNotFoundError: There is no such document.
        """
        with self._flight():
            await self._wait()
            return self._documents.stat(url)

    async def put(
        self, url: str, data: bytes, *, if_match: str | None = None, if_absent: bool = False
    ) -> str:
        """Write a document.

        Args:
            url: Its address.
            data: Its content.
            if_match: The tag that it must have.
            if_absent: Whether there must be none yet.

        Returns:
            The tag of what was written.

        Raises:
            ConflictError: It has another tag, or is gone, or is there already.
            DocumentAccessError: Its address is no absolute URL.
        """
        return self._documents.put(url, data, if_match=if_match, if_absent=if_absent)

    async def delete(self, url: str, *, if_match: str | None = None) -> None:
        """Delete a document.

        Args:
            url: Its address.
            if_match: The tag that it must have.

        Raises:
            ConflictError: It has another tag, or is gone.
            DocumentNotFoundError: There is no such document, and no tag was asked for.
        """
        self._documents.delete(url, if_match=if_match)

    @contextmanager
    def _flight(self) -> Iterator[None]:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            yield
        finally:
            self.in_flight -= 1

    async def _wait(self) -> None:
        if self._latency is not None:
            from asyncio import sleep  # noqa: PLC0415  Blocking use needs no event loop.

            await sleep(self._latency)


class _Documents:
    """The work of a `MemoryStore`, blocking."""

    def __init__(self) -> None:
        self.blobs: dict[str, Blob] = {}
        self.log: list[tuple[str, str]] = []
        self._writes = 0
        self._lock = threading.Lock()

    def key(self, url: str) -> str:
        """The address in its normal form, as nearly all are that are asked for."""
        if url in self.blobs:
            return url
        try:
            return normalised(url)
        except PathError:  # It is the address of no document.
            return url

    def find(self, url: str) -> Blob:
        """The document, if there is one."""
        blob = self.blobs.get(self.key(url))
        if blob is None:
            raise DocumentNotFoundError("there is no such document in this MemoryStore", url)
        return blob

    def write(self, url: str, data: bytes) -> str:
        """Write without a condition; the lock is held, or nobody else has the store yet."""
        self._writes += 1
        tag = str(self._writes)
        self.blobs[url] = Blob(bytes(data), tag)
        return tag

    def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
        """Read a document."""
        self.log.append(("get", url))
        blob = self.find(url)
        if max_bytes is not None and len(blob.data) > max_bytes:
            raise LimitExceededError(
                f"has {len(blob.data):,} bytes; at most {max_bytes:,} are to be read (max_bytes)",
                url,
            )
        return blob

    def stat(self, url: str) -> Stat:
        """The size and the tag of a document."""
        self.log.append(("stat", url))
        blob = self.find(url)
        return Stat(len(blob.data), blob.tag)

    def put(
        self, url: str, data: bytes, *, if_match: str | None = None, if_absent: bool = False
    ) -> str:
        """Write a document."""
        with self._lock:
            self.log.append(("put", url))
            if self.key(url) not in self.blobs:
                _require_address(url)
            elif if_absent:
                raise ConflictError("is there already; expected none, and nothing was written", url)
            self._check(url, if_match)
            return self.write(self.key(url), data)

    def delete(self, url: str, *, if_match: str | None = None) -> None:
        """Delete a document."""
        with self._lock:
            self.log.append(("delete", url))
            self._check(url, if_match)
            self.find(url)
            del self.blobs[self.key(url)]

    def _check(self, url: str, if_match: str | None) -> None:
        if if_match is None:
            return
        blob = self.blobs.get(self.key(url))
        if blob is None:
            raise ConflictError("is gone since it was read; nothing was changed", url)
        if blob.tag != if_match:
            raise ConflictError(
                f"has been changed since it was read: its tag is {blob.tag}, expected {if_match};"
                " read it again, and make the change in what it is now",
                url,
            )


def _require_address(url: str) -> None:
    try:
        normalised(url)
    except PathError as error:
        raise DocumentAccessError(f"is the address of no document: {error}", url) from error


def _bytes_of(document: bytes | str | Mapping[str, Any]) -> bytes:
    if isinstance(document, bytes):
        return document
    if isinstance(document, str):
        return document.encode()
    return dumps_bytes(plain_json(document))
