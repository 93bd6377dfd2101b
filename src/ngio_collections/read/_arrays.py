"""Where the pixels of images are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ngio_collections import _paths
from ngio_collections.errors import PathError
from ngio_collections.graph import Node
from ngio_collections.read._levels import level_of, levels
from ngio_collections.read._parts import invalid, missing, place, require_here

__all__ = ["array_paths", "array_url", "group_url", "shown_path"]

_METADATA = "/zarr.json"


def array_url(node: Node) -> str:
    """The address of the Zarr array of a level; see `Node.array_url`."""
    level = level_of(node, 0) if node.type != "singlescale" else node
    path = level.ref_path
    url = level.document_url
    if path is not None:
        if path.get("type") == "json":
            require_here(level, "where its pixels are is said")
        try:
            return group_url(url, path)
        except PathError as error:
            raise PathError(f"{place(level, 'path')}: {error}") from error
    raw = level.tree.raw(level.key)
    if "path" in raw:
        raise invalid(level, ("path",), raw["path"], "a Path object of the type `zarr`")
    if url is not None and not level.pointer and url.endswith(_METADATA):
        return url.removesuffix(_METADATA)
    raise missing(level, ("path",), "a Path object of the type `zarr` would lead to its pixels")


def group_url(base: str | None, path: Mapping[str, Any]) -> str:
    """The address of the Zarr group or array that a Path object of the type `zarr` leads to.

    Raises:
        PathError: It is no such object, or its path cannot be resolved.
    """
    _paths.metadata_url(base, path)  # Says what is wrong with it.
    return _paths.resolve(base, path["path"]).rstrip("/")


def shown_path(url: str) -> str:
    """A location as other software takes it: a local path for a local file, else the address."""
    if not url.startswith("file:"):
        return url
    try:
        return _paths.local_path(url)
    except PathError:  # Of another system, which may be where it is used.
        return url


def array_paths(node: Node) -> tuple[str, ...]:
    """Where the Zarr arrays of the levels of an image are; see `Node.array_paths`."""
    every = (node,) if node.type == "singlescale" else levels(node)
    return tuple(shown_path(array_url(level)) for level in every)
