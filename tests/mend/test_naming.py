from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ngio_collections.mend._naming import _LEGAL, is_legal, new_id, sanitised

SCHEMA = Path(__file__).parents[2] / "schemas/rfc8/v1-2026-08/identifier.schema.json"


def test_an_id_is_what_the_schema_says() -> None:
    pattern = json.loads(SCHEMA.read_text(encoding="utf-8"))["pattern"]
    assert pattern.startswith(f"^{_LEGAL.pattern}$")


@given(st.text())
def test_what_is_made_of_a_text_is_an_id_or_nothing(text: str) -> None:
    made = sanitised(text)
    assert made == "" or is_legal(made)
    assert sanitised(made) == made


@given(st.from_regex(r"[a-zA-Z0-9\-_.]{1,60}", fullmatch=True))
def test_an_id_stays_as_it_is(text: str) -> None:
    assert sanitised(text) == text


@given(st.sets(st.sampled_from(["a", "b", "a-2", "a-3"])))
def test_a_new_id_is_none_that_there_is(taken: set[str]) -> None:
    before = set(taken)
    made = new_id(["", "a", "b"], taken)
    assert made not in before
    assert taken == before | {made}


@pytest.mark.parametrize("value", ["", "a b", "a\n", "é", None, 1, ["a"]])
def test_what_is_no_id_is_none(value: object) -> None:
    assert not is_legal(value)
