from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections.cli._demo_plate import BREAKAGES, break_documents, plate_documents
from tests.cli.samples import Process, Run

NAMES = ["plate.json", *(f"wells/{well}.json" for well in ("A01", "A02", "B01", "B02"))]


def findings_of(documents: dict[str, Any], profile: str) -> list[tuple[str, str, str]]:
    return [
        (name, finding.rule, finding.pointer)
        for name, content in documents.items()
        for finding in ngc.validate_document(content, profile=profile, url=name)
    ]


def nodes_of(content: Any, type: str) -> list[Any]:
    found, stack = [], [content["ome"]]
    while stack:
        one = stack.pop()
        if one["type"] == type:
            found.append(one)
        stack.extend(reversed(one.get("nodes", [])))
    return found


@pytest.mark.parametrize("profile", ["ngio", "rfc8"])
def test_the_documents_of_the_demo_have_no_finding_at_any_level(profile: str) -> None:
    assert list(plate_documents()) == NAMES
    assert findings_of(plate_documents(), profile) == []


@pytest.mark.parametrize("profile", ["ngio", "rfc8"])
def test_the_broken_documents_have_exactly_one_finding_for_each_breakage(profile: str) -> None:
    found = findings_of(break_documents(plate_documents()), profile)
    assert len(found) == 3
    assert [(name, rule) for name, rule, _ in found] == [
        (breakage.file, breakage.rule) for breakage in BREAKAGES
    ]
    for (_, _, pointer), breakage in zip(found, BREAKAGES, strict=True):
        place = "".join(f"/{part}" for part in breakage.pointer)
        assert place.startswith(pointer)


def test_breaking_leaves_the_documents_as_they_were() -> None:
    documents = plate_documents()
    assert break_documents(documents) != documents
    assert documents == plate_documents()


def test_the_plate_points_to_one_document_for_each_well() -> None:
    documents = plate_documents()
    wells = documents["plate.json"]["ome"]["nodes"]
    assert [well["path"] for well in wells] == [
        {"type": "json", "path": f"./{name}"} for name in NAMES[1:]
    ]
    for well, name in zip(wells, NAMES[1:], strict=True):
        root = documents[name]["ome"]
        assert (root["type"], root["id"], root["name"]) == ("collection", well["id"], well["name"])


@pytest.mark.parametrize("name", NAMES[1:])
def test_a_well_refers_to_things_that_the_plate_declares(name: str) -> None:
    documents = plate_documents()
    plate = documents["plate.json"]["ome"]["attributes"]["plate"]
    well = documents[name]["ome"]
    place = well["attributes"]["well"]
    references = [(place["row"], "rows"), (place["column"], "columns")]
    images = nodes_of(documents[name], "multiscale")
    references += [(image["attributes"]["acquisition"], "acquisitions") for image in images]
    assert len(references) == 6
    for reference, kind in references:
        assert reference["path"] == {"type": "json", "path": "../plate.json"}
        assert reference["id"] in {entry["id"] for entry in plate[kind]}
    row, column = (place[key]["id"].partition("_")[2] for key in ("row", "column"))
    assert f"{row}{column}.json" == Path(name).name


@pytest.mark.parametrize("name", NAMES[1:])
def test_a_well_has_two_images_with_two_levels_and_the_nuclei_of_each(name: str) -> None:
    images = nodes_of(plate_documents()[name], "multiscale")
    assert [len(image["nodes"]) for image in images] == [2, 2, 2, 2]
    for image, nuclei in zip(images[::2], images[1::2], strict=True):
        assert "labels" not in image["attributes"]
        assert nuclei["attributes"]["labels"]["source"] == [{"id": image["id"]}]


