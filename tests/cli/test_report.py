"""Findings as text: complete, compact, and harmless."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

import ngio_collections as ngc
from ngio_collections import Finding, Level
from ngio_collections.cli._report import TextReport, is_shown, print_document, summary
from tests.report.samples import finding


def console(width: int = 80, **options: Any) -> Console:
    return Console(
        file=io.StringIO(), width=width, markup=False, emoji=False, highlight=False, **options
    )


def text_of(out: Console) -> str:
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def printed(
    *findings: Finding, document: str = "plate.json", width: int = 80, **options: Any
) -> str:
    out = console(width, **options)
    print_document(out, document, findings)
    return text_of(out)


def test_a_finding_shows_node_level_rule_place_value_expectation_and_what_to_do() -> None:
    assert printed(finding()).splitlines() == [
        "plate.json",
        "  plate",
        "    MUST    node-id  /ome/id",
        "      found     found this",
        "      expected  that",
        "      rule      That is there. (rfcs:rfc8:v1:somewhere)",
        "      to do     Do so.",
        "",
    ]


def test_the_findings_of_a_node_are_together_in_the_order_in_which_nodes_appear() -> None:
    text = printed(
        finding("a", pointer="/ome/type", path="plate"),
        finding("b", pointer="/ome/nodes/0/id", path="plate / A01"),
        finding("c", pointer="/ome/attributes", path="plate"),
        finding("d", pointer="/ome/nodes/1/id", path="plate / A01"),
        finding("e", pointer="", path=""),
    )
    heads = [line.split("  ")[-2:] for line in text.splitlines() if line[:6].strip()]
    assert [head[-1].strip() for head in heads] == [
        *("plate.json", "plate", "/ome/type", "/ome/attributes", "plate / A01"),
        *("/ome/nodes/0/id", "plate / A01", "/ome/nodes/1/id"),
        *("(the whole document)", "(the whole document)"),
    ]


def test_what_a_rule_requires_is_said_once_in_a_document() -> None:
    text = printed(finding(), finding(pointer="/ome/nodes/0/id"), finding("other"))
    assert text.count("Do so.") == 2
    assert text.count("found this") == 3


def test_a_finding_that_has_a_message_alone_shows_that() -> None:
    made = Finding("lab:rule", Level.SHOULD, None, "/ome", "Stain it.", "")
    assert printed(made).splitlines() == [
        "plate.json",
        "  (the whole document)",
        "    SHOULD  lab:rule  /ome",
        "      found     Stain it.",
        "",
    ]


def test_a_rule_that_failed_is_called_an_error() -> None:
    made = finding(kind="rule-error", level=Level.SHOULD, found="the rule raised KeyError('x')")
    assert "    ERROR   node-id  /ome/id\n      found     the rule raised" in printed(made)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_long_texts_are_wrapped_under_their_beginning_within_the_width(width: int) -> None:
    lines = printed(finding(found="word " * 80, fix="do " * 80), width=width).splitlines()
    assert all(len(line) <= width for line in lines)
    assert sum(line.count("word") for line in lines) == 80
    inner = [line for line in lines if line.strip().startswith("word")]
    assert inner
    assert all(line.startswith(" " * 16) for line in inner)


def test_a_long_pointer_is_folded_and_never_cut() -> None:
    pointer = "/ome" + "/nodes/0" * 40
    text = printed(finding(pointer=pointer))
    assert pointer in "".join(text.split())
    assert all(len(line) <= 80 for line in text.splitlines())


def test_markup_and_control_characters_of_a_document_stay_text() -> None:
    hostile = "[red]x[/red] :smile: \x1b[2J\x1b]0;title\x07 \u202e \ud800 [/nothing] https://x"
    names = ("pointer", "rule", "rfc", "path", "found", "expected", "statement", "fix")
    text = printed(finding(**dict.fromkeys(names, hostile)), document=hostile)
    for escape in ("\x1b", "\x07", "\u202e", "\ud800"):
        assert escape not in text
    unwrapped = "".join(text.split())
    shown = "[red]x[/red]:smile:\\x1b[2J\\x1b]0;title\\x07\\u202e\\ud800[/nothing]"
    assert unwrapped.count(shown) == len(names) + 1


def test_only_colours_of_our_own_reach_a_terminal() -> None:
    text = printed(finding(found="\x1b[32mgreen"), force_terminal=True, color_system="standard")
    assert "\x1b[1;31mMUST" in text
    assert "\x1b[32m" not in text


def ids(count: int, rule: str = "node-id") -> list[Finding]:
    return [finding(rule, pointer=f"/ome/nodes/{n}/id", path=f"plate / {n}") for n in range(count)]


def test_of_many_findings_of_one_rule_twenty_are_shown_and_the_rest_counted() -> None:
    out = console()
    report = TextReport(out, None)
    report.document("a.json", [*ids(500), finding("node-name", pointer="/ome/name")])
    report.document("b.json", ids(30))
    report.document("c.json", [finding("node-name")])
    text = text_of(out)
    assert "/ome/nodes/19/id" in text
    assert "/ome/nodes/20/id" not in text
    assert "  ... 480 more of node-id\n" in text
    assert "/ome/name" in text
    assert "b.json" not in text  # Nothing of it is shown.
    assert "c.json" in text
    assert report.left_out == 510


def test_a_hundred_findings_are_shown_whatever_their_rules() -> None:
    out = console()
    report = TextReport(out, None)
    for number in range(30):
        report.document(f"{number}.json", ids(10, f"rule-{number}"))
    assert text_of(out).count("  rule-") == 100
    assert report.left_out == 200


@pytest.mark.parametrize("most", [0, 1, 300])
def test_whoever_says_how_many_gets_as_many(most: int) -> None:
    out = console()
    report = TextReport(out, most)
    report.document("a.json", ids(200))
    report.document("b.json", ids(200))
    assert text_of(out).count("    MUST    node-id") == most
    assert report.left_out == 400 - most
    assert ("b.json" in text_of(out)) is (most == 300)


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        (finding(), True),
        (finding(level=Level.SHOULD), False),
        (finding(level=Level.SHOULD, kind="rule-error"), True),
    ],
)
def test_rules_that_failed_are_shown_at_every_level(made: Finding, shown: bool) -> None:
    assert is_shown(made, Level.SHOULD)
    assert is_shown(made, Level.MUST) is shown


MUST, SHOULD = finding(), finding(level=Level.SHOULD)
FAILED = finding(kind="rule-error")


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
        ([(FAILED,)], Level.SHOULD, 0, "1 document, 1 rule error"),
        (
            [(MUST, FAILED, FAILED)],
            Level.MUST,
            1,
            "1 document, 1 finding at MUST, 0 at SHOULD, 2 rule errors, 1 more could not be read",
        ),
    ],
)
def test_the_summary_counts_documents_and_findings_by_level(
    groups: list[tuple[Finding, ...]], level: Level, unreadable: int, line: str
) -> None:
    # A rule has one level.
    found = ngc.summarize(replace(one, rule=one.level) for group in groups for one in group)
    assert summary(len(groups), found, level, unreadable) == line
