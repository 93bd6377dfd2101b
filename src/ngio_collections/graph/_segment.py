"""A parsed node with everything below it, as it came, and flat arrays beside it.

The JSON is never copied node by node into another structure. A segment numbers its
nodes in the order of the text (pre-order): the subtree of a node is a range of
positions, its first child comes right after it, and the next sibling where its
subtree ends. The arrays are built in one pass when they are first needed.
"""

from __future__ import annotations

import itertools
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

if TYPE_CHECKING:
    from ngio_collections.graph._edges import Edge, Inlined

__all__ = [
    "LateSegment",
    "Raw",
    "Segment",
    "child_nodes",
    "holds_nodes",
    "nth_left",
    "register_container",
]

T = TypeVar("T")

Raw: TypeAlias = Mapping[str, Any]
"""A node as it was parsed. Nobody changes it, and nobody outside of the graph gets it."""

_NUMBERS: Final = itertools.count(1)

_NO_ARRAY: Final[array[int]] = array("i")
"""What the arrays are before they are built. A tree of a million new nodes is a million
segments for a while."""


_SHORT: Final = 16
"""Where in a list of so many items something is, is counted each time."""

_NOTHING: Final[dict[Any, Any]] = {}
"""What nobody has kept anything in yet; never written to, for the same reason."""


class _Containers:
    """The extension types whose `nodes` are nodes, as they are registered now."""

    types: frozenset[str] = frozenset()


def register_container(type_: str) -> None:
    """Say that the `nodes` of an extension type are nodes, in trees that are read from now on."""
    _Containers.types |= {type_}


def holds_nodes(type_: Any, containers: frozenset[str] | None = None) -> bool:
    """Whether the `nodes` of a type are nodes: of all but extension types, and registered ones."""
    if not isinstance(type_, str) or ":" not in type_:
        return True
    return type_ in (_Containers.types if containers is None else containers)


def child_nodes(raw: Raw, containers: frozenset[str] | None = None) -> list[Any]:
    """The array of a node that holds its children, empty where there is none.

    Args:
        raw: The node.
        containers: The extension types whose `nodes` are nodes; those that are
            registered now by default.
    """
    nodes = raw.get("nodes")
    if not isinstance(nodes, list) or not nodes or not holds_nodes(raw.get("type"), containers):
        return []
    return nodes


