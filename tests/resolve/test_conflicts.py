"""Nobody's work is lost: what a save finds out before the first byte, and after a failure."""

from __future__ import annotations

import asyncio
import contextlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import pytest

import ngio_collections as ngc
from ngio_collections import LocalStore, MemoryStore, Node, ReadOnly, RouterStore, aio
from ngio_collections.errors import DocumentAccessError
from ngio_collections.store import Blob, Stat
from tests.resolve.graphs import contents

ENTRY: Final = "memory://lab/all.json"
PARTS: Final = tuple(f"memory://lab/p{n}/zarr.json" for n in range(4))


def _documents() -> dict[str, Any]:
    stubs = [
        {"type": "collection", "path": {"type": "zarr", "path": f"./p{n}"}}
        for n in range(len(PARTS))
    ]
    part = {"zarr_format": 3, "attributes": {"ome": {"type": "collection", "nodes": []}}}
    return {
        ENTRY: {"ome": {"type": "collection", "nodes": stubs}},
        **{url: {**part, "number": n} for n, url in enumerate(PARTS)},
    }


def _edited_everywhere(root: Node) -> Node:
    with root.edit() as transaction:
        for node in root.walk():
            transaction[node].set_attr("lab:mine", 1)
    return transaction.result


def _somebody_changes(store: MemoryStore, url: str) -> None:
    ngc.save(ngc.open(url, store=store).set_attr("lab:theirs", 1), store=store)


@pytest.mark.parametrize("changed", [ENTRY, *PARTS])
def test_a_change_of_somebody_else_is_found_before_the_first_byte_is_written(
    changed: str,
) -> None:
    store = MemoryStore(_documents())
    root = _edited_everywhere(ngc.open_inlined(ENTRY, store=store))
    _somebody_changes(store, changed)
    before = contents(store)
    with pytest.raises(ngc.ConflictError) as refused:
        ngc.save_tree(root, store=store)
    assert refused.value.document == changed
    assert contents(store) == before


def test_a_document_that_is_gone_is_a_conflict() -> None:
    store = MemoryStore(_documents())
    root = _edited_everywhere(ngc.open_inlined(ENTRY, store=store))
    ngc.delete(PARTS[2], store=store)
    before = contents(store)
    with pytest.raises(ngc.DocumentError) as refused:
        ngc.save_tree(root, store=store)
    assert refused.value.document == PARTS[2]
    assert contents(store) == before


def test_changes_of_somebody_else_in_documents_that_are_not_written_do_not_matter() -> None:
    store = MemoryStore(_documents())
    root = ngc.open_inlined(ENTRY, store=store)
    _somebody_changes(store, ENTRY)
    _somebody_changes(store, PARTS[1])
    part = next(root.children())
    assert ngc.save_tree(part.set_attr("lab:mine", 1), store=store).written == (PARTS[0],)


@pytest.mark.parametrize("which", ["same", "other"])
def test_of_two_trees_that_were_opened_the_second_save_of_a_document_is_refused(
    which: str,
) -> None:
    store = MemoryStore(_documents())
    one, two = (ngc.open_inlined(ENTRY, store=store) for _ in range(2))
    ngc.save_tree(next(one.children()).set_attr("lab:one", 1), store=store)
    nodes = list(two.children())
    edited = nodes[0 if which == "same" else 1].set_attr("lab:two", 1)
    if which == "other":
        assert ngc.save_tree(edited, store=store).written == (PARTS[1],)
        return
    with pytest.raises(ngc.ConflictError):
        ngc.save_tree(edited, store=store)
    assert "lab:one" in store.read(PARTS[0]).decode()


@pytest.mark.skipif(
    not hasattr(RouterStore, "check_write"), reason="stores cannot be asked before a write"
)
def test_a_store_that_cannot_be_written_to_is_found_before_the_first_byte_is_written() -> None:
    writable, fixed = MemoryStore(_documents()), MemoryStore(_documents())
    store = RouterStore({"memory://lab/p2": ReadOnly(fixed)}, default=writable)
    root = _edited_everywhere(ngc.open_inlined(ENTRY, store=store))
    before = contents(writable)
    with pytest.raises(ngc.ForbiddenError) as refused:
        ngc.save_tree(root, store=store)
    assert refused.value.document == PARTS[2]
    assert contents(writable) == before
    assert ("put", PARTS[3]) not in writable.log


def test_a_store_without_writes_is_refused_with_the_address() -> None:
    store = ReadOnly(MemoryStore(_documents()))
    root = _edited_everywhere(ngc.open_inlined(ENTRY, store=store))
    with pytest.raises(ngc.ForbiddenError, match="memory://lab"):
        ngc.save_tree(root, store=store)


