"""Scenes: how images lie in space."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ngio_collections import _paths
from ngio_collections._generated import conversions
from ngio_collections.conversion._engine import (
    ABSENT,
    DONE,
    Mapped,
    Piece,
    Restored,
    UnconvertibleError,
    Wrong,
    attempt,
    convert,
    converts,
    restore,
    restores,
)
from ngio_collections.conversion._restoring import Back, BackTask
from ngio_collections.conversion._work import SceneTask
from ngio_collections.conversion.bodies._shared import version_back, version_of
from ngio_collections.conversion.bodies.space import System, system_name, systems_back, systems_of
from ngio_collections.conversion.bodies.transformations import (
    Step,
    transformation,
    transformation_back,
)
from ngio_collections.errors import PathError

TRANSFORMATIONS = "/attributes/scene/coordinateTransformations"


@converts(conversions.scene_group_scene)
def scene_group_scene(value: Any, piece: Piece, at: str) -> Mapped:
    piece.node.attributes["scene"] = {}
    convert(Piece("scene", value, at, page=piece.page, made=piece.made, work=piece.work))
    return DONE


@restores(conversions.scene_group_scene)
def scene_group_scene_back(piece: Restored) -> Any:
    scene = piece.attributes.get("scene")
    if not isinstance(scene, Mapping):
        return ABSENT
    return restore(Restored("scene", piece.version, piece.node, piece.work, value=scene))


@converts(conversions.scene_group_version)
def scene_group_version(value: Any, piece: Piece, at: str) -> Mapped:
    return version_of(value, piece, at)


@restores(conversions.scene_group_version)
def scene_group_version_back(piece: Restored) -> Any:
    return version_back(piece)


@converts(conversions.scene_coordinatesystems)
def scene_coordinatesystems(value: Any, piece: Piece, at: str) -> Mapped:
    found = systems_of(value, piece, at, "/attributes/scene/coordinateSystems")
    if isinstance(found, Wrong):
        return found
    piece.node.attributes["scene"]["coordinateSystems"], piece.work.systems = found
    return DONE


@restores(conversions.scene_coordinatesystems)
def scene_coordinatesystems_back(piece: Restored) -> Any:
    systems = piece.value.get("coordinateSystems")
    return ABSENT if systems is None else systems_back(systems, piece)


@converts(conversions.scene_coordinatetransformations)
def scene_coordinatetransformations(value: Any, piece: Piece, at: str) -> Mapped:
    if not isinstance(value, list) or not value:
        return Wrong("an array of transformations")
    made = piece.node.attributes["scene"].setdefault("coordinateTransformations", [])
    is_plain = True
    for number, item in enumerate(value):
        here = f"{at}/{number}"
        done = attempt(piece.page, item, here, partial(_transformation, item, here, piece))
        if isinstance(done, dict):
            reason = "It leads from system to system."
            where = f"{TRANSFORMATIONS}/{len(made)}"
            piece.page.mapped(here, piece.node.place, where, reason)
            made.append(done)
            is_plain = is_plain and _is_plain(item)
    if not is_plain:
        piece.keep("coordinateTransformations", value)
    return DONE


def _transformation(value: Any, at: str, piece: Piece) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnconvertibleError(at, Wrong("an object").found(value))
    task: SceneTask = piece.work
    ends = [_end(value, key, at, task, piece) for key in ("input", "output")]
    (start, source), (end, target) = ends
    step = Step(task, source.dimensions)
    made = transformation(
        value, at, step, page=piece.page, made=piece.node, outputs=target.dimensions
    )
    return {**made, "input": start, "output": end}


def _end(
    value: Mapping[str, Any], key: str, at: str, task: SceneTask, piece: Piece
) -> tuple[dict[str, Any], System]:
    """The Reference to the coordinate system that a transformation begins or ends at."""
    here = f"{at}/{key}"
    if key not in value:
        raise UnconvertibleError(here, "is missing")
    found = value[key]
    end = {"name": found} if isinstance(found, str) else found
    name = end.get("name") if isinstance(end, dict) else None
    path = end.get("path") if isinstance(end, dict) else None
    if isinstance(name, str) and not path:
        system = task.systems.get(name)
        if system is not None:
            return {"id": system.id}, system
    elif isinstance(name, str) and isinstance(path, str):
        image = task.images.get(_url(task, path))
        system = None if image is None else image[1].get(name)
        if image is not None and system is not None:
            reference: dict[str, Any] = {"id": system.id}
            if image[0].home != piece.node.home:
                reference["path"] = _paths.path_to(piece.node.home, image[0].home)
            return reference, system
    expected = "the name of a coordinate system, of this scene or of the image at `path`"
    raise UnconvertibleError(here, Wrong(expected).found(found))


def _url(task: SceneTask, path: str) -> str:
    try:
        return _paths.zarr_child(task.group.url, path)
    except PathError:
        return ""


def _is_plain(value: Mapping[str, Any]) -> bool:
    """Whether a transformation comes back by itself: ends are objects, and only the outer ones."""
    stack: list[tuple[Any, bool]] = [(value, True)]
    while stack:
        item, is_outer = stack.pop()
        if isinstance(item, list):
            stack += [(one, False) for one in item]
        if not isinstance(item, dict):
            continue
        for key, inside in item.items():
            if key in ("input", "output"):
                if not (
                    is_outer and isinstance(inside, dict) and inside.keys() <= {"name", "path"}
                ):
                    return False
                if "path" in inside and inside["path"] != _shortest(inside["path"]):
                    return False
            elif key == "path" and inside != _shortest(inside):
                return False
            else:
                stack.append((inside, False))
    return True


def _shortest(path: Any) -> Any:
    """A path as it comes back."""
    base = "memory://a/b"
    try:
        return _paths.zarr_path(base, _paths.zarr_child(base, path))
    except (PathError, TypeError, AttributeError):
        return None


@restores(conversions.scene_coordinatetransformations)
def scene_coordinatetransformations_back(piece: Restored) -> Any:
    return [
        {
            **transformation_back(item, piece),
            **{key: _end_back(item.get(key), piece) for key in ("input", "output")},
        }
        for item in piece.value.get("coordinateTransformations") or ()
        if isinstance(item, Mapping)
    ]


def _end_back(reference: Any, piece: Restored) -> dict[str, Any]:
    """The name of a coordinate system, with the path of the image that has it."""
    id_ = reference.get("id") if isinstance(reference, Mapping) else None
    task: BackTask = piece.work
    for node in task.nodes:
        attributes = node.attributes
        scene = attributes.get("scene")
        holder = scene if node is piece.node and isinstance(scene, Mapping) else attributes
        for system in holder.get("coordinateSystems") or ():
            if isinstance(system, Mapping) and system.get("id") == id_:
                return _named(system, node, piece, task)
    return {"name": id_}


def _named(
    system: Mapping[str, Any], node: Back, piece: Restored, task: BackTask
) -> dict[str, Any]:
    name = {"name": system_name(system)}
    path = None if node is piece.node else task.path_to(node.group)
    return name if path is None else {"path": path, **name}
