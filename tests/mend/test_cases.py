"""Every case gives exactly the fixes that it says, which make exactly the result that it says."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonpatch
import pytest

import ngio_collections as ngc

FOLDER = Path(__file__).parent / "cases"


def cases(name: str) -> list[Any]:
    found = json.loads((FOLDER / name).read_text(encoding="utf-8"))["cases"]
    return [pytest.param(case, id=case["name"]) for case in found]


FIXES = cases("fixes.json")
UPGRADES = cases("upgrades.json")


def options(case: dict[str, Any]) -> dict[str, Any]:
    profile, _, revision = case["profile"].partition("@")
    return {"profile": profile, "revision": revision, "url": case.get("url")}


@pytest.mark.parametrize("case", FIXES)
def test_a_case_gives_the_fixes_that_it_says(case: dict[str, Any]) -> None:
    fixes = ngc.fixes(case["document"], **options(case))
    found = [
        {
            "rule": fix.rule,
            "pointer": fix.pointer,
            **({"undecided": list(fix.undecided)} if fix.undecided else {}),
            "patch": fix.to_json()["operations"],
        }
        for fix in fixes
    ]
    assert found == case["fixes"], case["reason"]
    made = ngc.apply_fixes(case["document"], fixes)
    # As text, since the order of keys counts.
    assert json.dumps(made) == json.dumps(case["result"])


@pytest.mark.parametrize("case", UPGRADES)
def test_a_case_gives_the_upgrade_that_it_says(case: dict[str, Any]) -> None:
    upgrade = ngc.upgrade(case["document"])
    steps = [
        {"rule": one.rule, "pointer": one.pointer, "patch": one.to_json()["operations"]}
        for one in upgrade.steps
    ]
    assert steps == case["steps"], case["reason"]
    left = [[one.rule, one.pointer] for one in upgrade.undecided]
    assert left == case["undecided"]
    assert json.dumps(upgrade.result) == json.dumps(case["result"])


@pytest.mark.parametrize("case", [*FIXES, *UPGRADES])
def test_the_operations_are_a_json_patch_that_other_software_applies(case: dict[str, Any]) -> None:
    made = case.get("fixes", case.get("steps"))
    # A copy: jsonpatch puts objects of the patch into the document, and then changes them.
    operations = [copy.deepcopy(o) for one in made if "undecided" not in one for o in one["patch"]]
    assert jsonpatch.apply_patch(case["document"], operations) == case["result"]


def test_every_case_has_a_name_of_its_own_and_a_reason() -> None:
    every = [param.values[0] for param in (*FIXES, *UPGRADES)]
    assert len({case["name"] for case in every}) == len(every) > 60
    assert all(len(case["reason"]) > 15 for case in every)


def test_every_kind_of_mend_has_cases() -> None:
    rules = {fix["rule"] for param in FIXES for fix in param.values[0]["fixes"]}
    assert rules == {
        "acquisition-reference",
        "coordinate-system-id",
        "inner-version",
        "metadata-storage",
        "node-id",
        "node-id-required",
        "plate-ids",
        "plate-names",
        "reference-object",
        "root-version",
        "same-version",
        "transformation-endpoint",
        "unique-ids",
        "well-fields",
    }
