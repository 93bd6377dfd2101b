"""What other libraries write becomes collections, in which we find what they find."""

from __future__ import annotations

import filecmp
from pathlib import Path

import numpy as np
import pytest
import zarr

import ngio_collections as ngc
from tests.conversion.accounting import path_of
from tests.conversion.suite import Case, ConversionTests, case, ways
from tests.writers import ours
from tests.writers.snapshots import DATA, snapshot
from tests.writers.surveys import differences, silent
from tests.writers.writers import MODULES, folder, no_warnings, writer

CASES = [
    (name, hierarchy, way)
    for name in MODULES
    for hierarchy in writer(name).HIERARCHIES
    if hierarchy != "transformation-0.6"  # Of no image: it is refused.
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

    def test_the_pixels_of_every_level_are_one_call_away(self, case: Case) -> None:
        for image in case.conversion.root.walk(type="multiscale"):
            for number, level in enumerate(image.levels()):
                opened = image.open_array(number)
                array = zarr.open_array(path_of(level.array_url), mode="r")
                assert (opened.shape, opened.dtype) == (array.shape, array.dtype)
                assert np.array_equal(opened[...], array[...])


def test_a_zip_file_that_ngff_zarr_writes_is_converted(tmp_path: Path) -> None:
    archive, folder_ = tmp_path / "image.ozx", tmp_path / "image.zarr"
    write = writer("ngff-zarr").HIERARCHIES["image-0.5"]
    with no_warnings():
        write(archive)
        write(folder_)
        theirs = writer("ngff-zarr").survey(folder_)
    with ngc.ZipStore(archive) as store:
        target = tmp_path / "entry.json"
        conversion = ngc.convert(archive, target, store=store, target_store=ngc.LocalStore())
        found = ours.survey(conversion.root, archive)
    assert conversion.is_complete
    assert list(differences(theirs, found, silent("ngff-zarr"))) == []


@pytest.mark.parametrize("name", MODULES)
def test_the_snapshots_are_what_the_library_writes(name: str, tmp_path: Path) -> None:
    snapshot(name, tmp_path)
    committed = DATA / folder(name)
    files = _files(committed)
    assert files == _files(tmp_path)
    assert files
    _, different, unreadable = filecmp.cmpfiles(committed, tmp_path, files, shallow=False)
    assert (different, unreadable) == ([], [])


def _files(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
