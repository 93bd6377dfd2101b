"""`validate_document`: what it takes, what it gives, and in which order."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections._frozen import freeze

AXES = [{"name": name, "type": "space", "unit": "micrometer"} for name in ("y", "x")]


def document(**fields: Any) -> dict[str, Any]:
    """A correct standalone document around a collection, with more fields."""
    return {"ome": {"type": "collection", "version": "0.9", "id": "root", "nodes": [], **fields}}


def level(name: str, system: str) -> dict[str, Any]:
    """A correct level of an image."""
    scale = {"type": "scale", "scale": [1, 1], "input": {"id": name}, "output": {"id": system}}
    return {
        "type": "singlescale",
        "id": name,
        "path": {"type": "zarr", "path": f"./{name}"},
        "attributes": {"coordinateTransformations": [scale]},
    }


def image(name: str) -> dict[str, Any]:
    """A correct image with one level."""
    return {
        "type": "multiscale",
        "id": name,
        "attributes": {"coordinateSystems": [{"id": f"{name}_s", "axes": AXES}]},
        "nodes": [level(f"{name}_0", f"{name}_s")],
    }


def found(data: Any, **options: Any) -> list[tuple[str, str]]:
    """The findings as pairs of place and rule."""
    return [(f.pointer, f.rule) for f in ngc.validate_document(data, **options)]


def test_a_correct_document_has_no_findings() -> None:
    assert found(document(nodes=[image("a"), image("b")])) == []


ENCODINGS: dict[str, Callable[[Any], Any]] = {
    "dict": lambda value: value,
    "str": json.dumps,
    "bytes": lambda value: json.dumps(value).encode(),
    "bytearray": lambda value: bytearray(json.dumps(value).encode()),
    "memoryview": lambda value: memoryview(json.dumps(value).encode()),
    "indented": lambda value: json.dumps(value, indent=4),
    "with a mark": lambda value: json.dumps(value).encode("utf-8-sig"),
    "frozen": freeze,
}


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
def test_the_form_of_the_input_makes_no_difference(encode: Callable[[Any], Any]) -> None:
    content = fifteen_mistakes()
    assert ngc.validate_document(encode(content)) == ngc.validate_document(content)


def test_the_input_is_not_changed() -> None:
    content = fifteen_mistakes()
    before = copy.deepcopy(content)
    keys = json.dumps(content)
    ngc.validate_document(content)
    assert content == before
    assert json.dumps(content) == keys


def test_the_same_document_gives_the_same_findings_every_time() -> None:
    content = fifteen_mistakes()
    assert ngc.validate_document(content) == ngc.validate_document(content)


def test_findings_carry_the_address_of_the_document() -> None:
    for url in (None, "plate.json", "https://a.b/c%20d.json?x=1#y", "C:\\data\\plate.json"):
        findings = ngc.validate_document(document(id="a b"), url=url)
        assert [finding.document for finding in findings] == [url]


@pytest.mark.parametrize("url", ["http://[", "http://[::1", "//[", "", "file://", "\ud800.json"])
def test_an_address_that_is_no_url_crashes_nothing(url: str) -> None:
    assert {rule for _, rule in found(document(), url=url)} <= {"metadata-storage"}


def test_findings_come_in_the_order_of_the_text() -> None:
    content = {
        "other": 1,
        "ome": {
            "nodes": [
                {"nodes": [{"id": "!", "type": "collection", "nodes": []}], "type": "collection"},
                {"id": "?", "type": "nothing"},
            ],
            "attributes": {"zzz": 1, "aaa": 1, "plate": {"columns": [{}], "rows": [{}]}},
            "type": "collection",
            "id": "a b",
            "version": 9,
        },
    }
    assert [pointer for pointer, _ in found(content)] == [
        "/ome/nodes/0",
        "/ome/nodes/0/nodes/0/id",
        "/ome/nodes/1/id",
        "/ome/nodes/1/type",
        "/ome/attributes/zzz",
        "/ome/attributes/aaa",
        "/ome/attributes/plate/columns/0",
        "/ome/attributes/plate/rows/0",
        "/ome/id",
        "/ome/version",
    ]


def test_items_come_in_the_order_of_numbers() -> None:
    nodes = [{"type": "collection", "id": f"n {n}", "nodes": []} for n in range(12)]
    pointers = [pointer for pointer, _ in found(document(nodes=nodes))]
    assert pointers == [f"/ome/nodes/{n}/id" for n in range(12)]


@pytest.mark.parametrize(
    ("key", "escaped"),
    [("a/b", "a~1b"), ("m~n", "m~0n"), ("~1", "~01"), ("/", "~1"), ("~/~", "~0~1~0"), ("", "")],
)
def test_pointers_escape_keys_as_rfc_6901_says(key: str, escaped: str) -> None:
    expected = [(f"/ome/attributes/{escaped}", "reserved-attribute-keys")]
    assert found(document(attributes={key: 1})) == expected


def test_a_key_that_looks_like_a_position_is_a_key() -> None:
    expected = [("/ome/attributes/0", "reserved-attribute-keys")]
    assert found(document(attributes={"0": {"1": []}})) == expected


def fifteen_mistakes() -> dict[str, Any]:
    """A document with fifteen mistakes, none of them a consequence of another one."""
    first, second, third = image("a"), image("b"), image("c")
    first["attributes"]["coordinateSystems"][0]["axes"] = [{**AXES[0], "unit": "um"}, AXES[1]]
    first["attributes"]["labels"] = {"labelAttributes": [{"labelValue": 1, "color": [1, 2, 3]}]}
    first["name"] = 5
    second["nodes"][0]["attributes"]["coordinateTransformations"][0]["scale"] = [0, 1]
    second["nodes"][0]["version"] = "0.8"
    second["nodes"][0]["path"]["type"] = 7
    third["attributes"]["remark"] = "no prefix"
    third["nodes"][0]["attributes"]["coordinateTransformations"][0]["input"] = {"id": "a_0"}
    third["attributes"]["acquisition"] = {"id": "nowhere"}
    plate = {
        "rows": [{"id": "A"}, {"id": "A"}],
        "columns": [{"id": "0 1"}, {"id": "02", "name": None}],
        "acquisitions": [],
    }
    well = {"well": {"row": {"id": "A"}, "column": {"id": "03"}}}
    nodes = [
        first,
        second,
        third,
        {"type": "collection", "id": "w", "nodes": [], "attributes": well},
        {"type": "collection", "id": "both", "nodes": [], "path": {"type": "json", "path": "x"}},
        "no node",
    ]
    return document(nodes=nodes, attributes={"plate": plate})


def test_every_mistake_is_found_at_once_and_each_once() -> None:
    nodes, attributes = "/ome/nodes", "/ome/attributes"
    transformation = "attributes/coordinateTransformations/0"
    assert found(fifteen_mistakes()) == [
        (f"{nodes}/0/attributes/coordinateSystems/0/axes/0/unit", "axis-unit"),
        (f"{nodes}/0/attributes/labels/labelAttributes/0/color", "label-color"),
        (f"{nodes}/0/name", "node-name"),
        (f"{nodes}/1/nodes/0/path/type", "path-type"),
        (f"{nodes}/1/nodes/0/{transformation}/scale/0", "scale-zero"),
        (f"{nodes}/1/nodes/0/version", "same-version"),
        (f"{nodes}/2/attributes/remark", "reserved-attribute-keys"),
        (f"{nodes}/2/attributes/acquisition", "acquisition-of-plate"),
        (f"{nodes}/2/nodes/0/{transformation}/input", "level-input"),
        (f"{nodes}/3/attributes/well/column", "well-position"),
        (f"{nodes}/4", "collection-nodes-or-path"),
        (f"{nodes}/5", "collection-nodes"),
        (f"{attributes}/plate/rows/1/id", "unique-ids"),
        (f"{attributes}/plate/columns/0/id", "plate-ids"),
        (f"{attributes}/plate/columns/1/name", "plate-names"),
    ]


def test_mistakes_do_not_hide_each_other() -> None:
    content = fifteen_mistakes()
    everything = set(found(content))
    del content["ome"]["nodes"][5]
    content["ome"]["nodes"][0]["name"] = "Mended"
    gone = {("/ome/nodes/5", "collection-nodes"), ("/ome/nodes/0/name", "node-name")}
    assert everything - set(found(content)) == gone
    assert set(found(content)) <= everything


@pytest.mark.parametrize("node", [None, [], "text", 5, False])
@pytest.mark.parametrize("pair", ngc.profiles(), ids="-".join)
def test_a_node_that_is_no_object_is_one_finding(node: Any, pair: tuple[str, str]) -> None:
    profile, revision = pair
    expected = [("/ome", "node-object")]
    assert found({"ome": node}, profile=profile, revision=revision) == expected
    in_zarr = {"zarr_format": 3, "attributes": {"ome": node}}
    expected = [("/attributes/ome", "node-object")]
    assert found(in_zarr, profile=profile, revision=revision) == expected


@pytest.mark.parametrize("data", [{}, [], None, 5, "5", b"[]", "null", '{"attributes": {}}'])
def test_what_holds_no_node_is_an_error(data: Any) -> None:
    with pytest.raises(ngc.NotOmeError) as refused:
        ngc.validate_document(data, url="a.json")
    assert refused.value.document == "a.json"


@pytest.mark.parametrize("data", ["", b"", "{", b"\xff", "{'ome': {}}", '{"ome": NaN}'])
def test_what_is_not_json_is_an_error(data: str | bytes) -> None:
    with pytest.raises(ngc.NotJsonError) as refused:
        ngc.validate_document(data, url="a.json")
    assert refused.value.document == "a.json"


def test_the_default_is_our_profile_at_its_revision() -> None:
    content = document(id="a b")
    explicit = ngc.validate_document(content, profile="ngio", revision="v1-2026-08")
    assert ngc.validate_document(content) == explicit


def test_profiles_differ_where_they_say_so() -> None:
    content = document()
    del content["ome"]["id"]
    assert found(content) == [("/ome", "node-id-required")]
    assert found(content, profile="rfc8") == [("/ome", "node-name")]
