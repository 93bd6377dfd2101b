"""The hand-written bodies of the generated rule stubs."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Final

from ngio_collections._contract import MissingBodyError, RuleBody, RuleStub
from ngio_collections._generated.stubs import STUBS

__all__ = ["bodies", "implements"]

_BODIES: Final[dict[str, RuleBody]] = {}


def implements(stub: RuleStub) -> Callable[[RuleBody], RuleBody]:
    """Mark a function as the body of a stub.

    Args:
        stub: One of `ngio_collections._generated.stubs`.

    Returns:
        A decorator that gives the function back as it is.

    Raises:
        ValueError: The stub has a body already.
    """

    def register(body: RuleBody) -> RuleBody:
        if stub.rule in _BODIES:
            raise ValueError(f"the rule {stub.rule!r} has two bodies")
        _BODIES[stub.rule] = body
        return body

    return register


@cache
def bodies() -> dict[str, RuleBody]:
    """All bodies by the id of their rule.

    Raises:
        MissingBodyError: A stub has no body.
    """
    rules = importlib.import_module("ngio_collections.validate.rules")
    for module in pkgutil.iter_modules(rules.__path__):
        importlib.import_module(f"{rules.__name__}.{module.name}")
    for name, stub in STUBS.items():
        if name not in _BODIES:
            raise MissingBodyError(name, stub.group)
    return dict(_BODIES)
