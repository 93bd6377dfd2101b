"""What an edit can have changed about the findings of a tree, and nothing else.

A rule says how far it reads and what it reads of other nodes. So it follows from what an edit
changed which rules can say something else now, and on which nodes: those run again, on both
versions, and the difference of what they say is the difference of all findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

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
from ngio_collections.validation._entries import Entry, SegmentHome, StateHome, is_container
from ngio_collections.validation._plans import UNIQUE_IDS, NodePlan, Plans

__all__ = ["EVERYTHING", "Affected", "Side", "WholeTreeError", "affected"]

EVERYTHING: Final = None
"""Stands for all rules, and for the structure of a node."""
Rules: TypeAlias = "frozenset[str] | None"
_WHOLE_TREE: Final = frozenset({"type", "path"})
"""Fields that decide what of a tree is part of the document."""
_ABSENT: Final[Any] = object()


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
        self._deep = plans.deep
        base = SegmentDeclarations(SegmentHome(tree.segment, pointer), places)
        self.declared = StateDeclarations(self.home, base, places)

    def plan(self, ref: Ref, plans: Plans) -> NodePlan:
        """What to do with a node."""
        return plans.node(self.tree.raw(ref).get("type"), is_root=self.home.is_root(ref))

    def seen(self, ref: Ref, rules: Rules) -> Entry:
        """A node with as much of it as some rules look at: with its children, or without."""
        if rules is EVERYTHING or not self._deep.isdisjoint(rules):
            return self.home.whole(ref)
        return self.home.entry(ref)


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


class Affected:
    """What has to be looked at again.

    Attributes:
        nodes: The nodes, each with the rules that may say something else; None is all.
        ids: The ids whose declarations changed.
    """

    def __init__(self) -> None:
        self.nodes: dict[int, tuple[Ref, Rules]] = {}
        self.ids: set[str] = set()

    def mark(self, ref: Ref, rules: Rules) -> None:
        """Note that rules may say something else about a node."""
        _, known = self.nodes.get(key_of(ref), (ref, frozenset()))
        both = None if known is None or rules is None else known | rules
        self.nodes[key_of(ref)] = (ref, both)


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
        self._plans = plans
        self._found = Affected()
        run = [rule for rule in plans.rules if rule.id in plans.run]
        self._upward = [rule for rule in run if rule.scope.ancestors]
        self._downward = [rule for rule in run if rule.scope.descendants and rule.id != UNIQUE_IDS]
        self._referring = [rule for rule in run if rule.scope.references]
        self._own = frozenset(rule.id for rule, _ in plans.rules.own)

    def found(self) -> Affected:
        before, after = self._before.tree, self._after.tree
        for _, was, is_ in before.changes.changes(after.changes):
            one = was or is_
            assert one is not None
            self._look_at(one[0], was[1] if was else UNCHANGED, is_[1] if is_ else UNCHANGED)
        if self._found.ids and self._referring:
            self._mark_referring()
        return self._found

    def _look_at(self, ref: Ref, was: Change, is_: Change) -> None:
        in_old, in_new = self._before.home.holds(ref), self._after.home.holds(ref)
        if not in_old and not in_new:
            return
        if in_old is not in_new or was.place != is_.place:
            self._subtree(self._before if in_old else self._after, ref)
            if in_old and in_new:
                self._subtree(self._after, ref)
        if in_old and in_new:
            self._changed(ref, was, is_)

    def _subtree(self, side: Side, top: Ref) -> None:
        """A node that came, went or moved, with everything below it."""
        for ref in _part_of_document(side.tree, top):
            self._found.mark(ref, EVERYTHING)
            raw = side.tree.raw(ref)
            self._found.ids.update(one[0] for one in declared(raw, self._plans.profile.declaring))
        parent = side.tree.parent(top)
        if parent is not None:
            self._found.mark(parent, EVERYTHING)
            deep = [rule for rule in self._downward if rule.scope.descendants not in (0, 1)]
            self._mark_above(side, parent, deep, 1)

    def _changed(self, ref: Ref, was: Change, is_: Change) -> None:
        """A node that is in both versions."""
        old, new = self._before.tree.raw(ref), self._after.tree.raw(ref)
        keys = set(_changed_keys(old, new)) if old is not new else set()
        if keys & _WHOLE_TREE:
            raise WholeTreeError
        if was.children is not is_.children or was.left != is_.left:
            keys.add("nodes")
        if not keys:
            return
        self._found.mark(ref, EVERYTHING)
        self._found.ids.update(self._declared_otherwise(old, new))
        above = [rule for rule in self._downward if keys.intersection(rule.scope.keys)]
        below = [rule for rule in self._upward if keys.intersection(rule.scope.keys)]
        for side in (self._before, self._after):
            self._mark_above(side, ref, above, 0)
        self._mark_below(ref, below)

    def _declared_otherwise(self, old: Raw, new: Raw) -> Iterator[str]:
        """The ids of which one version of a node says something else than the other."""
        places = self._plans.profile.declaring
        sides = [_by_id(declared(raw, places)) for raw in (old, new)]
        for id_ in {**sides[0], **sides[1]}:
            if not same_json(sides[0].get(id_), sides[1].get(id_)):
                yield id_

    def _mark_above(self, side: Side, ref: Ref, rules: list[Rule], distance: int) -> None:
        at = side.tree.parent(ref)
        while at is not None and rules:
            distance += 1
            rules = [r for r in rules if _reaches(r.scope.descendants, distance)]
            if rules:
                self._found.mark(at, frozenset(rule.id for rule in rules))
            at = side.tree.parent(at)

    def _mark_below(self, ref: Ref, rules: list[Rule]) -> None:
        """The nodes below one that rules may run on that read so far up."""
        if not rules:
            return
        tree, level, distance = self._after.tree, [ref], 0
        while level and rules:
            distance += 1
            rules = [r for r in rules if _reaches(r.scope.ancestors, distance)]
            ids = frozenset(rule.id for rule in rules)
            level = [child for at in level for child in self._after.home.children(at)]
            # Rules of the catalogue that read upward are about attributes, and about versions.
            every = not self._own.isdisjoint(ids)
            for child in level if ids else ():
                raw = tree.raw(child)
                if every or raw.get("attributes") or "version" in raw:
                    self._found.mark(child, ids)

    def _mark_referring(self) -> None:
        """The nodes that refer to an id, and those from which rules read what they refer to."""
        ids = frozenset(rule.id for rule in self._referring)
        # Those of the catalogue follow the references of their subject and of no other node.
        others = [rule for rule in self._referring if rule.id in self._own]
        above = [rule for rule in others if rule.scope.descendants]
        below = [rule for rule in others if rule.scope.ancestors]
        for ref in self._referrers():
            self._found.mark(ref, ids)
            # What is in one version only has been marked with all that is around it.
            if others and self._after.home.holds(ref):
                self._mark_below(ref, below)
                self._mark_above(self._after, ref, above, 0)

    def _referrers(self) -> Iterator[Ref]:
        """The nodes whose attributes name one of the ids, in either version."""
        ids = self._found.ids
        index = _mentions(self._after.tree)
        segment = self._after.tree.segment
        for id_ in ids:
            found = index.get(id_, [])
            for position in found if isinstance(found, list) else [found]:
                yield segment, position
        for side in (self._before, self._after):
            for ref in side.declared.others():
                if not ids.isdisjoint(_strings(side.tree.raw(ref).get("attributes"))):
                    yield ref


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


def _changed_keys(old: Raw, new: Raw) -> Iterator[str]:
    """The fields that differ, and the attributes; `nodes` is not one of them."""
    for key in {**old, **new}:
        one, other = old.get(key, _ABSENT), new.get(key, _ABSENT)
        if key == "nodes" or one is other:
            continue
        yield key
        if key == "attributes":
            mine, theirs = (v if isinstance(v, Mapping) else {} for v in (one, other))
            for name in {**mine, **theirs}:
                if mine.get(name, _ABSENT) is not theirs.get(name, _ABSENT):
                    yield f"attributes/{name}"


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
