"""Whatever a rule says that it reads: after an edit it says what it says of the whole tree."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

import ngio_collections as ngc
from ngio_collections.errors import InvalidEditError
from ngio_collections.graph import Node
from ngio_collections.testing import validate_guarded
from ngio_collections.validation import _subjects
from tests.validation.parts import edited

TYPES = ("collection", "collection", "multiscale", "singlescale", "lab:assay")
PLATES = (
    {"rows": [{"id": "A"}], "columns": []},
    {"rows": [{"id": "B"}], "columns": []},
    {"rows": [{"id": "A"}], "columns": [], "acquisitions": [{"id": "n1"}]},
    {"rows": []},
    {},
    5,
)
SYSTEM = {"id": "A", "axes": [{"name": "x", "type": "space"}]}
ATTRIBUTES: dict[str, Sequence[Any]] = {
    "plate": PLATES,
    "well": ({"row": {"id": "A"}, "column": {"id": "B"}}, {"row": {"id": "n1"}}),
    "labels": ({"source": [{"id": "n2"}]}, {"source": [{"id": "n3"}, {"id": "A"}]}, 1),
    "coordinateSystems": ([SYSTEM], [{**SYSTEM, "axes": []}], []),
}
ON = (
    "collection",
    "multiscale",
    "custom-node",
    "base-node",
    "root-node",
    "attributes",
    "reference",
    "coordinate-system",
    "well",
    "attributes/labels",
    "attributes/plate",
    "lab:assay",
)
KEYS = (
    "name",
    "version",
    "path",
    "nodes",
    "attributes",
    "attributes/plate",
    "attributes/plate/rows",
    "attributes/plate/acquisitions",
    "attributes/well",
    "attributes/labels",
    "attributes/coordinateSystems",
)
LEVELS = st.sampled_from([0, 0, 1, 2, -1])


def _random_attributes(random: Random) -> dict[str, Any]:
    names = random.sample(sorted(ATTRIBUTES), random.choice((0, 1, 2)))
    return {name: copy.deepcopy(random.choice(ATTRIBUTES[name])) for name in names}


def _random_node(random: Random, depth: int) -> dict[str, Any]:
    node: dict[str, Any] = {"type": random.choice(TYPES), "id": f"n{random.randint(0, 9)}"}
    if random.random() < 0.3:
        node["name"] = random.choice("ab")
    if attributes := _random_attributes(random):
        node["attributes"] = attributes
    if depth and node["type"] in ("collection", "multiscale") and random.random() < 0.8:
        nodes = [_random_node(random, depth - 1) for _ in range(random.choice((0, 1, 2, 3)))]
        node["nodes"] = [*nodes, 5] if random.random() < 0.1 else nodes
    return node


def _random_tree(random: Random) -> Node:
    nodes = [_random_node(random, 3) for _ in range(3)]
    root = {**_random_node(random, 0), "type": "collection", "version": "0.9", "nodes": nodes}
    return ngc.as_tree(root, "file:///lab/plate.json").root


def _edited(root: Node, random: Random) -> Node:
    """A tree after an edit that rules may read; itself if the edit is refused."""
    nodes = list(root.walk())
    node, other = random.choice(nodes), random.choice(nodes)
    name = random.choice(sorted(ATTRIBUTES))
    part = ngc.as_tree(_random_node(random, 1)).root
    edits: list[Callable[[], Node]] = [
        lambda: node.set_attr(name, copy.deepcopy(random.choice(ATTRIBUTES[name]))),
        lambda: node.set_attr("plate", copy.deepcopy(random.choice(PLATES))),
        lambda: node.drop_attrs(random.choice([*node.attributes] or [name])),
        lambda: node.rename(random.choice(("a", "b", None))),
        lambda: node.add(part),
        lambda: node.insert(0, part),
        lambda: node.move(other),
        lambda: node.move(other, 0),
        node.remove,
        lambda: edited(root, random),
    ]
    try:
        return random.choice(edits)().tree.root
    except InvalidEditError:
        return root


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {key: _plain(value[key]) for key in value}
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    return value


def _said_of(node: Any, keys: list[str]) -> list[Any]:
    """All that a rule may read of another node."""
    said = [node.type, node.id]
    for key in keys:
        holder, slash, rest = key.partition("/")
        if key == "nodes":
            said.append("nodes" in node.value)
        elif not slash:
            said.append(_plain(node.value.get(holder, "absent")))
        else:
            name, _, inner = rest.partition("/")
            found = node.attributes.get(name, "absent")
            if inner and isinstance(found, Mapping):
                found = found.get(inner, "absent")
            said.append(_plain(found))
    return said


def _own(node: Any) -> Any:
    """All that a rule may read of the node that it is run on, but for its children."""
    fields = {key: _plain(node.value[key]) for key in node.value if key != "nodes"}
    return [fields, "nodes" in node.value]


def _below(node: Any, levels: int, keys: list[str]) -> list[Any]:
    """All that a rule may read of the nodes below a node."""
    if levels == 0:
        return []
    return [[_said_of(child, keys), _below(child, levels - 1, keys)] for child in node.children()]


def _values(value: Any, levels: int, keys: list[str]) -> list[Any]:
    """The same by the values, as far as they say it."""
    nodes = value.get("nodes") if levels else None
    if not isinstance(nodes, Sequence):
        return []
    further = levels - 1 if "nodes" in keys else 0
    fields = ["type", "id", *(key for key in keys if "/" not in key and key != "nodes")]
    return [
        [[_plain(node.get(key)) for key in fields], _values(node, further, keys)]
        if isinstance(node, Mapping)
        else node
        for node in nodes
    ]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key in value:
            yield from _texts(value[key])
    elif isinstance(value, Sequence):
        for item in value:
            yield from _texts(item)


def _referred(node: Any, context: Any, keys: list[str]) -> Iterator[Any]:
    for text in sorted(set(_texts(node.attributes))):
        for declared in context.declarations(text):
            value = None if declared.kind == "node" else _plain(declared.value)
            yield [text, declared.kind, value, _said_of(declared.node, keys)]


def _rule(on: str, up: int, down: int, keys: list[str], *, to: bool) -> Any:
    """A rule that reads all that it may, and says what it has read."""

    @ngc.rule(
        "lab:says", on=on, ancestors=up, descendants=down, references=to, keys=keys, level="MUST"
    )
    def says(subject: Any, context: Any) -> Iterator[ngc.Violation]:
        """It is said what is read."""
        node = subject.node
        read: list[Any] = [_plain(subject.value) if subject.parent else None, _own(node)]
        at, left = node, up
        while left and (at := at.parent) is not None:
            left -= 1
            read.append(_said_of(at, keys))
        read += [_below(node, down, keys), _values(node.value, down, keys)]
        if to:
            read += _referred(node, context, keys)
        for number, part in enumerate(read):
            yield ngc.Violation(f"{number}: {json.dumps(part)[-400:]}")

    return says


@settings(max_examples=600)
@given(
    st.sampled_from(ON),
    LEVELS,
    LEVELS,
    st.lists(st.sampled_from(KEYS), min_size=1, max_size=3, unique=True),
    st.booleans(),
    st.integers(0, 10**9),
    st.sampled_from([0, 2, 256]),
)
def test_a_rule_of_any_scope_says_the_same_as_in_a_full_run(
    on: str, up: int, down: int, keys: list[str], to: bool, seed: int, few: int
) -> None:
    random = Random(seed)
    rule = _rule(on, up, down, keys, to=to)
    old = _random_tree(random)
    for _ in range(random.randint(0, 6)):
        old = _edited(old, random)
    new = old
    for _ in range(random.choice((1, 1, 2))):
        new = _edited(new, random)
    before, after = (ngc.validate(node, rules=[rule]) for node in (old, new))
    # That it is the rule that keeps to its scope.
    assert validate_guarded(new, rules=[rule]) == after
    assert all(finding.kind == "violation" for finding in after)
    with mock.patch.object(_subjects, "_FEW", few):
        change = ngc.validate_changes(old, new, rules=[rule])
    assert change.update(before) == after
    assert not Counter(change.resolved) - Counter(before)
    assert not Counter(change.introduced) - Counter(after)
