"""What images and their labels become."""

from __future__ import annotations

import json
from typing import Any

import pytest

import ngio_collections as ngc
from tests.conversion.samples import AXES, IMAGE, Source, causes, convert, image, level


@pytest.fixture(params=["0.4", "0.5"])
def source(request: pytest.FixtureRequest) -> Source:
    return Source(request.param)


def test_an_image_without_labels_is_a_multiscale_whose_levels_point_at_the_arrays(
    source: Source,
) -> None:
    entry = image(level("0", 0.5), level("1", 1.0), name="Cells")
    root = convert(source.image(IMAGE, entry)).root
    assert (root.type, root.id, root.name) == ("multiscale", "cells", "Cells")
    assert root.get_attr("coordinateSystems") == [{"id": "cells_physical", "axes": AXES}]
    levels = list(root.children())
    assert [node.id for node in levels] == ["cells_level_0", "cells_level_1"]
    assert [node.ref_path for node in levels] == [
        {"type": "zarr", "path": f"./cells.zarr/{n}"} for n in "01"
    ]
    assert levels[1].get_attr("coordinateTransformations") == [
        {
            "type": "scale",
            "scale": [1.0, 1.0],
            "input": {"id": "cells_level_1"},
            "output": {"id": "cells_physical"},
        }
    ]


def test_a_translation_after_the_scale_becomes_a_sequence(source: Source) -> None:
    moved = {"type": "translation", "translation": [1, 2.5]}
    root = convert(source.image(IMAGE, image(level("0", 0.5, moved)))).root
    (transformation,) = next(iter(root.children())).get_attr("coordinateTransformations")
    assert transformation["type"] == "sequence"
    assert [step["type"] for step in transformation["transformations"]] == ["scale", "translation"]
    assert transformation["transformations"][1] == moved


def test_transformations_of_the_whole_image_are_put_together_with_those_of_its_levels(
    source: Source,
) -> None:
    outer = [
        {"type": "scale", "scale": [10, 100]},
        {"type": "translation", "translation": [1, 1]},
    ]
    moved = {"type": "translation", "translation": [3, 4]}
    entry = image(level("0", 0.5, moved), coordinateTransformations=outer)
    conversion = convert(source.image(IMAGE, entry))
    (transformation,) = next(iter(conversion.root.children())).get_attr("coordinateTransformations")
    assert transformation["transformations"] == [
        {"type": "scale", "scale": [5.0, 50.0]},
        {"type": "translation", "translation": [31, 401]},
    ]
    kept = conversion.root.get_attr("ome-zarr:multiscale")
    assert kept["coordinateTransformations"] == outer


OUTER = [{"type": "scale", "scale": [1, 3]}]


def entry_of_outer(conversion: ngc.Conversion) -> ngc.LedgerEntry:
    """What the ledger says about the transformations of the whole image."""
    end = "/multiscales/0/coordinateTransformations"
    (entry,) = [one for one in conversion.ledger if one.pointer.endswith(end)]
    return entry


def transformations(conversion: ngc.Conversion) -> list[Any]:
    """The transformations of each level."""
    nodes = conversion.root.children()
    return [node.attributes.get("coordinateTransformations") for node in nodes]


def test_the_ledger_says_where_transformations_of_the_whole_image_are(source: Source) -> None:
    broken = {"path": "1", "coordinateTransformations": []}
    entry = image(broken, level("0"), coordinateTransformations=OUTER)
    found = entry_of_outer(convert(source.image(IMAGE, entry)))
    place = "/ome/nodes/1/attributes/coordinateTransformations"
    assert (found.outcome, found.target_pointer) == ("mapped", place)


