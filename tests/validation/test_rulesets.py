"""Sets of rules, and rules that are not in the catalogue."""

from __future__ import annotations

import copy
import pickle
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

import ngio_collections as ngc

TREE = {
    "type": "collection",
    "id": "plate",
    "version": "0.9",
    "nodes": [
        {"type": "lab:assay", "id": "a1", "attributes": {"lab:dose": -1}},
        {"type": "collection", "id": "w", "attributes": {"lab:dose": 0, "labels": 3}, "nodes": []},
    ],
}


def _root() -> ngc.Node:
    return ngc.as_tree(copy.deepcopy(TREE), "file:///lab/plate.json").root


@ngc.rule("lab:dose-positive", on="attributes/lab:dose", level="MUST", fix="Write it in mg.")
def dose_positive(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
    """A dose is more than nothing."""
    if not subject.value > 0:
        yield ngc.Violation(f"the dose is {subject.value}")


@ngc.rule("lab:assay-name", on="lab:assay", level="MUST")
def assay_name(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
    """An assay has a name."""
    if "name" not in subject.value:
        yield ngc.Violation("there is no name")


@ngc.rule("lab:short-id", on="base-node", level="SHOULD")
def short_id(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
    """Ids are short."""
    if len(subject.node.id or "") > 4:
        yield ngc.Violation("the id is long", "four letters at most", ("id",))


@ngc.rule("lab:broken", on="collection", level="MUST")
def broken(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
    """It never works."""
    yield ngc.Violation(subject.value["no such key"])


def _rules(found: list[ngc.Finding]) -> list[tuple[str, str]]:
    return [(one.rule, one.pointer) for one in found]


def test_rules_of_ones_own_run_on_node_types_attributes_and_concepts() -> None:
    rules = [dose_positive, assay_name, short_id]
    assert _rules(ngc.validate(_root(), rules=rules, level="SHOULD")) == [
        ("lab:short-id", "/ome/id"),
        ("lab:assay-name", "/ome/nodes/0"),
        ("lab:dose-positive", "/ome/nodes/0/attributes/lab:dose"),
        ("lab:dose-positive", "/ome/nodes/1/attributes/lab:dose"),
    ]
    first = ngc.validate(_root(), rules=[dose_positive])[0]
    assert first.message == "The dose is -1. A dose is more than nothing. Write it in mg."
    assert first.path == "plate / a1"


def test_they_are_added_to_the_catalogue() -> None:
    found = _rules(ngc.validate(_root(), rules=ngc.rules() | dose_positive))
    assert ("labels-object", "/ome/nodes/1/attributes/labels") in found
    assert len([rule for rule, _ in found if rule == "lab:dose-positive"]) == 2


def test_the_level_decides_which_rules_run() -> None:
    assert ngc.validate(_root(), rules=[short_id]) == []
    assert len(ngc.validate(_root(), rules=[short_id], level="SHOULD")) == 1


def test_a_rule_that_fails_is_a_finding_and_stops_nothing() -> None:
    found = ngc.validate(_root(), rules=[broken, dose_positive])
    assert [(one.rule, one.kind) for one in found] == [
        ("lab:broken", "rule-error"),
        ("lab:dose-positive", "violation"),
        ("lab:broken", "rule-error"),
        ("lab:dose-positive", "violation"),
    ]
    assert "KeyError: 'no such key'" in found[0].message
    assert "says nothing about the document" in found[0].message


@pytest.mark.parametrize(
    ("names", "some"),
    [
        (["hcs"], ["plate-fields", "well-position"]),
        (["plates"], ["plate-fields", "well-position"]),
        (["axis-"], ["axis-unit", "axis-type"]),
        (["unique-ids"], ["unique-ids"]),
        (["labels", "paths"], ["label-color", "path-type"]),
    ],
)
def test_rules_are_named_by_id_group_and_prefix(names: list[str], some: list[str]) -> None:
    found = ngc.rules(*names)
    assert set(some) <= set(found.ids)
    assert len(found) < len(ngc.rules())
    assert len(names) > 1 or all(
        rule.group in ("plates", names[0]) or rule.id.startswith(names[0]) for rule in found
    )


def test_sets_of_rules_are_sets() -> None:
    every, hcs = ngc.rules(), ngc.rules("hcs")
    assert every - hcs | hcs == every & [*hcs.ids, *(every - hcs).ids] | every
    assert hcs & every == hcs
    assert len(hcs - ["well-position"]) == len(hcs) - 1
    assert "well-position" not in hcs - "well-position"
    assert len(every - "hcs") == len(every) - len(hcs)
    assert (every | dose_positive) - "lab:" == every
    assert hcs["well-position"].number == 50
    assert len({hcs, ngc.rules("plates")}) == 1


@pytest.mark.parametrize("name", ["well-positions", "axis", "lab:", ""])
def test_an_unknown_name_is_an_error_that_suggests_others(name: str) -> None:
    with pytest.raises(ngc.UnknownRuleError, match="there is no rule or group"):
        ngc.rules(name)
    with pytest.raises(ngc.UnknownRuleError):
        ngc.rules()[name]


def test_a_number_is_no_id_of_a_rule() -> None:
    with pytest.raises(TypeError, match=r"0 is no id of a rule; .*list\(rules\)"):
        ngc.rules()[0]  # type: ignore[index]


def test_the_error_suggests_what_was_meant() -> None:
    with pytest.raises(ngc.UnknownRuleError, match="did you mean well-position"):
        ngc.rules("well-positions")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"id": "dose", "on": "collection"}, "prefix"),
        ({"id": "lab:", "on": "collection"}, "prefix"),
        ({"id": "lab:x", "on": "collection", "ancestors": 1}, "keys"),
        ({"id": "lab:x", "on": "collection", "level": "MAYBE"}, "MAYBE"),
        ({"id": "lab:x", "on": "colection"}, "did you mean collection"),
        ({"id": "lab:x", "on": "assay"}, "no concept of RFC-8; a type of nodes of your own has"),
        ({"id": "lab:x", "on": ""}, "expected a type, an attribute or a concept"),
        ({"id": "lab:x", "on": "collection", "ancestors": -2, "keys": ["name"]}, "ancestors=-2"),
        ({"id": "lab:x", "on": "collection", "descendants": "all"}, "descendants='all'"),
        ({"id": "lab:x", "on": "collection", "descendants": True}, "expected a number of levels"),
        ({"id": "lab:x", "on": "collection", "ancestors": 1, "keys": "name"}, "as in .'name'."),
        ({"id": "lab:x", "on": "collection", "keys": [5]}, "has the key 5; expected `name`"),
        ({"id": "lab:x", "on": "collection", "keys": [""]}, "has the key ''"),
        ({"id": "lab:x", "on": "collection", "keys": 5}, "has the key 5"),
        ({"id": "lab:x", "on": "attributes/"}, "expected one attribute, as in"),
        ({"id": "lab:x", "on": "attributes/lab:x/inner"}, "expected one attribute, as in"),
        ({"id": "lab:x", "on": "standalone-document"}, "which is no concept of RFC-8"),
        ({"id": "lab:x", "on": "lab:"}, "which is no concept of RFC-8"),
        ({"id": "lab:x", "on": "collection", "level": "must"}, "expected one of MUST, SHOULD, MAY"),
        ({"id": "lab:\x1b[31m", "on": "collection"}, r"lab:lab:.x1b"),
    ],
)
def test_a_rule_that_says_too_little_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ngc.rule(**options)(lambda subject, context: iter(()))


