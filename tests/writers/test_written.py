"""What other libraries write becomes collections, in which we find what they find."""

from __future__ import annotations

import filecmp
from pathlib import Path

import pytest

from tests.convert.suite import Case, ConversionTests, case, ways
from tests.writers.snapshots import DATA, snapshot
from tests.writers.surveys import silent
from tests.writers.writers import MODULES, folder, no_warnings, writer

CASES = [
    (name, hierarchy, way)
    for name in MODULES
    for hierarchy in writer(name).HIERARCHIES
    for way in ways(hierarchy)[:1]
]


@pytest.fixture(
    scope="module",
    params=CASES,
    ids=[f"{name}/{hierarchy}-{'-'.join(way)}" for name, hierarchy, way in CASES],
)
def converted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    name, hierarchy, way = request.param
    source = tmp_path_factory.mktemp("written") / f"{hierarchy}.zarr"
    programs = writer(name)
    with no_warnings():
        programs.HIERARCHIES[hierarchy](source)
        theirs = programs.survey(source)
    return case(source, hierarchy.rpartition("-")[2], theirs, silent(name), way)


class TestWritten(ConversionTests):
    @pytest.fixture
    def case(self, converted: Case) -> Case:
        return converted


@pytest.mark.parametrize("name", MODULES)
def test_the_snapshots_are_what_the_library_writes(name: str, tmp_path: Path) -> None:
    snapshot(name, tmp_path)
    committed = DATA / folder(name)
    ours, theirs = _files(committed), _files(tmp_path)
    assert ours == theirs
    assert ours
    _, different, unreadable = filecmp.cmpfiles(committed, tmp_path, ours, shallow=False)
    assert (different, unreadable) == ([], [])


def _files(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
