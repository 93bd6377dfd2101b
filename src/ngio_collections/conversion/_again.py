"""Which of the originals that were kept come back, and which were edited since.

What RFC-8 writes in another way than the source is in a collection twice: as a field of RFC-8,
which may be edited, and as the original. The original comes back as long as it says the same.
That is found out by converting again: what would come back is converted, and if that gives
another field than the one that is there now, the present one comes back, and not the original.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from ngio_collections import _paths
from ngio_collections._plain import plain_json
from ngio_collections.conversion._engine import ABSENT, Made, Restored, Slot, restore
from ngio_collections.conversion._ledger import Page
from ngio_collections.conversion._names import GROUP, NAMED, Ids, Names
from ngio_collections.conversion._restoring import Back, BackTask
from ngio_collections.conversion._work import (
    Around,
    Found,
    Group,
    ImageTask,
    ListTask,
    PlateTask,
    SceneTask,
    convert_group,
    path_from,
)
from ngio_collections.conversion.bodies.plates import number_on
from ngio_collections.conversion.bodies.space import System, system_name
from ngio_collections.errors import PathError

__all__ = ["given_back"]

Steps: TypeAlias = "tuple[str | int, ...]"
"""Where something is in the attributes of a group."""


def given_back(task: BackTask, version: str) -> dict[str, Any]:
    """The attributes of a group: what was kept if it still says the same, else what is now.

    Args:
        task: The group.
        version: The version of OME-Zarr.

    Returns:
        The attributes. Cost: twice that of a conversion where something is kept that is mapped
        as well, and once more for each edit that concerns another one.
    """
    out = _restored(task, version)
    now = _restored(task.plain(), version) if task.slots else {}
    slots = task.slots
    while slots:
        again = _converted(task, plain_json(out), version)
        edited = slots
        if again is not None:
            differing = list(_differing(now, _restored(again, version)))
            edited = _edited(out, slots, differing)
        if not edited:
            break
        for slot in edited:
            if slot.now is ABSENT:
                slot.holder.pop(slot.field, None)
            else:
                slot.holder[slot.field] = slot.now
        slots = [slot for slot in slots if not any(slot is one for one in edited)]
    return out


def _restored(task: BackTask, version: str) -> dict[str, Any]:
    table = task.kind if version == "0.4" else "group-attributes"
    return restore(Restored(table, version, task.nodes[0], task))


def _differing(one: Any, other: Any, at: Steps = ()) -> Iterator[Steps]:
    """The innermost places where two values differ."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in dict.fromkeys([*one, *other]):
            if key in one and key in other:
                yield from _differing(one[key], other[key], (*at, key))
            else:
                yield (*at, key)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (item, there) in enumerate(zip(one, other, strict=True)):
            yield from _differing(item, there, (*at, number))
    elif one != other:
        yield at


def _edited(out: dict[str, Any], slots: list[Slot], differing: list[Steps]) -> list[Slot]:
    """The originals that are the reason why something is not as it is now."""
    holders = _places(out)
    placed = [
        (slot, (*holders[id(slot.holder)], slot.field))
        for slot in slots
        if id(slot.holder) in holders
    ]
    found = [slot for slot, at in placed if any(_is_around(at, place) for place in differing)]
    if found:
        return found
    # A transformation of an image counts after those of its levels.
    return [
        slot
        for slot, at in placed
        if any(place[: len(at) - 1] == at[:-1] and slot.field in place for place in differing)
    ]


def _is_around(one: Steps, other: Steps) -> bool:
    """Whether one of two places is in the other one."""
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def _places(value: Any) -> dict[int, Steps]:
    """Where each object is, by its identity."""
    found: dict[int, Steps] = {}
    stack: list[tuple[Any, Steps]] = [(value, ())]
    while stack:
        item, at = stack.pop()
        if isinstance(item, dict):
            found[id(item)] = at
            stack += [(inside, (*at, key)) for key, inside in item.items()]
        elif isinstance(item, list):
            stack += [(inside, (*at, number)) for number, inside in enumerate(item)]
    return found


# -- converting again ------------------------------------------------------------


def _converted(task: BackTask, attributes: dict[str, Any], version: str) -> BackTask | None:
    """What attributes of a group are converted to; None if they cannot be."""
    node = task.nodes[0]
    at = "" if version == "0.4" else "/attributes/ome"
    document = attributes if version == "0.4" else {"attributes": attributes}
    ome = attributes if version == "0.4" else attributes.get("ome", {})
    name = ".zattrs" if version == "0.4" else "zarr.json"
    group = Group(task.group, f"{task.group}/{name}", document, ome, at, version)
    known: dict[str, Any] = {
        "group": group,
        "kind": task.kind,
        "page": Page(group.document_url),
        "home": node.base,
        "ids": Ids(),
    }
    if task.kind == "image-group":
        return _image(task, known)
    if task.kind == "plate-group":
        return _plate(task, known)
    if task.kind == "scene-group":
        return _scene(task, known)
    return _list(task, known, ome)


