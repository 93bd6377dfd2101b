"""`table`: catalogues on standard output, and files for software that reads tables."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from tests.cli.samples import Run, Write, document, node, standalone, stub


def image(id: str, **attributes: Any) -> dict[str, Any]:
    place = {"type": "zarr", "path": f"./{id}.zarr"}
    return {"type": "multiscale", "id": id, "path": place, "attributes": attributes}


@pytest.fixture
def images(write: Write) -> str:
    well = standalone("A", image("raw", **{"lab:dose": 2}), image("cells", labels={}))
    write("A.json", well)
    return write("all.json", standalone("all", stub("A", "./A.json")))


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_it_prints_a_catalogue_of_images(run: Run, images: str, tmp_path: Path) -> None:
    result = run("table", images, "--inline", "-a", "lab:dose")
    assert result.exit_code == 1  # The images themselves are not there.
    found = rows(result.stdout)
    assert [(row["File ID"], row["Type"], row["lab:dose"]) for row in found] == [
        ("raw", "image", "2"),
        ("cells", "label image", ""),
    ]
    assert found[0]["File Path"] == str(tmp_path / "raw.zarr")
    assert found[0]["Parents"] == "all/A"
    assert "2 references were not followed" in result.stderr


def test_without_inline_it_shows_what_the_document_has(run: Run, images: str) -> None:
    result = run("table", images)
    assert result.exit_code == 0
    assert rows(result.stdout) == []
    assert [row["File ID"] for row in rows(run("table", images, "--type", "all").stdout)] == [
        "all",
        "A",
    ]


def test_the_name_of_a_file_says_how_it_is_written(run: Run, images: str, tmp_path: Path) -> None:
    for name in ("a.csv", "a.parquet", "a.ARROW"):
        result = run("table", images, "--inline", "-o", name, "-a", "lab:dose")
        assert result.exit_code == 1
        assert result.stdout.startswith(f"wrote {name}, ")
    text = (tmp_path / "a.csv").read_text(encoding="utf-8")
    assert [row["File ID"] for row in rows(text)] == ["raw", "cells"]
    table = pyarrow.parquet.read_table(tmp_path / "a.parquet")
    assert table["id"].to_pylist() == ["all", "A", "raw", "cells"]
    assert table["lab:dose"].to_pylist() == [None, None, 2, None]
    with pa.ipc.open_file(tmp_path / "a.ARROW") as reader:
        assert reader.read_all().equals(table)


def test_only_nodes_of_one_type_if_that_is_asked_for(run: Run, images: str, tmp_path: Path) -> None:
    run("table", images, "--inline", "-o", "a.parquet", "--type", "multiscale")
    assert pyarrow.parquet.read_table(tmp_path / "a.parquet").num_rows == 2


def test_a_file_that_is_there_is_not_written_over_unless_that_is_asked_for(
    run: Run, images: str, write: Write, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("mine")
    result = run("table", images, "-o", "a.csv")
    assert result.exit_code == 2
    assert "--overwrite" in result.stderr
    assert (tmp_path / "a.csv").read_text() == "mine"
    assert run("table", images, "-o", "a.csv", "--overwrite").exit_code == 0
    assert (tmp_path / "a.csv").read_text().startswith("File ID,")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-o", "a.xlsx"), "ends in none of .csv, .parquet, .arrow"),
        (("-a", "x", "-a", "x"), "--attribute: two columns would be called 'x'"),
        (("-o", "all.json/a.csv"), "all.json"),
    ],
)
def test_what_cannot_be_done_ends_with_2(
    run: Run, images: str, arguments: tuple[str, ...], words: str
) -> None:
    result = run("table", images, *arguments)
    assert result.exit_code == 2
    assert words in result.stderr


def test_a_document_that_cannot_be_read_ends_with_2(run: Run, tmp_path: Path) -> None:
    result = run("table", str(tmp_path / "gone.json"))
    assert result.exit_code == 2
    assert "gone.json" in result.stderr


def test_without_pyarrow_the_extra_is_named(
    run: Run, images: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = run("table", images, "-o", "a.parquet")
    assert result.exit_code == 2
    assert "ngio-collections[arrow]" in result.stderr


def test_the_help_says_what_the_exit_codes_mean(run: Run) -> None:
    result = run("table", "--help", columns=200)
    assert result.exit_code == 0
    assert "The exit code is 0" in " ".join(result.output.split())
    assert "table" in run("--help").output


HOSTILE = "\x1b[31m \ud800 \u202e"


def test_programs_get_texts_as_they_are(run: Run, write: Write) -> None:
    name = write("x.json", document(node(HOSTILE)))
    result = run("table", name, "--type", "all")
    assert rows(result.stdout)[1]["File ID"] == "\x1b[31m \\ud800 \u202e"


def test_a_terminal_gets_no_control_characters(write: Write) -> None:
    pty = pytest.importorskip("pty")
    name = write("x.json", document(node(HOSTILE)))
    ours, theirs = pty.openpty()
    source = Path(__file__).parents[2] / "src"
    done = subprocess.run(
        [sys.executable, "-m", "ngio_collections.cli", "table", name, "--type", "all"],
        stdout=theirs,
        stderr=subprocess.PIPE,
        check=False,
        env={"PYTHONPATH": str(source), "TERM": "xterm"},
    )
    os.close(theirs)
    shown = os.read(ours, 65536)
    os.close(ours)
    assert done.returncode == 0, done.stderr
    assert b"File ID" in shown
    assert b"\\x1b[31m" in shown
    assert b"\x1b" not in shown
