"""Check one document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from ngio_collections._contract import Level
from ngio_collections._words import show
from ngio_collections.document import Envelope, open_envelope, parse_document
from ngio_collections.graph import Segment
from ngio_collections.validation._declarations import SegmentDeclarations
from ngio_collections.validation._entries import SegmentHome
from ngio_collections.validation._findings import Finding, outline_path, write_finding
from ngio_collections.validation._plans import Plans
from ngio_collections.validation._profiles import load_profile
from ngio_collections.validation._rulesets import RuleSet, as_rules
from ngio_collections.validation._run import File, Found, Run

__all__ = [
    "finding_without_node",
    "in_order",
    "places_of_findings",
    "plans_for",
    "validate_document",
]


@lru_cache(maxsize=32)
def _plans(profile: str, revision: str, rules: RuleSet, level: Level) -> Plans:
    return Plans(load_profile(profile, revision), rules, level)


def plans_for(profile: str, revision: str, rules: Any, level: str) -> Plans:
    """What to run for the arguments that people give.

    Args:
        profile: `rfc8` or `ngio`.
        revision: The revision of RFC-8.
        rules: A `RuleSet`, rules, or words for them; all if None.
        level: The weakest level of rules that are run.

    Raises:
        UnknownProfileError: There is no such profile at that revision.
        UnknownRuleError: There is no such rule, or the profile does not have it.
        ValueError: There is no such level, or the rules are a set of another profile.
    """
    return _plans(profile, revision, as_rules(rules, profile, revision), Level(level))


def in_order(found: Iterable[Found]) -> list[Found]:
    """What was found in a document, in any order, in the order of its text."""
    return sorted(found, key=lambda one: one.order)


def validate_document(
    data: bytes | str | dict[str, Any],
    *,
    profile: str = "ngio",
    revision: str = "v1-2026-08",
    url: str | None = None,
    rules: Any = None,
) -> list[Finding]:
    """Check one metadata document against everything that a profile requires of it.

    The document is not changed, nothing is fetched, and no finding hides another one.

    Args:
        data: The document, parsed or as JSON text.
        profile: `rfc8` is the RFC as it stands, `ngio` has our two deviations.
        revision: The revision of RFC-8.
        url: The address of the document; findings carry it, and its name decides
            which envelope is expected.
        rules: A `RuleSet`, rules, or words for them (see `rules`); all of the profile if None.

    Returns:
        All findings, in the order of the document; none for a correct document.

    Raises:
        NotJsonError: The text is not JSON, or a parsed document holds what JSON cannot.
        NotOmeError: The document holds no node at `ome` or `attributes.ome`.
        UnknownProfileError: There is no such profile at that revision.
        UnknownRuleError: There is no such rule, or the profile does not have it.

    Examples:
        >>> import ngio_collections as ngc
        >>> document = {"ome": {"type": "collection", "version": "0.9", "nodes": []}}
        >>> for finding in ngc.validate_document(document):
        ...     print(finding.pointer, finding.rule)
        /ome node-id-required
        >>> ngc.validate_document({"ome": {**document["ome"], "id": "plate"}})
        []
    """
    plans = plans_for(profile, revision, rules, "MAY")
    envelope = open_envelope(parse_document(data, url), url)
    if not isinstance(envelope.node, dict):
        return [finding_without_node(plans, envelope, url)]
    found = _found_in(envelope, plans, url)
    return [one.finding(url) for one in in_order(found)]


def places_of_findings(
    document: Any, profile: str, revision: str, url: str | None
) -> set[tuple[str, str]]:
    """The rules and the places of what `validate_document` finds, without words and order.

    Args:
        document: A parsed document, which is known to be plain JSON.
        profile: The profile.
        revision: The revision of RFC-8.
        url: The address of the document.

    Returns:
        Ids of rules with JSON Pointers.
    """
    plans = plans_for(profile, revision, None, "MAY")
    envelope = open_envelope(document, url)
    if not isinstance(envelope.node, dict):
        finding = finding_without_node(plans, envelope, url)
        return {(finding.rule, finding.pointer)}
    found = _found_in(envelope, plans, url)
    return {(one.rule.id, one.pointer) for one in found}


def _found_in(envelope: Envelope, plans: Plans, url: str | None) -> Iterator[Found]:
    home = SegmentHome(Segment(envelope.node, url), envelope.pointer)
    declared = SegmentDeclarations(home, plans.profile.declaring)
    run = Run(plans, declared, File(url, envelope.kind, envelope.document))
    return run.segment(home, 0, len(home.segment))


def finding_without_node(plans: Plans, envelope: Envelope, url: str | None) -> Finding:
    """What is said of a document with something else in the place of its node."""
    rule = plans.profile.rules[plans.profile.concepts["root-node"].rule]
    found = f"`ome` is {show(envelope.node)}"
    path = outline_path(envelope.document, envelope.pointer)
    return write_finding(rule, url, envelope.pointer, found, "an object (node)", path=path)
