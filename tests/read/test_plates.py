"""Rows, columns, wells, images of wells, labels."""

from __future__ import annotations

from typing import Any

import pytest

import ngio_collections as ngc
from tests.graph.effort import calls_of
from tests.read import samples

SHAPES = [(kind, tall) for kind in ("one", "many") for tall in (False, True)]


@pytest.fixture(params=SHAPES, ids=lambda p: f"{p[0]}-{'tall' if p[1] else 'wide'}")
def plate(request: pytest.FixtureRequest) -> ngc.Node:
    kind, tall = request.param
    return samples.opened(kind, tall=tall)


def test_the_rows_columns_and_acquisitions_have_ids_and_names(plate: ngc.Node) -> None:
    assert plate.rows == (("row_A", "A"), ("row_B", "B"))
    assert [str(column) for column in plate.columns] == ["01", "02", "03"]
    assert plate.acquisitions[1] == ("acquisition_1", "day 2")


def test_an_entry_without_a_name_is_called_by_its_id() -> None:
    attribute = {"rows": [{"id": "a"}], "columns": []}
    plate = ngc.new_node("collection", attributes={"plate": attribute})
    assert plate.rows == (("a", "a"),)
    assert plate.acquisitions == ()


def test_the_wells_come_in_the_order_of_the_document(plate: ngc.Node) -> None:
    assert [well.id for well in plate.wells()] == [f"{r}_{c}" for r, c in samples.POSITIONS]


def test_a_well_is_found_by_the_names_of_its_row_and_column(plate: ngc.Node) -> None:
    well = plate["B/03"]
    assert (well.id, well.row.name, well.column) == ("B_03", "B", ("column_03", "03"))
    assert plate["B", "03"] == well


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("b/3", "did you mean 'B/03'"),
        ("B03", "did you mean 'B/03'"),
        ("B-3", "did you mean 'B/03'"),
        ("B/04", "did you mean 'B/03' or"),
        ("", "rows are `A`, `B`, columns are `01`, `02`, `03`, and 6 wells are there"),
    ],
)
def test_a_well_that_is_not_there_is_refused_with_close_ones(
    plate: ngc.Node, asked: str, hint: str
) -> None:
    with pytest.raises(ngc.NodeNotFoundError, match=f"no well at '{asked}'.*{hint}"):
        _ = plate[asked]


def test_whether_a_well_is_there_can_be_asked(plate: ngc.Node) -> None:
    assert "B/03" in plate
    assert ("A", "01") in plate
    assert "B/04" not in plate
    with pytest.raises(ngc.MissingAttributeError):
        _ = "B/03" in plate["B/03"]


def test_an_attribute_is_still_asked_for_by_its_type(plate: ngc.Node) -> None:
    from ngio_collections.models import PlateAttribute  # noqa: PLC0415

    assert len(plate[PlateAttribute].rows) == 2


def test_the_images_of_a_well_are_given_without_its_labels(plate: ngc.Node) -> None:
    assert [image.id for image in plate["A/02"].images()] == ["A_02_0", "A_02_1"]
    assert len(plate.images()) == 12


@pytest.mark.parametrize(
    "asked",
    [
        "acquisition_1",
        "day 2",
        {"id": "acquisition_1"},
        ngc.PlateEntry("acquisition_1", "day 2"),
    ],
)
def test_the_images_of_an_acquisition_are_found_by_id_name_or_reference(
    plate: ngc.Node, asked: Any
) -> None:
    assert [image.id for image in plate["B/01"].images(acquisition=asked)] == ["B_01_1"]
    assert len(plate.images(acquisition=asked)) == 6


def test_an_image_knows_its_acquisition(plate: ngc.Node) -> None:
    assert [image.acquisition for image in plate["A/01"].images()] == list(plate.acquisitions)


def test_an_acquisition_that_is_not_there_is_refused(plate: ngc.Node) -> None:
    with pytest.raises(ngc.NodeNotFoundError, match=r"'day 3'; there are: .*\(day 1\)"):
        plate["B/01"].images("day 3")
    with pytest.raises(TypeError, match="by its id or name"):
        plate["B/01"].images(3)  # type: ignore[arg-type]


def test_two_acquisitions_of_one_name_are_not_guessed_between() -> None:
    plate = samples.one_document()
    attribute = samples.plate_attribute()
    attribute["acquisitions"][0]["name"] = "day 2"
    plate = plate.set_attr("plate", attribute)
    with pytest.raises(ngc.NodeNotFoundError, match="2 acquisitions are called 'day 2'"):
        plate["A/01"].images("day 2")


