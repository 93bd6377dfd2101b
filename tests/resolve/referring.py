"""Random documents full of References, and the obvious way of finding out where they lead."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from hypothesis import strategies as st

from ngio_collections import _paths
from ngio_collections.document import map_ids

__all__ = ["Things", "leads", "nodes_of", "referring", "unresolved"]

_URLS: Final = (
    "memory://lab/p/q/all.json",
    "memory://lab/p/q/one/zarr.json",
    "memory://lab/p/r/two%20words.json",
    "memory://lab/p/q/one/three.json",
)
_IDS: Final = ("a", "b", "c", "a--b", "-", "b-", "-x61", "-n1x", "--", "ü")


OVERLAY: Final = "mark:overlay"
"""What attributes of references declare has this mark as well."""


class _Maker:
    """Draws documents in which everything with an id has a mark, and every Reference a tag."""

    def __init__(self, draw: st.DrawFn, count: int, *, own_paths: bool, own_ids: bool) -> None:
        self.draw = draw
        self.own_paths = own_paths
        self.urls = _URLS[:count]
        self.numbers = itertools.count()
        self.ids = [[f"{id_}{home}" if own_ids else id_ for id_ in _IDS] for home in range(count)]
        self.free: list[list[str]] = [list(draw(st.permutations(ids))) for ids in self.ids]

    def thing(self, home: int, *, always: bool = False) -> dict[str, Any]:
        """Something that may have an id, unique in its document."""
        made: dict[str, Any] = {f"mark:{next(self.numbers)}": True}
        if self.free[home] and (always or self.draw(st.integers(0, 2))):
            made["id"] = self.free[home].pop()
        return made

    def reference(self, home: int) -> dict[str, Any]:
        """A Reference to something of any document, which need not be there."""
        target = self.draw(st.integers(0, len(self.urls) - 1))
        made: dict[str, Any] = {"id": self.draw(st.sampled_from(self.ids[target]))}
        if target != home or (self.own_paths and not self.draw(st.integers(0, 3))):
            made["path"] = dict(_paths.path_to(self.urls[home], self.urls[target]))
        return {**made, "tag": next(self.numbers)}

    def attributes(self, home: int) -> dict[str, Any]:
        """Attributes that declare ids and that refer to some."""
        made: dict[str, Any] = {}
        kinds = self.draw(st.sets(st.sampled_from(("source", "systems", "moves", "well", "plate"))))
        if "systems" in kinds and self.free[home]:
            made["coordinateSystems"] = [self.thing(home, always=True)]
        if "plate" in kinds and len(self.free[home]) > 1:
            rows, columns = self.thing(home, always=True), self.thing(home, always=True)
            made["plate"] = {"rows": [rows], "columns": [columns]}
        if "source" in kinds:
            made["labels"] = {"source": [self.reference(home)]}
        if "well" in kinds:
            made["well"] = {"row": self.reference(home), "column": self.reference(home)}
        if "moves" in kinds:
            inner = {"type": "ex:move", "input": self.reference(home)}
            made["coordinateTransformations"] = [
                {"type": "sequence", "output": self.reference(home), "transformations": [inner]}
            ]
        return made

    def node(self, home: int) -> dict[str, Any]:
        node = {"type": "collection", **self.thing(home), "nodes": []}
        if self.draw(st.booleans()):
            node["attributes"] = self.attributes(home)
        return node

    def stub(self, home: int, target: int) -> dict[str, Any]:
        """A reference to a document, or to none."""
        node = self.node(home)
        del node["nodes"]
        if "attributes" in node:
            node["attributes"] = map_ids(
                node["attributes"], lambda value: {**value, OVERLAY: True}, _same
            )
        missing = "memory://lab/p/missing.json"
        url = self.urls[target] if target < len(self.urls) else missing
        return {**node, "path": dict(_paths.path_to(self.urls[home], url))}


@st.composite
def referring(
    draw: st.DrawFn, *, own_paths: bool = True, own_ids: bool = False, most: int = len(_URLS)
) -> dict[str, bytes]:
    """Documents by address; the first is the one to open. Ids are unique in each.

    Args:
        draw: Given by hypothesis.
        own_paths: Whether a Reference may have a path to the document that it is in.
        own_ids: Whether an id is in one of the documents only.
        most: How many documents there may be.
    """
    count = draw(st.integers(1, most))
    make = _Maker(draw, count, own_paths=own_paths, own_ids=own_ids)
    roots = [make.node(number) for number in range(count)]
    for number in range(1, count):
        above = roots[draw(st.integers(0, number - 1))]
        above["nodes"].append([number])
    for _ in range(draw(st.integers(0, 2))):
        draw(st.sampled_from(roots))["nodes"].append([draw(st.integers(0, count))])
    for number, root in enumerate(roots):
        root["nodes"] = [make.stub(number, target) for (target,) in root["nodes"]]
        if len(root["nodes"]) == 1 and number and draw(st.integers(0, 3)) == 0:
            roots[number] = root["nodes"][0]
            continue
        root["nodes"] += [make.node(number) for _ in range(draw(st.integers(0, 2)))]
    made = {}
    for url, root in zip(make.urls, roots, strict=True):
        whole: dict[str, Any] = {"ome": {"version": "0.9", **root}}
        if url.endswith("zarr.json"):
            whole = {"zarr_format": 3, "node_type": "group", "attributes": whole}
        made[url] = json.dumps(whole).encode()
    return made


def nodes_of(data: bytes) -> Iterator[dict[str, Any]]:
    """All nodes of a document, the root first."""
    document = json.loads(data)
    ome = document["attributes"]["ome"] if "zarr_format" in document else document["ome"]
    stack = [ome]
    while stack:
        node = stack.pop()
        yield node
        stack += node.get("nodes", [])


def _same(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return value


def _meant(node: Mapping[str, Any], url: str, roots: Mapping[str, Any]) -> set[str]:
    """The marks of a node; those of a reference are also those of what it leads to."""
    marks = {key for key in node if key.startswith("mark:")}
    seen: set[str] = set()
    while "path" in node:
        url = _paths.metadata_url(url, node["path"])
        if url in seen or url not in roots:
            break
        seen.add(url)
        node = roots[url]
        marks |= {key for key in node if key.startswith("mark:")}
    return marks


class Things:
    """What documents declare, and which References they hold.

    Args:
        documents: All documents by address.
    """

    def __init__(self, documents: Mapping[str, bytes]) -> None:
        self.declared: dict[str, dict[str, list[set[str]]]] = {}
        self.references: dict[str, list[Mapping[str, Any]]] = {}
        roots = {url: next(nodes_of(data)) for url, data in documents.items()}
        for url, data in documents.items():
            declared: dict[str, list[set[str]]] = {}
            references: list[Mapping[str, Any]] = []

            def note(
                value: Mapping[str, Any], declared: dict[str, list[set[str]]] = declared
            ) -> Mapping[str, Any]:
                marks = {key for key in value if key.startswith("mark:")}
                declared.setdefault(value["id"], []).append(marks)
                return value

            def refer(
                value: Mapping[str, Any], references: list[Mapping[str, Any]] = references
            ) -> Mapping[str, Any]:
                references.append(value)
                return value

            for node in nodes_of(data):
                if "id" in node:
                    declared.setdefault(node["id"], []).append(_meant(node, url, roots))
                map_ids(node.get("attributes"), note, refer)
            self.declared[url], self.references[url] = declared, references

    def found(self, url: str, reference: Mapping[str, Any]) -> list[set[str]]:
        """The marks of everything that a Reference of a document may mean."""
        path = reference.get("path")
        target = url if path is None else _paths.metadata_url(url, path)
        return self.declared.get(target, {}).get(reference["id"], [])

    def ids(self, url: str) -> list[str]:
        """All ids of a document, as often as they are declared."""
        return [id_ for id_, all_ in self.declared[url].items() for _ in all_]


def leads(things: Things) -> dict[int, set[str]]:
    """Where References lead, by tag; those that lead nowhere, or to several, are left out."""
    made: dict[int, set[str]] = {}
    for url, references in things.references.items():
        for reference in references:
            found = things.found(url, reference)
            if len(found) == 1:
                made[reference["tag"]] = found[0]
    return made


def unresolved(things: Things, url: str, before: Mapping[int, set[str]]) -> list[Any]:
    """The References of a document that led to something, and do not any more.

    Where an attribute took the place of another that declared the same id, its own is meant:
    one of them is that of a reference.
    """
    wrong = []
    for reference in things.references[url]:
        wanted = before.get(reference["tag"])
        found = things.found(url, reference)
        if wanted is None or (len(found) == 1 and wanted <= found[0]):
            continue
        is_overlaid = len(found) == 1 and OVERLAY in wanted | found[0]
        if not (is_overlaid and "path" not in reference):
            wrong.append((reference, wanted, found))
    return wrong
