"""Several processes write the same document, and some are killed while they do."""

from __future__ import annotations

import os
import random
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ngio_collections._paths import as_url
from ngio_collections.store import LocalStore
from tests.store.worker import SIZE, version

ROOT = Path(__file__).parent.parent.parent
FILES = LocalStore().blocking()
ROUNDS = 500
KILLS = 40


@contextmanager
def _worker(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    source = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
    with subprocess.Popen(
        [sys.executable, "-m", "tests.store.worker", *arguments],
        env={**os.environ, "PYTHONPATH": source},
        stdout=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_no_update_of_two_processes_is_lost(tmp_path: Path) -> None:
    url = as_url(tmp_path / "counter.json")
    FILES.put(url, b"00000000")
    arguments = ("count_up", url, str(ROUNDS))
    with _worker(*arguments) as one, _worker(*arguments) as other:
        assert (one.wait(), other.wait()) == (0, 0)
    assert int(FILES.get(url).data) == 2 * ROUNDS
    assert [path.name for path in tmp_path.iterdir()] == ["counter.json"]


def test_a_process_that_is_killed_leaves_a_whole_document_and_no_lock(tmp_path: Path) -> None:
    """Each process is killed at another moment of a write that takes it about a millisecond."""
    url = as_url(tmp_path / "a.json")
    moments = random.Random(8)
    last = 0
    for _ in range(KILLS):
        with _worker("write_on", url) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"begun\n"
            # Nothing more is printed: this is a wait for a random time, or for its early end.
            select.select([process.stdout], [], [], moments.uniform(0, 0.01))
            process.kill()
        blob = FILES.get(url)
        last = int(blob.data[:8])
        assert len(blob.data) == SIZE
        assert blob.data == version(last)
        FILES.put(url, version(0), if_match=blob.tag)
    others = {path.name for path in tmp_path.iterdir()} - {"a.json"}
    assert all(name.startswith(".ngio-") and name.endswith(".tmp") for name in others)
    assert last > 0
