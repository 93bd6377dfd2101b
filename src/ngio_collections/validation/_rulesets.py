"""Rules to check with: those of the catalogue, those of others, and sets of them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import Any, Final, TypeAlias

from ngio_collections._contract import ALL, Check, Level, Rule, RuleBody, Scope
from ngio_collections._generated import PROFILES
from ngio_collections._generated.catalogue import GROUPS, RULES
from ngio_collections._words import show
from ngio_collections.errors import UnknownRuleError
from ngio_collections.validation._profiles import package_of
from ngio_collections.validation._registry import Body, bodies

__all__ = ["OwnRule", "RuleSet", "as_rules", "of_profile", "rule", "rules"]

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {"hcs": ("plates",)}
"""Other names for groups of the catalogue, as people say them."""


class OwnRule:
    """A rule that is not in the catalogue; made by `rule`."""

    def __init__(self, rule: Rule, body: Body) -> None:
        self.rule = rule
        self.body = body
        self.__doc__ = body.run.__doc__

    @property
    def id(self) -> str:
        """The id of the rule."""
        return self.rule.id

    def __or__(self, other: Some) -> RuleSet:
        return _some(self, RuleSet(())) | other

    def __repr__(self) -> str:
        return f"<rule {self.rule.id}>"


Some: TypeAlias = "RuleSet | OwnRule | Rule | str | Iterable[OwnRule | Rule | str]"
"""Rules, or words for them: ids, groups of the catalogue, prefixes such as `axis-` or `lab:`."""


class RuleSet:
    """An immutable set of rules, in order.

    `a | b` are the rules of both, `a - b` those of `a` that are not in `b`, `a & b` those in
    both. On the right may be ids, groups and prefixes as well. A set with rules of the catalogue
    is one of the profile that they were taken from: it is checked in that alone, and cannot be
    put together with one of another profile.

    Examples:
        >>> import ngio_collections as ngc
        >>> hcs = ngc.rules("hcs") - ["well-position"]
        >>> "well-position" in hcs, "well-fields" in hcs
        (False, True)
    """

    __slots__ = ("_bodies", "_home", "_rules")

    def __init__(
        self,
        rules: Iterable[Rule],
        own: Mapping[str, Body] | None = None,
        home: tuple[str, str] | None = None,
    ) -> None:
        self._rules: dict[str, Rule] = {rule.id: rule for rule in rules}
        self._bodies: dict[str, Body] = dict(own or {})
        # The profile and its revision, where that makes a difference.
        self._home = None if home is None or RULES.keys().isdisjoint(self._rules) else home

    # -- as a collection ---------------------------------------------------------

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules.values())

    def __len__(self) -> int:
        return len(self._rules)

    def __contains__(self, item: object) -> bool:
        id_ = item.id if isinstance(item, (Rule, OwnRule)) else item
        return id_ in self._rules

    def __getitem__(self, id: str) -> Rule:
        """The rule with an id.

        Raises:
            UnknownRuleError: It is not in the set.
            TypeError: It is no text.
        """
        if not isinstance(id, str):
            raise TypeError(f"{show(id)} is no id of a rule; for rules by number, list(rules)")
        try:
            return self._rules[id]
        except KeyError:
            raise UnknownRuleError(id, tuple(self._rules)) from None

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the rules."""
        return tuple(self._rules)

    def body(self, id: str) -> Body | None:
        """What code checks a rule; None where the models do, or nothing can."""
        return self._bodies.get(id) or bodies().get(id)

    @property
    def own(self) -> tuple[tuple[Rule, Body], ...]:
        """The rules that are not in the catalogue, with their code."""
        return tuple((self._rules[id_], body) for id_, body in self._bodies.items())

    # -- as a set ------------------------------------------------------------------

    def __or__(self, other: Some) -> RuleSet:
        more = _some(other, self)
        for id_, body in more._bodies.items():
            if self._bodies.get(id_, body) != body:
                raise ValueError(f"two rules have the id {id_!r}; give one of them another id")
        if self._home and more._home and self._home != more._home:
            raise ValueError(
                f"the rules are those of two profiles, {_named(self._home)} and "
                f"{_named(more._home)}; check by one after the other"
            )
        rules = {**self._rules, **{rule.id: rule for rule in more}}
        return RuleSet(rules.values(), {**self._bodies, **more._bodies}, self._home or more._home)

    def __sub__(self, other: Some) -> RuleSet:
        gone = _some(other, self)
        return self._only(id_ for id_ in self._rules if id_ not in gone)

    def __and__(self, other: Some) -> RuleSet:
        both = _some(other, self)
        return self._only(id_ for id_ in self._rules if id_ in both)

    def _only(self, ids: Iterable[str]) -> RuleSet:
        kept = [self._rules[id_] for id_ in ids]
        own = {rule.id: self._bodies[rule.id] for rule in kept if rule.id in self._bodies}
        return RuleSet(kept, own, self._home)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RuleSet):
            return NotImplemented
        if self is other:  # As that of all rules is, which is asked for again and again.
            return True
        return self._rules == other._rules and self._bodies == other._bodies

    def __hash__(self) -> int:
        return hash(tuple(self._rules))

    def __repr__(self) -> str:
        shown = ", ".join(list(self._rules)[:3])
        more = f", ... {len(self) - 3} more" if len(self) > 3 else ""
        return f"<RuleSet of {len(self)}: {shown}{more}>"