@pytest.mark.parametrize("name", NAMES[1:])
def test_the_scene_of_a_well_puts_its_two_fields_side_by_side(name: str) -> None:
    content = plate_documents()[name]
    scene = content["ome"]["attributes"]["scene"]
    placed = [t for t in scene["coordinateTransformations"] if t["type"] == "translation"]
    fields = nodes_of(content, "multiscale")[::2]
    assert [t["input"]["id"] for t in placed] == [
        field["attributes"]["coordinateSystems"][0]["id"] for field in fields
    ]
    assert {t["output"]["id"] for t in placed} == {scene["coordinateSystems"][0]["id"]}
    assert [t["translation"] for t in placed] == [[0.0, 0.0], [0.0, 665.6]]


def test_the_demo_writes_checks_edits_breaks_and_shows_the_three_findings(
    run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "plate"
    result = run("demo", str(folder))
    assert result.exit_code == 0
    assert result.stderr == ""
    for name, content in break_documents(plate_documents()).items():
        assert json.loads((folder / "broken" / name).read_text("utf-8")) == content
    assert "profile ngio (v1-2026-08): 5 documents, no findings" in result.stdout
    assert "profile rfc8 (v1-2026-08): 5 documents, no findings" in result.stdout
    assert "3. Opened as one tree: 53 nodes of 5 documents:" in result.stdout
    for breakage in BREAKAGES:
        assert breakage.rule in result.stdout
        assert breakage.what in result.stdout
    assert "5 documents, 3 findings at MUST, 0 at SHOULD" in result.stdout


def test_the_demo_edits_two_nodes_and_says_which_two_files_that_changed(
    run: Run, tmp_path: Path
) -> None:
    lines = [line.strip() for line in run("demo", str(tmp_path / "plate")).stdout.splitlines()]
    written = {name: json.loads((tmp_path / "plate" / name).read_text("utf-8")) for name in NAMES}
    original = plate_documents()
    changed = [name for name in NAMES if written[name] != original[name]]
    assert changed == ["wells/A01.json", "wells/B02.json"]
    for name in NAMES:
        said = f"wrote       {name}" if name in changed else f"left as is  {name}"
        assert said in lines
    differences = [
        str(ngc.diff(ngc.as_tree(original[name]["ome"]).root, ngc.as_tree(content["ome"]).root))
        for name, content in written.items()
        if name in changed
    ]
    assert [line.partition(": ")[2] for line in differences] == ["demo:focus set", "renamed"]
    assert findings_of(written, "ngio") == []


def test_without_a_folder_the_demo_makes_one_where_it_is_run(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("demo").exit_code == 0
    assert (tmp_path / "ngio-collections-demo" / "plate.json").is_file()


def test_the_demo_writes_into_an_empty_folder(run: Run, tmp_path: Path) -> None:
    assert run("demo", str(tmp_path)).exit_code == 0


def test_the_demo_refuses_a_folder_that_is_not_empty(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep", "utf-8")
    result = run("demo", str(tmp_path))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "is not empty" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_demo_refuses_a_file_in_the_place_of_the_folder(run: Run, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("keep", "utf-8")
    for target in (taken, taken / "below"):
        result = run("demo", str(target))
        assert result.exit_code == 2
        assert result.stderr.count("\n") == 1
    assert taken.read_text("utf-8") == "keep"


def test_a_folder_that_cannot_be_written_ends_with_2(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: str, data: bytes) -> None:
        raise PermissionError(13, "Permission denied", folder)

    monkeypatch.setattr("ngio_collections.store._local.staged", refuse)
    result = run("demo", str(tmp_path / "plate"))
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "B02.json" in result.stderr
    assert "Permission denied" in result.stderr


def test_every_command_that_the_demo_suggests_works(
    run: Run, process: Process, tmp_path: Path
) -> None:
    lines = run("demo", str(tmp_path / "a plate"), columns=40).stdout.splitlines()
    commands = [line.strip() for line in lines if line.strip().startswith("ngio-collections ")]
    assert len(commands) == 7
    codes = [process(*shlex.split(command)[1:], cwd=tmp_path).returncode for command in commands]
    assert codes == [0, 1, 0, 1, 0, 0, 0]
