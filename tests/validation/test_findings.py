"""A finding is a value: frozen, hashable, and plain JSON on request."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle

import pytest

import ngio_collections as ngc
from ngio_collections.validation import json_pointer
from ngio_collections.validation._findings import outline_path

DOCUMENT = {"ome": {"type": "collection", "version": "0.9", "id": "a b", "nodes": []}}


def finding() -> ngc.Finding:
    (only,) = ngc.validate_document(DOCUMENT, url="plate.json")
    return only


@pytest.mark.parametrize("name", ["rule", "level", "pointer", "message", "kind", "path", "new"])
def test_a_finding_cannot_be_changed(name: str) -> None:
    with pytest.raises((AttributeError, TypeError)):
        setattr(finding(), name, "changed")
    with pytest.raises((AttributeError, TypeError)):
        delattr(finding(), name)


def test_findings_with_the_same_content_are_the_same_value() -> None:
    one, other = finding(), finding()
    assert one is not other
    assert one == other
    assert len({one, other}) == 1
    assert one != dataclasses.replace(one, pointer="")
    for made in (copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert made == one


def test_a_finding_is_plain_json_with_its_keys_in_a_fixed_order() -> None:
    made = finding().to_dict()
    assert list(made) == [
        *("document", "pointer", "rule", "level", "message", "rfc"),
        *("kind", "path", "found", "expected", "statement", "fix"),
    ]
    assert list(made.values()) == [getattr(finding(), name) for name in made]
    assert {type(value) for value in made.values()} == {str}
    assert json.loads(json.dumps(made)) == made
    assert made["level"] == "MUST"


def test_a_finding_of_a_document_without_an_address_says_null() -> None:
    (only,) = ngc.validate_document(DOCUMENT)
    assert only.to_dict()["document"] is None
    assert str(only).startswith("#/ome/id: MUST node-id: ")


def test_a_finding_says_where_and_what_for_people() -> None:
    assert str(finding()).startswith("plate.json#/ome/id: MUST node-id: `id` is")


def test_the_level_of_a_finding_is_a_word() -> None:
    assert finding().level is ngc.Level.MUST
    assert finding().level == "MUST"


def test_the_rule_of_a_finding_is_in_the_catalogue() -> None:
    rule = {rule.id: rule for rule in ngc.rules()}[finding().rule]
    assert (finding().level, finding().rfc) == (rule.level, rule.rfc)
    assert finding().message.endswith(rule.fix)


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ((), ""),
        (("",), "/"),
        (("a", 0, "b"), "/a/0/b"),
        (("a/b", "m~n", "~1"), "/a~1b/m~0n/~01"),
        ((" ", '"', "\\", "é"), '/ /"/\\/é'),
    ],
)
def test_places_are_written_as_rfc_6901_says(parts: tuple[str | int, ...], pointer: str) -> None:
    assert json_pointer(parts) == pointer


def test_a_finding_has_the_parts_of_its_message_one_by_one() -> None:
    found = finding()
    rule = {rule.id: rule for rule in ngc.rules()}["node-id"]
    assert (found.kind, found.path) == ("violation", "a b")
    assert found.found == '`id` is the string "a b"'
    assert found.expected == "a string of letters, digits, `-`, `_` and `.`"
    assert (found.statement, found.fix) == (rule.statement, rule.fix)
    assert found.message == f"{found.found}; expected {found.expected}. {found.fix}"


def test_whoever_makes_a_finding_may_leave_out_all_but_the_message() -> None:
    made = ngc.Finding("lab:rule", ngc.Level.SHOULD, None, "/ome", "Do it.", "our handbook")
    assert made.to_dict()["kind"] == "violation"
    assert {made.path, made.found, made.expected, made.statement, made.fix} == {""}


def place(*path: int, key: str = "attributes") -> tuple[str | int, ...]:
    parts: list[str | int] = ["ome"]
    for position in path:
        parts += ["nodes", position]
    return (*parts, key)


TREE = {
    "ome": {
        "id": "plate",
        "nodes": [
            {"id": "A01", "nodes": [{"type": "multiscale"}, {"id": "A01/nuclei", "type": "x"}]},
            {"id": 7, "type": "collection", "nodes": [{}, 5, {"type": ["no"]}, {"type": ""}]},
        ],
    }
}


@pytest.mark.parametrize(
    ("pointer", "path"),
    [
        (place(), "plate"),
        (("ome",), "plate"),
        (place(0), "plate / A01"),
        (place(0, 1), "plate / A01 / A01/nuclei"),
        (place(0, 0, key="name"), "plate / A01 / multiscale[0]"),
        (place(1), "plate / collection[1]"),
        (("ome", "nodes"), "plate"),
        (("ome", "nodes", 1, "nodes", 1), "plate / collection[1] / node[1]"),
        (place(1, 2), "plate / collection[1] / node[2]"),
        (place(1, 3), "plate / collection[1] / node[3]"),
        ((), ""),
        (("zarr_format",), ""),
    ],
)
def test_the_path_of_a_finding_names_its_node_from_the_root_on(
    pointer: tuple[str | int, ...], path: str
) -> None:
    assert outline_path(TREE, pointer) == path
    if pointer[:1] == ("ome",):
        assert outline_path({"attributes": TREE}, ("attributes", *pointer)) == path


def test_a_long_path_names_its_beginning_and_its_end() -> None:
    node: dict[str, object] = {"id": "n20"}
    for number in range(19, -1, -1):
        node = {"id": f"n{number}", "nodes": [node]}
    inside = place(*[0] * 20)
    assert outline_path({"ome": node}, inside) == (
        "n0 / n1 / ... 13 more / n15 / n16 / n17 / n18 / n19 / n20"
    )
    assert outline_path({"ome": node}, place(*[0] * 7)) == "n0 / n1 / n2 / n3 / n4 / n5 / n6 / n7"


def test_an_id_that_is_no_id_is_shown_clipped_and_in_one_line() -> None:
    hostile = {"ome": {"id": "x\n" + "y" * 500}}
    assert outline_path(hostile, ("ome", "id")).startswith("x\\nyyy")
    assert len(outline_path(hostile, ("ome", "id"))) < 80


def test_every_finding_of_the_corpus_has_a_path_unless_it_is_in_no_node() -> None:
    document = {"ome": {"type": "collection", "nodes": [{"type": "nonsense"}, 5]}}
    found = ngc.validate_document(document, profile="rfc8")
    assert len(found) >= 4
    assert all(one.path.startswith("collection") for one in found)
