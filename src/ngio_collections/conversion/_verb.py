"""The verb `convert`."""

from __future__ import annotations

from typing import Any, Final

from ngio_collections import _paths
from ngio_collections.conversion._conversion import Conversion
from ngio_collections.conversion._images import Homes, Images
from ngio_collections.conversion._ledger import Ledger, Page
from ngio_collections.conversion._names import AROUND, stem
from ngio_collections.conversion._places import candidates, entry_url, folder_of, place
from ngio_collections.conversion._reading import Read, Reader, document_of, is_bare
from ngio_collections.conversion._walk import Walk
from ngio_collections.conversion._work import path_from
from ngio_collections.conversion._writing import Writer
from ngio_collections.errors import (
    DocumentError,
    DocumentNotFoundError,
    NotOmeError,
)
from ngio_collections.resolve import AccessPolicy, Limits, Progress, Work
from ngio_collections.resolve._inline import Inliner
from ngio_collections.resolve._reader import Settings
from ngio_collections.resolve._requests import Flow
from ngio_collections.resolve.verbs._common import CONCURRENCY, Location, store_for
from ngio_collections.store import LocalStore, ReadableStore, RouterStore

__all__ = ["convert"]

LAYOUTS: Final = ("wide", "tall")
DOCUMENTS: Final = ("one", "per-well", "per-image")
_DOCUMENT_NAMES: Final = ("zarr.json", ".zattrs", ".zgroup")


def convert(
    source: Location,
    destination: Location | None = None,
    *,
    layout: str = "wide",
    documents: str = "one",
    name: str | None = None,
    overwrite: bool = False,
    check_arrays: bool = True,
    store: ReadableStore | None = None,
    target_store: ReadableStore | None = None,
    policy: AccessPolicy | None = None,
    limits: Limits | None = None,
    concurrency: int = CONCURRENCY,
    progress: Progress | None = None,
) -> Work[Conversion]:
    """Make a collection of RFC-8 of OME-Zarr 0.4, 0.5 or 0.6, without touching a pixel.

    Only metadata is read, and the source is never written to. Every image becomes a node
    with its own metadata, whose levels point at the arrays as they are. What RFC-8 has no
    field for is kept under attributes that begin with `ome-zarr:`; `docs/conversion.md` says
    what becomes of each field. What cannot be converted is on the ledger, and the rest is
    converted.

    Converting again writes only what is missing or outdated, so that an interrupted conversion
    can be repeated. A conversion that was edited since is left as it is, as long as the
    source is the same.

    Args:
        source: The Zarr group: an image, a plate, or the result of bioformats2raw.
        destination: The `.json` file to write; by default beside the source, or beside the
            hierarchy that it is a part of.
        layout: `wide` puts the images of a well side by side; `tall` puts those of each
            acquisition into a collection of their own.
        documents: `one` document, or one more `per-well` or `per-image`; these go to a folder
            beside the first.
        name: What the collection is called; by default what the source says, or the name of
            its folder.
        overwrite: Whether files are replaced that are no conversions, or have been edited.
        check_arrays: Whether it is made sure that the array of each level is there.
        store: Where the source is; local files by default.
        target_store: Where documents are written; by default where the source is, or local
            files if the destination is one and the source is not.
        policy: Where the paths in the source may lead.
        limits: How much may be read.
        concurrency: How many documents may be asked for at once.
        progress: Is called with how many documents were read, and how many are known.

    Returns:
        What was written, what became of every field, and the new collection.

    Raises:
        DocumentNotFoundError: There is no such group.
        NotOmeError: It holds nothing that can be converted.
        ConflictError: There is a file that is no conversion, or that of another source, or one
            that has been edited and is outdated, or that somebody else writes meanwhile.
        ForbiddenError: The destination is in the source or in a hierarchy that the source is a
            part of, also by where links lead, or it cannot be written to.
        DocumentError: The source cannot be read, or a document cannot be written.
        TypeError: An argument is of another type than it says.
        ValueError: `layout` or `documents` is none of the above.
    """
    _check(layout, documents, name, policy, limits)
    group = _group_url(source)
    asked = None if destination is None else entry_url(destination)
    found = _stores(group, asked, store, target_store, policy)
    reader = Reader(policy or AccessPolicy(), limits or Limits(), progress)

    def work() -> Flow[Conversion]:
        entry = yield from place(group, asked, documents, reader.policy, reader.limits)
        homes = Homes(entry, folder_of(entry), documents)
        writer = Writer(overwrite=overwrite)
        walk = Walk(Images(reader, homes, check_arrays), writer, layout, name)
        return (yield from _convert(group, walk, found))

    return Work(work(), found, concurrency)


