"""Without the libraries there is nothing to test here, unless they are said to be required."""

from __future__ import annotations

import os

from tests.writers.writers import missing

collect_ignore_glob: list[str] = []
if missing() and os.environ.get("NGIO_WRITERS") != "required":
    collect_ignore_glob.append("test_*.py")
