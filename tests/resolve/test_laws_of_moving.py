"""Laws of taking documents apart, putting them together, and moving them."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import ngio_collections as ngc
from ngio_collections.errors import InvalidEditError
from tests.resolve.graphs import contents, moderate, same
from tests.resolve.referring import Things, leads, referring, unresolved

ENTRY = "memory://lab/p/q/all.json"
NEW = st.sampled_from(("memory://lab/p/q/new.json", "memory://lab/n/e/w/zarr.json"))


def _node(data: bytes) -> Any:
    document = json.loads(data)
    return document["attributes"]["ome"] if "zarr_format" in document else document["ome"]


def _still_lead(store: ngc.MemoryStore, before: dict[int, set[str]]) -> list[Any]:
    things = Things(contents(store))
    return [wrong for url in store.urls() for wrong in unresolved(things, url, before)]


@moderate
@given(referring(own_paths=False), st.integers(0, 100), NEW)
def test_what_is_externalized_and_embedded_again_is_as_it_was(
    documents: dict[str, bytes], which: int, new: str
) -> None:
    """Only the document itself is written: references in others would lead where they led."""
    store = ngc.MemoryStore({ENTRY: documents[ENTRY]})
    before = leads(Things(contents(store)))
    nodes = [n for n in ngc.open(ENTRY, store=store).walk() if n.parent() and not n.is_reference]
    if not nodes:
        return
    node = nodes[which % len(nodes)]
    at = (node.pointer, node.id)
    root = ngc.externalize(node, new, store=store)
    assert ngc.save(root, store=store).written == (ENTRY,)
    assert _still_lead(store, before) == []
    assert ngc.check_links(ENTRY, store=store).documents[:1] == (ENTRY,)
    stub = next(n for n in ngc.open(ENTRY, store=store).walk() if n.pointer == at[0])
    assert (stub.id, stub.is_reference) == (at[1], True)
    ngc.save(ngc.embed(stub, store=store), store=store)
    assert same(_node(store.read(ENTRY)), _node(documents[ENTRY]))
    assert _still_lead(ngc.MemoryStore({ENTRY: store.read(ENTRY)}), before) == []


@moderate
@given(referring(most=1), st.integers(0, 100), NEW)
def test_externalizing_a_part_keeps_what_both_refer_to(
    documents: dict[str, bytes], which: int, new: str
) -> None:
    store = ngc.MemoryStore(documents)
    before = leads(Things(documents))
    nodes = [n for n in ngc.open(ENTRY, store=store).walk() if n.parent() and not n.is_reference]
    if nodes:
        ngc.save(ngc.externalize(nodes[which % len(nodes)], new, store=store), store=store)
        assert _still_lead(store, before) == []


@moderate
@given(referring(), st.integers(0, 100), NEW)
def test_externalizing_a_part_keeps_what_other_documents_refer_to(
    documents: dict[str, bytes], which: int, new: str
) -> None:
    store = ngc.MemoryStore(documents)
    before = leads(Things(documents))
    opened = [ngc.open(url, store=store) for url in documents]
    nodes = [n for root in opened for n in root.walk() if n.parent() and not n.is_reference]
    if not nodes:
        return
    node = nodes[which % len(nodes)]
    root = ngc.externalize(node, new, documents=documents, store=store)
    assert _still_lead(store, before) == []
    assert ngc.save(root, store=store).written == (node.document_url,)
    assert _still_lead(store, before) == []


@moderate
@given(referring(), st.integers(0, 100))
def test_embedding_a_document_keeps_what_both_refer_to(
    documents: dict[str, bytes], which: int
) -> None:
    store = ngc.MemoryStore(documents)
    before = leads(Things(documents))
    root = ngc.open(ENTRY, store=store)
    stubs = [node for node in root.walk() if node.is_reference]
    if not stubs:
        return
    try:
        embedded = ngc.embed(stubs[which % len(stubs)], store=store)
    except (InvalidEditError, ngc.DocumentNotFoundError):
        assert contents(store) == documents
        return
    ngc.save(embedded, store=store)
    after = contents(store)
    assert {url for url in documents if after[url] != documents[url]} <= {ENTRY}
    assert unresolved(Things(after), ENTRY, before) == []


@moderate
@given(referring(), st.integers(0, 100), st.sampled_from(("q/m.json", "n/e/w.json")))
def test_relocating_a_document_keeps_every_reference(
    documents: dict[str, bytes], which: int, to: str
) -> None:
    store = ngc.MemoryStore(documents)
    before = leads(Things(documents))
    urls = [url for url in documents if not url.endswith("zarr.json")]
    old, new = urls[which % len(urls)], f"memory://lab/p/{to}"
    saved = ngc.relocate(old, new, documents=documents, store=store)
    assert _still_lead(store, before) == []
    assert (old in store, new in store) == (False, True)
    after = contents(store)
    assert {url for url in after if after[url] != documents.get(url)} == set(saved.written)
    if old != ENTRY:
        records = ngc.check_links(ENTRY, store=store).failures
        assert all("missing.json" in r.target for r in records if r.kind == "missing")


def test_what_the_reference_itself_refers_to_is_in_the_document_after_embedding() -> None:
    there = {"type": "json", "path": "./a.json"}
    source = {"labels": {"source": [{"id": "raw", "path": there}, {"id": "A", "path": there}]}}
    stub = {"type": "collection", "id": "well", "path": there, "attributes": source}
    root = {"type": "collection", "id": "all", "nodes": [stub]}
    raw = {"type": "collection", "id": "raw", "nodes": []}
    part = {"type": "collection", "id": "A", "nodes": [raw]}
    urls = "memory://lab/all.json", "memory://lab/a.json"
    store = ngc.MemoryStore({urls[0]: {"ome": root}, urls[1]: {"ome": part}})
    well = ngc.open(urls[0], store=store).find("well")
    assert well is not None
    embedded = ngc.embed(well, store=store).find("well")
    assert embedded is not None
    assert embedded.get_attr("labels")["source"] == ({"id": "raw"}, {"id": "well"})
