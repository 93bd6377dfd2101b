"""What a node means to those who work with images: the members that read it typed.

What they do is in `ngio_collections.read`, above the graph, which works without it: it is
imported when one of these is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import zarr

    from ngio_collections.graph._node import Node
    from ngio_collections.graph._values import Axis, CoordinateSystem, PixelSize, PlateEntry

__all__ = ["Meaning", "meaning"]


def meaning() -> Any:
    """The layer that knows what attributes mean."""
    return importlib.import_module("ngio_collections.read")


class Meaning:
    """The members of `Node` that read what its attributes mean.

    All of them read what is in the tree, and nothing else: what is in a document that was not
    opened is an error that says so (`UnresolvedReferenceError`). What is not as RFC-8 has it is
    an error as well (`MissingAttributeError`, `InvalidAttributeError`), which names the
    document and the place.
    """

    __slots__ = ()

    # -- images ----------------------------------------------------------------

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The axes of an image or of a resolution level, in order (RFC-5, "axes metadata").

        They are those of the coordinate system that the levels lead to. Where no level has a
        transformation, they are those of the only system that the image declares.

        Raises:
            MissingAttributeError: Nothing says which axes there are.
            InvalidAttributeError: It is no image, or what says it is not as RFC-8 has it.
            UnresolvedReferenceError: What says it is in a document that is not in the tree.

        Examples:
            >>> from ngio_collections.graph import new_node
            >>> axes = [{"name": n, "type": "space", "unit": "micrometer"} for n in "yx"]
            >>> systems = [{"id": "um", "axes": axes}]
            >>> image = new_node("multiscale", attributes={"coordinateSystems": systems})
            >>> image.axes[0]
            Axis(name='y', type='space', unit='micrometer')
        """
        found: tuple[Axis, ...] = meaning().axes(self)
        return found

    @property
    def coordinate_systems(self) -> tuple[CoordinateSystem, ...]:
        """The coordinate systems that a node declares, those of its scene last.

        Raises:
            InvalidAttributeError: One of them is not as RFC-8 has it.
        """
        found: tuple[CoordinateSystem, ...] = meaning().coordinate_systems(self)
        return found

    def levels(self) -> tuple[Node, ...]:
        """The resolution levels of an image, finest first as in the document.

        Returns:
            Its singlescale nodes. Cost: O(children).

        Raises:
            InvalidAttributeError: It is no image.
            UnresolvedReferenceError: It is a reference to a document that is not in the tree.
        """
        found: tuple[Node, ...] = meaning().levels(self)
        return found

    def scale(self, level: int = 0) -> tuple[float, ...]:
        """The scale of a resolution level: the distance of its pixels along each axis.

        Args:
            level: Its position among the levels, negative from the end. A level has itself only.

        Returns:
            One factor for each of `axes`, in their units. All are 1 for an identity.

        Raises:
            NodeNotFoundError: There is no such level.
            MissingAttributeError: Nothing places the level.
            InvalidAttributeError: It is placed by something else than a scale and a
                translation (RFC-8, "Singlescale node"), or the numbers do not fit the axes.
            UnresolvedReferenceError: What says it is in a document that is not in the tree.

        Examples:
            >>> from ngio_collections.graph import new_node
            >>> axes = [{"name": n, "type": "space", "unit": "micrometer"} for n in "yx"]
            >>> ends = {"input": {"id": "0"}, "output": {"id": "um"}}
            >>> placed = [{"type": "scale", "scale": [0.5, 0.25], **ends}]
            >>> level = new_node(
            ...     "singlescale", id="0", attributes={"coordinateTransformations": placed}
            ... )
            >>> systems = [{"id": "um", "axes": axes}]
            >>> image = new_node(
            ...     "multiscale", attributes={"coordinateSystems": systems}, children=[level]
            ... )
            >>> image.scale(), image.pixel_size["x"]
            ((0.5, 0.25), PixelSize(value=0.25, unit='micrometer'))
        """
        found: tuple[float, ...] = meaning().scale(self, level)
        return found

    def translation(self, level: int = 0) -> tuple[float, ...]:
        """Where the centre of the first pixel of a resolution level is, along each axis.

        Args:
            level: Its position among the levels.

        Returns:
            One number for each of `axes`, in their units; zeros where only a scale is given.

        Raises:
            NgioCollectionsError: As `scale` does.
        """
        found: tuple[float, ...] = meaning().translation(self, level)
        return found

    @property
    def pixel_size(self) -> dict[str, PixelSize]:
        """The size of the pixels of the finest level along the axes of space, by axis name.

        Raises:
            NgioCollectionsError: As `scale` does.
        """
        found: dict[str, PixelSize] = meaning().pixel_size(self)
        return found

    @property
    def array_url(self) -> str:
        """The address of the Zarr array of a resolution level; of the finest one for an image.

        Raises:
            MissingAttributeError: The level has no path.
            PathError: Its path cannot be understood, or counts from a document that has no
                address.
            InvalidAttributeError: It is neither an image nor a level.
            UnresolvedReferenceError: A document that is not in the tree says it.
        """
        found: str = meaning().array_url(self)
        return found

    @property
    def array_paths(self) -> tuple[str, ...]:
        """Where the Zarr arrays of an image are, finest first, as other software takes it.

        Local paths for local files, addresses for all others.

        Raises:
            NgioCollectionsError: As `array_url` does.
        """
        found: tuple[str, ...] = meaning().array_paths(self)
        return found

    def open_array(
        self,
        level: int = 0,
        *,
        store: Any = None,
        policy: Any = None,
    ) -> zarr.Array[Any]:
        """Open the pixels of a resolution level with zarr-python, read-only.

        Needs the extra `zarr`. Nothing is read but the metadata of the array. The array is
        read where the tree was: local files directly, the stores of this library through
        themselves, servers through fsspec if that and aiohttp are installed (extra `remote`).

        Args:
            level: Its position among the levels.
            store: Where the array is read instead; a `ReadableStore`.
            policy: What may be read, an `AccessPolicy`, as when the tree was opened. By default
                a local document leads to local arrays, and a remote one to its own origin.

        Returns:
            The array, of Zarr version 2 or 3.

        Raises:
            MissingExtraError: zarr, or what it needs for servers, is not installed.
            ForbiddenError: The policy refuses the address.
            DocumentNotFoundError: There is no array.
            DocumentAccessError: It cannot be read.
            NgioCollectionsError: As `array_url` does.
        """
        found: zarr.Array[Any] = meaning().open_array(self, level, store=store, policy=policy)
        return found

    def labels(self, within: Node | None = None) -> tuple[Node, ...]:
        """The label images of an image: those whose `labels.source` refers to it.

        Args:
            within: Where they are looked for; among the siblings of the image by default,
                where they are in plates. Give the root to find them everywhere.

        Returns:
            Multiscale nodes, in document order. Cost: O(siblings), or O(nodes of `within`),
            the first time, then O(labels).

        Raises:
            InvalidAttributeError: It is no image, or the `labels` of a node are not as RFC-8
                has them ("Label maps and other derived images").
        """
        found: tuple[Node, ...] = meaning().labels(self, within)
        return found

    def source_images(self) -> tuple[Node, ...]:
        """The images that a label image was made from, in the order of `labels.source`.

        Raises:
            MissingAttributeError: It is no label image.
            InvalidAttributeError: Its `labels` are not as RFC-8 has them.
            UnresolvedReferenceError: One of them is not in the tree.
        """
        found: tuple[Node, ...] = meaning().source_images(self)
        return found

    # -- plates ----------------------------------------------------------------

    @property
    def rows(self) -> tuple[PlateEntry, ...]:
        """The rows of a plate (RFC-8, "Plate attribute").

        Raises:
            MissingAttributeError: It is no plate.
            InvalidAttributeError: They are not as RFC-8 has them.
        """
        found: tuple[PlateEntry, ...] = meaning().rows(self)
        return found

    @property
    def columns(self) -> tuple[PlateEntry, ...]:
        """The columns of a plate; see `rows`."""
        found: tuple[PlateEntry, ...] = meaning().columns(self)
        return found

    @property
    def acquisitions(self) -> tuple[PlateEntry, ...]:
        """The acquisitions of a plate, none if it lists none; see `rows`."""
        found: tuple[PlateEntry, ...] = meaning().acquisitions(self)
        return found

    @property
    def row(self) -> PlateEntry:
        """The row of a well, as its plate lists it (RFC-8, "Well attribute").

        Raises:
            MissingAttributeError: It is no well.
            InvalidAttributeError: It refers to no row of the plate around it.
            NodeNotFoundError: The tree holds no plate around it.
        """
        found: PlateEntry = meaning().well_entry(self, "row")
        return found

    @property
    def column(self) -> PlateEntry:
        """The column of a well; see `row`."""
        found: PlateEntry = meaning().well_entry(self, "column")
        return found

    @property
    def acquisition(self) -> PlateEntry | None:
        """The acquisition that an image in a well belongs to, None if nothing says it.

        The image says it, or a collection between the image and its well. Where the tree holds
        no plate, which would say its name, the id stands in for that.

        Raises:
            InvalidAttributeError: It refers to no acquisition of the plate around it.
        """
        found: PlateEntry | None = meaning().acquisition_of(self)
        return found

    def wells(self) -> tuple[Node, ...]:
        """The wells of a plate, in document order.

        Returns:
            The collections below it that have the attribute `well`. Where references were
            followed when the tree was opened, those that lead nowhere are left out unless they
            say themselves that they are wells; they are on `report`. Cost: O(collections).

        Raises:
            MissingAttributeError: It is no plate.
            UnresolvedReferenceError: Wells may be in other documents, and the tree was opened
                without following references.
        """
        found: tuple[Node, ...] = meaning().wells(self)
        return found

    def images(
        self, acquisition: str | Mapping[str, Any] | PlateEntry | None = None
    ) -> tuple[Node, ...]:
        """The images at and below a node, such as a well, without label images.

        Both layouts of plates are read: images in the well itself, and in a collection for
        each acquisition.

        Args:
            acquisition: Only those of one acquisition of the plate, by its id, its name, or a
                Reference to it.

        Returns:
            Multiscale nodes, in document order; an image is its own. Cost: O(collections and
            images).

        Raises:
            NodeNotFoundError: There is no such acquisition.
            InvalidAttributeError: An image refers to none of the plate around it.
            UnresolvedReferenceError: Collections are in other documents, and the tree was opened
                without following references.
        """
        found: tuple[Node, ...] = meaning().images(self, acquisition)
        return found
