"""A profile at a revision, with everything that a validation looks up in it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from ngio_collections._contract import Check, Concept, Field, Link, Rule
from ngio_collections._generated import PROFILES
from ngio_collections._generated.catalogue import RULES
from ngio_collections.errors import UnknownProfileError
from ngio_collections.validation._declarations import Declaring, declaring
from ngio_collections.validation._registry import Body, bodies

if TYPE_CHECKING:
    from ngio_collections._model_base import FrozenModel

__all__ = ["Chain", "Profile", "load_profile", "package_of"]


@dataclass(frozen=True, slots=True)
class Chain:
    """All that a value is: the concept through which it was reached, and what that builds on.

    Attributes:
        names: The names of the concepts, the most specific use first.
        fields: The properties of all of them.
        links: The properties that hold other concepts.
        checks: The rules to run on the value, with their bodies.
        member: The member of a union that was chosen, empty if none fits.
    """

    names: tuple[str, ...]
    fields: Mapping[str, Field]
    links: tuple[Link, ...]
    checks: tuple[tuple[Rule, Body], ...]
    member: str

    def link(self, key: str) -> Link | None:
        """The link of a property, None if it holds no concept."""
        return next((link for link in self.links if link.key == key), None)


@dataclass(frozen=True)
class Profile:
    """A profile at a revision, ready to check documents."""

    name: str
    revision: str
    concepts: Mapping[str, Concept]
    fits: Mapping[str, Callable[[Any], bool]]
    rules: Mapping[str, Rule]
    checks: Mapping[str, tuple[tuple[Rule, Body], ...]]
    declaring: Declaring
    _chains: dict[tuple[str, str], Chain] = field(default_factory=dict)

    @property
    def models(self) -> Mapping[str, type[FrozenModel]]:
        """The models, which say what is wrong with a value; imported when something is."""
        package = package_of(self.name, self.revision)
        found: Mapping[str, type[FrozenModel]] = importlib.import_module(f"{package}.models").MODELS
        return found

    def member_of(self, concept: str, value: Any) -> str:
        """Which member of a union a value is; empty if it is none of them.

        For a concept that is no union this is the concept itself.
        """
        found = self.concepts[concept]
        while found.kind == "refinement":
            found = self.concepts[found.bases[0]]
        if found.kind != "union":
            return found.name
        if found.dispatch == "type":
            type_ = value.get("type") if isinstance(value, dict) else None
            if not isinstance(type_, str):
                return ""
            prefixed = 0 < type_.find(":") < len(type_) - 1
            return found.members.get(type_) or (found.members.get(":", "") if prefixed else "")
        kind = "string" if isinstance(value, str) else "object" if isinstance(value, dict) else ""
        return found.members.get(kind, "")

    def is_kind(self, concept: str, value: Any) -> bool:
        """Whether a value has the kind of JSON value that a concept asks for."""
        found = self.concepts[concept]
        if found.dispatch == "json-type":
            return bool(self.member_of(concept, value))
        return isinstance(value, dict)

    def is_union(self, concept: str) -> bool:
        """Whether a concept is a union, or a refinement of one."""
        found = self.concepts.get(concept)
        while found is not None and found.kind == "refinement":
            found = self.concepts[found.bases[0]]
        return found is not None and found.kind == "union"

    def chain(self, concept: str, value: Any, otherwise: str = "") -> Chain:
        """All that a value is, which was reached as some concept.

        Args:
            concept: The concept that its place asks for.
            value: The value.
            otherwise: What it counts as where it is no member of a union.
        """
        member = self.member_of(concept, value) or otherwise
        key = (concept, member)
        chain = self._chains.get(key)
        if chain is None:
            chain = self._chains[key] = self._make_chain(concept, member)
        return chain

    def _make_chain(self, concept: str, member: str) -> Chain:
        names: dict[str, None] = {}
        stack = [concept]
        while stack:
            name = stack.pop()
            if name in names or name not in self.concepts:
                continue  # Scalars are no concepts of the engine.
            names[name] = None
            found = self.concepts[name]
            stack.extend(reversed(found.bases))
            if found.kind == "union" and member:
                stack.append(member)
        fields: dict[str, Field] = {}
        links: dict[str, Link] = {}
        checks: list[tuple[Rule, Body]] = []
        for name in names:
            for key, entry in self.concepts[name].fields.items():
                fields.setdefault(key, entry)
            for link in self.concepts[name].links:
                links.setdefault(link.key, link)
            checks.extend(self.checks.get(name, ()))
        return Chain(tuple(names), fields, tuple(links.values()), tuple(checks), member)


def package_of(profile: str, revision: str) -> str:
    """The generated package of a profile at a revision.

    Raises:
        UnknownProfileError: There is no such combination.
    """
    try:
        return f"ngio_collections._generated.{PROFILES[(profile, revision)]}"
    except KeyError:
        known = ", ".join(f"{name} at {at}" for name, at in PROFILES)
        others = [name for name, at in PROFILES if at == revision]
        hint = f"; give profile {others[0]!r} with this revision" if others else ""
        raise UnknownProfileError(
            f"there is no profile {profile!r} at revision {revision!r}{hint}; there are: {known}"
        ) from None


def _checks(
    concepts: Mapping[str, Concept], rules: Mapping[str, Rule]
) -> dict[str, tuple[tuple[Rule, Body], ...]]:
    """The rules to run on each concept: conditions of its schema and rules of the catalogue."""
    written = bodies()
    out: dict[str, dict[str, tuple[Rule, Body]]] = {}
    for concept in concepts.values():
        for name in concept.constraints:
            out.setdefault(concept.name, {})[name] = (rules[name], written[name])
    for rule in rules.values():
        if rule.check is Check.CODE:
            for name in rule.applies_to:
                out.setdefault(name, {})[rule.id] = (rule, written[rule.id])
    return {name: tuple(found.values()) for name, found in out.items()}


@cache
def load_profile(profile: str, revision: str) -> Profile:
    """Load a profile at a revision, once.

    Args:
        profile: `ngio` or `rfc8`.
        revision: The name of a revision of RFC-8.

    Returns:
        The profile with its concepts, rules and quick checks.

    Raises:
        UnknownProfileError: There is no such combination.
    """
    package = package_of(profile, revision)
    generated = importlib.import_module(f"{package}.concepts")
    fits = importlib.import_module(f"{package}.fits")
    rules = {name: RULES[name] for name in generated.RULES}
    return Profile(
        name=profile,
        revision=revision,
        concepts=generated.CONCEPTS,
        fits=fits.FITS,
        rules=rules,
        checks=_checks(generated.CONCEPTS, rules),
        declaring=declaring(generated.CONCEPTS),
    )
