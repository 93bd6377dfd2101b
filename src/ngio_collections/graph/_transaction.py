"""Many edits, one new tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Self

from ngio_collections.errors import InvalidEditError, NodeNotFoundError
from ngio_collections.graph._node import Node, NodeTree
from ngio_collections.graph._pmap import Draft
from ngio_collections.graph._state import Ref

__all__ = ["EditedNode", "Transaction"]


class Transaction:
    """A tree that is edited step by step, and becomes a new tree at the end.

    Handles of it stay valid whatever is edited. After an exception there is no result,
    and the tree that it began with is as it was.

    Examples:
        >>> from ngio_collections.graph import new_node
        >>> plate = new_node("collection", id="plate", children=[new_node("collection", id="A01")])
        >>> with plate.edit() as tx:
        ...     tx["A01"].set_attrs({"lab:checked": True})
        ...     tx.add("A01", new_node("multiscale", id="A01_nuclei"))
        >>> [node.id for node in tx.result.walk()]
        ['plate', 'A01', 'A01_nuclei']
    """

    def __init__(self, tree: NodeTree) -> None:
        self._began_with = tree
        self._changes = Draft(tree.changes)
        self._ids = Draft(tree.ids)
        self._tree = NodeTree(
            tree.segment, tree.url, self._changes, self._ids, tree.large, shrunk=tree.shrunk
        )
        self._result: Node | None = None
        self._open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open = False
        if kind is None:
            tree = self._tree
            self._result = NodeTree(
                tree.segment,
                tree.url,
                self._changes.finish(),
                self._ids.finish(),
                tree.large,
                shrunk=tree.shrunk,
            ).root

    @property
    def result(self) -> Node:
        """The root of the new tree, once the transaction has ended.

        Raises:
            InvalidEditError: It has not ended, or it ended with an exception.
        """
        if self._result is None:
            state = "is still open" if self._open else "ended with an exception"
            raise InvalidEditError(f"the transaction {state}, so that it has no result")
        return self._result

    @property
    def root(self) -> EditedNode:
        """The root, to be edited."""
        return EditedNode(self, (self._tree.segment, 0))

    def __getitem__(self, key: str | Node) -> EditedNode:
        """The node with an id, or behind a handle of any version of the tree.

        Raises:
            NodeNotFoundError: There is no such node, or the id is that of several.
        """
        if isinstance(key, Node):
            return EditedNode(self, self._tree.root.at(key).ref)
        found = self._tree.find_refs(key)
        if len(found) == 1:
            return EditedNode(self, found[0])
        if not found:
            raise NodeNotFoundError(f"no node has the id {key!r}")
        raise NodeNotFoundError(
            f"{len(found)} nodes have the id {key!r}; use a handle instead: tx[node]"
        )

    def __contains__(self, id: str) -> bool:
        return bool(self._tree.find_refs(id))

    def add(self, parent: str | Node, *children: Node) -> None:
        """Add children at the end of a node; see `Node.add`."""
        self[parent].add(*children)

    def remove(self, node: str | Node) -> None:
        """Remove a node; see `Node.remove`."""
        self[node].remove()

    def move(self, node: str | Node, new_parent: str | Node, index: int | None = None) -> None:
        """Move a node; see `Node.move`."""
        self[node].move(new_parent, index)

    def apply(self, ref: Ref, edit: Callable[[Node], Node]) -> None:
        """Apply an edit of a node to the tree as it is now.

        Raises:
            InvalidEditError: The transaction has ended.
        """
        if not self._open:
            raise InvalidEditError("the transaction has ended; begin another one")
        self._tree = edit(self.node(ref)).tree

    def node(self, ref: Ref) -> Node:
        """A handle on a node in the tree as it is now.

        Raises:
            NodeNotFoundError: It was removed.
        """
        if not self._tree.holds(ref):
            raise NodeNotFoundError("the node was removed in this transaction")
        return Node(self._tree, *ref)


class EditedNode:
    """A node inside a transaction; it stays valid while the tree changes."""

    __slots__ = ("_ref", "_transaction")

    def __init__(self, transaction: Transaction, ref: Ref) -> None:
        self._transaction = transaction
        self._ref = ref

    @property
    def now(self) -> Node:
        """The node as it is now, to be read."""
        return self._transaction.node(self._ref)

    def set_attr(self, key: str, value: Any) -> None:
        """See `Node.set_attr`."""
        self._transaction.apply(self._ref, lambda node: node.set_attr(key, value))

    def set_attrs(self, values: Mapping[str, Any], drop: Iterable[str] = ()) -> None:
        """See `Node.set_attrs`."""
        self._transaction.apply(self._ref, lambda node: node.set_attrs(values, drop))

    def drop_attrs(self, *keys: str) -> None:
        """See `Node.drop_attrs`."""
        self._transaction.apply(self._ref, lambda node: node.drop_attrs(*keys))

    def rename(self, name: str | None) -> None:
        """See `Node.rename`."""
        self._transaction.apply(self._ref, lambda node: node.rename(name))

    def add(self, *children: Node) -> None:
        """See `Node.add`."""
        self._transaction.apply(self._ref, lambda node: node.add(*children))

    def add_ref(self, *stubs: Node) -> None:
        """See `Node.add_ref`."""
        self._transaction.apply(self._ref, lambda node: node.add_ref(*stubs))

    def insert(self, index: int, child: Node) -> None:
        """See `Node.insert`."""
        self._transaction.apply(self._ref, lambda node: node.insert(index, child))

    def move(self, new_parent: str | Node, index: int | None = None) -> None:
        """See `Node.move`."""
        target = self._transaction[new_parent].now
        self._transaction.apply(self._ref, lambda node: node.move(target, index))

    def replace(self, node: Node) -> None:
        """See `Node.replace`; the node that comes in its place is another one."""
        self._transaction.apply(self._ref, lambda old: old.replace(node))

    def remove(self) -> None:
        """See `Node.remove`."""
        self._transaction.apply(self._ref, lambda node: node.remove())

    def __repr__(self) -> str:
        return f"<EditedNode of {self.now!r}>"
