"""Run structure and rules over the nodes of one document, as many of them as are asked for."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Iterator, Mapping
from types import GeneratorType
from typing import Any, Final, NamedTuple, Protocol, cast

from ngio_collections._contract import (
    Concept,
    Context,
    Declaration,
    NodeEntry,
    Pointer,
    Rule,
    Subject,
    Violation,
    json_pointer,
)
from ngio_collections._words import named, one_line, show
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
from ngio_collections.validation._plans import Link, NodePlan, Plans, SubjectPlan, ToRun
from ngio_collections.validation._profiles import Profile
from ngio_collections.validation._seen import read_only

__all__ = ["Elsewhere", "File", "Found", "Problem", "Run"]

_LONGEST: Final = 500
"""So much is kept of a text that a rule of others says."""
_SHOULD: Final = "a rule yields an ngc.Violation for each mistake, or returns a list of them"


class Elsewhere(Protocol):
    """Other documents that are at hand."""

    def declarations(self, base: str | None, path: Any, id: str) -> tuple[Declaration, ...] | None:
        """What declares an id in the document that a path leads to; None if it is not at hand."""

    def unfollowed(self, url: str | None, node: NodeEntry) -> str | None:
        """Why the path of a node in a document leads to no node, as far as that is known."""


class Problem(NamedTuple):
    """One place where a node does not have the structure of its type."""

    rule: str
    at: Pointer
    found: str
    expected: str


class File(NamedTuple):
    """What a document is in.

    Attributes:
        url: Its address.
        envelope: `zarr` for a node at `attributes.ome`, `json` for one at `ome`.
        content: The whole document, with the node as it is now.
    """

    url: str | None
    envelope: str
    content: Mapping[str, Any]


class _DocumentContext:
    """What rule bodies ask questions of: one document with its profile."""

    def __init__(
        self, profile: Profile, declared: Declarations, file: File, others: Elsewhere | None
    ) -> None:
        self._profile = profile
        self._declared = declared
        self.url, self.envelope, self.document = file
        self._others = others
        self._near: Entry | None = None

    def begin(self, node: Entry) -> None:
        """Take note of the node that is asked about from now on."""
        self._near = node

    @property
    def profile(self) -> str:
        return self._profile.name

    @property
    def revision(self) -> str:
        return self._profile.revision

    def concept(self, name: str) -> Concept:
        return self._profile.concepts[name]

    def declarations(self, id: str) -> tuple[Declaration, ...]:
        return self._declared.of(id, self._near)

    def elsewhere(self, path: Any, id: str) -> tuple[Declaration, ...] | None:
        return None if self._others is None else self._others.declarations(self.url, path, id)

    def unfollowed(self, node: NodeEntry) -> str | None:
        return None if self._others is None else self._others.unfollowed(self.url, node)

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

    @property
    def pointer(self) -> str:
        """The place in the document, as a JSON Pointer."""
        return self.node.json_pointer + json_pointer(self.at)

    @property
    def order(self) -> tuple[Any, ...]:
        """Where it comes among what was found in the document, to be compared."""
        return (self.node.order(self.at), *self.words)

    @property
    def words(self) -> tuple[str, str, str]:
        """What decides the order of findings in one place, whichever was made first."""
        return (self.rule.id, self.found, self.expected)

    def finding(self, url: str | None) -> Finding:
        """The finding in a document."""
        return write_finding(
            self.rule,
            url,
            self.pointer,
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
            value = items[number] if 0 <= number < len(items) else None
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
        declared: What declares ids in the document.
        file: What the document is in.
        others: The documents around it, in a view.
        guard: Holds rules to what they say that they read; None if they are trusted.
    """

    def __init__(
        self,
        plans: Plans,
        declared: Declarations,
        file: File,
        others: Elsewhere | None = None,
        guard: Guard | None = None,
    ) -> None:
        self._plans = plans if others is not None else plans.alone
        self._profile = plans.profile
        self._context = _DocumentContext(plans.profile, declared, file, others)
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
            fits = self._fits(raw, plan)
            if not fits:
                yield from self.node(Entry(home, position, raw), plan)
            elif plan.may_find(raw):
                yield from _once(self._rules(Entry(home, position, raw), plan, None))
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
    ) -> Iterable[Found]:
        """Check one node.

        Args:
            entry: The node.
            plan: What to do with it.
            only: Run these rules only, and do not look at its structure; all if None.

        Returns:
            What was found, each place and rule once.
        """
        rules = self._rules(entry, plan, only) if plan.may_find(entry.value) else []
        if only is not None or self._fits(entry.value, plan):
            return _once(rules)
        return _once([*self._structure(entry, plan), *self._children(entry, plan), *rules])

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

    def _rules(self, entry: Entry, plan: NodePlan, only: frozenset[str] | None) -> list[Found]:
        """Run the rules on a node and on everything in it that is a concept, without recursion."""
        found: list[Found] = []
        self._context.begin(entry)
        stack = [(Subject(plan.concept, entry.value, entry), plan.subject)]
        while stack:
            subject, inner = stack.pop()
            value = subject.value
            for check in inner.checks:
                if check.is_conditional and not check.applies(value):
                    continue
                if only is None or check.rule.id in only:
                    self._run(check, subject, entry, found)
            if inner.links and type(value) is dict:
                held: list[tuple[Subject, SubjectPlan]] = []
                for link in inner.links:
                    if link.key in value:
                        _add_held(held, subject, link)
                held.reverse()
                stack += held
        return found

    def _run(self, check: ToRun, subject: Subject, entry: Entry, found: list[Found]) -> None:
        """Run one rule on one value, and add what it finds."""
        asked = subject
        context: Context = self._context
        if self._guard is not None:
            asked, context = self._guard.limited(check.rule, subject, context)
        if check.is_own:
            asked, context = read_only(asked, context)
        try:
            for one in _given(check.run(asked, context)):
                # Each on its own: what was found before an error is kept.
                found.append(_written(check, entry, subject, one))  # noqa: PERF401
        except BaseException as error:
            # Whatever a rule does, `sys.exit()` included, the run goes on and says so.
            if _is_interrupt(error):
                raise
            said = f"the rule {check.rule.id} failed: {_said(error)}"
            found.append(Found(check.rule, entry, subject.at, said, "", RULE_ERROR))


