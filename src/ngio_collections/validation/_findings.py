"""What a validation reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from ngio_collections._contract import Level, Pointer, Rule, json_pointer
from ngio_collections._words import named, without_user

__all__ = [
    "RULE_ERROR",
    "VIOLATION",
    "Finding",
    "node_name",
    "outline",
    "outline_path",
    "write_finding",
]

VIOLATION: Final = "violation"
RULE_ERROR: Final = "rule-error"

_FIRST: Final = 2
"""How many nodes of a long outline path are kept at its beginning."""
_LAST: Final = 6
"""And how many at its end."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake in a document, or one rule that could not be checked.

    Attributes:
        rule: The rule that is broken, by the name that the catalogue gives it.
        level: `MUST` or `SHOULD`, as the RFC words it.
        document: The address of the document, None where it is not known.
        pointer: A JSON Pointer (RFC 6901) from the root of the file to the place.
        message: What was found, what was expected and what to do about it.
        rfc: The section of the RFC that the rule comes from.
        kind: `violation`; or `rule-error`: the rule itself raised an error, which the message
            names, and nothing is known of the place.
        path: The node for people: ids from the root on, as `outline_path` writes them.
        found: What was found, as the beginning of a sentence.
        expected: What should be there; empty where the statement says it.
        statement: What the rule requires, in one sentence.
        fix: What to do about it.
    """

    rule: str
    level: Level
    document: str | None
    pointer: str
    message: str
    rfc: str
    kind: str = VIOLATION
    path: str = ""
    found: str = ""
    expected: str = ""
    statement: str = ""
    fix: str = ""

    def to_dict(self) -> dict[str, str | None]:
        """The finding as plain JSON, with the keys in a fixed order."""
        return {
            "document": self.document,
            "pointer": self.pointer,
            "rule": self.rule,
            "level": str(self.level),
            "message": self.message,
            "rfc": self.rfc,
            "kind": self.kind,
            "path": self.path,
            "found": self.found,
            "expected": self.expected,
            "statement": self.statement,
            "fix": self.fix,
        }

    def __str__(self) -> str:
        text = f"{self.document or ''}#{self.pointer}: {self.level} {self.rule}: {self.message}"
        return without_user(text)


def outline_path(document: Any, pointer: Pointer) -> str:
    """Say in which node a place is, by the ids of the nodes from the root on.

    A node without an id is called by its type and its position. Of a path of more than eight
    nodes the first two and the last six are named.

    Args:
        document: The document, parsed.
        pointer: A place in it.

    Returns:
        The path, empty where the place is in no node. Cost: O(length of the pointer).

    Examples:
        >>> well = {"id": "A01", "nodes": [{"type": "multiscale"}, {"id": "A01_nuclei"}]}
        >>> document = {"ome": {"id": "plate", "nodes": [well]}}
        >>> outline_path(document, ("ome", "nodes", 0, "nodes", 1, "name"))
        'plate / A01 / A01_nuclei'
        >>> outline_path(document, ("ome", "nodes", 0, "nodes", 0))
        'plate / A01 / multiscale[0]'
    """
    start = 2 if pointer[:2] == ("attributes", "ome") else 1
    if pointer[start - 1 : start] != ("ome",):
        return ""
    value = document
    for part in pointer[:start]:
        value = value[part]
    names = [node_name(value, None)]
    for at in range(start, len(pointer) - 1, 2):
        position = pointer[at + 1]
        if pointer[at] != "nodes" or not isinstance(position, int):
            break
        value = value["nodes"][position]
        names.append(node_name(value, position))
    return outline(names)


def outline(names: list[str]) -> str:
    """The names of the nodes from the root on as one line; of many the first and the last."""
    left_out = len(names) - _FIRST - _LAST
    if left_out > 0:
        names = [*names[:_FIRST], f"... {left_out} more", *names[-_LAST:]]
    return " / ".join(names)


def node_name(node: Any, position: int | None) -> str:
    """What a node is called: its id, or its type and its position."""
    fields = node if isinstance(node, dict) else {}
    for text in (fields.get("id"), fields.get("type", "node")):
        if isinstance(text, str) and text:
            shown = named(text)[1:-1]
            return shown if text is fields.get("id") else f"{shown}{_at(position)}"
    return f"node{_at(position)}"


def _at(position: int | None) -> str:
    return "" if position is None else f"[{position}]"


def write_finding(
    rule: Rule,
    url: str | None,
    pointer: Pointer | str,
    found: str,
    expected: str = "",
    *,
    kind: str = VIOLATION,
    path: str = "",
) -> Finding:
    """Say what a rule found, as a finding.

    Args:
        rule: The rule.
        url: The address of the document.
        pointer: The place in it.
        found: What is there, as the beginning of a sentence.
        expected: What should be there; the statement of the rule if empty.
        kind: `violation` or `rule-error`.
        path: The node, as `outline` writes it.
    """
    said = found[:1].upper() + found[1:]
    if kind == RULE_ERROR:
        message = f"{said}. This is a mistake of the rule, and says nothing about the document."
    else:
        sentence = f"{said}; expected {expected}." if expected else f"{said}. {rule.statement}"
        message = f"{sentence} {rule.fix}".strip()
    return Finding(
        rule=rule.id,
        level=Level(rule.level),
        document=url,
        pointer=pointer if isinstance(pointer, str) else json_pointer(pointer),
        message=message,
        rfc=rule.rfc,
        kind=kind,
        path=path,
        found=found,
        expected=expected,
        statement=rule.statement,
        fix=rule.fix if kind == VIOLATION else "",
    )
