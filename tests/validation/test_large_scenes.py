"""Scenes of very many systems and transformations take time for each of them, and no more."""

from __future__ import annotations

from typing import Any

import pytest

import ngio_collections as ngc
from tests.graph.effort import calls_of

AXES = [{"name": name, "type": "space", "unit": "micrometer"} for name in "yx"]


def _document(systems: list[str], pairs: list[tuple[str, str]], tiles: int = 0) -> dict[str, Any]:
    nodes = [
        {
            "type": "multiscale",
            "id": f"t{n}",
            "path": {"type": "zarr", "path": f"t{n}.zarr"},
            "attributes": {"coordinateSystems": [{"id": f"c{n}", "axes": AXES}]},
        }
        for n in range(tiles)
    ]
    scene = {
        "coordinateSystems": [{"id": id_, "axes": AXES} for id_ in systems],
        "coordinateTransformations": [
            {"type": "identity", "input": {"id": one}, "output": {"id": other}}
            for one, other in pairs
        ],
    }
    node = {"type": "collection", "id": "slide", "version": "0.9", "nodes": nodes}
    return {"ome": {**node, "attributes": {"scene": scene}}}


def _tiles(count: int) -> dict[str, Any]:
    return _document(["world"], [(f"c{n}", "world") for n in range(count)], count)


def _chain(count: int) -> dict[str, Any]:
    pairs = [(f"s{n}", f"s{n + 1}") for n in range(count - 1)]
    return _document([f"s{n}" for n in range(count)], pairs)


def _chain_from_its_end(count: int) -> dict[str, Any]:
    pairs = [(f"s{n}", f"s{n + 1}") for n in range(count - 1)]
    return _document([f"s{n}" for n in range(count)], pairs[::-1])


def _pairs_of_tiles(count: int) -> dict[str, Any]:
    pairs = [(f"c{n}", f"c{n + 1}") for n in range(0, count, 2)]
    return _document([f"world{n}" for n in range(count)], pairs, count)


SCENES = [_tiles, _chain, _chain_from_its_end, _pairs_of_tiles]


@pytest.mark.parametrize("scene", SCENES)
def test_the_effort_grows_with_the_scene(scene: Any) -> None:
    small, large = scene(150), scene(300)
    ngc.validate_document(small)
    efforts = [calls_of(lambda d=d: ngc.validate_document(d)) for d in (small, large)]
    assert efforts[1] < 2.2 * efforts[0]


@pytest.mark.parametrize("scene", SCENES)
def test_so_does_that_of_an_edit_of_its_node(scene: Any) -> None:
    roots = [ngc.as_tree(scene(count)["ome"], "file:///lab/s.json").root for count in (150, 300)]
    edited = [root.set_attr("lab:x", 1) for root in roots]
    ngc.validate_changes(roots[0], edited[0])
    small, large = (
        calls_of(lambda old=old, new=new: ngc.validate_changes(old, new))
        for old, new in zip(roots, edited, strict=True)
    )
    assert large < 2.2 * small


def test_what_is_connected_is_still_told_from_what_is_not() -> None:
    def unconnected(document: dict[str, Any]) -> list[str]:
        found = ngc.validate_document(document, rules=["scene-connected"])
        return [one.pointer.rpartition("coordinateTransformations/")[2] for one in found]

    for scene in (_tiles, _chain, _chain_from_its_end):
        assert unconnected(scene(40)) == []
    assert unconnected(_pairs_of_tiles(6)) == ["0/input", "1/input", "2/input"]
    document = _document(["world"], [("a", "world"), ("b", "c"), ("c", "d"), ("e", "a")])
    for number, id_ in enumerate("abcde"):
        axes = {"coordinateSystems": [{"id": id_, "axes": AXES}]}
        node = {"type": "multiscale", "id": f"i{number}", "attributes": axes, "nodes": []}
        document["ome"]["nodes"].append(node)
    assert unconnected(document) == ["1/input", "2/input"]


def test_a_system_that_a_large_node_declares_twice_is_found_twice() -> None:
    document = _document([f"s{n}" for n in range(30)] + ["s3"], [("s3", "s4")])
    found = ngc.validate_document(document, rules=["unique-ids"])
    place = "/ome/attributes/scene/coordinateSystems/30/id"
    assert [one.pointer for one in found] == [place]
