"""Opening Zarr arrays with zarr-python, wherever the documents of a tree are."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ngio_collections._paths import folder, local_path
from ngio_collections.document import Source
from ngio_collections.errors import (
    DocumentAccessError,
    DocumentNotFoundError,
    MissingExtraError,
)
from ngio_collections.graph import Node
from ngio_collections.read._arrays import array_url
from ngio_collections.read._levels import level_of
from ngio_collections.read._packages import package
from ngio_collections.resolve import AccessPolicy
from ngio_collections.store import LocalStore

if TYPE_CHECKING:
    import zarr

    from ngio_collections.store import ReadableStore

__all__ = ["open_array", "opened_at", "zarr_package"]


def zarr_package() -> Any:
    """The package zarr.

    Raises:
        MissingExtraError: It is not installed.
    """
    return package("zarr", "zarr", "opening Zarr arrays")


def open_array(
    node: Node,
    level: int = 0,
    *,
    store: ReadableStore | None = None,
    policy: AccessPolicy | None = None,
) -> zarr.Array[Any]:
    """Open the pixels of a resolution level; see `Node.open_array`."""
    url = array_url(level_of(node, level))
    opened: zarr.Array[Any] = opened_at(node, url, store=store, policy=policy)
    return opened


def opened_at(
    node: Node,
    url: str,
    *,
    store: ReadableStore | None = None,
    policy: AccessPolicy | None = None,
    is_array: bool = True,
) -> Any:
    """Open the Zarr array at an address that a node of a tree leads to.

    Args:
        node: The node.
        url: The address.
        store: Where it is read; by default where the tree was.
        policy: What may be read.
        is_array: Whether it must be an array, and not a group.

    Raises:
        ForbiddenError: The policy refuses the address.
        DocumentNotFoundError: There is no array.
        DocumentAccessError: It cannot be read.
        MissingExtraError: A package that is needed is not installed.
    """
    package_ = zarr_package()
    rules = AccessPolicy() if policy is None else policy
    entry = node.tree.url or node.document_url
    rules.require(entry or url, url)
    place = _place(url, _store_for(node, url, store, rules))
    try:
        opened = (package_.open_array if is_array else package_.open)(store=place, mode="r")
    except FileNotFoundError as error:
        raise DocumentNotFoundError("there is no Zarr array", url) from error
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        # Metadata that is no object, or lacks something, fails inside of zarr in all these ways.
        raise DocumentAccessError(f"cannot be opened as a Zarr array: {error}", url) from error
    return opened


def _store_for(
    node: Node,
    url: str,
    store: ReadableStore | None,
    policy: AccessPolicy,
) -> ReadableStore | None:
    """The store of this library that an array is read through; None if zarr has one for it."""
    if store is not None:
        return store
    source = node.tree.segment.source
    known = source.store if isinstance(source, Source) else None
    if url.startswith("file:"):
        if policy.folder is not None:
            return LocalStore(policy.folder)
        is_free = known is None or (isinstance(known, LocalStore) and known.root is None)
        return None if is_free else known
    is_remote = url.startswith(("http:", "https:"))
    if isinstance(known, LocalStore) or (is_remote and _has_fsspec()):
        return None
    if known is None and not is_remote:
        scheme = url.partition(":")[0]
        raise DocumentAccessError(
            f"is no local file, and there is no store for {scheme}: give one with store=...", url
        )
    return known


def _has_fsspec() -> bool:
    try:
        importlib.import_module("fsspec")
        importlib.import_module("aiohttp")
    except ImportError:
        return False
    return True


def _place(url: str, store: ReadableStore | None) -> Any:
    """What zarr opens an array from."""
    if store is not None:
        from ngio_collections.read._zarr_store import DocumentsAsZarr  # noqa: PLC0415

        return DocumentsAsZarr(store, url)
    if url.startswith("file:"):
        return local_path(url)
    if not _has_fsspec():
        raise MissingExtraError("remote", f"reading the pixels at {folder(url)}")
    return importlib.import_module("zarr.storage").FsspecStore.from_url(url, read_only=True)
