"""OME-Zarr zip files: what is written follows RFC-9, and hostile ones do no harm."""

from __future__ import annotations

import asyncio
import json
import os
import struct
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ngio_collections._paths import as_url, normalised
from ngio_collections.errors import (
    ConflictError,
    DocumentAccessError,
    DocumentNotFoundError,
    LimitExceededError,
    PathError,
)
from ngio_collections.store import Blob, ZipStore

ROOT = b'{"attributes": {"ome": {"version": "0.9"}}}'
DOCUMENTS = (
    ("c/0/1", b"chunk"),
    ("b/zarr.json", b"b"),
    ("a/z/zarr.json", b"az"),
    ("a/zarr.json", b"a"),
    ("zarr.json", ROOT),
    ("b/a/zarr.json", b"ba"),
    ("README.md", b"text"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.ozx"


def _zip(path: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> str:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return as_url(path)


def _get(path: Path, name: str, max_bytes: int | None = None) -> Blob:
    with ZipStore(path) as store:
        return store.blocking().get(f"{store.url}/{name}", max_bytes=max_bytes)


def _comment(path: Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.comment)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a+b.json", "a+b.json"),
        ("a:b@c,(d)!.json", "a:b@c,(d)!.json"),
        ("a b%2f#?.json", "a%20b%252f%23%3F.json"),
        ("ä/zarr.json", "%C3%A4/zarr.json"),
        ("a+/../b.json", "a%2B/../b.json"),
        ("../+.json", "../%2B.json"),
    ],
)
def test_urls_of_entries_are_in_the_normal_form(path: Path, name: str, expected: str) -> None:
    url = _zip(path, {name: b"{}"})
    with ZipStore(path) as store:
        assert store.urls() == [f"{url}/{expected}"]
        assert store.blocking().get(f"{url}/{expected}").data == b"{}"
        if ".." not in name:
            assert normalised(store.urls()[0]) == store.urls()[0]


# Writing.


def test_metadata_comes_first_breadth_first_and_all_else_in_the_order_given(path: Path) -> None:
    ZipStore.write(path, DOCUMENTS)
    expected = [
        *("zarr.json", "a/zarr.json", "b/zarr.json", "a/z/zarr.json", "b/a/zarr.json"),
        *("c/0/1", "README.md"),
    ]
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in expected} == dict(DOCUMENTS)
    assert [entry.filename for entry in entries] == expected
    assert [entry.header_offset for entry in entries] == sorted(e.header_offset for e in entries)
    assert entries[0].header_offset == 0


def test_entries_are_stored_as_they_are_without_extra_fields(path: Path) -> None:
    ZipStore.write(path, DOCUMENTS)
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            assert entry.compress_type == zipfile.ZIP_STORED
            assert entry.compress_size == entry.file_size
            assert entry.extra == b""


def test_the_records_of_large_archives_are_there_in_small_ones(path: Path) -> None:
    ZipStore.write(path, DOCUMENTS)
    data = path.read_bytes()
    end = data.rindex(b"PK\5\6")
    signature, _, end64, disks = struct.unpack("<4sLQL", data[end - 20 : end])
    assert (signature, disks) == (b"PK\6\7", 1)
    assert end64 == end - 76
    fields = struct.unpack("<4sQ2H2L4Q", data[end64 : end64 + 56])
    directory = data.index(b"PK\1\2")
    count = len(DOCUMENTS)
    assert fields == (b"PK\6\6", 44, 45, 45, 0, 0, count, count, end64 - directory, directory)


def test_an_archive_of_more_entries_than_a_small_one_can_hold_is_read(path: Path) -> None:
    names = [f"{number}" for number in range(66_000)]
    url = ZipStore.write(path, [("zarr.json", ROOT), *((name, b"x") for name in names)])
    with ZipStore(path) as store:
        assert len(store.urls()) == 66_001
        assert store.blocking().get(f"{url}/65999").data == b"x"
    assert path.read_bytes().count(b"PK\6\6") == 1
    assert _comment(path)["ome"]["version"] == "0.9"


def test_the_comment_says_the_version_and_the_order(path: Path) -> None:
    flags = {"centralDirectory": {"jsonFirst": True}}
    ZipStore.write(path, DOCUMENTS)
    assert _comment(path) == {"ome": {"version": "0.9", "zipFile": flags}}
    other = path.with_name("other.ozx")
    ZipStore.write(other, DOCUMENTS, version="1.0", comment={"by": "ü", "ome": "ours"})
    assert _comment(other) == {"by": "ü", "ome": {"version": "1.0", "zipFile": flags}}


@pytest.mark.parametrize("root", [b"", b"{}", b'{"attributes": {"ome": {"version": 5}}}', b"[]"])
def test_a_version_that_is_not_known_is_not_invented(path: Path, root: bytes) -> None:
    ZipStore.write(path, [("zarr.json", root)])
    assert "version" not in _comment(path)["ome"]


