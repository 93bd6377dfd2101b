from __future__ import annotations

import asyncio
import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ngio_collections as ngc
from ngio_collections.document import references
from tests.mend.plates import Shape, odd, plate, shared, split, unique, versions, without_ids

HOME = "memory:///lab/"


def stored(files: dict[str, Any]) -> ngc.MemoryStore:
    store = ngc.MemoryStore()
    for name, content in files.items():
        asyncio.run(store.put(HOME + name, json.dumps(content, indent=1).encode()))
    return store


def read(store: ngc.MemoryStore, name: str) -> bytes:
    return asyncio.run(store.get(HOME + name)).data


def opened(store: ngc.MemoryStore, name: str = "plate.json") -> ngc.Node:
    return ngc.open_inlined(HOME + name, store=store)


def leading(root: ngc.Node) -> dict[tuple[Any, ...], list[int]]:
    """Where in the tree each reference of it leads, by where it is."""
    found: dict[tuple[Any, ...], list[int]] = {}
    for node in root.walk():
        attributes = node.tree.raw(node.key).get("attributes")
        for number, reference in enumerate(references(attributes)):
            try:
                target = ngc.follow(node, reference)
            except ngc.NodeNotFoundError:
                continue
            found[(*root.tree.path(node.key), number)] = root.tree.path(target.key)
    return found


SHAPES = st.builds(
    Shape,
    wells=st.integers(1, 3),
    labels=st.booleans(),
    scene=st.just(False),
    levels=st.integers(0, 2),
    acquisitions=st.booleans(),
)


@pytest.mark.parametrize("naming", [unique, shared])
@settings(max_examples=25)
@given(shape=SHAPES, seed=st.integers(0, 2**16))
def test_what_is_mended_in_a_view_is_mended_in_its_documents_and_in_no_other(
    naming: Any, shape: Shape, seed: int
) -> None:
    files = split(plate(naming, shape))
    random = Random(seed)
    for content in files.values():
        if random.random() < 0.5:
            versions(content, random)
        if naming is unique and random.random() < 0.5:
            without_ids(content, random)
    store = stored(files)
    before = {name: read(store, name) for name in files}
    view = opened(store)
    fixes = ngc.fixes(view)
    mended = ngc.apply_fixes(view, fixes)
    assert view.to_json() == opened(store).to_json()

    saved = ngc.save_tree(mended)
    assert set(saved.written) == {fix.document for fix in fixes if fix.safe}
    again = opened(store)
    assert again.to_json() == mended.to_json()
    assert [fix for fix in ngc.fixes(again) if fix.safe] == []
    assert ngc.fixes(mended) == ngc.fixes(again)
    for name, content in before.items():
        if HOME + name not in saved.written:
            assert read(store, name) == content
        alone = [fix for fix in fixes if fix.document == HOME + name and fix.safe]
        made = ngc.apply_fixes(json.loads(content), alone)
        assert json.dumps(json.loads(read(store, name))) == json.dumps(made)
    assert leading(mended) == leading(opened(stored(split(plate(unique, shape)))))


def test_ids_that_are_there_once_in_each_document_are_left_alone() -> None:
    shape = Shape(wells=2, labels=False, scene=False, levels=1, acquisitions=False)
    view = opened(stored(split(plate(shared, shape))))
    assert len(view.find_all(id="raw")) == 2
    assert ngc.fixes(view) == ()


def test_an_id_that_other_documents_refer_to_is_no_safe_mend_and_they_are_named() -> None:
    shape = Shape(wells=1, labels=False, scene=False, levels=0, acquisitions=False)
    store = stored(split(plate(odd, shape)))
    fixes = [fix for fix in ngc.fixes(opened(store)) if fix.document == f"{HOME}plate.json"]
    referred = [fix for fix in fixes if not fix.safe]
    assert [fix.pointer for fix in referred] == [
        "/ome/attributes/plate/rows/0/id",
        "/ome/attributes/plate/columns/0/id",
    ]
    where = f"{HOME}wells/well0.json#/ome/attributes/well/row"
    assert where in referred[0].undecided[0]


def documents() -> dict[str, Any]:
    """A plate of which each document has mistakes: a chain, a document in two places, a group."""
    node = {"type": "collection"}
    to_chain = {**node, "id": "B", "path": {"type": "json", "path": "./chain.json"}}
    to_part = {**node, "path": {"type": "json", "path": "./part.json"}}
    system = {"id": "p", "axes": [{"name": "x", "type": "space", "unit": "micrometer"}]}
    image = {"type": "multiscale", "version": "0.9", "attributes": {"coordinateSystems": [system]}}
    to_image = {"type": "multiscale", "id": "im", "path": {"type": "zarr", "path": "./im.zarr"}}
    return {
        "plate.json": {"ome": {**node, "name": "P", "nodes": [to_chain, {**to_part, "id": "A"}]}},
        "chain.json": {"ome": {**to_part, "id": "chain"}},
        "part.json": {"ome": {**node, "version": "0.9", "id": "bad id", "nodes": [to_image]}},
        "im.zarr/zarr.json": {
            "zarr_format": 3,
            "node_type": "group",
            "ome": {**image, "nodes": []},
            "other": [1.0, 10**30],
        },
    }


