"""The hand-written bodies of the generated rule stubs."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

from ngio_collections._contract import MissingBodyError, Pointer, RuleBody, RuleStub
from ngio_collections._generated.stubs import STUBS

__all__ = ["Body", "bodies", "implements"]


class Body(NamedTuple):
    """The code of a rule.

    Attributes:
        run: The function.
        needs: A key that the subject must have, or one of its attributes, for the function to
            find anything; empty if it always may.
        unless: A key with which it finds nothing.
    """

    run: RuleBody
    needs: Pointer = ()
    unless: str = ""


_BODIES: Final[dict[str, Body]] = {}


def implements(
    stub: RuleStub, *, needs: str = "", unless: str = ""
) -> Callable[[RuleBody], RuleBody]:
    """Mark a function as the body of a stub.

    Args:
        stub: One of `ngio_collections._generated.stubs`.
        needs: A key of the subject without which the rule has nothing to say, such as
            `version` or `attributes/scene`; then the function is not called at all.
        unless: A key of the subject with which it has nothing to say.

    Returns:
        A decorator that gives the function back as it is.

    Raises:
        ValueError: The stub has a body already.
    """

    def register(body: RuleBody) -> RuleBody:
        if stub.rule in _BODIES:
            raise ValueError(f"the rule {stub.rule!r} has two bodies")
        _BODIES[stub.rule] = Body(body, tuple(needs.split("/")) if needs else (), unless)
        return body

    return register


@cache
def bodies() -> dict[str, Body]:
    """All bodies by the id of their rule.

    Raises:
        MissingBodyError: A stub has no body.
    """
    rules = importlib.import_module("ngio_collections.validation.rules")
    for module in pkgutil.iter_modules(rules.__path__):
        importlib.import_module(f"{rules.__name__}.{module.name}")
    for name, stub in STUBS.items():
        if name not in _BODIES:
            raise MissingBodyError(name, stub.group)
    return dict(_BODIES)
