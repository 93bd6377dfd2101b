"""Metadata of hierarchies that other libraries wrote, and what these libraries find in them."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.writers.surveys import Survey, silent

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Snapshot:
    """The metadata of a hierarchy."""

    writer: str
    name: str
    folder: Path

    def __str__(self) -> str:
        return f"{self.writer}/{self.name}"

    @property
    def version(self) -> str:
        """The version of OME-Zarr that it is of."""
        return self.name.rpartition("-")[2]

    @property
    def survey(self) -> Survey:
        """What the library that wrote it finds in it."""
        file = self.folder.with_name(f"{self.name}.survey.json")
        return Survey.from_json(json.loads(file.read_bytes()))

    @property
    def silent(self) -> frozenset[str]:
        """What the library has no word about."""
        return silent(self.writer)

    def copy(self, where: Path) -> Path:
        """A copy that a test may do anything with, in a folder of its own."""
        target = where / f"{self.name}.zarr"
        shutil.copytree(self.folder, target)
        return target


def _all() -> list[Snapshot]:
    surveys = sorted(DATA.glob("*/*.survey.json"))
    return [
        Snapshot(
            file.parent.name.rpartition("-")[0],
            file.name.removesuffix(".survey.json"),
            file.parent / file.name.removesuffix(".survey.json"),
        )
        for file in surveys
    ]


SNAPSHOTS = _all()


def snapshot(writer: str, name: str) -> Snapshot:
    """One of the snapshots."""
    (found,) = (one for one in SNAPSHOTS if (one.writer, one.name) == (writer, name))
    return found
