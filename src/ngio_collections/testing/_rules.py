"""Rules of one's own, held to what they say that they read."""

from __future__ import annotations

from typing import Any

from ngio_collections._contract import Level
from ngio_collections.graph import Node
from ngio_collections.validation import Finding
from ngio_collections.validation._documents import documents_of
from ngio_collections.validation._engine import plans_for
from ngio_collections.validation._guard import Guard
from ngio_collections.validation._trees import findings_in

__all__ = ["validate_guarded"]


def validate_guarded(
    node: Node,
    *,
    rules: Any = None,
    profile: str = "ngio",
    revision: str = "v1-2026-08",
    level: str = Level.MAY,
) -> list[Finding]:
    """Check a tree as `validate` does, and refuse what rules read beyond their scope.

    After an edit a rule runs again where its scope says that it can have read what changed. One
    that reads more is right in a full check and wrong after an edit; here it is found out. Give
    it trees in which it comes to all that it does: what it does not read is not noticed.

    Args:
        node: A node, which is checked with everything below it.
        rules: A `RuleSet`, rules, or words for them (see `rules`); all of the profile if None.
        profile: `rfc8` or `ngio`.
        revision: The revision of RFC-8.
        level: The weakest level of the rules that are run.

    Returns:
        What `validate` returns. Cost: several times that of `validate`.

    Raises:
        ScopeError: A rule read more than its scope says: the fields of a node above or below
            that `keys` does not name, or which fields it has; nodes further away; what
            `references` does not allow; or a node in `context.document`.
        UnknownProfileError: There is no such profile at that revision.
        UnknownRuleError: There is no such rule, or the profile does not have it.
        ValueError: There is no such level, or the rules are a set of another profile.

    Examples:
        >>> import ngio_collections as ngc
        >>> from ngio_collections.testing import validate_guarded
        >>> @ngc.rule("lab:named", on="attributes/lab:dose", ancestors=1, keys=["id"])
        ... def named(subject, context):
        ...     "The plate around a dose has a name."
        ...     if not subject.node.parent.value.get("name"):
        ...         yield ngc.Violation("the plate has no name")
        >>> well = ngc.new_node("collection", id="A01", attributes={"lab:dose": 1})
        >>> plate = ngc.new_node("collection", id="plate", children=[well])
        >>> validate_guarded(plate, rules=[named])
        Traceback (most recent call last):
        ngio_collections.errors.ScopeError: the rule 'lab:named' reads `name` of another node, ...
    """
    plans = plans_for(profile, revision, rules, level)
    findings: list[Finding] = []
    guard = Guard()
    for document in documents_of(node, plans.profile.declaring):
        findings += findings_in(document, plans, guard=guard)
        if guard.refused:
            # It was raised in the rule, whose errors are findings, or which may have caught it.
            raise guard.refused[0]
    return findings
