"""A save makes the documents say what that version of the tree says, whatever was saved before."""

from __future__ import annotations

import random
from typing import Any

import pytest

import ngio_collections as ngc

ROOT = "memory://lab/a.json"


def _document(id: str, attributes: dict[str, Any], *nodes: dict[str, Any]) -> dict[str, Any]:
    node = {"version": "0.9", "type": "collection", "id": id, "attributes": attributes}
    return {"ome": {**node, "nodes": list(nodes)}}


def _stub(id: str, path: str, attributes: dict[str, Any]) -> dict[str, Any]:
    where = {"type": "json", "path": path}
    return {"type": "collection", "id": id, "path": where, "attributes": attributes}


def _store() -> ngc.MemoryStore:
    """A document that refers to two, of which one only refers to a third."""
    chain: dict[str, Any] = {"ome": {"version": "0.9", **_stub("chain", "./d.json", {"k:1": "c"})}}
    inner = {"type": "collection", "id": "inner", "nodes": []}
    return ngc.MemoryStore(
        {
            ROOT: _document(
                "a",
                {},
                _stub("b", "./b.json", {"k:0": "stub", "k:1": "stub"}),
                _stub("c", "./c.json", {"k:2": "stub"}),
            ),
            "memory://lab/b.json": _document("b", {"k:1": "target", "k:2": "target"}, inner),
            "memory://lab/c.json": chain,
            "memory://lab/d.json": _document("d", {"k:1": "d", "k:3": "d"}),
        }
    )


def _view(store: ngc.MemoryStore) -> ngc.Node:
    return ngc.open_inlined(ROOT, store=store)


def _said(root: ngc.Node) -> dict[str | None, Any]:
    return {
        node.id: (node.name, dict(node.attributes), [child.id for child in node.children()])
        for node in root.walk()
    }


def _written(saved: ngc.Saved) -> set[str]:
    return {url.rpartition("/")[2] for url in saved.written}


def test_an_attribute_that_was_saved_and_dropped_again_is_dropped_in_the_document() -> None:
    store = _store()
    edited = _view(store).find("b").set_attr("k:9", 1)
    assert _written(ngc.save_tree(edited)) == {"b.json"}
    undone = edited.find("b").drop_attrs("k:9")
    assert _written(ngc.save_tree(undone)) == {"b.json"}
    assert "k:9" not in _view(store).find("b").attributes


@pytest.mark.parametrize("id", ["a", "b", "c", "inner"])
def test_saving_an_older_version_brings_every_document_back(id: str) -> None:
    store = _store()
    before = {url: store.read(url) for url in store.urls()}
    view = _view(store)
    ngc.save_tree(view.find(id).set_attrs({"k:1": "new", "k:9": "new"}, drop=["k:2"]))
    assert {url: store.read(url) for url in store.urls()} != before
    ngc.save_tree(view)
    assert {url: store.read(url) for url in store.urls()} == before
    assert ngc.save_tree(view).written == ()


def test_each_save_says_where_its_own_changes_go_and_leaves_what_was_saved_before() -> None:
    store = _store()
    edited = _view(store).find("b").set_attr("k:8", 1)
    assert _written(ngc.save_tree(edited, to="target")) == {"b.json"}
    edited = edited.find("b").set_attr("k:9", 1)
    assert _written(ngc.save_tree(edited, to="stub")) == {"a.json"}
    assert "k:8" not in ngc.open(ROOT, store=store).find("b").attributes
    assert "k:9" not in ngc.open("memory://lab/b.json", store=store).attributes


def test_a_root_can_be_replaced_and_saved_again_and_again() -> None:
    store = _store()
    root = ngc.open("memory://lab/d.json", store=store)
    for name in ("one", "two", "three"):
        root = root.replace(ngc.new_node("collection", id=name))
        assert _written(ngc.save(root)) == {"d.json"}
        assert ngc.open("memory://lab/d.json", store=store).id == name


def test_a_document_that_need_not_be_written_is_no_conflict() -> None:
    store = _store()
    edited = _view(store).find("inner").rename("Mine")
    ngc.save_tree(edited)
    ngc.save(ngc.open("memory://lab/b.json", store=store).rename("Theirs"))
    saved = ngc.save_tree(edited.find("c").set_attr("k:3", "new"))
    assert _written(saved) == {"d.json"}
    with pytest.raises(ngc.ConflictError):
        ngc.save_tree(edited.find("inner").rename("Mine again"))


def test_a_save_of_one_document_leaves_the_others_to_the_next_save() -> None:
    store = _store()
    edited = _view(store).find("b").set_attrs({"k:0": "new", "k:2": "new"})
    assert _written(ngc.save(edited.find("inner"))) == {"b.json"}
    assert _written(ngc.save_tree(edited)) == {"a.json"}
    assert _said(_view(store)) == _said(edited)


