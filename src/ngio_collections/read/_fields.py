"""Transformations whose numbers are in Zarr arrays: matrices, and fields of vectors.

The arrays describe themselves (RFC-5, "coordinates and displacements"): which of their axes
holds the vector, and where the samples are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from ngio_collections import _paths
from ngio_collections.errors import PathError
from ngio_collections.graph import as_tree
from ngio_collections.read._arrays import group_url
from ngio_collections.read._compile import Task
from ngio_collections.read._levels import level_of, placement
from ngio_collections.read._maps import Affine, Field, PointMap, numpy
from ngio_collections.read._parts import Words, place
from ngio_collections.read._pixels import opened_at

__all__ = ["stored_field", "stored_matrix"]

_VECTORS: Final = {"displacements": "displacement", "coordinates": "coordinate"}
"""The type of the axis along which the vectors of a field lie."""


def _address(task: Task) -> str:
    """The address of the array: its path is a string, or a Path object (position P1)."""
    path = task.raw.get("path")
    url = task.node.document_url
    try:
        if isinstance(path, str):
            return _paths.resolve(url, path).rstrip("/")
        if isinstance(path, dict):
            return group_url(url, path)
    except PathError as error:
        raise PathError(f"{place(task.node, *task.parts, 'path')}: {error}") from error
    raise task.wrong(path, "the path of a Zarr array", "path")


def _opened(task: Task, url: str, *, is_array: bool = True) -> Any:
    store, policy = task.access
    return opened_at(task.node, url, store=store, policy=policy, is_array=is_array)


def stored_matrix(task: Task) -> Any:
    """The matrix of an `affine` or a `rotation` that is stored in an array."""
    np = numpy()
    return np.asarray(_opened(task, _address(task))[...], dtype=float)


class _Described(NamedTuple):
    """What the metadata beside a field says.

    Attributes:
        url: The address of the array with the vectors.
        scale: The distance of samples along each axis of the array.
        translation: Where the first sample is.
        vector: Along which axis the vectors lie.
    """

    url: str
    scale: tuple[float, ...]
    translation: tuple[float, ...]
    vector: int


def stored_field(task: Task) -> PointMap:
    """The map by a field of vectors. The vectors are read when points are mapped first.

    Raises:
        MissingExtraError: zarr is not installed.
        DocumentError: The array, or what describes it, cannot be read.
        InvalidAttributeError: They do not fit the transformation.
    """
    kind = task.raw["type"]
    interpolation = task.raw.get("interpolation", "linear")
    if interpolation not in ("linear", "nearest"):
        raise task.wrong(
            interpolation, "`linear` or `nearest`, which are done here", "interpolation"
        )
    found = _described(task, _address(task), _VECTORS[kind])
    array = _opened(task, found.url)
    if array.ndim != task.inputs + 1 or len(found.scale) != array.ndim:
        words = Words(f"a field of {array.ndim} dimensions at {found.url}")
        raise task.wrong(words, f"one for each of {task.inputs} axes, and one for vectors", "path")
    outputs = array.shape[found.vector]
    if kind == "displacements" and outputs != task.inputs:
        words = Words(f"displacements of {outputs} numbers at {found.url}")
        raise task.wrong(words, f"one for each of {task.inputs} axes", "path")
    return Field(
        _reader(array, found.vector),
        _to_index(found),
        outputs,
        adds=kind == "displacements",
        is_nearest=interpolation == "nearest",
    )


def _reader(array: Any, vector: int) -> Callable[[], Any]:
    def read() -> Any:
        np = numpy()
        return np.moveaxis(np.asarray(array[...], dtype=float), vector, -1)

    return read


def _to_index(found: _Described) -> PointMap:
    """The map from points to positions in the array, without the axis of the vectors."""
    np = numpy()
    kept = [axis for axis in range(len(found.scale)) if axis != found.vector]
    scale = [found.scale[axis] for axis in kept]
    shift = [found.translation[axis] for axis in kept]
    return Affine.of(np.diag(scale), shift).inverse()


def _described(task: Task, url: str, vector: str) -> _Described:
    """Read what an array, or a group with an image in it, says of itself.

    There are three forms: an array with a coordinate system of its own (RFC-5), a group with
    `multiscales` (0.6), and a node of RFC-8.
    """
    attributes = _attributes_at(task, url)
    ome = attributes.get("ome", attributes)
    if isinstance(ome, dict) and ome.get("type") == "multiscale":
        image, where = ome, _path_of(_first(ome, "nodes").get("path"))
    else:
        image, where = _as_image(ome if isinstance(ome, dict) else {})
    if not _first(image.get("attributes"), "coordinateSystems"):
        words = Words(f"a field at {url} without `coordinateSystems`")
        raise task.wrong(words, "one that describes itself", "path")
    level = level_of(as_tree(image, f"{url}/zarr.json").root, 0)
    scale, translation = placement(level)
    axes = [axis.type for axis in level.axes]
    along = axes.index(vector) if vector in axes else len(axes) - 1
    return _Described(f"{url}{where}", scale, translation, along)


def _first(holder: Any, key: str) -> dict[str, Any]:
    """The first object of an array, an empty one if there is none."""
    listed = holder.get(key) if isinstance(holder, dict) else None
    found = listed[0] if isinstance(listed, list) and listed else None
    return found if isinstance(found, dict) else {}


def _as_image(ome: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """What older metadata says, as an image of RFC-8; and where its array is."""
    own = ome.get("attributes", ome) if "type" in ome else ome
    holder = _first(own, "multiscales") or own
    dataset = _first(holder, "datasets")
    placed = _first(dataset or holder, "coordinateTransformations") or {"type": "identity"}
    system = _first(holder, "coordinateSystems")
    level = {
        "type": "singlescale",
        "id": "samples",
        "attributes": {"coordinateTransformations": [{**placed, "output": {"id": "field"}}]},
    }
    image = {
        "type": "multiscale",
        "attributes": {"coordinateSystems": [{**system, "id": "field"}] if system else []},
        "nodes": [level],
    }
    return image, _path_of(dataset)


def _path_of(holder: Any) -> str:
    """The path of an array in its group, with a slash in front; empty for the group itself."""
    path = holder.get("path") if isinstance(holder, dict) else None
    plain = path.removeprefix("./").strip("/") if isinstance(path, str) else ""
    return f"/{plain}" if plain else ""


def _attributes_at(task: Task, url: str) -> dict[str, Any]:
    """The attributes of the Zarr array or group at an address."""
    return dict(_opened(task, url, is_array=False).attrs)
