"""What is known around the objects that are converted: the collection, the group, the image."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ngio_collections import _paths
from ngio_collections.conversion._engine import Made, Piece, attempt, convert
from ngio_collections.conversion._ledger import Page
from ngio_collections.conversion._names import Ids, Names

__all__ = [
    "Around",
    "Entry",
    "Found",
    "Group",
    "ImageTask",
    "ListTask",
    "PlateTask",
    "SceneTask",
    "Task",
    "WellRef",
    "convert_group",
    "path_from",
]


@dataclass(frozen=True, slots=True)
class Group:
    """A group whose metadata document was read.

    Attributes:
        url: The address of the group.
        document_url: The address of its metadata document.
        document: What is in that.
        ome: The OME-Zarr metadata in it.
        at: The pointer of that.
        version: The version of OME-Zarr, as the tables name it.
    """

    url: str
    document_url: str
    document: Mapping[str, Any]
    ome: Mapping[str, Any]
    at: str
    version: str

    @property
    def format(self) -> int:
        """The version of Zarr."""
        return 2 if self.document_url.endswith("/.zattrs") else 3


@dataclass(slots=True, kw_only=True)
class Task:
    """A group that is to become a node.

    Attributes:
        group: The group.
        kind: The table of its metadata.
        page: The notes about its document.
        home: The document that the node will be in.
        ids: The ids of the collection.
        made: The node, once it is there.
    """

    group: Group
    kind: str
    page: Page
    home: str
    ids: Ids
    made: Made | None = None

    @property
    def version(self) -> str:
        """The version of OME-Zarr."""
        return self.group.version

    @property
    def base(self) -> str:
        """From where the paths of the group count."""
        return self.group.url

    def piece(self, table: str, value: Any, at: str) -> Piece:
        """An object of the document of the group."""
        return Piece(table, value, at, page=self.page, made=self.made, work=self)


@dataclass(slots=True, kw_only=True)
class ImageTask(Task):
    """A group that is to become one or more images.

    Attributes:
        id: The id that its first image gets.
        title: What its first image is called if it has no name.
        around: What holds it.
        reference: A Reference to the image of another group by its address, if there is one.
        home_of: The document that an image will be in, by its id.
        name: What its first image is called whatever its name, if that was asked for.
        is_label: Whether it is listed as a label image.
        source: For a label image the Reference to the image that it belongs to.
        missing: The arrays that are not there, or could not be looked at, and why.
        images: The nodes that it became.
        systems: The coordinate systems of the first of them by name, where they have names.
    """

    id: str
    title: str
    around: Around
    reference: Callable[[str], Mapping[str, Any] | None]
    home_of: Callable[[str], str]
    name: str | None = None
    is_label: bool = False
    source: Mapping[str, Any] | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    images: list[Made] = field(default_factory=list)
    systems: Mapping[str, Any] = field(default_factory=dict)


class Around(NamedTuple):
    """What holds images.

    Attributes:
        id: What the ids of the images begin with.
        home: Its document.
        names: The names of what is in it.
    """

    id: str
    home: str
    names: Names


class Found(NamedTuple):
    """What a path in a list leads to.

    Attributes:
        images: The nodes that its group became; none if it could not be converted.
        reason: Why not.
    """

    images: tuple[Made, ...]
    reason: str = ""


@dataclass(slots=True, kw_only=True)
class ListTask(Task):
    """A group that lists images: a well, the labels of an image, or the series of a file.

    Attributes:
        found: What each path leads to, by its position in the list; None if that is of no
            interest.
        plate: For wells, the plate.
        parent: From where the paths count, if that is not the group.
        acquisition: Makes the collection of an acquisition by its id, if there are such.
        groups: Those collections, by the ids of acquisitions.
        group_of: Those collections, by the ids of the images that go there.
    """

    found: Sequence[Found] | None = None
    plate: PlateTask | None = None
    parent: str | None = None
    acquisition: Callable[[str], Made] | None = None
    groups: dict[str, Made] = field(default_factory=dict)
    group_of: dict[str, Made] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """From where the paths count."""
        return self.group.url if self.parent is None else self.parent

    def canonical(self, path: str) -> str:
        """A path of the list in its shortest form."""
        return _paths.zarr_path(self.base, _paths.zarr_child(self.base, path))


@dataclass(slots=True, kw_only=True)
class SceneTask(Task):
    """A group that is to become a scene.

    Attributes:
        images: The images that it names and their coordinate systems, by their addresses.
        systems: Its own coordinate systems by name.
    """

    images: Mapping[str, tuple[Made, Mapping[str, Any]]] = field(default_factory=dict)
    systems: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class PlateTask(Task):
    """A group that is to become a plate.

    Attributes:
        id: The id that it gets.
        title: What it is called if it has no name.
        name: What it is called whatever its name, if that was asked for.
        home_of: The document that a well will be in, by the id of the well.
        rows: Its rows, by position; None for those that could not be converted.
        columns: Its columns.
        acquisitions: The ids of its acquisitions by what they were called by.
        acquisition_names: The names of those that have one, by their id.
        wells: Its wells.
        well_urls: The addresses of their groups.
        names: The names of its wells.
    """

    id: str
    title: str
    name: str | None
    home_of: Callable[[str], str]
    rows: list[Entry | None] = field(default_factory=list)
    columns: list[Entry | None] = field(default_factory=list)
    acquisitions: dict[Any, str] = field(default_factory=dict)
    acquisition_names: dict[str, str | None] = field(default_factory=dict)
    wells: list[WellRef] = field(default_factory=list)
    well_urls: set[str] = field(default_factory=set)
    names: Names = field(default_factory=Names)

    def reference(self, id_: str, home: str) -> dict[str, Any]:
        """A Reference to a row, a column or an acquisition, from a document."""
        if home == self.home:
            return {"id": id_}
        return {"id": id_, "path": _paths.path_to(home, self.home)}


class Entry(NamedTuple):
    """A row or a column."""

    id: str
    name: str


class WellRef(NamedTuple):
    """A well as its plate says it.

    Attributes:
        url: The address of its group.
        made: The node that it becomes.
    """

    url: str
    made: Made


def path_from(home: str, url: str) -> dict[str, str]:
    """The Path to a group or an array, from a document."""
    return _paths.path_to(home, f"{url}/zarr.json")


def convert_group(task: Task) -> None:
    """Convert the metadata document of a group; what cannot be converted is noted.

    Args:
        task: The group, and where its node goes; `made` stays None if there is none.
    """
    group, page = task.group, task.page
    table = task.kind if group.format == 2 else "zarr-document"
    done = attempt(page, group.document, "", lambda: convert(task.piece(table, group.document, "")))
    if done is not None:
        task.made = None
