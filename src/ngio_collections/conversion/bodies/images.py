"""Images and their resolution levels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from ngio_collections._generated import conversions
from ngio_collections._plain import plain_json
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
from ngio_collections.conversion._names import GROUP, NAMED, Ids, Names
from ngio_collections.conversion._restoring import Back, BackTask
from ngio_collections.conversion._work import ImageTask, Task, path_from
from ngio_collections.conversion.bodies._relations import relations_of
from ngio_collections.conversion.bodies._shared import (
    is_vector,
    name_back,
    version_back,
    version_of,
    zarr_url,
)
from ngio_collections.conversion.bodies.labels import labels_back, labels_of, mark_as_label
from ngio_collections.conversion.bodies.space import (
    NEWER,
    System,
    axes_back,
    axes_of,
    system_name,
    systems_back,
    systems_of,
)
from ngio_collections.errors import InvalidEditError


class Steps(NamedTuple):
    """A scale and, where there is one, a translation after it."""

    scale: list[Any]
    translation: list[Any] | None = None

    @property
    def is_finite(self) -> bool:
        """Whether they are numbers that can be computed with."""
        try:
            return all(map(math.isfinite, (*self.scale, *(self.translation or ()))))
        except OverflowError:  # An integer beyond all floats.
            return False

    def then(self, other: Steps) -> Steps:
        """Both, one after the other; infinite where no float can hold the numbers."""
        try:
            return self._then(other)
        except OverflowError:  # Where integers beyond all floats and floats come together.
            return Steps([math.inf] * len(self.scale))

    def _then(self, other: Steps) -> Steps:
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
        system: The coordinate system that its levels lead to, once it is known.
        systems: All its systems by name, where they have names.
        outer: What follows after the transformation of each level.
        names: The names of its levels.
    """

    task: ImageTask
    made: Made
    names: Names
    system: System | None = None
    systems: dict[str, System] = field(default_factory=dict)
    outer: Steps | None = None

    @property
    def version(self) -> str:
        """The version of OME-Zarr."""
        return self.task.version

    @property
    def ids(self) -> Ids:
        """The ids of the collection."""
        return self.task.ids


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
        made.attributes[NAMED] = made.node["name"] = task.around.names.take(wanted)
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
    pyramid: Pyramid = piece.work
    axes = axes_of(value, piece, at, "/attributes/coordinateSystems/0/axes")
    pyramid.system = System(pyramid.ids.take(f"{piece.node.id}_physical"), len(axes))
    piece.node.attributes["coordinateSystems"] = [{"id": pyramid.system.id, "axes": axes}]
    return DONE


@restores(conversions.multiscale_axes)
def multiscale_axes_back(piece: Restored) -> Any:
    system = piece.node.system
    if system is None:
        return ABSENT
    return axes_back(system.get("axes"), piece, str(system.get("id")))


@converts(conversions.multiscale_coordinatesystems)
def multiscale_coordinatesystems(value: Any, piece: Piece, at: str) -> Mapped:
    found = systems_of(value, piece, at, "/attributes/coordinateSystems")
    if isinstance(found, Wrong):
        return found
    systems, known = found
    if not systems:
        raise UnconvertibleError(at, "holds no coordinate system that could be converted")
    piece.work.systems = known
    piece.node.attributes["coordinateSystems"] = systems
    if not piece.work.task.images:
        piece.work.task.systems = known
    return DONE


@restores(conversions.multiscale_coordinatesystems)
def multiscale_coordinatesystems_back(piece: Restored) -> Any:
    return systems_back(piece.attributes.get("coordinateSystems"), piece)


@converts(conversions.multiscale_coordinatetransformations)
def multiscale_coordinatetransformations(value: Any, piece: Piece, at: str) -> Mapped:
    pyramid: Pyramid = piece.work
    if pyramid.version == NEWER:
        return relations_of(value, piece, at, pyramid.task, pyramid.systems)
    assert pyramid.system is not None
    steps = _steps(value, pyramid.system.dimensions)
    if isinstance(steps, Wrong):
        return steps
    if not steps.is_finite:
        return Wrong("numbers that can be multiplied with each other")
    pyramid.outer = steps
    return DONE  # What became of them is known after the levels.


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
    if pyramid.outer is not None:
        _note_outer(piece, value, pyramid.outer, pyramid.system)
    return DONE


