"""The quick checks say yes to nothing that a model refuses, and no to little that it accepts."""

from __future__ import annotations

import importlib
import json
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from codegen.compose import Profile, bundle

from .corpus import BUDGETS, DOCUMENTS, PROFILES, SEED, pieces
from .mutate import MUTATIONS, VALUES, break_unicode, mutate

_VALUES = 100 if DOCUMENTS else 4
_DAMAGED = 400 if DOCUMENTS else 12

every_profile = pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.key)


def _accepts(profile: Profile, concept: str, value: Any) -> bool:
    module = importlib.import_module(f"ngio_collections._generated.{profile.key}.models")
    try:
        if concept in module.MODELS:
            module.MODELS[concept].model_validate(value, by_alias=True, by_name=False)
        else:
            module.ADAPTERS[concept].validate_python(value, by_alias=True, by_name=False)
    except ValidationError:
        return False
    return True


def _checks(profile: Profile) -> dict[str, Any]:
    module = importlib.import_module(f"ngio_collections._generated.{profile.key}.fits")
    found: dict[str, Any] = module.FITS
    return found


def _without_children(value: Any) -> Any:
    """A value without the child nodes of nodes in it, which have their own turn."""
    if isinstance(value, list):
        return [_without_children(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _without_children(item) for key, item in value.items()}
    return {**kept, "nodes": []} if isinstance(value.get("nodes"), list) else kept


def _values(profile: Profile, concept: str) -> Iterator[Any]:
    made = pieces(profile.key, concept, 1)
    random = Random(f"{SEED} quick {profile.key} {concept}")
    whole = [made.value(random, budget=random.choice(BUDGETS)) for _ in range(_VALUES)]
    yield from whole
    yield from VALUES
    objects = [value for value in whole if isinstance(value, dict)]
    for _ in range(_DAMAGED if objects else 0):
        yield mutate(random.choice(objects), random, among=(*MUTATIONS, break_unicode))


@every_profile
def test_what_a_quick_check_accepts_the_model_accepts(profile: Profile) -> None:
    counts: Counter[str] = Counter()
    for concept, fits in _checks(profile).items():
        if concept not in profile.concepts:
            continue
        for value in _values(profile, concept):
            alone = _without_children(value)
            accepted = _accepts(profile, concept, alone)
            if fits(alone):
                counts["yes"] += 1
                assert accepted or _has_half_a_character(alone), (concept, alone)
            else:
                counts["no"] += 1
                counts["no, and the model says yes"] += accepted
    print(f"{profile.key}: {dict(counts)}")
    assert counts["yes"] > 3 * len(profile.concepts)
    assert counts["no"] > 3 * len(profile.concepts)
    # Where it says no for nothing, the model is asked: that costs time and no finding.
    assert counts["no, and the model says yes"] <= counts["yes"] // 100


def _has_half_a_character(value: Any) -> bool:
    """Whether there are lone surrogates, which pydantic refuses and JSON has no quarrel with."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


@every_profile
def test_what_the_schema_of_a_concept_generates_a_quick_check_accepts(profile: Profile) -> None:
    refused = [
        (concept, value)
        for concept, fits in _checks(profile).items()
        if concept in profile.concepts
        for value in map(_without_children, list(_values(profile, concept))[:_VALUES])
        if not fits(value) and Draft202012Validator(bundle(profile, concept)).is_valid(value)
    ]
    assert refused == []
