"""Trees that are very deep or very wide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ngio_collections.errors import InvalidEditError
from ngio_collections.graph import Node, as_tree, new_node
from ngio_collections.graph._segment import Segment
from tests.graph.effort import calls_of
from tests.graph.samples import chain, flat

_DEPTH = 5000
_WIDTH = 100_000


def _same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal, at any depth."""
    stack = [(one, other)]
    while stack:
        a, b = stack.pop()
        if isinstance(a, dict) and isinstance(b, dict):
            if list(a) != list(b):
                return False
            stack.extend((a[key], b[key]) for key in a)
        elif isinstance(a, list) and isinstance(b, list):
            if len(a) != len(b):
                return False
            stack.extend(zip(a, b, strict=True))
        elif a != b:
            return False
    return True


def _nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.fixture(scope="module")
def deep() -> Node:
    return as_tree(chain(_DEPTH)).root


@pytest.fixture(scope="module")
def bottom(deep: Node) -> Node:
    found = deep.find(str(_DEPTH - 1))
    assert found is not None
    return found


def test_a_deep_chain_can_be_read(deep: Node, bottom: Node) -> None:
    assert len(deep.tree) == _DEPTH
    assert [n.id for n in deep.walk()] == [str(n) for n in range(_DEPTH)]
    assert sum(1 for _ in bottom.ancestors()) == _DEPTH - 1
    assert bottom.pointer == "/nodes/0" * (_DEPTH - 1)
    assert len(bottom.path_names) == _DEPTH
    assert bottom.index == 0
    assert deep.find_all(id=str(_DEPTH - 1)) == [bottom]
    assert deep.find_all(type="collection", where=lambda n: n.id == "4000")[0].id == "4000"
    assert list(bottom.children()) == []
    assert _same(deep.to_json(), chain(_DEPTH))
    assert _same(deep.subtree().to_json(), chain(_DEPTH))


@pytest.mark.parametrize("show", [repr, str])
def test_what_is_shown_of_a_deep_chain_is_short(
    show: Callable[[object], str], deep: Node, bottom: Node
) -> None:
    for value in (deep, bottom, deep.tree, deep.raw, deep.attributes, deep.set_attr("k", 1)):
        assert len(show(value)) < 10_000