@pytest.mark.parametrize(
    "concept",
    ["collection", "base-node", "coordinate-system", "axis", "by-dimension-item", "root-node"],
)
def test_a_rule_is_run_on_any_concept(concept: str) -> None:
    assert ngc.rule("lab:x", on=concept)(lambda subject, context: iter(())).id == "lab:x"


class Called:
    """It is called."""

    def __call__(self, subject: ngc.Subject, context: ngc.Context) -> list[ngc.Violation]:
        return [ngc.Violation("it was called")]


async def _is_awaited(subject: ngc.Subject, context: ngc.Context) -> list[ngc.Violation]:
    return []


async def _is_iterated(subject: ngc.Subject, context: ngc.Context) -> AsyncIterator[Any]:
    yield ngc.Violation("never")


@pytest.mark.parametrize(
    ("made_of", "words"),
    [
        (5, "lab:x is made of the number 5; expected a function"),
        (Called, "lab:x is made of the class Called; expected a function, or an instance"),
        (_is_awaited, "lab:x is made of an async function; rules are called and not awaited"),
        (_is_iterated, "lab:x is made of an async function"),
    ],
)
def test_a_rule_is_made_of_a_function(made_of: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        ngc.rule("lab:x", on="collection")(made_of)


def test_or_of_what_can_be_called() -> None:
    (found,) = ngc.validate(
        _root().find("w"), rules=[ngc.rule("lab:x", on="collection", level="MUST")(Called())]
    )
    assert found.message == "It was called. It is called."


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (_is_awaited, r"`ngc.rule\(\"lab:a-name\", on=\"collection\"\)\(_is_awaited\)`"),
        (Called, r"Called is code and not a rule yet: make one of it with `ngc.rule"),
        (Called(), r"Called is code and not a rule yet"),
        (5, "the number 5 is no rule; expected a RuleSet, rules made with `ngc.rule`, or words"),
    ],
)
def test_what_is_no_rule_is_refused_with_how_to_make_one(given: Any, words: str) -> None:
    for rules in (given, [given], ["hcs", [given]]):
        with pytest.raises(TypeError, match=words):
            ngc.validate(_root(), rules=rules)
    with pytest.raises(TypeError, match=words):
        ngc.rules() | given


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"id": 5}, "the id of a rule is a text, not the number 5"),
        ({"on": ["collection"]}, "expected a text"),
        ({"fix": None}, "lab:x has fix=None; expected a text"),
        ({"references": "yes"}, "expected True or False"),
    ],
)
def test_an_argument_of_a_wrong_type_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        ngc.rule(**{"id": "lab:x", "on": "collection", **options})