def test_transformations_of_the_whole_image_become_those_of_levels_without_any(
    source: Source,
) -> None:
    entry = image({"path": "0"}, {"path": "1"}, coordinateTransformations=OUTER)
    conversion = convert(source.image(IMAGE, entry))
    found = entry_of_outer(conversion)
    place = "/ome/nodes/0/attributes/coordinateTransformations"
    assert (found.outcome, found.target_pointer, found.key) == ("mapped", place, None)
    assert [
        (one["scale"], one["input"], one["output"]) for (one,) in transformations(conversion)
    ] == [([1, 3], {"id": f"cells_level_{n}"}, {"id": "cells_physical"}) for n in range(2)]
    back = ngc.to_ome_zarr(conversion.root, source.version)[""]
    (made,) = back.get("ome", back)["multiscales"]
    assert "coordinateTransformations" not in made
    assert [one["coordinateTransformations"] for one in made["datasets"]] == [OUTER, OUTER]


def test_transformations_of_the_whole_image_that_nothing_could_be_done_with_are_kept(
    source: Source,
) -> None:
    broken = {"path": "0", "coordinateTransformations": []}
    conversion = convert(source.image(IMAGE, image(broken, coordinateTransformations=OUTER)))
    found = entry_of_outer(conversion)
    place = "/ome/attributes/ome-zarr:multiscale/coordinateTransformations"
    assert (found.outcome, found.target_pointer) == ("kept", place)
    assert found.reason.startswith("No level has a transformation")
    assert transformations(conversion) == [None]


def test_what_rfc_8_has_no_field_for_is_kept_as_it_was(source: Source) -> None:
    entry = image(type="gaussian", metadata={"method": "x"}, unknown=[1])
    conversion = convert(source.image(IMAGE, entry, omero={"channels": [{"color": "FF0000"}]}))
    kept = conversion.root.get_attr("ome-zarr:multiscale")
    assert kept["type"] == "gaussian"
    assert kept["metadata"] == {"method": "x"}
    assert kept["unknown"] == [1]
    assert conversion.root.get_attr("ome-zarr:omero") == {"channels": [{"color": "FF0000"}]}


def test_labels_are_beside_their_image_and_refer_to_it(source: Source) -> None:
    known = {
        "colors": [{"label-value": 1, "rgba": [1, 2, 3, 4]}, {"label-value": 2, "note": "x"}],
        "properties": [{"label-value": 2, "area": 7}, {"label-value": 1, "area": 9}],
        "source": {"image": "../../"},
    }
    source.image(IMAGE).group(f"{IMAGE}/labels", {"labels": ["nuclei", "a/cells"]})
    source.image(f"{IMAGE}/labels/nuclei", **{"image-label": known})
    source.image(f"{IMAGE}/labels/a/cells")
    root = convert(source).root
    assert (root.type, root.id) == ("collection", "cells_collection")
    assert [node.id for node in root.children()] == ["cells", "cells_nuclei", "cells_a_cells"]
    assert root.find("cells_a_cells").get_attr("labels") == {"source": [{"id": "cells"}]}
    labels = root.find("cells_nuclei").get_attr("labels")
    assert labels["source"] == [{"id": "cells"}]
    assert labels["labelAttributes"] == [
        {"labelValue": 1, "color": [1, 2, 3, 4]},
        {"labelValue": 2, "ome-zarr:color": {"note": "x"}, "ome-zarr:properties": {"area": 7}},
        {"labelValue": 1, "ome-zarr:properties": {"area": 9}},  # Or their order would change.
    ]
    image_node = ngc.follow(root.find("cells_nuclei"), labels["source"][0])
    assert image_node.id == "cells"


def test_several_images_in_one_group_are_several_nodes_with_different_names(
    source: Source,
) -> None:
    root = convert(source.image(IMAGE, image(name="A"), image(level("1"), name="A"))).root
    assert [(node.id, node.name) for node in root.children()] == [
        ("cells", "A"),
        ("cells_1", "cells"),
    ]


