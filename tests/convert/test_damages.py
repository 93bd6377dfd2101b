"""What can be converted of a damaged hierarchy is, and the rest is said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import ngio_collections as ngc
from ngio_collections.cli._app import app
from tests.convert.accounting import documents, mistakes, path_of
from tests.convert.checks import State, broken_rules, state
from tests.convert.damages import DAMAGES, Damage
from tests.writers import ours
from tests.writers.surveys import differences

# A well of which something is lost has fewer images, and a plate perhaps fewer wells.
OF_PLATES = frozenset({"wells", "rows", "columns", "acquisitions"})


@dataclass(frozen=True)
class Broken:
    damage: Damage
    source: Path
    before: State
    conversion: Any

    def problems(self) -> list[tuple[str, str]]:
        """Which fields of which files could not be converted."""
        return [
            (path_of(entry.source).relative_to(self.source).as_posix(), entry.pointer)
            for entry in self.conversion.problems
        ]


@pytest.fixture(scope="module", params=DAMAGES, ids=str)
def broken(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Broken:
    damage: Damage = request.param
    source = damage.snapshot.copy(tmp_path_factory.mktemp("damage"))
    damage.edit(source)
    before = state(source)
    conversion = ngc.convert(source, source.parent / "entry.json")
    return Broken(damage, source, before, conversion)


def test_the_ledger_says_where_the_problem_is(broken: Broken) -> None:
    file, pointer = broken.damage.says
    assert not broken.conversion.is_complete
    assert any(name == file and at.startswith(pointer) for name, at in broken.problems()), (
        broken.problems()
    )


def test_the_documents_break_no_rule(broken: Broken) -> None:
    assert broken.conversion.written
    assert list(broken_rules(broken.conversion)) == []
    assert broken.conversion.root.report.failures == ()


def test_everything_else_is_converted(broken: Broken) -> None:
    theirs = broken.damage.snapshot.survey
    left = {
        kind: {path: facts for path, facts in getattr(theirs, kind).items() if path not in lost}
        for lost in (broken.damage.lost,)
        for kind in ("images", "labels")
    }
    found = ours.survey(broken.conversion.root, broken.source)
    silent = broken.damage.snapshot.silent | OF_PLATES
    assert list(differences(replace(theirs, **left), found, silent)) == []


def test_the_source_is_bit_identical(broken: Broken) -> None:
    assert state(broken.source) == broken.before


def test_the_ledger_accounts_for_every_field_of_what_can_be_read(broken: Broken) -> None:
    ledger = broken.conversion.ledger
    read = {path_of(entry.source).relative_to(broken.source).as_posix() for entry in ledger}
    # What is below a group that cannot be read is not found, and so not accounted for.
    sources = {name: one for name, one in documents(broken.source).items() if name in read}
    assert sources
    assert list(mistakes(broken.source, ledger, sources)) == []


@pytest.mark.parametrize("damage", DAMAGES[:8], ids=str)
def test_the_command_line_ends_with_1_and_names_the_file(damage: Damage, tmp_path: Path) -> None:
    source = damage.snapshot.copy(tmp_path)
    damage.edit(source)
    target = tmp_path / "entry.json"
    result = CliRunner().invoke(app, ["convert", str(source), "-o", str(target)])
    assert result.exit_code == 1, result.output
    assert damage.says[0] in result.output.replace("\n", "")
    assert target.is_file()
