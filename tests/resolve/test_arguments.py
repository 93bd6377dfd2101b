"""Arguments of a wrong type are refused at once, and older metadata with the way to go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

import ngio_collections as ngc

ENTRY: Final = "memory://lab/p.json"


def _store() -> ngc.MemoryStore:
    return ngc.MemoryStore({ENTRY: {"ome": {"type": "collection", "nodes": []}}})


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"strategy": "stub"}, "expected Inlining"),
        ({"policy": "/tmp"}, "expected AccessPolicy"),
        ({"limits": 3}, "expected Limits"),
        ({"depth": "2"}, "depth is a number"),
        ({"depth": 1.5}, "depth is a number"),
        ({"depth": True}, "depth is a number"),
        ({"concurrency": "4"}, "concurrency is a number"),
        ({"concurrency": 1.5}, "concurrency is a number"),
        ({"store": "."}, "store is one such as LocalStore"),
    ],
)
def test_an_argument_of_a_wrong_type_is_refused_with_what_is_expected(
    options: dict[str, Any], expected: str
) -> None:
    with pytest.raises(TypeError, match=expected):
        ngc.open_inlined(ENTRY, **{"store": _store(), **options})


@pytest.mark.parametrize("wrong", [[], ["x"], {}, "x", None])
def test_what_is_none_of_the_choices_is_refused_with_the_choices(wrong: Any) -> None:
    root = ngc.open_inlined(ENTRY, store=_store())
    for call, expected in (
        (lambda: ngc.open_inlined(ENTRY, consolidated=wrong, store=_store()), "True, False or 've"),
        (lambda: ngc.save_tree(root.rename("new"), to=wrong), "`to` is|to is"),
        (lambda: ngc.Inlining(ids=wrong), "ids is one of structural, name"),
        (lambda: ngc.Inlining(attributes=wrong), "attributes is one of stub"),
        (lambda: ngc.save_inlined(root, "memory://lab/x.json", ids=wrong), "ids is one of"),
        (lambda: ngc.open_inlined(ENTRY, on_error=wrong, store=_store()), "on_error is 'skip'"),
    ):
        with pytest.raises(ValueError, match=expected):
            call()


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda verbs: verbs.open_ref("p.json"), "expected a node or a Reference"),
        (lambda verbs: verbs.open_inlined_ref("p.json"), "expected a node or a Reference"),
        (lambda verbs: verbs.create(ngc.new_node("collection"), "x.json"), "not a Python Node"),
        (lambda verbs: verbs.check_links(["p.json"]), "not an array of 1 item"),
        (lambda verbs: verbs.open(None), "not null"),
    ],
)
def test_what_is_no_location_is_refused(call: Callable[[Any], Any], expected: str) -> None:
    with pytest.raises(TypeError, match=expected):
        call(ngc)


OPENING: Final[list[Callable[..., Any]]] = [
    ngc.open,
    ngc.open_inlined,
    ngc.check_links,
    ngc.consolidate,
]


@pytest.mark.parametrize("opening", OPENING)
@pytest.mark.parametrize("key", ["multiscales", "plate", "well", "labels"])
def test_metadata_from_before_rfc_8_is_no_node_and_the_way_is_shown(
    opening: Callable[..., Any], key: str
) -> None:
    group = {"zarr_format": 3, "attributes": {"ome": {"version": "0.5", key: []}}}
    store = ngc.MemoryStore({"memory://lab/a.zarr/zarr.json": group})
    with pytest.raises(ngc.NotOmeError, match=rf"before RFC-8 \({key}\).*`convert`"):
        opening("memory://lab/a.zarr", store=store)


@pytest.mark.parametrize("opening", OPENING)
def test_a_group_of_zarr_2_is_recognised_and_the_way_is_shown(opening: Callable[..., Any]) -> None:
    store = ngc.MemoryStore({"memory://lab/a.zarr/.zattrs": {"multiscales": []}})
    with pytest.raises(ngc.DocumentNotFoundError, match=r"\.zattrs of OME-Zarr 0\.4.*`convert`"):
        opening("memory://lab/a.zarr", store=store)
    with pytest.raises(ngc.DocumentNotFoundError) as plain:
        opening("memory://lab/b.zarr", store=store)
    assert "convert" not in str(plain.value)


def test_save_inlined_writes_whole_trees_and_says_how_to_write_a_part() -> None:
    part = ngc.new_node("collection", id="part")
    store = ngc.MemoryStore()
    node = ngc.new_node("collection", children=[part])
    root = ngc.create("memory://lab/a.json", node, store=store)
    with pytest.raises(ngc.InvalidEditError, match=r"node\.tree\.root.*create\(location, node\)"):
        ngc.save_inlined(root.find("part"), "memory://lab/b.json", store=store)
    assert "memory://lab/b.json" not in store
    edited = root.find("part").set_attr("k", 1)
    whole = ngc.save_inlined(edited.find("part").tree.root, "memory://lab/b.json", store=store)
    assert whole.find("part").get_attr("k") == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [(None, "null"), (5, "the number 5"), ([], "an empty array"), (b"a.json", "a Python bytes")],
)
def test_errors_name_values_in_words(wrong: Any, words: str) -> None:
    for call in (ngc.open, ngc.open_inlined, ngc.delete, ngc.check_links):
        with pytest.raises(TypeError, match=f"^expected a path or an address, not {words}$"):
            call(wrong)
    for write in (ngc.save, ngc.save_tree, lambda node: ngc.create("memory://l/a.json", node)):
        with pytest.raises(TypeError, match=f"^expected a Node, not {words}; open one"):
            write(wrong)


@pytest.mark.parametrize(("node", "words"), [("null", "null"), ("[]", "an empty array")])
def test_a_document_without_a_node_is_told_in_words_of_json(node: str, words: str) -> None:
    store = ngc.MemoryStore({"memory://lab/a.json": f'{{"ome": {node}}}'})
    with pytest.raises(ngc.NotOmeError, match=f"at /ome; expected an object, not {words}$"):
        ngc.open("memory://lab/a.json", store=store)
