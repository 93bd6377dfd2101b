"""Copies of projects that a test can change."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.sources import ROOT
from tests.codegen.projects import SMALL, Files, Project


@pytest.fixture
def small(tmp_path: Path) -> Project:
    """A copy of the small project: what the generator reads, nothing that it writes."""
    return Project.copied(SMALL, tmp_path / "small")


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """This project as it is now, what the generator reads and writes. Not to be changed."""
    return Project.copied(ROOT, tmp_path_factory.mktemp("snapshot"), outputs=True)


@pytest.fixture(scope="session")
def before(snapshot: Project) -> Files:
    """What is generated from the snapshot. Not to be changed."""
    return snapshot.generate()


@pytest.fixture
def real(snapshot: Project, tmp_path: Path) -> Project:
    """A copy of what the generator reads of this project."""
    return Project.copied(snapshot.root, tmp_path / "real")


@pytest.fixture
def checkout(snapshot: Project, tmp_path: Path) -> Project:
    """A copy of what the generator reads and writes of this project."""
    return Project.copied(snapshot.root, tmp_path / "checkout", outputs=True)


@pytest.fixture(scope="session")
def small_before() -> Files:
    """What is generated from the small project. Not to be changed."""
    return Project(SMALL).generate()
