"""The laws of read-only JSON: `freeze`, `thaw` and `FrozenDict`."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ngio_collections._frozen import FrozenDict, freeze, thaw

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def _containers(value: Any) -> list[Any]:
    found: list[Any] = []
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, (dict, list, tuple)):
            found.append(item)
            stack.extend(item.values() if isinstance(item, dict) else item)
    return found


def _text(value: Any) -> str:
    return json.dumps(value)


@given(JSON)
def test_thawing_what_was_frozen_gives_the_same_json(value: Any) -> None:
    assert _text(thaw(freeze(value))) == _text(value)


@given(JSON)
def test_freezing_twice_is_freezing_once(value: Any) -> None:
    once = freeze(value)
    assert freeze(once) == once
    assert hash(freeze(once)) == hash(once)


@given(JSON)
def test_what_is_frozen_has_only_frozen_containers(value: Any) -> None:
    assert {type(item) for item in _containers(freeze(value))} <= {FrozenDict, tuple}


@given(JSON)
def test_what_is_thawed_has_only_containers_that_can_be_changed(value: Any) -> None:
    assert {type(item) for item in _containers(thaw(freeze(value)))} <= {dict, list}


@given(JSON)
def test_freezing_and_thawing_share_no_container_with_what_they_are_given(value: Any) -> None:
    before = {id(item) for item in _containers(value)}
    frozen = freeze(value)
    assert before.isdisjoint(id(item) for item in _containers(frozen))
    thawed = thaw(frozen)
    kept = {id(item) for item in _containers(frozen)}
    assert kept.isdisjoint(id(item) for item in _containers(thawed))


@given(JSON)
def test_no_container_is_at_two_places_of_what_is_thawed(value: Any) -> None:
    thawed = _containers(thaw(freeze(value)))
    assert len({id(item) for item in thawed}) == len(thawed)


@given(JSON)
def test_what_is_equal_has_the_same_hash(value: Any) -> None:
    one, other = freeze(value), freeze(copy.deepcopy(value))
    assert one == other
    assert hash(one) == hash(other)


@given(st.dictionaries(st.text(), st.integers(), max_size=5))
def test_the_order_of_keys_is_kept_and_makes_no_difference(value: dict[str, int]) -> None:
    backwards = dict(reversed(value.items()))
    assert list(freeze(backwards)) == list(backwards)
    assert freeze(value) == freeze(backwards)
    assert hash(freeze(value)) == hash(freeze(backwards))


@given(JSON)
def test_what_is_frozen_survives_pickling_and_copying(value: Any) -> None:
    frozen = freeze(value)
    for made in (
        pickle.loads(pickle.dumps(frozen)),
        copy.copy(frozen),
        copy.deepcopy(frozen),
    ):
        assert made == frozen
        assert {type(item) for item in _containers(made)} <= {FrozenDict, tuple}


@pytest.mark.parametrize("value", [None, True, 0, 1.5, "", "text"])
def test_scalars_stay_what_they_are(value: Any) -> None:
    assert freeze(value) is value
    assert thaw(value) is value


def test_empty_containers_are_containers() -> None:
    assert freeze([{}, [], {"a": []}]) == (FrozenDict(), (), FrozenDict({"a": ()}))
    assert thaw(((), FrozenDict(), FrozenDict({"a": ()}))) == [[], {}, {"a": []}]


def test_equal_tuples_at_two_places_become_two_lists() -> None:
    first, second = thaw(((), ()))
    first.append("new")
    assert second == []


def test_a_value_at_two_places_is_frozen_at_both_and_thawed_into_two() -> None:
    shared = {"list": [1]}
    frozen = freeze({"one": shared, "other": [shared]})
    shared["list"].append(2)
    assert frozen == {"one": {"list": (1,)}, "other": ({"list": (1,)},)}
    thawed = thaw(frozen)
    thawed["one"]["list"].append("new")
    assert thawed["other"] == [{"list": [1]}]


def test_a_frozen_mapping_with_a_list_inside_is_frozen_to_the_bottom() -> None:
    assert {type(item) for item in _containers(freeze(FrozenDict(a=[{}])))} == {FrozenDict, tuple}


def test_freezing_and_thawing_do_not_care_how_deep_a_value_is() -> None:
    deep: Any = "bottom"
    for _ in range(20_000):
        deep = {"in": [deep]}
    thawed = thaw(freeze(deep))
    levels = 0
    while thawed != "bottom" and isinstance(thawed, dict):
        (thawed,) = thawed["in"]
        levels += 1
    assert levels == 20_000


FROZEN_CHANGES: dict[str, Callable[[Any], object]] = {
    "__setitem__": lambda mapping: mapping.__setitem__("new", 1),
    "__delitem__": lambda mapping: mapping.__delitem__("a"),
    "__ior__": lambda mapping: mapping.__ior__({"new": 1}),
    "update": lambda mapping: mapping.update(new=1),
    "update with nothing": lambda mapping: mapping.update(),
    "setdefault": lambda mapping: mapping.setdefault("new", 1),
    "setdefault of a known key": lambda mapping: mapping.setdefault("a", 1),
    "pop": lambda mapping: mapping.pop("a"),
    "pop with a default": lambda mapping: mapping.pop("new", None),
    "popitem": lambda mapping: mapping.popitem(),
    "clear": lambda mapping: mapping.clear(),
    "an attribute": lambda mapping: setattr(mapping, "new", 1),
    "its hash": lambda mapping: setattr(mapping, "_hash", 1),
    "its class": lambda mapping: setattr(mapping, "__class__", dict),
    "an attribute away": lambda mapping: delattr(mapping, "a"),
}


@pytest.mark.parametrize("what", FROZEN_CHANGES)
def test_a_frozen_mapping_refuses(what: str) -> None:
    mapping = FrozenDict({"a": 1, "b": (1,)})
    with pytest.raises((TypeError, AttributeError)):
        FROZEN_CHANGES[what](mapping)
    assert mapping == {"a": 1, "b": (1,)}
    assert hash(mapping) == hash(FrozenDict({"a": 1, "b": (1,)}))


def test_a_frozen_mapping_refuses_to_be_joined_in_place() -> None:
    mapping = original = FrozenDict({"a": 1})
    with pytest.raises(TypeError, match="read-only"):
        mapping |= {"b": 2}
    assert mapping is original
    assert original == {"a": 1}


def test_joining_gives_another_mapping() -> None:
    mapping = FrozenDict({"a": 1})
    assert mapping | {"b": 2} == {"a": 1, "b": 2}
    assert mapping == {"a": 1}


def test_every_method_that_changes_a_dict_is_refused() -> None:
    same = {name for name in dir(dict) if getattr(FrozenDict, name, 0) is getattr(dict, name)}
    changing = {"__setitem__", "__delitem__", "__ior__", "clear", "pop", "popitem", "setdefault"}
    assert same.isdisjoint({*changing, "update", "__init__"})


def test_a_frozen_mapping_is_a_dict_for_everybody_who_reads() -> None:
    mapping = freeze({"a": [1, {"b": None}]})
    assert isinstance(mapping, dict)
    assert json.dumps(mapping) == '{"a": [1, {"b": null}]}'
    assert {**mapping} == mapping
    assert repr(mapping) == "FrozenDict({'a': (1, FrozenDict({'b': None}))})"


def test_calling_the_constructor_of_a_frozen_mapping_again_changes_nothing() -> None:
    mapping = FrozenDict({"a": 1})
    mapping.__init__({"new": 1})  # type: ignore[misc]
    assert mapping == {"a": 1}
