"""Measure, print a table, and fail where a figure is beyond its limit."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks._figures import Figure
from benchmarks._start import importing, regenerating
from benchmarks._validation import against_jsonschema, by_size

MEASUREMENTS: dict[str, Callable[[int], list[Figure]]] = {
    "import": importing,
    "generate": regenerating,
    "jsonschema": against_jsonschema,
    "size": by_size,
}

HEADINGS = ("figure", "value", "limit", "", "compared with")


def _row(figure: Figure) -> tuple[str, ...]:
    def amount(value: float) -> str:
        return f"{value:.{0 if value >= 100 else 2}f} {figure.unit}"

    limit = "-" if figure.limit is None else amount(figure.limit)
    verdict = "" if figure.limit is None else "ok" if figure.holds else "TOO MUCH"
    return figure.name, amount(figure.value), limit, verdict, figure.compared_with


def table(figures: Sequence[Figure]) -> str:
    """Lay figures out as plain text.

    Args:
        figures: What was measured.

    Returns:
        One line for each, with the columns below each other.
    """
    rows = [HEADINGS, *map(_row, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = []
    for row in rows:
        name, value, limit, *rest = (
            f"{cell:>{width}}" if column in (1, 2) else f"{cell:<{width}}"
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join([name, value, limit, *rest]).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    parser.add_argument("--runs", type=int, default=15, help="runs of the shortest figures")
    parser.add_argument("--only", choices=MEASUREMENTS, action="append", help="measure only this")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Measure what was asked for.

    Args:
        given: The arguments of the command line; those of the process if None.

    Returns:
        0 where every figure is within its limit, 1 otherwise.
    """
    arguments = _arguments(given)
    figures: list[Figure] = []
    for name in arguments.only or MEASUREMENTS:
        figures.extend(MEASUREMENTS[name](arguments.runs))
    print(f"Python {platform.python_version()}, {platform.machine()}; medians\n")
    print(table(figures))
    if arguments.json is not None:
        content: dict[str, Any] = {
            "python": platform.python_version(),
            "machine": platform.machine(),
            "figures": [figure.to_dict() for figure in figures],
        }
        arguments.json.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
