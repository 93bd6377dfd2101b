"""Processes that are killed while they save, and processes that save the same documents.

A few of them by default; `nox -s crashes` takes many.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import ngio_collections as ngc
from tests.resolve import writers

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nobody is killed there like this")

KILLS = int(os.environ.get("NGIO_CRASHES", "25"))
ROUNDS = int(os.environ.get("NGIO_CONFLICTS", "50"))
LONGEST = 0.06
"""Seconds within which a process is killed: several of its saves."""


@contextmanager
def writer(work: str, folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process that writes; it is over afterwards, whatever happens."""
    source = Path(ngc.__file__).parent.parent
    with subprocess.Popen(
        [sys.executable, str(Path(writers.__file__)), work, str(folder), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(source)},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def heard(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    words: dict[str, Any] = json.loads(process.stdout.readline())
    return words


def told(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{word}\n")
    process.stdin.flush()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    writers.write_all(tmp_path)
    return tmp_path


def numbers(folder: Path) -> dict[str, int]:
    """The save that each document is from; all of it is from one."""
    found: dict[str, int] = {}
    for name in writers.NAMES:
        content = json.loads((folder / f"{name}.json").read_bytes())
        found[name] = content["ome"]["attributes"]["lab:number"]
        assert content == writers.document(name, found[name]), name
    return found


def require_whole(folder: Path, before: dict[str, int]) -> dict[str, int]:
    """Check what an interrupted save has left."""
    now = numbers(folder)
    assert now["p2"] == before["p2"] == 0
    for name, children in writers.CHILDREN.items():
        for child in set(children) & set(writers.EDITED):
            assert now[child] >= now[name], "what is referred to is written first"
    assert max(now.values()) - min(now[name] for name in writers.EDITED) < writers.KEPT
    report = ngc.check_links(folder / "root.json")
    assert not report.unfollowed, report
    assert len(report.documents) == len(writers.NAMES)
    assert not ngc.open_inlined(folder / "root.json").report.unfollowed
    others = {path.name for path in folder.iterdir()} - {f"{n}.json" for n in writers.NAMES}
    assert all(name.startswith(".ngio-") and name.endswith(".tmp") for name in others)
    for name in others:
        (folder / name).unlink()
    assert len(others) <= 1
    return now


def test_a_save_that_is_killed_at_any_instant_leaves_whole_documents(folder: Path) -> None:
    instants = random.Random(4)
    now = numbers(folder)
    torn = 0
    for _ in range(KILLS):
        with writer("save_forever", folder) as process:
            assert heard(process)["ready"]
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(timeout=instants.uniform(0, LONGEST))
            process.kill()
        assert process.returncode == -signal.SIGKILL
        now = require_whole(folder, now)
        torn += len({now[name] for name in writers.EDITED}) > 1
    print(f"{KILLS} killed, {torn} of them between two documents; {max(now.values())} saves begun")
    assert max(now.values()) > 0


def test_a_save_that_is_killed_before_any_of_its_steps_leaves_whole_documents(folder: Path) -> None:
    with writer("save_until", folder, "0") as process:
        steps: int = heard(process)["steps"]
    now = require_whole(folder, numbers(folder))
    assert steps > len(writers.EDITED) * len(writers.STEPS) / 2
    left = set()
    for step in range(1, steps + 1, max(1, steps // KILLS)):
        with writer("save_until", folder, str(step)) as process:
            assert process.wait() == -signal.SIGKILL, f"step {step} of {steps}"
        now = require_whole(folder, now)
        left.add(len({now[name] for name in writers.EDITED}))
    assert max(left) > 1, "some were killed between two documents"


def test_a_save_after_one_that_was_killed_writes_everything(folder: Path) -> None:
    with writer("save_until", folder, "40") as process:
        assert process.wait() == -signal.SIGKILL
    with writer("save_until", folder, "0") as process:
        assert heard(process)["steps"]
    assert len({numbers(folder)[name] for name in writers.EDITED}) == 1


def test_of_two_processes_that_save_a_document_one_wins_and_the_other_is_told(folder: Path) -> None:
    work = "take_turns", folder, "p2"
    with writer(*work) as one, writer(*work) as other:
        for number in range(1, ROUNDS + 1):
            for word in ("open", "save"):
                for process in (one, other) if number % 2 else (other, one):
                    told(process, word)
                answers = [heard(process) for process in (one, other)]
            assert sorted(answer["conflict"] for answer in answers) == [False, True]
            content = json.loads((folder / "p2.json").read_bytes())
            assert content["ome"]["attributes"]["lab:number"] == number


def test_no_update_is_lost_between_processes_that_save_as_fast_as_they_can(folder: Path) -> None:
    work = "count_up", folder, str(ROUNDS)
    with writer(*work) as one, writer(*work) as other:
        conflicts = [heard(process)["conflicts"] for process in (one, other)]
    content = json.loads((folder / "p2.json").read_bytes())
    assert content["ome"]["attributes"]["lab:number"] == 2 * ROUNDS
    print(f"{2 * ROUNDS} saves of two processes, {sum(conflicts)} conflicts")


def test_no_update_is_lost_between_views_that_share_some_documents(folder: Path) -> None:
    count: Counter[str] = Counter()
    partly = 0
    with (
        writer("take_turns", folder, "root", "p0", "w0", "w1") as one,
        writer("take_turns", folder, "p1", "p0", "w1", "w2") as other,
    ):
        for number in range(ROUNDS):
            for word in ("open", "save"):
                for process in (one, other) if number % 2 else (other, one):
                    told(process, word)
                answers = [heard(process) for process in (one, other)]
            for answer in answers:
                count.update(url.rpartition("/")[2] for url in answer["written"])
                partly += answer["conflict"] and bool(answer["written"])
            for name in writers.NAMES:
                content = json.loads((folder / f"{name}.json").read_bytes())
                assert content["ome"]["attributes"]["lab:number"] == count[f"{name}.json"], name
    assert count["p0.json"] <= ROUNDS
    assert count["w1.json"] <= ROUNDS
    print(f"{ROUNDS} rounds, {sum(count.values())} documents written, {partly} saves in part")
