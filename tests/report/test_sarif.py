"""SARIF logs: valid by the schema of SARIF 2.1.0, and complete."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

import ngio_collections as ngc
from ngio_collections._json_places import Place
from ngio_collections.report._sarif import MOST_NOTIFICATIONS, SarifLog
from tests.memory import peak_of
from tests.report.samples import HOSTILE, finding, many

SCHEMA = json.loads((Path(__file__).parent / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
VALIDATOR = Draft4Validator(SCHEMA, format_checker=Draft4Validator.FORMAT_CHECKER)
CHOSEN = {"profile": "rfc8", "revision": "v1-2026-08"}


class Written:
    """A log and what is in it."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        rules = [rule for rule in ngc.rules(**CHOSEN) if rule.check != "reader"]
        self.log = SarifLog(self.pieces.append, version="1.2.3", rules=rules, properties=CHOSEN)

    def read(self, exit_code: int = 0, *, successful: bool = True) -> dict[str, Any]:
        self.log.end(exit_code=exit_code, successful=successful)
        text = "".join(self.pieces)
        assert text.isascii()
        made = json.loads(text)
        assert [error.message for error in VALIDATOR.iter_errors(made)] == []
        (run,) = made["runs"]
        assert isinstance(run, dict)
        return run


def test_the_schema_is_that_of_sarif_and_refuses_what_is_none() -> None:
    assert "2.1.0" in SCHEMA["title"]
    assert not VALIDATOR.is_valid({"version": "2.1.0"})
    assert not VALIDATOR.is_valid({"version": "2.1.0", "runs": [{"results": [{}]}]})


def test_a_log_without_findings_is_valid_and_says_that_everything_was_checked() -> None:
    run = Written().read()
    assert run["results"] == []
    assert run["invocations"] == [{"executionSuccessful": True, "exitCode": 0}]
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["properties"] == CHOSEN


def test_a_finding_is_a_result_at_its_region() -> None:
    written = Written()
    written.log.add(finding(), "wells/A%2001.json", Place(3, 5, 10))
    run = written.read(1)
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("node-id", "error")
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "node-id"
    assert result["message"]["text"] == finding().message
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "wells/A%2001.json"},
        "region": {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 10},
    }
    assert location["logicalLocations"] == [
        {"fullyQualifiedName": "/ome/id", "decoratedName": "plate"}
    ]
    assert result["properties"]["found"] == "found this"


def test_every_rule_is_described_and_leads_to_its_section() -> None:
    described = Written().read()["tool"]["driver"]
    assert (described["name"], described["version"]) == ("ngio-collections", "1.2.3")
    rules = {rule.id: rule for rule in ngc.rules(**CHOSEN) if rule.check != "reader"}
    assert [one["id"] for one in described["rules"]] == list(rules)
    for one in described["rules"]:
        rule = rules[one["id"]]
        assert one["shortDescription"]["text"] == rule.statement
        assert one["help"]["text"] == rule.fix
        assert one["helpUri"].startswith("https://ngff.openmicroscopy.org/")
        expected = {"MUST": "error", "SHOULD": "warning"}.get(rule.level, "note")
        assert one["defaultConfiguration"]["level"] == expected


def test_what_is_no_file_has_a_place_in_the_tree_alone() -> None:
    written = Written()
    written.log.add(finding(path=""), None, None)
    written.log.add(finding(), "x.json", None)
    first, second = written.read()["results"]
    assert first["locations"] == [{"logicalLocations": [{"fullyQualifiedName": "/ome/id"}]}]
    assert "region" not in second["locations"][0]["physicalLocation"]


def test_a_rule_of_others_needs_no_description() -> None:
    written = Written()
    written.log.add(finding("lab:rule", level=ngc.Level.MAY), "x.json", None)
    (result,) = written.read()["results"]
    assert "ruleIndex" not in result
    assert result["level"] == "note"


def test_a_rule_that_failed_is_a_problem_of_the_run_and_no_result() -> None:
    written = Written()
    written.log.add(finding(kind="rule-error", message="node-id raised KeyError"), "x.json", None)
    written.log.add(finding("lab:rule", kind="rule-error"), None, None)
    run = written.read(3, successful=False)
    assert run["results"] == []
    (invocation,) = run["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 3)
    first, second = invocation["toolExecutionNotifications"]
    assert first["message"]["text"] == "node-id raised KeyError"
    assert first["associatedRule"]["id"] == "node-id"
    assert second["associatedRule"] == {"id": "lab:rule"}


def test_problems_of_the_run_beyond_a_hundred_are_counted() -> None:
    written = Written()
    for number in range(MOST_NOTIFICATIONS + 5):
        written.log.note(f"{number}.json: there is no such file")
    notes = written.read(2, successful=False)["invocations"][0]["toolExecutionNotifications"]
    assert len(notes) == MOST_NOTIFICATIONS + 1
    assert notes[-1]["message"]["text"] == "5 more problems are not written out"


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("name", ["pointer", "message", "path", "found", "rfc"])
def test_hostile_text_stays_text_and_can_be_encoded(name: str) -> None:
    written = Written()
    written.log.add(finding(**{name: HOSTILE}), "x.json", None)
    (result,) = written.read()["results"]
    assert HOSTILE.replace("\ud800", "\\ud800") in texts(result)


def test_findings_are_written_as_they_come_and_not_kept() -> None:
    def peak(count: int) -> int:
        size = 0

        def write(text: str) -> None:
            nonlocal size
            size += len(text)

        log = SarifLog(write, version="1", rules=[], properties={})

        def work() -> None:
            for one in many(count):
                log.add(one, "x.json", Place(1, 1, 2))

        most = peak_of(work)
        assert size > 100 * count
        return most

    assert peak(10_000) < 2 * peak(100)
