"""Random edits of inlined trees, across documents, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from hypothesis import strategies as st

from ngio_collections import Node, as_tree
from ngio_collections.errors import InvalidEditError
from tests.graph.samples import KEYS, values

__all__ = ["ATTRIBUTE_STEPS", "STEPS", "edited", "step_on"]

_VALUES: Final = st.one_of(values(), values(), st.just({"type": "json", "path": "./value.json"}))


def _new(draw: st.DrawFn) -> dict[str, Any]:
    node: dict[str, Any] = {"type": "collection", "id": "new", "nodes": []}
    if draw(st.booleans()):
        node["nodes"] = [{"type": "image", "path": {"type": "zarr", "path": "./pixels"}}]
    if draw(st.booleans()):
        node["attributes"] = {draw(st.sampled_from(KEYS)): draw(values())}
    return node


def _steps(kinds: tuple[str, ...]) -> st.SearchStrategy[list[Any]]:
    return st.lists(
        st.tuples(
            st.sampled_from(kinds),
            st.integers(0, 1000),
            st.integers(0, 1000),
            st.integers(-3, 4),
            st.sampled_from(KEYS),
            _VALUES,
            st.composite(_new)(),
        ),
        min_size=1,
        max_size=6,
    )


ATTRIBUTE_STEPS: Final = _steps(("set", "set", "drop", "rename", "unname", "clear"))
STEPS: Final = _steps(
    ("set", "drop", "rename", "clear", "add", "insert", "move", "move", "remove", "replace")
)


def _fresh(document: dict[str, Any]) -> Node:
    return as_tree(document).root


def step_on(root: Node, step: Any) -> Node:
    """The tree after a step; it may be refused."""
    what, at, to, index, key, value, document = step
    nodes = list(root.walk())
    node, target = nodes[at % len(nodes)], nodes[to % len(nodes)]
    steps: dict[str, Callable[[], Node]] = {
        "set": lambda: node.set_attr(key, value),
        "drop": lambda: node.drop_attrs(*([*node.attributes][:1] or [key])),
        "clear": node.clear_attrs,
        "rename": lambda: node.rename(key),
        "unname": lambda: node.rename(None),
        "add": lambda: node.add(_fresh(document)),
        "insert": lambda: node.insert(index, _fresh(document)),
        "move": lambda: node.move(target, None if index == 4 else index),
        "remove": node.remove,
        "replace": lambda: node.replace(_fresh(document)),
    }
    return steps[what]()


def edited(root: Node, steps: Iterable[Any]) -> Node:
    """The tree after the steps that are not refused."""
    for step in steps:
        if step[0] == "replace" and step[1] % sum(1 for _ in root.walk()) == 0:
            continue  # The root of another type would not be a target any more.
        try:
            root = step_on(root, step)
        except InvalidEditError:
            continue
    return root
