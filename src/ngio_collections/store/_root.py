"""The folder that a store of local files is confined to."""

from __future__ import annotations

import os

from ngio_collections._paths import as_url, is_within
from ngio_collections.errors import DocumentAccessError, ForbiddenError, PathError

__all__ = ["Root"]


class Root:
    """A folder, and the checks that a file is in it wherever links lead.

    Args:
        folder: The folder; it may be a link itself, which is followed once, here.

    Raises:
        PathError: It is an empty text.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        if not os.fspath(folder):
            # As a variable that is not set has it; it would be wherever one happens to be.
            raise PathError(
                "the root is an empty text; give a folder, '.' for the working directory, or None "
                "if all files can be read and written"
            )
        self.folder = os.path.abspath(folder)
        self._url = as_url(self.folder)
        self._real = os.path.realpath(self.folder)
        self._prefix = self._real.rstrip(os.sep) + os.sep
        # Linux tells where an open file is, at a tenth of what it costs to look for links.
        self.knows_open_files = os.path.isdir("/proc/self/fd")

    def check_url(self, url: str) -> None:
        """Check that a URL is in the root, before anything is asked of the system."""
        try:
            inside = is_within(url, self._url)
        except PathError as error:
            raise DocumentAccessError(f"is no local file: {error}", url) from error
        if not inside:
            raise self._refusal("is", url)

    def check_open(self, url: str, descriptor: int) -> None:
        """Check that an open file is in the root, if the system tells where it is."""
        if self.knows_open_files:
            self._check(url, os.readlink(f"/proc/self/fd/{descriptor}"))

    def resolved(self, url: str, path: str) -> str:
        """Check that a path is in the root.

        Args:
            url: The URL of the file.
            path: Its path; whether there is such a file does not matter.

        Returns:
            The path without links.

        Raises:
            ForbiddenError: It is outside.
            DocumentAccessError: It cannot be resolved.
        """
        try:
            real = os.path.realpath(path)
        except (OSError, ValueError) as error:
            raise DocumentAccessError(f"cannot be resolved: {error}", url) from error
        self._check(url, real)
        return real

    def _check(self, url: str, real: str) -> None:
        if not real.startswith(self._prefix) and real != self._real:
            raise self._refusal(f"leads to {real}, which is", url)

    def _refusal(self, problem: str, url: str) -> ForbiddenError:
        return ForbiddenError(
            f"{problem} outside of the root of this store, {self._url}; use a LocalStore with"
            " another root, or without one, if it is to be accessed",
            url,
        )
