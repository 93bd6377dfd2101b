"""The lists that rule bodies hold are those of the texts that they come from."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections.validation import _reading
from ngio_collections.validation.rules import space

SPACE = [
    *("angstrom", "attometer", "centimeter", "decimeter", "exameter", "femtometer", "foot"),
    *("gigameter", "hectometer", "inch", "kilometer", "megameter", "meter", "micrometer"),
    *("mile", "millimeter", "nanometer", "parsec", "petameter", "picometer", "terameter"),
    *("yard", "yoctometer", "yottameter", "zeptometer", "zettameter"),
]

TIME = [
    *("attosecond", "centisecond", "day", "decisecond", "exasecond", "femtosecond"),
    *("gigasecond", "hectosecond", "hour", "kilosecond", "megasecond", "microsecond"),
    *("millisecond", "minute", "nanosecond", "petasecond", "picosecond", "second"),
    *("terasecond", "yoctosecond", "yottasecond", "zeptosecond", "zettasecond"),
]

UNITS = {"space": SPACE, "time": TIME}


def _findings(type_: str, unit: Any) -> list[str]:
    axis = {"name": "x", "type": type_, "unit": unit}
    attributes = {"coordinateSystems": [{"id": "s", "axes": [axis]}]}
    node = {"type": "collection", "version": "0.9", "id": "a", "nodes": []}
    return [f.rule for f in ngc.validate_document({"ome": {**node, "attributes": attributes}})]


def test_the_units_are_those_of_rfc_5() -> None:
    assert (len(SPACE), len(TIME)) == (26, 23)
    assert {kind: sorted(units) for kind, units in space._UNITS.items()} == UNITS


@pytest.mark.parametrize("type_", UNITS)
def test_every_unit_of_rfc_5_is_accepted_for_its_type_only(type_: str) -> None:
    for unit in UNITS[type_]:
        assert _findings(type_, unit) == []
    for unit in chain.from_iterable(units for kind, units in UNITS.items() if kind != type_):
        assert _findings(type_, unit) == ["axis-unit"]


@pytest.mark.parametrize("unit", ["um", "µm", "Meter", "meters", "decameter", "pixel", "", "s "])
def test_other_units_are_findings(unit: str) -> None:
    assert _findings("space", unit) == ["axis-unit"]
    assert _findings("channel", unit) == []


@pytest.mark.parametrize("pair", ngc.profiles(), ids="-".join)
def test_the_pattern_of_identifiers_is_that_of_the_schema(pair: tuple[str, str]) -> None:
    profile, revision = pair
    concept = ngc.schema(profile=profile, revision=revision, concept="identifier")
    pattern = concept["$defs"]["identifier"]["pattern"]
    assert pattern == f"^{_reading._IDENTIFIER.pattern}$(?!\\n)"


@pytest.mark.parametrize("id_", ["a", "A-b_c.9", "-", ".", "0"])
def test_an_identifier_can_be_referred_to(id_: str) -> None:
    reference = _reading.read_reference({"id": id_})
    assert reference is not None
    assert reference.id == id_


@pytest.mark.parametrize("id_", ["", "a\n", "a b", "é", "a:b", "a/b", "\u0661", "\ud800", 5, None])
def test_what_is_no_identifier_is_no_reference(id_: Any) -> None:
    assert _reading.read_reference({"id": id_}) is None
    assert _reading.read_reference(id_) is None
