"""One document made from its text is the one that is made node by node, or is not made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ngio_collections as ngc
from benchmarks._collections import Screen
from benchmarks._shards import ENTRY, SHARDS, in_memory
from ngio_collections import _json
from ngio_collections._json import dumps_bytes, loads
from ngio_collections._paths import metadata_url
from ngio_collections.document import new_document, rooted
from ngio_collections.errors import InvalidEditError
from ngio_collections.graph import NodeTree
from ngio_collections.resolve._produce import one_document
from ngio_collections.resolve._text import _paths_after, document_text
from ngio_collections.resolve.verbs import _writing
from tests.resolve.edits import STEPS, edited
from tests.resolve.graphs import Collection, collections, moderate
from tests.resolve.referring import referring

IDS: Final = ("structural", "namespaced", "strict")
WINS: Final = st.sampled_from(("stub", "target", "forbid"))
HOME: Final = "memory://lab/p/q"
OUTS: Final = (
    f"{HOME}/out.json",
    f"{HOME}/deep/er/out.json",
    f"{HOME}/one/zarr.json",
    "memory://lab/out.json",
    "memory://lab/p/b%20c/out.json",
    "https://example.org/x/out.json",
)


def _text(tree: NodeTree, url: str, ids: str) -> bytes | None:
    return document_text(tree, url, ids, lambda root: new_document(url, rooted(root)))


def _exact(tree: NodeTree, url: str, ids: str) -> bytes | None:
    try:
        return dumps_bytes(new_document(url, rooted(one_document(tree, url, ids))))
    except InvalidEditError:
        return None


def _compare(root: ngc.Node, out: str) -> set[str]:
    """Compare both ways, and give the kinds of ids for which there is a text."""
    made = set()
    for ids in IDS:
        text = _text(root.tree, out, ids)
        if text is not None:
            assert text.decode() == (_exact(root.tree, out, ids) or b"").decode()
            made.add(ids)
    return made


# -- tidy documents with something odd -----------------------------------------------

NAMES: Final = ("a", "b", "a b", "ü", "a%20b", "\U0001f600", 'q"', "back\\slash", "a--b", "-a")
BEGINNINGS: Final = ("./", "./x/", "./x y/", "./%41/")
ODD_BEGINNINGS: Final = ("", "../", "./../", ".//", "/", "./.", "file:///x/", "https://h.org/x/")
FORM: Final = {"type": "zarr", "path": "./odd/0"}
ODD_VALUES: Final[tuple[Any, ...]] = (
    FORM,
    {"path": FORM},
    {'a"path': FORM},
    {"a\\": {"path": FORM}},
    {"path": "./odd/0"},
    {"path": None},
    {"type": {"path": FORM}},
    {"type": "zarr", "path": {"type": "zarr", "path": "./odd"}},
    {"type": "affine", "path": "./odd"},
    ["path", "./", FORM],
    '"path":{"type":"zarr","path":"./',
    '{"path":{"type":"zarr","path":"./x"}}',
    "path",
    'ends with "path',
    'ends with "id',
    {"id": "odd"},
    {'a"id': "odd"},
    [{"id": "odd"}],
    '{"id":"odd"}',
    10**30,
    1e300,
    "\ud800",
    "--",
    None,
)
ODD_PLACES: Final = ("path", "attributes", "lab:unknown", "id", "nodes", "type", "name")
REFERENCES: Final = ("labels", "coordinateTransformations", "well", "source")


class _Maker:
    """Draws documents in which few things are odd, so that many of them can be made as text."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.count = draw(st.integers(1, 4))
        self.odd = draw(st.integers(0, 2))
        self.number = 0

    def pick(self, usual: Any, odd: Any) -> Any:
        """Mostly something usual."""
        if self.odd and not self.draw(st.integers(0, 4)):
            self.odd -= 1
            return self.draw(st.sampled_from(odd))
        return self.draw(st.sampled_from(usual))

    def id(self) -> Any:
        self.number += 1
        return self.pick((f"n{self.number}", f'n"{self.number}'), ("n1", "a--b", "-", "", 5, [1]))

    def path(self) -> dict[str, Any]:
        beginning = self.pick(BEGINNINGS, ODD_BEGINNINGS)
        kind = self.pick(("zarr",), ("json", "ex:kind", None))
        path = {"type": kind, "path": beginning + self.draw(st.sampled_from(NAMES)) + "/0"}
        return self.pick((path,), ({**path, "x": 1}, {"path": path["path"], "type": kind}, {}))  # type: ignore[no-any-return]

    def attributes(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if self.draw(st.booleans()):
            made["coordinateSystems"] = [{"id": self.id(), "axes": []}]
        reference = {"id": self.pick(("n1", "n2", "n3", "elsewhere"), ("a--b",))}
        reference |= self.pick(({},), ({"path": FORM}, {"path": None}, {"x": 1}))
        if self.draw(st.booleans()):
            made["labels"] = {"source": [reference]}
        if self.draw(st.booleans()):
            made["well"] = {"row": reference, "column": {"id": "n2"}}
        made |= self.pick(({}, {"lab:x": [1.5, "é"]}), [{"lab:odd": odd} for odd in ODD_VALUES])
        return made

    def node(self, type_: str) -> dict[str, Any]:
        node: dict[str, Any] = {"type": type_, "id": self.id()}
        if self.draw(st.booleans()):
            node["attributes"] = self.attributes()
        if self.odd and not self.draw(st.integers(0, 4)):
            self.odd -= 1
            place = self.draw(st.sampled_from(ODD_PLACES))
            node[place] = self.draw(st.sampled_from(ODD_VALUES))
        return node

    def image(self) -> dict[str, Any]:
        levels: list[Any] = [
            {**self.node("singlescale"), "path": self.path()}
            for _ in range(self.draw(st.integers(1, 3)))
        ]
        levels += self.pick(((),), (("junk",), (None,), (self.node("ex:thing"),)))
        return {**self.node(self.pick(("multiscale",), ("ex:thing",))), "nodes": levels}

    def document(self, number: int, ids: list[Any]) -> dict[str, Any]:
        root = {"version": "0.9", **self.node("collection"), "id": ids[number]}
        root["nodes"] = [self.image() for _ in range(self.draw(st.integers(0, 2)))]
        return root

    def stub(self, number: int, id_: Any) -> dict[str, Any]:
        folder = "deep/" if number % 2 else ""
        stub = {
            "type": "collection",
            "id": id_,
            "path": {"type": "json", "path": f"./{folder}d{number}.json"},
        }
        own = self.attributes() if not self.draw(st.integers(0, 3)) else None
        stub |= {} if own is None else {"attributes": own}
        stub |= self.pick(({},), ({"id": "other"}, {"name": "stub"}, {"lab:odd": FORM}))
        return {key: stub[key] for key in self.draw(st.permutations(list(stub)))}


def _url(number: int) -> str:
    return f"{HOME}/{'deep/' if number % 2 else ''}d{number}.json"


@st.composite
def tidy(draw: st.DrawFn) -> dict[str, bytes]:
    """Documents by address; the first is the one to open, and refers to the others in order."""
    make = _Maker(draw)
    ids = [make.id() for _ in range(make.count)]
    roots = [make.document(number, ids) for number in range(make.count)]
    for number in range(1, make.count):
        above = draw(st.integers(0, number - 1))
        stub = make.stub(number, ids[number])
        if above % 2:  # Paths count from its folder.
            start = "./" if number % 2 else "../"
            stub["path"] = {**stub["path"], "path": f"{start}d{number}.json"}
        holder = draw(st.sampled_from((roots[above], *roots[above]["nodes"])))
        inner = holder.get("nodes")
        if isinstance(inner, list):
            inner += [stub] * make.pick((1,), (2,))
    return {_url(number): json.dumps({"ome": root}).encode() for number, root in enumerate(roots)}


@moderate
@given(tidy(), st.sampled_from(OUTS), WINS)
def test_documents_with_little_that_is_odd_are_the_same_in_both_ways(
    documents: dict[str, bytes], out: str, wins: str
) -> None:
    store = ngc.MemoryStore(documents)
    strategy = ngc.Inlining(attributes=wins)
    _compare(ngc.open_inlined(_url(0), store=store, strategy=strategy), out)


@moderate
@given(collections(), st.sampled_from(OUTS))
def test_random_collections_are_the_same_in_both_ways(made: Collection, out: str) -> None:
    _compare(ngc.open_inlined(made.entry, store=made.store()), out)


@moderate
@given(referring(), st.sampled_from(OUTS), WINS)
def test_documents_full_of_references_are_the_same_in_both_ways(
    documents: dict[str, bytes], out: str, wins: str
) -> None:
    store = ngc.MemoryStore(documents)
    strategy = ngc.Inlining(attributes=wins)
    _compare(ngc.open_inlined(next(iter(documents)), store=store, strategy=strategy), out)


@moderate
@given(st.one_of(tidy(), referring()), STEPS, st.sampled_from(OUTS), WINS)
def test_edited_views_are_the_same_in_both_ways(
    documents: dict[str, bytes], steps: list[Any], out: str, wins: str
) -> None:
    store = ngc.MemoryStore(documents)
    strategy = ngc.Inlining(attributes=wins)
    root = ngc.open_inlined(next(iter(documents)), store=store, strategy=strategy)
    for step in steps:
        root = edited(root, [step])
        # Some that have children as well are not counted, and then there is no text.
        assert (_paths_of(root) or 0) <= sum(_has_path(node) for node in root.walk())
        _compare(root, out)


def _has_path(node: ngc.Node) -> bool:
    return isinstance(node.raw.get("path"), Mapping)


def _paths_of(root: ngc.Node) -> int | None:
    inlined = root.tree.segment.inlined
    assert inlined is not None
    return None if inlined.paths is None else _paths_after(root.tree, inlined.paths)


# -- what is made from its text --------------------------------------------------------


@pytest.mark.parametrize("shard", SHARDS)
@pytest.mark.parametrize("out", ["a/b/here.json", "a/b/x/there.json", "c/zarr.json"])
def test_large_collections_of_the_usual_shape_are_made_from_their_text(
    shard: str, out: str
) -> None:
    base = "memory://lab/a/b/"
    documents = in_memory(Screen(2, 3, 2, has_overviews=True).document(), shard)
    store = ngc.MemoryStore({base + name: data for name, data in documents.items()})
    root = ngc.open_inlined(base + ENTRY, store=store)
    from_text = _compare(root, f"memory://lab/{out}")
    # What is in its folder already is not made anew.
    is_there = shard == "none" and out == "a/b/here.json"
    assert from_text == set(IDS) - ({"structural"} if is_there else set())


def _one(**attributes: Any) -> ngc.Node:
    """A view of a document with one image."""
    level = {"type": "singlescale", "id": "0", "path": {"type": "zarr", "path": "./raw/0"}}
    root = {"version": "0.9", "type": "multiscale", "id": "raw", "nodes": [level]}
    store = ngc.MemoryStore({_url(0): {"ome": {**root, "attributes": attributes}}})
    return ngc.open_inlined(_url(0), store=store)


@pytest.mark.parametrize("odd", ODD_VALUES, ids=repr)
def test_what_looks_like_a_path_in_attributes_is_never_taken_for_one(odd: Any) -> None:
    made = _compare(_one(**{"lab:odd": odd}), OUTS[3])
    if isinstance(odd, dict) and "path" in odd:
        assert made == set()


def test_a_path_is_moved_by_another_beginning_whatever_follows() -> None:
    for rest in ("a b/0", "ü", "%41", "a//b", ""):
        level = {"type": "singlescale", "id": "0", "path": {"type": "zarr", "path": f"./{rest}"}}
        root = {"version": "0.9", "type": "multiscale", "id": "raw", "nodes": [level]}
        store = ngc.MemoryStore({_url(0): {"ome": root}})
        view = ngc.open_inlined(_url(0), store=store)
        assert _compare(view, "memory://lab/out.json") == set(IDS)
        made = loads(_text(view.tree, "memory://lab/out.json", "structural") or b"")
        assert made["ome"]["nodes"][0]["path"]["path"] == f"./p/q/{rest}"


def _screen() -> ngc.Node:
    documents = in_memory(Screen(2, 3, 2).document(), "scene")
    store = ngc.MemoryStore({f"{HOME}/{name}": data for name, data in documents.items()})
    return ngc.open_inlined(f"{HOME}/{ENTRY}", store=store)


@pytest.mark.parametrize("out", OUTS)
def test_edited_views_are_made_from_their_text(out: str) -> None:
    view = _screen()
    image = next(view.walk(type="multiscale"))
    scene = next(node for node in view.walk() if node.stub is not None)
    for edited_ in (
        image.set_attr("lab:checked", True),
        image.rename("checked"),
        scene.set_attr("lab:checked", [1.5, None]),
        scene.remove(),
        view.set_attr("lab:path", {"x": "./x"}),
        next(image.children()).remove(),
        next(image.children()).move(image, 1),
    ):
        assert _compare(edited_, out) == set(IDS)


def test_paths_of_new_nodes_count_from_the_document_that_they_are_put_into() -> None:
    scene = next(node for node in _screen().walk() if node.document_url.endswith("w0s1.json"))
    label = {"type": "singlescale", "id": "new", "path": {"type": "zarr", "path": "./new.zarr"}}
    view = scene.add(ngc.as_tree(label).root)
    for out in OUTS:
        assert _compare(view, out) == set(IDS)
    text = _text(view.tree, f"{HOME}/out.json", "structural") or b""
    assert b'"path":"./p0/p0w0/new.zarr"' in text


def test_what_came_and_went_with_what_it_was_put_into_is_not_counted() -> None:
    scene = next(node for node in _screen().walk() if node.document_url.endswith("w0s1.json"))
    label = {"type": "singlescale", "id": "new", "path": {"type": "zarr", "path": "./new.zarr"}}
    view = scene.add(ngc.as_tree(label).root).at(scene).remove()
    assert _paths_of(view) == sum(_has_path(node) for node in view.walk())
    assert _compare(view, OUTS[3]) == set(IDS)


def test_what_was_moved_to_another_document_is_written_node_by_node() -> None:
    view = _screen()
    image = next(view.walk(type="multiscale"))
    assert _compare(image.move(view), OUTS[3]) == set()


@pytest.mark.parametrize(
    ("key", "value", "from_text"),
    [
        ("lab:x", {"path": FORM}, False),
        ("lab:x", None, True),
        ("source", {"id": "p0"}, False),
        ("coordinateSystems", [], True),
        ("coordinateSystems", [{"id": "new", "axes": []}], False),
    ],
)
def test_ids_and_paths_that_are_set_at_an_inlined_node_are_written_node_by_node(
    key: str, value: Any, from_text: bool
) -> None:
    scene = next(node for node in _screen().walk() if node.stub is not None)
    made = _compare(scene.set_attr(key, value), OUTS[3])
    assert made == (set(IDS) if from_text else set())


def test_what_is_no_json_is_refused_in_edited_views_as_in_others() -> None:
    odd = ngc.as_tree({"type": "collection", "id": "x", "attributes": {"lab:x": float("nan")}})
    assert _text(_screen().add(odd.root).tree, OUTS[3], "structural") is None


def test_views_of_what_was_produced_are_made_node_by_node() -> None:
    view = ngc.open_inlined(_url(0), store=ngc.MemoryStore({_url(0): {"ome": _one().to_json()}}))
    strategy = ngc.Inlining(ids="namespaced")
    store = ngc.MemoryStore({_url(0): {"ome": view.to_json()}})
    made = ngc.open_inlined(_url(0), store=store, strategy=strategy)
    assert _text(made.tree, OUTS[3], "structural") is None


def test_without_orjson_documents_are_made_node_by_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_json, "_ORJSON", None)
    assert _text(_one().tree, OUTS[3], "structural") is None


