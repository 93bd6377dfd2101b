"""Documents that are part of themselves: where they are met, and how large they become.

A document that is further up is not put in again, so that what a document becomes depends
on where it is met. It depends on no more than what can be reached from it past those further
up, so that the content is the same in all places where that is the same.

There are more ways through a few documents that refer to each other than anybody could wait
for. So nodes are counted before anything is put together, and no further than to a limit.
"""

from __future__ import annotations

import heapq
import itertools
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

__all__ = ["Knots", "Member", "Place", "Spot"]

_SMALL: Final = 256
"""Of circles of so many documents it is found out what can be reached. In larger ones, which
are seldom tangled, that would take longer than it saves."""

_BITS: Final = 128
"""So long are the numbers that stand for sets of documents of a larger circle: two of a
thousand million sets have the same with a chance of less than 1 to 10^20."""

_EASY: Final = 100_000
"""So many references are looked at before it is found out whether the limit is far away."""

_FAR: Final = 1_000_000
"""And so many to find that out."""

_ENOUGH: Final = 300_000
"""So many references are looked at, in all, to find those parts that fit of what is too large."""


class Place(NamedTuple):
    """A document, and the way to it.

    Attributes:
        url: The address of the document.
        above: What stands for the set of those documents of its circle that are further up; 0
            for none.
        depth: How many documents are above it; always 0 if any number may be.
    """

    url: str
    above: int
    depth: int


class Spot(NamedTuple):
    """A document, and all about its place that its content depends on.

    Attributes:
        url: The address of the document.
        open: What stands for the documents that can be reached from it.
        depth: How many documents are above it; always 0 if any number may be.
    """

    url: str
    open: int
    depth: int


class Member(NamedTuple):
    """A document of a circle.

    Attributes:
        nodes: How many nodes it has itself.
        all: The documents of its circle that it refers to, one for each reference.
        fitting: Those of them that certainly become a part of it, unless they are further up.
    """

    nodes: int
    all: Sequence[str]
    fitting: Sequence[str]


@dataclass(slots=True)
class _Count:
    """A document whose nodes are being counted."""

    place: Place
    key: Any
    targets: Iterator[str]
    nodes: int


