"""What a flow asks of a store.

A flow is a generator: it yields a batch of requests and is sent the answers, in the same
order; an answer may be the error that came instead. So nothing that is decided about
documents is written twice, for those who wait and for those who await.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from ngio_collections.errors import DocumentError
from ngio_collections.store import Blob, Stat

__all__ = ["Answer", "Delete", "Flow", "Get", "Head", "Item", "Probe", "Put", "Request", "Stream"]

T = TypeVar("T")


class Get(NamedTuple):
    """Read a document."""

    url: str
    max_bytes: int | None = None


class Head(NamedTuple):
    """Ask for size and tag of a document."""

    url: str


class Put(NamedTuple):
    """Write a document."""

    url: str
    data: bytes
    if_match: str | None = None
    if_absent: bool = False


class Delete(NamedTuple):
    """Delete a document."""

    url: str
    if_match: str | None = None


class Probe(NamedTuple):
    """Ask whether a document could be written, or deleted, without doing it."""

    url: str
    deletes: bool = False


Request: TypeAlias = Get | Head | Put | Delete | Probe
Answer: TypeAlias = Blob | Stat | str | DocumentError | None
Flow: TypeAlias = Generator[Sequence[Request], Sequence[Answer], T]


class Item(NamedTuple, Generic[T]):
    """A result that a stream has ready while it goes on."""

    value: T


Stream: TypeAlias = Generator[Sequence[Request] | Item[T], Sequence[Answer], None]
"""A flow that gives results one after the other: what is sent to it after one of them is
looked at never."""
