"""Documents and all that they refer to, read level by level, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, NamedTuple

from ngio_collections import _paths
from ngio_collections.document import Source, read_source
from ngio_collections.errors import (
    DocumentError,
    DocumentNotFoundError,
    ForbiddenError,
    LimitExceededError,
    NotOmeError,
    PathError,
    UnresolvedReferenceError,
)
from ngio_collections.graph._segment import Raw
from ngio_collections.resolve._consolidated import consolidated_url, entries
from ngio_collections.resolve._policy import AccessPolicy, Limits
from ngio_collections.resolve._report import EXPECTED_ENDS, Report, Unfollowed, kind_of
from ngio_collections.resolve._requests import Answer, Flow, Get, Head
from ngio_collections.resolve._scan import Scan, Stub, scan
from ngio_collections.resolve._strategy import Inlining
from ngio_collections.store import Blob, Stat

__all__ = [
    "OLDER_KEYS",
    "Link",
    "Loaded",
    "Progress",
    "Reader",
    "Settings",
    "explained",
    "is_data",
    "mismatch",
    "older_metadata",
    "require_type",
]

OLDER_KEYS: Final = ("multiscales", "plate", "well", "bioformats2raw.layout", "labels")
"""What metadata of OME-Zarr before RFC-8 is known by."""

BATCH: Final = 512
"""How many documents are asked for before the first of them is parsed: enough to keep many
requests under way, and few enough that their bytes are no burden."""

Progress = Callable[[int, int], None]
"""Is called with how many documents were read, and how many are known of so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How documents are read into one tree.

    Attributes:
        policy: What may be read.
        limits: How much may be read.
        depth: How many documents inside of each other are followed; all if None.
        on_error: `skip` keeps a reference that cannot be followed, and records it; `raise`
            raises an error at the first.
        strategy: How a stub and its target become one.
        levels: Whether the paths of resolution levels are followed as well.
        consolidated: `no`; `trust` takes documents from the consolidated file as they are in
            it; `verify` asks for the tag of each, and reads those that changed.
        progress: Is told how far the reading has come.
    """

    policy: AccessPolicy = field(default_factory=AccessPolicy)
    limits: Limits = field(default_factory=Limits)
    depth: int | None = None
    on_error: str = "skip"
    strategy: Inlining = field(default_factory=Inlining)
    levels: bool = False
    consolidated: str = "no"
    progress: Progress | None = None

    def __post_init__(self) -> None:
        if self.on_error not in ("skip", "raise"):
            raise ValueError(f"on_error is 'skip' or 'raise', not {self.on_error!r}")
        if self.consolidated not in ("no", "trust", "verify"):
            raise ValueError(f"consolidated is True, False or 'verify', not {self.consolidated!r}")
        if self.depth is not None and type(self.depth) is not int:
            raise TypeError(f"depth is a number from 0 on, or None, not {self.depth!r}")
        if self.depth is not None and self.depth < 0:
            raise ValueError(f"depth is a number from 0 on, or None, not {self.depth!r}")


class Link(NamedTuple):
    """A reference of a document and where it leads; nowhere if that is on record already."""

    stub: Stub
    url: str | None


class Loaded(NamedTuple):
    """A document that was read."""

    source: Source
    scan: Scan
    links: Sequence[Link]


class Reader:
    """Reads documents and all that they refer to, and keeps account of it.

    Args:
        settings: How.

    Attributes:
        loaded: The documents that were met, by their addresses, with the errors of those that
            could not be read.
    """

    batch: ClassVar = BATCH

    def __init__(self, settings: Settings) -> None:
        self.loaded: dict[str, Loaded | DocumentError] = {}
        self._settings = settings
        self._entry = ""
        self._read: list[str] = []
        self._origins: dict[str, None] = {}
        self._bytes = 0
        self._levels_left = 0
        self._copies: dict[str, Source] = {}
        self._records: dict[tuple[str, str, str, str], Unfollowed] = {}

    def read(self, url: str) -> Flow[Loaded]:
        """Read the document at an address and all that it refers to.

        Args:
            url: The address of the metadata document.

        Returns:
            The document; `loaded` has the others.

        Raises:
            DocumentError: The document itself cannot be read.
            UnresolvedReferenceError: A reference cannot be followed, if that is an error.
            LimitExceededError: The same, if a limit is the reason.
        """
        self._entry = url
        if self._settings.consolidated != "no":
            yield from self._prefetch(url)
        yield from self._fetch(url)
        entry = self.loaded[url]
        if isinstance(entry, DocumentError):
            raise (yield from explained(entry, url))
        require_type(entry.source)
        return entry

    def documents(
        self, urls: Sequence[str], unreadable: dict[str, DocumentError] | None = None
    ) -> Flow[dict[str, Source]]:
        """Read documents and all that they refer to, without putting them together.

        Args:
            urls: The documents to begin with.
            unreadable: Where the errors of those go that cannot be read; the first is raised
                if there is no such place.

        Returns:
            All that could be read; the report has the rest.

        Raises:
            DocumentError: One of those to begin with cannot be read.
        """
        yield from self._read_all(urls, unreadable)
        return {u: d.source for u, d in self.loaded.items() if isinstance(d, Loaded)}

    def _read_all(
        self, urls: Sequence[str], unreadable: dict[str, DocumentError] | None
    ) -> Flow[None]:
        """Read documents and all that they refer to, and note what does not lead on."""
        for url in urls:
            self._entry = url
            if url not in self.loaded:
                yield from self._fetch(url)
            first = self.loaded[url]
            if isinstance(first, DocumentError):
                if unreadable is None:
                    raise (yield from explained(first, url))
                unreadable[url] = first
            elif unreadable is None:
                require_type(first.source)
        for loaded in list(self.loaded.values()):
            if isinstance(loaded, Loaded):
                self._note_failures(loaded)

    def read_also(self, urls: Iterable[str]) -> Flow[None]:
        """Read documents that are named elsewhere than in a node; not what they refer to.

        Args:
            urls: The documents. What the limits do not allow for is not read, and has its
                error in `loaded`.
        """
        wanted: list[str] = []
        for url in urls:
            if url not in self.loaded and self._admit(url, 0):
                self.loaded[url] = _PENDING
                wanted.append(url)
        for start in range(0, len(wanted), self.batch):
            batch = wanted[start : start + self.batch]
            for url, answer in zip(batch, (yield from self._get(batch)), strict=True):
                source = self._parse(url, answer)
                if isinstance(source, Source):
                    self.loaded[url] = Loaded(source, _NOTHING_FOUND, ())
                else:
                    self.loaded[url] = source
            self._tell(len(wanted) - start - len(batch))

    def _note_failures(self, loaded: Loaded) -> None:
        """Note the references of a document whose target could not be read or does not fit."""
        for stub, url in loaded.links:
            target = None if url is None else self.loaded.get(url)
            if url is not None and target is None:
                cause = f"lies deeper than depth={self._settings.depth}"
                self.record(loaded, stub, "depth", url, cause)
            elif isinstance(target, DocumentError):
                if not is_data(target, stub):
                    self.record(loaded, stub, kind_of(target), str(url), target)
            elif target is not None and stub.raw.get("type") != target.source.node.get("type"):
                kind, words = mismatch(stub.raw, target.source.node)
                self.record(loaded, stub, kind, str(url), words)

    def report(self) -> Report:
        """What was read so far, and what was not."""
        records = tuple(self._records.values())
        documents = tuple(url for url in self._read if isinstance(self.loaded.get(url), Loaded))
        return Report(self._entry, documents, tuple(self._origins), records, self._levels_left)

    def _fetch(self, entry: str) -> Flow[None]:
        """Read the documents level by level."""
        level, depth = [entry], 0
        while level:
            found: list[str] = []
            for start in range(0, len(level), self.batch):
                batch = level[start : start + self.batch]
                copies = self._copies
                wanted = [url for url in batch if url not in copies] if copies else batch
                answers = iter((yield from self._get(wanted)) if wanted else ())
                for url in batch:
                    copy = copies.get(url)
                    source = self._parse(url, next(answers)) if copy is None else self._copied(copy)
                    self.loaded[url] = self._scanned(source, depth, found)
                self._tell(len(level) - start - len(batch) + len(found))
            level, depth = found, depth + 1

    def _get(self, urls: Sequence[str]) -> Flow[list[Answer]]:
        """Read documents, which together are no larger than what is left of the limit.

        Nobody knows beforehand how large they are: each may take its share, and those that
        are larger are read one by one.
        """
        left = self._left()
        share = min(left, max(1, (self._settings.limits.total_bytes - self._bytes) // len(urls)))
        answers = list((yield [Get(url, share) for url in urls]))
        used = sum(len(answer.data) for answer in answers if isinstance(answer, Blob))
        for number, answer in enumerate(answers):
            if isinstance(answer, LimitExceededError) and share < left:
                (again,) = yield [Get(urls[number], self._left(used))]
                answers[number] = again
                used += len(again.data) if isinstance(again, Blob) else 0
        return answers

    def _prefetch(self, entry: str) -> Flow[None]:
        """Read the consolidated file, whose documents need not be read any more."""
        place = consolidated_url(entry)
        (answer,) = yield [Get(place, self._left())]
        if isinstance(answer, DocumentError):
            raise answer
        assert isinstance(answer, Blob)
        self._bytes += len(answer.data)
        # Not even their tags are asked for: the file may be somebody else's.
        refusal = self._settings.policy.refusal
        is_verified = self._settings.consolidated == "verify"
        copies = {
            url: copy
            for url, copy in entries(answer.data, place, intact=is_verified).items()
            if url == entry or refusal(entry, url) is None
        }
        if is_verified:
            urls = list(copies)
            for start in range(0, len(urls), BATCH):
                batch = urls[start : start + BATCH]
                stats = yield [Head(url) for url in batch]
                for url, stat in zip(batch, stats, strict=True):
                    if not isinstance(stat, Stat) or stat.tag != copies[url].tag:
                        del copies[url]
        self._copies = copies

    def _left(self, used: int = 0) -> int:
        """How large the next document may be."""
        limits = self._settings.limits
        return max(0, min(limits.document_bytes, limits.total_bytes - self._bytes - used))

    def _tell(self, waiting: int) -> None:
        if self._settings.progress is not None:
            self._settings.progress(len(self._read), len(self._read) + waiting)

    def _copied(self, source: Source) -> Source:
        """A document that was in the consolidated file."""
        self._read.append(source.url)
        self._origins[_paths.origin(source.url)] = None
        return source

    def _parse(self, url: str, answer: Answer) -> Source | DocumentError:
        if isinstance(answer, DocumentError):
            return answer
        assert isinstance(answer, Blob)
        self._read.append(url)
        self._origins[_paths.origin(url)] = None
        self._bytes += len(answer.data)
        try:
            return read_source(answer.data, url, answer.tag)
        except DocumentError as error:
            return error

    def _scanned(
        self, source: Source | DocumentError, depth: int, found: list[str]
    ) -> Loaded | DocumentError:
        """Find out where the references of a document lead, and add those that are to be read."""
        if isinstance(source, DocumentError):
            return source
        scanned = scan(source.node, levels=self._settings.levels)
        self._levels_left += 0 if self._settings.levels else scanned.paths
        if not scanned.stubs:
            return Loaded(source, scanned, ())
        links: list[Link] = []
        loaded = self.loaded[source.url] = Loaded(source, scanned, links)
        limit = self._settings.depth
        follow = limit is None or depth < limit
        for stub in scanned.stubs:
            url = self._target(loaded, stub)
            links.append(Link(stub, url))
            if url is None or not follow or url in self.loaded:
                continue
            if self._admit(url, depth + 1):
                # Taken note of at once, so that it is asked for once.
                self.loaded[url] = _PENDING
                found.append(url)
        return loaded

    def _admit(self, url: str, depth: int) -> bool:
        """Whether the limits allow for one more document; if not, that becomes its error."""
        limits = self._settings.limits
        reached = ""
        if len(self.loaded) >= limits.documents:
            reached = f"the limit documents={limits.documents:,}"
        elif depth > limits.depth:
            reached = f"the limit depth={limits.depth:,}"
        elif self._bytes >= limits.total_bytes:
            reached = f"the limit total_bytes={limits.total_bytes:,}"
        if reached:
            self.loaded[url] = LimitExceededError(
                f"is not read: {reached} is reached; raise it with Limits(...)", url
            )
        return not reached

    def _target(self, loaded: Loaded, stub: Stub) -> str | None:
        """Where a reference leads; None if that cannot be said or may not be known."""
        path = stub.raw["path"]
        try:
            url = _paths.metadata_url(loaded.source.url, path)
        except PathError as error:
            self.record(loaded, stub, "malformed", _shown(path), error)
            return None
        refusal = self._settings.policy.refusal(loaded.source.url, url)
        if refusal is not None:
            self.record(loaded, stub, "forbidden", url, ForbiddenError(refusal, url))
            return None
        return url

    def record(
        self, loaded: Loaded, stub: Stub, kind: str, target: str, cause: Exception | str
    ) -> None:
        """Note that a reference is not followed, or raise if that is an error."""
        document = loaded.source.url
        pointer = loaded.source.pointer + loaded.scan.pointer(stub)
        words = cause.problem if isinstance(cause, DocumentError) else str(cause)
        record = Unfollowed(kind, document, pointer, target, words)
        self._records[(kind, document, pointer, target)] = record
        if self._settings.on_error == "raise" and kind not in EXPECTED_ENDS:
            reason = cause if isinstance(cause, Exception) else None
            if kind == "limit":
                raise LimitExceededError(words, target) from reason
            raise UnresolvedReferenceError(str(record)) from reason


def _shown(value: Any) -> str:
    return f"{value!r:.80}"


def is_data(error: DocumentError, stub: Stub) -> bool:
    """Whether a path leads to an array of pixels, which has no node and needs none."""
    return isinstance(error, NotOmeError) and stub.raw.get("type") == "singlescale"


def mismatch(stub: Raw, target: Raw) -> tuple[str, str]:
    """The kind of a record, and its words, for a target of another type."""
    found, said = target.get("type"), _shown(stub.get("type"))
    if isinstance(found, str):
        return "type-mismatch", f"has the type {_shown(found)}, and its reference says {said}"
    older = older_metadata(target)
    if older is not None:
        return "not-ome", older
    return "not-ome", "holds an object without a type, which is no node"


def older_metadata(raw: Any) -> str | None:
    """What is said of metadata from before RFC-8; None for all else."""
    if not isinstance(raw, dict) or isinstance(raw.get("type"), str):
        return None
    for key in OLDER_KEYS:
        if key in raw:
            return (
                f"holds metadata of OME-Zarr before RFC-8 ({key}), and no node; "
                "`convert` makes a collection of it"
            )
    return None


def require_type(source: Source) -> None:
    """Refuse metadata from before RFC-8, which would pass for a node without a type.

    Raises:
        NotOmeError: It is such.
    """
    older = older_metadata(source.node)
    if older is not None:
        raise NotOmeError(older, source.url)


def explained(error: DocumentError, url: str) -> Flow[DocumentError]:
    """The error of a document that somebody asked for, with a hint if it is an older group."""
    where, mark, query = url.partition("?")
    if not isinstance(error, DocumentNotFoundError) or not where.endswith("/zarr.json"):
        return error
    older = f"{where.removesuffix('zarr.json')}.zattrs"
    (found,) = yield [Head(f"{older}{mark}{query}")]
    if not isinstance(found, Stat):
        return error
    return DocumentNotFoundError(
        "there is no such file, but a .zattrs of OME-Zarr 0.4 or older; "
        "`convert` makes a collection of it",
        url,
    )


_PENDING: Final = DocumentError("is being read")
_NOTHING_FOUND: Final = Scan((), (), 0, 0)
