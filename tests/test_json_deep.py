"""What is nested beyond the reach of the packages is read like everything else."""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ngio_collections import _json, _json_deep
from ngio_collections._json import (
    MAX_NESTING,
    DuplicateKeyError,
    JsonSyntaxError,
    Layout,
    dumps_bytes,
    loads,
)
from ngio_collections._json_deep import may_nest_too_deeply, write
from tests import json_cases
from tests.json_cases import JSON, NOT_JSON, PATCHED, nested, same

backend = json_cases.backend

KINDS = ["arrays", "objects", "both"]
DEPTHS = [253, 254, 255, 256, 1_000, 1_024, 1_025, 5_000, MAX_NESTING]


def _refused(constant: str) -> Any:
    raise ValueError(constant)


def _stdlib(text: str) -> tuple[bool, Any]:
    """Whether the standard library accepts a text, and the value."""
    try:
        return True, json.loads(text, parse_constant=_refused)
    except ValueError:
        return False, None


def _agrees(text: str) -> None:
    is_json, expected = _stdlib(text)
    try:
        found = _json._slowly(text)
    except DuplicateKeyError:
        assert is_json
        assert _has_twice(text)
    except JsonSyntaxError as refused:
        # Floats beyond all floats are refused, where the standard library gives infinity.
        assert not is_json or "larger than any" in str(refused)  # noqa: PT017
    else:
        assert is_json
        assert same(found, expected)
        assert not _has_twice(text)


def _has_twice(text: str) -> bool:
    """Whether an object has a key twice, in a text that is JSON."""
    twice = []
    json.loads(text, object_pairs_hook=lambda pairs: twice.append(len(pairs) > len(dict(pairs))))
    return any(twice)


@given(JSON, st.sampled_from([None, 0, 2, "\t"]), st.booleans())
def test_what_is_json_reads_as_by_the_standard_library(
    value: Any, indent: int | str | None, ascii_only: bool
) -> None:
    _agrees(json.dumps(value, indent=indent, ensure_ascii=ascii_only))


@given(st.text() | st.text('[]{}",:01.-+eE\\u/d8tnfalrs \n\t\x0b\xa0é'))
@example("[1e400]")
@example("\xa0[]")
@example('{"a":1,"a":{"b":2}}')
def test_of_any_text_it_accepts_what_the_standard_library_accepts(text: str) -> None:
    _agrees(text)


@given(st.data())
def test_of_json_with_a_mistake_it_accepts_what_the_standard_library_accepts(
    data: st.DataObject,
) -> None:
    text = json.dumps(data.draw(JSON), indent=data.draw(st.sampled_from([None, 1])))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 2)))
    put = data.draw(st.text('[]{}",:0.-eE\\n \n', max_size=2))
    _agrees(text[:start] + put + text[end:])


@pytest.mark.parametrize("text", [text for text in NOT_JSON if not text.startswith("\ufeff")])
def test_errors_say_what_and_where_as_those_of_the_standard_library(text: str) -> None:
    with pytest.raises(JsonSyntaxError) as refused:
        _json._slowly(text)
    assert NOT_JSON[text] in str(refused.value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("depth", DEPTHS)
def test_nesting_up_to_the_limit_is_read_and_written_back(
    depth: int, kind: str, backend: str
) -> None:
    text = nested(depth, kind).encode()
    value = loads(text)
    written = dumps_bytes(value)
    assert written == text
    assert same(loads(written), value)
    laid_out = dumps_bytes(value, Layout(indent=2))
    assert (laid_out == text) == (depth > 254)
    assert same(loads(laid_out), value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("beyond", [1, 100_000])
def test_nesting_beyond_the_limit_is_refused(beyond: int, kind: str, backend: str) -> None:
    for text in (nested(MAX_NESTING + beyond, kind), nested(MAX_NESTING + beyond, kind)[:-1]):
        for data in (text, text.encode()):
            with pytest.raises(
                JsonSyntaxError, match=r"nested more than 20,000 levels deep at line 1, column \d"
            ):
                loads(data)


def test_the_limit_is_met_at_the_first_level_too_many(backend: str) -> None:
    with pytest.raises(JsonSyntaxError, match=r"line 2, column 20000$"):
        loads("[\n" + "[" * 10_000_000)


@pytest.mark.parametrize("depth", [300, 2_000, MAX_NESTING])
@pytest.mark.parametrize(
    ("inside", "problem"),
    [
        ("1,]", "column"),
        ("NaN", "NaN is not JSON"),
        ("1 2", "Expecting ',' delimiter at line 2, column 3"),
        ('"\\x"', "Invalid \\escape at line 2, column 2"),
        ('{"a" 1}', "Expecting ':' delimiter at line 2, column 6"),
    ],
)
def test_what_is_not_json_far_inside_is_refused_with_what_and_where(
    depth: int, inside: str, problem: str, backend: str
) -> None:
    around = depth - inside.count("{")
    with pytest.raises(JsonSyntaxError) as refused:
        loads("[" * around + "\n" + inside + "]" * around)
    assert problem.replace("\\\\", "\\") in str(refused.value)


def test_a_python_that_recurses_further_has_the_same_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_json, "_ORJSON", None)
    outcome: list[str] = []

    def read() -> None:
        loads(nested(MAX_NESTING, "both"))
        try:
            loads(nested(MAX_NESTING + 1, "both"))
        except JsonSyntaxError as refused:
            outcome.append(str(refused))

    limit, size = sys.getrecursionlimit(), threading.stack_size(512 << 20)
    sys.setrecursionlimit(10 * MAX_NESTING)
    try:
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)
    assert len(outcome) == 1
    assert "nested more than 20,000 levels" in outcome[0]


def _levels(value: Any) -> int:
    if not isinstance(value, (list, dict)):
        return 0
    members = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_levels, members), default=0)


BRACKETS = st.recursive(
    st.integers(0, 9) | st.text('[]{}"\\', max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('[]{}"\\'), inner, max_size=3)
    ),
)


@PATCHED
@given(BRACKETS, st.integers(2, 6), st.sampled_from([None, 1]))
def test_no_text_beyond_the_limit_goes_unsuspected(
    monkeypatch: pytest.MonkeyPatch, value: Any, limit: int, indent: int | None
) -> None:
    monkeypatch.setattr(_json, "_ORJSON", None)
    monkeypatch.setattr(_json_deep, "MAX_NESTING", limit)
    text = json.dumps(value, indent=indent)
    if _levels(value) > limit:
        assert may_nest_too_deeply(text.encode())
        with pytest.raises(JsonSyntaxError, match=f"more than {limit} levels"):
            loads(text)
    else:
        assert same(loads(text), value)


def test_a_wide_text_is_not_suspected() -> None:
    wide = json.dumps([{"[": "{", "a": [[], {}, "\\[", '"[']}] * 30_000).encode()
    assert not may_nest_too_deeply(wide)


@given(JSON, st.sampled_from([None, "", "  ", "\t"]))
def test_it_is_written_as_by_the_standard_library(value: Any, unit: str | None) -> None:
    separators = (",", ":") if unit is None else (",", ": ")
    expected = json.dumps(value, ensure_ascii=False, indent=unit, separators=separators)
    assert write(value, unit) == expected


def test_equal_keys_of_a_deep_text_are_one_object_in_memory() -> None:
    first, second = _json._slowly('[{"name": 1}, {"name": 2}]')
    assert next(iter(first)) is next(iter(second))
