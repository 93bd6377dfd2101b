"""The command `convert`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import ngio_collections as ngc
from tests.cli.samples import Run
from tests.conversion.samples import LAB, Source


@pytest.fixture
def screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plate in the working directory."""
    for url, data in Source("0.4").plate().documents.items():
        path = tmp_path / url.removeprefix(f"{LAB}/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(data), "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "plate.zarr"


def test_a_plate_is_converted_beside_its_data_and_can_be_validated(run: Run, screen: Path) -> None:
    result = run("convert", "plate.zarr")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines() == [
        "read 7 documents; fields: 55 mapped, 0 kept, 0 refused",
        "wrote plate.json",
    ]
    assert result.stderr == ""
    assert run("validate", "plate.json", "--profile", "rfc8").exit_code == 0
    again = run("convert", "plate.zarr")
    assert again.stdout.splitlines()[1:] == ["1 document up to date already"]


def test_the_options_say_how_and_where(run: Run, screen: Path, tmp_path: Path) -> None:
    options = ["--layout", "tall", "--documents", "per-well", "--name", "Tuesday"]
    result = run("convert", "plate.zarr", "-o", "out/wells.json", *options)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1:] == [
        "wrote 2 documents in out/wells",
        "wrote out/wells.json",
    ]
    root = ngc.open_inlined(tmp_path / "out" / "wells.json")
    assert root.name == "Tuesday"
    assert root.find("A_01_acquisition_0") is not None
    assert run("validate", "-r", "out/wells.json").exit_code == 0


def test_what_cannot_be_converted_is_told_and_the_exit_code_is_1(run: Run, screen: Path) -> None:
    (screen / "A" / "01" / "1" / "0" / ".zarray").unlink()
    (screen / "B" / "02" / ".zattrs").write_text("{", "utf-8")
    result = run("convert", "plate.zarr")
    assert result.exit_code == 1
    assert "wrote plate.json" in result.stdout
    lines = result.stderr.splitlines()
    assert lines[0].startswith("ngio-collections: 3 fields could not be converted, and with that ")
    assert any(line.startswith("  plate.zarr/B/02/.zattrs# is not JSON") for line in lines)
    assert any("there is no array" in line for line in lines)
    assert run("convert", "plate.zarr", "-o", "two.json", "--no-arrays").stderr.count("\n") == 2


def test_json_has_the_problems_and_the_ledger_where_it_is_asked_for(
    run: Run, screen: Path, tmp_path: Path
) -> None:
    (screen / "B" / "02" / ".zattrs").unlink()
    said = json.loads(run("convert", "plate.zarr", "--format", "json").stdout)
    assert said["written"] == [(tmp_path / "plate.json").as_uri()]
    assert [problem["pointer"] for problem in said["problems"]] == [""]
    assert "ledger" not in said
    said = json.loads(run("convert", "plate.zarr", "--format", "json", "--ledger").stdout)
    assert len(said["ledger"]) == sum(said["fields"].values())


def test_the_ledger_as_text_has_a_line_for_each_field(run: Run, screen: Path) -> None:
    lines = run("convert", "plate.zarr", "--ledger").stdout.splitlines()
    assert lines[0] == (
        "mapped plate.zarr/.zattrs#/plate/name plate.json#/ome/name: It names the node."
    )
    assert len([line for line in lines if line.startswith("mapped ")]) == 55


def test_documents_that_are_left_of_an_earlier_conversion_are_named(run: Run, screen: Path) -> None:
    assert run("convert", "plate.zarr", "--documents", "per-well").exit_code == 0
    result = run("convert", "plate.zarr")
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        "ngio-collections: 2 documents left that nothing refers to any more:",
        "  plate/A_01.json",
        "  plate/B_02.json",
    ]


def test_an_ozx_file_is_read_as_it_is(run: Run, screen: Path, tmp_path: Path) -> None:
    files = [
        (url.removeprefix(f"{LAB}/plate.zarr/"), json.dumps(data).encode())
        for url, data in Source("0.5").plate().documents.items()
    ]
    ngc.ZipStore.write(tmp_path / "small.ozx", files)
    result = run("convert", "small.ozx")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines()[-2:] == [
        "wrote small.json",
        "its pixels are in a zip file: open_array(store=ngc.ZipStore('small.ozx'))",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing.zarr"], "neither a zarr.json nor a .zattrs"),
        (["https://lab.example/plate.zarr"], "is no local file"),
        (["plate.zarr", "-o", "plate.zarr/all.json"], "is in the source"),
        (["plate.zarr", "-o", "folder"], "name a .json"),
        (["plate.zarr", "-o", "mine.json"], "was not converted"),
        (["broken.ozx"], "is no zip file"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_2(
    run: Run, screen: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    (tmp_path / "mine.json").write_text("{}", "utf-8")
    (tmp_path / "broken.ozx").write_text("no zip", "utf-8")
    result = run("convert", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_what_is_outside_of_the_root_is_not_read(run: Run, screen: Path, tmp_path: Path) -> None:
    well = screen / "A" / "01" / ".zattrs"
    well.write_text(json.dumps({"well": {"images": [{"path": "../../../other"}]}}), "utf-8")
    result = run("convert", "plate.zarr", "--root", "plate.zarr", "-o", "x.json")
    assert result.exit_code == 1
    assert "which references must not leave" in result.stderr
    assert (tmp_path / "x.json").is_file()