def test_several_nodes_with_one_id_are_made_node_by_node_only_if_one_of_them_is_meant() -> None:
    def view(**attributes: Any) -> ngc.Node:
        stubs = [
            {"type": "collection", "id": f"s{n}", "path": {"type": "json", "path": f"./d{n}.json"}}
            for n in (2, 4)
        ]
        entry = {"version": "0.9", "type": "collection", "id": "all", "nodes": stubs}
        inner = {"type": "collection", "id": "x", "attributes": attributes, "nodes": []}
        documents: dict[str, Any] = {_url(0): {"ome": entry}}
        for n in (2, 4):
            root = {"version": "0.9", "type": "collection", "id": f"s{n}", "nodes": [inner]}
            documents[_url(n)] = {"ome": root}
        return ngc.open_inlined(_url(0), store=ngc.MemoryStore(documents))

    assert _compare(view(), OUTS[3]) == {"structural", "namespaced"}
    assert _compare(view(source={"id": "x"}), OUTS[3]) == {"namespaced"}


def _inlined(stub: dict[str, Any], root: dict[str, Any]) -> ngc.Node:
    """A view of a document with one reference to another one."""
    path = {"type": "json", "path": "./d2.json"}
    stub = {"type": "collection", "id": "s", "path": path, **stub}
    entry = {"version": "0.9", "type": "collection", "id": "all", "nodes": [stub]}
    root = {"version": "0.9", "type": "collection", "id": "s", "nodes": [], **root}
    documents: dict[str, Any] = {_url(0): {"ome": entry}, _url(2): {"ome": root}}
    return ngc.open_inlined(_url(0), store=ngc.MemoryStore(documents))


