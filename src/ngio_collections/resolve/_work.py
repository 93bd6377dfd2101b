"""A verb, ready to be carried out: what to do, where, and with how many requests at once."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import wraps
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar

from ngio_collections.resolve._drivers import drive, drive_stream, run, run_stream
from ngio_collections.resolve._requests import Flow, Stream
from ngio_collections.store import ReadableStore

__all__ = [
    "Streaming",
    "Work",
    "awaited",
    "awaited_stream",
    "blocking",
    "blocking_stream",
    "present",
]

P = ParamSpec("P")
T = TypeVar("T")


class Work(NamedTuple, Generic[T]):
    """What a verb does.

    Attributes:
        flow: The requests and what follows from their answers.
        store: Where they go.
        concurrency: How many may be under way at once.
    """

    flow: Flow[T]
    store: ReadableStore
    concurrency: int = 32


class Streaming(NamedTuple, Generic[T]):
    """What a verb does that gives results one after the other.

    Attributes:
        stream: The requests, and the results between them.
        store: Where the requests go.
        concurrency: How many may be under way at once.
    """

    stream: Stream[T]
    store: ReadableStore
    concurrency: int = 32


def present(call: Callable[..., Any], verb: Callable[..., Any], *, bound: bool = False) -> None:
    """Let a verb that is ready to be called look like what it does, and not like its work."""
    signature = inspect.signature(verb)
    result = str(signature.return_annotation)
    if result.startswith("Streaming["):
        result = result.replace("Streaming[", "Iterator[", 1)
    else:
        result = result.removeprefix("Work[").removesuffix("]")
    parameters = list(signature.parameters.values())
    if bound:
        parameters.insert(0, inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY))
    signature = signature.replace(parameters=parameters, return_annotation=result)
    vars(call)["__signature__"] = signature
    call.__annotations__ = {**verb.__annotations__, "return": result}


def blocking(verb: Callable[P, Work[T]]) -> Callable[P, T]:
    """The verb for those who wait for it."""

    @wraps(verb)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        work = verb(*args, **kwargs)
        return run(work.flow, work.store, concurrency=work.concurrency)

    present(call, verb)
    return call


def awaited(verb: Callable[P, Work[T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """The verb for those who await it."""

    @wraps(verb)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        work = verb(*args, **kwargs)
        return await drive(work.flow, work.store, concurrency=work.concurrency)

    present(call, verb)
    return call


def blocking_stream(verb: Callable[P, Streaming[T]]) -> Callable[P, Iterator[T]]:
    """The verb as an iterator, for those who wait for each result."""

    @wraps(verb)
    def call(*args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        work = verb(*args, **kwargs)
        return run_stream(work.stream, work.store, concurrency=work.concurrency)

    present(call, verb)
    return call


def awaited_stream(verb: Callable[P, Streaming[T]]) -> Callable[P, AsyncIterator[T]]:
    """The verb as an asynchronous iterator."""

    @wraps(verb)
    def call(*args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
        work = verb(*args, **kwargs)
        return drive_stream(work.stream, work.store, concurrency=work.concurrency)

    present(call, verb)
    return call
