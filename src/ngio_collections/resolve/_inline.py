"""Many documents as one tree.

First the documents are read, level by level, each once however many references lead to
it. Then they are put together from the innermost: a reference is replaced by a node that
is made of the stub and of the root of its target, and the lists of nodes on the way to it
by copies. Everything else is shared with the documents as they were parsed, and content
that several references lead to is shared by all places.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ngio_collections.document import Source
from ngio_collections.errors import DocumentError
from ngio_collections.graph import Edge, Inlined, Layer, NodeTree, Segment
from ngio_collections.graph._segment import Raw
from ngio_collections.resolve._cycles import circles
from ngio_collections.resolve._knots import Knots, Member, Place, Spot
from ngio_collections.resolve._merged import merged_node
from ngio_collections.resolve._reader import Link, Loaded, Reader, Settings, is_data, mismatch
from ngio_collections.resolve._report import kind_of
from ngio_collections.resolve._requests import Flow

__all__ = ["Inliner"]


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
    loaded: Loaded
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

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._reader = Reader(settings)
        self._loaded = self._reader.loaded
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
        entry = yield from self._reader.read(url)
        built = self._assemble(url)
        inlined = Inlined(self._edges, self._originals, self._reader.report(), built.paths)
        return NodeTree(Segment(built.raw, url, entry.source, inlined))

    def _assemble(self, entry: str) -> _Built:
        """Put documents together from the innermost, without recursion."""
        knots = self._knots = self._tied()
        memo: dict[Spot, _Built] = {}
        above = self._above
        first, place = self._loaded[entry], Place(entry, 0, 0)
        assert isinstance(first, Loaded)
        self._assembled = first.scan.nodes
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
            if follow and type(target) is Loaded and not target.links:
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
        self, frame: _Frame, link: Link, target: Loaded, place: Place, *, is_whole: bool
    ) -> bool:
        """Whether a document may be put together; if not, there is a record of it.

        What does not become a part of the tree is left out. Where there is too much to look
        into, the rest has to be within the limit.
        """
        misfit = self._misfit(link.stub.raw, target.source.node)
        if misfit is not None:
            self._note(frame, link, *misfit)
            return False
        if not is_whole:
            knots = self._knots
            is_inside = knots.are_one(frame.url, place.url)
            is_over = is_inside and knots.is_enough and (frame.is_over or knots.is_over(frame.spot))
            if is_over or not knots.fits(place, self._above, surely=True):
                frame.is_over |= is_inside
                self._note_nodes(frame, link)
                return False
        return self._has_room(frame, link, target)

    def _has_room(self, frame: _Frame, link: Link, target: Loaded) -> bool:
        """Whether one more document may be put together; if not, there is a record of it.

        All that is put together comes into the tree.
        """
        self._assembled += target.scan.nodes - 1  # Its root is in the place of the reference.
        if self._assembled <= self._settings.limits.nodes:
            return True
        self._note_nodes(frame, link)
        return False

    def _note_nodes(self, frame: _Frame, link: Link) -> None:
        words = f"is not put in: the limit nodes={self._settings.limits.nodes:,} is reached"
        self._note(frame, link, "limit", f"{words}; raise it with Limits(...)")

    def _tied(self) -> Knots:
        """The documents that are part of themselves."""
        # Documents without references, which most are, are in no circle.
        documents = [(url, d.links) for url, d in self._loaded.items() if isinstance(d, Loaded)]
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
        assert isinstance(loaded, Loaded)
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
        assert isinstance(target, Loaded)
        if self._misfit(stub, target.source.node) is not None:
            return False
        # What a root that is a reference has in the end, nobody knows here.
        is_open = self._settings.strategy.attributes == "forbid" and "attributes" in stub
        return not (is_open and target.scan.stubs and target.scan.stubs[0].parent < 0)

    def _follow(self, frame: _Frame, link: Link) -> Loaded | None:
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
            if not is_data(target, link.stub):
                self._note(frame, link, kind_of(target), target)
            return None
        return target

    def _note(self, frame: _Frame, link: Link, kind: str, cause: Exception | str) -> None:
        self._reader.record(frame.loaded, link.stub, kind, str(link.url), cause)

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

    def _merged(self, frame: _Frame, link: Link, built: _Built, nodes: int) -> Raw | None:
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
            return mismatch(stub, target)
        if "attributes" in stub:
            strategy = self._settings.strategy
            twice = strategy.forbidden(stub["attributes"], target.get("attributes"))
            if twice:
                words = f"and its reference both have the attributes {', '.join(twice)}"
                return "attribute-conflict", words
        return None