class _FullDisk:
    """A store that fails at some of its writes."""

    def __init__(self, store: MemoryStore, allowed: int) -> None:
        self.store = store
        self.allowed = allowed

    async def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
        return await self.store.get(url, max_bytes=max_bytes)

    async def stat(self, url: str) -> Stat:
        return await self.store.stat(url)

    async def put(
        self, url: str, data: bytes, *, if_match: str | None = None, if_absent: bool = False
    ) -> str:
        self.allowed -= 1
        if self.allowed < 0:
            raise OSError(28, "No space left on device")
        return await self.store.put(url, data, if_match=if_match, if_absent=if_absent)

    async def delete(self, url: str, *, if_match: str | None = None) -> None:
        await self.store.delete(url, if_match=if_match)


@pytest.mark.parametrize("allowed", range(len(PARTS) + 1))
def test_a_write_that_fails_leaves_the_rest_and_a_second_save_writes_what_is_left(
    allowed: int,
) -> None:
    inside = MemoryStore(_documents())
    store = _FullDisk(inside, allowed)
    root = _edited_everywhere(ngc.open_inlined(ENTRY, store=store))
    before = contents(inside)
    with pytest.raises(DocumentAccessError, match="No space left") as refused:
        ngc.save_tree(root, store=store)
    written = [url for url, data in contents(inside).items() if data != before[url]]
    assert len(written) == allowed
    assert refused.value.document not in written
    notes = "\n".join(getattr(refused.value, "__notes__", []))
    assert all(url in notes for url in written)
    assert (ENTRY in written) is False  # The innermost come first.
    store.allowed = 100
    second = ngc.save_tree(root, store=store)
    assert set(second.written) == {ENTRY, *PARTS} - set(written)
    nodes = list(ngc.open_inlined(ENTRY, store=inside).walk())
    assert [node.get_attr("lab:mine") for node in nodes] == [1] * (len(PARTS) + 1)
    for number, url in enumerate(PARTS):
        assert json.loads(inside.read(url))["number"] == number


def test_a_tree_can_go_on_after_a_write_that_failed() -> None:
    inside = MemoryStore(_documents())
    store = _FullDisk(inside, 2)
    root = _edited_everywhere(ngc.open_inlined(ENTRY, store=store))
    with pytest.raises(DocumentAccessError):
        ngc.save_tree(root, store=store)
    store.allowed = 100
    with root.edit() as transaction:
        for node in root.walk():
            transaction[node].set_attr("lab:more", 2)
    assert set(ngc.save_tree(transaction.result, store=store).written) == {ENTRY, *PARTS}
    again = ngc.open_inlined(ENTRY, store=inside)
    assert again.to_json() == transaction.result.to_json()


class _Late(_FullDisk):
    """A store whose first writes fail, and are made all the same: before the next one."""

    def __init__(self, store: MemoryStore, late: int) -> None:
        super().__init__(store, late)
        self.under_way: list[tuple[str, bytes, str | None]] = []

    async def put(
        self, url: str, data: bytes, *, if_match: str | None = None, if_absent: bool = False
    ) -> str:
        self.allowed -= 1
        if self.allowed >= 0:
            self.under_way.append((url, data, if_match))
            raise TimeoutError("no answer")
        while self.under_way:
            late, what, tag = self.under_way.pop()
            with contextlib.suppress(ngc.ConflictError):
                await self.store.put(late, what, if_match=tag)
        return await self.store.put(url, data, if_match=if_match, if_absent=if_absent)


@pytest.mark.parametrize("names", ["aaa", "aba", "abb", "aabb", "abab", "abcd"])
def test_a_write_of_ours_that_comes_late_is_no_change_of_somebody_else(names: str) -> None:
    """All but the last two saves get no answer; their writes are made before that of the next."""
    inside = MemoryStore(_documents())
    root = ngc.open(ENTRY, store=_Late(inside, len(names) - 2))
    versions = {name: root.rename(name) for name in names}
    for name in names[:-2]:
        with pytest.raises(DocumentAccessError, match="no answer"):
            ngc.save(versions[name])
    with pytest.raises(ngc.ConflictError):
        ngc.save(versions[names[-2]])
    ngc.save(versions[names[-1]])
    assert ngc.open(ENTRY, store=inside).name == names[-1]
    _somebody_changes(inside, ENTRY)
    with pytest.raises(ngc.ConflictError):
        ngc.save(root.rename("once more"))


def test_what_somebody_else_writes_meanwhile_is_a_conflict_as_long_as_it_is_there() -> None:
    inside = MemoryStore(_documents())
    store = _Late(inside, 1)
    root = ngc.open(ENTRY, store=store)
    with pytest.raises(DocumentAccessError, match="no answer"):
        ngc.save(root.rename("mine"))
    store.under_way.clear()
    _somebody_changes(inside, ENTRY)
    for _ in range(2):
        with pytest.raises(ngc.ConflictError, match="by somebody else"):
            ngc.save(root.rename("mine"))


