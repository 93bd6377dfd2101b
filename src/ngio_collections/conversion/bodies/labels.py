"""Label images: what marks them, and what is known of single labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ngio_collections import _paths
from ngio_collections._generated import conversions
from ngio_collections.conversion._engine import (
    ABSENT,
    DONE,
    Made,
    Mapped,
    Piece,
    Restored,
    Wrong,
    attempt,
    convert,
    converts,
    restore,
    restores,
)
from ngio_collections.conversion._names import ADDED
from ngio_collections.conversion._restoring import BackTask
from ngio_collections.conversion._work import ImageTask
from ngio_collections.conversion.bodies._shared import kept_empty, listed
from ngio_collections.errors import PathError

ENTRIES: Final = "/attributes/labels/labelAttributes"
PARENT: Final = "../../"
"""How the image that a label image belongs to is written from there."""
COLOR: Final = "ome-zarr:color"
PROPERTIES: Final = "ome-zarr:properties"


def mark_as_label(made: Made, task: ImageTask) -> None:
    """Mark an image as a label image of the image that it belongs to."""
    labels = made.attributes.setdefault("labels", {})
    if task.source is not None:
        labels["source"] = [dict(task.source)]
    if "image-label" not in task.group.ome:
        made.attributes.setdefault(ADDED, []).append("image-label")


# -- the labels of an image ------------------------------------------------------


def labels_of(value: Any, piece: Piece, at: str) -> Mapped:
    """Convert what is known of the labels of an image."""
    if not isinstance(value, dict):
        return Wrong("an object with what is known of the labels")
    node, task = piece.node, piece.work
    node.attributes.setdefault("labels", {})
    convert(Piece("image-label", value, at, page=piece.page, made=node, work=task))
    if task.source is not None and "source" not in value:
        node.attributes.setdefault(ADDED, []).append("source")
    return DONE


def labels_back(piece: Restored) -> Any:
    """What is known of the labels of an image, as it was."""
    labels = piece.attributes.get("labels")
    if not isinstance(labels, Mapping):
        return ABSENT
    return restore(Restored("image-label", piece.version, piece.node, piece.work, value=labels))


def _entries(piece: Piece) -> list[dict[str, Any]]:
    labels = piece.node.attributes["labels"]
    entries: list[dict[str, Any]] = labels.setdefault("labelAttributes", [])
    return entries


@converts(conversions.image_label_colors)
def image_label_colors(value: Any, piece: Piece, at: str) -> Mapped:
    if not isinstance(value, list):
        return Wrong("an array of colors")
    if not value:
        return kept_empty("colors", value, piece, at)
    for number, item in enumerate(value):
        entries = _entries(piece)
        part = _part("label-color", item, f"{at}/{number}", piece, len(entries))
        if part is not None:
            if "color" not in part.target:
                part.target.setdefault(COLOR, {})
            entries.append(part.target)
    return DONE


def _part(table: str, value: Any, at: str, piece: Piece, number: int) -> Piece | None:
    """What is known of one label; None if that cannot be converted."""

    def make() -> Piece:
        within = f"{ENTRIES}/{number}"
        part = Piece(
            table, value, at, page=piece.page, made=piece.made, work=piece.work, within=within
        )
        part.is_inline = True
        convert(part)
        return part

    made = attempt(piece.page, value, at, make)
    return made if isinstance(made, Piece) else None


@restores(conversions.image_label_colors)
def image_label_colors_back(piece: Restored) -> Any:
    colors = [
        restore(
            Restored(
                "label-color",
                piece.version,
                piece.node,
                piece.work,
                value=entry,
                is_inline=True,
            )
        )
        for entry in _listed(piece)
        if "color" in entry or COLOR in entry or PROPERTIES not in entry
    ]
    return colors or ABSENT


def _listed(piece: Restored) -> list[Mapping[str, Any]]:
    entries = piece.value.get("labelAttributes")
    return [entry for entry in entries or () if isinstance(entry, Mapping)]


@converts(conversions.image_label_properties)
def image_label_properties(value: Any, piece: Piece, at: str) -> Mapped:
    if not isinstance(value, list):
        return Wrong("an array with what is known of labels")
    if not value:
        return kept_empty("properties", value, piece, at)
    places = _places(value, piece)
    for number, (item, place) in enumerate(zip(value, places, strict=True)):
        entries = _entries(piece)
        where = len(entries) if place is None else place
        part = _part("label-property", item, f"{at}/{number}", piece, where)
        if part is None:
            continue
        part.target.setdefault(PROPERTIES, {})
        if place is None:
            entries.append(part.target)
        else:
            entries[place].update(part.target)
    return DONE


def _places(value: list[Any], piece: Piece) -> list[int | None]:
    """For each item the entry of the color of the same label, as long as the order allows it."""
    labels = piece.node.attributes["labels"]
    by_label: dict[Any, int] = {}
    for number, entry in enumerate(labels.get("labelAttributes", ())):
        by_label.setdefault(entry["labelValue"], number)
    places: list[int | None] = []
    last = -1
    for item in value:
        label = item.get("label-value") if isinstance(item, dict) else None
        place = by_label.get(label) if is_number(label) else None
        if place is None or place <= last:
            place = None
            last = len(by_label) + len(value)  # From here on all of them are new.
        else:
            last = place
        places.append(place)
    return places


@restores(conversions.image_label_properties)
def image_label_properties_back(piece: Restored) -> Any:
    properties = [
        restore(
            Restored(
                "label-property",
                piece.version,
                piece.node,
                piece.work,
                value=entry,
                is_inline=True,
            )
        )
        for entry in _listed(piece)
        if PROPERTIES in entry
    ]
    return properties or ABSENT


@converts(conversions.image_label_source)
def image_label_source(value: Any, piece: Piece, at: str) -> Mapped:
    if not isinstance(value, dict):
        return Wrong("an object that may name the image")
    task: ImageTask = piece.work
    known = _image_at(value.get("image"), task)
    if value != {"image": PARENT} or known is None:
        where = piece.keep("source", value)
    if known is None:
        reason = "It leads to no image of this collection."
        piece.page.kept(at, piece.node.place, where, piece.rest_key, reason)
        return DONE
    piece.node.attributes["labels"]["source"] = [dict(known)]
    return "/attributes/labels/source"


def _image_at(path: Any, task: ImageTask) -> Mapping[str, Any] | None:
    """The Reference to an image by the path of its group; None if it is not in the collection."""
    if not isinstance(path, str):
        return None
    try:
        return task.reference(_paths.zarr_child(task.group.url, path))
    except PathError:
        return None


@restores(conversions.image_label_source)
def image_label_source_back(piece: Restored) -> Any:
    return {"image": PARENT} if "source" in piece.value else ABSENT


# -- single labels ---------------------------------------------------------------


def is_number(value: Any) -> bool:
    """Whether a value is a number of JSON."""
    return type(value) in (int, float)


def _label_value(value: Any, piece: Piece) -> Mapped:
    return piece.put("labelValue", value) if is_number(value) else Wrong("the value of the label")


@converts(conversions.label_color_label_value)
def label_color_label_value(value: Any, piece: Piece, at: str) -> Mapped:
    return _label_value(value, piece)


@restores(conversions.label_color_label_value)
def label_color_label_value_back(piece: Restored) -> Any:
    return piece.value.get("labelValue", ABSENT)


@converts(conversions.label_color_rgba)
def label_color_rgba(value: Any, piece: Piece, at: str) -> Mapped:
    is_color = (
        isinstance(value, list)
        and len(value) == 4
        and all(type(part) is int and 0 <= part <= 255 for part in value)
    )
    return piece.put("color", value) if is_color else Wrong("four whole numbers from 0 to 255")


@restores(conversions.label_color_rgba)
def label_color_rgba_back(piece: Restored) -> Any:
    return piece.value.get("color", ABSENT)


@converts(conversions.label_property_label_value)
def label_property_label_value(value: Any, piece: Piece, at: str) -> Mapped:
    return _label_value(value, piece)


@restores(conversions.label_property_label_value)
def label_property_label_value_back(piece: Restored) -> Any:
    return piece.value.get("labelValue", ABSENT)


# -- the list of labels ----------------------------------------------------------


@converts(conversions.labels_group_labels)
def labels_group_labels(value: Any, piece: Piece, at: str) -> Mapped:
    return listed("labels", value, piece, at)


@restores(conversions.labels_group_labels)
def labels_group_labels_back(piece: Restored) -> Any:
    task: BackTask = piece.work
    paths = dict.fromkeys(task.path_to(node.group) for node in task.nodes[1:])
    return [path for path in paths if path is not None]
