"""The verb `to_ome_zarr`: from a collection back to the metadata of OME-Zarr."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ngio_collections import _paths
from ngio_collections._collector import collector_paused
from ngio_collections._json import Layout, dumps_bytes
from ngio_collections._plain import plain_json
from ngio_collections._words import listing
from ngio_collections.conversion._again import given_back
from ngio_collections.conversion._engine import TABLES
from ngio_collections.conversion._names import KIND, ORDER
from ngio_collections.conversion._restoring import Back, BackTask
from ngio_collections.errors import (
    ConflictError,
    DocumentError,
    DocumentNotFoundError,
    InvalidEditError,
)
from ngio_collections.graph import Node
from ngio_collections.resolve import Work
from ngio_collections.resolve._requests import Flow, Head, Put
from ngio_collections.resolve.verbs._common import Location, require_node, store_for
from ngio_collections.store import LocalStore, ReadableStore

__all__ = ["to_ome_zarr"]

VERSIONS: Final = ("0.4", "0.5", "0.6")
LAYOUT: Final = "bioformats2raw.layout"
LISTS: Final = ("container-group", "labels-group", "well-group")
"""The tables of groups that are nothing but a list of images."""
GroupAttributes = dict[str, dict[str, Any]]
"""The attributes of groups, by the Zarr path of each; that of the first is empty."""


def to_ome_zarr(
    node: Node,
    version: str = "0.5",
    *,
    destination: Location | None = None,
    store: ReadableStore | None = None,
) -> Work[GroupAttributes]:
    """Give the metadata of a collection as OME-Zarr 0.4, 0.5 or 0.6 has it; undoes `convert`.

    What was not edited comes back as it was, but for the order of keys, and what was edited
    as it is now; that of an original which is kept under an `ome-zarr:` attribute is found out
    by converting it again. What OME-Zarr has no field for is left out: other attributes,
    other collections, references to images elsewhere.

    Args:
        node: A plate, a well, an image, or a collection of such; with everything in it
            (`open_inlined`).
        version: `0.4`, `0.5` or `0.6`; only the last one has scenes.
        destination: A folder that the metadata is written to, as new groups without arrays.
        store: Where that is; local files by default.

    Returns:
        The attributes of each group, by its Zarr path from the group of the node, or from the
        folder around all groups if the node has none: what is in its `.zattrs` (0.4), or at
        `attributes` of its `zarr.json` (0.5, 0.6). No path leads out.

    Raises:
        ValueError: The version is another one.
        InvalidEditError: The node holds no image, or references that were not followed, or
            something that OME-Zarr cannot say: a group outside of the one that lists it.
        ConflictError: There is such a document in the destination already; nothing is written.
        DocumentError: It cannot be written.

    Examples:
        >>> import ngio_collections as ngc
        >>> ome = {"version": "0.5", "multiscales": [{
        ...     "name": "cells",
        ...     "axes": [{"name": "y", "type": "space"}, {"name": "x", "type": "space"}],
        ...     "datasets": [{"path": "0", "coordinateTransformations": [
        ...         {"type": "scale", "scale": [0.5, 0.5]}]}],
        ... }]}
        >>> group = {"zarr_format": 3, "node_type": "group", "attributes": {"ome": ome}}
        >>> array = {"zarr_format": 3, "node_type": "array"}
        >>> store = ngc.MemoryStore({
        ...     "memory://lab/a.zarr/zarr.json": group, "memory://lab/a.zarr/0/zarr.json": array})
        >>> cells = ngc.convert("memory://lab/a.zarr", store=store).root
        >>> ngc.to_ome_zarr(cells) == {"": {"ome": ome}}
        True
    """
    if version not in VERSIONS:
        raise ValueError(f"version is one of {', '.join(VERSIONS)}, not {version!r}")
    with collector_paused():
        made = restored(require_node(node), version)
    if destination is None:
        return Work(_given(made), LocalStore())  # Which is asked for nothing.
    url = _paths.as_url(destination)
    return Work(_written(made, url, version), store_for(store, url))


def _given(made: GroupAttributes) -> Flow[GroupAttributes]:
    yield from ()
    return made


def _written(made: GroupAttributes, url: str, version: str) -> Flow[GroupAttributes]:
    layout = Layout(indent=2, newline_at_end=True)
    documents: dict[str, Any] = {}
    for path, attributes in made.items():
        group = _paths.zarr_child(url, path) if path else url
        if version == "0.4":
            documents[f"{group}/.zgroup"] = {"zarr_format": 2}
            documents[f"{group}/.zattrs"] = attributes
        else:
            group_document = {"zarr_format": 3, "node_type": "group", "attributes": attributes}
            documents[f"{group}/zarr.json"] = group_document
    for at, found in zip(documents, (yield [Head(at) for at in documents]), strict=True):
        if not isinstance(found, DocumentError):
            raise ConflictError("is there already, and nothing was written; name a new folder", at)
        if not isinstance(found, DocumentNotFoundError):
            raise found
    puts = [Put(at, dumps_bytes(data, layout), if_absent=True) for at, data in documents.items()]
    answers = yield puts
    for number, answer in enumerate(answers):
        if isinstance(answer, DocumentError):
            if number:
                answer.add_note(f"{number:,} documents were written before that")
            raise answer
    return made


def restored(node: Node, version: str) -> GroupAttributes:
    """The attributes of all groups of a collection.

    Raises:
        InvalidEditError: It holds no image, or references that were not followed, or its groups
            are not where OME-Zarr could list them.
    """
    unfollowed = next((one for one in node.walk() if _is_unfollowed(one)), None)
    if unfollowed is not None:
        raise InvalidEditError(
            f"{unfollowed!r} is a reference that was not followed; use open_inlined"
        )
    tasks = list(_tasks(Back(node), version))
    if not tasks:
        raise InvalidEditError(f"{node!r} holds no image that OME-Zarr could describe")
    around = Back(node).around
    start = around or _start(node, tasks)
    out: GroupAttributes = {"": {}} if around else {}
    for task in tasks:
        path = _paths.zarr_path(start, task.group) if task.group != start else ""
        out[path] = plain_json(given_back(task, version))
    return out


def _start(node: Node, tasks: list[BackTask]) -> str:
    """The group that the paths count from; the folder around images that no group lists.

    Raises:
        InvalidEditError: No folder is around all of them.
    """
    groups = dict.fromkeys(task.group for task in tasks)
    own = Back(node).group
    if own is not None and all(_is_below(group, own) for group in groups):
        return own
    around = _folder_of(groups)
    if around is None:
        raise InvalidEditError(
            f"{node!r} holds groups that are in no folder together: {listing(groups)}; "
            "give the metadata of each node on its own"
        )
    return around


def _is_below(group: str, other: str) -> bool:
    return group == other or group.startswith(f"{other}/")


def _folder_of(groups: Iterable[str]) -> str | None:
    """The innermost folder, or group, that all groups are in; None if there is none."""
    parts = [group.split("/") for group in groups]
    common: list[str] = []
    for names in zip(*parts, strict=False):
        if len(set(names)) > 1:
            break
        common.append(names[0])
    # The first parts are those of `memory://lab`, or of `file://` without a host.
    return "/".join(common) if len(common) > 2 and common[-1] else None


def _require_inside(around: Back, group: str, listed: Iterable[Back]) -> None:
    """Make sure that what a group lists is in it: no path of a list leads out.

    Raises:
        InvalidEditError: One of them is elsewhere.
    """
    for node in listed:
        inside = node.group
        if inside is not None and not _is_below(inside, group):
            raise InvalidEditError(
                f"{node.node!r} is the group {inside}, outside of {group}, the group of "
                f"{around.node!r}, which OME-Zarr would have to list it in; move the group there, "
                "or take the node out of the collection"
            )


def _is_unfollowed(node: Node) -> bool:
    return node.is_reference and node.type in ("collection", "multiscale")


def _tasks(root: Back, version: str) -> Iterator[BackTask]:
    """The groups of a collection, the outermost first."""
    loose: list[Back] = []
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == "multiscale":
            loose.append(node)
        elif "plate" in node.attributes:
            yield from _plate(node)
        elif "well" in node.attributes:
            yield from _well(node, _plate_around(node))
        else:
            yield from _list(node, version)
            stack.extend(node.children[::-1])
    yield from _images(loose, None)


def _list(node: Back, version: str) -> Iterator[BackTask]:
    """The group of a collection that is a scene, or nothing but a list of images."""
    kind = node.attributes.get(KIND)
    if "scene" in node.attributes and version == "0.6":
        images = list(_multiscales([node]))
        yield BackTask("scene-group", node.group or _around(node), [node, *images])
    elif isinstance(kind, str) and kind in LISTS and node.group is not None:
        listed = list(_firsts(_multiscales([node])))
        if kind != "labels-group":
            listed = [one for one in listed if "labels" not in one.attributes]
        if kind == "container-group":
            yield BackTask(kind, node.group, [node])
            yield from _series(node, listed)
        else:
            yield BackTask(kind, node.group, [node, *listed])
        _require_inside(node, node.group, listed)


def _series(root: Back, images: list[Back], plate: Back | None = None) -> Iterator[BackTask]:
    """The group `OME` of what bioformats2raw wrote."""
    if root.group is not None and not (root.was_added("OME") and _are_numbered(root, images)):
        url = f"{root.group}/OME"
        yield BackTask("series-group", url, [root, *images], plate=plate, parent=root.group)


def _are_numbered(root: Back, images: list[Back]) -> bool:
    """Whether readers find the series without a list: as the groups 0, 1 and so on."""
    return all(
        image.group == f"{root.group}/{number}" for number, image in enumerate(_firsts(images))
    )


def _plate(plate: Back) -> Iterator[BackTask]:
    group = plate.group or _around(plate)
    yield BackTask("plate-group", group, [plate], plate=plate)
    kept = plate.attributes.get(TABLES["plate-group"].rest)
    if isinstance(kept, Mapping) and LAYOUT in kept:
        yield from _series(plate, [], plate)
    wells = [well for well in plate.children if "well" in well.attributes]
    _require_inside(plate, group, wells)
    for well in wells:
        yield from _well(well, plate)


def _well(well: Back, plate: Back | None) -> Iterator[BackTask]:
    """A well with its images."""
    group = well.group or _around(well)
    images = list(_multiscales([well]))
    fields = _in_order(well, [one for one in _firsts(images) if "labels" not in one.attributes])
    yield BackTask("well-group", group, [well, *fields], plate=plate)
    _require_inside(well, group, fields)
    yield from _images(images, plate)


def _plate_around(well: Back) -> Back | None:
    """The plate that a well is on, if the tree holds it."""
    for node in () if well.node is None else well.node.ancestors():
        found = Back(node)
        if "plate" in found.attributes:
            return found
    return None


def _around(node: Back) -> str:
    """The group around the groups in a node that was not converted.

    Raises:
        InvalidEditError: There is none.
    """
    groups = [image.group for image in _multiscales([node]) if image.group is not None]
    if not groups:
        raise InvalidEditError(f"{node.node!r} holds no image that OME-Zarr could describe")
    if "plate" in node.attributes:
        return groups[0].rsplit("/", 3)[0]  # Of a plate, a row, a column and a field.
    return _folder_of(group.rpartition("/")[0] for group in groups) or ""


def _in_order(well: Back, fields: list[Back]) -> list[Back]:
    """The fields of a well in the order that they had before they were grouped."""
    order = well.attributes.get(ORDER)
    if not isinstance(order, list):
        return fields
    place = {id_: number for number, id_ in enumerate(order) if isinstance(id_, str)}
    return sorted(fields, key=lambda field: place.get(field.id or "", len(place)))


def _multiscales(nodes: Iterable[Back]) -> Iterator[Back]:
    """The images in nodes, at any depth, in their order."""
    stack = list(nodes)[::-1]
    while stack:
        node = stack.pop()
        if node.type == "multiscale":
            yield node
        else:
            stack.extend(node.children[::-1])


def _firsts(images: Iterable[Back]) -> Iterator[Back]:
    """The first image of each group."""
    seen: set[str] = set()
    for image in images:
        group = image.group
        if group is not None and group not in seen:
            seen.add(group)
            yield image


def _images(images: Iterable[Back], plate: Back | None) -> Iterator[BackTask]:
    """The groups of images, each with the group that lists its labels."""
    by_group: dict[str, list[Back]] = {}
    for image in images:
        if image.group is not None:
            by_group.setdefault(image.group, []).append(image)
    labels = _labels_by_image(by_group)
    images_of = {node.group: image for image, listed in labels.items() for node in listed}
    for group, nodes in by_group.items():
        yield BackTask("image-group", group, nodes, plate=plate, parent=images_of.get(group))
        if group in labels or _kept(nodes[0], "labels-group"):
            listed = [nodes[0], *labels.get(group, ())]
            yield BackTask("labels-group", f"{group}/labels", listed, plate=plate)


def _kept(node: Back, kind: str) -> bool:
    """Whether a node keeps something of a group that became no node."""
    rest = TABLES[kind].rest
    return rest in node.attributes or f"{rest}-attributes" in node.attributes


def _labels_by_image(by_group: Mapping[str, list[Back]]) -> dict[str, list[Back]]:
    """The label images of each image, by the groups that they are in."""
    found: dict[str, list[Back]] = {}
    for group, nodes in by_group.items():
        image, inside, _ = group.rpartition("/labels/")
        while inside and image not in by_group:
            image, inside, _ = image.rpartition("/labels/")
        if inside and "labels" in nodes[0].attributes:
            found.setdefault(image, []).append(nodes[0])
    return found
