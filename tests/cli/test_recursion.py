"""`validate --recursive`."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import ngio_collections as ngc
from tests.cli.samples import Run, Write, document, node, standalone, stub

HOSTILE = "\x1b[31m\u202e"


def test_every_document_is_checked_once(run: Run, plate: str) -> None:
    result = run("validate", plate, "--recursive")
    assert result.exit_code == 0
    assert result.stdout == "3 documents, no findings (profile ngio, v1-2026-08)\n"
    assert result.stderr == ""
    again = run("validate", plate, "wells/A.json", f"./{plate}", "-r")
    assert again.stdout == result.stdout  # Two names for the plate are no two plates.


def test_without_recursive_only_the_named_document_is_checked(run: Run, plate: str) -> None:
    assert run("validate", plate).stdout.startswith("1 document, ")


def test_findings_are_listed_under_the_document_that_they_are_in(
    run: Run, write: Write, plate: str
) -> None:
    write("wells/B.json", standalone("B", node("a b")))
    result = run("validate", plate, "--recursive")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "wells/B.json"
    assert "node-id  /ome/nodes/0/id" in result.stdout
    as_json = run("validate", plate, "--recursive", "--format", "json")
    assert as_json.exit_code == 1
    entries = json.loads(as_json.stdout)
    assert [(entry["document"], entry["rule"]) for entry in entries] == [
        ("wells/B.json", "node-id")
    ]


def test_documents_outside_of_the_working_directory_are_named_by_their_whole_path(
    run: Run, write: Write, plate: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("wells/B.json", standalone("B", node("a b")))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    entries = json.loads(run("validate", f"../{plate}", "-r", "--format", "json").stdout)
    assert entries[0]["document"] == (tmp_path / "wells" / "B.json").as_posix()


def test_references_that_are_not_followed_go_to_standard_error_and_end_with_1(
    run: Run, write: Write
) -> None:
    write("bad.json", b"{ no")
    name = write("x.json", document(stub("gone", "./gone.json"), stub("bad", "./bad.json")))
    result = run("validate", name, "--recursive")
    assert result.exit_code == 1
    last = result.stdout.splitlines()[-1]
    assert last.startswith("1 document, 2 findings at MUST, 0 at SHOULD, 2 references not followed")
    assert "ngio-collections: 2 references were not followed:" in result.stderr
    assert "1 missing" in result.stderr
    assert "1 malformed" in result.stderr
    as_json = run("validate", name, "--recursive", "--format", "json")
    assert as_json.exit_code == 1
    found = [(one["document"], one["rule"], one["pointer"]) for one in json.loads(as_json.stdout)]
    assert found == [(name, "path-target", f"/ome/nodes/{at}") for at in (0, 1)]
    assert "1 missing" in as_json.stderr
    without = run("validate", name, "--recursive", "--ignore", "path-target", "--format", "json")
    assert (without.exit_code, json.loads(without.stdout)) == (1, [])


def test_the_command_finds_what_python_finds(run: Run, write: Write, tmp_path: Path) -> None:
    write("rec/a.json", b"{ no")
    write("rec/d.json", {"ome": 5})
    write("rec/w.json", standalone("w", node("a b"), stub("gone", "./gone.json")))
    stubs = [stub(one, f"./{one}.json") for one in ("a", "d", "w")]
    name = write("rec/p.json", standalone("p", *stubs, {"type": "multiscale", "id": "im"}))

    def told(*options: str) -> list[tuple[str, str, str, str]]:
        said = json.loads(run("validate", *options, "--format", "json").stdout)
        keys = ("document", "rule", "pointer", "found")
        return sorted(tuple(one[key] for key in keys) for one in said)

    def found(findings: Any) -> list[tuple[str, str, str, str]]:
        here = f"{tmp_path.as_uri()}/"
        return sorted((f.document.removeprefix(here), f.rule, f.pointer, f.found) for f in findings)

    every = found(ngc.iter_findings(name, recursive=True, level="MAY"))
    assert Counter(rule for _, rule, _, _ in every) == {
        "path-target": 3,
        "node-id": 1,
        "multiscale-coordinate-systems": 1,
        "multiscale-nodes-or-path": 1,
    }
    assert told(name, "-r") == every
    assert found(ngc.validate(name, recursive=True, level="MAY")) == every
    assert told(name) == found(ngc.validate(name, level="MAY"))
    text, url = Path(name).read_bytes(), Path(name).absolute().as_uri()
    assert told(name) == found(ngc.validate_document(text, url=url))


def test_what_stands_in_the_place_of_a_node_is_a_finding_by_every_route(
    run: Run, write: Write, tmp_path: Path
) -> None:
    name = write("d.json", {"ome": 5})
    (said,) = json.loads(run("validate", name, "--format", "json").stdout)
    for finding in (
        *ngc.validate(name),
        *ngc.iter_findings(name, recursive=True),
        *ngc.validate_document(Path(name).read_bytes()),
    ):
        assert (finding.rule, finding.pointer, finding.found) == (
            *("node-object", said["pointer"], said["found"]),
        )
    none = write("e.json", {"other": 5})
    with pytest.raises(ngc.NotOmeError):
        ngc.validate(none)
    with pytest.raises(ngc.NotOmeError):
        ngc.validate_document(Path(none).read_bytes())
    assert run("validate", none).exit_code == 2


def test_what_lies_deeper_than_was_asked_for_is_no_failure(run: Run, write: Write) -> None:
    write("z.json", standalone("z", node("a b")))
    write("y.json", standalone("y", stub("z", "./z.json")))
    name = write("x.json", document(stub("y", "./y.json")))
    assert run("validate", name, "-r").stdout.splitlines()[0] == "z.json"
    limited = run("validate", name, "-r", "--depth", "1")
    assert limited.exit_code == 0
    assert limited.stdout.startswith("2 documents, no findings")
    assert limited.stderr == ""


def test_a_cycle_ends(run: Run, write: Write) -> None:
    write("y.json", standalone("y", stub("x", "./x.json")))
    name = write("x.json", standalone("x", stub("y", "./y.json")))
    result = run("validate", name, "-r")
    assert result.exit_code == 0
    assert result.stdout.startswith("2 documents, no findings")


def test_named_documents_that_cannot_be_read_end_with_2_and_the_others_are_followed(
    run: Run, write: Write, plate: str
) -> None:
    broken = write("broken.json", b"{ no")
    result = run("validate", "missing.json", plate, broken, "-r")
    assert result.exit_code == 2
    assert result.stdout.startswith("3 documents, no findings, 2 more could not be read")
    assert len(result.stderr.splitlines()) == 2
    only = run("validate", "missing.json", "-r")
    assert only.exit_code == 2
    assert only.stdout.startswith("0 documents, 1 could not be read")


def test_a_document_without_a_node_has_a_finding_and_is_not_followed(
    run: Run, write: Write
) -> None:
    name = write("x.json", {"ome": []})
    result = run("validate", name, "-r", "--format", "json")
    assert result.exit_code == 1
    assert len(json.loads(result.stdout)) == 1
    assert result.stderr == ""


def test_a_file_of_any_name_is_followed(run: Run, write: Write, plate: str) -> None:
    content: Any = json.loads(Path(plate).read_text("utf-8"))
    name = write("plate.txt", content)
    assert "\n3 documents, " in run("validate", name, "-r").stdout


def test_a_file_url_can_be_checked(run: Run, plate: str, tmp_path: Path) -> None:
    url = (tmp_path / plate).as_uri()
    assert run("validate", url).exit_code == 0
    assert run("validate", url, "-r").stdout.startswith("3 documents, ")


@pytest.mark.parametrize(
    ("url", "words"),
    [("https://example.org/a.json", "no local file"), ("file://host\0/a", "no address")],
)
def test_an_address_that_is_no_local_file_ends_with_2(run: Run, url: str, words: str) -> None:
    result = run("validate", url)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert words in result.stderr


def test_standard_input_cannot_be_followed(run: Run) -> None:
    result = run("validate", "-", "--recursive", stdin=b"{}")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "standard input has no address" in result.stderr


@pytest.mark.parametrize(
    "options", [("--depth", "1"), ("--root", "."), ("--allow", "https://example.org")]
)
def test_options_of_recursive_alone_end_with_2(
    run: Run, plate: str, options: tuple[str, str]
) -> None:
    result = run("validate", plate, *options)
    assert result.exit_code == 2
    assert "--recursive" in result.stderr


def test_hostile_names_of_documents_are_printed_harmlessly(run: Run, write: Write) -> None:
    write(f"{HOSTILE}.json", standalone("y", node("a b")))
    stubs = stub("y", f"./{HOSTILE}.json"), stub("gone", f"./gone{HOSTILE}.json")
    name = write("x.json", document(*stubs))
    result = run("validate", name, "-r")
    assert result.exit_code == 1
    assert result.stdout.startswith("\\x1b[31m\\u202e.json\n")
    assert "gone\\x1b[31m\\u202e.json" in result.stderr
    for character in HOSTILE[0], HOSTILE[-1]:
        assert character not in result.stdout + result.stderr
