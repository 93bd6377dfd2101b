"""What a cache keeps, for how long, and that nobody gets what is no longer true."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections.errors import (
    ConflictError,
    DocumentAccessError,
    DocumentNotFoundError,
    ForbiddenError,
    LimitExceededError,
)
from ngio_collections.store import Blob, BlockingWrites, CachedStore, MemoryStore, ReadOnly, Stat

A, B, C = (f"https://example.org/{name}.json" for name in "abc")


def _face(store: CachedStore) -> BlockingWrites:
    face = store.blocking()
    assert face is not None
    return face


def _use(store: CachedStore, *urls: str) -> None:
    for url in urls:
        _face(store).get(url)


@pytest.mark.parametrize("blocking", [True, False])
def test_a_document_is_read_once_and_then_only_asked_after(blocking: bool) -> None:
    source = MemoryStore({A: "a"})
    store = CachedStore(source)
    get: Callable[[str], Blob] = (
        _face(store).get if blocking else lambda url: asyncio.run(store.get(url))
    )
    assert [get(A).data for _ in range(3)] == [b"a"] * 3
    assert source.log == [("get", A), ("stat", A), ("stat", A)]
    assert (store.hits, store.misses, store.size) == (2, 1, 1)


@pytest.mark.parametrize("blocking", [True, False])
def test_of_a_source_that_never_changes_nothing_is_asked(blocking: bool) -> None:
    source = MemoryStore({A: "a"})
    store = CachedStore(source, validate=False)
    first = asyncio.run(store.get(A))
    if blocking:
        assert _face(store).get(A) is first
        assert _face(store).stat(A) == Stat(1, first.tag)
    else:
        assert asyncio.run(store.get(A)) is first
        assert asyncio.run(store.stat(A)) == Stat(1, first.tag)
    assert source.log == [("get", A)]
    assert (store.hits, store.misses) == (1, 1)


def test_a_document_that_was_changed_elsewhere_is_read_again() -> None:
    source = MemoryStore({A: "old"})
    store = CachedStore(source)
    _use(store, A)
    asyncio.run(source.put(A, b"newer"))
    assert asyncio.run(store.get(A)).data == b"newer"
    assert (store.hits, store.misses, store.size) == (0, 2, 5)


def test_a_document_that_was_deleted_elsewhere_is_missing() -> None:
    source = MemoryStore({A: "old"})
    store = CachedStore(source)
    _use(store, A)
    asyncio.run(source.delete(A))
    with pytest.raises(DocumentNotFoundError):
        _use(store, A)
    with pytest.raises(DocumentNotFoundError):
        asyncio.run(store.get(A))


def test_what_was_not_used_for_longest_goes_first() -> None:
    source = MemoryStore({A: "aaaa", B: "bbbb", C: "cccc"})
    store = CachedStore(source, max_bytes=8, validate=False)
    _use(store, A, B, A, C)
    assert store.size == 8
    source.log.clear()
    _use(store, A, C)
    assert source.log == []
    _use(store, B)
    assert source.log == [("get", B)]


def test_a_document_larger_than_the_bound_is_given_out_but_not_kept() -> None:
    store = CachedStore(MemoryStore({A: "a", B: "b" * 9}), max_bytes=8)
    _use(store, A, B)
    assert _face(store).get(B).data == b"b" * 9
    assert store.size == 1
    _face(store).put(A, b"a" * 9)
    assert store.size == 0


def test_a_limit_holds_for_what_is_kept_too() -> None:
    for validate in (True, False):
        store = CachedStore(MemoryStore({A: "aaaa"}), validate=validate)
        _use(store, A)
        with pytest.raises(LimitExceededError):
            _face(store).get(A, max_bytes=3)
        with pytest.raises(LimitExceededError):
            asyncio.run(store.get(A, max_bytes=3))
        assert asyncio.run(store.get(A, max_bytes=4)).data == b"aaaa"


def test_what_is_written_through_it_is_kept() -> None:
    source = MemoryStore()
    store = CachedStore(source)
    tag = _face(store).put(A, b"new")
    assert _face(store).get(A) == Blob(b"new", tag)
    assert source.log == [("put", A), ("stat", A)]


@pytest.mark.parametrize("validate", [True, False])
def test_what_is_written_or_deleted_through_it_is_never_given_out_stale(validate: bool) -> None:
    store = CachedStore(MemoryStore({A: "old", B: "old"}), validate=validate)
    _use(store, A, B)
    asyncio.run(store.put(A, b"new"))
    _face(store).put(B, b"new")
    assert asyncio.run(store.get(A)).data == _face(store).get(B).data == b"new"
    asyncio.run(store.delete(A))
    _face(store).delete(B)
    for url in (A, B):
        with pytest.raises(DocumentNotFoundError):
            _use(store, url)
    assert store.size == 0


def test_after_a_conflict_the_document_is_read_again() -> None:
    source = MemoryStore({A: "old"})
    store = CachedStore(source, validate=False)
    tag = _face(store).get(A).tag
    asyncio.run(source.put(A, b"new"))
    with pytest.raises(ConflictError):
        _face(store).put(A, b"mine", if_match=tag)
    assert _face(store).get(A).data == b"new"


def test_everything_is_forgotten_on_request() -> None:
    source = MemoryStore({A: "a"})
    store = CachedStore(source, validate=False)
    _use(store, A)
    store.clear()
    assert (store.size, store.hits, store.misses) == (0, 0, 1)
    _use(store, A)
    assert source.log == [("get", A)] * 2


def test_a_cache_of_what_is_read_only_is_read_only() -> None:
    store = CachedStore(ReadOnly(MemoryStore({A: "a"})))
    for ask in (
        lambda: asyncio.run(store.put(A, b"")),
        lambda: asyncio.run(store.delete(A)),
        lambda: _face(store).put(A, b""),
        lambda: _face(store).delete(A),
    ):
        with pytest.raises(ForbiddenError, match="read-only"):
            ask()


def test_a_cache_can_block_only_if_its_store_can() -> None:
    assert CachedStore(MemoryStore(latency=0)).blocking() is None


# Reads at the same time.


class _Gated(MemoryStore):
    """A store whose reads wait until they are let go; what they read is what there was before."""

    def __init__(self) -> None:
        super().__init__({A: "old"}, latency=0)
        self.gate = asyncio.Event()
        self.reads = 0

    async def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
        self.reads += 1
        blob = await super().get(url, max_bytes=max_bytes)
        await self.gate.wait()
        return blob


async def _begun(store: CachedStore, source: _Gated, reads: int = 1) -> asyncio.Task[Blob]:
    task = asyncio.create_task(store.get(A))
    while source.reads < reads or source.in_flight:
        await asyncio.sleep(0)
    return task


def _run(scene: Callable[[CachedStore, _Gated], Awaitable[None]]) -> None:
    async def play() -> None:
        source = _Gated()
        await scene(CachedStore(source, validate=False), source)

    asyncio.run(play())


def test_reads_of_one_document_at_once_are_one_read() -> None:
    async def scene(store: CachedStore, source: _Gated) -> None:
        tasks = [await _begun(store, source) for _ in range(10)]
        source.gate.set()
        blobs = await asyncio.gather(*tasks)
        assert {blob.data for blob in blobs} == {b"old"}
        assert source.reads == 1
        assert store.misses == 1

    _run(scene)


def test_reads_at_once_that_fail_all_fail() -> None:
    async def scene() -> None:
        source = MemoryStore(latency=0)
        store = CachedStore(source)
        results = await asyncio.gather(*(store.get(A) for _ in range(5)), return_exceptions=True)
        assert [type(result) for result in results] == [DocumentNotFoundError] * 5
        assert source.log == [("get", A)]
        await source.put(A, b"now")
        assert (await store.get(A)).data == b"now"

    asyncio.run(scene())


def test_one_who_stops_waiting_does_not_stop_the_others() -> None:
    async def scene(store: CachedStore, source: _Gated) -> None:
        first, second = await _begun(store, source), await _begun(store, source)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        source.gate.set()
        assert (await second).data == b"old"
        assert source.reads == 1

    _run(scene)


def test_a_read_that_nobody_waits_for_any_more_ends() -> None:
    async def scene(store: CachedStore, source: _Gated) -> None:
        tasks = [await _begun(store, source) for _ in range(3)]
        for task in tasks:
            assert len(asyncio.all_tasks()) > 1
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert asyncio.all_tasks() == {asyncio.current_task()}
        again = await _begun(store, source, reads=2)
        source.gate.set()
        assert (await again).data == b"old"

    _run(scene)


def test_who_comes_while_a_read_is_given_up_reads_anew() -> None:
    class Slow(_Gated):
        """A store that takes its time to give up."""

        async def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
            try:
                return await super().get(url, max_bytes=max_bytes)
            except asyncio.CancelledError:
                giving_up.set()
                await ending.wait()
                raise

    async def scene() -> None:
        source = Slow()
        store = CachedStore(source)
        first = await _begun(store, source)
        first.cancel()
        await giving_up.wait()
        second = await _begun(store, source, reads=2)
        ending.set()
        with pytest.raises(asyncio.CancelledError):
            await first
        third = await _begun(store, source, reads=2)
        source.gate.set()
        assert [(await task).data for task in (second, third)] == [b"old"] * 2
        assert source.reads == 2

    giving_up, ending = asyncio.Event(), asyncio.Event()
    asyncio.run(scene())


def test_a_read_that_is_cancelled_by_its_store_is_no_cancellation_of_who_waits() -> None:
    class GivesUp(MemoryStore):
        async def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
            await asyncio.sleep(0)
            raise asyncio.CancelledError

    with pytest.raises(DocumentAccessError, match="cancelled in the store"):
        ngc.open(A, store=CachedStore(GivesUp(latency=0)))


def test_reads_with_different_limits_do_not_share_their_fate() -> None:
    async def scene() -> None:
        store = CachedStore(MemoryStore({A: "aaaa"}, latency=0))
        small, large = await asyncio.gather(
            store.get(A, max_bytes=1), store.get(A), return_exceptions=True
        )
        assert isinstance(small, LimitExceededError)
        assert isinstance(large, Blob)

    asyncio.run(scene())


@pytest.mark.parametrize("change", ["put", "delete", "clear"])
def test_a_read_that_began_before_a_change_is_not_kept_and_not_joined(change: str) -> None:
    async def scene(store: CachedStore, source: _Gated) -> None:
        before = await _begun(store, source)
        if change == "put":
            await store.put(A, b"new")
        elif change == "delete":
            await store.delete(A)
            await source.put(A, b"new")
        else:
            store.clear()
            await source.put(A, b"new")
        after = await _begun(store, source, reads=2)
        source.gate.set()
        assert (await before).data == b"old"
        assert (await after).data == b"new"
        assert (await store.get(A)).data == b"new"

    _run(scene)


def test_several_event_loops_use_one_cache_one_after_the_other() -> None:
    source = MemoryStore({A: "a"}, latency=0)
    store = CachedStore(source)
    for _ in range(3):
        assert asyncio.run(store.get(A)).data == b"a"
    assert (store.hits, store.misses) == (2, 1)


@pytest.mark.parametrize("wrong", [-1, 1.5, None])
def test_how_much_is_kept_is_a_number_from_0_on(wrong: Any) -> None:
    with pytest.raises(ValueError, match="max_bytes is a number from 0 on"):
        CachedStore(MemoryStore(), max_bytes=wrong)
