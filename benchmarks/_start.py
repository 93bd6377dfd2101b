"""How long a fresh interpreter takes: importing the library, generating code."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks._figures import Figure, Settings, median_seconds

__all__ = ["environment", "importing", "regenerating"]

ROOT = Path(__file__).parent.parent
IMPORT_LIMIT = 60.0
GENERATE_LIMIT = 30.0


def environment() -> dict[str, str]:
    """The environment of a process that can import the library and what is beside it."""
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return {**os.environ, "PYTHONPATH": path}


def _python(*arguments: str) -> None:
    subprocess.run(
        [sys.executable, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
        env=environment(),
    )


def _milliseconds(code: str, runs: int) -> float:
    return 1000 * median_seconds(lambda: _python("-c", code), runs, time.perf_counter)


def importing(settings: Settings) -> list[Figure]:
    """Time of the import, and of the first validation, beyond a bare interpreter."""
    bare = _milliseconds("pass", settings.runs)
    beyond = f"python -c pass ({bare:.0f} ms), which is taken off"
    library = _milliseconds("import ngio_collections", settings.runs) - bare
    first = (
        "import ngio_collections as ngc;"
        "ngc.validate_document({'ome': {'type': 'collection', 'version': '1', 'id': 'a',"
        "'nodes': []}})"
    )
    validation = _milliseconds(first, settings.few) - bare
    return [
        Figure("import ngio_collections", library, "ms", IMPORT_LIMIT, beyond),
        Figure("import and first validation", validation, "ms", None, beyond),
    ]


def regenerating(settings: Settings) -> list[Figure]:
    """Time to generate everything, without writing it (`--check`)."""
    runs = max(1, settings.runs // 5)
    seconds = median_seconds(lambda: _python("-m", "codegen", "--check"), runs, time.perf_counter)
    return [Figure("python -m codegen --check", seconds, "s", GENERATE_LIMIT, "the limit alone")]
