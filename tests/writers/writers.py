"""The libraries whose hierarchies are converted here, and where their programs are."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, cast

from tests.writers.surveys import Survey

MODULES = {
    "yaozarrs": "by_yaozarrs",
    "ome-zarr": "by_ome_zarr",
    "ngff-zarr": "by_ngff_zarr",
    "ngio": "by_ngio",
    "ome-zarr-io": "by_ome_zarr_io",
}


class Writer(Protocol):
    """What a module of programs for one library has."""

    NAME: str
    HIERARCHIES: Mapping[str, Callable[[Path], None]]

    def survey(self, path: Path) -> Survey:
        """What the library finds in the hierarchy at this path."""


def missing() -> list[str]:
    """Libraries that are not installed."""
    return [name for name in MODULES if find_spec(name.replace("-", "_")) is None]


def writer(name: str) -> Writer:
    """The programs for a library."""
    with no_warnings():
        return cast("Writer", import_module(f"tests.writers.{MODULES[name]}"))


def folder(name: str) -> str:
    """The folder of the snapshots of a library, of the version that is installed."""
    return f"{name}-{version(name)}"


@contextmanager
def no_warnings() -> Iterator[None]:
    """What other people's software warns of is theirs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
