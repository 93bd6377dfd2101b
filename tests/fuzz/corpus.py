"""The documents that are checked: made from the schemas, and damaged copies of them."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from random import Random
from typing import Any, Final, NamedTuple

from jsonschema import Draft202012Validator

from codegen.compose import Profile, bundle, profiles
from codegen.fuzz import fuzz_schema
from codegen.sources import JsonObject, load_sources

from .mutate import mutate
from .pieces import Pieces

__all__ = ["BUDGETS", "DOCUMENTS", "PROFILES", "SEED", "Case", "concepts_of", "documents", "pieces"]

DOCUMENTS: Final = int(os.environ.get("NGIO_FUZZ_DOCUMENTS", "0"))
"""How many documents of each profile the long run checks; 0 is the short run."""
SEED: Final = int(os.environ.get("NGIO_FUZZ_SEED", "0"))
"""Other seeds give other documents."""
BUDGETS: Final = (3, 8, 15, 40)
"""About how many pieces the documents are made of."""

PROFILES: Final[tuple[Profile, ...]] = profiles(load_sources())
"""All profiles."""

_DEPTH: Final = 2
_SIZE: Final = 24 if DOCUMENTS else 4
_MUTANTS: Final = 5


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


def concepts_of(schema: JsonObject, value: Any) -> set[str]:
    """The concepts that occur in a value.

    Args:
        schema: The bundle that the value fits.
        value: The value.

    Returns:
        The names of the definitions that the value, or something in it, fits in a
        place where the schema refers to them.
    """
    found: set[str] = set()
    whole = Draft202012Validator(schema)
    stack: list[tuple[Any, Any]] = [(schema, value)]
    while stack:
        part, inner = stack.pop()
        if not isinstance(part, dict) or not whole.evolve(schema=part).is_valid(inner):
            continue
        if "$ref" in part:
            name = part["$ref"].removeprefix("#/$defs/")
            found.add(name)
            stack.append((schema["$defs"][name], inner))
        for keyword in ("allOf", "anyOf", "oneOf"):
            stack.extend((branch, inner) for branch in part.get(keyword, ()))
        stack.extend((part[keyword], inner) for keyword in ("then", "else") if keyword in part)
        if isinstance(inner, dict):
            stack.extend((s, inner[k]) for k, s in part.get("properties", {}).items() if k in inner)
        if isinstance(inner, list) and "items" in part:
            stack.extend((part["items"], item) for item in inner)
    return found