def test_every_document_of_a_view_is_mended_and_saved_whatever_it_is() -> None:
    store = stored(documents())
    view = opened(store)
    mended = ngc.apply_fixes(view, ngc.fixes(view))
    assert [node.id for node in mended.walk()] == ["P", "B", "im", "A", "im"]
    assert mended.report is view.report
    saved = ngc.save_tree(mended)
    assert set(saved.written) == {HOME + name for name in documents()}
    again = opened(store)
    assert again.to_json() == mended.to_json()
    assert ngc.fixes(again) == ()
    part = json.loads(read(store, "part.json"))["ome"]
    assert part["id"] == "bad_id"
    group = json.loads(read(store, "im.zarr/zarr.json"))
    assert list(group) == ["zarr_format", "node_type", "other", "attributes"]
    assert group["other"] == [1.0, 10**30]
    assert group["attributes"]["ome"]["id"] == "im"
    assert ngc.save_tree(mended).written == ()


def test_a_mended_view_can_be_edited_and_saved_like_any_other() -> None:
    store = stored(documents())
    mended = ngc.apply_fixes(opened(store), ngc.fixes(opened(store)))
    edited = mended.find("B").set_attr("lab:seen", True)
    ngc.save_tree(edited)
    again = opened(store)
    assert again.find("A").get_attr("lab:seen") is True
    assert ngc.fixes(again) == ()
    ngc.save_tree(mended)
    assert opened(store).to_json() == mended.to_json()


def test_a_mended_document_that_is_in_two_places_can_be_edited_in_either() -> None:
    store = stored(documents())
    mended = ngc.apply_fixes(opened(store), ngc.fixes(opened(store)))
    ngc.save_tree(mended)
    ngc.save_tree(mended.find("A").set_attr("lab:a", 1))
    ngc.save_tree(mended)
    assert opened(store).find("B").get_attr("lab:a") is None
    edited = mended.find("B").set_attr("lab:b", 1)
    with pytest.raises(ngc.InvalidEditError, match="in several places"):
        ngc.save_tree(edited.find("A").set_attr("lab:b", 2))


def test_edits_made_before_are_in_the_mended_view() -> None:
    store = stored(documents())
    view = opened(store)
    stub = ngc.new_node("collection", id="new one", attributes={"lab:a": 1}, children=[])
    edited = view.add(stub).find("A").set_attr("lab:b", 2)
    edited = edited.find("B").remove()
    mended = ngc.apply_fixes(edited, ngc.fixes(edited))
    assert [node.id for node in mended.walk()] == ["P", "A", "im", "new_one"]
    assert mended.find("A").get_attr("lab:b") == 2
    ngc.save_tree(mended)
    assert opened(store).to_json() == mended.to_json()


def test_a_mended_view_is_saved_only_over_what_was_read() -> None:
    store = stored(documents())
    view = opened(store)
    mended = ngc.apply_fixes(view, ngc.fixes(view))
    theirs = ngc.open(f"{HOME}part.json", store=store)
    ngc.save(theirs.set_attr("lab:theirs", True))
    before = {name: read(store, name) for name in documents()}
    with pytest.raises(ngc.ConflictError, match=r"part\.json"):
        ngc.save_tree(mended)
    assert {name: read(store, name) for name in documents()} == before


def test_the_old_view_is_not_saved_over_the_mended_documents() -> None:
    store = stored(documents())
    view = opened(store)
    ngc.save_tree(ngc.apply_fixes(view, ngc.fixes(view)))
    with pytest.raises(ngc.ConflictError):
        ngc.save_tree(view.set_attr("lab:a", 1))


def test_the_documents_of_one_node_of_a_mended_view_can_be_saved_alone() -> None:
    store = stored(documents())
    view = opened(store)
    mended = ngc.apply_fixes(view, ngc.fixes(view))
    # It stands in the place of a reference, which another document declares.
    written = ngc.save(mended.find("im")).written
    assert written == (f"{HOME}im.zarr/zarr.json", f"{HOME}part.json")
    rest = ngc.save_tree(mended)
    assert rest.written == (f"{HOME}chain.json", f"{HOME}plate.json")
    assert rest.skipped == written


def test_the_fixes_of_a_node_are_those_of_what_is_below_it() -> None:
    view = opened(stored(documents()))
    every = ngc.fixes(view)
    names = {fix.document.removeprefix(HOME) for fix in ngc.fixes(view.find("A"))}
    assert names == {"part.json", "im.zarr/zarr.json"}
    image = ngc.fixes(view.find("im"))
    assert {fix.document for fix in image} == {f"{HOME}im.zarr/zarr.json"}
    assert set(image) < set(every)


def test_a_document_that_is_in_a_view_twice_and_was_edited_in_one_place_is_refused() -> None:
    store = stored(documents())
    view = opened(store)
    inside = next(view.find("A").children())
    edited = inside.remove()
    with pytest.raises(ngc.InvalidEditError, match=r"in several places.*save the tree"):
        ngc.apply_fixes(edited, ngc.fixes(edited))


def test_a_root_that_is_a_reference_is_mended_in_its_own_document() -> None:
    store = stored(documents())
    view = opened(store, "chain.json")
    mended = ngc.apply_fixes(view, ngc.fixes(view))
    saved = ngc.save_tree(mended)
    names = {"chain.json", "part.json", "im.zarr/zarr.json"}
    assert set(saved.written) == {HOME + name for name in names}
    assert json.loads(read(store, "chain.json"))["ome"]["version"] == "0.9"
    assert opened(store, "chain.json").to_json() == mended.to_json()
