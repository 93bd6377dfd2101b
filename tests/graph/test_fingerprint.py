"""The fingerprint is that of the content, however it is written."""

from __future__ import annotations

import copy
import hashlib
import json
import random
import struct
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ngio_collections import _json
from ngio_collections._frozen import freeze, view
from ngio_collections.errors import NotJsonError
from ngio_collections.graph import Node, _fingerprint, as_tree, new_node
from ngio_collections.graph._fingerprint import fingerprint

FLOATS = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(
    [0.0, -0.0, 1.0, -1.0, 1e15, 1e16, 1e22, 1e23, 1.5e300, -5e-324, 1e-5, 2.0**53, 2.0**64]
)
INTEGERS = st.integers() | st.sampled_from(
    [2**53, 2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**22, 10**23]
)
# Texts that look like the pieces of a text that numbers are told by, and any code point.
TEXTS = st.text(st.characters(), max_size=12) | st.sampled_from(
    [
        *('"', "\\", "\n", "-0.0", "1.0", "1.0,\n", '[1.0],\n"', ":1e+16", "\\1.0]"),
        *("\ud83d\ude00", "\ud800", "\ude00\ud83d", "\u2028", "\x7f", "é", "e\u0301"),
        *("\U0010ffff", "\uffff"),
    ]
)


def _joined(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _has_distinct_keys(value: dict[str, Any]) -> bool:
    return len({_joined(key) for key in value}) == len(value)


JSON = st.recursive(
    st.none() | st.booleans() | INTEGERS | FLOATS | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(TEXTS, inner, max_size=5).filter(_has_distinct_keys)
    ),
    max_leaves=25,
)
SETTINGS = settings(max_examples=200)


def _canonical(value: Any) -> str:
    """The law of the docstring, in the plainest words."""
    if isinstance(value, dict):
        items = sorted((_joined(key), item) for key, item in value.items()) if value else []
        return "{" + ",".join(f"{_canonical(k)}:{_canonical(v)}" for k, v in items) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_canonical, value)) + "]"
    if isinstance(value, str):
        return json.dumps(_joined(value), ensure_ascii=False)
    if isinstance(value, float):
        exact = Decimal(repr(value))
        return str(int(exact)) if exact == int(exact) else repr(value)
    return json.dumps(value)


def _expected(value: Any) -> str:
    text = _canonical(value).encode("utf-8", "surrogatepass")
    return "blake2b-1:" + hashlib.blake2b(text, digest_size=32).hexdigest()


def _shuffled(value: Any, seed: random.Random) -> Any:
    if isinstance(value, dict):
        items = list(value.items())
        seed.shuffle(items)
        return {key: _shuffled(item, seed) for key, item in items}
    return [_shuffled(item, seed) for item in value] if isinstance(value, list) else value


def _deep(depth: int, bottom: Any) -> Any:
    for n in range(depth):
        bottom = {"b": [bottom, 1.0], "a": n} if n % 2 else [bottom, "é"]
    return bottom


@SETTINGS
@given(JSON)
def test_it_is_the_hash_of_the_canonical_text(value: Any) -> None:
    assert fingerprint(value) == _expected(value)


@SETTINGS
@given(JSON)
def test_the_slow_way_gives_the_same_text_as_the_fast_one(value: Any) -> None:
    slow = "".join(_fingerprint._written(value)).encode("utf-8", "surrogatepass")
    assert slow == b"".join(_fingerprint._CanonicalText(value).pieces())
    assert _fingerprint._encoded(value) in (slow, None)


@SETTINGS
@given(JSON, st.randoms(use_true_random=False), st.booleans(), st.sampled_from([None, 0, 3]))
def test_serialisers_and_the_order_of_keys_do_not_matter(
    value: Any, seed: random.Random, ascii_only: bool, indent: int | None
) -> None:
    text = json.dumps(_shuffled(value, seed), ensure_ascii=ascii_only, indent=indent)
    if ascii_only or text.isascii():
        assert fingerprint(text.encode()) == fingerprint(value)
    assert fingerprint(json.loads(text)) == fingerprint(value)


@SETTINGS
@given(JSON, JSON)
def test_different_content_has_different_fingerprints(one: Any, other: Any) -> None:
    assert (fingerprint(one) == fingerprint(other)) == (_canonical(one) == _canonical(other))


@SETTINGS
@given(st.integers(0, 2**64 - 1))
def test_every_float_counts_as_its_shortest_decimal(bits: int) -> None:
    (value,) = struct.unpack("<d", struct.pack("<Q", bits))
    if value - value == 0:
        assert fingerprint([value]) == _expected([value])
        assert fingerprint(b"[%.17g]" % value) == fingerprint([value])


