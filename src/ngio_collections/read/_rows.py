"""The nodes below one as rows: flat lists, so that a million of them take seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import compress
from typing import Any, Final, TypeVar

from ngio_collections import _paths
from ngio_collections._collector import collector_paused
from ngio_collections.errors import LimitExceededError, PathError
from ngio_collections.graph import Node, Raw, Segment
from ngio_collections.graph._state import HOME, key_of

__all__ = ["Rows", "attribute_getters"]

T = TypeVar("T")

MOST_PARENTS: Final = 1 << 28
"""How many ids the column `parents` may hold; a chain of nodes makes as many as its square."""

_ABSENT: Final = object()
_TEXTS: Final = {str, type(None)}


class Rows:
    """A node and everything below it, in document order.

    Attributes:
        raws: The nodes as they were parsed or edited.
        parents: The row of the parent of each, -1 for the first.
        urls: The address of the document that holds each, None where there is none.
        selected: The rows that are asked for.
    """

    def __init__(self, node: Node, type: str | None = None) -> None:
        self.node = node
        with collector_paused():
            if node.tree.is_edited:
                self._of_edited(node)
            else:
                self._of_segment(node)
        rows = range(len(self.raws))
        if type is None:
            self.selected: list[int] | range = rows
        else:
            self.selected = [row for row in rows if self.raws[row].get("type") == type]

    def _of_segment(self, node: Node) -> None:
        self._refs: list[tuple[Segment, int]] | None = None
        segment, start = node.key
        end = segment.ends[start]
        self.raws: list[Raw] = segment.raws[start:end]
        self.parents: list[int] = [parent - start for parent in segment.parents[start:end]]
        self.parents[0] = -1
        url = segment.url_of(start)
        inlined = segment.inlined
        if inlined is None:
            self.urls: list[str | None] = [url] * len(self.raws)
            return
        edges, urls = inlined.edges, [url]
        for row in range(1, len(self.raws)):
            edge = edges.get(id(self.raws[row]))
            urls.append(urls[self.parents[row]] if edge is None else edge.target.url)
        self.urls = urls

    def _of_edited(self, node: Node) -> None:
        tree = node.tree
        self.raws, self.parents, self.urls = [], [], []
        self._refs = list(tree.walk(node.key))
        row_of: dict[int, int] = {}
        for row, ref in enumerate(self._refs):
            segment, position = ref
            row_of[key_of(ref)] = row
            self.raws.append(tree.raw(ref))
            change = tree.change(ref)
            above = tree.parent(ref) if row else None
            parent = -1 if above is None else row_of[key_of(above)]
            self.parents.append(parent)
            is_home = position and (change is None or change.place == HOME)
            if is_home and parent >= 0 and segment.inlined is None:
                self.urls.append(self.urls[parent])
            else:
                self.urls.append(tree.url_of(ref))

    # -- columns -----------------------------------------------------------------

    def field(self, key: str) -> list[str | None]:
        """A field of all nodes; None where it is no string."""
        found = [raw.get(key) for raw in self.raws]
        if set(map(type, found)) <= _TEXTS:
            return found
        return [one if type(one) is str else None for one in found]

    def pick(self, values: list[T]) -> list[T]:
        """The values of the rows that are asked for, of those of all rows."""
        if isinstance(self.selected, range):
            return values
        return [values[row] for row in self.selected]

    def each(self, get: Callable[[Raw], T]) -> list[T]:
        """What a function gives for each of the rows that are asked for."""
        raws = self.raws
        return [get(raws[row]) for row in self.selected]

    def depths(self) -> list[int]:
        """How many nodes are around each, 0 for the first."""
        depths: list[int] = []
        for parent in self.parents:
            depths.append(depths[parent] + 1 if parent >= 0 else 0)
        return depths

    def addresses(self) -> list[str | None]:
        """Where the paths of the rows that are asked for lead; None for nodes without one.

        A path that cannot be understood, or counts from nowhere, stays as it is written.
        """
        raws, urls = self.raws, self.urls
        return [_led_to(raws[row].get("path"), urls[row]) for row in self.selected]

    def chains(self) -> list[tuple[int, ...]]:
        """The rows around each of those that are asked for, outermost first.

        Raises:
            LimitExceededError: There are too many of them to be put into one table.
        """
        depths = self.depths()
        total = sum(depths[row] for row in self.selected)
        if total > MOST_PARENTS:
            raise LimitExceededError(
                f"the column `parents` would hold {total:,} ids, more than {MOST_PARENTS:,}: the "
                "nodes lie too deep inside of each other; make tables of parts of the tree",
                self.node.document_url,
            )
        known: dict[int, tuple[int, ...]] = {-1: ()}
        found: list[tuple[int, ...]] = []
        for row in self.selected:
            parent = self.parents[row]
            chain = known.get(parent)
            if chain is None:
                chain = self._chain(parent, known)
            found.append(chain)
        return found

    def _chain(self, row: int, known: dict[int, tuple[int, ...]]) -> tuple[int, ...]:
        missing: list[int] = []
        at = row
        while at not in known:
            missing.append(at)
            at = self.parents[at]
        chain = known[at] if at < 0 else (*known[at],)
        for one in reversed(missing):
            chain = (*chain, one)
            known[one] = chain
        return chain

    def ref(self, row: int) -> tuple[Segment, int]:
        """The node of a row, in its tree."""
        segment, start = self.node.key
        return (segment, start + row) if self._refs is None else self._refs[row]

    def nearest(self, known: Mapping[int, T]) -> list[T | None]:
        """For each row that is asked for what is known of it, or of the nearest around it.

        Args:
            known: What is known of some rows.
        """
        found: dict[int, T | None] = {-1: None, **known}
        parents = self.parents
        for row in self.selected:
            path = []
            at = row
            while at not in found:
                path.append(at)
                at = parents[at]
            value = found[at]
            for one in path:
                found[one] = value
        return [found[row] for row in self.selected]

    def children_of(self, wanted: Iterable[int]) -> dict[int, list[int]]:
        """The rows of the children of some rows."""
        known: dict[int, list[int]] = {row: [] for row in wanted}
        is_below = [parent in known for parent in self.parents]
        for row in compress(range(len(self.parents)), is_below):
            known[self.parents[row]].append(row)
        return known


def _led_to(path: Any, url: str | None) -> str | None:
    written = path.get("path") if type(path) is dict else None
    if not isinstance(written, str):
        return None
    try:
        return _paths.resolve(url, written)
    except PathError:
        return written


def attribute_getters(
    attributes: Iterable[str] | Mapping[str, str], taken: Iterable[str]
) -> dict[str, Callable[[Raw], Any]]:
    """How to find the attributes that are asked for, by the name of their column.

    Args:
        attributes: Keys, or JSON Pointers into the attributes; or names of columns with these.
        taken: Names that other columns have: an attribute with such a name is called
            `attributes.` and the name.

    Raises:
        TypeError: One is no string.
        ValueError: Two columns would have one name.
    """
    if isinstance(attributes, str):
        raise TypeError(f"attributes are several: attributes=[{attributes!r}]")
    is_named = isinstance(attributes, Mapping)
    pairs = attributes.items() if isinstance(attributes, Mapping) else ((a, a) for a in attributes)
    found: dict[str, Callable[[Raw], Any]] = {}
    reserved = set(taken)
    for name, where in pairs:
        if not isinstance(where, str) or not isinstance(name, str):
            raise TypeError(f"an attribute is a key or a JSON Pointer, not {where!r}")
        column = f"attributes.{name}" if name in reserved and not is_named else name
        if column in found or column in reserved:
            raise ValueError(f"two columns would be called {column!r}")
        found[column] = _at_pointer(where) if where.startswith("/") else _at_key(where)
    return found


def _at_key(key: str) -> Callable[[Raw], Any]:
    def get(raw: Raw) -> Any:
        attributes = raw.get("attributes")
        return attributes.get(key) if type(attributes) is dict else None

    return get


def _at_pointer(pointer: str) -> Callable[[Raw], Any]:
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]

    def get(raw: Raw) -> Any:
        value = raw.get("attributes")
        for part in parts:
            if type(value) is dict:
                value = value.get(part, _ABSENT)
            elif type(value) is list and part.isascii() and part.isdigit():
                at = int(part)
                value = value[at] if at < len(value) else _ABSENT
            else:
                return None
            if value is _ABSENT:
                return None
        return value

    return get
