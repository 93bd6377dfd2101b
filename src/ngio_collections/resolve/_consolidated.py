"""All metadata of a collection in one file, to be opened with one request.

The file holds each document with its address, its tag and its fingerprint. It is a copy:
documents are written where they are, and what is opened from it is compared with them
before anything is saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ngio_collections import _paths
from ngio_collections._json import JsonSyntaxError, dumps_bytes, loads
from ngio_collections.document import Source
from ngio_collections.errors import NotJsonError, PathError
from ngio_collections.graph import fingerprint

__all__ = ["consolidated_url", "entries", "is_sidecar", "sidecar", "stale"]

KEY: Final = "ngio:consolidated"
VERSION: Final = "1"
SUFFIX: Final = ".consolidated.json"


def consolidated_url(url: str) -> str:
    """Where the file for a collection is: beside its first document."""
    where, mark, query = url.partition("?")
    return f"{where.removesuffix('.json')}{SUFFIX}{mark}{query}"


def sidecar(url: str, sources: Mapping[str, Source]) -> bytes:
    """The content of the file.

    Args:
        url: The document that the collection begins with.
        sources: All documents, by address.

    Returns:
        JSON; addresses count from the file, so that it can be moved with the documents.
    """
    place = consolidated_url(url)
    documents = {
        _paths.relative(place, one): {
            "fingerprint": fingerprint(source.node),
            "tag": source.tag,
            "kind": "zarr" if source.pointer != "/ome" else "json",
            "ome": source.node,
        }
        for one, source in sources.items()
    }
    return dumps_bytes(
        {
            KEY: {
                "version": VERSION,
                "entry": _paths.relative(place, url),
                "documents": documents,
            }
        }
    )


def is_sidecar(data: bytes) -> bool:
    """Whether a file is one that `consolidate` wrote, of whatever version."""
    try:
        whole = loads(data)
    except JsonSyntaxError:
        return False
    return isinstance(whole, dict) and KEY in whole


def entries(data: bytes, place: str, *, intact: bool = False) -> dict[str, Source]:
    """The documents in the file.

    Args:
        data: Its content.
        place: Its address.
        intact: Whether those are left out whose content is not what their fingerprints say.

    Returns:
        The documents by address, each with the tag that it had.

    Raises:
        NotJsonError: The file is not what `consolidate` writes.
    """
    try:
        whole = loads(data)
    except JsonSyntaxError as error:
        raise NotJsonError(error.problem, place) from error
    content = whole.get(KEY) if isinstance(whole, dict) else None
    found = content.get("documents") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(found, dict):
        raise NotJsonError(f"holds no {KEY!r} with documents; consolidate again", place)
    if content.get("version") != VERSION:
        raise NotJsonError(
            f"has the version {content.get('version')!r}, and this reads {VERSION!r}", place
        )
    try:
        return {
            url: _source(url, entry)
            for url, entry in ((_paths.resolve(place, path), e) for path, e in found.items())
            if not intact or fingerprint(entry["ome"]) == entry["fingerprint"]
        }
    except (PathError, KeyError, TypeError) as error:
        raise NotJsonError(f"has a document that is not as it should be: {error}", place) from error


def _source(url: str, entry: Any) -> Source:
    node, tag = entry["ome"], entry["tag"]
    if type(node) is not dict or type(tag) is not str:
        raise TypeError(f"{url} has no node and tag")
    document: dict[str, Any] = {"ome": node}
    if entry.get("kind") == "zarr":
        document = {"zarr_format": 3, "node_type": "group", "attributes": {"ome": node}}
    return Source(url, tag, document, node, is_copy=True)


def stale(data: bytes, place: str, sources: Mapping[str, Source]) -> list[str]:
    """The documents that are not as the file says.

    Args:
        data: The content of the file.
        place: Its address.
        sources: The documents as they are.

    Returns:
        The addresses of those that changed, came or went.
    """
    copies = entries(data, place)
    changed = [url for url in copies if url not in sources]
    for url, source in sources.items():
        copy = copies.get(url)
        if copy is None or fingerprint(copy.node) != fingerprint(source.node):
            changed.append(url)
    return changed
