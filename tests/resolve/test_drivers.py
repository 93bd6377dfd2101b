"""The two ways of carrying out a verb do the same, and leave nothing behind."""

from __future__ import annotations

import asyncio
import gc
import inspect
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest

import ngio_collections as ngc
from ngio_collections import MemoryStore, aio, api
from ngio_collections.resolve._drivers import run
from ngio_collections.resolve._requests import Answer, Flow, Head, Request
from ngio_collections.store import Blob, Stat

ENTRY: Final = "memory://lab/all.json"
COUNT: Final = 100
STORES: Final[dict[str, Callable[[Any], Any]]] = {
    "blocking": MemoryStore,
    "awaited": lambda documents: MemoryStore(documents, latency=0),
}


def _documents() -> dict[str, Any]:
    stubs = [
        {"type": "collection", "id": f"s{n}", "path": {"type": "json", "path": f"./p{n}.json"}}
        for n in range(COUNT)
    ]
    parts = {
        f"memory://lab/p{n}.json": {"ome": {"type": "collection", "id": f"p{n}", "nodes": []}}
        for n in range(COUNT)
    }
    return {ENTRY: {"ome": {"type": "collection", "id": "all", "nodes": stubs}}, **parts}


def _public(module: Any) -> list[tuple[str, Any]]:
    return [
        (name, getattr(module, name))
        for name in sorted(module.__all__)
        if inspect.isfunction(getattr(module, name))
    ]


def test_both_have_the_same_verbs_with_the_same_arguments_and_words() -> None:
    assert sorted(api.__all__) == sorted(aio.__all__)
    assert len(_public(api)) >= 14
    for (name, sync), (other, awaited) in zip(_public(api), _public(aio), strict=True):
        assert name == other == sync.__name__ == awaited.__name__
        assert inspect.signature(sync) == inspect.signature(awaited)
        assert inspect.getdoc(sync) == inspect.getdoc(awaited) is not None
        streams = str(inspect.signature(sync).return_annotation).startswith("Iterator[")
        assert inspect.iscoroutinefunction(awaited) is not streams
        assert not inspect.iscoroutinefunction(sync)
        assert getattr(ngc, name) is sync


def _all_verbs(store: Any) -> list[Any]:
    """What every verb gives, one after the other."""
    made: list[Any] = []
    root = ngc.open_inlined(ENTRY, store=store)
    edited = root.set_attr("lab:k", 1)
    made.append(ngc.save_tree(next(edited.children()).set_attr("lab:k", 2), store=store))
    made.append(ngc.save_inlined(root, "memory://lab/out.json", store=store).to_json())
    plain = ngc.open(ENTRY, store=store)
    made.append(ngc.embed(next(plain.children()), store=store).to_json())
    new = ngc.create("memory://lab/new.json", ngc.new_node("collection"), store=store)
    made.append(ngc.save(new.set_attr("lab:k", 1), store=store))
    made.append(ngc.open_ref(next(plain.children()), store=store).to_json())
    made.append(ngc.relocate("memory://lab/new.json", "memory://lab/x/n.json", store=store))
    made.append(ngc.delete("memory://lab/x/n.json", store=store))
    made.append(ngc.check_links(ENTRY, store=store).to_json())
    made.append(ngc.consolidate(ENTRY, store=store))
    return made


async def _all_awaited(store: Any) -> list[Any]:
    made: list[Any] = []
    root = await aio.open_inlined(ENTRY, store=store)
    edited = root.set_attr("lab:k", 1)
    made.append(await aio.save_tree(next(edited.children()).set_attr("lab:k", 2), store=store))
    made.append((await aio.save_inlined(root, "memory://lab/out.json", store=store)).to_json())
    plain = await aio.open(ENTRY, store=store)
    made.append((await aio.embed(next(plain.children()), store=store)).to_json())
    new = await aio.create("memory://lab/new.json", ngc.new_node("collection"), store=store)
    made.append(await aio.save(new.set_attr("lab:k", 1), store=store))
    made.append((await aio.open_ref(next(plain.children()), store=store)).to_json())
    made.append(await aio.relocate("memory://lab/new.json", "memory://lab/x/n.json", store=store))
    made.append(await aio.delete("memory://lab/x/n.json", store=store))
    made.append((await aio.check_links(ENTRY, store=store)).to_json())
    made.append(await aio.consolidate(ENTRY, store=store))
    return made