def test_a_comment_that_does_not_fit_is_refused(path: Path) -> None:
    with pytest.raises(PathError, match="65,535"):
        ZipStore.write(path, DOCUMENTS, comment={"long": "x" * 70_000})
    assert os.listdir(path.parent) == []


def test_equal_documents_give_equal_files(path: Path) -> None:
    other = path.with_name("other.ozx")
    assert ZipStore.write(path, DOCUMENTS) == as_url(path)
    ZipStore.write(other, DOCUMENTS)
    assert path.read_bytes() == other.read_bytes()


def test_a_file_that_is_there_is_not_replaced(path: Path) -> None:
    path.write_text("something else")
    with pytest.raises(ConflictError):
        ZipStore.write(path, DOCUMENTS)
    assert path.read_text() == "something else"


def test_a_failure_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(DocumentAccessError, match="No space"):
        ZipStore.write(path, DOCUMENTS)
    assert os.listdir(path.parent) == []


@pytest.mark.parametrize(
    "name", ["", "/zarr.json", "a//b", "../a", "a/../b", "./a", "a/", "a\\b", "a\0b"]
)
def test_a_name_that_is_none_is_refused(path: Path, name: str) -> None:
    with pytest.raises(PathError, match="no name of an entry"):
        ZipStore.write(path, [*DOCUMENTS, (name, b"")])
    assert not path.exists()


def test_a_name_twice_and_a_root_without_metadata_are_refused(path: Path) -> None:
    with pytest.raises(PathError, match="twice"):
        ZipStore.write(path, [*DOCUMENTS, DOCUMENTS[0]])
    with pytest.raises(PathError, match=r"no 'zarr\.json' at the root"):
        ZipStore.write(path, [("a/zarr.json", b"{}")])
    assert not path.exists()


# Reading.