SAME = [
    ("1", "1.0", "1e0", "10E-1", "1.000"),
    ("0", "-0", "0.0", "-0.0", "0e5", "-0e-5"),
    ("100000000000000000000000", "1e23", "1E+23", "9.999999999999999e22"),
    ("18446744073709552000", "18446744073709551616.0", "1.8446744073709552e19"),
    ("0.00001", "1e-5", "1E-05", "0.000010"),
    ('"\\u00e9"', '"é"'),
    ('"\\ud83d\\ude00"', '"😀"'),
    ('"\\/\\u0041\\u001f"', '"/A\\u001F"'),
    ('{"a":1,"b":2}', ' {"b" : 2.0,\r\n\t"a":1}\n', '\ufeff{"b":2,"a":1}'),
]


@pytest.mark.parametrize("texts", SAME, ids=lambda texts: ascii(texts[0])[:20])
def test_texts_of_the_same_content_have_one_fingerprint(texts: tuple[str, ...]) -> None:
    assert len({fingerprint(text.encode()) for text in texts}) == 1


def test_a_text_with_a_key_twice_has_no_fingerprint() -> None:
    with pytest.raises(NotJsonError, match=r"a key twice in one object \(/a\)"):
        fingerprint(b'{"a":9,"b":2,"a":1}')


def test_texts_of_different_content_have_different_fingerprints() -> None:
    texts = [
        *("1", "true", '"1"', "[1]", '{"1":1}', "null", "{}", "[]", '""', "-1", "0", "false"),
        *("[1,2]", "[2,1]", "[[1],2]", "[1,[2]]", "[12]", '["1,2"]', '[1,"2"]', "[1,2,null]"),
        *('{"a":null}', '{"a":{}}', '{"a":[]}', '{"a":"b"}', '{"b":"a"}', '{"a":1}', '{"a":1.5}'),
        *("9007199254740992", "9007199254740993", "1" * 400, "1" * 399 + "2", "0.1", "0.2"),
        *('"\\ud800"', '"\\udc00"', '"\\\\ud800"', '"?"', '"\\ufffd"', '"é"', '"e\\u0301"'),
        *('"1.0]"', '"1]"', '["-0.0"]', '["0"]', '"1e+16"', '"10000000000000000"'),
        *('["1.0,\\n"]', '["1,\\n"]', '["1.0,"]', '["1,"]', '"A"', '"a"', '" a"', '"\\u0000"'),
    ]
    assert len({fingerprint(text.encode()) for text in texts}) == len(texts)


def test_the_fingerprint_is_stable() -> None:
    value = {"type": "collection", "nodes": [{"id": "é", "scale": [1.0, 0.5, 1e16]}], "n": 2**70}
    text = (
        '{"n":1180591620717411303424,"nodes":[{"id":"é","scale":[1,0.5,10000000000000000]}],'
        '"type":"collection"}'
    )
    hexadecimal = hashlib.blake2b(text.encode(), digest_size=32).hexdigest()
    assert fingerprint(value) == f"blake2b-1:{hexadecimal}"
    assert len(fingerprint(value)) == 74


def test_a_text_is_a_string_and_bytes_are_a_document() -> None:
    assert fingerprint("[]") == fingerprint(b'"[]"') != fingerprint(b"[]")
    assert fingerprint(bytearray(b"[]")) == fingerprint(memoryview(b"[]")) == fingerprint([])


@SETTINGS
@given(JSON)
def test_frozen_values_and_views_are_the_json_that_they_show(value: Any) -> None:
    assert fingerprint(freeze(value)) == fingerprint(view(value)) == fingerprint(value)
    assert fingerprint({"a": [view(value)]}) == fingerprint({"a": [value]})


def _tree() -> Node:
    wells = [{"type": "w", "id": f"A{n}", "attributes": {"x": [1.0, n]}} for n in range(100)]
    return as_tree({"type": "collection", "id": "p", "nodes": [*wells, 7], "other": 2**80}).root


def test_a_node_has_the_fingerprint_of_its_json() -> None:
    root = _tree()
    assert fingerprint(root) == fingerprint(root.to_json())
    assert fingerprint(root) == fingerprint(_json.dumps_bytes(root.to_json()))
    child = next(root.children())
    assert fingerprint(child) == fingerprint(child.to_json()) == fingerprint(child.subtree())


