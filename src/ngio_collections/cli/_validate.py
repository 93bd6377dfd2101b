"""The command `validate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

import ngio_collections as ngc
from ngio_collections._contract import Level
from ngio_collections.cli._documents import STANDARD_INPUT, Checked, check, each_once
from ngio_collections.cli._options import ReportFormat
from ngio_collections.cli._output import (
    FOUND,
    RULE_FAILED,
    UNREADABLE,
    complain,
    stop,
    stopping_at_errors,
    told,
)
from ngio_collections.cli._outputs import Outcome, Output, output_for
from ngio_collections.cli._profiles import require_rules
from ngio_collections.cli._report import is_shown
from ngio_collections.report._summary import RULE_ERROR

if TYPE_CHECKING:
    from ngio_collections.cli._access import Access
    from ngio_collections.cli._recursion import Recursion, Viewing
    from ngio_collections.document import Source

__all__ = ["run"]


class _Run:
    """The documents of one call, each printed when it is checked, and then forgotten."""

    def __init__(self, outcome: Outcome, output: Output) -> None:
        self.outcome = outcome
        self._output = output

    def check_all(self, paths: Sequence[str], recursion: Recursion | None) -> None:
        """Check one document after the other; tell about those that cannot be read."""
        named = self._check_named(paths)
        if recursion is not None:
            for error in recursion.run(named, self._check_other):
                self._unreadable(error)
            self.outcome.unfollowed = recursion.unfollowed
            for one in recursion.lost(self.outcome):
                self._show(one)
        self.outcome.exit_code = _exit_code(self.outcome)
        self._output.end(self.outcome)

    def check_views(self, paths: Sequence[str], opening: Viewing) -> None:
        """Check collections as wholes, document by document."""
        unfollowed: list[ngc.Unfollowed] = []
        for path in each_once(paths):
            try:
                root = opening.open(path)
            except ngc.DocumentError as error:
                self._unreadable(error)
                continue
            unfollowed += root.report.failures
            for one in opening.check(root, self.outcome):
                self._take(one)
        self.outcome.unfollowed = tuple(unfollowed)
        self.outcome.exit_code = _exit_code(self.outcome)
        self._output.end(self.outcome)

    def _check_named(self, paths: Sequence[str]) -> list[str]:
        checked: list[str] = []
        for path in each_once(paths):
            try:
                one = check(
                    path,
                    profile=self.outcome.profile,
                    revision=self.outcome.revision,
                    rules=self.outcome.rules,
                )
            except ngc.DocumentError as error:
                self._unreadable(error)
            else:
                checked.append(one.document)
                self._take(one)
        return checked

    def _check_other(self, source: Source, data: bytes) -> None:
        """Check a document that others refer to."""
        # Only here: the resolver takes time to import.
        from ngio_collections.cli._access import label  # noqa: PLC0415

        name = label(source.url)
        findings = ngc.validate_document(
            dict(source.document),
            profile=self.outcome.profile,
            revision=self.outcome.revision,
            url=name,
            rules=self.outcome.rules,
        )
        self._take(Checked(name, tuple(findings), data))

    def _take(self, checked: Checked) -> None:
        self.outcome.documents += 1
        self._show(checked)

    def _show(self, checked: Checked) -> None:
        for finding in checked.findings:
            self.outcome.tally.add(finding)
        shown = [one for one in checked.findings if is_shown(one, self.outcome.level)]
        self._output.document(checked, shown)

    def _unreadable(self, error: ngc.DocumentError) -> None:
        said = told(error)
        complain(said)
        self.outcome.unreadable += 1
        self._output.problem(said)


def _exit_code(outcome: Outcome) -> int:
    """3 if a rule failed, 2 if something could not be read, 1 for what must be put right."""
    if outcome.tally.has(RULE_ERROR):
        return RULE_FAILED
    if outcome.unreadable:
        return UNREADABLE
    if outcome.unfollowed or outcome.tally.has("violation", Level.MUST):
        return FOUND
    return 0


def _access(paths: Sequence[str], allow: Sequence[str] | None, root: str | None) -> Access:
    # Only here: the resolver takes time to import.
    from ngio_collections.cli._access import Access  # noqa: PLC0415

    if STANDARD_INPUT in paths:
        stop("standard input has no address that its references could count from; name a file")
    access = Access.of(allow, root)
    with stopping_at_errors():
        access.require(paths)
    return access


def run(
    paths: Sequence[str],
    *,
    profile: str,
    revision: str,
    output: ReportFormat,
    level: Level,
    most: int | None = None,
    only_summary: bool = False,
    only: Sequence[str] | None = None,
    without: Sequence[str] | None = None,
    own: Sequence[str] | None = None,
    recursive: bool = False,
    view: bool = False,
    depth: int | None = None,
    allow: Sequence[str] | None = None,
    root: str | None = None,
) -> None:
    """Check documents and print what was found.

    Args:
        paths: Files, folders that hold a `zarr.json`, or `-`.
        profile: The profile to check against.
        revision: The revision of RFC-8 to check against.
        output: How to print it.
        level: The weakest level that is shown.
        most: How many findings are written out; None for as many as the format shows.
        only_summary: Whether only a summary is printed.
        only: The rules to check; all if there are none.
        without: The rules that are left out.
        own: Files or modules with further rules.
        recursive: Whether the documents that they refer to are checked too.
        view: Whether they are checked as one collection with all that they refer to.
        depth: How many documents inside of each other are followed then; all if None.
        allow: The origins that may be read from as well.
        root: The folder that references must not leave.

    Raises:
        typer.Exit: With the exit code of the command.
    """
    rules = require_rules(profile, revision, only, without, own)
    follows = recursive or view
    if not follows and (depth is not None or allow or root is not None):
        stop("--depth, --allow and --root say what --recursive or --view reads; give one as well")
    if recursive and view:
        stop("--view checks what --recursive does, and what documents say of each other; give one")
    if only_summary and output not in (ReportFormat.TEXT, ReportFormat.JSON):
        stop(f"--summary is there as text and as json, not as {output}")
    access = _access(paths, allow, root) if follows else None
    outcome = Outcome(profile, revision, level, rules=rules)
    chosen = output_for(output, outcome, most=most, only_summary=only_summary)
    this = _Run(outcome, chosen)
    if access is None:
        this.check_all(paths, None)
    else:
        # Only here: the resolver takes time to import.
        from ngio_collections.cli._following import tell_unfollowed  # noqa: PLC0415
        from ngio_collections.cli._recursion import Recursion, Viewing  # noqa: PLC0415

        if view:
            this.check_views(paths, Viewing(access, depth))
        else:
            this.check_all(paths, Recursion(access, depth))
        tell_unfollowed(outcome.unfollowed)
    raise typer.Exit(outcome.exit_code)
