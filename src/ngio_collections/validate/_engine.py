"""Run structure and rules over one document and put the findings in order."""

from __future__ import annotations

from typing import Any

from ngio_collections._contract import Level, NodeEntry, Pointer, Rule, json_pointer
from ngio_collections._words import named, show
from ngio_collections.document import open_envelope, parse_document
from ngio_collections.validate._document import DocumentContext
from ngio_collections.validate._findings import Finding, Positions
from ngio_collections.validate._profiles import Chain, Profile, load_profile
from ngio_collections.validate._structure import (
    StructuralProblem,
    check_structure,
    node_type_problem,
)

__all__ = ["validate_document"]


class _Report:
    """Findings as they come, each place and rule once."""

    def __init__(self, profile: Profile, document: Any, url: str | None) -> None:
        self.profile = profile
        self.document = document
        self.url = url
        self._found: dict[tuple[Pointer, str], Finding] = {}

    def add(self, rule: Rule, pointer: Pointer, found: str, expected: str = "") -> None:
        if (pointer, rule.id) in self._found:
            return
        found = found[:1].upper() + found[1:]
        sentence = f"{found}; expected {expected}." if expected else f"{found}. {rule.statement}"
        self._found[(pointer, rule.id)] = Finding(
            rule=rule.id,
            level=Level(rule.level),
            document=self.url,
            pointer=json_pointer(pointer),
            message=f"{sentence} {rule.fix}",
            rfc=rule.rfc,
        )

    def structural(self, problem: StructuralProblem, base: Pointer) -> None:
        rule = self.profile.rules[problem.rule]
        self.add(rule, (*base, *problem.at), problem.found, problem.expected)

    def ordered(self) -> list[Finding]:
        position = Positions(self.document)
        keys = sorted(self._found, key=lambda key: (position.of(key[0]), key[1]))
        return [self._found[key] for key in keys]


def _check_children(report: _Report, profile: Profile, entry: NodeEntry, chain: Chain) -> None:
    """Check what stands in the list of child nodes: objects, and of the type that belongs there."""
    nodes = entry.value.get("nodes")
    link = chain.link("nodes")
    if link is None or not isinstance(nodes, list):
        return
    rule = profile.rules[chain.fields["nodes"].rule]
    only = link.concept if profile.concepts[link.concept].kind == "object" else ""
    expected = chain.fields["nodes"].expected[-1]
    for position, value in enumerate(nodes):
        place = (*entry.pointer, "nodes", position)
        if not isinstance(value, dict):
            report.add(rule, place, f"item {position} of `nodes` is {show(value)}", expected)
            continue
        member = profile.member_of("node", value)
        if only and member and member != only:
            found = f"item {position} of `nodes` is a node of the type {named(value['type'])}"
            report.add(rule, place, found, expected)


def _check_node(
    report: _Report, context: DocumentContext, profile: Profile, entry: NodeEntry
) -> None:
    _, chain = context.chain(entry)
    for problem in check_structure(profile, entry, chain):
        report.structural(problem, entry.pointer)
    if chain.member == "base-node":
        known = node_type_problem(profile, dict(entry.value))
        if known is not None:
            report.structural(known, entry.pointer)
    _check_children(report, profile, entry, chain)


def _run_rules(report: _Report, context: DocumentContext) -> None:
    for subject, chain in context.subjects:
        for rule, body in chain.checks:
            for violation in body(subject, context):
                report.add(
                    rule, (*subject.pointer, *violation.at), violation.found, violation.expected
                )


def validate_document(
    data: bytes | str | dict[str, Any],
    *,
    profile: str = "ngio",
    revision: str = "v1-2026-08",
    url: str | None = None,
) -> list[Finding]:
    """Check one metadata document against everything that a profile requires of it.

    The document is not changed, nothing is fetched, and no finding hides another one.

    Args:
        data: The document, parsed or as JSON text.
        profile: `rfc8` is the RFC as it stands, `ngio` has our two deviations.
        revision: The revision of RFC-8.
        url: The address of the document; findings carry it, and its name decides
            which envelope is expected.

    Returns:
        All findings, in the order of the document; none for a correct document.

    Raises:
        NotJsonError: The text is not JSON, or a parsed document holds what JSON cannot.
        NotOmeError: The document holds no node at `ome` or `attributes.ome`.
        UnknownProfileError: There is no such profile at that revision.

    Examples:
        >>> import ngio_collections as ngc
        >>> document = {"ome": {"type": "collection", "version": "0.9", "nodes": []}}
        >>> for finding in ngc.validate_document(document):
        ...     print(finding.pointer, finding.rule)
        /ome node-id-required
        >>> ngc.validate_document({"ome": {**document["ome"], "id": "plate"}})
        []
    """
    loaded = load_profile(profile, revision)
    envelope = open_envelope(parse_document(data, url), url)
    report = _Report(loaded, envelope.document, url)
    if not isinstance(envelope.node, dict):
        rule = loaded.rules[loaded.concepts["root-node"].rule]
        report.add(rule, envelope.pointer, f"`ome` is {show(envelope.node)}", "an object (node)")
        return report.ordered()
    context = DocumentContext(loaded, envelope, url)
    for entry in context.nodes:
        _check_node(report, context, loaded, entry)
    _run_rules(report, context)
    return report.ordered()
