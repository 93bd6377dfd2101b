"""Whether hypothesis draws the same examples each time, or looks for new ones."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A check that passed has to pass again, wherever and however slowly it runs.
steady = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("repeatable", steady, derandomize=True, database=None)
settings.register_profile("hunt", steady, print_blob=True)
settings.load_profile(os.environ.get("NGIO_HYPOTHESIS", "repeatable"))
