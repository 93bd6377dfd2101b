"""Many edits, one new tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from ngio_collections.errors import InvalidEditError, NodeNotFoundError
from ngio_collections.graph._node import Node, NodeTree, with_attributes
from ngio_collections.graph._pmap import Draft, PersistentMap
from ngio_collections.graph._state import Ref

__all__ = ["EditedNode", "Transaction"]

K = TypeVar("K")
V = TypeVar("V")


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
        self._tree = NodeTree(
            tree.segment,
            Draft(tree.changes),
            Draft(tree.ids),
            tree.large,
            shrunk=tree.shrunk,
            shuffled=tree.shuffled,
        )
        self._snapshot: NodeTree | None = tree
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
            self._result = self.snapshot().root

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

    def __getitem__(self, key: str | Node | EditedNode) -> EditedNode:
        """The node with an id, or behind a handle, of any version of the tree or of this.

        Raises:
            NodeNotFoundError: There is no such node, or the id is that of several.
        """
        if isinstance(key, Node):
            ref = key.key
            if self._tree.shrunk or ref[0] is not self._tree.segment:
                self._tree.root.at(key)
            return EditedNode(self, ref)
        if isinstance(key, EditedNode):
            return key
        found = self._tree.find_refs(key)
        if len(found) == 1:
            return EditedNode(self, found[0])
        if not found:
            raise NodeNotFoundError(f"no node has the id {key!r}")
        raise NodeNotFoundError(
            f"{len(found)} nodes have the id {key!r}; use a handle instead: tx[node]"
        )

    def __contains__(self, id: str) -> bool:
        return self._tree.first_ref(id) is not None

    def add(self, parent: str | Node | EditedNode, *children: Node) -> None:
        """Add children at the end of a node; see `Node.add`."""
        self[parent].add(*children)

    def remove(self, node: str | Node | EditedNode) -> None:
        """Remove a node; see `Node.remove`."""
        self[node].remove()

    def move(
        self,
        node: str | Node | EditedNode,
        new_parent: str | Node | EditedNode,
        index: int | None = None,
    ) -> None:
        """Move a node; see `Node.move`."""
        self[node].move(new_parent, index)

    def set_attrs(self, ref: Ref, values: Mapping[str, Any], drop: Iterable[str]) -> None:
        """Set attributes of a node: the edit that is made most often, without detours."""
        self._require_open()
        tree = self._held(ref)
        made = with_attributes(tree, ref, tree.change(ref), values, drop)
        if made is not None:
            self._tree = made
            self._snapshot = None

    def _require_open(self) -> None:
        if not self._open:
            raise InvalidEditError("the transaction has ended; begin another one")

    def apply(self, ref: Ref, edit: Callable[[Node], Node]) -> None:
        """Apply an edit of a node to the tree as it is now.

        Raises:
            InvalidEditError: The transaction has ended.
        """
        self._require_open()
        self._tree = edit(self.node(ref)).tree
        self._snapshot = None

    def node(self, ref: Ref) -> Node:
        """A handle for an edit, on the tree that is being edited.

        Raises:
            NodeNotFoundError: It was removed.
        """
        return Node(self._held(ref), *ref)

    def _held(self, ref: Ref) -> NodeTree:
        """The tree that is being edited, which must hold a node."""
        tree = self._tree
        # Asked here first, since most transactions remove nothing.
        if (tree.shrunk or ref[0] is not tree.segment) and not tree.holds(ref):
            raise NodeNotFoundError("the node was removed in this transaction")
        return tree

    def snapshot(self) -> NodeTree:
        """The tree as it is now; later edits do not change it. Cost: O(edits since the last)."""
        if self._snapshot is None:
            tree = self._tree
            self._snapshot = NodeTree(
                tree.segment,
                _finished(tree.changes),
                _finished(tree.ids),
                tree.large,
                shrunk=tree.shrunk,
                shuffled=tree.shuffled,
            )
        return self._snapshot


def _finished(written: PersistentMap[K, V]) -> PersistentMap[K, V]:
    return written.finish() if isinstance(written, Draft) else written


class EditedNode:
    """A node inside a transaction; it stays valid while the tree changes."""

    __slots__ = ("_ref", "_transaction")

    def __init__(self, transaction: Transaction, ref: Ref) -> None:
        self._transaction = transaction
        self._ref = ref

    @property
    def now(self) -> Node:
        """The node as it is now, to be read; later edits do not change it.

        Raises:
            NodeNotFoundError: It was removed.
        """
        self._transaction.node(self._ref)
        return Node(self._transaction.snapshot(), *self._ref)

    def set_attr(self, key: str, value: Any) -> None:
        """See `Node.set_attr`."""
        self._transaction.set_attrs(self._ref, {key: value}, ())

    def set_attrs(self, values: Mapping[str, Any], drop: Iterable[str] = ()) -> None:
        """See `Node.set_attrs`."""
        self._transaction.set_attrs(self._ref, values, drop)

    def drop_attrs(self, *keys: str) -> None:
        """See `Node.drop_attrs`."""
        self._transaction.set_attrs(self._ref, {}, keys)

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

    def move(self, new_parent: str | Node | EditedNode, index: int | None = None) -> None:
        """See `Node.move`."""
        target = self._transaction.node(self._transaction[new_parent]._ref)
        self._transaction.apply(self._ref, lambda node: node.move(target, index))

    def replace(self, node: Node) -> None:
        """See `Node.replace`; the node that comes in its place is another one."""
        self._transaction.apply(self._ref, lambda old: old.replace(node))

    def remove(self) -> None:
        """See `Node.remove`."""
        self._transaction.apply(self._ref, lambda node: node.remove())

    def __repr__(self) -> str:
        try:
            return f"<EditedNode of {self.now!r}>"
        except NodeNotFoundError:
            return "<EditedNode of a node that was removed>"
