from __future__ import annotations

import io
import json
from typing import Any

import pytest
from rich.console import Console

from ngio_collections import Finding, Level
from ngio_collections.cli._documents import Checked
from ngio_collections.cli._report import print_document, summary, to_json


def finding(rule: str = "node-id", **fields: Any) -> Finding:
    values: dict[str, Any] = {
        "rule": rule,
        "level": Level.MUST,
        "document": "plate.json",
        "pointer": "/ome/id",
        "message": "Found this; expected that. Do so.",
        "rfc": "rfcs:rfc8:v1:somewhere",
    }
    return Finding(**{**values, **fields})


def printed(
    *findings: Finding, document: str = "plate.json", width: int = 80, **options: Any
) -> str:
    file = io.StringIO()
    console = Console(file=file, width=width, markup=False, emoji=False, highlight=False, **options)
    print_document(console, document, findings)
    return file.getvalue()


def test_a_finding_shows_level_place_rule_message_and_section_under_its_document() -> None:
    assert printed(finding()).splitlines() == [
        "plate.json",
        "  MUST    /ome/id  node-id",
        "          Found this; expected that. Do so.",
        "          rfcs:rfc8:v1:somewhere",
        "",
    ]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_long_message_is_wrapped_under_its_heading_within_the_width(width: int) -> None:
    lines = printed(finding(message="word " * 80), width=width).splitlines()
    assert all(len(line) <= width for line in lines)
    assert all(line.startswith(" " * 10) for line in lines[2:-1])
    assert sum(line.count("word") for line in lines) == 80


def test_a_long_pointer_is_folded_and_never_cut() -> None:
    pointer = "/ome" + "/nodes/0" * 40
    text = printed(finding(pointer=pointer))
    assert pointer in "".join(text.split())
    assert all(len(line) <= 80 for line in text.splitlines())


def test_the_root_of_the_file_is_called_the_whole_document() -> None:
    assert "(the whole document)  node-id" in printed(finding(pointer=""))


def test_markup_and_control_characters_of_a_document_stay_text() -> None:
    hostile = "[red]x[/red] :smile: \x1b[2J\x1b]0;title\x07 \u202e \ud800 [/nothing] https://x"
    text = printed(
        finding(message=hostile, pointer=hostile, rule=hostile, rfc=hostile), document=hostile
    )
    for escape in ("\x1b", "\x07", "\u202e", "\ud800"):
        assert escape not in text
    unwrapped = "".join(text.split())
    assert (
        unwrapped.count("[red]x[/red]:smile:\\x1b[2J\\x1b]0;title\\x07\\u202e\\ud800[/nothing]")
        == 5
    )


def test_only_colours_of_our_own_reach_a_terminal() -> None:
    text = printed(finding(message="\x1b[32mgreen"), force_terminal=True, color_system="standard")
    assert "\x1b[1;31mMUST" in text
    assert "\x1b[32m" not in text


def test_of_many_findings_of_one_rule_twenty_are_shown_and_the_rest_counted() -> None:
    many = [finding(pointer=f"/ome/nodes/{n}/id") for n in range(500)]
    text = printed(*many, finding("node-name", pointer="/ome/name"))
    assert "/ome/nodes/19/id" in text
    assert "/ome/nodes/20/id" not in text
    assert "... 480 more of node-id" in text
    assert "/ome/name" in text
    assert "more of node-name" not in text


def test_twenty_findings_of_one_rule_are_all_shown() -> None:
    text = printed(*[finding(pointer=f"/ome/nodes/{n}/id") for n in range(20)])
    assert "/ome/nodes/19/id" in text
    assert "more of" not in text


def test_json_holds_every_finding_with_exactly_the_six_keys() -> None:
    many = tuple(finding(pointer=f"/{n}") for n in range(100))
    entries = json.loads(to_json([Checked("plate.json", many)], Level.SHOULD))
    assert [entry["pointer"] for entry in entries] == [f"/{n}" for n in range(100)]
    assert {tuple(entry) for entry in entries} == {
        ("document", "pointer", "rule", "level", "message", "rfc")
    }


def test_json_is_plain_ascii_and_gives_hostile_text_back_unchanged() -> None:
    hostile = "\x1b[31m [red] \ud800 \u202e µ"
    text = to_json([Checked("plate.json", (finding(message=hostile),))], Level.SHOULD)
    assert text.isascii()
    assert json.loads(text)[0]["message"] == hostile


def test_json_without_findings_is_an_empty_array() -> None:
    assert json.loads(to_json([Checked("plate.json", ())], Level.SHOULD)) == []


MUST, SHOULD = finding(), finding(level=Level.SHOULD)


@pytest.mark.parametrize(
    ("groups", "level", "unreadable", "line"),
    [
        (
            [(MUST, SHOULD), (MUST,), ()],
            Level.SHOULD,
            0,
            "3 documents, 2 findings at MUST, 1 at SHOULD",
        ),
        ([(MUST,)], Level.SHOULD, 0, "1 document, 1 finding at MUST, 0 at SHOULD"),
        ([(SHOULD,)], Level.SHOULD, 0, "1 document, 0 findings at MUST, 1 at SHOULD"),
        ([(SHOULD,)], Level.MUST, 0, "1 document, 0 findings at MUST, 1 at SHOULD (not shown)"),
        ([()], Level.SHOULD, 0, "1 document, no findings"),
        ([], Level.SHOULD, 1, "0 documents, 1 could not be read"),
        ([()], Level.SHOULD, 2, "1 document, no findings, 2 more could not be read"),
    ],
)
def test_the_summary_counts_documents_and_findings_by_level(
    groups: list[tuple[Finding, ...]], level: Level, unreadable: int, line: str
) -> None:
    checked = [Checked(f"{n}.json", group) for n, group in enumerate(groups)]
    assert summary(checked, level, unreadable) == line
