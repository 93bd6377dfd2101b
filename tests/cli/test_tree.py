from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.samples import Run, Write, document, node, standalone, stub

HOSTILE = "[red]x[/red] \x1b[31m \ud800 \u202e\n"


def test_the_outline_shows_references_as_they_are(run: Run, plate: str) -> None:
    result = run("tree", plate)
    assert result.exit_code == 0
    assert result.stdout == (
        "collection plate\n  collection A -> ./wells/A.json\n  collection B -> wells/B.json\n"
    )
    assert result.stderr == ""


def test_inlined_it_shows_what_they_lead_to(run: Run, plate: str) -> None:
    result = run("tree", plate, "--inline")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "collection plate",
        "  collection A",
        "    collection label [acquisition]",
        "  collection B",
        "    collection image",
    ]


def test_follow_says_how_many_documents_deep(run: Run, plate: str) -> None:
    assert "-> ./wells/A.json" in run("tree", plate, "--inline", "--follow", "0").stdout
    assert "image" in run("tree", plate, "--inline", "--follow", "1").stdout
    assert run("tree", plate, "--inline", "--follow", "0").exit_code == 0


def test_follow_without_inline_ends_with_2(run: Run, plate: str) -> None:
    result = run("tree", plate, "--follow", "1")
    assert result.exit_code == 2
    assert "--inline" in result.stderr


def test_depth_width_and_lines_limit_the_text(run: Run, write: Write) -> None:
    inner = [node(f"n{n}", nodes=[node(f"n{n}_inner")]) for n in range(30)]
    name = write("x.json", document(*inner))
    assert run("tree", name, "--depth", "0").stdout == "collection root ... 30 more\n"
    assert "inner" not in run("tree", name, "--depth", "1").stdout
    assert run("tree", name, "--width", "2").stdout.splitlines()[-1] == "  ... 28 more"
    assert len(run("tree", name, "--width", "30", "--lines", "31").stdout.splitlines()) == 31


def test_json_has_every_node_in_order(run: Run, plate: str, tmp_path: Path) -> None:
    result = run("tree", plate, "--inline", "--format", "json")
    assert result.exit_code == 0
    rows = json.loads(result.stdout)
    assert [(row["level"], row["id"], row["children"]) for row in rows] == [
        (0, "plate", 2),
        (1, "A", 1),
        (2, "label", 0),
        (1, "B", 1),
        (2, "image", 0),
    ]
    assert rows[2]["document"] == (tmp_path / "wells" / "A.json").as_uri()
    assert rows[2]["attributes"] == ["acquisition"]
    assert all(row["path"] is None for row in rows)


def test_json_has_the_paths_of_references_and_obeys_depth(run: Run, plate: str) -> None:
    rows = json.loads(run("tree", plate, "--format", "json").stdout)
    assert [row["path"] for row in rows] == [
        None,
        {"type": "json", "path": "./wells/A.json"},
        {"type": "json", "path": "wells/B.json"},
    ]
    rows = json.loads(run("tree", plate, "--format", "json", "--depth", "0").stdout)
    assert [(row["id"], row["children"]) for row in rows] == [("plate", 2)]


def test_json_shows_nodes_however_deep_they_are(run: Run, write: Write) -> None:
    # By hand: the JSON of Python does not write what is nested so deeply.
    text = '{"ome": {"type": "collection", "version": "0.9", "id": "n0", "nodes": ['
    inner = '{"type": "collection", "id": "x", "nodes": ['
    name = write("x.json", (text + inner * 3000 + "]}" * 3000 + "]}}").encode())
    rows = json.loads(run("tree", name, "--format", "json").stdout)
    assert len(rows) == 3001
    assert rows[-1]["level"] == 3000


def test_hostile_text_is_printed_harmlessly(run: Run, write: Write) -> None:
    hostile = node(HOSTILE, type=HOSTILE, attributes={HOSTILE: 1})
    name = write("x.json", document(hostile, stub("s", HOSTILE)))
    result = run("tree", name)
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 3
    assert "\\x1b[31m" in result.stdout
    for character in ("\x1b", "\ud800", "\u202e"):
        assert character not in result.stdout
    as_json = run("tree", name, "--format", "json").stdout
    assert as_json.isascii()
    assert "\x1b" not in as_json
    assert json.loads(as_json)[1]["id"] == HOSTILE


def test_references_that_are_not_followed_go_to_standard_error_and_end_with_1(
    run: Run, write: Write
) -> None:
    elsewhere = stub("far", "https://example.org/a.json")
    name = write("x.json", document(stub("gone", "./gone.json"), elsewhere))
    result = run("tree", name, "--inline")
    assert result.exit_code == 1
    assert "collection gone -> ./gone.json" in result.stdout
    assert "not followed" not in result.stdout
    lines = result.stderr.splitlines()
    assert lines[0] == "ngio-collections: 2 references were not followed:"
    assert "  1 missing: there is no such document" in lines
    assert "  1 forbidden: the access policy or the store refuses it" in lines
    assert "    x.json#/ome/nodes/0: missing: gone.json there is no such file" in lines
    assert "reads local files only" in lines[-1]
    assert run("tree", name).exit_code == 0


def test_of_many_references_that_are_not_followed_twenty_are_written_out(
    run: Run, write: Write
) -> None:
    name = write("x.json", document(*[stub(f"s{n}", f"./{n}.json") for n in range(500)]))
    result = run("tree", name, "--inline")
    lines = result.stderr.splitlines()
    assert lines[0] == "ngio-collections: 500 references were not followed:"
    assert lines[-1].strip() == "... 480 more"
    assert len(lines) == 23


def test_a_cycle_is_no_failure(run: Run, write: Write) -> None:
    name = write("x.json", standalone("x", stub("again", "./x.json")))
    result = run("tree", name, "--inline")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert "-> ./x.json" in result.stdout


@pytest.mark.parametrize(
    "case",
    [
        ("missing.json", None, "there is no such file"),
        ("x.json", b"{ no", "not JSON"),
        ("x.json", b"{}", "holds no OME-Zarr metadata"),
        ("https://example.org/a.json", None, "no local file"),
        ("https:/example.org/a.json", None, "lost a slash"),
        ("nul\0byte", None, "NUL"),
        ("x" * 5_000, None, ""),
        ("a\nb\x1b[31m.json", None, "there is no such file"),
    ],
    ids=lambda case: case[0][:20],
)
def test_what_cannot_be_read_ends_with_2_and_one_line(
    run: Run, write: Write, case: tuple[str, bytes | None, str]
) -> None:
    name, content, words = case
    write("other.json", document())
    if content is not None:
        write(name, content)
    for options in ((), ("--inline",), ("--format", "json")):
        result = run("tree", name, *options)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr.count("\n") == 1
        assert words in result.stderr
        assert "\x1b" not in result.stderr


def test_a_file_url_and_a_zarr_group_are_documents_too(
    run: Run, write: Write, tmp_path: Path
) -> None:
    write("x.zarr/zarr.json", {"zarr_format": 3, "node_type": "group", "attributes": document()})
    for location in ("x.zarr", (tmp_path / "x.zarr").as_uri(), "x.zarr/zarr.json"):
        assert run("tree", location).stdout == "collection root\n"