def test_a_name_can_be_asked_for_and_the_old_one_is_kept(source: Source) -> None:
    root = convert(source.image(IMAGE, image(name="Old")), name="New").root
    assert root.name == "New"
    assert root.get_attr("ome-zarr:multiscale")["name"] == "Old"


def test_names_with_any_characters_are_followed_and_encoded_in_paths(source: Source) -> None:
    url = f"{IMAGE}/labels/a%20%23%25b"
    source.image(IMAGE).group(f"{IMAGE}/labels", {"labels": ["a #%b"]})
    source.group(url, {"multiscales": [image(level("ü x"))]}).array(f"{url}/%C3%BC%20x")
    conversion = convert(source)
    assert conversion.is_complete
    node = next(iter(conversion.root.find("cells_a_b").children()))
    assert node.ref_path is not None
    assert node.ref_path["path"] == "./cells.zarr/labels/a%20%23%25b/%C3%BC%20x"


@pytest.mark.parametrize(
    ("entry", "pointer", "words"),
    [
        (image(axes=["y", "x"]), "/axes/0", "as in OME-Zarr 0.3 and before"),
        (image(axes=[]), "/axes", "expected an array of axes"),
        (image(axes=[AXES[0], AXES[0]]), "/axes/1/name", "is the name of axis 0 already"),
        ({"datasets": [level()]}, "/axes", "is missing"),
        ({"axes": AXES}, "/datasets", "is missing"),
        (image(level(5)), "/datasets/0/path", "expected a path as a string"),  # type: ignore[arg-type]
        ("image", "", "expected an object"),
    ],
)
def test_an_image_that_means_nothing_is_an_error_that_says_why(
    source: Source, entry: Any, pointer: str, words: str
) -> None:
    source.group(IMAGE, {"multiscales": [entry]}).array(f"{IMAGE}/0")
    with pytest.raises(ngc.NotOmeError, match=words) as caught:
        convert(source)
    assert f"/multiscales/0{pointer}" in str(caught.value)


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([], "an array with a scale"),
        ([{"type": "scale", "scale": [1]}], "a scale with 2 numbers"),
        ([{"type": "scale", "scale": [1, True]}], "a scale with 2 numbers"),
        ([{"type": "scale", "path": "scale"}], "a scale with 2 numbers"),
        ([{"type": "affine"}], "of the type scale or translation"),
        ("scale", "an array with a scale"),
    ],
)
def test_a_level_keeps_its_place_without_a_transformation_that_is_wrong(
    source: Source, steps: Any, words: str
) -> None:
    conversion = convert(
        source.image(IMAGE, image({**level(), "coordinateTransformations": steps}))
    )
    ((pointer, reason),) = causes(conversion)
    assert pointer.endswith("/multiscales/0/datasets/0/coordinateTransformations")
    assert words in reason
    assert not next(iter(conversion.root.children())).attributes


def test_numbers_that_grow_beyond_what_json_holds_are_refused(source: Source) -> None:
    outer = [{"type": "scale", "scale": [1e300, 1e300]}]
    entry = image(level("0", 1e300), coordinateTransformations=outer)
    ((_, reason),) = causes(convert(source.image(IMAGE, entry)))
    assert "numbers that can be multiplied" in reason
    twice = image({"path": "0"}, coordinateTransformations=outer * 2)
    ((pointer, reason),) = causes(convert(source.image(IMAGE, twice)))
    assert pointer.endswith("/multiscales/0/coordinateTransformations")
    assert "numbers that can be multiplied" in reason


@pytest.mark.parametrize("moved", [0.5, 10**310])
def test_integers_beyond_all_floats_are_refused_and_the_rest_is_converted(
    source: Source, moved: float
) -> None:
    translation = {"type": "translation", "translation": [moved, 1]}
    whole = image(level("0"), level("1", 10**310), level("2", 10**200, translation))
    ((first, reason), *others) = causes(convert(source.image(IMAGE, whole)))
    assert first.endswith("/datasets/1/coordinateTransformations")
    assert "expected a scale with 2 numbers" in reason
    assert len(others) == (moved > 1)
    whole["coordinateTransformations"] = [{"type": "scale", "scale": [10**200, 2.5]}]
    conversion = convert(source.image(IMAGE, whole))
    assert len(list(conversion.root.children())) == 3
    assert [pointer.split("/datasets/")[1][:1] for pointer, _ in causes(conversion)] == ["1", "2"]


