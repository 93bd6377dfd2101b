"""The command `validate`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import typer
from rich.text import Text

import ngio_collections as ngc
from ngio_collections._contract import Level
from ngio_collections.cli._documents import STANDARD_INPUT, Checked, check
from ngio_collections.cli._output import (
    FOUND,
    UNREADABLE,
    complain,
    console,
    count,
    stop,
    stopping_at_errors,
)
from ngio_collections.cli._profiles import require_profile
from ngio_collections.cli._report import print_document, shown_findings, summary, to_json

if TYPE_CHECKING:
    from ngio_collections.cli._recursion import Recursion

__all__ = ["run"]


class _Run:
    """The documents of one call, and how many of them could not be read."""

    def __init__(self, profile: str, revision: str) -> None:
        self.profile = profile
        self.revision = revision
        self.checked: list[Checked] = []
        self.unreadable = 0
        self.unfollowed: tuple[ngc.Unfollowed, ...] = ()

    def check_all(
        self, paths: Sequence[str], recursion: Recursion | None = None
    ) -> Iterator[Checked]:
        """Check one document after the other; tell about those that cannot be read."""
        yield from self._check_named(paths)
        if recursion is not None:
            yield from self._check_others(recursion)

    def _check_named(self, paths: Sequence[str]) -> Iterator[Checked]:
        for path in dict.fromkeys(paths):
            try:
                one = check(path, profile=self.profile, revision=self.revision)
            except ngc.DocumentError as error:
                complain(str(error))
                self.unreadable += 1
            else:
                self.checked.append(one)
                yield one

    def _check_others(self, recursion: Recursion) -> Iterator[Checked]:
        """Check the documents that those before refer to, each once."""
        named = [one.document for one in self.checked]
        for error in recursion.read(named):
            complain(str(error))
            self.unreadable += 1
        self.unfollowed = recursion.unfollowed
        for one in recursion.check(profile=self.profile, revision=self.revision):
            self.checked.append(one)
            yield one

    @property
    def exit_code(self) -> int:
        """2 if something could not be read, 1 for findings at MUST and unfollowed references."""
        if self.unreadable:
            return UNREADABLE
        if self.unfollowed:
            return FOUND
        findings = (finding for one in self.checked for finding in one.findings)
        return FOUND if any(finding.level == Level.MUST for finding in findings) else 0


def _print_text(
    this: _Run, paths: Sequence[str], recursion: Recursion | None, level: Level
) -> None:
    out = console()
    for one in this.check_all(paths, recursion):
        if findings := shown_findings(one.findings, level):
            print_document(out, one.title, findings)
    line = summary(this.checked, level, this.unreadable)
    if this.unfollowed:
        line += f", {count(len(this.unfollowed), 'reference')} not followed"
    style = "bold red" if this.exit_code else "bold green"
    out.print(Text(f"{line} (profile {this.profile}, {this.revision})", style), soft_wrap=True)


def _recursion(
    paths: Sequence[str], depth: int | None, allow: Sequence[str] | None, root: str | None
) -> Recursion:
    # Only here: the resolver takes time to import.
    from ngio_collections.cli._access import Access  # noqa: PLC0415
    from ngio_collections.cli._recursion import Recursion  # noqa: PLC0415

    if STANDARD_INPUT in paths:
        stop("standard input has no address that its references could count from; name a file")
    access = Access.of(allow, root)
    with stopping_at_errors():
        access.require(paths)
    return Recursion(access, depth)


def run(
    paths: Sequence[str],
    *,
    profile: str,
    revision: str,
    as_json: bool,
    level: Level,
    recursive: bool = False,
    depth: int | None = None,
    allow: Sequence[str] | None = None,
    root: str | None = None,
) -> None:
    """Check documents and print what was found.

    Args:
        paths: Files, folders that hold a `zarr.json`, or `-`.
        profile: The profile to check against.
        revision: The revision of RFC-8 to check against.
        as_json: Whether to print JSON instead of text.
        level: The weakest level that is shown.
        recursive: Whether the documents that they refer to are checked too.
        depth: How many documents inside of each other are followed then; all if None.
        allow: The origins that may be read from as well.
        root: The folder that references must not leave.

    Raises:
        typer.Exit: With the exit code of the command.
    """
    require_profile(profile, revision)
    if not recursive and (depth is not None or allow or root is not None):
        stop("--depth, --allow and --root say what --recursive reads; give that as well")
    this = _Run(profile, revision)
    recursion = _recursion(paths, depth, allow, root) if recursive else None
    if as_json:
        for _ in this.check_all(paths, recursion):
            pass
        sys.stdout.write(to_json(this.checked, level) + "\n")
    else:
        _print_text(this, paths, recursion, level)
    if recursion is not None:
        recursion.tell()
    raise typer.Exit(this.exit_code)
