"""Rules read no more than their scope says, and a rule that reads more is told so."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

import ngio_collections as ngc
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
    "attributes": {"plate": {"rows": [], "columns": []}, "lab:x": 1},
    "nodes": [
        {
            "type": "collection",
            "id": "well",
            "attributes": {"lab:here": {}},
            "nodes": [{"type": "collection", "id": "inner", "name": "Inner", "nodes": []}],
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
