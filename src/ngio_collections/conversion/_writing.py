"""Writing what was converted: what is missing or outdated, and nothing else.

A document that was converted says so, with a seal of what it was then. So it is known
later whether it is up to date, and whether somebody has edited it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ngio_collections._json import dumps_bytes
from ngio_collections.conversion._assembly import assembled
from ngio_collections.conversion._engine import Made
from ngio_collections.conversion._names import CONVERSION
from ngio_collections.document import Source, new_document, read_source
from ngio_collections.errors import (
    ConflictError,
    DocumentError,
    DocumentNotFoundError,
    NotJsonError,
    NotOmeError,
)
from ngio_collections.resolve._requests import Answer, Flow, Get, Probe, Put
from ngio_collections.resolve.verbs._writing import layout_of, rooted
from ngio_collections.store import Blob

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

    def require(self, url: str) -> Flow[None]:
        """Make sure that a document may be written, before anything is read for it.

        Raises:
            ConflictError: There is a file that is no conversion.
            DocumentError: It cannot be written.
        """
        (refusal,) = yield [Probe(url)]
        if isinstance(refusal, DocumentError):
            raise refusal
        (answer,) = yield [Get(url)]
        self._before(url, answer)

    def documents(self, roots: Sequence[Made]) -> Flow[list[Source]]:
        """Write the documents of nodes, in this order.

        Returns:
            The documents as they are now.

        Raises:
            ConflictError: There is a file that is no conversion, or that somebody has edited.
            DocumentError: One cannot be written; those before it are.
        """
        if not roots:
            return []
        made = [(root.home, rooted(assembled(root))) for root in roots]
        answers = yield [Get(url) for url, _ in made]
        sources: list[Source] = []
        puts: list[Put] = []
        for (url, node), answer in zip(made, answers, strict=True):
            before = self._before(url, answer)
            now = _seal(node)
            if before.source is not None and self._stays(before, now, node):
                self.skipped.append(url)
                sources.append(before.source)
                continue
            node["attributes"][CONVERSION] = {"seal": now}
            document = new_document(url, node)
            data = dumps_bytes(document, layout_of(node))
            puts.append(Put(url, data, if_match=before.tag, if_absent=before.tag is None))
            sources.append(Source(url, "", document, node))
        yield from self._put(puts, {source.url: source for source in sources})
        return sources

    def _put(self, puts: Sequence[Put], sources: Mapping[str, Source]) -> Flow[None]:
        if not puts:
            return
        tags = yield puts
        for put, tag in zip(puts, tags, strict=False):
            if isinstance(tag, DocumentError):
                if self.written:
                    tag.add_note(f"{len(self.written):,} documents were written before that")
                raise tag
            assert isinstance(tag, str)
            sources[put.url].tag = tag
            self.written.append(put.url)

    def _before(self, url: str, answer: Answer) -> _Before:
        """What is in the place of a document."""
        if isinstance(answer, DocumentNotFoundError):
            return _Before(None)
        if isinstance(answer, DocumentError):
            raise answer
        assert isinstance(answer, Blob)
        try:
            source = read_source(answer.data, url, answer.tag)
        except (NotJsonError, NotOmeError):
            recorded = None
        else:
            recorded = _recorded(source.node)
        if recorded is not None:
            return _Before(answer.tag, source, recorded)
        if self._overwrite:
            return _Before(answer.tag)
        raise ConflictError(
            "is there already, and was not converted; name another file, or say overwrite=True", url
        )

    def _stays(self, before: _Before, now: str, node: Mapping[str, Any]) -> bool:
        """Whether a conversion is up to date.

        Raises:
            ConflictError: It is not, and has been edited.
        """
        assert before.source is not None
        if before.recorded == now and not self._overwrite:
            return True  # What somebody else has edited stays as well.
        there = _unmarked(before.source.node)
        if there == node:
            return True
        if not self._overwrite and _seal(there) != before.recorded:
            raise ConflictError(
                "was converted before and has been edited since, and the source has changed; "
                "name another file, or say overwrite=True to lose the edits",
                before.source.url,
            )
        return False


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
