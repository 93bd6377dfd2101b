"""Moving and deleting documents loses nothing, and can be done again after a failure."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections import MemoryStore, ReadOnly, RouterStore, aio
from tests.resolve.graphs import contents

OLD, NEW, REFERRER = "memory://lab/old.json", "memory://lab/x/new.json", "memory://lab/all.json"
NODE = '"ome": {"type": "collection", "attributes": {"lab:a": 1}}'
STUB = '{"type": "collection", "path": {"type": "json", "path": "./old.json"}}'
ALL = f'"ome": {{"type": "collection", "nodes": [{STUB}]}}'


def _store(old: str = NODE, referrer: str = ALL) -> MemoryStore:
    return MemoryStore({OLD: f"{{{old}}}".encode(), REFERRER: f"{{{referrer}}}".encode()})


@pytest.mark.parametrize(
    ("old", "referrer", "place"),
    [
        (f'{NODE}, "keep": 1, "keep": 2', ALL, "/keep"),
        (NODE.replace("1}", '1, "lab:a": 2}'), ALL, "/ome/attributes/lab:a"),
        (NODE, f'{ALL}, "keep": 1, "keep": 2', "/keep"),
        (NODE, '"ome": {"type": "collection"}, "keep": 1, "keep": 2', "/keep"),
    ],
)
def test_a_document_with_a_key_twice_is_not_moved_nor_mended(
    old: str, referrer: str, place: str
) -> None:
    store = _store(old, referrer)
    before = contents(store)
    with pytest.raises(ngc.NotJsonError, match=place):
        ngc.relocate(OLD, NEW, documents=[REFERRER], store=store)
    assert contents(store) == before


def test_deleting_a_node_loses_nothing_of_what_stays() -> None:
    store = _store(f'{NODE}, "keep": 1, "keep": 2')
    before = contents(store)
    with pytest.raises(ngc.NotJsonError, match="/keep"):
        ngc.delete(OLD, store=store)
    assert contents(store) == before


def test_what_was_deleted_is_not_said_to_be_written() -> None:
    store = _store(f'{NODE}, "keep": 1')
    emptied = ngc.delete(OLD, store=store)
    assert (str(emptied), emptied.written, emptied.deleted) == (f"wrote {OLD}", (OLD,), ())
    gone = ngc.delete(REFERRER, store=store)
    assert (str(gone), gone.written, gone.deleted) == (f"deleted {REFERRER}", (), (REFERRER,))
    assert type(gone) is type(emptied)
    assert gone.to_json() == {"written": [], "skipped": [], "deleted": [REFERRER]}


def test_a_move_tells_what_was_written_and_what_is_no_more() -> None:
    saved = ngc.relocate(OLD, NEW, documents=[REFERRER], store=_store())
    assert (saved.written, saved.deleted) == ((NEW, REFERRER), (OLD,))
    assert str(saved) == f"wrote {NEW}\nwrote {REFERRER}\ndeleted {OLD}"


@pytest.mark.parametrize("protected", [OLD, REFERRER, "memory://lab/x"])
def test_nothing_is_written_where_a_part_of_a_move_would_be_refused(protected: str) -> None:
    inside = _store()
    before = contents(inside)
    store = RouterStore({protected: ReadOnly(inside)}, inside)
    with pytest.raises(ngc.ForbiddenError):
        ngc.relocate(OLD, NEW, documents=[REFERRER], store=store)
    assert contents(inside) == before


class _Failing(MemoryStore):
    """A store in which something goes wrong once."""

    fails = ""

    async def put(self, url: str, data: bytes, **conditions: Any) -> str:
        self._fail(url)
        return await super().put(url, data, **conditions)

    async def delete(self, url: str, *, if_match: str | None = None) -> None:
        self._fail(url)
        await super().delete(url, if_match=if_match)

    def _fail(self, url: str) -> None:
        if url == self.fails:
            self.fails = ""
            raise ngc.DocumentAccessError("has no room left", url)


@pytest.mark.parametrize("at", [REFERRER, OLD])
def test_a_move_that_failed_says_what_was_written_and_can_be_repeated(at: str) -> None:
    whole = _store()
    ngc.relocate(OLD, NEW, documents=[REFERRER], store=whole)
    store = _Failing(contents(_store()), latency=0)
    store.fails = at
    with pytest.raises(ngc.DocumentAccessError, match="no room") as failed:
        ngc.relocate(OLD, NEW, documents=[REFERRER], store=store)
    assert any(note.startswith(f"{NEW} was written") for note in failed.value.__notes__)
    ngc.relocate(OLD, NEW, documents=[REFERRER], store=store)
    assert contents(store) == contents(whole)


def test_another_document_where_it_is_to_go_is_left_alone() -> None:
    store = _store()
    ngc.create(NEW, ngc.new_node("collection", id="other"), store=store)
    before = contents(store)
    with pytest.raises(ngc.ConflictError, match="is there already"):
        ngc.relocate(OLD, NEW, documents=[REFERRER], store=store)
    assert contents(store) == before


@pytest.mark.parametrize("to", ["a.json", "./a.json", "x/../a.json", "%61.json"])
def test_a_document_is_not_moved_onto_itself(tmp_path: Path, to: str) -> None:
    text = f"{{{NODE}}}"
    old = tmp_path / "a.json"
    old.write_text(text)
    with pytest.raises(ngc.InvalidEditError, match="where it is to go already"):
        ngc.relocate(old, f"{tmp_path.as_uri()}/{to}")
    assert (old.read_text(), list(tmp_path.iterdir())) == (text, [old])
    store = _store()
    before = contents(store)
    with pytest.raises(ngc.InvalidEditError, match="where it is to go already"):
        ngc.relocate(OLD, OLD.replace("old", "x/../old"), documents=[REFERRER], store=store)
    assert contents(store) == before


@pytest.mark.parametrize("link", ["folder/a.json", "symbolic.json", "hard.json"])
@pytest.mark.parametrize("is_back", [False, True])
def test_a_document_is_not_moved_to_another_name_of_its_file(
    tmp_path: Path, link: str, is_back: bool
) -> None:
    names = [tmp_path / "d" / "a.json", tmp_path / link]
    names[0].parent.mkdir()
    names[0].write_text(f"{{{NODE}}}")
    (tmp_path / "folder").symlink_to(names[0].parent)
    (tmp_path / "symbolic.json").symlink_to(names[0])
    (tmp_path / "hard.json").hardlink_to(names[0])
    old, new = reversed(names) if is_back else names
    is_link = old.is_symlink()
    refused = ngc.ForbiddenError if is_link else ngc.InvalidEditError
    words = "symbolic link" if is_link else "one file under two names"
    with pytest.raises(refused, match=words):
        ngc.relocate(old, new)
    assert [name.read_text() for name in names] == [f"{{{NODE}}}"] * 2


@pytest.mark.parametrize("more", ["", ', "mine": {}'])
def test_what_is_a_link_is_neither_moved_nor_deleted(tmp_path: Path, more: str) -> None:
    """The file behind it may be used by its own name."""
    real, link = tmp_path / "archive" / "real.json", tmp_path / "link.json"
    real.parent.mkdir()
    real.write_text(f"{{{NODE}{more}}}")
    link.symlink_to("archive/real.json")
    referring = tmp_path / "all.json"
    stub = {"type": "collection", "id": "r", "path": {"type": "json", "path": "./link.json"}}
    referring.write_text(json.dumps({"ome": {"type": "collection", "id": "all", "nodes": [stub]}}))
    before = {path: path.read_text() for path in (real, link, referring)}
    stores = [None, ngc.CachedStore(ngc.LocalStore()), ngc.RouterStore({"file:": ngc.LocalStore()})]
    for store in stores:
        with pytest.raises(ngc.ForbiddenError, match=r"symbolic link to .*archive/real\.json"):
            ngc.delete(link, store=store)
        with pytest.raises(ngc.ForbiddenError, match=r"symbolic link to .*archive/real\.json"):
            ngc.relocate(link, tmp_path / "new" / "m.json", documents=[referring], store=store)
    assert {path: path.read_text() for path in before} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.json", "archive", "link.json"]
    ngc.delete(real)
    assert real.exists() is bool(more)


def test_links_that_were_not_looked_at_are_on_the_report() -> None:
    stub = json.loads(STUB)
    store = MemoryStore({REFERRER: {"ome": {"type": "collection", "nodes": [stub]}}})
    report = ngc.check_links(REFERRER, depth=0, store=store)
    assert [(one.kind, one.target) for one in report.unfollowed] == [("depth", OLD)]
    assert report.failures == ()
    assert [one.kind for one in ngc.check_links(REFERRER, store=store).failures] == ["missing"]


A, B = "memory://lab/a.json", "memory://lab/b.json"


def _node(id_: Any, *nodes: Any, source: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    """A collection, and what its labels were made of."""
    made = {"type": "collection", "nodes": [*nodes], **more}
    if id_ is not None:
        made["id"] = id_
    return made if source is None else {**made, "attributes": {"labels": {"source": source}}}


def _to(id_: str, name: str | None = None) -> dict[str, Any]:
    """A Reference, with a path to a document of the lab."""
    path = {} if name is None else {"path": {"type": "json", "path": f"./{name}"}}
    return {"id": id_, **path}


def _lab(**documents: dict[str, Any]) -> MemoryStore:
    return MemoryStore({f"memory://lab/{k}.json": {"ome": v} for k, v in documents.items()})


def _source(store: MemoryStore, url: str, id_: str) -> Any:
    node = ngc.open(url, store=store).find(id_)
    assert node is not None
    return node.get_attr("labels")["source"]


def _dangling(store: MemoryStore) -> list[tuple[str, str]]:
    report = ngc.check_links(*store.urls(), store=store)
    return [(one.document, one.pointer) for one in report.failures]


def test_references_that_name_their_own_document_lead_where_they_led_after_externalizing() -> None:
    outer, inner = _to("outer", "a.json"), _to("inner", "a.json")
    part = _node("part", _node("inner"), _node("in", source=[outer, inner, _to("part", "a.json")]))
    store = _lab(
        a=_node("a", part, _node("outer"), _node("out", source=[outer, inner, _to("part")]))
    )
    assert _dangling(store) == []
    root = ngc.open(A, store=store)
    ngc.save(ngc.externalize(root.find("part"), B))
    assert _dangling(store) == []
    assert _source(store, B, "in") == (outer, _to("inner"), _to("part"))
    assert _source(store, A, "out") == (outer, _to("inner", "b.json"), _to("part"))


def test_references_that_name_their_own_document_lead_where_they_led_after_embedding() -> None:
    stub = {"type": "collection", "id": "part", "path": {"type": "json", "path": "./b.json"}}
    labels = _node("in", source=[_to("inner", "b.json"), _to("outer", "a.json")])
    out = [_to("outer", "a.json"), _to("inner", "b.json"), _to("b", "b.json")]
    store = _lab(
        a=_node("a", stub, _node("outer"), _node("out", source=out)),
        b=_node("b", _node("inner"), labels),
    )
    assert _dangling(store) == []
    ngc.save(ngc.embed(ngc.open(A, store=store).find("part")))
    ngc.delete(B, store=store)
    assert _dangling(store) == []
    assert _source(store, A, "in") == (_to("inner"), _to("outer"))
    assert _source(store, A, "out") == (_to("outer", "a.json"), _to("inner"), _to("part"))


@pytest.mark.parametrize("moved", ["inner", "labels", "part"])
def test_references_that_name_their_own_document_lead_where_they_led_after_moves(
    moved: str,
) -> None:
    stub = {"type": "collection", "id": "b", "path": {"type": "json", "path": "./b.json"}}
    labels = _node("labels", source=[_to("inner", "a.json"), _to("a", "a.json")])
    store = _lab(
        a=_node("a", _node("part", _node("inner"), labels), stub, source=[_to("inner", "a.json")]),
        b=_node("b"),
    )
    assert _dangling(store) == []
    view = ngc.open_inlined(A, store=store)
    ngc.save_tree(view.find(moved).move(view.find("b")))
    assert _dangling(store) == []
    for node in ngc.open_inlined(A, store=store).walk(has="labels"):
        (reference, *_) = node.get_attr("labels")["source"]
        assert ngc.follow(node, reference).id == "inner"


KK = {"coordinateSystems": [{"id": "um", "axes": []}]}


def _shared() -> MemoryStore:
    """b.json, of which `k` is to become a document, and others that refer to what is in it."""
    everything = [_to(id_, "b.json") for id_ in IDS_OF_B]
    part = _node("k", _node("kk"), attributes=KK)
    return _lab(
        a=_node("a", _node("in a", source=everything), lab=1),
        b=_node("b", part, _node("stays")),
        c=_node("c", source=[_to("k", "b.json")]),
        d=_node("d", {"type": "collection", "id": "x", "path": _to("", "b.json")["path"]}),
    )


K = "memory://lab/deep/k.json"
OTHERS = [f"memory://lab/{name}.json" for name in "acd"]


IDS_OF_B = ("b", "k", "kk", "um", "stays")


def _mended(name: str) -> list[Any]:
    return [_to(id_, name if id_ in ("kk", "um") else "b.json") for id_ in IDS_OF_B]


def test_references_of_other_documents_are_mended_with_externalize() -> None:
    store = _shared()
    assert _dangling(store) == []
    texts = contents(store)
    node = ngc.open(B, store=store).find("k")
    root = ngc.externalize(node, K, documents=[B, *OTHERS, A])
    # Whether the tree is saved now or never, no Reference leads nowhere.
    assert _dangling(store) == []
    assert [url for url in store.urls() if contents(store)[url] != texts.get(url)] == [A, K]
    assert list(_source(store, A, "in a")) == _mended("deep/k.json")
    assert ngc.save(root).written == (B,)
    assert _dangling(store) == []
    assert ngc.open_inlined(OTHERS[2], store=store).report.failures == ()


def test_documents_are_mended_by_those_who_await_and_by_a_resolver() -> None:
    stores = [_shared() for _ in range(4)]
    node, *nodes = [ngc.open(B, store=store).find("k") for store in stores]
    ngc.externalize(node, K, documents=OTHERS)
    asyncio.run(aio.externalize(nodes[0], K, documents=OTHERS))
    ngc.Resolver(stores[2]).externalize(nodes[1], K, documents=OTHERS)
    asyncio.run(aio.Resolver(stores[3]).externalize(nodes[2], K, documents=OTHERS))
    assert all(contents(store) == contents(stores[0]) for store in stores)


def test_references_of_documents_that_are_not_named_are_found_by_check_links() -> None:
    store = _shared()
    ngc.save(ngc.externalize(ngc.open(B, store=store).find("k"), K))
    base = "/ome/nodes/0/attributes/labels/source"
    assert _dangling(store) == [(A, f"{base}/2"), (A, f"{base}/3")]


@pytest.mark.parametrize("protected", [A, B, "memory://lab/deep"])
def test_nothing_is_written_where_a_part_of_externalizing_would_be_refused(protected: str) -> None:
    inside = _shared()
    before = contents(inside)
    store = RouterStore({protected: ReadOnly(inside)}, inside)
    node = ngc.open(B, store=store).find("k")
    with pytest.raises(ngc.ForbiddenError):
        ngc.externalize(node, K, documents=OTHERS, store=store)
    assert contents(inside) == before


@pytest.mark.parametrize("url", [A, B])
def test_nothing_is_written_if_a_document_is_not_what_it_was_when_externalizing(url: str) -> None:
    store = _shared()
    node = ngc.open(B, store=store).find("k")
    if url == B:
        ngc.save(ngc.open(B, store=store).rename("of somebody else"))
    else:
        ngc.delete(url, store=store)
    before = contents(store)
    with pytest.raises(ngc.DocumentError) as refused:
        ngc.externalize(node, K, documents=OTHERS)
    assert refused.value.document == url
    assert isinstance(refused.value, ngc.ConflictError if url == B else ngc.DocumentNotFoundError)
    assert contents(store) == before


def test_externalizing_that_failed_says_what_was_written_and_can_be_repeated() -> None:
    whole = _shared()
    ngc.save(ngc.externalize(ngc.open(B, store=whole).find("k"), K, documents=OTHERS))
    store = _Failing(contents(_shared()), latency=0)
    store.fails = A
    node = ngc.open(B, store=store).find("k")
    with pytest.raises(ngc.DocumentAccessError, match="no room") as failed:
        ngc.externalize(node, K, documents=OTHERS)
    assert any(note.startswith(f"{K} was written") for note in failed.value.__notes__)
    assert _dangling(store) == []
    ngc.save(ngc.externalize(node, K, documents=OTHERS))
    assert contents(store) == contents(whole)


def test_another_document_where_the_part_is_to_go_is_left_alone() -> None:
    store = _shared()
    ngc.create(K, ngc.new_node("collection", id="other"), store=store)
    before = contents(store)
    with pytest.raises(ngc.ConflictError, match="is there already"):
        ngc.externalize(ngc.open(B, store=store).find("k"), K, documents=OTHERS)
    assert contents(store) == before


def test_one_location_is_not_taken_for_several() -> None:
    store = _shared()
    node = ngc.open(B, store=store).find("k")
    for call in (
        lambda: ngc.externalize(node, K, documents=A),
        lambda: ngc.relocate(B, K, documents=Path(A), store=store),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError, match="several locations"):
            call()


@pytest.mark.parametrize("id_", [["q"], {}, 5, None, True])
@pytest.mark.parametrize("has_id", [True, False])
def test_a_document_whose_root_has_no_right_id_is_embedded(id_: Any, has_id: bool) -> None:
    stub = {"type": "collection", "path": _to("", "b.json")["path"]}
    stub = {"id": "b", **stub} if has_id else stub
    target = {**_node(None, _node("in", source=[_to("in")])), "id": id_}
    store = _lab(a=_node("a", stub, source=[_to("in", "b.json")]), b=target)
    root = ngc.open(A, store=store)
    ngc.save(ngc.embed(next(root.children())))
    (part,) = ngc.open(A, store=store).to_json()["nodes"]
    assert part["id"] == ("b" if has_id else id_)
    assert _source(store, A, "a") == (_to("in"),)


def test_documents_whose_root_looks_like_a_path_do_not_stop_a_move() -> None:
    there = {"type": "json", "path": "./a.json"}
    odd = {**there, "id": "b", "attributes": {"source": [{"id": "x", "path": there}]}}
    store = _lab(a=odd, b=odd)
    assert ngc.relocate(A, K, documents=[B], store=store).written == (K, B)
    moved = [json.loads(store.read(url))["ome"]["attributes"]["source"][0] for url in (K, B)]
    paths = [{"type": "json", "path": path} for path in ("./k.json", "./deep/k.json")]
    assert moved == [{"id": "x", "path": path} for path in paths]


@pytest.mark.parametrize("id_", [None, 5, True, ["None"]])
def test_a_part_without_a_right_id_takes_along_what_has_the_same_text_as_its_id(id_: Any) -> None:
    part = {**_node(None, _node("None"), _node(str(id_))), "id": id_}
    if id_ is None:
        part = _node(None, _node("None"))
    store = _lab(a=_node("a", part, source=[_to("None"), _to(str(id_))]))
    ngc.save(ngc.externalize(next(ngc.open(A, store=store).children()), B))
    assert _source(store, A, "a") == (_to("None", "b.json"), _to(str(id_), "b.json"))


@pytest.mark.parametrize("also", [{}, {"zarr_format": 3, "node_type": "group"}])
def test_of_two_nodes_in_one_file_none_is_left_after_deleting(also: dict[str, Any]) -> None:
    group = {**also, "attributes": {"ome": _node("one"), "keep": 1}, "ome": _node("other"), "k": 2}
    url = "memory://lab/zarr.json"
    store = MemoryStore({url: group})
    assert ngc.open(url, store=store).id == "one"
    assert ngc.delete(url, store=store).written == (url,)
    assert json.loads(store.read(url)) == {**also, "attributes": {"keep": 1}, "k": 2}
    with pytest.raises(ngc.NotOmeError):
        ngc.open(url, store=store)


def test_what_is_no_node_stays_after_deleting() -> None:
    url = "memory://lab/zarr.json"
    store = MemoryStore({url: {"attributes": {"ome": _node("one")}, "ome": "of somebody"}})
    ngc.delete(url, store=store)
    assert json.loads(store.read(url)) == {"attributes": {}, "ome": "of somebody"}
