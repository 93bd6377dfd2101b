"""From collections to OME-Zarr: other versions, edits, collections that never were OME-Zarr."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import ngio_collections as ngc
from tests.conversion.samples import AXES, IMAGE, PLATE, Source, convert, image, level


@pytest.mark.parametrize(("source", "target"), [("0.4", "0.5"), ("0.5", "0.4"), ("0.4", "0.6")])
def test_another_version_is_written_as_that_version_has_it(source: str, target: str) -> None:
    root = convert(Source(source).plate(), PLATE).root
    back = ngc.to_ome_zarr(root, target)
    if target == "0.4":
        assert back[""]["plate"]["version"] == "0.4"
        assert back["A/01/0"]["multiscales"][0]["version"] == "0.4"
        assert "ome" not in back[""]
        return
    assert {group["ome"]["version"] for group in back.values()} == {target}
    assert "version" not in back[""]["ome"]["plate"]
    assert "version" not in back["A/01/0"]["ome"]["multiscales"][0]
    if target == "0.6":
        (entry,) = back["A/01/0"]["ome"]["multiscales"]
        assert entry["coordinateSystems"] == [{"name": "A_01_0_physical", "axes": AXES}]
        assert entry["datasets"][0]["coordinateTransformations"] == [
            {
                "type": "scale",
                "scale": [0.5, 0.5],
                "input": {"path": "0"},
                "output": {"name": "A_01_0_physical"},
            }
        ]


@pytest.mark.parametrize("version", ["0.4", "0.5", "0.6"])
def test_what_is_written_in_a_version_is_converted_to_the_same_images(version: str) -> None:
    first = convert(Source("0.5").plate(), PLATE).root
    store = ngc.MemoryStore()
    ngc.to_ome_zarr(first, version, destination="memory://lab/data/plate.zarr", store=store)
    again = ngc.convert("memory://lab/data/plate.zarr", store=store, check_arrays=False)
    assert again.is_complete
    for node in first.walk(type="singlescale"):
        other = again.root.find(node.id)
        assert other.ref_path == node.ref_path
        (one,), (two,) = (n.get_attr("coordinateTransformations") for n in (node, other))
        assert one["scale"] == two["scale"]


def test_edits_come_back() -> None:
    root = convert(Source().plate(), PLATE).root
    level_node = next(iter(root.find("A_01_0").children()))
    moved = [
        {**dict(one), "scale": [1, 2]} for one in level_node.get_attr("coordinateTransformations")
    ]
    edited = level_node.set_attr("coordinateTransformations", moved)
    back = ngc.to_ome_zarr(edited.find("B_02").remove())
    assert set(back) == {"", "A/01", "A/01/0", "A/01/1"}
    (dataset,) = back["A/01/0"]["ome"]["multiscales"][0]["datasets"]
    assert dataset["coordinateTransformations"] == [{"type": "scale", "scale": [1, 2]}]
    assert [well["path"] for well in back[""]["ome"]["plate"]["wells"]] == ["A/01"]


def test_a_collection_that_never_was_ome_zarr_is_described_as_far_as_it_can_be() -> None:
    node: dict[str, Any] = {
        "type": "multiscale",
        "id": "cells",
        "name": "Cells",
        "attributes": {"coordinateSystems": [{"id": "s", "axes": AXES}], "lab:x": 1},
        "nodes": [
            {
                "type": "singlescale",
                "id": "l",
                "name": "full",
                "path": {"type": "zarr", "path": "./cells.zarr/0"},
                "attributes": {
                    "coordinateTransformations": [
                        {
                            "type": "scale",
                            "scale": [1, 2],
                            "input": {"id": "l"},
                            "output": {"id": "s"},
                        }
                    ]
                },
            }
        ],
    }
    root = ngc.as_tree({"version": "0.9", **node}, url="memory://lab/cells.json").root
    assert ngc.to_ome_zarr(root) == {
        "": {
            "ome": {
                "version": "0.5",
                "multiscales": [
                    {
                        "name": "Cells",
                        "axes": AXES,
                        "datasets": [
                            {
                                "path": "0",
                                "coordinateTransformations": [{"type": "scale", "scale": [1, 2]}],
                            }
                        ],
                    }
                ],
            }
        }
    }


def test_it_is_written_as_groups_and_never_over_others(tmp_path: Path) -> None:
    root = convert(Source("0.4").image(IMAGE, image(level("0")))).root
    made = ngc.to_ome_zarr(root, "0.4", destination=tmp_path / "copy.zarr")
    written = json.loads((tmp_path / "copy.zarr" / ".zattrs").read_text())
    assert written == made[""]
    assert json.loads((tmp_path / "copy.zarr" / ".zgroup").read_text()) == {"zarr_format": 2}
    with pytest.raises(ngc.ConflictError):
        ngc.to_ome_zarr(root, "0.4", destination=tmp_path / "copy.zarr")


def test_what_cannot_be_described_is_an_error() -> None:
    with pytest.raises(ngc.InvalidEditError, match="holds no image"):
        ngc.to_ome_zarr(ngc.new_node("collection", id="empty"))
    stub = ngc.new_node("multiscale", id="a", ref={"type": "json", "path": "./a.json"})
    with pytest.raises(ngc.InvalidEditError, match="use open_inlined"):
        ngc.to_ome_zarr(ngc.new_node("collection", children=[stub]))
    with pytest.raises(ValueError, match=r"one of 0\.4, 0\.5, 0\.6"):
        ngc.to_ome_zarr(stub, "0.3")
