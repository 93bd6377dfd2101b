"""Moving and deleting documents loses nothing, and can be done again after a failure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections import MemoryStore, ReadOnly, RouterStore
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
