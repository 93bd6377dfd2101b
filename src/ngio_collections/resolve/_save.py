"""Writing documents: each whole or not at all, the innermost first, nobody's work lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ngio_collections._json import COMPACT, Layout, dumps_bytes
from ngio_collections._words import without_user
from ngio_collections.document import Source, Tried, document_bytes, read_source, require_whole
from ngio_collections.errors import (
    ConflictError,
    DocumentError,
    DocumentNotFoundError,
    InvalidEditError,
)
from ngio_collections.graph import Raw, fingerprint
from ngio_collections.resolve._changes import Planned
from ngio_collections.resolve._report import Report, shown
from ngio_collections.resolve._requests import Flow, Get, Probe, Put
from ngio_collections.store import Blob

__all__ = ["Saved", "changed_since", "is_written", "write_documents"]


@dataclass(frozen=True, slots=True, repr=False)
class Saved:
    """What a save did.

    Attributes:
        written: The documents that were written, in the order of writing.
        skipped: The documents that were looked at, and are as they should be already.
        report: What was read for it, and what was not, where references were followed.
        deleted: The documents that are no more.
        left: The documents that edits changed and that were not to be written: `save` writes
            the one document of a node, `save_tree` writes all.
    """

    written: tuple[str, ...]
    skipped: tuple[str, ...] = ()
    report: Report | None = field(default=None, compare=False, repr=False)
    deleted: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The result as JSON; `deleted` and `left` where there are such documents.

        Addresses in it have no names and passwords.
        """
        made = {"written": self.written, "skipped": self.skipped}
        more = {"deleted": self.deleted, "left": self.left}
        made |= {name: urls for name, urls in more.items() if urls}
        return {name: list(map(without_user, urls)) for name, urls in made.items()}

    def __str__(self) -> str:
        done = [f"wrote {url}" for url in self.written]
        done += [f"deleted {url}" for url in self.deleted]
        lines = [*shown(done)]
        if self.left:
            lines += ["edited and not written (save_tree writes all):", *shown(self.left, "  ")]
        return without_user("\n".join(lines)) or "nothing had to be written"

    def __repr__(self) -> str:
        counts = [f"{len(self.written):,} written", f"{len(self.skipped):,} skipped"]
        counts += [f"{len(self.deleted):,} deleted"] if self.deleted else []
        counts += [f"{len(self.left):,} left"] if self.left else []
        return f"<Saved: {', '.join(counts)}>"


class _Ready(NamedTuple):
    """A document that is ready to be written."""

    plan: Planned
    data: bytes


def write_documents(plans: Sequence[Planned]) -> Flow[Saved]:
    """Write documents over what they were, in the order given.

    All of them are looked at before the first byte is written. Each is replaced only if it
    is still the one that was read.

    Args:
        plans: The documents, each with its new content.

    Returns:
        What was written.

    Raises:
        ConflictError: A document was changed by somebody else, or is gone.
        ForbiddenError: A document is in a store that cannot be written to.
        InvalidEditError: Two of them are one file.
        DocumentError: A document cannot be written. The message says what was before it.
    """
    unchanged = dict.fromkeys(plan.source.url for plan in plans if is_written(plan))
    plans = [plan for plan in plans if plan.source.url not in unchanged]
    if not plans:
        return Saved((), tuple(unchanged))
    now = yield [Get(plan.source.url) for plan in plans]
    ready: list[_Ready] = []
    for plan, answer in zip(plans, now, strict=True):
        if isinstance(answer, DocumentNotFoundError):
            raise ConflictError(
                "is gone since it was read; write it anew with create(url, node)", plan.source.url
            )
        if isinstance(answer, DocumentError):
            raise answer
        assert isinstance(answer, Blob)
        if _was_written(plan, answer):
            unchanged[plan.source.url] = None
        else:
            ready.append(_Ready(plan, _replaced(plan, answer)))
    if not ready:
        return Saved((), tuple(unchanged))
    _verify_files([one.plan.source for one in ready])
    writable = yield [Probe(one.plan.source.url) for one in ready]
    for refusal in writable:
        if isinstance(refusal, DocumentError):
            raise refusal
    written = yield from _put(ready)
    return Saved(tuple(written), tuple(unchanged))


def is_written(plan: Planned) -> bool:
    """Whether a document says already what it should say, as far as is known here."""
    node, known = plan.node, plan.source.node
    if plan.source.becomes is not None or plan.source.tried is not None:
        return False
    return node is known or document_bytes(node, COMPACT, plan.source.url) == dumps_bytes(known)


def _was_written(plan: Planned, now: Blob) -> bool:
    """Whether a document is what it should become, since a save of ours ended while it wrote it.

    The same content from anybody else is a conflict: both may have counted up.
    """
    source, tried = plan.source, plan.source.tried
    if tried is None or now.tag == source.tag:
        return False
    ours = next((one for one in tried.those() if one.data == now.data), None)
    if ours is None:
        return False
    source.written(now.tag, ours.node)
    return is_written(plan)


def changed_since(url: str) -> ConflictError:
    """The error of a document that is no longer the one that was read."""
    return ConflictError(
        "was changed by somebody else since it was read, and is left as it is; open it again, "
        "and repeat the edits",
        url,
    )


def _replaced(plan: Planned, now: Blob) -> bytes:
    """The new bytes of a document."""
    source = plan.source
    if source.is_copy:
        _verify_copy(source, now)
    if now.tag != source.tag:
        raise changed_since(source.url)
    require_whole(now.data, source.url)
    return document_bytes(source.with_node(plan.node), Layout.of(now.data), source.url)


def _verify_files(sources: Sequence[Source]) -> None:
    """Make sure that no two of the documents are one local file under two names."""
    names: dict[str, str] = {}
    for source in sources:
        # Elsewhere documents with the same content may have the same tag.
        if source.url.startswith("file:"):
            other = names.setdefault(source.tag, source.url)
            if other != source.url:
                raise InvalidEditError(
                    f"{other} and {source.url} are one file under two names (a link), and both "
                    "were edited; edit it under one name, save, and open the tree again"
                )


def _verify_copy(source: Source, now: Blob) -> None:
    """Take the whole document from its store, if the copy that was opened is still right."""
    found = read_source(now.data, source.url, now.tag)
    if fingerprint(found.node) != fingerprint(source.node):
        raise ConflictError(
            "is not what the consolidated file says; open the documents themselves, and "
            "consolidate again",
            source.url,
        )
    source.document, source.tag, source.is_copy = found.document, found.tag, False


def _put(ready: Sequence[_Ready]) -> Flow[list[str]]:
    """Write in order, and stop at the first failure."""
    written: list[str] = []
    for plan, data in ready:
        # Each is taken note of before the next, so that whatever ends it here, a later save
        # knows what was written.
        earlier = plan.source.tried
        plan.source.tried = _after(earlier, data, plan.node)
        (answer,) = yield [Put(plan.source.url, data, if_match=plan.source.tag)]
        if isinstance(answer, DocumentError):
            if isinstance(answer, ConflictError):
                # Not by this one; but what it met may be what an earlier one wrote after all.
                plan.source.tried = earlier
            if written:
                answer.add_note(without_user(f"Written before that: {', '.join(written)}"))
            raise answer
        assert isinstance(answer, str)
        plan.source.written(answer, plan.node)
        written.append(plan.source.url)
    return written


def _after(earlier: Tried | None, data: bytes, node: Raw) -> Tried:
    """One more attempt; of those in a row that write the same, the last is kept."""
    if earlier is not None and earlier.data == data:
        earlier = earlier.earlier
    return Tried(data, node, earlier)