SYSTEMS: Final = [{"id": "theirs", "axes": []}]


@pytest.mark.parametrize(
    ("stub", "root", "from_text"),
    [
        ({}, {}, set(IDS)),
        ({}, {"attributes": {"source": {"id": "s"}}}, set(IDS)),
        ({"attributes": {"lab:x": 1}}, {"attributes": {"lab:x": 2}}, set(IDS)),
        # The root has another id, and a Reference to it is to follow.
        ({"id": "t"}, {"attributes": {"source": {"id": "s"}}}, set()),
        # What is meant is hidden by what the reference says.
        (
            {"attributes": {"coordinateSystems": []}},
            {"attributes": {"coordinateSystems": SYSTEMS, "source": {"id": "theirs"}}},
            set(),
        ),
        # Ids of the attributes of a reference begin otherwise.
        (
            {"attributes": {"source": {"id": "all"}}},
            {"attributes": {"coordinateSystems": SYSTEMS}},
            {"structural", "strict"},
        ),
        # An `id` that is none stays as it is, and so do texts that look like one.
        ({}, {"attributes": {"lab:x": {"id": "s"}}}, {"structural", "strict"}),
        ({}, {"attributes": {"lab:x": {'a"id': "s"}}}, {"structural", "strict"}),
        ({}, {"attributes": {"lab:x": '{"id":"s"}'}}, set(IDS)),
        ({}, {"nodes": [{"type": "ex:x", "id": "n", "nodes": [{"id": "s"}]}]}, None),
        ({}, {"nodes": [{"type": "collection", "id": "s"}]}, {"structural"}),
        ({}, {"nodes": [{"type": "collection", "id": 5}, {"type": "collection"}]}, None),
        ({}, {"nodes": [{"type": "collection", "id": "a--b"}]}, {"structural", "strict"}),
    ],
)
def test_ids_and_references_of_an_inlined_document_are_the_same_in_both_ways(
    stub: dict[str, Any], root: dict[str, Any], from_text: set[str] | None
) -> None:
    made = _compare(_inlined(stub, root), OUTS[3])
    assert from_text is None or made == from_text


