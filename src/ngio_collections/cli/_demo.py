"""The command `demo`."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from ngio_collections._contract import Level
from ngio_collections.cli._demo_plate import BREAKAGES, break_documents, plate_documents
from ngio_collections.cli._documents import Checked, check
from ngio_collections.cli._output import console, count, safe, stop
from ngio_collections.cli._report import print_document, summary

__all__ = ["run"]

PROFILES = (("ngio", "v1-2026-08"), ("rfc8", "v1-2026-08"))


@contextmanager
def _stopping_at_failed_writes(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        stop(f"{error.filename or directory}: cannot be written ({error.strerror or error})")


def _write(directory: Path, documents: Mapping[str, Any]) -> list[Path]:
    written = []
    with _stopping_at_failed_writes(directory):
        for name, document in documents.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
            written.append(path)
    return written


def _prepare(directory: Path) -> None:
    with _stopping_at_failed_writes(directory):
        if directory.exists() and not directory.is_dir():
            stop(f"{directory}: is a file; name a folder that is new or empty")
        if directory.is_dir() and any(directory.iterdir()):
            stop(f"{directory}: is not empty; name another folder: ngio-collections demo DIR")
        directory.mkdir(parents=True, exist_ok=True)


def _check_all(paths: Iterable[Path], profile: str, revision: str) -> list[Checked]:
    return [check(str(path), profile=profile, revision=revision) for path in paths]


class _Speaker:
    """Prints the steps of the demo."""

    def __init__(self, out: Console) -> None:
        self.out = out

    def step(self, text: str) -> None:
        """Begin a step, after an empty line."""
        self.out.print()
        self.line(text, "bold")

    def line(self, text: str, style: str = "") -> None:
        """Print one line whatever its length, so that it can be copied."""
        self.out.print(Text(safe(text, self.out.encoding), style), soft_wrap=True)


def _write_and_check(speaker: _Speaker, directory: Path, documents: Mapping[str, Any]) -> None:
    speaker.line(
        f"1. A plate, written to {directory} ({count(len(documents), 'document')}):", "bold"
    )
    wells = ", ".join(Path(name).name for name in documents if name.startswith("wells/"))
    speaker.line("  plate.json  the rows, the columns, the acquisition, and where each well is")
    speaker.line(f"  wells/      {wells}: two fields of view each,")
    speaker.line("              the nuclei found in them, and a scene that puts the fields")
    speaker.line("              side by side")
    speaker.line("  There are no pixels; the paths to images lead nowhere yet.", "dim")
    paths = _write(directory, documents)
    speaker.step("2. What a check says about it:")
    for profile, revision in PROFILES:
        checked = _check_all(paths, profile, revision)
        for one in checked:
            if one.findings:
                print_document(speaker.out, one.title, one.findings)
        speaker.line(f"  profile {profile} ({revision}): {summary(checked, Level.SHOULD)}")


def _break_and_check(speaker: _Speaker, directory: Path, documents: Mapping[str, Any]) -> None:
    paths = _write(directory, break_documents(documents))
    speaker.step(f"3. A copy, written to {directory} and broken in three ways:")
    for breakage in BREAKAGES:
        speaker.line(f"  {breakage.file}: {breakage.what}")
    speaker.step("4. What a check says about the copy:")
    profile, revision = PROFILES[0]
    checked = _check_all(paths, profile, revision)
    speaker.out.print()
    for one in checked:
        if one.findings:
            print_document(speaker.out, one.title, one.findings)
    speaker.line(f"{summary(checked, Level.SHOULD)} (profile {profile}, {revision})", "bold red")


def _suggest(speaker: _Speaker, directory: Path, broken: Path) -> None:
    plate, first = (shlex.quote(str(directory / name)) for name in ("plate.json", "wells/A01.json"))
    wrong = shlex.quote(str(broken / "plate.json"))
    speaker.step("What you can run next:")
    for command, why in (
        (f"validate {plate} {first}", "check single documents; add your own"),
        (f"validate {wrong} --format json", "the same findings for a program"),
        ("rules --level MUST", "every rule that must be kept"),
        ("schema --concept plate", "the JSON Schema of a plate"),
    ):
        speaker.line(f"  # {why}", "dim")
        speaker.line(f"  ngio-collections {command}")


def run(directory: Path) -> None:
    """Write a plate collection, check it, break a copy of it and check that.

    Args:
        directory: Where to write; new or empty.

    Raises:
        typer.Exit: With code 2 when the folder is not empty or cannot be written.
    """
    speaker, broken, documents = _Speaker(console()), directory / "broken", plate_documents()
    _prepare(directory)
    _write_and_check(speaker, directory, documents)
    _break_and_check(speaker, broken, documents)
    _suggest(speaker, directory, broken)
