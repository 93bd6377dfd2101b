from __future__ import annotations

import copy
from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections.mend._patching import apply_operations, parts_of, value_at

DOCUMENT: dict[str, Any] = {"a": {"b": [1, {"c/d~": 2}]}, "e": {"f": 3}}


def test_a_patch_leaves_the_document_as_it_is_and_shares_what_is_the_same() -> None:
    before = copy.deepcopy(DOCUMENT)
    made = apply_operations(
        DOCUMENT,
        [
            {"op": "test", "path": "/a/b/0", "value": 1},
            {"op": "replace", "path": "/a/b/1/c~1d~0", "value": [5]},
            {"op": "add", "path": "/a/new", "value": {}},
            {"op": "remove", "path": "/a/b/0"},
        ],
    )
    assert made == {"a": {"b": [{"c/d~": [5]}], "new": {}}, "e": {"f": 3}}
    assert before == DOCUMENT
    assert made["e"] is DOCUMENT["e"]


def test_a_key_keeps_its_place_and_an_id_comes_where_people_look_for_it() -> None:
    node = {"type": "collection", "version": "1", "name": "N", "nodes": []}
    made = apply_operations({"n": node}, [{"op": "add", "path": "/n/id", "value": "i"}])
    assert list(made["n"]) == ["type", "version", "id", "name", "nodes"]
    made = apply_operations({"n": {"name": "N"}}, [{"op": "add", "path": "/n/id", "value": "i"}])
    assert list(made["n"]) == ["id", "name"]
    node = {"name": "N", "type": "collection"}
    made = apply_operations({"n": node}, [{"op": "add", "path": "/n/version", "value": "1"}])
    assert [key for key in made["n"] if key != "version"] == ["name", "type"]
    made = apply_operations(made, [{"op": "replace", "path": "/n/name", "value": "M"}])
    assert [key for key in made["n"] if key != "version"] == ["name", "type"]


def test_a_value_can_be_moved() -> None:
    made = apply_operations(DOCUMENT, [{"op": "move", "from": "/a", "path": "/e/a"}])
    assert made == {"e": {"f": 3, "a": DOCUMENT["a"]}}


def test_what_a_patch_brings_is_nobody_elses() -> None:
    value: list[int] = [1]
    made = apply_operations(DOCUMENT, [{"op": "add", "path": "/x", "value": value}])
    value.append(2)
    assert made["x"] == [1]


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ({"op": "test", "path": "/a/b/0", "value": 1.0}, "something else is there"),
        ({"op": "test", "path": "/a/b/9", "value": 1}, "something else is there"),
        ({"op": "replace", "path": "/x", "value": 1}, "nothing to be replaced"),
        ({"op": "remove", "path": "/a/b/-"}, "nothing to be removed"),
        ({"op": "remove", "path": "/a/b/x"}, "nothing to be removed"),
        ({"op": "add", "path": "/a/b/0", "value": 1}, "no object"),
        ({"op": "add", "path": "/x/y", "value": 1}, "no such place"),
        ({"op": "add", "path": "/e/f/g/h", "value": 1}, "no such place"),
        ({"op": "copy", "path": "/x", "from": "/a"}, "no operation 'copy'"),
        ({"op": "add", "value": 1}, "has no `path`"),
    ],
)
def test_a_patch_that_does_not_fit_is_refused_with_its_place(
    operation: dict[str, Any], words: str
) -> None:
    with pytest.raises(ngc.InvalidEditError, match=words):
        apply_operations(DOCUMENT, [operation], "x.json")


def test_pointers_lead_to_values() -> None:
    assert parts_of("") == ()
    assert value_at(DOCUMENT, "/a/b/1/c~1d~0") == 2
    assert value_at(DOCUMENT, ("a", "b", 0)) == 1
    assert value_at(DOCUMENT, "/a/b/7", "none") == "none"
    assert value_at(DOCUMENT, "/a/b/0/x") is None