def test_the_labels_of_an_image_are_its_siblings_that_refer_to_it(plate: ngc.Node) -> None:
    for well in plate.wells():
        for image in well.images():
            (nuclei,) = image.labels()
            assert nuclei.id == f"{image.id}_nuclei"
            assert nuclei.parent() == image.parent()
            assert nuclei.source_images() == (image,)


def test_labels_elsewhere_are_found_where_one_looks_for_them() -> None:
    raw = samples.image("raw")
    results = ngc.new_node(
        "collection", id="results", children=[samples.label_of({"id": "raw"}, "cells")]
    )
    root = ngc.new_node("collection", id="all", children=[raw, results])
    image = root.find("raw")
    assert image is not None
    assert image.labels() == ()
    assert [label.id for label in image.labels(within=root)] == ["cells"]
    cells = root.find("cells")
    assert cells is not None
    assert cells.source_images() == (image,)


def test_labels_in_documents_of_their_own_are_found_whatever_their_ids() -> None:
    """Two wells whose images and labels have documents of their own with the same ids."""
    lab = ngc.Resolver(ngc.MemoryStore())
    wells = []
    for name in ("a", "b"):
        raw = lab.create(f"memory://lab/{name}/raw.zarr", samples.image("image"))
        path = {"type": "zarr", "path": "../raw.zarr"}
        cells = lab.create(
            f"memory://lab/{name}/cells.zarr", samples.label_of({"id": "image", "path": path}, "c")
        )
        well = ngc.new_node("collection", id=name)
        well = well.add_ref(raw.ref_stub(id="image"), cells.ref_stub(id="labels"))
        wells.append(lab.create(f"memory://lab/{name}/well.json", well))
    root = ngc.new_node("collection", id="all").add_ref(*(well.ref_stub() for well in wells))
    lab.create("memory://lab/all.json", root)
    view = lab.open_inlined("memory://lab/all.json")
    for well in view.children():
        (image,) = well.images()
        (cells,) = image.labels()
        assert cells.parent() == well
        assert cells.source_images() == (image,)


def test_a_stub_may_say_what_its_label_image_was_made_from() -> None:
    lab = ngc.Resolver(ngc.MemoryStore())
    raw = lab.create("memory://lab/raw.zarr", samples.image("image"))
    cells = lab.create("memory://lab/cells.zarr", samples.image("image"))
    says = {"labels": {"source": [{"id": "raw"}]}}
    root = ngc.new_node("collection", id="all")
    root = root.add_ref(raw.ref_stub(id="raw"), cells.ref_stub(id="cells", attributes=says))
    lab.create("memory://lab/all.json", root)
    view = lab.open_inlined("memory://lab/all.json")
    (image,) = view.images()
    assert image.id == "raw"
    assert [label.id for label in image.labels()] == ["cells"]
    assert image.labels()[0].source_images() == (image,)


def test_an_image_alone_is_its_own_image() -> None:
    image = samples.image("i")
    assert image.images() == (image,)
    assert image.labels() == ()
    assert samples.label_of({"id": "i"}, "l").images() == ()


def test_references_may_be_bare_ids_as_in_the_draft() -> None:
    plate = samples.one_document()
    document = plate.to_json()
    well = document["nodes"][0]
    well["attributes"]["well"] = {"row": "row_A", "column": "column_01"}
    well["nodes"][0]["attributes"]["acquisition"] = "acquisition_0"
    well["nodes"][1]["attributes"]["labels"] = {"source": ["A_01_0"]}
    plate = samples.tree(document)
    (image,) = plate["A/01"].images("day 1")
    assert image.acquisition == ("acquisition_0", "day 1")
    (label,) = image.labels()
    assert label.source_images() == (image,)


# -- documents that are not in the tree -----------------------------------------------------


def test_a_plate_whose_wells_were_not_opened_says_so() -> None:
    plate = samples.many_documents().open(samples.PLATE)
    with pytest.raises(ngc.UnresolvedReferenceError, match="open_inlined"):
        plate.wells()
    with pytest.raises(ngc.UnresolvedReferenceError, match=r"plate\.json#/ome/nodes/0"):
        plate.images()
    assert len(plate.rows) == 2


def test_stubs_that_say_where_they_are_are_wells_without_being_opened() -> None:
    at = {"row": {"id": "row_A"}, "column": {"id": "column_01"}}
    stub = ngc.new_node(
        "collection", id="w", ref={"type": "json", "path": "./w.json"}, attributes={"well": at}
    )
    plate = samples.plate_node([stub])
    assert plate["A/01"].id == "w"
    with pytest.raises(ngc.UnresolvedReferenceError, match="its images are there"):
        plate["A/01"].images()


