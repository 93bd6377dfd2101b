"""Finding nodes by ids that many nodes have, from anywhere in a tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ngio_collections as ngc
from tests.graph.effort import calls_of
from tests.graph.samples import documents, root_of
from tests.graph.steps import STEPS, versions

IDS = ("a", "b", "c")


def _renamed(raw: Any, ids: list[str]) -> Any:
    """A document whose nodes have few ids, so that many of them are the same."""
    if not isinstance(raw, dict):
        return raw
    made = {**raw, "id": ids[0]}
    if isinstance(raw.get("nodes"), list):
        made["nodes"] = [_renamed(one, ids[1:] + ids[:1]) for one in raw["nodes"]]
    return made


@given(documents(), st.permutations(IDS), STEPS)
def test_what_is_found_is_what_a_walk_meets(document: Any, ids: list[str], steps: Any) -> None:
    steps = [(*step[:-1], _renamed(step[-1], ids)) for step in steps]
    for root in versions(root_of(_renamed(document, ids)), steps):
        for node in root.walk():
            for id_ in IDS:
                expected = [one for one in node.walk() if one.id == id_]
                assert node.find_all(id=id_) == expected
                assert node.find(id_) == next(iter(expected), None)
        assert all(root.tree.find(id_) == root.find(id_) for id_ in IDS)


def _plate(wells: int) -> ngc.Node:
    """Wells with two images each, whose ids are the same in all wells."""
    images = [{"type": "multiscale", "id": "raw"}, {"type": "multiscale", "id": "nuclei"}]
    nodes = [{"type": "collection", "id": f"w{n}", "nodes": images} for n in range(wells)]
    return ngc.as_tree({"type": "collection", "id": "plate", "nodes": nodes}).root


def _well(root: ngc.Node, number: int) -> ngc.Node:
    found = root.find(f"w{number}")
    assert found is not None
    return found


VERSIONS: dict[str, Callable[[ngc.Node], ngc.Node]] = {
    "as it was read": lambda root: root,
    "with another attribute": lambda root: _well(root, 3).set_attr("lab:x", 1),
    "with an image more": lambda root: _well(root, 3).add(ngc.new_node("multiscale", id="raw")),
    "with a well less": lambda root: _well(root, 3).remove(),
    "with another well": lambda root: _well(root, 3).replace(_well(_plate(1), 0).subtree()),
}


@pytest.mark.parametrize("version", VERSIONS)
def test_an_id_that_all_wells_have_is_found_in_one_without_a_look_at_the_others(
    version: str,
) -> None:
    efforts = []
    for wells in (100, 1_000):
        root = VERSIONS[version](_plate(wells))
        well = _well(root, 50)

        def look(well: ngc.Node = well) -> None:
            assert well.find("raw") == next(well.children())
            assert len(well.find_all(id="nuclei")) == 1

        look()  # Indexes are made once.
        efforts.append(calls_of(look))
    assert efforts[1] < 1.5 * efforts[0]


def test_positions_of_siblings_are_told_without_a_look_at_all_others_each() -> None:
    efforts = []
    for wells in (300, 3_000):
        nodes = list(_plate(wells).children())
        efforts.append(calls_of(lambda nodes=nodes: [(n.pointer, n.index) for n in nodes]))
        assert (nodes[-1].pointer, nodes[-1].index) == (f"/nodes/{wells - 1}", wells - 1)
    assert efforts[1] < 15 * efforts[0]
