from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.samples import Process, Run, Write, document, node, standalone, stub


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


@pytest.fixture
def wells(write: Write) -> str:
    """A plate whose well, in a document of its own, has ids that are none."""
    write("plate.json", standalone("plate", stub("A", "./wells/A.json"), node("a b")))
    write("wells/A.json", standalone("A", node("im 1"), node("im", version="0.9")))
    return "plate.json"


def test_what_can_be_mended_is_shown_as_a_difference_and_nothing_is_written(
    run: Run, write: Write, tmp_path: Path
) -> None:
    nodes = [node("a b"), {"type": "collection", "name": "c", "nodes": []}]
    name = write("x.json", document(*nodes))
    before = (tmp_path / name).read_bytes()
    result = run("fix", name)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "x.json",
        "  root/a b  /ome/nodes/0/id  node-id",
        "    Rename the id 'a b' of this collection to 'a_b'.",
        '    - /ome/nodes/0/id: "a b"',
        '    + /ome/nodes/0/id: "a_b"',
        "  root/c  /ome/nodes/1  node-id-required",
        "    Give this collection the id 'c'.",
        '    + /ome/nodes/1/id: "c"',
        "1 document, 2 fixes to make with --write",
    ]
    assert (tmp_path / name).read_bytes() == before


def test_write_mends_the_documents_and_says_which(run: Run, wells: str, tmp_path: Path) -> None:
    result = run("fix", wells, "wells/A.json", "--write")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "wrote wells/A.json (2 fixes)",
        "wrote plate.json (1 fix)",
        "2 documents, 3 fixes made",
    ]
    well = read(tmp_path / "wells" / "A.json")["ome"]
    assert [one["id"] for one in well["nodes"]] == ["im_1", "im"]
    assert run("validate", wells, "wells/A.json").exit_code == 0
    again = run("fix", wells, "wells/A.json", "--write")
    assert again.exit_code == 0
    assert again.stdout == "2 documents, nothing to fix\n"


def test_recursive_mends_what_is_referred_to_as_well(run: Run, wells: str, tmp_path: Path) -> None:
    assert "1 document, 1 fix" in run("fix", wells).stdout
    assert "1 document, 1 fix" in run("fix", wells, "-r", "--depth", "0").stdout
    result = run("fix", wells, "--recursive", "--write")
    assert result.exit_code == 0
    assert "2 documents, 3 fixes made" in result.stdout
    assert read(tmp_path / "wells" / "A.json")["ome"]["nodes"][0]["id"] == "im_1"
    assert run("validate", wells, "--recursive").exit_code == 0


def test_references_in_other_documents_follow_and_are_shown(
    run: Run, write: Write, tmp_path: Path
) -> None:
    path = {"type": "json", "path": "./a.json"}
    acquisition = {"acquisition": {"id": "im 1", "path": path}}
    plate = {"plate": {"rows": [], "columns": [], "acquisitions": [{"id": "im 1"}]}}
    write("a.json", standalone("a", attributes=plate))
    image = {**node("im"), "attributes": acquisition}
    write("b.json", document(stub("a", "./a.json"), image))
    shown = run("fix", "b.json", "-r")
    assert shown.exit_code == 1
    assert '    + b.json#/ome/nodes/1/attributes/acquisition/id: "im_1"' in shown.stdout
    assert "and 1 reference" not in shown.stdout
    written = run("fix", "b.json", "-r", "--write")
    assert "wrote a.json (1 fix)" in written.stdout
    assert "wrote b.json (1 fix)" in written.stdout
    assert read(tmp_path / "b.json")["ome"]["nodes"][1]["attributes"]["acquisition"]["id"] == "im_1"
    assert run("fix", "b.json", "-r").exit_code == 0


