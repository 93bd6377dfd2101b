"""Whatever a rule of somebody else does, the run goes on, and says which rule it was."""

from __future__ import annotations

import asyncio
import copy
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import ngio_collections as ngc

TREE = {
    "type": "collection",
    "id": "plate",
    "version": "0.9",
    "attributes": {"lab:x": {"nodes": [1], "in": [5]}},
    "nodes": [
        {"type": "collection", "id": "a", "nodes": []},
        5,
        {"type": "lab:assay", "id": "b", "nodes": [{"own": 1}]},
    ],
}


def _root() -> ngc.Node:
    return ngc.as_tree(copy.deepcopy(TREE), "file:///lab/plate.json").root


def _found(body: Any, root: ngc.Node | None = None, on: str = "collection") -> list[ngc.Finding]:
    rule = ngc.rule("lab:odd", on=on, level="MUST", statement="It is even.")(body)
    return ngc.validate(_root() if root is None else root, rules=[rule])


class SpeechlessError(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")


def _exits(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
    yield ngc.Violation("before")
    sys.exit(3)


def _is_speechless(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
    yield ngc.Violation("before")
    raise SpeechlessError


def _is_cancelled(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
    yield ngc.Violation("before")
    raise asyncio.CancelledError


def _closes(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
    yield ngc.Violation("before")
    raise GeneratorExit


def _fails_as_a_group(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
    yield ngc.Violation("before")
    raise BaseExceptionGroup("some", [ValueError("one"), SystemExit(1)])


def _is_endless(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
    yield ngc.Violation("before")
    _is_deep(0)


def _is_deep(levels: int) -> int:
    return _is_deep(levels + 1) + 1


def _yields_text_at_last(subject: ngc.Subject, context: ngc.Context) -> Iterator[Any]:
    yield ngc.Violation("before")
    yield "text"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (_exits, "SystemExit: 3"),
        (_is_speechless, "SpeechlessError, which cannot say"),
        (_is_cancelled, "CancelledError"),
        (_closes, "GeneratorExit"),
        (_fails_as_a_group, "BaseExceptionGroup: some"),
        (_is_endless, "RecursionError"),
        (_yields_text_at_last, "no ngc.Violation"),
    ],
)
def test_what_a_rule_raises_stops_nothing_and_loses_nothing(body: Any, words: str) -> None:
    found = _found(body)
    assert [(one.pointer, one.kind) for one in found] == [
        ("/ome", "violation"),
        ("/ome", "rule-error"),
        ("/ome/nodes/0", "violation"),
        ("/ome/nodes/0", "rule-error"),
    ]
    assert words in found[1].found
    assert "the rule lab:odd failed" in found[1].found


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), BaseExceptionGroup("some", [KeyboardInterrupt()])]
)
def test_who_interrupts_is_heard(error: BaseException) -> None:
    def interrupted(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
        raise error
        yield

    with pytest.raises(type(error)):
        _found(interrupted)


def test_a_long_text_of_a_rule_is_one_line_that_a_terminal_does_not_obey() -> None:
    text = "much:\n\t\x1b[31mred\u202e" + "x" * 1_000_000

    def fails(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
        yield ngc.Violation(text, text)
        raise ValueError(text)

    for finding in _found(fails):
        assert len(finding.message) < 2_000
        assert "much: \\x1b[31mred\\u202exxx" in finding.message
        assert finding.message.isprintable()


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        (None, "returned None; a rule yields an ngc.Violation for each mistake"),
        (5, "returned the number 5; a rule yields"),
        (ngc.Violation("one"), "returned one ngc.Violation; a rule yields"),
    ],
)
def test_what_a_rule_returns_in_place_of_violations_is_said(returned: Any, words: str) -> None:
    found = _found(lambda subject, context: returned)
    assert [one.kind for one in found] == ["rule-error"] * 2
    assert words in found[0].found


def test_a_rule_may_return_a_list() -> None:
    found = _found(lambda subject, context: [ngc.Violation("one"), ngc.Violation("two")])
    assert [one.found for one in found] == ["one", "two"] * 2


def test_an_awaitable_that_a_rule_returns_is_closed() -> None:
    async def later() -> list[ngc.Violation]:
        return []

    found = _found(lambda subject, context: later())
    assert "it is async; a rule yields" in found[0].found


@ngc.rule("lab:says", on="collection", level="MUST")
def says(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
    """It has much to say."""
    yield ngc.Violation("there is no owner")
    if "lab:y" in subject.node.attributes:
        yield ngc.Violation("there is no name")
        yield ngc.Violation("there is no name", "one of a person")
        yield ngc.Violation("there is no name")


def test_all_that_a_rule_says_about_one_place_is_kept() -> None:
    node = _root().find("a").set_attr("lab:y", 1).tree.root.find("a")
    assert [(one.found, one.expected) for one in ngc.validate(node, rules=[says])] == [
        ("there is no name", ""),
        ("there is no name", "one of a person"),
        ("there is no owner", ""),
    ]


def test_it_is_told_apart_after_an_edit() -> None:
    old = _root()
    new = old.find("a").set_attr("lab:y", 1)
    for before, after in ((old, new), (new, new.tree.root.find("a").drop_attrs("lab:y"))):
        change = ngc.validate_changes(before, after, rules=[says])
        assert len(change.introduced) + len(change.resolved) == 2
        findings = ngc.validate(before.tree.root, rules=[says])
        assert change.update(findings) == ngc.validate(after.tree.root, rules=[says])


@pytest.mark.parametrize("on", ["collection", "base-node", "root-node", "lab:assay", "node"])
def test_a_rule_runs_once_on_each_value(on: str) -> None:
    seen: list[str] = []

    def note(subject: ngc.Subject, context: ngc.Context) -> list[ngc.Violation]:
        seen.append(str(subject.pointer))
        return []

    _found(note, on=on)
    assert len(seen) == len(set(seen)) > 0


NOWHERE: list[Any] = [
    ("nodes", 7),
    ("nodes", 3),
    ("nodes", -1),
    ("nodes", 0, "no", "key"),
    ("nodes", 0, "nodes", 0),
    ("nodes", 1, "nodes"),
    ("nodes", "x"),
    ("nodes", None),
    ("nodes", []),
    ("nodes", True),
    ("nodes", 2, "nodes", 1),
    ("attributes", "lab:x", "nodes", 1),
]
SOMEWHERE: list[Any] = [
    (),
    ("nodes",),
    ("nodes", 0),
    ("nodes", 1),
    ("nodes", 0, "id"),
    ("nodes", 0, "nodes"),
    ("nodes", 2, "nodes", 0, "own"),
    ["attributes", "lab:x", "nodes", 0],
]


@pytest.mark.parametrize("is_edited", [False, True])
@pytest.mark.parametrize(
    ("at", "is_there"), [*((at, False) for at in NOWHERE), *((at, True) for at in SOMEWHERE)]
)
def test_a_place_is_one_that_is_there(at: Any, *, is_there: bool, is_edited: bool) -> None:
    def points(subject: ngc.Subject, context: ngc.Context) -> list[ngc.Violation]:
        return [ngc.Violation("one", at=at), ngc.Violation("two", at=at)]

    root = _root().find("a").set_attr("lab:y", 1).tree.root if is_edited else _root()
    found = _found(points, root, on="root-node")
    if is_there:
        pointer = "".join(f"/{part}" for part in ("ome", *at))
        assert [(one.kind, one.pointer) for one in found] == [("violation", pointer)] * 2
    else:
        assert [(one.kind, one.pointer) for one in found] == [("rule-error", "/ome")]


def test_after_an_edit_a_place_is_one_that_is_there_now() -> None:
    @ngc.rule("lab:third", on="collection", level="MUST")
    def third(subject: ngc.Subject, context: ngc.Context) -> list[ngc.Violation]:
        """It looks at what its scope does not say, as rules of others may."""
        return [ngc.Violation("a fourth item", at=("nodes", 3, "id"))]

    old = _root()
    new = old.add(ngc.new_node("collection", id="new"))
    gone = new.find("new").remove()
    for before, after in ((old, new), (new, gone)):
        change = ngc.validate_changes(before, after, rules=[third])
        findings = ngc.validate(before, rules=[third])
        assert change.update(findings) == ngc.validate(after.tree.root, rules=[third])
    kinds = [[one.kind for one in ngc.validate(root, rules=[third])] for root in (old, new)]
    assert kinds == [["rule-error"] * 2, ["rule-error", "rule-error", "violation"]]


def _appends(subject: ngc.Subject, context: ngc.Context) -> None:
    subject.value["nodes"].append(1)


def _sets(subject: ngc.Subject, context: ngc.Context) -> None:
    subject.value["id"] = "other"


def _sets_deep_below(subject: ngc.Subject, context: ngc.Context) -> None:
    subject.node.attributes["lab:x"]["in"][0] = 6  # type: ignore[index]


def _drops_from_a_child(subject: ngc.Subject, context: ngc.Context) -> None:
    next(subject.node.children()).value.pop("id")  # type: ignore[attr-defined]


def _changes_the_document(subject: ngc.Subject, context: ngc.Context) -> None:
    context.document["ome"]["id"] = "other"


def _changes_what_it_refers_to(subject: ngc.Subject, context: ngc.Context) -> None:
    context.declarations("a")[0].value["id"] = "other"  # type: ignore[index]


def _changes_its_holder(subject: ngc.Subject, context: ngc.Context) -> None:
    _sets(subject._replace(value=subject.node.value), context)


@pytest.mark.parametrize(
    "change",
    [
        _appends,
        _sets,
        _sets_deep_below,
        _drops_from_a_child,
        _changes_the_document,
        _changes_what_it_refers_to,
        _changes_its_holder,
    ],
)
def test_a_rule_can_change_nothing(change: Any) -> None:
    def changes(subject: ngc.Subject, context: ngc.Context) -> list[ngc.Violation]:
        change(subject, context)
        return []

    root = _root()
    for node in (root, root.find("a").set_attr("lab:y", 1).tree.root):
        before = copy.deepcopy(node.to_json())
        (found,) = _found(changes, node, on="root-node")
        assert found.kind == "rule-error"
        assert "Error" in found.found
        assert node.to_json() == before


def test_what_a_rule_gets_is_read_as_any_json() -> None:
    def reads(subject: ngc.Subject, context: ngc.Context) -> Iterator[ngc.Violation]:
        child = next(subject.node.children())
        assert child.parent == subject.node
        assert {child.parent: 1}[subject.node] == 1
        assert [one.id for one in child.ancestors()] == ["plate"]
        assert subject.value["attributes"] == {"lab:x": {"nodes": [1], "in": [5]}}
        assert [item for item in subject.value["nodes"] if item == 5] == [5]
        (declared,) = context.declarations("a")
        assert declared.node == child
        assert declared.pointer == child.pointer
        yield ngc.Violation(f"all of {sorted(subject.node.attributes)}")

    (found,) = _found(reads, on="root-node")
    assert (found.kind, found.found) == ("violation", "all of ['lab:x']")