@pytest.mark.parametrize("kind", STORES)
def test_both_do_the_same_and_leave_no_thread_and_no_task(kind: str) -> None:
    threads = set(threading.enumerate())
    waited, awaited, inside = (STORES[kind](_documents()) for _ in range(3))
    expected = _all_verbs(waited)

    async def main() -> list[Any]:
        made = await _all_awaited(awaited)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        # The verbs that wait work where a loop is running, as in a notebook.
        assert _all_verbs(inside) == expected
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return made

    assert asyncio.run(main()) == expected
    assert set(threading.enumerate()) <= threads  # Those of other tests may have ended.
    for store in (awaited, inside):
        assert {url: store.read(url) for url in store.urls()} == {
            url: waited.read(url) for url in waited.urls()
        }


class Blocking:
    """A store that can be used without an event loop only, and takes note of how."""

    def __init__(self, seconds: float = 0) -> None:
        self.inside = MemoryStore(_documents())
        self.seconds = seconds
        self.threads: set[int] = set()
        self.fails_at: str | None = None
        self.in_flight = self.most_in_flight = 0
        self._lock = threading.Lock()

    def blocking(self) -> Any:
        face = self.inside.blocking()
        assert face is not None
        store = self

        class Face:
            def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
                with store.noted(url):
                    return face.get(url, max_bytes=max_bytes)

            def stat(self, url: str) -> Stat:
                with store.noted(url):
                    return face.stat(url)

        return Face()

    @contextmanager
    def noted(self, url: str) -> Iterator[None]:
        with self._lock:
            self.threads.add(threading.get_ident())
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            time.sleep(self.seconds)
            if url == self.fails_at:
                raise KeyboardInterrupt
            yield
        finally:
            with self._lock:
                self.in_flight -= 1

    async def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
        raise AssertionError(url)

    async def stat(self, url: str) -> Stat:
        raise AssertionError(url)


def test_a_store_that_blocks_does_not_hold_up_the_event_loop_and_no_thread_stays() -> None:
    before = set(threading.enumerate())
    store = Blocking()
    root = asyncio.run(aio.open_inlined(ENTRY, store=store))
    assert sum(1 for _ in root.walk()) == COUNT + 1
    assert threading.get_ident() not in store.threads
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("concurrency", [1, 3, 100])
def test_a_store_that_blocks_and_is_slow_is_read_in_threads(concurrency: int) -> None:
    before = set(threading.enumerate())
    store = Blocking(seconds=0.002)
    root = ngc.open_inlined(ENTRY, concurrency=concurrency, store=store)
    assert root.to_json() == ngc.open_inlined(ENTRY, store=MemoryStore(_documents())).to_json()
    assert store.most_in_flight <= min(concurrency, 8)
    assert (store.most_in_flight > 1) is (concurrency > 1)
    assert set(threading.enumerate()) == before


def test_a_store_that_blocks_and_is_quick_is_read_without_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ngio_collections.resolve._drivers.SLOW", 10)
    store = Blocking(seconds=0.0001)
    ngc.open_inlined(ENTRY, store=store)
    assert store.threads == {threading.get_ident()}


@pytest.mark.parametrize("at", [3, 50])
def test_an_interrupt_while_a_slow_store_is_read_leaves_no_thread(at: int) -> None:
    before = set(threading.enumerate())
    store = Blocking(seconds=0.002)
    store.fails_at = f"memory://lab/p{at}.json"
    with pytest.raises(KeyboardInterrupt):
        ngc.open_inlined(ENTRY, store=store)
    assert store.in_flight == 0
    assert set(threading.enumerate()) == before


@pytest.mark.parametrize("concurrency", [1, 7, 32, 1000])
def test_never_more_requests_are_under_way_than_allowed(concurrency: int) -> None:
    store = MemoryStore(_documents(), latency=0)
    ngc.open_inlined(ENTRY, concurrency=concurrency, store=store)
    assert store.most_in_flight == min(concurrency, COUNT)
    assert store.in_flight == 0
    again = MemoryStore(_documents(), latency=0)
    ngc.check_links(ENTRY, concurrency=concurrency, store=again)
    assert again.most_in_flight == min(concurrency, COUNT)


