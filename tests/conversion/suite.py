"""The tests that every conversion of what another library wrote must pass."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ngio_collections as ngc
from tests.conversion.accounting import documents, mistakes
from tests.conversion.checks import (
    State,
    broken_rules,
    failures,
    lost_on_the_way_back,
    repeated_ids,
    state,
)
from tests.writers import ours
from tests.writers.surveys import Survey, differences

WAYS = [(layout, how) for layout in ("wide", "tall") for how in ("one", "per-well", "per-image")]
# Layouts differ in plates alone, and there are wells in plates alone.
WAYS_WITHOUT_PLATE = [("wide", "one"), ("wide", "per-image")]


def ways(hierarchy: str) -> list[tuple[str, str]]:
    """The layouts, and the ways to divide documents, that make a difference."""
    return WAYS if "plate" in hierarchy else WAYS_WITHOUT_PLATE


@dataclass(frozen=True)
class Case:
    """A conversion that was made, and what is known about its source."""

    source: Path
    version: str
    before: State
    theirs: Survey
    silent: frozenset[str]
    conversion: Any


def case(
    source: Path, version: str, theirs: Survey, silent: frozenset[str], way: tuple[str, str]
) -> Case:
    """Convert a hierarchy into a folder beside it."""
    layout, how = way
    before = state(source)
    target = source.parent / "collection" / "entry.json"
    conversion = ngc.convert(source, target, layout=layout, documents=how)
    return Case(source, version, before, theirs, silent, conversion)


class ConversionTests:
    """Tests of a fixture `case`."""

    def test_nothing_is_refused(self, case: Case) -> None:
        assert [str(problem) for problem in case.conversion.problems] == []
        assert case.conversion.is_complete

    def test_the_documents_break_no_rule_of_either_profile(self, case: Case) -> None:
        assert case.conversion.written
        assert list(broken_rules(case.conversion)) == []

    def test_all_references_can_be_followed_and_ids_differ(self, case: Case) -> None:
        assert failures(case.conversion.root) == []
        assert repeated_ids(case.conversion.root) == []

    def test_the_source_is_bit_identical(self, case: Case) -> None:
        assert state(case.source) == case.before

    def test_the_ledger_accounts_for_every_field_once(self, case: Case) -> None:
        sources = documents(case.source)
        assert sources
        assert list(mistakes(case.source, case.conversion.ledger, sources)) == []

    def test_we_find_what_the_library_finds(self, case: Case) -> None:
        found = ours.survey(case.conversion.root, case.source)
        assert list(differences(case.theirs, found, case.silent)) == []

    def test_the_way_back_gives_the_original_metadata(self, case: Case) -> None:
        root, sources = case.conversion.root, documents(case.source)
        assert list(lost_on_the_way_back(root, sources, case.version)) == []
