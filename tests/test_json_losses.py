"""JSON of which a part would be lost is refused, and nothing else is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ngio_collections import _json
from ngio_collections._json import DuplicateKeyError, JsonLossError, JsonSyntaxError, loads
from tests import json_cases
from tests.json_cases import JSON, PATCHED

backend = json_cases.backend

TWICE = [
    ('{"a": 1, "b": 2, "a": 3}', [("a",)]),
    ('{"a": 1, "a": 2, "a": 3}', [("a",)]),
    ('{"a": 1, "\\u0061": 1}', [("a",)]),
    ('{"": {"~/": [0, {"x": 1, "x": 1}]}}', [("", "~/", 1, "x")]),
    ('{"a": {"b": 1, "b": 1}, "a": 3}', [("a", "b"), ("a",)]),
    ('[[[]], [{"c": {}, "c": [], "d": 0, "d": 1}]]', [(1, 0, "c"), (1, 0, "d")]),
    ('\ufeff{"\\ud800": 1, "\\ud800": 2}', [("\ud800",)]),
    # What is dropped and what is escaped make up for each other.
    ('{"a": 1, "a": "\\u003a"}', [("a",)]),
    ('{"a": 1, "a": "\\u003A\\u003a\\u003a"}', [("a",)]),
    ('{"a" : "\\":", "a"\n:"\\u0022:"}', [("a",)]),
    ('{"a": 18446744073709551616, "a": 1}', [("a",)]),
]
ONCE = [
    *("{}", "1", '":"', '{":": "::"}', '{"a": {"a": [{"a": 1}, {"a": 1}]}}'),
    *('{"\\u003a": "\\u003A", "a" : 1}', '{"a:": 1e3, "b": "\\":\\\\"}', '{"<": "\\u003c"}'),
]


def _places(text: str | bytes) -> list[Any]:
    """The places of keys that are there twice, as the error has them."""
    try:
        loads(text)
    except DuplicateKeyError as refused:
        return list(refused.places)
    return []


@pytest.mark.parametrize(("text", "expected"), TWICE)
def test_keys_that_an_object_has_twice_are_refused_with_their_places(
    text: str, expected: list[Any], backend: str
) -> None:
    assert _places(text) == expected
    assert _places(text.encode()) == expected
    with pytest.raises(JsonLossError, match="has a key twice") as refused:
        loads(text)
    assert refused.value.problem == str(refused.value)


@pytest.mark.parametrize("text", ONCE)
def test_what_looks_like_a_key_twice_and_is_none_is_read(text: str, backend: str) -> None:
    assert loads(text) == json.loads(text)
    assert loads(text.encode()) == json.loads(text)


def test_the_places_of_the_first_ten_are_told(backend: str) -> None:
    text = "[" + ",".join(['{"a": 1, "a": 2}'] * 50) + "]"
    assert _places(text) == [(at, "a") for at in range(10)]
    with pytest.raises(DuplicateKeyError, match=r"\(/0/a, /1/a, .*/9/a, \.\.\.\)"):
        loads(text)
    long = json.dumps({"x" * 10_000: 0}).replace("}", ", " + json.dumps({"x" * 10_000: 0})[1:])
    with pytest.raises(DuplicateKeyError) as refused:
        loads(long)
    assert len(str(refused.value)) < 600


@pytest.mark.parametrize("levels", [200, 300, 900, 5_000, 19_998])
def test_a_key_that_is_there_twice_is_found_at_any_depth(levels: int, backend: str) -> None:
    before, after = '{"a":' * levels, "}" * levels
    assert _places(before + "0" + after) == []
    assert _places(before + '{"x":1,"x":2}' + after) == [("a",) * levels + ("x",)]


@pytest.mark.parametrize("text", ["", "[1,]", "[NaN]", '{"a": 1, "a": 2', '{"a": 1, "a": NaN}'])
def test_a_text_that_is_not_json_is_said_to_be_none(text: str, backend: str) -> None:
    with pytest.raises(JsonSyntaxError, match=r"line 1, column|nothing in it") as refused:
        loads(text)
    assert not isinstance(refused.value, JsonLossError)
    assert refused.value.problem.startswith("is not JSON: ")


@given(JSON, st.sampled_from((None, 1)), st.booleans())
def test_what_was_written_from_a_value_is_read(value: Any, indent: int, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    if _json._PAIR.search(repr(value)) is None and "\\ud" not in repr(value):
        assert _places(text) == []


ESCAPED = {":": "\\u003a", '"': '\\"', "\\": "\\\\", "a": "\\u0061"}
_KEYS = st.text(':"\\ ax', max_size=3)
_WRITTEN = st.booleans()


@st.composite
def _texts(draw: st.DrawFn, levels: int = 2) -> tuple[str, bool]:
    """A JSON text, and whether an object in it has a key twice."""
    keys = draw(st.lists(_KEYS, max_size=3))
    twice = len(set(keys)) < len(keys)
    members = []
    for key in keys:
        inner = f'"{_written(draw, draw(_KEYS))}"'
        if levels and draw(st.booleans()):
            inner, again = draw(_texts(levels - 1))
            twice = twice or again
        blank = draw(st.sampled_from(("", " ", "\n\t")))
        members.append(f'"{_written(draw, key)}"{blank}:{blank}{inner}')
    return "{" + ",".join(members) + "}", twice


def _written(draw: st.DrawFn, text: str) -> str:
    must = '"\\'
    return "".join(
        ESCAPED[c] if c in must or (c in ESCAPED and draw(_WRITTEN)) else c for c in text
    )


@PATCHED
@given(_texts())
@example(('{"a":"","a":"\\u003a"}', True))
def test_of_any_text_a_key_is_told_to_be_there_twice_if_it_is(
    backend: str, made: tuple[str, bool]
) -> None:
    text, twice = made
    assert bool(_places(text)) == twice
    assert bool(_places(text.encode())) == twice


# -- integers of too many digits ---------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("", "", "the root (line 1, column 1)"),
        ('{"a": [1,\n  [', "]]}", "/a/1/0 (line 2, column 4)"),
        ('{"b": {"c": 1}, "~/": ', "}", "/~0~1 (line 1, column 23)"),
        ("[" * 2_000, "]" * 2_000, "/0" * 2_000 + " (line 1, column 2001)"),
    ],
)
@pytest.mark.parametrize("sign", ["", "-"])
def test_an_integer_of_too_many_digits_is_refused_with_its_place(
    before: str, after: str, where: str, sign: str, backend: str
) -> None:
    with pytest.raises(JsonLossError) as refused:
        loads(f"{before}{sign}{'7' * 5_000}{after}")
    words = f"holds an integer of 5,000 digits at {where}; integers of at most 4,300 digits"
    assert words in str(refused.value)
    assert loads(f"{before}{sign}{'7' * 4_300}{after}") is not None
