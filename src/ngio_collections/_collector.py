"""A pause of the garbage collector, which looks through everything again while much is made."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

__all__ = ["Pause", "collector_paused"]

MANY: Final = 100_000
"""With so many new objects, looking through them once takes as long as a person notices."""

_LOCK = threading.Lock()


class _Pauses:
    """How many there are now, and what is known from before.

    Attributes:
        count: How many pauses there are now.
        was_enabled: Whether the collector ran before the first of them.
        aged: How many objects were made old since the collector last looked at all of them.
        full: How often it had looked at all of them by then.
    """

    count = 0
    was_enabled = False
    aged = 0
    full = 0


class Pause:
    """Keeps the collector from running; the last of several pauses lets it run again.

    Parsing makes millions of objects of which none is garbage, and each pass over them
    costs more than the parsing.
    """

    def __init__(self) -> None:
        self._is_on = False

    def begin(self) -> None:
        """Begin it, unless it is on."""
        with _LOCK:
            if not self._is_on and not _Pauses.count:
                _Pauses.was_enabled = gc.isenabled()
                gc.disable()
            _Pauses.count += not self._is_on
            self._is_on = True

    def end(self) -> None:
        """End it, if it is on."""
        with _LOCK:
            _Pauses.count -= self._is_on
            if self._is_on and not _Pauses.count and _Pauses.was_enabled:
                _age()
                gc.enable()
            self._is_on = False


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the collector from running for as long as this lasts."""
    pause = Pause()
    pause.begin()
    try:
        yield
    finally:
        pause.end()


def _age() -> None:
    """Make objects old that a pause has left, if they are many.

    The collector would look through all of them at once when it runs again, and a second
    time soon after. Old ones it looks through when it looks at everything, which it goes on
    doing: the counts that it goes by are set back by this, so that it is done again only
    for more objects than before, or after such a look.
    """
    full: int = gc.get_stats()[-1]["collections"] if hasattr(gc, "get_stats") else 0
    if full != _Pauses.full:
        _Pauses.aged, _Pauses.full = 0, full
    new = gc.get_count()[0]
    # What somebody has frozen would be thawed.
    if new < MANY or new <= _Pauses.aged or not hasattr(gc, "freeze") or gc.get_freeze_count():
        return
    gc.freeze()
    gc.unfreeze()
    _Pauses.aged += new
