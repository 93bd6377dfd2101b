"""Check what an edit changed, instead of the whole tree again."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ngio_collections._contract import Level, Pointer, json_pointer
from ngio_collections.graph import Node
from ngio_collections.graph._state import Ref, key_of
from ngio_collections.validation._documents import file_of
from ngio_collections.validation._engine import plans_for
from ngio_collections.validation._entries import StateHome
from ngio_collections.validation._findings import Finding, outline
from ngio_collections.validation._plans import UNIQUE_IDS, Plans
from ngio_collections.validation._recheck import (
    Affected,
    Only,
    Side,
    WholeTreeError,
    affected,
)
from ngio_collections.validation._recheck_view import ViewRecheck
from ngio_collections.validation._run import Found, Run
from ngio_collections.validation._trees import OF_WRITTEN, findings_of_tree

__all__ = ["Revalidation", "validate_changes"]


@dataclass(frozen=True, slots=True)
class Revalidation:
    """What an edit did to the findings of a tree.

    Attributes:
        introduced: The findings that were not there before.
        resolved: The findings that are not there any more.
        checked: How many nodes were looked at; -1 if it was the whole tree.
    """

    introduced: tuple[Finding, ...]
    resolved: tuple[Finding, ...]
    checked: int
    _update: Any = field(repr=False, compare=False, default=None)

    def __bool__(self) -> bool:
        return bool(self.introduced or self.resolved)

    def update(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings of the new tree, from those of the old one.

        Args:
            findings: What `validate` found in the old tree, with the same arguments.

        Returns:
            What `validate` would find in the new tree now, in the same order. Cost:
            O(findings * (depth + log siblings)), and O(siblings) for the first of a list.
        """
        found: list[Finding] = self._update(list(findings))
        return found

    def __str__(self) -> str:
        lines = [f"+ {finding}" for finding in self.introduced]
        lines += [f"- {finding}" for finding in self.resolved]
        return "\n".join(lines) or "no difference"


def validate_changes(
    old: Node,
    new: Node,
    *,
    rules: Any = None,
    profile: str = "ngio",
    revision: str = "v1-2026-08",
    level: str = Level.MUST,
) -> Revalidation:
    """Find out what an edit did to the findings of a tree.

    Only the rules run again that read something that changed, on the nodes from which they
    can read it.

    Args:
        old: A node of the version before; its whole tree is meant.
        new: A node of a later version of the same tree.
        rules: A `RuleSet`, rules, or words for them; all of the profile if None.
        profile: `rfc8` or `ngio`.
        revision: The revision of RFC-8.
        level: The weakest level of the rules that are run.

    Returns:
        The findings that came and those that went. Cost: for two versions of one tree
        O(changes), however many siblings what changed has; where rules read what changed from
        elsewhere also the nodes on which these can be run: the wells of a plate whose rows
        changed, and all children for a rule about children. Found out once, for all versions,
        and O(tree): what refers to which id and what declares it, with the first change of ids;
        which nodes rules can be run on, with the first change that many nodes may read; where
        the children of a node are, with the first finding among many. For views of several
        documents it is the documents that changed; for trees that were made apart, both as a
        whole.

    Raises:
        UnknownProfileError: There is no such profile at that revision.
        UnknownRuleError: There is no such rule, or the profile does not have it.

    Examples:
        >>> import ngio_collections as ngc
        >>> well = ngc.new_node("collection", id="A01")
        >>> plate = ngc.new_node("collection", id="plate", children=[well])
        >>> edited = plate.find("A01").set_attr("labels", "yes")
        >>> change = ngc.validate_changes(plate, edited)
        >>> [finding.rule for finding in change.introduced]
        ['labels-object']
        >>> change.update([]) == ngc.validate(edited.tree.root)
        True
    """
    plans = plans_for(profile, revision, rules, level)
    before, after = old.tree, new.tree
    if before is after:
        return Revalidation((), (), 0, lambda findings: findings)
    if before.segment is not after.segment:
        return _whole(old, new, plans)
    try:
        if before.segment.inlined is not None:
            view = ViewRecheck(before, after, plans)
            return Revalidation(view.introduced, view.resolved, view.checked, view.update)
        return _Recheck(old, new, plans).made()
    except WholeTreeError:
        return _whole(old, new, plans)


def _whole(old: Node, new: Node, plans: Plans) -> Revalidation:
    """The difference by looking at everything."""
    was, is_ = (findings_of_tree(node.tree.root, plans) for node in (old, new))
    come, gone = Counter(is_), Counter(was)
    introduced = tuple((come - gone).elements())
    resolved = tuple((gone - come).elements())
    return Revalidation(introduced, resolved, -1, lambda _: is_)


