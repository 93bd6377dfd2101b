"""Arrays are opened where they are, and only there; transformations whose numbers are in arrays."""

from __future__ import annotations

import functools
import http.server
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

import ngio_collections as ngc
from tests.read import samples

PIXELS = np.arange(2 * 6 * 8, dtype="uint16").reshape(2, 6, 8)


def write_array(where: Path, data: Any = PIXELS, *, version: Any = 3, **kwargs: Any) -> Any:
    array = zarr.create_array(
        str(where),
        shape=data.shape,
        chunks=tuple(max(1, n // 2) for n in data.shape),
        dtype=data.dtype,
        zarr_format=version,
        **kwargs,
    )
    array[...] = data
    return array


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An image of two levels in local files: one of each version of Zarr."""
    ngc.create(tmp_path / "image.json", samples.image("i", count=2))
    write_array(tmp_path / "i" / "0")
    write_array(tmp_path / "i" / "1", PIXELS[:, ::2, ::2], version=2)
    return tmp_path


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_pixels_of_local_images_are_one_call_away(folder: Path) -> None:
    image = ngc.open(folder / "image.json")
    np.testing.assert_array_equal(image.open_array()[...], PIXELS)
    assert image.open_array(1).shape == (2, 3, 4)
    assert image.levels()[1].open_array().metadata.zarr_format == 2


def test_what_was_opened_cannot_be_written_to(folder: Path) -> None:
    before = files_below(folder)
    array = ngc.open(folder / "image.json").open_array()
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0, 0] = 7
    assert files_below(folder) == before


@pytest.fixture
def documents(folder: Path) -> dict[str, bytes]:
    return {f"memory://lab/{name}": data for name, data in files_below(folder).items()}


def test_pixels_in_a_store_of_this_library_are_read_through_it(documents: dict[str, bytes]) -> None:
    store = ngc.MemoryStore(documents)
    image = ngc.open("memory://lab/image.json", store=store)
    store.log.clear()
    array = image.open_array(0)
    assert not any("/c/" in url for _, url in store.log)  # Metadata alone, until it is asked for.
    np.testing.assert_array_equal(array[...], PIXELS)
    np.testing.assert_array_equal(image.open_array(1)[...], PIXELS[:, ::2, ::2])
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0, 0] = 7
    assert not any(method in ("put", "delete") for method, _ in store.log)


def test_shards_are_read_through_a_store_of_this_library(tmp_path: Path) -> None:
    write_array(tmp_path / "i" / "0", shards=(2, 6, 8))
    documents = {f"memory://lab/{k}": v for k, v in files_below(tmp_path).items()}
    lab = ngc.Resolver(ngc.MemoryStore(documents))
    image = lab.create("memory://lab/image.json", samples.image("i", count=1))
    np.testing.assert_array_equal(image.open_array()[1, 2:5, 3], PIXELS[1, 2:5, 3])


def test_pixels_in_a_zip_file_are_read_from_it(folder: Path) -> None:
    ngc.create(folder, samples.image("i", count=2))
    where = folder / "image.ozx"
    url = ngc.ZipStore.write(where, list(files_below(folder).items()))
    with ngc.ZipStore(where) as store:
        image = ngc.open(url, store=store)
        np.testing.assert_array_equal(image.open_array()[...], PIXELS)


def test_the_store_that_is_given_is_the_one_that_is_read(documents: dict[str, bytes]) -> None:
    node = samples.image("i").to_json()
    image = samples.tree(node, "memory://lab/image.json")
    with pytest.raises(ngc.DocumentAccessError, match="there is no store for memory"):
        image.open_array()
    store = ngc.MemoryStore(documents)
    np.testing.assert_array_equal(image.open_array(store=store)[...], PIXELS)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_pixels_on_a_server_are_read_through_fsspec(address: str) -> None:
    pytest.importorskip("aiohttp")
    image = samples.tree(samples.image("i").to_json(), f"{address}/image.json")
    np.testing.assert_array_equal(image.open_array()[...], PIXELS)
    with pytest.raises(ngc.DocumentNotFoundError, match="no Zarr array"):
        image.open_array(2)


def test_without_fsspec_the_store_of_the_tree_is_asked(
    documents: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    served = {url.replace("memory://lab", "https://lab.org"): v for url, v in documents.items()}
    image = ngc.open("https://lab.org/image.json", store=ngc.MemoryStore(served))
    np.testing.assert_array_equal(image.open_array()[...], PIXELS)
    alone = samples.tree(samples.image("i").to_json(), "https://lab.org/image.json")
    with pytest.raises(ngc.MissingExtraError, match=r"lab\.org/i/ needs: .*\[remote\]"):
        alone.open_array()


def test_without_zarr_an_error_names_the_extra(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = ngc.open(folder / "image.json")
    monkeypatch.setitem(sys.modules, "zarr", None)
    with pytest.raises(ngc.MissingExtraError, match=r"ngio-collections\[zarr\]"):
        image.open_array()


# -- what may be read -----------------------------------------------------------------------------


def lead_to(path: str, url: str | None) -> ngc.Node:
    level = samples.level("l", "s", [1.0], path=path)
    systems = {"coordinateSystems": [samples.system("s", "x")]}
    node = ngc.new_node("multiscale", id="i", attributes=systems, children=[level]).to_json()
    return samples.tree(node, url)


def test_a_document_on_a_server_leads_to_no_local_array(folder: Path) -> None:
    image = lead_to((folder / "i" / "0").as_uri(), "https://lab.org/a.json")
    with pytest.raises(ngc.ForbiddenError, match="another origin"):
        image.open_array()
    opened = image.open_array(policy=ngc.AccessPolicy(origins=["*"]))
    assert opened.shape == PIXELS.shape


def test_a_root_is_not_left_for_pixels(folder: Path) -> None:
    other = folder / "collections"
    other.mkdir()
    ngc.create(other / "a.json", lead_to("../i/0", None))
    policy = ngc.AccessPolicy(root=other)
    with pytest.raises(ngc.ForbiddenError, match="must not leave"):
        ngc.open(other / "a.json").open_array(policy=policy)
    store = ngc.LocalStore(other)
    with pytest.raises(ngc.ForbiddenError):
        ngc.open(other / "a.json", store=store).open_array()
    inside = ngc.LocalStore(folder)
    image = ngc.open(folder / "image.json", store=inside)
    np.testing.assert_array_equal(image.open_array()[...], PIXELS)


def test_links_do_not_lead_out_of_a_root(folder: Path) -> None:
    other = folder / "collections"
    other.mkdir()
    (other / "link").symlink_to(folder / "i" / "0")
    ngc.create(other / "a.json", lead_to("./link", None))
    image = ngc.open(other / "a.json")
    assert image.open_array().shape == PIXELS.shape
    with pytest.raises(ngc.ForbiddenError):
        image.open_array(policy=ngc.AccessPolicy(root=other))


# -- arrays that are not there ---------------------------------------------------------------------


def test_an_array_that_is_not_there_is_named(folder: Path, documents: dict[str, bytes]) -> None:
    ngc.create(folder / "b.json", lead_to("./nothing", None))
    with pytest.raises(ngc.DocumentNotFoundError, match="nothing: there is no Zarr array"):
        ngc.open(folder / "b.json").open_array()
    del documents["memory://lab/i/0/zarr.json"]
    image = ngc.open("memory://lab/image.json", store=ngc.MemoryStore(documents))
    with pytest.raises(ngc.DocumentNotFoundError, match="i/0: there is no Zarr array"):
        image.open_array()


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", '{"zarr_format": 3, "node_type": "group"}', '{"zarr_format": 9}']
)
def test_what_is_no_array_is_refused(folder: Path, content: str) -> None:
    (folder / "i" / "0" / "zarr.json").write_text(content)
    with pytest.raises(ngc.DocumentError, match="i/0: "):
        ngc.open(folder / "image.json").open_array()


# -- numbers in arrays ----------------------------------------------------------------------------


def scene(folder: Path, *transformations: dict[str, Any], axes: str = "yx") -> ngc.Node:
    listed = [{**samples.ends("in", "out"), **one} for one in transformations]
    systems = [samples.system("in", axes), samples.system("out", axes)]
    value = {"coordinateSystems": systems, "coordinateTransformations": listed}
    node = ngc.new_node("collection", id="scene", attributes={"scene": value})
    return ngc.create(folder / "scene.json", node, overwrite=True)


def across(root: ngc.Node, start: str = "in", end: str = "out") -> ngc.PointMap:
    return ngc.transform_between((root, start), (root, end))


@pytest.mark.parametrize("path", ["./matrix", {"type": "zarr", "path": "./matrix"}])
def test_a_matrix_in_an_array_is_read(tmp_path: Path, path: Any) -> None:
    write_array(tmp_path / "matrix", np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    found = across(scene(tmp_path, {"type": "affine", "path": path}))
    assert isinstance(found, ngc.Affine)
    assert found.matrix.tolist() == [[1, 2, 3], [4, 5, 6], [0, 0, 1]]


def test_numbers_of_transformations_are_read_where_it_is_allowed(tmp_path: Path) -> None:
    write_array(tmp_path / "matrix", np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    inner = tmp_path / "inner"
    inner.mkdir()
    root = scene(inner, {"type": "affine", "path": "../matrix"})
    assert across(root).is_affine
    ends = ((root, "in"), (root, "out"))
    with pytest.raises(ngc.ForbiddenError):
        ngc.transform_between(*ends, policy=ngc.AccessPolicy(root=inner))
    guarded = ngc.open(inner / "scene.json", store=ngc.LocalStore(inner))
    with pytest.raises(ngc.ForbiddenError):
        across(guarded)
    view = ngc.open_inlined(inner / "scene.json", policy=ngc.AccessPolicy(root=inner))
    with pytest.raises(ngc.ForbiddenError):
        across(view)
    stored = ngc.MemoryStore({f"memory://lab/{k}": v for k, v in files_below(tmp_path).items()})
    elsewhere = samples.tree(root.to_json(), "memory://lab/inner/scene.json")
    ends = ((elsewhere, "in"), (elsewhere, "out"))
    assert ngc.transform_between(*ends, store=stored).is_affine


def test_a_rotation_in_an_array_is_read_in_both_directions(tmp_path: Path) -> None:
    write_array(tmp_path / "matrix", np.array([[0.0, -1.0], [1.0, 0.0]]))
    root = scene(tmp_path, {"type": "rotation", "path": "./matrix"})
    assert across(root)([1.0, 0.0]).tolist() == [0.0, 1.0]
    np.testing.assert_allclose(across(root, "out", "in")([0.0, 1.0]), [1.0, 0.0])


def field_metadata(
    axes: str, vector: str, scale: list[float], *, first: bool = False
) -> dict[str, Any]:
    """What an array with vectors says of itself, as in RFC-5."""
    described = [{"name": name, "type": "space"} for name in axes]
    described.insert(0 if first else len(axes), {"name": "v", "type": vector})
    return {
        "coordinateSystems": [{"name": "field", "axes": described}],
        "coordinateTransformations": [{"type": "scale", "scale": scale, "output": "field"}],
    }


def test_the_example_of_displacements_in_rfc_5(tmp_path: Path) -> None:
    metadata = field_metadata("x", "displacement", [2, 1])
    write_array(tmp_path / "d", np.array([[-1.0], [0.0], [1.0]]), attributes=metadata)
    linear = {"type": "displacements", "path": "./d", "interpolation": "linear"}
    found = across(scene(tmp_path, linear, axes="x"))
    assert not found.is_affine
    assert found([1.0]).tolist() == [0.5]
    assert found([[0.0], [2.0], [3.0], [4.0]]).tolist() == [[-1.0], [2.0], [3.5], [5.0]]


def test_the_example_of_coordinates_in_rfc_5(tmp_path: Path) -> None:
    metadata = field_metadata("i", "coordinate", [1, 1])
    write_array(tmp_path / "c", np.array([[-9.0], [9.0], [0.0]]), attributes={"ome": metadata})
    nearest = {"type": "coordinates", "path": "./c", "interpolation": "nearest"}
    found = across(scene(tmp_path, nearest, axes="x"))
    points = [[-5.0], [0.4], [0.5], [1.4], [1.5], [9.0]]
    assert found(points).tolist() == [[-9.0], [-9.0], [9.0], [9.0], [0.0], [0.0]]


def test_a_field_in_two_dimensions_lies_linearly_between_its_samples(tmp_path: Path) -> None:
    y, x = np.mgrid[0:4, 0:5].astype(float)
    samples_ = np.stack([3 * y + x, 10 * x - y])  # The vectors lie along the first axis.
    metadata = field_metadata("yx", "coordinate", [1, 0.5, 0.5], first=True)
    write_array(tmp_path / "c", samples_, attributes=metadata)
    found = across(scene(tmp_path, {"type": "coordinates", "path": "./c"}))
    rng = np.random.default_rng(7)
    points = rng.uniform([0, 0], [1.5, 2.0], size=(50, 2))
    at = points / 0.5
    expected = np.stack([3 * at[:, 0] + at[:, 1], 10 * at[:, 1] - at[:, 0]], axis=-1)
    np.testing.assert_allclose(found(points), expected)
    assert repr(found) == "<PointMap by coordinates from 2 to 2 axes>"


def image_with_field(kind: str, folder: Path) -> None:
    """A group with an image whose pixels are vectors: of RFC-8, or of version 0.6."""
    axes = [{"name": "y", "type": "space"}, {"name": "v", "type": "displacement"}]
    placed = {"type": "scale", "scale": [2, 1]}
    if kind == "rfc8":
        level = ngc.new_node(
            "singlescale",
            id="l",
            ref={"type": "zarr", "path": "./s0"},
            attributes={"coordinateTransformations": [{**placed, **samples.ends("l", "s")}]},
        )
        systems = {"coordinateSystems": [{"id": "s", "axes": axes}]}
        node = ngc.new_node("multiscale", id="f", attributes=systems, children=[level])
        ngc.create(folder, node)
        return
    dataset = {"path": "s0", "coordinateTransformations": [{**placed, "output": {"name": "p"}}]}
    old = {"coordinateSystems": [{"name": "p", "axes": axes}], "datasets": [dataset]}
    zarr.create_group(str(folder), attributes={"ome": {"version": "0.6", "multiscales": [old]}})


@pytest.mark.parametrize("kind", ["rfc8", "0.6"])
def test_a_field_may_be_an_image_in_a_group(kind: str, tmp_path: Path) -> None:
    image_with_field(kind, tmp_path / "field.zarr")
    write_array(tmp_path / "field.zarr" / "s0", np.array([[-1.0], [0.0], [1.0]]))
    path = {"type": "zarr", "path": "./field.zarr"}
    found = across(scene(tmp_path, {"type": "displacements", "path": path}, axes="y"))
    assert found([[1.0], [4.0]]).tolist() == [[0.5], [5.0]]


def test_maps_that_are_no_matrix_are_put_together_with_others(tmp_path: Path) -> None:
    metadata = field_metadata("x", "displacement", [1, 1])
    write_array(tmp_path / "d", np.array([[1.0], [1.0]]), attributes=metadata)
    warp = {"type": "displacements", "path": "./d"}
    shift = {"type": "translation", "translation": [5]}
    double = {"type": "scale", "scale": [2]}
    steps = {"type": "sequence", "transformations": [shift, double, warp, shift, double]}
    found = across(scene(tmp_path, steps, axes="x"))
    assert found([0.0]).tolist() == [32.0]
    assert repr(found) == "<PointMap of 3 steps from 1 to 1 axes>"
    split = {
        "type": "byDimension",
        "transformations": [
            {"transformation": warp, "inputAxes": [1], "outputAxes": [0]},
            {"transformation": double, "inputAxes": [0], "outputAxes": [1]},
        ],
    }
    both = across(scene(tmp_path, split))
    assert both([[1.0, 2.0]]).tolist() == [[3.0, 2.0]]


def test_a_bijection_of_fields_leads_back(tmp_path: Path) -> None:
    metadata = field_metadata("x", "displacement", [1, 1])
    for name, by in (("there", 3.0), ("back", -3.0)):
        write_array(tmp_path / name, np.array([[by], [by]]), attributes=metadata)
    fields = [{"type": "displacements", "path": f"./{name}"} for name in ("there", "back")]
    both = {"type": "bijection", "forward": fields[0], "inverse": fields[1]}
    root = scene(tmp_path, both, axes="x")
    there, back = across(root), across(root, "out", "in")
    assert there([1.0]).tolist() == [4.0]
    assert back(there([1.0])).tolist() == [1.0]
    assert there.inverse()(there([1.0])).tolist() == [1.0]
    assert not back.is_affine


def test_a_field_alone_has_no_way_back(tmp_path: Path) -> None:
    metadata = field_metadata("x", "displacement", [1, 1])
    write_array(tmp_path / "d", np.array([[1.0], [1.0]]), attributes=metadata)
    root = scene(tmp_path, {"type": "displacements", "path": "./d"}, axes="x")
    with pytest.raises(ngc.NoTransformationError, match="a `bijection` gives one"):
        across(root, "out", "in")


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"interpolation": "cubic"}, ngc.InvalidAttributeError, "/0/interpolation: .*`nearest`"),
        ({"path": 7}, ngc.InvalidAttributeError, "/0/path: .* the path of a Zarr array"),
        ({"path": ""}, ngc.PathError, "/0/path: .*names no file"),
        ({"path": "./gone"}, ngc.DocumentNotFoundError, "there is no Zarr array"),
        ({"path": "./flat"}, ngc.InvalidAttributeError, "a field of 1 dimensions"),
        ({"path": "./bare"}, ngc.InvalidAttributeError, "describes itself"),
        ({"path": "./long"}, ngc.InvalidAttributeError, "displacements of 2 numbers"),
        ({"path": "https://x.org/d"}, ngc.ForbiddenError, "another origin"),
    ],
)
def test_fields_that_cannot_be_used_are_refused(
    change: dict[str, Any], error: type[Exception], words: str, tmp_path: Path
) -> None:
    metadata = field_metadata("x", "displacement", [1, 1])
    write_array(tmp_path / "d", np.zeros((2, 1)), attributes=metadata)
    write_array(tmp_path / "flat", np.zeros(2), attributes=metadata)
    write_array(tmp_path / "long", np.zeros((2, 2)), attributes=metadata)
    write_array(tmp_path / "bare", np.zeros((2, 1)))
    root = scene(tmp_path, {"type": "displacements", "path": "./d", **change}, axes="x")
    with pytest.raises(error, match=words):
        across(root)


def test_without_zarr_or_numpy_the_extras_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = scene(tmp_path, {"type": "displacements", "path": "./d"}, axes="x")
    monkeypatch.setitem(sys.modules, "zarr", None)
    with pytest.raises(ngc.MissingExtraError, match=r"\[zarr\]"):
        across(root)
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(ngc.MissingExtraError, match=r"\[numpy\]"):
        across(root)
