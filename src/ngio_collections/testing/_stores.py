"""What every store does."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import pytest

from ngio_collections.errors import (
    ConflictError,
    DocumentError,
    DocumentNotFoundError,
    LimitExceededError,
)
from ngio_collections.store import (
    Blob,
    BlockingReads,
    BlockingWrites,
    ReadableStore,
    Stat,
    SupportsBlocking,
    WritableStore,
)

__all__ = ["ReadableStoreTests", "StoreTests"]

P = ParamSpec("P")
T = TypeVar("T")
Self = TypeVar("Self")

CONTENTS: Final = {
    "empty": b"",
    "json": b'{"ome": {}}',
    "line-ends": b"a\r\nb\nc\r",
    "not-utf-8": b"\xff\xfe\x00\xc3\x28",
    "one-megabyte": bytes(range(256)) * 4096,
}
NAMES: Final = (
    "with%20space.json",
    "%C3%BCml%C3%A4ut-%E4%BD%A0%E5%A5%BD.json",
    "hash%23mark.json",
    "question%3Fmark.json",
    "percent%2520sign.json",
    "plus+and&.json",
    "semi;colon,comma='.json",
    "a" * 200 + ".json",
    ".hidden.json",
    "no-extension",
    "deep/deeper/and/deeper/zarr.json",
)
_AT_ONCE: Final = 8


def in_event_loop(
    test: Callable[Concatenate[Self, P], Coroutine[Any, Any, None]],
) -> Callable[Concatenate[Self, P], None]:
    """Make a test of a coroutine; all of it runs in one event loop."""

    @functools.wraps(test)
    def run(self: Self, /, *args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(self, *args, **kwargs))

    return run


class ReadableStoreTests:
    """The tests of a store that can only be read.

    A subclass, whose name begins with `Test`, says how to make one that holds given documents,
    and which URLs it has. Everything that is optional is found out from the store itself.
    """

    def make_store_with(self, documents: Mapping[str, bytes]) -> ReadableStore:
        """Make a store that holds these documents, by URL, and no others.

        Args:
            documents: URLs, as `url` made them, and contents.
        """
        raise NotImplementedError(f"{type(self).__name__} has to define make_store_with(documents)")

    def url(self, name: str) -> str:
        """The URL of a document in the store.

        Args:
            name: Its relative URL: percent-encoded, with `/` between folders.
        """
        raise NotImplementedError(f"{type(self).__name__} has to define url(name)")

    async def _store_with(self, documents: Mapping[str, bytes]) -> ReadableStore:
        return self.make_store_with({self.url(name): data for name, data in documents.items()})

    @pytest.mark.parametrize("content", CONTENTS)
    @in_event_loop
    async def test_content_comes_back_byte_for_byte(self, content: str) -> None:
        data = CONTENTS[content]
        store = await self._store_with({"a.json": data})
        blob = await store.get(self.url("a.json"))
        assert isinstance(blob, Blob)
        assert type(blob.data) is bytes
        assert blob.data == data

    @pytest.mark.parametrize("content", CONTENTS)
    @in_event_loop
    async def test_stat_says_what_get_says(self, content: str) -> None:
        data = CONTENTS[content]
        store = await self._store_with({"a.json": data})
        blob = await store.get(self.url("a.json"))
        assert await store.stat(self.url("a.json")) == Stat(len(data), blob.tag)

    @in_event_loop
    async def test_a_tag_stays_while_nothing_is_written(self) -> None:
        store = await self._store_with({"a.json": b"{}"})
        tags = {(await store.get(self.url("a.json"))).tag for _ in range(3)}
        tags |= {(await store.stat(self.url("a.json"))).tag for _ in range(3)}
        assert len(tags) == 1
        assert all(isinstance(tag, str) for tag in tags)
        assert all(tags)

    @in_event_loop
    async def test_documents_of_one_store_are_told_apart(self) -> None:
        documents = {name: name.encode() for name in ("a", "a.json", "a.jso", "b/a.json", "b/a")}
        store = await self._store_with(documents)
        for name, data in documents.items():
            assert (await store.get(self.url(name))).data == data

    @pytest.mark.parametrize("name", NAMES)
    @in_event_loop
    async def test_unusual_names_are_names(self, name: str) -> None:
        store = await self._store_with({name: name.encode(), "other.json": b"other"})
        assert (await store.get(self.url(name))).data == name.encode()
        assert (await store.stat(self.url(name))).size == len(name)

    @pytest.mark.parametrize("name", ["missing.json", "no/such/folder/missing.json", "a.json/b"])
    @in_event_loop
    async def test_a_document_that_is_missing_is_an_error_with_its_url(self, name: str) -> None:
        store = await self._store_with({"a.json": b"{}"})
        for read in (store.get, store.stat):
            with pytest.raises(DocumentNotFoundError) as refused:
                await read(self.url(name))
            assert refused.value.document == self.url(name)

    @in_event_loop
    async def test_a_document_as_large_as_the_limit_is_read(self) -> None:
        store = await self._store_with({"a.json": b"x" * 1000, "empty.json": b""})
        assert (await store.get(self.url("a.json"), max_bytes=1000)).data == b"x" * 1000
        assert (await store.get(self.url("empty.json"), max_bytes=0)).data == b""

    @pytest.mark.parametrize("limit", [0, 1, 999])
    @in_event_loop
    async def test_a_document_beyond_the_limit_is_refused(self, limit: int) -> None:
        store = await self._store_with({"a.json": b"x" * 1000})
        with pytest.raises(LimitExceededError) as refused:
            await store.get(self.url("a.json"), max_bytes=limit)
        assert refused.value.document == self.url("a.json")
        assert (await store.get(self.url("a.json"))).data == b"x" * 1000

    @in_event_loop
    async def test_many_documents_are_read_at_once(self) -> None:
        documents = {f"{number}.json": b"%d" % number for number in range(50)}
        store = await self._store_with(documents)
        blobs = await asyncio.gather(*(store.get(self.url(name)) for name in documents))
        assert [blob.data for blob in blobs] == list(documents.values())

    @in_event_loop
    async def test_a_failed_read_does_not_disturb_those_at_the_same_time(self) -> None:
        store = await self._store_with({"a.json": b"{}"})
        names = ["a.json", "missing.json"] * 5
        results = await asyncio.gather(
            *(store.get(self.url(name)) for name in names), return_exceptions=True
        )
        assert [isinstance(result, Blob) for result in results] == [True, False] * 5
        assert all(isinstance(result, DocumentNotFoundError) for result in results[1::2])

    @in_event_loop
    async def test_the_blocking_face_reads_the_same(self) -> None:
        store = await self._store_with({"a.json": b"x" * 10})
        face = _face(store)
        if face is None:
            return
        url, missing = self.url("a.json"), self.url("missing.json")
        assert face.get(url) == await store.get(url)
        assert face.get(url, max_bytes=10).data == b"x" * 10
        assert face.stat(url) == await store.stat(url)
        for read in (face.get, face.stat):
            with pytest.raises(DocumentNotFoundError) as refused:
                read(missing)
            assert refused.value.document == missing
        with pytest.raises(LimitExceededError) as too_large:
            face.get(url, max_bytes=9)
        assert too_large.value.document == url


class StoreTests(ReadableStoreTests):
    """The tests of a store that can be read and written.

    A subclass, whose name begins with `Test`, says how to make an empty one, and which URLs it
    has. Everything that is optional is found out from the store itself.
    """

    def make_store(self) -> WritableStore:
        """Make an empty store."""
        raise NotImplementedError(
            f"{type(self).__name__} has to define make_store(); of a store that cannot be written "
            "to, make a subclass of ReadableStoreTests"
        )

    async def _store_with(self, documents: Mapping[str, bytes]) -> WritableStore:
        store = self.make_store()
        for name, data in documents.items():
            await store.put(self.url(name), data)
        return store

    def test_the_store_says_that_it_can_be_written(self) -> None:
        assert isinstance(self.make_store(), WritableStore)

    @pytest.mark.parametrize("content", CONTENTS)
    @in_event_loop
    async def test_put_gives_the_tag_of_what_was_written(self, content: str) -> None:
        store = self.make_store()
        tag = await store.put(self.url("new/a.json"), CONTENTS[content])
        assert await store.get(self.url("new/a.json")) == Blob(CONTENTS[content], tag)
        assert (await store.stat(self.url("new/a.json"))).tag == tag

    @in_event_loop
    async def test_every_other_content_has_another_tag(self) -> None:
        store = self.make_store()
        tags = [await store.put(self.url("a.json"), b"%04d" % number) for number in range(100)]
        assert len(set(tags)) == 100

    @in_event_loop
    async def test_content_that_is_replaced_is_gone_as_a_whole(self) -> None:
        store = await self._store_with({"a.json": b"a long content" * 1000})
        await store.put(self.url("a.json"), b"short")
        assert (await store.get(self.url("a.json"))).data == b"short"
        await store.put(self.url("a.json"), b"")
        assert (await store.get(self.url("a.json"))).data == b""

    @in_event_loop
    async def test_a_write_with_the_tag_that_there_is_is_done(self) -> None:
        store = self.make_store()
        tag = await store.put(self.url("a.json"), b"1")
        for number in range(2, 5):
            tag = await store.put(self.url("a.json"), b"%d" % number, if_match=tag)
        assert await store.get(self.url("a.json")) == Blob(b"4", tag)

    @in_event_loop
    async def test_a_write_with_another_tag_leaves_what_there_is(self) -> None:
        store = self.make_store()
        first = await store.put(self.url("a.json"), b"first")
        second = await store.put(self.url("a.json"), b"other")
        for tag in (first, "no tag", ""):
            await _conflict(store.put(self.url("a.json"), b"third", if_match=tag))
        assert await store.get(self.url("a.json")) == Blob(b"other", second)

    @in_event_loop
    async def test_a_conflict_says_which_document_it_is(self) -> None:
        store = await self._store_with({"a.json": b"{}"})
        for write in (
            store.put(self.url("a.json"), b"", if_match="no tag"),
            store.put(self.url("a.json"), b"", if_absent=True),
            store.delete(self.url("a.json"), if_match="no tag"),
        ):
            assert (await _conflict(write)).document == self.url("a.json")

    @in_event_loop
    async def test_a_write_with_a_tag_makes_no_document_that_is_gone(self) -> None:
        store = self.make_store()
        tag = await store.put(self.url("a.json"), b"{}")
        await store.delete(self.url("a.json"))
        await _conflict(store.put(self.url("a.json"), b"again", if_match=tag))
        await _conflict(store.put(self.url("new/b.json"), b"new", if_match=tag))
        await self._assert_missing(store, "a.json", "new/b.json")

    @in_event_loop
    async def test_a_write_of_what_is_absent_is_done_once(self) -> None:
        store = self.make_store()
        tag = await store.put(self.url("a.json"), b"first", if_absent=True)
        await _conflict(store.put(self.url("a.json"), b"second", if_absent=True))
        assert await store.get(self.url("a.json")) == Blob(b"first", tag)
        await store.delete(self.url("a.json"))
        await store.put(self.url("a.json"), b"third", if_absent=True)
        assert (await store.get(self.url("a.json"))).data == b"third"

    @in_event_loop
    async def test_an_empty_document_is_not_absent(self) -> None:
        store = await self._store_with({"a.json": b""})
        await _conflict(store.put(self.url("a.json"), b"second", if_absent=True))

    @in_event_loop
    async def test_a_document_that_is_deleted_is_missing(self) -> None:
        store = await self._store_with({"a.json": b"a", "b.json": b"b"})
        await store.delete(self.url("a.json"))
        await self._assert_missing(store, "a.json")
        assert (await store.get(self.url("b.json"))).data == b"b"

    @pytest.mark.parametrize("name", ["missing.json", "no/such/folder/missing.json"])
    @in_event_loop
    async def test_deleting_what_is_missing_is_an_error_with_its_url(self, name: str) -> None:
        store = self.make_store()
        with pytest.raises(DocumentNotFoundError) as refused:
            await store.delete(self.url(name))
        assert refused.value.document == self.url(name)
        await _conflict(store.delete(self.url(name), if_match="a tag"))

    @in_event_loop
    async def test_a_document_is_deleted_only_with_the_tag_that_it_has(self) -> None:
        store = self.make_store()
        first = await store.put(self.url("a.json"), b"first")
        second = await store.put(self.url("a.json"), b"other")
        await _conflict(store.delete(self.url("a.json"), if_match=first))
        assert (await store.get(self.url("a.json"))).data == b"other"
        await store.delete(self.url("a.json"), if_match=second)
        await self._assert_missing(store, "a.json")

    @pytest.mark.parametrize("name", NAMES)
    @in_event_loop
    async def test_unusual_names_are_replaced_and_deleted(self, name: str) -> None:
        store = await self._store_with({name: b"1", "other.json": b"other"})
        tag = (await store.stat(self.url(name))).tag
        await store.put(self.url(name), b"2", if_match=tag)
        assert (await store.get(self.url(name))).data == b"2"
        await store.delete(self.url(name))
        await self._assert_missing(store, name)
        assert (await store.get(self.url("other.json"))).data == b"other"

    @in_event_loop
    async def test_of_writes_at_once_with_one_tag_exactly_one_is_done(self) -> None:
        store = self.make_store()
        tag = await store.put(self.url("a.json"), b"old")
        contents = [b"%d" % number for number in range(_AT_ONCE)]
        results = await asyncio.gather(
            *(store.put(self.url("a.json"), data, if_match=tag) for data in contents),
            return_exceptions=True,
        )
        _assert_one_won(results, contents, await store.get(self.url("a.json")))

    @in_event_loop
    async def test_of_writes_at_once_of_what_is_absent_exactly_one_is_done(self) -> None:
        store = self.make_store()
        contents = [b"%d" % number for number in range(_AT_ONCE)]
        results = await asyncio.gather(
            *(store.put(self.url("new/a.json"), data, if_absent=True) for data in contents),
            return_exceptions=True,
        )
        _assert_one_won(results, contents, await store.get(self.url("new/a.json")))

    @in_event_loop
    async def test_no_change_is_lost_when_everybody_checks(self) -> None:
        store = await self._store_with({"a.json": b"0"})

        async def count_up() -> None:
            for _ in range(5):
                while True:
                    blob = await store.get(self.url("a.json"))
                    data = b"%d" % (int(blob.data) + 1)
                    try:
                        await store.put(self.url("a.json"), data, if_match=blob.tag)
                    except ConflictError:
                        continue
                    break

        await asyncio.gather(*(count_up() for _ in range(4)))
        assert (await store.get(self.url("a.json"))).data == b"20"

    @in_event_loop
    async def test_readers_get_the_old_content_or_the_new_one(self) -> None:
        contents = {bytes([letter]) * 100_000 for letter in b"abcd"}
        store = await self._store_with({"a.json": min(contents)})
        writes = [store.put(self.url("a.json"), data) for data in sorted(contents)]
        reads = [store.get(self.url("a.json")) for _ in range(20)]
        _, blobs = await asyncio.gather(asyncio.gather(*writes), asyncio.gather(*reads))
        assert {blob.data for blob in blobs} <= contents

    @in_event_loop
    async def test_the_blocking_face_writes_the_same(self) -> None:
        store = self.make_store()
        face = _face(store)
        if not isinstance(face, BlockingWrites):
            return
        url = self.url("new/a.json")
        tag = face.put(url, b"1", if_absent=True)
        assert await store.get(url) == face.get(url) == Blob(b"1", tag)
        with pytest.raises(ConflictError):
            face.put(url, b"2", if_absent=True)
        with pytest.raises(ConflictError):
            face.put(url, b"2", if_match="no tag")
        later = await store.put(url, b"3", if_match=tag)
        with pytest.raises(ConflictError):
            face.delete(url, if_match=tag)
        assert face.get(url) == Blob(b"3", later)
        face.delete(url, if_match=later)
        await self._assert_missing(store, "new/a.json")
        with pytest.raises(DocumentNotFoundError):
            face.delete(url)

    def test_of_threads_that_write_with_one_tag_exactly_one_is_done(self) -> None:
        face = _face(self.make_store())
        if not isinstance(face, BlockingWrites):
            return
        url = self.url("a.json")
        tag = face.put(url, b"old")
        contents = [b"%d" % number for number in range(_AT_ONCE)]
        results = _in_threads([functools.partial(face.put, url, c, if_match=tag) for c in contents])
        _assert_one_won(results, contents, face.get(url))

    async def _assert_missing(self, store: ReadableStore, *names: str) -> None:
        for name in names:
            with pytest.raises(DocumentNotFoundError):
                await store.get(self.url(name))
            with pytest.raises(DocumentNotFoundError):
                await store.stat(self.url(name))


def _face(store: ReadableStore) -> BlockingReads | None:
    return store.blocking() if isinstance(store, SupportsBlocking) else None


async def _conflict(write: Coroutine[Any, Any, object]) -> ConflictError:
    with pytest.raises(ConflictError) as refused:
        await write
    return refused.value


def _assert_one_won(results: list[str | BaseException], contents: list[bytes], found: Blob) -> None:
    won = [number for number, result in enumerate(results) if isinstance(result, str)]
    assert len(won) == 1, results
    assert found == Blob(contents[won[0]], str(results[won[0]]))
    assert sum(isinstance(result, ConflictError) for result in results) == len(contents) - 1


def _in_threads(calls: list[Callable[[], T]]) -> list[T | BaseException]:
    """What calls give or raise that begin at the same moment, each in its thread."""
    results: list[T | BaseException] = [DocumentError("did not end")] * len(calls)
    gate = threading.Barrier(len(calls))

    def run(number: int) -> None:
        gate.wait()
        try:
            results[number] = calls[number]()
        except DocumentError as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