class _Recheck:
    """Runs again what has to, on two versions of one document."""

    def __init__(self, old: Node, new: Node, plans: Plans) -> None:
        self._plans = plans
        self._root = new.tree.root
        self._url = new.tree.url
        self._file, pointer = file_of(self._url, new.tree.segment.source)
        self._before = Side(old.tree, plans, pointer)
        self._after = Side(new.tree, plans, pointer)

    def made(self) -> Revalidation:
        what = affected(self._before, self._after, self._plans)
        was, is_ = (self._found(side, what) for side in (self._before, self._after))
        gone, come = Counter(map(_key, was)), Counter(map(_key, is_))
        introduced = tuple(self._written(is_, come - gone))
        resolved = tuple(self._written(was, gone - come))
        return Revalidation(
            introduced,
            resolved,
            len(what.nodes),
            lambda findings: self._updated(findings, introduced, resolved),
        )

    def _written(self, found: list[Found], which: Counter[Any]) -> Iterator[Finding]:
        for one in found:
            if which[_key(one)] > 0:
                which[_key(one)] -= 1
                yield one.finding(self._url)

    def _found(self, side: Side, what: Affected) -> list[Found]:
        """What the rules that run again find in one version, in the order of its text."""
        plans = self._plans.apart
        run = Run(plans, side.declared, self._file)
        found: list[Found] = []
        for again in what.nodes.values():
            if side.home.holds(again.ref):
                plan = side.plan(again.ref, plans)
                found += run.node(side.seen(again), plan, again.rules)
        if what.ids and UNIQUE_IDS in self._plans.run:
            root: Ref = (side.tree.segment, 0)
            about = Run(self._plans.alone, Only(side.declared, what.ids), self._file)
            plan = side.plan(root, self._plans.alone)
            found += about.node(side.home.entry(root), plan, frozenset({UNIQUE_IDS}))
        if self._url is None and side.tree.segment.source is None:
            found = [one for one in found if one.rule.id not in OF_WRITTEN]
        found = [_where_it_is(side.home, one) for one in found]
        return sorted(found, key=lambda one: one.order) if len(found) > 1 else found

    # -- from the findings of the old version to those of the new one -----------------

    def _updated(
        self,
        findings: list[Finding],
        introduced: tuple[Finding, ...],
        resolved: tuple[Finding, ...],
    ) -> list[Finding]:
        kept = (Counter(findings) - Counter(resolved)).elements()
        old, new = _Places(self._before.home), _Places(self._after.home)
        found = [self._moved(finding, old) for finding in kept]
        for finding in introduced:
            ref, at = new.of(finding.pointer)
            found.append((self._after.home.entry(ref).order(at), _words(finding), finding))
        found.sort(key=lambda one: one[:2])
        return [finding for _, _, finding in found]

    def _moved(
        self, finding: Finding, places: _Places
    ) -> tuple[tuple[int, ...], tuple[str, ...], Finding]:
        """A finding of the old version as it is in the new one, where it may be elsewhere."""
        ref, at = places.of(finding.pointer)
        entry = self._after.home.entry(ref)
        pointer = entry.json_pointer + json_pointer(at)
        moved = replace(finding, pointer=pointer, path=outline(entry.names()))
        return entry.order(at), _words(finding), moved


class _Places:
    """Where pointers lead in a version; each goes on from where it leaves the way of the last.

    Args:
        home: The version.
    """

    def __init__(self, home: StateHome) -> None:
        self._home = home
        start = len(json_pointer(home.pointer))
        self._last = ""
        self._ends = [start]
        self._refs: list[Ref] = [(home.tree.segment, 0)]

    def of(self, pointer: str) -> tuple[Ref, Pointer]:
        """The node that a pointer leads into, and the rest of the way in it."""
        home, ends, refs = self._home, self._ends, self._refs
        same = _alike(self._last, pointer)
        passed = max(1, bisect_right(ends, same))
        if passed > 1 and pointer[ends[passed - 1] :][:1] not in ("", "/"):
            passed -= 1  # The last number goes on: `/nodes/1` is no part of `/nodes/12`.
        del ends[passed:], refs[passed:]
        self._last = pointer
        parts = pointer[ends[-1] :].split("/")[1:]
        at = 0
        while len(parts) >= at + 2 and parts[at] == "nodes":
            child = home.child_at(refs[-1], int(parts[at + 1]))
            if child is None:
                break
            refs.append(child)
            ends.append(ends[-1] + len("/nodes/") + len(parts[at + 1]))
            at += 2
        return refs[-1], self._inside(refs[-1], [_unescaped(part) for part in parts[at:]])

    def _inside(self, ref: Ref, parts: list[str]) -> Pointer:
        """A way in a node, with numbers where there are arrays."""
        home = self._home
        rest: list[str | int] = []
        value: Any = home.value(ref)
        if len(parts) > 1 and parts[0] == "nodes" and home.tree.has_list(ref):
            rest = ["nodes", int(parts[1])]
            value, _ = home.item(ref, rest[1])
        for part in parts[len(rest) :]:
            key: str | int = int(part) if isinstance(value, list) else part
            rest.append(key)
            value = value[key]
        return tuple(rest)


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with that are the same. Cost: O(log length) slices."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _where_it_is(home: StateHome, found: Found) -> Found:
    """A finding as one of the node that its place is in, whichever its rule ran on."""
    while found.at[:1] == ("nodes",) and len(found.at) > 1:
        child = home.child_at(found.node.place, int(found.at[1]))
        if child is None:
            break
        found = found._replace(node=home.entry(child), at=found.at[2:])
    return found


def _key(found: Found) -> tuple[Any, ...]:
    """What makes a finding the same in two versions."""
    return (
        found.rule.id,
        key_of(found.node.place),
        found.at,
        found.found,
        found.expected,
        found.kind,
    )


def _words(finding: Finding) -> tuple[str, ...]:
    """What decides the order of findings in one place; see `Found.words`."""
    return (finding.rule, finding.found, finding.expected)
