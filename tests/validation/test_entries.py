"""Nodes as rules see them: in an edited tree the same as in the document that it is now."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections.graph import Node, NodeTree, Segment
from ngio_collections.validation._entries import Entry, SegmentHome, StateHome
from tests.graph.effort import calls_of
from tests.validation.parts import edited


def _random_node(random: Random, depth: int, number: int) -> dict[str, Any]:
    """A node with few children or many, with things between them that are no nodes."""
    count = random.choice((0, 1, 3, 25)) if depth else 0
    nodes: list[Any] = [_random_node(random, depth - 1, n) for n in range(count)]
    for _ in range(random.choice((0, 0, 2))):
        nodes.insert(random.randint(0, len(nodes)), random.choice((None, "no node", [])))
    node: dict[str, Any] = {"type": random.choice(("collection", "collection", "multiscale"))}
    node["id"] = f"{depth}_{number}"
    if random.random() < 0.3:
        node["attributes"] = {"plate": {}}
    return dict(random.sample([*node.items(), ("nodes", nodes)], len(node) + 1))


def _edited(random: Random, steps: int) -> Node:
    root = ngc.as_tree(_random_node(random, 3, 0)).root
    for _ in range(steps):
        root = edited(root, random)
    return root


def _own(value: Any) -> Any:
    """The fields of a node without its children."""
    return {k: v for k, v in value.items() if k != "nodes"} if isinstance(value, dict) else value


def _compare(one: Entry, other: Entry) -> None:
    assert _own(one.value) == _own(other.value)
    assert one.pointer == other.pointer
    assert one.json_pointer == other.json_pointer
    assert one.names() == other.names()
    assert _own(one.root.value) == _own(other.root.value)
    near, as_read = one.nearest("plate"), other.nearest("plate")
    assert (near and near.pointer) == (as_read and as_read.pointer)
    above = [node for node in one.ancestors() if "plate" in node.attributes]
    assert near == (above[0] if above else None)


def _compare_lists(home: StateHome, ref: Any, other: Entry) -> None:
    nodes = other.value.get("nodes")
    nodes = nodes if isinstance(nodes, list) else []
    whole = home.with_children(ref)
    assert home.whole(ref).value == other.value
    if home.tree.has_list(ref):
        assert [_own(item) for item in whole.value["nodes"]] == [_own(item) for item in nodes]
        assert home.has_others(ref) or all(isinstance(item, dict) for item in nodes)
        assert home.listed(ref).value["nodes"] == []
    for number, item in enumerate(nodes):
        value, place = home.item(ref, number)
        assert _own(value) == _own(item)
        assert not isinstance(item, dict) or ("nodes" in value) is ("nodes" in item)
        child = home.child_at(ref, number)
        assert child is None or (child == place and home.position(child) == number)
    for number in (-1, len(nodes), "0"):
        with pytest.raises(LookupError):
            home.item(ref, number)


@pytest.mark.parametrize("seed", range(60))
def test_places_in_an_edited_tree_are_those_in_its_document(seed: int) -> None:
    random = Random(seed)
    tree: NodeTree = _edited(random, random.choice((1, 5, 30))).tree
    home = StateHome(tree, ("ome",))
    read = SegmentHome(Segment(tree.materialise((tree.segment, 0))), ("ome",))
    refs = list(tree.walk((tree.segment, 0)))
    assert len(refs) == len(read.segment)
    pairs = [(ref, place) for place, ref in enumerate(refs)]
    # In whatever order they are asked for: what is remembered must not show.
    for ref, place in random.sample(pairs, len(pairs)):
        other = Entry(read, place, read.value(place))
        _compare(home.entry(ref), other)
        _compare_lists(home, ref, other)
    inside = [ref for ref in refs if home.holds(ref)]
    assert sorted(inside, key=lambda ref: home.entry(ref).order(())) == [
        ref for ref in refs if ref in inside
    ]


def _deep(levels: int) -> dict[str, Any]:
    """Collections in each other, each with an acquisition that no plate has."""
    node: dict[str, Any] = {"type": "collection", "id": "x", "nodes": []}
    for level in range(levels):
        attributes = {"acquisition": {"id": "none"}}
        node = {"type": "collection", "id": f"x{level}", "nodes": [node], "attributes": attributes}
    return {"ome": {**node, "version": "0.9"}}


def test_a_finding_costs_little_more_where_it_is_deeper() -> None:
    efforts = []
    for levels in (100, 200, 400):
        document = _deep(levels)
        assert len(ngc.validate_document(document)) == levels
        efforts.append(calls_of(lambda it=document: ngc.validate_document(it)) / levels)
    # Twice as deep is one step more of those that are remembered, and not twice the way.
    assert efforts[1] < 1.3 * efforts[0], efforts
    assert efforts[2] < 1.3 * efforts[1], efforts


def test_a_well_costs_the_same_however_many_there_are() -> None:
    efforts = []
    for rows in (4, 16, 64):
        names = [f"r{number}" for number in range(rows)]
        wells = [
            {
                "type": "collection",
                "id": f"{row}_{column}",
                "nodes": [],
                "attributes": {"well": {"row": {"id": row}, "column": {"id": f"c{column}"}}},
            }
            for row in names
            for column in range(8)
        ]
        columns = [{"id": f"c{column}"} for column in range(8)]
        plate = {"rows": [{"id": name} for name in names], "columns": columns}
        root = {"type": "collection", "id": "p", "version": "0.9", "attributes": {"plate": plate}}
        tree = ngc.as_tree({**root, "nodes": wells}, "file:///lab/plate.json").root
        assert ngc.validate(tree) == []
        efforts.append(calls_of(lambda tree=tree: ngc.validate(tree)) / len(wells))
    assert max(efforts) < 1.3 * min(efforts), efforts