def test_an_edited_node_has_the_fingerprint_of_its_json() -> None:
    root = _tree()
    before = fingerprint(root)
    edited = root.add(new_node("w", id="new"))
    back = next(n for n in edited.children() if n.id == "new").remove()
    assert fingerprint(edited) == fingerprint(edited.to_json()) != before
    assert fingerprint(back) == fingerprint(root) == before


def test_writing_changes_nothing() -> None:
    value = {"b": [1.0, {"d": -0.0, "c": "\ud800"}], "a": list(range(100))}
    kept = copy.deepcopy(value)
    fingerprint(value)
    assert repr(value) == repr(kept)


@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 64, 65, 1000])
def test_batches_leave_no_mark(count: int) -> None:
    items = [{"id": n, "scale": [float(n), -0.0, 1e16]} for n in range(count)]
    for value in (items, [items, items], {"nodes": items}, {str(n): items for n in range(3)}):
        assert fingerprint(value) == _expected(value)
    assert fingerprint({str(n): float(n) for n in range(count)}) == _expected(
        {str(n): float(n) for n in range(count)}
    )


def test_nesting_5000_deep_works() -> None:
    one, other = _deep(5_000, {"z": 1, "é": 2.0}), _deep(5_000, {"é": 2, "z": 1.0})
    assert fingerprint(one) == fingerprint(other) != fingerprint(_deep(5_000, {"z": 1}))
    root: dict[str, Any] = {"type": "collection"}
    for n in range(5_000):
        root = {"nodes": [root], "id": str(n)}
    tree = as_tree(root).root
    bottom = list(tree.walk())[-1]
    assert fingerprint(tree) != fingerprint(bottom.set_attr("a", 1))
    assert fingerprint(tree) == fingerprint(
        bottom.set_attr("a", 1).at(bottom)._with_raw({"type": "collection"})
    )


LOOP: list[Any] = []
LOOP.append({"a": [LOOP]})


class _Thing:
    pass


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1, {"a~/": float("nan")}], "at '/1/a~0~1' is nan, and JSON has finite numbers only"),
        ([float("inf")], "at '/0' is inf"),
        (float("-inf"), "at '' is -inf"),
        ({"a": {1: 2}}, "at '/a' has a key that is the number 1; keys of JSON are strings"),
        ({"a": 1, None: 2}, "at '' has a key that is null;"),
        ([[[[[[{True: 1}]]]]]], "at '/0/0/0/0/0/0' has a key that is true"),
        ({"a": {1}}, "at '/a' is of type set, which is no JSON"),
        ([b"x"], "at '/0' is of type bytes"),
        (_Thing(), "at '' is of type _Thing"),
        (LOOP, "at '/0/a/0' is inside of itself"),
        ([10**5000], "at '/0' has more than 4,300 digits"),
        ({"\ud83d\ude00": 1, "😀": 2}, "at '' has a key twice"),
        (_deep(3_000, float("nan")), r"/0/b\.\.\.' is nan"),
    ],
    ids=lambda value: ascii(value)[:20] if isinstance(value, str) else "",
)
def test_what_is_no_json_is_refused(value: Any, message: str) -> None:
    with pytest.raises(NotJsonError, match=message):
        fingerprint(value)


@pytest.mark.parametrize("text", [b"", b"{", b"NaN", b"[1e400]", b"\xff", b"{1: 2}", b"1 2"])
def test_bytes_that_are_no_json_are_refused(text: bytes) -> None:
    with pytest.raises(NotJsonError):
        fingerprint(text)


def test_a_number_that_is_not_finite_in_a_node_is_refused() -> None:
    node = as_tree({"type": "a", "attributes": {"x": json.loads("1e400")}}).root
    with pytest.raises(NotJsonError, match="at '/attributes/x' is inf"):
        fingerprint(node)


def test_the_same_value_in_two_places_is_not_inside_of_itself() -> None:
    shared = [1, "\ud800"]
    assert fingerprint([shared, {"a": shared}]) == fingerprint(
        [[1, "\ud800"], {"a": [1, "\ud800"]}]
    )


def test_subclasses_count_as_what_they_are() -> None:
    class Number(int):
        def __repr__(self) -> str:
            return "mine"

    class Real(float):
        def __repr__(self) -> str:
            return "mine"

    assert fingerprint([Number(3), Real(2.5), Real(4.0)]) == fingerprint([3, 2.5, 4])
    assert fingerprint({"\ud800": [Number(3), Real(2.5)]}) == fingerprint({"\ud800": [3, 2.5]})
