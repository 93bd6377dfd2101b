"""A node that is put into a Zarr group or array which exists loses nothing of that."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections import MemoryStore, Node
from ngio_collections.resolve.verbs import _writing
from tests.resolve.graphs import contents

URL = "memory://lab/im.zarr/zarr.json"
GROUP = {
    "zarr_format": 3,
    "node_type": "group",
    "attributes": {"mine": 1},
    "consolidated_metadata": {"kind": "inline", "metadata": {}},
}
ARRAY = {
    "shape": [10],
    "data_type": "uint8",
    "attributes": {"mine": {"b": 1, "a": 10**30}},
    "zarr_format": 3,
    "codecs": [{"name": "bytes"}],
    "node_type": "array",
}
BARE = {"zarr_format": 3, "node_type": "group"}
OLD = {"type": "collection", "id": "old", "version": "0.9"}

Write = Callable[..., Node]


def _create(node: Node, store: MemoryStore, **options: Any) -> Node:
    return ngc.create("memory://lab/im.zarr", node, store=store, **options)


def _inline(node: Node, store: MemoryStore, **options: Any) -> Node:
    return ngc.save_inlined(node, "memory://lab/im.zarr", store=store, **options)


@pytest.fixture(params=[_create, _inline, "from text"])
def write(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Write:
    if request.param == "from text":
        monkeypatch.setattr(_writing, "LARGE_NODES", 0)
        return _inline
    verb: Write = request.param
    return verb


def _node() -> Node:
    child = {"type": "multiscale", "id": "c", "path": {"type": "zarr", "path": "./c.zarr"}}
    node = {"type": "collection", "version": "0.9", "id": "p", "nodes": [child]}
    store = MemoryStore({"memory://lab/p.json": {"ome": node}})
    return ngc.open("memory://lab/p.json", store=store)


def _with(document: dict[str, Any], ome: Any) -> dict[str, Any]:
    return {**document, "attributes": {**document.get("attributes", {}), "ome": ome}}


@pytest.mark.parametrize("document", [GROUP, ARRAY, BARE])
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_group_or_array_without_a_node_gets_one_and_keeps_the_rest(
    document: dict[str, Any], overwrite: bool, write: Write
) -> None:
    store = MemoryStore({URL: json.dumps(document, indent=3)})
    root = write(_node(), store, overwrite=overwrite)
    written = json.loads(store.read(URL))
    assert written == _with(document, root.to_json())
    assert [key for key in written if key != "attributes" or key in document] == list(document)
    assert ngc.save(root.rename("again"), store=store).written == (URL,)
    assert json.loads(store.read(URL)) == _with(document, root.rename("again").to_json())


@pytest.mark.parametrize("document", [GROUP, ARRAY, BARE])
def test_a_node_is_replaced_only_where_that_was_asked_for(
    document: dict[str, Any], write: Write
) -> None:
    store = MemoryStore({URL: _with(document, OLD)})
    before = contents(store)
    with pytest.raises(ngc.ConflictError, match="has a node"):
        write(_node(), store)
    assert contents(store) == before
    root = write(_node(), store, overwrite=True)
    assert json.loads(store.read(URL)) == _with(document, root.to_json())


NO_ZARR = ['{"ome": {"type": "collection"}}', "{}", "[]", "null", '"zarr_format"']


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        *((text, ngc.ConflictError, "no metadata of a Zarr group") for text in NO_ZARR),
        ('{"zarr_format": 3, "attributes": null}', ngc.ConflictError, "are null, not an object"),
        ('{"zarr_format": 3, "attributes": []}', ngc.ConflictError, "an empty array, not"),
        ('{"zarr_format": 3, "zarr_format": 3}', ngc.NotJsonError, "/zarr_format"),
        ('{"zarr_format": 3', ngc.NotJsonError, "is not JSON"),
        ("", ngc.NotJsonError, "is not JSON"),
    ],
)
def test_what_is_no_metadata_of_zarr_is_left_as_it_is(
    text: str, error: type[Exception], words: str, overwrite: bool, write: Write
) -> None:
    store = MemoryStore({URL: text})
    with pytest.raises(error, match=words):
        write(_node(), store, overwrite=overwrite)
    assert store.read(URL) == text.encode()


def test_a_group_gets_its_node_back_after_it_was_taken_away() -> None:
    store = MemoryStore({URL: _with(GROUP, OLD)})
    ngc.delete(URL, store=store)
    assert json.loads(store.read(URL)) == GROUP
    root = _create(_node(), store)
    assert json.loads(store.read(URL)) == _with(GROUP, root.to_json())


def test_a_part_of_a_document_goes_into_a_group_that_exists() -> None:
    documents = {"memory://lab/all.json": {"ome": {"type": "collection", "nodes": [OLD]}}}
    store = MemoryStore({URL: GROUP, **documents})
    root = ngc.open("memory://lab/all.json", store=store)
    ngc.save(ngc.externalize(root.find("old"), "memory://lab/im.zarr"))
    assert json.loads(store.read(URL)) == _with(GROUP, OLD)


class _Busy(MemoryStore):
    """A store in which somebody else writes between the look at a document and its write."""

    async def put(self, url: str, data: bytes, **conditions: Any) -> str:
        await super().put(url, json.dumps(ARRAY).encode())
        return await super().put(url, data, **conditions)


@pytest.mark.parametrize("documents", [{}, {URL: GROUP}])
@pytest.mark.parametrize("overwrite", [False, True])
def test_what_somebody_else_writes_meanwhile_is_not_lost(
    documents: dict[str, Any], overwrite: bool, write: Write
) -> None:
    store = _Busy(documents, latency=0)
    with pytest.raises(ngc.ConflictError):
        write(_node(), store, overwrite=overwrite)
    assert json.loads(store.read(URL)) == ARRAY


def test_a_signed_address_is_that_of_a_group_as_well() -> None:
    url = "https://lab.example/im.zarr/zarr.json?sig=a"
    store = MemoryStore({url: GROUP})
    ngc.create("https://lab.example/im.zarr?sig=a", _node(), store=store)
    assert json.loads(store.read(url))["attributes"]["mine"] == 1
    new = ngc.create("https://lab.example/new.zarr?sig=a", _node(), store=store)
    written = json.loads(store.read(str(new.document_url)))
    assert written == _with(BARE, new.to_json())


@pytest.mark.parametrize("options", [{}, {"overwrite": True}])
def test_an_image_from_before_rfc_8_keeps_its_metadata(
    write: Write, options: dict[str, Any]
) -> None:
    image = {"version": "0.5", "multiscales": [{"axes": [], "datasets": []}]}
    group = {**BARE, "attributes": {"ome": image}}
    store = MemoryStore({URL: group})
    before = contents(store)
    with pytest.raises(ngc.ConflictError, match=r"before RFC-8 .*convert"):
        write(_node(), store, **options)
    assert contents(store) == before
