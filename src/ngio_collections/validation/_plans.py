"""What to run on which value, worked out once for a profile and a set of rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple

from ngio_collections._contract import Level, Rule, RuleBody
from ngio_collections._contract import Link as _Link
from ngio_collections.validation._entries import CONTAINERS
from ngio_collections.validation._profiles import Chain, Profile
from ngio_collections.validation._registry import Body, bodies
from ngio_collections.validation._rulesets import RuleSet

__all__ = ["LEVELS", "UNIQUE_IDS", "Link", "NodePlan", "Plans", "SubjectPlan", "ToRun"]

UNIQUE_IDS: Final = "unique-ids"
"""The rule about all ids of a document at once."""

LEVELS: Final = (Level.MUST, Level.SHOULD, Level.MAY)
"""From the strongest on."""

_ATTRIBUTES: Final = "attributes"
_NODES: Final = "nodes"


class ToRun(NamedTuple):
    """A rule with its code.

    Attributes:
        rule: The rule.
        run: Its code.
        key: The key without which it finds nothing in a value; empty if there is none.
        within: The key in the value of that key.
        unless: The key with which it finds nothing.
        is_conditional: Whether there are values in which it finds nothing for sure.
        is_own: Whether it is somebody's own, and not one of the catalogue.
    """

    rule: Rule
    run: RuleBody
    key: str
    within: str
    unless: str
    is_conditional: bool
    is_own: bool

    @classmethod
    def of(cls, rule: Rule, body: Body, *, is_own: bool = False) -> ToRun:
        """A rule with what is known about its code."""
        key, within = (*map(str, body.needs), "", "")[:2]
        is_conditional = bool(key or body.unless)
        return cls(rule, body.run, key, within, body.unless, is_conditional, is_own)

    def applies(self, value: Any) -> bool:
        """Whether it may find something in a value."""
        if type(value) is not dict:
            return not self.key
        if self.unless and self.unless in value:
            return False
        if not self.key:
            return True
        found = value.get(self.key)
        if not self.within:
            return self.key in value
        return type(found) is dict and self.within in found


class Link:
    """A property whose values have rules, or hold something that has.

    Attributes:
        key: The property.
        concept: What its value is, or each item of it.
        many: Whether it is an array.
        plan: What to run on the value, whatever it is: it is one of somebody's own attributes.
    """

    __slots__ = ("_fixed", "_plans", "concept", "key", "many", "plan")

    def __init__(self, plans: Plans, link: _Link) -> None:
        self._plans = plans
        self.key = link.key
        self.concept = link.concept
        self.many = link.many
        self.plan: SubjectPlan | None = None
        self._fixed: SubjectPlan | None = None

    @classmethod
    def own(cls, plans: Plans, key: str, checks: list[ToRun]) -> Link:
        """The link to an attribute that is none of the RFC's."""
        link = cls(plans, _Link(key, "", many=False))
        link.plan = SubjectPlan(tuple(checks), ())
        return link

    def plan_of(self, value: Any) -> SubjectPlan | None:
        """What to run on a value, None if it is not of the kind that belongs here."""
        if self._fixed is not None:
            return self._fixed if type(value) is dict else None
        profile, concept = self._plans.profile, self.concept
        if not profile.is_kind(concept, value):
            return None
        plan = self._plans.subject(concept, value)
        if not profile.is_union(concept):
            self._fixed = plan
        return plan


class SubjectPlan:
    """What to run on a value of some concept.

    Attributes:
        checks: The rules.
        links: The properties to look into.
    """

    __slots__ = ("checks", "links")

    def __init__(self, checks: tuple[ToRun, ...], links: tuple[Link, ...]) -> None:
        self.checks = checks
        self.links = links


class NodePlan:
    """What to do with a node of some type.

    Attributes:
        concept: The concept of its place, `root-node` or `node`.
        chain: All that it is.
        fits: The quick check of its structure; None where there is none for its type.
        holds_nodes: Whether its `nodes` are nodes.
        only: The concept that its children must be, if there is one.
        subject: What to run on it.
        where: Which rules can be run on it, and what it must have for that; None before somebody
            asks.
        by_key: The same rules: those that always may find something, at the key that they need
            else, first of the node, then of its attributes.
    """

    __slots__ = (
        "always",
        "attributes",
        "by_attribute",
        "by_key",
        "chain",
        "concept",
        "fits",
        "holds_nodes",
        "only",
        "subject",
        "unless",
        "where",
    )

    def __init__(
        self, concept: str, chain: Chain, fits: Callable[[Any], bool] | None, subject: SubjectPlan
    ) -> None:
        self.concept = concept
        self.chain = chain
        self.fits = fits
        self.subject = subject
        self.where: Mapping[str, Any] | None = None
        self.holds_nodes = chain.member in CONTAINERS
        self.only = ""
        checks = subject.checks
        self.always = any(not check.is_conditional for check in checks)
        self.unless = tuple({c.unless for c in checks if c.unless and not c.key})
        self.by_key = frozenset(c.key for c in checks if c.key and not c.within)
        self.by_attribute = frozenset(c.within for c in checks if c.within)
        link = next((link for link in subject.links if link.key == _ATTRIBUTES), None)
        self.attributes = link is not None

    def may_find(self, raw: Mapping[str, Any]) -> bool:
        """Whether any rule may find something in a node: most resolution levels have nothing."""
        if self.always or not self.by_key.isdisjoint(raw):
            return True
        if any(key not in raw for key in self.unless):
            return True
        return bool(raw.get(_ATTRIBUTES)) and (self.attributes or bool(self.by_attribute))


