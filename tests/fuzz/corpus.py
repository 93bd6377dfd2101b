"""The documents that are checked: made from the schemas, and damaged copies of them."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from random import Random
from typing import Any, Final, NamedTuple

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from codegen.compose import Profile, bundle, profiles
from codegen.fuzz import fuzz_schema
from codegen.sources import JsonObject, load_sources

from .mutate import mutate
from .pieces import Pieces

__all__ = ["BUDGETS", "DOCUMENTS", "PROFILES", "SEED", "Case", "ConceptFinder", "documents", "pieces"]

DOCUMENTS: Final = int(os.environ.get("NGIO_FUZZ_DOCUMENTS", "0"))
"""How many documents of each profile the long run checks; 0 is the short run."""
SEED: Final = int(os.environ.get("NGIO_FUZZ_SEED", "0"))
"""Other seeds give other documents."""
BUDGETS: Final = (4, 10, 25, 60)
"""About how many pieces the documents are made of."""

PROFILES: Final[tuple[Profile, ...]] = profiles(load_sources())
"""All profiles."""

_DEPTH: Final = 2
_SIZE: Final = 24 if DOCUMENTS else 4
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
    for number in range(count):
        random = Random(f"{SEED} {profile.key} {number}")
        mutated = number % (_MUTANTS + 1) != 0
        if not mutated:
            document = made.value(random, budget=random.choice(BUDGETS))
        yield Case(mutate(document, random) if mutated else document, mutated, number)


class ConceptFinder:
    """Finds the concepts that occur in values.

    Attributes:
        found: The names of the definitions that something fitted in a place where
            the schema refers to them.
    """

    def __init__(self, schema: JsonObject) -> None:
        self.found: set[str] = set()

        def follow(validator: Any, reference: str, value: Any, _: JsonObject) -> Iterator[ValidationError]:
            errors = list(validator.descend(value, schema["$defs"][reference.removeprefix("#/$defs/")]))
            if not errors:
                self.found.add(reference.removeprefix("#/$defs/"))
            yield from errors

        self._validator = extend(Draft202012Validator, {"$ref": follow})(schema)

    def look(self, value: Any) -> bool:
        """Look for concepts in a value, and say whether it fits the schema."""
        return bool(self._validator.is_valid(value))
