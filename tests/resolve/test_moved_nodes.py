"""Nodes that are moved, or come, into documents of an inlined tree."""

from __future__ import annotations

import json
from typing import Any

import pytest

import ngio_collections as ngc

PLATE, WELL, OTHER = "memory://lab/plate.json", "memory://lab/w/A01.json", "memory://lab/w/A02.json"


def _image(id_: str, source: str | None = None) -> dict[str, Any]:
    attributes: dict[str, Any] = {"coordinateSystems": [{"id": f"{id_}_um", "axes": []}]}
    if source is not None:
        attributes["labels"] = {"source": [{"id": source}]}
    level = {"type": "singlescale", "id": f"{id_}_0", "path": {"type": "zarr", "path": f"./{id_}"}}
    return {"type": "multiscale", "id": id_, "attributes": attributes, "nodes": [level]}


def _stub(name: str) -> dict[str, Any]:
    return {"type": "collection", "id": name, "path": {"type": "json", "path": f"./w/{name}.json"}}


@pytest.fixture
def store() -> ngc.MemoryStore:
    plate = {
        "type": "collection",
        "version": "0.9",
        "id": "plate",
        "nodes": [_stub("A01"), _stub("A02")],
    }
    well = {
        "type": "collection",
        "version": "0.9",
        "id": "A01",
        "nodes": [_image("raw"), _image("nuclei", "raw"), _image("cells", "nuclei")],
    }
    other = {"type": "collection", "version": "0.9", "id": "A02", "nodes": []}
    return ngc.MemoryStore({PLATE: {"ome": plate}, WELL: {"ome": well}, OTHER: {"ome": other}})


def _sources(view: ngc.Node) -> dict[str | None, str | None]:
    """What each label image says it was made of, as the id of the node that is found."""
    return {
        node.id: ngc.follow(node, node.get_attr("labels")["source"][0]).id
        for node in view.walk(has="labels")
    }


def _found(view: ngc.Node, id_: str) -> ngc.Node:
    found = view.find(id_)
    assert found is not None
    return found


@pytest.mark.parametrize("moved", [("nuclei",), ("raw",), ("nuclei", "raw"), ("cells", "nuclei")])
@pytest.mark.parametrize("to", ["plate", "A02"])
def test_references_lead_where_they_led(
    store: ngc.MemoryStore, moved: tuple[str, ...], to: str
) -> None:
    view = ngc.open_inlined(PLATE, store=store)
    before = _sources(view)
    assert before == {"nuclei": "raw", "cells": "nuclei"}
    for id_ in moved:
        view = _found(view, id_).move(_found(view, to))
    assert _sources(view) == before
    saved = ngc.save_tree(view)
    assert set(saved.written) == {WELL, PLATE if to == "plate" else OTHER}
    again = ngc.open_inlined(PLATE, store=store)
    assert _sources(again) == before
    assert not ngc.check_links(PLATE, store=store).failures
    assert again.find(moved[0]).parent() == again.find(to)  # type: ignore[union-attr]


def test_paths_count_from_the_new_document(store: ngc.MemoryStore) -> None:
    view = ngc.open_inlined(PLATE, store=store)
    ngc.save_tree(_found(view, "raw").move(view))
    raw = _found(ngc.open(PLATE, store=store), "raw_0")
    assert raw.ref_path == {"type": "zarr", "path": "./w/raw"}


def test_the_document_that_receives_is_written_before_the_one_that_gives(
    store: ngc.MemoryStore,
) -> None:
    view = ngc.open_inlined(PLATE, store=store)
    assert ngc.save_tree(_found(view, "raw").move(view)).written == (PLATE, WELL)
    view = ngc.open_inlined(PLATE, store=store)
    assert ngc.save_tree(_found(view, "raw").move(_found(view, "A01"))).written == (WELL, PLATE)


def test_a_reference_is_moved_without_its_document(store: ngc.MemoryStore) -> None:
    view = ngc.open_inlined(PLATE, store=store)
    before = store.read(OTHER)
    moved = _found(view, "A02").move(_found(view, "A01"))
    assert set(ngc.save_tree(moved).written) == {PLATE, WELL}
    assert store.read(OTHER) == before
    (*_, stub) = ngc.open(WELL, store=store).children()
    assert stub.ref_path == {"type": "json", "path": "./A02.json"}
    again = ngc.open_inlined(PLATE, store=store)
    assert again.to_json() == moved.to_json()


