"""How long a fresh interpreter takes: importing the library, generating code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks._figures import Figure, median_seconds

__all__ = ["importing", "regenerating"]

ROOT = Path(__file__).parent.parent
IMPORT_LIMIT = 60.0
GENERATE_LIMIT = 30.0


def _python(*arguments: str) -> None:
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    subprocess.run(
        [sys.executable, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
    )


def _milliseconds(code: str, runs: int) -> float:
    return 1000 * median_seconds(lambda: _python("-c", code), runs)


def importing(runs: int) -> list[Figure]:
    """Time of the import, and of the first validation, beyond a bare interpreter."""
    bare = _milliseconds("pass", runs)
    beyond = f"python -c pass ({bare:.0f} ms), which is taken off"
    library = _milliseconds("import ngio_collections", runs) - bare
    first = (
        "import ngio_collections as ngc;"
        "ngc.validate_document({'ome': {'type': 'collection', 'version': '1', 'id': 'a',"
        "'nodes': []}})"
    )
    validation = _milliseconds(first, max(3, runs // 3)) - bare
    return [
        Figure("import ngio_collections", library, "ms", IMPORT_LIMIT, beyond),
        Figure("import and first validation", validation, "ms", None, beyond),
    ]


def regenerating(runs: int) -> list[Figure]:
    """Time to generate everything, without writing it (`--check`)."""
    seconds = median_seconds(lambda: _python("-m", "codegen", "--check"), max(1, runs // 5))
    return [Figure("python -m codegen --check", seconds, "s", GENERATE_LIMIT, "the limit alone")]