def _some(given: Some, known: RuleSet) -> RuleSet:
    """The rules that somebody names; words may also mean rules of the set at hand."""
    if isinstance(given, RuleSet):
        return given
    if isinstance(given, OwnRule):
        return RuleSet([given.rule], {given.id: given.body})
    if isinstance(given, Rule):
        return RuleSet([given])
    if isinstance(given, str):
        return _by_word(given, known)
    if callable(given) or not isinstance(given, Iterable):
        raise _no_rule(given)
    found = RuleSet(())
    for one in given:
        found = found | _some(one, known)
    return found


def _no_rule(given: Any) -> TypeError:
    """What is said of something that is no rule, most of all if it may become one."""
    if callable(given):
        name = getattr(given, "__name__", type(given).__name__)
        how = f'ngc.rule("lab:a-name", on="collection")({name})'
        return TypeError(f"{name} is code and not a rule yet: make one of it with `{how}`")
    return TypeError(
        f"{show(given)} is no rule; expected a RuleSet, rules made with `ngc.rule`, or words: ids, "
        "groups of the catalogue, or the beginnings of ids"
    )


def _by_word(word: str, known: RuleSet) -> RuleSet:
    """The rules that a word means: one id, a group, or all ids that begin with it."""
    every = RuleSet({**RULES, **known._rules}.values(), known._bodies)  # noqa: SLF001
    if word in every:
        return every._only([word])  # noqa: SLF001
    groups = _NAMES.get(word, (word,))
    ids = [rule.id for rule in every if rule.group in groups]
    if not ids and word.endswith((":", "-")):
        ids = [rule.id for rule in every if rule.id.startswith(word)]
    if not ids:
        raise UnknownRuleError(word, (*every.ids, *GROUPS, *_NAMES))
    return every._only(ids)  # noqa: SLF001


def rules(*names: str, profile: str = "ngio", revision: str = "v1-2026-08") -> RuleSet:
    """The catalogue, or a part of it: everything that a profile requires.

    Args:
        names: Ids of rules, groups of the catalogue (`plates`, or `hcs`; `labels`, `space`,
            ...), or the beginnings of ids with their hyphen (`axis-`); all rules if none.
        profile: `rfc8` or `ngio`.
        revision: The revision of RFC-8.

    Returns:
        The rules, in the order of the requirements in the RFC; those that only the behaviour
        of a reader can meet are among them.

    Raises:
        UnknownProfileError: There is no such profile at that revision.
        UnknownRuleError: A name is neither a rule nor a group, or the profile has none of it.

    Examples:
        >>> import ngio_collections as ngc
        >>> [rule.id for rule in ngc.rules() if rule.number == 12]
        ['unique-ids']
        >>> ngc.rules("axis-") - ["axis-unit"]
        <RuleSet of 5: axis-discrete, axis-fields, axis-name, ... 2 more>
    """
    every = _every(profile, revision)
    return every if not names else of_profile(names, every)


@cache
def _every(profile: str, revision: str) -> RuleSet:
    """All rules of a profile."""
    held = importlib.import_module(f"{package_of(profile, revision)}.concepts").RULES
    ordered = sorted((RULES[name] for name in held), key=lambda rule: (rule.number, rule.id))
    return RuleSet(ordered, home=(profile, revision))


def _named(home: tuple[str, str]) -> str:
    """What people call a profile at a revision."""
    return f"{home[0]} ({home[1]})"


