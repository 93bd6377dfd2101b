"""From the group that was asked for to everything that it lists: a flow that reads and converts.

Nothing is looked for that is not listed, but the labels of each image, which have a fixed place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, NamedTuple

from ngio_collections import _paths
from ngio_collections._words import show
from ngio_collections.conversion._engine import Made
from ngio_collections.conversion._ledger import Note, Page
from ngio_collections.conversion._names import (
    ADDED,
    GROUP,
    KIND,
    ORDER,
    VERSION,
    XML,
    Ids,
    Names,
    sanitised,
)
from ngio_collections.conversion._reading import BATCH, Read, Reader, document_of
from ngio_collections.conversion._work import (
    Around,
    Found,
    Group,
    ImageTask,
    ListTask,
    PlateTask,
    SceneTask,
    WellRef,
    convert_group,
    path_from,
)
from ngio_collections.conversion._writing import Writer
from ngio_collections.errors import DocumentError, DocumentNotFoundError, PathError
from ngio_collections.resolve._requests import Flow, Head, Request
from ngio_collections.store import Stat

__all__ = ["Homes", "Walk"]

LAYOUT: Final = "bioformats2raw.layout"
KINDS: Final = {
    "plate": "plate-group",
    LAYOUT: "container-group",
    "scene": "scene-group",
    "multiscales": "image-group",
    "well": "well-group",
    "labels": "labels-group",
}
"""The tables of groups, by the field that tells which it is; the first one counts."""

WELLS: Final = 64
"""How many wells are worked on at once."""


@dataclass(frozen=True, slots=True)
class Homes:
    """In which document a node is written.

    Attributes:
        entry: The document of the root.
        folder: Where the others are, with a slash at its end.
        documents: `one`, `per-well` or `per-image`.
    """

    entry: str
    folder: str
    documents: str

    def of_well(self, id_: str) -> str:
        """The document of a well."""
        return self.entry if self.documents == "one" else f"{self.folder}{id_}.json"

    def of_image(self, id_: str, around: str) -> str:
        """The document of an image; `around` is that of what holds it."""
        return f"{self.folder}{id_}.json" if self.documents == "per-image" else around


class Wanted(NamedTuple):
    """An image that is listed somewhere.

    Attributes:
        url: The address of its group; None if the path leads nowhere.
        reason: Why it leads nowhere.
        id: The id that it gets.
        title: What it is called if it has no name.
        home: The document that it will be in.
        around: What holds it.
        image: For a label image the image that it belongs to.
        is_label: Whether it is listed as a label image.
        name: What it is called whatever its name, if that was asked for.
    """

    url: str | None
    reason: str
    id: str
    title: str
    home: str
    around: Around
    image: ImageTask | None = None
    is_label: bool = False
    name: str | None = None


@dataclass(slots=True)
class Walk:
    """One conversion.

    Attributes:
        reader: Reads documents.
        homes: In which documents nodes are written.
        layout: `wide` or `tall`.
        name: What the root is called, if that was asked for.
        check_arrays: Whether it is made sure that the arrays of levels are there.
        writer: Writes documents as soon as everything in them is there.
    """

    reader: Reader
    homes: Homes
    layout: str
    name: str | None
    check_arrays: bool
    writer: Writer
    ids: Ids = field(default_factory=Ids)
    known: dict[str, Made] = field(default_factory=dict)
    systems: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    shared: dict[tuple[Note, ...], tuple[Note, ...]] = field(default_factory=dict)

    def root(self, read: Read, title: str) -> Flow[Made | None]:
        """Convert the group that was asked for.

        Returns:
            The root; None if nothing could be converted.
        """
        if read.group is None:
            return None
        ome = read.group.ome
        kind = next((kind for field, kind in KINDS.items() if field in ome), "image-group")
        if kind == "plate-group":
            return (yield from self._plate(read, title))
        if kind == "image-group":
            return (yield from self._image(read, title))
        if kind == "scene-group":
            return (yield from self._scene(read, title))
        return (yield from self._collection(read, title, kind))

    def _image(self, read: Read, title: str) -> Flow[Made | None]:
        """Convert an image: it is the root, or in a collection with its labels."""
        group = read.group
        assert group is not None
        id_ = self.ids.take(sanitised(title))
        entry = self.homes.entry
        home = entry
        if self.homes.documents == "per-image":
            labels = document_of(f"{group.url}/labels", group.format)
            (found,) = yield from self.reader.answers([Head(labels)])
            images = group.ome.get("multiscales")
            if isinstance(found, Stat) or (isinstance(images, list) and len(images) > 1):
                home = self.homes.of_image(id_, entry)
        around = Around(id_, entry, Names())
        wanted = Wanted(group.url, "", id_, title, home, around, name=self.name)
        ((_, nodes),) = yield from self._converted_images([wanted], [read], group.format)
        if not nodes:
            return None
        if len(nodes) == 1 and nodes[0].home == entry:
            return nodes[0]
        root = Made("collection", self.ids.take(f"{id_}_collection"), self.name or title, entry)
        root.children = nodes
        yield from self.writer.documents([node for node in nodes if node.home != entry])
        return root

    def _scene(self, read: Read, title: str) -> Flow[Made | None]:
        """Convert a scene with the images that it names."""
        group, page, entry = read.group, read.page, self.homes.entry
        assert group is not None
        assert page is not None
        made = Made("collection", self.ids.take(sanitised(title)), self.name or title, entry)
        made.attributes[GROUP] = path_from(entry, group.url)
        task = SceneTask(
            group=group, kind="scene-group", page=page, home=entry, ids=self.ids, made=made
        )
        around = Around(made.id, entry, Names())
        wanted = self._wanted(group.url, _scene_paths(group), None, around)
        found = yield from self._images(wanted, group.format)
        task.images = {
            one.url: (result.images[0], self.systems.get(one.url, {}))
            for one, (result, _) in zip(wanted, found, strict=True)
            if one.url is not None and result.images
        }
        convert_group(task)
        if task.made is None:
            return None
        made.children = [node for _, images in found for node in images]
        yield from self.writer.documents([node for node in made.children if node.home != entry])
        return made

    def _collection(self, read: Read, title: str, kind: str) -> Flow[Made | None]:
        """Convert a group that is nothing but a list of images."""
        group, page, entry = read.group, read.page, self.homes.entry
        assert group is not None
        assert page is not None
        made = Made("collection", self.ids.take(sanitised(title)), self.name or title, entry)
        made.attributes[GROUP] = path_from(entry, group.url)
        made.attributes[KIND] = kind
        task = self._list_task(group, page, kind, made)
        around = Around(made.id, entry, Names())
        if kind == "container-group":
            nodes = yield from self._series(task, around)
        else:
            wanted = self._wanted(group.url, _paths_of(group, kind), None, around)
            if kind == "labels-group":
                made.attributes[VERSION] = group.version
                wanted = [one._replace(is_label=True) for one in wanted]
            found = yield from self._images(wanted, group.format)
            task.found = [one for one, _ in found]
            nodes = [node for _, images in found for node in images]
        convert_group(task)
        page.close(self.shared)
        if task.made is None:
            return None
        made.children = nodes
        yield from self.writer.documents([node for node in nodes if node.home != entry])
        return made

    def _list_task(self, group: Group, page: Page, kind: str, made: Made) -> ListTask:
        return ListTask(group=group, kind=kind, page=page, home=made.home, ids=self.ids, made=made)

    def _series(self, container: ListTask, around: Around) -> Flow[list[Made]]:
        """Convert the series of a container: those that are listed, or those with a number."""
        group, made = container.group, container.made
        assert made is not None
        listed = yield from self._series_group(group, made)
        if listed is not None and isinstance(listed.group.ome.get("series"), list):
            wanted = self._wanted(group.url, listed.group.ome["series"], None, around)
            found = yield from self._images(wanted, group.format)
        else:
            found = yield from self._numbered(group, around)
            made.attributes[ADDED] = ["series"] if listed is not None else ["OME"]
        if listed is not None:
            listed.found = [one for one, _ in found]
            convert_group(listed)
            listed.page.close(self.shared)
        return [node for _, images in found for node in images]

    def _series_group(self, group: Group, made: Made) -> Flow[ListTask | None]:
        """Read the group `OME`; note where the OME-XML is."""
        url = f"{group.url}/OME"
        requests: list[Request] = [
            self.reader.get(document_of(url, group.format)),
            Head(f"{url}/METADATA.ome.xml"),
        ]
        answer, xml = yield from self.reader.answers(requests)
        if isinstance(xml, Stat):
            made.attributes[XML] = {"group": path_from(made.home, url), "file": "METADATA.ome.xml"}
        if isinstance(answer, DocumentNotFoundError):
            return None
        read = self.reader.parsed(url, group.format, answer)
        if read.group is None or read.page is None:
            return None
        listed = self._list_task(read.group, read.page, "series-group", made)
        listed.parent = group.url
        return listed

    def _numbered(self, group: Group, around: Around) -> Flow[list[tuple[Found, list[Made]]]]:
        """Convert the groups 0, 1, 2 and so on, up to the first that is not there."""
        found: list[tuple[Found, list[Made]]] = []
        while True:
            first = len(found)
            paths = [str(number) for number in range(first, first + max(8, min(first, BATCH)))]
            urls = [f"{group.url}/{path}" for path in paths]
            documents = [self.reader.get(document_of(url, group.format)) for url in urls]
            answers = yield from self.reader.answers(documents)
            missing = [isinstance(answer, DocumentNotFoundError) for answer in answers]
            end = missing.index(True) if True in missing else len(missing)
            wanted = self._wanted(group.url, paths[:end], None, around)
            reads = [
                self.reader.parsed(url, group.format, answer)
                for url, answer in zip(urls[:end], answers, strict=False)
            ]
            found += yield from self._converted_images(wanted, reads, group.format)
            if end < len(paths):
                return found

    def _plate(self, read: Read, title: str) -> Flow[Made | None]:
        """Convert a plate."""
        group, page = read.group, read.page
        assert group is not None
        assert page is not None
        task = PlateTask(
            group=group,
            kind="plate-group",
            page=page,
            home=self.homes.entry,
            ids=self.ids,
            id=self.ids.take(sanitised(title)),
            title=title,
            name=self.name,
            home_of=self.homes.of_well,
        )
        convert_group(task)
        page.close(self.shared)
        if task.made is None:
            return None
        if LAYOUT in group.ome:
            listed = yield from self._series_group(group, task.made)
            if listed is None:
                task.made.attributes.setdefault(ADDED, []).append("OME")
            else:
                convert_group(listed)
        self.reader.expect(len(task.wells))
        for start in range(0, len(task.wells), WELLS):
            yield from self._wells(task, task.wells[start : start + WELLS])
        return task.made

    def _wells(self, plate: PlateTask, wells: Sequence[WellRef]) -> Flow[None]:
        """Convert some wells of a plate, with everything in them."""
        assert plate.made is not None
        format_ = plate.group.format
        urls = [well.url for well in wells]
        reads = yield from self.reader.groups(urls, format_, are_expected=True)
        listed: list[tuple[WellRef, ListTask, list[Wanted]]] = []
        for well, read in zip(wells, reads, strict=True):
            plate.made.children.append(well.made)
            if read.group is None or read.page is None:
                continue
            task = self._list_task(read.group, read.page, "well-group", well.made)
            task.plate = plate
            paths = _paths_of(read.group, "well-group")
            around = Around(well.made.id, well.made.home, Names())
            wanted = self._wanted(read.group.url, paths, None, around)
            if self.layout == "tall":
                task.acquisition = partial(self._acquisition, well.made, plate, around.names)
            listed.append((well, task, wanted))
        every = [one for *_, wanted in listed for one in wanted]
        done = iter((yield from self._images(every, format_)))
        complete: list[Made] = []
        for well, task, wanted in listed:
            founds = [next(done) for _ in wanted]
            task.found = [found for found, _ in founds]
            convert_group(task)
            task.page.close(self.shared)
            nodes = [images for _, images in founds]
            self._arrange(well.made, task, nodes)
            complete += [n for images in nodes for n in images if n.home != well.made.home]
        yield from self.writer.documents(
            [*complete, *(w.made for w in wells if w.made.home != self.homes.entry)]
        )

    def _wanted(
        self, base: str, paths: Sequence[Any], image: ImageTask | None, around: Around
    ) -> list[Wanted]:
        """The images that a group lists: the fields of a well, or the labels of an image."""
        wanted = []
        for path in paths:
            url, reason = _child(base, path)
            title = path if isinstance(path, str) and path else "image"
            id_ = self.ids.take(f"{around.id}_{sanitised(title)}")
            home = self.homes.of_image(id_, around.home)
            is_label = image is not None
            wanted.append(Wanted(url, reason, id_, title, home, around, image, is_label))
        return wanted

    @staticmethod
    def _arrange(well: Made, task: ListTask, nodes: Sequence[Sequence[Made]]) -> None:
        """Put the images of a well into it, side by side or by acquisition.

        Args:
            well: The well.
            task: Its group.
            nodes: For each field its image and the labels of that.
        """
        order: list[Made] = []
        for images in nodes:
            group = task.group_of.get(images[0].id) if images else None
            if group is None:
                well.children.extend(images)
            else:
                order.append(group)
                group.children.extend(images)
        well.children.extend(dict.fromkeys(order))
        before = [images[0].id for images in nodes if images]
        after = [one.id for child in well.children for one in _fields(child, before)]
        if before != after:
            well.attributes[ORDER] = before

    def _acquisition(self, well: Made, plate: PlateTask, names: Names, id_: str) -> Made:
        """The collection of the images of one acquisition in a well."""
        wanted = plate.acquisition_names.get(id_) or id_
        group = Made("collection", self.ids.take(f"{well.id}_{id_}"), names.take(wanted), well.home)
        group.attributes["acquisition"] = plate.reference(id_, well.home)
        return group

    def _images(
        self, wanted: Sequence[Wanted], format_: int
    ) -> Flow[list[tuple[Found, list[Made]]]]:
        """Convert images with their labels.

        Returns:
            For each what it became, and all nodes of it: its own and those of its labels.
        """
        known: dict[tuple[str, str], int] = {}
        firsts = [
            number if one.url is None else known.setdefault((one.around.id, one.url), number)
            for number, one in enumerate(wanted)
        ]
        distinct = [number for number, first in enumerate(firsts) if first == number]
        done: dict[int, tuple[Found, list[Made]]] = {}
        for start in range(0, len(distinct), BATCH):
            numbers = distinct[start : start + BATCH]
            batch = [wanted[number] for number in numbers]
            urls = [one.url for one in batch if one.url is not None]
            given = iter((yield from self.reader.groups(urls, format_)))
            reads = [Read(None, None, w.reason) if w.url is None else next(given) for w in batch]
            converted = yield from self._converted_images(batch, reads, format_)
            done.update(zip(numbers, converted, strict=True))
        return [
            done[first] if first == number else (_again(one, done[first][0]), [])
            for number, (one, first) in enumerate(zip(wanted, firsts, strict=True))
        ]

    def _converted_images(
        self, wanted: Sequence[Wanted], reads: Sequence[Read], format_: int
    ) -> Flow[list[tuple[Found, list[Made]]]]:
        """Convert images whose groups were read."""
        tasks = [self._task(one, read) for one, read in zip(wanted, reads, strict=True)]
        missing, labels = yield from self._around(tasks, format_)
        founds = [
            self._converted(task, read, missing) for task, read in zip(tasks, reads, strict=True)
        ]
        nodes = [list(found.images) for found in founds]
        yield from self._labels(tasks, nodes, labels, format_)
        for task in tasks:
            if task is not None:
                task.page.close(self.shared)
        return list(zip(founds, nodes, strict=True))

    def _task(self, wanted: Wanted, read: Read) -> ImageTask | None:
        if read.group is None or read.page is None:
            return None
        source = None
        if wanted.image is not None:
            source = self._reference(wanted.image.group.url, wanted.home)
        return ImageTask(
            group=read.group,
            kind="image-group",
            page=read.page,
            home=wanted.home,
            ids=self.ids,
            id=wanted.id,
            title=wanted.title,
            around=wanted.around,
            reference=partial(self._reference, home=wanted.home),
            home_of=partial(self.homes.of_image, around=wanted.around.home),
            name=wanted.name,
            is_label=wanted.is_label,
            source=source,
        )

    def _reference(self, url: str, home: str) -> dict[str, Any] | None:
        """A Reference to the image of a group, from a document; None if there is none."""
        made = self.known.get(url)
        if made is None:
            return None
        if made.home == home:
            return {"id": made.id}
        return {"id": made.id, "path": _paths.path_to(home, made.home)}

    def _around(
        self, tasks: Sequence[ImageTask | None], format_: int
    ) -> Flow[tuple[frozenset[str], dict[str, Read]]]:
        """Ask for what is at fixed places around images: their arrays and their labels."""
        groups = [task.group for task in tasks if task is not None and not task.is_label]
        arrays = list(
            dict.fromkeys(url for task in tasks if task is not None for url in _arrays(task.group))
        )
        heads = self.reader.exist(arrays, format_) if self.check_arrays else []
        labels = [f"{group.url}/labels" for group in groups]
        gets = [self.reader.get(document_of(url, format_)) for url in labels]
        answers = yield from self.reader.answers([*heads, *gets])
        missing = frozenset(
            url
            for url, answer in zip(arrays, answers, strict=False)
            if self.check_arrays and isinstance(answer, DocumentError)
        )
        found: dict[str, Read] = {}
        for group, url, answer in zip(groups, labels, answers[len(heads) :], strict=True):
            if not isinstance(answer, DocumentNotFoundError):
                found[group.url] = self.reader.parsed(url, format_, answer)
        return missing, found

    def _converted(self, task: ImageTask | None, read: Read, missing: frozenset[str]) -> Found:
        if task is None:
            return Found((), read.reason)
        task.missing = missing
        convert_group(task)
        if task.made is not None:
            self.known.setdefault(task.group.url, task.made)
            self.systems.setdefault(task.group.url, task.systems)
        else:
            return Found((), f"leads to {task.group.document_url}, which could not be converted")
        return Found(tuple(task.images))

    def _labels(
        self,
        tasks: Sequence[ImageTask | None],
        nodes: Sequence[list[Made]],
        labels: dict[str, Read],
        format_: int,
    ) -> Flow[None]:
        """Convert the label images of images, and put them beside those."""
        lists: list[tuple[ListTask, list[Wanted], list[Made]]] = []
        for task, beside in zip(tasks, nodes, strict=True):
            read = None if task is None else labels.get(task.group.url)
            if task is None or read is None or read.page is None:
                continue
            if task.made is None or read.group is None:
                if read.group is not None:
                    read.page.refused("", "belongs to an image that could not be converted")
                read.page.close(self.shared)
                continue
            lists.append((*self._label_list(task, read.page, read.group), beside))
        every = [one for _, wanted, _ in lists for one in wanted]
        done = iter((yield from self._images(every, format_)) if every else ())
        for listed, wanted, beside in lists:
            found = [next(done) for _ in wanted]
            listed.found = [one for one, _ in found]
            convert_group(listed)
            listed.page.close(self.shared)
            beside += [node for _, images in found for node in images]

    def _label_list(
        self, image: ImageTask, page: Page, group: Group
    ) -> tuple[ListTask, list[Wanted]]:
        """The label images that an image has."""
        assert image.made is not None
        listed = self._list_task(group, page, "labels-group", image.made)
        around = image.around._replace(id=image.made.id)
        paths = _paths_of(group, "labels-group")
        return listed, self._wanted(group.url, paths, image, around)


def _again(wanted: Wanted, found: Found) -> Found:
    """What a path leads to that another path of the same list leads to as well.

    Some software lists label images twice, which says the same as once.
    """
    if wanted.is_label or not found.images:
        return found
    return Found((), f"leads to {wanted.url}, as another one does")


def _paths_of(group: Group, kind: str) -> list[Any]:
    """The paths that a group lists."""
    if kind == "labels-group":
        found = group.ome.get("labels")
        return found if isinstance(found, list) else []
    well = group.ome.get("well")
    images = well.get("images") if isinstance(well, dict) else None
    return [_path_of(item) for item in images] if isinstance(images, list) else []


def _scene_paths(group: Group) -> list[str]:
    """The paths of the images that the transformations of a scene name, each once."""
    scene = group.ome.get("scene")
    listed = scene.get("coordinateTransformations") if isinstance(scene, dict) else None
    found: dict[str, str] = {}
    for item in listed if isinstance(listed, list) else ():
        for key in ("input", "output"):
            path = _path_of(item.get(key)) if isinstance(item, dict) else None
            url, _ = _child(group.url, path)
            if isinstance(path, str) and url not in (None, group.url):
                assert url is not None
                found.setdefault(url, path)
    return list(found.values())


def _fields(node: Made, ids: Collection[str]) -> list[Made]:
    """The images of fields in a part of a well, without their labels."""
    return [one for one in (node, *node.children) if one.id in ids]


def _path_of(item: Any) -> Any:
    return item.get("path") if isinstance(item, dict) else None


def _child(group_url: str, path: Any) -> tuple[str | None, str]:
    """Where a Zarr path leads; nowhere, and why, if it is none."""
    if not isinstance(path, str):
        return None, f"is {show(path)}; expected a path as a string"
    try:
        return _paths.zarr_child(group_url, path), ""
    except PathError as error:
        return None, f"cannot be followed: {error}"


def _arrays(group: Group) -> Iterator[str]:
    """The addresses of the arrays that the levels of a group lead to."""
    images = group.ome.get("multiscales")
    for image in images if isinstance(images, list) else ():
        levels = image.get("datasets") if isinstance(image, dict) else None
        for level in levels if isinstance(levels, list) else ():
            url, _ = _child(group.url, _path_of(level))
            if url is not None:
                yield url
