"""The nodes that a rule can be run on are found without looking at all others."""

from __future__ import annotations

from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections.graph import Node
from ngio_collections.validation._engine import plans_for
from ngio_collections.validation._subjects import can_run
from tests.graph.effort import calls_of
from tests.validation.parts import NODES

ROWS = [{"id": "A"}, {"id": "B"}]


def _well(name: str, images: int) -> dict[str, Any]:
    well = {"row": {"id": name[0]}, "column": {"id": "1"}}
    acquired = {"acquisition": {"id": "first"}}
    nodes = [
        {
            "type": "multiscale",
            "id": f"{name}_{number}",
            "path": {"type": "zarr", "path": f"./{name}/{number}"},
            "attributes": acquired,
        }
        for number in range(images)
    ]
    return {"type": "collection", "id": name, "nodes": nodes, "attributes": {"well": well}}


def _plate(wells: int, images: int, rows: Any = ROWS) -> Node:
    plate = {"rows": rows, "columns": [{"id": "1"}], "acquisitions": [{"id": "first"}]}
    nodes = [_well(f"{'AB'[number % 2]}{number}", images) for number in range(wells)]
    aside = [_well("Baside", 1), {"type": "collection", "id": "aside", "nodes": []}]
    inner = {"type": "collection", "id": "plate", "nodes": nodes, "attributes": {"plate": plate}}
    root = {"type": "collection", "id": "root", "version": "0.9", "nodes": [inner, *aside]}
    return ngc.as_tree(root, "file:///lab/plate.json").root


def _with_one_row(root: Node) -> Node:
    node = root.find("plate")
    plate = dict(node.attributes["plate"])
    return node.set_attr("plate", {**plate, "rows": ROWS[:1]}).tree.root


def test_of_a_plate_without_a_row_the_wells_are_looked_at_and_nothing_else() -> None:
    old = _plate(10, 40)
    new = _with_one_row(old)
    change = ngc.validate_changes(old, new)
    assert [finding.rule for finding in change.introduced] == ["well-position"] * 5
    assert change.update(ngc.validate(old)) == ngc.validate(new)
    # The plate, its wells, and one outside of it that names the row.
    assert change.checked == 1 + 10 + 1


def test_what_is_looked_at_costs_the_same_however_much_else_there_is() -> None:
    efforts = []
    for images in (40, 400):
        old = _plate(10, images)
        new = _with_one_row(old)
        ngc.validate_changes(old, new)  # Makes what all versions share.
        efforts.append(calls_of(lambda old=old, new=new: ngc.validate_changes(old, new)))
    assert efforts[1] < 1.1 * efforts[0], efforts


MOVES = {
    "a well came from elsewhere": lambda root: root.find("Baside").move(root.find("plate")),
    "a well left": lambda root: root.find("B1").move(root.find("aside")),
    "a node became a well": lambda root: root.find("A0_0").set_attr(
        "well", {"row": {"id": "B"}, "column": {"id": "1"}}
    ),
    "a well was added": lambda root: root.find("plate").add(ngc.as_tree(_well("Bnew", 2)).root),
    "a well is no well any more": lambda root: root.find("B1").drop_attrs("well"),
    "wells were moved into a well": lambda root: root.find("B3").move(root.find("A0")),
}


@pytest.mark.parametrize("few_below", [True, False])
@pytest.mark.parametrize("edit", MOVES.values(), ids=MOVES)
def test_edits_before_are_taken_into_account(edit: Any, few_below: bool) -> None:
    old = edit(_plate(10, 1 if few_below else 40)).tree.root
    new = _with_one_row(old)
    change = ngc.validate_changes(old, new)
    assert change.update(ngc.validate(old)) == ngc.validate(new)
    assert any(one.rule == "well-position" for one in change.introduced)


def _named_above(on: str, ancestors: int) -> Any:
    @ngc.rule("lab:above", on=on, ancestors=ancestors, keys=["name"], level="MUST")
    def above(subject: Any, context: Any) -> Any:
        """Nothing above is called bad."""
        node, left = subject.node.parent, ancestors
        while node is not None:
            if node.value.get("name") == "bad":
                yield ngc.Violation(f"{node.id} is called bad")
            left -= 1
            node = node.parent if left else None

    return above


@pytest.mark.parametrize("ancestors", [1, 2, -1])
@pytest.mark.parametrize(
    ("on", "found"),
    [
        ("base-node", {1: 300, 2: 600, -1: 600}),
        ("multiscale", {1: 0, 2: 300, -1: 300}),
        ("lab:assay", {1: 0, 2: 0, -1: 0}),
        ("attributes/well", {1: 300, 2: 300, -1: 300}),
        ("reference", {1: 300, 2: 600, -1: 600}),
    ],
)
def test_rules_of_others_are_run_where_they_say(
    on: str, ancestors: int, found: dict[int, int]
) -> None:
    old = _plate(300, 1)
    new = old.find("plate").rename("bad").tree.root
    options: dict[str, Any] = {"rules": [_named_above(on, ancestors)]}
    change = ngc.validate_changes(old, new, **options)
    after = ngc.validate(new, **options)
    assert change.update(ngc.validate(old, **options)) == after
    assert (
        len({finding.pointer.rpartition("/attributes")[0] or finding.pointer for finding in after})
        == found[ancestors]
    )
    assert change.checked == 1 + found[ancestors]


@pytest.mark.parametrize("pair", ngc.profiles(), ids="@".join)
def test_no_rule_is_run_on_a_node_that_it_is_said_not_to_be_run_on(pair: tuple[str, str]) -> None:
    plans = plans_for(*pair, None, "MAY").apart
    asked = 0
    for raw in NODES:
        root = {"type": "collection", "id": "root", "version": "0.9", "nodes": [raw]}
        tree = ngc.as_tree(root, "file:///lab/plate.json").root
        found = ngc.validate(tree, profile=pair[0], revision=pair[1], level="MAY")
        plan = plans.node(raw.get("type"), is_root=False)
        code = {rule.id for rule in plans.rules if rule.check == "code"}
        known = set(can_run(plans, plan, raw, code))
        above = [one for one in found if one.pointer.startswith("/ome/nodes/0")]
        here = {one.rule for one in above if "/nodes/" not in one.pointer[len("/ome/nodes/0") :]}
        # What is said of a node as a child is said by a rule about its parent.
        about_parent = {"sibling-names", "levels-one-output", "unique-ids"}
        models = {one.rule for one in above if one.rule not in {r for _, r in _checked(plans)}}
        assert (here & code) - about_parent - models <= known, raw
        asked += bool(here & code)
    assert asked > 30


def _checked(plans: Any) -> list[tuple[str, str]]:
    """The rules that have code, by the concepts that they are about."""
    return [(on, rule.id) for on, found in plans.profile.checks.items() for rule, _ in found]
