"""From JSON to models and back: nothing is lost, and nothing is mistaken for something else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from ngio_collections._frozen import FrozenDict
from ngio_collections._generated.ngio_v1_2026_08.models import (
    Attributes,
    Axis,
    Collection,
    CoordinateSystem,
    LabelAttributes,
    Row,
    ScaleTransformation,
)
from ngio_collections._model_base import ABSENT
from tests.models.samples import (
    ODD_KEYS,
    document,
    every_profile,
    models_in,
    module,
    read,
    with_odd_keys,
)


def _text(value: Any) -> str:
    """JSON text: it tells 1, 1.0 and true apart."""
    return json.dumps(value, sort_keys=True)


@every_profile
def test_the_sample_document_uses_every_concept(key: str) -> None:
    models = module(key).MODELS
    abstract = {"base-node", "base-transformation", "standalone-document"}
    used = {type(model) for model in models_in(read(key, document(key)))}
    assert {name for name, model in models.items() if model not in used} == abstract


@every_profile
def test_json_comes_back_as_it_was(key: str) -> None:
    assert _text(read(key, document(key)).to_json()) == _text(document(key))


@every_profile
def test_unknown_keys_are_kept_at_every_level_whatever_they_are_called(key: str) -> None:
    content = with_odd_keys(document(key))
    assert _text(read(key, content).to_json()) == _text(content)


@every_profile
def test_unknown_keys_are_in_extra_and_nowhere_else(key: str) -> None:
    for model in models_in(read(key, with_odd_keys(document(key)))):
        names = {info.alias or name for name, info in type(model).model_fields.items()}
        assert {name for name in ODD_KEYS if name not in names} <= set(model.extra)
        assert names.isdisjoint(model.extra)
        assert model.extra["copy"] == {"of": ("copy",)}
        assert isinstance(model.extra["copy"], FrozenDict)
        assert callable(model.copy)
        assert callable(model.to_json)


def test_a_model_without_unknown_keys_has_an_empty_extra() -> None:
    assert Row(id="A").extra == {}
    assert Row.from_json({"id": "A"}).model_extra == {}


def test_from_json_knows_json_names_only() -> None:
    attributes = Attributes.from_json({"coordinate_systems": 5})
    assert attributes.coordinate_systems is ABSENT
    assert attributes.extra == {"coordinate_systems": 5}
    with pytest.raises(ValidationError):
        LabelAttributes.from_json({"label_value": 1})


def test_from_json_knows_json_names_only_in_inner_models() -> None:
    system = {"id": "s", "axes": [{"name": "x", "long_name": 7}]}
    (axis,) = CoordinateSystem.from_json(system).axes
    assert axis.long_name is ABSENT
    assert axis.extra == {"long_name": 7}


def test_constructors_take_python_names() -> None:
    axis = Axis(name="x", long_name="The x axis")
    assert axis.to_json() == {"name": "x", "longName": "The x axis"}
    assert LabelAttributes(label_value=3).label_value == 3


@every_profile
def test_json_that_is_given_back_is_new_and_can_be_changed(key: str) -> None:
    model = read(key, document(key))
    given = model.to_json()
    stack: list[Any] = [given]
    while stack:
        value = stack.pop()
        assert type(value) in (dict, list, str, int, float, bool, type(None))
        if isinstance(value, (dict, list)):
            stack.extend(value.values() if isinstance(value, dict) else value)
            value.clear()
    assert given == {}
    assert model.to_json() == document(key)


@every_profile
def test_no_two_places_of_the_json_that_is_given_back_are_the_same_object(key: str) -> None:
    stack: list[Any] = [read(key, with_odd_keys(document(key))).to_json()]
    seen: dict[int, Any] = {}
    while stack:
        value = stack.pop()
        if isinstance(value, (dict, list)):
            assert id(value) not in seen, value
            seen[id(value)] = value
            stack.extend(value.values() if isinstance(value, dict) else value)


def test_two_empty_arrays_that_are_given_back_are_two() -> None:
    given = Row.from_json({"id": "A", "x:y": {"one": [], "other": []}}).to_json()
    given["x:y"]["one"].append("new")
    assert given["x:y"] == {"one": ["new"], "other": []}


NUMBERS = [1, 1.0, 0, -0.0, 2**53 + 1, 2**63, 2**64, -(2**70), 10**400, 0.1, 5e-324, 1e308]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: repr(number)[:12])
def test_a_number_stays_the_number_that_it_is(number: float) -> None:
    scale = ScaleTransformation.from_json({"type": "scale", "scale": [number], "x:y": number})
    for found in (scale.scale[0], scale.to_json()["scale"][0], scale.to_json()["x:y"]):
        assert type(found) is type(number)
        assert repr(found) == repr(number)


@pytest.mark.parametrize("wrong", [True, False, "1", None, [1], {}])
def test_what_is_no_number_is_no_number(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        ScaleTransformation.from_json({"type": "scale", "scale": [wrong]})


@pytest.mark.parametrize("wrong", [5, True, b"A", None, ["A"]])
def test_what_is_no_string_is_no_string(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        Row.from_json({"id": "A", "name": wrong})


def test_absent_given_to_a_constructor_is_absent() -> None:
    assert Row(id="A", name=ABSENT) == Row(id="A")
    assert Row(id="A", name=ABSENT).to_json() == {"id": "A"}


def test_a_field_that_must_be_there_cannot_be_absent() -> None:
    with pytest.raises(ValidationError):
        Row(id=ABSENT)  # type: ignore[arg-type]


def test_absent_given_to_a_copy_removes_the_field() -> None:
    named = Row(id="A", name="First")
    assert named.model_copy(update={"name": ABSENT}).to_json() == {"id": "A"}
    assert named.model_copy(update={"name": ABSENT}) == Row(id="A")


def test_absent_is_no_json_value() -> None:
    for json_value in ("absent", "ABSENT", None):
        assert Row.from_json({"id": "A", "x:y": json_value}).extra["x:y"] is not ABSENT
    assert not ABSENT
    assert repr(ABSENT) == "ABSENT"


@every_profile
@pytest.mark.parametrize("options", [{}, {"exclude_unset": True}, {"exclude_defaults": True}])
def test_dumping_by_alias_gives_the_json(key: str, options: dict[str, Any]) -> None:
    model = read(key, document(key))
    dumped = model.model_dump(mode="json", by_alias=True, **options)
    assert _text(dumped) == _text(document(key))


@every_profile
@pytest.mark.parametrize("options", [{}, {"exclude_unset": True}, {"exclude_defaults": True}])
def test_dumping_as_text_by_alias_gives_the_json(key: str, options: dict[str, Any]) -> None:
    model = read(key, document(key))
    dumped = model.model_dump_json(by_alias=True, **options)
    assert _text(json.loads(dumped)) == _text(document(key))


@every_profile
def test_dumping_for_python_holds_nothing_that_is_absent(key: str) -> None:
    dumped = read(key, document(key)).model_dump()
    stack: list[Any] = [dumped]
    while stack:
        value = stack.pop()
        assert value is not ABSENT
        if isinstance(value, (dict, list, tuple)):
            stack.extend(value.values() if isinstance(value, dict) else value)
    assert set(dumped) == {"attributes", "zarr_format", "node_type"}


def test_a_model_says_what_it_holds_and_leaves_out_what_is_absent() -> None:
    assert repr(Axis(name="x", long_name="X")) == "Axis(name='x', long_name='X')"


def test_what_a_model_says_of_itself_is_short_however_much_it_holds() -> None:
    nodes = [{"type": "collection", "id": f"c{n}", "nodes": []} for n in range(2_000)]
    collection = Collection.from_json({"type": "collection", "id": "many", "nodes": nodes})
    assert len(repr(collection)) < 5_000
    assert "many" in repr(collection)
