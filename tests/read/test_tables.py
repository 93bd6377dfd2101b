"""Tables of nodes for software that reads tables, and catalogues of images as CSV."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given

import ngio_collections as ngc
from tests.graph.samples import documents
from tests.read import samples

duckdb = pytest.importorskip("duckdb")
pandas = pytest.importorskip("pandas")
polars = pytest.importorskip("polars")

BASE = ["id", "name", "type", "path", "document", "parent", "parents", "depth"]


@pytest.fixture(params=["one", "many"])
def plate(request: pytest.FixtureRequest) -> ngc.Node:
    return samples.opened(request.param)


def slow_rows(node: ngc.Node, type: str | None = None) -> list[dict[str, Any]]:
    """What a table should say, found with the handles of nodes."""
    rows = []
    top = len(list(node.ancestors()))
    for one in node.walk():
        around = list(one.ancestors())[: len(list(one.ancestors())) - top]
        path = one.ref_path
        row = {
            "id": one.id,
            "name": one.name,
            "type": one.raw.get("type") if isinstance(one.raw.get("type"), str) else None,
            "document": one.document_url,
            "parent": around[0].id if around else None,
            "parents": [other.id for other in reversed(around)],
            "depth": len(around),
        }
        if path is None or one.type != "singlescale":
            row["path"] = None
        else:
            row["path"] = one.array_url
        if type in (None, one.type):
            rows.append(row)
    return rows


def plain(table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def test_a_table_has_a_row_for_each_node_in_document_order(plate: ngc.Node) -> None:
    table = ngc.to_arrow(plate)
    assert table.column_names == BASE
    assert table.num_rows == len(plate.tree)
    assert plain(table) == slow_rows(plate)


def test_the_table_of_a_part_begins_there(plate: ngc.Node) -> None:
    well = plate["B/02"]
    rows = plain(ngc.to_arrow(well))
    assert rows == slow_rows(well)
    assert (rows[0]["parent"], rows[0]["parents"], rows[0]["depth"]) == (None, [], 0)


def test_only_the_nodes_of_one_type_are_rows_if_that_is_asked_for(plate: ngc.Node) -> None:
    table = ngc.to_arrow(plate, type="multiscale")
    assert plain(table) == slow_rows(plate, "multiscale")
    assert table.num_rows == 24
    assert ngc.to_arrow(plate, type="nothing").num_rows == 0


def test_a_table_knows_edits(plate: ngc.Node) -> None:
    well = plate["A/01"]
    edited = well.images()[0].set_attr("lab:dose", 2)
    edited = edited["A/02"].remove()
    edited = edited["A/03"].images()[0].move(edited["B/01"])
    edited = edited.add(ngc.new_node("collection", id="new", children=[samples.image("fresh")]))
    rows = plain(ngc.to_arrow(edited, ["lab:dose"]))
    doses = [row.pop("lab:dose") for row in rows]
    assert rows == slow_rows(edited)
    assert [dose for dose in doses if dose is not None] == [2]
    part = edited["B/01"]
    assert plain(ngc.to_arrow(part)) == slow_rows(part)


def test_paths_are_absolute_where_they_can_be() -> None:
    def stub(id: str, path: Any) -> dict[str, Any]:
        return {"type": "collection", "id": id, "path": path}

    given = [
        {"type": "json", "path": "../b.json"},
        {"type": "zarr", "path": "https://lab.org/c.zarr"},
        {"type": "json", "path": ""},
        {"type": "json", "path": 7},
        "text",
    ]
    document = {"type": "collection", "nodes": [stub(str(n), p) for n, p in enumerate(given)]}
    found = ngc.to_arrow(samples.tree(document, "memory://lab/x/a.json"))["path"].to_pylist()
    assert found == [None, "memory://lab/b.json", "https://lab.org/c.zarr", "", None, None]
    apart = ngc.to_arrow(samples.tree(document, None))
    assert apart["path"].to_pylist()[1] == "../b.json"
    assert apart["document"].to_pylist()[1] is None


@given(documents())
def test_any_document_has_a_table(document: dict[str, Any]) -> None:
    root = samples.tree(document)
    table = ngc.to_arrow(root, {"k": "k", "deep": "/plate/ex:key", "all": ""})
    assert table.num_rows == len(root.tree)
    assert table.column_names[: len(BASE)] == BASE
    rows = plain(table)
    for row, node in zip(rows, root.walk(), strict=True):
        assert row["depth"] == len(row["parents"]) == len(list(node.ancestors()))
        assert (row["id"], row["name"]) == (node.id, node.name)
    assert isinstance(ngc.to_csv(root, type=None), str)


# -- attributes --------------------------------------------------------------------------------


def column(values: list[Any], name: str = "lab:x") -> pa.Field:
    nodes = [ngc.new_node("x", attributes={} if v is ... else {name: v}) for v in values]
    root = ngc.new_node("collection", children=nodes)
    return ngc.to_arrow(root, [name])


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([True, None, False], pa.bool_()),
        ([1, -(2**63), 2**63 - 1], pa.int64()),
        ([1, 2**64 - 1], pa.uint64()),
        ([1, 0.5, None], pa.float64()),
        ([0.5, 1e300], pa.float64()),
        (["a", "ü", ""], pa.string()),
        ([..., None], pa.string()),
        ([[1, 2], [], None, [3]], pa.list_(pa.int64())),
        ([["a"], [None]], pa.list_(pa.string())),
        ([[0.5, 1]], pa.list_(pa.float64())),
        ([[True]], pa.list_(pa.bool_())),
        ([[]], pa.list_(pa.string())),
    ],
)
def test_an_attribute_has_the_type_of_its_values(values: list[Any], kind: Any) -> None:
    table = column(values)
    assert table.schema.field("lab:x").type == kind
    expected = [None if value is ... else value for value in values]
    assert table["lab:x"].to_pylist() == [None, *expected]


@pytest.mark.parametrize(
    "values",
    [
        [{"a": 1}, {"b": [2]}],
        [1, "1"],
        [True, 1],
        [2**64],
        [-1, 2**63],
        [2**53 + 1, 0.5],
        [[1], 2],
        [[1, "a"]],
        [[[1]]],
        [[2**70]],
        [{"deep": [10**40, None, "ü"]}],
    ],
)
def test_what_arrow_has_no_type_for_becomes_json(values: list[Any]) -> None:
    table = column([*values, None])
    field = table.schema.field("lab:x")
    assert field.type == pa.string()
    assert field.metadata == {b"encoding": b"json"}
    found = table["lab:x"].to_pylist()[1:]
    assert [None if text is None else json.loads(text) for text in found] == [*values, None]


def test_what_no_encoding_has_is_written_as_escapes() -> None:
    lone = "a\ud800b"
    table = column([lone, "c"])
    assert table["lab:x"].to_pylist()[1] == "a\\ud800b"
    assert column([[lone]])["lab:x"].to_pylist()[1] == '["a\\ud800b"]'
    root = samples.tree({"type": lone, "id": lone, "name": "x"})
    assert ngc.to_arrow(root)["id"].to_pylist() == ["a\\ud800b"]


def test_parts_of_attributes_are_found_by_json_pointers() -> None:
    well = {"row": {"id": "row_A"}, "a/b": [10, {"~": 11}], "list": [1]}
    root = ngc.new_node("collection", attributes={"well": well})
    pointers = ["/well/row/id", "/well/a~1b/0", "/well/a~1b/1/~0", "/well/list/1", "/well/row/id/x"]
    (row,) = plain(ngc.to_arrow(root, pointers))
    assert [row[pointer] for pointer in pointers] == ["row_A", 10, 11, None, None]
    (row,) = plain(ngc.to_arrow(root, {"Row": "/well/row/id"}))
    assert row["Row"] == "row_A"


def test_an_attribute_that_is_called_like_a_column_gets_another_name() -> None:
    root = ngc.new_node("collection", id="a", attributes={"id": 1, "name": 2})
    table = ngc.to_arrow(root, ["id", "name"])
    assert table.column_names[8:] == ["attributes.id", "attributes.name"]
    with pytest.raises(ValueError, match="called 'id'"):
        ngc.to_arrow(root, {"id": "id"})
    with pytest.raises(ValueError, match="called 'a'"):
        ngc.to_arrow(root, ["a", "a"])
    with pytest.raises(TypeError, match=r"attributes=\['a'\]"):
        ngc.to_arrow(root, "a")
    with pytest.raises(TypeError, match="not 3"):
        ngc.to_arrow(root, [3])  # type: ignore[list-item]


def test_nodes_inside_of_each_other_without_end_are_refused_before_memory_is_full() -> None:
    inner: dict[str, Any] = {"type": "collection", "id": "n"}
    for _ in range(30_000):
        inner = {"type": "collection", "id": "n", "nodes": [inner]}
    with pytest.raises(ngc.LimitExceededError, match="450,015,000 ids"):
        ngc.to_arrow(samples.tree(inner))


def test_without_pyarrow_an_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ngc.MissingExtraError, match=r"ngio-collections\[arrow\]"):
        ngc.to_arrow(ngc.new_node("collection"))
    assert ngc.to_csv(ngc.new_node("collection")) == (
        "File ID,File Path,File Name,Type,Parents,Document\n"
    )


# -- software that reads tables ------------------------------------------------------------------


@pytest.fixture
def table(plate: ngc.Node) -> pa.Table:
    return ngc.to_arrow(plate, {"row": "/well/row/id", "labels": "labels"})


def test_polars_reads_a_table(table: pa.Table) -> None:
    frame = polars.from_arrow(table)
    wells = frame.filter(polars.col("row") == "row_A")
    assert wells["id"].to_list() == ["A_01", "A_02", "A_03"]
    by_type = dict(frame.group_by("type").len().iter_rows())
    assert by_type["multiscale"] == 24
    deepest = frame.filter(polars.col("depth") == polars.col("depth").max())
    assert deepest["parents"].list.first().unique().to_list() == ["plate"]


def test_pandas_reads_a_table(table: pa.Table) -> None:
    frame = table.to_pandas()
    assert frame.groupby("type", observed=True).size()["multiscale"] == 24
    assert list(frame[frame["row"] == "row_B"]["id"]) == ["B_01", "B_02", "B_03"]
    assert frame["parents"].iloc[-1][0] == "plate"


def test_duckdb_reads_a_table(table: pa.Table) -> None:
    query = """
        select type::varchar, count(*) from table_ where list_contains(parents, 'A_01')
        group by all order by 2
    """
    with duckdb.connect() as database:
        database.register("table_", table)
        assert database.execute(query).fetchall() == [("multiscale", 4), ("singlescale", 8)]
        json_ = "select labels->>'$.source[0].id' from table_ where labels is not null limit 1"
        assert database.execute(json_).fetchall() == [("A_01_0",)]


def test_a_table_survives_parquet(table: pa.Table, tmp_path: Path) -> None:
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    again = pyarrow.parquet.read_table(tmp_path / "a.parquet")
    assert again.equals(table)
    assert again.schema.field("labels").metadata[b"encoding"] == b"json"


# -- catalogues ----------------------------------------------------------------------------------


def catalogue(text: str | None) -> list[dict[str, str]]:
    assert text is not None
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_catalogue_has_a_row_for_each_image_with_its_place_in_the_plate(plate: ngc.Node) -> None:
    rows = catalogue(ngc.to_csv(plate))
    assert len(rows) == 24
    document = plate["A/02"].document_url
    folder = str(document).rpartition("/")[0]
    assert [row for row in rows if row["File Name"].startswith("A_02_1")] == [
        {
            "File ID": name,
            "File Path": f"{folder}/{name}",
            "File Name": name,
            "Type": kind,
            "Parents": "Plate/A_02",
            "Document": document,
            "Plate": "Plate",
            "Well": "A/02",
            "Acquisition": acquisition,
        }
        for name, kind, acquisition in (
            ("A_02_1", "image", "day 2"),
            ("A_02_1_nuclei", "label image", ""),
        )
    ]


def test_the_acquisition_of_a_group_is_that_of_its_images() -> None:
    rows = catalogue(ngc.to_csv(samples.one_document(tall=True)))
    assert {row["Acquisition"] for row in rows} == {"day 1", "day 2"}
    assert rows[0]["Parents"] == "Plate/A_01/day 1"


def test_what_biofile_finder_asks_of_a_table_holds() -> None:
    """Its checks: a `File Path` in every row; a `File ID` in every row, and none of them twice."""
    lab = ngc.Resolver(ngc.MemoryStore())
    stubs = []
    for name in ("a", "b"):
        image = lab.create(f"memory://lab/{name}.zarr", samples.image("image"))
        stubs += [image.ref_stub(), image.ref_stub()]
    bare = ngc.new_node("multiscale")
    root = ngc.new_node("collection", id="all", children=[bare, bare]).add_ref(*stubs)
    lab.create("memory://lab/all.json", root)
    text = ngc.to_csv(lab.open_inlined("memory://lab/all.json"))
    with duckdb.connect() as database:
        frame = pandas.read_csv(io.StringIO(text or ""))
        database.register("files", frame)
        blank = """select count(*) from files where trim("File Path") is null"""
        assert database.execute(blank).fetchone() == (0,)
        ids = """select count(distinct "File ID"), count("File ID"), count(*) from files"""
        assert database.execute(ids).fetchone() == (6, 6, 6)
    rows = catalogue(text)
    assert rows[2]["File ID"] == "all/image"
    assert rows[3]["File ID"] == "all/image#2"
    assert [row["File Path"] for row in rows[2:]] == [
        *["memory://lab/a.zarr"] * 2,
        *["memory://lab/b.zarr"] * 2,
    ]


def test_an_id_that_is_made_is_none_that_there_is() -> None:
    inner = [ngc.new_node("multiscale", id="x"), ngc.new_node("multiscale", id="x")]
    root = ngc.new_node(
        "collection", id="a", children=[ngc.new_node("multiscale", id="a/x"), *inner]
    )
    assert [row["File ID"] for row in catalogue(ngc.to_csv(root))] == ["a/x", "a/x#2", "a/x#3"]


def test_local_files_are_written_as_paths_of_the_system(tmp_path: Path) -> None:
    ngc.create(tmp_path / "my images.zarr", samples.image("i"))
    ngc.create(tmp_path / "one.json", samples.image("j"))
    stub = ngc.new_node("multiscale", id="s", ref={"type": "zarr", "path": "./other.zarr"})
    root = ngc.new_node("collection", id="all", children=[stub])
    root = root.add_ref(ngc.open(tmp_path / "my images.zarr").ref_stub())
    root = root.add_ref(ngc.open(tmp_path / "one.json").ref_stub())
    ngc.create(tmp_path / "all.json", root)
    rows = catalogue(ngc.to_csv(ngc.open_inlined(tmp_path / "all.json")))
    assert [row["File Path"] for row in rows] == [
        str(tmp_path / name) for name in ("other.zarr", "my images.zarr", "j")
    ]
    assert rows[1]["Document"] == str(tmp_path / "my images.zarr" / "zarr.json")


def test_other_nodes_are_rows_if_they_are_asked_for(plate: ngc.Node) -> None:
    rows = catalogue(ngc.to_csv(plate, type=None))
    assert len(rows) == len(plate.tree)
    assert rows[0]["Type"] == "collection"
    assert rows[0]["File Path"] == samples.PLATE
    assert all(row["File Path"] for row in rows)
    levels = catalogue(ngc.to_csv(plate, type="singlescale"))
    assert levels[0]["File Path"].endswith("/A_01_0/0")


def test_attributes_are_written_as_biofile_finder_reads_them() -> None:
    value = {
        "text": 'a, "b"\nc',
        "number": 0.5,
        "yes": True,
        "list": ["a", 1, 2.5],
        "commas": ["a,b"],
        "object": {"a": [1]},
        "null": None,
    }
    node = ngc.new_node("multiscale", id="i", attributes=value)
    (row,) = catalogue(ngc.to_csv(node, attributes=[*value, "absent"]))
    assert {key: row[key] for key in (*value, "absent")} == {
        "text": 'a, "b"\nc',
        "number": "0.5",
        "yes": "true",
        "list": "a,1,2.5",
        "commas": '["a,b"]',
        "object": '{"a":[1]}',
        "null": "",
        "absent": "",
    }


def test_a_well_that_is_not_as_it_should_be_leaves_its_cell_empty() -> None:
    plate = samples.one_document()
    edited = plate["A/01"].set_attr("well", {"row": {"id": "gone"}})
    rows = catalogue(ngc.to_csv(edited))
    assert {row["Well"] for row in rows[:4]} == {""}
    assert rows[4]["Well"] == "A/02"


def test_a_catalogue_is_written_to_a_path_or_an_open_file(tmp_path: Path) -> None:
    image = samples.image("i")
    text = ngc.to_csv(image)
    target = tmp_path / "new" / "images.csv"
    assert ngc.to_csv(image, target) is None
    assert target.read_text(encoding="utf-8") == text
    out = io.StringIO()
    assert ngc.to_csv(image, out) is None
    assert out.getvalue() == text
    target.chmod(0o640)
    ngc.to_csv(samples.image("\ud800"), str(target))
    assert target.read_text(encoding="utf-8").splitlines()[1].startswith("\\ud800,")
    assert [path.name for path in target.parent.iterdir()] == ["images.csv"]
    with pytest.raises(ngc.DocumentError):
        ngc.to_csv(image, target / "below.csv")
