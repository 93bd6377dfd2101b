"""From the draft of April 2026 to v1-2026-08, as patches of a parsed document.

Each step takes a document and gives fixes, or says why there is none. What the text of the
two revisions does not decide is not decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from ngio_collections._contract import Pointer, json_pointer
from ngio_collections._frozen import same_json
from ngio_collections.mend._fix import Fix, make_fix
from ngio_collections.mend._meaning import Meanings
from ngio_collections.mend._naming import is_legal
from ngio_collections.mend._patching import apply_operations
from ngio_collections.mend._proposals import Known, missing_ids
from ngio_collections.mend._reading import Declaration, NodeEntry, Reading, Referring
from ngio_collections.mend._steps import Operation, as_object, dangling, quoted, refer_to, setting

__all__ = ["LEFT", "Undecided", "upgrade_steps"]


class Undecided(NamedTuple):
    """Something that an upgrade leaves to a person.

    Attributes:
        rule: The rule of the newer revision that it is about.
        document: The address of the document, None where it is in none.
        pointer: Its place in the upgraded document, as a JSON Pointer (RFC 6901).
        reason: Why it was left, in one sentence or two.
    """

    rule: str
    document: str | None
    pointer: str
    reason: str

    def to_json(self) -> dict[str, str | None]:
        """The same as plain JSON, with the keys in a fixed order."""
        return self._asdict()


Step: TypeAlias = "Callable[[Reading, Known], Iterator[Fix | Undecided]]"

LEFT: Final = {
    "level-input": "The draft let the input of a level be anything. The newer text wants the level "
    "itself, and whether the transformation starts there is not known.",
    "level-output": "The draft let a level lead to any coordinate system. The newer text wants one "
    "of its own image, and how that lies to the other is not known.",
    "levels-one-output": "The draft let the levels of an image lead to several coordinate systems. "
    "The newer text wants one, and which is not known.",
    "level-transformation": "The draft let a level have any number of scales and translations. The "
    "newer text wants a scale, or a sequence of a scale and a translation.",
    "multiscale-coordinate-systems": "The draft did not ask for the coordinate systems of an "
    "image. What its axes are only the pixels say.",
    "scene-object": "The draft had no `scene`, and what is there is none of the newer text.",
    "scene-endpoints": "The draft let a transformation of a collection begin and end anywhere.",
    "scene-endpoint-path": "The draft did not look at what is in a `scene`.",
}
"""What the draft allowed and the newer revision does not, where it cannot be put in other words."""


def upgrade_steps(
    document: Any, known: Known, version: str | None = None
) -> tuple[list[Fix], list[Undecided], Any]:
    """What brings a document to the newer revision.

    Args:
        document: The parsed document; it is not changed.
        known: What is known around it.
        version: What its root is to say as its version; what it says now if None.

    Returns:
        The fixes in the order in which they are to be applied, what was left, and the document
        with the fixes. Cost: O(size).
    """
    fixes: list[Fix] = []
    left: list[Undecided] = []
    for step in _STEPS:
        found = list(step(Reading(document), known))
        made = [one for one in found if isinstance(one, Fix)]
        left += [one for one in found if isinstance(one, Undecided)]
        fixes += made
        document = apply_operations(document, [o for fix in made for o in fix.operations])
    if version is not None:
        root = Reading(document).root
        if root.value.get("version") != version:
            at = json_pointer(root.pointer)
            operations = setting(root.value, root.pointer, "version", version)
            title = f"Write the version {quoted(version)}"
            fixes.append(make_fix("root-version", title, at, operations, document=known.url))
            document = apply_operations(document, operations)
    return fixes, left, document


_RULES: Final = {
    "input": "transformation-endpoint",
    "output": "transformation-endpoint",
    "source": "reference-object",
    "row": "well-fields",
    "column": "well-fields",
    "acquisition": "acquisition-reference",
}


def _objects(reading: Reading, known: Known) -> Iterator[Fix | Undecided]:
    """References that are bare ids become objects."""
    for place in reading.references:
        if is_legal(place.value):
            yield make_fix(
                _RULES[place.role],
                f"Write the reference to {quoted(place.value)} as an object",
                json_pointer(place.pointer),
                as_object(place, place.value),
                document=known.url,
            )


_ID_RULES: Final = {"node": "node-id-required", "coordinate-system": "coordinate-system-id"}


def _ids(reading: Reading, known: Known) -> Iterator[Fix | Undecided]:
    """What had a name alone gets an id, and references by the name follow."""
    wanted = [
        (declared, _ID_RULES.get(declared.kind, "plate-ids"))
        for declared in reading.declared
        if "id" not in declared.value
    ]
    yield from missing_ids(reading, wanted, known, lambda _: True)


def _names(reading: Reading, known: Known) -> Iterator[Fix | Undecided]:
    """References to the name of a coordinate system become references to its id."""
    named: dict[str, list[Declaration]] = {}
    for declared in reading.declared:
        name, id_ = declared.value.get("name"), declared.value.get("id")
        if declared.kind == "coordinate-system" and isinstance(name, str) and is_legal(id_):
            named.setdefault(name, []).append(declared)
    meanings = {name: Meanings(some) for name, some in named.items()}
    for place in dangling(reading):
        found = meanings[place.id].of(place).only if place.id in meanings else None
        if found is not None:
            id_ = found.value["id"]
            yield make_fix(
                _RULES[place.role],
                f"Refer to the coordinate system {quoted(place.id)} by its id {quoted(id_)}",
                json_pointer(place.pointer),
                _by_id(place, id_),
                document=known.url,
            )


def _by_id(place: Referring, id_: str) -> list[Operation]:
    return refer_to(place, id_) if isinstance(place.value, dict) else as_object(place, id_)


# -- resolution levels -------------------------------------------------------------


def _levels(reading: Reading, known: Known) -> Iterator[Fix | Undecided]:
    """The transformations of a level become one."""
    for node in reading.nodes:
        listed = node.attributes.get("coordinateTransformations")
        if node.type != "singlescale" or not isinstance(listed, list) or _is_one(listed):
            continue
        at: Pointer = (*node.pointer, "attributes", "coordinateTransformations")
        if not listed and "path" in node.value:
            yield make_fix(
                "level-transformation",
                "Leave out the empty list of transformations",
                json_pointer(at),
                [
                    {"op": "test", "path": json_pointer(at), "value": []},
                    {"op": "remove", "path": json_pointer(at)},
                ],
                document=known.url,
            )
            continue
        made = _as_one(listed)
        if isinstance(made, str):
            yield Undecided("level-transformation", known.url, json_pointer(at), made)
            continue
        said = " and the ".join(str(item["type"]) for item in listed)
        yield make_fix(
            "level-transformation",
            f"Write the {said} of this level as one sequence of a scale and a translation",
            json_pointer(at),
            [
                {"op": "test", "path": json_pointer(at), "value": listed},
                {"op": "replace", "path": json_pointer(at), "value": [made]},
            ],
            document=known.url,
        )


def _types(items: list[Any]) -> list[Any]:
    return [item.get("type") if isinstance(item, dict) else None for item in items]


def _is_one(listed: list[Any]) -> bool:
    """Whether the transformations of a level are as the newer text wants them."""
    if _types(listed) == ["sequence"]:
        steps = listed[0].get("transformations")
        return isinstance(steps, list) and _types(steps) == ["scale", "translation"]
    return _types(listed) == ["scale"]


def _as_one(listed: list[Any]) -> dict[str, Any] | str:
    """One sequence that says the same as some transformations of a level, or why there is none."""
    types = _types(listed)
    if types == ["translation"]:
        numbers = listed[0].get("translation")
        if not isinstance(numbers, list) or not numbers:
            return (
                "How many axes the translation has is not known, so that no scale can be put first."
            )
        return _sequence({"type": "scale", "scale": [1.0] * len(numbers)}, listed[0], listed[0])
    if types == ["scale", "translation"]:
        first, second = listed
        if any(not same_json(first.get(end), second.get(end)) for end in ("input", "output")):
            return "The scale and the translation do not begin and end at the same."
        return _sequence(first, second, first)
    if types == ["translation", "scale"]:
        return (
            "A translation comes before a scale. Whether it counts in pixels or in the units of "
            "the coordinate system is not said."
        )
    return LEFT["level-transformation"]


def _sequence(
    scale: Mapping[str, Any], translation: Mapping[str, Any], ends: Mapping[str, Any]
) -> dict[str, Any]:
    steps = [
        {key: value for key, value in step.items() if key not in ("input", "output")}
        for step in (scale, translation)
    ]
    outer = {key: ends[key] for key in ("input", "output") if key in ends}
    return {"type": "sequence", "transformations": steps, **outer}


# -- scenes ------------------------------------------------------------------------

_OF_SCENE: Final = ("coordinateSystems", "coordinateTransformations")


def _scenes(reading: Reading, known: Known) -> Iterator[Fix | Undecided]:
    """What a collection says of space moves into a scene."""
    for node in reading.nodes:
        keys = [key for key in _OF_SCENE if key in node.attributes]
        if node.type != "collection" or not keys:
            continue
        at = json_pointer((*node.pointer, "attributes"))
        reason = _why_no_scene(node, keys)
        if reason:
            yield Undecided("scene-object", known.url, at, reason)
            continue
        operations: list[Operation] = [{"op": "add", "path": f"{at}/scene", "value": {}}]
        operations += [
            {"op": "move", "from": f"{at}/{key}", "path": f"{at}/scene/{key}"} for key in keys
        ]
        if "coordinateTransformations" not in keys:
            path = f"{at}/scene/coordinateTransformations"
            operations.append({"op": "add", "path": path, "value": []})
        title = f"Move {' and '.join(f'`{key}`' for key in keys)} of this collection into a `scene`"
        yield make_fix("scene-object", title, at, operations, document=known.url)


def _why_no_scene(node: NodeEntry, keys: list[str]) -> str:
    """Why what a collection says of space stays where it is; empty if it does not."""
    if "scene" in node.attributes:
        return (
            "The collection has a `scene` as well as systems or transformations of its own; which "
            "of them count is not known."
        )
    if "path" in node.value and len(keys) < len(_OF_SCENE):
        return (
            f"This is a reference with `{keys[0]}` alone. In a `scene` that would hide what the "
            "collection itself has; both revisions accept it where it is."
        )
    if not all(isinstance(node.attributes[key], list) for key in keys):
        return "What the collection says of space is no array."
    return ""


_STEPS: Final[tuple[Step, ...]] = (_objects, _ids, _names, _levels, _scenes)
