"""A persistent map: every change gives a new map that shares the rest.

A trie over the bits of the hash, sixteen ways at each level, of plain dictionaries,
because small dictionaries copy fast. This module is a seam: a faster map can take its
place if it has the same methods.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Generic, TypeAlias, TypeVar

__all__ = ["Draft", "PersistentMap"]

K = TypeVar("K")
V = TypeVar("V")

_BITS: Final = 4
_MASK: Final = 15
_DEEPEST: Final = 60
"""From here on the bits of the hash are used up, and keys share a bucket."""

# From slot to entry. An entry is a branch, a leaf `(key, value)`, or a bucket.
_Branch: TypeAlias = dict[int, Any]


def _spread(key: Any) -> int:
    """The hash of a key with its high bits in the low ones as well, which are used first.

    The number of a node has its segment above bit 40, and most segments have few nodes.
    """
    hash_ = hash(key)
    return hash_ ^ (hash_ >> 40)


class _Bucket(tuple[tuple[Any, Any], ...]):
    """Leaves whose keys have the same hash."""

    __slots__ = ()


def _set(branch: _Branch, shift: int, hash_: int, leaf: tuple[Any, Any]) -> tuple[_Branch, int]:
    """A copy of a branch with a leaf in it, and by how much that made it larger."""
    slot = (hash_ >> shift) & _MASK
    copy = branch.copy()
    entry = branch.get(slot)
    if entry is None:
        copy[slot] = leaf
        return copy, 1
    if type(entry) is dict:
        copy[slot], more = _set(entry, shift + _BITS, hash_, leaf)
        return copy, more
    if type(entry) is tuple and entry[0] == leaf[0]:
        copy[slot] = leaf
        return copy, 0
    if shift >= _DEEPEST:
        leaves = entry if type(entry) is _Bucket else (entry,)
        kept = [other for other in leaves if other[0] != leaf[0]]
        copy[slot] = _Bucket([*kept, leaf])
        return copy, 1 + len(kept) - len(leaves)
    below, _ = _set({}, shift + _BITS, _spread(entry[0]), entry)
    copy[slot], more = _set(below, shift + _BITS, hash_, leaf)
    return copy, more


def _write(root: _Branch, hash_: int, leaf: tuple[Any, Any], owned: set[int]) -> int:
    """Put a leaf into a branch in place, copying only branches that are not owned."""
    branch, shift = root, 0
    while True:
        slot = (hash_ >> shift) & _MASK
        entry = branch.get(slot)
        shift += _BITS
        if type(entry) is dict:
            if id(entry) not in owned:
                entry = branch[slot] = entry.copy()
                owned.add(id(entry))
            branch = entry
            continue
        if entry is None:
            branch[slot] = leaf
            return 1
        made, more = _set({slot: entry}, shift - _BITS, hash_, leaf)
        branch[slot] = made[slot]
        return more


def _drop(branch: _Branch, shift: int, hash_: int, key: Any) -> _Branch | None:
    """A copy of a branch without a key; None if it does not have it."""
    slot = (hash_ >> shift) & _MASK
    entry = branch.get(slot)
    if entry is None:
        return None
    copy = branch.copy()
    if type(entry) is dict:
        below = _drop(entry, shift + _BITS, hash_, key)
        if below is None:
            return None
        if below:
            copy[slot] = below
        else:
            del copy[slot]
        return copy
    leaves = entry if type(entry) is _Bucket else (entry,)
    kept = [leaf for leaf in leaves if leaf[0] != key]
    if len(kept) == len(leaves):
        return None
    if kept:
        copy[slot] = _Bucket(kept)
    else:
        del copy[slot]
    return copy


def _leaves(branch: _Branch) -> Iterator[tuple[Any, Any]]:
    stack: list[Any] = [branch]
    while stack:
        entry = stack.pop()
        if type(entry) is dict:
            stack.extend(entry.values())
        elif type(entry) is _Bucket:
            yield from entry
        else:
            yield entry


class PersistentMap(Generic[K, V]):
    """An immutable map from hashable keys to values.

    Examples:
        >>> empty = PersistentMap()
        >>> one = empty.set("a", 1)
        >>> one.get("a"), empty.get("a"), len(one)
        (1, None, 1)
    """

    __slots__ = ("_root", "_size")

    _root: _Branch
    _size: int

    def __init__(self) -> None:
        self._root = {}
        self._size = 0

    def _with(self, root: _Branch, size: int) -> PersistentMap[K, V]:
        made: PersistentMap[K, V] = PersistentMap.__new__(PersistentMap)
        made._root = root
        made._size = size
        return made

    def get(self, key: K, default: V | None = None) -> V | None:
        """The value of a key. Cost: O(log size)."""
        entry: Any = self._root
        hash_ = _spread(key)
        while type(entry) is dict:
            entry = entry.get(hash_ & _MASK)
            hash_ >>= _BITS
        if entry is None:
            return default
        if type(entry) is tuple:
            return entry[1] if entry[0] == key else default
        return next((value for other, value in entry if other == key), default)

    def set(self, key: K, value: V) -> PersistentMap[K, V]:
        """The map with a value for a key. Cost: O(log size)."""
        root, more = _set(self._root, 0, _spread(key), (key, value))
        return self._with(root, self._size + more)

    def drop(self, key: K) -> PersistentMap[K, V]:
        """The map without a key; itself if it does not have it. Cost: O(log size)."""
        root = _drop(self._root, 0, _spread(key), key)
        return self if root is None else self._with(root, self._size - 1)

    def update(self, items: Iterable[tuple[K, V]]) -> PersistentMap[K, V]:
        """The map with values for several keys. Cost: O(items * log size)."""
        root, size = self._root.copy(), self._size
        owned = {id(root)}  # The branches that this update made, and may change in place.
        for key, value in items:
            size += _write(root, _spread(key), (key, value), owned)
        return self._with(root, size)

    def items(self) -> Iterator[tuple[K, V]]:
        """All keys and values, in no order that means anything."""
        return _leaves(self._root)

    def values(self) -> Iterator[V]:
        """All values, in no order that means anything."""
        return (value for _, value in _leaves(self._root))

    def __len__(self) -> int:
        return self._size

    def __contains__(self, key: K) -> bool:
        return self.get(key, _ABSENT) is not _ABSENT

    def changes(self, newer: PersistentMap[K, V]) -> Iterator[tuple[K, V | None, V | None]]:
        """Every key whose value is not the same object in a newer map.

        Args:
            newer: The map to compare with.

        Yields:
            The key, its value here and its value there, None where there is none.
            Cost: O(changes * log size) for maps that share their history.
        """
        stack: list[tuple[Any, Any]] = [(self._root, newer._root)]
        while stack:
            old, new = stack.pop()
            if old is new:
                continue
            if type(old) is dict and type(new) is dict:
                stack.extend((old.get(slot), new.get(slot)) for slot in old.keys() | new.keys())
                continue
            before, after = dict(_entries(old)), dict(_entries(new))
            for key in before.keys() | after.keys():
                if before.get(key) is not after.get(key):
                    yield key, before.get(key), after.get(key)


def _entries(entry: Any) -> Iterator[tuple[Any, Any]]:
    return iter(()) if entry is None else _leaves({0: entry})


_ABSENT: Final[Any] = object()


class Draft(PersistentMap[K, V]):
    """A map that is changed in place, for a transaction that nobody else sees.

    It has the methods of the persistent map, but `set` and `drop` give the draft itself.
    `finish` gives a persistent map again.
    """

    __slots__ = ("_base", "_written")

    def __init__(self, base: PersistentMap[K, V]) -> None:
        super().__init__()
        self._base = base
        self._written: dict[K, V] = {}

    def get(self, key: K, default: V | None = None) -> V | None:
        """The value of a key."""
        found: V | None = self._written.get(key, _ABSENT)
        if found is not _ABSENT:
            return found
        return self._base.get(key, default) if self._base._size else default

    def set(self, key: K, value: V) -> PersistentMap[K, V]:
        """Write a value; the draft itself."""
        self._written[key] = value
        return self

    def update(self, items: Iterable[tuple[K, V]]) -> PersistentMap[K, V]:
        """Write several values; the draft itself."""
        self._written.update(items)
        return self

    def drop(self, key: K) -> PersistentMap[K, V]:
        """Drafts only grow."""
        raise TypeError(f"a draft cannot drop {key!r}")

    def changes(self, newer: PersistentMap[K, V]) -> Iterator[tuple[K, V | None, V | None]]:
        """Drafts share no history."""
        raise TypeError(f"a draft is finished before it is compared with {len(newer)} entries")

    def items(self) -> Iterator[tuple[K, V]]:
        """All keys and values, in no order that means anything."""
        yield from self._written.items()
        yield from ((k, v) for k, v in self._base.items() if k not in self._written)

    def values(self) -> Iterator[V]:
        """All values, in no order that means anything."""
        return (value for _, value in self.items())

    def __len__(self) -> int:
        """At least one where there is anything, which is all that is asked of a draft."""
        return len(self._written) or self._base._size

    def finish(self) -> PersistentMap[K, V]:
        """The persistent map with everything that was written so far.

        The draft can go on. Cost: O(what was written since the last time).
        """
        if self._written:
            self._base = self._base.update(self._written.items())
            self._written = {}
        return self._base
