"""Findings of rules that others wrote, and of rules that failed, are reported like all others."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from rich.console import Console

import ngio_collections as ngc
from ngio_collections.cli._report import print_document
from ngio_collections.report._github import github_command
from tests.report.test_sarif import Written


@ngc.rule("lab:dose-positive", on="attributes/lab:dose", fix="Write the dose in mg.")
def dose_positive(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
    """A dose is more than nothing."""
    if not subject.value > 0:
        yield ngc.Violation(f"the dose is {subject.value}", "a positive number")


@ngc.rule("lab:stain", on="attributes/lab:dose", level="MUST")
def stain(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
    """A dose has a stain."""
    yield ngc.Violation(subject.value["stain"])


@pytest.fixture
def findings() -> list[ngc.Finding]:
    wells = [
        ngc.new_node("collection", id=f"A{number}", attributes={"lab:dose": -number})
        for number in range(3)
    ]
    plate = ngc.new_node("collection", id="plate", children=wells)
    return list(ngc.iter_findings(plate, rules=[dose_positive, stain], level="SHOULD"))


def test_they_are_summed_up_by_rule_those_that_failed_first(findings: list[ngc.Finding]) -> None:
    summary = ngc.summarize(findings)
    assert [(rule.rule, rule.kind, rule.count) for rule in summary.rules] == [
        ("lab:stain", "rule-error", 3),
        ("lab:dose-positive", "violation", 3),
    ]
    assert "ERROR   lab:stain" in str(summary)
    assert "TypeError" in str(summary)
    assert summary.heading() == "6 findings in 1 document: 3 at SHOULD, 3 of rules that failed"


def test_they_are_printed_for_people(findings: list[ngc.Finding]) -> None:
    out = Console(file=io.StringIO(), width=80, markup=False, emoji=False, highlight=False)
    print_document(out, "a plate", findings)
    assert isinstance(out.file, io.StringIO)
    lines = out.file.getvalue().splitlines()
    assert "    SHOULD  lab:dose-positive  /ome/nodes/1/attributes/lab:dose" in lines
    assert "      found     the dose is -1" in lines
    assert lines.count("      rule      A dose is more than nothing.") == 1
    assert "    ERROR   lab:stain  /ome/nodes/0/attributes/lab:dose" in lines


def test_they_are_commands_and_results_for_programs(findings: list[ngc.Finding]) -> None:
    commands = {github_command(finding, "plate.json", None).split(" ")[0] for finding in findings}
    assert commands == {"::error", "::warning"}
    written = Written()
    for finding in findings:
        written.log.add(finding, "plate.json", None)
    run = written.read(3, successful=False)
    assert [result["ruleId"] for result in run["results"]] == ["lab:dose-positive"] * 3
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == 3
