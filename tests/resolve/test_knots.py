"""Documents that refer to each other become what a plain recursion makes of them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import ngio_collections as ngc
from ngio_collections import MemoryStore
from ngio_collections.resolve import _knots
from tests.graph.effort import calls_of
from tests.memory import peak_of
from tests.resolve.graphs import moderate

Documents: TypeAlias = dict[str, dict[str, Any]]
Record: TypeAlias = tuple[str, str, str, str]

HOME = "memory://lab/"
ENTRY = f"{HOME}d0.json"
MANY = 10_000_000
KINDS = ("collection", "multiscale")
ATTRIBUTES = st.dictionaries(st.sampled_from("xyz"), st.integers(0, 3), max_size=1)


# -- what is expected ---------------------------------------------------------------------


class Recursion:
    """Puts documents together along every way through them, with no thought of the effort."""

    def __init__(self, documents: Documents, depth: int | None, wins: str) -> None:
        self.documents = documents
        self.depth = depth
        self.wins = wins
        self.records: set[Record] = set()

    def document(self, url: str, above: tuple[str, ...]) -> dict[str, Any]:
        return self.node(self.documents[url], url, (*above, url), "/ome")

    def node(
        self, raw: dict[str, Any], url: str, above: tuple[str, ...], pointer: str
    ) -> dict[str, Any]:
        if "path" in raw:
            return self.reference(raw, url, above, pointer)
        nodes = [
            self.node(item, url, above, f"{pointer}/nodes/{at}")
            for at, item in enumerate(raw["nodes"])
        ]
        return {**raw, "nodes": nodes}

    def reference(
        self, stub: dict[str, Any], url: str, above: tuple[str, ...], pointer: str
    ) -> dict[str, Any]:
        to = HOME + stub["path"]["path"].removeprefix("./")
        kind = self.kind(to, above) or self.misfit(stub, self.documents[to])
        if kind is None:
            target = self.document(to, above)
            kind = self.misfit(stub, target)
            if kind is None:
                return self.merged(stub, target)
        self.records.add((kind, url, pointer, to))
        return stub

    def kind(self, to: str, above: tuple[str, ...]) -> str | None:
        if self.depth is not None and len(above) > self.depth:
            return "depth"
        if to in above:
            return "cycle"
        return None if to in self.documents else "missing"

    def misfit(self, stub: dict[str, Any], target: dict[str, Any]) -> str | None:
        if stub["type"] != target["type"]:
            return "type-mismatch"
        both = stub.get("attributes", {}).keys() & target.get("attributes", {}).keys()
        return "attribute-conflict" if both and self.wins == "forbid" else None

    def merged(self, stub: dict[str, Any], target: dict[str, Any]) -> dict[str, Any]:
        made = {**target, **stub}
        if "path" in target:
            made["path"] = target["path"]
        else:
            del made["path"]
        if "attributes" in stub and "attributes" in target:
            first, last = target["attributes"], stub["attributes"]
            if self.wins == "target":
                first, last = last, first
            made["attributes"] = {**first, **last}
        return made


def _size(raw: Mapping[str, Any]) -> int:
    return 1 + sum(_size(item) for item in raw.get("nodes", ()))


# -- random documents ---------------------------------------------------------------------


@st.composite
def _stub(draw: st.DrawFn, kinds: Sequence[str]) -> dict[str, Any]:
    to = draw(st.integers(0, len(kinds)))  # The last one is missing.
    is_right = draw(st.integers(0, 5)) and to < len(kinds)
    made: dict[str, Any] = {"type": kinds[to] if is_right else draw(st.sampled_from(KINDS))}
    made["path"] = {"type": "json", "path": f"./d{to}.json"}
    attributes = draw(ATTRIBUTES)
    return {**made, "attributes": attributes} if attributes else made


@st.composite
def _root(draw: st.DrawFn, kinds: Sequence[str], number: int) -> dict[str, Any]:
    if draw(st.integers(0, 7)) == 0:
        return {**draw(_stub(kinds)), "type": kinds[number], "id": f"n{number}"}
    items = draw(st.lists(_stub(kinds), max_size=3))
    if items and draw(st.booleans()):
        items[0] = {"type": "collection", "id": "inner", "nodes": items[:1]}
    made = {"type": kinds[number], "id": f"n{number}", "nodes": items}
    attributes = draw(ATTRIBUTES)
    return {**made, "attributes": attributes} if attributes else made


@st.composite
def graphs(draw: st.DrawFn) -> Documents:
    """A few documents that refer to each other, right and wrong, and most of them in circles."""
    kinds = draw(st.lists(st.sampled_from((*KINDS[:1] * 4, *KINDS)), min_size=1, max_size=5))
    return {f"{HOME}d{number}.json": draw(_root(kinds, number)) for number in range(len(kinds))}


def _store(documents: Documents) -> MemoryStore:
    return MemoryStore({url: {"ome": node} for url, node in documents.items()})


def _opened(documents: Documents, depth: int | None = None, wins: str = "stub", nodes: int = MANY):
    how = {"limits": ngc.Limits(nodes=nodes), "strategy": ngc.Inlining(attributes=wins)}
    return ngc.open_inlined(ENTRY, store=_store(documents), depth=depth, **how)


def _records(root: ngc.Node) -> set[Record]:
    return {(r.kind, r.document, r.pointer, r.target) for r in root.report.unfollowed}


def _linked(links: Mapping[int, Sequence[int]], **types: str) -> Documents:
    """Documents that refer to each other as it is said, those of other types than most named."""
    kinds = {number: types.get(f"d{number}", "collection") for number in links}
    return {
        f"{HOME}d{number}.json": {
            "type": kinds[number],
            "id": f"n{number}",
            "nodes": [
                {"type": "collection", "path": {"type": "json", "path": f"./d{to}.json"}}
                for to in targets
            ],
        }
        for number, targets in links.items()
    }


AT_TWO_DEPTHS = _linked({0: [2, 1], 1: [2], 2: [3], 3: [2]})
"""A circle that is met directly, and by way of another document."""
UNFIT = _linked({0: [1, 1], 1: [2, 2, 3], 2: [1, 3, 3], 3: [1, 2, 3]}, d3="multiscale")
"""A circle in which references to one of the documents do not become a part of any."""
TANGLED = _linked({one: [other for other in range(5) if other != one] for one in range(5)})
"""Documents of which each refers to all others."""

DEPTHS = st.none() | st.integers(0, 4)
WINS = st.sampled_from(("stub", "target", "forbid"))


@pytest.mark.parametrize("small", [0, 256])
@moderate
@example(documents=AT_TWO_DEPTHS, depth=2, wins="stub")
@example(documents=AT_TWO_DEPTHS, depth=3, wins="stub")
@example(documents=UNFIT, depth=None, wins="stub")
@given(documents=graphs(), depth=DEPTHS, wins=WINS)
def test_what_refers_to_itself_becomes_what_a_plain_recursion_gives(
    small: int, documents: Documents, depth: int | None, wins: str
) -> None:
    expected = Recursion(documents, depth, wins)
    node = expected.document(ENTRY, ())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_knots, "_SMALL", small)
        root = _opened(documents, depth, wins)
    assert root.to_json() == node
    assert _records(root) == expected.records


@pytest.mark.parametrize("small", [0, 256])
@moderate
@example(documents=AT_TWO_DEPTHS, depth=2, wins="stub", spare=0)
@example(documents=UNFIT, depth=None, wins="stub", spare=0)
@example(documents=UNFIT, depth=3, wins="stub", spare=0)
@example(documents=TANGLED, depth=1, wins="stub", spare=0)
@example(documents=TANGLED, depth=2, wins="stub", spare=0)
@example(documents=TANGLED, depth=None, wins="stub", spare=0)
@example(documents=TANGLED, depth=None, wins="stub", spare=-1)
@given(documents=graphs(), depth=DEPTHS, wins=WINS, spare=st.integers(-9, 9))
def test_a_limit_changes_nothing_within_it_and_lets_nothing_beyond_it(
    small: int, documents: Documents, depth: int | None, wins: str, spare: int
) -> None:
    expected = Recursion(documents, depth, wins).document(ENTRY, ())
    limit = max(_size(documents[ENTRY]), _size(expected) + spare)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_knots, "_SMALL", small)
        patch.setattr(_knots, "_EASY", 5)
        root = _opened(documents, depth, wins, limit)
    if limit >= _size(expected):
        assert root.to_json() == expected
    else:
        assert "limit" in {record.kind for record in root.report.unfollowed}
        assert sum(1 for _ in root.walk()) <= limit


# -- knots --------------------------------------------------------------------------------


def _knot(count: int, targets: int | None = None) -> Documents:
    """Documents that all refer to all, or each to some of them."""
    choice = random.Random(count)
    numbers = range(count)
    return {
        f"{HOME}d{number}.json": {
            "type": "collection",
            "id": f"n{number}",
            "nodes": [
                {"type": "collection", "path": {"type": "json", "path": f"./d{to}.json"}}
                for to in (numbers if targets is None else choice.sample(numbers, targets))
            ],
        }
        for number in numbers
    }


def test_documents_that_all_refer_to_each_other_are_shared_where_they_are_the_same() -> None:
    root = _opened(_knot(7))
    expected = Recursion(_knot(7), None, "stub")
    assert root.to_json() == expected.document(ENTRY, ())
    assert _records(root) == expected.records
    eight = _knot(8)
    assert sum(1 for _ in _opened(eight).walk()) == 109_601
    assert peak_of(lambda: _opened(eight)) < 4_000_000
    assert calls_of(lambda: _opened(eight)) < 200_000


@pytest.mark.parametrize(("count", "targets"), [(12, None), (40, None), (200, 4), (1_000, 2)])
def test_what_is_far_beyond_the_limit_is_told_before_anything_is_put_together(
    count: int, targets: int | None
) -> None:
    documents = _knot(count, targets)
    root = _opened(documents)
    kinds = [record.kind for record in root.report.unfollowed]
    assert set(kinds) <= {"limit", "cycle"}
    assert all(record.document == ENTRY for record in root.report.unfollowed)
    assert [node.is_reference for node in root.children()] == [True] * (targets or count)
    assert "nodes=10,000,000" in root.report.failures[0].cause
    assert peak_of(lambda: _opened(documents)) < 12_000_000
    with pytest.raises(ngc.LimitExceededError, match="nodes=10,000,000") as refused:
        ngc.open_inlined(ENTRY, store=_store(documents), on_error="raise")
    assert refused.value.document in documents


def test_what_fits_into_the_limit_is_put_in_beside_what_does_not() -> None:
    documents = _knot(9)
    back = {"type": "collection", "path": {"type": "json", "path": "./d0.json"}}
    documents[f"{HOME}small.json"] = {"type": "collection", "id": "small", "nodes": [back]}
    stub = {"type": "collection", "id": "fits", "path": {"type": "json", "path": "./small.json"}}
    documents[ENTRY]["nodes"].append(stub)
    root = _opened(documents, nodes=10_000)
    assert root.find("fits").document_url == f"{HOME}small.json"
    assert [record.target for record in root.report.failures] == list(documents)[1:9]


def test_a_long_chain_of_documents_that_refer_back_to_all_before_them_is_put_together() -> None:
    """The sets of documents above one grow with the chain, and are not kept one by one."""
    count = 1_000
    documents = {
        f"{HOME}d{number}.json": {
            "type": "collection",
            "nodes": [
                {"type": "collection", "path": {"type": "json", "path": f"./d{to}.json"}}
                for to in (number - 1, number + 1)
                if 0 <= to < count
            ],
        }
        for number in range(count)
    }
    root = _opened(documents)
    assert sum(1 for _ in root.walk()) == 2 * count - 1
    assert len(root.report.unfollowed) == count - 1
    assert peak_of(lambda: _opened(documents)) < 12_000_000


def test_in_what_is_too_large_targets_of_another_type_are_on_record_and_not_looked_into() -> None:
    documents = _knot(40)
    for node in documents.values():
        for stub in node["nodes"]:
            stub["type"] = "multiscale"
    root = _opened(documents)
    kinds = [record.kind for record in root.report.unfollowed]
    assert sorted(kinds) == ["cycle", *["type-mismatch"] * 39]
    assert calls_of(lambda: _opened(documents)) < 3_000_000
