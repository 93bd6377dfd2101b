"""What a store in memory shows of itself."""

from __future__ import annotations

import asyncio
from types import MappingProxyType

import pytest

import ngio_collections as ngc
from ngio_collections.errors import DocumentNotFoundError
from ngio_collections.store import Blob, MemoryStore

A, B = "https://example.org/a.json", "memory://l/b"
C, D = "memory://c/c.json", "memory://c/d.json"


def test_it_begins_with_documents_of_all_kinds() -> None:
    parsed = MappingProxyType({"ome": MappingProxyType({"name": "ü"})})
    store = MemoryStore({A: b"\xff", B: "ü", C: parsed, D: {"ome": [1]}})
    assert [store.read(url) for url in (A, B, C, D)] == [
        b"\xff",
        "ü".encode(),
        '{"ome":{"name":"ü"}}'.encode(),
        b'{"ome":[1]}',
    ]


def test_it_shows_what_it_holds() -> None:
    store = MemoryStore({B: "", A: ""})
    assert store.urls() == [A, B]
    assert A in store
    assert "c" not in store
    assert len(store) == 2
    assert repr(store) == "<MemoryStore of 2 documents>"


def test_what_is_not_there_is_not_shown() -> None:
    with pytest.raises(DocumentNotFoundError):
        MemoryStore().read(A)


def test_it_records_what_is_asked_for_in_both_faces() -> None:
    async def use(store: MemoryStore) -> None:
        await store.put(A, b"1")
        await store.stat(A)
        await store.get(A)
        await store.delete(A)

    store = MemoryStore()
    asyncio.run(use(store))
    face = store.blocking()
    assert face is not None
    with pytest.raises(DocumentNotFoundError):
        face.get(A)
    asked = [("put", A), ("stat", A), ("get", A), ("delete", A), ("get", A)]
    assert store.log == asked
    assert A not in store
    assert store.log == asked


def test_it_counts_how_many_reads_there_are_at_once() -> None:
    async def read(store: MemoryStore) -> None:
        reads = [store.get(A) for _ in range(5)]
        await asyncio.gather(*reads, store.stat(A))

    slow, fast = MemoryStore({A: ""}, latency=0), MemoryStore({A: ""})
    for store in (slow, fast):
        asyncio.run(read(store))
        assert store.in_flight == 0
    assert slow.most_in_flight == 6
    assert fast.most_in_flight == 1


def test_a_read_that_fails_is_not_in_flight_any_more() -> None:
    store = MemoryStore(latency=0)
    with pytest.raises(DocumentNotFoundError):
        asyncio.run(store.get(A))
    assert store.in_flight == 0


def test_only_without_a_latency_it_can_be_used_without_an_event_loop() -> None:
    assert MemoryStore(latency=0).blocking() is None
    assert MemoryStore().blocking() is not None


def test_what_was_written_does_not_change_with_what_it_was_made_of() -> None:
    store, data = MemoryStore(), bytearray(b"old")
    asyncio.run(store.put(A, data))
    data[:] = b"new"
    assert store.read(A) == b"old"


WRITTEN = [
    ("memory://l/x y/p.json", "memory://l/x%20y/p.json"),
    ("memory://l/./x/../p.json", "memory://l/p.json"),
    ("HTTPS://Example.org:443/%7Ea.json", "https://example.org/~a.json"),
]


@pytest.mark.parametrize(("written", "normal"), WRITTEN)
def test_all_ways_of_writing_an_address_mean_one_document(written: str, normal: str) -> None:
    store = MemoryStore({written: {"ome": {"type": "collection", "id": "a"}}})
    assert store.urls() == [normal]
    for name in (written, normal):
        assert ngc.open(name, store=store).id == "a"
        assert name in store
        assert store.read(name) == store.read(normal)
    face = store.blocking()
    assert face is not None
    with pytest.raises(ngc.ConflictError, match="is there already"):
        face.put(written, b"", if_absent=True)
    tag = face.put(written, b"2", if_match=face.stat(written).tag)
    assert face.get(normal) == face.get(written) == Blob(b"2", tag)
    face.delete(written, if_match=tag)
    assert (len(store), normal in store) == (0, False)


@pytest.mark.parametrize(
    "address", ["p.json", "memory:p.json", "", "/lab/p.json", "https:///p.json"]
)
def test_what_is_no_absolute_url_is_no_address(address: str) -> None:
    with pytest.raises(ngc.PathError):
        MemoryStore({address: b"{}"})
    store = MemoryStore()
    face = store.blocking()
    assert face is not None
    with pytest.raises(ngc.DocumentAccessError, match="is the address of no document"):
        face.put(address, b"{}")
    for read in (face.get, face.stat, face.delete, store.read):
        with pytest.raises(DocumentNotFoundError):
            read(address)
    assert address not in store
    assert len(store) == 0


def test_two_documents_with_one_address_are_refused() -> None:
    with pytest.raises(ValueError, match=r"two documents with the address memory://l/a\.json"):
        MemoryStore({"memory://l/a.json": b"1", "memory://l/x/../a.json": b"2"})
