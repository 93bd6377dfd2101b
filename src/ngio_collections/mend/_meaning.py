"""Which of several things a reference means, where an id alone does not say it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from ngio_collections._contract import Declaration, NodeEntry
from ngio_collections.mend._reading import Referring

__all__ = ["meant"]

_OF_PLATE: Final = ("row", "column", "acquisition")


def meant(declared: Iterable[Declaration], place: Referring) -> list[Declaration]:
    """What a reference within a document can mean, of several things.

    A level's own input is the level; its output is a system of its own multiscale; rows,
    columns and acquisitions are those of the enclosing plate. Everything else is looked for
    in the nodes around the reference, from the innermost.

    Args:
        declared: What has the id, or the name, that it refers to.
        place: The reference.

    Returns:
        One thing if it is clear which is meant, several if it is not, none if nothing
        is of the right kind. Cost: O(depth * things).
    """
    right = _expected(place)
    found = [one for one in declared if right(one)]
    if len(found) < 2:
        return found
    for narrower in _scopes(place):
        inside = [one for one in found if narrower(one)]
        if inside:
            return inside
    return found


def _expected(place: Referring) -> Callable[[Declaration], bool]:
    """What kind of thing a reference leads to, by its place."""
    role, node = place.role, place.node
    if role in _OF_PLATE:
        return lambda one: one.kind == role
    if role == "source":
        return lambda one: one.kind == "node" and one.node.type == "multiscale"
    own_list = place.at[0] == "coordinateTransformations"
    if role == "input" and own_list and node.type in ("singlescale", "multiscale"):
        return lambda one: one.kind == "node" and one.node.type == "singlescale"
    return lambda one: one.kind == "coordinate-system"


def _scopes(place: Referring) -> Iterator[Callable[[Declaration], bool]]:
    """Ever larger parts of a document in which the meaning of a reference is looked for."""
    node = place.node
    if place.role in _OF_PLATE:
        plate = next((one for one in node.ancestors() if "plate" in one.attributes), None)
        yield lambda one: one.node is plate
        return
    if node.type == "singlescale" and place.role == "output":
        yield lambda one: one.node is node.parent
    yield lambda one: one.node is node
    for holder in (node, *node.ancestors()):
        yield lambda one, holder=holder: _is_in(one.node, holder)  # type: ignore[misc]


def _is_in(node: NodeEntry, holder: NodeEntry) -> bool:
    """Whether a node is another one, or is inside of it."""
    end = len(holder.pointer)
    return node.pointer[:end] == holder.pointer
