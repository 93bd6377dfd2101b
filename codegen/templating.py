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
    return ", ".join(out)


def environment() -> jinja2.Environment:
    """Make the environment: a missing name is an error, nothing is escaped."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - the output is Python and Markdown of our own making
        keep_trailing_newline=True,
    )
    env.filters["literal"] = _literal
    env.filters["scope"] = _scope
    return env
