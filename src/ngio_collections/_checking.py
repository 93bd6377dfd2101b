"""The verbs that check, written once for those who wait and those who await.

The engine is imported when something is checked, and not before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ngio_collections._contract import Level
from ngio_collections.document import Source
from ngio_collections.errors import DocumentError
from ngio_collections.graph import Node, NodeTree
from ngio_collections.resolve import AccessPolicy, Limits, Progress, Streaming, Work
from ngio_collections.resolve._reader import Settings
from ngio_collections.resolve._requests import Flow, Item, Stream
from ngio_collections.resolve._visit import Visitor
from ngio_collections.resolve.verbs._common import (
    CONCURRENCY,
    Location,
    document_url,
    store_for,
)
from ngio_collections.store import MemoryStore, ReadableStore

if TYPE_CHECKING:
    from ngio_collections.validation._findings import Finding
    from ngio_collections.validation._plans import Plans

__all__ = ["iter_findings", "validate"]


def validate(
    target: Node | Location,
    *,
    rules: Any = None,
    profile: str = "ngio",
    revision: str = "v1-2026-08",
    level: str = Level.MUST,
    max_findings: int | None = None,
    recursive: bool = False,
    policy: AccessPolicy | None = None,
    limits: Limits | None = None,
    store: ReadableStore | None = None,
    concurrency: int = CONCURRENCY,
    progress: Progress | None = None,
) -> Work[list[Finding]]:
    """Check a tree, any part of it, or the document at a location.

    Nothing is changed, and one mistake hides no other. A view of several documents
    (`open_inlined`) is checked document by document, as they would be saved now, and
    references between them as well: each finding names the document that declares the value.

    Args:
        target: A node, which is checked with everything below it; or a path or an address.
        rules: A `RuleSet`, rules, or words for them (see `rules`), of the profile that is
            checked; all of it if None.
        profile: `rfc8` is the RFC as it stands, `ngio` has our two deviations.
        revision: The revision of RFC-8.
        level: The weakest level of the rules that are run: `MUST`, or `SHOULD` for both.
        max_findings: Stop after so many; None for all.
        recursive: With a location: also check all documents that it refers to, each when
            it arrives. A path that leads to no node is a finding (`path-target`); what else
            documents say of each other is not looked into: open a view for that, or use
            `check_links`.
        policy: What may be read, if documents are followed.
        limits: How much may be read.
        store: Where documents are; that of the tree, or local files, by default.
        concurrency: How many documents are asked for at once.
        progress: Is called with how many documents were read, and how many are known of.

    Returns:
        The findings, document by document, each in the order of its text. Cost: O(subtree);
        references are looked up in an index of the document that is made once.

    Raises:
        UnknownProfileError: There is no such profile at that revision.
        UnknownRuleError: There is no such rule, or the profile does not have it.
        DocumentError: The document at a location cannot be read.
        ValueError: There is no such level, the rules are a set of another profile, or a node is
            to be followed.
        TypeError: The target is a document as a value, or something else that is no node and no
            location.

    Examples:
        >>> import ngio_collections as ngc
        >>> image = ngc.new_node("multiscale", id="a")
        >>> plate = ngc.new_node("collection", id="plate", children=[image])
        >>> for finding in ngc.validate(plate):
        ...     print(finding.path, finding.rule)
        plate / a multiscale-coordinate-systems
        >>> ngc.validate(plate, rules=["node-id", "hcs"])
        []
    """
    plans = _plans(profile, revision, rules, level)
    _require_number(max_findings)
    if isinstance(target, Node):
        _require_location(recursive=recursive)
        return Work(_of_tree(target, plans, max_findings), store or _NO_STORE)
    settings = _settings(recursive, policy, limits, progress)
    stream, found = _of_location(target, plans, settings, store)
    return Work(_collected(stream, max_findings), found, concurrency)


def iter_findings(
    target: Node | Location,
    *,
    rules: Any = None,
    profile: str = "ngio",
    revision: str = "v1-2026-08",
    level: str = Level.MUST,
    recursive: bool = False,
    policy: AccessPolicy | None = None,
    limits: Limits | None = None,
    store: ReadableStore | None = None,
    concurrency: int = CONCURRENCY,
    progress: Progress | None = None,
) -> Streaming[Finding]:
    """Check as `validate` does, and give each finding when it is there.

    Nothing is kept: neither the findings nor, with a location, the documents.

    Args:
        target: A node, or a path or an address.
        rules: A `RuleSet`, rules, or words for them, of the profile; all of it if None.
        profile: `rfc8` or `ngio`.
        revision: The revision of RFC-8.
        level: The weakest level of the rules that are run.
        recursive: With a location: also check all documents that it refers to.
        policy: What may be read, if documents are followed.
        limits: How much may be read.
        store: Where documents are.
        concurrency: How many documents are asked for at once.
        progress: Is called with how many documents were read, and how many are known of.

    Yields:
        The findings, node by node; those of one node are in no particular order.

    Raises:
        UnknownProfileError: There is no such profile at that revision.
        UnknownRuleError: There is no such rule, or the profile does not have it.
        DocumentError: The document at a location cannot be read.
        ValueError: There is no such level, the rules are a set of another profile, or a node is
            to be followed.
        TypeError: The target is a document as a value, or something else that is no node and no
            location.

    Examples:
        >>> import ngio_collections as ngc
        >>> image = ngc.new_node("multiscale", id="a")
        >>> plate = ngc.new_node("collection", id="plate", children=[image])
        >>> next(ngc.iter_findings(plate)).rule
        'multiscale-coordinate-systems'
    """
    plans = _plans(profile, revision, rules, level)
    if isinstance(target, Node):
        _require_location(recursive=recursive)
        return Streaming(_tree_stream(target, plans), store or _NO_STORE)
    settings = _settings(recursive, policy, limits, progress)
    return Streaming(*_of_location(target, plans, settings, store), concurrency)


_NO_STORE: Final = MemoryStore()
"""What is asked for documents where there is nothing to ask for."""


def _plans(profile: str, revision: str, rules: Any, level: str) -> Plans:
    from ngio_collections.validation._engine import plans_for  # noqa: PLC0415

    return plans_for(profile, revision, rules, level)


def _require_location(*, recursive: bool) -> None:
    if recursive:
        raise ValueError(
            "a tree is checked as it is, and follows no references; open it with open_inlined, "
            "or give the location of its document"
        )


def _require_number(most: Any) -> None:
    if most is not None and (type(most) is not int or most < 0):
        raise ValueError(f"max_findings is a whole number from 0 on, or None, not {most!r:.80}")


def _location(target: Any) -> str:
    """The address of a document; what else people give in its place is told how to be checked."""
    if isinstance(target, (Mapping, bytes)):
        raise TypeError(
            "a document as a value is checked with validate_document(document); validate takes a "
            "node, a path or an address"
        )
    if isinstance(target, NodeTree):
        raise TypeError("a tree is checked from one of its nodes on: give its root, tree.root")
    return document_url(target)


def _settings(
    recursive: bool,
    policy: AccessPolicy | None,
    limits: Limits | None,
    progress: Progress | None,
) -> Settings:
    return Settings(
        policy=policy or AccessPolicy(),
        limits=limits or Limits(),
        depth=None if recursive else 0,
        progress=progress,
    )


def _of_tree(node: Node, plans: Plans, most: int | None) -> Flow[list[Finding]]:
    from ngio_collections.validation._trees import findings_of_tree  # noqa: PLC0415

    yield from ()
    return findings_of_tree(node, plans, most)


def _tree_stream(node: Node, plans: Plans) -> Stream[Finding]:
    from ngio_collections.validation._documents import documents_of  # noqa: PLC0415
    from ngio_collections.validation._trees import found_in  # noqa: PLC0415

    for document in documents_of(node, plans.profile.declaring):
        for found in found_in(document, plans):
            yield Item(found.finding(document.url))


def _of_location(
    target: Location, plans: Plans, settings: Settings, store: ReadableStore | None
) -> tuple[Stream[Finding], ReadableStore]:
    """The findings of a document and of what is followed from it, and where they are read."""
    url = _location(target)
    return _stream(url, settings, plans), store_for(store, url, None, settings.policy)


def _stream(url: str, settings: Settings, plans: Plans) -> Stream[Finding]:
    """The findings of documents as they arrive."""
    from ngio_collections.validation._trees import (  # noqa: PLC0415
        finding_of_nodeless,
        findings_of_record,
        findings_of_source,
    )

    unreadable: dict[str, DocumentError] = {}
    arrived: list[Source] = []
    visitor = Visitor(settings, lambda source, _: arrived.append(source))
    visiting = visitor.visit([url], unreadable)
    answers: Any = None
    while True:
        try:
            batch = visiting.send(answers)
        except StopIteration:
            batch = ()
        for source in arrived:
            for finding in findings_of_source(source, plans):
                yield Item(finding)
        arrived.clear()
        if not batch:
            break
        answers = yield batch
    for at, error in unreadable.items():
        if at not in visitor.nodeless:
            raise error
        yield Item(finding_of_nodeless(visitor.nodeless[at], at, plans))
    for record in visitor.report().failures:
        for finding in findings_of_record(record, plans):
            yield Item(finding)


def _collected(stream: Stream[Finding], most: int | None) -> Flow[list[Finding]]:
    """All results of a stream, or the first so many of them."""
    found: list[Finding] = []
    answers: Any = None
    while most is None or len(found) < most:
        try:
            step = stream.send(answers)
        except StopIteration:
            break
        if isinstance(step, Item):
            found.append(step.value)
            answers = ()
        else:
            answers = yield step
    stream.close()
    return found