def test_json_has_every_fix_with_its_patch_and_what_was_written(
    run: Run, wells: str, tmp_path: Path
) -> None:
    result = run("fix", wells, "-r", "--format", "json")
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert said["written"] == []
    assert [one["rule"] for one in said["fixes"]] == ["node-id", "node-id", "inner-version"]
    assert said["fixes"][0]["document"] == (tmp_path / wells).as_uri()
    written = json.loads(run("fix", wells, "-r", "--write", "--format", "json").stdout)
    assert written["fixes"] == said["fixes"]
    assert set(written["written"]) == {one["document"] for one in said["fixes"]}


def test_what_leaves_something_to_decide_is_shown_and_made_only_if_asked_for(
    run: Run, write: Write, tmp_path: Path
) -> None:
    name = write("x.json", document(node("a", version="0.8")))
    shown = run("fix", name)
    assert shown.exit_code == 1
    assert "(not made: there is something to decide)" in shown.stdout
    assert "? The node says '0.8' and its document '0.9.dev3'" in shown.stdout
    left = "1 document, 1 fix with something to decide (--unsafe makes them)"
    assert shown.stdout.splitlines()[-1] == left
    written = run("fix", name, "--write")
    assert (written.exit_code, written.stdout) == (1, f"{left}\n")
    assert run("fix", name, "--unsafe").exit_code == 1
    assert run("fix", name, "--unsafe", "--write").exit_code == 0
    assert "version" not in read(tmp_path / name)["ome"]["nodes"][0]


def test_the_profile_and_the_revision_say_what_a_mistake_is(run: Run, write: Write) -> None:
    name = write("x.json", {"ome": {**node("a"), "version": "0.9", "id": "a"}})
    bare = write("y.json", document({"type": "collection", "name": "b", "nodes": []}))
    assert run("fix", name, bare).exit_code == 1
    assert run("fix", name, bare, "--profile", "rfc8").exit_code == 0
    old = {"profile": "rfc8", "revision": "draft-2026-04"}
    options = [part for key, value in old.items() for part in (f"--{key}", value)]
    assert run("fix", name, bare, *options).exit_code == 0
    assert run("fix", name, "--profile", "other").exit_code == 2


def test_a_node_in_the_wrong_place_of_a_group_is_moved_and_the_rest_is_kept(
    run: Run, write: Write, tmp_path: Path
) -> None:
    group = {"zarr_format": 3, "node_type": "group", "lab": [1.0, 10**30]}
    write("c.zarr/zarr.json", {**group, "ome": {**node("c"), "version": "0.9"}})
    assert "> /ome -> /attributes/ome" in run("fix", "c.zarr").stdout
    assert run("fix", "c.zarr", "--write").exit_code == 0
    written = read(tmp_path / "c.zarr" / "zarr.json")
    assert list(written) == [*group, "attributes"]
    assert written["lab"] == group["lab"]
    assert run("validate", "c.zarr").exit_code == 0


def test_the_layout_of_a_file_is_kept(run: Run, write: Write, tmp_path: Path) -> None:
    name = write("x.json", json.dumps(document(node("a b")), indent=3).encode() + b"\n")
    run("fix", name, "--write")
    text = (tmp_path / name).read_text("utf-8")
    assert text == json.dumps(document({**node("a b"), "id": "a_b"}), indent=3) + "\n"


