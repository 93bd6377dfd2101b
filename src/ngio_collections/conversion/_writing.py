"""Writing what was converted: what is missing or outdated, and nothing else.

A document that was converted says so, with a seal of what it was then. So it is known
later whether it is up to date, and whether somebody has edited it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ngio_collections import _paths
from ngio_collections._json import dumps_bytes
from ngio_collections.conversion._assembly import assembled
from ngio_collections.conversion._engine import Made
from ngio_collections.conversion._names import CONVERSION, GROUP
from ngio_collections.document import Source, new_document, read_source, rooted
from ngio_collections.errors import (
    ConflictError,
    DocumentError,
    DocumentNotFoundError,
    NotJsonError,
    NotOmeError,
    PathError,
)
from ngio_collections.resolve._requests import Answer, Flow, Get, Probe, Put
from ngio_collections.resolve.verbs._writing import layout_of
from ngio_collections.store import Blob
from ngio_collections.store._local import real_url

__all__ = ["Writer"]


class _Before(NamedTuple):
    """What is in the place of a document.

    Attributes:
        tag: Its version; None if there is nothing.
        source: The document, if it is a conversion.
        recorded: Its seal when it was converted.
    """

    tag: str | None
    source: Source | None = None
    recorded: str | None = None


class _Writing(NamedTuple):
    """A document that is to be written.

    Attributes:
        put: The request.
        source: The document.
        node: Its root, without the mark of a conversion.
        seal: The seal of that.
    """

    put: Put
    source: Source
    node: dict[str, Any]
    seal: str


class Writer:
    """Writes documents that were converted.

    Attributes:
        written: Those that were written, in this order.
        skipped: Those that are up to date already.
    """

    def __init__(self, *, overwrite: bool) -> None:
        self.written: list[str] = []
        self.skipped: list[str] = []
        self._overwrite = overwrite
        self._before_us: dict[str, None] = {}

    def require(self, url: str, group: str) -> Flow[None]:
        """Make sure that a document may be written, before anything is read for it.

        Args:
            url: The document.
            group: The group that is converted.

        Raises:
            ConflictError: There is a file that is no conversion, or that of another group.
            DocumentError: It cannot be written.
        """
        (refusal,) = yield [Probe(url)]
        if isinstance(refusal, DocumentError):
            raise refusal
        (answer,) = yield [Get(url)]
        before = self._before(url, answer)
        known = None if before.source is None else _group_of(before.source.node, url)
        if known is not None and not _paths.is_within(known, real_url(group)):
            self._refuse_other(url, known)

    def documents(self, roots: Sequence[Made]) -> Flow[list[Source]]:
        """Write the documents of nodes, in this order.

        Returns:
            The documents as they are now.

        Raises:
            ConflictError: There is a file that is no conversion, or that of another group, or
                that somebody has edited or writes at the same time.
            DocumentError: One cannot be written; those before it are.
        """
        if not roots:
            return []
        made = [(root.home, dict(rooted(assembled(root)))) for root in roots]
        answers = yield [Get(url) for url, _ in made]
        sources: list[Source] = []
        writings: list[_Writing] = []
        for (url, node), answer in zip(made, answers, strict=True):
            before = self._before(url, answer)
            now = _seal(node)
            if before.source is not None and self._stays(before, now, node):
                self.skipped.append(url)
                sources.append(before.source)
                continue
            if before.source is not None:
                self._before_us.update(dict.fromkeys(_documents_in(before.source.node, url)))
            writings.append(_writing(url, node, now, before.tag))
            sources.append(writings[-1].source)
        yield from self._put(writings)
        return sources

    def _put(self, writings: Sequence[_Writing]) -> Flow[None]:
        left = list(writings)
        while left:
            tags = yield [writing.put for writing in left]  # They end with the first failure.
            for writing, tag in zip(left, tags, strict=False):
                if isinstance(tag, ConflictError):
                    yield from self._settle(writing)
                elif isinstance(tag, DocumentError):
                    raise self._noted(tag)
                else:
                    assert isinstance(tag, str)
                    writing.source.tag = tag
                    self.written.append(writing.put.url)
            del left[: len(tags)]

    def _settle(self, beaten: _Writing) -> Flow[None]:
        """See to a document that somebody else wrote meanwhile: often a conversion, as it is.

        Raises:
            ConflictError: It is not what would have been written.
        """
        url = beaten.put.url
        (answer,) = yield [Get(url)]
        before = self._before(url, answer)
        if before.source is None or not self._stays(before, beaten.seal, beaten.node):
            problem = (
                "was written meanwhile, perhaps by another conversion to the same place; when that "
                "has ended, convert again"
            )
            raise self._noted(ConflictError(problem, url))
        assert before.tag is not None
        beaten.source.tag = before.tag
        self.skipped.append(url)

    def _noted(self, error: DocumentError) -> DocumentError:
        if self.written:
            error.add_note(f"{len(self.written):,} documents were written before that")
        return error

    def outdated(self, folder: str) -> Flow[tuple[str, ...]]:
        """Find the documents of an earlier conversion that nothing refers to any more.

        Args:
            folder: Where they are, if they are any of ours.
        """
        known = {*self.written, *self.skipped}
        found: list[str] = []
        asked = list(self._before_us)
        while asked := [u for u in asked if u not in known and _paths.is_within(u, folder)]:
            known.update(asked)
            answers = yield [Get(url) for url in asked]
            inside: dict[str, None] = {}
            for url, answer in zip(asked, answers, strict=True):
                source = _conversion_in(url, answer)
                if source is not None:
                    found.append(url)
                    inside.update(dict.fromkeys(_documents_in(source.node, url)))
            asked = list(inside)
        return tuple(found)

    def _before(self, url: str, answer: Answer) -> _Before:
        """What is in the place of a document."""
        if isinstance(answer, DocumentNotFoundError):
            return _Before(None)
        if isinstance(answer, DocumentError):
            raise answer
        source = _conversion_in(url, answer)
        if source is not None:
            return _Before(source.tag, source, _recorded(source.node))
        assert isinstance(answer, Blob)
        if self._overwrite:
            return _Before(answer.tag)
        raise ConflictError(
            "is there already, and was not converted; name another file, or say overwrite=True", url
        )

    def _stays(self, before: _Before, now: str, node: Mapping[str, Any]) -> bool:
        """Whether a conversion is up to date.

        Raises:
            ConflictError: It is not, and has been edited; or it is one of another group.
        """
        assert before.source is not None
        if before.recorded == now and not self._overwrite:
            return True  # What somebody else has edited stays as well.
        url = before.source.url
        known, ours = _group_of(before.source.node, url), _group_of(node, url)
        if known is not None and ours is not None and known != ours:
            self._refuse_other(url, known)
        there = _unmarked(before.source.node)
        if there == node:
            return True
        if not self._overwrite and _seal(there) != before.recorded:
            raise ConflictError(
                "was converted before and has been edited since, and the source has changed; "
                "name another file, or say overwrite=True to lose the edits",
                url,
            )
        return False

    def _refuse_other(self, url: str, group: str) -> None:
        """Refuse to replace the conversion of another group, unless that was asked for."""
        if not self._overwrite:
            raise ConflictError(
                f"is the conversion of {group}; name another file, or say overwrite=True", url
            )


def _writing(url: str, node: dict[str, Any], seal: str, tag: str | None) -> _Writing:
    """A document with the mark of a conversion."""
    attributes = {**node["attributes"], CONVERSION: {"seal": seal}}
    marked = {**node, "attributes": attributes}
    document = new_document(url, marked)
    put = Put(url, dumps_bytes(document, layout_of(marked)), if_match=tag, if_absent=tag is None)
    return _Writing(put, Source(url, "", document, marked), node, seal)


def _conversion_in(url: str, answer: Answer) -> Source | None:
    """The document in a file, if it is a conversion."""
    if not isinstance(answer, Blob):
        return None
    try:
        source = read_source(answer.data, url, answer.tag)
    except (NotJsonError, NotOmeError):
        return None
    return None if _recorded(source.node) is None else source


def _nodes(root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The nodes of a document, those around others first."""
    stack: list[Any] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, Mapping):
            yield node
            nodes = node.get("nodes")
            stack += reversed(nodes) if isinstance(nodes, list) else ()


