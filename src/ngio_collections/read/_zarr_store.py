"""A store of this library as one of zarr-python, so that pixels are read through it too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING

from zarr.abc.store import (
    ByteRequest,
    OffsetByteRequest,
    RangeByteRequest,
    Store,
    SuffixByteRequest,
)

from ngio_collections.errors import DocumentNotFoundError

if TYPE_CHECKING:
    from zarr.core.buffer import Buffer, BufferPrototype

    from ngio_collections.store import ReadableStore

__all__ = ["DocumentsAsZarr"]


class DocumentsAsZarr(Store):
    """The files of one Zarr array, read through a store of this library.

    A file is read whole where a part of it is asked for, because that is what these stores do:
    sharded arrays cost a shard for every chunk of it.

    Args:
        documents: The store.
        url: The address of the array.
    """

    def __init__(self, documents: ReadableStore, url: str) -> None:
        super().__init__(read_only=True)
        self._documents = documents
        self._url = url

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, DocumentsAsZarr)
            and other._documents is self._documents
            and other._url == self._url
        )

    def __hash__(self) -> int:
        return hash((id(self._documents), self._url))

    def __repr__(self) -> str:
        return f"<DocumentsAsZarr {self._url} of {self._documents!r}>"

    def with_read_only(self, read_only: bool = False) -> DocumentsAsZarr:
        """The store itself, which is read-only.

        Raises:
            ValueError: It is to be written to.
        """
        if not read_only:
            self._check_writable()
        return self

    async def get(
        self, key: str, prototype: BufferPrototype, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        """The content of a file, None if there is none."""
        try:
            blob = await self._documents.get(f"{self._url}/{key}")
        except DocumentNotFoundError:
            return None
        return prototype.buffer.from_bytes(_part(blob.data, byte_range))

    async def get_partial_values(
        self, prototype: BufferPrototype, key_ranges: Iterable[tuple[str, ByteRequest | None]]
    ) -> list[Buffer | None]:
        """Parts of files."""
        wanted = (self.get(key, prototype, part) for key, part in key_ranges)
        return list(await asyncio.gather(*wanted))

    async def exists(self, key: str) -> bool:
        """Whether there is a file."""
        try:
            await self._documents.stat(f"{self._url}/{key}")
        except DocumentNotFoundError:
            return False
        return True

    @property
    def supports_writes(self) -> bool:
        """It is read-only."""
        return False

    @property
    def supports_deletes(self) -> bool:
        """It is read-only."""
        return False

    @property
    def supports_listing(self) -> bool:
        """Stores of documents are asked for what references lead to, and list nothing."""
        return False

    async def set(self, key: str, value: Buffer) -> None:  # noqa: ARG002
        """Refuse to write.

        Raises:
            ValueError: Always.
        """
        self._check_writable()

    async def delete(self, key: str) -> None:  # noqa: ARG002
        """Refuse to delete.

        Raises:
            ValueError: Always.
        """
        self._check_writable()

    def list(self) -> AsyncIterator[str]:
        """Refuse to list.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError("a store of documents lists nothing")

    def list_prefix(self, prefix: str) -> AsyncIterator[str]:  # noqa: ARG002
        """Refuse to list."""
        return self.list()

    def list_dir(self, prefix: str) -> AsyncIterator[str]:  # noqa: ARG002
        """Refuse to list."""
        return self.list()


def _part(data: bytes, wanted: ByteRequest | None) -> bytes:
    """The bytes of a file that are asked for."""
    if isinstance(wanted, RangeByteRequest):
        return data[wanted.start : wanted.end]
    if isinstance(wanted, OffsetByteRequest):
        return data[wanted.offset :]
    if isinstance(wanted, SuffixByteRequest):
        return data[-wanted.suffix :] if wanted.suffix else b""
    return data
