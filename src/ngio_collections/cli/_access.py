"""Which documents a command may read, and what people call them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import ngio_collections as ngc
from ngio_collections import _paths
from ngio_collections.cli._output import stop
from ngio_collections.document import is_in_zarr, is_of_zarr, read_zarr
from ngio_collections.resolve.verbs._common import document_url, store_for

__all__ = ["Access", "document_url", "label", "require_free", "require_store", "store_for"]


@dataclass(frozen=True, slots=True)
class Access:
    """What may be read, as `--allow` and `--root` say.

    Attributes:
        policy: Which documents a reference may lead to.
        store: Where they are read; None for the store that the library takes.
    """

    policy: ngc.AccessPolicy
    store: ngc.LocalStore | None = None

    @classmethod
    def of(cls, allow: Sequence[str] | None, root: str | None) -> Access:
        """Understand the options of a command.

        Args:
            allow: The origins that may be read from as well.
            root: The folder that nothing outside of may be read.

        Raises:
            typer.Exit: With code 2, if one of them makes no sense.
        """
        for origin in allow or ():
            if origin != "*" and "://" not in origin:
                stop(f"--allow {origin}: is no origin; give one such as https://example.org, or *")
        try:
            policy = ngc.AccessPolicy(root=root, origins=list(allow or ()))
        except ngc.PathError as error:
            stop(f"--allow or --root cannot be understood: {error}")
        if root is None or not str(policy.root).startswith("file:"):
            return cls(policy)
        # Where links lead counts as well, and only the store knows that.
        return cls(policy, ngc.LocalStore(_paths.local_path(str(policy.root))))

    def require(self, locations: Iterable[str]) -> None:
        """Refuse what is outside of the root or cannot be reached, before anything is read.

        Raises:
            PathError: A location cannot be understood.
            typer.Exit: With code 2, for the first of them.
        """
        root = self.policy.root
        for location in locations:
            url = require_store(location)
            if isinstance(root, str) and not _paths.is_within(url, root):
                stop(f"{location}: is outside of the folder {label(root)}, which --root names")


def label(url: str) -> str:
    """What people call a document: a local path, from the working directory if it is below it."""
    if not url.startswith("file:"):
        return url
    try:
        path = Path(_paths.local_path(url))
    except ngc.PathError:  # Of another system, or of a share.
        return url
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def require_store(location: str) -> str:
    """The address of a document; refuse one that there is no store for.

    Raises:
        PathError: The location cannot be understood.
        typer.Exit: With code 2, if there is no store for it.
    """
    url = document_url(location)
    try:
        store_for(None, url)
    except ngc.DocumentAccessError:
        stop(f"{location}: is no local file, and the command line can read and write only those")
    return url


def require_free(location: str, *, hint: str = "") -> None:
    """Refuse to write over a document before the work begins; the store checks it once more.

    Args:
        location: Where a new document is to be written.
        hint: What can be done instead.

    Raises:
        PathError: The location cannot be understood.
        typer.Exit: With code 2, if there is a file, or nothing can be written there. A Zarr group
            or array without a node is no such file: a node can be put into it.
    """
    if location == "-":
        stop("-: a document is written to a file, since paths in it count from there; name one")
    url = require_store(location)
    path = Path(_paths.local_path(url))
    if path.exists() and not _takes_node(path, url):
        stop(f"{label(url)}: is there already; name another file{hint}")


def _takes_node(path: Path, url: str) -> bool:
    """Whether a file is the metadata of a Zarr group or array that has no node yet."""
    if not is_of_zarr(url) or not path.is_file():
        return False
    try:
        return not is_in_zarr(read_zarr(path.read_bytes(), url))
    except (ngc.DocumentError, OSError):
        return False
