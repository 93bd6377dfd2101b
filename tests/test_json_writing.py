"""What is written is the same with every backend, and is read back as it was."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ngio_collections import _json
from ngio_collections._json import COMPACT, JsonValueError, Layout, dumps_bytes, loads
from tests import json_cases
from tests.json_cases import JSON, PATCHED, json_of, paired, same

backend = json_cases.backend

LAYOUTS = [
    COMPACT,
    *(Layout(indent) for indent in (0, 1, 2, 3, 4, 8, "\t", " \t", "  ")),
    Layout(2, newline_at_end=True),
    Layout(4, newline_at_end=True, line_end="\r\n"),
    Layout(None, newline_at_end=True, line_end="\r\n"),
]

TEXTS_AND_INTEGERS = json_of(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(exclude_categories=()))
    | st.text(' \\"\n\t,:[]{}a', max_size=6)
)


def _with_each(value: Any, layout: Layout) -> tuple[bytes, bytes]:
    """The bytes with what is installed, and with the standard library alone."""
    with pytest.MonkeyPatch.context() as patch:
        installed = dumps_bytes(value, layout)
        patch.setattr(_json, "_ORJSON", None)
        return installed, dumps_bytes(value, layout)


def _has_no_twins(value: Any) -> bool:
    """Whether no object has a key twice: as surrogates, and as the character of the pair."""
    if isinstance(value, dict):
        return len(value) == len(paired(value)) and all(map(_has_no_twins, value.values()))
    return not isinstance(value, list) or all(map(_has_no_twins, value))


@PATCHED
@given(JSON.filter(_has_no_twins), st.sampled_from(LAYOUTS))
def test_what_is_written_is_read_back(backend: str, value: Any, layout: Layout) -> None:
    assert same(loads(dumps_bytes(value, layout)), paired(value))


@PATCHED
@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_is_read_can_be_written(backend: str, data: bytes) -> None:
    try:
        value = loads(data)
    except ValueError:
        return
    assert same(loads(dumps_bytes(value)), value)


@given(TEXTS_AND_INTEGERS.filter(_has_no_twins), st.sampled_from(LAYOUTS))
def test_the_bytes_do_not_depend_on_what_is_installed(value: Any, layout: Layout) -> None:
    one, other = _with_each(value, layout)
    assert one == other


@given(json_of(st.none() | st.booleans() | st.integers()), st.sampled_from(LAYOUTS))
def test_the_bytes_are_those_of_the_standard_library(value: Any, layout: Layout) -> None:
    separators = (",", ":") if layout.indent is None else (",", ": ")
    text = json.dumps(value, ensure_ascii=False, indent=layout.indent, separators=separators)
    text += "\n" if layout.newline_at_end else ""
    expected = text.replace("\n", layout.line_end).encode("utf-8", "backslashreplace")
    assert dumps_bytes(value, layout) == expected


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_are_the_same_value_however_they_are_put(value: float) -> None:
    for written in _with_each([value], COMPACT):
        assert same(loads(written), [value])


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (COMPACT, '{"é":[1,{},[]],"a  b":"  "}'),
        (Layout(0), '{\n"é": [\n1,\n{},\n[]\n],\n"a  b": "  "\n}'),
        (Layout(2), '{\n  "é": [\n    1,\n    {},\n    []\n  ],\n  "a  b": "  "\n}'),
        (Layout("\t"), '{\n\t"é": [\n\t\t1,\n\t\t{},\n\t\t[]\n\t],\n\t"a  b": "  "\n}'),
        (Layout(None, newline_at_end=True), '{"é":[1,{},[]],"a  b":"  "}\n'),
        (
            Layout(1, newline_at_end=True, line_end="\r\n"),
            '{\r\n "é": [\r\n  1,\r\n  {},\r\n  []\r\n ],\r\n "a  b": "  "\r\n}\r\n',
        ),
    ],
)
def test_a_value_is_laid_out_as_told(layout: Layout, expected: str, backend: str) -> None:
    assert dumps_bytes({"é": [1, {}, []], "a  b": "  "}, layout) == expected.encode()


def _in(value: Any, levels: int, kind: str) -> Any:
    for _ in range(levels):
        value = [value] if kind == "array" else {"a": value}
    return value


@pytest.mark.parametrize("kind", ["array", "object"])
@pytest.mark.parametrize("levels", [252, 253, 254, 255])
@pytest.mark.parametrize("inside", [0, [], {}, 2**70], ids=repr)
def test_all_backends_lay_out_up_to_the_same_depth(inside: Any, levels: int, kind: str) -> None:
    value = _in(inside, levels, kind)
    for layout in (COMPACT, Layout(2), Layout("\t")):
        one, other = _with_each(value, layout)
        assert one == other
    is_laid_out = levels + isinstance(inside, (list, dict)) <= 254
    assert (b"\n" in dumps_bytes(value, Layout(2))) == is_laid_out


def test_a_deep_value_does_not_grow_with_the_square_of_its_depth(backend: str) -> None:
    assert len(dumps_bytes(_in(0, 20_000, "array"), Layout(8))) == 40_001


@pytest.mark.parametrize(
    "number", [2**63 - 1, 2**63, 2**64 - 1, 2**64, 2**70, -(2**63), -(2**63) - 1, 10**400]
)
@pytest.mark.parametrize("layout", [COMPACT, Layout(2)])
def test_integers_of_any_size_are_written(number: int, layout: Layout, backend: str) -> None:
    written = dumps_bytes({"a": [number, 0.5]}, layout)
    assert str(number).encode() in written
    assert same(loads(written), {"a": [number, 0.5]})


@pytest.mark.parametrize("layout", [COMPACT, Layout(2)])
def test_surrogates_without_a_pair_are_escaped(layout: Layout, backend: str) -> None:
    value = {"\ud800": ["é\udfff", "\udc00\ud800"]}
    written = dumps_bytes(value, layout)
    assert b'"\\ud800"' in written
    assert "é\\udfff".encode() in written
    assert same(loads(written), value)


def test_surrogates_that_make_a_pair_read_back_as_the_character(backend: str) -> None:
    assert loads(dumps_bytes(["\ud83d\ude00", "\ud800"])) == ["😀", "\ud800"]


def test_two_keys_never_become_one(backend: str) -> None:
    with pytest.raises(JsonValueError, match="'/a' has a key twice: once as surrogates"):
        dumps_bytes({"a": {"\ud83d\ude00": 1, "😀": 2}})


NOT_FINITE = [math.nan, math.inf, -math.inf]
AROUND: list[tuple[str, Any]] = [
    ("", lambda x: x),
    ("/1", lambda x: [None, x]),
    ("/a", lambda x: {"a": x, "b": None}),
    ("/null/0/1/2", lambda x: {"null": [[1.0, [1, "null", x]]]}),
    ("/0/big", lambda x: [{"big": x}, 2**70]),
    ("/1/0", lambda x: ["\ud800", [x]]),
    ("/0" * 90, lambda x: _in(x, 90, "array")),
    ("/0/0", lambda x: _in(x, 2_000, "array")),
    ("/0/0", lambda x: _in(x, 20_000, "array")),
]


@pytest.mark.parametrize(
    ("number", "around", "layout"),
    list(itertools.product(NOT_FINITE, range(len(AROUND)), [COMPACT, Layout(2)])),
)
def test_what_is_not_finite_is_refused_with_its_place(
    number: float, around: int, layout: Layout, backend: str
) -> None:
    pointer, make = AROUND[around]
    with pytest.raises(JsonValueError) as refused:
        dumps_bytes(make(number), layout)
    assert f"the value at '{pointer}" in str(refused.value)
    assert str(refused.value).endswith(f"is {number}, and JSON has finite numbers only")


def test_null_is_written_where_all_numbers_are_finite(backend: str) -> None:
    value = {"null": [None, 1.5, {"a": "null", "b": [None, (1.5, [2.5])]}]}
    assert dumps_bytes(value) == b'{"null":[null,1.5,{"a":"null","b":[null,[1.5,[2.5]]]}]}'


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({1}, "the value at '' is of type set, which is no JSON"),
        ({"a": [b"x"]}, "the value at '/a/0' is of type bytes"),
        ([dt.date(2020, 1, 1)], "the value at '/0' is of type date"),
        ([{1: 2}], "the value at '/0' has a key that is the number 1; keys of JSON are strings"),
        ({"a": {None: 2}}, "the value at '/a' has a key that is null;"),
        ({"~a/b": [10**5000]}, "the value at '/~0a~1b/0' has more than 4,300 digits"),
    ],
)
@pytest.mark.parametrize("layout", [COMPACT, Layout(2)])
def test_what_is_no_json_is_refused_with_its_place(
    value: Any, problem: str, layout: Layout, backend: str
) -> None:
    with pytest.raises(JsonValueError) as refused:
        dumps_bytes(value, layout)
    assert problem in str(refused.value)


@pytest.mark.parametrize("levels", [0, 3, 500, 5_000])
@pytest.mark.parametrize("layout", [COMPACT, Layout(2)])
def test_a_value_inside_of_itself_is_refused(levels: int, layout: Layout, backend: str) -> None:
    ring: list[Any] = []
    ring.append(_in(ring, levels, "object"))
    with pytest.raises(JsonValueError, match="is inside of itself"):
        dumps_bytes(ring, layout)


@pytest.mark.parametrize("layout", [COMPACT, Layout(2)])
def test_a_value_that_is_in_two_places_is_written_twice(layout: Layout, backend: str) -> None:
    shared = [1]
    assert loads(dumps_bytes([shared, shared, {"a": shared}], layout)) == [[1], [1], {"a": [1]}]


def test_the_error_is_a_value_error() -> None:
    assert issubclass(JsonValueError, ValueError)
