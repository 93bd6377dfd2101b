"""Edits as data: a list of operations that can be written down, sent and applied.

An operation is a JSON object. `op` says what it does; nodes are addressed by their id, a
string, or where an id would not do by their position, an array of child positions from
the root. Addresses count in the tree as the operations before have left it.

| op | further keys |
|---|---|
| `add`, `add-reference` | `parent`, `node` (its JSON), `index` or none for the end |
| `remove` | `at` |
| `replace` | `at`, `node` |
| `move` | `at`, `parent`, `index` (counted without the node) or none for the end |
| `set-attributes` | `at`, `values` |
| `drop-attributes` | `at`, `keys` (null for the whole field `attributes`) |
| `rename` | `at`, `name` (null for none) |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from ngio_collections._frozen import FrozenDict, freeze, thaw
from ngio_collections.errors import InvalidEditError, NodeNotFoundError
from ngio_collections.graph._node import Node, as_tree
from ngio_collections.graph._order import Order
from ngio_collections.graph._state import Ref, TreeState

__all__ = ["Patch", "address_of", "apply", "has_attributes", "set_attributes"]

Address: TypeAlias = str | list[int]

_FIELDS: Final[dict[str, tuple[set[str], set[str]]]] = {
    "add": ({"parent", "node"}, {"index"}),
    "add-reference": ({"parent", "node"}, {"index"}),
    "remove": ({"at"}, set()),
    "replace": ({"at", "node"}, set()),
    "move": ({"at", "parent"}, {"index"}),
    "set-attributes": ({"at", "values"}, set()),
    "drop-attributes": ({"at", "keys"}, set()),
    "rename": ({"at", "name"}, set()),
}
"""The keys that an operation must have beside `op`, and those that it may have."""


def address_of(tree: TreeState, ref: Ref) -> Address:
    """How a patch addresses a node: by its id if nothing else has it, else by positions."""
    id_ = tree.raw(ref).get("id")
    if isinstance(id_, str) and tree.is_only(ref, id_):
        return id_
    return tree.path(ref)


class Patch:
    """A list of operations on a tree. It is read-only and equals every patch with the same ones.

    Args:
        operations: The operations, as JSON.

    Raises:
        InvalidEditError: One of them is none; the message says which, and why.
    """

    __slots__ = ("_operations",)

    _operations: tuple[FrozenDict, ...]

    def __init__(self, operations: Iterable[Mapping[str, Any]]) -> None:
        frozen = tuple(freeze(thaw(operation)) for operation in operations)
        for number, operation in enumerate(frozen):
            problem = _problem(operation)
            if problem:
                raise InvalidEditError(f"operation {number} of the patch {problem}")
        self._operations = frozen

    @property
    def operations(self) -> tuple[Mapping[str, Any], ...]:
        """The operations, read-only to the bottom."""
        return self._operations

    def to_json(self) -> list[dict[str, Any]]:
        """The operations as JSON that can be changed."""
        return [thaw(operation) for operation in self._operations]

    def __len__(self) -> int:
        return len(self._operations)

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return iter(self._operations)

    def __eq__(self, other: object) -> bool:
        return self._operations == other._operations if isinstance(other, Patch) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._operations)

    def __repr__(self) -> str:
        return f"<Patch of {len(self)} operation{'' if len(self) == 1 else 's'}>"


def _problem(operation: Any) -> str:
    """What is wrong with the form of an operation; empty if nothing is."""
    if not isinstance(operation, FrozenDict):
        return "is no JSON object"
    op = operation.get("op")
    if op not in _FIELDS:
        return f"has the `op` {op!r}; expected one of {', '.join(_FIELDS)}"
    needed, allowed = _FIELDS[op]
    given = set(operation) - {"op"}
    if lacking := needed - given:
        return f"({op}) lacks {', '.join(sorted(lacking))}"
    if unknown := given - needed - allowed:
        return f"({op}) has the unknown {', '.join(sorted(unknown))}"
    for key in ("at", "parent"):
        if key in operation and not _is_address(operation[key]):
            return f"({op}) has an address `{key}` that is neither an id nor an array of positions"
    for key in ("node", "values"):
        if key in operation and not isinstance(operation[key], FrozenDict):
            return f"({op}) has a `{key}` that is no JSON object"
    keys = operation.get("keys", ())
    if keys is not None and not (isinstance(keys, tuple) and all(type(k) is str for k in keys)):
        return f"({op}) has `keys` that are neither an array of strings nor null"
    if not isinstance(operation.get("name"), (str, type(None))):
        return f"({op}) has a `name` that is neither a string nor null"
    index = operation.get("index", 0)
    if not isinstance(index, int) or isinstance(index, bool) or index < 0:
        return f"({op}) has the `index` {index!r}; expected a position from 0"
    return ""


def _is_address(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, tuple) and all(type(part) is int and part >= 0 for part in value)
    )


def _resolve(root: Node, address: Any) -> Node:
    if isinstance(address, str):
        found = root.find_all(id=address)
        if len(found) != 1:
            count = "no node has" if not found else f"{len(found)} nodes have"
            raise NodeNotFoundError(f"{count} the id {address!r}")
        return found[0]
    node = root
    for depth, position in enumerate(address):
        child = next((c for n, c in enumerate(node.children()) if n == position), None)
        if child is None:
            raise NodeNotFoundError(f"there is no node at {list(address[: depth + 1])}")
        node = child
    return node


def _add(root: Node, operation: Mapping[str, Any]) -> Node:
    parent = _resolve(root, operation["parent"])
    child = as_tree(thaw(operation["node"])).root
    if operation["op"] == "add-reference" and not child.is_reference:
        raise InvalidEditError("the node to add is no reference: it has no `path`")
    index = operation.get("index")
    return parent.add(child) if index is None else parent.insert(index, child)


def _move(root: Node, operation: Mapping[str, Any]) -> Node:
    parent = _resolve(root, operation["parent"])
    return _resolve(root, operation["at"]).move(parent, operation.get("index"))


def has_attributes(raw: Mapping[str, Any]) -> bool:
    """Whether a node has attributes, be it none of them; what is no object is none either."""
    return isinstance(raw.get("attributes"), dict)


def set_attributes(node: Node, values: Mapping[str, Any]) -> Node:
    """Set attributes; an empty set of them makes an empty field of a node that has none."""
    if not values and not has_attributes(node._raw()):
        return node._with_raw({**node._raw(), "attributes": {}})
    return node.set_attrs(values)


def _drop(node: Node, keys: tuple[str, ...] | None) -> Node:
    return node.clear_attrs() if keys is None else node.drop_attrs(*keys)


_EDITS: Final[dict[str, Callable[[Node, Mapping[str, Any]], Node]]] = {
    "add": _add,
    "add-reference": _add,
    "remove": lambda root, o: _resolve(root, o["at"]).remove(),
    "replace": lambda root, o: _resolve(root, o["at"]).replace(as_tree(thaw(o["node"])).root),
    "move": _move,
    "set-attributes": lambda root, o: set_attributes(_resolve(root, o["at"]), o["values"]),
    "drop-attributes": lambda root, o: _drop(_resolve(root, o["at"]), o["keys"]),
    "rename": lambda root, o: _resolve(root, o["at"]).rename(o["name"]),
}


def _moved_together(
    root: Node, operations: list[Mapping[str, Any]], start: int
) -> tuple[int, Node]:
    """Do those operations at once that give children of one node another order.

    Args:
        root: The root of the tree.
        operations: All operations.
        start: Where to begin.

    Returns:
        How many were done, and the root of the new tree. Not done are those that do not go by
        ids, or that cannot be done at all.
    """
    first = operations[start]
    # At the end a node is put without a look at the others.
    if not _is_by_ids(first) or first.get("index") is None:
        return 0, root
    tree, holder = root.tree, first["parent"]
    found, moving = tree.find_refs(holder), tree.find_refs(first["at"])
    if len(found) != 1 or len(moving) != 1 or tree.parent(moving[0]) != found[0]:
        return 0, root
    (parent,) = found
    if not Node(tree, *parent)._is_container or tree.has_others(parent):
        return 0, root
    order = Order(tree.children(parent))
    moved: dict[Ref, None] = {}
    done = 0
    for number in range(start, len(operations)):
        operation = operations[number]
        if not _is_by_ids(operation) or operation["parent"] != holder:
            break
        moving = tree.find_refs(operation["at"])
        if len(moving) != 1 or moving[0] not in order:
            break
        index = operation.get("index")
        order.remove(moving[0])
        order.insert(len(order) if index is None else index, moving[0])
        moved[moving[0]] = None
        done += 1
    return done, tree.arranged(parent, order, moved.keys()).root


def _is_by_ids(operation: Mapping[str, Any]) -> bool:
    """Whether an operation moves a node, and says by ids which, and to where."""
    is_move = operation["op"] == "move"
    return is_move and isinstance(operation["at"], str) and isinstance(operation["parent"], str)


def apply(root: Node, patch: Patch) -> Node:
    """Apply a patch to a tree.

    Args:
        root: The root of the tree; it stays as it is.
        patch: What to do.

    Returns:
        The root of the new tree.

    Raises:
        NodeNotFoundError: An address leads to no node, or an id to several.
        InvalidEditError: An operation cannot be done; the message says which, and why.
    """
    now = root
    operations = list(patch)
    number = 0
    while number < len(operations):
        together, now = _moved_together(now, operations, number)
        if together:
            number += together
            continue
        operation = operations[number]
        try:
            now = _EDITS[operation["op"]](now, operation)
        except (InvalidEditError, NodeNotFoundError) as error:
            raise type(error)(
                f"operation {number} of the patch ({operation['op']}): {error}"
            ) from error
        number += 1
    return now
