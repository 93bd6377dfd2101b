"""References in attributes, followed to what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

import ngio_collections as ngc
from tests.graph.effort import calls_of

PLATE, A01, A02 = "memory://lab/plate.json", "memory://lab/w/A01.json", "memory://lab/w/A02.json"


def _well(name: str) -> dict[str, Any]:
    """A well whose ids are those of every other well."""
    system = {"id": "um", "axes": [{"name": "x"}]}
    transformation = {
        "type": "scale",
        "scale": [1.0],
        "input": {"id": "level"},
        "output": {"id": "um"},
    }
    level = {
        "type": "singlescale",
        "id": "level",
        "attributes": {"coordinateTransformations": [transformation]},
    }
    image = {"coordinateSystems": [system]}
    labels = {"coordinateSystems": [], "labels": {"source": [{"id": "image"}]}}
    plate = {"type": "json", "path": "../plate.json"}
    row = {"row": {"id": "A", "path": plate}, "column": {"id": "01", "path": plate}}
    return {
        "type": "collection",
        "version": "0.9",
        "id": "well",
        "attributes": {"well": row, "lab:self": {"id": "well"}},
        "nodes": [
            {"type": "multiscale", "id": "image", "attributes": image, "nodes": [level]},
            {"type": "multiscale", "id": f"{name}_nuclei", "attributes": labels, "nodes": []},
        ],
    }


def _plate_of(names: Sequence[str]) -> ngc.Node:
    """A view of a plate and of its wells."""
    plate = {
        "type": "collection",
        "version": "0.9",
        "id": "plate",
        "attributes": {"plate": {"rows": [{"id": "A"}], "columns": [{"id": "01"}]}},
        "nodes": [
            {"type": "collection", "id": name, "path": {"type": "json", "path": f"./w/{name}.json"}}
            for name in names
        ],
    }
    documents = {f"memory://lab/w/{name}.json": {"ome": _well(name)} for name in names}
    store = ngc.MemoryStore({PLATE: {"ome": plate}, **documents})
    return ngc.open_inlined(PLATE, store=store)


@pytest.fixture
def view() -> ngc.Node:
    return _plate_of(["A01", "A02"])


def _found(view: ngc.Node, id_: str) -> ngc.Node:
    found = view.find(id_)
    assert found is not None
    return found


def test_an_id_is_looked_for_in_the_document_of_the_reference(view: ngc.Node) -> None:
    for name in ("A01", "A02"):
        nuclei = _found(view, f"{name}_nuclei")
        image = ngc.follow(nuclei, nuclei.get_attr("labels")["source"][0])
        assert image.id == "image"
        assert image.parent() == view.find(name)


def test_a_path_leads_to_the_document_around_it(view: ngc.Node) -> None:
    well = _found(view, "A02")
    for end in ("row", "column"):
        assert ngc.follow(well, well.get_attr("well")[end]) == view


def test_the_id_of_the_root_of_a_target_means_the_node_in_its_place(view: ngc.Node) -> None:
    for name in ("A01", "A02"):
        image = next(_found(view, name).children())
        assert ngc.follow(image, {"id": "well"}) == view.find(name)


def test_ids_that_attributes_declare_lead_to_their_node(view: ngc.Node) -> None:
    image = next(_found(view, "A02").children())
    level = next(image.children())
    (transformation,) = level.get_attr("coordinateTransformations")
    assert ngc.follow(level, transformation["input"]) == level
    assert ngc.follow(level, transformation["output"]) == image


def test_a_reference_from_outside_leads_inside(view: ngc.Node) -> None:
    found = ngc.follow(view, {"id": "image", "path": {"type": "json", "path": "./w/A02.json"}})
    assert found.parent() == view.find("A02")


def test_ids_of_other_documents_do_not_count(view: ngc.Node) -> None:
    with pytest.raises(ngc.NodeNotFoundError, match=r"'image' in memory://lab/plate.json"):
        ngc.follow(view, {"id": "image"})
    nuclei = _found(view, "A01_nuclei")
    with pytest.raises(ngc.NodeNotFoundError, match="'A02_nuclei'"):
        ngc.follow(nuclei, {"id": "A02_nuclei"})


def test_what_is_no_reference_is_refused(view: ngc.Node) -> None:
    with pytest.raises(ngc.NodeNotFoundError, match="has none"):
        ngc.follow(view, {"path": {"type": "json", "path": "./w/A02.json"}})
    with pytest.raises(ngc.PathError):
        ngc.follow(view, {"id": "image", "path": {"type": "json", "path": ""}})


def test_what_the_attributes_of_a_stub_refer_to_and_declare_counts_where_the_stub_is() -> None:
    inner = {"type": "multiscale", "id": "raw", "nodes": []}
    part = {"type": "collection", "id": "part", "nodes": [inner]}
    attributes = {"labels": {"source": [{"id": "raw"}]}, "coordinateSystems": [{"id": "um"}]}
    stub = {"type": "collection", "id": "stub", "path": {"type": "json", "path": "./p.json"}}
    outer = {"type": "multiscale", "id": "raw", "name": "outer", "nodes": []}
    transformation = {"type": "identity", "input": {"id": "um"}, "output": {"id": "raw"}}
    root = {
        "type": "collection",
        "attributes": {"coordinateTransformations": [transformation]},
        "nodes": [{**stub, "attributes": attributes}, outer],
    }
    documents = {"memory://lab/a.json": {"ome": root}, "memory://lab/p.json": {"ome": part}}
    view = ngc.open_inlined("memory://lab/a.json", store=ngc.MemoryStore(documents))
    stub_node = _found(view, "stub")
    assert ngc.follow(stub_node, stub_node.get_attr("labels")["source"][0]).name == "outer"
    assert ngc.follow(view, view.get_attr("coordinateTransformations")[0]["input"]) == stub_node
    assert ngc.follow(next(stub_node.children()), {"id": "raw"}).name is None
    with pytest.raises(ngc.NodeNotFoundError):
        ngc.follow(next(stub_node.children()), {"id": "um"})


def test_what_leads_nowhere_leads_nowhere_after_edits_either() -> None:
    """The id is declared by a reference, which is in another document than what it leads to."""
    source = {"labels": {"source": [{"id": "um"}]}}
    inner = [
        {"type": "collection", "id": "refers", "attributes": source, "nodes": []},
        {"type": "collection", "id": "other", "nodes": []},
    ]
    stub = {
        "type": "collection",
        "id": "part",
        "path": {"type": "json", "path": "./p.json"},
        "attributes": {"coordinateSystems": [{"id": "um", "axes": []}]},
    }
    documents = {
        "memory://lab/a.json": {"ome": {"type": "collection", "id": "a", "nodes": [stub]}},
        "memory://lab/p.json": {"ome": {"type": "collection", "id": "p", "nodes": inner}},
    }
    view = ngc.open_inlined("memory://lab/a.json", store=ngc.MemoryStore(documents))
    for root in (view, _found(view, "other").remove()):
        with pytest.raises(ngc.NodeNotFoundError):
            ngc.follow(_found(root, "refers"), {"id": "um"})
        assert ngc.follow(root, {"id": "um"}) == _found(root, "part")


def test_what_is_no_reference_is_refused_with_what_one_is(view: ngc.Node) -> None:
    with pytest.raises(TypeError, match=r"expected a Reference, .* not 'image'"):
        ngc.follow(view, "image")  # type: ignore[arg-type]
    reference = {"id": ["image"], "path": {"type": "json", "path": PLATE}}
    for wrong in (lambda: ngc.follow(view, reference), lambda: ngc.open_ref(reference)):
        with pytest.raises(ngc.NodeNotFoundError, match=r"`id`.* this one has"):
            wrong()


def _follow_some(view: ngc.Node, well: ngc.Node) -> None:
    image, nuclei = well.children()
    neighbour = {"id": "image", "path": {"type": "json", "path": "./W12.json"}}
    assert ngc.follow(well, well.get_attr("well")["row"]) == view
    assert ngc.follow(nuclei, {"id": "image"}) == image
    assert ngc.follow(nuclei, neighbour).document_url == "memory://lab/w/W12.json"


@pytest.mark.parametrize("is_edited", [False, True])
def test_a_reference_is_followed_without_a_look_at_all_documents(is_edited: bool) -> None:
    efforts = []
    for wells in (20, 200):
        view = _plate_of([f"W{number}" for number in range(wells)])
        if is_edited:
            view = list(view.children())[3].remove()
        well = list(view.children())[10]
        _follow_some(view, well)  # Indexes are made once.
        efforts.append(calls_of(lambda view=view, well=well: _follow_some(view, well)))
    assert efforts[1] < 1.5 * efforts[0]


@pytest.mark.parametrize("ids", ["namespaced", "structural"])
def test_of_a_document_in_several_places_the_first_is_meant_in_a_view_and_when_it_is_written(
    ids: str,
) -> None:
    def stub(name: str) -> dict[str, Any]:
        return {
            "type": "collection",
            "id": name,
            "path": {"type": "json", "path": f"./{name}.json"},
        }

    meant = {"source": [{"id": "k", "path": stub("y")["path"]}]}
    root = {"type": "collection", "id": "all", "attributes": meant, "nodes": [stub("x"), stub("y")]}
    inner = {"type": "multiscale", "id": "k", "nodes": []}
    store = ngc.MemoryStore(
        {
            "memory://l/all.json": {"ome": {"version": "0.9", **root}},
            "memory://l/x.json": {"ome": {"type": "collection", "id": "x", "nodes": [stub("y")]}},
            "memory://l/y.json": {"ome": {"type": "collection", "id": "y", "nodes": [inner]}},
        }
    )
    view = ngc.open_inlined("memory://l/all.json", store=store)
    found = ngc.follow(view, view.get_attr("source")[0])
    assert [node.id for node in found.ancestors()] == ["y", "x", "all"]
    whole = ngc.save_inlined(view, "memory://l/whole.json", ids=ids, store=store)
    reference = whole.get_attr("source")[0]
    if ids == "namespaced":
        assert [node.id for node in ngc.follow(whole, reference).ancestors()] == [
            "x--y",
            "x",
            "all",
        ]
    else:  # Which of the two is meant can only be said from outside.
        assert reference["path"] == {"type": "json", "path": "./y.json"}


def test_a_view_with_other_ids_says_why_it_is_not_written_back() -> None:
    store = ngc.MemoryStore({"memory://l/a.json": {"ome": {"type": "collection", "id": "a"}}})
    other = ngc.Inlining(ids="namespaced")
    view = ngc.open_inlined("memory://l/a.json", strategy=other, store=store)
    for save in (ngc.save, ngc.save_tree):
        with pytest.raises(ngc.InvalidEditError, match=r"other ids .*structural"):
            save(view.set_attr("lab:x", 1))
