"""From one version of a tree to another, one operation after the other.

A script works on a tree of its own: each operation is done to it, after it was written down
with addresses that count in that tree, if that is asked for.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from ngio_collections._frozen import same_json
from ngio_collections.graph._node import Node, NodeTree, as_tree
from ngio_collections.graph._order import Order
from ngio_collections.graph._patch import address_of, has_attributes, set_attributes
from ngio_collections.graph._segment import Raw, Segment
from ngio_collections.graph._state import Ref

__all__ = ["ABSENT", "Script", "WrittenScript", "attribute_changes", "longest_run"]

ABSENT: Final[Any] = object()
"""Where a script is told of a field that is not there."""

_Step: TypeAlias = tuple[Ref | Segment, int | None]
"""A child that is put somewhere, and before which other one."""


def _attributes_of(raw: Raw) -> Mapping[str, Any]:
    """The attributes of a node, empty where there are none."""
    found = raw.get("attributes")
    return found if isinstance(found, dict) else {}


def attribute_changes(old: Raw, new: Raw) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The attributes that other own fields set or change, and those that they lack."""
    was, is_ = _attributes_of(old), _attributes_of(new)
    values = {k: v for k, v in is_.items() if k not in was or not same_json(was[k], v)}
    return values, tuple(key for key in was if key not in is_)


def longest_run(numbers: Sequence[int]) -> set[int]:
    """The members of a longest increasing subsequence.

    Examples:
        >>> sorted(longest_run([4, 0, 1, 3, 2]))
        [0, 1, 2]
    """
    tails: list[int] = []  # The smallest last number of a run of each length.
    before: dict[int, int | None] = {}
    for number in numbers:
        at = bisect_left(tails, number)
        before[number] = tails[at - 1] if at else None
        tails[at : at + 1] = [number]
    run: set[int] = set()
    number_: int | None = tails[-1] if tails else None
    while number_ is not None:
        run.add(number_)
        number_ = before[number_]
    return run


