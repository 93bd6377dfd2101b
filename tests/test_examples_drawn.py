"""The examples that hypothesis draws are the same each time, unless others are asked for."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


def _drawn() -> list[tuple[int, str]]:
    drawn: list[tuple[int, str]] = []

    @settings(max_examples=300)
    @given(st.integers(), st.text())
    def collect(number: int, text: str) -> None:
        drawn.append((number, text))

    collect()
    return drawn


@pytest.mark.skipif(not settings.default.derandomize, reason="other examples are asked for")
def test_they_do_not_depend_on_the_modules_that_other_tests_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _drawn()
    constants = [*(f"a constant {number}" for number in range(100)), *range(10_000, 10_100)]
    path = tmp_path / "constants.py"
    path.write_text(f"FOUND = {constants!r}\n", encoding="utf-8")
    module = ModuleType("constants")
    module.__file__ = str(path)
    monkeypatch.setitem(sys.modules, "constants", module)
    assert _drawn() == before
