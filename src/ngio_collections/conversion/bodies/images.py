"""Images and their resolution levels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from ngio_collections._generated import conversions
from ngio_collections.conversion._engine import (
    ABSENT,
    DONE,
    Made,
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
from ngio_collections.conversion._names import ADDED, GROUP, Names
from ngio_collections.conversion._restoring import BackTask
from ngio_collections.conversion._work import ImageTask, Task, path_from
from ngio_collections.conversion.bodies._shared import name_back, version_back, version_of, zarr_url
from ngio_collections.conversion.bodies.labels import labels_back, labels_of, mark_as_label
from ngio_collections.conversion.bodies.space import axes_back, axes_of


class Steps(NamedTuple):
    """A scale and, where there is one, a translation after it."""

    scale: list[Any]
    translation: list[Any] | None = None

    def then(self, other: Steps) -> Steps:
        """Both, one after the other."""
        scale = [a * b for a, b in zip(self.scale, other.scale, strict=True)]
        if self.translation is None and other.translation is None:
            return Steps(scale)
        moved = self.translation or [0] * len(scale)
        moved = [a * b for a, b in zip(moved, other.scale, strict=True)]
        more = other.translation or [0] * len(scale)
        return Steps(scale, [a + b for a, b in zip(moved, more, strict=True)])


@dataclass(slots=True)
class Pyramid:
    """An image on its way: an entry of `multiscales`.

    Attributes:
        task: The group that it is in.
        made: The node.
        system: The id of the coordinate system that its levels lead to.
        dimensions: How many axes that has.
        outer: What follows after the transformation of each level.
        names: The names of its levels.
    """

    task: ImageTask
    made: Made
    names: Names
    system: str = ""
    dimensions: int = 0
    outer: Steps | None = None

    @property
    def version(self) -> str:
        """The version of OME-Zarr."""
        return self.task.version


# -- groups ----------------------------------------------------------------------


@converts(conversions.image_group_multiscales)
def image_group_multiscales(value: Any, piece: Piece, at: str) -> Mapped:
    if not isinstance(value, list) or not value:
        return Wrong("an array with an image in it")
    task: ImageTask = piece.work
    first: UnconvertibleError | None = None
    for number, item in enumerate(value):
        here = f"{at}/{number}"
        made = attempt(piece.page, item, here, partial(_image, item, here, task))
        if isinstance(made, Made):
            task.images.append(made)
        else:
            first = first or made
    if not task.images:
        assert first is not None
        raise first
    task.made = piece.made = task.images[0]
    return DONE


def _image(value: Any, at: str, task: ImageTask) -> Made:
    """The image that an entry of `multiscales` becomes."""
    id_ = task.id if not task.images else task.ids.take(f"{task.id}_{len(task.images)}")
    home = task.home if not task.images else task.home_of(id_)
    made = Made("multiscale", id_, "", home)
    pyramid = Pyramid(task, made, Names())
    piece = Piece("multiscale", value, at, page=task.page, made=made, work=pyramid)
    convert(piece)
    if not made.node["name"]:
        wanted = task.title if task.images or not task.name else task.name
        made.node["name"] = task.around.names.take(wanted)
        if "name" not in piece.rest:
            made.attributes[ADDED] = ["name"]
    made.attributes[GROUP] = path_from(home, task.group.url)
    if task.is_label:
        mark_as_label(made, task)
    return made


@restores(conversions.image_group_multiscales)
def image_group_multiscales_back(piece: Restored) -> Any:
    return [
        restore(Restored("multiscale", piece.version, node, piece.work))
        for node in piece.work.nodes
    ]


@converts(conversions.image_group_image_label)
def image_group_image_label(value: Any, piece: Piece, at: str) -> Mapped:
    return labels_of(value, piece, at)


@restores(conversions.image_group_image_label)
def image_group_image_label_back(piece: Restored) -> Any:
    return labels_back(piece)


@converts(conversions.image_group_version)
def image_group_version(value: Any, piece: Piece, at: str) -> Mapped:
    return version_of(value, piece, at)


@restores(conversions.image_group_version)
def image_group_version_back(piece: Restored) -> Any:
    return version_back(piece)


# -- images ----------------------------------------------------------------------


@converts(conversions.multiscale_name)
def multiscale_name(value: Any, piece: Piece, at: str) -> Mapped:
    if not isinstance(value, str):
        return Wrong("a string")
    task: ImageTask = piece.work.task
    names = task.around.names
    is_asked_for = task.images or task.name in (None, value)
    if value and names.is_free(value) and is_asked_for:
        piece.node.node["name"] = names.take(value)
        return "/name"
    where = piece.keep("name", value)
    reason = "A sibling has the same name." if is_asked_for else "Another name was asked for."
    reason = reason if value else "It is empty."
    piece.page.kept(at, piece.node.place, where, piece.rest_key, reason)
    return DONE


@restores(conversions.multiscale_name)
def multiscale_name_back(piece: Restored) -> Any:
    return name_back(piece)


@converts(conversions.multiscale_axes)
def multiscale_axes(value: Any, piece: Piece, at: str) -> Mapped:
    if not isinstance(value, list) or not value:
        return Wrong("an array of axes")
    pyramid: Pyramid = piece.work
    within = "/attributes/coordinateSystems/0/axes"
    axes = axes_of(value, piece, at, within)
    pyramid.system = pyramid.task.ids.take(f"{piece.node.id}_physical")
    pyramid.dimensions = len(axes)
    piece.node.attributes["coordinateSystems"] = [{"id": pyramid.system, "axes": axes}]
    return DONE


@restores(conversions.multiscale_axes)
def multiscale_axes_back(piece: Restored) -> Any:
    system = piece.node.system
    return ABSENT if system is None else axes_back(system.get("axes"), piece)


@converts(conversions.multiscale_coordinatesystems)
def multiscale_coordinatesystems(value: Any, piece: Piece, at: str) -> Mapped:
    return Wrong("what is read of 0.6")


@restores(conversions.multiscale_coordinatesystems)
def multiscale_coordinatesystems_back(piece: Restored) -> Any:
    return ABSENT


@converts(conversions.multiscale_coordinatetransformations)
def multiscale_coordinatetransformations(value: Any, piece: Piece, at: str) -> Mapped:
    pyramid: Pyramid = piece.work
    steps = _steps(value, pyramid.dimensions)
    if isinstance(steps, Wrong):
        return steps
    pyramid.outer = steps
    piece.keep("coordinateTransformations", value)
    return "/attributes/coordinateSystems"


@restores(conversions.multiscale_coordinatetransformations)
def multiscale_coordinatetransformations_back(piece: Restored) -> Any:
    return ABSENT  # As it was, it is among what was kept.


@converts(conversions.multiscale_datasets)
def multiscale_datasets(value: Any, piece: Piece, at: str) -> Mapped:
    if not isinstance(value, list) or not value:
        return Wrong("an array with a level in it")
    pyramid: Pyramid = piece.work
    first: UnconvertibleError | None = None
    for number, item in enumerate(value):
        here = f"{at}/{number}"
        level = attempt(piece.page, item, here, partial(_level, item, here, pyramid))
        if isinstance(level, Made):
            piece.node.children.append(level)
        else:
            first = first or level
    if not piece.node.children:
        assert first is not None
        raise first
    return DONE


def _level(value: Any, at: str, pyramid: Pyramid) -> Made:
    """The level that an entry of `datasets` becomes."""
    task, image = pyramid.task, pyramid.made
    level = Made("singlescale", f"{image.id}_level_{len(image.children)}", "", image.home)
    convert(Piece("dataset", value, at, page=task.page, made=level, work=pyramid))
    level.node["id"] = task.ids.take(level.id)
    for transformation in level.attributes.get("coordinateTransformations", ()):
        transformation["input"] = {"id": level.id}
    return level


@restores(conversions.multiscale_datasets)
def multiscale_datasets_back(piece: Restored) -> Any:
    return [
        restore(Restored("dataset", piece.version, level, piece.work))
        for level in piece.node.children
    ]


# -- levels ----------------------------------------------------------------------


@converts(conversions.dataset_path)
def dataset_path(value: Any, piece: Piece, at: str) -> Mapped:
    task: Task = piece.work.task
    url, canonical = zarr_url(value, task, at)
    if url in piece.work.task.missing:
        raise UnconvertibleError(at, f"leads to {url}, and there is no array")
    piece.node.node["path"] = path_from(piece.node.home, url)
    piece.node.node["name"] = piece.work.names.take(value)
    if value != canonical:
        piece.keep("path", value)
    return "/path"


@restores(conversions.dataset_path)
def dataset_path_back(piece: Restored) -> Any:
    task: BackTask = piece.work
    path = task.path_to(piece.node.url(piece.node.field("path")))
    return ABSENT if path is None else path


@converts(conversions.dataset_coordinatetransformations)
def dataset_coordinatetransformations(value: Any, piece: Piece, at: str) -> Mapped:
    pyramid: Pyramid = piece.work
    steps = _steps(value, pyramid.dimensions)
    if isinstance(steps, Wrong):
        return steps
    if pyramid.outer is not None or value != _plain(steps):
        piece.keep("coordinateTransformations", value)
    whole = steps if pyramid.outer is None else steps.then(pyramid.outer)
    piece.node.attributes["coordinateTransformations"] = [_placed(whole, pyramid.system)]
    return "/attributes/coordinateTransformations"


@restores(conversions.dataset_coordinatetransformations)
def dataset_coordinatetransformations_back(piece: Restored) -> Any:
    for item in piece.attributes.get("coordinateTransformations", ()):
        steps = item.get("transformations") if item.get("type") == "sequence" else [item]
        return [
            {"type": step["type"], step["type"]: step[step["type"]]}
            for step in steps
            if step.get("type") in ("scale", "translation")
        ]
    return ABSENT


def _plain(steps: Steps) -> list[dict[str, Any]]:
    """A scale and a translation as OME-Zarr 0.4 and 0.5 write them."""
    plain: list[dict[str, Any]] = [{"type": "scale", "scale": steps.scale}]
    if steps.translation is not None:
        plain.append({"type": "translation", "translation": steps.translation})
    return plain


def _placed(steps: Steps, system: str) -> dict[str, Any]:
    """The transformation of a level as RFC-8 writes it, yet without the level."""
    plain = _plain(steps)
    whole = plain[0] if len(plain) == 1 else {"type": "sequence", "transformations": plain}
    return {**whole, "input": {}, "output": {"id": system}}


def _steps(value: Any, dimensions: int) -> Steps | Wrong:
    """A list of scales and translations as one scale and one translation."""
    if not isinstance(value, list) or not value:
        return Wrong("an array with a scale and, where there is one, a translation after it")
    whole: Steps | None = None
    for item in value:
        step = _step(item, dimensions)
        if isinstance(step, Wrong):
            return step
        whole = _joined(whole, step)
    assert whole is not None
    return whole


def _joined(whole: Steps | None, step: Steps) -> Steps:
    """One more step. A lone translation after a scale leaves the numbers as they are."""
    if whole is None:
        return step
    if whole.translation is None and all(factor == 1 for factor in step.scale):
        return Steps(whole.scale, step.translation)
    return whole.then(step)


def _step(item: Any, dimensions: int) -> Steps | Wrong:
    kind = item.get("type") if isinstance(item, dict) else None
    if kind == "identity":
        return Steps([1] * dimensions)
    if kind not in ("scale", "translation"):
        return Wrong("an array of transformations of the type scale or translation")
    vector = item.get(kind)
    if not is_vector(vector, dimensions):
        return Wrong(f"a {kind} with {dimensions} numbers, one for each axis")
    return Steps(vector) if kind == "scale" else Steps([1] * dimensions, vector)


def is_vector(value: Any, length: int) -> bool:
    """Whether a value is an array of so many numbers."""
    return (
        isinstance(value, list)
        and len(value) == length
        and all(type(number) in (int, float) for number in value)
    )
