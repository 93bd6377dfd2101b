"""The formats of `validate`: each takes documents as they are checked, and keeps none of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from rich.text import Text

import ngio_collections as ngc
from ngio_collections import _paths
from ngio_collections._contract import Level
from ngio_collections._json_places import Place, places
from ngio_collections.cli._json_output import ArrayOutput, print_json
from ngio_collections.cli._options import ReportFormat
from ngio_collections.cli._output import complain, console, count, say
from ngio_collections.cli._report import TextReport, is_shown, summary
from ngio_collections.report._github import github_command
from ngio_collections.report._sarif import SarifLog
from ngio_collections.report._summary import Summary, Tally

if TYPE_CHECKING:
    from ngio_collections.cli._documents import Checked

__all__ = ["Outcome", "Output", "output_for"]


@dataclass(slots=True)
class Outcome:
    """What is known of a run so far: numbers, and no documents.

    Attributes:
        profile: The profile that is checked against.
        revision: The revision of RFC-8.
        level: The weakest level that is shown.
        documents: How many documents were checked.
        unreadable: How many could not be read.
        unfollowed: The references that were not followed.
        tally: What was found.
        exit_code: The exit code, once it is known.
        rules: The rules that are checked.
    """

    profile: str
    revision: str
    level: Level
    documents: int = 0
    unreadable: int = 0
    unfollowed: Sequence[ngc.Unfollowed] = ()
    tally: Tally = field(default_factory=Tally)
    exit_code: int = 0
    rules: ngc.RuleSet = field(default_factory=ngc.rules)

    def shown(self) -> Summary:
        """What was found at the levels that are shown."""
        whole = self.tally.summary()
        rules = tuple(r for r in whole.rules if is_shown(r.examples[0], self.level))
        return replace(whole, rules=rules, findings=sum(rule.count for rule in rules))

    def line(self) -> str:
        """Everything in one line."""
        line = summary(self.documents, self.tally.summary(), self.level, self.unreadable)
        if self.unfollowed:
            line += f", {count(len(self.unfollowed), 'reference')} not followed"
        return f"{line} (profile {self.profile}, {self.revision})"


class Output(Protocol):
    """One of the formats."""

    def document(self, checked: Checked, findings: Sequence[ngc.Finding]) -> None:
        """Take a document that was checked, and those of its findings that are shown."""

    def problem(self, text: str) -> None:
        """Take note of a document that could not be read."""

    def end(self, outcome: Outcome, /) -> None:
        """Print what comes at the end."""


def output_for(
    format: ReportFormat, outcome: Outcome, *, most: int | None, only_summary: bool
) -> Output:
    """Open one of the formats.

    Args:
        format: Which one.
        outcome: What is known of the run so far.
        most: How many findings are written out; None for as many as the format shows.
        only_summary: Whether none is, but a summary.
    """
    if only_summary:
        return _TextOutput(0) if format is ReportFormat.TEXT else _JsonSummary()
    if format is ReportFormat.TEXT:
        return _TextOutput(most)
    if format is ReportFormat.JSON:
        return _JsonOutput(most)
    if format is ReportFormat.GITHUB:
        return _GithubOutput(most)
    return _SarifOutput(most, outcome)


class _TextOutput:
    """For people: document by document, then what was left out, then one line."""

    def __init__(self, most: int | None) -> None:
        self._out = console()
        self._report = TextReport(self._out, most)

    def document(self, checked: Checked, findings: Sequence[ngc.Finding]) -> None:
        self._report.document(checked.title, findings)

    def problem(self, text: str) -> None:
        """Nothing: it is on standard error."""

    def end(self, outcome: Outcome) -> None:
        if self._report.left_out:
            found = outcome.shown()
            total, hidden = count(found.findings, "finding"), self._report.left_out
            heading = f"Not shown: {hidden:,} of {total}. All of them by rule, each with the first:"
            if hidden == found.findings:
                heading = f"{total} by rule, each with the first:"
            say(self._out, heading)
            for line in found.lines():
                say(self._out, line)
            self._out.print()
        style = "bold red" if outcome.exit_code else "bold green"
        self._out.print(Text(outcome.line(), style), soft_wrap=True)


class _JsonSummary:
    """For programs that want numbers: one object."""

    def document(self, checked: Checked, findings: Sequence[ngc.Finding]) -> None:
        """Nothing: the outcome counts it."""

    def problem(self, text: str) -> None:
        """Nothing: the outcome counts it."""

    def end(self, outcome: Outcome) -> None:
        found = outcome.shown().to_dict()
        print_json(
            {
                "profile": outcome.profile,
                "revision": outcome.revision,
                "exit_code": outcome.exit_code,
                "documents": outcome.documents,
                "unreadable": outcome.unreadable,
                "unfollowed": len(outcome.unfollowed),
                "findings": found["findings"],
                "levels": found["levels"],
                "rule_errors": found["rule_errors"],
                "rules": found["rules"],
            }
        )


class _Limited:
    """A format for programs, which writes all findings or the first of them."""

    def __init__(self, most: int | None) -> None:
        self._left = most
        self._left_out = 0

    def taken(self, findings: Sequence[ngc.Finding]) -> list[ngc.Finding]:
        """The findings that there is room for."""
        taken = list(findings if self._left is None else islice(findings, self._left))
        if self._left is not None:
            self._left -= len(taken)
            self._left_out += len(findings) - len(taken)
        return taken

    def tell(self) -> None:
        """Say on standard error what was left out."""
        if self._left_out:
            complain(f"{count(self._left_out, 'more finding')} not written, as --max-findings says")

    def problem(self, text: str) -> None:
        """Nothing: it is on standard error."""


class _JsonOutput(_Limited):
    """For programs: an array of findings, one in each line."""

    def __init__(self, most: int | None) -> None:
        super().__init__(most)
        self._array = ArrayOutput()

    def document(self, checked: Checked, findings: Sequence[ngc.Finding]) -> None:
        for finding in self.taken(findings):
            self._array.add({**finding.to_dict(), "document": checked.document})

    def end(self, _outcome: Outcome, /) -> None:
        self._array.end()
        self.tell()


def _located(checked: Checked, findings: Sequence[ngc.Finding]) -> dict[str, Place]:
    """Where in the file the findings are; nothing for what is no file."""
    if not findings or checked.file is None:
        return {}
    return places(checked.content, {finding.pointer for finding in findings})


class _GithubOutput(_Limited):
    """For workflows of GitHub: a command for each finding, and a line at the end."""

    def document(self, checked: Checked, findings: Sequence[ngc.Finding]) -> None:
        taken = self.taken(findings)
        found = _located(checked, taken)
        encoding = console().encoding
        for finding in taken:
            line = github_command(finding, checked.file, found.get(finding.pointer))
            sys.stdout.write(f"{line.encode(encoding, 'backslashreplace').decode(encoding)}\n")

    def end(self, outcome: Outcome) -> None:
        say(console(), outcome.line())
        self.tell()


class _SarifOutput(_Limited):
    """For code scanning: a SARIF log."""

    def __init__(self, most: int | None, outcome: Outcome) -> None:
        super().__init__(most)
        chosen = {"profile": outcome.profile, "revision": outcome.revision}
        rules = [rule for rule in ngc.rules(**chosen) if rule.check != "reader"]
        rules += [rule for rule, _ in outcome.rules.own]
        self._log = SarifLog(
            sys.stdout.write, version=ngc.__version__, rules=rules, properties=chosen
        )

    def document(self, checked: Checked, findings: Sequence[ngc.Finding]) -> None:
        taken = self.taken(findings)
        found = _located(checked, taken)
        uri = _uri(checked.file)
        for finding in taken:
            self._log.add(finding, uri, found.get(finding.pointer))

    def problem(self, text: str) -> None:
        self._log.note(text)

    def end(self, outcome: Outcome) -> None:
        # Only here: the resolver takes time to import.
        from ngio_collections.cli._following import describe  # noqa: PLC0415

        for record in outcome.unfollowed:
            self._log.note(f"not followed: {describe(record)}")
        successful = not (outcome.unreadable or outcome.unfollowed or outcome.exit_code > 1)
        self._log.end(exit_code=outcome.exit_code, successful=successful)
        self.tell()


def _uri(file: str | None) -> str | None:
    """A file as a URI reference: relative to the working directory, or absolute."""
    if file is None or "://" in file:
        return file
    return _paths.as_url(file) if Path(file).is_absolute() else quote(file)
