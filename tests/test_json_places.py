"""Places in the text of a JSON document: exact, whatever the text looks like."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ngio_collections._contract import json_pointer
from ngio_collections._json import loads
from ngio_collections._json_places import Place, places
from tests.graph.effort import calls_of

KEYS = st.text(max_size=4) | st.sampled_from(["", "/", "~", "~1", '"', "\\", "0", "a b", "\n", "é"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # What can be in a text and looks like the structure of one.
    | st.text(alphabet='[]{},:"\\ \nx\U0001f52c', max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=25,
)
SPACES = st.lists(st.sampled_from(["", " ", "\n", "\r\n", "\t", "\n\n  "]), min_size=1, max_size=9)


class Writer:
    """Writes JSON with any white space, and notes where each value begins and ends."""

    def __init__(self, spaces: list[str], *, ascii_only: bool) -> None:
        self.text = ""
        self.noted: dict[str, tuple[int, int]] = {}
        self._spaces = spaces
        self._ascii = ascii_only
        self._count = 0

    def put(self, text: str) -> None:
        space = self._spaces[self._count % len(self._spaces)]
        self._count += 1
        self.text += space + text

    def value(self, value: Any, at: tuple[str | int, ...]) -> None:
        if not isinstance(value, (list, dict)):
            self.put(json.dumps(value, ensure_ascii=self._ascii))
            end = len(self.text)
            size = len(json.dumps(value, ensure_ascii=self._ascii))
            self.noted[json_pointer(at)] = (end - size, end)
            return
        opening, closing = "[]" if isinstance(value, list) else "{}"
        self.put(opening)
        self.noted[json_pointer(at)] = (len(self.text) - 1, len(self.text))
        items = enumerate(value) if isinstance(value, list) else value.items()
        for number, (key, item) in enumerate(items):
            if number:
                self.put(",")
            if isinstance(key, str):
                self.put(json.dumps(key, ensure_ascii=self._ascii))
                self.put(":")
            self.value(item, (*at, key))
        self.put(closing)


def place_of(text: str, span: tuple[int, int]) -> Place:
    """Line and columns, the simple way."""
    before = text[: span[0]].split("\n")
    column = len(before[-1]) + 1
    return Place(len(before), column, column + span[1] - span[0])


@given(VALUES, SPACES, st.booleans(), st.booleans(), st.data())
def test_every_value_of_any_text_is_found_where_it_was_written(
    value: Any, spaces: list[str], ascii_only: bool, has_mark: bool, data: st.DataObject
) -> None:
    writer = Writer(spaces, ascii_only=ascii_only)
    writer.value(value, ())
    writer.put("")
    assert loads(writer.text) == value
    wanted = data.draw(st.lists(st.sampled_from(sorted(writer.noted)), unique=True))
    expected = {pointer: place_of(writer.text, writer.noted[pointer]) for pointer in wanted}
    text = ("\ufeff" if has_mark else "") + writer.text
    assert places(text, wanted) == expected
    assert places(text.encode(), [*wanted, "/x/none", "none"]) == expected


def test_a_place_is_a_line_and_a_column_from_one_on() -> None:
    text = '{\r\n  "id": "a b",\r\n\t"nodes": [1, {"x": null}]}'
    assert places(text, ["", "/id", "/nodes", "/nodes/0", "/nodes/1", "/nodes/1/x"]) == {
        "": Place(1, 1, 2),
        "/id": Place(2, 9, 14),
        "/nodes": Place(3, 11, 12),
        "/nodes/0": Place(3, 12, 13),
        "/nodes/1": Place(3, 15, 16),
        "/nodes/1/x": Place(3, 21, 25),
    }


def test_columns_count_characters_and_not_bytes() -> None:
    assert places('{"µ🔬": 1}'.encode(), ["/µ🔬"]) == {"/µ🔬": Place(1, 8, 9)}


@pytest.mark.parametrize(
    "key", [r"\u0061/b", "a\\/b", "\\u0061\\u002fb"], ids=["letter", "slash", "both"]
)
def test_a_key_is_what_it_reads_as_however_it_is_escaped(key: str) -> None:
    assert list(places(f'{{"x": [], "{key}": 1}}', ["/a~1b"])) == ["/a~1b"]


def test_lone_surrogates_in_keys_are_found() -> None:
    text = '{"\\ud800": 1}'
    (key,) = loads(text)
    assert places(text, [f"/{key}"]) == {f"/{key}": Place(1, 12, 13)}


@pytest.mark.parametrize("pointer", ["/nodes/2", "/nodes/01", "/nodes/-", "/nodes/x", "/id/x", "x"])
def test_a_pointer_that_leads_nowhere_has_no_place(pointer: str) -> None:
    assert places('{"id": "a", "nodes": [0, 1]}', [pointer]) == {}


def test_of_a_key_that_is_there_twice_the_last_one_counts() -> None:
    text = '{"a": {"b": 1},\n"a": {"b": 2}}'
    assert places(text, ["/a", "/a/b"]) == {"/a": Place(2, 6, 7), "/a/b": Place(2, 12, 13)}


@pytest.mark.parametrize("text", ["", "{", '{"a', '{"a":', "[1, 2", '"', '{1: 2, "a": 3}', "]"])
def test_what_is_no_json_ends_all_the_same(text: str) -> None:
    assert set(places(text, ["/a/0", "/a", "/1"])) <= {"/a", "/1"}


def test_nesting_beyond_the_limit_of_recursion_is_no_matter() -> None:
    depth = 10 * sys.getrecursionlimit()
    text = '{"a":' * depth + "1" + "}" * depth
    pointer = "/a" * depth
    assert places(text, [pointer])[pointer].column == 5 * depth + 1
    assert places("[" * depth + "]" * depth + "", ["/0/0", "/1"])["/0/0"] == Place(1, 3, 4)


def test_the_work_grows_with_the_text_and_not_with_its_square() -> None:
    def work(count: int) -> int:
        node = '{"id": "n", "nodes": [[1, 2], {"x": "]"}]}'
        nodes = ",\n".join([node] * count)
        text = f'{{"nodes": [{nodes}], "last": 1}}'
        pointers = [f"/nodes/{n}/id" for n in range(0, count, 7)]
        return calls_of(lambda: places(text, pointers))

    assert work(4_000) < 4.5 * work(1_000)