def test_entries_of_common_tools_are_read(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("labels")
        archive.writestr("labels/zarr.json", b"{}" * 500)
        archive.writestr("ü #.json", b"special")
    url = as_url(path)
    assert _get(path, "labels/zarr.json").data == b"{}" * 500
    assert _get(path, "%C3%BC%20%23.json").data == b"special"
    with ZipStore(path) as store:
        assert [entry.rpartition("/")[2] for entry in store.urls()] == [
            "zarr.json",
            "%C3%BC%20%23.json",
        ]
        for name in ("labels", "zarr.json", "labels/zarr.json/"):
            with pytest.raises(DocumentNotFoundError):
                store.blocking().get(f"{url}/{name}")
        with pytest.raises(DocumentAccessError, match="is a folder"):
            store.blocking().get(f"{url}/labels/")


def test_of_entries_with_one_name_the_last_counts(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("zarr.json", b"old")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("zarr.json", b"new")
    assert _get(path, "zarr.json").data == b"new"
    with ZipStore(path) as store:
        assert len(store.urls()) == 1


@pytest.mark.parametrize("suffix", ["", "/", "-other/zarr.json"])
def test_what_is_no_entry_of_this_archive_is_not_found(path: Path, suffix: str) -> None:
    url = _zip(path, {"zarr.json": b"{}"})
    with ZipStore(path) as store, pytest.raises(DocumentNotFoundError):
        store.blocking().get(url + suffix)


def test_an_entry_without_a_name_is_an_entry(path: Path) -> None:
    url = _zip(path, {"x": b"nameless"})
    data = path.read_bytes()
    for header in (b"PK\3\4", b"PK\1\2"):  # The name is cut out, and its length set to zero.
        at, size, length = data.index(header), *((30, 26) if header[2] == 3 else (46, 28))
        data = (
            data[: at + length]
            + b"\0\0"
            + data[at + length + 2 : at + size]
            + data[at + size + 1 :]
        )
    end = data.rindex(b"PK\5\6")
    start = data.index(b"PK\1\2")
    path.write_bytes(data[: end + 12] + struct.pack("<2L", end - start, start) + data[end + 20 :])
    with ZipStore(path) as store:
        assert store.urls() == [f"{url}/"]
        assert store.blocking().get(f"{url}/").data == b"nameless"


def test_names_that_lead_out_of_the_archive_lead_nowhere(path: Path) -> None:
    secret = path.parent / "secret.json"
    secret.write_text("secret")
    url = _zip(path, {"../secret.json": b"harmless", str(secret): b"harmless"})
    with ZipStore(path) as store:
        for outside in (as_url(secret), f"{url}/missing/%2e%2e/%2e%2e/secret.json"):
            with pytest.raises(DocumentNotFoundError):
                store.blocking().get(outside)


def test_the_size_is_checked_before_anything_is_inflated(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _zip(path, {"zarr.json": b"\0" * 10_000_000})
    assert path.stat().st_size < 20_000

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("was opened")

    monkeypatch.setattr(zipfile.ZipFile, "open", refuse)
    with pytest.raises(LimitExceededError, match="10,000,000 bytes"):
        _get(path, "zarr.json", max_bytes=9_999_999)


def test_an_entry_that_is_larger_than_it_says_is_damaged(path: Path) -> None:
    _zip(path, {"zarr.json": b"\0" * 10_000_000})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\1\2", 24), (b"PK\3\4", 22)):
        at = data.index(signature) + offset
        data[at : at + 4] = struct.pack("<L", 100)
    path.write_bytes(data)
    with pytest.raises(DocumentAccessError, match="damaged"):
        _get(path, "zarr.json", max_bytes=1000)


def _flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(data)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_damaged_content_is_noticed(path: Path, method: int) -> None:
    _zip(path, {"zarr.json": bytes(range(256)) * 4}, method)
    for at in (40, 100, 200):
        _flip(path, at)
        with pytest.raises(DocumentAccessError, match="damaged") as refused:
            _get(path, "zarr.json")
        assert refused.value.document == f"{as_url(path)}/zarr.json"
        _flip(path, at)
    assert _get(path, "zarr.json").data == bytes(range(256)) * 4


def test_any_flipped_byte_is_harmless(path: Path) -> None:
    """Whatever is damaged, what is read is what was written, or an error of ours."""
    _zip(path, {"zarr.json": b"{}" * 20, "a/zarr.json": b"abc"})
    for at in range(path.stat().st_size):
        _flip(path, at)
        try:
            blob = _get(path, "zarr.json", max_bytes=1000)
        except (DocumentAccessError, DocumentNotFoundError, LimitExceededError):
            pass
        else:
            assert blob.data == b"{}" * 20
        _flip(path, at)


def test_an_encrypted_entry_is_refused_with_the_reason(path: Path) -> None:
    _zip(path, {"zarr.json": b"{}"})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1
    data[data.index(b"PK\3\4") + 6] |= 1
    path.write_bytes(data)
    with pytest.raises(DocumentAccessError, match="is encrypted"):
        _get(path, "zarr.json")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_compression_that_cannot_be_bounded_is_refused(path: Path, method: int) -> None:
    _zip(path, {"zarr.json": b"{}"}, method)
    with pytest.raises(DocumentAccessError, match=f"compressed with method {method}; expected 0"):
        _get(path, "zarr.json")


def test_what_is_no_zip_file_is_an_error(path: Path) -> None:
    with pytest.raises(DocumentNotFoundError):
        ZipStore(path)
    with pytest.raises(DocumentAccessError, match="no regular file"):
        ZipStore(path.parent)
    os.mkfifo(path)
    with pytest.raises(DocumentAccessError, match="no regular file"):
        ZipStore(path)
    path.unlink()
    for data in (b"", b"no zip file", b"PK\5\6" + b"\xff" * 18):
        path.write_bytes(data)
        with pytest.raises(DocumentAccessError, match="is no zip file") as refused:
            ZipStore(path)
        assert refused.value.document == as_url(path)


def test_a_closed_store_says_so(path: Path) -> None:
    url = _zip(path, {"zarr.json": b"{}"})
    with ZipStore(path) as store:
        pass
    store.close()
    with pytest.raises(DocumentAccessError, match="closed"):
        asyncio.run(store.get(f"{url}/zarr.json"))
    with pytest.raises(DocumentAccessError, match="closed"):
        asyncio.run(store.stat(f"{url}/zarr.json"))


def test_a_file_that_is_put_in_its_place_is_not_seen(path: Path) -> None:
    url = _zip(path, {"zarr.json": b"old"})
    with ZipStore(path) as store:
        other = path.with_name("other.zip")
        _zip(other, {"zarr.json": b"new"})
        other.replace(path)
        assert store.blocking().get(f"{url}/zarr.json").data == b"old"


def test_tags_are_those_of_the_content(path: Path) -> None:
    _zip(path, {"a": b"same", "b": b"same", "c": b"else"})
    tags = [_get(path, name).tag for name in "abc"]
    assert tags[0] == tags[1] != tags[2]


def test_threads_read_from_one_archive_at_once(path: Path) -> None:
    names = [f"{number}.json" for number in range(20)]
    url = _zip(path, {name: name.encode() * 10_000 for name in names})
    found: list[bool] = []

    def read(first: int) -> None:
        order = names[first:] + names[:first]
        blobs = [face.get(f"{url}/{name}") for name in order]
        found.extend(
            blob.data == name.encode() * 10_000 for name, blob in zip(order, blobs, strict=True)
        )

    with ZipStore(path) as store:
        face = store.blocking()
        threads = [threading.Thread(target=read, args=(first,)) for first in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [True] * 160
