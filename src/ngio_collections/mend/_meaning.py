"""Which of several things a reference means, where an id alone does not say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from ngio_collections._contract import Pointer, json_pointer
from ngio_collections.mend._reading import Declaration, NodeEntry, Referring

__all__ = ["Meanings", "Meant", "Unclear", "expected_group", "group_of", "shared_out"]

_OF_PLATE: Final = ("row", "column", "acquisition")
_SHOWN: Final = 3


class Meant(NamedTuple):
    """What a reference can mean.

    Attributes:
        number: How many things.
        first: The first of them, the only one if it is clear; None if there is none.
        within: The part of the document in which they are.
    """

    number: int
    first: Declaration | None
    within: Pointer = ()

    @property
    def only(self) -> Declaration | None:
        """What it means, None if that is not clear."""
        return self.first if self.number == 1 else None


_NOTHING: Final = Meant(0, None)


class Meanings:
    """Finds out which of several things with one id, or one name, references mean.

    A level's own input is the level; its output is a system of its own multiscale; rows,
    columns and acquisitions are those of the enclosing plate. Everything else is looked for in
    the nodes around the reference, from the innermost.

    Args:
        declared: The things. Cost: O(things * depth).
    """

    def __init__(self, declared: Iterable[Declaration]) -> None:
        self._on: dict[tuple[str, Pointer], Meant] = {}
        self._within: dict[tuple[str, Pointer], Meant] = {}
        for one in declared:
            group = group_of(one)
            _count(self._on, group, one.node.pointer, one)
            for holder in (one.node, *one.node.ancestors()):
                _count(self._within, group, holder.pointer, one)
            _count(self._within, group, (), one)

    def of(self, place: Referring) -> Meant:
        """What a reference can mean, of the things that are of the right kind. Cost: O(depth)."""
        group = expected_group(place)
        every = self._within.get((group, ()), _NOTHING)
        if every.number < 2:
            return every
        for node in _closest(place):
            found = self._on.get((group, node.pointer))
            if found is not None:
                return found
        if place.role not in _OF_PLATE:
            for node in (place.node, *place.node.ancestors()):
                found = self._within.get((group, node.pointer))
                if found is not None:
                    return found
        return every


def _count(
    found: dict[tuple[str, Pointer], Meant], group: str, at: Pointer, one: Declaration
) -> None:
    before = found.get((group, at))
    found[(group, at)] = (
        Meant(1, one, at) if before is None else before._replace(number=before.number + 1)
    )


def group_of(declared: Declaration) -> str:
    """What something is: the type of a node, else its kind."""
    return declared.node.type if declared.kind == "node" else declared.kind


def expected_group(place: Referring) -> str:
    """What a reference leads to, by its place (RFC-8)."""
    if place.role in _OF_PLATE:
        return place.role
    if place.role == "source":
        return "multiscale"
    own_list = place.at[0] == "coordinateTransformations"
    if place.role == "input" and own_list and place.node.type in ("singlescale", "multiscale"):
        return "singlescale"
    return "coordinate-system"


def _closest(place: Referring) -> Iterator[NodeEntry]:
    """The nodes whose own things come before all others."""
    node = place.node
    if place.role in _OF_PLATE:
        plate = next((one for one in node.ancestors() if "plate" in one.attributes), None)
        yield from () if plate is None else (plate,)
        return
    if node.type == "singlescale" and place.role == "output" and node.parent is not None:
        yield node.parent
    yield node


class Unclear:
    """References of which it is not clear what they mean, by the things that they may mean."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Pointer], list[Referring]] = {}
        self._counts: dict[tuple[str, Pointer], int] = {}

    def add(self, place: Referring, meant: Meant) -> None:
        """Note a reference."""
        key = (expected_group(place), meant.within)
        self._found.setdefault(key, []).append(place)
        self._counts[key] = meant.number

    def said(self, declared: Declaration, id_: str) -> list[str]:
        """What must be decided about references before something can be mended."""
        if not self._found:
            return []
        group = group_of(declared)
        said = []
        for at in ((), *(node.pointer for node in (declared.node, *declared.node.ancestors()))):
            places = self._found.get((group, at), ())
            if not places:
                continue
            shown = ", ".join(json_pointer(place.pointer) for place in places[:_SHOWN])
            more = len(places) - _SHOWN
            shown += f" and {more} more" if more > 0 else ""
            many = "s" if len(places) > 1 else ""
            said.append(
                f"The reference{many} at {shown} may mean any of {self._counts[(group, at)]} "
                f"things with the id {id_}."
            )
        return said


def shared_out(
    meanings: Meanings, places: Iterable[Referring]
) -> tuple[dict[Pointer, list[Referring]], Unclear]:
    """For each of several things the references that mean it, and those that may mean several."""
    follows: dict[Pointer, list[Referring]] = {}
    unclear = Unclear()
    for place in places:
        found = meanings.of(place)
        if found.only is not None:
            follows.setdefault(found.only.pointer, []).append(place)
        elif found.number:
            unclear.add(place, found)
    return follows, unclear