@pytest.mark.parametrize("seed", range(60))
def test_whatever_versions_are_saved_in_whatever_order_the_documents_say_the_last(
    seed: int,
) -> None:
    choose = random.Random(seed)
    store = _store()
    versions = [_view(store)]
    for _ in range(8):
        tree = choose.choice(versions)
        node = tree.find(choose.choice("abc") if choose.random() < 0.8 else "inner")
        keys = [f"k:{n}" for n in range(5)]
        if choose.random() < 0.3:
            edited = node.drop_attrs(choose.choice(keys))
        elif choose.random() < 0.2:
            edited = node.rename(choose.choice(["A", "B", None]))
        elif choose.random() < 0.3:
            edited = tree.find("inner").move(tree.find(choose.choice("abc")))
        else:
            edited = node.set_attr(choose.choice(keys), choose.randrange(4))
        versions.append(edited)
        saved = choose.choice(versions)
        try:
            ngc.save_tree(saved, to=choose.choice(["auto", "auto", "stub", "target"]))
        except ngc.InvalidEditError:  # What the target has cannot be dropped in the stub alone.
            ngc.save_tree(saved)
        assert _said(_view(store)) == _said(saved)
        assert ngc.save_tree(saved).written == ()


@pytest.mark.parametrize("to", ["stub", "target"])
def test_a_root_that_is_a_reference_itself_is_saved_and_brought_back(to: str) -> None:
    store = _store()
    before = {url: store.read(url) for url in store.urls()}
    view = ngc.open_inlined("memory://lab/c.json", store=store)
    edited = view.set_attrs({"k:1": "new", "k:9": "new"})
    written = {"stub": {"c.json"}, "target": {"c.json", "d.json"}}[to]
    assert _written(ngc.save_tree(edited, to=to)) == written
    assert dict(ngc.open_inlined("memory://lab/c.json", store=store).attributes) == dict(
        edited.attributes
    )
    ngc.save_tree(view)
    assert {url: store.read(url) for url in store.urls()} == before


@pytest.mark.parametrize("id", ["b", "inner"])
@pytest.mark.parametrize("again", [False, True])
def test_what_was_edited_before_it_left_the_tree_is_saved_when_it_is_back(
    id: str, again: bool
) -> None:
    store = _store()
    edited = _view(store).find(id).set_attr("k:9", 1).tree.root
    without = edited.find("b").remove()
    if again:  # Saved, edited once more, and removed.
        ngc.save_tree(edited)
        edited = edited.find(id).set_attr("k:9", 2).tree.root
        without = edited.find("b").remove()
    assert _written(ngc.save_tree(without)) == {"a.json"}
    assert _written(ngc.save_tree(edited)) == {"a.json", "b.json"}
    assert _said(_view(store)) == _said(edited)


def test_what_was_moved_from_a_document_is_in_it_again_where_it_was_not_moved() -> None:
    store = _store()
    view = _view(store)
    ngc.save_tree(view.find("inner").move(view.find("c")))
    ngc.save_tree(view.find("b").remove())  # In this version `inner` was never moved.
    found = [node.id for node in ngc.open("memory://lab/b.json", store=store).walk()]
    assert found == ["b", "inner"]
    assert "inner" not in [node.id for node in ngc.open("memory://lab/d.json", store=store).walk()]
    ngc.save_tree(view)
    assert _said(_view(store)) == _said(view)


def test_a_root_that_was_replaced_and_saved_in_part_is_taken_back() -> None:
    store = _store()
    view = ngc.open("memory://lab/b.json", store=store)
    other = view.replace(ngc.new_node("collection", id="b", attributes={"k:9": 1}))
    before = store.read("memory://lab/b.json")
    ngc.save_tree(view)
    ngc.save(other)
    assert store.read("memory://lab/b.json") != before
    assert _written(ngc.save_tree(view)) == {"b.json"}
    assert store.read("memory://lab/b.json") == before


@pytest.mark.parametrize("to", ["auto", "stub", "target"])
def test_what_was_read_goes_back_to_where_it_was_read(to: str) -> None:
    store = _store()
    before = store.read(ROOT)
    b = _view(store).find("b")
    changed = {"stub": b.set_attr("k:1", 2), "target": b.rename("other")}
    ngc.save_tree(changed.get(to, b.drop_attrs("k:1")), to=to)
    ngc.save_tree(b.set_attr("k:9", 1))
    assert store.read(ROOT) == before
    attributes = ngc.open("memory://lab/b.json", store=store).attributes
    assert dict(attributes) == {"k:1": "target", "k:2": "target", "k:9": 1}


