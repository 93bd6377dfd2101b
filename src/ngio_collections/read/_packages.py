"""The packages of extras, imported where they are used."""

from __future__ import annotations

import importlib
from typing import Any

from ngio_collections.errors import MissingExtraError

__all__ = ["package"]


def package(name: str, extra: str, purpose: str) -> Any:
    """A package that only some functions need.

    Args:
        name: The module.
        extra: The extra of this library that installs it.
        purpose: What needs it, for the error.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingExtraError(extra, purpose) from error
