"""Nodes that come into another document: what they refer to stays what it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import ngio_collections as ngc
from ngio_collections._paths import metadata_url
from ngio_collections.errors import InvalidEditError
from tests.graph.effort import calls_of
from tests.resolve.graphs import contents, moderate
from tests.resolve.referring import OVERLAY, Things, leads, referring, unresolved

ENTRY: Final = "memory://lab/p/q/all.json"
OUT: Final = "memory://lab/out/x.json"
NUMBER = st.integers(0, 1000)
SOURCE: Final = {"labels": {"source": [{"id": "raw"}]}}


def _image(id: str, **more: Any) -> dict[str, Any]:
    return {"type": "multiscale", "id": id, "nodes": [], **more}


def _group(id: str, *nodes: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "collection", "id": id, "nodes": [*nodes], **more}


def _stub(id: str, name: str) -> dict[str, Any]:
    return {"type": "collection", "id": id, "path": {"type": "json", "path": f"./{name}.json"}}


def _store(**documents: Mapping[str, Any]) -> ngc.MemoryStore:
    return ngc.MemoryStore(
        {
            f"memory://l/{name}.json": {"ome": {"version": "0.9", **node}}
            for name, node in documents.items()
        }
    )


@pytest.fixture
def store() -> ngc.MemoryStore:
    """A document that refers to two others, each with an image `raw`."""
    return _store(
        a=_group("a", _stub("b", "b"), _stub("d", "d")),
        b=_group("b", _image("raw")),
        d=_group("d", _image("raw"), _image("lab", attributes=SOURCE)),
    )


@pytest.fixture
def view(store: ngc.MemoryStore) -> ngc.Node:
    return ngc.open_inlined("memory://l/a.json", store=store)


def _source(node: ngc.Node | None) -> dict[str, Any]:
    assert node is not None
    found: dict[str, Any] = node.to_json()["attributes"]["labels"]["source"][0]
    return found


def _path(path: str) -> dict[str, str]:
    return {"type": "json", "path": path}


def test_a_reference_to_an_id_of_several_documents_gets_a_path_in_a_created_document(
    view: ngc.Node,
) -> None:
    made = ngc.create("memory://l/o/o.json", view)
    assert _source(made.find("lab")) == {"id": "raw", "path": _path("../d.json")}
    assert made.find_all(id="raw")[1].to_json() == _image("raw")


def test_a_reference_to_what_is_left_behind_gets_a_path_in_a_created_document(
    view: ngc.Node,
) -> None:
    made = ngc.create("memory://l/o/o.json", view.find("lab"))
    assert _source(made) == {"id": "raw", "path": _path("../d.json")}


def test_a_reference_to_what_is_created_with_it_stays_as_it_is(view: ngc.Node) -> None:
    made = ngc.create("memory://l/o/o.json", view.find("d"))
    assert _source(made.find("lab")) == {"id": "raw"}


def test_a_copy_in_another_document_refers_to_what_the_original_refers_to(
    view: ngc.Node, store: ngc.MemoryStore
) -> None:
    lab = view.find("lab")
    edited = view.find("b").add(lab)
    copy, original = edited.find_all(id="lab")
    for node in (copy, original):
        assert ngc.follow(node, _source(node)).path_names == ("a", "d", "raw")
    ngc.save_tree(edited)
    kept = ngc.open("memory://l/b.json", store=store).find("lab")
    assert _source(kept) == {"id": "raw", "path": _path("./d.json")}


@pytest.mark.parametrize("way", ["insert", "replace", "transaction", "new_node"])
def test_every_edit_that_brings_a_node_keeps_what_it_refers_to(view: ngc.Node, way: str) -> None:
    lab = view.find("lab")
    alone = ngc.as_tree(_group("z", _image("raw"), _image("old")), "memory://l/z/z.json").root
    if way == "insert":
        made = alone.insert(0, lab)
    elif way == "replace":
        made = alone.find("old").replace(lab)
    elif way == "new_node":
        made = ngc.new_node("collection", children=[lab], origin_url="memory://l/z/z.json")
    else:
        with alone.edit() as tx:
            tx.add(tx.root, lab)
        made = tx.result
    assert _source(made.find("lab")) == {"id": "raw", "path": _path("../d.json")}


def test_what_comes_together_refers_to_each_other(view: ngc.Node) -> None:
    raw, lab = view.find("d").children()
    alone = ngc.as_tree(_group("z"), "memory://l/z/z.json").root
    assert _source(alone.add(raw, lab).find("lab")) == {"id": "raw"}
    made = ngc.new_node("collection", children=[lab, raw])
    assert _source(made.find("lab")) == {"id": "raw"}


def test_an_id_that_the_document_has_already_is_not_taken_for_what_was_brought(
    view: ngc.Node,
) -> None:
    raw, lab = view.find("d").children()
    expected = {"id": "raw", "path": _path("../d.json")}
    alone = ngc.as_tree(_group("z", _image("raw")), "memory://l/z/z.json").root
    assert _source(alone.add(raw, lab).find("lab")) == expected
    # Another document of the same view has ids of its own, and what is replaced has none any more.
    assert _source(alone.find("raw").replace(view.find("d")).find("lab")) == {"id": "raw"}
    assert _source(view.add(view.find("d")).find_all(id="lab")[1]) == {"id": "raw"}
    # It may be that of the root of a document that stands in the place of a reference.
    store = _store(a=_group("a", _stub("b", "b")), b=_group("raw"))
    other = ngc.open_inlined("memory://l/a.json", store=store)
    assert _source(other.find("b").add(raw, lab).find("lab")) == {
        **expected,
        "path": _path("./d.json"),
    }


def _scaled(id: str) -> dict[str, Any]:
    scale = {"type": "scale", "scale": [2.0], "input": {"id": id}, "output": {"id": "um"}}
    attributes = {
        "coordinateSystems": [{"id": "um", "axes": [{"name": "x"}]}],
        "coordinateTransformations": [scale],
    }
    return {"version": "0.9", **_image(id, attributes=attributes)}


def test_coordinate_systems_of_several_images_with_one_id_are_told_apart() -> None:
    home = "memory://l/z.json"
    images = [ngc.as_tree(_scaled(f"i{n}"), f"memory://l/i{n}.json").root for n in range(3)]
    tree = ngc.as_tree(_group("z", images[0].to_json()), home).root
    with tree.edit() as tx:
        for image in images[1:]:
            tx.root.add(image)
    ends = [
        node.to_json()["attributes"]["coordinateTransformations"][0]["output"]
        for node in tx.result.children()
    ]
    others = [{"id": "um", "path": _path(f"./i{n}.json")} for n in (1, 2)]
    assert ends == [{"id": "um"}, *others]
    # In a new document the first of them stays as it is, as there is nothing else yet.
    made = ngc.as_tree(_group("z"), home).root.add(images[1]).add(images[2])
    ends = [
        node.to_json()["attributes"]["coordinateTransformations"][0]["output"]
        for node in made.children()
    ]
    assert ends == [{"id": "um"}, others[1]]


def test_the_root_of_a_document_is_found_by_the_id_that_its_place_has() -> None:
    inner = _image("lab", attributes={"labels": {"source": [{"id": "b"}]}})
    store = _store(a=_group("a", _stub("place", "b")), b=_group("b", inner))
    view = ngc.open_inlined("memory://l/a.json", store=store)
    made = ngc.create("memory://l/o.json", view)
    assert _source(made.find("lab")) == {"id": "place"}
    made = ngc.create("memory://l/p.json", view.find("lab"))
    assert _source(made) == {"id": "b", "path": _path("./b.json")}


def test_ids_in_what_was_built_are_those_of_what_it_is_put_into(view: ngc.Node) -> None:
    """Also if its paths count from a document, as those of references do."""
    d = ngc.open("memory://l/d.json", store=view.tree.segment.source.store)
    alone = ngc.as_tree(_group("z", _image("raw")), "memory://l/z/z.json").root
    stub = d.ref_stub(id="d2", attributes=SOURCE)
    new = ngc.new_node("multiscale", id="d2", attributes=SOURCE, origin_url="memory://l/q.json")
    for made in (alone.add_ref(stub), alone.add(new), alone.insert(0, new.rename("new"))):
        assert _source(made.find("d2")) == {"id": "raw"}


def test_copies_within_a_document_and_of_new_nodes_stay_as_they_are() -> None:
    tree = ngc.as_tree(_group("z", _image("raw"), _image("lab", attributes=SOURCE)), OUT).root
    lab = tree.find("lab")
    assert _source(tree.add(lab).find_all(id="lab")[1]) == {"id": "raw"}
    new = ngc.new_node("multiscale", id="lab", attributes=SOURCE)
    assert _source(tree.add(new).find_all(id="lab")[1]) == {"id": "raw"}


def test_bringing_costs_what_is_brought() -> None:
    other = ngc.as_tree(_group("d", _image("raw"), _image("lab", attributes=SOURCE)), OUT).root
    efforts = []
    for size in (300, 3_000):
        tree = ngc.as_tree(_group("z", *(_image(f"i{n}") for n in range(size))), ENTRY).root
        grown = tree.add(other)  # The index of the tree is there from now on.
        efforts.append(calls_of(lambda tree=grown: tree.add(other)))
    assert efforts[1] < 1.5 * efforts[0]
    stubs = [_stub(f"s{n}", "b") for n in range(3_000)]
    for stubbed in (stubs[:300], stubs):
        store = _store(a=_group("a", *stubbed), b=_group("b", _image("raw")))
        node = ngc.open_inlined("memory://l/a.json", store=store).find("raw")
        efforts.append(calls_of(lambda node=node: other.add(node)))
    assert efforts[3] < 1.5 * efforts[2]


# -- laws --------------------------------------------------------------------------


def _nodes(documents: dict[str, bytes]) -> tuple[ngc.MemoryStore, list[ngc.Node]]:
    store = ngc.MemoryStore(documents)
    return store, list(ngc.open_inlined(ENTRY, store=store).walk())


@moderate
@given(referring(), NUMBER, st.sampled_from((OUT, "memory://lab/p/q/new.json")))
def test_references_of_a_created_document_lead_where_they_led(
    documents: dict[str, bytes], which: int, out: str
) -> None:
    store, nodes = _nodes(documents)
    ngc.create(out, nodes[which % len(nodes)], store=store)
    after = Things({**documents, out: store.read(out)})
    assert unresolved(after, out, leads(Things(documents))) == []


@moderate
@given(referring(), NUMBER, NUMBER, st.booleans())
def test_references_of_what_is_added_lead_where_they_led(
    documents: dict[str, bytes], which: int, to: int, first: bool
) -> None:
    store, nodes = _nodes(documents)
    child, parent = nodes[which % len(nodes)], nodes[to % len(nodes)]
    home = parent.document_url
    assume(not parent.is_reference)
    try:
        ngc.save_tree(parent.insert(0, child) if first else parent.add(child))
    except InvalidEditError:  # A document in several places was changed differently.
        assert contents(store) == documents
        return
    before, after = Things(documents), Things(contents(store))
    lead = leads(before)
    own = {one["tag"] for one in before.references[str(home)]}
    for url in documents:
        for reference in after.references[url]:
            wanted, found = lead.get(reference["tag"]), after.found(url, reference)
            if wanted is None or (found and all(wanted <= one for one in found)):
                continue
            # An id that the document had already may be there twice now, and what is meant by
            # those who name the document is the one that was there.
            target = url if "path" not in reference else metadata_url(url, reference["path"])
            is_of_home = target == home and ("path" in reference or reference["tag"] in own)
            is_overlaid = any(OVERLAY in one | wanted for one in found)
            assert is_overlaid or (is_of_home and any(wanted <= one for one in found)), reference
