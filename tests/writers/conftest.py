"""Without the libraries there is nothing to test here; where they are wanted, they must be there."""

from __future__ import annotations

import os

from tests.writers.writers import missing

collect_ignore_glob: list[str] = []
if missing() and os.environ.get("NGIO_WRITERS") != "required":
    collect_ignore_glob.append("test_*.py")
