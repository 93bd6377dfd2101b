"""Rules read no more than their scope says, and a rule that reads more is told so."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections.testing import validate_guarded
from ngio_collections.validation._documents import documents_of
from ngio_collections.validation._engine import plans_for
from ngio_collections.validation._guard import Guard
from ngio_collections.validation._run import Found
from ngio_collections.validation._trees import found_in
from tests.validation.parts import DOCUMENTS


def _found(
    root: dict[str, Any], rules: Any, guard: Guard | None, pair: tuple[str, str]
) -> list[Any]:
    plans = plans_for(*pair, rules, "MAY")
    tree = ngc.as_tree(copy.deepcopy(root), "file:///lab/plate.json")
    found: list[Found] = []
    for document in documents_of(tree.root, plans.profile.declaring):
        found += found_in(document, plans, guard)
    return [(one.rule.id, one.relative, one.found, one.kind) for one in found]


@pytest.mark.parametrize("pair", ngc.profiles(), ids="@".join)
def test_every_rule_says_the_same_behind_the_guard(pair: tuple[str, str]) -> None:
    broken = 0
    for root in DOCUMENTS:
        free, guarded = (_found(root, None, guard, pair) for guard in (None, Guard()))
        assert guarded == free
        broken += len(free)
    assert broken > 300


TREE = {
    "type": "collection",
    "id": "plate",
    "version": "0.9",
    "name": "Plate",
    "attributes": {"plate": {"rows": [], "columns": []}, "lab:x": 1},
    "nodes": [
        {
            "type": "collection",
            "id": "well",
            "attributes": {"lab:here": {"id": "inner"}},
            "nodes": [
                {
                    "type": "collection",
                    "id": "inner",
                    "name": "Inner",
                    "attributes": {"lab:x": 1, "lab:y": 2},
                    "nodes": [],
                }
            ],
        }
    ],
}


def _reads_parent(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
    assert subject.node.parent is not None
    yield ngc.Violation("read")


def _reads_plate(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
    assert "plate" in next(subject.node.ancestors()).attributes
    yield ngc.Violation("read")


def _reads_version(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
    assert next(subject.node.ancestors()).value["version"]
    yield ngc.Violation("read")


def _reads_children(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
    assert [child.id for child in subject.node.children()]
    yield ngc.Violation("read")


def _reads_nodes(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
    assert [child["name"] for child in subject.node.value["nodes"]]
    yield ngc.Violation("read")


def _reads_ids(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
    assert context.declarations("inner")
    yield ngc.Violation("read")


def _reads_all_ids(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
    assert not list(context.duplicates())
    yield ngc.Violation("read")


def _parent(subject: ngc.Subject) -> Any:
    assert subject.node.parent is not None
    return subject.node.parent


def _target(context: ngc.Context) -> Any:
    (declared,) = context.declarations("inner")
    return declared.node


READS: dict[str, Callable[[ngc.Subject, ngc.Context], Any]] = {
    "the document": lambda s, c: c.document["ome"]["id"],
    "the fields of the document": lambda s, c: dict(c.document["ome"]),
    "beside the node": lambda s, c: "zarr_format" in c.document and "ome" in c.document,
    "a field of the parent": lambda s, c: _parent(s).value["name"],
    "whether it has one": lambda s, c: "name" in _parent(s).value,
    "a view of it": lambda s, c: dict(_parent(s).value.items())["name"],
    "a copy of it": lambda s, c: {**_parent(s).value},
    "a deep copy of it": lambda s, c: copy.deepcopy(_parent(s).value),
    "its keys": lambda s, c: list(_parent(s).value),
    "how many it has": lambda s, c: len(_parent(s).value),
    "whether it has any": lambda s, c: bool(_parent(s).attributes),
    "what it equals": lambda s, c: _parent(s).value == {},
    "what equals it": lambda s, c: _parent(s).attributes == {},
    "its text": lambda s, c: str(_parent(s).value),
    "its children": lambda s, c: _parent(s).value["nodes"],
    "an attribute of it": lambda s, c: _parent(s).attributes.get("lab:x"),
    "how many children": lambda s, c: len(s.node.value["nodes"]),
    "whether there are children": lambda s, c: bool(s.node.value["nodes"]),
    "no children": lambda s, c: s.node.value["nodes"] == [],
    "a child": lambda s, c: s.node.value["nodes"][0],
    "children as a list": lambda s, c: list(s.node.value["nodes"]),
    "children backwards": lambda s, c: list(reversed(s.node.value["nodes"])),
    "what children are": lambda s, c: {} in s.node.value["nodes"],
    "children in a text": lambda s, c: repr(s.node.value),
    "that there is a list": lambda s, c: "nodes" in s.node.value,
    "a child's field": lambda s, c: s.node.value["nodes"][0]["name"],
    "a field of a part": lambda s, c: s.node.value["nodes"][:1][0]["name"],
    "a child's attribute": lambda s, c: s.node.value["nodes"][0]["attributes"]["lab:x"],
    "a child's other one": lambda s, c: s.node.value["nodes"][0]["attributes"]["lab:y"],
    "all of a child's": lambda s, c: dict(s.node.value["nodes"][0]["attributes"]),
    "a grandchild": lambda s, c: s.node.value["nodes"][0]["nodes"][0],
    "a child's fields": lambda s, c: [*s.node.value["nodes"][0].keys()],
    "what a child equals": lambda s, c: s.node.value["nodes"] == [{"id": "inner"}],
    "a field of a target": lambda s, c: _target(c).value["name"],
    "an attribute of a target": lambda s, c: _target(c).attributes["lab:x"],
    "the holder of a target": lambda s, c: _target(c).parent,
}
ALONE = {"beside the node", "that there is a list"}
UP = {"a field of the parent", "whether it has one"}
DOWN = {
    "how many children",
    "no children",
    "whether there are children",
    "a child",
    "children as a list",
}
DOWN |= {"children backwards", "a child's field", "a field of a part", "a child's attribute"}
TO = {"a field of a target", "an attribute of a target"}


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ({}, ALONE),
        ({"ancestors": 1, "keys": ["name"]}, ALONE | UP),
        ({"ancestors": -1, "keys": ["name"]}, ALONE | UP),
        ({"ancestors": 1, "keys": ["attributes/lab:x"]}, ALONE | {"an attribute of it"}),
        ({"descendants": 1, "keys": ["name", "attributes/lab:x"]}, ALONE | DOWN),
        ({"descendants": -1, "keys": ["name", "attributes/lab:x"]}, ALONE | DOWN),
        ({"references": True, "keys": ["name", "attributes/lab:x"]}, ALONE | TO),
        ({"references": True}, ALONE),
    ],
)
def test_there_is_no_way_around_the_scope(scope: dict[str, Any], allowed: set[str]) -> None:
    tree = ngc.as_tree(copy.deepcopy(TREE), "file:///lab/plate.json").root
    found: set[str] = set()
    for what, read in READS.items():

        def reads(
            subject: ngc.Subject, context: ngc.Context, read: Any = read
        ) -> Iterator[ngc.Violation]:
            read(subject, context)
            yield ngc.Violation("read")

        rule = ngc.rule("lab:reads", on="attributes/lab:here", **scope)(reads)
        try:
            said = validate_guarded(tree, rules=[rule])
        except ngc.ScopeError:
            continue
        assert [one.kind for one in said] == ["violation"], (what, said)
        found.add(what)
    assert found == allowed


def test_a_rule_that_catches_the_error_is_found_out_as_well() -> None:
    @ngc.rule("lab:careful", on="attributes/lab:here")
    def careful(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
        """It goes on."""
        with contextlib.suppress(Exception):
            yield ngc.Violation(f"{_parent(subject)}")

    tree = ngc.as_tree(copy.deepcopy(TREE), "file:///lab/plate.json").root
    with pytest.raises(ngc.ScopeError, match="'lab:careful' reads more nodes above its subject"):
        validate_guarded(tree, rules=[careful])


def test_what_is_found_behind_the_guard_are_findings() -> None:
    root = ngc.as_tree(copy.deepcopy(TREE), "file:///lab/plate.json").root
    edited = root.find("well").set_attr("labels", 5).tree.root
    for node in (root, edited, edited.find("well")):
        assert validate_guarded(node) == ngc.validate(node, level="MAY")
    assert [one.rule for one in validate_guarded(edited, rules="labels")] == ["labels-object"]


@pytest.mark.parametrize("change", [{"name": "new"}, {"attributes": {"lab:x": 7}}])
def test_a_rule_that_reads_what_it_refers_to_runs_again(change: dict[str, Any]) -> None:
    @ngc.rule(
        "lab:target",
        on="attributes/lab:here",
        references=True,
        keys=["name", "attributes/lab:x"],
        level="MUST",
    )
    def target(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
        """It says what it refers to."""
        node = _target(context)
        yield ngc.Violation(f"{node.value['name']}, {node.attributes.get('lab:x')}")

    old = ngc.as_tree(copy.deepcopy(TREE), "file:///lab/plate.json").root
    inner = old.find("inner")
    new = inner.rename("new") if "name" in change else inner.set_attr("lab:x", 7)
    result = ngc.validate_changes(old, new, rules=[target])
    assert len(result.introduced) == len(result.resolved) == 1
    after = ngc.validate(new.tree.root, rules=[target])
    assert result.update(ngc.validate(old, rules=[target])) == after
    assert validate_guarded(new.tree.root, rules=[target]) == after


PLATE = {"ancestors": 1, "keys": ["attributes/plate"]}
NAME = {"descendants": 1, "keys": ["name"]}


@pytest.mark.parametrize(
    ("body", "scope", "allowed"),
    [
        (_reads_parent, {}, False),
        (_reads_parent, PLATE, True),
        (_reads_plate, PLATE, True),
        (_reads_plate, {"ancestors": 1, "keys": ["version"]}, False),
        (_reads_version, PLATE, False),
        (_reads_version, {"ancestors": -1, "keys": ["version"]}, True),
        (_reads_children, {}, False),
        (_reads_children, NAME, True),
        (_reads_nodes, {}, False),
        (_reads_nodes, NAME, True),
        (_reads_nodes, {"descendants": 1, "keys": ["version"]}, False),
        (_reads_ids, {}, False),
        (_reads_ids, {"references": True}, True),
        (_reads_all_ids, NAME, False),
        (_reads_all_ids, {"descendants": -1, "keys": ["id"]}, True),
    ],
)
def test_a_rule_gets_what_its_scope_says_and_no_more(
    body: Any, scope: dict[str, Any], *, allowed: bool
) -> None:
    rule = ngc.rule("lab:reads", on="attributes/lab:here", **scope)(body)
    ((_, _, found, kind),) = _found(TREE, [rule], Guard(), ngc.profiles()[0])
    assert kind == ("violation" if allowed else "rule-error")
    assert allowed or "ScopeError" in found
    assert allowed or "'lab:reads' reads" in found


def test_a_rule_that_reads_too_much_is_not_stopped_where_rules_are_trusted() -> None:
    rule = ngc.rule("lab:reads", on="attributes/lab:here")(_reads_parent)
    ((_, _, _, kind),) = _found(TREE, [rule], None, ngc.profiles()[0])
    assert kind == "violation"
