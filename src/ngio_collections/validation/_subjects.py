"""Which nodes a rule can be run on, known without running it: by their types and their keys."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, Final, NamedTuple

from ngio_collections._contract import ALL
from ngio_collections.graph import Raw, Segment
from ngio_collections.graph._state import Ref, key_of
from ngio_collections.validation._entries import StateHome
from ngio_collections.validation._plans import Link, NodePlan, Plans, ToRun

__all__ = ["Below", "Holders", "Where", "can_run", "where"]

_ATTRIBUTES: Final = "attributes"
_OTHER_TYPE: Final = ":"
"""In the place of all types of which the RFC and the rules know nothing."""
_FEW: Final = 256
"""So many nodes are looked at before they are listed by what they have."""


class Where(NamedTuple):
    """What a node of some type must have for a rule to be run on it, or on a value in it.

    Attributes:
        always: Whether it needs nothing.
        fields: Any of these fields is enough.
        attributes: Any of these attributes is enough.
    """

    always: bool = False
    fields: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()

    def is_met(self, raw: Raw) -> bool:
        """Whether a node has any of it."""
        if self.always or not self.fields.isdisjoint(raw):
            return True
        found = raw.get(_ATTRIBUTES)
        return type(found) is dict and not self.attributes.isdisjoint(found)

    def __or__(self, other: Where) -> Where:
        return Where(
            self.always or other.always,
            self.fields | other.fields,
            self.attributes | other.attributes,
        )


_ALWAYS: Final = Where(always=True)
_NEVER: Final = Where()


def where(plans: Plans, plan: NodePlan) -> Mapping[str, Where]:
    """The rules that can be run on nodes with a plan, with what those must have."""
    if plan.where is None:
        found: dict[str, Where] = {}
        for id_, needed in _in_node(plans, plan):
            found[id_] = found.get(id_, _NEVER) | needed
        plan.where = found
    return plan.where


def can_run(plans: Plans, plan: NodePlan, raw: Raw, rules: Iterable[str]) -> Iterator[str]:
    """Those of some rules that can be run on a node."""
    known = where(plans, plan)
    return (id_ for id_ in rules if id_ in known and known[id_].is_met(raw))


def _in_node(plans: Plans, plan: NodePlan) -> Iterator[tuple[str, Where]]:
    for check in plan.subject.checks:
        yield check.rule.id, _of_check(check)
    for link in plan.subject.links:
        if link.key == _ATTRIBUTES:
            yield from _in_attributes(plans, link)
        else:
            key = frozenset({link.key})
            yield from ((id_, Where(fields=key)) for id_ in _below(plans, link))


def _of_check(check: ToRun) -> Where:
    if not check.key:
        return _ALWAYS
    if check.key == _ATTRIBUTES and check.within:
        return Where(attributes=frozenset({check.within}))
    return Where(fields=frozenset({check.key}))


def _in_attributes(plans: Plans, link: Link) -> Iterator[tuple[str, Where]]:
    held = link.plan_of({})
    assert held is not None
    for check in held.checks:
        any_ = Where(fields=frozenset({_ATTRIBUTES}))
        yield check.rule.id, Where(attributes=frozenset({check.key})) if check.key else any_
    for inner in held.links:
        key = frozenset({inner.key})
        yield from ((id_, Where(attributes=key)) for id_ in _below(plans, inner))


def _below(plans: Plans, link: Link) -> Iterable[str]:
    """The rules that can be run on the values of a property, or on something in them."""
    if link.plan is not None:
        return [check.rule.id for check in link.plan.checks]
    return plans.within(link.concept)


class Holders:
    """Finds the nodes of parsed documents that some rules can be run on.

    Args:
        plans: What is run.
        rules: The ids of the rules.
    """

    def __init__(self, plans: Plans, rules: Iterable[str]) -> None:
        self._plans = plans
        self._types = plans.types
        self._by_rule = {id_: self._keys(id_) for id_ in rules}
        self._keys_of_all = frozenset(key for keys in self._by_rule.values() for key in keys)

    def _keys(self, id_: str) -> frozenset[tuple[str, str]]:
        """What nodes are listed by for a rule: a field, an attribute, or the type."""
        keys: set[tuple[str, str]] = set()
        # A prefixed type, and none at all: both are among the others.
        others = [("a:b", _OTHER_TYPE), (None, _OTHER_TYPE)]
        for type_, listed_as in [*((type_, type_) for type_ in self._types), *others]:
            plan = self._plans.node(type_, is_root=False)
            needed = where(self._plans, plan).get(id_, _NEVER)
            keys |= {("field", key) for key in needed.fields}
            keys |= {("attribute", key) for key in needed.attributes}
            if needed.always:
                keys.add(("type", listed_as))
        return frozenset(keys)

    def are_listed(self, rules: Iterable[str]) -> bool:
        """Whether it helps to ask for the nodes of rules: not where one is run on any node."""
        return not any(("type", _OTHER_TYPE) in self._by_rule[id_] for id_ in rules)

    def listed(self, segment: Segment, rules: Iterable[str]) -> list[array[int]]:
        """The nodes that rules can be run on, and perhaps some others, in lists.

        Each is in the order of the text. Cost: O(nodes) the first time, for all versions.
        """
        wanted = frozenset(key for id_ in rules for key in self._by_rule[id_])
        found = segment.keep(("holders", self._keys_of_all), lambda: self._index(segment.raws))
        return [found[key] for key in wanted if key in found]

    def among(self, segment: Segment, positions: list[int], rules: Collection[str]) -> list[int]:
        """Those of some nodes that rules can be run on, and perhaps some others."""
        if len(positions) <= _FEW or not self.are_listed(rules):
            return positions
        return sorted(set(positions).intersection(chain(*self.listed(segment, rules))))

    def _index(self, raws: list[Raw]) -> dict[tuple[str, str], array[int]]:
        keys = self._keys_of_all
        found = {key: array("i") for key in keys}
        fields = [(key, found["field", key]) for kind, key in keys if kind == "field"]
        types = {key: found["type", key] for kind, key in keys if kind == "type"}
        attributes = {key: found["attribute", key] for kind, key in keys if kind == "attribute"}
        for position, raw in enumerate(raws):
            held = raw.get(_ATTRIBUTES)
            if held and type(held) is dict:
                for key in held:
                    if key in attributes:
                        attributes[key].append(position)
            for key, listed in fields:
                if key in raw:
                    listed.append(position)
            if types:
                listed_as = types.get(self._type(raw.get("type")))
                if listed_as is not None:
                    listed_as.append(position)
        return found

    def _type(self, type_: Any) -> str:
        return type_ if type(type_) is str and type_ in self._types else _OTHER_TYPE


class Below:
    """The nodes below one in a version of a tree, as far as rules can be run on them.

    Args:
        home: The version.
        ref: The node.
    """

    def __init__(self, home: StateHome, ref: Ref) -> None:
        self._home = home
        self._ref = ref
        self._is_below: dict[int, bool] = {key_of(ref): True}

    def nodes(
        self, levels: int, holders: Holders, rules: Collection[str]
    ) -> Iterator[tuple[Ref, int]]:
        """Those that rules can be run on, and others, each with how many levels below it is.

        Args:
            levels: How far to go; -1 is all the way, and the number of levels is 1 for all.
            holders: Finds nodes that rules can be run on.
            rules: The ids of the rules.
        """
        if not rules:
            return
        few = self._walked(levels, _FEW)
        if few is not None or not holders.are_listed(rules):
            yield from self._walk(levels) if few is None else few
            return
        listed = list(self._listed(holders, rules))
        # There may be fewer children than nodes further down that the rules are about.
        walked = None if levels == ALL else self._walked(levels, len(listed))
        yield from self._reached(listed, levels) if walked is None else walked

    def _walked(self, levels: int, most: int) -> list[tuple[Ref, int]] | None:
        """All nodes so far below, None if they are more than so many."""
        found = list(islice(self._walk(levels), most + 1))
        return found if len(found) <= most else None

    def _walk(self, levels: int) -> Iterator[tuple[Ref, int]]:
        level, distance = [self._ref], 0
        while level and distance != levels:
            distance += 1
            above, level = level, []
            for ref in above:
                for child in self._home.children(ref):
                    level.append(child)
                    yield child, distance

    def _listed(self, holders: Holders, rules: Collection[str]) -> Iterator[Ref]:
        """The nodes that rules can be run on in what was parsed around the node, moved or added."""
        tree = self._home.tree
        tops = [self._ref]
        for ref, change in tree.changes.values():
            yield ref
            if change.is_moved:
                tops.append(ref)
        for segment, start in tops:
            for listed in holders.listed(segment, rules):
                end = segment.ends[start]
                for position in listed[bisect_left(listed, start) : bisect_left(listed, end)]:
                    yield segment, position

    def _reached(self, listed: list[Ref], levels: int) -> Iterator[tuple[Ref, int]]:
        """Those of some nodes that are below the node, and not too far."""
        for ref in listed:
            if ref == self._ref:
                continue
            if levels == ALL:
                if self._is_inside(ref):
                    yield ref, 1
                continue
            at, distance = self._home.tree.parent(ref), 1
            while at is not None and at != self._ref and distance < levels:
                at, distance = self._home.tree.parent(at), distance + 1
            if at == self._ref:
                yield ref, distance

    def _is_inside(self, ref: Ref) -> bool:
        """Whether a node is below the node. Siblings ask one after the other."""
        above: list[Ref] = []
        at: Ref | None = ref
        while at is not None and key_of(at) not in self._is_below:
            above.append(at)
            at = self._home.tree.parent(at)
        found = at is not None and self._is_below[key_of(at)]
        self._is_below.update((key_of(at), found) for at in above)
        return found