def _collection(id_: str, *nodes: Any) -> dict[str, Any]:
    return {"type": "collection", "version": "0.9", "id": id_, "nodes": list(nodes)}


def _lab(**wells: dict[str, Any]) -> ngc.MemoryStore:
    """A plate of the wells A and B, and the documents that they refer to beside them."""
    documents = {f"memory://lab/w/{name}.json": {"ome": well} for name, well in wells.items()}
    plate = _collection("plate", _stub("A"), _stub("B"))
    return ngc.MemoryStore({PLATE: {"ome": plate}, **documents})


_BESIDE = {"type": "collection", "id": "C", "path": {"type": "json", "path": "./C.json"}}


def test_a_reference_to_a_stub_leads_to_where_the_stub_is_moved() -> None:
    store = _lab(
        A=_collection("A", _BESIDE, _image("cells", "C")), B=_collection("B"), C=_collection("C")
    )
    view = ngc.open_inlined(PLATE, store=store)
    ngc.save_tree(_found(view, "C").move(_found(view, "B")))
    (cells,) = ngc.open("memory://lab/w/A.json", store=store).children()
    path = {"type": "json", "path": "./B.json"}
    assert cells.get_attr("labels")["source"] == ({"id": "C", "path": path},)
    assert not ngc.check_links(PLATE, store=store).failures


@pytest.mark.parametrize("order", [("raw", "row"), ("row", "raw")])
def test_a_reference_leads_into_a_document_that_is_referred_to_from_what_was_moved(
    order: tuple[str, str],
) -> None:
    row = {"type": "collection", "id": "row", "nodes": [_BESIDE]}
    store = _lab(
        A=_collection("A", row, _image("raw"), _image("cells", "raw")),
        B=_collection("B"),
        C=_collection("C"),
    )
    view = ngc.open_inlined(PLATE, store=store)
    to = {"raw": "C", "row": "B"}
    for id_ in order:
        view = _found(view, id_).move(_found(view, to[id_]))
    ngc.save_tree(view)
    assert _sources(ngc.open_inlined(PLATE, store=store)) == {"cells": "raw"}
    assert not ngc.check_links(PLATE, store=store).failures


@pytest.mark.parametrize("order", [("first", "second"), ("second", "first")])
def test_a_reference_means_the_first_node_of_an_id_in_whatever_order_they_are_moved(
    order: tuple[str, str],
) -> None:
    twice = [{**_image("raw"), "name": name} for name in ("first", "second")]
    store = _lab(A=_collection("A", *twice, _image("cells", "raw")), B=_collection("B"))
    view = ngc.open_inlined(PLATE, store=store)
    to = {"first": "plate", "second": "B"}
    for name in order:
        (moved,) = (node for node in view.walk() if node.name == name)
        view = moved.move(_found(view, to[name]))
    ngc.save_tree(view)
    cells = _found(ngc.open_inlined(PLATE, store=store), "cells")
    assert ngc.follow(cells, cells.get_attr("labels")["source"][0]).name == "first"


def test_one_node_that_is_put_into_several_documents_has_paths_that_count_from_each() -> None:
    store = _lab(A=_collection("A"), B=_collection("B"))
    same = ngc.new_node("multiscale", id="same", ref={"type": "zarr", "path": "./same"})
    with ngc.open_inlined(PLATE, store=store).edit() as tx:
        for parent in ("A", "plate", "B"):
            tx.add(parent, same)
    view = tx.result
    (first, second, third) = view.to_json()["nodes"]
    paths = [node["path"]["path"] for node in (first["nodes"][0], second["nodes"][0], third)]
    assert paths == ["./w/same", "./w/same", "./same"]
    ngc.save_tree(view)
    again = ngc.open_inlined(PLATE, store=store)
    assert again.to_json() == view.to_json()
    assert ngc.fingerprint(again) == ngc.fingerprint(view)


_SOURCE = {"labels": {"source": [{"id": "raw"}]}}


@pytest.mark.parametrize("moved", [("C",), ("raw",), ("C", "raw")])
@pytest.mark.parametrize("to", ["plate", "B"])
def test_references_of_stubs_and_of_roots_lead_where_they_led(
    moved: tuple[str, ...], to: str
) -> None:
    store = _lab(
        A={**_collection("A", {**_BESIDE, "attributes": _SOURCE}, _image("raw"))}
        | {"attributes": _SOURCE},
        B=_collection("B"),
        C=_collection("C"),
    )
    view = ngc.open_inlined(PLATE, store=store)
    before = _sources(view)
    assert before == {"A": "raw", "C": "raw"}
    for id_ in moved:
        view = _found(view, id_).move(_found(view, to))
    assert _sources(view) == before
    ngc.save_tree(view)
    assert _sources(ngc.open_inlined(PLATE, store=store)) == before
    assert not ngc.check_links(PLATE, store=store).failures


