from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.samples import Run, Write, document, node, standalone, stub

HOSTILE = "\x1b[31m[red]\u202e"


def test_a_collection_without_dangling_references_ends_with_0(run: Run, plate: str) -> None:
    result = run("check-links", plate)
    assert result.exit_code == 0
    assert result.stdout == "3 documents, every reference leads somewhere\n"
    assert result.stderr == ""


def test_a_reference_that_leads_nowhere_ends_with_1(run: Run, write: Write) -> None:
    lost = node("lost", attributes={"source": {"id": "nobody"}})
    there = {"id": "nobody", "path": {"type": "json", "path": "./y.json"}}
    astray = node("astray", attributes={"source": there})
    write("y.json", standalone("y"))
    name = write("x.json", document(stub("gone", "./gone.json"), lost, astray))
    result = run("check-links", name)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "x.json#/ome/nodes/0: missing: gone.json there is no such file"
    assert lines[1].startswith("x.json#/ome/nodes/1/attributes/source: dangling: x.json")
    assert lines[2].startswith("x.json#/ome/nodes/2/attributes/source: dangling: y.json")
    assert lines[3] == "2 documents, 3 references lead nowhere: 1 missing, 2 dangling"
    assert result.stderr == ""


def test_json_is_the_report(run: Run, write: Write, tmp_path: Path) -> None:
    name = write("x.json", document(stub("gone", "./gone.json")))
    result = run("check-links", name, "--format", "json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["documents"] == [(tmp_path / "x.json").as_uri()]
    assert report["unfollowed"] == [
        {
            "kind": "missing",
            "document": (tmp_path / "x.json").as_uri(),
            "pointer": "/ome/nodes/0",
            "target": (tmp_path / "gone.json").as_uri(),
            "cause": "there is no such file",
        }
    ]


def test_of_many_of_one_kind_twenty_are_shown_as_text_and_all_as_json(
    run: Run, write: Write
) -> None:
    stubs = [stub(f"s{n}", f"./{n}.json") for n in range(100)]
    lost = node("lost", attributes={"source": {"id": "nobody"}})
    name = write("x.json", document(*stubs, lost))
    lines = run("check-links", name).stdout.splitlines()
    assert len(lines) == 20 + 1 + 1 + 1
    assert "... 80 more: missing" in lines
    assert any("dangling" in line for line in lines[:-1])
    report = json.loads(run("check-links", name, "--format", "json").stdout)
    assert len(report["unfollowed"]) == 101


def test_a_document_that_cannot_be_read_ends_with_2_and_the_others_are_checked(
    run: Run, write: Write
) -> None:
    name = write("x.json", document(stub("gone", "./gone.json")))
    broken = write("broken.json", b"{ no")
    result = run("check-links", "missing.json", name, broken, name)
    assert result.exit_code == 2
    assert "x.json#/ome/nodes/0: missing" in result.stdout
    assert "1 document, 1 reference leads nowhere: 1 missing, 2 more could not be read" in (
        result.stdout
    )
    assert len(result.stderr.splitlines()) == 2
    assert "missing.json: there is no such file" in result.stderr
    assert "broken.json: is not JSON" in result.stderr


def test_nothing_that_can_be_read_is_an_empty_report(run: Run, write: Write) -> None:
    write("x.json", document())
    result = run("check-links", "missing.json", "--format", "json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["documents"] == []
    assert run("check-links", "missing.json").stdout == "0 documents, 1 could not be read\n"


def test_depth_ends_what_is_looked_at(run: Run, write: Write) -> None:
    write("y.json", standalone("y", stub("gone", "./gone.json")))
    name = write("x.json", document(stub("y", "./y.json")))
    assert run("check-links", name).exit_code == 1
    assert run("check-links", name, "--depth", "1").exit_code == 0
    assert run("check-links", name, "--depth", "-1").exit_code == 2


def test_the_paths_of_levels_are_looked_at_if_that_is_asked_for(run: Run, write: Write) -> None:
    level = {"type": "singlescale", "id": "s0", "path": {"type": "zarr", "path": "./gone"}}
    name = write("x.json", document({"type": "multiscale", "id": "image", "nodes": [level]}))
    assert run("check-links", name).exit_code == 0
    assert run("check-links", name, "--levels").exit_code == 1


@pytest.mark.parametrize("format", ["text", "json"])
def test_hostile_text_is_printed_harmlessly(run: Run, write: Write, format: str) -> None:
    lost = node("lost", attributes={"source": {"id": HOSTILE}})
    name = write("x.json", document(stub("gone", f"./{HOSTILE}.json"), lost, stub("bad", "nul\0")))
    result = run("check-links", name, "--format", format)
    assert result.exit_code == 1
    for character in ("\x1b", "\u202e", "\0"):
        assert character not in result.stdout + result.stderr


def test_calling_without_a_document_ends_with_2(run: Run) -> None:
    assert run("check-links").exit_code == 2


def test_references_beyond_the_depth_are_not_said_to_lead_somewhere(run: Run, write: Write) -> None:
    name = write("x.json", document(stub("gone", "./gone.json")))
    result = run("check-links", name, "--depth", "0")
    assert result.exit_code == 0
    assert result.stdout == (
        "1 document, every reference that was followed leads somewhere, "
        "1 reference beyond --depth not followed\n"
    )
