"""The two ways of carrying out a flow: for those who wait, and for those who await."""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, Final, Self, TypeVar

from ngio_collections._collector import Pause, collector_paused
from ngio_collections.errors import DocumentAccessError, DocumentError, ForbiddenError
from ngio_collections.resolve._requests import (
    Answer,
    Delete,
    Flow,
    Get,
    Head,
    Item,
    Probe,
    Put,
    Request,
    Stream,
)
from ngio_collections.store import Blob, BlockingReads, ReadableStore, Stat, SupportsBlocking

__all__ = ["drive", "drive_stream", "run", "run_stream"]

T = TypeVar("T")

THREADS: Final = 8
"""How many threads read from a store that blocks: in an event loop, or because it is slow."""
SLOW: Final = 60e-6
"""A store is slow if half of its requests take longer, in seconds. A file that the system has
in memory takes 20 microseconds, one on a disk or a server 100 and more."""
PATIENCE: Final = 1.0
"""After so many seconds of waiting the garbage collector runs again."""
_SAMPLE: Final = 8
"""So many requests are carried out one after the other, to see how long they take."""
_STRETCH: Final = 512
"""After so many it is looked at again."""


def _wrapped(error: Exception, request: Request) -> DocumentError:
    """What a store raised, as one of our errors; stores of others may raise anything."""
    if isinstance(error, DocumentError):
        return error
    is_change = isinstance(request, Put | Delete)
    words = "cannot be written" if is_change else "cannot be reached"
    made = DocumentAccessError(f"{words}: {type(error).__name__}: {error}", request.url)
    made.__cause__ = error
    return made


def _cancelled(error: asyncio.CancelledError, url: str) -> DocumentError:
    """The error of a request that a store gave up by itself, as clients do after a while."""
    made = DocumentAccessError("cannot be reached: the request was cancelled in the store", url)
    made.__cause__ = error
    return made


_EXPECTED: Final[dict[type, tuple[type[Any], str, str]]] = {
    Get: (Blob, "get", "a Blob(data, tag) with the data as bytes and the tag as a text"),
    Head: (Stat, "stat", "a Stat(size, tag) with the tag as a text"),
    Put: (str, "put", "the tag of what was written, as a text"),
}
"""What the methods of a store return, for those that return something."""


def _checked(store: Any, request: Request, answer: Any) -> Answer:
    """An answer of a store, or an error if it is none: stores of others may return anything."""
    expected = _EXPECTED.get(type(request))
    if expected is None:
        return None
    kind, method, words = expected
    found = _fault(kind, answer)
    if not found:
        good: Answer = answer
        if kind is Blob and type(answer.data) is not bytes:
            good = Blob(bytes(answer.data), answer.tag)
        return good
    whose = f"is in a store{_name_of(store)} whose `{method}`"
    return DocumentAccessError(f"{whose} returned {found}; expected {words}", request.url)


def _fault(kind: type[Any], answer: Any) -> str:
    """What a method of a store returned, in words, if it is not what it should be."""
    if not isinstance(answer, kind):
        return f"{answer!r:.60}"
    if kind is Blob and not isinstance(answer.data, bytes | bytearray | memoryview):
        return f"a Blob with the data {answer.data!r:.60}"
    # Without a tag there would be no condition to a write, and nobody would notice a conflict.
    if kind is not str and not isinstance(answer.tag, str):
        return f"a {kind.__name__} with the tag {answer.tag!r:.60}"
    return ""


def _name_of(store: Any) -> str:
    name = type(store).__name__
    # The blocking face of a store has a name that nobody outside of it knows.
    return "" if name.startswith("_") else f" ({name})"


def _begin(store: Any, request: Request) -> Any:
    """Call the method of a store that a request is for."""
    if type(request) is Get:
        return store.get(request.url, max_bytes=request.max_bytes)
    if isinstance(request, Head):
        return store.stat(request.url)
    deletes = isinstance(request, Delete) or (isinstance(request, Probe) and request.deletes)
    if not hasattr(store, "delete" if deletes else "put"):
        verb = "deleted from" if deletes else "written to"
        raise ForbiddenError(f"is in a store that cannot be {verb}{_name_of(store)}", request.url)
    if isinstance(request, Put):
        return store.put(
            request.url, request.data, if_match=request.if_match, if_absent=request.if_absent
        )
    if isinstance(request, Probe):
        check = getattr(store, "check_write", None)
        check = getattr(store, "check_delete", check) if deletes else check
        return None if check is None else check(request.url)
    assert isinstance(request, Delete)
    return store.delete(request.url, if_match=request.if_match)


def _answer(store: Any, request: Request) -> Answer:
    """The answer of a store that blocks."""
    try:
        answer = _begin(store, request)
    except asyncio.CancelledError as error:
        return _cancelled(error, request.url)
    except Exception as error:  # noqa: BLE001 - stores of others may raise anything
        return _wrapped(error, request)
    return _checked(store, request, answer)