def _twice() -> tuple[ngc.MemoryStore, ngc.Node]:
    """A document that is in the tree in two places."""
    stubs = [_stub(name, "./b.json", {}) for name in ("one", "two")]
    inner = {"type": "collection", "id": "inner", "nodes": []}
    documents = {ROOT: _document("a", {}, *stubs), "memory://lab/b.json": _document("b", {}, inner)}
    store = ngc.MemoryStore(documents)
    return store, _view(store)


def _edited(view: ngc.Node, place: int, value: int) -> ngc.Node:
    return view.tree.root.find_all(id="inner")[place].set_attr("k:9", value)


def test_edits_of_one_document_in_two_places_are_the_same_or_refused() -> None:
    store, view = _twice()
    both = _edited(_edited(view, 0, 1), 1, 1)
    ngc.save_tree(both)
    text = store.read("memory://lab/b.json")
    with pytest.raises(ngc.InvalidEditError, match="in several places"):
        ngc.save_tree(_edited(both, 1, 2))
    assert store.read("memory://lab/b.json") == text
    ngc.save_tree(_edited(_edited(both, 1, 2), 0, 2))
    assert b'"k:9":2' in store.read("memory://lab/b.json")


def test_versions_of_a_document_in_two_places_are_saved_in_any_order() -> None:
    store, view = _twice()
    before = store.read("memory://lab/b.json")
    one = _edited(view, 0, 1)
    both = _edited(one, 1, 1)
    for version in (both, view, one, both, one, view):
        ngc.save_tree(version)
        assert (store.read("memory://lab/b.json") == before) == (version is view)


class _Interrupted:
    """A store in which a write is interrupted, before or after it was made."""

    def __init__(self, store: ngc.MemoryStore, at: int, *, is_made: bool) -> None:
        self._store = store
        self._at = at
        self._is_made = is_made

    async def get(self, url: str, *, max_bytes: int | None = None) -> Any:
        return await self._store.get(url, max_bytes=max_bytes)

    async def stat(self, url: str) -> Any:
        return await self._store.stat(url)

    async def put(self, url: str, data: bytes, **conditions: Any) -> str:
        self._at -= 1
        if self._at or self._is_made:
            tag = await self._store.put(url, data, **conditions)
        if not self._at:
            raise KeyboardInterrupt
        return tag


@pytest.mark.parametrize("is_made", [False, True])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_after_an_interrupt_any_version_can_be_saved(at: int, is_made: bool) -> None:
    for is_taken_back in (False, True):
        store = _store()
        before = {url: store.read(url) for url in store.urls()}
        interrupted = _Interrupted(store, at, is_made=is_made)
        view = ngc.open_inlined(ROOT, store=interrupted)
        edited = view
        for name in ("a", "inner", "c"):
            node = edited if name == "a" else edited.find(name)
            edited = node.set_attr("k:9", 1).tree.root
        with pytest.raises(KeyboardInterrupt):
            ngc.save_tree(edited)
        if is_taken_back:
            ngc.save_tree(view)
            assert {url: store.read(url) for url in store.urls()} == before
            continue
        saved = ngc.save_tree(edited)
        assert len(saved.written) == 3 - (at if is_made else at - 1)
        assert _said(_view(store)) == _said(edited)


@pytest.mark.parametrize("save", [ngc.save, ngc.save_tree])
@pytest.mark.parametrize("read", [lambda store: ngc.open(ROOT, store=store), _view])
def test_a_root_that_was_replaced_gets_a_version_as_a_new_document_does(
    save: Any, read: Any
) -> None:
    store = _store()
    root = read(store)
    replaced = root.replace(ngc.new_node("collection", id="zz"))
    assert _written(save(replaced)) == {"a.json"}
    expected = ngc.create("memory://lab/new.json", replaced, store=store)
    assert store.read(ROOT).startswith(b'{"ome":{"type":"collection","version":"0.9","id":"zz"')
    assert ngc.open(ROOT, store=store).to_json() == expected.to_json()
    assert not ngc.validate(ROOT, store=store)
    assert _written(save(replaced)) == set()
    assert _written(save(replaced.rename("again"))) == {"a.json"}
    assert ngc.open(ROOT, store=store).to_json()["version"] == "0.9"


def test_a_root_that_has_no_version_is_saved_without_one() -> None:
    store = ngc.MemoryStore({ROOT: {"ome": {"type": "collection", "id": "a"}}})
    ngc.save(ngc.open(ROOT, store=store).rename("b"))
    assert b"version" not in store.read(ROOT)
