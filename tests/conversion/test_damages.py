"""What can be converted of a damaged hierarchy is, and the rest is said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from typer.testing import CliRunner

import ngio_collections as ngc
from ngio_collections.cli._app import app
from tests.conversion.accounting import documents, mistakes, path_of
from tests.conversion.checks import State, broken_rules, failures, state
from tests.conversion.damages import DAMAGES, ROOTS, Damage
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

    def named(self) -> bool:
        """Whether a problem is at the field; or, for a file as a whole, names it."""
        file, pointer = self.damage.says
        url = (self.source / file).as_uri()
        return any(
            (entry.source == url and entry.pointer.startswith(pointer))
            or (not pointer and url in unquote(str(entry)))
            for entry in self.conversion.problems
        )


@pytest.fixture(scope="module", params=DAMAGES, ids=str)
def broken(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Broken:
    damage: Damage = request.param
    source = damage.snapshot.copy(tmp_path_factory.mktemp("damage"))
    damage.edit(source)
    before = state(source)
    conversion = ngc.convert(source, source.parent / "entry.json")
    return Broken(damage, source, before, conversion)


def test_the_ledger_says_where_the_problem_is(broken: Broken) -> None:
    assert not broken.conversion.is_complete
    assert broken.named(), [str(problem) for problem in broken.conversion.problems]


def test_the_documents_break_no_rule(broken: Broken) -> None:
    assert broken.conversion.written
    assert list(broken_rules(broken.conversion)) == []
    assert failures(broken.conversion.root) == []


def test_everything_else_is_converted(broken: Broken) -> None:
    found = ours.survey(broken.conversion.root, broken.source)
    silent = broken.damage.snapshot.silent | OF_PLATES
    assert list(differences(broken.damage.left, found, silent)) == []


def test_the_source_is_bit_identical(broken: Broken) -> None:
    assert state(broken.source) == broken.before


def test_the_ledger_accounts_for_every_field_of_what_can_be_read(broken: Broken) -> None:
    ledger, every = broken.conversion.ledger, documents(broken.source)
    read = {path_of(entry.source).relative_to(broken.source).as_posix() for entry in ledger}
    # What is below a group that cannot be read is not found, and so not accounted for.
    lost = {place for path in broken.damage.lost for place in (path, path.rpartition("/")[0])}
    assert {name.rpartition("/")[0] for name in every.keys() - read} <= lost
    sources = {name: one for name, one in every.items() if name in read}
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


@pytest.mark.parametrize("root", ROOTS, ids=str)
def test_of_a_broken_root_nothing_can_be_converted(root: Damage, tmp_path: Path) -> None:
    source = root.snapshot.copy(tmp_path)
    root.edit(source)
    before, target = state(source), tmp_path / "entry.json"
    with pytest.raises(ngc.NgioCollectionsError, match=re.escape(root.says[0])):
        ngc.convert(source, target)
    assert state(source) == before
    assert not target.exists()
    result = CliRunner().invoke(app, ["convert", str(source), "-o", str(target)])
    assert result.exit_code == 2, result.output
    assert not target.exists()
