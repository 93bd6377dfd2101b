"""`validate --view`, and choosing rules."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.samples import Run, Write, stub

PLATE = {"rows": [{"id": "A"}], "columns": [{"id": "1"}]}


def _collection(id: str, nodes: list[Any], **attributes: Any) -> dict[str, Any]:
    node = {"version": "0.9", "type": "collection", "id": id, "nodes": nodes}
    return {"ome": {**node, "attributes": attributes}}


def _well(row: str) -> dict[str, Any]:
    plate = {"type": "json", "path": "../plate.json"}
    return {"row": {"id": row, "path": plate}, "column": {"id": "1", "path": plate}}


@pytest.fixture
def collection(write: Write) -> str:
    """A plate and a well in a row that the plate does not have."""
    write("wells/A1.json", _collection("A1", [], well=_well("B")))
    return write("plate.json", _collection("plate", [stub("A1", "./wells/A1.json")], plate=PLATE))


def test_only_a_view_shows_what_documents_say_wrongly_of_each_other(
    run: Run, collection: str
) -> None:
    assert run("validate", collection, "--recursive").exit_code == 0
    result = run("validate", collection, "--view", "--format", "json")
    assert result.exit_code == 1
    (finding,) = json.loads(result.stdout)
    assert finding["rule"] == "reference-target"
    assert finding["document"] == "wells/A1.json"
    assert finding["pointer"] == "/ome/attributes/well/row"


def test_a_view_knows_the_line_of_a_finding(run: Run, collection: str) -> None:
    result = run("validate", collection, "--view", "--format", "github")
    assert result.stdout.startswith("::error file=wells/A1.json,line=1,")


def test_what_was_not_followed_is_told(run: Run, write: Write) -> None:
    plate = write("plate.json", _collection("plate", [stub("A1", "./gone.json")]))
    result = run("validate", plate, "--view")
    assert result.exit_code == 1
    assert "path-target" in result.stdout
    assert "gone.json" in result.stderr


def test_an_entry_that_cannot_be_read_is_told_and_the_others_are_checked(
    run: Run, collection: str
) -> None:
    result = run("validate", "gone.json", collection, "--view")
    assert result.exit_code == 2
    assert "gone.json" in result.stderr
    assert "reference-target" in result.stdout


def test_depth_ends_a_view(run: Run, collection: str) -> None:
    assert run("validate", collection, "--view", "--depth", "0").exit_code == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--recursive", "--view"), "give one"),
        (("--depth", "1"), "--recursive or --view"),
        (("--rule", "hsc"), "did you mean hcs"),
        (("--ignore", "no-such-rule"), "there is no rule"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    run: Run, collection: str, options: tuple[str, ...], words: str
) -> None:
    result = run("validate", collection, *options)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        ((), {"labels-object", "plate-fields", "node-name"}),
        (("--rule", "hcs"), {"plate-fields"}),
        (("--rule", "hcs", "--rule", "labels"), {"labels-object", "plate-fields"}),
        (("--ignore", "hcs"), {"labels-object", "node-name"}),
        (("--rule", "node-", "--ignore", "node-name"), set()),
    ],
)
@pytest.mark.parametrize("following", [(), ("--recursive",), ("--view",)])
def test_rules_are_chosen_and_left_out(
    run: Run,
    write: Write,
    following: tuple[str, ...],
    options: tuple[str, ...],
    rules: set[str],
) -> None:
    broken = _collection("x", [], labels=1, plate=1)
    broken["ome"]["name"] = ""
    path = write("x.json", broken)
    result = run("validate", path, *options, *following, "--format", "json")
    assert {finding["rule"] for finding in json.loads(result.stdout)} == rules
    assert result.exit_code == (1 if rules else 0)
