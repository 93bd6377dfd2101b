"""Where nodes are in the lists that hold them, found without counting."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ngio_collections.graph import Segment
from ngio_collections.graph._segment import nth_left
from tests.graph.effort import calls_of

ITEMS = st.lists(st.sampled_from([0, None, "text", [], {}, {"nodes": [1, {}]}]), max_size=40)


@given(ITEMS)
def test_a_place_in_a_list_is_found_from_the_node_and_the_node_from_the_place(
    items: list[Any],
) -> None:
    segment = Segment({"nodes": items})
    children = [number for number, item in enumerate(items) if isinstance(item, dict)]
    assert list(segment.starts(0)) == list(segment.children(0))
    assert segment.others(0) == [n for n in range(len(items)) if n not in children]
    for child, number in zip(segment.children(0), children, strict=True):
        assert segment.number_of(child) == number
        assert segment.child_at(0, number) == child
    for number in (-1, *segment.others(0), len(items)):
        assert segment.child_at(0, number) is None


@given(st.sets(st.integers(0, 30)))
def test_the_number_with_a_rank_is_the_same_as_by_counting(gone: set[int]) -> None:
    left = [number for number in range(60) if number not in gone]
    assert [nth_left(sorted(gone), rank) for rank in range(len(left))] == left


def test_a_place_in_a_long_list_costs_the_same_once_one_was_asked_for() -> None:
    efforts = []
    for size in (100, 10_000):
        segment = Segment({"nodes": [{} for _ in range(size)]})
        segment.number_of(size // 2)
        efforts.append(calls_of(lambda segment=segment: segment.number_of(50)))
    assert efforts[0] == efforts[1]
