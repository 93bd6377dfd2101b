"""From proposals to fixes: only what mends its finding and makes no other one is kept.

Fixes of many kinds are made one after the other, each kind as if those before it had done what
they are for, and the document is checked at the end. Where that finds something else, it says
mostly which of them it is about: they are left out, and after that each kind is checked for
itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Final, TypeAlias

from ngio_collections.mend._fix import Fix
from ngio_collections.mend._patching import apply_operations, upward
from ngio_collections.mend._proposals import LAST, PHASES, Found, Known, Phase
from ngio_collections.mend._reading import Reading

__all__ = ["Check", "find_fixes", "find_fixes_in_steps"]

Check: TypeAlias = Callable[[Any], "list[Found]"]
"""Gives the findings in a document."""


class _State:
    """A document with the findings in it, or those that are expected in it."""

    def __init__(self, document: Any, findings: list[Found]) -> None:
        self.document = document
        self.findings = findings
        self.rules = {found.rule for found in findings}

    @cached_property
    def reading(self) -> Reading:
        """The document, taken apart once."""
        return Reading(self.document)


def find_fixes(document: Any, check: Check, known: Known) -> list[Fix]:
    """Find out what can be mended in a document.

    Args:
        document: The parsed document; it is not changed.
        check: Gives the findings in a document.
        known: What is known around it.

    Returns:
        The fixes in the order in which they are to be applied. Together they lead to no finding
        that was not there, and after the safe ones there is no further safe one. Cost: that of
        checking the document three times, if all that is proposed mends.
    """
    return _found(document, check, known, at_once=True)


def find_fixes_in_steps(document: Any, check: Check, known: Known) -> list[Fix]:
    """The same, with a check after each kind of fix: the measure for the other one."""
    return _found(document, check, known, at_once=False)


def _found(document: Any, check: Check, known: Known, *, at_once: bool) -> list[Fix]:
    state = _State(document, check(document))
    fixes: list[Fix] = []
    moving: list[Fix] = []
    for safe in (True, False):
        for make in (_at_once, _in_steps) if at_once else (_in_steps,):
            state, made = make(state, known, check, safe=safe)
            fixes += made
        if safe:
            moving = [fix for fix in _proposed(LAST, state, known) if fix.safe]
    return fixes + moving


# -- all kinds at once -------------------------------------------------------------


_TOGETHER: Final = (PHASES[:-1], PHASES[-1:])
"""Ids that are missing come apart: where an id that nothing has is referred to, what was made of
that reference mends nothing, and the new id mends both."""


def _at_once(state: _State, known: Known, check: Check, *, safe: bool) -> tuple[_State, list[Fix]]:
    """What can be mended with few checks; the rest is left."""
    fixes: list[Fix] = []
    for phases in _TOGETHER:
        suspects: set[Found] = set()
        for _ in range(2):
            document, made = _expected(phases, state, known, suspects, safe=safe)
            if not made:
                break
            findings = check(document)
            blamed = _blamed(state, made, findings)
            if blamed is None:
                state = _State(document, findings)
                fixes += made
                break
            suspects |= blamed
    return state, fixes


def _expected(
    phases: Sequence[Phase], state: _State, known: Known, without: set[Found], *, safe: bool
) -> tuple[Any, list[Fix]]:
    """All proposals, if each is as good as it looks, and the document with them."""
    fixes: list[Fix] = []
    for phase in phases:
        made = [
            fix
            for fix in _proposed(phase, state, known)
            if fix.safe is safe and _mended(fix) not in without
        ]
        if made:
            gone = {_mended(fix) for fix in made}
            left = [found for found in state.findings if found not in gone]
            state = _State(_with(state.document, made), left)
            fixes += made
    return state.document, fixes


def _blamed(state: _State, fixes: Sequence[Fix], findings: list[Found]) -> set[Found] | None:
    """The fixes that may have done something else than what they are for; None if none has."""
    now = set(findings)
    new = {found.pointer for found in now.difference(state.findings)}
    stay = {_mended(fix) for fix in fixes} & now
    if not new and not stay:
        return None
    around = {place for pointer in new for place in upward(pointer)}
    for fix in fixes:
        paths = [operation["path"] for operation in fix.operations]
        if any(path in around or not new.isdisjoint(upward(path)) for path in paths):
            stay.add(_mended(fix))
    return stay


# -- one kind after the other ------------------------------------------------------


def _in_steps(state: _State, known: Known, check: Check, *, safe: bool) -> tuple[_State, list[Fix]]:
    fixes: list[Fix] = []
    before = -1
    while len(fixes) > before:
        before = len(fixes)
        for phase in PHASES:
            proposed = [fix for fix in _proposed(phase, state, known) if fix.safe is safe]
            state, kept = _kept(state, proposed, check)
            fixes += kept
        if not safe:
            break
    return state, fixes


def _proposed(phase: Phase, state: _State, known: Known) -> list[Fix]:
    if phase.rules.isdisjoint(state.rules):
        return []  # The document need not even be taken apart.
    return list(phase.propose(state.reading, state.findings, known))


def _kept(state: _State, proposed: Sequence[Fix], check: Check) -> tuple[_State, list[Fix]]:
    """Those fixes that mend, and make nothing worse; halved until the others are found."""
    kept: list[Fix] = []
    stack = [list(proposed)] if proposed else []
    while stack:
        some = stack.pop()
        after = _after(state, some, check)
        if after is not None:
            state, kept = after, kept + some
        elif len(some) > 1:
            middle = len(some) // 2
            stack += [some[middle:], some[:middle]]
    return state, kept


def _after(state: _State, fixes: Sequence[Fix], check: Check) -> _State | None:
    """The document with some fixes; None if they do not do what they are for, and only that."""
    document = _with(state.document, fixes)
    findings = check(document)
    now = set(findings)
    if not now <= set(state.findings) or any(_mended(fix) in now for fix in fixes):
        return None
    return _State(document, findings)


def _mended(fix: Fix) -> Found:
    """The finding that a fix is for."""
    return Found(fix.rule, fix.pointer)


def _with(document: Any, fixes: Sequence[Fix]) -> Any:
    """A document with some fixes made in it."""
    return apply_operations(document, (one for fix in fixes for one in fix.operations))
