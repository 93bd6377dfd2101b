"""Blocking calls from an event loop."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

__all__ = ["in_thread", "in_thread_to_its_end"]

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do in a thread what blocks.

    Whoever is cancelled while waiting stops waiting; what the thread does is done to its end.
    """
    from asyncio import to_thread  # noqa: PLC0415  Blocking use needs no event loop.

    return await to_thread(function, *args, **kwargs)


async def in_thread_to_its_end(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do in a thread what blocks, and changes something.

    Whoever is cancelled while waiting is so when it is done: what they see then stays as it is.
    """
    from asyncio import CancelledError, get_running_loop, wait  # noqa: PLC0415

    work = partial(function, *args, **kwargs)
    working = get_running_loop().run_in_executor(None, work)
    cancelled: CancelledError | None = None
    while not working.done():
        try:
            await wait([working])  # Other than awaiting it, this can be cancelled without it.
        except CancelledError as error:
            cancelled = error
    if cancelled is None:
        return working.result()
    working.exception()  # It is known, and nobody waits for it any more.
    raise cancelled
