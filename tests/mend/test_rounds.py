"""All kinds of fixes are tried at once, with the same outcome as one after the other."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ngio_collections as ngc
from codegen.compose import Profile
from ngio_collections.mend._fixes import _checking
from ngio_collections.mend._proposals import Known
from ngio_collections.mend._rounds import Check, find_fixes, find_fixes_in_steps
from tests.conformance.test_conformance import CASES, VERDICTS
from tests.fuzz.corpus import DOCUMENTS, PROFILES, documents
from tests.graph.effort import calls_of
from tests.mend.plates import MISTAKES, Shape, odd, plate, shared, unique


def _both(document: Any, profile: str, revision: str, url: str | None = None) -> bool:
    """Whether there are fixes; they are the same in both ways."""
    check = _checking(url, profile, revision)
    known = Known(url)
    found = find_fixes(document, check, known)
    one_by_one = find_fixes_in_steps(document, check, known)
    assert [fix.to_json() for fix in found] == [fix.to_json() for fix in one_by_one]
    return bool(found)


@pytest.mark.parametrize("naming", [unique, shared, odd])
@settings(max_examples=40)
@given(mistakes=st.sets(st.sampled_from(range(len(MISTAKES)))), seed=st.integers(0, 2**16))
def test_plates_with_many_mistakes(naming: Any, mistakes: set[int], seed: int) -> None:
    shape = Shape(wells=3, labels=True, scene=True, levels=2, acquisitions=True)
    document = plate(naming, shape)
    for number in sorted(mistakes):
        MISTAKES[number](document, Random(seed))
    _both(document, "ngio", "v1-2026-08")


@pytest.mark.parametrize(("name", "key"), VERDICTS, ids=[f"{n}[{k}]" for n, k in VERDICTS])
def test_every_conformance_case(name: str, key: str) -> None:
    profile, _, revision = key.partition("@")
    case = CASES[name]
    try:
        ngc.validate_document(case["document"], profile=profile, revision=revision)
    except ngc.DocumentError:
        return
    _both(case["document"], profile, revision, case.get("url"))


@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.key)
def test_documents_that_are_damaged_at_random(profile: Profile) -> None:
    found = 0
    for case in documents(profile, DOCUMENTS // 4 or 240):
        try:
            found += _both(case.document, profile.name, profile.revision.name)
        except ngc.DocumentError:
            continue
    assert found >= 20


def _broken(wells: int) -> Any:
    """A plate with every kind of mistake in every well."""
    document = plate(odd, Shape(wells, labels=True, scene=False, levels=2, acquisitions=False))
    for number, image in enumerate(node for well in _wells(document) for node in well["nodes"]):
        image["version"] = "0.9"
        for level in image["nodes"][1:]:
            del level["id"]
        if number % 3 == 1:
            image["id"] = "the same"
        if number % 3 == 2:
            image["name"] = number
    del document["ome"]["version"]
    return document


def _wells(document: Any) -> list[Any]:
    return [node for node in document["ome"]["nodes"] if node["type"] == "collection"]


def _counted(check: Check, counts: list[int]) -> Check:
    def counting(document: Any) -> Any:
        counts.append(1)
        return check(document)

    return counting


def test_however_many_kinds_of_mistakes_there_are_a_document_is_checked_three_times() -> None:
    document = _broken(5)
    assert len({finding.rule for finding in ngc.validate_document(document)}) >= 5
    for rounds, most in ((find_fixes, 3), (find_fixes_in_steps, 10)):
        counts: list[int] = []
        fixes = rounds(document, _counted(_checking(None, "ngio", "v1-2026-08"), counts), Known())
        assert len({fix.rule for fix in fixes}) >= 4
        assert len(counts) <= most
    assert len(counts) > 3


def test_a_fix_that_mends_nothing_is_told_from_the_others_without_a_search() -> None:
    document = plate(odd, Shape(200, labels=False, scene=False, levels=1, acquisitions=False))
    first = _wells(document)[0]["nodes"][0]
    # It would be found to be no image.
    labels = {"labels": {"source": [{"id": first["nodes"][0]["id"]}]}}
    path = {"type": "zarr", "path": "./l"}
    image = {"type": "multiscale", "id": "l", "path": path, "attributes": labels}
    document["ome"]["nodes"].append(image)
    counts: list[int] = []
    check = _counted(_checking(None, "ngio", "v1-2026-08"), counts)
    assert len(find_fixes(document, check, Known())) > 600
    assert len(counts) <= 6


@pytest.mark.parametrize("mend", [ngc.fixes, ngc.upgrade])
def test_mending_is_a_small_multiple_of_checking_and_grows_with_the_document(mend: Any) -> None:
    efforts = []
    for wells in (20, 200):
        document = _broken(wells)
        text = json.dumps(document)
        mend(copy.deepcopy(document))  # What is made once is made.
        effort = calls_of(lambda document=document: mend(document))
        checking = calls_of(lambda document=document: ngc.validate_document(document))
        assert effort < 4 * checking, (effort, checking)
        efforts.append(effort)
        assert json.dumps(document) == text
    assert efforts[1] < 11 * efforts[0]


def test_what_an_upgrade_leaves_is_told_from_what_validation_finds_in_linear_time() -> None:
    efforts = []
    for number in (50, 500):
        listed = [{"type": "translation", "translation": [1]}, {"type": "scale", "scale": [2]}]
        attributes = {"coordinateTransformations": listed}
        levels = [
            {"type": "singlescale", "id": f"l{n}", "attributes": attributes} for n in range(number)
        ]
        image = {"type": "multiscale", "id": "image", "version": "0.9", "nodes": levels}
        document = {"ome": json.loads(json.dumps(image))}
        left = ngc.upgrade(document).undecided
        assert len([one for one in left if one.rule == "level-transformation"]) == number
        efforts.append(calls_of(lambda document=document: ngc.upgrade(document)))
    assert efforts[1] < 11 * efforts[0], efforts
