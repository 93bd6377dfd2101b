"""A verb, ready to be carried out: what to do, where, and with how many requests at once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar

from ngio_collections.resolve._requests import Flow, drive, run
from ngio_collections.store import ReadableStore

__all__ = ["Work", "awaited", "blocking", "present"]

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


def present(call: Callable[..., Any], verb: Callable[..., Any], *, bound: bool = False) -> None:
    """Let a verb that is ready to be called look like what it does, and not like its work."""
    signature = inspect.signature(verb)
    result = str(signature.return_annotation).removeprefix("Work[").removesuffix("]")
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
