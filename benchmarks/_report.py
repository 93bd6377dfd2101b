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

SECTION = "<!-- figures of {} -->"
"""Between it and the end, the page of all figures holds those of one operation."""

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


def _section(operation: str, figures: Sequence[Figure], words: str) -> str:
    return "\n".join([SECTION.format(operation), "```text", words + as_table(figures), "```", END])


def as_document(measured: Mapping[str, Sequence[Figure]], settings: Settings) -> str:
    """The figures of each operation, and how they came about, in Markdown."""
    sections = [_section(operation, figures, "") for operation, figures in measured.items()]
    text = Template(TEMPLATE.read_text(encoding="utf-8"))
    return text.substitute(machine=machine(settings), tables="\n\n".join(sections))


def as_markdown(figures: Sequence[Figure], settings: Settings) -> str:
    """Lay figures out as a table of Markdown, below what they were measured with."""
    rows = [HEADINGS, tuple("---" for _ in HEADINGS), *map(_row, figures)]
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([f"{machine(settings)}.", "", *lines])


def write_report(
    file: Path,
    measured: Mapping[str, Sequence[Figure]],
    settings: Settings,
    order: Sequence[str] = (),
) -> None:
    """Write figures to a document.

    Args:
        file: The document. One that has marks for figures keeps everything outside of them;
            the page of all figures keeps those of other operations.
        measured: The figures by operation.
        settings: What they were measured with.
        order: All operations in the order of the page.
    """
    before = file.read_text(encoding="utf-8") if file.is_file() else ""
    head, begin, rest = before.partition(BEGIN + "\n")
    _, end, tail = rest.partition(END)
    if begin and end:
        figures = [figure for found in measured.values() for figure in found]
        text = f"{head}{BEGIN}\n{as_markdown(figures, settings)}\n{END}{tail}"
    elif SECTION.partition("{}")[0] in before:
        text = before
        for operation, found in measured.items():
            text = _with_section(text, operation, found, settings, order)
    else:
        text = as_document(measured, settings)
    file.write_text(text, encoding="utf-8")


def _with_section(
    text: str,
    operation: str,
    figures: Sequence[Figure],
    settings: Settings,
    order: Sequence[str],
) -> str:
    """The page with the figures of one operation, in the place of the old ones if there are."""
    # What is measured with something else than the page says so itself.
    words = "" if machine(settings) in text else f"{machine(settings)}\n\n"
    section = _section(operation, figures, words)
    head, found, rest = text.partition(SECTION.format(operation))
    if found:
        return head + section + rest.partition(END)[2]
    later = order[list(order).index(operation) + 1 :] if operation in order else ()
    for other in later:
        mark = SECTION.format(other)
        if mark in text:
            return text.replace(mark, f"{section}\n\n{mark}", 1)
    head, end, tail = text.rpartition(END)
    return f"{head}{end}\n\n{section}{tail}"
