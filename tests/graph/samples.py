"""Random nodes: right ones, wrong ones, and the parts that they are made of."""

from __future__ import annotations

import json
from typing import Any, Final

from hypothesis import strategies as st

from ngio_collections.graph import Node, as_tree

__all__ = [
    "IDS",
    "KEYS",
    "NAMES",
    "TYPES",
    "chain",
    "documents",
    "flat",
    "root_of",
    "text_of",
    "values",
]

IDS: Final = ("a", "b", "c", "", "ü", "\U0001f600", "a/b~c")
NAMES: Final = ("n", "m", "", "\u202ename", "two\nlines")
TYPES: Final = ("collection", "multiscale", "image", "", "ex:thing", "ex:other")
KEYS: Final = ("k", "plate", "ex:key", "", "ключ")

_SCALARS: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from((0, 1, -1, 1.0, -0.0, 1e300, 5e-324, 2**64, -(10**40))),
    st.text(max_size=3),
)


def values() -> st.SearchStrategy[Any]:
    """JSON values, nested a little."""
    return st.recursive(
        _SCALARS,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
        ),
        max_leaves=4,
    )


_WRONG: Final = st.sampled_from((None, 5, True, 1.5, [], ["a"], {}, {"a": 1}))
_FIELDS: Final[dict[str, st.SearchStrategy[Any]]] = {
    "id": st.one_of(st.sampled_from(IDS), st.sampled_from(IDS), _WRONG),
    "type": st.one_of(st.sampled_from(TYPES), st.sampled_from(TYPES), _WRONG),
    "name": st.one_of(st.sampled_from(NAMES), st.sampled_from(NAMES), _WRONG),
    "attributes": st.one_of(
        st.none(), st.dictionaries(st.sampled_from(KEYS), values(), max_size=3)
    ),
    "unknown": values(),
}
_PATHS: Final = st.sampled_from(({"type": "json", "path": "./a.json"}, {}, "./a.json", None))
_JUNK: Final = st.sampled_from((None, 7, "junk", [], [{"id": "a"}], [[1, {"id": "b"}]]))


@st.composite
def _nodes(draw: st.DrawFn, inside: st.SearchStrategy[Any]) -> dict[str, Any]:
    keys = draw(st.lists(st.sampled_from(sorted(_FIELDS)), unique=True))
    node = {key: draw(_FIELDS[key]) for key in keys}
    extra = draw(st.integers(0, 9))
    if extra == 0:
        node["path"] = draw(_PATHS)
    if extra != 1:
        node["nodes"] = draw(st.lists(st.one_of(inside, inside, inside, _JUNK), max_size=4))
    elif draw(st.booleans()):
        node["nodes"] = draw(st.sampled_from((None, "text", {"id": "a"}, 1)))
    # Where `nodes` comes among the fields is part of what must survive.
    order = draw(st.permutations(list(node)))
    return {key: node[key] for key in order}


def documents(*, max_leaves: int = 8) -> st.SearchStrategy[dict[str, Any]]:
    """Nodes with everything below them, as a parser could give them."""
    leaf = _nodes(st.just({}))
    return st.recursive(leaf, _nodes, max_leaves=max_leaves)


def chain(depth: int) -> dict[str, Any]:
    """Nodes one in another; the ids are "0" for the outermost and so on."""
    node: dict[str, Any] = {"type": "collection", "id": str(depth - 1), "nodes": []}
    for level in range(depth - 2, -1, -1):
        node = {"type": "collection", "id": str(level), "nodes": [node]}
    return node


def flat(width: int) -> dict[str, Any]:
    """A node with many children, whose ids are "0", "1" and so on."""
    nodes = [{"type": "image", "id": str(n)} for n in range(width)]
    return {"type": "collection", "id": "root", "nodes": nodes}


def text_of(node: Node) -> str:
    """A node as text, in which the order of keys and the kinds of numbers show."""
    return json.dumps(node.to_json())


def root_of(document: dict[str, Any]) -> Node:
    """The root of a tree over a copy of a document."""
    return as_tree(json.loads(json.dumps(document))).root
