"""The command `validate`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Final

import typer
from rich.text import Text

import ngio_collections as ngc
from ngio_collections._contract import Level
from ngio_collections.cli._documents import Checked, check
from ngio_collections.cli._output import UNREADABLE, complain, console
from ngio_collections.cli._profiles import require_profile
from ngio_collections.cli._report import print_document, shown_findings, summary, to_json

__all__ = ["run"]

FOUND: Final = 1
"""The exit code when there are findings at level MUST."""


class _Run:
    """The documents of one call, and how many of them could not be read."""

    def __init__(self, profile: str, revision: str) -> None:
        self.profile = profile
        self.revision = revision
        self.checked: list[Checked] = []
        self.unreadable = 0

    def check_all(self, paths: Sequence[str]) -> Iterator[Checked]:
        """Check one document after the other; tell about those that cannot be read."""
        for path in dict.fromkeys(paths):
            try:
                one = check(path, profile=self.profile, revision=self.revision)
            except ngc.DocumentError as error:
                complain(str(error))
                self.unreadable += 1
            else:
                self.checked.append(one)
                yield one

    @property
    def exit_code(self) -> int:
        """2 when something could not be read, 1 for findings at MUST, else 0."""
        if self.unreadable:
            return UNREADABLE
        findings = (finding for one in self.checked for finding in one.findings)
        return FOUND if any(finding.level == Level.MUST for finding in findings) else 0


def _print_text(this: _Run, paths: Sequence[str], level: Level) -> None:
    out = console()
    for one in this.check_all(paths):
        if findings := shown_findings(one.findings, level):
            print_document(out, one.title, findings)
    line = summary(this.checked, level, this.unreadable)
    style = "bold red" if this.exit_code else "bold green"
    out.print(Text(f"{line} (profile {this.profile}, {this.revision})", style), soft_wrap=True)


def run(paths: Sequence[str], *, profile: str, revision: str, as_json: bool, level: Level) -> None:
    """Check documents and print what was found.

    Args:
        paths: Files, folders that hold a `zarr.json`, or `-`.
        profile: The profile to check against.
        revision: The revision of RFC-8 to check against.
        as_json: Whether to print JSON instead of text.
        level: The weakest level that is shown.

    Raises:
        typer.Exit: With the exit code of the command.
    """
    require_profile(profile, revision)
    this = _Run(profile, revision)
    if as_json:
        for _ in this.check_all(paths):
            pass
        sys.stdout.write(to_json(this.checked, level) + "\n")
    else:
        _print_text(this, paths, level)
    raise typer.Exit(this.exit_code)