def test_in_one_document_references_stay_as_they_are_even_if_an_id_is_there_twice() -> None:
    twins = [{"type": "collection", "id": "x", "nodes": []}] * 2
    source = {"source": {"id": "x"}}
    root = {"version": "0.9", "type": "collection", "id": "all", "attributes": source}
    store = ngc.MemoryStore({_url(0): {"ome": {**root, "nodes": twins}}})
    view = ngc.open_inlined(_url(0), store=store)
    assert _compare(view, OUTS[3]) == {"structural", "namespaced"}
    made = loads(_text(view.tree, OUTS[3], "structural") or b"")
    assert made["ome"]["attributes"] == source


def test_an_id_that_an_edit_made_occur_twice_means_what_it_meant_in_the_document() -> None:
    source = {"source": {"id": "x"}}
    x = {"type": "collection", "id": "x", "nodes": []}
    root = {"version": "0.9", "type": "collection", "id": "all", "attributes": source}
    store = ngc.MemoryStore({_url(0): {"ome": {**root, "nodes": [x, {**x, "id": "y"}]}}})
    view = ngc.open_inlined(_url(0), store=store)
    edited = view.find("y").add(ngc.new_node("collection", id="x"))
    assert _compare(edited, OUTS[3]) == {"namespaced"}
    made = one_document(edited.tree, OUTS[3], "structural")
    assert made["attributes"]["source"]["id"] == "x"
    assert metadata_url(OUTS[3], made["attributes"]["source"]["path"]) == _url(0)
    # What an edit did not make occur twice is made from the text.
    assert "structural" in _compare(view.find("y").set_attr("lab:x", 1), OUTS[3])


