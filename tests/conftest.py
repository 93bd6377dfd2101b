"""Whether hypothesis draws the same examples each time, or looks for new ones."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

# A check that passed has to pass again, wherever and however slowly it runs, and whatever is
# drawn.
steady = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.register_profile("repeatable", steady, derandomize=True, database=None)
settings.register_profile("hunt", steady, print_blob=True)
settings.load_profile(os.environ.get("NGIO_HYPOTHESIS", "repeatable"))

if settings.default.derandomize:
    # Among the examples are constants of those modules of the project that are imported already,
    # which are others for each selection and order of the tests. There is no setting for it.
    providers._get_local_constants = Constants
