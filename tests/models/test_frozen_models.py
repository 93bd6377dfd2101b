"""Nobody can change a model, at any depth, and models are values."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from ngio_collections._frozen import FrozenDict
from ngio_collections._generated.ngio_v1_2026_08.models import (
    Axis,
    Collection,
    Column,
    CoordinateSystem,
    Row,
    ScaleTransformation,
)
from ngio_collections._model_base import Absent, FrozenModel
from tests.models.samples import document, every_profile, models_in, read, values_in, with_odd_keys

REFUSALS = (TypeError, ValueError, AttributeError)
IMMUTABLE = (str, int, float, bool, type(None), tuple, Absent, FrozenDict, FrozenModel)

CHANGES: dict[str, Callable[[Any], object]] = {
    "a field": lambda model: setattr(model, next(iter(type(model).model_fields)), "changed"),
    "a field to what it is": lambda model: setattr(model, *next(iter(model.__dict__.items()))),
    "a new attribute": lambda model: setattr(model, "brand_new", 1),
    "a private attribute": lambda model: setattr(model, "_private", 1),
    "an unknown key": lambda model: setattr(model, "copy", 1),
    "a field away": lambda model: delattr(model, next(iter(type(model).model_fields))),
    "an unknown key away": lambda model: delattr(model, "x:y"),
    "__dict__": lambda model: setattr(model, "__dict__", {}),
    "__pydantic_extra__": lambda model: setattr(model, "__pydantic_extra__", {}),
    "__pydantic_fields_set__": lambda model: setattr(model, "__pydantic_fields_set__", set()),
    "extra": lambda model: setattr(model, "extra", {}),
    "an item of extra": lambda model: model.extra.__setitem__("new", 1),
    "an item of extra away": lambda model: model.extra.__delitem__("x:y"),
    "an item in an unknown key": lambda model: model.extra["x:y"].update(of=1),
    "an array in an unknown key": lambda model: model.extra["x:y"]["of"].append(1),
    "model_extra": lambda model: model.model_extra.update(new=1),
    "an item of __pydantic_extra__": lambda model: model.__pydantic_extra__.setdefault("new", 1),
    "the fields that were set": lambda model: model.model_fields_set.clear(),
}


@pytest.fixture(params=[False, True], ids=["as it is", "with odd keys"])
def odd(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def _json(key: str, *, odd: bool) -> dict[str, Any]:
    return with_odd_keys(document(key)) if odd else document(key)


@every_profile
@pytest.mark.parametrize("what", CHANGES)
def test_no_model_at_any_depth_lets_anybody_change(key: str, what: str) -> None:
    content = with_odd_keys(document(key))
    whole = read(key, content)
    kinds = set()
    for model in models_in(whole):
        kinds.add(type(model))
        with pytest.raises(REFUSALS):
            CHANGES[what](model)
    assert len(kinds) > 30
    assert whole.to_json() == content


@every_profile
def test_everything_that_can_be_reached_is_immutable(key: str, *, odd: bool) -> None:
    reached = list(values_in(read(key, _json(key, odd=odd))))
    assert len(reached) > 300
    assert [value for value in reached if not isinstance(value, IMMUTABLE)] == []


@every_profile
def test_a_model_shares_nothing_with_the_json_that_it_was_made_of(key: str) -> None:
    content = document(key)
    model = read(key, content)
    content["attributes"]["ome"]["nodes"].clear()
    content["attributes"]["ome"]["attributes"]["x:own"]["list"].append("new")
    content["attributes"]["other"].append("new")
    assert model.to_json() == document(key)


@every_profile
def test_models_are_hashable_and_equal_where_their_content_is(key: str, *, odd: bool) -> None:
    content = _json(key, odd=odd)
    one, other = read(key, content), read(key, copy.deepcopy(content))
    assert one is not other
    assert one == other
    assert hash(one) == hash(other)
    assert {one: "found"}[other] == "found"
    assert len({one, other, *models_in(one), *models_in(other)}) == len(set(models_in(one)))


def _places(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    stack = [value]
    while stack:
        container = stack.pop()
        steps = list(container) if isinstance(container, dict) else range(len(container))
        for step in steps:
            found.append((container, step))
            if isinstance(container[step], (dict, list)):
                stack.append(container[step])
    return found


@every_profile
def test_a_difference_at_any_place_makes_models_different(key: str) -> None:
    whole = read(key, document(key))
    content = document(key)
    compared = 0
    for container, step in _places(content):
        before = container[step]
        if isinstance(before, (dict, list)) or step == "type":
            continue
        container[step] = before + 1 if type(before) in (int, float) else f"{before}x"
        try:
            different = read(key, content)
        except ValueError:
            continue
        finally:
            container[step] = before
        compared += 1
        assert different != whole
    assert compared > 60


def test_models_of_different_classes_differ() -> None:
    assert Row(id="A") != Column(id="A")
    assert len({Row(id="A"), Column(id="A")}) == 2
    assert Row(id="A") != {"id": "A"}


def test_absent_is_not_null() -> None:
    absent = ScaleTransformation(type="scale", scale=(1,))
    null = ScaleTransformation(type="scale", scale=(1,), input=None)
    assert absent != null
    assert "input" not in absent.to_json()
    assert null.to_json()["input"] is None


@pytest.mark.parametrize(
    ("one", "other"), [(1, True), (0, False), ([1], [True]), ({"a": 1}, {"a": True})]
)
def test_a_number_is_not_a_boolean_among_unknown_keys(one: Any, other: Any) -> None:
    first, second = (Row.from_json({"id": "A", "x:y": value}) for value in (one, other))
    assert first != second


@every_profile
@pytest.mark.parametrize(
    "again",
    [
        copy.copy,
        copy.deepcopy,
        lambda model: pickle.loads(pickle.dumps(model)),
        lambda model: model.model_copy(),
        lambda model: model.model_copy(deep=True),
    ],
    ids=["copy", "deepcopy", "pickle", "model_copy", "deep model_copy"],
)
def test_copies_are_equal_and_as_frozen(
    key: str, again: Callable[[FrozenModel], FrozenModel], *, odd: bool
) -> None:
    content = _json(key, odd=odd)
    model = read(key, content)
    made = again(model)
    assert type(made) is type(model)
    assert made == model
    assert hash(made) == hash(model)
    assert made.to_json() == content
    assert [v for v in values_in(made) if not isinstance(v, IMMUTABLE)] == []
    with pytest.raises(REFUSALS):
        made.extra["new"] = 1  # type: ignore[index]
    with pytest.raises(REFUSALS):
        setattr(made, "attributes", None)  # noqa: B010 - not every model has it


@pytest.mark.parametrize("update", [{"nodes": [[]]}, {"x:y": [1]}, {"x:y": {"a": [1]}}])
def test_a_copy_with_an_update_is_as_frozen(update: dict[str, Any]) -> None:
    model = Collection(type="collection", id="a", nodes=())
    try:
        made = model.model_copy(update=update)
    except (TypeError, ValueError):
        return
    assert [v for v in values_in(made) if isinstance(v, (list, set)) or type(v) is dict] == []


def test_a_constructor_takes_models_and_lists_and_keeps_none_of_the_lists() -> None:
    axes = [Axis(name="x"), Axis(name="y")]
    system = CoordinateSystem(id="s", axes=axes)  # type: ignore[arg-type]
    axes.clear()
    assert [axis.name for axis in system.axes] == ["x", "y"]


DEEPEST = 1_000


def _deepest_accepted() -> tuple[Collection, dict[str, Any]]:
    """The collection with the most collections inside each other that the model takes."""
    accepted: tuple[Collection, dict[str, Any]] | None = None
    content: dict[str, Any] = {"type": "collection", "id": "c", "nodes": []}
    for _ in range(DEEPEST):
        try:
            accepted = Collection.from_json(content), content
        except ValueError:
            break
        content = {"type": "collection", "id": "c", "nodes": [content]}
    assert accepted is not None
    return accepted


@pytest.mark.parametrize(
    "use",
    [
        lambda model, content: model.to_json(),
        lambda model, content: hash(model),
        lambda model, content: model == Collection.from_json(content),
        lambda model, content: repr(model),
    ],
    ids=["to_json", "hash", "equality", "repr"],
)
def test_what_is_nested_as_deeply_as_a_model_takes_can_be_used(
    use: Callable[[Collection, dict[str, Any]], object],
) -> None:
    assert use(*_deepest_accepted()) is not False
