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
from ngio_collections.mend import _fixes
from ngio_collections.mend._proposals import Found
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
    assert set(saved.written) == {url for fix in fixes if fix.safe for url in fix.patches()}
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


@settings(max_examples=25)
@given(shape=SHAPES)
def test_ids_with_other_characters_are_mended_in_all_documents_and_references_follow(
    shape: Shape,
) -> None:
    store = stored(split(plate(odd, shape)))
    view = opened(store)
    fixes = ngc.fixes(view)
    assert all(fix.safe for fix in fixes)
    ngc.save_tree(ngc.apply_fixes(view, fixes))
    again = opened(store)
    assert ngc.validate(again) == []
    assert ngc.fixes(again) == ()
    assert leading(again) == leading(opened(stored(split(plate(unique, shape)))))
    for edge in (again.tree.edge(node.key) for node in again.walk()):
        if edge is not None:
            assert len({layer.raw["id"] for layer in edge.layers}) == 1


NODE = {"type": "collection", "version": "0.9"}


def to(name: str) -> dict[str, str]:
    return {"type": "json", "path": f"./{name}.json"}


def mended(documents: dict[str, Any], *, unsafe: bool = False) -> tuple[list[Any], dict[str, Any]]:
    """The fixes of documents that are read together, and what is in the store after them."""
    store = stored({f"{name}.json": {"ome": node} for name, node in documents.items()})
    view = opened(store, f"{next(iter(documents))}.json")
    fixes = ngc.fixes(view)
    ngc.save_tree(ngc.apply_fixes(view, fixes, unsafe=unsafe))
    made = {name: json.loads(read(store, f"{name}.json"))["ome"] for name in documents}
    return list(fixes), made


def test_a_node_and_the_root_that_it_leads_to_get_one_id() -> None:
    """`A_1` is free in the well alone, and not where the plate refers to it."""
    inside = {"type": "collection", "id": "x", "nodes": []}
    taken = {"type": "collection", "id": "A_1", "nodes": []}
    stub = {"type": "collection", "id": "A 1", "path": to("well")}
    other = {"type": "collection", "id": "other", "path": to("other")}
    documents = {
        "plate": {**NODE, "id": "plate", "nodes": [taken, stub, other]},
        "well": {**NODE, "id": "A 1", "nodes": [inside]},
        "other": {**NODE, "id": "other", "nodes": [{**stub}]},
    }
    fixes, made = mended(documents)
    assert [fix.safe for fix in fixes] == [True]
    assert set(fixes[0].elsewhere) == {f"{HOME}well.json", f"{HOME}other.json"}
    assert fixes[0].title.endswith("to 'plate_A_1', also in 2 other documents")
    assert made["plate"]["nodes"][1]["id"] == made["well"]["id"] == "plate_A_1"
    assert made["other"]["nodes"][0]["id"] == "plate_A_1"


def test_what_another_document_means_by_an_id_that_is_there_twice_is_known_by_its_kind() -> None:
    axes = [{"name": "x", "type": "space", "unit": "micrometer"}]
    system = {"coordinateSystems": [{"id": "a", "axes": axes}]}
    image = {"type": "multiscale", "id": "a", "attributes": system, "nodes": []}
    step = {"type": "identity", "input": {"id": "a", "path": to("images")}, "output": {"id": "w"}}
    scene = {
        "coordinateSystems": [{"id": "w", "axes": axes}],
        "coordinateTransformations": [step],
    }
    stub = {"type": "collection", "id": "images", "path": to("images")}
    documents = {
        "plate": {**NODE, "id": "plate", "attributes": {"scene": scene}, "nodes": [stub]},
        "images": {**NODE, "id": "images", "nodes": [image]},
    }
    fixes, made = mended(documents)
    assert [(fix.rule, fix.safe) for fix in fixes] == [("unique-ids", True)]
    follows = made["plate"]["attributes"]["scene"]["coordinateTransformations"][0]["input"]
    renamed = made["images"]["nodes"][0]["attributes"]["coordinateSystems"][0]["id"]
    assert follows["id"] == renamed != "a"

    documents["images"]["nodes"] = [image, {**image, "id": "b"}]
    fixes, made = mended(documents)
    unclear = [fix for fix in fixes if not fix.safe]
    assert [fix.rule for fix in unclear] == ["unique-ids", "unique-ids"]
    assert "may mean any of 2 things with the id 'a'" in unclear[0].undecided[0]
    assert f"{HOME}plate.json#/ome/attributes/scene" in unclear[0].undecided[0]


