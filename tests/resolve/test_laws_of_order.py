"""Saves that end in the middle: nothing is lost, and no reference leads nowhere."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import ngio_collections as ngc
from tests.resolve.graphs import contents, moderate

NAMES = "abcd"
ENTRY = "memory://lab/a.json"
IDS = [f"{name}{number}" for name in NAMES for number in range(2)]


def _reference(id_: str, home: str) -> dict[str, Any]:
    path = {"path": {"type": "json", "path": f"./{id_[0]}.json"}}
    return {"id": id_, **({} if id_[0] == home else path)}


@st.composite
def _documents(draw: st.DrawFn, *, has_ids: bool = True) -> dict[str, Any]:
    """Four documents with two nodes each, which refer to each other as it comes."""
    made: dict[str, Any] = {}
    for name in NAMES:
        nodes: list[dict[str, Any]] = []
        for id_ in (f"{name}0", f"{name}1"):
            source = draw(st.lists(st.sampled_from(IDS), max_size=2)) if has_ids else []
            labels = {"labels": {"source": [_reference(one, name) for one in source]}}
            node = {"type": "collection", "id": id_, "attributes": {**labels, "lab:uid": id_}}
            if not has_ids:
                del node["id"]
            nodes.append({**node, "nodes": []})
        if name == "a":
            nodes += [
                {
                    "type": "collection",
                    "id": f"to_{other}",
                    "path": {"type": "json", "path": f"./{other}.json"},
                }
                for other in NAMES[1:]
            ]
        root = {"type": "collection", "version": "0.9", "id": f"root_{name}", "nodes": nodes}
        made[f"memory://lab/{name}.json"] = {"ome": root}
    return made


MOVES = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(NAMES)), min_size=1, max_size=3)


def _moved(root: ngc.Node, moves: Sequence[tuple[str, str]]) -> ngc.Node:
    for id_, name in moves:
        (node,) = root.find_all(where=lambda one: one.get_attr("lab:uid", None) == id_)  # noqa: B023
        target = root if name == "a" else root.find(f"to_{name}")
        assert target is not None
        root = node.move(target)
    return root


def _is_whole(documents: Mapping[str, bytes]) -> bool:
    """Whether every node is somewhere, and every reference leads to one."""
    store = ngc.MemoryStore(documents)
    failures = ngc.check_links(*documents, store=store).failures
    return not failures and not _lost(documents)


def _lost(documents: Mapping[str, bytes]) -> set[str]:
    """The nodes that are in no document."""
    store = ngc.MemoryStore(documents)
    nodes = (node for url in documents for node in ngc.open(url, store=store).children())
    return {*IDS} - {node.get_attr("lab:uid", None) for node in nodes}


def _states(
    before: Mapping[str, bytes], after: Mapping[str, bytes], order: Sequence[str]
) -> list[dict[str, bytes]]:
    """What there is after each of the documents, written one after the other."""
    made = []
    for count in range(len(order) + 1):
        written = order[:count]
        made.append({url: (after if url in written else before)[url] for url in before})
    return made


@moderate
@given(_documents(), MOVES, MOVES, st.sampled_from(("the first", "another", "as it was")))
def test_after_each_document_all_is_whole_if_that_is_possible(
    documents: dict[str, Any], first: Any, second: Any, then: str
) -> None:
    store = ngc.MemoryStore({url: json.dumps(one).encode() for url, one in documents.items()})
    root = ngc.open_inlined(ENTRY, store=store)
    versions = [_moved(root, first)]
    if then != "the first":
        versions.append(_moved(root, second) if then == "another" else root)
    for version in versions:
        before = contents(store)
        order = ngc.save_tree(version).written
        after = contents(store)
        assert _is_whole(after)
        if all(map(_is_whole, _states(before, after, order))):
            continue
        for other in itertools.permutations(order):
            assert not all(map(_is_whole, _states(before, after, other)))


def _places(root: ngc.Node) -> list[tuple[int, str | None]]:
    return [
        (len(list(node.ancestors())), node.get_attr("lab:uid", node.id)) for node in root.walk()
    ]


SAVES = st.lists(
    st.tuples(MOVES, st.booleans(), st.sampled_from((*NAMES, "all", "none"))),
    min_size=1,
    max_size=4,
)


@moderate
@given(st.booleans().flatmap(lambda has_ids: _documents(has_ids=has_ids)), SAVES)
def test_no_save_of_a_part_leaves_a_node_in_no_document(
    documents: dict[str, Any], saves: Any
) -> None:
    store = ngc.MemoryStore({url: json.dumps(one).encode() for url, one in documents.items()})
    opened = version = ngc.open_inlined(ENTRY, store=store)
    for moves, is_next, what in saves:
        version = _moved(version if is_next else opened, moves) if what != "none" else opened
        if what in ("all", "none"):
            ngc.save_tree(version)
        else:
            node = version if what == "a" else version.find(f"to_{what}")
            assert node is not None
            ngc.save(node)
        assert not _lost(contents(store))
    ngc.save_tree(version)
    assert _places(ngc.open_inlined(ENTRY, store=store)) == _places(version)
    assert not ngc.check_links(ENTRY, store=store).failures