@pytest.mark.parametrize("concurrency", [0, -1])
def test_no_request_at_all_is_no_concurrency(concurrency: int) -> None:
    for make in STORES.values():
        with pytest.raises(ValueError, match="concurrency"):
            ngc.open_inlined(ENTRY, concurrency=concurrency, store=make(_documents()))


def test_the_progress_is_told_and_ends_where_all_is_read() -> None:
    told: list[tuple[int, int]] = []
    store = MemoryStore(_documents())
    ngc.open_inlined(ENTRY, progress=lambda *done: told.append(done), store=store)
    assert told[-1] == (COUNT + 1, COUNT + 1)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_cancelling_leaves_no_task_and_no_request() -> None:
    class Stuck(MemoryStore):
        """A store that never answers after the first document."""

        async def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
            if url == ENTRY:
                return await super().get(url, max_bytes=max_bytes)
            reached.set()
            await asyncio.Event().wait()
            raise AssertionError(url)

    async def main() -> None:
        task = asyncio.create_task(aio.open_inlined(ENTRY, store=store))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    store, reached = Stuck(_documents(), latency=0), asyncio.Event()
    asyncio.run(main())
    gc.collect()  # The collector was paused while reading, and is back.
    assert gc.isenabled()


def test_an_exception_of_the_caller_comes_out_and_leaves_nothing_behind() -> None:
    def progress(_: int, __: int) -> None:
        raise KeyboardInterrupt

    for make in STORES.values():
        threads = set(threading.enumerate())
        with pytest.raises(KeyboardInterrupt):
            ngc.open_inlined(ENTRY, progress=progress, store=make(_documents()))
        assert gc.isenabled()
        assert set(threading.enumerate()) == threads


def test_an_interrupt_in_a_notebook_stops_the_work() -> None:
    """There a loop is running, and the work is done in another thread."""
    count = 300
    chain: dict[str, Any] = {}
    for n in range(count):
        path = {"type": "json", "path": f"./c{n + 1}.json"}
        stub = {"type": "collection", "id": "next", "path": path}
        chain[f"memory://lab/c{n}.json"] = {"ome": {"type": "collection", "nodes": [stub]}}

    class Interrupted(MemoryStore):
        async def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
            if url.endswith("/c5.json"):
                signal.pthread_kill(waiting, signal.SIGINT)
            return await super().get(url, max_bytes=max_bytes)

    async def main() -> None:
        # As a notebook has it; asyncio.run has another, which cancels this task.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with pytest.raises(KeyboardInterrupt):
            ngc.open_inlined("memory://lab/c0.json", store=store)

    store, waiting = Interrupted(chain, latency=0.005), threading.get_ident()
    threads, handler = set(threading.enumerate()), signal.getsignal(signal.SIGINT)
    try:
        asyncio.run(main())
    finally:
        signal.signal(signal.SIGINT, handler)
    assert len(store.log) < count
    assert store.in_flight == 0
    assert gc.isenabled()
    assert set(threading.enumerate()) == threads


class _Odd:
    """A store of somebody else, whose methods return whatever they were given."""

    def __init__(self, **returns: Any) -> None:
        self.returns = returns
        self.inside = MemoryStore({ENTRY: {"ome": {"type": "collection", "id": "p"}}})

    async def get(self, url: str, *, max_bytes: int | None = None) -> Any:
        return self.returns["get"] if "get" in self.returns else await self.inside.get(url)

    async def stat(self, url: str) -> Any:
        return self.returns.get("stat")

    async def put(self, url: str, data: bytes, **conditions: Any) -> Any:
        return self.returns.get("put")

    async def delete(self, url: str, **conditions: Any) -> Any:
        return self.returns.get("delete")


class _OddAndBlocking(_Odd):
    """The same, without an event loop."""

    def blocking(self) -> Any:
        return _Face(self)