def _check(layout: Any, documents: Any, name: Any, policy: Any, limits: Any) -> None:
    """Refuse arguments that mean nothing.

    Raises:
        TypeError: One is of another type.
        ValueError: One has another value.
    """
    for value, known, what in ((layout, LAYOUTS, "layout"), (documents, DOCUMENTS, "documents")):
        if value not in known:
            raise ValueError(f"{what} is one of {', '.join(known)}, not {value!r}")
    for value, type_, what in (
        (name, str, "name"),
        (policy, AccessPolicy, "policy"),
        (limits, Limits, "limits"),
    ):
        if value is not None and not isinstance(value, type_):
            raise TypeError(f"{what} must be of the type {type_.__name__}, not {value!r}")


def _group_url(source: Location) -> str:
    url = _paths.as_url(source)
    for name in _DOCUMENT_NAMES:
        url = url.removesuffix(f"/{name}")
    return url.removesuffix("/")  # Of a bucket, which may be a group.


def _stores(
    group: str,
    asked: str | None,
    store: ReadableStore | None,
    target_store: ReadableStore | None,
    policy: AccessPolicy | None,
) -> ReadableStore:
    """One store for both ends."""
    source = store_for(store, group, policy=policy)
    is_local = asked is not None and asked.startswith("file:")
    if target_store is None and is_local and not group.startswith("file:"):
        target_store = LocalStore()
    if target_store is None or target_store is source:
        return source
    entries = candidates(group) if asked is None else [asked]
    places = [url for entry in entries for url in (entry, entry.removesuffix(".json"))]
    # By default the group itself may have the name of a folder for documents.
    return RouterStore({url: target_store for url in places if url != group}, source)


def _convert(url: str, walk: Walk, store: ReadableStore) -> Flow[Conversion]:
    images, writer = walk.images, walk.writer
    reader, entry = images.reader, images.homes.entry
    yield from writer.require(entry, url)
    read = yield from _root(url, reader)
    made = yield from walk.root(read, _title(url))
    if made is None:
        raise NotOmeError(_why(reader, read), read.page.url if read.page else reader.entry)
    if read.group is not None and read.group.url != url:
        made.attributes[AROUND] = path_from(entry, url)
    sources = yield from writer.documents([made])
    outdated = yield from writer.outdated(images.homes.folder)
    if len(writer.written) + len(writer.skipped) == 1:
        tree = sources[0].tree()
    else:
        tree = yield from Inliner(Settings()).flow(entry)
    tree.segment.source.store = store
    for page in reader.pages:
        page.close(images.shared)
    if reader.copies is not None:
        reader.copies.note()
    ledger = Ledger(reader.pages)
    return Conversion(
        tree.root, entry, url, tuple(writer.written), tuple(writer.skipped), outdated, ledger
    )


def _title(url: str) -> str:
    return stem(_paths.file_name(url)) or "collection"


def _root(url: str, reader: Reader) -> Flow[Read]:
    """Read the group that was asked for, in whichever version of Zarr it is.

    Raises:
        DocumentNotFoundError: There is no such group.
        DocumentError: It cannot be read.
    """
    for format_ in (3, 2):
        reader.entry = document_of(url, format_)
        (answer,) = yield from reader.answers([reader.get(reader.entry)])
        if isinstance(answer, DocumentNotFoundError):
            continue
        if isinstance(answer, DocumentError):
            raise answer
        if is_bare(answer, format_):
            labels = yield from _labels(url, format_, reader)
            if labels is not None:
                return labels
        read = reader.parsed(url, format_, answer)
        yield from reader.read_copies(url, format_, answer)
        return read
    raise DocumentNotFoundError(
        "is no Zarr group with metadata: it has neither a zarr.json nor a .zattrs", url
    )


def _labels(url: str, format_: int, reader: Reader) -> Flow[Read | None]:
    """Read the label images in a group that is no image itself, as some software writes them."""
    within = f"{url}/labels"
    (answer,) = yield from reader.answers([reader.get(document_of(within, format_))])
    if isinstance(answer, DocumentNotFoundError):
        return None
    page = Page(document_of(url, format_))
    page.kept("", None, "", "", "The group has no metadata of OME-Zarr, but labels in it.")
    reader.pages.append(page)
    return reader.parsed(within, format_, answer)


def _why(reader: Reader, read: Read) -> str:
    """Why nothing could be converted, in one line."""
    for page in reader.pages:
        page.close({})
    for entry in Ledger(reader.pages).refusals():
        if not entry.is_consequence:
            where = f"{entry.pointer} " if entry.pointer else ""
            return f"cannot be converted: {where}{entry.reason}"
    return f"cannot be converted: {read.reason}"
