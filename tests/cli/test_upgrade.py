from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.samples import Run, Write, document, node


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def image(id: str, **fields: Any) -> dict[str, Any]:
    path = {"type": "zarr", "path": f"./{id}.zarr"}
    return {"type": "multiscale", "id": id, "name": id, "path": path, **fields}


@pytest.fixture
def old(write: Write) -> str:
    """A document of the draft: labels whose source is a bare id."""
    labels = image("labels", attributes={"labels": {"source": ["raw"]}})
    return write("old.json", document(image("raw"), labels))


def test_the_steps_are_shown_and_nothing_is_written(run: Run, old: str, tmp_path: Path) -> None:
    before = (tmp_path / old).read_bytes()
    result = run("upgrade", old)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "old.json",
        "  root/labels  /ome/nodes/1/attributes/labels/source/0  reference-object",
        "    Write the reference to 'raw' as an object.",
        '    - /ome/nodes/1/attributes/labels/source/0: "raw"',
        '    + /ome/nodes/1/attributes/labels/source/0: {"id":"raw"}',
        "old.json: 1 step to v1-2026-08",
    ]
    assert (tmp_path / old).read_bytes() == before


def test_write_upgrades_the_document_itself(run: Run, old: str, tmp_path: Path) -> None:
    result = run("upgrade", old, "--write")
    assert result.exit_code == 0
    assert result.stdout == "wrote old.json\nold.json: 1 step to v1-2026-08\n"
    upgraded = read(tmp_path / old)["ome"]
    assert upgraded["nodes"][1]["attributes"] == {"labels": {"source": [{"id": "raw"}]}}
    assert upgraded["version"] == "0.9.dev3"
    assert run("validate", old).exit_code == 0
    assert run("upgrade", old).stdout == "old.json: no steps to v1-2026-08\n"
    assert run("upgrade", old).exit_code == 0


def test_out_writes_another_document_whose_paths_count_from_there(
    run: Run, old: str, tmp_path: Path
) -> None:
    before = (tmp_path / old).read_bytes()
    result = run("upgrade", old, "-o", "new/new.json")
    assert result.exit_code == 0
    assert "wrote new/new.json" in result.stdout
    upgraded = read(tmp_path / "new" / "new.json")["ome"]
    assert [one["path"]["path"] for one in upgraded["nodes"]] == ["../raw.zarr", "../labels.zarr"]
    assert upgraded["nodes"][1]["attributes"]["labels"]["source"] == [{"id": "raw"}]
    assert (tmp_path / old).read_bytes() == before
    again = run("upgrade", old, "-o", "new/new.json")
    assert again.exit_code == 2
    assert "is there already" in again.stderr


def test_the_version_is_written_only_if_it_is_given(run: Run, old: str, tmp_path: Path) -> None:
    assert run("upgrade", old, "--write", "--set-version", "1.0").exit_code == 0
    assert read(tmp_path / old)["ome"]["version"] == "1.0"


def test_what_is_left_is_listed_and_the_code_says_so(run: Run, write: Write) -> None:
    raw = {"type": "multiscale", "id": "raw", "name": "raw", "nodes": []}
    name = write("x.json", document(raw))
    result = run("upgrade", name, "--write")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "? root/raw  /ome/nodes/0  multiscale-coordinate-systems"
    assert "The draft did not ask for the coordinate systems of an image." in lines[1]
    assert lines[-1] == "x.json: no steps to v1-2026-08, 1 undecided"


def test_json_has_the_steps_and_what_was_left(run: Run, old: str, tmp_path: Path) -> None:
    said = json.loads(run("upgrade", old, "--format", "json").stdout)
    assert list(said) == ["to", "steps", "undecided", "document", "written"]
    assert [step["rule"] for step in said["steps"]] == ["reference-object"]
    written = json.loads(run("upgrade", old, "--write", "--format", "json").stdout)
    assert written["written"] == [(tmp_path / old).as_uri()]


def test_a_group_is_upgraded_and_the_rest_of_its_file_is_kept(
    run: Run, write: Write, tmp_path: Path
) -> None:
    labels = image("labels", attributes={"labels": {"source": ["raw"]}})
    inner = document(image("raw"), labels)["ome"]
    group = {"zarr_format": 3, "node_type": "group", "attributes": {"lab": 1, "ome": inner}}
    write("c.zarr/zarr.json", group)
    assert run("upgrade", "c.zarr", "--write").exit_code == 0
    written = read(tmp_path / "c.zarr" / "zarr.json")
    assert list(written) == list(group)
    assert written["attributes"]["lab"] == 1
    assert run("upgrade", "c.zarr").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-",), "standard input"),
        (("x.json", "--write", "-o", "y.json"), "give one"),
        (("x.json", "--to", "v2"), "v1-2026-08"),
        (("none.json",), "no such file"),
        (("bad.json",), "is not JSON"),
        (("x.json", "-o", "bad.json"), "is there already"),
    ],
)
def test_a_call_that_makes_no_sense_ends_with_2_and_one_line(
    run: Run, write: Write, arguments: tuple[str, ...], words: str
) -> None:
    write("x.json", document(node("a")))
    write("bad.json", b"{")
    result = run("upgrade", *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert words in result.stderr


def test_an_empty_version_ends_with_2_and_one_line(run: Run, write: Write) -> None:
    result = run("upgrade", write("x.json", document(node("a"))), "--set-version", "")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--set-version needs a version" in result.stderr