def test_what_was_moved_means_what_it_meant_where_another_node_has_the_id() -> None:
    ours, theirs = ({**_image("raw"), "name": name} for name in ("ours", "theirs"))
    stub = {**_BESIDE, "attributes": _SOURCE}
    store = _lab(
        A=_collection("A", ours, _image("nuclei", "raw"), stub),
        B=_collection("B", theirs),
        C=_collection("C"),
    )
    view = ngc.open_inlined(PLATE, store=store)
    for id_ in ("nuclei", "C"):
        view = _found(view, id_).move(_found(view, "B"))
    one = ngc.save_inlined(view, "memory://lab/one.json", store=store)
    beside = ngc.save_inlined(view, "memory://lab/other.json", ids="structural", store=store)
    ngc.save_tree(view)
    for tree in (view, ngc.open_inlined(PLATE, store=store), one):
        labels = list(tree.walk(has="labels"))
        found = [ngc.follow(node, node.get_attr("labels")["source"][0]) for node in labels]
        assert [node.name for node in found] == ["ours", "ours"]
    # Of two nodes with one id it can be said from outside only which is meant.
    path = {"type": "json", "path": "./w/A.json"}
    for node in beside.walk(has="labels"):
        assert node.get_attr("labels")["source"] == ({"id": "raw", "path": path},)


@pytest.mark.parametrize("ids", ["namespaced", "structural"])
def test_references_between_documents_are_right_in_one_document_after_moves(ids: str) -> None:
    stub = {**_BESIDE, "attributes": _SOURCE}
    store = _lab(
        A=_collection("A", _image("raw"), _image("nuclei", "raw"), stub),
        B=_collection("B"),
        C=_collection("C"),
    )
    for moved in (["nuclei"], ["raw"], ["C"], ["C", "raw"], ["raw", "nuclei"]):
        view = ngc.open_inlined(PLATE, store=store)
        for id_ in moved:
            view = _found(view, id_).move(_found(view, "B"))
        url = f"memory://lab/{'_'.join(moved)}.json"
        one = ngc.save_inlined(view, url, ids=ids, store=store)
        sources = _sources(one).values()
        assert [str(id_).rpartition("--")[2] for id_ in sources] == ["raw", "raw"]


_TO_RAW = {"labels": {"source": [{"id": "raw", "path": {"type": "json", "path": "./A.json"}}]}}


def _referring_lab() -> ngc.MemoryStore:
    """References to `raw`, of the well A, from everywhere that one can be."""
    away = {"type": "json", "path": "./w/A.json"}
    store = _lab(
        A=_collection("A", _image("raw"), _image("nuclei", "raw")),
        B=_collection("B", {**_BESIDE, "attributes": _TO_RAW}),
        C=_collection("C", {**_image("cells"), "attributes": _TO_RAW}),
    )
    plate = json.loads(store.read(PLATE))
    plate["ome"]["attributes"] = {"labels": {"source": [{"id": "raw", "path": away}]}}
    return ngc.MemoryStore({**{url: store.read(url) for url in store.urls()}, PLATE: plate})


def test_references_of_other_documents_lead_to_what_was_moved() -> None:
    store = _referring_lab()
    assert not ngc.check_links(PLATE, store=store).failures
    view = ngc.open_inlined(PLATE, store=store)
    moved = _found(view, "raw").move(_found(view, "B"))
    before = _sources(view)
    assert len(before) == 4
    saved = ngc.save_tree(moved)
    names = [url.rpartition("/")[2] for url in saved.written]
    assert names.index("B.json") < names.index("A.json")
    assert sorted(names) == ["A.json", "B.json", "C.json", "plate.json"]
    assert not ngc.check_links(PLATE, store=store).failures
    assert _sources(ngc.open_inlined(PLATE, store=store)) == before

    # It stays so when the documents are written again for other reasons.
    edited = _found(moved, "cells").set_attr("lab:k", 1)
    assert ngc.save_tree(edited).written == ("memory://lab/w/C.json",)
    assert not ngc.check_links(PLATE, store=store).failures


