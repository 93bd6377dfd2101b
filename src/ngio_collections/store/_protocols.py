"""What a store is: a few small protocols, each asked for by those who need it alone.

Documents are addressed by absolute URLs. What a store hands out with a document is a
tag: a short text that is another one whenever the content is another one, so that a
conditional write can refuse to overwrite what somebody else wrote in between.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

__all__ = [
    "Blob",
    "BlockingReads",
    "BlockingWrites",
    "ChecksDeletes",
    "ChecksWrites",
    "ReadableStore",
    "Stat",
    "SupportsBlocking",
    "WritableStore",
]


class Blob(NamedTuple):
    """A document as bytes, and the tag of this version of it."""

    data: bytes
    tag: str


class Stat(NamedTuple):
    """What is known of a document without reading it: its size in bytes, and its tag."""

    size: int
    tag: str


@runtime_checkable
class ReadableStore(Protocol):
    """A place that documents can be read from.

    Errors are those of `ngio_collections.errors`, with the URL in `document`:
    `DocumentNotFoundError` if there is no such document, `DocumentAccessError` if it cannot
    be reached (permissions, a folder, the network), `ForbiddenError` if the store refuses
    (outside of its root), `LimitExceededError` if it is larger than `max_bytes`.

    What may be read is decided by URLs, before a store is asked. So it must not follow a
    redirect out of the origin (scheme, host and port) of the URL: that is a `ForbiddenError`.
    Relative paths in a document count from the URL that was asked for, wherever within the
    origin it was found.
    """

    async def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
        """Read a document; one that is too large is refused without reading it whole."""
        ...

    async def stat(self, url: str) -> Stat:
        """Ask for the size and the tag of a document."""
        ...


@runtime_checkable
class WritableStore(ReadableStore, Protocol):
    """A place that documents can be written to as well.

    A write is atomic: whoever reads gets the old content or the new one, whatever happens.
    """

    async def put(
        self, url: str, data: bytes, *, if_match: str | None = None, if_absent: bool = False
    ) -> str:
        """Write a document.

        Args:
            url: Its address.
            data: Its content.
            if_match: The tag that it must have; `ConflictError` if it has another one, or
                is gone.
            if_absent: Whether there must be none yet; `ConflictError` if there is.

        Returns:
            The tag of what was written.
        """
        ...

    async def delete(self, url: str, *, if_match: str | None = None) -> None:
        """Delete a document; with `if_match` only if it has that tag, else `ConflictError`."""
        ...


@runtime_checkable
class BlockingReads(Protocol):
    """The same reads without an event loop, for stores where waiting is short.

    They may be called from several threads at once.
    """

    def get(self, url: str, *, max_bytes: int | None = None) -> Blob: ...
    def stat(self, url: str) -> Stat: ...


@runtime_checkable
class BlockingWrites(BlockingReads, Protocol):
    """The same writes without an event loop."""

    def put(
        self, url: str, data: bytes, *, if_match: str | None = None, if_absent: bool = False
    ) -> str: ...
    def delete(self, url: str, *, if_match: str | None = None) -> None: ...


@runtime_checkable
class SupportsBlocking(Protocol):
    """A store that can also be used without an event loop, which is faster for local files."""

    def blocking(self) -> BlockingReads | None:
        """The same store without an event loop; None if what it is made of cannot do that."""
        ...


@runtime_checkable
class ChecksWrites(Protocol):
    """A store that knows before a write whether it would refuse it, and says so cheaply.

    A save of several documents asks first, so that it fails before anything is written.
    """

    def check_write(self, url: str) -> None:
        """Raise what a write would raise: `ForbiddenError`, or `DocumentAccessError`."""
        ...


@runtime_checkable
class ChecksDeletes(Protocol):
    """A store that knows before a delete whether it would refuse it, and says so cheaply.

    What moves a document asks first, since the new one is written before the old one is deleted.
    """

    def check_delete(self, url: str) -> None:
        """Raise what a delete would raise: `ForbiddenError`, or `DocumentAccessError`."""
        ...
