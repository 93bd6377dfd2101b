from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from ngio_collections import _collector
from ngio_collections._collector import collector_paused

pytestmark = pytest.mark.skipif(
    sys.implementation.name != "cpython", reason="the collectors of others work differently"
)


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if there had been no pause before, and with few objects being many."""
    monkeypatch.setattr(_collector, "MANY", 1_000)
    monkeypatch.setattr(_collector._Pauses, "aged", 0)
    gc.unfreeze()  # Other tests of the process may have frozen something.
    gc.collect()
    yield
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def looks() -> list[int]:
    return [generation["collections"] for generation in gc.get_stats()]


def make(count: int) -> list[list[Any]]:
    return [[] for _ in range(count)]


def test_the_collector_stands_still_in_a_pause_and_runs_again_after_the_last() -> None:
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_collector_that_did_not_run_does_not_run_afterwards() -> None:
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_the_collector_runs_again_after_an_error() -> None:
    with pytest.raises(LookupError), collector_paused():
        raise LookupError
    assert gc.isenabled()


def test_many_objects_that_a_pause_leaves_are_not_looked_through_at_its_end() -> None:
    with collector_paused():
        held = make(10_000)
        before = looks()
    few = make(10)
    assert looks() == before
    assert len(held) + len(few) == 10_010


def test_garbage_of_a_pause_is_found_when_everything_is_looked_at() -> None:
    with collector_paused():
        for item in make(10_000):
            item.append(item)
        del item
    assert gc.collect() >= 10_000


def test_what_somebody_has_frozen_stays_frozen() -> None:
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        with collector_paused():
            held = make(10_000)
        # Some of them may be gone by now, but none was thawed.
        assert 0 < frozen - 100 < gc.get_freeze_count() <= frozen
        assert len(held) == 10_000
    finally:
        gc.unfreeze()


def test_pauses_in_a_row_do_not_keep_the_collector_from_its_work() -> None:
    """Each would set its counts back, so that it would never look at everything."""
    before = looks()
    for _ in range(300):
        with collector_paused():
            held = make(2_000)
        held.clear()
        for item in make(2_000):
            item.append(item)
    assert looks()[1] > before[1] + 10
