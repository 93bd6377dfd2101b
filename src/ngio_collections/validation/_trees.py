"""Check trees and views, any part of them, and documents as they arrive."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from ngio_collections.document import Source, open_envelope, parse_document
from ngio_collections.graph import Node
from ngio_collections.resolve import Unfollowed
from ngio_collections.validation._declarations import SegmentDeclarations
from ngio_collections.validation._documents import PATH_TARGET, Document, documents_of, lost
from ngio_collections.validation._engine import finding_without_node, in_order
from ngio_collections.validation._findings import Finding, write_finding
from ngio_collections.validation._guard import Guard
from ngio_collections.validation._plans import Plans
from ngio_collections.validation._run import Found, Run

__all__ = [
    "finding_of_nodeless",
    "findings_in",
    "findings_of_record",
    "findings_of_source",
    "findings_of_tree",
    "found_in",
]

OF_WRITTEN: Final = ("root-version", "metadata-storage")
"""What is asked of documents only: a tree that was never written gets both when it is."""


def found_in(document: Document, plans: Plans, guard: Guard | None = None) -> Iterator[Found]:
    """What is wrong with the nodes of a document that are to be checked, node by node.

    Args:
        document: The document.
        plans: What to run.
        guard: Holds rules to their scope.
    """
    declared = SegmentDeclarations(document.home, plans.profile.declaring)
    run = Run(plans, declared, document.file, document.others, guard)
    for found in run.segment(document.home, document.start, document.end):
        if not (document.is_new and found.rule.id in OF_WRITTEN):
            yield found


def findings_in(
    document: Document, plans: Plans, most: int | None = None, guard: Guard | None = None
) -> list[Finding]:
    """The findings of one document, in the order of its text."""
    every = islice(found_in(document, plans, guard), most)
    found = in_order(every)
    findings = [one.finding(document.url) for one in found]
    document.home.forget()
    return findings


def findings_of_tree(node: Node, plans: Plans, most: int | None = None) -> list[Finding]:
    """The findings of a tree, document by document, each in the order of its text."""
    findings: list[Finding] = []
    for document in documents_of(node, plans.profile.declaring):
        left = None if most is None else most - len(findings)
        if left == 0:
            break
        findings += findings_in(document, plans, left)
    return findings


def findings_of_record(record: Unfollowed, plans: Plans) -> list[Finding]:
    """What is said of a reference that could not be followed, where that is a mistake in it."""
    said = lost(record)
    if said is None or PATH_TARGET not in plans.run:
        return []
    rule = plans.profile.rules[PATH_TARGET]
    return [write_finding(rule, record.document, record.pointer, said)]


def finding_of_nodeless(data: bytes, url: str, plans: Plans) -> Finding:
    """What is said of a document that has something else in the place of its node.

    Raises:
        NotOmeError: It has no such place.
    """
    envelope = open_envelope(parse_document(data, url), url)
    return finding_without_node(plans, envelope, url)


def findings_of_source(source: Source, plans: Plans, most: int | None = None) -> list[Finding]:
    """The findings of a document that was read, in the order of its text."""
    (document,) = documents_of(source.tree().root, plans.profile.declaring)
    return findings_in(document, plans, most)
