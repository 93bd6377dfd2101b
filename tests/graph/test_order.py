"""Children that change their order: what it gives, and that it costs no more than it must."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ngio_collections as ngc
from ngio_collections.graph._order import Order
from tests.graph.effort import calls_of

SIZES = (400, 4_000)


def _flat(ids: list[Any]) -> ngc.Node:
    nodes = [{"type": "multiscale", "id": id_} if isinstance(id_, str) else id_ for id_ in ids]
    return ngc.as_tree({"type": "collection", "id": "p", "nodes": nodes}).root


def _ids(node: ngc.Node) -> list[Any]:
    return [one["id"] if isinstance(one, dict) else one for one in node.to_json()["nodes"]]


def _new(id: str) -> ngc.Node:
    return ngc.new_node("multiscale", id=id)


@given(
    st.sampled_from(([], ["a"], ["a", "b", "c"], [5, "a", "b"])),
    st.lists(
        st.tuples(st.sampled_from(("insert", "add", "remove", "move", "back")), st.integers(0, 9))
    ),
)
def test_children_are_where_a_list_has_them(ids: list[Any], steps: list[tuple[str, int]]) -> None:
    versions = [(_flat(ids), [*ids])]
    for number, (step, at) in enumerate(steps):
        root, expected = versions[-1]
        nodes = list(root.children())
        named = [one for one in expected if isinstance(one, str)]
        if step == "back":  # A version that others were made of is edited again.
            versions.append(versions[at % len(versions)])
            continue
        expected = [*expected]
        if step == "add":
            root = root.add(_new(f"n{number}"))
            expected.append(f"n{number}")
        elif step == "insert":
            index = at % 2  # Most insertions are at the front, where they are kept otherwise.
            before = expected.index(named[1]) if len(named) > 1 else len(expected)
            before = before if index else 0
            root = root.insert(index, _new(f"n{number}"))
            expected.insert(before, f"n{number}")
        elif nodes:
            node = nodes[at % len(nodes)]
            expected.remove(node.id)
            named.remove(node.id)
            if step == "remove":
                root = node.remove()
            else:
                root = node.move(root, 0)
                expected.insert(0, node.id)
        versions.append((root, expected))
    for root, expected in versions:
        assert _ids(root) == expected
        assert [node.id for node in root.children()] == [i for i in expected if isinstance(i, str)]


def test_a_node_is_inserted_at_the_front_without_a_look_at_the_others() -> None:
    efforts = []
    for size in SIZES:
        root = _flat([f"i{n}" for n in range(size)])
        with root.edit() as tx:
            tx.root.insert(0, _new("first"))
            run: Callable[[], None] = lambda tx=tx: [  # noqa: E731
                tx.root.insert(0, _new(f"q{n}")) for n in range(50)
            ]
            efforts.append(calls_of(run))
        assert _ids(tx.result)[:2] == ["q49", "q48"]
        assert len(tx.result.tree) == size + 52
    assert efforts[1] < 1.5 * efforts[0]


def _reversed(size: int) -> tuple[ngc.Node, ngc.Node]:
    ids = [f"i{n}" for n in range(size)]
    return _flat(ids), _flat(ids[::-1])


def test_another_order_is_compared_written_and_applied_in_little_more_than_linear_time() -> None:
    efforts = []
    for size in SIZES:
        old, new = _reversed(size)
        found = ngc.diff(old, new)
        patch = found.to_patch()
        assert len(found.moved) == size - 1 == len(patch)
        assert ngc.apply(old, patch).to_json() == new.to_json()
        works = (
            lambda old=old, new=new: ngc.diff(old, new),
            found.to_patch,
            lambda old=old, patch=patch: ngc.apply(old, patch),
        )
        efforts.append([calls_of(work) for work in works])
    for few, many in zip(*efforts, strict=True):
        assert many < 15 * few


IDS = st.lists(st.sampled_from("abcdefgh"), max_size=8)


@given(IDS, IDS, st.lists(st.sampled_from("xyz"), max_size=2))
def test_a_patch_gives_the_new_order_whatever_is_there_twice(
    old: list[str], new: list[str], inner: list[str]
) -> None:
    before, after = _flat(old), _flat(new)
    for id_ in inner:
        before, after = before.add(_new(id_)), after.insert(0, _new(id_))
    found = ngc.diff(before, after)
    applied = ngc.apply(before, found.to_patch())
    assert applied.to_json() == after.to_json()
    edited = before
    for operation in found.to_patch():  # One by one they give the same.
        edited = ngc.apply(edited, ngc.Patch([operation]))
    assert edited.to_json() == after.to_json()


MOVES = st.tuples(
    st.sampled_from("abcdefxpq"), st.sampled_from("pq"), st.integers(0, 5) | st.none()
)


@given(st.lists(MOVES, min_size=2, max_size=8))
def test_moves_in_one_patch_give_what_they_give_one_by_one(
    moves: list[tuple[str, str, int | None]],
) -> None:
    inner = {"type": "collection", "id": "q", "nodes": [{"type": "multiscale", "id": "x"}]}
    root = _flat(["a", "b", inner, "c", "d", "e", "f"])
    operations: list[dict[str, Any]] = [
        {"op": "move", "at": at, "parent": to, **({} if index is None else {"index": index})}
        for at, to, index in moves
    ]
    expected: ngc.Node | str = root
    for number, operation in enumerate(operations):
        try:
            expected = ngc.apply(expected, ngc.Patch([operation]))
        except ngc.InvalidEditError as error:
            expected = str(error).replace("operation 0", f"operation {number}")
            break
    if isinstance(expected, str):
        with pytest.raises(ngc.InvalidEditError) as caught:
            ngc.apply(root, ngc.Patch(operations))
        assert str(caught.value) == expected
        return
    assert ngc.apply(root, ngc.Patch(operations)).to_json() == expected.to_json()


@given(st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 2_000)), max_size=50))
def test_an_order_is_what_a_list_would_be(steps: list[tuple[int, int]]) -> None:
    order, plain = Order(range(600)), list(range(600))
    for number, (at, to) in enumerate(steps):
        if at % 3:
            item = plain[at % len(plain)]
            assert order.position(item) == plain.index(item)
            order.remove(item)
            plain.remove(item)
        else:
            item = 1_000 + number
        order.insert(to % 700, item)
        plain.insert(to % 700, item)
    for number in range(700):  # More than fit into one block.
        order.insert(3, 10_000 + number)
        plain.insert(3, 10_000 + number)
    assert (list(order), len(order)) == (plain, len(plain))
    assert plain[-1] in order
