"""Metadata that other libraries wrote becomes collections, and what they find in it stays."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from typer.testing import CliRunner

import ngio_collections as ngc
from ngio_collections.cli._app import app
from tests.conversion.accounting import path_of
from tests.conversion.checks import PROFILES
from tests.conversion.snapshots import SNAPSHOTS, Snapshot, snapshot
from tests.conversion.suite import Case, ConversionTests, case, ways
from tests.writers import ours
from tests.writers.surveys import differences

# A transformation of no image, which nothing in a collection could refer to.
ALONE = "ngff-zarr/transformation-0.6"
CASES = [(one, way) for one in SNAPSHOTS if str(one) != ALONE for way in ways(one.name)]


@pytest.fixture(
    scope="module",
    params=CASES,
    ids=[f"{one}-{'-'.join(way)}" for one, way in CASES],
)
def converted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    one: Snapshot
    one, way = request.param
    source = one.copy(tmp_path_factory.mktemp("snapshot"))
    return case(source, one.version, one.survey, one.silent, way)


class TestSnapshots(ConversionTests):
    @pytest.fixture
    def case(self, converted: Case) -> Case:
        return converted


def test_a_transformation_of_no_image_is_refused(tmp_path: Path) -> None:
    source = snapshot(*ALONE.split("/")).copy(tmp_path)
    with pytest.raises(ngc.NotOmeError, match="multiscales is missing"):
        ngc.convert(source)
    assert [path.name for path in tmp_path.iterdir()] == [source.name]


def test_there_are_snapshots_of_five_libraries_and_three_versions() -> None:
    assert {one.writer for one in SNAPSHOTS} == {
        "yaozarrs",
        "ome-zarr",
        "ngff-zarr",
        "ngio",
        "ome-zarr-io",
    }
    assert {one.version for one in SNAPSHOTS} == {"0.4", "0.5", "0.6"}


ELSEWHERE = [
    snapshot("yaozarrs", "demo-plate-0.4"),
    snapshot("ngff-zarr", "plate-0.5"),
    snapshot("ngff-zarr", "scene-0.6"),
    snapshot("ome-zarr", "image-with-labels-0.4"),
    snapshot("yaozarrs", "series-0.5"),
]


def _files(one: Snapshot) -> list[tuple[str, bytes]]:
    files = sorted(path for path in one.folder.rglob("*") if path.is_file())
    return [(path.relative_to(one.folder).as_posix(), path.read_bytes()) for path in files]


@pytest.mark.parametrize("one", ELSEWHERE, ids=str)
@pytest.mark.parametrize("how", ["one", "per-image"])
def test_documents_are_the_same_wherever_the_source_is(
    one: Snapshot, how: str, tmp_path: Path
) -> None:
    source = one.copy(tmp_path)
    beside = ngc.convert(source, documents=how)
    start = "memory://lab/"
    memory = ngc.MemoryStore(
        {f"{start}{source.name}/{quote(name)}": content for name, content in _files(one)}
    )
    remote = ngc.convert(f"{start}{source.name}", documents=how, store=memory)
    home = tmp_path.as_uri()
    assert [url.removeprefix(start) for url in remote.written] == [
        url.removeprefix(f"{home}/") for url in beside.written
    ]
    for here, there in zip(beside.written, remote.written, strict=True):
        assert memory.blocking().get(there).data == path_of(here).read_bytes()


# Zip files of OME-Zarr are of Zarr 3.
ZIPPED = [one for one in ELSEWHERE if one.version != "0.4"]


@pytest.mark.parametrize("one", ZIPPED, ids=str)
def test_a_zip_file_is_converted_as_a_folder_is(one: Snapshot, tmp_path: Path) -> None:
    archive = tmp_path / "zipped.ozx"
    ngc.ZipStore.write(archive, _files(one))
    with ngc.ZipStore(archive) as store:
        target = tmp_path / "entry.json"
        conversion = ngc.convert(archive, target, store=store, target_store=ngc.LocalStore())
        found = ours.survey(conversion.root, archive)
    assert conversion.is_complete
    assert list(differences(one.survey, found, one.silent)) == []


@pytest.mark.parametrize("one", ELSEWHERE, ids=str)
def test_the_commands_convert_and_check(one: Snapshot, tmp_path: Path) -> None:
    source, entry = one.copy(tmp_path), str(tmp_path / "entry.json")
    command = CliRunner()
    made = command.invoke(app, ["convert", str(source), "-o", entry, "--documents", "per-image"])
    assert made.exit_code == 0, made.output
    for profile in PROFILES:
        checked = command.invoke(app, ["validate", entry, "--recursive", "--profile", profile])
        assert checked.exit_code == 0, checked.output
    assert command.invoke(app, ["check-links", entry]).exit_code == 0
