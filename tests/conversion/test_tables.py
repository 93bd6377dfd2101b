"""The tables, and the code that goes through them."""

from __future__ import annotations

import pytest

from ngio_collections._generated.conversions import STUBS, TABLES
from ngio_collections._mapping import KEPT, MAPPED, MissingConversionError
from ngio_collections.conversion import _engine
from tests.conversion.samples import IMAGE, Source, convert


def test_every_mapped_row_has_code_both_ways_and_no_other_row_has() -> None:
    convert(Source().image(IMAGE))
    mapped = {
        (table.name, row.field)
        for table in TABLES.values()
        for row in table.rows
        if row.outcome == MAPPED
    }
    assert mapped == {(stub.table, stub.field) for stub in STUBS.values()}
    assert mapped == set(_engine._CONVERTING) == set(_engine._RESTORING)


@pytest.mark.parametrize(
    ("functions", "mark"), [("_CONVERTING", "converts"), ("_RESTORING", "restores")]
)
def test_a_row_without_code_fails_clearly(
    monkeypatch: pytest.MonkeyPatch, functions: str, mark: str
) -> None:
    convert(Source().image(IMAGE))
    there = dict(getattr(_engine, functions))
    del there["axis", "unit"]
    monkeypatch.setattr(_engine, functions, there)
    _engine._bodies.cache_clear()
    with pytest.raises(MissingConversionError, match=rf"axis_unit has no code.*@{mark}") as caught:
        convert(Source().image(IMAGE))
    assert "bodies/space.py" in str(caught.value)
    monkeypatch.undo()
    convert(Source().image(IMAGE))


def test_a_field_cannot_have_two_functions_of_a_kind() -> None:
    stub = STUBS["axis_unit"]
    with pytest.raises(ValueError, match="converted twice"):
        _engine.converts(stub)(lambda value, piece, at: "/")
    with pytest.raises(ValueError, match="restored twice"):
        _engine.restores(stub)(lambda piece: None)
    assert repr(stub) == "<ConversionStub axis_unit>"


def test_what_is_kept_is_kept_under_prefixed_keys() -> None:
    keys = {row.key for table in TABLES.values() for row in table.rows if row.outcome == KEPT}
    assert all(key == _engine.STAYS or key.startswith("ome-zarr:") for key in keys)
