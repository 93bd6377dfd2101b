"""One thing is changed in a conformance document that is right: nothing forbidden goes unnoticed.

The default run is short for what jsonschema judges; set `NGIO_FUZZ_DOCUMENTS=20000` for the
long one. `-rP` shows how many changes broke each rule.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

import ngio_collections as ngc
from codegen.compose import Profile

from .corpus import DOCUMENTS, PROFILES, SEED
from .forbidden import FORBIDDEN, Right
from .mutate import MUTATIONS, break_unicode, copied
from .verdicts import Engines

_FOLDER: Final = Path(__file__).parent.parent / "conformance"
_ROUNDS: Final = 20 if DOCUMENTS else 2
"""How often each kind of forbidden change is made in each document."""
_JUDGED: Final = 3_000 if DOCUMENTS else 700
"""How many changes that jsonschema forbids are looked at, for each profile."""
_ACROSS: Final = {"path-target", "reference-target"}
"""Rules that only several documents can break."""

every_profile = pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.key)


def _right(profile: Profile) -> list[tuple[str, dict[str, Any]]]:
    """The conformance documents without findings, with the names of their cases."""
    key = f"{profile.name}@{profile.revision.name}"
    return [
        (case["name"], case["document"])
        for path in sorted(_FOLDER.glob("*.json"))
        for case in json.loads(path.read_text(encoding="utf-8"))["cases"]
        if case.get("verdict", {}).get(key) == [] and "document" in case and "url" not in case
    ]


@every_profile
def test_every_change_that_a_rule_of_the_catalogue_forbids_is_noticed(profile: Profile) -> None:
    engines = Engines(profile)
    rules = {
        rule.id: rule for rule in ngc.rules(profile=profile.name, revision=profile.revision.name)
    }
    kinds = [kind for kind in FORBIDDEN if kind.rule in rules]
    broken: Counter[str] = Counter()
    unnoticed = []
    for name, document in _right(profile):
        for kind in kinds:
            made = set()
            for number in range(_ROUNDS):
                changed = copied(document)
                random = Random(f"{SEED} {name} {kind.change.__name__} {number}")
                if not kind.change(Right(changed, profile.revision.name), random):
                    continue
                text = json.dumps(changed)
                if text in made or text == json.dumps(document):
                    continue
                made.add(text)
                findings = engines.findings(changed)
                assert all(finding.kind == "violation" for finding in findings), changed
                if kind.rule not in {finding.rule for finding in findings}:
                    unnoticed.append((kind.rule, name, kind.change.__name__, number))
                broken[kind.rule] += 1
    print(f"{profile.key}: {broken.total()} forbidden changes, by rule: {dict(broken)}")
    assert unnoticed == []
    in_code = {rule.id for rule in rules.values() if rule.check == "code"}
    assert set(broken) == in_code - _ACROSS
    assert broken.total() >= 2_000


@every_profile
def test_every_change_that_jsonschema_forbids_is_noticed(profile: Profile) -> None:
    engines = Engines(profile)
    documents = _right(profile)
    broken: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    seen = 0
    random = Random(f"{SEED} {profile.key}")
    mutations = (*MUTATIONS, break_unicode)
    while seen < _JUDGED:
        name, document = random.choice(documents)
        mutation = random.choice(mutations)
        changed = copied(document)
        if not mutation(changed, random):
            continue
        verdicts = engines.judge(changed)
        if not verdicts.agree:
            pytest.fail(f"{name}, {mutation.__name__}:\n{engines.explain(changed)}")
        if not verdicts.schema:
            seen += 1
            kinds[mutation.__name__] += 1
            broken.update(set(verdicts.rules))
    print(f"{profile.key}: {seen} changes that jsonschema forbids, by kind: {dict(kinds)}")
    print(f"  by rule: {dict(broken.most_common())}")
    assert len(broken) >= 30
