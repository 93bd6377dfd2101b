"""Reading and checking the documents that a person names."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import ngio_collections as ngc
from ngio_collections import _paths
from ngio_collections.cli._output import NO_METADATA

__all__ = ["STANDARD_INPUT", "Checked", "check", "each_once"]

STANDARD_INPUT: Final = "-"


@dataclass(frozen=True, slots=True)
class Checked:
    """One document with everything that was found in it.

    Attributes:
        document: Its address, `-` for standard input.
        findings: What was found, in the order of the document.
        content: Its text, in UTF-8.
    """

    document: str
    findings: tuple[ngc.Finding, ...]
    content: bytes = b""

    @property
    def title(self) -> str:
        """What people call the document."""
        return _title(self.document)

    @property
    def file(self) -> str | None:
        """The file, from the working directory if it is below it; None if it is none."""
        if self.document == STANDARD_INPUT:
            return None
        # Only here: the resolver takes time to import.
        from ngio_collections.cli._access import label  # noqa: PLC0415

        return label(_paths.as_url(self.document))


def _title(document: str) -> str:
    return "standard input" if document == STANDARD_INPUT else document


def _as_path(argument: str) -> Path:
    """The local file or folder that is named, as a path or as a `file:` URL."""
    if "://" not in argument and not argument.startswith("file:"):
        return Path(argument)
    try:
        url = _paths.as_url(argument)
        if url.startswith("file:"):
            return Path(_paths.local_path(url))
    except ngc.PathError as error:
        raise ngc.DocumentNotFoundError(f"is no address: {error}", argument) from error
    raise ngc.DocumentAccessError(
        "is no local file, and only those can be read here; download it first", argument
    )


def _locate(argument: str) -> Path:
    path = _as_path(argument)
    if not path.is_dir():
        return path
    metadata = path / "zarr.json"
    if not metadata.exists():
        raise ngc.DocumentNotFoundError(NO_METADATA, argument)
    return metadata


def each_once(arguments: Iterable[str]) -> list[str]:
    """What a person named, without further names of the same documents."""
    named: dict[str, str] = {}
    for argument in arguments:
        named.setdefault(_address(argument), argument)
    return list(named.values())


def _address(argument: str) -> str:
    """The address of a document that is named; the name itself where that makes no sense."""
    if argument == STANDARD_INPUT:
        return argument
    try:
        return _paths.as_url(_locate(argument))
    except (ngc.DocumentError, ngc.PathError, OSError, ValueError):
        return argument  # What is wrong with it is said when it is read.


def _read_standard_input() -> bytes:
    if sys.stdin is None:  # A process can be started without one.
        raise ngc.DocumentNotFoundError("is closed", _title(STANDARD_INPUT))
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise ngc.DocumentError(
            f"cannot be read ({error.strerror or error})", _title(STANDARD_INPUT)
        ) from error


def _read(argument: str) -> tuple[str, bytes]:
    if argument == STANDARD_INPUT:
        return STANDARD_INPUT, _read_standard_input()
    try:
        path = _locate(argument)
        return path.as_posix(), path.read_bytes()
    except FileNotFoundError:
        raise ngc.DocumentNotFoundError("there is no such file", argument) from None
    except ValueError:
        raise ngc.DocumentNotFoundError("no file can have this name", argument) from None
    except OSError as error:
        raise ngc.DocumentError(f"cannot be read ({error.strerror or error})", argument) from error


def check(
    argument: str, *, profile: str, revision: str, rules: ngc.RuleSet | None = None
) -> Checked:
    """Read and check one document.

    Args:
        argument: A file, a folder that holds a `zarr.json`, or `-` for
            standard input.
        profile: The profile to check against.
        revision: The revision of RFC-8 to check against.
        rules: The rules to check; all if None.

    Returns:
        The document with its findings.

    Raises:
        DocumentError: It cannot be read, is not JSON, or holds no node.
    """
    document, content = _read(argument)
    url = None if document == STANDARD_INPUT else document
    try:
        findings = ngc.validate_document(
            content, profile=profile, revision=revision, url=url, rules=rules
        )
    except ngc.DocumentError as error:
        raise ngc.DocumentError(error.problem, _title(document)) from error
    return Checked(document, tuple(findings), content)
