"""From collections to OME-Zarr: other versions, edits, collections that never were OME-Zarr."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import ngio_collections as ngc
from tests.conversion.samples import AXES, IMAGE, LAB, PLATE, Source, convert, image, level
from tests.graph.effort import calls_of


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


def collection_of(*images: str) -> Any:
    """The root of a collection of images that were converted one by one."""
    source = Source()
    for url in images:
        source.image(url)
    store = source.store()
    nodes = [ngc.convert(url, store=store).root.to_json() for url in images]
    for number, node in enumerate(nodes):
        del node["version"]
        node["id"] = f"image_{number}"
        for position, level_node in enumerate(node["nodes"]):
            level_node["id"] = f"image_{number}_{position}"
            level_node["path"]["path"] = f"{images[number]}/0"
        node["attributes"]["ome-zarr:group"]["path"] = images[number]
    both = {"type": "collection", "id": "both", "name": "Both", "attributes": {}, "nodes": nodes}
    return ngc.as_tree({"version": "0.9", **both}, url=f"{LAB}/both.json").root


def test_paths_of_images_in_several_places_count_from_the_folder_around_them(
    tmp_path: Path,
) -> None:
    root = collection_of(f"{LAB}/x1/i.zarr", f"{LAB}/x2/j.zarr")
    assert list(ngc.to_ome_zarr(root)) == ["x1/i.zarr", "x2/j.zarr"]
    target = tmp_path / "a" / "b" / "back.zarr"
    ngc.to_ome_zarr(root, destination=target)
    written = {path.parent.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("zarr.json")}
    assert written == {"a/b/back.zarr/x1/i.zarr", "a/b/back.zarr/x2/j.zarr"}


def test_images_that_are_in_no_folder_together_are_an_error() -> None:
    with pytest.raises(ngc.InvalidEditError, match="in no folder together"):
        ngc.to_ome_zarr(collection_of("memory://lab/i.zarr", "memory://other/j.zarr"))


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_the_images_of_a_scene_stay_where_they_are_if_scenes_are_unknown(version: str) -> None:
    scene = Source("0.6")
    names = ("left", "right")
    for name in names:
        system = {"name": "physical", "axes": AXES}
        step = {"type": "scale", "scale": [1, 2], "input": {"path": "0"}}
        dataset = {
            "path": "0",
            "coordinateTransformations": [{**step, "output": {"name": "physical"}}],
        }
        entry = {"coordinateSystems": [system], "datasets": [dataset]}
        scene.group(f"{LAB}/scene.zarr/{name}", {"multiscales": [entry]})
        scene.array(f"{LAB}/scene.zarr/{name}/0")
    ends = [{"path": name, "name": "physical"} for name in names]
    listed = [{"type": "identity", "input": ends[0], "output": ends[1]}]
    scene.group(f"{LAB}/scene.zarr", {"scene": {"coordinateTransformations": listed}})
    root = convert(scene, f"{LAB}/scene.zarr").root
    assert list(ngc.to_ome_zarr(root, version)) == ["left", "right"]
    assert list(ngc.to_ome_zarr(root, "0.6")) == ["", "left", "right"]


def test_a_well_of_a_plate_is_a_well() -> None:
    source = Source().plate(fields=3)
    plate = convert(source, PLATE).root
    back = ngc.to_ome_zarr(plate["A/01"])
    expected = {
        name: source.documents[f"{PLATE}/A/01{f'/{name}' if name else ''}/zarr.json"]["attributes"]
        for name in ("", "0", "1", "2")
    }
    assert back == expected


def test_several_plates_are_given_with_their_wells() -> None:
    source, other = Source().plate(), f"{LAB}/other.zarr"
    for url, document in list(source.documents.items()):
        source.documents[url.replace(PLATE, other)] = document
    store = source.store()
    nodes = [ngc.convert(url, store=store).root.to_json() for url in (PLATE, other)]
    for node in nodes:
        del node["version"]
    both = {"type": "collection", "id": "both", "name": "Both", "nodes": nodes}
    root = ngc.as_tree({"version": "0.9", **both}, url=f"{LAB}/both.json").root
    back = ngc.to_ome_zarr(root)
    assert {path for path, group in back.items() if "plate" in group["ome"]} == {
        "plate.zarr",
        "other.zarr",
    }
    assert back["other.zarr/B/02"]["ome"] == {
        "version": "0.5",
        "well": {"images": [{"path": "0", "acquisition": 0}, {"path": "1", "acquisition": 1}]},
    }


def test_a_group_outside_of_the_one_that_lists_it_is_an_error() -> None:
    plate = convert(Source().plate(), PLATE).root
    elsewhere = {"type": "zarr", "path": "./elsewhere.zarr/0"}
    image_node = plate.find("A_01_0").set_attr("ome-zarr:group", elsewhere)
    with pytest.raises(ngc.InvalidEditError, match="outside of"):
        ngc.to_ome_zarr(image_node.tree.root)


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_if_one_group_is_there_already_nothing_is_written(tmp_path: Path, version: str) -> None:
    root = convert(Source().plate(), PLATE).root
    name = ".zattrs" if version == "0.4" else "zarr.json"
    there = tmp_path / "pc" / "B" / "02" / name
    there.parent.mkdir(parents=True)
    there.write_text("{}")
    with pytest.raises(ngc.ConflictError, match="nothing was written") as raised:
        ngc.to_ome_zarr(root, version, destination=tmp_path / "pc")
    assert there.as_uri() in str(raised.value)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [there]


class Late(ngc.MemoryStore):
    """A store that somebody else writes to after it was looked at."""

    blocking = None

    async def put(self, url: str, data: bytes, **conditions: Any) -> str:
        if url.endswith("/A/01/zarr.json"):
            await super().put(url, b"{}")
        return await super().put(url, data, **conditions)


def test_what_was_written_before_somebody_else_wrote_is_said() -> None:
    root = convert(Source().plate(), PLATE).root
    with pytest.raises(ngc.ConflictError) as raised:
        ngc.to_ome_zarr(root, destination="memory://lab/new", store=Late())
    assert raised.value.__notes__ == ["1 documents were written before that"]


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_labels_in_a_group_without_metadata_come_back_to_their_place(version: str) -> None:
    source = Source(version)
    source.group(f"{IMAGE}/labels", {"labels": ["organelles"]})
    source.image(f"{IMAGE}/labels/organelles")
    if version == "0.4":
        source.documents[f"{IMAGE}/.zattrs"] = {}
    else:
        bare = {"zarr_format": 3, "node_type": "group", "attributes": {}}
        source.documents[f"{IMAGE}/zarr.json"] = bare
    back = ngc.to_ome_zarr(convert(source).root, version)
    assert list(back) == ["", "labels", "labels/organelles"]
    assert back[""] == {}
    alone = ngc.to_ome_zarr(convert(source, f"{IMAGE}/labels").root, version)
    assert alone == {"": back["labels"], "organelles": back["labels/organelles"]}


def test_series_that_are_numbered_no_more_are_listed() -> None:
    url = f"{LAB}/series.zarr"
    source = Source().group(url, {"bioformats2raw.layout": 3})
    for number in range(3):
        source.image(f"{url}/{number}")
    root = convert(source, url).root
    assert list(ngc.to_ome_zarr(root)) == ["", "0", "1", "2"]
    second = list(root.children())[1]
    back = ngc.to_ome_zarr(second.remove())
    assert back["OME"] == {"ome": {"series": ["0", "2"], "version": "0.5"}}
    last = list(root.children())[2]
    assert list(ngc.to_ome_zarr(last.remove())) == ["", "0", "1"]


def test_the_way_back_of_a_plate_is_linear() -> None:
    costs = []
    for side in (6, 36):
        names = [f"n{number}" for number in range(side)]
        lines = [{"name": name} for name in names]
        wells = [
            {"path": f"{row}/{column}", "rowIndex": r, "columnIndex": c}
            for r, row in enumerate(names)
            for c, column in enumerate(names)
        ]
        source = Source().group(PLATE, {"plate": {"rows": lines, "columns": lines, "wells": wells}})
        for well in wells:
            source.group(f"{PLATE}/{well['path']}", {"well": {"images": []}})
        root = convert(source, PLATE).root
        costs.append(calls_of(lambda root=root: ngc.to_ome_zarr(root)) / len(wells))  # type: ignore[misc]
    assert costs[1] < 1.1 * costs[0]
