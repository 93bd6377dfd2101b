"""Findings as workflow commands, which GitHub shows beside the lines of a file."""

from __future__ import annotations

from typing import Final

from ngio_collections._contract import Level
from ngio_collections._json_places import Place
from ngio_collections._text import printable
from ngio_collections.report._summary import RULE_ERROR
from ngio_collections.validation import Finding

__all__ = ["github_command"]

_COMMANDS: Final = {Level.MUST: "error", Level.SHOULD: "warning"}


def github_command(finding: Finding, file: str | None, place: Place | None) -> str:
    """Write a finding as a workflow command.

    Args:
        finding: The finding.
        file: The file, from the root of the repository; None if it is no file.
        place: Where in the file, where that is known.

    Returns:
        One line, `::error` for MUST and for rules that failed, `::warning` for SHOULD and
        `::notice` for everything else. Nothing in it can begin another command.
    """
    failed = finding.kind == RULE_ERROR
    command = "error" if failed else _COMMANDS.get(finding.level, "notice")
    properties: dict[str, str] = {}
    if file is not None:
        properties["file"] = file
        if place is not None:
            properties["line"] = str(place.line)
            properties["col"] = str(place.column)
            properties["endColumn"] = str(place.end_column)
    properties["title"] = finding.rule if not failed else f"{finding.rule} ({RULE_ERROR})"
    said = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{command} {said}::{_data(_message(finding))}"


def _message(finding: Finding) -> str:
    where = finding.path or finding.pointer
    parts = [f"{where}: {finding.message}" if where else finding.message]
    parts += [text for text in (finding.statement, finding.rfc) if text]
    return "\n".join(map(printable, parts))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")
