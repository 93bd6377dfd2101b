"""Metadata that other libraries wrote becomes collections, and what they find in it stays."""

from __future__ import annotations

import pytest

from tests.convert.snapshots import SNAPSHOTS, Snapshot
from tests.convert.suite import Case, ConversionTests, case, ways

CASES = [(snapshot, way) for snapshot in SNAPSHOTS for way in ways(snapshot.name)]


@pytest.fixture(
    scope="module",
    params=CASES,
    ids=[f"{snapshot}-{'-'.join(way)}" for snapshot, way in CASES],
)
def converted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    snapshot: Snapshot
    snapshot, way = request.param
    source = snapshot.copy(tmp_path_factory.mktemp("snapshot"))
    return case(source, snapshot.version, snapshot.survey, snapshot.silent, way)


class TestSnapshots(ConversionTests):
    @pytest.fixture
    def case(self, converted: Case) -> Case:
        return converted


def test_there_are_snapshots_of_five_libraries_and_three_versions() -> None:
    assert {snapshot.writer for snapshot in SNAPSHOTS} == {
        "yaozarrs",
        "ome-zarr",
        "ngff-zarr",
        "ngio",
        "ome-zarr-io",
    }
    assert {snapshot.version for snapshot in SNAPSHOTS} == {"0.4", "0.5", "0.6"}