def _note_outer(piece: Piece, levels: list[Any], outer: Steps, system: System | None) -> None:
    """Note what became of the transformations of the whole image.

    They are in those of its levels. Where these have none, they become theirs. They do not
    where one was refused, because nobody knows what they would follow after.
    """
    field = "coordinateTransformations"
    at = f"{piece.at}/{field}"
    row = piece.table.fields(piece.work.version)[field]
    place = piece.node.place
    nodes = piece.node.children
    assert system is not None
    if not any(isinstance(level, dict) and field in level for level in levels):
        for node in nodes:
            node.attributes[field] = [{**_placed(outer, system.id), "input": {"id": node.id}}]
        piece.page.mapped(at, place, f"/nodes/0/attributes/{field}", row.reason)
        return
    where = piece.keep(field, piece.value[field])
    for number, node in enumerate(nodes):
        if field in node.attributes:
            piece.page.mapped(at, place, f"/nodes/{number}/attributes/{field}", row.reason, row.key)
            return
    reason = "No level has a transformation that could be converted, which they would follow."
    piece.page.kept(at, place, where, piece.rest_key, reason)


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
    why = piece.work.task.missing.get(url)
    if why is not None:
        raise UnconvertibleError(at, f"leads to {url}, {why}")
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
    system, plain = pyramid.system, value
    if piece.work.version == NEWER:
        system = _output_of(value, pyramid)
    if system is None or (pyramid.system is not None and system != pyramid.system):
        return Wrong("one transformation to the coordinate system of the levels")
    if piece.work.version == NEWER:
        plain = _flat(value)
    steps = _steps(plain, system.dimensions)
    if isinstance(steps, Wrong):
        return steps
    whole = steps if pyramid.outer is None else steps.then(pyramid.outer)
    if not whole.is_finite:
        return Wrong("numbers that can be multiplied with those of the image")
    pyramid.system = system
    placed = _placed(whole, system.id)
    again = _plain(steps)
    if piece.work.version == NEWER:
        again = _newer(whole, zarr_url(piece.value.get("path"), pyramid.task, at)[1], value)
    if pyramid.outer is not None or value != again:
        piece.keep("coordinateTransformations", value)
    piece.node.attributes["coordinateTransformations"] = [placed]
    return "/attributes/coordinateTransformations"


def _output_of(value: Any, pyramid: Pyramid) -> System | None:
    """The coordinate system that a level of 0.6 leads to."""
    item = value[0] if isinstance(value, list) and len(value) == 1 else None
    output = item.get("output") if isinstance(item, dict) else None
    name = output.get("name") if isinstance(output, dict) else output
    return pyramid.systems.get(name) if isinstance(name, str) else None


def _flat(value: list[Any]) -> Any:
    """The steps of the one transformation of a level of 0.6."""
    item = value[0]
    return item.get("transformations") if item.get("type") == "sequence" else [item]


def _newer(steps: Steps, path: str, value: list[Any]) -> list[dict[str, Any]]:
    """A scale and a translation as OME-Zarr 0.6 writes them."""
    plain = _plain(steps)
    whole = plain[0] if len(plain) == 1 else {"type": "sequence", "transformations": plain}
    output = value[0]["output"]
    name = output["name"] if isinstance(output, dict) else output
    return [{**whole, "input": {"path": path}, "output": {"name": name}}]


@restores(conversions.dataset_coordinatetransformations)
def dataset_coordinatetransformations_back(piece: Restored) -> Any:
    image = piece.work.image_of(piece.node)
    found = [
        item
        for item in piece.attributes.get("coordinateTransformations") or ()
        if isinstance(item, Mapping)
    ]
    if not found:
        return ABSENT
    own = _id_of(None if image is None else image.system)
    chosen = next((item for item in found if _id_of(item.get("output")) == own), found[0])
    plain = _plain(_steps_back(chosen, piece.node))
    return _newer_back(plain, piece) if piece.version == NEWER else plain


def _id_of(reference: Any) -> Any:
    return reference.get("id") if isinstance(reference, Mapping) else None


def _steps_back(value: Mapping[str, Any], level: Back) -> Steps:
    """The transformation of a level as a scale and a translation, which is all there may be.

    Raises:
        InvalidEditError: It is another one.
    """
    flat: list[Mapping[str, Any]] = []
    stack: list[Any] = [value]
    while stack:
        item = stack.pop()
        inner = item.get("transformations") if isinstance(item, Mapping) else None
        if isinstance(inner, Sequence) and item.get("type") == "sequence":
            stack.extend(reversed(inner))
        else:
            flat.append(item if isinstance(item, Mapping) else {})
    vectors = [item.get(str(item.get("type"))) for item in flat]
    length = next((len(one) for one in vectors if isinstance(one, Sequence)), 0)
    steps = _steps(plain_json(flat), length) if length else Wrong("a scale or a translation")
    if isinstance(steps, Wrong):
        kinds = ", ".join(dict.fromkeys(str(item.get("type")) for item in flat)) or "sequence"
        raise InvalidEditError(
            f"{level.node!r} has a transformation that OME-Zarr has no word for at a level "
            f"({kinds}); expected a scale, or a scale and a translation"
        )
    return steps


def _newer_back(plain: list[dict[str, Any]], piece: Restored) -> Any:
    """The transformation of a level with its ends, as OME-Zarr 0.6 has it."""
    path = dataset_path_back(piece)
    image = piece.work.image_of(piece.node)
    system = None if image is None else image.system
    if path is ABSENT or system is None:
        return ABSENT
    whole = plain[0] if len(plain) == 1 else {"type": "sequence", "transformations": plain}
    return [{**whole, "input": {"path": path}, "output": {"name": system_name(system)}}]


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
