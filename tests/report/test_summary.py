"""A summary counts everything, keeps little, and fits a screen."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

import ngio_collections as ngc
from ngio_collections.report._summary import MOST_DOCUMENTS
from tests.memory import peak_of
from tests.report.samples import HOSTILE, finding, many

SHOULD = ngc.Level.SHOULD


def test_findings_are_counted_by_rule_those_that_matter_most_first() -> None:
    summary = ngc.summarize(
        [
            *[finding("often", level=SHOULD)] * 9,
            *[finding("seldom")] * 2,
            *[finding("more")] * 3,
            finding("also", kind="rule-error", level=SHOULD),
        ]
    )
    counts = [(rule.kind, rule.rule, rule.level, rule.count) for rule in summary.rules]
    assert counts == [
        ("rule-error", "also", "SHOULD", 1),
        ("violation", "more", "MUST", 3),
        ("violation", "seldom", "MUST", 2),
        ("violation", "often", "SHOULD", 9),
    ]
    assert (summary.findings, summary.documents, summary.rule_errors) == (15, 1, 1)
    assert (summary.at("MUST"), summary.at(SHOULD), summary.at("MAY")) == (5, 9, 0)


def test_the_first_findings_of_each_rule_are_its_examples() -> None:
    all_findings = [finding(pointer=f"/ome/nodes/{n}/id") for n in range(9)]
    (rule,) = ngc.summarize(all_findings, examples=2).rules
    assert list(rule.examples) == all_findings[:2]
    assert ngc.summarize(all_findings, examples=0).rules[0].examples == ()
    assert len(ngc.summarize(all_findings).rules[0].examples) == 3


def test_a_rule_that_failed_is_no_violation_of_it() -> None:
    summary = ngc.summarize([finding(), finding(kind="rule-error")])
    assert [rule.kind for rule in summary.rules] == ["rule-error", "violation"]
    assert summary.at("MUST") == 1


def test_printing_shows_counts_levels_and_the_first_place_of_each_rule() -> None:
    findings = [
        *[finding(path="plate / A01")] * 1_200,
        finding("other", level=SHOULD, document=None, path="", pointer=""),
        finding("broken", kind="rule-error", found="", message="the rule raised KeyError('x')"),
    ]
    assert str(ngc.summarize(findings)).splitlines() == [
        "1,202 findings in 2 documents: 1,200 at MUST, 1 at SHOULD, 1 of rules that failed",
        "      1  ERROR   broken",
        "                 plate.json: plate: the rule raised KeyError('x')",
        "  1,200  MUST    node-id",
        "                 plate.json: plate / A01: found this",
        "      1  SHOULD  other",
        "                 (the whole document): found this",
    ]


def test_no_findings_say_so() -> None:
    summary = ngc.summarize([])
    assert str(summary) == "no findings"
    assert summary.rules == ()
    assert "no findings" in summary._repr_html_()


def test_any_number_of_findings_fits_a_screen() -> None:
    text = repr(ngc.summarize(many(100_000)))
    lines = text.splitlines()
    assert len(lines) == 18
    assert all(len(line) <= 80 for line in lines)
    assert lines[0].startswith("100,000 findings in 1,000 documents: ")
    assert lines[-1].startswith("  ... 80,000 of 32 more rules: rule-16, ")


def test_one_rule_more_is_shown_and_not_only_named() -> None:
    text = str(ngc.summarize(finding(f"rule-{number}") for number in range(9)))
    assert len(text.splitlines()) == 19
    assert "more rule" not in text
    assert "... 2 of 2 more rules: rule-8, rule-9" in str(
        ngc.summarize(finding(f"rule-{number}") for number in range(10))
    )


def test_a_hundred_thousand_findings_take_no_more_memory_than_some_thousands() -> None:
    def peak(count: int, each: int) -> int:
        def work() -> None:
            summary = ngc.summarize(many(count, each=each))
            assert (summary.findings, summary.documents) == (count, MOST_DOCUMENTS)

        return peak_of(work)

    assert peak(100_000, 5) < 1.2 * peak(MOST_DOCUMENTS, 1)


def test_documents_beyond_ten_thousand_are_not_told_apart() -> None:
    summary = ngc.summarize(finding(document=f"{n}.json") for n in range(10_500))
    assert summary.documents == 10_000
    assert summary.heading().startswith("10,500 findings in 10,000 or more documents: ")


@pytest.mark.parametrize("name", ["rule", "document", "path", "pointer", "found", "statement"])
def test_text_of_documents_is_printed_harmlessly(name: str) -> None:
    made = {"rule": "node-id", name: HOSTILE}
    summary = ngc.summarize([finding(**made)])
    text = str(summary)
    assert len(text.splitlines()) == 3
    for character in ("\x1b", "\u202e", "\ud800", "\r"):
        assert character not in text
        assert character not in summary._repr_html_()


def test_a_notebook_shows_a_table_in_which_texts_are_texts() -> None:
    tags: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            tags.append(tag)

    Tags().feed(ngc.summarize([finding(found=HOSTILE, statement="a < b")])._repr_html_())
    assert set(tags) == {"div", "b", "table", "tbody", "tr", "td", "bdi"}
    page = ngc.summarize(many(100_000))._repr_html_()
    assert page.count("<tr") == 8
    assert len(page) < 10_000
    assert "... 80,000 of 32 more rules" in page


def test_a_summary_is_plain_json_with_its_keys_in_a_fixed_order() -> None:
    summary = ngc.summarize([finding(), finding("other", level=SHOULD)])
    made = summary.to_dict()
    assert list(made) == ["findings", "documents", "levels", "rule_errors", "rules"]
    assert made["levels"] == {"MUST": 1, "SHOULD": 1, "MAY": 0}
    assert made["rules"][0]["examples"] == [finding().to_dict()]
    assert json.loads(json.dumps(made)) == made


def test_a_summary_cannot_be_changed() -> None:
    with pytest.raises((AttributeError, TypeError)):
        ngc.summarize([]).findings = 1  # type: ignore[misc]