def test_numbers_as_ids_become_strings_where_other_documents_refer_to_them() -> None:
    place = {"row": {"id": 1, "path": to("plate")}, "column": {"id": "c", "path": to("plate")}}
    rows = {"rows": [{"id": 1}], "columns": [{"id": "c"}]}
    stub = {"type": "collection", "id": 7, "path": to("well")}
    taken = {"type": "collection", "id": "7", "nodes": []}
    documents = {
        "plate": {**NODE, "id": "plate", "attributes": {"plate": rows}, "nodes": [stub, taken]},
        "well": {**NODE, "id": 7, "attributes": {"well": place}, "nodes": []},
    }
    _, made = mended(documents)
    assert made["plate"]["attributes"]["plate"]["rows"][0]["id"] == "1"
    assert made["well"]["attributes"]["well"]["row"] == {**place["row"], "id": "1"}
    assert made["plate"]["nodes"][0]["id"] == made["well"]["id"] == "plate_7"


def test_the_id_of_a_node_that_leads_to_what_was_not_read_is_no_safe_mend() -> None:
    stub = {"type": "collection", "id": "A 1", "path": to("well")}
    document = {"ome": {**NODE, "id": "plate", "nodes": [stub]}}
    (fix,) = ngc.fixes(document, url=f"{HOME}plate.json")
    assert not fix.safe
    (said,) = fix.undecided
    assert said.startswith(f"The node leads to '{HOME}well.json', which is not among the documents")
    # Where it is known that there is no node, nothing else can have the id.
    fixes, made = mended({"plate": document["ome"]})
    assert fixes[0].safe
    assert made["plate"]["nodes"][0]["id"] == "A_1"


def test_of_two_nodes_that_lead_to_one_document_the_second_is_renamed_alone() -> None:
    stub = {"type": "collection", "id": "A", "path": to("well")}
    documents = {
        "plate": {**NODE, "id": "plate", "nodes": [stub, {**stub}]},
        "well": {**NODE, "id": "A", "nodes": []},
    }
    (fix,), made = mended(documents)
    assert (fix.safe, dict(fix.elsewhere)) == (True, {})
    assert [node["id"] for node in made["plate"]["nodes"]] == ["A", "plate_A"]
    assert made["well"]["id"] == "A"


def test_the_order_of_documents_makes_no_difference_and_a_plate_is_checked_a_few_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wells = {f"w{n}": {**NODE, "id": f"A {n}", "nodes": []} for n in range(20)}
    stubs = [{"type": "collection", "id": node["id"], "path": to(w)} for w, node in wells.items()]
    plate = {"plate": {**NODE, "id": "plate", "nodes": stubs}}
    nodes = {**wells, **plate}
    documents = {f"{HOME}{name}.json": {"ome": node} for name, node in nodes.items()}
    checked: list[str | None] = []
    checking = _fixes._checking

    def counted(url: str | None, *options: str) -> Any:
        checked.append(url)
        return checking(url, *options)

    monkeypatch.setattr(_fixes, "_checking", counted)
    options = {"profile": "ngio", "revision": "v1-2026-08"}
    fixes = _fixes.fixes_of(documents, **options)
    assert len(fixes) == len(wells)
    assert checked.count(f"{HOME}plate.json") < 5
    assert _fixes.fixes_of(dict(reversed(documents.items())), **options) == fixes


def test_a_fix_that_would_lead_to_findings_in_other_documents_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stub = {"type": "collection", "id": "A 1", "path": to("well")}
    other = {"type": "collection", "id": "b 2", "nodes": []}
    documents = {
        f"{HOME}plate.json": {"ome": {**NODE, "id": "plate", "nodes": [stub, other]}},
        f"{HOME}well.json": {"ome": {**NODE, "id": "A 1", "nodes": []}},
    }
    options = {"profile": "ngio", "revision": "v1-2026-08"}
    titles = [fix.title for fix in _fixes.fixes_of(documents, **options)]
    assert any("'A 1'" in title for title in titles)
    checking = _fixes._checking

    def stricter(url: str | None, *options: str) -> Any:
        def check(document: Any) -> list[Found]:
            is_new = str(url).endswith("well.json") and document["ome"]["id"] == "A_1"
            return [*checking(url, *options)(document), *([Found("x", "/ome")] if is_new else [])]

        return check

    monkeypatch.setattr(_fixes, "_checking", stricter)
    left = [fix.title for fix in _fixes.fixes_of(documents, **options)]
    assert left == [title for title in titles if "'A 1'" not in title] != []


def test_documents_that_are_moved_inside_are_mended_from_elsewhere_before() -> None:
    store = stored(
        {
            "im.zarr/zarr.json": {
                "zarr_format": 3,
                "node_type": "group",
                "ome": {**NODE, "id": "im 1", "nodes": []},
            },
            "plate.json": {
                "ome": {
                    **NODE,
                    "id": "plate",
                    "nodes": [
                        {
                            "type": "collection",
                            "id": "im 1",
                            "path": {"type": "zarr", "path": "./im.zarr"},
                        }
                    ],
                }
            },
        }
    )
    view = opened(store)
    ngc.save_tree(ngc.apply_fixes(view, ngc.fixes(view)))
    assert ngc.fixes(opened(store)) == ()
    assert json.loads(read(store, "im.zarr/zarr.json"))["attributes"]["ome"]["id"] == "im_1"


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
