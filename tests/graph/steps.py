"""Random edits of any tree, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from hypothesis import strategies as st

from ngio_collections.errors import InvalidEditError
from ngio_collections.graph import Node
from tests.graph.samples import KEYS, documents, root_of, values

__all__ = ["STEPS", "edited", "step_on", "versions"]

STEPS: Final = st.lists(
    st.tuples(
        st.sampled_from(("set", "drop", "rename", "add", "insert", "move", "remove", "replace")),
        st.integers(0, 1000),
        st.integers(0, 1000),
        st.integers(-3, 4),
        st.sampled_from(KEYS),
        values(),
        documents(max_leaves=2),
    ),
    max_size=10,
)


def step_on(nodes: Sequence[Node], step: Any, handle: Callable[[Node], Any]) -> Any:
    """Take a step on some nodes, which may be refused.

    Args:
        nodes: All nodes of a tree.
        step: What to do.
        handle: What to do it with, for each node: the node itself, or one in a transaction.
    """
    what, at, to, index, key, value, document = step
    node, target = handle(nodes[at % len(nodes)]), nodes[to % len(nodes)]
    edits: dict[str, Callable[[], Any]] = {
        "set": lambda: node.set_attr(key, value),
        "drop": lambda: node.drop_attrs(key),
        "rename": lambda: node.rename(key),
        "add": lambda: node.add(root_of(document), root_of(document)),
        "insert": lambda: node.insert(index, root_of(document)),
        "move": lambda: node.move(target, None if index == 4 else index),
        "remove": node.remove,
        "replace": lambda: node.replace(root_of(document)),
    }
    return edits[what]()


def edited(root: Node, step: Any) -> Node:
    """The tree after a step, which may be refused."""
    result: Node = step_on(list(root.walk()), step, lambda node: node)
    return result


def versions(root: Node, steps: Iterable[Any]) -> list[Node]:
    """A tree and what each step that is not refused makes of it."""
    made = [root]
    for step in steps:
        try:
            made.append(edited(made[-1], step))
        except InvalidEditError:
            continue
    return made
