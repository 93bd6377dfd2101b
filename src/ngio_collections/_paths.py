"""Paths and URLs of documents: the one place that computes with them. Pure."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote

__all__ = ["as_url", "is_within", "local_path"]


def as_url(location: str | os.PathLike[str]) -> str:
    """The URL of a file or of a URL."""
    text = os.fspath(location)
    if "://" in text:
        return text
    return Path(os.path.normpath(Path(text).absolute())).as_uri()


def local_path(file_url: str) -> str:
    """The path of a `file:` URL."""
    return unquote(file_url.removeprefix("file://"))


def is_within(url: str, root_url: str) -> bool:
    """Whether a URL is a root, or in it."""
    root = root_url.rstrip("/")
    return url == root or url.startswith(root + "/")
