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
from ngio_collections._json import JsonSyntaxError, loads
from tests import json_cases
from tests.json_cases import NOT_JSON, same

backend = json_cases.backend


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
    *("true", "false", "null", "[" * 200 + "]" * 200),
]


@pytest.mark.parametrize("text", VALUES, ids=lambda text: repr(text)[:24])
def test_both_backends_give_the_same_value(text: str) -> None:
    one, other = _both(text)
    assert same(one, other)
    from_bytes = loads(text.encode())
    assert same(from_bytes, one)


@pytest.mark.parametrize("number", [2**63, 2**64, 2**70, -(2**70), 10**18, 10**19, 10**400])
def test_integers_of_any_size_stay_integers(number: int, backend: str) -> None:
    found = loads(f'{{"a": [{number}]}}')["a"][0]
    assert type(found) is int
    assert found == number


@pytest.mark.parametrize("encode", [lambda text: text, lambda text: text.encode()])
def test_a_byte_order_mark_is_no_part_of_the_text(
    encode: Callable[[str], str | bytes], backend: str
) -> None:
    assert loads(encode('\ufeff{"a": 1}')) == {"a": 1}


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


@settings(max_examples=200)
@given(st.integers(0, 3), st.integers(-40, 40), st.sampled_from(("9", "1.5,", "12,", "7 ")))
def test_integers_of_any_size_stay_integers_wherever_they_are_in_a_long_text(
    piece: int, offset: int, around: str
) -> None:
    number = 2**64 + 1
    start = max(piece * _json._PIECE + offset, 1)
    digits = around * 6
    filling = f'["{digits}","'
    rest = f'"{", 1" * 20}]'
    text = f'{filling}{"x" * max(start - len(filling) - 2, 0)}",{number}{rest[1:]}'
    text += " " * (2 * _json._PIECE)
    assert _json.loads(text)[2] == number
    assert type(_json.loads(text)[2]) is int


def test_a_number_beyond_all_floats_never_becomes_something_that_is_not_json(backend: str) -> None:
    try:
        value = loads("[1e400]")
    except JsonSyntaxError:
        return
    assert math.isfinite(value[0])


@given(st.text() | st.binary())
def test_both_backends_agree_on_any_text(data: str | bytes) -> None:
    def outcome(read: Callable[[str | bytes], Any]) -> str:
        try:
            return repr(read(data))
        except JsonSyntaxError as refused:
            return f"refused: {refused}"

    assert outcome(loads) == outcome(_json._stdlib_loads)


def test_the_error_is_a_value_error_like_that_of_the_standard_library() -> None:
    assert issubclass(JsonSyntaxError, ValueError)
    assert not issubclass(JsonSyntaxError, json.JSONDecodeError)
