"""What plates, wells, fields and series become."""

from __future__ import annotations

from typing import Any

import pytest

import ngio_collections as ngc
from tests.conversion.samples import PLATE, Source, causes, convert, image


@pytest.fixture(params=["0.4", "0.5"])
def source(request: pytest.FixtureRequest) -> Source:
    return Source(request.param)


def test_a_plate_has_rows_columns_acquisitions_and_wells_with_ids(source: Source) -> None:
    root = convert(source.plate(), PLATE).root
    assert (root.id, root.name) == ("plate", "Screen")
    assert root.get_attr("plate") == {
        "rows": [{"id": "row_A", "name": "A"}, {"id": "row_B", "name": "B"}],
        "columns": [{"id": "column_01", "name": "01"}, {"id": "column_02", "name": "02"}],
        "acquisitions": [
            {"id": "acquisition_0", "name": "before"},
            {"id": "acquisition_1", "name": "after"},
        ],
    }
    wells = list(root.children())
    assert [(well.id, well.name) for well in wells] == [("A_01", "A/01"), ("B_02", "B/02")]
    assert wells[1].get_attr("well") == {"row": {"id": "row_B"}, "column": {"id": "column_02"}}
    assert [node.id for node in wells[0].children()] == ["A_01_0", "A_01_1"]
    assert root.find("B_02_1").get_attr("acquisition") == {"id": "acquisition_1"}


def test_in_the_tall_layout_the_images_of_an_acquisition_are_together(source: Source) -> None:
    root = convert(source.plate(fields=3), PLATE, layout="tall").root
    groups = list(root.find("A_01").children())
    assert [(group.id, group.name) for group in groups] == [
        ("A_01_acquisition_0", "before"),
        ("A_01_acquisition_1", "after"),
    ]
    assert groups[0].get_attr("acquisition") == {"id": "acquisition_0"}
    assert [node.id for node in groups[0].children()] == ["A_01_0", "A_01_2"]
    assert root.find("A_01").get_attr("ome-zarr:order") == ["A_01_0", "A_01_1", "A_01_2"]


@pytest.mark.parametrize(("documents", "number"), [("one", 1), ("per-well", 3), ("per-image", 7)])
def test_wells_and_images_can_be_documents_of_their_own(
    source: Source, documents: str, number: int
) -> None:
    store = source.plate().store()
    conversion = ngc.convert(PLATE, store=store, documents=documents)
    assert len(conversion.written) == number
    assert conversion.written[-1] == conversion.url
    assert ngc.check_links(conversion.url, store=store).failures == ()
    assert [node.id for node in conversion.root.walk(type="multiscale")] == [
        "A_01_0",
        "A_01_1",
        "B_02_0",
        "B_02_1",
    ]
    image_node = conversion.root.find("B_02_1")
    assert ngc.follow(image_node, image_node.get_attr("acquisition")).id == "plate"


def test_what_a_plate_has_no_field_for_is_kept_by_ids(source: Source) -> None:
    more = {
        "field_count": 2,
        "acquisitions": [{"id": 3, "starttime": 1, "description": "x", "maximumfieldcount": 2}],
        "rows": [{"name": "A", "note": "n"}, {"name": "B"}],
    }
    root = convert(source.plate(**more), PLATE).root
    assert root.get_attr("ome-zarr:plate")["field_count"] == 2
    assert root.get_attr("ome-zarr:rows") == {"row_A": {"note": "n"}}
    assert root.get_attr("ome-zarr:acquisitions") == {
        "acquisition_3": {"starttime": 1, "description": "x", "maximumfieldcount": 2}
    }
    assert root.find("A_01_0").get_attr("ome-zarr:well-image") == {"acquisition": 0}


def test_a_well_without_a_document_is_told_and_stays_empty(source: Source) -> None:
    source.plate()
    for url in [url for url in source.documents if "/B/02" in url]:
        del source.documents[url]
    conversion = convert(source, PLATE)
    (problem,) = conversion.problems
    assert "/B/02/" in problem.source
    assert problem.pointer == ""
    assert list(conversion.root.find("B_02").children()) == []
    assert len(list(conversion.root.find("A_01").children())) == 2


