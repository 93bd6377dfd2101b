"""Both JSON backends give the same values and the same errors."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ngio_collections import _json
from ngio_collections._json import JsonSyntaxError, dumps, loads

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # Any code point: also lone surrogates, which JSON can escape and UTF-8 cannot hold.
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.fixture(params=["installed", "standard library"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test with whatever is installed, and with the standard library alone."""
    if request.param == "standard library":
        monkeypatch.setattr(_json, "_ORJSON", None)
    return str(request.param)


def _same(one: Any, other: Any) -> bool:
    return repr(one) == repr(other)  # 1, 1.0, -0.0 and True are told apart.


def _both(text: str | bytes) -> tuple[Any, Any]:
    return loads(text), _json._stdlib_loads(text)


VALUES = [
    *("0", "-0", "-0.0", "1", "1.0", "1e2", "1E+2", "-1.5e-3", "0.1", "5e-324", "1e308"),
    *("9007199254740993", "999999999999999999", "9223372036854775807", "9223372036854775808"),
    *("18446744073709551615", "18446744073709551616", "-9223372036854775809", "1" * 400),
    *("0.1000000000000000055511151231257827", "123456789012345678901234567890.5", "1e-400"),
    *('""', '"\\u0000"', '"\\ud83d\\ude00"', '"\\ud800"', '"\\udc00\\ud800"', '"é"', '"\\/"'),
    *('{"\\ud800": 1}', '"\u2028"', '"\x7f"'),
    *("[]", "{}", '{"": {"": []}}', " \t\r\n[ 1 , 2 ]\n", '{"b": 1, "a": 2}'),
    *('{"a": 1, "b": 2, "a": 3}', "true", "false", "null", "[" * 200 + "]" * 200),
]


@pytest.mark.parametrize("text", VALUES, ids=lambda text: repr(text)[:24])
def test_both_backends_give_the_same_value(text: str) -> None:
    one, other = _both(text)
    assert _same(one, other)
    from_bytes = loads(text.encode())
    assert _same(from_bytes, one)


@pytest.mark.parametrize("number", [2**63, 2**64, 2**70, -(2**70), 10**18, 10**19, 10**400])
def test_integers_of_any_size_stay_integers(number: int, backend: str) -> None:
    found = loads(f'{{"a": [{number}]}}')["a"][0]
    assert type(found) is int
    assert found == number


def test_the_last_of_two_equal_keys_counts(backend: str) -> None:
    found = loads('{"a": 1, "b": 2, "a": 3}')
    assert found == {"a": 3, "b": 2}
    assert list(found) == ["a", "b"]


@pytest.mark.parametrize("encode", [lambda text: text, lambda text: text.encode()])
def test_a_byte_order_mark_is_no_part_of_the_text(
    encode: Callable[[str], str | bytes], backend: str
) -> None:
    assert loads(encode('\ufeff{"a": 1}')) == {"a": 1}


NOT_JSON = {
    "": "line 1, column 1",
    " ": "line 1, column 2",
    "{": "line 1, column 2",
    '{"a": 1,}': "line 1, column",
    "{'a': 1}": "line 1, column 2",
    '{\n  "a": 1,\n  "b" 2\n}': "line 3, column 7",
    "[1]\n[2]": "line 2, column 1",
    "[1 // one\n]": "line 1, column 4",
    '"\n"': "line 1, column 2",
    '"\\x"': "line 1, column 2",
    "01": "line 1, column 2",
    "1.": "line 1, column 2",
    ".5": "line 1, column 1",
    "+1": "line 1, column 1",
    "nul": "line 1, column 1",
    "\ufeff\ufeff1": "line 1, column 1",
    "NaN": "NaN is not JSON",
    "[Infinity]": "Infinity is not JSON",
    '{"a": -Infinity}': "-Infinity is not JSON",
    '{"a": 12345678901234567890, "b": NaN}': "NaN is not JSON",
}


@pytest.mark.parametrize("text", NOT_JSON, ids=repr)
def test_what_is_not_json_is_refused_with_what_and_where(text: str, backend: str) -> None:
    for given_text in (text, text.encode()):
        with pytest.raises(JsonSyntaxError) as refused:
            loads(given_text)
        assert NOT_JSON[text] in str(refused.value)


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b'{"a": "\xff"}', "byte 7"),
        (b"\xff\xfe{\x00}\x00", "byte 0"),
        (b'"\xed\xa0\x80"', "byte 1"),
        ('{"a": "é"}'.encode("latin-1"), "byte 7"),
    ],
)
def test_bytes_that_are_not_utf_8_are_refused(data: bytes, where: str, backend: str) -> None:
    with pytest.raises(JsonSyntaxError, match=f"not UTF-8 at {where}$"):
        loads(data)


def test_a_text_with_a_lone_surrogate_is_read(backend: str) -> None:
    assert loads('"\ud800"') == "\ud800"


@pytest.mark.parametrize("depth", [2_000, 100_000])
@pytest.mark.parametrize("kind", ["[", '{"a":'])
def test_what_is_nested_too_deeply_is_refused_and_crashes_nothing(
    depth: int, kind: str, backend: str
) -> None:
    close = "]" if kind == "[" else "}"
    text = kind * depth + "0" + close * depth
    try:
        value = loads(text)
    except JsonSyntaxError as refused:
        assert "nested more deeply" in str(refused)  # noqa: PT017 - newer Pythons read it
    else:
        assert isinstance(value, (list, dict))


def test_integers_longer_than_python_reads_are_refused(backend: str) -> None:
    with pytest.raises(JsonSyntaxError, match="4300"):
        loads("1" * 5_000)


def test_a_number_beyond_all_floats_never_becomes_something_that_is_not_json(backend: str) -> None:
    try:
        value = loads("[1e400]")
    except JsonSyntaxError:
        return
    assert math.isfinite(value[0])


@settings(deadline=None)
@given(JSON)
def test_what_is_written_is_read_back(value: Any) -> None:
    for text in (dumps(value), dumps(value, indent=True)):
        one, other = _both(text)
        assert _same(one, value)
        assert _same(other, value)


@settings(deadline=None)
@given(st.text() | st.binary())
def test_both_backends_agree_on_any_text(data: str | bytes) -> None:
    def outcome(read: Callable[[str | bytes], Any]) -> str:
        try:
            return repr(read(data))
        except JsonSyntaxError as refused:
            return f"refused: {refused}"

    assert outcome(loads) == outcome(_json._stdlib_loads)


def test_what_is_written_is_laid_out_for_people_on_request() -> None:
    assert dumps({"é": [1, {}]}) == '{"é": [1, {}]}'
    assert dumps({"é": [1, {}]}, indent=True) == '{\n  "é": [\n    1,\n    {}\n  ]\n}'


@pytest.mark.parametrize("value", [math.nan, math.inf, [-math.inf], {"a": math.nan}])
def test_what_is_not_json_is_not_written(value: Any) -> None:
    with pytest.raises(ValueError, match="JSON"):
        dumps(value)


def test_the_error_is_a_value_error_like_that_of_the_standard_library() -> None:
    assert issubclass(JsonSyntaxError, ValueError)
    assert not issubclass(JsonSyntaxError, json.JSONDecodeError)
