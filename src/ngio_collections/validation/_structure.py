"""Structure: what the generated models say about a node, in the words of the catalogue.

A node is validated as a whole by the model of its own `type`, without its child nodes,
which are validated on their own. So a mistake is reported once, where it is, and never
in terms of a type that the node is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ngio_collections._contract import Field, Link, NodeEntry, Pointer
from ngio_collections._frozen import convert
from ngio_collections._words import listing, named, show
from ngio_collections.validation._profiles import Chain, Profile
from ngio_collections.validation._run import Problem

__all__ = ["check_structure", "node_type_problem"]

# The second is said of a value that Python holds at several places of a document.
_RECURSION_ERRORS: Final = {"recursion_depth_exceeded", "recursion_loop"}
_TAG_ERRORS: Final = {"union_tag_not_found", "union_tag_invalid"}


class _Place(NamedTuple):
    """Where an error is: the property, how deep in its arrays, and what is there."""

    field: Field
    link: Link | None
    key: str
    depth: int
    value: Any
    at: Pointer


def check_structure(profile: Profile, entry: NodeEntry, chain: Chain) -> Iterator[Problem]:
    """Validate one node without its children by the generated model of its type.

    Args:
        profile: The profile.
        entry: The node.
        chain: What the node is.

    Yields:
        The problems, placed from the node.
    """
    value = dict(entry.value)
    if isinstance(value.get("nodes"), list):
        value["nodes"] = []
    # Values that pydantic refuses to follow into, because they are inside too many
    # others, get a turn of their own.
    stack: list[tuple[Any, Chain, Pointer]] = [(value, chain, ())]
    while stack:
        value, chain, base = stack.pop()
        for details in _errors(profile, value, chain):
            if details["type"] in _RECURSION_ERRORS:
                place, inner = _follow(profile, value, chain, details["loc"])
                assert inner is not None
                stack.append((place.value, inner, (*base, *place.at)))
                continue
            problem = _problem(profile, value, chain, details)
            if problem is not None and not (entry.is_root and _is_version(base, problem)):
                yield problem._replace(at=(*base, *problem.at))


def _is_version(base: Pointer, problem: Problem) -> bool:
    """Whether it is about the version of the node, which for the root has a rule of its own."""
    return not base and problem.at == ("version",)


def _errors(profile: Profile, value: dict[str, Any], chain: Chain) -> list[ErrorDetails]:
    """What the model of a value says about it."""
    found = _model_errors(profile, value, chain)
    if any(details["type"] == "string_unicode" or not details["loc"] for details in found):
        # Lone surrogates: JSON allows them, pydantic does not.
        found = _model_errors(profile, _without_surrogates(value), chain)
    return found


def _model_errors(profile: Profile, value: dict[str, Any], chain: Chain) -> list[ErrorDetails]:
    try:
        profile.models[chain.member].model_validate(value, by_alias=True, by_name=False)
    except ValidationError as error:
        return error.errors(include_url=False, include_input=False)
    return []


def _without_surrogates(value: Any) -> Any:
    """The value with a question mark for each lone surrogate, which no rule tells apart."""

    def clean(item: Any) -> Any:
        return item.encode("utf-8", "replace").decode() if isinstance(item, str) else item

    return convert(
        value,
        lambda items: {clean(key): clean(item) for key, item in items.items()},
        lambda items: [clean(item) for item in items],
    )


def _problem(
    profile: Profile, value: dict[str, Any], chain: Chain, details: ErrorDetails
) -> Problem | None:
    kind, loc = details["type"], details["loc"]
    if kind == "missing":
        owner, at = _owner(profile, value, chain, loc[:-1])
        key = str(loc[-1])
        lacking = owner.fields[key]
        found = f"`{key}` is missing{_beside(value, at)}"
        return Problem(lacking.missing_rule, at, found, lacking.expected[0])
    place, _ = _follow(profile, value, chain, loc)
    if kind in ("too_short", "too_long") and _length_fits(place.value, details["ctx"]):
        return None  # Counted after items that are wrong themselves were left out.
    if kind in _TAG_ERRORS and isinstance(place.value, dict) and place.link is not None:
        return _unknown_member(profile, place)
    return _wrong_value(profile, place)


def _beside(value: Any, at: Pointer) -> str:
    """What an object has that lacks something: often the same thing under another name."""
    for part in at:
        value = value[part]
    return f" beside {listing(value)}" if value else " in an empty object"


def _owner(
    profile: Profile, value: dict[str, Any], chain: Chain, loc: tuple[str | int, ...]
) -> tuple[Chain, Pointer]:
    """What lacks a property: follow an error to the object that it is about."""
    if not loc:
        return chain, ()
    place, inner = _follow(profile, value, chain, loc)
    assert inner is not None
    return inner, place.at


def _follow(
    profile: Profile, value: Any, chain: Chain, loc: tuple[str | int, ...]
) -> tuple[_Place, Chain | None]:
    """Follow the path of a pydantic error through the document.

    pydantic adds the tag of a union's member after each value of a union; those
    parts of the path are no parts of the document and are left out.
    """
    at: list[str | int] = []
    parts = list(loc)
    inner: Chain | None = chain
    while True:
        assert inner is not None
        key = str(parts.pop(0))
        field, link = inner.fields[key], inner.link(key)
        value = value.get(key)
        at.append(key)
        depth = 0
        while parts and isinstance(parts[0], int) and isinstance(value, (list, tuple)):
            position = parts.pop(0)
            assert isinstance(position, int)
            value = value[position]
            at.append(position)
            depth += 1
        place = _Place(field, link, key, depth, value, tuple(at))
        inner = None
        if link is not None:
            inner = profile.chain(link.concept, value)
            if parts and profile.is_union(link.concept):
                parts.pop(0)
        if not parts or inner is None:
            return place, inner


def _length_fits(value: list[Any], limits: dict[str, Any]) -> bool:
    """Whether an array has a length that is allowed, wrong items counted."""
    shortest, longest = limits.get("min_length", 0), limits.get("max_length", len(value))
    return bool(shortest <= len(value) <= longest)


def _subject(place: _Place) -> str:
    if place.depth == 0:
        return f"`{place.key}`"
    positions = "/".join(str(p) for p in place.at[-place.depth :])
    return f"item {positions} of `{place.key}`"


def _expected(place: _Place) -> str:
    return place.field.expected[min(place.depth, len(place.field.expected) - 1)]


def _wrong_value(profile: Profile, place: _Place) -> Problem:
    rule = place.field.rule
    if place.link is not None and place.depth > 0:
        concept = profile.concepts.get(place.link.concept)
        rule = (concept.rule if concept is not None else "") or rule
    found = f"{_subject(place)} is {show(place.value)}"
    return Problem(rule, place.at, found, _expected(place))


def _unknown_member(profile: Profile, place: _Place) -> Problem:
    """The `type` of an object in a union is missing, no string, or not one of the known ones."""
    assert place.link is not None
    concept = profile.concepts[place.link.concept]
    while concept.kind == "refinement":
        concept = profile.concepts[concept.bases[0]]
    first = profile.concepts[next(iter(concept.members.values()))]
    rule = first.fields["type"].rule
    known = listing([name for name in concept.members if name != ":"][:20])
    return _type_problem(rule, place.value, place.at, f"{known} or a prefixed type")


def _type_problem(rule: str, value: dict[str, Any], at: Pointer, expected: str) -> Problem:
    if "type" not in value:
        return Problem(rule, at, "`type` is missing", expected)
    type_ = value["type"]
    if not isinstance(type_, str):
        return Problem(rule, (*at, "type"), f"`type` is {show(type_)}", expected)
    if ":" in type_:
        found = f"`type` is {show(type_)}, which lacks a part before or after the colon"
    else:
        found = f"`type` is {show(type_)}, which the RFC does not define and which has no prefix"
    return Problem(rule, (*at, "type"), found, expected)


def _comparable(text: str) -> str:
    """A type without what people get wrong about it: case, separators, a plural."""
    return text.casefold().translate({ord(c): None for c in " -_"}).removesuffix("s")


def node_type_problem(profile: Profile, value: dict[str, Any]) -> Problem | None:
    """Say what is wrong with the `type` of a node whose type is no known and no prefixed one.

    Args:
        profile: The profile.
        value: The node.

    Returns:
        The problem; None where the model of every node reports it (a type that is
        missing, or no string).
    """
    type_ = value.get("type")
    if not isinstance(type_, str):
        return None
    members = profile.concepts["node"].members
    for name, member in members.items():
        if _comparable(type_) == name:
            rule = profile.concepts[member].fields["type"].rule
            return Problem(
                rule, ("type",), f"`type` is {show(type_)}", f"{named(name)}, in this spelling"
            )
    rule = profile.concepts["base-node"].fields["type"].rule
    known = listing(name for name in members if name != ":")
    return _type_problem(rule, value, (), f"{known} or a prefixed type")
