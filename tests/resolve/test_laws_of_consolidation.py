"""The consolidated file is a copy of the documents, and is never taken for more."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ngio_collections as ngc
from tests.resolve.edits import STEPS, edited
from tests.resolve.graphs import Collection, collections, contents, moderate, text

TRUST = st.sampled_from((True, "verify"))
ENTRY, PART = "memory://lab/all.json", "memory://lab/part/zarr.json"


def _small() -> ngc.MemoryStore:
    stub = {"type": "collection", "path": {"type": "zarr", "path": "./part"}}
    return ngc.MemoryStore(
        {
            ENTRY: {"ome": {"type": "collection", "nodes": [stub]}, "other": 1},
            PART: {"attributes": {"ome": {"type": "collection", "nodes": []}, "other": 2}},
        }
    )


def _put(store: ngc.MemoryStore, url: str, data: bytes) -> None:
    face = store.blocking()
    assert face is not None
    face.put(url, data)


def _change(store: ngc.MemoryStore, url: str) -> None:
    ngc.save(ngc.open(url, store=store).set_attr("lab:new", 1), store=store)


@moderate
@given(collections(), TRUST)
def test_what_is_opened_from_the_copy_is_what_the_documents_say(
    collection: Collection, how: bool | str
) -> None:
    store = collection.store()
    (place,) = ngc.consolidate(collection.entry, store=store).written
    plain = ngc.open_inlined(collection.entry, store=store)
    read = len(store.log)
    copied = ngc.open_inlined(collection.entry, consolidated=how, store=store)
    assert text(copied.to_json()) == text(plain.to_json())
    gets = {url for what, url in store.log[read:] if what == "get"}
    missing = {record.target for record in plain.report.unfollowed if record.kind != "cycle"}
    assert gets <= {place} | missing
    kinds = sorted((r.kind, r.document, r.pointer) for r in plain.report.unfollowed)
    assert sorted((r.kind, r.document, r.pointer) for r in copied.report.unfollowed) == kinds


@moderate
@given(collections(shared=False), STEPS, TRUST)
def test_edits_of_what_was_opened_from_the_copy_are_saved_to_the_documents(
    collection: Collection, steps: list[Any], how: bool | str
) -> None:
    store, other = collection.store(), collection.store()
    ngc.consolidate(collection.entry, store=store)
    copied = ngc.open_inlined(collection.entry, consolidated=how, store=store)
    plain = ngc.open_inlined(collection.entry, store=other)
    saved = ngc.save_tree(edited(copied, steps), store=store)
    assert saved == ngc.save_tree(edited(plain, steps), store=other)
    assert {url: store.read(url) for url in collection.documents} == contents(other)


@pytest.mark.parametrize("changed", [ENTRY, PART])
def test_verifying_reads_the_documents_that_changed(changed: str) -> None:
    store = _small()
    ngc.consolidate(ENTRY, store=store)
    _change(store, changed)
    read = len(store.log)
    verified = ngc.open_inlined(ENTRY, consolidated="verify", store=store)
    assert text(verified.to_json()) == text(ngc.open_inlined(ENTRY, store=store).to_json())
    assert [url for what, url in store.log[read : read + 4] if what == "get"][1:] == [changed]
    trusted = ngc.open_inlined(ENTRY, consolidated=True, store=store)
    assert "lab:new" not in json.dumps(trusted.to_json())


@pytest.mark.parametrize("changed", [ENTRY, PART])
def test_a_tree_from_a_copy_that_is_not_right_any_more_is_not_saved(changed: str) -> None:
    store = _small()
    ngc.consolidate(ENTRY, store=store)
    _change(store, changed)
    root = ngc.open_inlined(ENTRY, consolidated=True, store=store)
    in_both = next(root.children()).set_attr("lab:mine", 1).set_attr("lab:mine", 1)
    before = contents(store)
    with pytest.raises(ngc.ConflictError, match="consolidated") as refused:
        ngc.save_tree(in_both, store=store)
    assert refused.value.document == changed
    assert contents(store) == before


def test_a_document_that_was_touched_and_says_the_same_can_be_saved_from_the_copy() -> None:
    store = _small()
    ngc.consolidate(ENTRY, store=store)
    _put(store, PART, json.dumps(json.loads(store.read(PART)), indent=3).encode())
    root = ngc.open_inlined(ENTRY, consolidated=True, store=store)
    part = next(root.children())
    assert ngc.save_tree(part.set_attr("lab:k", 1), store=store).written == (PART,)
    assert json.loads(store.read(PART))["attributes"]["other"] == 2


def test_verifying_asks_about_no_document_that_the_policy_refuses() -> None:
    store = _small()
    (place,) = ngc.consolidate(ENTRY, store=store).written
    copy = json.loads(store.read(place))
    documents = copy["ngio:consolidated"]["documents"]
    elsewhere = "https://inside.lab/secret.json"
    documents[elsewhere] = documents["./all.json"]
    _put(store, place, json.dumps(copy).encode())
    ngc.open_inlined(ENTRY, consolidated="verify", store=store)
    assert elsewhere not in {url for _, url in store.log}


def test_checking_says_which_documents_changed() -> None:
    store = _small()
    (place,) = ngc.consolidate(ENTRY, store=store).written
    assert ngc.consolidate(ENTRY, check=True, store=store).skipped == (ENTRY, PART)
    _change(store, PART)
    with pytest.raises(ngc.ConflictError, match=PART) as refused:
        ngc.consolidate(ENTRY, check=True, store=store)
    assert refused.value.document == place


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"ngio:consolidated": 1}',
        b'{"ngio:consolidated": {"version": "1", "documents": []}}',
        b'{"ngio:consolidated": {"version": "2", "documents": {}}}',
        b'{"ngio:consolidated": {"version": "1", "documents": {"./all.json": 5}}}',
        b'{"ngio:consolidated": {"version": "1", "documents": {"./all.json": {"ome": 1}}}}',
        b'{"ngio:consolidated": {"version": "1", "documents": {"#": {"ome": {}, "tag": "1"}}}}',
    ],
)
def test_a_copy_that_is_none_is_refused_with_its_address(content: bytes) -> None:
    store = _small()
    (place,) = ngc.consolidate(ENTRY, store=store).written
    _put(store, place, content)
    with pytest.raises(ngc.NotJsonError) as refused:
        ngc.open_inlined(ENTRY, consolidated=True, store=store)
    assert refused.value.document == place


def test_without_a_copy_opening_from_it_says_that_there_is_none() -> None:
    with pytest.raises(ngc.DocumentNotFoundError, match=r"all\.consolidated\.json"):
        ngc.open_inlined(ENTRY, consolidated=True, store=_small())


PLACE = "memory://lab/all.consolidated.json"


def test_verifying_takes_no_content_that_was_changed_in_the_copy() -> None:
    store = _small()
    ngc.consolidate(ENTRY, store=store)
    copy = json.loads(store.read(PLACE))
    copy["ngio:consolidated"]["documents"]["./part/zarr.json"]["ome"]["name"] = "false"
    _put(store, PLACE, json.dumps(copy).encode())
    trusted = ngc.open_inlined(ENTRY, consolidated=True, store=store)
    assert [node.name for node in trusted.children()] == ["false"]
    verified = ngc.open_inlined(ENTRY, consolidated="verify", store=store)
    assert verified.to_json() == ngc.open_inlined(ENTRY, store=store).to_json()


@pytest.mark.parametrize("content", [b'{"ome": {"type": "collection"}}', b"not JSON", b"[]"])
def test_a_file_of_somebody_else_is_not_overwritten_by_a_copy(content: bytes) -> None:
    store = _small()
    _put(store, PLACE, content)
    with pytest.raises(ngc.ConflictError, match="is no consolidated file"):
        ngc.consolidate(ENTRY, store=store)
    assert store.read(PLACE) == content


def test_a_copy_of_another_version_is_written_anew() -> None:
    store = _small()
    _put(store, PLACE, b'{"ngio:consolidated": {"version": "0"}}')
    ngc.consolidate(ENTRY, store=store)
    assert ngc.open_inlined(ENTRY, consolidated=True, store=store).report.failures == ()
