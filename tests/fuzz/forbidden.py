"""Single changes of right documents that the catalogue forbids and no JSON Schema sees.

Each of them knows which rule it breaks. It takes a document in which everything is right,
changes one thing in place, and says whether it found something to change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Final, NamedTuple, TypeAlias

from ngio_collections.document import is_in_zarr

from .mutate import copied

__all__ = ["FORBIDDEN", "Forbidden"]

Json: TypeAlias = dict[str, Any]
Change: TypeAlias = Callable[["Right", Random], bool]

DRAFT: Final = "draft-2026-04"
NOWHERE: Final = "nothing_has_this_id"
ELSEWHERE: Final = {"type": "json", "path": "./elsewhere.json"}
_CONTAINERS: Final = ("collection", "multiscale")
_DECLARED: Final = (
    (("coordinateSystems",), "coordinate-system"),
    (("scene", "coordinateSystems"), "coordinate-system"),
    (("plate", "rows"), "row"),
    (("plate", "columns"), "column"),
    (("plate", "acquisitions"), "acquisition"),
)


class Declared(NamedTuple):
    """Something that has an id."""

    kind: str
    value: Json
    node: Json


class Right:
    """A right document, with what is in it.

    Attributes:
        document: The document.
        revision: The revision of the RFC by which it is right.
        root: Its root node.
        nodes: Its nodes, each with those that hold it, the nearest first.
    """

    def __init__(self, document: Json, revision: str) -> None:
        self.document = document
        self.revision = revision
        held = document["attributes"] if is_in_zarr(document) else document
        self.root: Json = held["ome"]
        self.nodes = list(_nodes(self.root))

    def declared(self) -> Iterator[Declared]:
        """Everything that has an id."""
        for node, _ in self.nodes:
            if "id" in node:
                yield Declared(node["type"], node, node)
            for path, kind in _DECLARED:
                value: Any = node.get("attributes", {})
                for key in path:
                    value = value.get(key, {})
                yield from (Declared(kind, item, node) for item in value if "id" in item)

    def ids(self, *kinds: str) -> list[str]:
        """The ids of everything that is of none of some kinds."""
        return [one.value["id"] for one in self.declared() if one.kind not in kinds]

    def holders(self, key: str, *types: str) -> list[tuple[Json, list[Json], Any]]:
        """The nodes of some types (all if none) with an attribute, and that attribute."""
        return [
            (node, above, node["attributes"][key])
            for node, above in self.nodes
            if key in node.get("attributes", {}) and (not types or node["type"] in types)
        ]

    def transformations(self, *types: str) -> list[tuple[Json, Json]]:
        """The transformations in the attributes of nodes of some types, with their nodes."""
        return [
            (node, one)
            for node, _, listed in self.holders("coordinateTransformations", *types)
            for one in listed
        ]

    def scenes(self) -> list[tuple[Json, Json]]:
        """The transformations of scenes, with the scenes."""
        return [
            (scene, one)
            for _, _, scene in self.holders("scene")
            for one in scene.get("coordinateTransformations", [])
        ]


def _nodes(root: Json) -> Iterator[tuple[Json, list[Json]]]:
    stack: list[tuple[Json, list[Json]]] = [(root, [])]
    while stack:
        node, above = stack.pop()
        yield node, above
        if node["type"] in _CONTAINERS:
            stack += [(child, [node, *above]) for child in node.get("nodes", [])]


def _id_of(reference: Any) -> str | None:
    """The id that a reference within the document names."""
    if isinstance(reference, str):
        return reference
    return None if reference is None or "path" in reference else reference["id"]


def _point(holder: Any, key: Any, id_: str) -> bool:
    """Let a reference name something within the document."""
    holder[key] = id_ if isinstance(holder[key], str) else {"id": id_}
    return True


def _chosen(random: Random, found: list[Any]) -> Any:
    return random.choice(found) if found else None


# -- ids and references --------------------------------------------------------------


def repeat_an_id(right: Right, random: Random) -> bool:
    """Give one thing the id of another one."""
    found = list(right.declared())
    if len(found) < 2:
        return False
    one, other = random.sample(found, 2)
    one.value["id"] = other.value["id"]
    return True


def _references(right: Right) -> Iterator[tuple[Any, Any]]:
    """The places of references that have no rule of their own for what they name."""
    for _, _, labels in right.holders("labels"):
        source = labels.get("source", [])
        yield from ((source, number) for number in range(len(source)))
    for node, one in right.transformations():
        if one.get("output") is not None:
            yield one, "output"
        if one.get("input") is not None and (
            node["type"] != "singlescale" or right.revision == DRAFT
        ):
            yield one, "input"


def refer_to_nothing(right: Right, random: Random) -> bool:
    """Let a reference name an id that nothing has."""
    found = _chosen(random, list(_references(right)))
    return found is not None and _point(*found, NOWHERE)


def refer_to_nothing_from_a_scene(right: Right, random: Random) -> bool:
    """Let a transformation of a scene begin or end at an id that nothing has."""
    found = _chosen(random, right.scenes())
    return found is not None and _point(found[1], random.choice(("input", "output")), NOWHERE)


def end_a_scene_elsewhere(right: Right, random: Random) -> bool:
    """Let a transformation of a scene begin or end at something that is no system."""
    found, others = _chosen(random, right.scenes()), right.ids("coordinate-system")
    if found is None or not others:
        return False
    return _point(found[1], random.choice(("input", "output")), random.choice(others))


def leave_a_scene_unconnected(right: Right, random: Random) -> bool:
    """Add a transformation between systems that nothing else of the scene is about."""
    scenes = [
        scene
        for _, _, scene in right.holders("scene")
        if scene.get("coordinateSystems") and isinstance(scene["coordinateSystems"][0], dict)
    ]
    scene = _chosen(random, scenes)
    if scene is None:
        return False
    ends = {"input": {"id": "one", "path": ELSEWHERE}, "output": {"id": "two", "path": ELSEWHERE}}
    scene.setdefault("coordinateTransformations", []).append({"type": "identity", **ends})
    return True


def end_a_collection_elsewhere(right: Right, random: Random) -> bool:
    """Let a transformation of a collection begin or end at something that is no system."""
    found = _chosen(random, right.transformations("collection"))
    others = right.ids("coordinate-system")
    if found is None or not others:
        return False
    return _point(found[1], random.choice(("input", "output")), random.choice(others))


# -- versions and files --------------------------------------------------------------


def repeat_the_version(right: Right, random: Random) -> bool:
    """Write the version of the document on an inner node."""
    return _write_version(right, random, right.root.get("version"))


def change_the_version(right: Right, random: Random) -> bool:
    """Write another version on an inner node."""
    return _write_version(right, random, "0.1")


def _write_version(right: Right, random: Random, version: Any) -> bool:
    node = _chosen(random, [node for node, above in right.nodes if above])
    if node is None or not isinstance(version, str):
        return False
    node["version"] = version
    return True


def move_to_the_wrong_place(right: Right, random: Random) -> bool:
    """Store the node at `ome` of Zarr metadata."""
    if is_in_zarr(right.document):
        right.document["ome"] = right.document["attributes"].pop("ome")
    right.document["zarr_format"] = 3
    return True


# -- images --------------------------------------------------------------------------


def begin_a_level_elsewhere(right: Right, random: Random) -> bool:
    """Let the transformation of a level begin at anything but the level."""
    node, one = _chosen(random, right.transformations("singlescale")) or (None, None)
    if node is None or one.get("input") is None:
        return False
    others = [id_ for id_ in right.ids() if id_ != node.get("id")]
    return _point(one, "input", random.choice((*others, NOWHERE)))


def end_a_level_elsewhere(right: Right, random: Random) -> bool:
    """Let the transformation of a level end at something that is no system of its image."""
    node, one = _chosen(random, right.transformations("singlescale")) or (None, None)
    if node is None or one.get("output") is None:
        return False
    (above,) = [above for other, above in right.nodes if other is node]
    is_in_image = bool(above) and above[0]["type"] == "multiscale"
    others = [
        found.value["id"]
        for found in right.declared()
        if found.kind != "coordinate-system" or (is_in_image and found.node is not above[0])
    ]
    return bool(others) and _point(one, "output", random.choice(others))


def part_the_levels(right: Right, random: Random) -> bool:
    """Let one of several levels end at another system than the others."""
    images = []
    for node, _ in right.nodes:
        levels = [
            child["attributes"]["coordinateTransformations"][0]
            for child in (node.get("nodes", []) if node["type"] == "multiscale" else [])
            if child["type"] == "singlescale"
            and child.get("attributes", {}).get("coordinateTransformations")
        ]
        if len(levels) > 1:
            images.append(levels)
    levels = _chosen(random, images)
    if levels is None:
        return False
    random.choice(levels)["output"] = {"id": "other", "path": ELSEWHERE}
    return True


def begin_an_image_elsewhere(right: Right, random: Random) -> bool:
    """Let a transformation of an image begin at something that is no level."""
    found = _chosen(random, right.transformations("multiscale"))
    others = right.ids("singlescale")
    if found is None or not others:
        return False
    return _point(found[1], "input", random.choice(others))


def end_an_image_elsewhere(right: Right, random: Random) -> bool:
    """Let a transformation of an image end at something that is no system."""
    found = _chosen(random, right.transformations("multiscale"))
    others = right.ids("coordinate-system")
    if found is None or not others:
        return False
    return _point(found[1], "output", random.choice(others))


def _is_array(right: Right) -> bool:
    return right.document.get("node_type") == "array" and is_in_zarr(right.document)


def drop_the_path_of_a_level(right: Right, random: Random) -> bool:
    """Leave out where the array of a level is."""
    levels = [n for n, _ in right.nodes if n["type"] == "singlescale" and "path" in n]
    node = None if _is_array(right) else _chosen(random, levels)
    if node is None:
        return False
    del node["path"]
    return True


def give_the_array_itself_a_path(right: Right, random: Random) -> bool:
    """Say where an array is in the metadata of that array."""
    if not _is_array(right) or right.root["type"] != "singlescale":
        return False
    right.root["path"] = {"type": "zarr", "path": "./0"}
    return True


# -- space ---------------------------------------------------------------------------


def _systems(right: Right) -> list[Json]:
    return [one.value for one in right.declared() if one.kind == "coordinate-system"]


def _axes(right: Right) -> list[Json]:
    return [axis for system in _systems(right) for axis in system.get("axes", [])]


def repeat_an_axis_name(right: Right, random: Random) -> bool:
    """Give one axis of a system the name of another one."""
    system = _chosen(random, [s for s in _systems(right) if len(s.get("axes", [])) > 1])
    if system is None:
        return False
    one, other = random.sample(system["axes"], 2)
    one["name"] = other["name"]
    return True


def spoil_an_axis_type(right: Right, random: Random) -> bool:
    """Leave out the type of an axis, or write one that is none."""
    axis = _chosen(random, _axes(right))
    if axis is None:
        return False
    axis.pop("type", None)
    if random.random() < 0.7:
        axis["type"] = random.choice(("Space", "z", "spatial", ":x", "", "times"))
    return True


def spoil_a_unit(right: Right, random: Random) -> bool:
    """Leave out the unit of an axis of space or time, or write one that is none."""
    axis = _chosen(random, [a for a in _axes(right) if a.get("type") in ("space", "time")])
    if axis is None:
        return False
    axis.pop("unit", None)
    if random.random() < 0.7:
        axis["unit"] = random.choice(("um", "microns", "Meter", "", "pixel", "seconds"))
    return True


def _all_transformations(right: Right) -> list[Json]:
    """All transformations of the RFC, those inside of others too."""
    stack = [one for _, one in (*right.transformations(), *right.scenes())]
    found = []
    while stack:
        one = stack.pop()
        if ":" in one["type"]:
            continue  # What is in a type of somebody's own is theirs.
        found.append(one)
        items = one.get("transformations", [])
        stack += [item.get("transformation", item) for item in items]
        stack += [one[key] for key in ("forward", "inverse") if key in one]
    return found


def _of_type(right: Right, random: Random, type_: str) -> Any:
    """One of the transformations of a type that have their numbers in the document."""
    found = [one for one in _all_transformations(right) if one["type"] == type_ and type_ in one]
    return _chosen(random, found)


def spoil_a_rotation(right: Right, random: Random) -> bool:
    """Write a matrix that is no rotation."""
    one = _of_type(right, random, "rotation")
    rows = None if one is None else one["rotation"]
    if not rows:
        return False
    kind = random.randrange(4)
    if kind == 0:
        rows[0] = [-x for x in rows[0]]  # A reflection.
    elif kind == 1:
        rows[0][0] += 2
    elif kind == 2:
        rows[-1].append(0.0)
    else:
        rows.append(copied(rows[0]))
    return True


def scale_by_nothing(right: Right, random: Random) -> bool:
    """Write 0 for a factor."""
    one = _of_type(right, random, "scale")
    if one is None or not one["scale"]:
        return False
    one["scale"][random.randrange(len(one["scale"]))] = random.choice((0, 0.0, -0.0))
    return True


def change_the_number_of_values(right: Right, random: Random) -> bool:
    """Write one factor or offset too many, or too few, for the axes of the output."""
    axes = {system["id"]: len(system["axes"]) for system in _systems(right) if "axes" in system}
    found = []
    for _, one in (*right.transformations(), *right.scenes()):
        last = one["transformations"][-1:] if one["type"] == "sequence" else [one]
        key = last[0]["type"] if last else ""
        if key in ("scale", "translation") and _id_of(one.get("output")) in axes:
            found.append(last[0][key])
    values = _chosen(random, found)
    if values is None:
        return False
    if len(values) > 1 and random.random() < 0.5:
        values.pop()
    else:
        values.append(1.0)
    return True


# -- labels, plates, names -----------------------------------------------------------


def label_something_else(right: Right, random: Random) -> bool:
    """Let labels be those of something that is no image."""
    holders = [labels for _, _, labels in right.holders("labels") if labels.get("source")]
    labels, others = _chosen(random, holders), right.ids("multiscale")
    if labels is None or not others:
        return False
    return _point(labels["source"], random.randrange(len(labels["source"])), random.choice(others))


def add_a_label_key(right: Right, random: Random) -> bool:
    """Say something about a label under a key that nobody defines."""
    listed = [one for _, _, s in right.holders("labels") for one in s.get("labelAttributes", [])]
    one = _chosen(random, listed)
    if one is None:
        return False
    one[random.choice(("name", "Color", "label", ":x", "x:"))] = 1
    return True


def add_an_attribute(right: Right, random: Random) -> bool:
    """Add an attribute without a prefix."""
    node, _ = random.choice(right.nodes)
    key = random.choice(("remark", "Plate", "labels ", "x:", ":x", ""))
    node.setdefault("attributes", {})[key] = None
    return True


def _wells_in_plates(right: Right) -> list[tuple[Json, Json]]:
    found = []
    for _, above, well in right.holders("well"):
        plates = [n["attributes"]["plate"] for n in above if "plate" in n.get("attributes", {})]
        if plates:
            found.append((well, plates[0]))
    return found


def put_a_well_nowhere(right: Right, random: Random) -> bool:
    """Let a well name a row or a column that its plate lacks: none, or the other way round."""
    well, plate = _chosen(random, _wells_in_plates(right)) or (None, None)
    if well is None:
        return False
    key, other = random.sample(("row", "column"), 2)
    return _point(well, key, random.choice((NOWHERE, plate[f"{other}s"][0]["id"])))


def drop_a_row(right: Right, random: Random) -> bool:
    """Take a row or a column that a well names out of its plate."""
    found = []
    for well, plate in _wells_in_plates(right):
        for key in ("row", "column"):
            listed = plate[f"{key}s"]
            found += [(listed, item) for item in listed if item["id"] == _id_of(well[key])]
    listed, item = _chosen(random, found) or (None, None)
    if listed is None:
        return False
    listed.remove(item)
    return True


def acquire_nothing(right: Right, random: Random) -> bool:
    """Let an image name an acquisition that its plate lacks."""
    found = [node["attributes"] for node, _, _ in right.holders("acquisition")]
    attributes = _chosen(random, found)
    return attributes is not None and _point(attributes, "acquisition", NOWHERE)


def drop_the_acquisitions(right: Right, random: Random) -> bool:
    """Take the acquisitions out of a plate whose images name them."""
    found = []
    for _, above, reference in right.holders("acquisition"):
        plates = [n["attributes"]["plate"] for n in above if "plate" in n.get("attributes", {})]
        if plates and _id_of(reference) is not None:
            found.append(plates[0])
    plate = _chosen(random, found)
    if plate is None:
        return False
    del plate["acquisitions"]
    return True


def repeat_a_name(right: Right, random: Random) -> bool:
    """Give a node the name of one of its siblings."""
    lists = [
        node["nodes"]
        for node, _ in right.nodes
        if node["type"] in _CONTAINERS and len(node.get("nodes", [])) > 1
    ]
    nodes = _chosen(random, lists)
    if nodes is None:
        return False
    one, other = random.sample(nodes, 2)
    if not isinstance(other.get("name"), str):
        return False
    one["name"] = other["name"]
    return True


class Forbidden(NamedTuple):
    """A kind of change, and the rule that it breaks where a profile has that rule."""

    rule: str
    change: Change


FORBIDDEN: Final = (
    Forbidden("unique-ids", repeat_an_id),
    Forbidden("external-reference-path", refer_to_nothing),
    Forbidden("scene-endpoint-path", refer_to_nothing_from_a_scene),
    Forbidden("scene-endpoints", end_a_scene_elsewhere),
    Forbidden("scene-connected", leave_a_scene_unconnected),
    Forbidden("collection-endpoints", end_a_collection_elsewhere),
    Forbidden("inner-version", repeat_the_version),
    Forbidden("same-version", change_the_version),
    Forbidden("metadata-storage", move_to_the_wrong_place),
    Forbidden("level-input", begin_a_level_elsewhere),
    Forbidden("level-output", end_a_level_elsewhere),
    Forbidden("levels-one-output", part_the_levels),
    Forbidden("multiscale-transformation-input", begin_an_image_elsewhere),
    Forbidden("multiscale-transformation-output", end_an_image_elsewhere),
    Forbidden("singlescale-path-required", drop_the_path_of_a_level),
    Forbidden("singlescale-path-in-array", give_the_array_itself_a_path),
    Forbidden("axis-names-differ", repeat_an_axis_name),
    Forbidden("axis-type", spoil_an_axis_type),
    Forbidden("axis-unit", spoil_a_unit),
    Forbidden("rotation-matrix", spoil_a_rotation),
    Forbidden("scale-zero", scale_by_nothing),
    Forbidden("transformation-dimensions", change_the_number_of_values),
    Forbidden("labels-source-image", label_something_else),
    Forbidden("label-attribute-keys", add_a_label_key),
    Forbidden("reserved-attribute-keys", add_an_attribute),
    Forbidden("well-position", put_a_well_nowhere),
    Forbidden("well-position", drop_a_row),
    Forbidden("acquisition-of-plate", acquire_nothing),
    Forbidden("acquisition-of-plate", drop_the_acquisitions),
    Forbidden("sibling-names", repeat_a_name),
)
"""All kinds; what only several documents can break is not among them."""
