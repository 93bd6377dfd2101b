"""How a text is laid out is found out, so that it can be written back alike."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ngio_collections._json import COMPACT, Layout, dumps_bytes, loads
from tests import json_cases
from tests.json_cases import JSON

backend = json_cases.backend


@pytest.mark.parametrize(
    ("text", "indent"),
    [
        ('{\n  "a": 1\n}', 2),
        ('{\n    "a": 1\n}', 4),
        ("[\n 1\n]", 1),
        ("[\n1\n]", 0),
        ('{\n\t"a": 1\n}', "\t"),
        ('{\n \t"a": 1\n}', " \t"),
        ('\ufeff\n {\n   "a": 1}', 3),
        ('{ \n\n  "a": 1}', 2),
        ('{\n  "\n', 2),
        ('{"a": 1}', None),
        ('{"a": [\n  1\n]}', None),
        ('{ "a": 1 }', None),
        ("{\n}", None),
        ("[]\n", None),
        ('"\n  a"', None),
        ("1\n", None),
        ("", None),
        ("\n", None),
        ("{" + " " * 10_000, None),
        ("{\n" + " " * 3_000 + '"a": 1}', 8),
    ],
)
def test_the_indent_is_that_of_the_first_member(text: str, indent: int | str | None) -> None:
    found = Layout.of(text.encode())
    assert found.indent == indent
    assert type(found.indent) is type(indent)


@pytest.mark.parametrize("text", ["[1]", "[\n  1\n]"])
def test_a_line_end_at_the_end_is_part_of_the_layout(text: str) -> None:
    assert not Layout.of(text.encode()).newline_at_end
    assert Layout.of(text.encode() + b"\n").newline_at_end


def test_line_ends_are_part_of_the_layout() -> None:
    assert Layout.of(b"[\r\n  1\r\n]").line_end == "\r\n"
    assert Layout.of(b"[\n  1\n]").line_end == "\n"
    assert Layout.of(b"[1]\r\n") == Layout(None, newline_at_end=True, line_end="\r\n")
    assert Layout.of(b"[1]\n").line_end == "\n"


def _is_filled(value: Any) -> bool:
    return isinstance(value, (list, dict)) and bool(value)


@given(
    JSON.filter(_is_filled),
    st.none() | st.integers(0, 8) | st.text(" \t", min_size=1, max_size=8),
    st.booleans(),
    st.booleans(),
)
def test_a_text_is_written_back_with_its_layout(
    value: Any, indent: int | str | None, newline_at_end: bool, is_windows: bool
) -> None:
    if isinstance(indent, str) and "\t" not in indent:
        indent = len(indent)
    has_lines = newline_at_end or indent is not None
    line_end = "\r\n" if is_windows and has_lines else "\n"
    layout = Layout(indent, newline_at_end, line_end)
    written = dumps_bytes(value, layout)
    assert Layout.of(written) == layout
    assert dumps_bytes(loads(written), Layout.of(written)) == written or "\\ud" in repr(value)


@pytest.mark.parametrize("indent", ["x", "  -", "\n", -1])
def test_an_indent_that_is_no_white_space_is_refused(indent: Any) -> None:
    with pytest.raises(ValueError, match="the indent"):
        Layout(indent)


def test_other_line_ends_are_refused() -> None:
    with pytest.raises(ValueError, match="line end"):
        Layout(line_end="\r")


def test_a_text_is_compact_where_nothing_else_is_said() -> None:
    assert Layout() == COMPACT
    assert COMPACT.unit is None
    assert Layout(3).unit == "   "
    assert Layout("\t").unit == "\t"
