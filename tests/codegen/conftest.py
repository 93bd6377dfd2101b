"""Copies of projects that a test can change."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.sources import ROOT
from tests.codegen.projects import SMALL, Project


@pytest.fixture
def small(tmp_path: Path) -> Project:
    """A copy of the small project: what the generator reads, nothing that it writes."""
    return Project.copied(SMALL, tmp_path / "small")


@pytest.fixture
def real(tmp_path: Path) -> Project:
    """A copy of what the generator reads of this project."""
    return Project.copied(ROOT, tmp_path / "real")


@pytest.fixture
def checkout(tmp_path: Path) -> Project:
    """A copy of what the generator reads and writes of this project."""
    return Project.copied(ROOT, tmp_path / "checkout", outputs=True)
