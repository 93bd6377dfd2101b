"""Findings as text for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.text import Text

from ngio_collections._contract import Level
from ngio_collections.cli._output import count, safe
from ngio_collections.report._places import node_pointer
from ngio_collections.report._summary import RULE_ERROR, Summary

if TYPE_CHECKING:
    import ngio_collections as ngc

__all__ = ["LEVEL_STYLES", "TextReport", "is_shown", "print_document", "summary"]

LEVEL_STYLES: Final = {Level.MUST: "bold red", Level.SHOULD: "yellow", Level.MAY: "cyan"}

MOST_FINDINGS: Final = 100
"""How many findings of a run are written out as text, if nothing else is asked for."""
MOST_OF_ONE_RULE: Final = 20
"""And how many of one rule, so that others are seen as well."""

_INDENT: Final = 4
_LABELS: Final = {"found": "found", "expected": "expected", "rule": "rule", "fix": "to do"}
_LABEL_WIDTH: Final = len("expected  ")


def is_shown(finding: ngc.Finding, level: Level) -> bool:
    """Whether a finding is at least as strong as a level; rules that failed always are."""
    return level is not Level.MUST or finding.level == Level.MUST or finding.kind == RULE_ERROR


def summary(documents: int, found: Summary, level: Level, unreadable: int = 0) -> str:
    """Sum up what was found in one line.

    Args:
        documents: How many documents were checked.
        found: What was found in them.
        level: The weakest level that was shown.
        unreadable: How many further documents could not be read.

    Returns:
        For example `3 documents, 2 findings at MUST, 1 at SHOULD`.
    """
    parts = [count(documents, "document")]
    must, should = found.at(Level.MUST), found.at(Level.SHOULD)
    if must or should:
        hidden = " (not shown)" if level is Level.MUST and should else ""
        parts += [f"{count(must, 'finding')} at MUST", f"{should} at SHOULD{hidden}"]
    elif documents and not found.findings:
        parts.append("no findings")
    if found.rule_errors:
        parts.append(f"{count(found.rule_errors, 'rule error')}")
    if unreadable:
        parts.append(f"{unreadable}{' more' if documents else ''} could not be read")
    return ", ".join(parts)


class TextReport:
    """Prints findings document by document, and stops before they are too many.

    Args:
        console: Where to print.
        most: How many are printed. None: 100, and of one rule 20.
    """

    def __init__(self, console: Console, most: int | None) -> None:
        self._console = console
        self._most_of_one = MOST_OF_ONE_RULE if most is None else None
        self._left = MOST_FINDINGS if most is None else most
        self._seen = Counter[tuple[str, str]]()
        self.left_out = 0

    def document(self, title: str, findings: Iterable[ngc.Finding]) -> None:
        """Print what was found in one document, or as much of it as there is room for.

        Args:
            title: What the document is called.
            findings: What was found in it.
        """
        taken: list[ngc.Finding] = []
        hidden = Counter[str]()
        for finding in findings:
            if self._takes(finding):
                taken.append(finding)
            else:
                hidden[finding.rule] += 1
        self.left_out += hidden.total()
        if taken:
            print_document(self._console, title, taken, hidden)

    def _takes(self, finding: ngc.Finding) -> bool:
        kind = (finding.kind, finding.rule)
        if self._left <= 0 or self._seen[kind] == self._most_of_one:
            return False
        self._left -= 1
        self._seen[kind] += 1
        return True


def print_document(
    console: Console,
    title: str,
    findings: Sequence[ngc.Finding],
    hidden: Counter[str] | None = None,
) -> None:
    """Print the findings of one document for people, those of a node together.

    What a rule requires and what to do about it is said the first time.

    Args:
        console: Where to print.
        title: What the document is called.
        findings: What was found in it.
        hidden: How many others there are, by rule.
    """
    console.print(Text(safe(title, console.encoding), "bold underline"), soft_wrap=True)
    nodes: dict[str, list[ngc.Finding]] = {}
    for finding in findings:
        nodes.setdefault(node_pointer(finding.pointer), []).append(finding)
    explained: set[tuple[str, str]] = set()
    for found in nodes.values():
        name = found[0].path or "(the whole document)"
        _print_wrapped(console, "  ", Text(safe(name, console.encoding), "bold"))
        for finding in found:
            rule = (finding.rule, finding.statement)
            _print_finding(console, finding, is_new=rule not in explained)
            explained.add(rule)
    for rule_id, number in (hidden or {}).items():
        more = f"... {number:,} more of {rule_id}"
        _print_wrapped(console, "  ", Text(safe(more, console.encoding), "dim"))
    console.print()


def _print_finding(console: Console, finding: ngc.Finding, *, is_new: bool) -> None:
    def text(value: str, style: str = "") -> Text:
        return Text(safe(value, console.encoding), style)

    failed = finding.kind == RULE_ERROR
    label = "ERROR" if failed else str(finding.level)
    style = LEVEL_STYLES[Level.MUST] if failed else LEVEL_STYLES.get(finding.level, "")
    head = [Text(f"{label:<6}", style), text(finding.rule, "cyan")]
    place = text(finding.pointer or "(the whole document)")
    _print_wrapped(console, " " * _INDENT, Text("  ").join([*head, place]), hang=2)
    found, expected, fix = finding.found, finding.expected, finding.fix
    if not found:
        # Whoever made it has put everything into the message.
        found, expected, fix = finding.message, "", ""
    lines = {"found": text(found), "expected": text(expected)}
    if is_new:
        parts = [text(finding.statement), text(f"({finding.rfc})" if finding.rfc else "", "dim")]
        lines["rule"] = Text(" ").join(part for part in parts if part)
        lines["fix"] = text(fix)
    for key, value in lines.items():
        if value:
            lead = f"{' ' * _INDENT}  {_LABELS[key]:<{_LABEL_WIDTH}}"
            _print_wrapped(console, lead, value)


def _print_wrapped(console: Console, lead: str, body: Text, *, hang: int = 0) -> None:
    """Print a text behind a lead, wrapped to the width of the console."""
    width = max(console.width - len(lead) - hang, 20)
    for number, line in enumerate(body.wrap(console, width, overflow="fold")):
        line.rstrip()
        margin = (lead, "dim") if number == 0 else " " * (len(lead) + hang)
        console.print(Text.assemble(margin, line), soft_wrap=True)
