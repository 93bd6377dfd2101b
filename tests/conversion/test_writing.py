"""What is written, what is left alone, and from where to where."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections import aio
from tests.conversion.samples import IMAGE, LAB, PLATE, Source, convert, image

ENTRY = f"{LAB}/plate.json"


def put(store: ngc.MemoryStore, url: str, text: str) -> None:
    face = store.blocking()
    assert face is not None
    face.put(url, text.encode())


class Failing(ngc.MemoryStore):
    """A store that stops writing after some documents."""

    left = 2

    async def put(self, url: str, data: bytes, **conditions: Any) -> str:
        if self.left == 0:
            raise ngc.DocumentAccessError("the power is gone", url)
        self.left -= 1
        return await super().put(url, data, **conditions)

    def blocking(self) -> None:  # type: ignore[override]
        return None


def test_an_interrupted_conversion_goes_on_where_it_ended() -> None:
    store = Failing({url: json.dumps(data) for url, data in Source().plate().documents.items()})
    before = set(store.urls())
    with pytest.raises(ngc.DocumentAccessError, match="the power is gone"):
        ngc.convert(PLATE, store=store, documents="per-image")
    written = set(store.urls()) - before
    assert len(written) == 2
    assert ENTRY not in written
    store.left = 100
    conversion = ngc.convert(PLATE, store=store, documents="per-image")
    assert set(conversion.skipped) == written
    assert len(conversion.written) == 5
    assert ngc.check_links(ENTRY, store=store).failures == ()


def test_only_the_documents_of_what_changed_in_the_source_are_written_again() -> None:
    source = Source().plate()
    store = source.store()
    ngc.convert(PLATE, store=store, documents="per-well")
    changed = source.documents[f"{PLATE}/B/02/0/zarr.json"]
    changed["attributes"]["ome"]["multiscales"][0]["name"] = "Other"
    put(store, f"{PLATE}/B/02/0/zarr.json", json.dumps(changed))
    again = ngc.convert(PLATE, store=store, documents="per-well")
    assert again.written == (f"{LAB}/plate/B_02.json",)
    assert again.root.find("B_02_0").name == "Other"


def test_a_file_that_is_no_conversion_is_never_written_over() -> None:
    for there in ('{"ome": {"type": "collection", "nodes": []}}', "notes"):
        store = Source().plate().store()
        put(store, ENTRY, there)
        store.log.clear()
        with pytest.raises(ngc.ConflictError, match="was not converted"):
            ngc.convert(PLATE, store=store)
        assert [url for verb, url in store.log if verb == "get"] == [ENTRY]
        assert store.read(ENTRY) == there.encode()
        assert ngc.convert(PLATE, store=store, overwrite=True).written == (ENTRY,)


def test_edits_of_a_conversion_stay_as_long_as_the_source_is_the_same() -> None:
    source = Source().plate()
    store = source.store()
    root = ngc.convert(PLATE, store=store).root
    ngc.save(root.find("A_01").set_attr("lab:checked", True))
    again = ngc.convert(PLATE, store=store)
    assert again.skipped == (ENTRY,)
    assert again.root.find("A_01").get_attr("lab:checked") is True
    source.plate(name="Other")
    put(store, f"{PLATE}/zarr.json", json.dumps(source.documents[f"{PLATE}/zarr.json"]))
    with pytest.raises(ngc.ConflictError, match="edited since, and the source has changed"):
        ngc.convert(PLATE, store=store)
    assert ngc.convert(PLATE, store=store, overwrite=True).root.name == "Other"


@pytest.mark.parametrize("documents", ["one", "per-well", "per-image"])
def test_the_conversion_of_another_source_is_not_replaced(documents: str) -> None:
    source = Source().plate()
    for url, data in list(source.documents.items()):
        other = url.replace("plate.zarr", "plate.ome.zarr")
        source.documents[other] = data
    store = source.store()
    ngc.convert(PLATE, store=store, documents=documents)
    before = {url: store.read(url) for url in store.urls()}
    other = f"{LAB}/plate.ome.zarr"
    with pytest.raises(ngc.ConflictError, match=rf"is the conversion of {PLATE}; name another"):
        ngc.convert(other, store=store, documents=documents)
    assert {url: store.read(url) for url in store.urls()} == before
    assert ngc.convert(other, store=store, documents=documents, overwrite=True).url == ENTRY
    assert ngc.convert(other, store=store, documents=documents).written == ()


def test_images_that_are_documents_of_another_source_are_not_replaced() -> None:
    source = Source()
    for name in ("cells.zarr", "cells.ome.zarr"):
        url = f"{LAB}/{name}"
        source.image(url).group(f"{url}/labels", {"labels": ["a"]}).image(f"{url}/labels/a")
    store = source.store()
    ngc.convert(IMAGE, store=store, documents="per-image")
    with pytest.raises(ngc.ConflictError, match="is the conversion of"):
        ngc.convert(f"{LAB}/cells.ome.zarr", store=store, documents="per-image")


def test_documents_that_are_not_part_of_a_conversion_any_more_are_told() -> None:
    source = Source().plate()
    store = source.store()
    ngc.convert(PLATE, store=store, documents="per-image")
    put(store, f"{LAB}/plate/mine.json", "{}")
    group = source.documents[f"{PLATE}/zarr.json"]
    del group["attributes"]["ome"]["plate"]["wells"][0]
    put(store, f"{PLATE}/zarr.json", json.dumps(group))
    again = ngc.convert(PLATE, store=store, documents="per-image")
    names = ["A_01", "A_01_0", "A_01_1"]
    assert sorted(again.outdated) == [f"{LAB}/plate/{name}.json" for name in names]
    assert again.to_json()["outdated"] == list(again.outdated)
    assert f"not part of it any more: {LAB}/plate/A_01.json" in str(again)
    assert set(again.outdated) <= set(store.urls())
    whole = ngc.convert(PLATE, store=store)
    assert sorted(whole.outdated) == [
        f"{LAB}/plate/{name}.json" for name in ("B_02", "B_02_0", "B_02_1")
    ]
    assert ngc.convert(PLATE, store=store).outdated == ()


class Racing(ngc.MemoryStore):
    """A store in which somebody else writes some documents just before us."""

    theirs: Mapping[str, bytes] = {}

    async def put(self, url: str, data: bytes, **conditions: Any) -> str:
        face = super().blocking()
        assert face is not None
        for other, text in self.theirs.items():
            face.put(other, text)
        self.theirs = {}
        return await super().put(url, data, **conditions)

    def blocking(self) -> None:  # type: ignore[override]
        return None


def racing(**more: Any) -> tuple[Racing, dict[str, bytes]]:
    """A store with a plate, and the documents of its conversion."""
    source = Source().plate()
    done = source.store()
    ngc.convert(PLATE, store=done, documents="per-well", **more)
    theirs = {url: done.read(url) for url in done.urls() if url not in source.documents}
    return Racing({url: json.dumps(data) for url, data in source.documents.items()}), theirs


@pytest.mark.parametrize("overwrite", [False, True])
def test_of_two_conversions_at_once_both_end_well(overwrite: bool) -> None:
    store, store.theirs = racing()
    conversion = ngc.convert(PLATE, store=store, documents="per-well", overwrite=overwrite)
    assert set(conversion.skipped) >= {f"{LAB}/plate/A_01.json", f"{LAB}/plate/B_02.json"}
    assert len(list(conversion.root.children())) == 2


def test_what_somebody_else_writes_meanwhile_is_an_error_that_says_what_to_do() -> None:
    store, store.theirs = racing(layout="tall")
    with pytest.raises(ngc.ConflictError) as caught:
        ngc.convert(PLATE, store=store, documents="per-well", overwrite=True)
    assert "perhaps by another conversion to the same place" in str(caught.value)
    assert "convert again" in str(caught.value)
    store, theirs = racing()
    store.theirs = dict.fromkeys(theirs, b"{}")
    with pytest.raises(ngc.ConflictError, match="was not converted"):
        ngc.convert(PLATE, store=store, documents="per-well")


def test_a_destination_in_the_source_or_of_another_kind_is_refused() -> None:
    store = Source().plate().store()
    with pytest.raises(ngc.ForbiddenError, match="is in the source"):
        ngc.convert(PLATE, f"{PLATE}/collection.json", store=store)
    for wrong in (f"{LAB}/folder", f"{LAB}/other.zarr/zarr.json"):
        with pytest.raises(ngc.PathError, match=r"name a \.json"):
            ngc.convert(PLATE, wrong, store=store)
    with pytest.raises(ValueError, match="layout is one of wide, tall"):
        ngc.convert(PLATE, store=store, layout="square")
    with pytest.raises(ValueError, match="documents is one of"):
        ngc.convert(PLATE, store=store, documents="all")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": 3}, "name must be of the type str, not 3"),
        ({"limits": 3}, "limits must be of the type Limits, not 3"),
        ({"policy": "all"}, "policy must be of the type AccessPolicy, not 'all'"),
    ],
)
def test_arguments_of_another_type_are_refused_before_anything_is_read(
    wrong: dict[str, Any], words: str
) -> None:
    store = Source().plate().store()
    with pytest.raises(TypeError, match=words):
        ngc.convert(PLATE, store=store, **wrong)
    assert store.log == []


def test_what_is_on_a_server_is_converted_into_local_files(tmp_path: Path) -> None:
    def moved(documents: dict[str, Any]) -> dict[str, str]:
        server = "https://lab.example/data"
        return {url.replace(LAB, server): json.dumps(data) for url, data in documents.items()}

    server = ngc.MemoryStore(moved(Source().plate().documents), latency=0.001)
    target = tmp_path / "plate.json"
    url = "https://lab.example/data/plate.zarr"
    conversion = ngc.convert(
        url, target, store=ngc.ReadOnly(server), documents="per-well", concurrency=3
    )
    assert conversion.is_complete
    assert server.most_in_flight <= 3
    assert sorted(path.name for path in (tmp_path / "plate").iterdir()) == [
        "A_01.json",
        "B_02.json",
    ]
    node = next(iter(conversion.root.find("A_01_0").children()))
    assert node.ref_path == {"type": "zarr", "path": f"{url}/A/01/0/0"}
    with pytest.raises(ngc.ForbiddenError, match="cannot be written"):
        ngc.convert(url, store=ngc.ReadOnly(server))


def test_an_ozx_file_is_converted_into_a_document_beside_it(tmp_path: Path) -> None:
    files = [
        (url.removeprefix(f"{PLATE}/"), json.dumps(data).encode())
        for url, data in Source().plate().documents.items()
    ]
    url = ngc.ZipStore.write(tmp_path / "plate.ozx", files)
    before = (tmp_path / "plate.ozx").read_bytes()
    with ngc.ZipStore(tmp_path / "plate.ozx") as archive:
        conversion = ngc.convert(url, store=archive, target_store=ngc.LocalStore())
    assert conversion.is_complete
    assert conversion.url == (tmp_path / "plate.json").as_uri()
    node = next(iter(conversion.root.find("B_02_1").children()))
    assert node.ref_path == {"type": "zarr", "path": "./plate.ozx/B/02/1/0"}
    assert (tmp_path / "plate.ozx").read_bytes() == before


def test_paths_lead_only_where_the_policy_allows() -> None:
    source = Source().plate()
    source.group(f"{PLATE}/A/01", {"well": {"images": [{"path": "../../../secret"}]}})
    source.image(f"{LAB}/secret")
    assert convert(source, PLATE).root.find("A_01").children()
    store = source.store()
    conversion = ngc.convert(PLATE, store=store, policy=ngc.AccessPolicy(root=PLATE))
    assert not list(conversion.root.find("A_01").children())
    assert any("which references must not leave" in one.reason for one in conversion.problems)
    assert not any("secret" in url for _, url in store.log)


def test_limits_hold_and_what_is_beyond_them_is_told() -> None:
    source = Source().plate()
    few = convert(source, PLATE, limits=ngc.Limits(documents=4))
    assert not few.is_complete
    assert any("limit documents=4" in one.reason for one in few.problems)
    with pytest.raises(ngc.LimitExceededError):
        convert(source, PLATE, limits=ngc.Limits(document_bytes=10))


def test_progress_is_told_and_ends_with_everything() -> None:
    seen: list[tuple[int, int]] = []
    conversion = convert(
        Source().plate(), PLATE, progress=lambda done, known: seen.append((done, known))
    )
    assert seen == sorted(seen)
    assert seen[-1] == (len(conversion.ledger.documents),) * 2


async def _awaited(store: ngc.MemoryStore) -> ngc.Conversion:
    return await aio.convert(PLATE, store=store, layout="tall", documents="per-image")


def test_awaited_it_is_the_same() -> None:
    import asyncio  # noqa: PLC0415

    one, other = Source().plate().store(), Source().plate().store()
    awaited = asyncio.run(_awaited(one))
    waited = ngc.convert(PLATE, store=other, layout="tall", documents="per-image")
    assert awaited == waited
    assert {u: one.read(u) for u in one.urls()} == {u: other.read(u) for u in other.urls()}


def test_nothing_is_asked_for_but_metadata_by_its_address() -> None:
    store = Source().image(IMAGE, image()).store()
    ngc.convert(IMAGE, store=store)
    assert store.log == [
        ("stat", f"{LAB}/zarr.json"),
        ("stat", f"{LAB}/.zattrs"),
        ("get", f"{LAB}/cells.json"),
        ("get", f"{IMAGE}/zarr.json"),
        ("stat", f"{IMAGE}/0/zarr.json"),
        ("get", f"{IMAGE}/labels/zarr.json"),
        ("get", f"{LAB}/cells.json"),
        ("put", f"{LAB}/cells.json"),
    ]


def test_the_source_is_never_touched(tmp_path: Path) -> None:
    for url, data in Source("0.4").plate().documents.items():
        path = tmp_path / url.removeprefix(f"{LAB}/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(data))
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in tmp_path.rglob("*") if p.is_file()}
    folders = {p for p in tmp_path.rglob("*") if p.is_dir()}
    ngc.convert(tmp_path / "plate.zarr")
    assert {p for p in tmp_path.rglob("*") if p.is_dir()} == folders
    after = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in tmp_path.rglob("*") if p.is_file()}
    assert set(after) - set(before) == {tmp_path / "plate.json"}
    assert {path: after[path] for path in before} == before


def test_the_folder_may_be_named_by_one_of_its_documents() -> None:
    store = Source("0.4").plate().store()
    assert ngc.convert(f"{PLATE}/.zattrs", store=store).source == PLATE


def test_what_is_no_group_is_an_error() -> None:
    with pytest.raises(ngc.DocumentNotFoundError, match=r"neither a zarr.json nor a .zattrs"):
        ngc.convert(f"{LAB}/nothing.zarr", store=ngc.MemoryStore())
    store = ngc.MemoryStore({f"{PLATE}/zarr.json": b"{"})
    with pytest.raises(ngc.NotOmeError, match="is not JSON"):
        ngc.convert(PLATE, store=store)


def test_a_resolver_converts_where_it_is_bound_to() -> None:
    lab = ngc.Resolver(Source().plate().store())
    conversion = lab.convert(PLATE)
    assert conversion.url == ENTRY
    assert lab.to_ome_zarr(conversion.root, destination=f"{LAB}/copy.zarr")
    assert lab.convert(f"{LAB}/copy.zarr", check_arrays=False).is_complete
