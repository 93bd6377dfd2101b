"""Whatever becomes of documents: a Reference that led to something leads there still."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import ngio_collections as ngc
from ngio_collections.errors import InvalidEditError
from ngio_collections.resolve._namespaced import encoded_id
from tests.resolve.graphs import contents, moderate, same
from tests.resolve.referring import Things, leads, nodes_of, referring, unresolved

OUT = st.sampled_from(("memory://lab/p/q/out.json", "memory://lab/out/x/zarr.json"))
ENTRY = "memory://lab/p/q/all.json"
MOVES = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=1, max_size=3)


@moderate
@given(
    referring(),
    OUT,
    st.sampled_from(("namespaced", "structural", "strict")),
    st.sampled_from(("stub", "target", "forbid")),
)
def test_references_lead_to_the_same_thing_in_the_produced_document(
    documents: dict[str, bytes], out: str, ids: str, wins: str
) -> None:
    store = ngc.MemoryStore(documents)
    before = leads(Things(documents))
    root = ngc.open_inlined(ENTRY, store=store, strategy=ngc.Inlining(attributes=wins))
    try:
        ngc.save_inlined(root, out, ids=ids, store=store)
    except InvalidEditError:
        assert ids == "strict"
        assert contents(store) == documents
        return
    after = Things({**documents, out: store.read(out)})
    assert unresolved(after, out, before) == []
    if ids != "structural":  # They are in each of the documents.
        assert len(set(after.ids(out))) == len(after.ids(out))
    assert {url: store.read(url) for url in documents} == documents


@moderate
@given(st.lists(st.text(), min_size=1))
def test_the_parts_of_a_namespaced_id_can_be_told_apart(parts: list[str]) -> None:
    assume(all(parts))
    assert ngc.id_parts("--".join(map(encoded_id, parts))) == tuple(parts)


@pytest.mark.parametrize("id_", ["-xzz", "-x80", "-x6", "a---xzz", "-", "---", "", "-xylem"])
def test_the_parts_of_any_other_id_are_texts(id_: str) -> None:
    assert all(isinstance(part, str) for part in ngc.id_parts(id_))


def test_ids_that_are_no_unicode_are_told_apart_when_two_references_have_them() -> None:
    twice = [
        {"type": "collection", "id": "\ud800", "path": {"type": "json", "path": "./b.json"}}
    ] * 2
    documents = {
        ENTRY: {"ome": {"type": "collection", "version": "0.9", "id": "a", "nodes": twice}},
        "memory://lab/p/q/b.json": {"ome": {"type": "collection", "version": "0.9", "id": "b"}},
    }
    store = ngc.MemoryStore(documents)
    made = ngc.save_inlined(
        ngc.open_inlined(ENTRY, store=store), "memory://lab/all.json", store=store
    )
    ids = [node.id for node in made.children()]
    assert len(set(ids)) == 2


@moderate
@given(referring(), st.sampled_from(("namespaced", "structural")))
def test_what_is_opened_with_other_ids_is_what_would_be_written(
    documents: dict[str, bytes], ids: str
) -> None:
    store = ngc.MemoryStore(documents)
    opened = ngc.open_inlined(ENTRY, strategy=ngc.Inlining(ids=ids), store=store)
    plain = ngc.open_inlined(ENTRY, store=store)
    made = ngc.save_inlined(plain, "memory://lab/p/q/all2.json", ids=ids, store=store)
    if ids == "namespaced":
        assert same(opened.to_json(), made.to_json())
    assert [node.type for node in opened.walk()] == [node.type for node in made.walk()]


@moderate
@given(referring(), st.sampled_from(("stub", "target", "forbid")))
def test_an_inlined_tree_can_be_taken_apart_into_its_documents(
    documents: dict[str, bytes], wins: str
) -> None:
    """Every edge knows what each document says, so that nothing is lost by merging."""
    store = ngc.MemoryStore(documents)
    root = ngc.open_inlined(ENTRY, store=store, strategy=ngc.Inlining(attributes=wins))
    nodes = {url: next(nodes_of(data)) for url, data in documents.items()}
    found = {str(root.document_url)} if root.stub is None else set()
    for node in root.walk():
        edge = node.tree.edge(node.key)
        if edge is None:
            continue
        found |= {str(layer.url) for layer in edge.layers[1:]}
        assert all(layer.raw == nodes[str(layer.url)] for layer in edge.layers[1:])
        assert any(one == edge.stub.raw for one in nodes_of(documents[str(edge.stub.url)]))
        merged: dict[str, object] = {}
        order = edge.layers if wins == "target" else edge.layers[::-1]
        for layer in order:
            merged |= layer.raw.get("attributes", {})
        assert set(node.attributes) == set(merged)
        assert node.declared_in == edge.stub.url
    if wins != "forbid":  # What lies behind a conflict was read, and is not in the tree.
        assert found | {ENTRY} >= set(root.report.documents)


def _moved(root: ngc.Node, moves: list[tuple[int, int]]) -> ngc.Node:
    """The tree after the moves that are possible."""
    for at, to in moves:
        nodes = list(root.walk())
        with suppress(InvalidEditError):
            root = nodes[at % len(nodes)].move(nodes[to % len(nodes)])
    return root


def _inside(documents: dict[str, bytes]) -> dict[int, set[str]]:
    """Where the References lead that lead to something of their own document."""
    things = Things(documents)
    references = [one for all_ in things.references.values() for one in all_]
    lead = leads(things)
    tags = [one["tag"] for one in references if "path" not in one]
    return {tag: lead[tag] for tag in tags if tag in lead}


@moderate
@given(referring(own_paths=False, own_ids=True), MOVES, st.booleans())
def test_references_inside_of_a_document_lead_to_the_same_thing_after_moves(
    documents: dict[str, bytes], moves: list[tuple[int, int]], in_one: bool
) -> None:
    store = ngc.MemoryStore(documents)
    before = _inside(documents)
    root = _moved(ngc.open_inlined(ENTRY, store=store), moves)
    out = "memory://lab/out.json"
    try:
        if in_one:
            ngc.save_inlined(root, out, store=store)
        else:
            ngc.save_tree(root)
    except InvalidEditError:  # A document in several places was changed differently.
        assert contents(store) == documents
        return
    after = Things(contents(store))
    for url in [out] if in_one else documents:
        for reference in after.references[url]:
            found = after.found(url, reference)
            wanted = before.get(reference["tag"])
            # A node that is in the tree twice may now be twice in one document.
            assert wanted is None or len(found) > 1 or (found and wanted <= found[0])
