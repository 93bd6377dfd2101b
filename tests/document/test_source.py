"""A document as it was read: its node, everything around it, and what it becomes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ngio_collections._words import show
from ngio_collections.document import (
    is_in_zarr,
    new_document,
    read_source,
    replace_node,
    without_node,
)
from ngio_collections.errors import NotJsonError, NotOmeError
from tests.graph.samples import documents, values

URL = "https://lab.org/a.json"
NODE = {"type": "collection", "nodes": []}
KEYS = st.sampled_from(("a", "zarr_format", "ключ", "", "consolidated_metadata"))


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    """Whole documents, of both kinds, with other things around the node."""
    around = draw(st.dictionaries(KEYS, values(), max_size=3))
    around["ome"] = draw(documents(max_leaves=3))
    order = draw(st.permutations(list(around)))
    whole = {key: around[key] for key in order}
    if draw(st.booleans()):
        return whole
    outside = draw(st.dictionaries(KEYS, values(), max_size=3))
    outside["attributes"] = whole
    if draw(st.booleans()):
        outside["ome"] = "not this one"
    return outside


def _text(value: Any) -> str:
    return json.dumps(value)


@given(files())
def test_a_node_is_read_and_put_back_where_it_was(document: dict[str, Any]) -> None:
    source = read_source(json.dumps(document).encode(), URL, "tag")
    inside = document["attributes"] if is_in_zarr(document) else document
    assert _text(source.node) == _text(inside["ome"])
    assert _text(source.document) == _text(document)
    assert _text(replace_node(source.document, source.node)) == _text(document)
    assert (source.url, source.tag, source.is_copy) == (URL, "tag", False)
    assert _text(source.tree().root.to_json()) == _text(source.node)
    assert source.tree().url == URL


@given(files(), documents(max_leaves=2))
def test_another_node_leaves_everything_else_in_its_place(
    document: dict[str, Any], node: dict[str, Any]
) -> None:
    before = _text(document)
    made = replace_node(document, node)
    assert _text(document) == before
    inside = "attributes" if is_in_zarr(document) else None
    assert list(made) == list(document)
    assert (made[inside] if inside else made)["ome"] is node
    assert _text(without_node(made)) == _text(without_node(document))


@given(files())
def test_without_its_node_a_document_has_all_the_rest(document: dict[str, Any]) -> None:
    rest = without_node(document)
    if is_in_zarr(document):
        assert "ome" not in rest["attributes"]
        assert list(rest) == list(document)
        expected = [key for key in document["attributes"] if key != "ome"]
        assert list(rest["attributes"]) == expected
    else:
        assert list(rest) == [key for key in document if key != "ome"]


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"ome": NODE}, "/ome"),
        ({"attributes": {"ome": NODE}}, "/attributes/ome"),
        ({"attributes": {"ome": NODE}, "ome": NODE}, "/attributes/ome"),
        ({"attributes": {}, "ome": NODE}, "/ome"),
        ({"attributes": [], "ome": NODE}, "/ome"),
    ],
)
def test_a_document_knows_where_its_node_is(document: dict[str, Any], pointer: str) -> None:
    assert read_source(json.dumps(document).encode(), URL, "t").pointer == pointer


@pytest.mark.parametrize("node", [None, [], "text", 5, True, [NODE]])
@pytest.mark.parametrize("where", ["/ome", "/attributes/ome"])
def test_what_is_no_object_is_no_node(node: Any, where: str) -> None:
    document = {"ome": node} if where == "/ome" else {"attributes": {"ome": node}}
    with pytest.raises(NotOmeError, match=where) as refused:
        read_source(json.dumps(document).encode(), URL, "t")
    assert refused.value.document == URL
    assert str(refused.value).endswith(f"expected an object, not {show(node)}")


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b'{"ome": NaN}', b"{} {}"])
def test_what_is_no_json_is_refused_with_its_address(data: bytes) -> None:
    with pytest.raises(NotJsonError) as refused:
        read_source(data, URL, "t")
    assert refused.value.document == URL


def test_a_byte_order_mark_does_not_matter() -> None:
    assert read_source(b'\xef\xbb\xbf{"ome": {}}', URL, "t").node == {}


def test_what_was_written_is_what_is_known_from_then_on() -> None:
    source = read_source(json.dumps({"ome": NODE, "other": 1}).encode(), URL, "old")
    node = {"type": "multiscale"}
    source.written("new", node)
    assert (source.tag, source.node) == ("new", node)
    assert source.document == {"ome": node, "other": 1}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("file:///a.json", {"ome": NODE}),
        ("file:///my.zarr.json", {"ome": NODE}),
        ("file:///a/myzarr.json", {"ome": NODE}),
        (
            "file:///a/zarr.json",
            {"zarr_format": 3, "node_type": "group", "attributes": {"ome": NODE}},
        ),
    ],
)
def test_a_new_document_is_that_of_a_group_or_a_file_of_its_own(
    url: str, expected: dict[str, Any]
) -> None:
    made = new_document(url, NODE)
    assert made == expected
    assert read_source(json.dumps(made).encode(), url, "t").node == NODE
