"""A verb, ready to be carried out: what to do, where, and with how many requests at once."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar

from ngio_collections.resolve._requests import Flow, drive, run
from ngio_collections.store import ReadableStore

__all__ = ["Work", "awaited", "blocking"]

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


def blocking(verb: Callable[P, Work[T]]) -> Callable[P, T]:
    """The verb for those who wait for it."""

    @wraps(verb)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        work = verb(*args, **kwargs)
        return run(work.flow, work.store, concurrency=work.concurrency)

    return call


def awaited(verb: Callable[P, Work[T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """The verb for those who await it."""

    @wraps(verb)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        work = verb(*args, **kwargs)
        return await drive(work.flow, work.store, concurrency=work.concurrency)

    return call