class Segment:
    """A parsed node with its descendants.

    Attributes:
        number: Unique in the process; it tells the nodes of segments apart.
        root: The node at position 0.
        url: The address that relative paths in it count from, if they count from anywhere.
        source: The document that it was read from, for those who write it back.
        inlined: The references that were followed, if several documents were read into it.
        names: What its attributes declare, if it came from another document.
        is_new: Whether it was built and not read, so that ids in it are those of what it is put
            into, although its paths may count from a document.
        kept: What others have found out about it and keep for later; the graph looks at it never.
    """

    __slots__ = (
        "_containers",
        "_ends",
        "_ids",
        "_parents",
        "_raws",
        "_repeated",
        "inlined",
        "is_new",
        "kept",
        "names",
        "number",
        "root",
        "source",
        "url",
    )

    def __init__(
        self,
        root: Raw,
        url: str | None = None,
        source: Any = None,
        inlined: Inlined | None = None,
        names: tuple[str, ...] = (),
    ) -> None:
        self.names = names
        self.is_new = False
        self.number = next(_NUMBERS)
        self.url = url
        self.source = source
        self.inlined = inlined
        self.kept: dict[Any, Any] = _NOTHING
        self._containers = _Containers.types
        self.root = root
        self._raws: list[Raw] | None = None
        self._parents: array[int] = _NO_ARRAY
        self._ends: array[int] = _NO_ARRAY
        self._ids: dict[str, int] | None = None
        self._repeated: dict[str, list[int]] | None = None

    def keep(self, key: Any, make: Callable[[], T]) -> T:
        """Something that others find out about the segment, once for all versions of its trees.

        Args:
            key: What it is.
            make: Finds it out when it is first asked for.
        """
        if self.kept is _NOTHING:
            self.kept = {}
        if key not in self.kept:
            self.kept[key] = make()
        found: T = self.kept[key]
        return found

    @property
    def raws(self) -> list[Raw]:
        """The nodes by position. Cost: O(nodes) the first time."""
        if self._raws is None:
            self._index()
            assert self._raws is not None
        return self._raws

    @property
    def parents(self) -> array[int]:
        """The position of the parent of each node, -1 for the root."""
        if self._raws is None:
            self._index()
        return self._parents

    @property
    def ends(self) -> array[int]:
        """The position after the last descendant of each node."""
        if self._raws is None:
            self._index()
        return self._ends

    def raw(self, position: int) -> Raw:
        """The node at a position; the root needs no arrays."""
        raws = self._raws
        if raws is not None:
            return raws[position]
        return self.raws[position] if position else self.root

    def edge(self, position: int) -> Edge | None:
        """The reference in whose place a node stands, None if there is none."""
        if self.inlined is None:
            return None
        return self.inlined.edges.get(id(self.raw(position)))

    def url_of(self, position: int) -> str | None:
        """The address of the document that holds a node. Cost: O(depth) in inlined trees."""
        while self.inlined is not None and position >= 0:
            edge = self.edge(position)
            if edge is not None:
                return edge.target.url
            position = self.parents[position]
        return self.url

    def items_of(self, raw: Raw) -> list[Any]:
        """The items of `nodes` of one of its nodes, those that are no nodes included."""
        return child_nodes(raw, self._containers)

    def _index(self) -> None:
        raws: list[Raw] = []
        parents = array("i")
        containers = self._containers
        stack: list[Any] = [self.root]
        above: list[int] = [-1]
        while stack:
            raw = stack.pop()
            position = len(raws)
            raws.append(raw)
            parents.append(above.pop())
            if "nodes" in raw:
                children = [n for n in child_nodes(raw, containers) if type(n) is dict]
                if children:
                    children.reverse()
                    stack += children
                    above += [position] * len(children)
        ends = array("i", range(1, len(raws) + 1))
        for position in range(len(raws) - 1, 0, -1):
            parent = parents[position]
            ends[parent] = max(ends[parent], ends[position])
        self._parents, self._ends, self._raws = parents, ends, raws

    def children(self, position: int) -> Iterator[int]:
        """The positions of the children of a node, in order. Cost: O(children)."""
        ends = self.ends
        at, end = position + 1, ends[position]
        while at < end:
            yield at
            at = ends[at]

    def starts(self, position: int) -> array[int]:
        """The positions of the children of a node, in order, to be searched.

        Cost: O(children) the first time; then O(1), for all versions of the trees.
        """
        if len(self.items_of(self.raw(position))) <= _SHORT:
            return array("i", self.children(position))
        return self.keep(("starts", position), lambda: array("i", self.children(position)))

    def others(self, position: int) -> list[int]:
        """Where in the `nodes` of a node something is that is no node.

        Cost: as for `starts`, where there are such.
        """
        items = self.items_of(self.raw(position))
        if len(items) == len(self.starts(position)):
            return []
        return self.keep(
            ("others", position),
            lambda: [number for number, item in enumerate(items) if type(item) is not dict],
        )

    def number_of(self, position: int) -> int:
        """The place of a node in the `nodes` of its parent, counting what is no node.

        Cost: O(log children), and what `starts` takes the first time.
        """
        parent = self.parents[position]
        items = self.items_of(self.raw(parent))
        if position == parent + 1 and type(items[0]) is dict:
            return 0
        starts = self.starts(parent)
        rank = bisect_left(starts, position)
        return rank if len(items) == len(starts) else nth_left(self.others(parent), rank)

    def child_at(self, position: int, number: int) -> int | None:
        """The node at a place in the `nodes` of another one, None if what is there is none.

        Cost: as for `number_of`.
        """
        starts, others = self.starts(position), self.others(position)
        before = bisect_left(others, number)
        if others[before : before + 1] == [number]:
            return None
        return starts[number - before] if 0 <= number - before < len(starts) else None

    @property
    def ids(self) -> dict[str, int]:
        """The first position of each id. Cost: O(nodes) the first time."""
        if self._ids is None:
            raws = self.raws
            found = [raw.get("id") for raw in raws]
            # Backwards, so that of several nodes with one id the first is left.
            found.reverse()
            try:
                ids: dict[Any, int] = dict(zip(found, range(len(raws) - 1, -1, -1), strict=True))
            except TypeError:  # An id that is an array or an object.
                ids = {}
                for position in range(len(raws) - 1, -1, -1):
                    id_ = raws[position].get("id")
                    if isinstance(id_, str):
                        ids[id_] = position
            else:
                if any(type(key) is not str for key in ids):
                    ids = {key: at for key, at in ids.items() if type(key) is str}
            self._ids = ids
        return self._ids

    def positions(self, id_: str) -> list[int]:
        """The positions of an id, in order. Cost: one lookup for an id that is unique."""
        first = (self.ids if self._ids is None else self._ids).get(id_)
        if first is None:
            return []
        repeated = self.repeated
        return repeated.get(id_, [first]) if repeated else [first]

    @property
    def repeated(self) -> Mapping[str, list[int]]:
        """The positions of each id that several nodes have. Cost: O(nodes) the first time."""
        if self._repeated is None:
            self._repeated = self._find_repeated()
        return self._repeated

    def _find_repeated(self) -> dict[str, list[int]]:
        """The positions of the ids that several nodes have."""
        ids = self.ids
        if len(ids) == len(self.raws):
            return {}
        repeated: dict[str, list[int]] = {}
        for position, raw in enumerate(self.raws):
            id_ = raw.get("id")
            if isinstance(id_, str) and ids[id_] != position:
                repeated.setdefault(id_, [ids[id_]]).append(position)
        return repeated

    def is_small(self, limit: int) -> bool:
        """Whether there are at most so many nodes, without building arrays for more."""
        if self._raws is not None:
            return len(self._raws) <= limit
        seen, stack = 0, [self.root]
        while stack and seen <= limit:
            seen += 1
            stack.extend(n for n in self.items_of(stack.pop())[: limit + 1] if type(n) is dict)
        return seen <= limit

    def __len__(self) -> int:
        return len(self.raws)

    def __repr__(self) -> str:
        return f"<Segment {self.number}>"


def nth_left(gone: list[int], rank: int) -> int:
    """The number with a rank among all numbers from 0 on without some, which are in order."""
    return rank + bisect_right(range(len(gone)), rank, key=lambda n: gone[n] - n)


class LateSegment(Segment):
    """A segment whose node is found when somebody looks at it.

    Args:
        find: Finds the node.
        url: The address that relative paths in it count from.
        source: The document that it is in.
    """

    __slots__ = ("_find",)

    def __init__(self, find: Callable[[], Raw], url: str, source: Any) -> None:
        super().__init__({}, url, source)
        self._find = find
        del self.root

    def __getattr__(self, name: str) -> Any:
        if name != "root":
            raise AttributeError(name=name, obj=self)
        self.root = self._find()
        return self.root
