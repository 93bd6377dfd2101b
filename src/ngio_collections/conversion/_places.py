"""Where the documents of a conversion go: beside the source, and never into it.

The source is the group that is converted, and with it the hierarchy that it is a part of: a
plate around a field, an image around a label image.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ngio_collections import _paths
from ngio_collections._json import JsonSyntaxError
from ngio_collections.conversion._names import stem
from ngio_collections.conversion._numbers import loads_most
from ngio_collections.conversion._reading import document_of, is_node, is_ome
from ngio_collections.errors import ForbiddenError, PathError
from ngio_collections.resolve import AccessPolicy, Limits
from ngio_collections.resolve._requests import Answer, Flow, Get, Head
from ngio_collections.store import Blob, Stat
from ngio_collections.store._local import real_url

__all__ = ["candidates", "entry_url", "folder_of", "place"]

_RESERVED: Final = "zarr.json"
_ARCHIVES: Final = (".zarr", ".ozx")
"""What is called like this is a hierarchy, whatever is in its documents."""


def folder_of(entry: str) -> str:
    """Where documents beside the first one go, with a slash at its end."""
    return f"{entry.removesuffix('.json')}/"


def entry_url(destination: Any) -> str:
    """The address of the document that somebody asks for.

    Raises:
        PathError: It is none that a collection can be written to.
    """
    entry = _paths.as_url(destination)
    if not entry.endswith(".json") or entry.endswith(f"/{_RESERVED}"):
        raise PathError(f"{destination} is no file that a collection is written to; name a .json")
    return entry


def candidates(group: str) -> list[str]:
    """Where the first document may go by default, the best place first.

    It is called like the group, and beside it, or beside a group around it.
    """
    found: list[str] = []
    inside: list[str] = []
    for url in (group, *_around(group)):
        holder, _, name = url.rpartition("/")
        if len(holder) <= url.index("://") + 2:
            break  # A bucket or a host, which nothing is beside.
        inside.insert(0, stem(name))
        called = "_".join(inside)
        found += [
            f"{holder}/{name}"
            for name in (f"{called}.json", f"{called}_collection.json")
            if name != _RESERVED
        ]
    return found


def place(
    group: str, asked: str | None, documents: str, policy: AccessPolicy, limits: Limits
) -> Flow[str]:
    """Find out where the first document goes.

    Args:
        group: The group that is converted.
        asked: The document that somebody asks for, if anybody does.
        documents: `one`, `per-well` or `per-image`.
        policy: What may be read.
        limits: How much.

    Returns:
        Its address.

    Raises:
        ForbiddenError: It, or the folder beside it, is in the source.
    """
    wanted = candidates(group) if asked is None else [asked]
    if not wanted:
        raise ForbiddenError("has nothing beside it; say which .json file to write", group)
    source = real_url(group)
    targets = [_targets(entry, documents) for entry in wanted]
    every = [target for both in targets for target in both]
    around = [url for url in _around(source) if any(_paths.is_within(one, url) for one in every)]
    hierarchies = [source, *(yield from _hierarchies(around, policy, limits))]
    for entry, both in zip(wanted, targets, strict=True):
        if not any(_paths.is_within(one, url) for one in both for url in hierarchies):
            return entry
    raise ForbiddenError(
        _why(targets[0], hierarchies, source), wanted[0] if asked is None else asked
    )


def _why(both: list[str], hierarchies: list[str], source: str) -> str:
    """Why nothing can be written to a document."""
    inside = next(url for url in hierarchies for one in both if _paths.is_within(one, url))
    what = "is" if _paths.is_within(both[0], inside) else "has its other documents in a folder"
    if inside == source:
        return f"{what} in the source, which is only read; name a file beside it"
    return f"{what} in {inside}, which the source is a part of; name a file beside that"


def _targets(entry: str, documents: str) -> list[str]:
    """What would be written to, without links."""
    return [
        real_url(entry),
        *([] if documents == "one" else [real_url(folder_of(entry).removesuffix("/"))]),
    ]


def _around(group: str) -> Iterator[str]:
    """The addresses of the folders around a group, the nearest first."""
    start = group.index("://") + 3
    url = group.rpartition("/")[0]
    while len(url) > start and "/" in url[start:]:
        yield url
        url = url.rpartition("/")[0]


def _hierarchies(around: list[str], policy: AccessPolicy, limits: Limits) -> Flow[list[str]]:
    """Which folders around a group are groups of OME-Zarr. What cannot be read is none."""
    asked = [
        (url, document_of(url, format_))
        for url in around
        if not url.endswith(_ARCHIVES)
        for format_ in (3, 2)
        if policy.refusal(url, document_of(url, format_)) is None
    ]
    stats = yield from _answers([Head(document) for _, document in asked])
    there = [one for one, stat in zip(asked, stats, strict=True) if isinstance(stat, Stat)]
    blobs = yield from _answers([Get(document, limits.document_bytes) for _, document in there])
    found = {url for (url, _), blob in zip(there, blobs, strict=True) if _holds_ome(blob)}
    return [url for url in around if url in found or url.endswith(_ARCHIVES)]


def _answers(requests: list[Any]) -> Flow[list[Answer]]:
    return list((yield requests)) if requests else []


def _holds_ome(answer: Answer) -> bool:
    """Whether a document is that of a group of OME-Zarr."""
    if not isinstance(answer, Blob):
        return False
    try:
        document = loads_most(answer.data).value
    except JsonSyntaxError:
        return False
    if not isinstance(document, dict):
        return False
    attributes = document.get("attributes")
    inside = attributes if isinstance(attributes, dict) else {}
    ome = inside.get("ome")
    is_newer = isinstance(ome, dict) and not is_node(ome)
    return is_newer or is_ome(inside) or is_ome(document)