def test_a_well_that_is_missing_leaves_the_others() -> None:
    lab = samples.many_documents()
    lab.delete("memory://lab/wells/A_02.json")
    plate = lab.open_inlined(samples.PLATE)
    assert [well.id for well in plate.wells()] == ["A_01", "A_03", "B_01", "B_02", "B_03"]
    assert [record.kind for record in plate.report.failures] == ["missing"]
    with pytest.raises(ngc.NodeNotFoundError, match="no well at 'A/02'"):
        _ = plate["A/02"]
    assert len(plate.images()) == 10


def test_a_well_alone_has_images_and_no_name_for_its_row() -> None:
    well = samples.many_documents().open("memory://lab/wells/A_02.json")
    assert len(well.images()) == 2
    assert [image.id for image in well.images("acquisition_0")] == ["A_02_0"]
    assert well.images()[0].acquisition == ("acquisition_0", "acquisition_0")
    with pytest.raises(ngc.NodeNotFoundError, match="in no plate of this tree"):
        _ = well.row


def test_images_whose_acquisition_may_be_said_elsewhere_are_not_left_out_in_silence() -> None:
    stub = ngc.new_node("multiscale", id="i", ref={"type": "zarr", "path": "./i.zarr"})
    well = samples.well("A", "01", tall=False).add(stub)
    plate = samples.plate_node([well])
    assert len(plate["A/01"].images()) == 3
    with pytest.raises(ngc.UnresolvedReferenceError, match="its acquisition may be said there"):
        plate["A/01"].images("day 1")


# -- wrong documents ------------------------------------------------------------------------


def plate_with(plate: Any = None, well: Any = None) -> ngc.Node:
    node = {"type": "collection", "id": "w", "attributes": {"well": well}, "nodes": []}
    attributes = {"plate": samples.plate_attribute() if plate is None else plate}
    return samples.tree({"type": "collection", "attributes": attributes, "nodes": [node]})


@pytest.mark.parametrize(
    ("plate", "words"),
    [
        (7, r"#/attributes/plate: .* the number 7"),
        ({"rows": {}}, r"#/attributes/plate/rows: .* an empty object"),
        ({"rows": ["A"]}, r"#/attributes/plate/rows/0: .* the string"),
        ({"rows": [{"id": 1}]}, r"/rows/0/id: .* the number 1"),
        ({"rows": [{"id": "a", "name": 1}]}, r"/rows/0/name: .* the number 1"),
    ],
)
def test_wrong_plates_are_refused_with_their_place(plate: Any, words: str) -> None:
    with pytest.raises(ngc.InvalidAttributeError, match=words):
        _ = plate_with(plate).rows


def test_what_a_plate_lacks_is_named() -> None:
    for plate, key in (({}, "rows"), ({"rows": [{}]}, "id")):
        with pytest.raises(ngc.MissingAttributeError, match=f"has no `{key}`"):
            _ = plate_with(plate).rows
    with pytest.raises(ngc.MissingAttributeError, match="only a plate has rows"):
        _ = samples.image("i").rows
    with pytest.raises(ngc.MissingAttributeError, match="only a plate has rows"):
        samples.well("A", "01", tall=False).wells()
    with pytest.raises(ngc.MissingAttributeError, match="only a well has a row"):
        _ = samples.image("i").row


@pytest.mark.parametrize(
    ("well", "words"),
    [
        (7, r"#/nodes/0/attributes/well: .* the number 7"),
        ({"row": {}}, r"/well/row: .* a Reference such as"),
        ({"row": {"id": "row_C"}}, r"/well/row: .* those of the plate: `row_A`, `row_B`"),
        (
            {"row": {"id": "row_A", "path": {"type": "json", "path": "./other.json"}}},
            "/well/row: .* those of the plate",
        ),
        ({"row": {"id": "row_A", "path": {"type": "json"}}}, "/well/row/path: .* has no `path`"),
    ],
)
def test_wrong_wells_are_refused_with_their_place(well: Any, words: str) -> None:
    plate = plate_with(well=well)
    (node,) = plate.wells()
    with pytest.raises(ngc.InvalidAttributeError, match=words):
        _ = node.row


def test_a_well_that_cannot_be_placed_does_not_hide_the_others() -> None:
    lost = ngc.new_node("collection", id="lost", attributes={"well": {"row": {"id": "row_Z"}}})
    plate = samples.plate_node([lost, samples.well("A", "01", tall=False)])
    assert plate["A/01"].id == "A_01"
    with pytest.raises(ngc.NodeNotFoundError, match=r"where 1 more of its wells are .*row_Z"):
        _ = plate["B/01"]


def test_two_wells_in_one_place_are_not_guessed_between() -> None:
    one = samples.well("A", "01", tall=False)
    plate = samples.plate_node([one, one])
    with pytest.raises(ngc.NodeNotFoundError, match="2 wells at 'A/01'"):
        _ = plate["A/01"]


