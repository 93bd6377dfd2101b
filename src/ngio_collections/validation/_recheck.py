"""What an edit can have changed about the findings of a tree, and nothing else.

A rule says how far it reads and what it reads of other nodes. So it follows from what an edit
changed which rules can say something else now, and on which nodes: those run again, on both
versions, and the difference of what they say is the difference of all findings.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from ngio_collections._contract import ALL, Declaration, Rule
from ngio_collections._frozen import same_json
from ngio_collections.graph import NodeTree, Raw
from ngio_collections.graph._state import UNCHANGED, Change, Ref, key_of
from ngio_collections.validation._declarations import (
    SegmentDeclarations,
    StateDeclarations,
    declared,
    in_text_order,
)
from ngio_collections.validation._differences import Difference
from ngio_collections.validation._entries import Entry, SegmentHome, StateHome, is_container
from ngio_collections.validation._plans import NodePlan, Plans
from ngio_collections.validation._subjects import Below, Holders, can_run, where

__all__ = ["EVERYTHING", "Affected", "Side", "WholeTreeError", "affected"]

EVERYTHING: Final = None
"""Stands for all rules, and for the structure of a node."""
Rules: TypeAlias = "frozenset[str] | None"
_WHOLE_TREE: Final = frozenset({"type", "path"})
"""Fields that decide what of a tree is part of the document."""
_NOTHING, _CHILDREN, _ALL_BELOW = range(3)
"""How much of what is in a node is looked at."""


class WholeTreeError(Exception):
    """The edit changed so much that only a look at the whole tree helps."""


class Side:
    """One of the two versions.

    Args:
        tree: The version.
        plans: What to run.
        pointer: The place of the root node in its document.
    """

    def __init__(self, tree: NodeTree, plans: Plans, pointer: tuple[str | int, ...]) -> None:
        places = plans.profile.declaring
        self.tree = tree
        self.home = StateHome(tree, pointer)
        self._plans = plans.apart
        base = SegmentDeclarations(SegmentHome(tree.segment, pointer), places)
        self.declared = StateDeclarations(self.home, base, places)

    def plan(self, ref: Ref, plans: Plans) -> NodePlan:
        """What to do with a node."""
        return plans.node(self.tree.raw(ref).get("type"), is_root=self.home.is_root(ref))

    def may_run(self, ref: Ref, rules: Iterable[str]) -> Iterator[str]:
        """Those of some rules that can be run on a node, or on a value in it."""
        plan = self.plan(ref, self._plans)
        return can_run(self._plans, plan, self.home.value(ref), rules)

    def depth(self, again: Again) -> int:
        """How much of what is in a node the rules look at that run again on it."""
        deep = self._plans.deep
        if deep.keys().isdisjoint(where(self._plans, self.plan(again.ref, self._plans))):
            return _NOTHING
        rules = deep if again.rules is EVERYTHING else deep.keys() & again.rules
        levels = {deep[id_] for id_ in self.may_run(again.ref, rules)}
        return _CHILDREN if levels == {1} else _ALL_BELOW if levels else _NOTHING

    def seen(self, again: Again) -> Entry:
        """A node with as much of it as is looked at again."""
        home = self.home
        see = {_NOTHING: home.listed, _CHILDREN: home.with_children, _ALL_BELOW: home.whole}
        return see[again.depth](again.ref)

    def depends_on_items(self, ref: Ref) -> bool:
        """Whether the structure of a node depends on what is in its list, and where."""
        return bool(self.plan(ref, self._plans).only) or self.home.has_others(ref)


class Only:
    """The declarations of a document, as far as some ids go."""

    def __init__(self, declarations: StateDeclarations, ids: Iterable[str]) -> None:
        self._declarations = declarations
        self._ids = ids

    def of(self, id: str, near: Entry | None = None) -> tuple[Declaration, ...]:
        return self._declarations.of(id, near)

    def duplicates(self) -> Iterator[tuple[str, tuple[Declaration, ...]]]:
        for id_, found in self._declarations.duplicates_among(self._ids):
            yield id_, in_text_order(found)


class Again(NamedTuple):
    """A node to be looked at again.

    Attributes:
        ref: The node.
        rules: The rules that may say something else; None is all, and its structure.
        depth: How much of what is in it is looked at.
    """

    ref: Ref
    rules: Rules
    depth: int


class Affected:
    """What has to be looked at again.

    Attributes:
        nodes: The nodes.
        ids: The ids whose declarations changed.
    """

    def __init__(self) -> None:
        self.nodes: dict[int, Again] = {}
        self.ids: set[str] = set()

    def mark(self, ref: Ref, rules: Rules, depth: int = _NOTHING) -> None:
        """Note that rules may say something else about a node."""
        key = key_of(ref)
        known = self.nodes.get(key)
        if known is not None:
            depth = max(depth, known.depth)
            rules = None if known.rules is None or rules is None else known.rules | rules
        self.nodes[key] = Again(ref, rules, depth)


def affected(before: Side, after: Side, plans: Plans) -> Affected:
    """Find out what the findings of two versions of a tree can differ in.

    Args:
        before: The older version.
        after: The newer one.
        plans: What is run.

    Returns:
        The nodes and ids. Cost: O(changes), and where rules read what changed: the nodes
        that may read it.

    Raises:
        WholeTreeError: What is part of the document may have changed.
    """
    return _Search(before, after, plans).found()


class _Search:
    def __init__(self, before: Side, after: Side, plans: Plans) -> None:
        self._before = before
        self._after = after
        self._sides = (before, after)
        self._plans = plans
        self._found = Affected()
        self._reread: dict[str, set[str]] = {}
        run = [rule for rule in plans.rules if rule.id in plans.apart.run]
        self._upward = [rule for rule in run if rule.scope.ancestors]
        self._downward = [rule for rule in run if rule.scope.descendants]
        self._referring = [rule for rule in run if rule.scope.references]
        self._own = frozenset(rule.id for rule, _ in plans.rules.own)

    def found(self) -> Affected:
        before, after = self._before.tree, self._after.tree
        for _, was, is_ in before.changes.changes(after.changes):
            one = was or is_
            assert one is not None
            self._look_at(one[0], was[1] if was else UNCHANGED, is_[1] if is_ else UNCHANGED)
        if self._referring:
            self._mark_referring()
        for key, again in self._found.nodes.items():
            # The same in both versions, so that what the structure of items says is as well.
            depth = max(again.depth, *(side.depth(again) for side in self._sides))
            self._found.nodes[key] = again._replace(depth=depth)
        return self._found

    def _mark(self, ref: Ref, rules: Iterable[Rule]) -> None:
        """Note that some rules may say something else about a node, if they can be run on it."""
        ids = [rule.id for rule in rules]
        found = set(self._after.may_run(ref, ids))
        if self._before.tree.raw(ref) is not self._after.tree.raw(ref):
            found.update(self._before.may_run(ref, ids))
        if found:
            self._found.mark(ref, frozenset(found))

    def _look_at(self, ref: Ref, was: Change, is_: Change) -> None:
        in_old, in_new = self._before.home.holds(ref), self._after.home.holds(ref)
        if not (in_old and in_new):
            self._content_changed(ref)
        if not in_old and not in_new:
            return
        if in_old is not in_new or was.place != is_.place:
            self._subtree(self._before if in_old else self._after, ref)
            if in_old and in_new:
                self._subtree(self._after, ref)
        if in_old and in_new:
            self._changed(ref)
            if was.children is not is_.children or was.left != is_.left:
                self._list_changed(ref)

    def _subtree(self, side: Side, top: Ref) -> None:
        """A node that came, went or moved, with everything below it."""
        for ref in _part_of_document(side.tree, top):
            self._found.mark(ref, EVERYTHING, _CHILDREN)
            raw = side.tree.raw(ref)
            self._found.ids.update(one[0] for one in declared(raw, self._plans.profile.declaring))
        parent = side.tree.parent(top)
        if parent is not None:
            self._list_changed(parent)
            self._mark_above(side, top, self._downward)

    def _content_changed(self, ref: Ref) -> None:
        """Something inside of a node whose content is its own."""
        for side in self._sides:
            at: Ref | None = ref
            while at is not None and not side.home.holds(at):
                at = side.tree.parent(at)
            if at is not None:
                self._found.mark(at, EVERYTHING)
                self._mark_above(side, at, self._downward)

    def _list_changed(self, ref: Ref) -> None:
        """A node that another one came to, or left, be it one that is part of the document."""
        if any(side.depends_on_items(ref) for side in self._sides):
            self._found.mark(ref, EVERYTHING, _CHILDREN)
        if not is_container(self._after.tree.raw(ref)):
            self._content_changed(ref)
        had, has = (side.home.listed(ref).value for side in self._sides)
        if ("nodes" in had) is not ("nodes" in has) or had.get("nodes") != has.get("nodes"):
            self._found.mark(ref, EVERYTHING)
            self._mark_around(ref, lambda rule: "nodes" in rule.scope.keys)

    def _changed(self, ref: Ref) -> None:
        """A node that is in both versions, and perhaps has other fields."""
        old, new = self._before.tree.raw(ref), self._after.tree.raw(ref)
        if old is new:
            return
        differs = Difference(old, new)
        if not differs.keys:
            return
        if differs.keys & _WHOLE_TREE:
            raise WholeTreeError
        self._found.mark(ref, EVERYTHING)
        self._found.ids.update(self._declared_otherwise(old, new))
        self._mark_around(ref, differs.is_read_by)

    def _mark_around(self, ref: Ref, is_read_by: Callable[[Rule], bool]) -> None:
        """What is around a node of which some rules read something that changed."""
        reread = [rule.id for rule in self._referring if is_read_by(rule)]
        if reread:
            for side in self._sides:
                for id_, _, _, _ in declared(side.tree.raw(ref), self._plans.profile.declaring):
                    self._reread.setdefault(id_, set()).update(reread)
        above = [rule for rule in self._downward if is_read_by(rule)]
        for side in self._sides:
            self._mark_above(side, ref, above)
        self._mark_below(ref, [rule for rule in self._upward if is_read_by(rule)])

    def _declared_otherwise(self, old: Raw, new: Raw) -> Iterator[str]:
        """The ids of which one version of a node says something else than the other."""
        places = self._plans.profile.declaring
        sides = [_by_id(declared(raw, places)) for raw in (old, new)]
        for id_ in {**sides[0], **sides[1]}:
            if not same_json(sides[0].get(id_), sides[1].get(id_)):
                yield id_

    def _mark_above(self, side: Side, ref: Ref, rules: list[Rule]) -> None:
        at, distance = side.tree.parent(ref), 0
        while at is not None and rules:
            distance += 1
            rules = [r for r in rules if _reaches(r.scope.descendants, distance)]
            if rules:
                self._mark(at, rules)
            at = side.tree.parent(at)

    def _mark_below(self, ref: Ref, rules: list[Rule]) -> None:
        """The nodes below one that rules can be run on that read so far up."""
        if not rules:
            return
        below = Below(self._after.home, ref)
        holders = _holders(self._plans.apart)
        near = [rule for rule in rules if rule.scope.ancestors != ALL]
        far = [rule for rule in rules if rule.scope.ancestors == ALL]
        for some in (near, far):
            levels = max((rule.scope.ancestors for rule in some), default=0)
            for child, distance in below.nodes(levels, holders, [rule.id for rule in some]):
                reaching = (r for r in some if _reaches(r.scope.ancestors, distance))
                self._mark(child, reaching)

    def _mark_referring(self) -> None:
        """The nodes that refer to an id, and those from which rules read what they refer to."""
        every = frozenset(rule.id for rule in self._referring)
        wanted: dict[str, Collection[str]] = {
            **self._reread,
            **dict.fromkeys(self._found.ids, every),
        }
        # Those of the catalogue follow the references of their subject and of no other node.
        others = [rule for rule in self._referring if rule.id in self._own]
        for ref, ids in self._referrers(wanted):
            self._mark(ref, [rule for rule in self._referring if rule.id in ids])
            around = [rule for rule in others if rule.id in ids]
            # What is in one version only has been marked with all that is around it.
            if around and self._after.home.holds(ref):
                self._mark_below(ref, [rule for rule in around if rule.scope.ancestors])
                self._mark_above(
                    self._after, ref, [rule for rule in around if rule.scope.descendants]
                )

    def _referrers(
        self, wanted: Mapping[str, Collection[str]]
    ) -> Iterator[tuple[Ref, Collection[str]]]:
        """The nodes whose attributes name one of some ids, in either version, with its rules."""
        if not wanted:
            return
        index = _mentions(self._after.tree)
        segment = self._after.tree.segment
        for id_, rules in wanted.items():
            found = index.get(id_, [])
            positions: Iterable[int] = found if isinstance(found, list) else [found]
            is_own = not self._own.isdisjoint(rules)  # Those look at what is around as well.
            if isinstance(found, list) and id_ not in self._found.ids and not is_own:
                # All images of a plate may refer to something in it that has not changed.
                positions = _holders(self._plans.apart).among(segment, found, rules)
            for position in positions:
                yield (segment, position), rules
        for side in (self._before, self._after):
            for ref in side.declared.others():
                for text in _strings(side.tree.raw(ref).get("attributes")):
                    if text in wanted:
                        yield ref, wanted[text]


@lru_cache(maxsize=32)
def _holders(plans: Plans) -> Holders:
    """What finds the subjects of the rules that read of nodes above them, or of what they name."""
    scopes = {rule.id: rule.scope for rule in plans.rules if rule.scope.keys}
    return Holders(plans, [id_ for id_, one in scopes.items() if one.ancestors or one.references])


def _reaches(levels: int, distance: int) -> bool:
    """Whether a rule that reads so many levels reads so far."""
    return levels == ALL or levels >= distance


def _by_id(found: Iterable[tuple[str, str, Raw, Any]]) -> dict[str, list[Any]]:
    """What is declared under each id, and where; of nodes rules look at the type alone."""
    out: dict[str, list[Any]] = {}
    for id_, kind, value, at in found:
        said = value.get("type") if kind == "node" else value
        out.setdefault(id_, []).append([kind, said, list(at)])
    return out


def _part_of_document(tree: NodeTree, top: Ref) -> Iterator[Ref]:
    """A node and what is below it, without the content of extension nodes."""
    stack = [top]
    while stack:
        ref = stack.pop()
        yield ref
        if is_container(tree.raw(ref)):
            stack.extend(tree.children(ref))


def _strings(value: Any) -> Iterator[str]:
    """All strings in a value: in the older draft a bare one can be a reference."""
    stack = [value]
    while stack:
        item = stack.pop()
        if type(item) is str:
            yield item
        elif type(item) is dict:
            stack.extend(item.values())
        elif type(item) is list:
            stack.extend(item)


def _mentions(tree: NodeTree) -> dict[str, int | list[int]]:
    """The nodes, by the strings in their attributes. Cost: O(document), once for all versions."""
    return tree.segment.keep("mentions", lambda: _mentioned(tree.segment.raws))


def _mentioned(raws: list[Raw]) -> dict[str, int | list[int]]:
    """What `_strings` gives for each node, without a call for each: there may be very many."""
    found: dict[str, int | list[int]] = {}
    for position, raw in enumerate(raws):
        attributes = raw.get("attributes")
        stack: list[Any] = [attributes] if attributes else []
        while stack:
            item = stack.pop()
            for value in item.values() if type(item) is dict else item:
                kind = type(value)
                if kind is str:
                    known = found.setdefault(value, position)
                    if known is not position:
                        _add_mention(found, value, known, position)
                elif kind is dict or kind is list:
                    stack.append(value)
    return found


def _add_mention(
    found: dict[str, int | list[int]], text: str, known: int | list[int], position: int
) -> None:
    # Most strings are in one node: a number takes less room than a list, and less time.
    if isinstance(known, list):
        if known[-1] != position:
            known.append(position)
    elif known != position:
        found[text] = [known, position]