def _across(rule: Rule) -> bool:
    """Whether a rule of the catalogue needs more than one document to find anything."""
    body = bodies().get(rule.id)
    return body is not None and body.across


class Plans:
    """The plans of a profile for a set of rules.

    Args:
        profile: The profile.
        rules: The rules.
        level: The weakest level of rules that are run.
        is_alone: Whether the rules are left out that need more than one document.
    """

    def __init__(
        self, profile: Profile, rules: RuleSet, level: Level, *, is_alone: bool = False
    ) -> None:
        self.profile = profile
        self.rules = rules
        self._level = level
        self._is_alone = is_alone
        strong = LEVELS[: LEVELS.index(level) + 1]
        self.run = frozenset(
            rule.id for rule in rules if rule.level in strong and not (is_alone and _across(rule))
        )
        self._own: dict[str, list[ToRun]] = {}
        for rule, body in rules.own:
            if rule.id in self.run:
                self._own.setdefault(rule.applies_to[0], []).append(
                    ToRun.of(rule, body, is_own=True)
                )
        self._nodes: dict[tuple[Any, bool], NodePlan] = {}
        self._subjects: dict[tuple[str, str], SubjectPlan] = {}
        self._within: dict[str, frozenset[str]] = {}

    @cached_property
    def alone(self) -> Plans:
        """The same for a document that is alone, without what needs others."""
        if self._is_alone:
            return self
        return Plans(self.profile, self.rules, self._level, is_alone=True)

    @cached_property
    def apart(self) -> Plans:
        """The same for single nodes, also without the rule about all ids at once."""
        return Plans(self.profile, self.rules - [UNIQUE_IDS], self._level, is_alone=True)

    @cached_property
    def deep(self) -> Mapping[str, int]:
        """The rules that look at what is in a node, but for that about all ids: how many levels."""
        return {
            rule.id: rule.scope.descendants
            for rule in self.rules
            if rule.scope.descendants and rule.id != UNIQUE_IDS
        }

    def node(self, type_: Any, *, is_root: bool) -> NodePlan:
        """The plan for a node with some `type`, whatever that is."""
        if type(type_) is not str:
            type_ = None
        key = (type_, is_root)
        plan = self._nodes.get(key)
        if plan is None:
            plan = self._made(type_, is_root=is_root)
            if len(self._nodes) < 1_000:  # A document may have a type for each node.
                self._nodes[key] = plan
        return plan

    def _made(self, type_: str | None, *, is_root: bool) -> NodePlan:
        concept = "root-node" if is_root else "node"
        value = {} if type_ is None else {"type": type_}
        chain = self.profile.chain(concept, value, otherwise="base-node")
        subject = self._subject(chain, type_ or "")
        links = tuple(link for link in subject.links if link.key != _NODES)
        fits = None if chain.member == "base-node" else self.profile.fits[chain.member]
        plan = NodePlan(concept, chain, fits, SubjectPlan(subject.checks, links))
        nodes = chain.link(_NODES)
        if nodes is not None and self.profile.concepts[nodes.concept].kind == "object":
            plan.only = nodes.concept
        return plan

    def subject(self, concept: str, value: Any) -> SubjectPlan:
        """The plan for a value that was reached as some concept."""
        chain = self.profile.chain(concept, value)
        key = (concept, chain.member)
        plan = self._subjects.get(key)
        if plan is None:
            plan = self._subjects[key] = self._subject(chain)
        return plan

    def _subject(self, chain: Chain, type_: str = "") -> SubjectPlan:
        checks = [ToRun.of(rule, body) for rule, body in chain.checks if rule.id in self.run]
        for name in dict.fromkeys((*chain.names, type_)):
            checks += self._own.get(name, [])
        links = [Link(self, link) for link in chain.links if self._leads(link.concept)]
        if _ATTRIBUTES in chain.names:
            for on, found in self._own.items():
                key = on.removeprefix("attributes/")
                if key != on:
                    links.append(Link.own(self, key, found))
        return SubjectPlan(tuple(checks), tuple(links))

    def _leads(self, concept: str) -> bool:
        """Whether a value of a concept, or something in it, has rules to run."""
        return bool(self.within(concept))

    def within(self, concept: str) -> frozenset[str]:
        """The rules to run on the values of a concept, and on what may be in them."""
        if concept not in self._within:
            found: set[str] = set()
            seen, stack = {concept}, [concept]
            while stack:
                name = stack.pop()
                entry = self.profile.concepts.get(name)
                if entry is None:
                    continue  # A scalar.
                found.update(rule.id for rule, _ in self.profile.checks.get(name, ()))
                found.update(check.rule.id for on in self._own_on(name) for check in self._own[on])
                more = [*entry.bases, *entry.members.values(), *(k.concept for k in entry.links)]
                stack += [other for other in more if other not in seen]
                seen.update(more)
            self._within[concept] = self.run & found
        return self._within[concept]

    def _own_on(self, concept: str) -> Iterator[str]:
        """What rules of somebody's own are on that is a concept, or stands in it."""
        for on in self._own:
            if on == concept or (concept == _ATTRIBUTES and on.startswith("attributes/")):
                yield on

    @cached_property
    def types(self) -> frozenset[str]:
        """The types of nodes that the RFC or a rule names."""
        named = {type_ for type_ in self.profile.concepts["node"].members if type_ != ":"}
        own = {on for on in self._own if ":" in on and not on.startswith("attributes/")}
        return frozenset(named | own)
