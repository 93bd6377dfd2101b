"""From proposals to fixes: only what mends its finding and makes no other one is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeAlias

from ngio_collections.mend._fix import Fix
from ngio_collections.mend._patching import apply_operations
from ngio_collections.mend._proposals import LAST, PHASES, Found, Known, Phase
from ngio_collections.mend._reading import Reading

__all__ = ["Check", "find_fixes"]

Check: TypeAlias = Callable[[Any], "list[Found]"]
"""Gives the findings in a document."""


class _State:
    """A document with the findings in it."""

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
        The fixes in the order in which they are to be applied. None of them leads to a finding
        that was not there, and after the safe ones there is no further safe one. Cost: that of
        checking the document once, and once more for each kind of fix that there is.
    """
    state = _State(document, check(document))
    fixes: list[Fix] = []
    if not state.findings:
        return fixes
    before = -1
    while len(fixes) > before:
        before = len(fixes)
        for phase in PHASES:
            proposed = [fix for fix in _proposed(phase, state, known) if fix.safe]
            state, kept = _kept(state, proposed, check)
            fixes += kept
    moving = [fix for fix in _proposed(LAST, state, known) if fix.safe]
    for phase in PHASES:
        proposed = [fix for fix in _proposed(phase, state, known) if not fix.safe]
        state, kept = _kept(state, proposed, check)
        fixes += kept
    return fixes + moving


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
    operations = [operation for fix in fixes for operation in fix.operations]
    document = apply_operations(state.document, operations)
    findings = check(document)
    now = set(findings)
    if not now <= set(state.findings):
        return None
    if any(Found(fix.rule, fix.pointer) in now for fix in fixes):
        return None
    return _State(document, findings)