class _Face:
    def __init__(self, store: _Odd) -> None:
        face = store.inside.blocking()
        assert face is not None
        self.get = lambda url, **_: (
            store.returns["get"] if "get" in store.returns else face.get(url)
        )
        self.stat = lambda url: store.returns.get("stat")
        self.put = lambda url, data, **_: store.returns.get("put")


@pytest.mark.parametrize("kind", [_Odd, _OddAndBlocking])
@pytest.mark.parametrize(
    "returned",
    [None, b"{}", "{}", (b"{}", "t"), Stat(2, "t"), Blob("{}", "t")],  # type: ignore[arg-type]
)
def test_what_a_store_returns_that_is_no_document_is_an_error_of_that_store(
    kind: type[_Odd], returned: Any
) -> None:
    verbs: list[Callable[[Any], Any]] = [
        lambda store: ngc.open(ENTRY, store=store),
        lambda store: ngc.open_inlined(ENTRY, store=store),
        lambda store: ngc.check_links(ENTRY, store=store),
        lambda store: ngc.validate(ENTRY, store=store),
        lambda store: ngc.delete(ENTRY, store=store),
        lambda store: asyncio.run(aio.open(ENTRY, store=store)),
    ]
    for verb in verbs:
        with pytest.raises(
            ngc.DocumentAccessError, match=r"`get` returned .*expected a Blob"
        ) as no:
            verb(kind(get=returned))
        assert no.value.document == ENTRY
        assert no.value.__context__ is None


@pytest.mark.parametrize("kind", [_Odd, _OddAndBlocking])
def test_a_write_that_gives_no_tag_is_an_error_of_its_store(kind: type[_Odd]) -> None:
    store = kind()
    root = ngc.open(ENTRY, store=store)
    for write in (ngc.save, ngc.save_tree, lambda node: ngc.create("memory://lab/n.json", node)):
        with pytest.raises(ngc.DocumentAccessError, match="`put` returned None; expected the tag"):
            write(root.rename("new"))
    with pytest.raises(ngc.DocumentAccessError, match=r"\(_Odd\)|whose `get`"):
        ngc.open(ENTRY, store=kind(get=None))


NODE: Final = b'{"ome": {"type": "collection", "id": "p"}}'


@pytest.mark.parametrize("kind", [_Odd, _OddAndBlocking])
@pytest.mark.parametrize(
    ("data", "tag", "words"),
    [
        (NODE, None, "a Blob with the tag None"),
        (NODE, 7, "a Blob with the tag 7"),
        (NODE, b"t", "a Blob with the tag b't'"),
        (None, "t", "a Blob with the data None"),
        (5, "t", "a Blob with the data 5"),
        ([123, 125], "t", r"a Blob with the data \[123, 125\]"),
    ],
)
def test_data_are_bytes_and_tags_are_texts(
    kind: type[_Odd], data: Any, tag: Any, words: str
) -> None:
    """Without a tag there would be no condition to a write, and a conflict go unnoticed."""
    store = kind(get=Blob(data, tag))
    for verb in (ngc.open, ngc.open_inlined, ngc.check_links, ngc.validate, ngc.delete):
        with pytest.raises(ngc.DocumentAccessError, match=f"`get` returned {words}; expected a B"):
            verb(ENTRY, store=store)  # type: ignore[operator]


@pytest.mark.parametrize("kind", [_Odd, _OddAndBlocking])
def test_a_stat_without_a_tag_is_an_error_of_its_store(kind: type[_Odd]) -> None:
    store = kind(stat=Stat(2, None))  # type: ignore[arg-type]
    answer = run(_asking(Head(ENTRY)), store)
    assert isinstance(answer, ngc.DocumentAccessError)
    assert "`stat` returned a Stat with the tag None; expected a Stat" in str(answer)


def _asking(request: Request) -> Flow[Answer]:
    (answer,) = yield [request]
    return answer


@pytest.mark.parametrize("kind", [_Odd, _OddAndBlocking])
@pytest.mark.parametrize("made", [bytearray, memoryview])
def test_bytes_in_another_type_are_taken(kind: type[_Odd], made: Callable[[bytes], Any]) -> None:
    store = kind(get=Blob(made(NODE), "t"), put="u")
    root = ngc.open(ENTRY, store=store)
    assert root.id == "p"
    assert ngc.save(root.rename("new"), store=store).written == (ENTRY,)


