"""Documents to check, and ways to call the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ngio_collections.cli._app import app
from tests.cli.samples import Process, Run, Write, document, node, standalone, stub

# Nothing of the terminal that the tests run in decides what they see.
NEUTRAL = {"COLUMNS": "80", "FORCE_COLOR": None, "NO_COLOR": None, "TERM": "dumb"}


@pytest.fixture
def run() -> Run:
    """Call the command line in this process."""

    def call(*arguments: str, stdin: bytes | None = None, columns: int = 80) -> Result:
        env = {**NEUTRAL, "COLUMNS": str(columns)}
        return CliRunner().invoke(app, list(arguments), input=stdin, env=env)

    return call


@pytest.fixture
def process() -> Process:
    """Call `python -m ngio_collections.cli` in a process of its own."""

    def call(
        *arguments: str, cwd: Path | None = None, stdin: bytes = b"", **env: str
    ) -> subprocess.CompletedProcess[bytes]:
        inherited = {key: value for key, value in os.environ.items() if key not in NEUTRAL}
        source = Path(__file__).parents[2] / "src"
        return subprocess.run(
            [sys.executable, "-m", "ngio_collections.cli", *arguments],
            cwd=cwd,
            input=stdin,
            capture_output=True,
            check=False,
            timeout=60,
            env={**inherited, "PYTHONPATH": str(source), "COLUMNS": "80", **env},
        )

    return call


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a file into an empty working directory; bytes as they are, else as JSON."""
    monkeypatch.chdir(tmp_path)

    def put(name: str, content: Any) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        path.write_bytes(raw)
        return name

    return put


@pytest.fixture
def good() -> dict[str, Any]:
    """A document without findings."""
    return document(node("a"), node("b"))


@pytest.fixture
def bad() -> dict[str, Any]:
    """A document with two findings at MUST and one at SHOULD."""
    return document(node("a b"), node("c", attributes=[]), attributes={"mine": 1})


@pytest.fixture
def slightly_bad() -> dict[str, Any]:
    """A document with one finding at SHOULD."""
    return document(attributes={"mine": 1})


@pytest.fixture
def plate(write: Write) -> str:
    """A plate of two wells, each in a document of its own; `A` refers to a node of `B`."""
    write("plate.json", standalone("plate", stub("A", "./wells/A.json"), stub("B", "wells/B.json")))
    source = {"id": "image", "path": {"type": "json", "path": "./B.json"}}
    write("wells/A.json", standalone("A", node("label", attributes={"acquisition": source})))
    write("wells/B.json", standalone("B", node("image")))
    return "plate.json"
