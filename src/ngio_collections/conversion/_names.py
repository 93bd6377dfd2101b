"""Ids and names for nodes that had none: the same for the same source, and never twice."""

from __future__ import annotations

import re
from typing import Final

__all__ = [
    "ADDED",
    "AROUND",
    "CONVERSION",
    "GROUP",
    "KIND",
    "NAMED",
    "ORDER",
    "VERSION",
    "XML",
    "Ids",
    "Names",
    "sanitised",
    "stem",
]

AROUND: Final = "ome-zarr:around"
"""The attribute of a root with the group around that of the root, if that one has no metadata."""
GROUP: Final = "ome-zarr:group"
"""The attribute that says which Zarr group a node comes from, as a Path."""
VERSION: Final = "ome-zarr:version"
"""The attribute that says which version of OME-Zarr its group had."""
ADDED: Final = "ome-zarr:added"
"""The attribute that lists what the node has and the source did not say."""
NAMED: Final = "ome-zarr:given-name"
"""The attribute with the name that the node was given, where that is not the one of the source."""
ORDER: Final = "ome-zarr:order"
"""The attribute of a well with the ids of its fields, where grouping them changed the order."""
KIND: Final = "ome-zarr:kind"
"""The attribute of a collection that no attribute of RFC-8 tells what group it was."""
XML: Final = "ome-zarr:ome-xml"
"""The attribute that says where the OME-XML of a collection is."""
CONVERSION: Final = "ome-zarr:conversion"
"""The attribute of a root that says that, and as what, its document was converted."""

_FOREIGN: Final = re.compile(r"[^a-zA-Z0-9\-_.]+")


def sanitised(text: str) -> str:
    """A text with nothing in it but what an id may have.

    Examples:
        >>> sanitised("A/1 µm")
        'A_1_m'
    """
    return _FOREIGN.sub("_", text).strip("_") or "_"


def stem(name: str) -> str:
    """The name of a file or a group without the endings of OME-Zarr.

    Examples:
        >>> stem("cells.ome.zarr"), stem("plate.ozx")
        ('cells', 'plate')
    """
    for ending in (".zarr", ".ozx", ".zip", ".json"):
        name = name.removesuffix(ending)
    return name.removesuffix(".ome") or name


class Ids:
    """The ids of one collection. What is asked for twice gets a number, in the order of asking."""

    __slots__ = ("_next", "_taken")

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def take(self, wanted: str) -> str:
        """An id that nothing else has, as near as possible to the one that is wanted."""
        made = wanted
        while made in self._taken:
            number = self._next.get(wanted, 2)
            self._next[wanted] = number + 1
            made = f"{wanted}_{number}"
        self._taken.add(made)
        return made


class Names:
    """The names of the nodes below one node."""

    __slots__ = ("_taken",)

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def is_free(self, name: str) -> bool:
        """Whether no sibling has the name."""
        return name not in self._taken

    def take(self, wanted: str) -> str:
        """A name that no sibling has, as near as possible to the one that is wanted."""
        made, number = wanted, 2
        while made in self._taken:
            made = f"{wanted} ({number})"
            number += 1
        self._taken.add(made)
        return made
