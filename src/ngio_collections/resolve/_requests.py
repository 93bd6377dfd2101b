"""What a flow asks of a store, and the two ways of doing it.

A flow is a generator: it yields a batch of requests and is sent the answers, in the same
order; an answer may be the error that came instead. So nothing that is decided about
documents is written twice, for those who wait and for those who await.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import AsyncIterator, Coroutine, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Generic, NamedTuple, TypeAlias, TypeVar

from ngio_collections.errors import DocumentAccessError, DocumentError, ForbiddenError
from ngio_collections.store import Blob, BlockingReads, ReadableStore, Stat, SupportsBlocking

__all__ = [
    "Answer",
    "Delete",
    "Flow",
    "Get",
    "Head",
    "Item",
    "Probe",
    "Put",
    "Request",
    "Stream",
    "drive",
    "drive_stream",
    "run",
    "run_stream",
]

T = TypeVar("T")

THREADS: Final = 8
"""How many threads read from a store that is used from an event loop but blocks."""


class Get(NamedTuple):
    """Read a document."""

    url: str
    max_bytes: int | None = None


class Head(NamedTuple):
    """Ask for size and tag of a document."""

    url: str


class Put(NamedTuple):
    """Write a document."""

    url: str
    data: bytes
    if_match: str | None = None
    if_absent: bool = False


class Delete(NamedTuple):
    """Delete a document."""

    url: str
    if_match: str | None = None


class Probe(NamedTuple):
    """Ask whether a document could be written, without writing it."""

    url: str


Request: TypeAlias = Get | Head | Put | Delete | Probe
Answer: TypeAlias = Blob | Stat | str | DocumentError | None
Flow: TypeAlias = Generator[Sequence[Request], Sequence[Answer], T]


class Item(NamedTuple, Generic[T]):
    """A result that a stream has ready while it goes on."""

    value: T


Stream: TypeAlias = Generator[Sequence[Request] | Item[T], Sequence[Answer], None]
"""A flow that gives results one after the other: what is sent to it after one of them is
looked at never."""


def _wrapped(error: Exception, url: str) -> DocumentError:
    """What a store raised, as one of our errors; stores of others may raise anything."""
    if isinstance(error, DocumentError):
        return error
    made = DocumentAccessError(f"cannot be reached: {type(error).__name__}: {error}", url)
    made.__cause__ = error
    return made


def _begin(store: Any, request: Request) -> Any:
    """Call the method of a store that a request is for."""
    if type(request) is Get:
        return store.get(request.url, max_bytes=request.max_bytes)
    if isinstance(request, Head):
        return store.stat(request.url)
    verb = "deleted from" if isinstance(request, Delete) else "written to"
    if not hasattr(store, "delete" if isinstance(request, Delete) else "put"):
        raise ForbiddenError(
            f"is in a store that cannot be {verb} ({type(store).__name__})", request.url
        )
    if isinstance(request, Put):
        return store.put(
            request.url, request.data, if_match=request.if_match, if_absent=request.if_absent
        )
    if isinstance(request, Probe):
        return store.check_write(request.url) if hasattr(store, "check_write") else None
    assert isinstance(request, Delete)
    return store.delete(request.url, if_match=request.if_match)


def _answer(store: Any, request: Request) -> Answer:
    """The answer of a store that blocks."""
    try:
        answer: Answer = _begin(store, request)
    except Exception as error:  # noqa: BLE001 - stores of others may raise anything
        return _wrapped(error, request.url)
    return answer


async def _awaited(store: Any, request: Request) -> Answer:
    """The answer of a store that is awaited."""
    try:
        begun = _begin(store, request)
        answer: Answer = await begun if inspect.isawaitable(begun) else begun
    except Exception as error:  # noqa: BLE001 - stores of others may raise anything
        return _wrapped(error, request.url)
    return answer


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
    blocking = _blocking(store)
    if blocking is None:
        return _run_apart(drive(flow, store, concurrency=concurrency))
    try:
        batch = next(flow)
        while True:
            if _is_ordered(batch):
                answers = _in_order(blocking, batch)
            else:
                answers = [_answer(blocking, request) for request in batch]
            batch = flow.send(answers)
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
    blocking = _blocking(store)
    answers: Sequence[Answer] = ()
    try:
        step = next(stream)
        while True:
            if isinstance(step, Item):
                yield step.value
            elif blocking is None:
                answers = _run_apart(_gathered(store, step, concurrency))
            else:
                answers = [_answer(blocking, request) for request in step]
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
    blocking = _blocking(store)
    answers: Sequence[Answer] = ()
    try:
        step = next(stream)
        while True:
            if isinstance(step, Item):
                yield step.value
            elif blocking is None:
                answers = await _gathered(store, step, concurrency)
            else:
                answers = await _in_threads(blocking, step, min(concurrency, THREADS))
            step = stream.send(answers)
    except StopIteration:
        return
    finally:
        stream.close()


def _run_apart(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, in a thread of its own if this one has an event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, work).result()


async def drive(flow: Flow[T], store: ReadableStore, *, concurrency: int = 32) -> T:
    """Carry out a flow in an event loop.

    Args:
        flow: What to do.
        store: Where documents are.
        concurrency: How many requests may be under way at once.

    Returns:
        What the flow returns.
    """
    if concurrency < 1:
        raise ValueError(f"concurrency is at least 1, not {concurrency}")
    blocking = _blocking(store)
    try:
        batch = next(flow)
        while True:
            if _is_ordered(batch):
                answers = await _awaited_in_order(store, batch)
            elif blocking is not None:
                answers = await _in_threads(blocking, batch, min(concurrency, THREADS))
            else:
                answers = await _gathered(store, batch, concurrency)
            batch = flow.send(answers)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        flow.close()


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


async def _in_threads(store: Any, batch: Sequence[Request], threads: int) -> list[Answer]:
    """All answers of a store that blocks, without holding up the event loop."""
    answers: list[Answer] = [None] * len(batch)
    left = _Shared(enumerate(batch))

    def work() -> None:
        for number, request in left:
            answers[number] = _answer(store, request)

    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(max_workers=threads) as pool:
        await asyncio.gather(
            *(loop.run_in_executor(pool, work) for _ in range(min(threads, len(batch))))
        )
    return answers


class _Shared(Iterator[T]):
    """An iterator that several threads take from."""

    def __init__(self, items: Iterator[T]) -> None:
        self._items = items
        self._lock = threading.Lock()

    def __next__(self) -> T:
        with self._lock:
            return next(self._items)