def test_two_rules_with_one_id_are_refused() -> None:
    @ngc.rule("lab:short-id", on="collection")
    def other(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
        yield ngc.Violation("nothing")

    with pytest.raises(ValueError, match="two rules have the id 'lab:short-id'"):
        ngc.rules() | short_id | other
    with pytest.raises(ValueError, match="two rules have the id 'lab:short-id'"):
        ngc.validate(_root(), rules=[short_id, other])
    assert len(ngc.rules() | short_id | short_id) == len(ngc.rules()) + 1


OWN = ngc.rules("hcs") | short_id | dose_positive


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        (short_id, ["lab:short-id"]),
        ("lab:short-id", ["lab:short-id"]),
        ("lab:", ["lab:short-id", "lab:dose-positive"]),
        (ngc.rules()["well-position"], ["well-position"]),
        ("well-position", ["well-position"]),
        ("well-", ["well-acquisition", "well-fields", "well-position"]),
        ("hcs", list(ngc.rules("hcs").ids)),
        (ngc.rules("hcs"), list(ngc.rules("hcs").ids)),
        (["well-position", short_id], ["well-position", "lab:short-id"]),
        ([], []),
    ],
    ids=repr,
)
def test_every_operator_takes_rules_sets_and_words_for_them(named: Any, meant: list[str]) -> None:
    meant = [id_ for id_ in meant if id_ in OWN]
    assert set((OWN & named).ids) == set(meant)
    assert [*(OWN - named).ids] == [id_ for id_ in OWN.ids if id_ not in meant]
    assert OWN | named == OWN
    # The code of rules of one's own goes with them.
    assert {rule.id for rule, _ in (OWN & named).own} == {i for i in meant if i.startswith("lab:")}


def test_sets_are_made_of_what_they_have_not_and_of_rules_of_ones_own() -> None:
    every = ngc.rules()
    assert ngc.rules("hcs") - ["sibling-names"] == ngc.rules("hcs")
    assert "sibling-names" not in every - ["sibling-names"]
    assert (ngc.rules("hcs") | "labels") & "labels" == ngc.rules("labels")
    both = short_id | dose_positive
    assert both.ids == ("lab:short-id", "lab:dose-positive")
    assert short_id | every == every | short_id
    found = ngc.validate(_root(), rules=both - "lab:short-id", level="SHOULD")
    assert {one.rule for one in found} == {"lab:dose-positive"}
    for use in (lambda: every - "no-such", lambda: every | ["no-such"], lambda: every & "no-such"):
        with pytest.raises(ngc.UnknownRuleError):
            use()


OF_RFC8 = ngc.rules(profile="rfc8")


@pytest.mark.parametrize(
    "rules",
    [
        "sibling-names",
        ["labels", "sibling-names"],
        [*OF_RFC8, dose_positive],
        OF_RFC8["sibling-names"],
    ],
)
def test_a_rule_that_the_profile_does_not_have_is_an_error_that_says_who_has_it(rules: Any) -> None:
    words = r"the profile ngio \(v1-2026-08\) has no rule 'sibling-names'; rfc8 .* have it"
    with pytest.raises(ngc.UnknownRuleError, match=words) as refused:
        ngc.validate(_root(), rules=rules)
    assert str(pickle.loads(pickle.dumps(refused.value))) == str(refused.value)
    assert isinstance(ngc.validate(_root(), rules=rules, profile="rfc8"), list)


def test_a_name_that_the_profile_has_nothing_of_is_an_error() -> None:
    with pytest.raises(ngc.UnknownRuleError, match="has no rule 'sibling-names'"):
        ngc.rules("sibling-names")
    assert ngc.rules("sibling-names", profile="rfc8").ids == ("sibling-names",)