def test_the_wells_of_a_plate_inside_of_another_are_its_own() -> None:
    inner = samples.plate_node([samples.well("A", "01", tall=False)])
    outer = samples.plate_node([inner, samples.well("B", "01", tall=False)])
    assert [well.id for well in outer.wells()] == ["B_01"]


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (1, "#/nodes/1/attributes/labels: .* the number 1"),
        ({"source": {}}, "/labels/source: .* an array of References"),
        ({"source": [1]}, "/labels/source/0: .* a Reference such as"),
    ],
)
def test_wrong_labels_are_refused_with_their_place(labels: Any, words: str) -> None:
    wrong = {"type": "multiscale", "id": "l", "attributes": {"labels": labels}, "nodes": []}
    nodes = [samples.image("i").to_json(), wrong]
    image, label = samples.tree({"type": "collection", "nodes": nodes}).children()
    for ask in (image.labels, label.source_images):
        with pytest.raises(ngc.InvalidAttributeError, match=words):
            ask()


def test_sources_that_are_not_in_the_tree_and_images_without_sources_are_refused() -> None:
    label = samples.label_of({"id": "gone"}, "l")
    with pytest.raises(ngc.UnresolvedReferenceError, match="/labels/source/0: nothing has the id"):
        label.source_images()
    with pytest.raises(ngc.MissingAttributeError, match="only a label image"):
        samples.image("i").source_images()
    bare = ngc.new_node("multiscale", attributes={"labels": {}})
    assert bare.source_images() == ()


def wide_plate(side: int) -> ngc.Node:
    """A plate with so many rows and columns, and a well at each."""
    names = [str(number) for number in range(side)]
    lines = {
        f"{line}s": [{"id": f"{line}_{name}", "name": name} for name in names]
        for line in ("row", "column")
    }
    wells = [
        ngc.new_node(
            "collection",
            id=f"{row}_{column}",
            attributes={
                "well": {"row": {"id": f"row_{row}"}, "column": {"id": f"column_{column}"}}
            },
        )
        for row in names
        for column in names
    ]
    root = ngc.new_node("collection", id="plate", attributes={"plate": lines}, children=wells)
    return ngc.as_tree({"version": "0.9", **root.to_json()}, url="memory://lab/wide.json").root


def test_a_well_is_one_lookup_however_many_there_are() -> None:
    costs = []
    for side in (4, 40):
        plate = wide_plate(side)
        assert plate["2/3"].id == "2_3"
        assert "x/y" not in plate
        costs.append(calls_of(lambda p=plate: (p["3/1"], "1/2" in p, "x/y" in p)))  # type: ignore[misc]
    assert costs[1] < 1.5 * costs[0]


def test_the_first_lookup_is_linear() -> None:
    plates = wide_plate(10), wide_plate(30)
    few, many = (calls_of(lambda p=plate: p["3/1"]) for plate in plates)  # type: ignore[misc]
    assert many < 12 * few


def test_what_was_looked_up_before_an_edit_is_not_what_is_found_after_it() -> None:
    plate = wide_plate(3)
    assert "1/2" in plate
    without = plate["1/2"].remove()
    assert "1/2" not in without
    assert "1/2" in plate
    moved = without.find("0_0").set_attr(
        "well", {"row": {"id": "row_1"}, "column": {"id": "column_2"}}
    )
    assert moved.tree.root["1/2"].id == "0_0"
    with plate.edit() as tx:
        tx["1_2"].set_attr("well", {"row": {"id": "row_0"}, "column": {"id": "column_0"}})
    assert "1/2" not in tx.result


def test_labels_are_one_lookup_however_many_images_there_are() -> None:
    costs = []
    for count in (10, 1000):
        images = [samples.image(f"i{number}", count=1) for number in range(count)]
        labels = [
            samples.label_of({"id": f"i{number}"}, f"l{number}", count=1) for number in range(count)
        ]
        root = ngc.new_node("collection", id="well", children=[*images, *labels])
        first, second = root.find("i3"), root.find("i5")
        assert first is not None
        assert second is not None
        assert [one.id for one in first.labels()] == ["l3"]
        costs.append(calls_of(second.labels))
    assert costs[1] < 1.5 * costs[0]


@pytest.mark.parametrize(
    "position", [3, None, slice(1, 2), ("B", 3), ("B",), ("B", "03", "x"), b"B/03", 1.5]
)
def test_what_is_no_position_is_a_type_error_that_says_what_is_one(position: Any) -> None:
    plate = samples.one_document()
    with pytest.raises(TypeError, match="by the names of its row and its column"):
        plate[position]
    with pytest.raises(TypeError, match="by the names of its row and its column"):
        position in plate  # noqa: B015
