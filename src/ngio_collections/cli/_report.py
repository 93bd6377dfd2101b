"""Findings as text for people and as JSON for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.text import Text

from ngio_collections._contract import Level
from ngio_collections.cli._output import count, safe

if TYPE_CHECKING:
    import ngio_collections as ngc
    from ngio_collections.cli._documents import Checked

__all__ = ["LEVEL_STYLES", "print_document", "shown_findings", "summary", "to_json"]

LEVEL_STYLES: Final = {Level.MUST: "bold red", Level.SHOULD: "yellow", Level.MAY: "cyan"}

MOST_OF_ONE_RULE: Final = 20
"""How many findings of one rule in one document are written out as text."""

_INDENT: Final = len("  SHOULD  ")


def shown_findings(findings: Iterable[ngc.Finding], level: Level) -> list[ngc.Finding]:
    """Keep the findings that are at least as strong as a level.

    Args:
        findings: All findings.
        level: `MUST` keeps those at MUST, `SHOULD` keeps all.

    Returns:
        Those that are shown, in the same order.
    """
    return [
        finding for finding in findings if level is not Level.MUST or finding.level == Level.MUST
    ]


def to_json(checked: Iterable[Checked], level: Level) -> str:
    """Write findings as a JSON array, one object in each line.

    Args:
        checked: Documents with their findings.
        level: The weakest level that is written.

    Returns:
        JSON in ASCII, so that any terminal and any encoding can carry it.
    """
    lines = [
        json.dumps({**finding.to_dict(), "document": one.document})
        for one in checked
        for finding in shown_findings(one.findings, level)
    ]
    return "[\n" + ",\n".join(lines) + "\n]" if lines else "[]"


def summary(checked: Sequence[Checked], level: Level, unreadable: int = 0) -> str:
    """Sum up what was found in one line.

    Args:
        checked: Documents with their findings.
        level: The weakest level that was shown.
        unreadable: How many further documents could not be read.

    Returns:
        For example `3 documents, 2 findings at MUST, 1 at SHOULD`.
    """
    levels = Counter(finding.level for one in checked for finding in one.findings)
    parts = [count(len(checked), "document")]
    if levels:
        hidden = " (not shown)" if level is Level.MUST and levels[Level.SHOULD] else ""
        parts += [
            f"{count(levels[Level.MUST], 'finding')} at MUST",
            f"{levels[Level.SHOULD]} at SHOULD{hidden}",
        ]
    elif checked:
        parts.append("no findings")
    if unreadable:
        parts.append(f"{unreadable}{' more' if checked else ''} could not be read")
    return ", ".join(parts)


def _print_entry(console: Console, label: Text, body: Text) -> None:
    """Print a label with a text beside it, which is wrapped to the width of the console."""
    width = max(console.width - _INDENT, 20)
    lines = body.wrap(console, width, overflow="fold")
    for number, line in enumerate(lines):
        line.rstrip()
        margin = Text("  ") + label if number == 0 else Text()
        margin.pad_right(_INDENT - len(margin))
        console.print(margin + line, soft_wrap=True)


def _body(finding: ngc.Finding, encoding: str) -> Text:
    place = Text(safe(finding.pointer or "(the whole document)", encoding), "bold")
    rule = Text(safe(finding.rule, encoding), "cyan")
    message = Text(safe(finding.message, encoding))
    section = Text(safe(finding.rfc, encoding), "dim")
    return Text("\n").join([Text("  ").join([place, rule]), message, section])


def print_document(console: Console, title: str, findings: Sequence[ngc.Finding]) -> None:
    """Print the findings of one document for people.

    Of each rule at most 20 findings are written out; the rest is counted.

    Args:
        console: Where to print.
        title: What the document is called.
        findings: What was found in it.
    """
    console.print(Text(safe(title, console.encoding), "bold underline"), soft_wrap=True)
    seen = Counter[str]()
    for finding in findings:
        seen[finding.rule] += 1
        if seen[finding.rule] <= MOST_OF_ONE_RULE:
            label = Text(finding.level, LEVEL_STYLES[finding.level])
            _print_entry(console, label, _body(finding, console.encoding))
    for rule, number in seen.items():
        if number > MOST_OF_ONE_RULE:
            more = f"... {number - MOST_OF_ONE_RULE} more of {rule}"
            _print_entry(console, Text(), Text(safe(more, console.encoding), "dim"))
    console.print()
