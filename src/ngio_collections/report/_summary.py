"""Findings summed up: what fits a screen, however many there are."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from ngio_collections._contract import Level
from ngio_collections._text import printable
from ngio_collections.validation import Finding

__all__ = ["RULE_ERROR", "RuleCount", "Summary", "Tally", "summarize"]

RULE_ERROR: Final = "rule-error"
"""The kind of a finding that says that a rule raised an error."""

MOST_DOCUMENTS: Final = 10_000
"""So many documents are told apart when they are counted."""

_WIDTH: Final = 80
_RULES_SHOWN: Final = 8
_STRENGTH: Final = {Level.MUST: 1, Level.SHOULD: 2, Level.MAY: 3}


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often one rule is broken.

    Attributes:
        rule: The rule.
        level: Its level.
        kind: `violation`, or `rule-error` if the rule itself raised errors.
        count: How often.
        statement: What the rule requires.
        rfc: The section that it comes from.
        examples: The first findings.
    """

    rule: str
    level: Level
    kind: str
    count: int
    statement: str
    rfc: str
    examples: tuple[Finding, ...]

    def to_dict(self) -> dict[str, Any]:
        """The count as plain JSON, with the keys in a fixed order."""
        return {
            "rule": self.rule,
            "level": str(self.level),
            "kind": self.kind,
            "count": self.count,
            "statement": self.statement,
            "rfc": self.rfc,
            "examples": [finding.to_dict() for finding in self.examples],
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """Findings summed up by rule: rules that failed first, then MUST, then the most frequent.

    `print` shows it in at most 19 lines of 80 characters, a notebook as a table.

    Attributes:
        findings: How many findings there are.
        documents: In how many documents; 10,000 also stands for more.
        rules: The rules, each with its first findings.
    """

    findings: int
    documents: int
    rules: tuple[RuleCount, ...]

    def at(self, level: Level | str) -> int:
        """How many findings there are at a level, rules that raised an error left out."""
        return sum(r.count for r in self.rules if r.level == level and r.kind != RULE_ERROR)

    @property
    def rule_errors(self) -> int:
        """How often a rule raised an error."""
        return sum(rule.count for rule in self.rules if rule.kind == RULE_ERROR)

    def to_dict(self) -> dict[str, Any]:
        """The summary as plain JSON, with the keys in a fixed order."""
        return {
            "findings": self.findings,
            "documents": self.documents,
            "levels": {str(level): self.at(level) for level in Level},
            "rule_errors": self.rule_errors,
            "rules": [rule.to_dict() for rule in self.rules],
        }

    def lines(self) -> list[str]:
        """The table of rules, two lines for each of the first, in at most 18 lines."""
        shown, rest = self._shown()
        width = max((len(f"{rule.count:,}") for rule in shown), default=0)
        indent = " " * (width + 12)
        out: list[str] = []
        for rule in shown:
            label = "ERROR" if rule.kind == RULE_ERROR else rule.level
            out.append(_clip(f"  {rule.count:>{width},}  {label:<6}  {rule.rule}"))
            out.extend(_clip(f"{indent}{_example(one)}") for one in rule.examples[:1])
        if rest:
            more = sum(rule.count for rule in rest)
            names = ", ".join(rule.rule for rule in rest)
            out.append(_clip(f"  ... {more:,} of {len(rest)} more rules: {names}"))
        return out

    def _shown(self) -> tuple[tuple[RuleCount, ...], tuple[RuleCount, ...]]:
        """The rules that there is room for, and the others, which are several or none."""
        room = _RULES_SHOWN if len(self.rules) > _RULES_SHOWN + 1 else len(self.rules)
        return self.rules[:room], self.rules[room:]

    def heading(self) -> str:
        """The numbers in one line."""
        if not self.findings:
            return "no findings"
        many = "or more " if self.documents >= MOST_DOCUMENTS else ""
        where = f"{self.documents:,} {many}document{'' if self.documents == 1 else 's'}"
        levels = [f"{self.at(level):,} at {level}" for level in Level if self.at(level)]
        if self.rule_errors:
            levels.append(f"{self.rule_errors:,} of rules that failed")
        total = f"{self.findings:,} finding{'' if self.findings == 1 else 's'}"
        return f"{total} in {where}: {', '.join(levels)}"

    def __str__(self) -> str:
        return "\n".join([self.heading(), *self.lines()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        shown, rest = self._shown()
        rows = "".join(_row(rule) for rule in shown)
        more = (
            f"<div>... {sum(r.count for r in rest):,} of {len(rest)} more rules</div>"
            if rest
            else ""
        )
        table = f"<table><tbody>{rows}</tbody></table>" if rows else ""
        return f"<div><b>{html.escape(self.heading())}</b>{table}{more}</div>"


def _clip(line: str) -> str:
    line = printable(line)
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 3]}..."


def _example(finding: Finding) -> str:
    """Where the first finding is, and what was found, in one line."""
    place = finding.path or finding.pointer or "(the whole document)"
    document = f"{finding.document}: " if finding.document else ""
    return f"{document}{place}: {finding.found or finding.message}"


def _row(rule: RuleCount) -> str:
    label = "ERROR" if rule.kind == RULE_ERROR else str(rule.level)
    # Each text is isolated, so that one that is read from right to left moves no other.
    examples = "".join(
        f"<div><bdi>{html.escape(_long(printable(_example(one))))}</bdi></div>"
        for one in rule.examples
    )
    name = f"<bdi><b>{html.escape(printable(rule.rule))}</b></bdi>"
    statement = f"<div>{html.escape(printable(rule.statement))}</div>"
    cells = [
        f'<td style="text-align:right">{rule.count:,}</td>',
        f"<td>{html.escape(label)}</td>",
        f'<td style="text-align:left">{name}{statement}{examples}</td>',
    ]
    return f'<tr style="vertical-align:top">{"".join(cells)}</tr>'


def _long(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:197]}..."