class _GivesUp:
    """A store that gives up some documents by itself, as clients do after a while."""

    def __init__(self, *, blocks: bool) -> None:
        self.inside = MemoryStore(_documents())
        self.blocks = blocks

    def _look(self, url: str) -> None:
        if url in (GIVEN_UP, ANOTHER):
            raise asyncio.CancelledError

    def blocking(self) -> Any:
        if not self.blocks:
            return None
        face: Any = self.inside.blocking()

        class Face:
            stat, put, delete = face.stat, face.put, face.delete

            def get(_, url: str, *, max_bytes: int | None = None) -> Blob:  # noqa: N805
                self._look(url)
                found: Blob = face.get(url)
                return found

        return Face()

    async def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
        self._look(url)
        return await self.inside.get(url)

    async def stat(self, url: str) -> Stat:
        return await self.inside.stat(url)

    async def put(self, url: str, data: bytes, **conditions: Any) -> str:
        raise asyncio.CancelledError


GIVEN_UP, ANOTHER = "memory://lab/p3.json", "memory://lab/p50.json"


@pytest.mark.parametrize("blocks", [False, True])
@pytest.mark.parametrize("concurrency", [1, 32])
def test_what_is_cancelled_in_the_store_cannot_be_reached(blocks: bool, concurrency: int) -> None:
    store = _GivesUp(blocks=blocks)
    words = "cannot be reached: the request was cancelled in the store"

    def verify(root: ngc.Node) -> None:
        assert root.report is not None
        assert {(one.target, one.cause) for one in root.report.failures} == {
            (GIVEN_UP, words),
            (ANOTHER, words),
        }

    async def awaiting() -> None:
        verify(await aio.open_inlined(ENTRY, store=store, concurrency=concurrency))
        with pytest.raises(ngc.DocumentAccessError, match=words):
            await aio.save_tree(root.rename("new"), store=store)

    verify(ngc.open_inlined(ENTRY, store=store, concurrency=concurrency))
    root = ngc.open(ENTRY, store=store)
    asyncio.run(awaiting())
    for verb in (ngc.open, ngc.open_inlined, ngc.check_links, ngc.delete, ngc.validate):
        with pytest.raises(ngc.DocumentAccessError, match=words):
            verb(GIVEN_UP, store=store)  # type: ignore[operator]
    if not blocks:
        with pytest.raises(ngc.DocumentAccessError, match=words):
            ngc.save_tree(root.rename("new"), store=store)


@pytest.mark.parametrize("verb", ["open", "open_inlined", "save"])
def test_who_cancels_a_verb_cancels_it_whatever_the_store_makes_of_it(verb: str) -> None:
    class Stuck(MemoryStore):
        async def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
            if is_open:
                reached.set()
                await asyncio.Event().wait()
            return await super().get(url)

    async def main() -> None:
        nonlocal is_open
        root = await aio.open(ENTRY, store=store)
        is_open = True
        does = {
            "open": lambda: aio.open(ENTRY, store=store),
            "open_inlined": lambda: aio.open_inlined(ENTRY, store=store),
            "save": lambda: aio.save(root.rename("new"), store=store),
        }
        task: asyncio.Task[Any] = asyncio.create_task(does[verb]())
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await does[verb]()

    store, reached, is_open = Stuck(_documents(), latency=0), asyncio.Event(), False
    asyncio.run(main())


def test_who_cancels_a_verb_does_not_wait_for_the_threads_of_a_store_that_hangs() -> None:
    begun, ended, left = threading.Event(), threading.Event(), threading.Event()
    before = set(threading.enumerate())

    class Hung:
        def blocking(self) -> Any:
            return self

        def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
            begun.set()
            ended.wait(60)
            left.set()
            return Blob(NODE, "t")

        def stat(self, url: str) -> Stat:
            raise AssertionError(url)

    async def main() -> None:
        task = asyncio.create_task(aio.open(ENTRY, store=Hung()))  # type: ignore[arg-type]
        while not begun.is_set():
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not left.is_set()
        ended.set()

    asyncio.run(main())
    for thread in set(threading.enumerate()) - before:
        thread.join(60)
        assert not thread.is_alive()


