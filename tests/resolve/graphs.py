"""Random collections: documents in several folders that refer to each other, right and wrong."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import settings
from hypothesis import strategies as st

from ngio_collections import MemoryStore, _paths
from tests.graph.samples import KEYS, values

__all__ = [
    "EXAMPLES",
    "Collection",
    "collections",
    "contents",
    "moderate",
    "own_texts",
    "same",
    "text",
]

EXAMPLES: Final = int(os.environ.get("NGIO_RESOLVE_EXAMPLES", "60"))
"""How many random collections each law is tried on."""

moderate: Final = settings(max_examples=EXAMPLES)

HOME: Final = "memory://lab/p/q/r"
"""Deep enough that no path leads above the root, where several would mean the same."""
FOLDERS: Final = ("", "/a", "/a/b%20c", "/%C3%BC", "/a/d.x")
_NAMES: Final = ("one", "two words", "ü", "", "\U0001f600")
_IDS: Final = ("x", "y", "z", "a--b", "-", "")
_BIG: Final = 10**30
_UNKNOWN: Final = ("unknown", "ex:field", "поле")


@dataclass(frozen=True)
class Collection:
    """Documents by address; the first is the one to open."""

    documents: dict[str, bytes]

    @property
    def entry(self) -> str:
        """The document to open."""
        return next(iter(self.documents))

    def store(self) -> MemoryStore:
        """A store that holds the documents."""
        return MemoryStore(self.documents)


def contents(store: MemoryStore) -> dict[str, bytes]:
    """All that is in a store."""
    return {url: store.read(url) for url in store.urls()}


def text(value: Any) -> str:
    """JSON as text, in which the order of keys and the kinds of numbers show."""
    return json.dumps(value, ensure_ascii=False)


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same but for the order of keys."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def own_texts(document: Mapping[str, Any]) -> Iterator[str]:
    """The own fields of every node of a document, each as text."""
    attributes = document.get("attributes")
    in_zarr = isinstance(attributes, dict) and "ome" in attributes
    stack: list[Any] = [document["attributes"]["ome"] if in_zarr else document["ome"]]
    while stack:
        node = stack.pop()
        yield text({key: value for key, value in node.items() if key != "nodes"})
        nodes = node.get("nodes")
        if isinstance(nodes, list) and ":" not in str(node.get("type")):
            stack += [item for item in nodes if isinstance(item, dict)]


def _urls(count: int, folders: tuple[str, ...]) -> list[str]:
    """Addresses of documents: every third is that of a Zarr group."""
    made = []
    for number in range(count):
        is_group = number % 3 == 1 and len(folders) > 1
        name = f"d{number}/zarr.json" if is_group else f"d%20{number}.json"
        made.append(f"{HOME}{folders[number % len(folders)]}/{name}")
    return made


_EXTRAS: Final = st.dictionaries(st.sampled_from(_UNKNOWN), values(), max_size=2)
_PATH_VALUES: Final = st.sampled_from(
    ({"type": "json", "path": "./n.json"}, {"type": "zarr", "path": "../n/m"})
)
_ATTRIBUTES: Final = st.dictionaries(
    st.sampled_from(KEYS), st.one_of(values(), values(), _PATH_VALUES), max_size=3
)
_WRONG: Final = st.sampled_from((None, 5, "text", True, [], [1], [{"id": "x"}]))


@st.composite
def _own(draw: st.DrawFn, *, wrong: bool) -> dict[str, Any]:
    """Some of the fields of a node."""
    made: dict[str, Any] = {}
    if draw(st.booleans()):
        made["id"] = draw(st.sampled_from(_IDS))
    if draw(st.booleans()):
        made["name"] = draw(st.sampled_from(_NAMES))
    if draw(st.booleans()):
        made["attributes"] = draw(_ATTRIBUTES)
    made.update(draw(_EXTRAS))
    if wrong and draw(st.integers(0, 5)) == 0:
        made[draw(st.sampled_from(("id", "name", "attributes")))] = draw(_WRONG)
    return made


def _path(base: str, url: str) -> dict[str, Any]:
    return dict(_paths.path_to(base, url))


@dataclass
class _Plan:
    """What is known while documents are drawn.

    Attributes:
        urls: The addresses.
        targets: What each document refers to, by number; the number of no document is missing.
        roots: The types of the roots.
        wrong: Whether wrong types may be anywhere.
    """

    urls: list[str]
    targets: list[list[int]]
    roots: list[str]
    wrong: bool

    def url(self, number: int) -> str:
        return self.urls[number] if number < len(self.urls) else f"{HOME}/missing/{number}.json"

    def type(self, number: int) -> str:
        return self.roots[number] if number < len(self.roots) else "collection"


def _shuffled(draw: st.DrawFn, value: dict[str, Any]) -> dict[str, Any]:
    return {key: value[key] for key in draw(st.permutations(list(value)))}


def _stub(draw: st.DrawFn, plan: _Plan, home: int, target: int) -> dict[str, Any]:
    """A reference from one document to another."""
    made = draw(_own(wrong=plan.wrong))
    made["type"] = plan.type(target)
    made["path"] = _path(plan.url(home), plan.url(target))
    if plan.wrong and draw(st.integers(0, 5)) == 0:
        made[draw(st.sampled_from(("type", "path")))] = draw(_WRONG)
    return _shuffled(draw, made)


def _leaf(draw: st.DrawFn, plan: _Plan) -> Any:
    """A node that holds nothing, or something that is no node."""
    kind = draw(st.integers(0, 7))
    own = draw(_own(wrong=plan.wrong))
    if kind == 0 and plan.wrong:
        return draw(_WRONG)
    if kind == 1:
        return {"type": "ex:thing", "nodes": [{"id": "hidden"}], **own}
    if kind == 2:
        levels = [{"type": "singlescale", "path": {"type": "zarr", "path": "./s0"}, **own}]
        return {"type": "multiscale", **own, "nodes": levels}
    return {"type": "collection", "big": _BIG, **own}


def _root(draw: st.DrawFn, plan: _Plan, number: int) -> dict[str, Any]:
    """The root node of a document."""
    targets = plan.targets[number]
    if len(targets) == 1 and number and draw(st.integers(0, 3)) == 0:
        return {"version": "0.9", **_stub(draw, plan, number, targets[0])}
    root = {"version": "0.9", "type": plan.roots[number], **draw(_own(wrong=plan.wrong))}
    root["nodes"] = []
    inner: list[list[Any]] = [root["nodes"]]
    for _ in range(draw(st.integers(0, 2))):
        node: dict[str, Any] = {"type": "collection", **draw(_own(wrong=plan.wrong)), "nodes": []}
        draw(st.sampled_from(inner)).append(node)
        inner.append(node["nodes"])
    items = [_stub(draw, plan, number, target) for target in targets]
    items += [_leaf(draw, plan) for _ in range(draw(st.integers(0, 2)))]
    for item in items:
        draw(st.sampled_from(inner)).append(item)
    return _shuffled(draw, root)


def _document(draw: st.DrawFn, url: str, node: dict[str, Any]) -> bytes:
    """A file around a node."""
    more = draw(st.dictionaries(st.sampled_from(("k", "big", "ключ")), values(), max_size=2))
    whole: dict[str, Any] = {"ome": node, **more}
    if url.endswith("zarr.json"):
        attributes = _shuffled(draw, whole)
        inside = {"kind": "inline", "metadata": {"s0": {"big": _BIG}}}
        whole = {"zarr_format": 3, "node_type": "group", "attributes": attributes}
        whole["consolidated_metadata"] = inside
    indent = draw(st.sampled_from((None, 2, 4)))
    return json.dumps(_shuffled(draw, whole), indent=indent, ensure_ascii=False).encode()


@st.composite
def collections(
    draw: st.DrawFn,
    *,
    shared: bool = True,
    wrong: bool = True,
    folders: tuple[str, ...] = FOLDERS,
    most: int = 5,
) -> Collection:
    """Documents that refer to each other.

    Args:
        draw: Given by hypothesis.
        shared: Whether a document may be referred to several times, and by itself.
        wrong: Whether fields may be of wrong types.
        folders: Where documents are.
        most: How many documents there are at most.
    """
    count = draw(st.integers(1, most))
    targets: list[list[int]] = [[] for _ in range(count)]
    for number in range(1, count):
        targets[draw(st.integers(0, number - 1))].append(number)
    for _ in range(draw(st.integers(0, 3 if shared else 1))):
        to = draw(st.integers(0, count)) if shared else count
        targets[draw(st.integers(0, count - 1))].append(to)
    roots = [draw(st.sampled_from(("collection", "collection", "multiscale"))) for _ in targets]
    plan = _Plan(_urls(count, folders), targets, roots, wrong)
    # The root of a chain has the type that those who refer to it say.
    made = [_root(draw, plan, number) for number in range(count)]
    return Collection(
        {url: _document(draw, url, node) for url, node in zip(plan.urls, made, strict=True)}
    )