def test_how_a_file_was_written_by_hand_is_not_kept(run: Run, write: Write, tmp_path: Path) -> None:
    """What docs/fixing.md says of it."""
    lines = ["{", '  "ome": {', '    "type": "collection", "version": "0.9", "id": "a b",']
    lines += ['    "lab:x": [1E5, 2], "lab:y": "\\u00f6", "nodes": []', "  }", "}"]
    name = write("x.json", b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    assert run("fix", name, "--write").exit_code == 0
    text = (tmp_path / name).read_bytes().decode("utf-8")
    assert text.startswith('{\r\n  "ome": {\r\n    "type": "collection",\r\n')
    assert '"lab:x": [\r\n      100000.0,\r\n      2\r\n    ]' in text
    assert '"lab:y": "\u00f6"' in text


def test_many_mends_of_one_kind_are_counted(run: Run, write: Write) -> None:
    name = write("x.json", document(*(node(f"n {number}") for number in range(50))))
    result = run("fix", name)
    assert "  ... 30 more of node-id" in result.stdout
    assert "50 fixes to make" in result.stdout
    assert len(result.stdout.splitlines()) < 90


def test_what_cannot_be_read_is_told_and_the_others_are_mended(
    run: Run, write: Write, tmp_path: Path
) -> None:
    name = write("x.json", document(node("a b")))
    write("y.json", b"{")
    result = run("fix", name, "y.json", "none.json", "--write")
    assert result.exit_code == 2
    assert "y.json: is not JSON" in result.stderr
    assert "none.json: there is no such file" in result.stderr
    assert "1 document, 1 fix made, 2 could not be read" in result.stdout
    assert read(tmp_path / name)["ome"]["nodes"][0]["id"] == "a_b"


def test_references_that_were_not_followed_are_told(run: Run, write: Write) -> None:
    name = write("x.json", document(stub("gone", "./gone.json")))
    result = run("fix", name, "-r")
    assert result.exit_code == 1
    assert "1 reference was not followed" in result.stderr
    assert run("fix", name).exit_code == 0


def test_a_file_with_a_key_twice_is_not_written(run: Run, write: Write, tmp_path: Path) -> None:
    text = json.dumps(document(node("a b"))).replace('"id": "root"', '"id": "x", "id": "root"')
    name = write("x.json", text.encode())
    result = run("fix", name, "--write")
    assert result.exit_code == 2
    assert "has a key twice" in result.stderr
    assert (tmp_path / name).read_text("utf-8") == text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-",), "standard input"),
        (("x.json", "--depth", "1"), "--recursive"),
        (("https://example.org/x.json",), "no local file"),
        (("x.json", "--root", "elsewhere"), "outside of the folder"),
    ],
)
def test_a_call_that_makes_no_sense_ends_with_2_and_one_line(
    run: Run, write: Write, arguments: tuple[str, ...], words: str
) -> None:
    write("x.json", document(node("a b")))
    result = run("fix", *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert words in result.stderr


def test_hostile_ids_are_printed_harmlessly(run: Run, write: Write) -> None:
    name = write("x.json", document(node("a\x1b[31m\nb" + "x" * 5000)))
    result = run("fix", name)
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) < 2200
    assert len(result.stdout.splitlines()) == 6


def test_it_works_as_a_process_of_its_own(process: Process, write: Write, tmp_path: Path) -> None:
    write("x.json", document(node("a b")))
    assert process("fix", "x.json", cwd=tmp_path).returncode == 1
    done = process("fix", "x.json", "--write", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.splitlines()[0] == b"wrote x.json (1 fix)"


def test_what_only_a_reference_leads_to_is_mended_where_it_is_named(
    run: Run, write: Write, tmp_path: Path
) -> None:
    source = {"id": "im 1", "path": {"type": "json", "path": "./im.json"}}
    image = {"type": "multiscale", "nodes": [], "version": "0.9", "id": "im 1", "name": "i"}
    image["attributes"] = {"coordinateSystems": [{"id": "c", "axes": [{"name": "x"}]}]}
    write("im.json", {"ome": image})
    label = {**node("q"), "attributes": {"labels": {"source": [source]}}}
    write("lab.json", {"ome": {**node("L", nodes=[label]), "version": "0.9"}})
    listed = json.loads(run("check-links", "lab.json", "--format", "json").stdout)["documents"]
    assert [url.rpartition("/")[2] for url in listed] == ["lab.json", "im.json"]
    alone = run("fix", "lab.json", "--recursive", "--write")
    assert "nothing to fix" in alone.stdout
    assert "reference-id" in run("validate", "lab.json", "--recursive").stdout
    assert run("fix", "lab.json", "im.json", "--write").exit_code == 0
    assert "reference-id" not in run("validate", "lab.json", "--recursive").stdout
    assert run("check-links", "lab.json").exit_code == 0
