"""What to run on which value, worked out once for a profile and a set of rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from ngio_collections._contract import Level, Pointer, Rule, RuleBody
from ngio_collections.validation._entries import CONTAINERS
from ngio_collections.validation._profiles import Chain, Profile
from ngio_collections.validation._registry import Body
from ngio_collections.validation._rulesets import RuleSet

__all__ = ["LEVELS", "NodePlan", "Plans", "SubjectPlan", "ToRun"]

LEVELS: Final = (Level.MUST, Level.SHOULD, Level.MAY)
"""From the strongest on."""

_ATTRIBUTES: Final = "attributes"
_NODES: Final = "nodes"


class ToRun(NamedTuple):
    """A rule with its code."""

    rule: Rule
    run: RuleBody
    needs: Pointer
    unless: str

    def applies(self, value: Any) -> bool:
        """Whether the rule may find something in a value."""
        if self.unless and type(value) is dict and self.unless in value:
            return False
        for key in self.needs:
            if type(value) is not dict or key not in value:
                return False
            value = value[key]
        return True


class _Link(NamedTuple):
    """A property whose values have rules, or hold something that has."""

    key: str
    concept: str
    many: bool
    plan: SubjectPlan | None


class SubjectPlan:
    """What to run on a value of some concept.

    Attributes:
        checks: The rules.
        links: The properties to look into.
    """

    __slots__ = ("checks", "links")

    def __init__(self, checks: tuple[ToRun, ...], links: tuple[_Link, ...]) -> None:
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
    )

    def __init__(
        self, concept: str, chain: Chain, fits: Callable[[Any], bool] | None, subject: SubjectPlan
    ) -> None:
        self.concept = concept
        self.chain = chain
        self.fits = fits
        self.subject = subject
        self.holds_nodes = chain.member in CONTAINERS
        self.only = ""
        self.always = any(not check.needs and not check.unless for check in subject.checks)
        self.unless = tuple({c.unless for c in subject.checks if c.unless and not c.needs})
        self.by_key = frozenset(c.needs[0] for c in subject.checks if len(c.needs) == 1)
        self.by_attribute = frozenset(c.needs[1] for c in subject.checks if len(c.needs) > 1)
        link = next((link for link in subject.links if link.key == _ATTRIBUTES), None)
        self.attributes = link is not None

    def may_find(self, raw: Mapping[str, Any]) -> bool:
        """Whether any rule may find something in a node: most resolution levels have nothing."""
        if self.always or not self.by_key.isdisjoint(raw):
            return True
        if any(key not in raw for key in self.unless):
            return True
        return bool(raw.get(_ATTRIBUTES)) and (self.attributes or bool(self.by_attribute))


class Plans:
    """The plans of a profile for a set of rules.

    Args:
        profile: The profile.
        rules: The rules.
        level: The weakest level of rules that are run.
    """

    def __init__(self, profile: Profile, rules: RuleSet, level: Level) -> None:
        self.profile = profile
        self.rules = rules
        strong = LEVELS[: LEVELS.index(level) + 1]
        self.run = frozenset(rule.id for rule in rules if rule.level in strong)
        self._own: dict[str, list[ToRun]] = {}
        for rule, body in rules.own:
            if rule.id in self.run:
                run = ToRun(rule, body.run, body.needs, body.unless)
                self._own.setdefault(rule.applies_to[0], []).append(run)
        self._nodes: dict[tuple[Any, bool], NodePlan] = {}
        self._subjects: dict[tuple[str, str], SubjectPlan] = {}
        self._leading: dict[str, bool] = {}

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
        subject = self._subject(chain, own=self._own.get(type_ or "", []))
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

    def _subject(self, chain: Chain, own: list[ToRun] | None = None) -> SubjectPlan:
        checks = [self._to_run(rule, body) for rule, body in chain.checks if rule.id in self.run]
        for name in chain.names:
            checks += self._own.get(name, [])
        checks += own or []
        links = [
            _Link(link.key, link.concept, link.many, None)
            for link in chain.links
            if self._leads(link.concept)
        ]
        if _ATTRIBUTES in chain.names:
            for on, found in self._own.items():
                key = on.removeprefix("attributes/")
                if key != on:
                    links.append(_Link(key, "", False, SubjectPlan(tuple(found), ())))
        return SubjectPlan(tuple(checks), tuple(links))

    @staticmethod
    def _to_run(rule: Rule, body: Body) -> ToRun:
        return ToRun(rule, body.run, body.needs, body.unless)

    def _leads(self, concept: str) -> bool:
        """Whether a value of a concept, or something in it, has rules to run."""
        if concept not in self._leading:
            found, seen, stack = False, {concept}, [concept]
            while stack and not found:
                name = stack.pop()
                entry = self.profile.concepts.get(name)
                if entry is None:
                    continue  # A scalar.
                checks = self.profile.checks.get(name, ())
                found = any(rule.id in self.run for rule, _ in checks) or name in self._own
                found = found or (name == _ATTRIBUTES and any("/" in on for on in self._own))
                more = [*entry.bases, *entry.members.values(), *(k.concept for k in entry.links)]
                stack += [other for other in more if other not in seen]
                seen.update(more)
            self._leading[concept] = found
        return self._leading[concept]
