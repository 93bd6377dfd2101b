"""What is said of a document is said of its tree, of an edited tree, and of a view of several."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given

import ngio_collections as ngc
from codegen.compose import Profile
from ngio_collections._paths import resolve
from ngio_collections.document import is_in_zarr
from tests.resolve.graphs import Collection, collections, moderate
from tests.validation.parts import edited

from .corpus import DOCUMENTS, PROFILES, SEED, documents

_FOLDER: Final = Path(__file__).parent.parent / "conformance"
_COUNT: Final = 4_000 if DOCUMENTS else 150
_HOME: Final = "memory://lab/plates"
_ACROSS: Final = {
    *("path-target", "reference-target", "level-output", "labels-source-image"),
    *("multiscale-transformation-input", "multiscale-transformation-output"),
    *("collection-endpoints", "scene-endpoints", "well-position", "acquisition-of-plate"),
    *("scene-connected", "transformation-dimensions"),
}
"""The rules that look into other documents, where they are at hand."""

every_profile = pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.key)


def _conformance() -> Iterator[dict[str, Any]]:
    for path in sorted(_FOLDER.glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8"))["cases"]:
            if isinstance(case.get("document"), dict):
                yield case["document"]


def _url(document: dict[str, Any]) -> str:
    """An address that fits the place of the node in the document."""
    return f"{_HOME}/plate.zarr/zarr.json" if is_in_zarr(document) else f"{_HOME}/plate.json"


def _opened(document: dict[str, Any]) -> ngc.Node | None:
    """The tree of a document, None if it can be none."""
    url = _url(document)
    try:
        return ngc.open(url, store=ngc.MemoryStore({url: json.dumps(document).encode()}))
    except ngc.DocumentError:
        return None


def _with_root(document: dict[str, Any], root: Any) -> dict[str, Any]:
    """A document with another node in the place of its own."""
    if is_in_zarr(document):
        return {**document, "attributes": {**document["attributes"], "ome": root}}
    return {**document, "ome": root}


def _options(profile: Profile) -> dict[str, Any]:
    return {"profile": profile.name, "revision": profile.revision.name}


def _compare(profile: Profile, document: dict[str, Any], random: Random) -> Counter[str]:
    """Compare a document with its tree, and both after some edits."""
    options, url = _options(profile), _url(document)
    counts: Counter[str] = Counter()
    root = _opened(document)
    if root is None:
        return counts
    alone = ngc.validate_document(json.dumps(document), url=url, **options)
    assert ngc.validate(root, level="MAY", **options) == alone, document
    counts["trees"] += 1
    for _ in range(random.randint(1, 3)):
        root = edited(root, random)
    if not root.tree.is_edited:
        return counts
    again = _with_root(document, root.to_json())
    alone = ngc.validate_document(json.dumps(again), url=url, **options)
    found = ngc.validate(root, level="MAY", **options)
    # An edit may put a key where the text has it elsewhere.
    assert Counter(found) == Counter(alone), again
    counts["edited"] += 1
    return counts


@every_profile
def test_the_tree_of_a_document_has_the_findings_of_the_document(profile: Profile) -> None:
    counts: Counter[str] = Counter()
    for case in documents(profile, _COUNT):
        counts += _compare(profile, case.document, Random(case.number))
    assert counts["trees"] > _COUNT // 2
    assert counts["edited"] > _COUNT // 4


@every_profile
def test_the_tree_of_a_conformance_document_has_the_findings_of_the_document(
    profile: Profile,
) -> None:
    counts: Counter[str] = Counter()
    for number, document in enumerate(_conformance()):
        counts += _compare(profile, document, Random(f"{SEED} {number}"))
    print(f"{profile.key}: {dict(counts)}")
    assert counts["trees"] > 600
    assert counts["edited"] > 300


def _split(document: dict[str, Any], random: Random) -> tuple[ngc.Node, ngc.MemoryStore] | None:
    """A view of a document whose parts became documents of their own; None if it has no parts."""
    url = _url(document)
    store = ngc.MemoryStore({url: json.dumps(document).encode()})
    try:
        root = ngc.open(url, store=store)
        for number in range(random.randint(1, 3)):
            inner = [
                node
                for node in root.walk()
                if node.parent() is not None
                and not node.is_reference
                and node.type in ("collection", "multiscale")
            ]
            if not inner:
                break
            place = f"{_HOME}/parts/{number}.json"
            root = ngc.externalize(random.choice(inner), place, store=store)
        if not root.tree.is_edited:
            return None
        ngc.save(root, store=store)
        return ngc.open_inlined(url, store=store), store
    except (ngc.DocumentError, ngc.InvalidEditError):
        return None


def _require_parts(view: ngc.Node, store: ngc.MemoryStore, urls: set[str], options: Any) -> int:
    """What is said of a view is what is said of its documents, and of their references."""
    found: dict[str | None, Counter[tuple[str, str]]] = {}
    for finding in ngc.validate(view, level="MAY", **options):
        place = (finding.rule, finding.pointer)
        found.setdefault(finding.document, Counter())[place] += 1
    for url in urls:
        listed = ngc.validate_document(store.read(url), url=url, **options)
        alone = Counter((finding.rule, finding.pointer) for finding in listed)
        seen = found.get(url, Counter())
        assert {rule for rule, _ in seen - alone} <= _ACROSS
        # Only with all documents at hand is it known what is connected.
        assert {rule for rule, _ in alone - seen} <= {"scene-connected"}
    return sum(counter.total() for counter in found.values())


@every_profile
def test_a_view_has_the_findings_of_its_documents(profile: Profile) -> None:
    views = findings = documents = 0
    for number, document in enumerate(_conformance()):
        made = _split(document, Random(f"{SEED} {number}"))
        if made is None:
            continue
        view, store = made
        views += 1
        urls = set(store.urls())
        documents += len(urls)
        findings += _require_parts(view, store, urls, _options(profile))
    print(f"{profile.key}: {views} views of {documents} documents, {findings} findings")
    assert views > 60
    assert documents > 2 * views
    assert findings > 50


@moderate
@given(collections())
def test_a_view_of_random_documents_has_the_findings_of_its_documents(
    collection: Collection,
) -> None:
    store = collection.store()
    view = ngc.open_inlined(collection.entry, store=store)
    urls = {node.document_url for node in view.walk()} - {None}
    _require_parts(view, store, urls, {})


@every_profile
def test_what_breaks_a_reference_between_documents_is_noticed(profile: Profile) -> None:
    options = _options(profile)
    broken: Counter[str] = Counter()
    for number, document in enumerate(_conformance()):
        random = Random(f"{SEED} {number}")
        made = _split(document, random)
        if made is None:
            continue
        _, store = made
        part = random.choice([url for url in store.urls() if "/parts/" in url])
        content = json.loads(store.read(part))
        kind = random.choice(("gone", "no JSON", "no node", "another type"))
        texts = {"no JSON": b"{", "no node": b"{}"}
        if kind == "another type":
            other = {"collection": "multiscale", "multiscale": "collection"}
            content["ome"]["type"] = other[content["ome"]["type"]]
            texts[kind] = json.dumps(content).encode()
        left = {url: store.read(url) for url in store.urls() if url != part or kind != "gone"}
        changed = ngc.MemoryStore({**left, **({part: texts[kind]} if kind in texts else {})})
        again = ngc.open_inlined(_url(document), store=changed)
        findings = ngc.validate(again, rules=["path-target"], **options)
        led = {resolve(f.document, f.found.split()[4].rstrip(",")) for f in findings}
        assert part in led, (kind, document)
        broken[kind] += 1
    print(f"{profile.key}: {dict(broken)}")
    assert len(broken) == 4
    assert broken.total() > 60
