"""Damage to JSON documents, of the kinds that people and programs do.

Every mutation takes a document and what chooses, changes the document in place and
says whether it found something to change. `mutate` works on a copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Final, TypeAlias

__all__ = ["MUTATIONS", "VALUES", "Mutation", "break_unicode", "copied", "mutate", "places"]

Container: TypeAlias = dict[str, Any] | list[Any]
Mutation: TypeAlias = Callable[[dict[str, Any], Random], bool]

VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False),
    *(0, -1, 1, 255, 256, 2**63, 2**64, 2**70, -(2**70), 10**400),
    *(0.0, -0.0, 1.0, 1.5, -0.5, 255.0, 255.5, 256.0, 5e-324, 1e22, 1e300, -1e300),
    *(
        "",
        "a",
        "x",
        "a\n",
        "\n",
        "a b",
        "é",
        "\u0661",
        "0",
        "1",
        "true",
        "null",
        "\0",
        "a/b",
        "../x",
    ),
    *([], {}, [[]], [{}], [None], [0], [1, 1.0], [0, False], [1, True], ["a"], {"": None}),
    *({"id": "a"}, {"id": "a\n"}, {"id": "a", "path": None}, {"type": "zarr", "path": "a"}),
)
"""Values of every kind, among them those that languages and libraries see differently."""

_TYPES: Final = (
    *("collection", "multiscale", "singlescale", "scale", "translation", "sequence"),
    *("identity", "mapAxis", "projectAxis", "affine", "rotation", "displacements"),
    *("coordinates", "bijection", "byDimension", "zarr", "json"),
)
_ODD_TYPES: Final = (
    *(
        "",
        ":",
        ":x",
        "x:",
        "x:y",
        "a:b:c",
        "::",
        "x::",
        "::x",
        "a:\n",
        "\n:a",
        "a\n:b",
        ":\n",
        "é:ü",
        " : ",
    ),
    *("ome:collection", "collection:", ":collection", "plate", "image", "unknown", "space", "1"),
)
_SUFFIXES: Final = ("\n", " ", "s", "\r", "\0", "\u2028", ":", ":x", "X")
_KEYS: Final = (
    *("type", "id", "name", "version", "attributes", "nodes", "path", "ome", "input", "output"),
    *(
        "coordinateSystems",
        "coordinateTransformations",
        "scene",
        "labels",
        "plate",
        "well",
        "acquisition",
    ),
    *(
        "labelAttributes",
        "source",
        "labelValue",
        "color",
        "rows",
        "columns",
        "acquisitions",
        "row",
        "column",
    ),
    *(
        "axes",
        "unit",
        "discrete",
        "longName",
        "transformations",
        "transformation",
        "scale",
        "translation",
    ),
    *(
        "affine",
        "rotation",
        "mapAxis",
        "droppedInputs",
        "createdOutputs",
        "inputAxes",
        "outputAxes",
    ),
    *(
        "forward",
        "inverse",
        "interpolation",
        "extra",
        "coordinate_systems",
        "long_name",
        "label_value",
    ),
    *(
        "",
        "x",
        "x:y",
        "Type",
        "type\n",
        "model_config",
        "__class__",
        "self",
        "é",
        "to_json",
        "from_json",
    ),
)


def copied(value: Any) -> Any:
    """A copy of a JSON value that shares no container with it."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value


def places(value: Any) -> Iterator[tuple[Container, Any]]:
    """Every place in a JSON value: what holds it, and the key or position."""
    stack = [value]
    while stack:
        holder = stack.pop()
        items = holder.items() if isinstance(holder, dict) else enumerate(holder)
        for key, item in items:
            yield holder, key
            if isinstance(item, (dict, list)):
                stack.append(item)


def _pick(
    document: dict[str, Any], random: Random, fits: Callable[[Container, Any], bool]
) -> tuple[Any, Any] | None:
    found = [(holder, key) for holder, key in places(document) if fits(holder, key)]
    return random.choice(found) if found else None


