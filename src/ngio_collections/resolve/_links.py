"""Whether what documents refer to is there: paths, and the ids behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ngio_collections import _paths
from ngio_collections._contract import json_pointer
from ngio_collections.document import id_places, read_source
from ngio_collections.errors import DocumentError, PathError
from ngio_collections.graph import Node, Raw
from ngio_collections.resolve._moving import ids_of
from ngio_collections.resolve._reader import Reader, Settings
from ngio_collections.resolve._report import Report, Unfollowed, kind_of
from ngio_collections.resolve._requests import Flow, Get
from ngio_collections.store import Blob

__all__ = ["checked_links"]


class _Asked(NamedTuple):
    """A Reference in the attributes of a node."""

    document: str
    pointer: str
    id: str
    target: str


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
    report = reader.report()
    records = list(report.unfollowed)
    known = {url: source.node for url, source in sources.items()}
    asked: list[_Asked] = []
    for url, source in sources.items():
        asked += _asked(source.tree().root, url, source.pointer, records)
    wanted = [one.target for one in asked if one.target not in known]
    failed = yield from _read(list(dict.fromkeys(wanted)), report.entry, settings, known)
    ids: dict[str, set[str]] = {}
    for one in asked:
        record = _record(one, known, failed, ids)
        if record is not None:
            records.append(record)
    return Report(report.entry, tuple(known), report.origins, tuple(records))


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


def _read(
    urls: list[str], entry: str, settings: Settings, known: dict[str, Raw]
) -> Flow[dict[str, Unfollowed]]:
    """Read the documents that are named by References only; those that cannot be read."""
    failed: dict[str, Unfollowed] = {}
    allowed: list[str] = []
    for url in urls:
        refusal = settings.policy.refusal(entry, url)
        if refusal is None:
            allowed.append(url)
        else:
            failed[url] = Unfollowed("forbidden", "", "", url, refusal)
    answers = yield [Get(url, settings.limits.document_bytes) for url in allowed]
    for url, answer in zip(allowed, answers, strict=True):
        try:
            if isinstance(answer, DocumentError):
                raise answer
            assert isinstance(answer, Blob)
            known[url] = read_source(answer.data, url, answer.tag).node
        except DocumentError as error:
            failed[url] = Unfollowed(kind_of(error), "", "", url, error.problem)
    return failed


def _record(
    one: _Asked,
    known: Mapping[str, Raw],
    failed: Mapping[str, Unfollowed],
    ids: dict[str, set[str]],
) -> Unfollowed | None:
    """What is wrong with a Reference, if anything is."""
    failure = failed.get(one.target)
    if failure is not None:
        return Unfollowed(failure.kind, one.document, one.pointer, one.target, failure.cause)
    if one.target not in ids:
        ids[one.target] = ids_of(known[one.target])
    if one.id in ids[one.target]:
        return None
    cause = f"declares no id {one.id!r}"
    return Unfollowed("dangling", one.document, one.pointer, one.target, cause)
