"""Whatever a document holds, validation ends, with findings or a documented error."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import ngio_collections as ngc
from tests.validation.test_validate_document import AXES, document, found, image

ERRORS = (ngc.NotJsonError, ngc.NotOmeError)

SYSTEM = {"id": "s", "axes": AXES}
ENDS = {"input": {"id": "s"}, "output": {"id": "s"}}


def scene(*transformations: Any) -> dict[str, Any]:
    """A document whose scene has these transformations."""
    listed = [{**one, **ENDS} for one in transformations]
    return document(
        attributes={"scene": {"coordinateSystems": [SYSTEM], "coordinateTransformations": listed}}
    )


def ends(data: Any, **options: Any) -> list[ngc.Finding] | None:
    """Validate; anything but findings and the documented errors fails the test."""
    try:
        findings = ngc.validate_document(data, **options)
    except ERRORS:
        return None
    for finding in findings:
        assert len(finding.message) < 2_000
        assert finding.message.encode()
    return findings


def crashes(documents: Iterator[tuple[tuple[Any, ...], Any]]) -> list[str]:
    """Which of many documents end in anything but findings and documented errors."""
    failed: list[str] = []
    for place, data in documents:
        try:
            ends(data, url="plate.json")
        except Exception as error:  # noqa: BLE001 - any is a failure
            failed.append(f"{place}: {type(error).__name__}: {str(error)[:80]!a}")
    return failed


def collections(levels: int, innermost: dict[str, Any]) -> dict[str, Any]:
    """A document of collections inside each other."""
    node = innermost
    for number in reversed(range(levels)):
        node = {"type": "collection", "id": f"c{number}", "nodes": [node]}
    return {"ome": {**node, "version": "0.9"}}


@pytest.mark.parametrize("levels", [60, 600, 2_000])
def test_collections_inside_each_other_are_checked_to_the_bottom(levels: int) -> None:
    broken = {"type": "collection", "id": "a b", "nodes": []}
    expected = [("/ome" + "/nodes/0" * levels + "/id", "node-id")]
    assert found(collections(levels, broken)) == expected


@pytest.mark.parametrize("levels", [60, 600, 2_000])
def test_text_that_is_nested_deeply_is_checked_or_refused(levels: int) -> None:
    broken = {"type": "collection", "id": "a b", "nodes": []}
    opening = "".join(f'{{"type":"collection","id":"c{n}","nodes":[' for n in range(levels))
    text = f'{{"ome":{opening}{json.dumps(broken)}{"]}" * levels}}}'
    findings = ends(text)
    if levels == 60:
        assert findings is not None
    if findings is not None:
        assert [finding.rule for finding in findings] == ["root-version", "node-id"]


WRONG = {"type": "scale", "scale": ["wrong"]}

NESTS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "sequence": lambda inner: {"type": "sequence", "transformations": [inner]},
    "bijection": lambda inner: {"type": "bijection", "forward": inner, "inverse": inner},
    "byDimension": lambda inner: {
        "type": "byDimension",
        "transformations": [{"transformation": inner, "inputAxes": [0, 1], "outputAxes": [0, 1]}],
    },
}


def nested(kind: str, levels: int, innermost: dict[str, Any]) -> dict[str, Any]:
    """A transformation inside others."""
    made = innermost
    identity = {"type": "identity"}
    for _ in range(levels):
        made = NESTS[kind](made)
        if kind == "bijection":
            made["inverse"] = identity
    return made


@pytest.mark.parametrize("kind", NESTS)
@pytest.mark.parametrize("levels", [10, 60, 600, 2_000])
def test_correct_transformations_inside_each_other_have_no_findings(kind: str, levels: int) -> None:
    innermost = {"type": "scale", "scale": [1, 1]}
    assert found(scene(nested(kind, levels, innermost))) == []


@pytest.mark.parametrize("kind", NESTS)
@pytest.mark.parametrize("levels", [10, 60, 600])
def test_a_mistake_in_transformations_inside_each_other_is_found(kind: str, levels: int) -> None:
    findings = ngc.validate_document(scene(nested(kind, levels, {"type": "scale"})))
    assert [finding.rule for finding in findings] == ["transformation-parameters"]
    assert findings[0].pointer.count("/") > levels


@pytest.mark.parametrize("levels", [60, 600, 20_000])
def test_unknown_content_may_be_as_deep_as_it_likes(levels: int) -> None:
    deep: Any = []
    for _ in range(levels):
        deep = {"in": [deep]}
    assert found(document(attributes={"x:y": deep}, unknown=deep)) == []


NUMBERS = [
    *(0, -0.0, -1, 1e308, -1e308, 5e-324, math.nan, math.inf, -math.inf),
    *(2**53, 2**64, 10**400, -(10**400), 10**5_000, True),
]
VALUES = [
    *NUMBERS,
    *(None, "", "\ud800", "a\n", "\0", " " * 1_000_000, [], {}, [[]], [{}], {"": {"": []}}),
    *([None], {"\ud800": "\udfff"}, {"k" * 1_000_000: 1}, ["\ud800"], {"id": "\ud800"}),
    *((), (1,), set(), {1}, frozenset(), b"", b"\xff", bytearray(), 1j, object(), object, range(3)),
    *({1: 2}, {None: 1}, {(): 1}, {True: 1}, {"id": {1: 2}}, iter([]), {}.keys(), Ellipsis),
]


def _everything() -> dict[str, Any]:
    plate = {"rows": [{"id": "A"}], "columns": [{"id": "1"}], "acquisitions": [{"id": "q"}]}
    well = {"row": {"id": "A"}, "column": {"id": "1"}}
    labels = {
        "labelAttributes": [{"labelValue": 1, "color": [1, 2, 3, 4]}],
        "source": [{"id": "i"}],
    }
    transformations = [
        {"type": "scale", "scale": [1, 1]},
        {"type": "translation", "translation": [1, 1]},
        {"type": "mapAxis", "mapAxis": [1, 0]},
        {"type": "projectAxis", "droppedInputs": [0], "createdOutputs": [0]},
        {"type": "affine", "affine": [[1, 0, 0], [0, 1, 0]]},
        {"type": "rotation", "rotation": [[1, 0], [0, 1]]},
        {"type": "displacements", "path": {"type": "zarr", "path": "d"}},
        {"type": "sequence", "transformations": [{"type": "scale", "scale": [1, 1]}]},
        {"type": "bijection", "forward": {"type": "identity"}, "inverse": {"type": "identity"}},
        NESTS["byDimension"]({"type": "identity"}),
    ]
    whole = scene(*transformations)
    made = image("i")
    at = {"input": {"id": "i_0"}, "output": {"id": "i_s", "path": {"type": "json", "path": "x"}}}
    made["attributes"]["coordinateTransformations"] = [{"type": "identity", **at}]
    made["attributes"] |= {"labels": labels, "acquisition": {"id": "q"}, "well": well}
    whole["ome"]["attributes"]["plate"] = plate
    whole["ome"]["nodes"] = [made]
    copied: dict[str, Any] = json.loads(json.dumps({**whole, "zarr_format": 3}))
    return copied  # No two places are the same object.


def _places(value: Any) -> list[tuple[Any, ...]]:
    places: list[tuple[Any, ...]] = []
    stack: list[tuple[Any, tuple[Any, ...]]] = [(value, ())]
    while stack:
        container, place = stack.pop()
        steps = list(container) if isinstance(container, dict) else range(len(container))
        for step in steps:
            places.append((*place, step))
            if isinstance(container[step], (dict, list)):
                stack.append((container[step], (*place, step)))
    return places


PLACES = _places(_everything())


def _holder(whole: Any, place: tuple[Any, ...]) -> Any:
    for step in place[:-1]:
        whole = whole[step]
    return whole


def _with_value(value: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The whole document with a value in each of its places."""
    for place in PLACES:
        whole = _everything()
        _holder(whole, place)[place[-1]] = value
        yield place, whole


