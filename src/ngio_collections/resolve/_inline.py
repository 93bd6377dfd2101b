"""Many documents as one tree.

First the documents are read, level by level, each once however many references lead to
it. Then they are put together from the innermost: a reference is replaced by a node that
is made of the stub and of the root of its target, and the lists of nodes on the way to it
by copies. Everything else is shared with the documents as they were parsed, and content
that several references lead to is shared by all places.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, NamedTuple

from ngio_collections import _paths
from ngio_collections._collector import collector_paused
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
from ngio_collections.graph import Edge, Inlined, Layer, NodeTree, Segment
from ngio_collections.graph._segment import Raw
from ngio_collections.resolve._consolidated import consolidated_url, entries
from ngio_collections.resolve._cycles import circles
from ngio_collections.resolve._knots import Knots, Member, Place, Spot
from ngio_collections.resolve._policy import AccessPolicy, Limits
from ngio_collections.resolve._report import EXPECTED_ENDS, Report, Unfollowed, kind_of
from ngio_collections.resolve._requests import Answer, Flow, Get, Head
from ngio_collections.resolve._scan import Scan, Stub, scan
from ngio_collections.resolve._strategy import Inlining
from ngio_collections.store import Blob, Stat

__all__ = [
    "OLDER_KEYS",
    "Inliner",
    "Progress",
    "Settings",
    "explained",
    "merged_node",
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


class _Link(NamedTuple):
    """A reference of a document and where it leads; nowhere if that is on record already."""

    stub: Stub
    url: str | None


class _Loaded(NamedTuple):
    """A document that was read."""

    source: Source
    scan: Scan
    links: Sequence[_Link]


class _Built(NamedTuple):
    """A document with what its references lead to in their places."""

    raw: Raw
    nodes: int
    paths: int
    source: Source


@dataclass(slots=True)
class _Frame:
    """A document that is being put together.

    Attributes:
        place: The document and the way to it.
        spot: What its content depends on.
        loaded: What was read of it.
        depth: How many documents are above it.
        is_whole: Whether everything in it that is of its circle is within the limit.
        done: What its references became, as far as it has come.
        is_over: Whether one of its circle would have become larger than the limit.
    """

    place: Place
    spot: Spot
    loaded: _Loaded
    depth: int
    is_whole: bool
    done: list[_Built | None] = field(default_factory=list)
    is_over: bool = False

    @property
    def url(self) -> str:
        return self.place.url


class Inliner:
    """Reads a document and all that it refers to into one tree.

    Args:
        settings: How.
    """

    batch: ClassVar = BATCH

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._entry = ""
        self._loaded: dict[str, _Loaded | DocumentError] = {}
        self._read: list[str] = []
        self._origins: dict[str, None] = {}
        self._bytes = 0
        self._copies: dict[str, Source] = {}
        self._records: dict[tuple[str, str, str, str], Unfollowed] = {}
        self._edges: dict[int, Edge] = {}
        self._originals: dict[int, Raw] = {}
        self._assembled = 0
        self._above: set[str] = set()
        self._knots = Knots({}, {}, 0, None)

    def flow(self, url: str) -> Flow[NodeTree]:
        """Read the document at an address and all that it refers to.

        Args:
            url: The address of the metadata document.

        Returns:
            The tree. The references that were followed are its edges.

        Raises:
            DocumentError: The document itself cannot be read.
            UnresolvedReferenceError: A reference cannot be followed, if that is an error.
            LimitExceededError: The same, if a limit is the reason.
        """
        with collector_paused():
            self._entry = url
            if self._settings.consolidated != "no":
                yield from self._prefetch(url)
            yield from self._fetch(url)
            entry = self._loaded[url]
            if isinstance(entry, DocumentError):
                raise (yield from explained(entry, url))
            require_type(entry.source)
            built = self._assemble(url)
            inlined = Inlined(self._edges, self._originals, self.report(), built.paths)
            return NodeTree(Segment(built.raw, url, entry.source, inlined))

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
        with collector_paused():
            yield from self._read_all(urls, unreadable)
            found = {u: d.source for u, d in self._loaded.items() if isinstance(d, _Loaded)}
            return found

    def _read_all(
        self, urls: Sequence[str], unreadable: dict[str, DocumentError] | None
    ) -> Flow[None]:
        """Read documents and all that they refer to, and note what does not lead on."""
        for url in urls:
            self._entry = url
            if url not in self._loaded:
                yield from self._fetch(url)
            first = self._loaded[url]
            if isinstance(first, DocumentError):
                if unreadable is None:
                    raise (yield from explained(first, url))
                unreadable[url] = first
            elif unreadable is None:
                require_type(first.source)
        for loaded in list(self._loaded.values()):
            if isinstance(loaded, _Loaded):
                self._note_failures(loaded)

    def _note_failures(self, loaded: _Loaded) -> None:
        """Note the references of a document whose target could not be read or does not fit."""
        for stub, url in loaded.links:
            target = None if url is None else self._loaded.get(url)
            if url is not None and target is None:
                cause = f"lies deeper than depth={self._settings.depth}"
                self._record(loaded, stub, "depth", url, cause)
            elif isinstance(target, DocumentError):
                if not _is_data(target, stub):
                    self._record(loaded, stub, kind_of(target), str(url), target)
            elif target is not None and stub.raw.get("type") != target.source.node.get("type"):
                kind, words = _mismatch(stub.raw, target.source.node)
                self._record(loaded, stub, kind, str(url), words)

    def report(self) -> Report:
        """What was read so far, and what was not."""
        records = tuple(self._records.values())
        return Report(self._entry, tuple(self._read), tuple(self._origins), records)

    # -- reading -----------------------------------------------------------------

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
                    self._loaded[url] = self._scanned(source, depth, found)
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
    ) -> _Loaded | DocumentError:
        """Find out where the references of a document lead, and add those that are to be read."""
        if isinstance(source, DocumentError):
            return source
        scanned = scan(source.node, levels=self._settings.levels)
        if not scanned.stubs:
            return _Loaded(source, scanned, ())
        links: list[_Link] = []
        loaded = self._loaded[source.url] = _Loaded(source, scanned, links)
        limit = self._settings.depth
        follow = limit is None or depth < limit
        for stub in scanned.stubs:
            url = self._target(loaded, stub)
            links.append(_Link(stub, url))
            if url is None or not follow or url in self._loaded:
                continue
            if self._admit(url, depth + 1):
                # Taken note of at once, so that it is asked for once.
                self._loaded[url] = _PENDING
                found.append(url)
        return loaded

    def _admit(self, url: str, depth: int) -> bool:
        """Whether the limits allow for one more document; if not, that becomes its error."""
        limits = self._settings.limits
        reached = ""
        if len(self._loaded) >= limits.documents:
            reached = f"the limit documents={limits.documents:,}"
        elif depth > limits.depth:
            reached = f"the limit depth={limits.depth:,}"
        elif self._bytes >= limits.total_bytes:
            reached = f"the limit total_bytes={limits.total_bytes:,}"
        if reached:
            self._loaded[url] = LimitExceededError(
                f"is not read: {reached} is reached; raise it with Limits(...)", url
            )
        return not reached

    def _target(self, loaded: _Loaded, stub: Stub) -> str | None:
        """Where a reference leads; None if that cannot be said or may not be known."""
        path = stub.raw["path"]
        try:
            url = _paths.metadata_url(loaded.source.url, path)
        except PathError as error:
            self._record(loaded, stub, "malformed", _shown(path), error)
            return None
        refusal = self._settings.policy.refusal(self._entry, url)
        if refusal is not None:
            self._record(loaded, stub, "forbidden", url, ForbiddenError(refusal, url))
            return None
        return url

    def _record(
        self, loaded: _Loaded, stub: Stub, kind: str, target: str, cause: Exception | str
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

    # -- putting together ----------------------------------------------------------

    def _assemble(self, entry: str) -> _Built:
        """Put documents together from the innermost, without recursion."""
        knots = self._knots = self._tied()
        memo: dict[Spot, _Built] = {}
        above = self._above
        first, place = self._loaded[entry], Place(entry, 0, 0)
        assert isinstance(first, _Loaded)
        is_whole = entry not in knots or knots.fits(place, above, surely=False)
        frames = [_Frame(place, knots.spot(place), first, 0, is_whole)]
        above.add(entry)
        while True:
            frame = frames[-1]
            inner = self._inner(frame, memo)
            if inner is not None:
                frames.append(inner)
                above.add(inner.url)
                continue
            built = self._built(frame)
            frames.pop()
            above.discard(frame.url)
            if not frames:
                return built
            memo[frame.spot] = built
            frames[-1].done.append(built)

    def _inner(self, frame: _Frame, memo: Mapping[Spot, _Built]) -> _Frame | None:
        """The next document to be put together before this one; None if all of them are."""
        depth = self._settings.depth
        follow = depth is None or frame.depth < depth
        links, done = frame.loaded.links, frame.done
        for at in range(len(done), len(links)):
            link = links[at]
            target = None if link.url is None else self._loaded.get(link.url)
            if follow and type(target) is _Loaded and not target.links:
                # It holds no references, as most do, and is what it was read as.
                source, scanned, _ = target
                done.append(_Built(source.node, scanned.nodes, scanned.paths, source))
                continue
            found = None
            target = self._follow(frame, link)
            if target is not None:
                place = self._knots.inner(frame.place, str(link.url))
                spot = self._knots.spot(place)
                found = memo.get(spot)
                if found is None:
                    is_whole = self._is_whole(frame, place)
                    if self._may_enter(frame, link, target, place, is_whole=is_whole):
                        return _Frame(place, spot, target, frame.depth + 1, is_whole)
            done.append(found)
        return None

    def _is_whole(self, frame: _Frame, place: Place) -> bool:
        """Whether all that can be looked into in a document is within the limit."""
        knots = self._knots
        if place.url not in knots:
            return True
        if knots.are_one(frame.url, place.url) and (frame.is_whole or knots.is_enough):
            return frame.is_whole
        return knots.fits(place, self._above, surely=False)

    def _may_enter(
        self, frame: _Frame, link: _Link, target: _Loaded, place: Place, *, is_whole: bool
    ) -> bool:
        """Whether a document may be put together; if not, there is a record of it.

        Where there is too much to look into, what does not become a part of the tree is left
        out, and the rest has to be within the limit.
        """
        if not is_whole:
            misfit = self._misfit(link.stub.raw, target.source.node)
            if misfit is not None:
                self._note(frame, link, *misfit)
                return False
            knots = self._knots
            is_inside = knots.are_one(frame.url, place.url)
            is_over = is_inside and knots.is_enough and (frame.is_over or knots.is_over(frame.spot))
            if is_over or not knots.fits(place, self._above, surely=True):
                frame.is_over |= is_inside
                self._note_nodes(frame, link)
                return False
        return self._has_room(frame, link, target)

    def _has_room(self, frame: _Frame, link: _Link, target: _Loaded) -> bool:
        """Whether one more document may be put together; if not, there is a record of it.

        All that is put together comes into the tree.
        """
        self._assembled += target.scan.nodes
        if self._assembled <= self._settings.limits.nodes:
            return True
        self._note_nodes(frame, link)
        return False

    def _note_nodes(self, frame: _Frame, link: _Link) -> None:
        words = f"is not put in: the limit nodes={self._settings.limits.nodes:,} is reached"
        self._note(frame, link, "limit", f"{words}; raise it with Limits(...)")

    def _tied(self) -> Knots:
        """The documents that are part of themselves."""
        # Documents without references, which most are, are in no circle.
        documents = [(url, d.links) for url, d in self._loaded.items() if isinstance(d, _Loaded)]
        found = circles(
            {
                url: [link.url for link in links if link.url is not None]
                for url, links in documents
                if links
            }
        )
        members = {url: self._member(url, found) for url in found}
        return Knots(found, members, self._settings.limits.nodes, self._settings.depth)

    def _member(self, url: str, circle: Mapping[str, int]) -> Member:
        """What a document refers to in its circle."""
        loaded = self._loaded[url]
        assert isinstance(loaded, _Loaded)
        every, fitting = [], []
        for stub, target in loaded.links:
            if target is None or circle.get(target) != circle[url]:
                continue
            every.append(target)
            if self._surely_fits(stub.raw, target):
                fitting.append(target)
        return Member(loaded.scan.nodes, every, fitting)

    def _surely_fits(self, stub: Raw, url: str) -> bool:
        target = self._loaded[url]
        assert isinstance(target, _Loaded)
        if self._misfit(stub, target.source.node) is not None:
            return False
        # What a root that is a reference has in the end, nobody knows here.
        is_open = self._settings.strategy.attributes == "forbid" and "attributes" in stub
        return not (is_open and target.scan.stubs and target.scan.stubs[0].parent < 0)

    def _follow(self, frame: _Frame, link: _Link) -> _Loaded | None:
        """The document that a reference leads to; None, and a record, if it is not followed."""
        url = link.url
        if url is None:
            return None
        depth = self._settings.depth
        target = self._loaded.get(url)
        if depth is not None and frame.depth >= depth:
            self._note(frame, link, "depth", f"lies deeper than depth={depth}")
            return None
        if target is None:  # Its document was met at the last level only.
            self._note(frame, link, "depth", "lies deeper than was read")
            return None
        if url in self._above:
            self._note(frame, link, "cycle", "is a document that this one is part of")
            return None
        if isinstance(target, DocumentError):
            if not _is_data(target, link.stub):
                self._note(frame, link, kind_of(target), target)
            return None
        return target

    def _note(self, frame: _Frame, link: _Link, kind: str, cause: Exception | str) -> None:
        self._record(frame.loaded, link.stub, kind, str(link.url), cause)

    def _built(self, frame: _Frame) -> _Built:
        """A document with the nodes that its references became."""
        loaded = frame.loaded
        nodes, paths = loaded.scan.nodes, loaded.scan.paths
        new: dict[int, dict[int, Raw]] = {}
        for link, built in zip(loaded.links, frame.done, strict=True):
            merged = None if built is None else self._merged(frame, link, built, nodes)
            if built is None or merged is None:
                paths += type(link.stub.raw["path"]) is dict
                continue
            nodes += built.nodes - 1
            paths += built.paths
            new.setdefault(link.stub.parent, {})[link.stub.at] = merged
        if not new:
            return _Built(loaded.source.node, nodes, paths, loaded.source)
        if -1 in new:  # The root itself is a reference.
            return _Built(new[-1][-1], nodes, paths, loaded.source)
        containers = loaded.scan.containers
        for number in range(len(containers) - 1, -1, -1):
            if number not in new:
                continue
            raw, parent, at = containers[number]
            items = list(raw["nodes"])
            for place, item in new[number].items():
                items[place] = item
            made = {**raw, "nodes": items}
            self._originals[id(made)] = raw
            if parent < 0:
                return _Built(made, nodes, paths, loaded.source)
            new.setdefault(parent, {})[at] = made
        raise AssertionError("the root of a document holds all of its containers")

    def _merged(self, frame: _Frame, link: _Link, built: _Built, nodes: int) -> Raw | None:
        """The node that a stub and its target become; None, and a record, if they do not."""
        stub, target = link.stub.raw, built.raw
        if nodes + built.nodes - 1 > self._settings.limits.nodes:
            self._note_nodes(frame, link)
            return None
        misfit = self._misfit(stub, target)
        if misfit is not None:
            self._note(frame, link, *misfit)
            return None
        here = Layer(frame.url, stub, frame.loaded.source)
        edge = self._edges.get(id(target))
        there = Layer(built.source.url, built.source.node, built.source)
        layers = (here, there) if edge is None else (here, *edge.layers)
        strategy = self._settings.strategy
        merged = merged_node(here, target, str(layers[-1].url), strategy.attributes)
        self._edges[id(merged)] = Edge(layers, merged, strategy.attributes)
        return merged

    def _misfit(self, stub: Raw, target: Raw) -> tuple[str, str] | None:
        """The kind of a record, and its words, for a target that a stub cannot become one with."""
        if stub.get("type") != target.get("type"):
            return _mismatch(stub, target)
        if "attributes" in stub:
            strategy = self._settings.strategy
            twice = strategy.forbidden(stub["attributes"], target.get("attributes"))
            if twice:
                words = f"and its reference both have the attributes {', '.join(twice)}"
                return "attribute-conflict", words
        return None


def merged_node(stub: Layer, target: Raw, url: str, wins: str) -> dict[str, Any]:
    """The node that a stub and what it leads to become.

    Args:
        stub: The stub, with the address of its document.
        target: The root of the document that it leads to, as it is in the tree.
        url: The address of the document that holds the content; paths count from there.
        wins: Whose attributes count.
    """
    merged = {**target, **stub.raw}
    merged.pop("version", None)
    if "path" in target:
        merged["path"] = target["path"]
    else:
        del merged["path"]
    if "attributes" in stub.raw:
        says = _paths.rebased(stub.raw["attributes"], str(stub.url), url)
        merged["attributes"] = _merged_attributes(says, target, wins)
    return merged


def _merged_attributes(stub: Any, target: Raw, wins: str) -> Any:
    theirs = target.get("attributes")
    if not isinstance(stub, dict) or not isinstance(theirs, dict):
        # What is no object has no attributes that could count.
        return theirs if isinstance(theirs, dict) else stub
    return {**stub, **theirs} if wins == "target" else {**theirs, **stub}


def _shown(value: Any) -> str:
    return f"{value!r:.80}"


def _is_data(error: DocumentError, stub: Stub) -> bool:
    """Whether a path leads to an array of pixels, which has no node and needs none."""
    return isinstance(error, NotOmeError) and stub.raw.get("type") == "singlescale"


def _mismatch(stub: Raw, target: Raw) -> tuple[str, str]:
    """The kind of a record, and its words, for a target of another type."""
    found, said = target.get("type"), _shown(stub.get("type"))
    if isinstance(found, str):
        return "type-mismatch", f"has the type {_shown(found)}, and its reference says {said}"
    older = _older(target)
    if older is not None:
        return "not-ome", older
    return "not-ome", "holds an object without a type, which is no node"


def _older(raw: Raw) -> str | None:
    """What is said of metadata from before RFC-8; None for all else."""
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
    older = None if isinstance(source.node.get("type"), str) else _older(source.node)
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
