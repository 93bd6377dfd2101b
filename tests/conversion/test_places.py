"""Where documents go, and that it is never into the source."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ngio_collections as ngc
from tests.conversion.samples import IMAGE, LAB, PLATE, Source

Files = dict[Path, tuple[bytes, int]]


def files(folder: Path) -> Files:
    """What is in the files below a folder, and when they were written."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


def put(folder: Path, source: Source, name: str) -> Path:
    """Write the documents of the plate, or of the image, as local files under another name."""
    for url, data in source.documents.items():
        path = folder / url.replace(PLATE, name).replace(IMAGE, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(data))
    return folder / name


def labelled() -> Source:
    """An image with a label image."""
    source = Source().image(IMAGE)
    source.group(f"{IMAGE}/labels", {"labels": ["nuclei"]})
    return source.image(f"{IMAGE}/labels/nuclei", **{"image-label": {}})


@pytest.fixture(params=["0.4", "0.5"])
def plate(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A plate in a folder without an ending, which must be the same afterwards."""
    path = put(tmp_path, Source(request.param).plate(), "plate")
    before = files(path)
    yield path
    assert files(path) == before


@pytest.mark.parametrize("overwrite", [False, True])
def test_documents_do_not_go_into_a_source_that_is_called_like_their_folder(
    plate: Path, overwrite: bool
) -> None:
    conversion = ngc.convert(plate, documents="per-well", overwrite=overwrite)
    assert conversion.url == (plate.parent / "plate_collection.json").as_uri()
    assert (plate.parent / "plate_collection" / "A_01.json").is_file()
    with pytest.raises(ngc.ForbiddenError, match="its other documents in a folder in the source"):
        ngc.convert(plate, f"{plate}.json", documents="per-image", overwrite=overwrite)
    assert ngc.convert(plate).url == plate.with_suffix(".json").as_uri()


def test_links_into_the_source_are_followed_before_anything_is_written(plate: Path) -> None:
    (plate.parent / "link").symlink_to(plate)
    (plate.parent / "other.json").symlink_to(plate / "collection.json")
    (plate.parent / "wells").symlink_to(plate / "A")
    for destination in ("link/x.json", "other.json"):
        with pytest.raises(ngc.ForbiddenError, match="is in the source"):
            ngc.convert(plate, plate.parent / destination, overwrite=True)
    with pytest.raises(ngc.ForbiddenError, match="in a folder in the source"):
        ngc.convert(plate, plate.parent / "wells.json", documents="per-well")
    with pytest.raises(ngc.ForbiddenError, match="is in the source"):
        ngc.convert(plate.parent / "link", plate / "x.json")
    assert ngc.convert(plate.parent / "link").url == (plate.parent / "link.json").as_uri()


@pytest.mark.parametrize("documents", ["one", "per-image"])
def test_a_part_of_a_hierarchy_is_converted_into_a_document_beside_all_of_it(
    plate: Path, documents: str
) -> None:
    conversion = ngc.convert(plate / "A" / "01" / "0", documents=documents)
    assert conversion.url == (plate.parent / "plate_A_01_0.json").as_uri()
    assert conversion.is_complete
    with pytest.raises(ngc.ForbiddenError, match="plate, which the source is a part of"):
        ngc.convert(plate / "A" / "01", plate / "A" / "wells.json")


@pytest.mark.parametrize("documents", ["one", "per-image"])
def test_a_group_that_is_called_zarr_does_not_give_its_name_to_a_document(
    tmp_path: Path, documents: str
) -> None:
    source = put(tmp_path, labelled(), "zarr")
    around: dict[str, Any] = {"zarr_format": 3, "node_type": "group", "attributes": {}}
    (tmp_path / "zarr.json").write_text(json.dumps(around))
    before = files(tmp_path)
    conversion = ngc.convert(source, documents=documents, overwrite=True)
    assert conversion.url == (tmp_path / "zarr_collection.json").as_uri()
    after = files(tmp_path)
    assert {path: after[path] for path in before} == before


def test_a_label_image_is_converted_beside_an_image_that_has_no_metadata(tmp_path: Path) -> None:
    source = labelled()
    del source.documents[f"{IMAGE}/zarr.json"]
    image = put(tmp_path, source, "cells.zarr")
    conversion = ngc.convert(image / "labels" / "nuclei")
    assert conversion.url == (tmp_path / "cells_labels_nuclei.json").as_uri()


def test_nothing_but_groups_of_ome_zarr_counts_as_a_hierarchy() -> None:
    store = Source().image(f"{LAB}/a/b/cells").store()
    face = store.blocking()
    assert face is not None
    face.put(f"{LAB}/a/b/zarr.json", b"no JSON")
    face.put(f"{LAB}/a/.zattrs", b"[]")
    face.put(f"{LAB}/zarr.json", b'{"attributes": {"lab": 1}}')
    assert ngc.convert(f"{LAB}/a/b/cells", store=store).url == f"{LAB}/a/b/cells.json"
    face.put(f"{LAB}/.zattrs", b'{"plate": {}}')
    url = f"{LAB}/a/b/cells"
    assert ngc.convert(url, store=store).url == "memory://lab/data_a_b_cells.json"


def test_what_is_below_a_collection_of_rfc_8_is_converted_beside_itself() -> None:
    store = Source().image(IMAGE).store()
    ngc.create(LAB, ngc.new_node("collection", id="lab"), store=store)
    assert ngc.convert(IMAGE, store=store).url == f"{LAB}/cells.json"


def test_where_nothing_is_beside_the_source_a_destination_must_be_given() -> None:
    store = Source().image("memory://cells").store()
    with pytest.raises(ngc.ForbiddenError, match="nothing beside it; say which"):
        ngc.convert("memory://cells", store=store)
    assert ngc.convert("memory://cells", "memory://other/x.json", store=store).is_complete


def test_what_may_not_be_read_around_the_source_is_left_alone() -> None:
    store = Source().plate().store()
    ngc.convert(PLATE, store=store, policy=ngc.AccessPolicy(root=PLATE))
    assert not [url for verb, url in store.log if verb == "stat" and not url.startswith(PLATE)]