def _with_key(key: Any, value: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The whole document with one more key in each of its objects."""
    for place in [(), *PLACES]:
        whole = _everything()
        holder = _holder(whole, (*place, None)) if place else whole
        if isinstance(holder, dict):
            holder[key] = value
            yield place, whole


@pytest.mark.parametrize("number", range(len(VALUES)))
def test_any_value_at_any_place_ends_in_findings_or_a_documented_error(number: int) -> None:
    assert crashes(_with_value(VALUES[number])) == []


@pytest.mark.parametrize("number", range(len(VALUES)))
def test_any_value_under_an_unknown_key_of_any_object_ends_the_same_way(number: int) -> None:
    assert crashes(_with_key("x:y", VALUES[number])) == []


KEYS = [1, None, 1.5, True, (), b"id", "\ud800", "", "k" * 1_000_000]


@pytest.mark.parametrize("number", range(len(KEYS)))
def test_any_key_in_any_object_ends_in_findings_or_a_documented_error(number: int) -> None:
    assert crashes(_with_key(KEYS[number], 1)) == []


@pytest.mark.parametrize("key", [1, None, (), b"id"])
@pytest.mark.parametrize("place", [("ome",), ("ome", "attributes"), ("ome", "nodes", 0)])
def test_a_key_that_is_no_string_is_named_with_the_document(
    key: Any, place: tuple[str | int, ...]
) -> None:
    whole = _everything()
    _holder(whole, (*place, None))[key] = 1
    with pytest.raises(ngc.NotJsonError) as refused:
        ngc.validate_document(whole, url="plate.json")
    assert refused.value.document == "plate.json"
    assert repr(key) in refused.value.problem


TEXTS = ["1e400", "-1e400", "1" * 5_000, '"\\ud800"', "1e-400", "-0", "[" * 400 + "]" * 400]


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_anything_that_a_text_can_hold_ends_the_same_way_at_any_place(number: int) -> None:
    def texts() -> Iterator[tuple[tuple[Any, ...], str]]:
        for place, whole in [*_with_value("HERE"), *_with_key("x:y", "HERE")]:
            yield place, json.dumps(whole).replace('"HERE"', TEXTS[number])

    assert crashes(texts()) == []


@pytest.mark.parametrize("make", [tuple, iter, set], ids=["tuple", "iterator", "set"])
def test_what_is_no_json_array_is_never_silently_correct(make: Callable[[list[Any]], Any]) -> None:
    bad = [1, 2, 3]  # Two would be right: the space has two axes.
    whole = scene({"type": "scale", "scale": make(bad)})
    assert ends(whole) != []


def test_nodes_in_a_tuple_are_checked_or_refused() -> None:
    child = {"type": "collection", "id": "root", "nodes": []}
    assert ends(document(nodes=[child])) != []
    assert ends(document(nodes=(child,))) != []


def test_a_number_is_not_spelled_out_at_any_length() -> None:
    for digits in (300, 4_000):
        (finding,) = ngc.validate_document(scene({"type": "mapAxis", "mapAxis": [10**digits, 0]}))
        assert finding.rule == "transformation-dimensions"
        assert len(finding.message) < 500


def test_messages_stay_short_however_much_there_is_to_say() -> None:
    keys = {f"key{n}" * 1_000: n for n in range(1_000)}
    (finding,) = ngc.validate_document(document(name=keys))
    assert len(finding.message) < 800


@pytest.mark.parametrize("rows", [1, 2, 3, 30])
@pytest.mark.parametrize("number", NUMBERS[:-2], ids=repr)
def test_a_matrix_of_any_numbers_is_judged(rows: int, number: float) -> None:
    lengths: list[list[int]] = [[rows] * rows, list(range(rows)), [0] * rows]
    for matrix in ([[number] * length for length in each] for each in lengths):
        ends(scene({"type": "rotation", "rotation": matrix}, {"type": "affine", "affine": matrix}))


def test_the_limit_of_recursion_is_left_as_it_was() -> None:
    before = sys.getrecursionlimit()
    ends(collections(2_000, {"type": "collection", "id": "x", "nodes": []}))
    assert sys.getrecursionlimit() == before