def test_files_that_did_not_change_are_not_touched(tmp_path: Path) -> None:
    places = {tmp_path / url.removeprefix("memory://lab/"): url for url in (ENTRY, *PARTS)}
    for place, url in places.items():
        place.parent.mkdir(exist_ok=True)
        place.write_text(json.dumps(_documents()[url], indent=4))
    before = {place: place.stat() for place in places}
    root = ngc.open_inlined(tmp_path / "all.json", store=LocalStore(tmp_path))
    part = list(root.children())[1]
    saved = ngc.save_tree(part.set_attr("lab:mine", 1))
    assert saved.written == ((tmp_path / "p1" / "zarr.json").as_uri(),)
    for place, was in before.items():
        now = place.stat()
        is_same = (was.st_ino, was.st_mtime_ns, was.st_size) == (
            now.st_ino,
            now.st_mtime_ns,
            now.st_size,
        )
        assert is_same is (place.parent.name != "p1")
    assert "\n    " in (tmp_path / "p1" / "zarr.json").read_text()
    assert sorted(tmp_path.rglob("*.*")) == sorted(places)


def test_one_file_under_two_names_is_found_before_the_first_byte(tmp_path: Path) -> None:
    for name, nodes in (("a", []), ("p", ["a", "link"])):
        stubs = [
            {"type": "collection", "id": one, "path": {"type": "json", "path": f"./{one}.json"}}
            for one in nodes
        ]
        node = {"type": "collection", "id": name, "nodes": stubs}
        (tmp_path / f"{name}.json").write_text(json.dumps({"ome": node}))
    (tmp_path / "link.json").symlink_to("a.json")
    before = (tmp_path / "a.json").read_bytes()
    view = ngc.open_inlined(tmp_path / "p.json")
    with view.edit() as tx:
        for node in view.children():
            tx[node].set_attr("lab:k", 1)
    with pytest.raises(ngc.InvalidEditError, match="one file under two names"):
        ngc.save_tree(tx.result)
    assert (tmp_path / "a.json").read_bytes() == before
    only = view.find("link").set_attr("lab:k", 1)  # type: ignore[union-attr]
    assert len(ngc.save_tree(only).written) == 1
    # Documents of the same content are not one file.
    same = {url: {**_documents()[url], "number": 0} for url in PARTS}
    root = ngc.open_inlined(ENTRY, store=MemoryStore({**_documents(), **same}))
    assert set(ngc.save_tree(_edited_everywhere(root)).written) >= set(PARTS)


def test_a_refusal_names_no_class_that_is_none_of_the_public_ones(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("p.json", '{"ome": {"type": "collection"}}')
    store = ngc.ZipStore(tmp_path / "a.zip")
    root = ngc.open(f"{store.url}/p.json", store=store)
    with store, pytest.raises(ngc.ForbiddenError, match=r"cannot be written to$"):
        ngc.save(root.rename("new"))


def test_two_saves_of_versions_of_one_tree_at_once_are_told_apart() -> None:
    store = MemoryStore(_documents(), latency=0.01)

    async def both() -> tuple[Node, list[Any]]:
        root = await aio.open_inlined(ENTRY, store=store)
        first, second, *_ = root.children()
        versions = [first.set_attr("lab:x", 1), second.set_attr("lab:x", 2)]
        ended = await asyncio.gather(*map(aio.save_tree, versions), return_exceptions=True)
        return versions[1], ended

    later, (saved, refused) = asyncio.run(both())
    assert saved.written == (PARTS[0],)
    assert isinstance(refused, ngc.ConflictError)
    assert "save again" in str(refused)
    # Saved again, the documents say what that version says.
    ngc.save_tree(later)
    now = list(ngc.open_inlined(ENTRY, store=store).children())
    assert [node.get_attr("lab:x", None) for node in now] == [None, 2, None, None]


def test_saves_in_several_threads_leave_what_one_of_them_says() -> None:
    store = MemoryStore(_documents())
    root = ngc.open_inlined(ENTRY, store=store)
    versions = [node.set_attr("lab:x", number) for number, node in enumerate(root.children())]

    def save(version: Node) -> bool:
        try:
            ngc.save_tree(version)
        except ngc.ConflictError:
            return False
        return True

    with ThreadPoolExecutor(len(versions)) as pool:
        assert any(pool.map(save, versions * 20))
    for version in versions:
        ngc.save_tree(version)
        now = ngc.open_inlined(ENTRY, store=store)
        assert now.to_json() == version.to_json()


def test_after_a_save_that_failed_the_tree_can_be_saved_again() -> None:
    store = MemoryStore(_documents())
    root = next(ngc.open_inlined(ENTRY, store=store).children()).set_attr("lab:x", 1)
    with pytest.raises(ngc.ForbiddenError):
        ngc.save_tree(root, store=ReadOnly(store))
    assert ngc.save_tree(root).written == (PARTS[0],)
