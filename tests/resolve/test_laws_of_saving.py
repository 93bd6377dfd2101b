"""Laws of opening, editing and saving, over random collections."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import ngio_collections as ngc
from ngio_collections import Node
from ngio_collections.document import without_node
from ngio_collections.errors import InvalidEditError
from tests.resolve.edits import ATTRIBUTE_STEPS, STEPS, edited
from tests.resolve.graphs import (
    Collection,
    collections,
    contents,
    moderate,
    own_texts,
    same,
    text,
)

WINS = st.sampled_from(("stub", "target", "forbid"))


@moderate
@given(collections())
def test_saving_without_an_edit_writes_nothing(collection: Collection) -> None:
    store = collection.store()
    for url in collection.documents:
        assert ngc.save(ngc.open(url, store=store), store=store).written == ()
    assert contents(store) == collection.documents
    assert {what for what, _ in store.log} == {"get"}


@moderate
@given(collections(), WINS)
def test_saving_an_inlined_tree_without_an_edit_writes_nothing(
    collection: Collection, wins: str
) -> None:
    store = collection.store()
    strategy = ngc.Inlining(attributes=wins)
    root = ngc.open_inlined(collection.entry, store=store, strategy=strategy)
    read = len(store.log)
    assert ngc.save_tree(root, store=store).written == ()
    assert len(store.log) == read
    assert contents(store) == collection.documents


def _rest(data: bytes) -> str:
    return text(without_node(json.loads(data)))


def _version(data: bytes) -> Any:
    document = json.loads(data)
    ome = document["attributes"]["ome"] if "zarr_format" in document else document["ome"]
    return ome.get("version")


def _may_be_mended(root: Node) -> bool:
    """Whether an edit of attributes may make a reference one that can be followed."""
    return any(record.kind == "attribute-conflict" for record in root.report.unfollowed)


def _opened(collection: Collection, store: ngc.MemoryStore, wins: str) -> Node:
    strategy = ngc.Inlining(attributes=wins)
    return ngc.open_inlined(collection.entry, store=store, strategy=strategy)


@moderate
@given(collections(shared=False), STEPS, WINS)
def test_what_was_edited_in_an_inlined_tree_is_there_when_it_is_opened_again(
    collection: Collection, steps: list[Any], wins: str
) -> None:
    store = collection.store()
    first = _opened(collection, store, wins)
    if _may_be_mended(first):
        return
    root = edited(first, steps)
    saved = ngc.save_tree(root, store=store)
    again = _opened(collection, store, wins)
    assert same(again.to_json(), root.to_json())
    after = contents(store)
    for url, before in collection.documents.items():
        if url not in saved.written:
            assert after[url] == before
            continue
        assert _rest(after[url]) == _rest(before)
        assert _version(after[url]) == _version(before)
        # It had to be written: without it the tree would be another one.
        partly = ngc.MemoryStore({**after, url: before})
        assert not same(_opened(collection, partly, wins).to_json(), root.to_json())
    assert len(set(saved.written)) == len(saved.written)
    assert set(after) == set(collection.documents)


@moderate
@given(collections(shared=False), STEPS)
def test_a_second_save_of_the_same_tree_writes_nothing(
    collection: Collection, steps: list[Any]
) -> None:
    store = collection.store()
    root = edited(_opened(collection, store, "stub"), steps)
    ngc.save_tree(root, store=store)
    after = contents(store)
    assert ngc.save_tree(root, store=store) == ngc.Saved(())
    assert contents(store) == after


@moderate
@given(collections(shared=False), st.lists(STEPS, max_size=2), st.lists(st.integers(0, 2)), WINS)
def test_after_a_save_the_documents_say_what_the_version_that_was_saved_says(
    collection: Collection, edits: list[list[Any]], order: list[int], wins: str
) -> None:
    store = collection.store()
    versions = [_opened(collection, store, wins)]
    if _may_be_mended(versions[0]):
        return
    for steps in edits:
        versions.append(edited(versions[-1], steps))
    for number in order:
        root = versions[number % len(versions)]
        ngc.save_tree(root, store=store)
        assert same(_opened(collection, store, wins).to_json(), root.to_json())


_SAVES = st.lists(st.tuples(st.integers(0, 3), st.integers(-3, 9)), min_size=1, max_size=4)
"""Of which version, and of which node of it; of the whole version if that is negative."""


def _versions(root: Node, edits: list[tuple[int, list[Any]]]) -> list[Node]:
    made = [root]
    for at, steps in edits:
        made.append(edited(made[at % len(made)], steps))
    return made


@moderate
@given(
    collections(),
    st.lists(st.tuples(st.integers(0, 3), STEPS), min_size=1, max_size=3),
    _SAVES,
    WINS,
)
def test_whatever_was_saved_before_a_save_makes_what_it_would_make_alone(
    collection: Collection,
    edits: list[tuple[int, list[Any]]],
    saves: list[tuple[int, int]],
    wins: str,
) -> None:
    store, other = collection.store(), collection.store()
    versions = _versions(_opened(collection, store, wins), edits)
    if _may_be_mended(versions[0]):
        return
    *_, (last, _) = saves
    alone = _versions(_opened(collection, other, wins), edits)[last % len(versions)]
    try:
        ngc.save_tree(alone, store=other)
    except InvalidEditError:
        return
    for number, part in saves:
        nodes = list(versions[number % len(versions)].walk())
        with suppress(InvalidEditError):
            if part < 0:
                ngc.save_tree(nodes[0], store=store)
            else:
                ngc.save(nodes[part % len(nodes)], store=store)
    ngc.save_tree(versions[last % len(versions)], store=store)
    view = _opened(collection, other, wins)
    assert same(_opened(collection, store, wins).to_json(), view.to_json())
    for url in view.report.documents:
        assert same(_json(store, url), _json(other, url))


def _json(store: ngc.MemoryStore, url: str) -> Any:
    return json.loads(store.read(url))


@moderate
@given(collections(), STEPS, WINS)
def test_a_document_in_several_places_is_saved_or_the_save_is_refused_before_it_begins(
    collection: Collection, steps: list[Any], wins: str
) -> None:
    store = collection.store()
    root = edited(_opened(collection, store, wins), steps)
    try:
        saved = ngc.save_tree(root, store=store)
    except InvalidEditError:
        assert contents(store) == collection.documents
        return
    after = contents(store)
    assert set(after) == set(collection.documents)
    for url, before in collection.documents.items():
        assert (after[url] == before) is (url not in saved.written)
        assert _rest(after[url]) == _rest(before)
    again = _opened(collection, store, wins)
    assert ngc.save_tree(root, store=store).written == ()
    assert ngc.save_tree(again, store=store).written == ()


@moderate
@given(collections(shared=False, folders=("",)), STEPS)
def test_nodes_that_were_not_edited_keep_every_field_and_the_order_of_fields(
    collection: Collection, steps: list[Any]
) -> None:
    """All documents are in one folder, so that paths need not be written anew."""
    store = collection.store()
    steps = [step for step in steps if step[0] in ("add", "insert", "move", "remove")]
    root = edited(_opened(collection, store, "stub"), steps)
    ngc.save_tree(root, store=store)
    known = {one for data in collection.documents.values() for one in own_texts(json.loads(data))}
    known |= {one for step in steps for one in own_texts({"ome": step[-1]})}
    found = {one for data in contents(store).values() for one in own_texts(json.loads(data))}
    assert found <= known


def _places(node: Node) -> set[tuple[str, str]]:
    """The places in documents that an edit of the own fields of a node may change."""
    found = {(str(node.document_url), node.pointer if node.stub is None else "")}
    above = node.parent()
    if node.stub is None or above is None:
        return found
    items = [child for child in above.children() if child == node]
    assert len(items) == 1
    number = list(above.children()).index(node)
    return found | {(str(node.declared_in), f"{above.pointer}/nodes#{number}")}


def _own_by_pointer(document: Any) -> dict[str, str]:
    ome = document["attributes"]["ome"] if "zarr_format" in document else document["ome"]
    made: dict[str, str] = {}
    stack: list[tuple[str, Any]] = [("", ome)]
    while stack:
        pointer, node = stack.pop()
        made[pointer] = text({k: v for k, v in node.items() if k != "nodes"})
        if isinstance(node.get("nodes"), list) and ":" not in str(node.get("type")):
            items = [item for item in node["nodes"] if isinstance(item, dict)]
            stack += [(f"{pointer}/nodes#{n}", item) for n, item in enumerate(items)]
    return made


@moderate
@given(collections(shared=False, wrong=False, most=3), ATTRIBUTE_STEPS)
def test_an_edit_of_attributes_changes_the_nodes_that_were_edited_and_no_other(
    collection: Collection, steps: list[Any]
) -> None:
    store = collection.store()
    first = _opened(collection, store, "stub")
    nodes = list(first.walk())
    root = edited(first, steps)
    saved = ngc.save_tree(root, store=store)
    touched: set[tuple[str, str]] = set()
    for step in steps:
        node = nodes[step[1] % len(nodes)]
        touched |= {(url, pointer.replace("/nodes/", "/nodes#")) for url, pointer in _places(node)}
    chained = {url for url in collection.documents if _is_chain(collection.documents[url])}
    for url in saved.written:
        before = _own_by_pointer(json.loads(collection.documents[url]))
        after = _own_by_pointer(json.loads(store.read(url)))
        assert list(before) == list(after)
        changed = {pointer for pointer in before if before[pointer] != after[pointer]}
        assert changed
        assert url in chained or {(url, pointer) for pointer in changed} <= touched


def _is_chain(data: bytes) -> bool:
    document = json.loads(data)
    ome = document["attributes"]["ome"] if "zarr_format" in document else document["ome"]
    return "path" in ome