def test_references_are_what_they_were_when_a_move_is_taken_back() -> None:
    store = _referring_lab()
    texts = {url: json.loads(store.read(url)) for url in store.urls()}
    view = ngc.open_inlined(PLATE, store=store)
    ngc.save_tree(_found(view, "raw").move(_found(view, "B")))
    ngc.save_tree(view)
    assert {url: json.loads(store.read(url)) for url in store.urls()} == texts


def test_a_move_to_where_the_id_is_already_is_refused_if_a_reference_could_mean_either() -> None:
    store = _lab(A=_collection("A", _image("raw"), _image("cells", "raw")), B=_collection("B"))
    view = ngc.open_inlined(PLATE, store=store)
    view = _found(view, "B").add(ngc.new_node("multiscale", id="raw"))
    raw = next(node for node in view.find_all(id="raw") if node.document_url.endswith("A.json"))
    texts = {url: store.read(url) for url in store.urls()}
    moved = raw.move(_found(raw.tree.root, "B"))
    with pytest.raises(ngc.InvalidEditError, match=r"B\.json has the id 'raw' twice"):
        ngc.save_tree(moved)
    assert {url: store.read(url) for url in store.urls()} == texts
    # Without a reference to it nobody can mean the wrong one.
    ngc.save_tree(_found(moved, "cells").remove())


def test_saving_one_document_writes_those_that_gave_it_nodes_or_received_them() -> None:
    for saved_at in ("A", "B", "cells"):
        store = _referring_lab()
        view = ngc.open_inlined(PLATE, store=store)
        moved = _found(view, "raw").move(_found(view, "B"))
        with_more = _found(moved, "plate").set_attr("lab:k", 1)
        written = ngc.save(_found(with_more, saved_at)).written
        assert len(written) == 4, saved_at
        assert not ngc.check_links(PLATE, store=store).failures


def test_saving_a_node_in_the_place_of_a_reference_writes_both_of_its_documents() -> None:
    store = _lab(
        A=_collection("A", {**_BESIDE, "attributes": {"lab:by": "Ada"}}), C=_collection("C")
    )
    view = ngc.open_inlined(PLATE, store=store)
    edited = _found(view, "C").set_attrs({"lab:by": "Grace", "lab:new": 1})
    written = ngc.save(_found(edited, "C")).written
    assert written == ("memory://lab/w/C.json", "memory://lab/w/A.json")


def test_what_was_moved_into_one_place_of_a_document_is_meant_there() -> None:
    store = _lab(A=_collection("A", _image("raw"), _image("nuclei", "raw")), B=_collection("B"))
    plate = _collection("plate", _stub("A"), _stub("B"), {**_stub("B"), "id": "again"})
    store = ngc.MemoryStore(
        {**{url: store.read(url) for url in store.urls()}, PLATE: {"ome": plate}}
    )
    view = ngc.open_inlined(PLATE, store=store)
    moved = _found(view, "raw").move(_found(view, "again"))
    one = ngc.save_inlined(moved, "memory://lab/one.json", store=store)
    assert _sources(one) == {"A--nuclei": "again--raw"}


def test_a_reference_that_is_in_what_was_moved_is_meant_in_one_document() -> None:
    row = {"type": "collection", "id": "row", "nodes": [_BESIDE]}
    store = _lab(
        A=_collection("A", row, _image("cells", "C")), B=_collection("B"), C=_collection("C")
    )
    view = ngc.open_inlined(PLATE, store=store)
    moved = _found(view, "row").move(_found(view, "B"))
    one = ngc.save_inlined(moved, "memory://lab/one.json", store=store)
    assert _sources(one) == {"A--cells": "B--C"}


def test_what_was_moved_between_two_places_of_a_document_is_meant_in_both() -> None:
    store = _lab(B=_collection("B", _image("raw"), _image("cells", "raw")))
    plate = _collection("plate", _stub("B"), {**_stub("B"), "id": "again"})
    store = ngc.MemoryStore(
        {**{url: store.read(url) for url in store.urls()}, PLATE: {"ome": plate}}
    )
    view = ngc.open_inlined(PLATE, store=store)
    again = _found(view, "again")
    raw = next(node for node in again.children() if node.id == "raw")
    moved = raw.move(_found(view, "B"))
    one = ngc.save_inlined(moved, "memory://lab/one.json", store=store)
    assert _sources(one) == {"B--cells": "B--raw", "again--cells": "B--raw"}


def _named(id_: str, name: str) -> dict[str, Any]:
    return {**_image(id_), "name": name}


_HERE = {"labels": {"source": [{"id": "raw"}]}}
_BY_PATH = {"labels": {"source": [{"id": "raw", "path": {"type": "json", "path": "./B.json"}}]}}


