"""Stores made of other stores: what may be done, and which store is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Generic, TypeVar

from ngio_collections._paths import as_url, is_within
from ngio_collections.errors import DocumentAccessError, ForbiddenError, PathError
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

__all__ = [
    "ReadOnly",
    "RouterStore",
    "blocking_face",
    "check_delete",
    "check_write",
    "read_only_error",
    "require_store",
]

T = TypeVar("T")


def blocking_face(store: ReadableStore) -> BlockingReads | None:
    """The same store without an event loop; None if it has no such face."""
    return store.blocking() if isinstance(store, SupportsBlocking) else None


def require_store(what: str, store: object) -> None:
    """Refuse what is no store, before a document is asked for.

    Raises:
        TypeError: It has no `get` and `stat`, or is a class.
    """
    if isinstance(store, type) or not isinstance(store, ReadableStore):
        raise TypeError(f"{what} is one such as LocalStore(...), not {store!r:.60}")


def read_only_error(url: str) -> ForbiddenError:
    """The error of a write to what cannot be written."""
    return ForbiddenError("the store of this URL is read-only; nothing was changed", url)


def check_write(store: object, url: str) -> None:
    """Ask a store that can tell whether it would refuse a write."""
    if isinstance(store, ChecksWrites):
        store.check_write(url)


def check_delete(store: object, url: str) -> None:
    """Ask a store that can tell whether it would refuse a delete, or else a write."""
    if isinstance(store, ChecksDeletes):
        store.check_delete(url)
    else:
        check_write(store, url)


class ReadOnly:
    """A store that can be read only, whatever the one that it reads from can do.

    It has no `put` and no `delete`: a type checker refuses it where a `WritableStore` is
    expected, and so does `isinstance`.

    Args:
        store: The store that is read.

    Example:
        >>> from ngio_collections.store import MemoryStore, ReadOnly, WritableStore
        >>> isinstance(MemoryStore(), WritableStore), isinstance(ReadOnly(MemoryStore()), WritableStore)
        (True, False)
    """  # noqa: E501

    def __init__(self, store: ReadableStore) -> None:
        require_store("the store that is read", store)
        self._store = store

    def __repr__(self) -> str:
        return f"ReadOnly({self._store!r})"

    def blocking(self) -> BlockingReads | None:
        """The same store without an event loop, read-only as well; None if it has no such face."""
        face = blocking_face(self._store)
        return None if face is None else _BlockingReadOnly(face)

    async def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
        """Read a document; the errors are those of the store that is read."""
        return await self._store.get(url, max_bytes=max_bytes)

    async def stat(self, url: str) -> Stat:
        """The size and the tag of a document; the errors are those of the store that is read."""
        return await self._store.stat(url)


class _BlockingReadOnly:
    def __init__(self, face: BlockingReads) -> None:
        self.get: Final = face.get
        self.stat: Final = face.stat


class _Routes(Generic[T]):
    """What is asked for which URLs."""

    def __init__(self, routes: Iterable[tuple[str, T]], default: T | None) -> None:
        self._routes = sorted(routes, key=lambda route: len(route[0]), reverse=True)
        self._default = default

    def find(self, url: str) -> T:
        """What the longest prefix of the URL leads to. The cost is that of the number of routes."""
        for prefix, value in self._routes:
            if _leads_to(prefix, url):
                return value
        if self._default is None:
            known = ", ".join(prefix for prefix, _ in self._routes) or "none"
            raise DocumentAccessError(
                f"there is no store for this URL; give one with RouterStore (its routes: {known})",
                url,
            )
        return self._default


def _leads_to(prefix: str, url: str) -> bool:
    if prefix.endswith(":"):
        return url.startswith(prefix)
    try:
        return is_within(url, prefix)
    except PathError as error:
        raise DocumentAccessError(f"is no URL of a document: {error}", url) from error


class RouterStore:
    """Several stores as one: the beginning of a URL says which of them is asked.

    A route is a URL, which stands for itself and for all that is below it, a local path, or a
    scheme such as `https:`. The longest route that fits counts. Whether a document can be
    written depends on the store of its route.

    Args:
        routes: Stores by where their documents are.
        default: The store for everything else; without it, everything else is refused.

    Raises:
        PathError: A route is no URL and no path.
        TypeError: What a route leads to is no store.

    Example:
        >>> from ngio_collections.store import LocalStore, MemoryStore, RouterStore
        >>> notes = MemoryStore({"memory://notes/a.json": "{}"})
        >>> store = RouterStore({"memory://notes": notes, "file:": LocalStore()})
        >>> store.blocking().get("memory://notes/a.json").data
        b'{}'
    """

    def __init__(
        self, routes: Mapping[str, ReadableStore], default: ReadableStore | None = None
    ) -> None:
        stores = [(_prefix(route), store) for route, store in routes.items()]
        for route, store in routes.items():
            require_store(f"the store for {route}", store)
        if default is not None:
            require_store("the store for everything else", default)
        self._routes = _Routes(stores, default)
        self._stores = stores
        self._default = default

    def __repr__(self) -> str:
        routes = ", ".join(prefix for prefix, _ in self._stores[:5])
        more = ", ..." if len(self._stores) > 5 else ""
        return f"<RouterStore for {routes}{more}>"

    def blocking(self) -> BlockingWrites | None:
        """The same store without an event loop; None unless every store in it has such a face."""
        faces = [(prefix, blocking_face(store)) for prefix, store in self._stores]
        default = None if self._default is None else blocking_face(self._default)
        known = [(prefix, face) for prefix, face in faces if face is not None]
        if len(known) < len(faces) or (self._default is not None and default is None):
            return None
        return _BlockingRouter(_Routes(known, default))

    async def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
        """Read a document.

        Raises:
            DocumentAccessError: There is no store for its URL.
            DocumentError: What that store raises.
        """
        return await self._routes.find(url).get(url, max_bytes=max_bytes)

    async def stat(self, url: str) -> Stat:
        """The size and the tag of a document; the errors are those of `get`."""
        return await self._routes.find(url).stat(url)

    def check_write(self, url: str) -> None:
        """Raise what a write would raise, as far as that is known before it."""
        check_write(self._writable(url), url)

    def check_delete(self, url: str) -> None:
        """Raise what a delete would raise, as far as that is known before it."""
        check_delete(self._writable(url), url)

    async def put(
        self, url: str, data: bytes, *, if_match: str | None = None, if_absent: bool = False
    ) -> str:
        """Write a document.

        Raises:
            ForbiddenError: The store for its URL is read-only.
            DocumentAccessError: There is no store for its URL.
            DocumentError: What that store raises.
        """
        store = self._writable(url)
        return await store.put(url, data, if_match=if_match, if_absent=if_absent)

    async def delete(self, url: str, *, if_match: str | None = None) -> None:
        """Delete a document; the errors are those of `put`."""
        await self._writable(url).delete(url, if_match=if_match)

    def _writable(self, url: str) -> WritableStore:
        store = self._routes.find(url)
        if not isinstance(store, WritableStore):
            raise read_only_error(url)
        return store


class _BlockingRouter:
    def __init__(self, routes: _Routes[BlockingReads]) -> None:
        self._routes = routes

    def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
        return self._routes.find(url).get(url, max_bytes=max_bytes)

    def stat(self, url: str) -> Stat:
        return self._routes.find(url).stat(url)

    def check_write(self, url: str) -> None:
        check_write(self._writable(url), url)

    def check_delete(self, url: str) -> None:
        check_delete(self._writable(url), url)

    def put(
        self, url: str, data: bytes, *, if_match: str | None = None, if_absent: bool = False
    ) -> str:
        return self._writable(url).put(url, data, if_match=if_match, if_absent=if_absent)

    def delete(self, url: str, *, if_match: str | None = None) -> None:
        self._writable(url).delete(url, if_match=if_match)

    def _writable(self, url: str) -> BlockingWrites:
        face = self._routes.find(url)
        if not isinstance(face, BlockingWrites):
            raise read_only_error(url)
        return face


def _prefix(route: str) -> str:
    """The beginning of the URLs that a route is for."""
    scheme = route.removesuffix("//")
    if scheme.endswith(":") and scheme[:-1].isalnum() and len(scheme) > 2:  # `C:` is a drive.
        return scheme.lower()
    return as_url(route)