def test_a_path_that_leads_back_down_is_written_node_by_node_as_it_is_shorter() -> None:
    for name, from_text in (("raw", set()), ("other", set(IDS))):
        assert _compare(_one(), f"{HOME}/{name}/out.json") == from_text


def test_a_chain_of_documents_that_is_too_deep_for_orjson_is_put_together_from_texts() -> None:
    documents: dict[str, Any] = {}
    for n in range(0, 1_000, 2):
        path = {"type": "json", "path": f"./d{n + 2}.json"}
        stub = {"type": "collection", "id": f"s{n + 2}", "path": path}
        root = {"version": "0.9", "type": "collection", "id": f"s{n}", "nodes": [stub]}
        documents[_url(n)] = {"ome": root}
    view = ngc.open_inlined(_url(0), store=ngc.MemoryStore(documents))
    # The last reference leads nowhere, by a path that counts from its document.
    assert _compare(view, OUTS[3]) == set(IDS)


# -- what is given back ----------------------------------------------------------------


def test_the_new_document_is_read_from_its_text_when_it_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_writing, "LARGE_NODES", 0)
    folder = tmp_path / "screen"
    folder.mkdir()
    (folder / ENTRY).write_bytes(in_memory(Screen(1, 2, 1).document(), "none")[ENTRY])
    view = ngc.open_inlined(folder / ENTRY)
    made = ngc.save_inlined(view, tmp_path / "one.json", ids="structural")
    assert made.tree.segment.source.tag
    again = ngc.open(tmp_path / "one.json")
    assert made.to_json() == again.to_json()
    assert made.document_url == again.document_url
    edited = next(iter(made.children())).set_attr("lab:x", 1)
    assert ngc.save_tree(edited).written == (made.document_url,)
    found = next(iter(ngc.open(tmp_path / "one.json").children()))
    assert found.get_attr("lab:x") == 1
    with pytest.raises(ngc.ConflictError):
        ngc.save_tree(next(iter(again.children())).set_attr("lab:x", 2))
    with pytest.raises(AttributeError):
        made.tree.segment.source.other  # noqa: B018
    with pytest.raises(AttributeError):
        made.tree.segment.other  # type: ignore[attr-defined]  # noqa: B018