@pytest.mark.parametrize("holder", ["B", "C", "plate"])
def test_a_move_is_refused_if_a_reference_to_what_was_there_could_mean_what_was_moved(
    holder: str,
) -> None:
    """A Reference of the receiver, one of a document that is written, and one of another."""
    labels = {**_image("labels"), "attributes": _HERE if holder == "B" else _BY_PATH}
    beside = {**_BESIDE, "path": {"type": "json", "path": "./w/C.json"}}
    wells = {
        "A": _collection("A", _named("raw", "of A"), _image("more")),
        "B": _collection("B", _collection("box"), _named("raw", "of B")),
        "C": _collection("C"),
        "plate": _collection("plate", _stub("A"), _stub("B"), beside),
    }
    if holder == "plate":
        path = {"type": "json", "path": "./w/B.json"}
        labels["attributes"] = {"labels": {"source": [{"id": "raw", "path": path}]}}
    wells[holder]["nodes"].append(labels)
    plate = wells.pop("plate")
    store = _lab(**wells)
    store = ngc.MemoryStore({**_contents(store), PLATE: {"ome": plate}})
    view = ngc.open_inlined(PLATE, store=store)
    assert _follows(view) == {"labels": "of B"}
    raw = next(node for node in view.find_all(id="raw") if node.name == "of A")
    moved = raw.move(_found(view, "box"))
    texts = _contents(store)
    for save in (ngc.save_tree, lambda tree: ngc.save(_found(tree, "A"))):
        with pytest.raises(ngc.InvalidEditError, match=r"B\.json has the id 'raw' twice"):
            save(moved)
    assert _contents(store) == texts
    # Without a Reference nobody can mean the wrong one, and without the other there is none.
    for edited in (_found(moved, "labels"), _other_raw(moved)):
        assert "memory://lab/w/B.json" in ngc.save_tree(edited.remove()).written
    # Two that change places do not meet.
    swapped = _other_raw(moved).move(_found(moved, "A"))
    ngc.save_tree(swapped)
    assert _follows(ngc.open_inlined(PLATE, store=store)) == {"labels": "of B"}


def _other_raw(tree: ngc.Node) -> ngc.Node:
    return next(node for node in tree.find_all(id="raw") if node.name == "of B")


def _contents(store: ngc.MemoryStore) -> dict[str, bytes]:
    return {url: store.read(url) for url in store.urls()}


def _follows(view: ngc.Node) -> dict[str | None, str | None]:
    """What each label image says it was made of, as the name of the node that is found."""
    return {
        node.id: ngc.follow(node, node.get_attr("labels")["source"][0]).name
        for node in view.walk(has="labels")
    }


_CURVE = {"type": "scale", "path": "log 10"}
_FIELD = {"type": "scale", "path": "./field"}


def test_what_others_keep_in_attributes_is_no_path_of_a_transformation() -> None:
    attributes = {"lab:curve": _CURVE, "coordinateTransformations": [_FIELD]}
    store = _lab(
        A=_collection("A", {**_image("raw"), "attributes": attributes}), B=_collection("B")
    )
    view = ngc.open_inlined(PLATE, store=store)
    expected = {
        "lab:curve": _CURVE,
        "coordinateTransformations": ({**_FIELD, "path": "./w/field"},),
    }
    whole = ngc.save_inlined(view, "memory://lab/whole.json")
    assert _found(whole, "A--raw").attributes == expected
    part = ngc.create("memory://lab/part.json", _found(view, "raw"))
    assert part.attributes == expected
    ngc.save_tree(_found(view, "raw").move(view))
    assert _found(ngc.open(PLATE, store=store), "raw").attributes == expected


def test_paths_of_new_attributes_of_a_stub_count_from_its_document() -> None:
    store = _lab(A=_collection("A"), B=_collection("B"))
    view = ngc.open_inlined(PLATE, store=store)
    new = {"lab:curve": _CURVE, "coordinateTransformations": [_FIELD]}
    ngc.save_tree(_found(view, "A").set_attrs(new), to="stub")
    stub = _found(ngc.open(PLATE, store=store), "A")
    moved = ({**_FIELD, "path": "./w/field"},)
    assert stub.attributes == {"lab:curve": _CURVE, "coordinateTransformations": moved}
    assert _found(ngc.open_inlined(PLATE, store=store), "A").attributes == {
        **new,
        "coordinateTransformations": (_FIELD,),
    }
