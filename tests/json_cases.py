"""What the tests of reading and writing JSON share."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from ngio_collections import _json

PATCHED = settings(
    suppress_health_check=[
        *settings.default.suppress_health_check,
        HealthCheck.function_scoped_fixture,
    ]
)
"""For tests that patch something in the same way for all examples."""

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # Any code point: also lone surrogates, which JSON can escape and UTF-8 cannot hold.
    | st.text(st.characters(exclude_categories=()))
)


def json_of(scalars: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """JSON values with these scalars."""
    keys = st.text(st.characters(exclude_categories=()))
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=20,
    )


JSON = json_of(SCALARS)

NOT_JSON = {
    "": "there is nothing in it",
    " ": "there is nothing in it",
    "{": "line 1, column 2",
    '{"a": 1,}': "line 1, column",
    "{'a': 1}": "line 1, column 2",
    '{\n  "a": 1,\n  "b" 2\n}': "line 3, column 7",
    "[1]\n[2]": "line 2, column 1",
    "[1 // one\n]": "line 1, column 4",
    "[1,]": "line 1, column",
    "[1": "line 1, column 3",
    "[1}": "line 1, column 3",
    '{"a": 1]': "line 1, column 8",
    "]": "line 1, column 1",
    '{"a"}': "line 1, column 5",
    '{"a": }': "line 1, column 7",
    "{1: 2}": "line 1, column 2",
    "[1 2]": "line 1, column 4",
    "[1]]": "line 1, column 4",
    '"\n"': "line 1, column 2",
    '"\\x"': "line 1, column 2",
    '"a': "line 1, column 1",
    "01": "line 1, column 2",
    "1.": "line 1, column 2",
    ".5": "line 1, column 1",
    "+1": "line 1, column 1",
    "nul": "line 1, column 1",
    "\x0b1": "line 1, column 1",
    "\ufeff\ufeff1": "line 1, column 1",
    "NaN": "NaN is not JSON",
    "[Infinity]": "Infinity is not JSON",
    '{"a": -Infinity}': "-Infinity is not JSON",
    '{"a": 12345678901234567890, "b": NaN}': "NaN is not JSON",
}


@pytest.fixture(params=["installed", "standard library"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test with whatever is installed, and with the standard library alone."""
    if request.param == "standard library":
        monkeypatch.setattr(_json, "_ORJSON", None)
    return str(request.param)


def nested(levels: int, kind: str) -> str:
    """A text of so many levels, of arrays, of objects, or of both in turn."""
    opening = {"arrays": ["["], "objects": ['{"a":'], "both": ["[1,", '{"b":0,"a":']}[kind]
    closing = {"arrays": ["]"], "objects": ["}"], "both": [',""]', ',"c":null}']}[kind]
    turns = [level % len(opening) for level in range(levels)]
    middle = "" if kind == "arrays" else "0"
    return (
        "".join(opening[turn] for turn in turns)
        + middle
        + "".join(closing[turn] for turn in reversed(turns))
    )


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON, with the same types and order of keys.

    Without recursion, as Python compares deep values with it. 1, 1.0, -0.0 and True are
    told apart.
    """
    stack = [(one, other)]
    while stack:
        left, right = stack.pop()
        if type(left) is not type(right):
            return False
        if isinstance(left, list):
            if len(left) != len(right):
                return False
            stack.extend(zip(left, right, strict=True))
        elif isinstance(left, dict):
            if list(left) != list(right):
                return False
            stack.extend(zip(left.values(), right.values(), strict=True))
        elif repr(left) != repr(right):
            return False
    return True


def paired(value: Any) -> Any:
    """A value in which surrogates that make a pair are the character that they stand for.

    No JSON text can tell the two apart.
    """
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    if isinstance(value, list):
        return [paired(item) for item in value]
    if isinstance(value, dict):
        return {paired(key): paired(item) for key, item in value.items()}
    return value
