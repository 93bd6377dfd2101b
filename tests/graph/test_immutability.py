"""Nothing that is handed out can be used to change a tree, nor can anything that was given."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings

from ngio_collections._frozen import thaw
from ngio_collections.graph import Node, as_tree, new_node
from tests.graph.samples import documents, root_of, text_of, values

_DEEP = {"a": [1, {"b": [{"c": [[]]}]}], "d": {}, "e": [], "f": {"g": {"h": "text"}}}


def _node() -> Node:
    children = [new_node("image", id="x", attributes=_DEEP)]
    stub = new_node("image", id="ref", ref={"type": "json", "path": "./a.json", "x": [{"y": []}]})
    root = new_node("collection", id="root", name="n", attributes=_DEEP, children=[*children, stub])
    # One of each: a node as it was parsed, one that was edited, one that was attached.
    return root.set_attrs({"edited": _DEEP}).add(new_node("image", id="z", attributes=_DEEP))


def _handed_out(node: Node) -> Iterator[Any]:
    """Everything that is no scalar and that reading gives."""
    yield node.raw
    yield node.attributes
    for key in node.attributes:
        yield node.get_attr(key)
    if node.ref_path is not None:
        yield node.ref_path


def _below(value: Any) -> Iterator[Any]:
    """A value and everything in it that is no scalar, by every way of getting at it."""
    if isinstance(value, Mapping):
        first = list(value.values())
        others = [*(value[k] for k in value), *(value.get(k) for k in value)]
        others += [pair[1] for pair in value.items()]
    elif isinstance(value, Sequence) and not isinstance(value, str):
        first = list(value)
        others = [*reversed(value), *value[:], *value[::-1], value[:], *value[-1:]]
    else:
        return
    yield value
    yield from (v for v in others if isinstance(v, (Mapping, Sequence)) and not isinstance(v, str))
    for inner in first:
        yield from _below(inner)


def _assign(value: Any, key: Any) -> None:
    value[key] = [1]


def _delete(value: Any, key: Any) -> None:
    del value[key]


def _merge(value: Any) -> None:
    value |= {"new": 1}


def _extend(value: Any) -> None:
    value += [1]


_ON_OBJECTS: dict[str, Callable[[Any], object]] = {
    "set a new key": lambda v: v.__setitem__("new", 1),
    "assign": lambda v: _assign(v, "new"),
    "assign to a key": lambda v: _assign(v, next(iter(v), "new")),
    "delete": lambda v: _delete(v, next(iter(v), "new")),
    "update": lambda v: v.update(new=1),
    "merge": _merge,
    "setdefault": lambda v: v.setdefault("new", 1),
    "pop": lambda v: v.pop("a", None),
    "popitem": lambda v: v.popitem(),
    "clear": lambda v: v.clear(),
    "attribute": lambda v: setattr(v, "new", 1),
    "the base method": lambda v: dict.__setitem__(v, "new", 1),
    "change a new view of keys": lambda v: v.keys().add("new"),
}
_ON_ARRAYS: dict[str, Callable[[Any], object]] = {
    "append": lambda v: v.append(1),
    "assign": lambda v: _assign(v, 0),
    "assign a slice": lambda v: _assign(v, slice(0, 0)),
    "delete": lambda v: _delete(v, 0),
    "delete all": lambda v: _delete(v, slice(None)),
    "extend": lambda v: v.extend([1]),
    "add in place": _extend,
    "insert": lambda v: v.insert(0, 1),
    "pop": lambda v: v.pop(),
    "clear": lambda v: v.clear(),
    "sort": lambda v: v.sort(),
    "reverse": lambda v: v.reverse(),
    "attribute": lambda v: setattr(v, "new", 1),
    "the base method": lambda v: list.append(v, 1),
}


def test_no_value_that_is_handed_out_can_be_changed_at_any_depth() -> None:
    root = _node()
    before = text_of(root)
    tried = 0
    for node in root.walk():
        for value in _handed_out(node):
            for inner in _below(value):
                attempts = _ON_OBJECTS if isinstance(inner, Mapping) else _ON_ARRAYS
                for attempt in attempts.values():
                    with pytest.raises((TypeError, AttributeError)):
                        attempt(inner)
                    tried += 1
    assert tried > 1000
    assert text_of(root) == before


@pytest.mark.parametrize(
    "name",
    ["id", "name", "type", "attributes", "raw", "tree", "ref", "new", "_tree", "_segment"],
)
def test_fields_of_a_node_can_be_neither_set_nor_deleted(name: str) -> None:
    root = _node()
    before = text_of(root)
    for node in root.walk():
        with pytest.raises(AttributeError, match="immutable"):
            setattr(node, name, "x")
        with pytest.raises(AttributeError, match="immutable"):
            delattr(node, name)
    assert text_of(root) == before


def test_views_are_equal_to_the_json_that_they_show() -> None:
    node = _node()
    assert node.get_attr("a") == [1, {"b": [{"c": [[]]}]}]
    assert node.get_attr("a") != [1, {"b": [{"c": [[0]]}]}]
    assert node.get_attr("f") == {"g": {"h": "text"}}
    assert node.get_attr("f") != {"g": {"h": "text"}, "i": 1}
    assert node.attributes != {"a": 1}


def test_a_copy_of_a_view_shares_nothing_with_the_tree() -> None:
    root = _node()
    before = text_of(root)
    made: Any
    for made in (copy.deepcopy(root.attributes), thaw(root.attributes)):
        made["a"][1]["b"].append("changed")
        made["new"] = 1
        del made["d"]
    assert text_of(root) == before
    again = pickle.loads(pickle.dumps(root.attributes))
    assert again == root.attributes
    with pytest.raises(TypeError):
        _assign(again, "new")
    assert copy.copy(root.attributes) == root.attributes


@given(document=documents(), value=values())
@settings(max_examples=40)
def test_each_json_is_a_fresh_one(document: dict[str, Any], value: Any) -> None:
    root = root_of(document)
    root = root.set_attr("k", [value, value])
    for node in root.walk():
        _destroy(node.to_json())
    expected = {**document, "attributes": dict(root.attributes)}
    assert list(root.to_json()) == list(expected)
    assert text_of(root) == json.dumps({**expected, "attributes": root.to_json()["attributes"]})
    _destroy(root.subtree().to_json())
    assert text_of(root_of(root.to_json())) == text_of(root)


def _destroy(value: Any) -> None:
    """Change each object and array of a JSON value, which must each be met but once."""
    stack, seen = [value], set()
    while stack:
        item = stack.pop()
        if isinstance(item, (dict, list)):
            assert id(item) not in seen
            seen.add(id(item))
            stack.extend(list(item.values() if isinstance(item, dict) else item))
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(item.values())
            item.clear()
        elif isinstance(item, list):
            stack.extend(item)
            item.append("changed")


def test_two_places_of_one_node_are_apart_in_the_json() -> None:
    child = new_node("image", id="x", attributes={"a": [1]})
    roots = [
        new_node("collection", children=[child, child]),
        new_node("collection").add(child, child),
        new_node("collection").add(child).add(child),
    ]
    for root in roots:
        made = root.to_json()
        made["nodes"][0]["attributes"]["a"].append(2)
        assert made["nodes"][1]["attributes"]["a"] == [1]
        assert root.to_json()["nodes"][0]["attributes"]["a"] == [1]


def _editors(value: Any) -> list[Callable[[], Node]]:
    """Every way of giving a value to a tree."""
    root = as_tree({"type": "collection", "id": "r", "nodes": []}).root
    return [
        lambda: root.set_attr("k", value),
        lambda: root.set_attrs({"k": value}),
        lambda: new_node("image", attributes={"k": value}),
        lambda: new_node("image", ref={"type": "json", "path": "./a", "k": value}),
        lambda: root.add(new_node("image", attributes={"k": value})),
    ]


@pytest.mark.parametrize("number", range(5))
def test_values_that_were_given_can_be_changed_afterwards(number: int) -> None:
    value = copy.deepcopy(_DEEP)
    root = _editors(value)[number]()
    before = text_of(root)
    assert '"h": "text"' in before
    _destroy(value)
    assert text_of(root) == before


def test_mappings_that_were_given_can_be_changed_afterwards() -> None:
    attributes: dict[str, Any] = {"a": 1}
    path = {"type": "json", "path": "./a.json"}
    children = [new_node("image", id="x")]
    made = [
        new_node("image", attributes=attributes),
        new_node("image", ref=path),
        new_node("collection", children=children),
        new_node("image").set_attrs(attributes),
    ]
    before = [text_of(node) for node in made]
    attributes.clear()
    path.clear()
    children.clear()
    assert [text_of(node) for node in made] == before


@given(value=values())
@settings(max_examples=60)
def test_a_value_that_was_read_can_be_set_elsewhere(value: Any) -> None:
    source = new_node("image", attributes={"k": value})
    target = new_node("image").set_attr("k", source.get_attr("k"))
    assert text_of(target) == text_of(source)
    nested = new_node("image").set_attr("k", {"in": [source.get_attr("k"), source.attributes]})
    assert thaw(nested.get_attr("k")) == {"in": [value, {"k": value}]}


def test_handles_of_one_node_in_one_version_are_equal_and_of_others_are_not() -> None:
    root = _node()
    found = root.find("x")
    assert found is not None
    assert found == next(root.children())
    assert len({found, next(root.children()), root}) == 2
    edited = root.set_attr("k", 1)
    assert edited.at(found) != found
    assert edited.at(found).key == found.key
    assert found != "x"