def _edits(deep: Node, bottom: Node) -> Iterator[Node]:
    """One of each edit at the bottom and at the top."""
    middle = deep.find(str(_DEPTH // 2))
    assert middle is not None
    yield bottom.set_attr("k", 1)
    yield bottom.set_attrs({"k": 1}, drop=["l"])
    yield bottom.rename("name")
    yield bottom.add(new_node("image", id="new"))
    yield bottom.add_ref(new_node("image", id="new", ref={"type": "json", "path": "./a"}))
    yield bottom.insert(0, new_node("image", id="new"))
    yield bottom.replace(new_node("image", id="new"))
    yield bottom.remove()
    yield bottom.move(deep, 0)
    yield middle.move(deep)
    yield middle.move(deep).at(middle).move(deep, 0)
    yield middle.remove()
    yield middle.replace(deep)
    yield deep.add(deep)
    yield bottom.add(deep, deep)
    yield next(deep.children()).subtree().set_attr("k", 1)
    yield deep.replace(bottom)


def test_every_edit_works_in_a_deep_chain(deep: Node, bottom: Node) -> None:
    for root in _edits(deep, bottom):
        again = as_tree(root.to_json()).root
        ids = [node.id for node in root.walk()]
        assert [node.id for node in again.walk()] == ids
        last = list(root.walk())[-1]
        assert root.tree.find(str(last.id)) is not None
        assert sum(1 for _ in last.ancestors()) == last.pointer.count("/nodes/")
    assert _same(deep.to_json(), chain(_DEPTH))


def test_refusals_work_in_a_deep_chain(deep: Node, bottom: Node) -> None:
    with pytest.raises(InvalidEditError, match="inside"):
        next(deep.children()).move(bottom)
    with pytest.raises(InvalidEditError, match="give plain JSON"):
        bottom.set_attr("k", {1})


def test_a_chain_is_built_from_the_bottom_up() -> None:
    node = new_node("image", id="0")
    for level in range(1, _DEPTH):
        node = new_node("collection", id=str(level), children=[node])
    assert len(node.tree) == _DEPTH
    assert node.find("0") == list(node.walk())[-1]
    below = as_tree({"type": "collection", "id": "top"}).root
    for level in range(1000):
        last = below.find_all(id=str(level - 1) if level else "top")[0]
        below = last.add(new_node("collection", id=str(level)))
    assert len(below.tree) == 1001
    found = below.find("999")
    assert found is not None
    assert sum(1 for _ in found.ancestors()) == 1000


def test_attributes_may_be_nested_deeply() -> None:
    node = new_node("image").set_attr("k", _nested(_DEPTH))
    other = new_node("image").set_attr("k", _nested(_DEPTH))
    assert node.attributes == other.attributes
    assert node.attributes != new_node("image").set_attr("k", _nested(_DEPTH + 1)).attributes
    assert len(repr(node.attributes)) < 10_000
    assert _same(node.to_json(), {"type": "image", "attributes": {"k": _nested(_DEPTH)}})
    again = node.set_attr("k", node.get_attr("k"))
    assert again.attributes == node.attributes


# -- width -------------------------------------------------------------------


@pytest.fixture(scope="module")
def wide() -> Node:
    root = as_tree(flat(_WIDTH)).root
    assert root.find("0") is not None
    return root


@pytest.fixture(scope="module")
def narrow() -> Node:
    root = as_tree(flat(1000)).root
    assert root.find("0") is not None
    return root


def _removed_first(root: Node) -> Node:
    node = root.find("500")
    assert node is not None
    return node.remove()


_FEW: dict[str, Callable[[Node], object]] = {
    "append": lambda root: root.add(new_node("image", id="new")),
    "append twice": lambda root: root.add(new_node("image")).add(new_node("image")),
    "append a reference": lambda root: root.add_ref(new_node("image", ref={"path": "./a"})),
    "remove": _removed_first,
    "remove and append": lambda root: _removed_first(root).add(new_node("image")),
    "find": lambda root: root.find("999"),
    "find in the tree": lambda root: root.tree.find("999"),
    "find nothing": lambda root: root.find("absent"),
    "find all of an id": lambda root: root.find_all(id="999"),
    "find after an edit": lambda root: root.rename("n").find("999"),
    "find after an addition": lambda root: root.add(new_node("image", id="new")).find("new"),
    "find after a removal": lambda root: _removed_first(root).find("999"),
    "set an attribute": lambda root: root.set_attr("k", 1),
    "set one of a child": lambda root: root.find("500").set_attr("k", 1),  # type: ignore[union-attr]
    "move to the end": lambda root: root.find("500").move(root),  # type: ignore[union-attr]
    "the parent": lambda root: root.find("500").parent(),  # type: ignore[union-attr]
    "the first child": lambda root: next(root.children()),
    "the same node": lambda root: _removed_first(root).at(root),
    "show": repr,
}


@pytest.mark.parametrize("name", _FEW)
def test_what_costs_little_costs_the_same_in_a_wide_node(
    name: str, wide: Node, narrow: Node
) -> None:
    at_wide, at_narrow = calls_of(lambda: _FEW[name](wide)), calls_of(lambda: _FEW[name](narrow))
    assert at_wide < 600
    assert at_wide <= at_narrow + 50


def test_appending_one_by_one_is_linear() -> None:
    def append(times: int) -> Node:
        root = as_tree({"type": "collection"}).root
        for number in range(times):
            root = root.add(new_node("image", id=str(number)))
        return root

    few, many = calls_of(lambda: append(300)), calls_of(lambda: append(3000))
    assert many < 20 * few
    assert [n.id for n in append(300).children()] == [str(n) for n in range(300)]


def test_removing_one_by_one_is_linear() -> None:
    def remove(times: int) -> Node:
        root = as_tree(flat(times)).root
        for node in list(root.children()):
            root = root.at(node).remove()
        return root

    few, many = calls_of(lambda: remove(300)), calls_of(lambda: remove(3000))
    assert many < 20 * few
    assert list(remove(300).children()) == []


def test_building_a_wide_node_is_linear() -> None:
    def build(width: int) -> Node:
        return new_node("collection", children=[new_node("image") for _ in range(width)])

    few, many = calls_of(lambda: build(300)), calls_of(lambda: build(3000))
    assert many < 12 * few


def test_writing_an_edited_tree_looks_at_what_was_edited() -> None:
    # Two thousand wells of which one is edited: the others are shared as they are.
    wells = [{"id": f"w{n}", "nodes": [{"id": f"{n}-{m}"} for m in range(20)]} for n in range(2000)]
    root = as_tree({"id": "plate", "nodes": wells}).root
    node = root.find("7-7")
    assert node is not None
    edited = node.set_attr("k", 1)
    made = edited.tree.materialise(edited.key)
    shared = sum(a is b for a, b in zip(made["nodes"], wells, strict=True))
    assert shared == len(wells) - 1
    assert isinstance(edited.tree.segment, Segment)


def test_versions_of_a_wide_node_are_all_kept(wide: Node) -> None:
    versions = [wide]
    for number in range(100):
        versions.append(versions[-1].add(new_node("image", id=f"new{number}")))
    for number, version in enumerate(versions):
        assert version.find(f"new{number}") is None
        assert number == 0 or version.find(f"new{number - 1}") is not None
    for number in (0, 50, 100):
        assert sum(1 for _ in versions[number].children()) == _WIDTH + number
