"""How much work something is, in calls: unlike a time, it is the same at every run."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable

__all__ = ["calls_of"]


def calls_of(run: Callable[[], object]) -> int:
    """How many functions, of Python and of C, it calls, resumed generators included."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    # Finalisers of other tests must not be counted.
    gc.collect()
    gc.disable()
    sys.setprofile(count)
    try:
        run()
    finally:
        sys.setprofile(None)
        gc.enable()
    return calls
