"""Every example in the README and in docs/ runs, and says what really happens."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import http.server
import io
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections.resolve import KINDS

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(path: Path) -> list[tuple[str, str]]:
    return BLOCK.findall(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_there_are_examples() -> None:
    kinds = [kind for path in DOCUMENTS for kind, _ in blocks(path)]
    assert kinds.count("python") >= 2
    assert kinds.count("console") >= 1


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_python_examples_run_and_print_what_is_shown(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {}
    printed = ""
    for kind, text in blocks(path):
        if kind == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(text, name(path), "exec"), namespace)
            printed = out.getvalue()
        elif kind == "text" and printed:
            assert printed.strip() == text.strip()
            printed = ""


def test_the_store_that_is_shown_keeps_the_contract_of_stores(tmp_path: Path) -> None:
    shown = [text for kind, text in blocks(ROOT / "docs" / "stores.md") if kind == "python"]
    (tmp_path / "test_shown.py").write_text("\n\n".join(shown), encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-W",
            "error",
            str(tmp_path),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) > 40


def _http_store() -> Any:
    """The store that is shown for HTTP."""
    (shown,) = (
        text
        for kind, text in blocks(ROOT / "docs" / "stores.md")
        if kind == "python" and "class HttpStore" in text
    )
    namespace: dict[str, Any] = {"ngc": ngc}
    exec(compile(shown, "HttpStore", "exec"), namespace)
    return namespace["HttpStore"]()


ENTRY = json.dumps(
    {
        "ome": {
            "type": "collection",
            "id": "plate",
            "nodes": [
                {
                    "type": "collection",
                    "id": name,
                    "path": {"type": "json", "path": f"./{name}.json"},
                }
                for name in ("moved", "elsewhere", "file", "round", "short", "whole")
            ],
        }
    }
).encode()
INNER = b'{"ome": {"type": "collection", "id": "inner", "nodes": []}}'
PROBLEMS = {
    "elsewhere": ("forbidden", "the server leads on to http://127.0.0.2:9/x.json, which is on an"),
    "file": (
        "unreadable",
        "the server answers 302 Found - Redirection to url 'file:///etc/hostname'",
    ),
    "round": ("unreadable", "the server answers 302"),
    "short": ("unreadable", "the answer ends 7 bytes too early"),
}


class _Hostile(http.server.BaseHTTPRequestHandler):
    """A server that leads on to other places, and breaks off answers."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        name = self.path.removeprefix("/").removesuffix(".json")
        leads = {
            "moved": "/whole.json",
            "elsewhere": "http://127.0.0.2:9/x.json",
            "file": "file:///etc/hostname",
            "round": "/round.json",
        }
        body = ENTRY if name == "plate" else INNER
        self.send_response(302 if name in leads else 200)
        if name in leads:
            self.send_header("Location", leads[name])
            body = b""
        self.send_header("Content-Length", str(len(body) + 7 * (name == "short")))
        self.end_headers()
        self.wfile.write(body)


def test_the_store_for_http_stays_in_the_origin_and_tells_broken_answers_from_documents() -> None:
    store = _http_store()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Hostile) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            address = f"http://127.0.0.1:{server.server_port}"
            view = ngc.open_inlined(f"{address}/plate.json", store=store)
            for most in (None, 1000):
                for name, (kind, _) in PROBLEMS.items():
                    error = ngc.ForbiddenError if kind == "forbidden" else ngc.DocumentAccessError
                    asked = store.get(f"{address}/{name}.json", max_bytes=most)
                    if name == "short" and most is None:
                        error = http.client.IncompleteRead  # type: ignore[assignment]
                    with pytest.raises(error):
                        asyncio.run(asked)
            with pytest.raises(ngc.LimitExceededError):
                asyncio.run(store.get(f"{address}/short.json", max_bytes=10))
        finally:
            server.shutdown()
            thread.join()
    assert view.report is not None
    found = {one.target.rpartition("/")[2][:-5]: one for one in view.report.failures}
    assert set(found) == set(PROBLEMS)
    for name, (kind, cause) in PROBLEMS.items():
        assert found[name].kind == kind
        assert found[name].cause.startswith(cause)
    assert view.report.origins == (address,)
    for url in ("file:///etc/hostname", "ftp://127.0.0.1/a.json", "data:,x"):
        with pytest.raises(ngc.DocumentAccessError, match="is no address of a server"):
            asyncio.run(store.get(url))


PLATE = ROOT / "tests" / "conversion" / "data" / "ngio-1.1.3" / "plate-0.5"
"""The plate that the reader of the README has."""


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_commands_run(path: Path, tmp_path: Path) -> None:
    if path.name == "README.md":
        shutil.copytree(PLATE, tmp_path / "plate.zarr")
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
    }
    for kind, text in blocks(path):
        if kind == "python" and (file := re.match(r"# (\w+\.py)\n", text)):
            (tmp_path / file[1]).write_text(text, encoding="utf-8")  # It is shown as a file.
        if kind != "console":
            continue
        for line in text.splitlines():
            if line.startswith("$ "):
                done = subprocess.run(
                    line[2:],
                    shell=True,
                    cwd=tmp_path,
                    env=environment,
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), target


def test_the_integration_script_runs_the_test_command_of_the_readme() -> None:
    commands = [
        text.strip() for kind, text in blocks(ROOT / "README.md") if kind == "sh" and "nox" in text
    ]
    assert commands
    assert commands[0] in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_kinds_of_records_are_listed_with_their_words() -> None:
    text = (ROOT / "docs" / "documents.md").read_text(encoding="utf-8")
    _, _, table = text.partition("| kind | a reference was not followed because |\n|---|---|\n")
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", table.partition("\n\n")[0], re.MULTILINE)
    assert rows == list(KINDS.items())


def test_every_test_that_a_position_names_exists() -> None:
    cases = {
        case["name"]
        for path in (ROOT / "tests" / "conformance").glob("*.json")
        for case in json.loads(path.read_text(encoding="utf-8"))["cases"]
    }
    text = (ROOT / "docs" / "positions.md").read_text(encoding="utf-8")
    held = re.findall(r"\*\*Held by\*\*:(.*?)(?=^- \*\*|^#|\Z)", text, re.MULTILINE | re.DOTALL)
    named = {name for part in held for name in re.findall(r"`([a-z0-9-]+)`", part)}
    assert len(named) > 60
    assert {name for name in named if not name.endswith("-")} - cases == set()
    written = (ROOT / "tests" / "resolve" / "test_positions.py").read_text(encoding="utf-8")
    tests = set(re.findall(r"^def (test_\w+)\(", written, re.MULTILINE))
    # In both directions: what is pinned there is a position, and is written down.
    assert {name for part in held for name in re.findall(r"`(test_\w+)`", part)} == tests


def test_every_ambiguity_of_the_text_has_a_position() -> None:
    text = (ROOT / "docs" / "positions.md").read_text(encoding="utf-8")
    assert [int(n) for n in re.findall(r"^### A(\d+)\.", text, re.MULTILINE)] == [*range(1, 25)]
