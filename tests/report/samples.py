"""Findings to report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ngio_collections as ngc

HOSTILE = "[red]x :: %0A::error,file=a:b \x1b[2J\r\n::error::no \u202e \ud800 </b><script>"


def finding(rule: str = "node-id", **fields: Any) -> ngc.Finding:
    """A finding as the engine makes them."""
    values: dict[str, Any] = {
        "rule": rule,
        "level": ngc.Level.MUST,
        "document": "plate.json",
        "pointer": "/ome/id",
        "message": "Found this; expected that. Do so.",
        "rfc": "rfcs:rfc8:v1:somewhere",
        "path": "plate",
        "found": "found this",
        "expected": "that",
        "statement": "That is there.",
        "fix": "Do so.",
    }
    return ngc.Finding(**{**values, **fields})


def many(count: int, *, each: int = 100) -> Iterator[ngc.Finding]:
    """So many findings in many documents, so many in each, one after the other."""
    for number in range(count):
        yield finding(
            f"rule-{number % 40}",
            document=f"wells/{number // each}.json",
            pointer=f"/ome/nodes/{number}/id",
            path=f"plate / well {number}",
            level=ngc.Level.SHOULD if number % 40 > 30 else ngc.Level.MUST,
        )
