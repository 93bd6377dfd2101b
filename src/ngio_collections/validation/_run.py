"""Run structure and rules over the nodes of one document, as many of them as are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from ngio_collections._contract import (
    Concept,
    Context,
    Declaration,
    Pointer,
    Rule,
    Subject,
    json_pointer,
)
from ngio_collections._words import named, show
from ngio_collections.graph import Raw
from ngio_collections.validation._declarations import Declarations
from ngio_collections.validation._entries import Entry, SegmentHome
from ngio_collections.validation._findings import (
    RULE_ERROR,
    VIOLATION,
    Finding,
    node_name,
    outline,
    write_finding,
)
from ngio_collections.validation._guard import Guard
from ngio_collections.validation._plans import NodePlan, Plans, SubjectPlan, ToRun
from ngio_collections.validation._profiles import Profile

__all__ = ["DocumentContext", "Elsewhere", "Found", "Problem", "Run"]


class Elsewhere(Protocol):
    """Other documents that are at hand."""

    def declarations(self, base: str | None, path: Any, id: str) -> tuple[Declaration, ...] | None:
        """What declares an id in the document that a path leads to; None if it is not at hand."""

    def unfollowed(self, url: str | None, pointer: str) -> str | None:
        """Why the path of a node in a document leads to no node, as far as that is known."""


class Problem(NamedTuple):
    """One place where a node does not have the structure of its type."""

    rule: str
    at: Pointer
    found: str
    expected: str


class DocumentContext:
    """What rule bodies ask questions of: one document with its profile.

    Args:
        profile: The profile.
        declared: What declares ids in the document.
        url: Its address.
        envelope: `zarr` for a node at `attributes.ome`, `json` for one at `ome`.
        document: The whole document, as it was read.
        others: The documents around it, in a view.
    """

    def __init__(
        self,
        profile: Profile,
        declared: Declarations,
        *,
        url: str | None,
        envelope: str,
        document: Mapping[str, Any],
        others: Elsewhere | None = None,
    ) -> None:
        self._profile = profile
        self._declared = declared
        self.url = url
        self.envelope = envelope
        self.document = document
        self._others = others

    @property
    def profile(self) -> str:
        return self._profile.name

    @property
    def revision(self) -> str:
        return self._profile.revision

    def concept(self, name: str) -> Concept:
        return self._profile.concepts[name]

    def declarations(self, id: str) -> tuple[Declaration, ...]:
        return self._declared.of(id)

    def elsewhere(self, path: Any, id: str) -> tuple[Declaration, ...] | None:
        return None if self._others is None else self._others.declarations(self.url, path, id)

    def unfollowed(self, pointer: Pointer) -> str | None:
        if self._others is None:
            return None
        return self._others.unfollowed(self.url, json_pointer(pointer))

    def duplicates(self) -> Iterator[tuple[str, tuple[Declaration, ...]]]:
        return self._declared.duplicates()


class Found(NamedTuple):
    """What a rule found, before it is written out.

    Attributes:
        rule: The rule.
        node: The node that it was run on.
        at: The place, counted from that node.
        found: What is there, as the beginning of a sentence.
        expected: What should be there; the statement of the rule if empty.
        kind: `violation` or `rule-error`.
    """

    rule: Rule
    node: Entry
    at: Pointer
    found: str
    expected: str
    kind: str = VIOLATION

    @property
    def relative(self) -> Pointer:
        """The place, counted from the root node of the document."""
        return (*self.node.relative, *self.at)

    def finding(self, url: str | None) -> Finding:
        """The finding in a document."""
        return write_finding(
            self.rule,
            url,
            (*self.node.home.pointer, *self.relative),
            self.found,
            self.expected,
            kind=self.kind,
            path=outline([*self.node.names(), *self._below()]),
        )

    def _below(self) -> Iterator[str]:
        """The names of the nodes below the node that the place is in."""
        value: Any = self.node.value
        for key, number in zip(self.at[::2], self.at[1::2], strict=False):
            items = value.get(key) if key == "nodes" else None
            if not isinstance(items, list) or not isinstance(number, int):
                return
            value = items[number]
            if not isinstance(value, dict):
                return
            yield node_name(value, number)


def _are_nodes(items: list[Any], only: str) -> bool:
    """Whether the items of a list are nodes, and of a type if there is only one allowed."""
    if only:
        return all(type(item) is dict and item.get("type") == only for item in items)
    return all(type(item) is dict for item in items)


class Run:
    """Checks nodes of one document.

    Args:
        plans: What to run.
        context: The document, for the rules.
        guard: Holds rules to what they say that they read; None if they are trusted.
    """

    def __init__(self, plans: Plans, context: Context, guard: Guard | None = None) -> None:
        self._plans = plans
        self._profile = plans.profile
        self._context = context
        self._guard = guard

    def segment(self, home: SegmentHome, start: int, end: int) -> Iterator[Found]:
        """Check the nodes of a parsed document between two positions.

        What is inside of extension nodes and of nodes of no known type is their own.
        """
        segment = home.segment
        raws, ends = segment.raws, segment.ends
        plans: dict[str, NodePlan] = {}
        position = start
        while position < end:
            raw = raws[position]
            type_ = raw.get("type")
            plan = plans.get(type_) if type(type_) is str and position else None
            if plan is None:
                plan = self._plans.node(type_, is_root=position == 0)
                if position and type(type_) is str and len(plans) < 100:
                    plans[type_] = plan
            if not (self._fits(raw, plan) and not plan.may_find(raw)):
                yield from self.node(Entry(home, position, raw), plan)
            position = position + 1 if plan.holds_nodes else ends[position]

    def _fits(self, raw: Raw, plan: NodePlan) -> bool:
        """Whether nothing is wrong with the structure of a node and the kind of its children."""
        if plan.fits is None:
            return False
        try:
            if not plan.fits(raw):
                return False
        except RecursionError:
            return False  # Something is inside of so many others that the models have to look.
        if plan.holds_nodes:
            nodes = raw.get("nodes")
            return type(nodes) is not list or _are_nodes(nodes, plan.only)
        return True

    def node(
        self, entry: Entry, plan: NodePlan, only: frozenset[str] | None = None
    ) -> Iterator[Found]:
        """Check one node.

        Args:
            entry: The node.
            plan: What to do with it.
            only: Run these rules only, and do not look at its structure; all if None.

        Yields:
            What was found, each place and rule once.
        """
        seen: set[tuple[Pointer, str]] = set()
        parts: Iterable[Found] = (
            self._rules(entry, plan, only) if plan.may_find(entry.value) else ()
        )
        if only is None and not self._fits(entry.value, plan):
            parts = (*self._structure(entry, plan), *self._children(entry, plan), *parts)
        for found in parts:
            key = (found.at, found.rule.id)
            if key not in seen:
                seen.add(key)
                yield found

    # -- structure -------------------------------------------------------------------

    def _structural(self, entry: Entry, problem: Problem) -> Iterator[Found]:
        if problem.rule in self._plans.run:
            rule = self._profile.rules[problem.rule]
            yield Found(rule, entry, problem.at, problem.found, problem.expected)

    def _structure(self, entry: Entry, plan: NodePlan) -> Iterator[Found]:
        # Only where something is wrong: pydantic, which says what, takes a while to import.
        from ngio_collections.validation._structure import (  # noqa: PLC0415
            check_structure,
            node_type_problem,
        )

        for problem in check_structure(self._profile, entry, plan.chain):
            yield from self._structural(entry, problem)
        if plan.chain.member == "base-node":
            known = node_type_problem(self._profile, dict(entry.value))
            if known is not None:
                yield from self._structural(entry, known)

    def _children(self, entry: Entry, plan: NodePlan) -> Iterator[Found]:
        """What stands in the list of child nodes: objects, and of the type that belongs there."""
        nodes = entry.value.get("nodes")
        link = plan.chain.link("nodes")
        if link is None or not isinstance(nodes, list):
            return
        field = plan.chain.fields["nodes"]
        for position, value in enumerate(nodes):
            found = ""
            if not isinstance(value, dict):
                found = f"item {position} of `nodes` is {show(value)}"
            elif plan.only:
                member = self._profile.member_of("node", value)
                if member and member != plan.only:
                    type_ = named(value["type"])
                    found = f"item {position} of `nodes` is a node of the type {type_}"
            if found:
                at = ("nodes", position)
                problem = Problem(field.rule, at, found, field.expected[-1])
                yield from self._structural(entry, problem)

    # -- rules -----------------------------------------------------------------------

    def _rules(self, entry: Entry, plan: NodePlan, only: frozenset[str] | None) -> Iterator[Found]:
        """Run the rules on a node and on everything in it that is a concept, without recursion."""
        stack = [(Subject(plan.concept, entry.value, entry), plan.subject)]
        while stack:
            subject, inner = stack.pop()
            value = subject.value
            for check in inner.checks:
                if only is not None and check.rule.id not in only:
                    continue
                if (check.needs or check.unless) and not check.applies(value):
                    continue
                yield from self._run(check, subject)
            if type(value) is dict and inner.links:
                held = list(self._held(subject, inner))
                held.reverse()
                stack += held

    def _held(self, subject: Subject, plan: SubjectPlan) -> Iterator[tuple[Subject, SubjectPlan]]:
        """The values of a value that have rules, or hold something that has."""
        for link in plan.links:
            if link.key not in subject.value:
                continue
            value, at = subject.value[link.key], (*subject.at, link.key)
            if link.plan is not None:
                yield Subject(link.concept, value, subject.node, at, subject, link.key), link.plan
            elif not link.many:
                if self._profile.is_kind(link.concept, value):
                    held = Subject(link.concept, value, subject.node, at, subject, link.key)
                    yield held, self._plans.subject(link.concept, value)
            elif type(value) is list:
                for number, item in enumerate(value):
                    if self._profile.is_kind(link.concept, item):
                        place = (*at, number)
                        held = Subject(link.concept, item, subject.node, place, subject, link.key)
                        yield held, self._plans.subject(link.concept, item)

    def _run(self, check: ToRun, subject: Subject) -> Iterator[Found]:
        asked, context = subject, self._context
        if self._guard is not None:
            asked, context = self._guard.limited(check.rule, subject, context)
        try:
            violations = list(check.run(asked, context))
        except Exception as error:  # noqa: BLE001 - whatever a rule does, the run goes on and says so
            found = f"the rule {check.rule.id} failed: {type(error).__name__}: {error}"
            assert isinstance(subject.node, Entry)
            yield Found(check.rule, subject.node, subject.at, found, "", RULE_ERROR)
            return
        for violation in violations:
            assert isinstance(subject.node, Entry)
            at = (*subject.at, *violation.at)
            yield Found(check.rule, subject.node, at, violation.found, violation.expected)