async def _awaited(store: Any, request: Request) -> Answer:
    """The answer of a store that is awaited."""
    try:
        begun = _begin(store, request)
        answer = await begun if inspect.isawaitable(begun) else begun
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        return _cancelled(error, request.url)
    except Exception as error:  # noqa: BLE001 - stores of others may raise anything
        return _wrapped(error, request)
    return _checked(store, request, answer)


def _is_ordered(batch: Sequence[Request]) -> bool:
    """Whether a batch writes: then its order is kept, and it ends with the first failure."""
    return any(isinstance(request, Put | Delete) for request in batch)


def _in_order(store: Any, batch: Sequence[Request]) -> list[Answer]:
    answers: list[Answer] = []
    for request in batch:
        answers.append(_answer(store, request))
        if isinstance(answers[-1], DocumentError):
            break
    return answers


def _verify_concurrency(concurrency: int) -> None:
    if type(concurrency) is not int:
        raise TypeError(f"concurrency is a number from 1 on, not {concurrency!r}")
    if concurrency < 1:
        raise ValueError(f"concurrency is at least 1, not {concurrency}")


def _blocking(store: ReadableStore) -> BlockingReads | None:
    return store.blocking() if isinstance(store, SupportsBlocking) else None


def run(flow: Flow[T], store: ReadableStore, *, concurrency: int = 32) -> T:
    """Carry out a flow and wait for its result.

    Works inside a running event loop as well, and leaves no thread behind.

    Args:
        flow: What to do.
        store: Where documents are.
        concurrency: How many requests may be under way at once, where a store can do that.

    Returns:
        What the flow returns.
    """
    _verify_concurrency(concurrency)
    blocking = _blocking(store)
    if blocking is None:
        return _run_apart(drive(flow, store, concurrency=concurrency))
    try:
        with collector_paused():
            batch = next(flow)
            while True:
                batch = flow.send(_waited(blocking, batch, concurrency))
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        flow.close()


def run_stream(stream: Stream[T], store: ReadableStore, *, concurrency: int = 32) -> Iterator[T]:
    """Carry out a stream, as far as its results are asked for.

    Args:
        stream: What to do.
        store: Where documents are.
        concurrency: How many requests may be under way at once, where a store can do that.

    Yields:
        The results.
    """
    _verify_concurrency(concurrency)
    blocking = _blocking(store)
    answers: Sequence[Answer] = ()
    try:
        with _OwnLoop() as loop:
            step = next(stream)
            while True:
                if isinstance(step, Item):
                    yield step.value
                elif blocking is None:
                    answers = loop.run(_answers(store, None, step, concurrency))
                else:
                    answers = _waited(blocking, step, concurrency)
                step = stream.send(answers)
    except StopIteration:
        return
    finally:
        stream.close()


async def drive_stream(
    stream: Stream[T], store: ReadableStore, *, concurrency: int = 32
) -> AsyncIterator[T]:
    """Carry out a stream in an event loop, as far as its results are asked for.

    Args:
        stream: What to do.
        store: Where documents are.
        concurrency: How many requests may be under way at once.

    Yields:
        The results.
    """
    _verify_concurrency(concurrency)
    blocking = _blocking(store)
    answers: Sequence[Answer] = ()
    try:
        step = next(stream)
        while True:
            if isinstance(step, Item):
                yield step.value
            else:
                answers = await _answers(store, blocking, step, concurrency)
            step = stream.send(answers)
    except StopIteration:
        return
    finally:
        stream.close()


def _run_apart(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, in a thread of its own if this one has an event loop."""
    has_loop = True
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        has_loop = False
    if not has_loop:  # Not above: errors of the work have nothing to do with that one.
        return asyncio.run(work)
    with _OwnLoop() as loop:
        return loop.run(work)


class _OwnLoop:
    """An event loop in a thread of its own: one for all that is run in it, begun when needed.

    What stores keep for one event loop, connections and locks, is good for the next run.
    """

    def __enter__(self) -> Self:
        self._pool: ThreadPoolExecutor | None = None
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.submit(self._runner.close).result()
            self._pool.shutdown()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end.

        Whoever interrupts the wait, as with Ctrl-C in a notebook, interrupts the work.
        """
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=1)
            self._runner = self._pool.submit(asyncio.Runner).result()
        begun: Future[Callable[[], object]] = Future()

        async def working() -> T:
            task = asyncio.current_task()
            assert task is not None
            begun.set_result(partial(asyncio.get_running_loop().call_soon_threadsafe, task.cancel))
            return await work

        done = self._pool.submit(self._runner.run, working())
        try:
            return done.result()
        except BaseException:
            if not done.done():
                # It may have come to its end just now, and its loop with it.
                with suppress(RuntimeError):
                    begun.result()()
            raise


