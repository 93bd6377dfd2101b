"""Reading groups: which documents there are, what is in them, of which version they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final, NamedTuple

from ngio_collections._json import JsonSyntaxError
from ngio_collections._words import show
from ngio_collections.conversion._consolidated import Copies
from ngio_collections.conversion._engine import UnconvertibleError, attempt
from ngio_collections.conversion._ledger import Page
from ngio_collections.conversion._numbers import Loaded, loads_most
from ngio_collections.conversion._work import Group
from ngio_collections.errors import (
    DocumentError,
    ForbiddenError,
    LimitExceededError,
    NotJsonError,
)
from ngio_collections.resolve import AccessPolicy, Limits, Progress
from ngio_collections.resolve._requests import Answer, Flow, Get, Head, Request
from ngio_collections.store import Blob

__all__ = ["BATCH", "Read", "Reader", "document_of", "is_bare", "is_node", "is_ome"]

BATCH: Final = 512
"""How many documents are asked for at once."""

FIELDS: Final = frozenset(
    {"multiscales", "plate", "well", "labels", "bioformats2raw.layout", "series"}
)
"""What tells that attributes are metadata of OME-Zarr, one for each kind of group."""

_NAMES: Final = {2: ".zattrs", 3: "zarr.json"}
_ARRAYS: Final = {2: ".zarray", 3: "zarr.json"}
_VERSION: Final = re.compile(r"(0\.[56])(?:[.\-a-z].*)?").fullmatch


def document_of(url: str, format_: int) -> str:
    """The address of the metadata document of a group."""
    return f"{url}/{_NAMES[format_]}"


class Read(NamedTuple):
    """A group that was asked for.

    Attributes:
        page: The notes about its document; None if there is no such document.
        group: The group; None if it cannot be converted.
        reason: Why not.
    """

    page: Page | None
    group: Group | None
    reason: str = ""


class Reader:
    """Reads metadata documents, as far as the policy and the limits allow.

    Attributes:
        entry: The document that was asked for.
        policy: Where paths may lead.
        limits: How much may be read.
        copies: The copies of metadata in the root, if there are any.
        pages: The notes about all documents that were read, and those that should have been.
    """

    def __init__(self, policy: AccessPolicy, limits: Limits, progress: Progress | None) -> None:
        self.entry = ""
        self.copies: Copies | None = None
        self.pages: list[Page] = []
        self.policy = policy
        self.limits = limits
        self._progress = progress
        self._asked = 0
        self._bytes = 0
        self._known = 0

    def expect(self, documents: int) -> None:
        """Take note of documents that will be read."""
        self._known += documents

    def answers(self, requests: Sequence[Request]) -> Flow[list[Answer]]:
        """Ask for documents, many at a time; what may not be read is an error of its own."""
        answers: list[Answer] = []
        for start in range(0, len(requests), BATCH):
            batch = requests[start : start + BATCH]
            refusals = [self._refusal(request.url) for request in batch]
            asked = [r for r, refusal in zip(batch, refusals, strict=True) if refusal is None]
            given = iter((yield asked) if asked else ())
            answers += [next(given) if refusal is None else refusal for refusal in refusals]
            self._bytes += sum(
                len(answer.data) for answer in answers[-len(batch) :] if isinstance(answer, Blob)
            )
        return answers

    def _refusal(self, url: str) -> DocumentError | None:
        if url != self.entry:
            refusal = self.policy.refusal(self.entry, url)
            if refusal is not None:
                return ForbiddenError(refusal, url)
        limits = self.limits
        self._asked += 1
        if self._asked > limits.documents:
            return LimitExceededError(f"is beyond the limit documents={limits.documents:,}", url)
        if self._bytes >= limits.total_bytes:
            return LimitExceededError(
                f"is beyond the limit total_bytes={limits.total_bytes:,}", url
            )
        return None

    def get(self, url: str) -> Get:
        """A request for a document, which may not be larger than is allowed."""
        limits = self.limits
        left = limits.total_bytes - self._bytes
        return Get(url, max(0, min(limits.document_bytes, left)))

    def groups(
        self, urls: Sequence[str], format_: int, *, are_expected: bool = False
    ) -> Flow[list[Read]]:
        """Read groups that must be there.

        Args:
            urls: Their addresses.
            format_: The version of Zarr.
            are_expected: Whether note was taken of them before.
        """
        if not are_expected:
            self.expect(len(urls))
        answers = yield from self.answers([self.get(document_of(url, format_)) for url in urls])
        found = [
            self.parsed(url, format_, answer) for url, answer in zip(urls, answers, strict=True)
        ]
        self.tell()
        return found

    def tell(self) -> None:
        """Say how far the reading has come."""
        if self._progress is not None:
            done = len(self.pages)
            self._progress(done, max(done, self._known))

    def parsed(self, url: str, format_: int, answer: Answer) -> Read:
        """Understand a document; what is wrong with it is noted."""
        where = document_of(url, format_)
        page = Page(where)
        self.pages.append(page)
        try:
            if isinstance(answer, DocumentError):
                raise answer
            assert isinstance(answer, Blob)
            document, page.dropped = _loaded(answer.data, where)
            page.value = document if page.dropped else None
        except DocumentError as error:
            page.refused("", error.problem)
            return Read(None, None, f"leads to {error}")
        if self.copies is not None:
            self.copies.compare(url, document)
        group = attempt(page, document, "", partial(_group, url, where, document, format_))
        if isinstance(group, Group):
            return Read(page, group)
        return Read(page, None, f"leads to {where}, in which {group.pointer} {group.reason}")

    def read_copies(self, url: str, format_: int, answer: Answer) -> Flow[None]:
        """Look for copies of metadata in the root of a hierarchy.

        Args:
            url: The root.
            format_: The version of Zarr.
            answer: The metadata document of the root.
        """
        where, root = f"{url}/.zmetadata", answer
        if format_ == 2:
            (answer,) = yield from self.answers([self.get(where)])
        if not isinstance(answer, Blob):
            return
        try:
            document, _ = _loaded(answer.data, where)
        except NotJsonError as error:
            if format_ == 2:
                page = Page(where)
                page.refused("", error.problem)
                self.pages.append(page)
            return
        if format_ == 3:
            self.copies = Copies.inline(url, self.pages[0], document)
            return
        page = Page(where)
        page.kept("", None, "", "", "It is a copy of other documents.")
        self.pages.append(page)
        self.copies = Copies(url, 2, page, "", document)
        if isinstance(root, Blob):
            with suppress(JsonSyntaxError):  # What is wrong with the root has been noted.
                self.copies.compare(url, loads_most(root.data).value)

    def exist(self, urls: Sequence[str], format_: int) -> list[Head]:
        """Requests that find out whether arrays are there."""
        return [Head(f"{url}/{_ARRAYS[format_]}") for url in urls]


def _loaded(data: bytes, url: str) -> Loaded:
    try:
        return loads_most(data)
    except JsonSyntaxError as error:
        raise NotJsonError(error.problem, url) from error


def _group(url: str, where: str, document: Any, format_: int) -> Group:
    """The group of a document.

    Raises:
        UnconvertibleError: It holds no OME-Zarr metadata, or of another version.
    """
    if not isinstance(document, dict):
        raise UnconvertibleError("", f"is {show(document)}; expected an object")
    if format_ == 2:
        return Group(url, where, document, document, "", _version_2(document, ""))
    attributes = document.get("attributes")
    if not isinstance(attributes, dict):
        found = "is missing" if attributes is None else f"is {show(attributes)}"
        raise UnconvertibleError("/attributes", f"{found}; expected an object with `ome`")
    ome = attributes.get("ome")
    at = "/attributes/ome"
    if "ome" not in attributes and is_ome(attributes):
        inside = "/attributes"
        return Group(url, where, document, attributes, inside, _version_2(attributes, inside))
    if not isinstance(ome, dict):
        found = "is missing" if ome is None else f"is {show(ome)}"
        raise UnconvertibleError(at, f"{found}; expected the metadata of OME-Zarr")
    if is_node(ome):
        raise UnconvertibleError(
            f"{at}/type", "is that of a node of RFC-8 already; open the document, or refer to it"
        )
    return Group(url, where, document, ome, at, _version_3(ome, at))


def is_bare(answer: Answer, format_: int) -> bool:
    """Whether a document is that of a group without metadata of OME-Zarr."""
    if not isinstance(answer, Blob):
        return False
    try:
        document, dropped = loads_most(answer.data)
    except JsonSyntaxError:
        return False
    if dropped:
        return False
    if format_ == 3 and isinstance(document, dict) and document.get("node_type") == "group":
        document = document.get("attributes", {})
        return isinstance(document, dict) and "ome" not in document and not is_ome(document)
    return format_ == 2 and isinstance(document, dict) and not is_ome(document)


def is_ome(attributes: Mapping[str, Any]) -> bool:
    """Whether attributes are metadata of OME-Zarr 0.4, which has no key of its own for it."""
    return not FIELDS.isdisjoint(attributes)


def is_node(ome: Mapping[str, Any]) -> bool:
    """Whether metadata is a node of RFC-8, and not of OME-Zarr before it."""
    return isinstance(ome.get("type"), str) and not ome.keys().isdisjoint({"nodes", "path", "id"})


def _version_3(ome: Mapping[str, Any], at: str) -> str:
    version = ome.get("version")
    if version is None:
        images = ome.get("multiscales")
        first = images[0] if isinstance(images, list) and images else None
        is_newer = "scene" in ome or (isinstance(first, dict) and "coordinateSystems" in first)
        return "0.6" if is_newer else "0.5"
    match = _VERSION(version) if isinstance(version, str) else None
    if match is None:
        raise UnconvertibleError(f"{at}/version", f"is {show(version)}; expected 0.5 or 0.6")
    return match[1]


def _version_2(ome: Mapping[str, Any], at: str) -> str:
    """The version of metadata of 0.4, where images, plates and wells say it.

    Raises:
        UnconvertibleError: It is another one.
    """
    images = ome.get("multiscales")
    found = [
        (f"{at}/multiscales/{number}", image)
        for number, image in enumerate(images if isinstance(images, list) else ())
    ]
    found += [(f"{at}/{field}", ome[field]) for field in ("plate", "well") if field in ome]
    for where, value in found:
        version = value.get("version") if isinstance(value, dict) else None
        if version not in (None, "0.4"):
            raise UnconvertibleError(
                f"{where}/version",
                f"is {show(version)}; expected 0.4; write it as 0.4 or newer first",
            )
    return "0.4"