def _group_of(root: Mapping[str, Any], url: str) -> str | None:
    """The address of the group that a document was converted from, without links."""
    for node in _nodes(root):
        attributes = node.get("attributes")
        path = attributes.get(GROUP) if isinstance(attributes, Mapping) else None
        if isinstance(path, Mapping):
            document = _leads_to(url, path)
            return None if document is None else real_url(document.removesuffix("/zarr.json"))
    return None


def _documents_in(root: Mapping[str, Any], url: str) -> Iterator[str]:
    """The addresses of the documents that the nodes of a document refer to."""
    for node in _nodes(root):
        path = node.get("path")
        if isinstance(path, Mapping) and path.get("type") == "json":
            document = _leads_to(url, path)
            if document is not None:
                yield document


def _leads_to(url: str, path: Mapping[str, Any]) -> str | None:
    try:
        return _paths.metadata_url(url, path)
    except PathError:
        return None


def _seal(node: Mapping[str, Any]) -> str:
    """What tells whether a document is as it was written; faster than a fingerprint.

    Where JSON is written by another package, a few floats are spelled in another way. So a
    document with another seal is compared as well before it counts as edited.
    """
    return f"blake2b:{hashlib.blake2b(dumps_bytes(node), digest_size=16).hexdigest()}"


def _recorded(node: Mapping[str, Any]) -> str | None:
    attributes = node.get("attributes")
    mark = attributes.get(CONVERSION) if isinstance(attributes, dict) else None
    recorded = mark.get("seal") if isinstance(mark, dict) else None
    return recorded if isinstance(recorded, str) else None


def _unmarked(node: Mapping[str, Any]) -> dict[str, Any]:
    """A node as it was before it was marked as a conversion."""
    attributes = {key: value for key, value in node["attributes"].items() if key != CONVERSION}
    return {**node, "attributes": attributes}
