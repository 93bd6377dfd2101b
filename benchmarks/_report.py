"""Figures as plain text, as JSON, and in documents for people."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from benchmarks._figures import Figure, Settings
from benchmarks._trees import BACKEND

__all__ = ["as_document", "as_json", "as_markdown", "as_table", "machine", "write_report"]

TEMPLATE = Path(__file__).with_name("performance.md.template")

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
"""Between them, a document that people write holds the figures of the last run."""

HEADINGS = ("figure", "value", "at most", "", "compared with")


def machine(settings: Settings) -> str:
    """What the figures were measured with, without names of machines and people."""
    return (
        f"{platform.python_implementation()} {platform.python_version()}, {platform.system()} "
        f"{platform.machine()}, {os.cpu_count()} cores, JSON by {BACKEND}; "
        f"about {settings.nodes:,} nodes; medians of {settings.few} to {settings.runs} runs"
    )


def _row(figure: Figure) -> tuple[str, ...]:
    def amount(value: float) -> str:
        if 0 < value < 0.01:
            return f"<0.01 {figure.unit}"
        return f"{value:,.{0 if value >= 100 else 2}f} {figure.unit}"

    limit = "-" if figure.limit is None else amount(figure.limit)
    verdict = "" if figure.limit is None else "ok" if figure.holds else "TOO MUCH"
    return figure.name, amount(figure.value), limit, verdict, figure.compared_with


def as_table(figures: Sequence[Figure]) -> str:
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


def as_json(measured: Mapping[str, Sequence[Figure]], settings: Settings) -> str:
    """The figures by operation, and what they were measured with.

    Args:
        measured: The figures by operation.
        settings: What they were measured with.

    Returns:
        The text of a JSON document.
    """
    content: dict[str, Any] = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "json": BACKEND,
        "nodes": settings.nodes,
        "runs": settings.runs,
        "figures": [
            {"operation": operation, **figure.to_dict()}
            for operation, figures in measured.items()
            for figure in figures
        ],
    }
    return json.dumps(content, indent=2) + "\n"


def as_document(figures: Sequence[Figure], settings: Settings) -> str:
    """The table with how it came about, in Markdown."""
    text = Template(TEMPLATE.read_text(encoding="utf-8"))
    return text.substitute(machine=machine(settings), table=as_table(figures))


def as_markdown(figures: Sequence[Figure], settings: Settings) -> str:
    """Lay figures out as a table of Markdown, below what they were measured with."""
    rows = [HEADINGS, tuple("---" for _ in HEADINGS), *map(_row, figures)]
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([f"{machine(settings)}.", "", *lines])


def write_report(file: Path, figures: Sequence[Figure], settings: Settings) -> None:
    """Write figures to a document.

    Args:
        file: The document. One that has marks for figures keeps everything outside of them.
        figures: What was measured.
        settings: What it was measured with.
    """
    before = file.read_text(encoding="utf-8") if file.is_file() else ""
    head, begin, rest = before.partition(BEGIN)
    _, end, tail = rest.partition(END)
    text = as_document(figures, settings)
    if begin and end:
        text = f"{head}{BEGIN}\n{as_markdown(figures, settings)}\n{END}{tail}"
    file.write_text(text, encoding="utf-8")