def test_an_image_that_is_no_json_is_told_where_it_is_listed_and_where_it_is(
    source: Source,
) -> None:
    source.plate()
    broken = next(url for url in source.documents if "/A/01/1/" in url and "/1/0/" not in url)
    source.documents[broken] = None
    conversion = convert(source, PLATE)
    assert [node.id for node in conversion.root.find("A_01").children()] == ["A_01_0"]
    assert {problem.source for problem in conversion.problems} == {
        broken,
        broken.replace("/1/zarr.json", "/zarr.json").replace("/1/.zattrs", "/.zattrs"),
    }
    assert any("null; expected an object" in reason for _, reason in causes(conversion))


def test_where_a_well_is_follows_from_its_path_and_indices_may_be_missing_or_wrong(
    source: Source,
) -> None:
    wells = [{"path": "A/01"}, {"path": "B/02", "rowIndex": 0, "columnIndex": 1}]
    conversion = convert(source.plate(wells=wells), PLATE)
    well = conversion.root.find("B_02").get_attr("well")
    assert well == {"row": {"id": "row_B"}, "column": {"id": "column_02"}}
    assert conversion.root.find("A_01").get_attr("well")["row"] == {"id": "row_A"}
    ((pointer, reason),) = causes(conversion)
    assert pointer.endswith("/plate/wells/1/rowIndex")
    assert reason == "is the number 0; expected 1, as the path says"


def test_a_well_that_is_nowhere_on_the_plate_is_refused(source: Source) -> None:
    wells = [{"path": "Z/9", "rowIndex": 25}, {"path": "A/01"}, "A/01"]
    conversion = convert(source.plate(wells=wells), PLATE)
    assert [node.id for node in conversion.root.children()] == ["A_01"]
    assert [pointer.rpartition("/plate")[2] for pointer, _ in causes(conversion)] == [
        "/wells/0/path",
        "/wells/2",
    ]


def test_names_that_give_the_same_id_get_numbers_in_their_order(source: Source) -> None:
    rows = [{"name": "A"}, {"name": "B"}, {"name": "ä"}, {"name": "ö"}]
    root = convert(source.plate(rows=rows), PLATE).root
    assert [row["id"] for row in root.get_attr("plate")["rows"]] == [
        "row_A",
        "row_B",
        "row__",
        "row___2",
    ]


def test_series_are_those_that_are_listed_or_have_a_number(source: Source) -> None:
    source.group(PLATE, {"bioformats2raw.layout": 3})
    for path in ("0", "1", "second"):
        source.image(f"{PLATE}/{path}", image(name="same"))
    source.array(f"{PLATE}/3")
    numbered = convert(source, PLATE).root
    assert [node.id for node in numbered.children()] == ["plate_0", "plate_1"]
    source.group(f"{PLATE}/OME", {"series": ["second", "0"]})
    source.documents[f"{PLATE}/OME/METADATA.ome.xml"] = "<OME/>"
    listed = convert(source, PLATE).root
    assert [node.id for node in listed.children()] == ["plate_second", "plate_0"]
    assert [node.name for node in listed.children()] == ["same", "0"]
    assert listed.get_attr("ome-zarr:ome-xml") == {
        "group": {"type": "zarr", "path": "./plate.zarr/OME"},
        "file": "METADATA.ome.xml",
    }


def test_another_layout_of_bioformats2raw_is_refused(source: Source) -> None:
    source.group(PLATE, {"bioformats2raw.layout": 2})
    with pytest.raises(ngc.NotOmeError, match="expected the number 3"):
        convert(source, PLATE)