def test_of_a_group_the_rules_of_the_profile_are_meant() -> None:
    for profile in ("ngio", "rfc8"):
        some = ngc.rules("nodes", "labels", profile=profile)
        assert set(some.ids) < set(ngc.rules(profile=profile).ids)
        assert ngc.validate(_root(), rules=["nodes", "labels"], profile=profile) == ngc.validate(
            _root(), rules=some, profile=profile
        )


@pytest.mark.parametrize(
    "some", [OF_RFC8, OF_RFC8 & "labels", OF_RFC8 - "nodes", OF_RFC8 | dose_positive]
)
def test_a_set_is_checked_in_the_profile_that_it_is_of(some: ngc.RuleSet) -> None:
    words = (
        r"are those of the profile rfc8 \(v1-2026-08\), and ngio .* is checked; give profile='rfc8'"
    )
    with pytest.raises(ValueError, match=words):
        ngc.validate(_root(), rules=some)
    with pytest.raises(ValueError, match=r"and rfc8 \(draft-2026-04\) is checked"):
        ngc.validate(_root(), rules=some, profile="rfc8", revision="draft-2026-04")
    found = ngc.validate(_root(), rules=some, profile="rfc8")
    assert {one.rule for one in found} <= {*some.ids}


def test_all_rules_of_a_profile_find_what_the_profile_finds() -> None:
    node = ngc.new_node("collection", id="p")
    for profile in ("ngio", "rfc8"):
        whole = ngc.validate(node, profile=profile)
        assert ngc.validate(node, rules=ngc.rules(profile=profile), profile=profile) == whole
    assert whole


def test_sets_of_two_profiles_are_not_put_together() -> None:
    for together in (lambda: ngc.rules() | OF_RFC8, lambda: OF_RFC8 | ngc.rules("hcs")):
        with pytest.raises(ValueError, match="those of two profiles, "):
            together()
    assert ngc.rules() - OF_RFC8 == ngc.rules("node-id-required")
    mine = ngc.rules() & () | dose_positive
    assert _rules(ngc.validate(_root(), rules=OF_RFC8 & () | mine, profile="rfc8")) == _rules(
        ngc.validate(_root(), rules=mine)
    )


def test_a_subtree_is_checked_alone_with_what_is_around_it() -> None:
    well = _root().find("w")
    assert _rules(ngc.validate(well)) == [("labels-object", "/ome/nodes/1/attributes/labels")]
    edited = well.set_attr("labels", {}).set_attr("well", {"row": {"id": "r"}})
    assert [one.rule for one in ngc.validate(edited)] == ["well-fields", "well-position"]


def test_no_more_findings_than_asked_for() -> None:
    every = ngc.validate(_root(), rules=[short_id, dose_positive], level="SHOULD")
    assert len(every) == 3
    some = ngc.validate(_root(), rules=[short_id, dose_positive], level="SHOULD", max_findings=2)
    assert some == every[:2]
    assert ngc.validate(_root(), rules=[short_id], level="SHOULD", max_findings=0) == []


def test_findings_are_given_one_after_the_other() -> None:
    found = ngc.iter_findings(_root(), rules=[dose_positive])
    assert next(found).pointer == "/ome/nodes/0/attributes/lab:dose"
    assert len(list(found)) == 1


@pytest.mark.parametrize(
    ("yielded", "words"),
    [
        ("text", "no ngc.Violation"),
        (("found", "expected", ()), "no ngc.Violation"),
        (None, "no ngc.Violation"),
        (ngc.Violation(5), "in no text"),  # type: ignore[arg-type]
        (ngc.Violation("found", None), "in no text"),  # type: ignore[arg-type]
        (ngc.Violation("found", at=("nowhere",)), "nothing at '/nowhere'"),
        (ngc.Violation("found", at=("type", 0)), "nothing at '/type/0'"),
        (ngc.Violation("found", at=5), "no tuple of keys"),  # type: ignore[arg-type]
        (ngc.Violation("found", at="type"), "no tuple of keys"),  # type: ignore[arg-type]
        (ngc.Violation("found", at=(True,)), "no tuple of keys"),
    ],
)
def test_a_rule_that_yields_what_it_should_not_is_a_finding_about_the_rule(
    yielded: Any, words: str
) -> None:
    @ngc.rule("lab:odd", on="lab:assay", level="MUST")
    def odd(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
        """It says odd things."""
        yield yielded

    (finding,) = ngc.validate(_root(), rules=[odd])
    assert finding.kind == "rule-error"
    assert words in finding.found
