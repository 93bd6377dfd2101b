"""Printing text that nobody has checked to a terminal of any kind.

Documents come from anywhere, so nothing from them reaches the terminal as it
is: no control characters, no lone surrogates, no markup of rich, nothing that
the encoding of the terminal lacks.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from ngio_collections import _paths
from ngio_collections._text import printable
from ngio_collections.errors import DocumentNotFoundError, NgioCollectionsError, PathError

__all__ = [
    "FOUND",
    "NO_METADATA",
    "ONLY_LOCAL",
    "RULE_FAILED",
    "UNREADABLE",
    "complain",
    "complain_more",
    "console",
    "count",
    "safe",
    "say",
    "stop",
    "stopping_at_errors",
    "told",
    "without_advice",
    "writing_output",
]

ONLY_LOCAL: Final = (
    "the command line reads local files only, in --root where that is given; "
    "what is on servers is read from Python, with a store for it"
)
_FOR_PYTHON: Final = (
    "; allow it with AccessPolicy(origins=[...])",
    ". A RouterStore sends other URLs to other stores",
)

NO_METADATA: Final = "is a folder without a zarr.json; name a file in it"
_FILE_URL: Final = re.compile(r"file:///[^\s'\"()]+")
_AROUND: Final = ",;:."
"""What ends a part of a sentence, and not an address."""

FOUND: Final = 1
"""The exit code when something was found that has to be looked at."""

UNREADABLE: Final = 2
"""The exit code when something could not be read or the call makes no sense."""

RULE_FAILED: Final = 3
"""The exit code when a rule itself raised an error, so that not everything was checked."""

_LONGEST: Final = 2000


@contextmanager
def writing_output() -> Iterator[None]:
    """Say in one line, without a traceback, that standard output cannot be written.

    Raises:
        SystemExit: With code 2 when standard output cannot be written.
    """
    try:
        yield
    except OSError as error:
        complain(f"the output cannot be written ({error.strerror or error})")
        raise SystemExit(UNREADABLE) from error


def safe(text: str, encoding: str = "utf-8") -> str:
    r"""Make a text harmless on a terminal, in one line.

    Args:
        text: Any text, lone surrogates included.
        encoding: The encoding of the terminal.

    Returns:
        The text with everything that is not plainly visible written as an
        escape such as `\x1b`, cut after 2000 characters.
    """
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]} ... ({count(len(text) - _LONGEST, 'more character')})"
    return printable(text).encode(encoding, "backslashreplace").decode(encoding)


def count(number: int, noun: str) -> str:
    """Write a number with its noun, for example `1 document` or `2 documents`."""
    return f"{number:d} {noun}{'' if number == 1 else 's'}"


def console() -> Console:
    """Open standard output for text that is never read as markup."""
    return Console(file=sys.stdout, markup=False, emoji=False, highlight=False)


def say(console: Console, text: str, style: str = "") -> None:
    """Print one line whatever its length, so that it can be copied."""
    console.print(Text(safe(text, console.encoding), style), soft_wrap=True)


def complain(problem: str) -> None:
    """Print one line about a problem on standard error."""
    complain_more([f"ngio-collections: {problem}"])


def complain_more(lines: Iterable[str]) -> None:
    """Print further lines about a problem on standard error."""
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    for line in lines:
        print(safe(_with_names(line), encoding), file=sys.stderr)


def _with_names(text: str) -> str:
    """A text with what people call local files in the place of their addresses."""
    if "file:///" not in text:
        return text
    # Only here: the resolver takes time to import.
    from ngio_collections.cli._access import label  # noqa: PLC0415

    def name(match: re.Match[str]) -> str:
        url = match[0].rstrip(_AROUND)
        return label(url) + match[0][len(url) :]

    return _FILE_URL.sub(name, text)


def stop(problem: str) -> NoReturn:
    """Print one line about a problem and end with exit code 2.

    Raises:
        typer.Exit: Always.
    """
    complain(problem)
    raise typer.Exit(UNREADABLE)


def told(error: NgioCollectionsError) -> str:
    """What is said of an error of the library; of a folder, that it is one."""
    place = error.document if isinstance(error, DocumentNotFoundError) else None
    if place is not None and place.startswith("file:") and place.endswith("/zarr.json"):
        folder = place.removesuffix("/zarr.json")
        with suppress(PathError):
            if Path(_paths.local_path(folder)).is_dir():
                return f"{folder}: {NO_METADATA}"
    return str(error)


def without_advice(words: str) -> str:
    """What the library says, without the advice that is of use in Python only."""
    for advice in _FOR_PYTHON:
        words = words.removesuffix(advice)
    return words


@contextmanager
def stopping_at_errors() -> Iterator[None]:
    """End with exit code 2 and one line when the library says that something cannot be done.

    Raises:
        typer.Exit: With code 2, for every error of the library.
    """
    try:
        yield
    except NgioCollectionsError as error:
        said = told(error)
        words = without_advice(said)
        advice = [ONLY_LOCAL] if words != said else []
        stop("; ".join([words, *advice, *getattr(error, "__notes__", ())]))