def test_a_scene_has_systems_transformations_and_the_images_that_it_names() -> None:
    axes = [{"name": name, "type": "space"} for name in "yx"]
    source = Source("0.6")
    for tile in ("a", "b"):
        entry = {
            "coordinateSystems": [{"name": "physical", "axes": axes}],
            "datasets": [
                {
                    "path": "0",
                    "coordinateTransformations": [
                        {"type": "identity", "input": {"path": "0"}, "output": {"name": "physical"}}
                    ],
                }
            ],
        }
        source.image(f"{PLATE}/{tile}", entry)
    deep: dict[str, Any] = {"type": "identity"}
    for _ in range(400):
        deep = {"type": "sequence", "transformations": [deep]}
    listed = [
        {
            "type": "translation",
            "translation": [0, 5],
            "input": {"path": "b", "name": "physical"},
            "output": {"name": "world"},
        },
        {
            "type": "displacements",
            "path": "fields/d",
            "input": {"path": "a", "name": "physical"},
            "output": {"name": "world"},
        },
        {"type": "inverseOf", "input": {"name": "world"}, "output": {"name": "world"}},
        {"type": "scale", "scale": [1], "input": {"name": "world"}, "output": {"name": "world"}},
        {"type": "identity", "input": {"name": "moon"}, "output": {"name": "world"}},
        {**deep, "input": {"name": "world"}, "output": {"name": "world"}},
    ]
    systems = [{"name": "world", "axes": axes}]
    scene = {"coordinateSystems": systems, "coordinateTransformations": listed}
    conversion = convert(source.group(PLATE, {"scene": scene}), PLATE)
    root = conversion.root
    assert [node.id for node in root.children()] == ["plate_b", "plate_a"]
    assert root.get_attr("scene")["coordinateTransformations"] == [
        {
            "type": "translation",
            "translation": [0, 5],
            "input": {"id": "plate_b_physical"},
            "output": {"id": "plate_world"},
        },
        {
            "type": "displacements",
            "path": {"type": "zarr", "path": "./plate.zarr/fields/d"},
            "input": {"id": "plate_a_physical"},
            "output": {"id": "plate_world"},
        },
    ]
    pointers = [pointer.rpartition("Transformations")[2] for pointer, _ in causes(conversion)]
    assert pointers[:3] == ["/2", "/3", "/4/input"]
    assert pointers[3].count("/transformations/0") == 65
    levels = next(iter(root.children())).children()
    (level,) = levels
    assert level.get_attr("coordinateTransformations")[0]["scale"] == [1, 1]


def test_documents_have_different_names_where_only_capital_letters_differ(source: Source) -> None:
    more = {
        "rows": [{"name": "A"}, {"name": "a"}],
        "wells": [{"path": "A/01"}, {"path": "a/01"}],
    }
    source.plate(**more)
    source.group(f"{PLATE}/a/01", {"well": {"images": []}})
    conversion = convert(source, PLATE, documents="per-well")
    assert [url.rpartition("/")[2] for url in conversion.written] == [
        "A_01.json",
        "a_01_2.json",
        "plate.json",
    ]


@pytest.mark.parametrize("version", ["0.1", "0.3", "9.9", 17, True])
def test_plates_and_wells_of_other_versions_are_refused(version: Any) -> None:
    with pytest.raises(ngc.NotOmeError, match=r"/plate/version is .* expected 0.4"):
        convert(Source("0.4").plate(version=version), PLATE)
    source = Source("0.4").plate(version="0.4")
    source.documents[f"{PLATE}/A/01/.zattrs"]["well"]["version"] = version
    conversion = convert(source, PLATE)
    ((pointer, reason),) = causes(conversion)
    assert pointer == "/well/version"
    assert "expected 0.4; write it as 0.4 or newer first" in reason
    assert [node.id for node in conversion.root.walk(type="multiscale")] == ["B_02_0", "B_02_1"]


def test_other_versions_in_groups_of_zarr_3_are_refused_with_their_place() -> None:
    source = Source("0.4").plate(version="9.9")
    plate = source.documents[f"{PLATE}/.zattrs"]
    document = {"zarr_format": 3, "node_type": "group", "attributes": plate}
    source.documents[f"{PLATE}/zarr.json"] = document
    with pytest.raises(ngc.NotOmeError, match="/attributes/plate/version is"):
        convert(source, PLATE)


def both(source: Source, field: str, value: Any) -> tuple[Source, str]:
    """Let the group of the plate be something else as well; where that is said."""
    document = source.documents[f"{PLATE}/{'.zattrs' if source.version == '0.4' else 'zarr.json'}"]
    at = "" if source.version == "0.4" else "/attributes/ome"
    (document if not at else document["attributes"]["ome"])[field] = value
    return source, f"{at}/{field}"


def test_a_plate_that_is_an_image_as_well_is_a_plate_and_the_image_is_refused(
    source: Source,
) -> None:
    made, pointer = both(source.plate(), "multiscales", [image()])
    conversion = convert(made, PLATE)
    ((found, reason),) = causes(conversion)
    assert found == pointer
    assert "an image as well, and it is converted as a plate" in reason
    assert len(list(conversion.root.walk(type="multiscale"))) == 4


@pytest.mark.parametrize("field", ["bioformats2raw.layout", "well"])
def test_an_image_that_is_something_else_as_well_is_an_image(source: Source, field: str) -> None:
    value = 3 if field != "well" else {"images": [{"path": "0"}]}
    made, pointer = both(source.image(PLATE), field, value)
    conversion = convert(made, PLATE)
    assert conversion.root.type == "multiscale"
    ((found, reason),) = causes(conversion)
    assert found == pointer
    assert "as well, and it is converted as an image; give each a group of its own" in reason