class Script:
    """Operations on a tree, done one after the other."""

    def __init__(self, start: NodeTree) -> None:
        self.tree = start

    def _address(self, _ref: Ref) -> Any:
        """What an operation calls a node; nothing, as it is not written down."""
        return None

    def _do(self, _operation: dict[str, Any], result: Node) -> None:
        self.tree = result.tree

    def node(self, ref: Ref) -> Node:
        """A node as it is now."""
        return Node(self.tree, *ref)

    def add(self, parent: Ref, raw: Raw, index: int | None) -> Ref:
        """Add a child, before another one or at the end.

        Returns:
            The new node.
        """
        child = as_tree(raw).root
        operation = {
            "op": "add-reference" if child.is_reference else "add",
            "parent": self._address(parent),
            "node": raw,
            **({} if index is None else {"index": index}),
        }
        node = self.node(parent)
        self._do(operation, node.add(child) if index is None else node.insert(index, child))
        children = list(self.tree.children(parent))
        return children[-1 if index is None else index]

    def move(self, ref: Ref, parent: Ref, index: int | None) -> None:
        """Move a node; the index is counted without it."""
        operation = {
            "op": "move",
            "at": self._address(ref),
            "parent": self._address(parent),
            **({} if index is None else {"index": index}),
        }
        self._do(operation, self.node(ref).move(self.node(parent), index))

    def remove(self, ref: Ref) -> None:
        """Remove a node with everything below it."""
        self._do({"op": "remove", "at": self._address(ref)}, self.node(ref).remove())

    def replace(self, ref: Ref, raw: Raw) -> None:
        """Put another node, with everything below it, in the place of one."""
        operation = {"op": "replace", "at": self._address(ref), "node": raw}
        self._do(operation, self.node(ref).replace(as_tree(raw).root))

    def set_fields(self, ref: Ref, raw: Raw) -> None:
        """Give a node the name and the attributes that other own fields have."""
        now = self.tree.raw(ref)
        if "attributes" in now and "attributes" not in raw:
            operation: dict[str, Any] = {
                "op": "drop-attributes",
                "at": self._address(ref),
                "keys": None,
            }
            self._do(operation, self.node(ref).clear_attrs())
            now = self.tree.raw(ref)
        values, dropped = attribute_changes(now, raw)
        if dropped:
            operation = {"op": "drop-attributes", "at": self._address(ref), "keys": list(dropped)}
            self._do(operation, self.node(ref).drop_attrs(*dropped))
        if values or (has_attributes(raw) and not has_attributes(now)):
            operation = {"op": "set-attributes", "at": self._address(ref), "values": values}
            self._do(operation, set_attributes(self.node(ref), values))
        if now.get("name", ABSENT) != raw.get("name", ABSENT):
            operation = {"op": "rename", "at": self._address(ref), "name": raw.get("name")}
            self._do(operation, self.node(ref).rename(raw.get("name")))

    def arrange(self, parent: Ref, target: Sequence[Ref | Raw]) -> None:
        """Bring the children of a node into an order, with few operations.

        Args:
            parent: The node.
            target: Its children to be: nodes of the tree, wherever they are now, and the
                JSON of new ones. Children that are not in it stay, wherever.
        """
        own = list(self.tree.children(parent))
        at = {ref: n for n, ref in enumerate(own)}
        now: Order[Ref | Segment] = Order(own)
        kept = [at[one] for one in target if isinstance(one, tuple) and one in at]
        stay = longest_run(kept)
        plan: list[_Step] = []
        previous = -1  # Where the one that was placed last is in `now`.
        for item in target:
            if isinstance(item, tuple) and at.get(item, -1) in stay:
                previous = now.position(item)
                continue
            if isinstance(item, tuple) and item in now:
                gone = now.position(item)
                now.remove(item)
                previous -= gone <= previous
            index = previous + 1
            placed: Ref | Segment = item if isinstance(item, tuple) else self._segment(parent, item)
            plan.append((placed, index if index < len(now) else None))
            now.insert(index, placed)
            previous = index
        if plan:
            self._place(parent, plan, now, at)

    def _segment(self, parent: Ref, raw: Raw) -> Segment:
        return Segment(as_tree(raw).segment.root, self.node(parent).document_url)

    def _place(
        self, parent: Ref, plan: list[_Step], order: Order[Ref | Segment], own: Mapping[Ref, int]
    ) -> None:
        """Put children of a node where they belong: all at once if that can be done.

        Args:
            parent: The node.
            plan: What is put, and before which child, counted without it.
            order: All children as they are then.
            own: The children that the node has, with their positions.
        """
        moved = {one for one, _ in plan if isinstance(one, tuple)}
        is_own = moved <= own.keys() and not self.tree.has_others(parent)
        if is_own and self._writes_together(parent, plan):
            self.node(parent)._require_container()
            self.tree = self.tree.arranged(parent, order, moved)
            return
        for one, index in plan:
            if isinstance(one, tuple):
                self.move(one, parent, index)
            else:
                self.add(parent, one.root, index)

    def _writes_together(self, _parent: Ref, _plan: list[_Step]) -> bool:
        """Write operations down that are done together; whether that can be done."""
        return True


class WrittenScript(Script):
    """Operations on a tree, written down as they are done."""

    def __init__(self, start: NodeTree) -> None:
        super().__init__(start)
        self.operations: list[dict[str, Any]] = []

    def _address(self, ref: Ref) -> Any:
        return address_of(self.tree, ref)

    def _do(self, operation: dict[str, Any], result: Node) -> None:
        self.operations.append(operation)
        super()._do(operation, result)

    def _writes_together(self, parent: Ref, plan: list[_Step]) -> bool:
        addresses = [self._address(one) for one, _ in plan if isinstance(one, tuple)]
        holder = self._address(parent)
        new = [raw.get("id") for one, _ in plan if isinstance(one, Segment) for raw in one.raws]
        # Positions change from one operation to the next; ids that stay unique do not.
        called = [holder, *addresses]
        if not all(isinstance(one, str) for one in called) or any(id_ in called for id_ in new):
            return False
        moving = iter(addresses)
        for one, index in plan:
            operation: dict[str, Any] = {"parent": holder}
            if isinstance(one, tuple):
                operation = {"op": "move", "at": next(moving), **operation}
            else:
                is_stub = isinstance(one.root.get("path"), dict)
                op = "add-reference" if is_stub else "add"
                operation = {"op": op, **operation, "node": one.root}
            self.operations.append(operation if index is None else {**operation, "index": index})
        return True
