"""The jinja2 environment of the generator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jinja2

__all__ = ["environment"]


def _literal(value: str) -> str:
    """A string as a Python literal in double quotes."""
    return json.dumps(value, ensure_ascii=False)


def _scope(value: dict[str, Any]) -> str:
    """The arguments of a `Scope`; -1 is without a limit."""
    out = [
        f"{key}={-1 if value[key] == 'all' else int(value[key])}"
        for key in ("ancestors", "descendants")
        if value[key]
    ]
    if value["references"]:
        out.append("references=True")
    if value.get("keys"):
        out.append(f"keys=({', '.join(map(_literal, value['keys']))},)")
    return ", ".join(out)


def _line(value: str) -> str:
    """A text in one line."""
    return " ".join(value.split())


def _cell(value: str) -> str:
    """A text as a cell of a Markdown table: in one line, with its bars escaped."""
    return _line(value).replace("|", "\\|")


def _doc(value: str) -> str:
    """A text as a part of a docstring, whatever characters it has."""
    text = value.replace("\\", "\\\\")
    return text.replace('"', '\\"') if '"""' in text or text.endswith('"') else text


def environment() -> jinja2.Environment:
    """Make the environment: a missing name is an error, nothing is escaped."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - the output is Python and Markdown of our own making
        keep_trailing_newline=True,
    )
    env.filters["literal"] = _literal
    env.filters["line"] = _line
    env.filters["cell"] = _cell
    env.filters["doc"] = _doc
    env.filters["scope"] = _scope
    return env
