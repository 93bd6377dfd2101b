"""Findings as a SARIF log (OASIS SARIF 2.1.0), for code scanning and for editors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from ngio_collections._contract import Level, Rule
from ngio_collections._json_places import Place
from ngio_collections.report._sections import section_url
from ngio_collections.report._summary import RULE_ERROR

if TYPE_CHECKING:
    from ngio_collections.validation import Finding

__all__ = ["SarifLog"]

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_NOTIFICATIONS: Final = 100
"""So many problems of the run itself are written out; the others are counted."""

_LEVELS: Final = {Level.MUST: "error", Level.SHOULD: "warning"}


class SarifLog:
    """Writes a SARIF log while findings arrive, and holds none of them.

    Args:
        write: Takes the text piece by piece; the pieces are ASCII.
        version: The version of this software.
        rules: All rules that findings may be about. Others may come as well.
        properties: What else is to be said of the run.
    """

    def __init__(
        self,
        write: Callable[[str], object],
        *,
        version: str,
        rules: Iterable[Rule],
        properties: dict[str, str],
    ) -> None:
        known = list(rules)
        self._write = write
        self._index = {rule.id: number for number, rule in enumerate(known)}
        self._separator = "\n"
        self._notifications: list[dict[str, Any]] = []
        self._more = 0
        driver = {
            "name": "ngio-collections",
            "version": version,
            "rules": [_descriptor(rule) for rule in known],
        }
        head = {
            "tool": {"driver": driver},
            "columnKind": "unicodeCodePoints",
            "properties": properties,
        }
        write(f'{{"$schema": {_text(SCHEMA)}, "version": "2.1.0", "runs": [\n')
        write(f'{_text(head)[:-1]}, "results": [')

    def add(self, finding: Finding, uri: str | None, place: Place | None) -> None:
        """Write one more finding.

        Args:
            finding: The finding. A rule that failed is a problem of the run, and no result.
            uri: The file, as a URI reference; None if it is none.
            place: Where in the file, where that is known.
        """
        locations = [_location(finding, uri, place)]
        if finding.kind == RULE_ERROR:
            self.note(finding.message, rule=finding.rule, locations=locations)
            return
        result: dict[str, Any] = {"ruleId": finding.rule}
        if finding.rule in self._index:
            result["ruleIndex"] = self._index[finding.rule]
        result["level"] = _LEVELS.get(finding.level, "note")
        result["message"] = {"text": _valid(finding.message)}
        result["locations"] = locations
        details = {"found": finding.found, "expected": finding.expected, "rfc": finding.rfc}
        result["properties"] = {key: _valid(text) for key, text in details.items() if text}
        self._write(f"{self._separator}{_text(result)}")
        self._separator = ",\n"

    def note(
        self,
        problem: str,
        *,
        rule: str | None = None,
        locations: list[dict[str, Any]] | None = None,
    ) -> None:
        """Note a problem of the run itself: a rule that failed, a document that cannot be read."""
        if len(self._notifications) >= MOST_NOTIFICATIONS:
            self._more += 1
            return
        notification: dict[str, Any] = {"level": "error", "message": {"text": _valid(problem)}}
        if rule is not None:
            number = self._index.get(rule)
            known = {} if number is None else {"index": number}
            notification["associatedRule"] = {"id": rule, **known}
        if locations:
            notification["locations"] = list(locations)
        self._notifications.append(notification)

    def end(self, *, exit_code: int, successful: bool) -> None:
        """Write the end.

        Args:
            exit_code: The exit code of the run.
            successful: Whether everything that was to be checked was.
        """
        if self._more:
            text = f"{self._more:,} more problems are not written out"
            self._notifications.append({"level": "note", "message": {"text": text}})
        invocation: dict[str, Any] = {"executionSuccessful": successful, "exitCode": exit_code}
        if self._notifications:
            invocation["toolExecutionNotifications"] = self._notifications
        self._write(f'\n], "invocations": [{_text(invocation)}]}}\n]}}\n')


def _text(value: Any) -> str:
    return json.dumps(value)


def _valid(text: str) -> str:
    """A text without lone surrogates, which many readers of JSON refuse."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _descriptor(rule: Rule) -> dict[str, Any]:
    descriptor: dict[str, Any] = {
        "id": rule.id,
        "shortDescription": {"text": rule.statement},
        "defaultConfiguration": {"level": _LEVELS.get(rule.level, "note")},
        "properties": {"tags": [rule.group], "level": str(rule.level), "rfc": rule.rfc},
    }
    if rule.fix:
        descriptor["help"] = {"text": rule.fix}
    url = section_url(rule.rfc)
    if url is not None:
        descriptor["helpUri"] = url
    return descriptor


def _location(finding: Finding, uri: str | None, place: Place | None) -> dict[str, Any]:
    """Where a finding is: in the file, and in the tree of nodes."""
    location: dict[str, Any] = {}
    if uri is not None:
        physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
        if place is not None:
            physical["region"] = {
                "startLine": place.line,
                "startColumn": place.column,
                "endLine": place.line,
                "endColumn": place.end_column,
            }
        location["physicalLocation"] = physical
    logical = {"fullyQualifiedName": _valid(finding.pointer)}
    if finding.path:
        logical["decoratedName"] = _valid(finding.path)
    location["logicalLocations"] = [logical]
    return location
