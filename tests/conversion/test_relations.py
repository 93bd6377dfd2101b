"""How the coordinate systems of one image of 0.6 lie to each other."""

from __future__ import annotations

from typing import Any

import pytest

import ngio_collections as ngc
from tests.conversion.samples import AXES, IMAGE, LAB, Source, causes
from tests.conversion.snapshots import snapshot

AFFINE = [[0, -1, 100], [1, 0, 20]]


def relation(**more: Any) -> dict[str, Any]:
    """A transformation from the system of the levels to that of the stage."""
    return {"input": {"name": "here"}, "output": {"name": "stage"}, **more}


def converted(*items: Any, relations: Any = None, **more: Any) -> ngc.Conversion:
    """An image with two coordinate systems."""
    level = {"type": "scale", "scale": [0.5, 0.5], "input": {"path": "0"}, "output": "here"}
    entry = {
        "coordinateSystems": [{"name": name, "axes": AXES} for name in ("here", "stage")],
        "datasets": [{"path": "0", "coordinateTransformations": [level]}],
        "coordinateTransformations": list(items) if items else relations,
    }
    store = Source("0.6").image(IMAGE, entry).store()
    return ngc.convert(IMAGE, store=store, **more)


def test_a_transformation_between_systems_of_an_image_can_be_followed() -> None:
    conversion = converted(relation(type="affine", affine=AFFINE, name="to the stage"))
    assert conversion.is_complete
    here, stage = conversion.root.coordinate_systems
    assert conversion.root.get_attr("scene") == {
        "coordinateTransformations": [
            {
                "type": "affine",
                "affine": AFFINE,
                "name": "to the stage",
                "input": {"id": here.id},
                "output": {"id": stage.id},
            }
        ]
    }
    assert ngc.transform_between(conversion.root, stage)([2.0, 3.0]).tolist() == [97.0, 22.0]
    assert not list(ngc.validate(conversion.root))


def test_the_path_to_an_array_counts_from_the_document() -> None:
    item = relation(type="affine", path="coordinateTransformations/affine")
    conversion = converted(item, destination=f"{LAB}/made/x.json")
    (made,) = conversion.root.get_attr("scene")["coordinateTransformations"]
    where = "../cells.zarr/coordinateTransformations/affine"
    assert made["path"] == {"type": "zarr", "path": where}


def test_the_ledger_says_where_a_transformation_is_and_that_it_is_kept_as_well() -> None:
    good, bad = relation(type="affine", affine=AFFINE), relation(type="lab:warp", input="nowhere")
    conversion = converted(bad, good)
    entries = [e for e in conversion.ledger if "/multiscales/0/coordinateTransf" in e.pointer]
    kept, mapped = entries
    place = "/ome/attributes/ome-zarr:multiscale/coordinateTransformations/0"
    assert (kept.outcome, kept.target_pointer) == ("kept", place)
    assert kept.reason == (
        'It cannot be a transformation of RFC-8: /input is the string "nowhere"; expected the '
        "name of a coordinate system of the image."
    )
    place = "/ome/attributes/scene/coordinateTransformations/0"
    assert (mapped.outcome, mapped.target_pointer) == ("mapped", place)
    assert mapped.key == "ome-zarr:multiscale"


@pytest.mark.parametrize(
    "item",
    [
        3,
        {"type": "identity", "input": "here"},
        relation(type="affine", affine=[[1, 2], [3, 4]]),
        relation(type="scale", scale=[1, 1], input={"name": "here", "path": "0"}),
        relation(type="projectAxis", projectAxis=[0]),
    ],
)
def test_what_cannot_be_one_is_kept_alone(item: Any) -> None:
    conversion = converted(item)
    assert conversion.is_complete
    assert "scene" not in conversion.root.attributes
    assert conversion.root.get_attr("ome-zarr:multiscale")["coordinateTransformations"] == [item]


@pytest.mark.parametrize("value", [[], {}, None, 3])
def test_what_lists_no_transformations_is_kept(value: Any) -> None:
    conversion = converted(relations=value)
    assert conversion.is_complete
    assert conversion.root.get_attr("ome-zarr:multiscale") == {"coordinateTransformations": value}


def test_they_come_back_as_they_were(tmp_path: Any) -> None:
    source = snapshot("ngff-zarr", "several-systems-0.6").copy(tmp_path)
    conversion = ngc.convert(source, tmp_path / "x.json")
    assert "scene" in conversion.root.attributes
    assert causes(conversion) == []
    (image,) = ngc.to_ome_zarr(conversion.root, "0.6")[""]["ome"]["multiscales"]
    (item,) = image["coordinateTransformations"]
    assert item["path"] == "coordinateTransformations/affine"
    for older in ("0.4", "0.5"):
        groups = ngc.to_ome_zarr(conversion.root, older)
        assert list(groups) == [""]
        assert "scene" not in groups[""]
