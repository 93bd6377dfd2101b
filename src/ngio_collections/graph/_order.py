"""An order of children in which many of them change their places one after the other."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from itertools import chain
from typing import Final, Generic, TypeVar

__all__ = ["Order"]

T = TypeVar("T", bound=Hashable)

_BLOCK: Final = 256


class Order(Generic[T]):
    """A list of different items that finds, takes out and puts in without a look at all of them.

    Args:
        items: The items.

    Examples:
        >>> order = Order("abcd")
        >>> order.remove("b")
        >>> order.insert(2, "b")
        >>> "".join(order), order.position("d"), len(order)
        ('acbd', 3, 4)
    """

    def __init__(self, items: Iterable[T]) -> None:
        every = list(items)
        self._blocks = [every[at : at + _BLOCK] for at in range(0, len(every), _BLOCK)] or [[]]
        self._homes = {item: block for block in self._blocks for item in block}

    def __len__(self) -> int:
        return len(self._homes)

    def __iter__(self) -> Iterator[T]:
        return chain.from_iterable(self._blocks)

    def __contains__(self, item: object) -> bool:
        return item in self._homes

    def position(self, item: T) -> int:
        """Where an item is."""
        home = self._homes[item]
        before = 0
        for block in self._blocks:
            if block is home:
                break
            before += len(block)
        return before + home.index(item)

    def remove(self, item: T) -> None:
        """Take an item out."""
        self._homes.pop(item).remove(item)

    def insert(self, position: int, item: T) -> None:
        """Put an item before the one at a position, or behind all of them."""
        position = min(position, len(self))
        for number, block in enumerate(self._blocks):  # noqa: B007 - the last one counts.
            if position <= len(block):
                break
            position -= len(block)
        block.insert(position, item)
        self._homes[item] = block
        if len(block) > 2 * _BLOCK:
            rest = block[_BLOCK:]
            del block[_BLOCK:]
            self._blocks.insert(number + 1, rest)
            self._homes.update((one, rest) for one in rest)