def of_profile(given: Any, every: RuleSet) -> RuleSet:
    """The rules that somebody names, if a profile has them, in its order, and rules of others.

    Of groups and beginnings of ids those are meant that the profile has.

    Args:
        given: The rules, or words for them.
        every: All rules of the profile.

    Raises:
        UnknownRuleError: The profile does not have a rule, or none of a group.
        ValueError: They are the rules of another profile.
    """
    own = RuleSet(())
    wanted: set[str] = set()
    stack = [given]
    while stack:
        one = stack.pop()
        if isinstance(one, (str, RuleSet, OwnRule, Rule)) or not isinstance(one, Iterable):
            found = _required(one, every)
            wanted.update(found.ids)
            own = own | found._only(found._bodies)  # noqa: SLF001
        else:
            stack += reversed(list(one))
    return every._only(id_ for id_ in every.ids if id_ in wanted) | own  # noqa: SLF001


def _required(one: Any, every: RuleSet) -> RuleSet:
    """One of the rules, sets and words that somebody gave, if the profile has it."""
    named, home = _some(one, every), every._home  # noqa: SLF001
    theirs = named._home  # noqa: SLF001
    assert home is not None
    if theirs not in (None, home):
        assert theirs is not None
        raise ValueError(
            f"the rules are those of the profile {_named(theirs)}, and {_named(home)} is checked; "
            f"give profile={theirs[0]!r} and revision={theirs[1]!r} with them"
        )
    lacking = [id_ for id_ in named.ids if id_ in RULES and id_ not in every]
    is_word = isinstance(one, str)
    if lacking and not (is_word and len(lacking) < len(named)):
        name = one if is_word else lacking[0]
        others = [_named(pair) for pair in PROFILES if lacking[0] in _every(*pair)]
        problem = f"the profile {_named(home)} has no rule {name!r}; {' and '.join(others)} have it"
        raise UnknownRuleError(name, every.ids, problem=problem)
    return named


def rule(
    id: str,
    *,
    on: str,
    level: str = "SHOULD",
    statement: str = "",
    fix: str = "",
    rfc: str = "",
    ancestors: int = 0,
    descendants: int = 0,
    references: bool = False,
    keys: Iterable[str] = (),
) -> Callable[[RuleBody], OwnRule]:
    """Make a rule of a function that looks at one value and yields what is wrong with it.

    Args:
        id: The id, with a prefix of your own: `lab:dose-positive`.
        on: What it is run on: a type of nodes with a prefix (`lab:assay`), an attribute
            (`attributes/lab:dose`), or a concept of RFC-8 (`collection`, `multiscale`,
            `base-node` for every node, `coordinate-system`, ...).
        level: `MUST` or `SHOULD`.
        statement: What is required, in one sentence; the first line of the docstring by default.
        fix: What a person does about a finding.
        rfc: Where the requirement is written down.
        ancestors: How many nodes above the subject it reads; -1 is all.
        descendants: How many levels below it reads; -1 is all.
        references: Whether it reads what the subject refers to.
        keys: What it reads of these nodes beside type and id, such as `name` or
            `attributes/plate`.

    Returns:
        A decorator that makes a rule of the function; add it to a set: `ngc.rules() | mine`.

    Raises:
        ValueError: The id has no prefix, there is no such level or concept, or how far it
            reads is not said: as numbers of levels, with what it reads of these nodes.
        TypeError: An argument is of the wrong type; or what is decorated is no function, but a
            class, or is to be awaited.

    Examples:
        >>> import ngio_collections as ngc
        >>> @ngc.rule("lab:dose-positive", on="attributes/lab:dose", fix="Write the dose in mg.")
        ... def dose_positive(subject, context):
        ...     "A dose is more than nothing."
        ...     if not subject.value > 0:
        ...         yield ngc.Violation(f"the dose is {subject.value}", "a positive number")
        >>> well = ngc.new_node("collection", id="A01", attributes={"lab:dose": -1})
        >>> for finding in ngc.validate(well, rules=[dose_positive], level="SHOULD"):
        ...     print(finding.pointer, finding.message)
        /ome/attributes/lab:dose The dose is -1; expected a positive number. Write the dose in mg.
    """
    prefix = _prefix(id)
    _require_texts(id, on=on, statement=statement, fix=fix, rfc=rfc)
    _require_subject(id, on)
    scope = _scope(id, ancestors, descendants, references, keys)
    strength = _level(id, level)

    def make(run: RuleBody) -> OwnRule:
        _require_function(id, run)
        said = statement or (run.__doc__ or "").strip().partition("\n")[0]
        made = Rule(
            id=id,
            number=0,
            level=strength,
            rfc=rfc,
            statement=said,
            fix=fix,
            check=Check.CODE,
            scope=scope,
            applies_to=(on,),
            profiles=(),
            revisions=(),
            group=prefix,
        )
        return OwnRule(made, Body(run))

    return make