def test_levels_without_an_array_are_refused_and_the_others_stay(source: Source) -> None:
    source.image(IMAGE, image(level("0"), level("1")))
    missing = next(url for url in source.documents if "/1/" in url)
    del source.documents[missing]
    conversion = convert(source)
    assert [node.name for node in conversion.root.children()] == ["0"]
    ((pointer, reason),) = causes(conversion)
    assert pointer.endswith("/datasets/1/path")
    assert "there is no array" in reason
    assert convert(source, check_arrays=False).is_complete


class Slow(ngc.MemoryStore):
    """A store that does not answer about one array."""

    async def stat(self, url: str) -> ngc.store.Stat:
        if "/1/" in url:
            raise ngc.DocumentAccessError("timed out", url)
        return await super().stat(url)

    def blocking(self) -> None:  # type: ignore[override]
        return None


def test_an_array_that_could_not_be_looked_at_is_not_said_to_be_missing(source: Source) -> None:
    source.image(IMAGE, image(level("0"), level("1")))
    store = Slow({url: json.dumps(data) for url, data in source.documents.items()})
    conversion = ngc.convert(IMAGE, store=store)
    ((pointer, reason),) = causes(conversion)
    assert pointer.endswith("/datasets/1/path")
    assert "which could not be looked at: timed out; convert again" in reason
    assert "no array" not in reason
    again = ngc.convert(IMAGE, store=source.store())
    assert [node.name for node in again.root.children()] == ["0", "1"]


def test_an_array_that_may_not_be_looked_at_says_why(source: Source) -> None:
    source.image(IMAGE, image(level("0"), level("../secret")))
    ((_, reason),) = causes(convert(source, policy=ngc.AccessPolicy(root=IMAGE)))
    assert "which is outside of" in reason


@pytest.mark.parametrize("version", ["0.1", "0.3", "0.7", "1.0", 4])
def test_other_versions_are_refused_with_what_was_found(version: Any) -> None:
    old = Source("0.4").image(IMAGE, image(version=version))
    with pytest.raises(ngc.NotOmeError, match=r"/multiscales/0/version is .* expected 0.4"):
        convert(old)
    new = Source(version).image(IMAGE)
    with pytest.raises(ngc.NotOmeError, match=r"/attributes/ome/version is .* expected 0.5 or 0.6"):
        convert(new)


def test_a_document_of_rfc_8_is_no_source() -> None:
    source = Source().group(IMAGE, {"type": "collection", "id": "a", "nodes": []})
    with pytest.raises(ngc.NotOmeError, match="that of a node of RFC-8 already"):
        convert(source)


def test_copies_of_metadata_that_say_something_else_are_told_and_not_used(source: Source) -> None:
    source.image(IMAGE).group(f"{IMAGE}/labels", {"labels": []})
    if source.version == "0.4":
        root = source.documents[f"{IMAGE}/.zattrs"]
        copies = {"metadata": {".zattrs": root, "labels/.zattrs": {"labels": ["a"]}}}
        source.documents[f"{IMAGE}/.zmetadata"] = copies
    else:
        copy = {"labels": {"attributes": {"ome": {}}, "node_type": "group"}}
        source.documents[f"{IMAGE}/zarr.json"]["consolidated_metadata"] = {"metadata": copy}
    conversion = convert(source)
    ((pointer, reason),) = causes(conversion)
    assert "/metadata/labels" in pointer
    assert "says something else than the document" in reason
    assert not conversion.is_complete
