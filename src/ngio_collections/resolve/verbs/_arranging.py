"""The verbs that move content between documents, and that look after references."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple

from ngio_collections import _paths
from ngio_collections._json import Layout, dumps_bytes
from ngio_collections.document import (
    Source,
    is_in_zarr,
    read_source,
    replace_node,
    require_whole,
    rooted,
    without_node,
)
from ngio_collections.errors import (
    ConflictError,
    DocumentError,
    InvalidEditError,
    NotJsonError,
    NotOmeError,
)
from ngio_collections.graph import Node, Raw
from ngio_collections.resolve._changes import Planned
from ngio_collections.resolve._consolidated import consolidated_url, is_sidecar, sidecar, stale
from ngio_collections.resolve._extracting import embedded, following, repointed, split
from ngio_collections.resolve._links import checked_links
from ngio_collections.resolve._policy import AccessPolicy, Limits
from ngio_collections.resolve._reader import Progress, Reader, Settings
from ngio_collections.resolve._report import Report
from ngio_collections.resolve._requests import Delete, Flow, Get, Head, Probe, Put
from ngio_collections.resolve._save import Saved, changed_since, write_documents
from ngio_collections.resolve._work import Work
from ngio_collections.resolve.verbs._common import (
    CONCURRENCY,
    Location,
    blob_of,
    document_url,
    require_node,
    setting,
    store_for,
)
from ngio_collections.resolve.verbs._writing import put_new
from ngio_collections.store import Blob, ReadableStore, Stat

__all__ = [
    "check_links",
    "consolidate",
    "delete",
    "embed",
    "externalize",
    "externalized",
    "relocate",
]


class Externalized(NamedTuple):
    """A document in two, before the old one is saved.

    Attributes:
        root: The root of the edited tree, with a reference in the place of the node.
        saved: The documents that were written for it, and those that did not refer to what
            went.
    """

    root: Node
    saved: Saved


def externalize(
    node: Node,
    location: Location,
    *,
    documents: Iterable[Location] = (),
    store: ReadableStore | None = None,
) -> Work[Node]:
    """Write a node, with everything below it, as a document of its own, and refer to it.

    The new document is written at once. The tree that comes back has a reference in the place
    of the node: `save` it, so that the old document refers to the new one. References
    between the two get a `path`, where RFC-8 has References: ids in attributes with a prefix
    (`lab:parent`) stay as they are.

    References of other documents to what is below the node, or to what its attributes declare,
    lead nowhere once the tree is saved, unless these are given as `documents`: those are
    written at once, after the new document. `check_links` finds what was not given.

    Args:
        node: A node below the root of a document that was opened with `open`.
        location: Where the new document is written, as by `create`: into the `zarr.json` of a
            Zarr group or array without a node, if there is one.
        documents: Those whose References to what goes are mended.
        store: Where documents are; by default the store that the node was read from.

    Returns:
        The root of the edited tree, not saved yet. Cost: O(document), and O(all `documents`).

    Raises:
        ConflictError: There is such a document already, or a `zarr.json` that has a node; or
            a document was changed by somebody else meanwhile.
        InvalidEditError: The node is the root, is a reference already, or is in a tree that
            was read from several documents.
        NotJsonError: One of `documents` is not JSON, or has a key twice.
        DocumentError: A document cannot be read or written. Before the first byte it is made
            sure that all can be written; if it fails all the same, repeating it does what is
            left.
    """
    work = externalized(node, location, documents=documents, store=store)
    return Work(_root_of(work.flow), work.store)


def _root_of(flow: Flow[Externalized]) -> Flow[Node]:
    return (yield from flow).root


def externalized(
    node: Node,
    location: Location,
    *,
    documents: Iterable[Location] = (),
    store: ReadableStore | None = None,
) -> Work[Externalized]:
    """The same as `externalize`; gives also which documents were written."""
    node = require_node(node)
    url = document_url(location)
    urls = _urls(documents)
    _require_plain(node, "externalized")
    if node.parent() is None:
        raise InvalidEditError(f"{node!r} is the root of its document; use relocate")
    if node.is_reference:
        raise InvalidEditError(f"{node!r} is a reference: what it refers to is a document already")
    return Work(_externalize(node, url, urls), store_for(store, url, node))


def _urls(documents: Iterable[Location]) -> list[str]:
    """The addresses of documents, each once."""
    if isinstance(documents, str | os.PathLike):
        raise TypeError(f"documents are several locations, as in documents=[{documents!r}]")
    return list(dict.fromkeys(document_url(one) for one in documents))


def _externalize(node: Node, url: str, urls: list[str]) -> Flow[Externalized]:
    parts = split(node, node.tree.materialise(node.key), url)
    content = rooted(parts.content)
    if not urls:
        yield from put_new(url, content, overwrite=False)
        return Externalized(parts.root, Saved((url,)))
    home = node.require_document_url()
    # What is in both is mended in the tree.
    others = yield from _sources([one for one in urls if one not in (home, url)])
    plans = [
        Planned(source, following(source.node, source.url, home, parts.gone, url), 0)
        for _, source in others
    ]
    yield from _require_unchanged(node)
    yield from _require_writable([url, *_changing(plans), home])
    is_new = yield from _put_part(url, content)
    try:
        saved = yield from write_documents(plans)
    except DocumentError as error:
        error.add_note(f"{url} was written already; repeating this does what is left of it")
        raise
    written = (url, *saved.written) if is_new else saved.written
    return Externalized(parts.root, Saved(written, saved.skipped))


def _require_unchanged(node: Node) -> Flow[None]:
    """Make sure that the document of a node is what it was, before others rely on its ids."""
    source = node.tree.segment.source
    assert isinstance(source, Source)
    (now,) = yield [Head(source.url)]
    if isinstance(now, DocumentError):
        raise now
    assert isinstance(now, Stat)
    if now.tag != source.tag:
        raise changed_since(source.url)


def _put_part(url: str, content: Raw) -> Flow[bool]:
    """Write the new document; it may be there from a time that was interrupted.

    Returns:
        Whether it was not there yet.

    Raises:
        ConflictError: There is another document already.
    """
    try:
        yield from put_new(url, content, overwrite=False)
    except ConflictError:
        (there,) = yield [Get(url)]
        if not isinstance(there, Blob):
            raise
        try:
            found = read_source(there.data, url, there.tag)
        except (NotJsonError, NotOmeError):
            found = None
        if found is None or dumps_bytes(found.node) != dumps_bytes(content):
            raise
        return False
    return True


def _sources(urls: list[str]) -> Flow[list[tuple[Blob, Source]]]:
    """Documents as they are now, whole."""
    answers = yield [Get(url) for url in urls]
    blobs = [blob_of(answer) for answer in answers]
    return [
        (blob, read_source(blob.data, url, blob.tag)) for url, blob in zip(urls, blobs, strict=True)
    ]


def _changing(plans: list[Planned]) -> list[str]:
    """The documents that become something else."""
    return [plan.source.url for plan in plans if plan.node is not plan.source.node]


def _require_writable(urls: list[str]) -> Flow[None]:
    for refusal in (yield [Probe(url) for url in urls]):
        if isinstance(refusal, DocumentError):
            raise refusal


def _require_plain(node: Node, what: str) -> None:
    """Refuse nodes of inlined trees, and of none that could be saved."""
    segment = node.tree.segment
    if segment.inlined is not None:
        raise InvalidEditError(
            f"{node!r} is in a tree of several documents, in which nothing can be {what}; "
            f"open its document alone: open({node.document_url!r})"
        )
    if segment.source is None:
        raise InvalidEditError(f"{node!r} is in no document; write it with create(url, node)")


def embed(
    node: Node,
    *,
    policy: AccessPolicy | None = None,
    limits: Limits | None = None,
    store: ReadableStore | None = None,
) -> Work[Node]:
    """Put what a reference leads to in its place, as a part of the document; undoes `externalize`.

    The document that it leads to stays; `delete` it after the save if nothing else refers to
    it. References between the two lose their `path`.

    Args:
        node: A reference in a document that was opened with `open`.
        policy: Which documents a reference may lead to.
        limits: How much may be read.
        store: Where documents are; local files by default.

    Returns:
        The root of the edited tree, not saved yet. Cost: O(both documents).

    Raises:
        InvalidEditError: The node is no reference, its target is of another type, or an id
            would be there twice.
        ForbiddenError: The policy refuses the document.
        DocumentError: The document cannot be read.
    """
    node = require_node(node)
    _require_plain(node, "embedded")
    path = node.ref_path
    if path is None:
        raise InvalidEditError(f"{node!r} is no reference: it has no `path`")
    home = node.require_document_url()
    url = _paths.metadata_url(home, path)
    setting(policy, AccessPolicy).require(home, url)
    return Work(_embed(node, url, setting(limits, Limits)), store_for(store, url, node, policy))


def _embed(node: Node, url: str, limits: Limits) -> Flow[Node]:
    (answer,) = yield [Get(url, limits.document_bytes)]
    blob = blob_of(answer)
    return embedded(node, read_source(blob.data, url, blob.tag).node, url)


def delete(location: Location, *, store: ReadableStore | None = None) -> Work[Saved]:
    """Delete a document: a JSON file, or the `ome` metadata of a Zarr group.

    The `zarr.json` of a group stays, without its node; if there is one at `ome`, too, without
    both. Nothing else is deleted, neither pixels nor documents that it refers to. `check_links`
    tells what still refers to it.

    Args:
        location: The document.
        store: Where documents are; local files by default.

    Returns:
        The document that was deleted or written.

    Raises:
        DocumentNotFoundError: There is no such document.
        NotOmeError: It holds no node, and is left alone.
        ConflictError: It was changed by somebody else meanwhile.
        ForbiddenError: It is a symbolic link: a file is deleted by its own name only.
        NotJsonError: It is not JSON, or has a key twice, and is left alone.
        DocumentError: It cannot be deleted.
    """
    url = document_url(location)
    return Work(_delete(url), store_for(store, url))


def _delete(url: str) -> Flow[Saved]:
    (answer,) = yield [Get(url)]
    blob = blob_of(answer)
    source = read_source(blob.data, url, blob.tag)
    yield from _require_deletable(url)
    rest = without_node(source.document)
    if isinstance(rest.get("ome"), dict):  # Of two nodes one counts; the other would from now on.
        rest = without_node(rest)
    has_more = bool(rest) or is_in_zarr(source.document)
    if has_more:
        require_whole(blob.data, url)
        data = dumps_bytes(rest, Layout.of(blob.data))
        request: Delete | Put = Put(url, data, if_match=source.tag)
    else:
        request = Delete(url, if_match=source.tag)
    (answer,) = yield [request]
    if isinstance(answer, DocumentError):
        raise answer
    return Saved((url,)) if has_more else Saved((), deleted=(url,))


def _require_deletable(url: str) -> Flow[None]:
    """Ask a store whether it would delete a document, before anything is written.

    Raises:
        DocumentError: It would not.
    """
    (refusal,) = yield [Probe(url, deletes=True)]
    if isinstance(refusal, DocumentError):
        raise refusal


def relocate(
    location: Location,
    to: Location,
    *,
    documents: Iterable[Location] = (),
    store: ReadableStore | None = None,
) -> Work[Saved]:
    """Move a document, and mend every reference to it in other documents.

    First the new document is written, then the references are mended, and last the old one is
    deleted, so that no reference leads nowhere in between. Before the first byte the stores
    are asked whether all of that may be done; if it is interrupted all the same, repeating it
    does what is left. In the moved document paths count from the new place. What it refers to
    is not moved.

    Args:
        location: The document, a `.json` file.
        to: Where it goes.
        documents: Those whose references to it are mended.
        store: Where documents are; local files by default.

    Returns:
        The documents that were written, those that did not refer to it, and the old one.

    Raises:
        ConflictError: There is a document already where it is to go, or one was changed by
            somebody else meanwhile.
        InvalidEditError: The document is the metadata of a Zarr group, which cannot be moved
            without its arrays; or both locations mean the same document.
        ForbiddenError: The document is a symbolic link: a file is moved by its own name only.
        NotJsonError: A document is not JSON, or has a key twice.
        DocumentError: A document cannot be read or written.
    """
    old, new = document_url(location), document_url(to)
    urls = _urls(documents)
    for url in (old, new):
        if url.endswith("/zarr.json"):
            raise InvalidEditError(
                f"{url} is the metadata of a Zarr group, and its arrays would stay behind; "
                "only .json documents can be relocated"
            )
    if old == new:
        raise _same(old, new)
    return Work(_relocate(old, new, urls), store_for(store, old))


def _relocate(old: str, new: str, urls: list[str]) -> Flow[Saved]:
    yield from _require_deletable(old)
    urls = [url for url in urls if url not in (old, new)]
    (blob, moved), *others = yield from _sources([old, *urls])
    node = repointed(moved.node, old, old, new)
    node = _paths.rebased(node, old, new)
    plans = [
        Planned(source, repointed(source.node, source.url, old, new), 0) for _, source in others
    ]
    yield from _require_writable([new, *_changing(plans), old])
    require_whole(blob.data, old)
    content = dumps_bytes(replace_node(moved.document, node), Layout.of(blob.data))
    yield from _put_moved(moved, new, content)
    try:
        saved = yield from write_documents(plans)
        (gone,) = yield [Delete(old, if_match=moved.tag)]
        if isinstance(gone, DocumentError):
            raise gone
    except DocumentError as error:
        error.add_note(f"{new} was written already; repeating this does what is left of it")
        raise
    return Saved((new, *saved.written), saved.skipped, deleted=(old,))


def _same(old: str, new: str) -> InvalidEditError:
    problem = "is where it is to go already"
    if old != new:
        problem = f"and {new} are one file under two names (a link)"
    return InvalidEditError(f"{old} {problem}; nothing was changed")


def _put_moved(moved: Source, url: str, content: bytes) -> Flow[None]:
    """Write the moved document; it may be there from a time that was interrupted.

    Raises:
        ConflictError: There is another document already.
        InvalidEditError: It is the document itself, under another name.
    """
    (answer,) = yield [Put(url, content, if_absent=True)]
    if isinstance(answer, ConflictError):
        (there,) = yield [Get(url)]
        # Elsewhere documents with the same content may have the same tag.
        if isinstance(there, Blob) and url.startswith("file:") and there.tag == moved.tag:
            raise _same(moved.url, url)
        if isinstance(there, Blob) and there.data == content:
            return
    if isinstance(answer, DocumentError):
        raise answer


def check_links(
    *locations: Location,
    depth: int | None = None,
    levels: bool = False,
    policy: AccessPolicy | None = None,
    limits: Limits | None = None,
    store: ReadableStore | None = None,
    concurrency: int = CONCURRENCY,
    progress: Progress | None = None,
) -> Work[Report]:
    """Follow every reference of documents, and say which lead nowhere.

    Looked at are the paths of nodes, and the References in attributes with the ids that they
    name. Nothing is put together, and nothing is written.

    Args:
        locations: The documents to begin with.
        depth: How many documents inside of each other are followed; all if None.
        levels: Whether the paths of resolution levels are followed too.
        policy: Which documents a reference may lead to.
        limits: How much may be read.
        store: Where documents are; local files by default.
        concurrency: How many documents may be asked for at once.
        progress: Is called with how many documents were read, and how many are known.

    Returns:
        The report; `report.failures` is empty if all is well.

    Raises:
        DocumentError: One of the documents to begin with cannot be read.
    """
    if not locations:
        raise TypeError("check_links needs at least one document")
    urls = [document_url(location) for location in locations]
    settings = Settings(
        policy=setting(policy, AccessPolicy),
        limits=setting(limits, Limits),
        depth=depth,
        levels=levels,
        progress=progress,
    )
    found = store_for(store, urls[0], policy=policy, others=urls[1:])
    return Work(checked_links(urls, settings), found, concurrency)


def consolidate(
    location: Location,
    *,
    check: bool = False,
    policy: AccessPolicy | None = None,
    limits: Limits | None = None,
    store: ReadableStore | None = None,
    concurrency: int = CONCURRENCY,
    progress: Progress | None = None,
) -> Work[Saved]:
    """Write the metadata of all documents of a collection into one file beside it.

    `open_inlined(location, consolidated=True)` opens the collection with that one request. The
    documents stay what counts: the file holds a fingerprint of each, and is never written
    back from.

    Args:
        location: The document that the collection begins with.
        check: Only look which documents have changed since; nothing is written.
        policy: Which documents a reference may lead to.
        limits: How much may be read.
        store: Where documents are; local files by default.
        concurrency: How many documents may be asked for at once.
        progress: Is called with how many documents were read, and how many are known.

    Returns:
        What was written. With `check`, `skipped` are the documents that are as the file says.
        Its `report` has the references that were not followed: what they lead to is not in
        the file.

    Raises:
        DocumentError: The document cannot be read, or the file not be written.
        ConflictError: There is a file in its place that `consolidate` has not written. With
            `check`, documents have changed; the message names them.
    """
    url = document_url(location)
    settings = Settings(
        policy=setting(policy, AccessPolicy), limits=setting(limits, Limits), progress=progress
    )
    return Work(
        _consolidate(url, settings, check=check), store_for(store, url, policy=policy), concurrency
    )


def _consolidate(url: str, settings: Settings, *, check: bool) -> Flow[Saved]:
    reader = Reader(settings)
    sources = yield from reader.documents([url])
    place = consolidated_url(url)
    if check:
        (answer,) = yield [Get(place, settings.limits.document_bytes)]
        changed = stale(blob_of(answer).data, place, sources)
        if changed:
            raise ConflictError(
                f"is not what the documents say any more: {', '.join(changed[:5])}"
                f"{' and more' if len(changed) > 5 else ''}; consolidate again",
                place,
            )
        return Saved((), tuple(sources), reader.report())
    (there,) = yield [Get(place)]
    if isinstance(there, Blob):
        if not is_sidecar(there.data):
            raise ConflictError(
                "is there already and is no consolidated file: move it, since consolidate writes "
                "to this place",
                place,
            )
        request = Put(place, sidecar(url, sources), if_match=there.tag)
    else:
        request = Put(place, sidecar(url, sources), if_absent=True)
    (tag,) = yield [request]
    if isinstance(tag, DocumentError):
        raise tag
    return Saved((place,), report=reader.report())