def _objects(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [document, *(h[k] for h, k in places(document) if isinstance(h[k], dict))]


def _arrays(document: dict[str, Any]) -> list[list[Any]]:
    return [h[k] for h, k in places(document) if isinstance(h[k], list) and h[k]]


def _rename(holder: dict[str, Any], old: str, new: str) -> None:
    """Rename a key and leave it where it is."""
    items = [(new if key == old else key, item) for key, item in holder.items()]
    holder.clear()
    holder.update(items)


def delete_key(document: dict[str, Any], random: Random) -> bool:
    """Delete a key of an object."""
    place = _pick(document, random, lambda holder, _: isinstance(holder, dict))
    if place is not None:
        del place[0][place[1]]
    return place is not None


def rename_key(document: dict[str, Any], random: Random) -> bool:
    """Rename a key: to another known one, a near miss, or a prefixed one."""
    place = _pick(document, random, lambda holder, _: isinstance(holder, dict))
    if place is None:
        return False
    holder, key = place
    near = (key.upper(), key.capitalize(), key + "s", key[:-1], key + "\n", "x:" + key, "_" + key)
    _rename(holder, key, random.choice((*near, random.choice(_KEYS))))
    return True


def add_key(document: dict[str, Any], random: Random) -> bool:
    """Add a known or an odd key with any value, or replace its value."""
    random.choice(_objects(document))[random.choice(_KEYS)] = copied(random.choice(VALUES))
    return True


def replace_value(document: dict[str, Any], random: Random) -> bool:
    """Put any value in the place of one."""
    place = _pick(document, random, lambda *_: True)
    if place is not None:
        place[0][place[1]] = copied(random.choice(VALUES))
    return place is not None


def put_null(document: dict[str, Any], random: Random) -> bool:
    """Put null in the place of a value."""
    place = _pick(document, random, lambda holder, key: holder[key] is not None)
    if place is not None:
        place[0][place[1]] = None
    return place is not None


def replace_number(document: dict[str, Any], random: Random) -> bool:
    """Write a number in another way or near a limit: 1 as 1.0, as true, as "1"."""
    place = _pick(document, random, lambda h, k: isinstance(h[k], (int, float)))
    if place is None:
        return False
    holder, key = place
    value = holder[key]
    small = value if abs(value) < 2**53 else 7
    again = (float(small), int(small), bool(small), str(small), small + 0.5, -small - 1)
    limits = (-1, 256, 255.0, 255.5, -0.0, 1e300, 2**70, 10**400)
    holder[key] = random.choice(random.choice((again, limits, (-1, 256))))
    return True


def duplicate_item(document: dict[str, Any], random: Random) -> bool:
    """Repeat an item of an array."""
    arrays = _arrays(document)
    if arrays:
        array = random.choice(arrays)
        position = random.randrange(len(array))
        array.insert(random.randrange(len(array) + 1), copied(array[position]))
    return bool(arrays)


def drop_item(document: dict[str, Any], random: Random) -> bool:
    """Drop an item of an array."""
    arrays = _arrays(document)
    if arrays:
        array = random.choice(arrays)
        del array[random.randrange(len(array))]
    return bool(arrays)


def swap_items(document: dict[str, Any], random: Random) -> bool:
    """Swap two items of an array."""
    arrays = [array for array in _arrays(document) if len(array) > 1]
    if arrays:
        array = random.choice(arrays)
        one, other = random.sample(range(len(array)), 2)
        array[one], array[other] = array[other], array[one]
    return bool(arrays)


def append_item(document: dict[str, Any], random: Random) -> bool:
    """Append any value to an array."""
    arrays = [h[k] for h, k in places(document) if isinstance(h[k], list)]
    if arrays:
        random.choice(arrays).append(copied(random.choice(VALUES)))
    return bool(arrays)


def empty_array(document: dict[str, Any], random: Random) -> bool:
    """Take everything out of an array."""
    arrays = _arrays(document)
    if arrays:
        random.choice(arrays).clear()
    return bool(arrays)


def change_type(document: dict[str, Any], random: Random) -> bool:
    """Write another `type`: a known one, a prefixed one, an odd one, a near miss."""
    place = _pick(document, random, lambda h, k: k == "type" and isinstance(h[k], str))
    if place is None:
        return False
    holder, key = place
    old = holder[key]
    near = (old.upper(), old.capitalize(), old[:-1], *(old + suffix for suffix in _SUFFIXES))
    holder[key] = random.choice(
        (random.choice(_TYPES), random.choice(_ODD_TYPES), random.choice(near))
    )
    return True


def change_string(document: dict[str, Any], random: Random) -> bool:
    """Add something to a string that a pattern may or may not see."""
    place = _pick(document, random, lambda h, k: isinstance(h[k], str))
    if place is not None:
        holder, key = place
        suffix = random.choice(("\n", random.choice(_SUFFIXES)))
        holder[key] = random.choice((holder[key] + suffix, suffix + holder[key]))
    return place is not None


def change_id(document: dict[str, Any], random: Random) -> bool:
    """Write another id: one that is no id, or one that is there already."""
    place = _pick(document, random, lambda h, k: k == "id" and isinstance(h[k], str))
    if place is None:
        return False
    holder, key = place
    others = [h[k] for h, k in places(document) if k == key and isinstance(h, dict)]
    odd = (holder[key] + "\n", "\n", "", "a b", "a/b", "\u0661", "\u00e9", ".", "-", "a:b")
    holder[key] = copied(random.choice((random.choice(odd), random.choice(others))))
    return True


def copy_subtree(document: dict[str, Any], random: Random) -> bool:
    """Copy a part of the document over another one."""
    found = list(places(document))
    if found:
        source, key = random.choice(found)
        target, other = random.choice(found)
        target[other] = copied(source[key])
    return bool(found)


def copy_same_key(document: dict[str, Any], random: Random) -> bool:
    """Copy a part over another one that stands under the same key, such as an id."""
    place = _pick(document, random, lambda holder, _: isinstance(holder, dict))
    if place is None:
        return False
    holder, key = place
    source, _ = random.choice(
        [(h, k) for h, k in places(document) if k == key and isinstance(h, dict)]
    )
    holder[key] = copied(source[key])
    return True


def nodes_and_path(document: dict[str, Any], random: Random) -> bool:
    """Give a node both `nodes` and `path`, only one of them, or none."""
    nodes = [o for o in _objects(document) if {"nodes", "path"} & o.keys() or "type" in o]
    if not nodes:
        return False
    node = random.choice(nodes)
    lists = [h[k] for h, k in places(document) if k == "nodes" and isinstance(h[k], list)]
    values = {
        "nodes": copied(random.choice([[], *lists])),
        "path": {"type": random.choice(("zarr", "json", "x:y")), "path": "a"},
    }
    for key, value in values.items():
        if random.random() < 0.5:
            node.setdefault(key, value)
        else:
            node.pop(key, None)
    return True


def swap_reference(document: dict[str, Any], random: Random) -> bool:
    """Turn a reference object into its id, or a string into a reference object."""
    place = _pick(
        document,
        random,
        lambda h, k: isinstance(h[k], str) or (isinstance(h[k], dict) and "id" in h[k]),
    )
    if place is None:
        return False
    holder, key = place
    value = holder[key]
    holder[key] = {"id": value} if isinstance(value, str) else value["id"]
    return True


def change_envelope(document: dict[str, Any], random: Random) -> bool:
    """Move `ome` into `attributes`, or out of it, or put something beside it."""
    attributes = document.get("attributes")
    inner = isinstance(attributes, dict) and "ome" in attributes
    choice = random.randrange(4)
    if choice == 0 and inner:
        document["ome"] = document.pop("attributes")["ome"]
    elif choice == 1 and "ome" in document:
        document["attributes"] = {"ome": document.pop("ome")}
    elif choice == 2:
        document["attributes"] = copied(
            random.choice((*VALUES, {"ome": None}, {"ome": {}}, {"ome": []}))
        )
    else:
        document["ome"] = copied(
            document.get("ome", {}) if not inner else document["attributes"]["ome"]
        )
    return True


def wrap(document: dict[str, Any], random: Random) -> bool:
    """Put a part of the document into up to twelve others of its kind."""
    place = _pick(document, random, lambda holder, key: isinstance(holder[key], dict))
    if place is None:
        return False
    holder, key = place
    for number in range(random.randint(1, 12)):
        inner = holder[key]
        holder[key] = random.choice(
            (
                {"type": "sequence", "transformations": [inner]},
                {"type": "bijection", "forward": inner, "inverse": copied(inner)},
                {"type": "collection", "id": f"w{number}", "name": f"w{number}", "nodes": [inner]},
            )
            if number < 2
            else ({"type": "sequence", "transformations": [inner]},)
        )
    return True


def break_unicode(document: dict[str, Any], random: Random) -> bool:
    """Put half of a surrogate pair into a string or a key: JSON text can hold it."""
    place = _pick(document, random, lambda h, k: isinstance(h[k], str) or isinstance(h, dict))
    if place is None:
        return False
    holder, key = place
    half = random.choice(("\ud800", "\udfff"))
    if isinstance(holder[key], str):
        holder[key] = random.choice((half, holder[key] + half))
    else:
        _rename(holder, key, key + half)
    return True


MUTATIONS: Final[tuple[Mutation, ...]] = (
    *(delete_key, rename_key, add_key, replace_value, put_null, replace_number),
    *(duplicate_item, drop_item, swap_items, append_item, empty_array),
    *(change_type, change_string, change_id, copy_subtree, copy_same_key),
    *(nodes_and_path, swap_reference, change_envelope, wrap),
)
"""All mutations that leave strings Unicode."""


def mutate(
    document: dict[str, Any],
    random: Random,
    *,
    most: int = 4,
    among: tuple[Mutation, ...] = MUTATIONS,
) -> dict[str, Any]:
    """Mutate a copy of a document.

    Args:
        document: The document; it is not changed.
        random: What chooses: a `random.Random`, seeded or drawn from hypothesis.
        most: At most so many mutations, at least one.
        among: The mutations to choose from.

    Returns:
        The copy. It may be equal to the document: swapped items can be equal ones.
    """
    out: dict[str, Any] = copied(document)
    left = random.randint(1, most)
    while left:
        left -= random.choice(among)(out, random)
    return out
