"""Where the node of a document is, and what is no document at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ngio_collections.document import Envelope, open_envelope, parse_document
from ngio_collections.errors import NotJsonError, NotOmeError

NODE = {"type": "collection"}


def _zarr(node: Any, node_type: str = "group") -> dict[str, Any]:
    return {"zarr_format": 3, "node_type": node_type, "attributes": {"ome": node}}


def test_the_node_of_a_standalone_document_is_at_ome() -> None:
    document = {"ome": NODE, "other": 1}
    found = open_envelope(document)
    assert found == Envelope("json", ("ome",), NODE, document)
    assert found.node is NODE
    assert found.document is document


@pytest.mark.parametrize("node_type", ["group", "array"])
def test_the_node_of_a_zarr_group_or_array_is_in_its_attributes(node_type: str) -> None:
    document = _zarr(NODE, node_type)
    assert open_envelope(document) == Envelope("zarr", ("attributes", "ome"), NODE, document)


def test_where_both_places_hold_a_node_that_of_the_attributes_counts() -> None:
    document = {"ome": {"type": "other"}, **_zarr(NODE)}
    assert open_envelope(document).pointer == ("attributes", "ome")


@pytest.mark.parametrize("attributes", [None, [], "ome", 5, {}, [{"ome": 1}]])
def test_attributes_that_hold_no_node_are_passed_over(attributes: Any) -> None:
    assert open_envelope({"ome": NODE, "attributes": attributes}).kind == "json"
    with pytest.raises(NotOmeError):
        open_envelope({"attributes": attributes})


@pytest.mark.parametrize("node", [None, [], "text", 0, False, {}])
def test_whatever_is_at_the_place_of_the_node_is_the_node(node: Any) -> None:
    assert open_envelope({"ome": node}).node == node
    assert open_envelope(_zarr(node)).node == node
    assert open_envelope({"ome": NODE, "attributes": {"ome": node}}).kind == "zarr"


@pytest.mark.parametrize("document", [None, [], [{"ome": NODE}], "ome", 5, True, 1.5])
def test_what_is_no_object_is_no_document(document: Any) -> None:
    with pytest.raises(NotOmeError, match="no JSON object"):
        open_envelope(document)


@pytest.mark.parametrize("document", [{}, {"OME": NODE}, {"multiscales": []}, {"type": "x"}])
def test_an_object_without_a_node_is_no_document(document: dict[str, Any]) -> None:
    with pytest.raises(NotOmeError, match="the key `ome`") as refused:
        open_envelope(document, "a.json")
    assert refused.value.document == "a.json"
    assert str(refused.value).startswith("a.json: ")


@pytest.mark.parametrize("node_type", ["group", "array"])
def test_zarr_metadata_without_a_node_says_where_it_would_be(node_type: str) -> None:
    document = {"zarr_format": 3, "node_type": node_type, "attributes": {"multiscales": []}}
    with pytest.raises(NotOmeError, match=r"`attributes\.ome`"):
        open_envelope(document)


TEXT = '{"ome": {"name": "é"}}'


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text,
        lambda text: text.encode(),
        lambda text: bytearray(text.encode()),
        lambda text: memoryview(text.encode()),
        lambda text: text.encode("utf-8-sig"),
    ],
    ids=["str", "bytes", "bytearray", "memoryview", "bytes with a mark"],
)
def test_text_is_parsed_in_whatever_form_it_comes(encode: Callable[[str], Any]) -> None:
    assert parse_document(encode(TEXT)) == {"ome": {"name": "é"}}


def test_a_parsed_document_is_given_back_as_it_is() -> None:
    document = {"ome": NODE}
    assert parse_document(document) is document


@pytest.mark.parametrize("text", ["{", b"{", b"\xff", "NaN", ""])
def test_what_is_not_json_is_refused_with_the_address(text: str | bytes) -> None:
    with pytest.raises(NotJsonError, match=r"^https://a\.b/c\.json: is not JSON: ") as refused:
        parse_document(text, "https://a.b/c.json")
    assert refused.value.document == "https://a.b/c.json"
    assert refused.value.problem.startswith("is not JSON: ")


def test_an_envelope_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        open_envelope({"ome": NODE}).kind = "zarr"  # type: ignore[misc]
