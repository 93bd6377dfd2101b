"""Which documents refer to themselves, be it through others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

__all__ = ["circles"]


def circles(targets: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The members of a graph that are in a circle (strongly connected components, Tarjan).

    Args:
        targets: What each member refers to. What is no member is passed over.

    Returns:
        The members in circles, each with the number of the component that it is in.
        Cost: O(members + references).
    """
    search = _Search(targets)
    for start in targets:
        search.run(start)
    return search.found


class _Search:
    """A depth-first search without recursion, over a graph that is searched from many starts."""

    def __init__(self, targets: Mapping[str, Sequence[str]]) -> None:
        self._targets = targets
        self._index: dict[str, int] = {}
        self._low: dict[str, int] = {}
        self._open: list[str] = []
        self._is_open: set[str] = set()
        self._work: list[tuple[str, Iterator[str]]] = []
        self.found: dict[str, int] = {}

    def run(self, start: str) -> None:
        """Search everything that can be reached from a member."""
        if start not in self._index:
            self._enter(start)
        low, index = self._low, self._index
        while self._work:
            member, targets = self._work[-1]
            for target in targets:
                if target not in self._targets:
                    continue
                if target not in index:
                    self._enter(target)
                    break
                if target in self._is_open:
                    low[member] = min(low[member], index[target])
            else:
                self._leave(member)

    def _enter(self, member: str) -> None:
        self._index[member] = self._low[member] = len(self._index)
        self._open.append(member)
        self._is_open.add(member)
        self._work.append((member, iter(self._targets[member])))

    def _leave(self, member: str) -> None:
        self._work.pop()
        low = self._low
        if self._work:
            above = self._work[-1][0]
            low[above] = min(low[above], low[member])
        if low[member] < self._index[member]:
            return
        group = [self._open.pop()]
        while group[-1] != member:
            group.append(self._open.pop())
        self._is_open.difference_update(group)
        if len(group) > 1 or member in self._targets[member]:
            self.found.update(dict.fromkeys(group, self._index[member]))
