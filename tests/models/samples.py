"""One document that uses every concept, in the form of each profile, and its models."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from ngio_collections._generated import PROFILES
from ngio_collections._model_base import FrozenModel

KEYS = tuple(PROFILES.values())

every_profile = pytest.mark.parametrize("key", KEYS)

DRAFT = "rfc8_draft_2026_04"

ODD_KEYS = (
    *("copy", "json", "model_dump", "extra", "model_extra", "model_fields", "model_config"),
    *("coordinate_systems", "long_name", "label_value", "input_axes", "to_json", "from_json"),
    *("__class__", "__dict__", "__pydantic_extra__", "self", "cls", "", "a b", "é", "x:y"),
)
"""Unknown keys that mean something to Python, to pydantic or to the models."""


def module(key: str) -> ModuleType:
    """The generated models of a profile."""
    return importlib.import_module(f"ngio_collections._generated.{key}.models")


def _path(name: str, type: str = "zarr") -> dict[str, Any]:
    return {"type": type, "path": f"./{name}"}


def _between(kind: str, parameters: dict[str, Any]) -> dict[str, Any]:
    ends = {"input": {"id": "world", "path": None}, "output": {"id": "image", "path": _path("i")}}
    return {"type": kind, **parameters, **ends, "name": kind}


def _transformations() -> list[dict[str, Any]]:
    scale = {"type": "scale", "scale": [1, 1.0, -0.0, 10**40, 0.325]}
    item = {"transformation": scale, "inputAxes": [0], "outputAxes": [1.0]}
    parameters: dict[str, dict[str, Any]] = {
        "identity": {},
        "mapAxis": {"mapAxis": [1, 0]},
        "projectAxis": {"droppedInputs": [0], "createdOutputs": [1]},
        "translation": {"translation": [0.5, -1]},
        "scale": {"scale": [2, 3.0]},
        "affine": {"affine": [[1, 0, 5], [0, 1, 6.5]]},
        "rotation": {"path": _path("matrix")},
        "sequence": {"transformations": [scale, {"type": "x:warp", "by": [[]]}]},
        "displacements": {"path": "field", "interpolation": "linear"},
        "coordinates": {"path": _path("field")},
        "bijection": {"forward": scale, "inverse": {"type": "identity"}},
        "byDimension": {"transformations": [item]},
        "myorg:nonlinear": {"parameters": {"deep": [{"deeper": []}]}},
    }
    return [_between(kind, values) for kind, values in parameters.items()]


def _attributes(key: str) -> dict[str, Any]:
    def reference(id_: str) -> Any:
        return id_ if key == DRAFT else {"id": id_}

    axis = {"name": "x", "type": "space", "unit": "meter", "discrete": False, "longName": "X"}
    system = {"id": "world", "name": "World", "axes": [axis]}
    attributes: dict[str, Any] = {
        "coordinateSystems": [system],
        "coordinateTransformations": _transformations(),
        "labels": {
            "labelAttributes": [{"labelValue": 1, "color": [255, 0, 0.0, 255]}],
            "source": [{"id": "image"}],
        },
        "plate": {
            "rows": [{"id": "A", "name": "A"}],
            "columns": [{"id": "01"}],
            "acquisitions": [{"id": "first", "name": ""}],
        },
        "well": {"row": reference("A"), "column": reference("01")},
        "acquisition": reference("first"),
        "x:own": {"list": [1, [2, {"three": None}]], "empty": [], "object": {}},
    }
    if key != DRAFT:
        attributes["scene"] = {
            "coordinateSystems": [{**system, "id": "scene"}],
            "coordinateTransformations": _transformations()[:2],
        }
    return attributes


def node(key: str) -> dict[str, Any]:
    """A collection that holds a node of each kind and every attribute."""
    level = {"type": "singlescale", "id": "level", "name": "Level", "path": _path("0")}
    image = {"type": "multiscale", "id": "image", "name": "Image", "nodes": [level]}
    custom = {"type": "x:table", "id": "table", "name": "Table", "nodes": [1, {"a": []}]}
    stub = {"type": "collection", "id": "stub", "name": "Stub", "path": _path("s.json", "json")}
    return {
        "version": "0.9",
        "type": "collection",
        "id": "root",
        "name": "Root",
        "attributes": _attributes(key),
        "nodes": [image, custom, stub],
    }


def document(key: str) -> dict[str, Any]:
    """A `zarr.json` around `node`."""
    return {"zarr_format": 3, "node_type": "group", "attributes": {"ome": node(key), "other": [1]}}


def with_odd_keys(value: Any) -> Any:
    """The same value with every odd key in each of its objects, known or not."""
    if isinstance(value, list):
        return [with_odd_keys(item) for item in value]
    if not isinstance(value, dict):
        return value
    known = {name: with_odd_keys(item) for name, item in value.items()}
    return {**known, **{name: {"of": [name]} for name in ODD_KEYS if name not in known}}


def read(key: str, value: Any) -> FrozenModel:
    """The model of a document in the `zarr` envelope."""
    model: FrozenModel = module(key).ZarrDocument.from_json(value)
    return model


def models_in(value: Any) -> Iterator[FrozenModel]:
    """A model and every model inside it."""
    if isinstance(value, FrozenModel):
        yield value
        for name in type(value).model_fields:
            yield from models_in(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from models_in(item)


def values_in(value: Any) -> Iterator[Any]:
    """Every value that can be reached from a model, itself first."""
    yield value
    inner: list[Any] = []
    if isinstance(value, FrozenModel):
        inner = [*value.__dict__.values(), value.extra]
    elif isinstance(value, dict):
        inner = list(value.values())
    elif isinstance(value, (list, tuple, set, frozenset)):
        inner = list(value)
    for item in inner:
        yield from values_in(item)
