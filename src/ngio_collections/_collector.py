"""A pause of the garbage collector, which looks through everything again while much is made."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["collector_paused"]

_LOCK = threading.Lock()


class _Pauses:
    """How many there are now, and whether the collector ran before the first."""

    count = 0
    was_enabled = False


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the collector from running; the last of several pauses lets it run again.

    Parsing makes millions of objects of which none is garbage, and each pass over them
    costs more than the parsing.
    """
    with _LOCK:
        if not _Pauses.count:
            _Pauses.was_enabled = gc.isenabled()
            gc.disable()
        _Pauses.count += 1
    try:
        yield
    finally:
        with _LOCK:
            _Pauses.count -= 1
            if not _Pauses.count and _Pauses.was_enabled:
                gc.enable()