class _Polite:
    """A store that asks for one document at a time, by what is bound to an event loop."""

    def __init__(self, documents: Any) -> None:
        self.inside = MemoryStore(documents, latency=0)
        self.gate = asyncio.Semaphore(1)
        self.loops: set[Any] = set()

    async def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
        self.loops.add(asyncio.get_running_loop())
        async with self.gate:
            return await self.inside.get(url, max_bytes=max_bytes)

    async def stat(self, url: str) -> Stat:
        return await self.inside.stat(url)


def _wide_and_deep() -> dict[str, Any]:
    """A document that refers to three, each of which refers to three."""

    def document(name: str) -> dict[str, Any]:
        paths = [f"./{name}{n}.json" for n in range(3)] if len(name) < 3 else []
        stubs = [
            {"type": "collection", "id": path[2:-5], "path": {"type": "json", "path": path}}
            for path in paths
        ]
        return {"ome": {"version": "0.9", "type": "collection", "id": name, "nodes": stubs}}

    names = ["a", *(f"a{m}" for m in range(3)), *(f"a{m}{n}" for m in range(3) for n in range(3))]
    return {f"memory://lab/{name}.json": document(name) for name in names}


@pytest.mark.parametrize("has_loop", [False, True])
def test_all_of_a_stream_is_read_in_one_event_loop_and_no_thread_stays(has_loop: bool) -> None:
    documents, threads = _wide_and_deep(), set(threading.enumerate())
    entry, store = "memory://lab/a.json", _Polite(documents)

    def findings() -> list[ngc.Finding]:
        return list(ngc.iter_findings(entry, recursive=True, store=store))

    async def main() -> list[ngc.Finding]:
        return findings()

    assert (asyncio.run(main()) if has_loop else findings()) == []
    assert len(documents) == len(store.inside.log) == 13
    assert len(store.loops) == 1
    assert set(threading.enumerate()) == threads


@pytest.mark.parametrize("is_ended", [False, True])
def test_of_a_stream_that_nobody_reads_to_its_end_no_thread_stays(is_ended: bool) -> None:
    threads = set(threading.enumerate())
    broken = {url: {"ome": {**one["ome"], "id": ""}} for url, one in _wide_and_deep().items()}
    stream = ngc.iter_findings("memory://lab/a.json", recursive=True, store=_Polite(broken))
    assert next(stream).rule == "node-id"
    if is_ended:
        stream.close()  # type: ignore[attr-defined]
    del stream
    gc.collect()
    assert set(threading.enumerate()) == threads


class _Watching(MemoryStore):
    """A store that looks whether the garbage collector runs while somebody waits for it.

    Args:
        documents: What is in it.
        is_awaited: What it waits for to be so, before it answers.
    """

    def __init__(self, documents: Any, *, is_awaited: bool) -> None:
        super().__init__(documents, latency=0)
        self.is_awaited = is_awaited
        self.seen: list[bool] = []

    async def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
        async with asyncio.timeout(60):
            while gc.isenabled() is not self.is_awaited:
                await asyncio.sleep(0.001)
        self.seen.append(gc.isenabled())
        return await super().get(url, max_bytes=max_bytes)


@pytest.mark.parametrize(("patience", "runs"), [(0.005, True), (1000.0, False)])
def test_the_collector_runs_again_in_a_long_wait_only(
    monkeypatch: pytest.MonkeyPatch, patience: float, runs: bool
) -> None:
    monkeypatch.setattr("ngio_collections.resolve._drivers.PATIENCE", patience)
    assert gc.isenabled()
    store = _Watching(_documents(), is_awaited=runs)
    after: list[bool] = []

    async def main() -> None:
        await aio.open_inlined(ENTRY, store=store, progress=lambda *_: after.append(gc.isenabled()))

    asyncio.run(main())
    assert store.seen == [runs] * (COUNT + 1)
    # What comes of the answers is made without the collector again.
    assert set(after) == {False}
    assert gc.isenabled()