@dataclass(slots=True)
class _Counted:
    """What is known of one rule so far."""

    first: Finding
    count: int = 0
    examples: list[Finding] = field(default_factory=list)


class Tally:
    """Counts findings as they come; how many there are makes no difference to its size.

    Args:
        examples: How many findings of each rule are kept.
    """

    def __init__(self, examples: int = 3) -> None:
        self._examples = examples
        self._rules: dict[tuple[str, str], _Counted] = {}
        self._documents: set[str | None] = set()
        self.findings = 0

    def add(self, finding: Finding) -> None:
        """Count one more finding. Cost: O(1)."""
        counted = self._rules.get((finding.kind, finding.rule))
        if counted is None:
            counted = self._rules[(finding.kind, finding.rule)] = _Counted(finding)
        counted.count += 1
        if len(counted.examples) < self._examples:
            counted.examples.append(finding)
        if len(self._documents) < MOST_DOCUMENTS:
            self._documents.add(finding.document)
        self.findings += 1

    def has(self, kind: str, level: Level | None = None) -> bool:
        """Whether there was a finding of a kind, and at a level if one is given."""
        return any(
            found == kind and (level is None or counted.first.level == level)
            for (found, _), counted in self._rules.items()
        )

    def summary(self) -> Summary:
        """What was counted so far."""
        rules = [
            RuleCount(
                rule=rule,
                level=counted.first.level,
                kind=kind,
                count=counted.count,
                statement=counted.first.statement,
                rfc=counted.first.rfc,
                examples=tuple(counted.examples),
            )
            for (kind, rule), counted in self._rules.items()
        ]
        rules.sort(key=_importance)
        return Summary(self.findings, len(self._documents), tuple(rules))


def _importance(rule: RuleCount) -> tuple[int, int, str]:
    strength = 0 if rule.kind == RULE_ERROR else _STRENGTH.get(rule.level, len(_STRENGTH) + 1)
    return strength, -rule.count, rule.rule


def summarize(findings: Iterable[Finding], *, examples: int = 3) -> Summary:
    """Sum up findings by rule, so that any number of them fits a screen.

    Args:
        findings: The findings, as a list or as they come; they are not kept.
        examples: How many of each rule are kept as examples.

    Returns:
        The summary. Cost: O(findings); memory: O(rules).

    Examples:
        >>> import ngio_collections as ngc
        >>> wells = [{"type": "collection", "id": f"A {n}", "nodes": []} for n in range(1_000)]
        >>> plate = {"type": "collection", "version": "0.9", "id": "plate", "nodes": wells}
        >>> ngc.summarize(ngc.validate_document({"ome": plate}))
        1,000 findings in 1 document: 1,000 at MUST
          1,000  MUST    node-id
                         plate / A 0: `id` is the string "A 0"
    """
    tally = Tally(examples)
    for finding in findings:
        tally.add(finding)
    return tally.summary()
