"""Bad documents and bad references: a typed error, or a record that says what and where."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

import ngio_collections as ngc
from ngio_collections import LocalStore, MemoryStore, Unfollowed
from ngio_collections.document import _source
from ngio_collections.errors import DocumentError
from ngio_collections.store import Blob, Stat
from tests.graph.model import resolve
from tests.resolve.graphs import contents

ENTRY: Final = "memory://lab/sub/all.json"
TARGET: Final = "memory://lab/sub/part.json"
STUB: Final = {"type": "collection", "path": {"type": "json", "path": "./part.json"}}
LONG: Final = "x" * 5_000_000
DEEP: Final = 100_000

UNREADABLE: Final[dict[str, tuple[bytes, type[DocumentError], str]]] = {
    "empty": (b"", ngc.NotJsonError, "malformed"),
    "truncated": (b'{"ome": {"type": "collection", "nodes": [', ngc.NotJsonError, "malformed"),
    "NaN": (b'{"ome": {"type": "collection", "x": NaN}}', ngc.NotJsonError, "malformed"),
    "a key twice": (
        b'{"ome": {"type": "collection", "name": "a", "name": "b"}}',
        ngc.NotJsonError,
        "malformed",
    ),
    "a key twice, beside the node": (
        b'{"ome": {"type": "collection"}, "keep": 1, "keep": 2}',
        ngc.NotJsonError,
        "malformed",
    ),
    "an integer of 5,000 digits": (
        b'{"ome": {"type": "collection", "x": ' + b"7" * 5_000 + b"}}",
        ngc.NotJsonError,
        "malformed",
    ),
    "not UTF-8": (b'{"ome": {"type": "\xff"}}', ngc.NotJsonError, "malformed"),
    "binary": (bytes(range(256)), ngc.NotJsonError, "malformed"),
    "too deep": (b"[" * DEEP + b"]" * DEEP, ngc.NotJsonError, "malformed"),
    "deep and open": (b'{"ome": ' + b"[" * DEEP, ngc.NotJsonError, "malformed"),
    "deep nodes": (
        b'{"ome": ' + b'{"type": "collection", "nodes": [' * DEEP + b"]}" * DEEP + b"}",
        ngc.NotJsonError,
        "malformed",
    ),
    "no ome": (b'{"zarr_format": 3, "attributes": {}}', ngc.NotOmeError, "not-ome"),
    "an array": (b"[]", ngc.NotOmeError, "not-ome"),
    "a text": (b'"ome"', ngc.NotOmeError, "not-ome"),
    "ome null": (b'{"ome": null}', ngc.NotOmeError, "not-ome"),
    "ome a list": (b'{"ome": []}', ngc.NotOmeError, "not-ome"),
    "ome a text": (b'{"attributes": {"ome": "x"}}', ngc.NotOmeError, "not-ome"),
    "ome a number": (b'{"ome": 5}', ngc.NotOmeError, "not-ome"),
}


def _store(target: bytes | None, *stubs: Any) -> MemoryStore:
    inner = {"type": "collection", "nodes": list(stubs or (STUB,))}
    root = {"type": "collection", "nodes": ["junk", inner]}
    documents: dict[str, Any] = {ENTRY: {"ome": root}}
    if target is not None:
        documents[TARGET] = target
    return MemoryStore(documents)


def _only(root: ngc.Node) -> Unfollowed:
    (record,) = root.report.unfollowed
    assert root.report.failures == (record,)
    return record  # type: ignore[no-any-return]


def _checked(record: Unfollowed, store: MemoryStore) -> Any:
    """What a record points at, after a look at the rest of it."""
    assert record.cause
    assert record.kind in str(record)
    assert record.document in str(record)
    return resolve(json.loads(store.read(record.document)), record.pointer)


# -- documents that cannot be read -------------------------------------------------


@pytest.mark.parametrize("what", UNREADABLE)
@pytest.mark.parametrize("opening", [ngc.open, ngc.open_inlined], ids=["open", "open_inlined"])
def test_a_document_that_is_none_is_refused_with_its_address(
    opening: Callable[..., Any], what: str
) -> None:
    data, error, _ = UNREADABLE[what]
    store = _store(data)
    with pytest.raises(error) as refused:
        opening(TARGET, store=store)
    assert type(refused.value) is error
    assert refused.value.document == TARGET
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize("what", UNREADABLE)
def test_a_reference_to_what_is_no_document_stays_and_is_on_record(what: str) -> None:
    data, _, kind = UNREADABLE[what]
    store = _store(data)
    before = contents(store)
    root = ngc.open_inlined(ENTRY, store=store)
    record = _only(root)
    assert (record.kind, record.document, record.target) == (kind, ENTRY, TARGET)
    assert _checked(record, store) == STUB
    assert [node.to_json() for node in root.walk() if node.is_reference] == [STUB]
    assert ngc.save_tree(root, store=store).written == ()
    assert contents(store) == before


@pytest.mark.parametrize("what", UNREADABLE)
def test_it_is_an_error_where_errors_are_asked_for(what: str) -> None:
    data, error, kind = UNREADABLE[what]
    with pytest.raises(ngc.UnresolvedReferenceError, match=kind) as refused:
        ngc.open_inlined(ENTRY, on_error="raise", store=_store(data))
    assert isinstance(refused.value.__cause__, error)


def test_a_missing_entry_is_an_error() -> None:
    for opening in (ngc.open, ngc.open_inlined):
        with pytest.raises(ngc.DocumentNotFoundError, match=r"memory://lab/no\.json"):
            opening("memory://lab/no.json", store=MemoryStore())


def test_a_missing_target_is_on_record() -> None:
    store = _store(None)
    record = _only(ngc.open_inlined(ENTRY, store=store))
    assert (record.kind, record.target) == ("missing", TARGET)
    assert _checked(record, store) == STUB


@pytest.mark.parametrize("found", ["multiscale", "ex:thing", ""])
def test_a_target_of_another_type_is_on_record(found: str) -> None:
    store = _store(json.dumps({"ome": {"type": found, "nodes": []}}).encode())
    record = _only(ngc.open_inlined(ENTRY, store=store))
    assert (record.kind, record.target) == ("type-mismatch", TARGET)
    assert repr(found) in record.cause
    with pytest.raises(ngc.UnresolvedReferenceError, match="type-mismatch"):
        ngc.open_inlined(ENTRY, on_error="raise", store=store)


@pytest.mark.parametrize("node", [{}, {"type": 5}, {"type": None}, {"multiscales": []}])
def test_a_target_without_a_type_is_no_node(node: dict[str, Any]) -> None:
    store = _store(json.dumps({"ome": node}).encode())
    record = _only(ngc.open_inlined(ENTRY, store=store))
    assert (record.kind, record.target) == ("not-ome", TARGET)
    assert _checked(record, store) == STUB


def test_pointers_in_the_metadata_of_a_group_begin_with_its_attributes() -> None:
    node = {"type": "collection", "nodes": [STUB]}
    entry = "memory://lab/g/zarr.json"
    store = MemoryStore({entry: {"zarr_format": 3, "attributes": {"ome": node}, "ome": 5}})
    record = _only(ngc.open_inlined("memory://lab/g", store=store))
    assert record.pointer == "/attributes/ome/nodes/0"
    assert _checked(record, store) == STUB


# -- duplicate keys, long texts, wrong types ------------------------------------------


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (
            b'{"ome": {"type": "collection", "name": "a", "nodes": [], "name": "b"}}',
            "has a key twice in one object (/ome/name), of which only one value could be kept",
        ),
        (
            b'{"ome": {"type": "collection", "nodes": [], "lab:x": [1, ' + b"7" * 5_000 + b"]}}",
            "holds an integer of 5,000 digits at /ome/lab:x/1 (line 1, column 58)",
        ),
    ],
)
def test_what_could_not_be_saved_again_is_not_opened_and_says_where_it_is(
    text: bytes, cause: str
) -> None:
    store = _store(text)
    before = contents(store)
    record = _only(ngc.open_inlined(ENTRY, store=store))
    assert (record.kind, record.target) == ("malformed", TARGET)
    assert record.cause.partition("; ")[0] == cause
    with pytest.raises(ngc.NotJsonError) as refused:
        ngc.open(TARGET, store=store)
    assert str(refused.value) == f"{TARGET}: {record.cause}"
    with pytest.raises(ngc.UnresolvedReferenceError, match="malformed"):
        ngc.open_inlined(ENTRY, on_error="raise", store=store)
    assert contents(store) == before


def test_of_a_very_large_document_keys_are_looked_at_before_it_is_written_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("orjson")  # Without it, they are looked at by the way.
    text = b'{"ome": {"type": "collection", "name": "a", "name": "b", "nodes": []}, "keep": 1}'
    store = _store(text)
    before = contents(store)
    monkeypatch.setattr(_source, "LARGE", 1)
    monkeypatch.setattr(_source, "CHECKED", len(text) - 1)
    root = ngc.open_inlined(ENTRY, store=store)
    part = next(node for node in root.walk() if node.stub is not None)
    with pytest.raises(ngc.NotJsonError, match="/ome/name") as refused:
        ngc.save_tree(part.set_attr("lab:k", 1), store=store)
    assert refused.value.document == TARGET
    with pytest.raises(ngc.NotJsonError, match="/ome/name"):
        ngc.delete(TARGET, store=store)
    with pytest.raises(ngc.NotJsonError, match="/ome/name"):
        ngc.relocate(TARGET, TARGET.replace("part", "new"), store=store)
    assert contents(store) == before


def test_a_very_long_text_is_read_and_written_and_is_in_no_message() -> None:
    node = {"type": "collection", "name": LONG, "nodes": []}
    store = _store(json.dumps({"ome": node}).encode())
    root = ngc.open_inlined(ENTRY, store=store)
    part = next(node for node in root.walk() if node.stub is not None)
    assert part.name == LONG
    ngc.save_tree(part.set_attr("lab:k", 1), store=store)
    assert json.loads(store.read(TARGET))["ome"]["name"] == LONG
    wrong = {"type": LONG, "path": {"type": LONG, "path": LONG}}
    root = ngc.open_inlined(ENTRY, store=_store(None, wrong))
    assert len(str(root.report)) < 2000
    assert len(repr(root)) < 500


def test_a_text_of_a_hundred_megabytes_is_one_text_and_is_in_no_message(tmp_path: Path) -> None:
    size = 100_000_000
    (tmp_path / "a.json").write_bytes(
        b'{"ome": {"type": "collection", "id": "a", "name": "' + b"x" * size + b'", "nodes": []}}'
    )
    root = ngc.open_inlined(tmp_path / "a.json")
    assert root.name is not None
    assert len(root.name) == size
    assert len(repr(root)) < 500
    with pytest.raises(ngc.LimitExceededError) as refused:
        ngc.open(tmp_path / "a.json", limits=ngc.Limits(document_bytes=size))
    assert len(str(refused.value)) < 500


WRONG: Final = (None, 5, -1.5, True, "text", "", [], [1], [[]], {}, {"a": 1})


@pytest.mark.parametrize("field", ["type", "id", "name", "attributes", "nodes", "path", "version"])
@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_fields_of_wrong_types_are_kept_wherever_they_are(field: str, wrong: Any) -> None:
    inner = {"type": "collection", "id": "i", "nodes": [], field: wrong}
    part = {"type": "collection", "nodes": [inner, {field: wrong}, wrong], field: wrong}
    if field in ("nodes", "type"):
        part = {"type": "collection", "nodes": [inner, {field: wrong}, wrong]}
    store = _store(json.dumps({"ome": part}).encode(), {**STUB, field: wrong}, STUB)
    root = ngc.open_inlined(ENTRY, store=store)
    for node in root.walk():
        assert isinstance(node.to_json(), dict)
        assert isinstance(repr(node) + str(node), str)
    for record in root.report.unfollowed:
        assert "path" in _checked(record, store)
    before = contents(store)
    assert ngc.save_tree(root, store=store).written == ()
    out = "memory://lab/out.json"
    for ids in ("namespaced", "structural"):
        ngc.save_inlined(root, out, ids=ids, overwrite=True, store=store)
    assert contents(store) == {**before, out: store.read(out)}
    ngc.check_links(ENTRY, store=store)
    saved = ngc.save_tree(root.set_attr("lab:k", 1), store=store)
    assert saved.written == (ENTRY,)


@pytest.mark.parametrize("key", ["type", "path"])
@pytest.mark.parametrize("wrong", [None, 5, True, [], ["json"], {}], ids=repr)
def test_a_path_with_parts_of_wrong_types_is_malformed(key: str, wrong: Any) -> None:
    stub = {"type": "collection", "path": {"type": "json", "path": "./part.json", key: wrong}}
    store = _store(b'{"ome": {"type": "collection"}}', stub)
    record = _only(ngc.open_inlined(ENTRY, store=store))
    assert record.kind == "malformed"
    assert _checked(record, store) == stub
    assert f"`{key}`" in record.cause


@pytest.mark.parametrize(
    "path",
    [
        "./part.json",
        7,
        [],
        {},
        {"type": "json"},
        {"path": "./part.json"},
        {"type": "zip", "path": "./part.json"},
        {"type": "ex:zip", "path": "./part.json"},
        {"type": "json", "path": ""},
        {"type": "json", "path": "./a.json#b"},
        {"type": "json", "path": "\ud800"},
        {"type": "json", "path": "http://"},
        {"type": "json", "path": "file:a.json"},
    ],
    ids=repr,
)
def test_a_path_that_cannot_be_understood_is_malformed(path: Any) -> None:
    stub = {"type": "collection", "path": path}
    store = _store(None, stub)
    record = _only(ngc.open_inlined(ENTRY, store=store))
    assert record.kind == "malformed"
    assert _checked(record, store) == stub
    with pytest.raises(ngc.UnresolvedReferenceError, match="malformed"):
        ngc.open_inlined(ENTRY, on_error="raise", store=store)


def test_a_node_without_a_path_is_no_reference_even_if_it_says_null() -> None:
    root = ngc.open_inlined(ENTRY, store=_store(None, {"type": "collection", "path": None}))
    assert root.report.unfollowed == ()


# -- files ----------------------------------------------------------------------------


def _file(folder: Path, *paths: str) -> Path:
    stubs = [{"type": "collection", "path": {"type": "json", "path": path}} for path in paths]
    place = folder / "all.json"
    place.write_text(json.dumps({"ome": {"type": "collection", "nodes": stubs}}))
    return place


def _kinds(root: ngc.Node) -> list[str]:
    return [record.kind for record in root.report.unfollowed]


def test_a_folder_in_the_place_of_a_file_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(ngc.DocumentAccessError):
        ngc.open(tmp_path / "folder.json")
    root = ngc.open_inlined(_file(tmp_path, "./folder.json"))
    assert _kinds(root) == ["unreadable"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")
def test_a_fifo_is_unreadable_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.json")
    with pytest.raises(ngc.DocumentAccessError):
        ngc.open(tmp_path / "fifo.json")
    assert _kinds(ngc.open_inlined(_file(tmp_path, "./fifo.json"))) == ["unreadable"]


def test_a_part_of_a_path_that_is_no_folder_is_told(tmp_path: Path) -> None:
    entry = _file(tmp_path, "./all.json/inner.json")
    (kind,) = _kinds(ngc.open_inlined(entry))
    assert kind in ("missing", "unreadable")


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "file:///etc/passwd"])
@pytest.mark.parametrize("guard", ["policy", "store"])
def test_nothing_outside_of_a_root_is_read(tmp_path: Path, path: str, guard: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    entry = _file(root, path)
    if guard == "policy":
        opened = ngc.open_inlined(entry, policy=ngc.AccessPolicy(root=root))
    else:
        opened = ngc.open_inlined(entry, store=LocalStore(root))
    (record,) = opened.report.failures
    assert record.kind == "forbidden"
    assert record.target.startswith("file:///")
    assert opened.report.documents == (entry.as_uri(),)
    with pytest.raises(ngc.UnresolvedReferenceError, match="forbidden") as refused:
        ngc.open_inlined(entry, on_error="raise", policy=ngc.AccessPolicy(root=root))
    assert isinstance(refused.value.__cause__, ngc.ForbiddenError)


def test_a_link_out_of_the_root_of_a_store_is_forbidden(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside.json"
    root.mkdir()
    outside.write_text('{"ome": {"type": "collection"}}')
    (root / "link.json").symlink_to(outside)
    opened = ngc.open_inlined(_file(root, "./link.json"), store=LocalStore(root))
    assert _kinds(opened) == ["forbidden"]
    assert outside.read_text() == '{"ome": {"type": "collection"}}'


def test_absolute_paths_within_the_root_are_followed(tmp_path: Path) -> None:
    (tmp_path / "part.json").write_text('{"ome": {"type": "collection", "nodes": []}}')
    paths = (str(tmp_path / "part.json"), (tmp_path / "part.json").as_uri())
    opened = ngc.open_inlined(_file(tmp_path, *paths), policy=ngc.AccessPolicy(root=tmp_path))
    assert opened.report.unfollowed == ()
    assert len(opened.report.documents) == 2


# -- origins --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "target"),
    [
        ("https://lab.org/a.json", "file:///etc/hosts.json"),
        ("https://lab.org/a.json", "https://other.org/b.json"),
        ("https://lab.org/a.json", "http://lab.org/b.json"),
        ("https://lab.org/a.json", "https://lab.org:8080/b.json"),
        ("https://lab.org/a.json", "//other.org/b.json"),
        ("file:///data/a.json", "http://169.254.169.254/b.json"),
        ("file:///data/a.json", "file://server/share/b.json"),
        ("s3://bucket/a.json", "s3://other/b.json"),
    ],
)
def test_documents_of_other_origins_are_not_asked_for(entry: str, target: str) -> None:
    stub = {"type": "collection", "path": {"type": "json", "path": target}}
    store = MemoryStore({entry: {"ome": {"type": "collection", "nodes": [stub]}}})
    root = ngc.open_inlined(entry, store=store)
    assert [record.kind for record in root.report.failures] == ["forbidden"]
    assert store.log == [("get", entry)]
    (kind,) = [record.kind for record in ngc.check_links(entry, store=store).failures]
    assert kind == "forbidden"
    with pytest.raises(ngc.ForbiddenError):
        ngc.open_ref(next(root.children()), store=store)
    with pytest.raises(ngc.ForbiddenError):
        ngc.embed(next(ngc.open(entry, store=store).children()), store=store)
    assert {url for _, url in store.log} == {entry}


def test_the_origins_that_were_read_from_are_on_the_report() -> None:
    stub = {"type": "collection", "path": {"type": "json", "path": "https://b.org/b.json"}}
    documents = {
        "https://a.org/a.json": {"ome": {"type": "collection", "nodes": [stub]}},
        "https://b.org/b.json": {"ome": {"type": "collection", "nodes": []}},
    }
    policy = ngc.AccessPolicy(origins=["https://b.org"])
    root = ngc.open_inlined("https://a.org/a.json", policy=policy, store=MemoryStore(documents))
    assert root.report.origins == ("https://a.org", "https://b.org")


# -- circles and limits -----------------------------------------------------------------


def _url(number: int) -> str:
    return f"memory://lab/d{number}.json"


def _graph(targets: Mapping[int, list[int]]) -> MemoryStore:
    return MemoryStore(
        {
            _url(number): {
                "ome": {
                    "type": "collection",
                    "nodes": [
                        {"type": "collection", "path": {"type": "json", "path": f"./d{to}.json"}}
                        for to in to_all
                    ],
                }
            }
            for number, to_all in targets.items()
        }
    )


@pytest.mark.parametrize("length", [1, 2, 50])
def test_a_circle_of_documents_ends_as_a_reference(length: int) -> None:
    store = _graph({n: [(n + 1) % length] for n in range(length)})
    root = ngc.open_inlined(_url(0), store=store)
    assert sum(1 for _ in root.walk()) == length + 1
    (record,) = root.report.unfollowed
    assert (record.kind, record.target) == ("cycle", _url(0))
    assert record.document == _url(length - 1)
    assert _checked(record, store)["path"]["path"] == "./d0.json"
    assert root.report.failures == ()
    assert len(store.log) == length
    ngc.open_inlined(_url(0), on_error="raise", store=store)
    ngc.save_inlined(root, "memory://lab/out.json", store=store)


def test_a_circle_of_roots_that_are_references_ends() -> None:
    def chain(path: str) -> dict[str, Any]:
        return {"ome": {"type": "collection", "path": {"type": "json", "path": path}}}

    store = MemoryStore({_url(0): chain("./d1.json"), _url(1): chain("./d0.json")})
    root = ngc.open_inlined(_url(0), store=store)
    assert [record.kind for record in root.report.unfollowed] == ["cycle"]


def _limited(store: MemoryStore, **limits: int) -> list[Unfollowed]:
    root = ngc.open_inlined(_url(0), limits=ngc.Limits(**limits), store=store)
    records: tuple[Unfollowed, ...] = root.report.failures
    assert records
    assert {record.kind for record in records} == {"limit"}
    with pytest.raises(ngc.LimitExceededError):
        ngc.open_inlined(_url(0), limits=ngc.Limits(**limits), on_error="raise", store=store)
    for record in records:
        _checked(record, store)
    return list(records)


def test_a_diamond_of_forty_levels_stops_at_the_limit_of_nodes() -> None:
    """Every document refers to the next twice: it would be a million million of nodes."""
    store = _graph({n: [n + 1, n + 1] if n < 40 else [] for n in range(41)})
    records = _limited(store, nodes=100_000)
    assert all("nodes=100,000" in record.cause for record in records)
    assert len(records) < 200
    assert len(store.log) == 2 * 41
    root = ngc.open_inlined(_url(0), limits=ngc.Limits(nodes=100_000), store=store)
    assert sum(1 for _ in root.walk()) <= 100_000


def test_a_diamond_of_forty_levels_is_refused_by_default_too() -> None:
    store = _graph({n: [n + 1, n + 1] if n < 40 else [] for n in range(41)})
    with pytest.raises(ngc.LimitExceededError, match="nodes=10,000,000"):
        ngc.open_inlined(_url(0), on_error="raise", store=store)


def test_documents_that_all_refer_to_each_other_are_bounded() -> None:
    """Twelve of them would be a hundred million nodes, each way through them once."""
    store = _graph({n: [to for to in range(12) if to != n] for n in range(12)})
    limits = ngc.Limits(nodes=10_000)
    root = ngc.open_inlined(_url(0), limits=limits, store=store)
    assert {record.kind for record in root.report.failures} == {"limit"}
    assert sum(1 for _ in root.walk()) <= 10_000
    assert len(store.log) == 12


def test_the_limit_of_documents_is_reached_and_said() -> None:
    store = _graph({0: list(range(1, 10)), **{n: [] for n in range(1, 10)}})
    records = _limited(store, documents=4)
    assert len(records) == 6
    assert all("documents=4" in record.cause for record in records)
    assert len(set(store.log)) == 4


def test_the_limit_of_depth_is_reached_and_said() -> None:
    store = _graph({n: [n + 1] if n < 9 else [] for n in range(10)})
    (record,) = _limited(store, depth=3)
    assert "depth=3" in record.cause
    assert record.document == _url(3)


def test_a_depth_that_was_asked_for_is_no_failure() -> None:
    store = _graph({n: [n + 1] if n < 9 else [] for n in range(10)})
    root = ngc.open_inlined(_url(0), depth=3, store=store)
    assert root.report.failures == ()
    assert [record.kind for record in root.report.unfollowed] == ["depth"]
    assert len(store.log) == 4
    alone = ngc.open_inlined(_url(0), depth=0, store=store)
    assert [node.is_reference for node in alone.walk()] == [False, True]


def test_the_limit_of_the_size_of_a_document_is_reached_and_said() -> None:
    store = _graph({0: [1], 1: [2] * 50, 2: []})
    (record,) = _limited(store, document_bytes=500)
    assert record.target == _url(1)
    assert "500" in record.cause
    with pytest.raises(ngc.LimitExceededError) as refused:
        ngc.open(_url(1), limits=ngc.Limits(document_bytes=500), store=store)
    assert refused.value.document == _url(1)


def test_the_limit_of_the_size_of_all_documents_is_reached_and_said() -> None:
    store = _graph({n: [n + 1] if n < 9 else [] for n in range(10)})
    size = len(store.read(_url(0)))
    (record,) = _limited(store, total_bytes=3 * size)
    assert record.target == _url(3)
    assert "total_bytes" in record.cause or f"{3 * size:,}" in record.cause


def test_the_limit_of_nodes_is_reached_and_said() -> None:
    store = _graph({0: [1, 2], 1: [3] * 3, 2: [3] * 3, 3: []})
    records = _limited(store, nodes=7)
    assert all("nodes=7" in record.cause for record in records)


# -- stores that fail -------------------------------------------------------------------


class _Failing:
    """A store in which one document cannot be read, for a reason that nobody expects."""

    def __init__(self, store: MemoryStore, error: Exception) -> None:
        self._store = store
        self._error = error

    async def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
        if url == TARGET:
            raise self._error
        return await self._store.get(url, max_bytes=max_bytes)

    async def stat(self, url: str) -> Stat:
        return await self._store.stat(url)


@pytest.mark.parametrize(
    "error",
    [
        OSError("the cable"),
        ValueError("odd"),
        KeyError("k"),
        RuntimeError(),
        TimeoutError("slow"),
        AttributeError("inside of the store"),
        ngc.DocumentAccessError("is not for you", TARGET),
    ],
    ids=repr,
)
def test_whatever_a_store_raises_is_an_unreadable_document_with_its_cause(
    error: Exception,
) -> None:
    store = _store(b"{}")
    failing = _Failing(store, error)
    record = _only(ngc.open_inlined(ENTRY, store=failing))
    assert record.kind == "unreadable"
    assert _checked(record, store) == STUB
    if not isinstance(error, DocumentError):
        assert type(error).__name__ in record.cause
        with pytest.raises(ngc.DocumentAccessError) as refused:
            ngc.open(TARGET, store=failing)
        assert refused.value.__cause__ is error
    with pytest.raises(ngc.UnresolvedReferenceError) as unresolved:
        ngc.open_inlined(ENTRY, on_error="raise", store=failing)
    assert isinstance(unresolved.value.__cause__, ngc.DocumentAccessError)
