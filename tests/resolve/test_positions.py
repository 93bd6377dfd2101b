"""Where RFC-8 is silent about many documents: each position of docs/positions.md, pinned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import ngio_collections as ngc

LAB = "https://lab.example"
Json = dict[str, Any]


def _node(type: str, id: str, *nodes: Json, **fields: Any) -> Json:
    return {"type": type, "id": id, **fields, "nodes": list(nodes)}


def _stub(type: str, id: str, path: str, kind: str = "json", **fields: Any) -> Json:
    return {"type": type, "id": id, "path": {"type": kind, "path": path}, **fields}


def _document(node: Json) -> Json:
    return {"ome": {"version": "0.9", **node}}


def _group(node: Json | None, node_type: str = "group") -> Json:
    attributes = {} if node is None else {"ome": {"version": "0.9", **node}}
    return {"zarr_format": 3, "node_type": node_type, "attributes": attributes}


def _lab(documents: dict[str, Json], **bound: Any) -> ngc.Resolver:
    """A store of documents by their path on a server, or by their address."""
    absolute = {f"{LAB}/{at}" if ":" not in at else at: text for at, text in documents.items()}
    return ngc.Resolver(ngc.MemoryStore(absolute), **bound)


def _kinds(root: ngc.Node) -> list[str]:
    return [record.kind for record in root.report.unfollowed]


def _pair(stub: Json, target: Json) -> ngc.Resolver:
    return _lab({"a.json": _document(_node("collection", "a", stub)), "b.json": _document(target)})


def _found(root: ngc.Node, id: str) -> ngc.Node:
    node = root.find(id)
    assert node is not None
    return node


# --- What a stub and its target become ------------------------------------------------------


def test_the_stub_wins_key_by_key_and_values_are_not_merged_inside() -> None:
    lab = _pair(
        _stub("collection", "s", "./b.json", attributes={"x:1": {"stub": 1}, "x:2": "stub"}),
        _node("collection", "b", attributes={"x:1": {"target": 1}, "x:3": "target"}),
    )
    attributes = _found(lab.open_inlined(f"{LAB}/a.json"), "s").attributes
    assert dict(attributes) == {"x:1": {"stub": 1}, "x:2": "stub", "x:3": "target"}


def test_the_inlined_node_keeps_the_id_the_name_and_other_fields_of_the_stub() -> None:
    lab = _pair(
        _stub("collection", "s", "./b.json", name="Stub", **{"x:own": "stub"}),
        _node("collection", "b", name="Target", **{"x:own": "target", "x:more": 1}),
    )
    node = _found(lab.open_inlined(f"{LAB}/a.json"), "s")
    assert node.name == "Stub"
    assert (node.raw["x:own"], node.raw["x:more"]) == ("stub", 1)


def test_the_inlined_node_has_the_id_and_the_name_of_the_target_where_the_stub_has_none() -> None:
    path = {"type": "json", "path": "./b.json"}
    lab = _pair({"type": "collection", "path": path}, _node("collection", "b", name="Target"))
    assert _found(lab.open_inlined(f"{LAB}/a.json"), "b").name == "Target"


def test_a_target_of_another_type_is_not_put_in() -> None:
    lab = _pair(_stub("collection", "s", "./b.json"), _node("multiscale", "b"))
    root = lab.open_inlined(f"{LAB}/a.json")
    assert _found(root, "s").is_reference
    assert _kinds(root) == ["type-mismatch"]


def test_a_reference_to_the_own_root_of_an_inlined_document_leads_to_the_node_in_its_place() -> (
    None
):
    labels = {"labels": {"source": [{"id": "b"}]}}
    child = {"type": "multiscale", "id": "nuclei", "nodes": [], "attributes": labels}
    lab = _pair(_stub("collection", "s", "./b.json"), _node("collection", "b", child))
    root = lab.open_inlined(f"{LAB}/a.json")
    nuclei = _found(root, "nuclei")
    assert ngc.follow(nuclei, nuclei.attributes["labels"]["source"][0]) == _found(root, "s")


def test_the_version_of_an_inlined_root_is_left_out_of_the_view_and_kept_in_its_document() -> None:
    target = {"version": "0.8", **_node("collection", "b")}
    lab = _pair(_stub("collection", "s", "./b.json"), target)
    node = _found(lab.open_inlined(f"{LAB}/a.json"), "s")
    assert "version" not in node.raw
    lab.save_tree(node.set_attr("x:1", 1))
    assert lab.open(f"{LAB}/b.json").raw["version"] == "0.8"


# --- What is followed -------------------------------------------------------------------------


def test_a_cycle_ends_as_a_reference_and_is_no_failure() -> None:
    lab = _pair(
        _stub("collection", "s", "./b.json"),
        _node("collection", "b", _stub("collection", "back", "./a.json")),
    )
    root = lab.open_inlined(f"{LAB}/a.json")
    assert _found(root, "back").is_reference
    assert _kinds(root) == ["cycle"]
    assert root.report.failures == ()


def test_a_chain_of_references_is_followed_and_the_outermost_stub_wins() -> None:
    lab = _lab(
        {
            "a.json": _document(
                _node(
                    "collection", "a", _stub("collection", "s", "./b.json", attributes={"x:1": 1})
                )
            ),
            "b.json": _document(
                _stub("collection", "b", "./c.json", attributes={"x:1": 2, "x:2": 2})
            ),
            "c.json": _document(_node("collection", "c", attributes={"x:2": 3, "x:3": 3})),
        }
    )
    node = _found(lab.open_inlined(f"{LAB}/a.json"), "s")
    assert dict(node.attributes) == {"x:1": 1, "x:2": 2, "x:3": 3}
    assert node.document_url == f"{LAB}/c.json"


def test_the_path_of_a_level_in_zarr_is_data_unless_levels_are_asked_for() -> None:
    described = _stub("singlescale", "0", "./image.zarr/0", "zarr")
    plain = _stub("singlescale", "1", "./image.zarr/1", "zarr")
    lab = _lab(
        {
            "a.json": _document(_node("multiscale", "a", described, plain)),
            "image.zarr/0/zarr.json": _group(
                {"type": "singlescale", "id": "level", "attributes": {"x:1": 1}}, "array"
            ),
            "image.zarr/1/zarr.json": _group(None, "array"),
        }
    )
    root = lab.open_inlined(f"{LAB}/a.json")
    assert root.report.documents == (f"{LAB}/a.json",)
    assert _kinds(root) == []
    root = lab.open_inlined(f"{LAB}/a.json", levels=True)
    assert _found(root, "0").attributes["x:1"] == 1
    assert _found(root, "1").is_reference
    assert _kinds(root) == []  # An array of pixels without a node is no failure either.


def test_the_path_of_a_level_in_json_is_followed() -> None:
    level = {"type": "singlescale", "id": "level", "attributes": {"x:1": 1}}
    lab = _lab(
        {
            "a.json": _document(_node("multiscale", "a", _stub("singlescale", "0", "./0.json"))),
            "0.json": _document(level),
        }
    )
    assert _found(lab.open_inlined(f"{LAB}/a.json"), "0").attributes["x:1"] == 1


def test_a_node_with_both_nodes_and_a_path_is_not_followed_and_keeps_both() -> None:
    both = {**_stub("collection", "s", "./b.json"), "nodes": [_node("collection", "own")]}
    lab = _pair(both, _node("collection", "b", attributes={"x:1": 1}))
    root = lab.open_inlined(f"{LAB}/a.json")
    assert root.report.documents == (f"{LAB}/a.json",)
    node = _found(root, "s")
    assert node.is_reference
    assert node.attributes == {}
    assert root.find("own") is not None


def test_a_node_of_an_extension_type_is_not_followed() -> None:
    lab = _pair(_stub("x:table", "s", "./b.json"), _node("x:table", "b"))
    root = lab.open_inlined(f"{LAB}/a.json")
    assert _found(root, "s").is_reference
    assert root.report.documents == (f"{LAB}/a.json",)


# --- What may be read -------------------------------------------------------------------------


def test_by_default_a_local_document_leads_to_local_files_and_a_remote_one_to_its_origin() -> None:
    refusal = ngc.AccessPolicy().refusal
    assert refusal("file:///lab/a.json", "file:///elsewhere/b.json") is None
    assert refusal("file:///lab/a.json", f"{LAB}/b.json") is not None
    assert refusal(f"{LAB}/a.json", f"{LAB}/deep/b.json") is None
    assert refusal(f"{LAB}/a.json", "https://lab.example:8080/b.json") is not None
    assert refusal(f"{LAB}/a.json", "file:///lab/b.json") is not None


def test_what_the_policy_refuses_stays_a_reference_and_is_reported() -> None:
    lab = _lab(
        {
            "a.json": _document(
                _node("collection", "a", _stub("collection", "s", "https://other.example/b.json"))
            ),
            "https://other.example/b.json": _document(_node("collection", "b")),
        }
    )
    root = lab.open_inlined(f"{LAB}/a.json")
    assert _found(root, "s").is_reference
    assert _kinds(root) == ["forbidden"]


# --- Paths --------------------------------------------------------------------------------------


def test_a_relative_path_counts_from_the_document_that_declares_it() -> None:
    lab = _lab(
        {
            "a.json": _document(
                _node("collection", "a", _stub("collection", "s", "./deep/b.json"))
            ),
            "deep/b.json": _document(
                _node("collection", "b", _stub("collection", "t", "./c.json"))
            ),
            "deep/c.json": _document(_node("collection", "c")),
            "c.json": _document(_node("collection", "wrong")),
        }
    )
    root = lab.open_inlined(f"{LAB}/a.json")
    assert _found(root, "t").document_url == f"{LAB}/deep/c.json"


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("./a b.json", "a b.json"),
        ("./a%20b.json", "a b.json"),
        ("./ü.json", "ü.json"),
        ("./%C3%BC.json", "ü.json"),
        ("./a%23b.json", "a#b.json"),
        ("./50%.json", "50%.json"),
        ("./50%25.json", "50%.json"),
        ("./a\\b.json", "a\\b.json"),
        ("b.json", "b.json"),
        ("./x/../b.json", "b.json"),
    ],
)
def test_a_relative_path_is_a_url_reference_and_what_a_url_cannot_hold_stands_for_itself(
    path: str, file: str, tmp_path: Path
) -> None:
    (tmp_path / file).write_text(json.dumps(_document(_node("collection", "found"))))
    root = _document(_node("collection", "a", _stub("collection", "s", path)))
    (tmp_path / "root.json").write_text(json.dumps(root))
    view = ngc.open_inlined(tmp_path / "root.json")
    assert _kinds(view) == []
    assert not _found(view, "s").is_reference


@pytest.mark.parametrize("path", ["./a#b.json", "./a?b.json", "#a", ""])
def test_a_path_with_a_fragment_or_a_query_of_a_file_is_malformed(
    path: str, tmp_path: Path
) -> None:
    root = _document(_node("collection", "a", _stub("collection", "s", path)))
    (tmp_path / "root.json").write_text(json.dumps(root))
    assert _kinds(ngc.open_inlined(tmp_path / "root.json")) == ["malformed"]


def test_the_query_of_a_path_on_a_server_is_kept() -> None:
    lab = _lab(
        {
            "a.json": _document(_node("collection", "a", _stub("collection", "s", "./b?v=1"))),
            "b?v=1": _document(_node("collection", "b")),
        }
    )
    assert not _found(lab.open_inlined(f"{LAB}/a.json"), "s").is_reference


def test_a_path_with_a_leading_slash_counts_from_the_root_of_the_server_or_the_system() -> None:
    node = _node("collection", "a", _stub("collection", "s", "/data/b.json"))
    documents = {
        "deep/a.json": _document(node),
        "data/b.json": _document(_node("collection", "b")),
        "file:///lab/a.json": _document(node),
        "file:///data/b.json": _document(_node("collection", "b")),
    }
    lab = _lab(documents)
    for entry, target in (
        (f"{LAB}/deep/a.json", f"{LAB}/data/b.json"),
        ("file:///lab/a.json", "file:///data/b.json"),
    ):
        assert _found(lab.open_inlined(entry), "s").document_url == target


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("file:///data/b.json", "file:///data/b.json"),
        ("file:/data/b.json", "file:///data/b.json"),
        ("file://localhost/data/b.json", "file:///data/b.json"),
        ("file:///C:/data/b.json", "file:///C:/data/b.json"),
        ("file://C:/data/b.json", "file:///C:/data/b.json"),
        ("C:\\data\\b.json", "file:///C:/data/b.json"),
    ],
)
def test_all_forms_of_file_urls_and_of_drives_are_read(path: str, target: str) -> None:
    node = _node("collection", "a", _stub("collection", "s", path))
    lab = _lab({"file:///lab/a.json": _document(node), target: _document(_node("collection", "b"))})
    assert _found(lab.open_inlined("file:///lab/a.json"), "s").document_url == target


def test_paths_in_attributes_are_rewritten_when_a_node_moves_also_under_a_prefix() -> None:
    attributes = {
        "labels": {"source": [{"id": "x", "path": {"type": "json", "path": "./x.json"}}]},
        "lab:table": {"where": {"type": "zarr", "path": "./tables/1"}, "path": "./tables/1"},
    }
    child = _node("multiscale", "image", attributes=attributes)
    lab = _lab({"deep/b.json": _document(_node("collection", "b", child))})
    image = _found(lab.open(f"{LAB}/deep/b.json"), "image")
    moved = lab.create(f"{LAB}/image.json", image).attributes
    assert moved["labels"]["source"][0]["path"]["path"] == "./deep/x.json"
    assert moved["lab:table"]["where"]["path"] == "./deep/tables/1"
    assert moved["lab:table"]["path"] == "./tables/1"  # A string alone is no path.


# --- Where changes go -----------------------------------------------------------------------------


def test_a_change_goes_to_where_the_attribute_is_and_a_new_one_to_the_target() -> None:
    lab = _pair(
        _stub("collection", "s", "./b.json", attributes={"x:stub": 1, "x:both": 1}),
        _node("collection", "b", attributes={"x:target": 1, "x:both": 0}),
    )
    node = _found(lab.open_inlined(f"{LAB}/a.json"), "s")
    new = {"x:stub": 2, "x:both": 2, "x:target": 2, "x:new": 2}
    lab.save_tree(node.set_attrs(new))
    stub = _found(lab.open(f"{LAB}/a.json"), "s").attributes
    assert dict(stub) == {"x:stub": 2, "x:both": 2}
    target = lab.open(f"{LAB}/b.json").attributes
    assert dict(target) == {"x:target": 2, "x:both": 0, "x:new": 2}


def test_what_is_dropped_is_dropped_in_both() -> None:
    lab = _pair(
        _stub("collection", "s", "./b.json", attributes={"x:both": 1, "x:1": 1}),
        _node("collection", "b", attributes={"x:both": 0, "x:1": 1}),
    )
    lab.save_tree(_found(lab.open_inlined(f"{LAB}/a.json"), "s").drop_attrs("x:both"))
    assert "x:both" not in _found(lab.open_inlined(f"{LAB}/a.json"), "s").attributes


def test_a_document_in_several_places_that_were_edited_differently_is_refused() -> None:
    stubs = [_stub("collection", one, "./b.json") for one in ("one", "two")]
    lab = _lab(
        {
            "a.json": _document(_node("collection", "a", *stubs)),
            "b.json": _document(_node("collection", "b")),
        }
    )
    root = lab.open_inlined(f"{LAB}/a.json")
    edited = _found(root, "one").set_attr("x:1", 1)
    assert lab.save_tree(edited).written == (f"{LAB}/b.json",)
    different = _found(edited, "two").set_attr("x:1", 2)
    with pytest.raises(ngc.InvalidEditError, match="in several places"):
        lab.save_tree(different)
    same = _found(edited, "two").set_attr("x:1", 1)
    assert lab.save_tree(same).written == ()


# --- Reading ---------------------------------------------------------------------------------


def _system(id: str, axes: str, unit: str = "micrometer") -> Json:
    return {"id": id, "axes": [{"name": n, "type": "space", "unit": unit} for n in axes]}


def _level(id: str, output: str, **transformation: Any) -> Json:
    placed = {"input": {"id": id}, "output": {"id": output}, **transformation}
    path = {"type": "zarr", "path": f"./{id}"}
    attributes = {"coordinateTransformations": [placed]}
    return {"type": "singlescale", "id": id, "path": path, "attributes": attributes}


def _image(systems: list[Json], *levels: Json) -> Json:
    return _node("multiscale", "image", *levels, attributes={"coordinateSystems": systems})


SCALE = {"type": "scale", "scale": [2, 3]}


def test_the_axes_of_an_image_are_those_of_the_system_that_its_levels_lead_to() -> None:
    systems = [_system("other", "zyx"), _system("um", "yx")]
    bare = {"type": "singlescale", "id": "bare", "path": {"type": "zarr", "path": "./0"}}
    image = _image(systems, bare, _level("l", "um", **SCALE))
    found = ngc.as_tree(image).root
    assert [axis.name for axis in found.axes] == ["y", "x"]
    alone = ngc.as_tree(_image([_system("um", "yx")], bare)).root
    assert [axis.name for axis in alone.axes] == ["y", "x"]
    with pytest.raises(ngc.MissingAttributeError):
        _ = ngc.as_tree(_image(systems, bare)).root.axes


def test_a_reference_can_correct_the_units_of_an_image() -> None:
    corrected = {"coordinateSystems": [_system("um", "yx", "nanometer")]}
    lab = _pair(
        _stub("multiscale", "s", "./b.json", attributes=corrected),
        _image([_system("um", "yx")], _level("l", "um", **SCALE)),
    )
    image = _found(lab.open_inlined(f"{LAB}/a.json"), "s")
    assert image.pixel_size == {"y": (2.0, "nanometer"), "x": (3.0, "nanometer")}
    assert lab.open(f"{LAB}/b.json").axes[0].unit == "micrometer"


def test_a_well_in_a_document_of_its_own_is_read_though_its_row_has_no_path() -> None:
    listed = {"plate": {"rows": [{"id": "r", "name": "B"}], "columns": [{"id": "c", "name": "03"}]}}
    elsewhere = {"type": "json", "path": "./other.json"}
    for reference, is_read in (({"id": "r"}, True), ({"id": "r", "path": elsewhere}, False)):
        at = {"well": {"row": reference, "column": {"id": "c"}}}
        plate = _node("collection", "plate", _stub("collection", "w", "./w.json"))
        lab = _lab(
            {
                "p.json": _document({**plate, "attributes": listed}),
                "w.json": _document(_node("collection", "w", attributes=at)),
            }
        )
        assert ("B/03" in lab.open_inlined(f"{LAB}/p.json")) is is_read


def test_what_is_made_of_scales_and_translations_places_a_level() -> None:
    shift = {"type": "translation", "translation": [1, 1]}
    steps = {"type": "sequence", "transformations": [shift, {"type": "identity"}, SCALE]}
    level = _level("l", "um", **{**steps, "input": {"id": "somebody"}})
    image = ngc.as_tree(_image([_system("um", "yx")], level)).root
    assert (image.scale(), image.translation()) == ((2.0, 3.0), (2.0, 3.0))
    between = ngc.transform_between(image.levels()[0], image)
    assert between([1, 1]).tolist() == [4.0, 6.0]
    assert ngc.validate_document({"ome": {"version": "0.9", **image.to_json()}}) != []


def test_the_first_level_of_the_document_is_taken_as_the_finest() -> None:
    coarse = _level("coarse", "um", type="scale", scale=[4, 6])
    document = _document(_image([_system("um", "yx")], coarse, _level("fine", "um", **SCALE)))
    image = ngc.as_tree(document["ome"]).root
    assert [level.id for level in image.levels()] == ["coarse", "fine"]
    assert image.scale() == (4.0, 6.0)
    assert not [finding for finding in ngc.validate_document(document) if "level" in finding.rule]
