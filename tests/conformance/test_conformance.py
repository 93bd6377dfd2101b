"""Every conformance case gives exactly the findings that it says, and every rule has cases."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import ngio_collections as ngc

FOLDER = Path(__file__).parent
CASES: dict[str, dict[str, Any]] = {
    f"{path.stem}:{case['name']}": case
    for path in sorted(FOLDER.glob("*.json"))
    for case in json.loads(path.read_text(encoding="utf-8"))["cases"]
}
VERDICTS = [(name, key) for name, case in CASES.items() for key in case["verdict"]]


BASE = "memory://lab/"
"""Where the documents of cases are that have several."""


def _view(case: dict[str, Any]) -> ngc.Node:
    documents = {case["url"]: case["document"], **case["documents"]}
    store = ngc.MemoryStore({BASE + url: document for url, document in documents.items()})
    return ngc.open_inlined(BASE + case["url"], store=store)


def findings(case: dict[str, Any], key: str) -> list[ngc.Finding]:
    profile, _, revision = key.partition("@")
    if "documents" in case:
        return ngc.validate(_view(case), profile=profile, revision=revision, level="MAY")
    return ngc.validate_document(
        case["document"], profile=profile, revision=revision, url=case.get("url")
    )


@pytest.mark.parametrize(("name", "key"), VERDICTS, ids=[f"{n}[{k}]" for n, k in VERDICTS])
def test_a_case_gives_exactly_the_findings_that_it_says(name: str, key: str) -> None:
    case = CASES[name]
    found = [[finding.rule, _place(case, finding)] for finding in findings(case, key)]
    assert found == case["verdict"][key], case["reason"]


def _place(case: dict[str, Any], finding: ngc.Finding) -> str:
    """The pointer of a finding, after the address of the document if it is not the entry."""
    document = (finding.document or "").removeprefix(BASE)
    return finding.pointer if document == case.get("url", "") else f"{document}#{finding.pointer}"


@pytest.mark.parametrize("name", CASES)
def test_a_case_says_what_it_is_about(name: str) -> None:
    case = CASES[name]
    known = {rule.id for pair in ngc.profiles() for rule in rules_of(*pair)}
    assert case["rule"] in known
    assert len(case["reason"]) > 20
    assert case["verdict"]


def rules_of(profile: str, revision: str) -> tuple[ngc.Rule, ...]:
    return ngc.rules(profile=profile, revision=revision)


def test_case_names_are_unique_over_all_files() -> None:
    counts = Counter(name.partition(":")[2] for name in CASES)
    assert [name for name, count in counts.items() if count > 1] == []


CHECKED = sorted(
    {rule.id for pair in ngc.profiles() for rule in rules_of(*pair) if rule.check != "reader"}
)


def test_no_two_cases_of_a_file_are_one_rule_on_the_same_document() -> None:
    seen: dict[str, str] = {}
    for name, case in CASES.items():
        about = [name.partition(":")[0], case["rule"], case["document"], case.get("url")]
        about.append(case.get("documents"))
        assert seen.setdefault(json.dumps(about), name) == name


@pytest.mark.parametrize("rule", CHECKED)
def test_every_rule_has_cases_that_pass_it_and_cases_that_break_it(rule: str) -> None:
    about = [case for case in CASES.values() if case["rule"] == rule]
    breaking = [c for c in about if any(rule == r for v in c["verdict"].values() for r, _ in v)]
    assert len(breaking) >= 3
    assert len(about) - len(breaking) >= 3


@pytest.mark.parametrize(("name", "key"), VERDICTS, ids=[f"{n}[{k}]" for n, k in VERDICTS])
def test_every_finding_points_into_the_document_and_says_what_to_do(name: str, key: str) -> None:
    for finding in findings(CASES[name], key):
        case = CASES[name]
        others = {f"{BASE}{url}": one for url, one in case.get("documents", {}).items()}
        value: Any = others.get(finding.document or "", case["document"])
        for part in finding.pointer.split("/")[1:]:
            step = part.replace("~1", "/").replace("~0", "~")
            value = value[int(step)] if isinstance(value, list) else value[step]
        assert finding.message.endswith(".")
        assert len(finding.message) > 30
        assert finding.rfc


def test_all_numbered_requirements_are_in_the_catalogue() -> None:
    numbers = {rule.number for pair in ngc.profiles() for rule in rules_of(*pair)}
    assert numbers == set(range(1, 63))
