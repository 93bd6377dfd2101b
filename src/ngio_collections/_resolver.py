"""The verbs with a store, a policy and limits that need not be said each time."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from ngio_collections import _checking as checking
from ngio_collections import conversion
from ngio_collections.resolve import Streaming, Work, verbs
from ngio_collections.resolve._drivers import drive, drive_stream, run, run_stream
from ngio_collections.resolve._policy import AccessPolicy, Limits
from ngio_collections.resolve._work import present
from ngio_collections.store import ReadableStore

__all__ = ["AsyncResolver", "Resolver"]

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Bound:
    """What verbs are given unless they are told otherwise.

    Attributes:
        store: Where documents are; without one, what each verb takes by default.
        policy: Which documents a reference may lead to.
        limits: How much may be read.
        concurrency: How many documents may be asked for at once.
    """

    store: ReadableStore | None = None
    policy: AccessPolicy = field(default_factory=AccessPolicy)
    limits: Limits = field(default_factory=Limits)
    concurrency: int = 32

    def _filled(self, verb: Callable[..., Any], given: dict[str, Any]) -> dict[str, Any]:
        known = inspect.signature(verb).parameters
        ours = {name: getattr(self, name) for name in _Bound.__dataclass_fields__ if name in known}
        # Without a store of its own, each verb finds the one that is right for it.
        return {**{name: value for name, value in ours.items() if value is not None}, **given}

    def _at_once(self, verb: Callable[..., Any], work: Work[Any] | Streaming[Any]) -> int:
        """How many requests of a verb may be under way; not all verbs can be told."""
        is_told = "concurrency" in inspect.signature(verb).parameters
        return work.concurrency if is_told else self.concurrency


def _waiting(verb: Callable[P, Work[T]]) -> Callable[Concatenate[_Bound, P], T]:
    @wraps(verb)
    def call(self: _Bound, /, *args: P.args, **kwargs: P.kwargs) -> T:
        work = verb(*args, **self._filled(verb, kwargs))
        return run(work.flow, work.store, concurrency=self._at_once(verb, work))

    present(call, verb, bound=True)
    return call


def _awaiting(
    verb: Callable[P, Work[T]],
) -> Callable[Concatenate[_Bound, P], Coroutine[Any, Any, T]]:
    @wraps(verb)
    async def call(self: _Bound, /, *args: P.args, **kwargs: P.kwargs) -> T:
        work = verb(*args, **self._filled(verb, kwargs))
        return await drive(work.flow, work.store, concurrency=self._at_once(verb, work))

    present(call, verb, bound=True)
    return call


def _streaming(verb: Callable[P, Streaming[T]]) -> Callable[Concatenate[_Bound, P], Iterator[T]]:
    @wraps(verb)
    def call(self: _Bound, /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        work = verb(*args, **self._filled(verb, kwargs))
        return run_stream(work.stream, work.store, concurrency=self._at_once(verb, work))

    present(call, verb, bound=True)
    return call


def _streaming_awaited(
    verb: Callable[P, Streaming[T]],
) -> Callable[Concatenate[_Bound, P], AsyncIterator[T]]:
    @wraps(verb)
    def call(self: _Bound, /, *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
        work = verb(*args, **self._filled(verb, kwargs))
        return drive_stream(work.stream, work.store, concurrency=self._at_once(verb, work))

    present(call, verb, bound=True)
    return call


class Resolver(_Bound):
    """The verbs of the library, bound to a store, a policy and limits.

    Args:
        store: Where documents are; without one, what each verb takes by default.
        policy: Which documents a reference may lead to.
        limits: How much may be read, by the verbs that take limits: those that open, follow or
            check. Documents that are written over, moved or deleted are read whole for that.
        concurrency: How many documents may be asked for at once, by each call of any verb on
            its own.

    Examples:
        >>> import ngio_collections as ngc
        >>> lab = ngc.Resolver(ngc.MemoryStore(), limits=ngc.Limits(documents=100))
        >>> root = lab.create("memory://lab/plate.json", ngc.new_node("collection", id="plate"))
        >>> lab.open("memory://lab/plate.json").id
        'plate'
    """

    __slots__ = ()

    check_links = _waiting(verbs.check_links)
    consolidate = _waiting(verbs.consolidate)
    convert = _waiting(conversion.convert)
    create = _waiting(verbs.create)
    delete = _waiting(verbs.delete)
    embed = _waiting(verbs.embed)
    externalize = _waiting(verbs.externalize)
    iter_findings = _streaming(checking.iter_findings)
    open = _waiting(verbs.open)
    open_inlined = _waiting(verbs.open_inlined)
    open_inlined_ref = _waiting(verbs.open_inlined_ref)
    open_ref = _waiting(verbs.open_ref)
    relocate = _waiting(verbs.relocate)
    save = _waiting(verbs.save)
    save_inlined = _waiting(verbs.save_inlined)
    save_tree = _waiting(verbs.save_tree)
    to_ome_zarr = _waiting(conversion.to_ome_zarr)
    validate = _waiting(checking.validate)


class AsyncResolver(_Bound):
    """The same for those who await them; it is `aio.Resolver`."""

    __slots__ = ()

    check_links = _awaiting(verbs.check_links)
    consolidate = _awaiting(verbs.consolidate)
    convert = _awaiting(conversion.convert)
    create = _awaiting(verbs.create)
    delete = _awaiting(verbs.delete)
    embed = _awaiting(verbs.embed)
    externalize = _awaiting(verbs.externalize)
    iter_findings = _streaming_awaited(checking.iter_findings)
    open = _awaiting(verbs.open)
    open_inlined = _awaiting(verbs.open_inlined)
    open_inlined_ref = _awaiting(verbs.open_inlined_ref)
    open_ref = _awaiting(verbs.open_ref)
    relocate = _awaiting(verbs.relocate)
    save = _awaiting(verbs.save)
    save_inlined = _awaiting(verbs.save_inlined)
    save_tree = _awaiting(verbs.save_tree)
    to_ome_zarr = _awaiting(conversion.to_ome_zarr)
    validate = _awaiting(checking.validate)