def _prefix(id: str) -> str:
    """The prefix that the id of a rule has to have."""
    if not isinstance(id, str):
        raise TypeError(f"the id of a rule is a text, not {show(id)}")
    prefix, colon, name = id.partition(":")
    if not (prefix and colon and name and id.isprintable()):
        raise ValueError(f"the id of a rule of your own has a prefix, as in {f'lab:{id}'!r}")
    return prefix


def _require_texts(id: str, **given: object) -> None:
    for name, value in given.items():
        if not isinstance(value, str):
            raise TypeError(f"{id} has {name}={value!r}; expected a text")


def _level(id: str, level: str) -> Level:
    try:
        return Level(level)
    except ValueError:
        levels = ", ".join(Level)
        raise ValueError(f"{id} has level={level!r}; expected one of {levels}") from None


def _require_function(id: str, run: object) -> None:
    """Whether a rule can be made of something: it is called with a subject and a context."""
    if isinstance(run, type):
        raise TypeError(
            f"{id} is made of the class {run.__name__}; expected a function, or an instance of a "
            "class that can be called"
        )
    if not callable(run):
        raise TypeError(f"{id} is made of {show(run)}; expected a function")
    if iscoroutinefunction(run) or isasyncgenfunction(run):
        raise TypeError(f"{id} is made of an async function; rules are called and not awaited")


def _require_subject(id: str, on: str) -> None:
    """Whether there is something that a rule can be run on."""
    if not on:
        raise ValueError(f"{id} is run on nothing; expected a type, an attribute or a concept")
    holder, slash, key = on.partition("/")
    if slash and holder == "attributes":
        if not key or "/" in key:
            raise ValueError(
                f"{id} is run on {on!r}; expected one attribute, as in `attributes/lab:dose`: what "
                "is inside of it is in the value that the rule gets"
            )
        return
    before, colon, after = on.partition(":")
    if (before and colon and after) or on in _concepts():
        return
    near = get_close_matches(on, _concepts(), 3)
    meant = f" (did you mean {' or '.join(near)}?)" if near else ""
    raise ValueError(
        f"{id} is run on {on!r}, which is no concept of RFC-8{meant}; a type of nodes of your "
        "own has a prefix, as in `lab:assay`, and an attribute begins with `attributes/`"
    )


@cache
def _concepts() -> frozenset[str]:
    """The concepts of all profiles that a node is, or holds."""
    found: set[str] = set()
    for pair in PROFILES:
        known = importlib.import_module(f"{package_of(*pair)}.concepts").CONCEPTS
        stack = ["root-node"]
        seen: set[str] = set()
        while stack:
            name = stack.pop()
            if name in seen or name not in known:
                continue
            seen.add(name)
            concept = known[name]
            stack += [*concept.bases, *concept.members.values()]
            stack += [link.concept for link in concept.links]
        found |= seen
    return frozenset(found)


def _scope(id: str, ancestors: object, descendants: object, references: object, keys: Any) -> Scope:
    """How far a rule reads, if that makes sense."""
    up, down = _levels(id, "ancestors", ancestors), _levels(id, "descendants", descendants)
    if isinstance(keys, str):
        raise ValueError(  # noqa: TRY004 - a string is iterable: it is the value that is wrong
            f"{id} has keys={keys!r}; expected several keys, as in [{keys!r}]"
        )
    named = tuple(keys) if isinstance(keys, Iterable) else (keys,)
    for key in named:
        if not isinstance(key, str) or not key:
            raise ValueError(
                f"{id} has the key {key!r}; expected `name`, or `attributes/plate` for an attribute"
            )
    if not isinstance(references, bool):
        raise TypeError(f"{id} has references={references!r}; expected True or False")
    if (up or down) and not named:
        raise ValueError(f"{id} reads other nodes; name what it reads of them in `keys`")
    return Scope(up, down, references, named)


def _levels(id: str, name: str, levels: object) -> int:
    if not isinstance(levels, int) or isinstance(levels, bool) or levels < ALL:
        raise ValueError(
            f"{id} has {name}={levels!r}; expected a number of levels, or {ALL} for all"
        )
    return levels


def as_rules(given: Any, profile: str, revision: str) -> RuleSet:
    """The rules that an argument names; those of the profile if it is None.

    Raises:
        UnknownRuleError: There is no such rule, or the profile does not have it.
        ValueError: They are the rules of another profile.
    """
    every = rules(profile=profile, revision=revision)
    return every if given is None else of_profile(given, every)
