"""Nodes as the way back reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ngio_collections import _paths
from ngio_collections.conversion._names import ADDED, GROUP, VERSION
from ngio_collections.errors import PathError
from ngio_collections.graph import Node

__all__ = ["Back", "BackTask"]

NOWHERE: Final = "memory://collection/collection.json"
"""From where paths count in a tree that was not opened from a document."""


class Back:
    """A node on its way back.

    Attributes:
        node: The node.
        attributes: Its attributes.
        base: The document that its paths count from.
    """

    __slots__ = ("_children", "attributes", "base", "node")

    def __init__(self, node: Node) -> None:
        self.node = node
        raw = node.tree.raw(node.key).get("attributes")
        self.attributes: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
        self.base = node.document_url or NOWHERE
        self._children: tuple[Back, ...] | None = None

    @property
    def children(self) -> tuple[Back, ...]:
        """The nodes below it, the same ones each time."""
        if self._children is None:
            self._children = tuple(Back(child) for child in self.node.children())
        return self._children

    @property
    def type(self) -> str | None:
        """The type of the node."""
        return self.node.type

    @property
    def id(self) -> str | None:
        """The id of the node."""
        return self.node.id

    def field(self, name: str) -> Any:
        """A field of the node, None if it has none."""
        return self.node.tree.raw(self.node.key).get(name)

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


class BackTask:
    """A group that is made again.

    Attributes:
        kind: The table of its metadata.
        group: The address of the group.
        nodes: The nodes that it became, the first of which has what was kept of it.
        plate: The node of the plate, for wells.
        parent: The group that it is listed in, for wells, fields and labels.
        source: The version of OME-Zarr that it was converted from; None if it was not.
    """

    __slots__ = ("group", "kind", "nodes", "parent", "plate", "source")

    def __init__(
        self,
        kind: str,
        group: str,
        nodes: list[Back],
        *,
        plate: Back | None = None,
        parent: str | None = None,
    ) -> None:
        self.kind = kind
        self.group = group
        self.nodes = nodes
        self.plate = plate
        self.parent = parent
        self.source = nodes[0].version

    def image_of(self, level: Back) -> Back | None:
        """The image that a level belongs to."""
        return next((node for node in self.nodes if level in node.children), None)

    def acquisition_of(self, node: Back) -> Any:
        """The acquisition of an image that is in the collection of one."""
        for parent in node.node.ancestors():
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
