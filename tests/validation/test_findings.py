"""A finding is a value: frozen, hashable, and plain JSON on request."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle

import pytest

import ngio_collections as ngc
from ngio_collections.validation import json_pointer

DOCUMENT = {"ome": {"type": "collection", "version": "0.9", "id": "a b", "nodes": []}}


def finding() -> ngc.Finding:
    (only,) = ngc.validate_document(DOCUMENT, url="plate.json")
    return only


@pytest.mark.parametrize("name", ["rule", "level", "document", "pointer", "message", "rfc", "new"])
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
    assert list(made) == ["document",
        "pointer",
        "rule",
        "level",
        "message",
        "rfc",
        "kind",
        "path",
        "found",
        "expected",
        "statement",
    ]
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
