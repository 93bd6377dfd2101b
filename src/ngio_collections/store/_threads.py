"""Blocking calls from an event loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

__all__ = ["in_thread"]

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do in a thread what blocks.

    Whoever is cancelled while waiting stops waiting; what the thread does is done to its end.
    """
    from asyncio import to_thread  # noqa: PLC0415  Blocking use needs no event loop.

    return await to_thread(function, *args, **kwargs)