def _image(task: BackTask, known: dict[str, Any]) -> BackTask | None:
    node = task.nodes[0]
    names = Names()
    for one in task.nodes:
        kept = _kept_name(one, "ome-zarr:multiscale")
        if kept is not None and names.is_free(kept):
            names.take(kept)  # It could not be had before.
    image = ImageTask(
        **known,
        id=node.id or "image",
        title="image",
        around=Around("around", node.base, names),
        reference=lambda url: {"id": "image"} if url == task.parent else None,
        home_of=lambda _: node.base,
        is_label="labels" in node.attributes,
        source=None if task.parent is None else {"id": "image"},
    )
    convert_group(image)
    return task.plain([Back.of(made) for made in image.images]) if image.made else None


def _kept_name(node: Back, key: str) -> str | None:
    """The name that a node could not be given."""
    rest = node.attributes.get(key)
    kept = rest.get("name") if isinstance(rest, Mapping) and NAMED in node.attributes else None
    return kept if isinstance(kept, str) else None


def _plate(task: BackTask, known: dict[str, Any]) -> BackTask | None:
    node = task.nodes[0]
    is_named = _kept_name(node, "ome-zarr:plate") is not None
    plate = PlateTask(
        **known,
        id=node.id or "plate",
        title="plate",
        name=node.attributes[NAMED] if is_named else None,
        home_of=lambda _: node.base,
    )
    convert_group(plate)
    if plate.made is None:
        return None
    plate.made.children = [well.made for well in plate.wells]
    again = Back.of(plate.made)
    made = task.plain([again])
    made.plate = again
    return made


def _scene(task: BackTask, known: dict[str, Any]) -> BackTask | None:
    node, *images = task.nodes
    made = Made("collection", node.id or "scene", "", node.base)
    scene = SceneTask(**known, made=made)
    for image in images:
        found = _systems(image)
        for system in found.values():
            scene.ids.take(system.id)
        if image.group is not None and image.group not in scene.images:
            stub = Made("multiscale", image.id or "image", "", node.base)
            scene.images = {**scene.images, image.group: (stub, found)}
    convert_group(scene)
    return None if scene.made is None else task.plain([Back.of(made), *images])


def _systems(image: Back) -> dict[str, System]:
    """The coordinate systems of an image by their names."""
    return {
        str(system_name(system)): System(str(system.get("id")), len(system.get("axes") or ()))
        for system in image.attributes.get("coordinateSystems") or ()
        if isinstance(system, Mapping)
    }


def _list(task: BackTask, known: dict[str, Any], ome: Mapping[str, Any]) -> BackTask | None:
    """A group that lists images: what it lists are the images that its paths lead to."""
    node = task.nodes[0]
    made = Made("collection", node.id or "collection", "", node.base)
    base = task.parent or task.group
    stubs = [_stub(base, path, number, node.base) for number, path in enumerate(_listed(task, ome))]
    plate = None if task.plate is None else _acquisitions(task.plate, known)
    listed = ListTask(
        **known,
        made=made,
        plate=plate,
        parent=task.parent,
        found=None
        if task.kind == "series-group" and plate
        else [Found(() if stub is None else (stub,)) for stub in stubs],
    )
    convert_group(listed)
    if listed.made is None:
        return None
    return task.plain([Back.of(made), *(Back.of(stub) for stub in stubs if stub is not None)])


def _listed(task: BackTask, ome: Mapping[str, Any]) -> list[Any]:
    """The paths that a group lists."""
    if task.kind == "well-group":
        well = ome.get("well")
        images = well.get("images") if isinstance(well, dict) else None
        return [one.get("path") if isinstance(one, dict) else None for one in images or ()]
    if task.kind == "series-group" and "series" not in ome:
        groups = {node.group for node in task.nodes[1:]}
        count = next(n for n in range(len(groups) + 1) if f"{task.parent}/{n}" not in groups)
        return [str(number) for number in range(count)]
    listed = ome.get({"series-group": "series"}.get(task.kind, "labels"))
    return listed if isinstance(listed, list) else []


def _stub(base: str, path: Any, number: int, home: str) -> Made | None:
    """The image that a path leads to."""
    try:
        url = _paths.zarr_child(base, path)
    except (PathError, AttributeError, TypeError):
        return None
    stub = Made("multiscale", f"image_{number}", "", home)
    stub.attributes[GROUP] = path_from(home, url)
    return stub


def _acquisitions(plate: Back, known: dict[str, Any]) -> PlateTask:
    """What a well needs to know of its plate."""
    task = PlateTask(**known, id="plate", title="plate", name=None, home_of=lambda home: home)
    attribute = plate.attributes.get("plate")
    listed = attribute.get("acquisitions") if isinstance(attribute, Mapping) else None
    for entry in listed or ():
        id_ = entry.get("id") if isinstance(entry, Mapping) else None
        number = number_on(plate, id_)
        if isinstance(id_, str) and isinstance(number, str | int):
            task.acquisitions.setdefault(number, id_)
    return task