class Knots:
    """The documents in circles.

    Args:
        circles: The circle of each of them.
        members: What they refer to.
        limit: How many nodes a tree may have.
        depth: How many documents inside of each other are followed; all if None.
    """

    def __init__(
        self,
        circles: Mapping[str, int],
        members: Mapping[str, Member],
        limit: int,
        depth: int | None,
    ) -> None:
        self._circles = circles
        self._members = members
        self._limit = limit
        self._depth = depth
        self._marks: dict[str, int] = {}
        self._targets: dict[str, int] = {}
        self._numbered: dict[int, list[str]] = {}
        self._mark()
        is_same = all(member.all == member.fitting for member in members.values())
        sizes: dict[Any, int] = {}
        self._sizes = (sizes, sizes if is_same else {})
        self._looked_at = 0

    def _mark(self) -> None:
        """Give every document a number, so that some of them stand for a set of documents.

        In small circles it is one bit. In others it is a number that nobody can foresee, and
        the exclusive or of some stands for their set: that is no longer for a long circle.
        """
        groups: dict[int, list[str]] = {}
        for url, circle in self._circles.items():
            groups.setdefault(circle, []).append(url)
        for circle, urls in groups.items():
            if len(urls) > _SMALL:
                self._marks.update((url, secrets.randbits(_BITS)) for url in urls)
                continue
            self._numbered[circle] = urls
            self._marks.update((url, 1 << at) for at, url in enumerate(urls))
            for url in urls:
                bits = 0
                for target in self._members[url].all:
                    bits |= self._marks[target]
                self._targets[url] = bits

    def __contains__(self, url: str) -> bool:
        return url in self._circles

    def are_one(self, url: str, other: str) -> bool:
        """Whether two documents are in one circle."""
        circle = self._circles.get(url)
        return circle is not None and self._circles.get(other) == circle

    def inner(self, place: Place, url: str) -> Place:
        """The place of a document that another one refers to."""
        above = place.above ^ self._marks[place.url] if self.are_one(place.url, url) else 0
        return Place(url, above, 0 if self._depth is None else place.depth + 1)

    def spot(self, place: Place) -> Spot:
        """What the content of a document depends on. Cost: O(documents of a small circle)."""
        url, above, depth = place
        urls = self._numbered.get(self._circles.get(url, -1))
        if urls is None:
            return Spot(url, above, depth)
        left = ((1 << len(urls)) - 1) & ~above
        found = todo = self._marks[url]
        while todo and found != left:
            last = todo & -todo
            new = self._targets[urls[last.bit_length() - 1]] & left & ~found
            found |= new
            todo = todo ^ last | new
        return Spot(url, found, depth)

    @property
    def is_enough(self) -> bool:
        """Whether enough was counted of what is too large as a whole."""
        return self._looked_at > _ENOUGH

    def is_over(self, spot: Spot) -> bool:
        """Whether it is known that what is in the tree of a document is beyond the limit."""
        return self._sizes[True].get(spot, 0) > self._limit

    def fits(self, place: Place, above: set[str], *, surely: bool) -> bool:
        """Whether what a document becomes is within the limit.

        Only the nodes of its circle are counted: all others are put together once.

        Args:
            place: That of a document of a circle.
            above: The documents further up, without it; the same again when this is done.
            surely: Whether only those parts count that certainly are in the tree.

        Returns:
            Whether it is. Cost: O(references) for each different spot of a document inside of
            it, until the limit is reached.
        """
        sizes = self._sizes[surely]
        spot = self.spot(place)
        if spot not in sizes:
            sizes[spot] = self._size(place, above, surely=surely)
        return sizes[spot] <= self._limit

    def _size(self, place: Place, above: set[str], *, surely: bool) -> int:
        """How many nodes there are; some number beyond the limit if they are more."""
        exactly = (self._sizes[surely], self.spot)
        if self._depth is None:
            least = self._least(place, above, surely=surely)
            if least > self._limit:
                return least
            count = self._counted(place, above, *exactly, surely=surely, effort=_EASY)
            if count is not None:
                return count
            least = self._at_least(place, above, surely=surely)
            if least > self._limit:
                return least
        count = self._counted(place, above, *exactly, surely=surely)
        assert count is not None
        return count

    def _least(self, place: Place, above: set[str], *, surely: bool) -> int:
        """A number of nodes that there are at least. Cost: O(references).

        Every document is taken to be everywhere what it is where it is met first. What is
        left out there leads to what is further up, and without that there are no circles:
        no document can be part of itself, so that all that is counted is in the tree.
        """
        count = self._counted(place, above, {}, _url, surely=surely)
        assert count is not None
        return count

    def _at_least(self, place: Place, above: set[str], *, surely: bool) -> int:
        """A larger number: the largest of the parts are looked into first, and some of them."""
        total = self._least(place, above, surely=surely)
        numbers = itertools.count()
        parts: list[_Part] = [(-total, next(numbers), place, None)]
        until = self._looked_at + _FAR
        while parts and total <= self._limit and self._looked_at < until:
            part = heapq.heappop(parts)
            nodes, every, fitting = self._members[part[2].url]
            total += part[0] + nodes
            around = {one[2].url for one in _way(part)}  # None of them is above already.
            above |= around
            for url in fitting if surely else every:
                self._looked_at += 1
                if url not in above:
                    inner = self.inner(part[2], url)
                    least = self._least(inner, above, surely=surely)
                    total += least - 1
                    heapq.heappush(parts, (-least, next(numbers), inner, part))
            above -= around
        return total

    def _counted(
        self,
        place: Place,
        above: set[str],
        sizes: dict[Any, int],
        key_of: Callable[[Place], Any],
        *,
        surely: bool,
        effort: int | None = None,
    ) -> int | None:
        """The nodes of a document, those with the same key taken to be the same.

        It gives up, with None, when it has looked at as many references as `effort` says.
        """
        until = None if effort is None else self._looked_at + effort
        stack = [self._begun(place, key_of(place), above, surely=surely)]
        total = stack[0].nodes
        while stack and total <= self._limit and (until is None or self._looked_at < until):
            count = stack[-1]
            before = count.nodes
            inner = self._next(count, above, sizes, key_of)
            total += count.nodes - before
            if inner is not None:
                stack.append(self._begun(*inner, above, surely=surely))
                total += stack[-1].nodes - 1
                continue
            above.discard(stack.pop().place.url)
            sizes[count.key] = count.nodes
            if stack:
                stack[-1].nodes += count.nodes - 1
        above.difference_update(count.place.url for count in stack)
        return total if not stack or total > self._limit else None

    def _begun(self, place: Place, key: Any, above: set[str], *, surely: bool) -> _Count:
        above.add(place.url)
        nodes, every, fitting = self._members[place.url]
        return _Count(place, key, iter(fitting if surely else every), nodes)

    def _next(
        self,
        count: _Count,
        above: set[str],
        sizes: Mapping[Any, int],
        key_of: Callable[[Place], Any],
    ) -> tuple[Place, Any] | None:
        """What is to be counted before this one; None if all is counted, or too much is."""
        for url in count.targets:
            self._looked_at += 1
            if url in above:
                continue
            inner = self.inner(count.place, url)
            if self._depth is not None and inner.depth > self._depth:
                continue
            key = key_of(inner)
            size = sizes.get(key)
            if size is None:
                return inner, key
            count.nodes += size - 1
            if count.nodes > self._limit:
                return None
        return None


_Part: TypeAlias = tuple[int, int, Place, Any]
"""A document, with how many nodes it has at least, below zero, and the part that it is in."""


def _url(place: Place) -> str:
    return place.url


def _way(part: _Part | None) -> Iterator[_Part]:
    """A part, and those that it is in."""
    while part is not None:
        yield part
        part = part[3]
