"""Whether what documents refer to is there: paths, and the ids behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ngio_collections import _paths
from ngio_collections._contract import json_pointer
from ngio_collections.document import id_places, ids_of
from ngio_collections.errors import DocumentError, PathError
from ngio_collections.graph import Node
from ngio_collections.resolve._reader import Loaded, Reader, Settings
from ngio_collections.resolve._report import Report, Unfollowed, kind_of
from ngio_collections.resolve._requests import Flow

__all__ = ["checked_links"]


class _Asked(NamedTuple):
    """A Reference in the attributes of a node."""

    document: str
    pointer: str
    id: str
    target: str

    def failed(self, kind: str, cause: str) -> Unfollowed:
        """The record of it."""
        return Unfollowed(kind, self.document, self.pointer, self.target, cause)


def checked_links(urls: Sequence[str], settings: Settings) -> Flow[Report]:
    """Follow all references of documents, and look for the ids that they name.

    Args:
        urls: The documents to begin with.
        settings: What may be read; nothing is put together.

    Returns:
        What was read, and every reference that leads nowhere.

    Raises:
        DocumentError: One of the documents to begin with cannot be read.
    """
    reader = Reader(settings)
    sources = yield from reader.documents(urls)
    records = list(reader.report().unfollowed)
    asked: list[_Asked] = []
    for url, source in sources.items():
        asked += _asked(source.tree().root, url, source.pointer, records)
    refusals = [settings.policy.refusal(one.document, one.target) for one in asked]
    allowed = [one.target for one, why in zip(asked, refusals, strict=True) if why is None]
    yield from reader.read_also(dict.fromkeys(allowed))
    ids: dict[str, set[str]] = {}
    for one, why in zip(asked, refusals, strict=True):
        if why is not None:
            records.append(one.failed("forbidden", why))
        elif record := _record(one, reader.loaded[one.target], ids):
            records.append(record)
    return replace(reader.report(), unfollowed=tuple(records))


def _asked(root: Node, url: str, prefix: str, records: list[Unfollowed]) -> list[_Asked]:
    """The References in the attributes of a document."""
    found: list[_Asked] = []
    for node in root.walk(has=None):
        for declares, place, reference in id_places(node.tree.raw(node.key).get("attributes")):
            if declares or not isinstance(reference, dict):
                continue
            if not isinstance(reference.get("id"), str):
                continue
            pointer = f"{prefix}{node.pointer}/attributes{json_pointer(place)}"
            path: Any = reference.get("path")
            try:
                target = url if path is None else _paths.metadata_url(url, path)
            except PathError as error:
                records.append(Unfollowed("malformed", url, pointer, repr(path), str(error)))
                continue
            found.append(_Asked(url, pointer, reference["id"], target))
    return found


def _record(
    one: _Asked, target: Loaded | DocumentError, ids: dict[str, set[str]]
) -> Unfollowed | None:
    """What is wrong with a Reference, if anything is."""
    if isinstance(target, DocumentError):
        return one.failed(kind_of(target), target.problem)
    if one.target not in ids:
        ids[one.target] = ids_of(target.source.node)
    if one.id in ids[one.target]:
        return None
    return one.failed("dangling", f"declares no id {one.id!r}")
