from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.samples import Run, Write, document, node, standalone, stub


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))["ome"]


def test_one_document_is_written_and_it_says_of_how_many(
    run: Run, plate: str, tmp_path: Path
) -> None:
    result = run("inline", plate, "-o", "out/one.json")
    assert result.exit_code == 0
    assert result.stdout == "wrote out/one.json, made of 3 documents\n"
    assert result.stderr == ""
    made = read(tmp_path / "out" / "one.json")
    assert [well["nodes"][0]["name"] for well in made["nodes"]] == ["label", "image"]
    assert run("check-links", "out/one.json").exit_code == 0


def test_json_says_what_was_written_and_what_was_read(run: Run, plate: str, tmp_path: Path) -> None:
    result = run("inline", plate, "-o", "one.json", "--format", "json")
    said = json.loads(result.stdout)
    assert said["written"] == [(tmp_path / "one.json").as_uri()]
    assert len(said["report"]["documents"]) == 3
    assert said["report"]["unfollowed"] == []


def test_a_document_that_is_there_is_kept_unless_it_is_to_be_written_over(
    run: Run, plate: str, tmp_path: Path
) -> None:
    (tmp_path / "one.json").write_text("mine", "utf-8")
    refused = run("inline", plate, "-o", "one.json")
    assert refused.exit_code == 2
    assert refused.stdout == ""
    assert "one.json: is there already" in refused.stderr
    assert "--overwrite" in refused.stderr
    assert (tmp_path / "one.json").read_text("utf-8") == "mine"
    assert run("inline", plate, "-o", "one.json", "--overwrite").exit_code == 0
    assert read(tmp_path / "one.json")["id"] == "plate"


def test_ids_says_what_becomes_of_ids(run: Run, write: Write, tmp_path: Path) -> None:
    write("well.json", standalone("well", node("image")))
    name = write("x.json", document(stub("A", "./well.json"), stub("B", "./well.json")))
    for ids in ("namespaced", "structural", "strict"):
        code = run("inline", name, "-o", f"{ids}.json", "--ids", ids).exit_code
        assert code == (2 if ids == "strict" else 0)
    images = {
        ids: [well["nodes"][0]["id"] for well in read(tmp_path / f"{ids}.json")["nodes"]]
        for ids in ("namespaced", "structural")
    }
    assert images["structural"] == ["image", "image"]
    assert len(set(images["namespaced"])) == 2
    assert not (tmp_path / "strict.json").exists()


@pytest.mark.parametrize(("wins", "value"), [("stub", 1), ("target", 2)])
def test_attributes_says_which_attribute_counts(
    run: Run, write: Write, tmp_path: Path, wins: str, value: int
) -> None:
    write("well.json", standalone("well", attributes={"mine:a": 2}))
    name = write("x.json", document(stub("A", "./well.json", attributes={"mine:a": 1})))
    assert run("inline", name, "-o", "one.json", "--attributes", wins).exit_code == 0
    assert read(tmp_path / "one.json")["nodes"][0]["attributes"] == {"mine:a": value}


def test_a_forbidden_conflict_of_attributes_stays_a_reference_and_ends_with_1(
    run: Run, write: Write, tmp_path: Path
) -> None:
    write("well.json", standalone("well", attributes={"mine:a": 2}))
    name = write("x.json", document(stub("A", "./well.json", attributes={"mine:a": 1})))
    result = run("inline", name, "-o", "one.json", "--attributes", "forbid")
    assert result.exit_code == 1
    assert "attribute-conflict" in result.stderr
    assert "path" in read(tmp_path / "one.json")["nodes"][0]


def test_depth_is_no_failure(run: Run, plate: str, tmp_path: Path) -> None:
    result = run("inline", plate, "-o", "sub/one.json", "--depth", "0")
    assert result.exit_code == 0
    assert result.stdout == "wrote sub/one.json, made of 1 document\n"
    paths = [well["path"]["path"] for well in read(tmp_path / "sub" / "one.json")["nodes"]]
    assert paths == ["../wells/A.json", "../wells/B.json"]


def test_it_is_written_with_references_that_were_not_followed(
    run: Run, write: Write, tmp_path: Path
) -> None:
    name = write("x.json", document(stub("gone", "./gone.json")))
    result = run("inline", name, "-o", "one.json", "--format", "json")
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert [record["kind"] for record in said["report"]["unfollowed"]] == ["missing"]
    assert "missing" in result.stderr
    assert read(tmp_path / "one.json")["nodes"][0]["path"]["path"] == "./gone.json"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("missing.json", "-o", "one.json"), "there is no such file"),
        (("x.json", "-o", "https://example.org/one.json"), "no local file"),
        (("x.json", "-o", "nul\0.json"), "NUL"),
        (("x.json", "-o", "x.json/one.json"), ""),
        (("x.json", "-o", "folder.json"), "is there already"),
        (("x.json", "-o", "folder.json", "--overwrite"), "folder"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_one_line(
    run: Run, write: Write, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    write("x.json", document())
    (tmp_path / "folder.json").mkdir()
    result = run("inline", *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert words in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.json", "x.json"]


@pytest.mark.parametrize(
    "options",
    [(), ("-o", "one.json", "--ids", "new"), ("-o", "one.json", "--attributes", "mine")],
)
def test_a_call_that_makes_no_sense_ends_with_2(
    run: Run, plate: str, options: tuple[str, ...]
) -> None:
    assert run("inline", plate, *options).exit_code == 2


def test_a_hostile_name_is_written_and_printed_harmlessly(
    run: Run, plate: str, tmp_path: Path
) -> None:
    result = run("inline", plate, "-o", "a\x1b[31m\n.json")
    assert result.exit_code == 0
    assert result.stdout == "wrote a\\x1b[31m\\n.json, made of 3 documents\n"
    assert (tmp_path / "a\x1b[31m\n.json").is_file()


def test_a_group_without_a_node_gets_one_and_one_with_a_node_is_kept(
    run: Run, plate: str, write: Write, tmp_path: Path
) -> None:
    group = {"zarr_format": 3, "node_type": "group", "attributes": {"mine": 1}}
    write("im.zarr/zarr.json", group)
    written = tmp_path / "im.zarr" / "zarr.json"
    assert run("inline", plate, "-o", "im.zarr").exit_code == 0
    attributes = json.loads(written.read_text("utf-8"))["attributes"]
    assert (attributes["mine"], attributes["ome"]["id"]) == (1, "plate")
    refused = run("inline", plate, "-o", "im.zarr")
    assert refused.exit_code == 2
    assert "im.zarr/zarr.json: is there already" in refused.stderr
    assert run("inline", plate, "-o", "im.zarr", "--overwrite").exit_code == 0
    assert json.loads(written.read_text("utf-8"))["attributes"]["mine"] == 1


@pytest.mark.parametrize("text", ["{}", "{", '{"ome": {}}'])
def test_a_zarr_json_that_is_none_is_kept(run: Run, plate: str, tmp_path: Path, text: str) -> None:
    there = tmp_path / "im.zarr" / "zarr.json"
    there.parent.mkdir()
    there.write_text(text, "utf-8")
    for options in ((), ("--overwrite",)):
        refused = run("inline", plate, "-o", "im.zarr", *options)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert refused.stderr.count("\n") == 1
        assert there.read_text("utf-8") == text
