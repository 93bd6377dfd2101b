from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ngio_collections as ngc
from codegen.compose import Profile
from tests.conformance.test_conformance import CASES, VERDICTS
from tests.fuzz.corpus import DOCUMENTS, PROFILES, documents
from tests.mend.laws import assert_laws, keys, resolved
from tests.mend.plates import MISTAKES, Shape, odd, plate, shared, unique

SHAPES = st.builds(
    Shape,
    wells=st.integers(1, 4),
    labels=st.booleans(),
    scene=st.booleans(),
    levels=st.integers(0, 3),
    acquisitions=st.booleans(),
)


@given(SHAPES)
def test_the_plates_are_right_and_all_their_references_lead_to_one_thing(shape: Shape) -> None:
    document = plate(unique, shape)
    assert keys(document) == set()
    assert {len(targets) for targets in resolved(document).values()} == {1}
    assert ngc.fixes(document) == ()


@pytest.mark.parametrize("naming", [unique, shared, odd])
@settings(max_examples=40)
@given(
    shape=SHAPES,
    mistakes=st.sets(st.sampled_from(range(len(MISTAKES)))),
    seed=st.integers(0, 2**16),
)
def test_a_plate_with_many_mistakes_is_right_again_and_references_mean_what_they_meant(
    naming: Any, shape: Shape, mistakes: set[int], seed: int
) -> None:
    if naming is shared:
        # Which of several is meant is lost with the ids, and is not clear in a scene of two.
        mistakes = mistakes - {1}
        shape = replace(shape, scene=shape.scene and not shape.labels)
    document = plate(naming, shape)
    for number in sorted(mistakes):
        MISTAKES[number](document, Random(seed))
    fixes = assert_laws(document)
    assert all(fix.safe for fix in fixes)
    mended = ngc.apply_fixes(document, fixes)
    assert keys(mended) == set()
    assert resolved(mended) == resolved(plate(unique, shape))


@pytest.mark.parametrize(("name", "key"), VERDICTS, ids=[f"{n}[{k}]" for n, k in VERDICTS])
def test_the_laws_hold_for_every_conformance_case(name: str, key: str) -> None:
    profile, _, revision = key.partition("@")
    case = CASES[name]
    assert_laws(case["document"], profile=profile, revision=revision, url=case.get("url"))


@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.key)
def test_the_laws_hold_for_documents_that_are_damaged_at_random(profile: Profile) -> None:
    rules: Counter[str] = Counter()
    for case in documents(profile, DOCUMENTS // 4 or 240):
        options = {"profile": profile.name, "revision": profile.revision.name}
        try:
            keys(case.document, **options)
        except ngc.DocumentError:
            continue
        rules.update(fix.rule for fix in assert_laws(case.document, **options))
    assert len(rules) >= 5
    assert rules["unique-ids"] >= 20
