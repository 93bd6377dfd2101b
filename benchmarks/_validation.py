"""How long validation takes, beside jsonschema and by the size of a document."""

from __future__ import annotations

from functools import partial
from typing import Any

from jsonschema import Draft202012Validator

import ngio_collections as ngc
from benchmarks._documents import plate
from benchmarks._figures import Figure, Settings, median_seconds

__all__ = ["against_jsonschema", "by_size"]

LARGE = 20_000


def _sizes(settings: Settings) -> tuple[int, int]:
    large = min(LARGE, settings.nodes)
    return large // 10, large


def _count(node: dict[str, Any]) -> int:
    found, stack = 0, [node]
    while stack:
        node = stack.pop()
        found += 1
        stack.extend(node.get("nodes", []))
    return found


def _validate(document: dict[str, Any]) -> None:
    findings = ngc.validate_document(document)
    assert findings == [], findings[:3]


def against_jsonschema(settings: Settings) -> list[Figure]:
    """Structure and rules in our validation, structure alone in jsonschema."""
    document = plate(_sizes(settings)[0])
    validator = Draft202012Validator(ngc.schema())

    def reference() -> None:
        errors = list(validator.iter_errors(document))
        assert errors == [], errors[:3]

    ours = median_seconds(partial(_validate, document), settings.runs)
    theirs = median_seconds(reference, settings.few)
    nodes = _count(document["ome"])
    other = f"jsonschema, structure only: {theirs * 1000:.0f} ms for the same {nodes} nodes"
    return [
        Figure(f"validating {nodes} nodes", ours * 1000, "ms", None, other),
        Figure("validating, ratio to jsonschema", ours / theirs, "x", None, other),
    ]


def by_size(settings: Settings) -> list[Figure]:
    """Cost of a node in a small and in a large document."""
    costs = []
    for size in _sizes(settings):
        document = plate(size)
        nodes = _count(document["ome"])
        seconds = median_seconds(partial(_validate, document), settings.few)
        costs.append((nodes, seconds / nodes * 1e6))
    (few, small), (many, large) = costs
    words = f"{small:.0f} microseconds a node of {few} nodes"
    return [
        Figure(f"validating, a node of {many}", large, "us", None, words),
        Figure("cost of a node, large to small", large / small, "x", None, words),
    ]
