"""Where attributes declare ids, and where they refer to some."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from ngio_collections.document import declared_ids, id_places, map_ids, references
from tests.graph.samples import values


def _ref(id_: str) -> dict[str, Any]:
    return {"id": id_, "path": {"type": "json", "path": "./a.json"}, "more": [1]}


DECLARING: list[tuple[dict[str, Any], list[str]]] = [
    ({"coordinateSystems": [{"id": "a"}, {"id": "b", "axes": []}]}, ["a", "b"]),
    ({"scene": {"coordinateSystems": [{"id": "a"}]}}, ["a"]),
    ({"plate": {"rows": [{"id": "A"}], "columns": [{"id": "1"}]}}, ["A", "1"]),
    ({"plate": {"acquisitions": [{"id": "first"}, {"id": "second"}]}}, ["first", "second"]),
]
REFERRING: list[tuple[dict[str, Any], list[str]]] = [
    ({"acquisition": _ref("a")}, ["a"]),
    ({"acquisition": [_ref("a"), _ref("b")]}, ["a", "b"]),
    ({"well": {"row": _ref("A"), "column": _ref("1")}}, ["A", "1"]),
    ({"labels": {"source": [_ref("a"), _ref("b")]}}, ["a", "b"]),
    ({"source": _ref("a")}, ["a"]),
    ({"coordinateTransformations": [{"input": _ref("a"), "output": _ref("b")}]}, ["a", "b"]),
    ({"scene": {"coordinateTransformations": [{"output": _ref("b")}]}}, ["b"]),
    (
        {
            "coordinateTransformations": [
                {
                    "type": "sequence",
                    "input": _ref("a"),
                    "transformations": [
                        {"type": "inverseOf", "transformation": {"input": _ref("b")}}
                    ],
                }
            ]
        },
        ["a", "b"],
    ),
    (
        {
            "coordinateTransformations": [
                {
                    "type": "bijection",
                    "forward": {"input": _ref("a")},
                    "inverse": {"input": _ref("b")},
                }
            ]
        },
        ["a", "b"],
    ),
]
NEITHER: list[Any] = [
    None,
    5,
    "text",
    [],
    [{"id": "a"}],
    {},
    {"coordinateSystems": None},
    {"coordinateSystems": {"a": {"id": "a"}}},
    {"coordinateSystems": [5, None, {"id": 5}, {"id": None}, {}]},
    {"plate": [{"rows": [{"id": "a"}]}]},
    {"plate": {"other": [{"id": "a"}]}},
    {"well": {"row": "a", "column": 5}},
    {"labels": {"source": ["a", 5, {"name": "a"}]}},
    {"labels": [{"source": _ref("a")}]},
    {"coordinateTransformations": [{"input": "a", "output": ["b"]}]},
    {"coordinateTransformations": "a"},
    {"lab:source": _ref("a"), "id": "a", "other": {"source": _ref("a")}},
]


def _same(value: Any) -> Any:
    return value


def _marked(value: Any) -> Any:
    return {**value, "id": value["id"] + "!"}


@pytest.mark.parametrize(("attributes", "ids"), DECLARING)
def test_ids_are_declared_in_the_places_of_the_rfc(
    attributes: dict[str, Any], ids: list[str]
) -> None:
    assert list(declared_ids(attributes)) == ids
    assert list(references(attributes)) == []


@pytest.mark.parametrize(("attributes", "ids"), REFERRING)
def test_references_are_found_in_the_places_of_the_rfc(
    attributes: dict[str, Any], ids: list[str]
) -> None:
    assert sorted(one["id"] for one in references(attributes)) == sorted(ids)
    assert list(declared_ids(attributes)) == []


@pytest.mark.parametrize("attributes", NEITHER, ids=repr)
def test_nothing_is_found_elsewhere(attributes: Any) -> None:
    assert list(declared_ids(attributes)) == []
    assert list(references(attributes)) == []
    assert map_ids(attributes, _marked, _marked) is attributes


@pytest.mark.parametrize(("attributes", "ids"), [*DECLARING, *REFERRING])
def test_changed_ids_are_in_a_copy_that_shares_the_rest(
    attributes: dict[str, Any], ids: list[str]
) -> None:
    before = json.dumps(attributes)
    whole = {"first": [1], **attributes, "last": {"id": "kept"}}
    made = map_ids(whole, _marked, _marked)
    assert json.dumps(attributes) == before
    found = [*declared_ids(made), *(one["id"] for one in references(made))]
    assert sorted(found) == sorted(f"{id_}!" for id_ in ids)
    assert list(made) == list(whole)
    assert made["first"] is whole["first"]
    assert made["last"] is whole["last"]
    unmarked = map_ids(
        made, lambda v: {**v, "id": v["id"][:-1]}, lambda v: {**v, "id": v["id"][:-1]}
    )
    assert unmarked == whole


@pytest.mark.parametrize(("attributes", "ids"), [*DECLARING, *REFERRING])
def test_what_does_not_change_is_the_same_object(
    attributes: dict[str, Any], ids: list[str]
) -> None:
    assert map_ids(attributes, _same, _same) is attributes


def test_all_of_it_is_found_in_attributes_that_have_everything() -> None:
    whole = {key: value for one, _ in DECLARING[1:] for key, value in one.items()}
    whole |= {"source": _ref("s"), "acquisition": _ref("q")}
    made = map_ids(whole, _marked, _same)
    assert {one["id"] for one in references(made)} == {"q", "s"}
    assert all(id_.endswith("!") for id_ in declared_ids(made))


def test_transformations_that_lie_deep_inside_of_each_other_are_found() -> None:
    inner: dict[str, Any] = {"input": _ref("deep")}
    for _ in range(5_000):
        inner = {"type": "sequence", "transformations": [inner]}
    attributes = {"coordinateTransformations": [inner]}
    assert [one["id"] for one in references(attributes)] == ["deep"]
    made = map_ids(attributes, _same, _marked)
    assert [one["id"] for one in references(made)] == ["deep!"]
    assert [one["id"] for one in references(attributes)] == ["deep"]


@given(values())
def test_whatever_is_there_is_looked_at_without_harm(value: Any) -> None:
    for key in ("plate", "scene", "well", "labels", "source", "coordinateTransformations"):
        attributes = {key: value}
        before = json.dumps(attributes)
        list(declared_ids(attributes))
        list(references(attributes))
        map_ids(attributes, _marked, _marked)
        assert json.dumps(attributes) == before


@given(values())
def test_the_places_of_ids_are_where_ids_are_declared_and_referred_to(value: Any) -> None:
    attributes = {**value, **_EVERYWHERE} if isinstance(value, dict) else _EVERYWHERE
    found = list(id_places(attributes))
    with_id = [p for p in found if isinstance(p.value, dict) and isinstance(p.value.get("id"), str)]
    ids = [p.value["id"] for p in with_id if p.declares]
    assert sorted(ids) == sorted(declared_ids(attributes))
    referred = [p.value for p in with_id if not p.declares]
    assert sorted(map(json.dumps, referred)) == sorted(map(json.dumps, references(attributes)))
    for place in found:
        inner: Any = attributes
        for part in place.pointer:
            inner = inner[part]
        assert inner is place.value


_EVERYWHERE: dict[str, Any] = {
    key: value for attributes, _ in (*DECLARING, *REFERRING) for key, value in attributes.items()
}


def test_the_places_of_ids_are_those_of_bare_ids_and_of_what_lacks_one_too() -> None:
    attributes = {
        "well": {"row": "A", "column": None},
        "labels": {"source": ["raw", {"id": "a"}, 5]},
        "plate": {"rows": [{}, "B"], "columns": "C"},
        "scene": [],
        "coordinateTransformations": [
            {"input": "a", "transformations": [{"output": 7}, {"transformation": {"input": "b"}}]}
        ],
    }
    path = ("coordinateTransformations", 0)
    assert [tuple(place) for place in id_places(attributes)] == [
        (False, ("well", "row"), "A"),
        (False, ("well", "column"), None),
        (False, ("labels", "source", 0), "raw"),
        (False, ("labels", "source", 1), {"id": "a"}),
        (False, ("labels", "source", 2), 5),
        (True, ("plate", "rows", 0), {}),
        (True, ("plate", "rows", 1), "B"),
        (False, (*path, "input"), "a"),
        (False, (*path, "transformations", 0, "output"), 7),
        (False, (*path, "transformations", 1, "transformation", "input"), "b"),
    ]
    assert list(id_places(None)) == []
    assert list(id_places(["labels"])) == []
