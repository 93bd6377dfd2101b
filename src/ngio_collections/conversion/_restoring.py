"""Nodes as the way back reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ngio_collections import _paths
from ngio_collections.conversion._names import ADDED, AROUND, GROUP, VERSION
from ngio_collections.errors import PathError
from ngio_collections.graph import Node

if TYPE_CHECKING:
    from ngio_collections.conversion._engine import Made, Slot

__all__ = ["Back", "BackTask", "Line"]

NOWHERE: Final = "memory://collection/collection.json"
"""From where paths count in a tree that was not opened from a document."""


class Back:
    """A node on its way back.

    Attributes:
        node: The node.
        attributes: Its attributes.
        base: The document that its paths count from.
    """

    __slots__ = ("_children", "attributes", "base", "node", "raw")

    def __init__(self, node: Node) -> None:
        self.node: Node | None = node
        self.raw: Mapping[str, Any] = node.tree.raw(node.key)
        attributes = self.raw.get("attributes")
        self.attributes: Mapping[str, Any] = attributes if isinstance(attributes, dict) else {}
        self.base = node.document_url or NOWHERE
        self._children: tuple[Back, ...] | None = None

    @classmethod
    def of(cls, made: Made) -> Back:
        """A node that was just made, and is in no tree."""
        self = cls.__new__(cls)
        self.node = None
        self.raw = made.node
        self.attributes = made.attributes
        self.base = made.home
        self._children = tuple(cls.of(child) for child in made.children)
        return self

    @property
    def children(self) -> tuple[Back, ...]:
        """The nodes below it, the same ones each time."""
        if self._children is None:
            below = () if self.node is None else self.node.children()
            self._children = tuple(Back(child) for child in below)
        return self._children

    @property
    def type(self) -> str | None:
        """The type of the node."""
        type_: str | None = self.raw.get("type")
        return type_

    @property
    def id(self) -> str | None:
        """The id of the node."""
        id_: str | None = self.raw.get("id")
        return id_

    def field(self, name: str) -> Any:
        """A field of the node, None if it has none."""
        return self.raw.get(name)

    @property
    def version(self) -> str | None:
        """The version of OME-Zarr that the node was converted from; None if it was not."""
        if GROUP not in self.attributes:
            return None
        known = self.attributes.get(VERSION)
        return known[:3] if isinstance(known, str) else "0.4"

    def was_added(self, field: str) -> bool:
        """Whether a field was made up, because the source had none."""
        added = self.attributes.get(ADDED)
        return isinstance(added, list) and field in added

    def url(self, path: Any) -> str | None:
        """Where a Path leads: the address of a group or an array; None if that is unknown."""
        if not isinstance(path, Mapping):
            return None
        try:
            return _paths.metadata_url(self.base, path).removesuffix("/zarr.json")
        except PathError:
            return None

    @property
    def around(self) -> str | None:
        """The address of the group that was converted, if its metadata was one further in."""
        return self.url(self.attributes.get(AROUND))

    @property
    def group(self) -> str | None:
        """The address of the group of the node; for an image the one that holds its levels."""
        known = self.url(self.attributes.get(GROUP))
        if known is not None:
            return known
        for child in self.children if self.type == "multiscale" else ():
            level = child.url(child.field("path"))
            if level is not None:
                return level.rpartition("/")[0]
        return None

    @property
    def system(self) -> Mapping[str, Any] | None:
        """The coordinate system that the levels of an image lead to; else its first."""
        found = self.attributes.get("coordinateSystems")
        systems = [one for one in found or () if isinstance(one, Mapping)]
        for child in self.children:
            for item in _objects(child.attributes.get("coordinateTransformations")):
                output = item.get("output")
                wanted = output.get("id") if isinstance(output, Mapping) else None
                for system in systems:
                    if system.get("id") == wanted:
                        return system
        return systems[0] if systems else None


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value or () if isinstance(item, Mapping)]


class Line(NamedTuple):
    """A row or a column of a plate.

    Attributes:
        number: Its position.
        name: What it is called.
    """

    number: int
    name: Any


class BackTask:
    """A group that is made again.

    Attributes:
        kind: The table of its metadata.
        group: The address of the group.
        nodes: The nodes that it became, the first of which has what was kept of it.
        plate: The node of the plate, for wells.
        parent: The group that its paths count from, for series; for a label image the image.
        source: The version of OME-Zarr that it was converted from; None if it was not.
        is_plain: Whether only what is mapped comes back, and nothing that was kept.
        slots: The fields that are mapped and kept as well.
    """

    __slots__ = (
        "_lines",
        "group",
        "is_plain",
        "kind",
        "nodes",
        "parent",
        "plate",
        "slots",
        "source",
    )

    def __init__(
        self,
        kind: str,
        group: str,
        nodes: list[Back],
        *,
        plate: Back | None = None,
        parent: str | None = None,
        is_plain: bool = False,
    ) -> None:
        self.kind = kind
        self.group = group
        self.nodes = nodes
        self.plate = plate
        self.parent = parent
        self.source = nodes[0].version
        self.is_plain = is_plain
        self.slots: list[Slot] = []
        self._lines: dict[str, dict[str, Line]] = {}

    def plain(self, nodes: list[Back] | None = None) -> BackTask:
        """The same without what was kept, of the same or of other nodes."""
        return BackTask(
            self.kind,
            self.group,
            self.nodes if nodes is None else nodes,
            plate=self.plate,
            parent=self.parent,
            is_plain=True,
        )

    def image_of(self, level: Back) -> Back | None:
        """The image that a level belongs to."""
        return next((node for node in self.nodes if level in node.children), None)

    def lines(self, key: str) -> Mapping[str, Line]:
        """The rows or the columns of the plate by their id, read once for all wells."""
        found = self._lines.get(key)
        if found is None:
            found = self._lines[key] = {}
            plate = None if self.plate is None else self.plate.attributes.get("plate")
            listed = plate.get(key) if isinstance(plate, Mapping) else None
            for number, entry in enumerate(listed or ()):
                id_ = entry.get("id") if isinstance(entry, Mapping) else None
                if isinstance(id_, str):
                    found.setdefault(id_, Line(number, entry.get("name", id_)))
        return found

    def acquisition_of(self, node: Back) -> Any:
        """The acquisition of an image that is in the collection of one."""
        for parent in () if node.node is None else node.node.ancestors():
            if "well" in parent.attributes:
                return None
            found = parent.tree.raw(parent.key).get("attributes")
            if isinstance(found, dict) and "acquisition" in found:
                return found["acquisition"]
        return None

    def path_from_parent(self, url: str | None) -> str | None:
        """The Zarr path from the group around the group; None if there is none."""
        if url is None or self.parent is None:
            return None
        return _path(self.parent, url)

    def path_to(self, url: str | None) -> str | None:
        """The Zarr path from the group to another group or an array; None if there is none."""
        return None if url is None else _path(self.group, url)


def _path(group: str, url: str) -> str | None:
    try:
        return _paths.zarr_path(group, url)
    except PathError:
        return None