async def drive(flow: Flow[T], store: ReadableStore, *, concurrency: int = 32) -> T:
    """Carry out a flow in an event loop.

    Args:
        flow: What to do.
        store: Where documents are.
        concurrency: How many requests may be under way at once.

    Returns:
        What the flow returns.
    """
    _verify_concurrency(concurrency)
    blocking = _blocking(store)
    pause = Pause()
    pause.begin()
    try:
        batch = next(flow)
        while True:
            # Others go on while it waits, and nobody knows for how long.
            timer = asyncio.get_running_loop().call_later(PATIENCE, pause.end)
            try:
                answers = await _answers(store, blocking, batch, concurrency)
            finally:
                timer.cancel()
            pause.begin()
            batch = flow.send(answers)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        pause.end()
        flow.close()


async def _answers(
    store: Any, blocking: Any, batch: Sequence[Request], concurrency: int
) -> list[Answer]:
    """All answers in an event loop; `blocking` is the face of the store that blocks, if any."""
    if _is_ordered(batch):
        return await _awaited_in_order(store, batch)
    if blocking is not None:
        return await _in_threads(blocking, batch, concurrency)
    return await _gathered(store, batch, concurrency)


async def _awaited_in_order(store: Any, batch: Sequence[Request]) -> list[Answer]:
    answers: list[Answer] = []
    for request in batch:
        answers.append(await _awaited(store, request))
        if isinstance(answers[-1], DocumentError):
            break
    return answers


async def _gathered(store: Any, batch: Sequence[Request], concurrency: int) -> list[Answer]:
    """All answers, with so many requests under way."""
    answers: list[Answer] = [None] * len(batch)
    left = iter(enumerate(batch))

    async def work() -> None:
        for number, request in left:
            answers[number] = await _awaited(store, request)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(concurrency, len(batch))):
            group.create_task(work())
    return answers


def _waited(store: Any, batch: Sequence[Request], concurrency: int) -> list[Answer]:
    """All answers of a store that blocks; reads in several threads as long as it is slow.

    Threads would hold each other up where requests are quick.
    """
    if _is_ordered(batch):
        return _in_order(store, batch)
    answers: list[Answer] = []
    for start in range(0, len(batch), _STRETCH):
        stretch = batch[start : start + _STRETCH]
        sample, rest = stretch[:_SAMPLE], stretch[_SAMPLE:]
        is_slow = _sampled(store, sample, answers)
        if is_slow and concurrency > 1 and len(rest) > 1:
            with _Shared(store, rest, concurrency) as shared:
                for working in shared.begin():
                    working.result()
            answers += shared.answers
        else:
            answers += [_answer(store, request) for request in rest]
    return answers


def _sampled(store: Any, sample: Sequence[Request], answers: list[Answer]) -> bool:
    """Add the answers to some requests, and tell whether half of them took long."""
    slow = 0
    for request in sample:
        start = time.perf_counter()
        answers.append(_answer(store, request))
        slow += time.perf_counter() - start > SLOW
    return 2 * slow > len(sample)


async def _in_threads(store: Any, batch: Sequence[Request], concurrency: int) -> list[Answer]:
    """All answers of a store that blocks, without holding up the event loop.

    Who is cancelled does not wait for the threads: each of them ends with its request.
    """
    with _Shared(store, batch, concurrency) as shared:
        try:
            await asyncio.gather(*map(asyncio.wrap_future, shared.begin()))
        except BaseException:
            shared.leave()
            raise
    return shared.answers


class _Shared:
    """Requests that several threads carry out; each takes the next one when it is idle.

    Whatever happens meanwhile, no further request is made, and in the end no thread is left, but
    for those that somebody leaves to themselves.
    """

    def __init__(self, store: Any, batch: Sequence[Request], concurrency: int) -> None:
        self.answers: list[Answer] = [None] * len(batch)
        self._store = store
        self._left = iter(enumerate(batch))
        self._lock = threading.Lock()
        self._threads = min(concurrency, THREADS)
        self._waits = True

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(max_workers=self._threads)
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._left = iter(enumerate(()))
        self._pool.shutdown(wait=self._waits)

    def leave(self) -> None:
        """Do not wait for the threads, of which each ends after the request that it is at."""
        self._waits = False

    def begin(self) -> list[Future[None]]:
        """Let the threads begin; what they are at their end tells nothing but errors."""
        threads = min(self._threads, len(self.answers))
        return [self._pool.submit(self._work) for _ in range(threads)]

    def _work(self) -> None:
        while True:
            with self._lock:
                number, request = next(self._left, (0, None))
            if request is None:
                return
            self.answers[number] = _answer(self._store, request)
