"""The documents that are checked: made from the schemas, and damaged copies of them."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from random import Random
from typing import Any, Final, NamedTuple

from jsonschema import Draft202012Validator, ValidationError, validators

from codegen.compose import Profile, bundle, profiles
from codegen.fuzz import fuzz_schema
from codegen.sources import JsonObject, load_sources

from .mutate import MUTATIONS, break_unicode, copied, duplicate_item, mutate, places, replace_number
from .pieces import Pieces

__all__ = [
    "BUDGETS",
    "DOCUMENTS",
    "PROFILES",
    "SEED",
    "Case",
    "ConceptFinder",
    "documents",
    "pieces",
]

DOCUMENTS: Final = int(os.environ.get("NGIO_FUZZ_DOCUMENTS", "0"))
"""How many documents of each profile the long run checks; 0 is the short run."""
SEED: Final = int(os.environ.get("NGIO_FUZZ_SEED", "0"))
"""Other seeds give other documents."""
BUDGETS: Final = (4, 10, 20, 40)
"""About how many pieces the documents are made of."""

PROFILES: Final[tuple[Profile, ...]] = profiles(load_sources())
"""All profiles."""

_DAMAGE: Final = (*MUTATIONS, break_unicode)
# In small values numbers and repeated items are what has limits.
_DAMAGE_INSIDE: Final = (*_DAMAGE, *[replace_number] * 4, *[duplicate_item] * 2)
_DEPTH: Final = 2
# One mutation at a time shows most: several hide each other.
_MOST: Final = (1, 1, 2, 4)
_SIZE: Final = 24 if DOCUMENTS else 4
_PLANTED: Final = 0.3
_DAMAGED: Final = 0.7
_MUTANTS: Final = 3 if DOCUMENTS else 2


class Case(NamedTuple):
    """One document.

    Attributes:
        document: The document.
        mutated: Whether it was damaged.
        number: Its place in the run, which finds it again.
    """

    document: dict[str, Any]
    mutated: bool
    number: int


@functools.cache
def pieces(key: str, concept: str, depth: int = _DEPTH) -> Pieces:
    """The pieces of a concept of a profile.

    Args:
        key: The key of the profile.
        concept: The name of the concept.
        depth: How deep recursion goes.
    """
    profile = next(p for p in PROFILES if p.key == key)
    return Pieces(fuzz_schema(bundle(profile, concept), depth), size=_SIZE, seed=SEED)


def _plant(profile: Profile, document: dict[str, Any], random: Random, turn: int) -> None:
    """Put a value of an attribute or transformation, often damaged, into a document.

    Each of them has its turn: what is rare in whole documents, such as one kind of
    transformation, is checked as often as everything else in this way.
    """
    transformations = [c for c in profile.concepts if c.endswith("-transformation")]
    parts = [
        c for c in ("scene", "labels", "label-attributes", "plate", "well") if c in profile.concepts
    ]
    planted = [*transformations, *parts]
    concept = planted[turn % len(planted)]
    value = pieces(profile.key, concept, 1).value(random, budget=10)
    if random.random() < _DAMAGED:
        value = mutate(value, random, most=random.choice(_MOST), among=_DAMAGE_INSIDE)
    held = [holder[key] for holder, key in places(document) if isinstance(holder[key], dict)]
    nodes = [holder for holder in held if "version" in holder or "nodes" in holder]
    attributes = random.choice(nodes or [document]).setdefault("attributes", {})
    if not isinstance(attributes, dict):
        return
    if concept == "label-attributes":
        attributes["labels"] = {"labelAttributes": [value]}
        return
    if concept in parts:
        attributes[concept] = value
        return
    for end in ("input", "output"):
        reference = pieces(profile.key, "transformation-reference", 1).value(random, budget=5)
        if not isinstance(value.get(end), dict):
            value[end] = reference
    attributes["coordinateTransformations"] = [value]


def documents(profile: Profile, count: int) -> Iterator[Case]:
    """Documents of a profile: one made from the schemas, then damaged copies of it.

    Args:
        profile: The profile.
        count: How many.

    Yields:
        The documents, the same for the same seed.
    """
    made = pieces(profile.key, "document")
    document: dict[str, Any] = {}
    turn = 0
    for number in range(count):
        random = Random(f"{SEED} {profile.key} {number}")
        if number % (_MUTANTS + 1) == 0:
            document = made.value(random, budget=random.choice(BUDGETS))
            yield Case(document, mutated=False, number=number)
        elif random.random() < _PLANTED:
            planted = copied(document)
            _plant(profile, planted, random, turn)
            turn += 1
            yield Case(planted, mutated=True, number=number)
        else:
            damaged = mutate(document, random, most=random.choice(_MOST), among=_DAMAGE)
            yield Case(damaged, mutated=True, number=number)


class ConceptFinder:
    """Finds the concepts that occur in values.

    Attributes:
        found: The names of the definitions that something fitted in a place where
            the schema refers to them.
    """

    def __init__(self, schema: JsonObject) -> None:
        self.found: set[str] = set()

        def follow(
            validator: Any, reference: str, value: Any, _: JsonObject
        ) -> Iterator[ValidationError]:
            errors = list(
                validator.descend(value, schema["$defs"][reference.removeprefix("#/$defs/")])
            )
            if not errors:
                self.found.add(reference.removeprefix("#/$defs/"))
            yield from errors

        extend: Any = validators.extend
        self._validator = extend(Draft202012Validator, {"$ref": follow})(schema)

    def look(self, value: Any) -> bool:
        """Look for concepts in a value, and say whether it fits the schema."""
        return bool(self._validator.is_valid(value))
