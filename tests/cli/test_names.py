"""What documents are called: the same in all commands, and each of them once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.samples import Run, Write, document, node, standalone, stub

ONE_DOCUMENT = [
    ("validate",),
    ("validate", "--view"),
    ("validate", "--recursive"),
    ("tree",),
    ("fix",),
    ("upgrade",),
    ("check-links",),
    ("consolidate",),
    ("table",),
]


@pytest.mark.parametrize("command", ONE_DOCUMENT, ids=" ".join)
def test_errors_call_a_document_by_its_name_in_the_working_directory(
    run: Run, write: Write, tmp_path: Path, command: tuple[str, ...]
) -> None:
    write("a folder/x.txt", b"")
    write("a folder/bad.json", b"{")
    for name, words in (
        ("a folder", "a folder: is a folder without a zarr.json; name a file in it"),
        ("a folder/gone.json", "a folder/gone.json: there is no such file"),
        ("a folder/bad.json", "a folder/bad.json: is not JSON"),
    ):
        result = run(*command, name)
        assert result.exit_code == 2
        assert f"ngio-collections: {words}" in result.stderr
        assert "file:" not in result.stderr


def test_the_working_directory_is_a_folder_like_others(run: Run) -> None:
    said = {run(*command, ".").stderr for command in ONE_DOCUMENT}
    assert said == {"ngio-collections: .: is a folder without a zarr.json; name a file in it\n"}


def test_names_inside_of_what_is_said_are_those_of_people(run: Run, write: Write) -> None:
    write("secret.json", standalone("secret"))
    name = write("inside/x.json", standalone("x", stub("s", "../secret.json")))
    said = run("tree", name, "--inline", "--root", "inside").stderr
    assert "secret.json is outside of inside, which references must not leave" in said
    assert "file:" not in said


@pytest.mark.parametrize("option", [(), ("--recursive",), ("--view",)])
def test_a_document_that_is_named_in_several_ways_is_checked_once(
    run: Run, write: Write, tmp_path: Path, option: tuple[str, ...]
) -> None:
    name = write("d/p.json", document(node("a b")))
    names = [name, "./d/p.json", "d/../d/p.json", str(tmp_path / name), (tmp_path / name).as_uri()]
    once = run("validate", name, *option, "--format", "json")
    several = run("validate", *names, *option, "--format", "json")
    assert [one["rule"] for one in json.loads(several.stdout)].count("node-id") == 1
    assert (several.stdout, several.exit_code) == (once.stdout, once.exit_code)
    assert run("validate", *names, *option).stdout == run("validate", name, *option).stdout


def test_a_folder_and_its_metadata_are_one_document(run: Run, write: Write) -> None:
    group = {"zarr_format": 3, "node_type": "group", "attributes": document(node("a b"))}
    write("im.zarr/zarr.json", group)
    said = run("validate", "im.zarr", "im.zarr/zarr.json", "./im.zarr", "--format", "json").stdout
    assert [one["rule"] for one in json.loads(said)].count("node-id") == 1
