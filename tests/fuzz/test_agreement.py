"""The schemas are the truth: the generated models and the validation agree with them.

The default run is short. Set `NGIO_FUZZ_DOCUMENTS=20000` for so many documents of each
profile, and `NGIO_FUZZ_SEED` for other ones.
"""

from __future__ import annotations

import importlib
import json
import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from codegen.compose import Profile, bundle

from .corpus import BUDGETS, DOCUMENTS, PROFILES, SEED, ConceptFinder, documents, pieces
from .mutate import mutate
from .verdicts import Engines

_SHORT = 240
_VALUES = 200 if DOCUMENTS else 4
_MUTANTS = 200 if DOCUMENTS else 8

every_profile = pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.key)


class _Models:
    """The generated models of a profile, by concept."""

    def __init__(self, profile: Profile) -> None:
        module = importlib.import_module(f"ngio_collections._generated.{profile.key}.models")
        self._classes = module.MODELS
        self._adapters = module.ADAPTERS

    def parse(self, concept: str, value: Any) -> Any:
        if concept in self._classes:
            return self._classes[concept].from_json(value)
        return self._adapters[concept].validate_python(value, by_alias=True, by_name=False)

    def __contains__(self, concept: str) -> bool:
        return concept in self._classes or concept in self._adapters


def _json(value: Any) -> Any:
    """What a parsed value was made of: for a model its JSON, for a scalar itself."""
    return value.to_json() if hasattr(value, "to_json") else value


def _text(value: Any) -> str:
    """JSON text, which tells 1, 1.0 and true apart, and -0.0 from 0.0."""
    return json.dumps(value, sort_keys=True)


def _values(profile: Profile, concept: str) -> Iterator[Any]:
    made = pieces(profile.key, concept, 1)
    random = Random(f"{SEED} {profile.key} {concept}")
    for _ in range(_VALUES):
        yield made.value(random, budget=random.choice(BUDGETS))


def _accepts(models: _Models, concept: str, value: Any) -> bool:
    try:
        models.parse(concept, value)
    except ValidationError:
        return False
    return True


def _damaged(profile: Profile, concept: str) -> Iterator[Any]:
    """Damaged values of a concept; none where it has no objects."""
    random = Random(f"{SEED} damage {profile.key} {concept}")
    values = [value for value in _values(profile, concept) if isinstance(value, dict)]
    for _ in range(_MUTANTS if values else 0):
        yield mutate(random.choice(values), random)


@every_profile
def test_every_concept_has_a_model(profile: Profile) -> None:
    models = _Models(profile)
    assert [concept for concept in profile.concepts if concept not in models] == []


@every_profile
def test_models_accept_what_the_schema_of_their_concept_generates(profile: Profile) -> None:
    models = _Models(profile)
    refused = [
        (concept, value)
        for concept in profile.concepts
        for value in _values(profile, concept)
        if not _accepts(models, concept, value)
    ]
    assert refused == []


@every_profile
def test_models_refuse_nothing_that_the_schema_of_their_concept_accepts_after_damage(
    profile: Profile,
) -> None:
    models = _Models(profile)
    refused = []
    accepted = 0
    for concept in profile.concepts:
        validator = Draft202012Validator(bundle(profile, concept))
        for value in _damaged(profile, concept):
            if validator.is_valid(value):
                accepted += 1
                if not _accepts(models, concept, value):
                    refused.append((concept, value))
    assert refused == []
    assert accepted > len(profile.concepts)


@every_profile
def test_damaged_json_that_a_model_accepts_comes_back_the_same(profile: Profile) -> None:
    models = _Models(profile)
    same = 0
    for concept in profile.concepts:
        for value in _damaged(profile, concept):
            if _accepts(models, concept, value):
                same += 1
                assert _text(_json(models.parse(concept, value))) == _text(value), (concept, value)
    assert same > len(profile.concepts)


@every_profile
def test_parsing_and_serialising_gives_back_the_same_json(profile: Profile) -> None:
    models = _Models(profile)
    changed = [
        (concept, value)
        for concept in profile.concepts
        for value in _values(profile, concept)
        if _text(_json(models.parse(concept, value))) != _text(value)
    ]
    assert changed == []


@every_profile
def test_serialising_never_changes_the_value_that_was_parsed(profile: Profile) -> None:
    models = _Models(profile)
    for concept in profile.concepts:
        for value in _values(profile, concept):
            before = _text(value)
            _json(models.parse(concept, value))
            assert _text(value) == before


@every_profile
def test_instances_can_be_hashed_and_equal_ones_have_equal_hashes(profile: Profile) -> None:
    models = _Models(profile)
    for concept in profile.concepts:
        for value in _values(profile, concept):
            one, other = (
                models.parse(concept, value),
                models.parse(concept, json.loads(json.dumps(value))),
            )
            assert one == other, (concept, value)
            assert hash(one) == hash(other), (concept, value)


@every_profile
def test_instances_of_different_json_are_different(profile: Profile) -> None:
    models = _Models(profile)
    compared = 0
    for concept in profile.concepts:
        values = [*_values(profile, concept)]
        for first, second in pairwise(values):
            if first != second:
                compared += 1
                assert models.parse(concept, first) != models.parse(concept, second), (
                    concept,
                    first,
                    second,
                )
    assert compared > len(profile.concepts)


@every_profile
def test_jsonschema_and_our_validation_agree_on_every_document(
    profile: Profile, capsys: pytest.CaptureFixture[str]
) -> None:
    engines = Engines(profile)
    kinds: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    concepts = ConceptFinder(engines.schema)
    count = DOCUMENTS or _SHORT
    start = time.perf_counter()
    for case in documents(profile, count):
        before = _text(case.document)
        verdicts = engines.judge(case.document)
        assert _text(case.document) == before, "validating changed the document"
        if not verdicts.agree:
            pytest.fail(f"{engines.explain(case.document)}\nnumber:     {case.number}, seed {SEED}")
        kinds["mutated" if case.mutated else "generated"] += 1
        kinds["valid" if verdicts.schema else "invalid"] += 1
        rules.update(set(verdicts.rules))
        if not case.mutated or concepts.found != set(profile.concepts):
            assert concepts.look(case.document) or case.mutated, case.document
    seconds = time.perf_counter() - start
    if DOCUMENTS:
        with capsys.disabled():
            print(f"\n{profile.key}: {count} documents in {seconds:.0f} s, {dict(kinds)}")
            print(f"  invalid by rule: {dict(rules.most_common())}")
    assert kinds["mutated"] >= count // 2
    assert kinds["valid"] >= count // 5
    assert kinds["invalid"] >= count // 5
    # The short run may miss a few that are rare.
    missing = set(profile.concepts) - concepts.found
    assert len(missing) <= (0 if DOCUMENTS else 3), missing
    # Rules of the schema that are broken somewhere; the long run reaches most of them.
    assert len(rules) >= (40 if DOCUMENTS else 15)
