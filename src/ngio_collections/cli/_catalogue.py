"""The commands `rules` and `schema`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

import ngio_collections as ngc
from ngio_collections._contract import Level
from ngio_collections.cli._output import console, count, safe, stop
from ngio_collections.cli._profiles import require_profile
from ngio_collections.cli._report import LEVEL_STYLES

if TYPE_CHECKING:
    from ngio_collections._contract import Rule

__all__ = ["print_rules", "print_schema"]

_LEGEND: Final = (
    "schema: the JSON Schemas say it; code: this package checks it; "
    "reader: only software that reads collections can keep it or break it."
)
_STRENGTH: Final = {Level.MUST: 2, Level.SHOULD: 1, Level.MAY: 0}


def _as_json(rule: Rule) -> dict[str, Any]:
    return {
        "number": rule.number,
        "rule": rule.id,
        "level": rule.level,
        "check": rule.check,
        "statement": rule.statement,
        "fix": rule.fix,
        "rfc": rule.rfc,
    }


def _print_table(rules: list[Rule], title: str) -> None:
    out = console()
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0), leading=1)
    table.add_column("No.", justify="right", no_wrap=True)
    table.add_column("Level", no_wrap=True)
    table.add_column("Checked by", no_wrap=True)
    table.add_column("Rule, statement and RFC section", overflow="fold")
    for rule in rules:
        parts = ((rule.id, "bold cyan"), (rule.statement, ""), (rule.rfc, "dim"))
        text = Text("\n").join([Text(safe(part, out.encoding), style) for part, style in parts])
        level = Text(rule.level, LEVEL_STYLES[rule.level])
        table.add_row(str(rule.number), level, Text(rule.check), text)
    out.print(table)
    out.print(Text(_LEGEND, "dim"))
    out.print(Text(title, "bold"))


def print_rules(*, profile: str, revision: str, as_json: bool, level: Level) -> None:
    """Print the catalogue of rules.

    Args:
        profile: The profile whose rules are printed.
        revision: The revision of RFC-8.
        as_json: Whether to print JSON instead of a table.
        level: The weakest level that is shown.

    Raises:
        typer.Exit: With code 2 when there is no such profile.
    """
    require_profile(profile, revision)
    shown = [
        rule
        for rule in ngc.rules(profile=profile, revision=revision)
        if _STRENGTH[rule.level] >= _STRENGTH[level]
    ]
    if as_json:
        sys.stdout.write(json.dumps([_as_json(rule) for rule in shown], indent=2) + "\n")
    else:
        _print_table(shown, f"{count(len(shown), 'rule')} (profile {profile}, {revision})")


def print_schema(*, profile: str, revision: str, concept: str) -> None:
    """Print the JSON Schema of a concept, complete in one file.

    Args:
        profile: The profile whose schema is printed.
        revision: The revision of RFC-8.
        concept: What the schema describes, `document` for whole files.

    Raises:
        typer.Exit: With code 2 when there is no such profile or concept.
    """
    require_profile(profile, revision)
    try:
        schema = ngc.schema(profile=profile, revision=revision, concept=concept)
    except ngc.UnknownConceptError as error:
        stop(str(error))
    sys.stdout.write(json.dumps(schema, indent=2) + "\n")