def _given(given: Any) -> Iterable[Any]:
    """What a rule yields, or returns as a list.

    Raises:
        TypeError: It is neither.
    """
    if type(given) is GeneratorType:
        return given
    if isinstance(given, Coroutine):
        given.close()
        raise TypeError(f"it is async; {_SHOULD}")
    if isinstance(given, Violation):
        raise TypeError(f"it returned one ngc.Violation; {_SHOULD}")
    if not isinstance(given, Iterable):
        what = "None" if given is None else show(given)
        raise TypeError(f"it returned {what}; {_SHOULD}")
    return given


def _is_interrupt(error: BaseException) -> bool:
    """Whether somebody wants the program to stop: that is no mistake of a rule."""
    if isinstance(error, BaseExceptionGroup):
        return error.subgroup(KeyboardInterrupt) is not None
    return isinstance(error, KeyboardInterrupt)


def _said(error: BaseException) -> str:
    """An error in words, of which it may have none, or very many."""
    try:
        text = f"{type(error).__name__}: {error}"
    except BaseException as other:
        if _is_interrupt(other):
            raise
        text = f"{type(error).__name__}, which cannot say what happened"
    return one_line(text, _LONGEST)


def _add_held(held: list[tuple[Subject, SubjectPlan]], subject: Subject, link: Link) -> None:
    """Add the values at a key of a value that have rules, or hold something that has."""
    concept, node, key = link.concept, subject.node, link.key
    value, at = subject.value[key], (*subject.at, key)
    if link.plan is not None:
        held.append((Subject(concept, value, node, at, subject, key), link.plan))
    elif not link.many:
        plan = link.plan_of(value)
        if plan is not None:
            held.append((Subject(concept, value, node, at, subject, key), plan))
    elif type(value) is list:
        for number, item in enumerate(value):
            plan = link.plan_of(item)
            if plan is not None:
                held.append((Subject(concept, item, node, (*at, number), subject, key), plan))


def _written(check: ToRun, entry: Entry, subject: Subject, violation: Any) -> Found:
    """What a rule says, with its place in the node.

    Raises:
        TypeError: It is not what a rule should say.
        LookupError: It is about a place that is not there.
    """
    if not check.is_own:
        said, expected, at = violation
        return Found(check.rule, entry, (*subject.at, *at), said, expected)
    if not isinstance(violation, Violation):
        raise TypeError(f"it yielded {show(violation)} and no ngc.Violation")
    said, expected, at = cast("tuple[Any, Any, Any]", violation)
    if not all(isinstance(text, str) for text in (said, expected)):
        raise TypeError("it yielded an ngc.Violation that says what is wrong in no text")
    if not isinstance(at, (tuple, list)) or not all(type(part) in (str, int) for part in at):
        raise TypeError(
            f"the place of its ngc.Violation is {show(at)}, and no tuple of keys and positions"
        )
    _verify_place(entry, subject, tuple(at))
    said, expected = one_line(said, _LONGEST), one_line(expected, _LONGEST)
    return Found(check.rule, entry, (*subject.at, *at), said, expected)


def _verify_place(entry: Entry, subject: Subject, at: Pointer) -> None:
    """Refuse a place that is not there.

    Raises:
        LookupError: It is not there.
    """
    value = subject.value
    left = list(at)
    if subject.parent is None:
        # Edits are beside the values: what nodes hold now is to be asked for.
        place: Any = entry.place
        while place is not None and len(left) > 1 and left[0] == "nodes":
            value, place = entry.home.item(place, left[1])
            del left[:2]
    for part in left:
        is_there = (
            part in value
            if isinstance(value, dict)
            else isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value)
        )
        if not is_there:
            raise LookupError(f"there is nothing at {json_pointer(at)!r} of its subject")
        value = value[part]


def _once(parts: list[Found]) -> Iterable[Found]:
    """What was found, without what says the same again.

    What models and rules of the catalogue find at one place is one mistake; a rule of others
    may say several things about it.
    """
    if len(parts) < 2:
        return parts
    first: dict[Any, Found] = {}
    for found in parts:
        more = (found.found, found.expected, found.kind) if found.rule.number == 0 else ()
        first.setdefault((found.at, found.rule.id, *more), found)
    return first.values()
