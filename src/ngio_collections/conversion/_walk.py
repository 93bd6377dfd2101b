"""From the group that was asked for to everything that it lists: a flow that reads and converts.

Nothing is looked for that is not listed, but the labels of each image, which have a fixed place.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from ngio_collections.conversion._engine import Made
from ngio_collections.conversion._images import Images, Wanted, child, list_task, path_of, paths_of
from ngio_collections.conversion._names import (
    ADDED,
    GROUP,
    KIND,
    ORDER,
    VERSION,
    XML,
    Names,
    sanitised,
)
from ngio_collections.conversion._reading import BATCH, Read, document_of
from ngio_collections.conversion._work import (
    Around,
    Found,
    Group,
    ListTask,
    PlateTask,
    SceneTask,
    WellRef,
    convert_group,
    path_from,
)
from ngio_collections.conversion._writing import Writer
from ngio_collections.errors import DocumentNotFoundError
from ngio_collections.resolve._requests import Flow, Head, Request
from ngio_collections.store import Stat

__all__ = ["Walk"]

LAYOUT: Final = "bioformats2raw.layout"
KINDS: Final = {
    "plate": "plate-group",
    "scene": "scene-group",
    "multiscales": "image-group",
    LAYOUT: "container-group",
    "well": "well-group",
    "labels": "labels-group",
}
"""The tables of groups, by the field that tells which it is; the first one counts, and the
tables refuse the others."""

WELLS: Final = 64
"""How many wells are worked on at once."""


@dataclass(slots=True)
class Walk:
    """One conversion.

    Attributes:
        images: Reads and converts images.
        writer: Writes documents as soon as everything in them is there.
        layout: `wide` or `tall`.
        name: What the root is called, if that was asked for.
    """

    images: Images
    writer: Writer
    layout: str
    name: str | None

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
        id_ = self.images.ids.take(sanitised(title))
        entry = self.images.homes.entry
        home = entry
        if self.images.homes.documents == "per-image":
            labels = document_of(f"{group.url}/labels", group.format)
            (found,) = yield from self.images.reader.answers([Head(labels)])
            images = group.ome.get("multiscales")
            if isinstance(found, Stat) or (isinstance(images, list) and len(images) > 1):
                home = self.images.homes.of_image(id_, entry)
        around = Around(id_, entry, Names())
        wanted = Wanted(group.url, "", id_, title, home, around, name=self.name)
        ((_, nodes),) = yield from self.images.converted([wanted], [read], group.format)
        if not nodes:
            return None
        if len(nodes) == 1 and nodes[0].home == entry:
            return nodes[0]
        root = Made(
            "collection", self.images.ids.take(f"{id_}_collection"), self.name or title, entry
        )
        root.children = nodes
        yield from self.writer.documents([node for node in nodes if node.home != entry])
        return root

    def _scene(self, read: Read, title: str) -> Flow[Made | None]:
        """Convert a scene with the images that it names."""
        group, page, entry = read.group, read.page, self.images.homes.entry
        assert group is not None
        assert page is not None
        made = Made("collection", self.images.ids.take(sanitised(title)), self.name or title, entry)
        made.attributes[GROUP] = path_from(entry, group.url)
        task = SceneTask(
            group=group, kind="scene-group", page=page, home=entry, ids=self.images.ids, made=made
        )
        around = Around(made.id, entry, Names())
        wanted = self.images.wanted(group.url, _scene_paths(group), None, around)
        found = yield from self.images.listed(wanted, group.format)
        task.images = {
            one.url: (result.images[0], self.images.systems.get(one.url, {}))
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
        group, page, entry = read.group, read.page, self.images.homes.entry
        assert group is not None
        assert page is not None
        made = Made("collection", self.images.ids.take(sanitised(title)), self.name or title, entry)
        made.attributes[GROUP] = path_from(entry, group.url)
        made.attributes[KIND] = kind
        task = list_task(group, page, self.images.ids, kind, made)
        around = Around(made.id, entry, Names())
        if kind == "container-group":
            nodes = yield from self._series(task, around)
        else:
            wanted = self.images.wanted(group.url, paths_of(group, kind), None, around)
            if kind == "labels-group":
                made.attributes[VERSION] = group.version
                wanted = [one._replace(is_label=True) for one in wanted]
            found = yield from self.images.listed(wanted, group.format)
            task.found = [one for one, _ in found]
            nodes = [node for _, images in found for node in images]
        convert_group(task)
        page.close(self.images.shared)
        if task.made is None:
            return None
        made.children = nodes
        yield from self.writer.documents([node for node in nodes if node.home != entry])
        return made

    def _series(self, container: ListTask, around: Around) -> Flow[list[Made]]:
        """Convert the series of a container: those that are listed, or those with a number."""
        group, made = container.group, container.made
        assert made is not None
        listed = yield from self._series_group(group, made)
        if listed is not None and isinstance(listed.group.ome.get("series"), list):
            wanted = self.images.wanted(group.url, listed.group.ome["series"], None, around)
            found = yield from self.images.listed(wanted, group.format)
        else:
            found = yield from self._numbered(group, around)
            made.attributes[ADDED] = ["series"] if listed is not None else ["OME"]
        if listed is not None:
            listed.found = [one for one, _ in found]
            convert_group(listed)
            listed.page.close(self.images.shared)
        return [node for _, images in found for node in images]

    def _series_group(self, group: Group, made: Made) -> Flow[ListTask | None]:
        """Read the group `OME`; note where the OME-XML is."""
        url = f"{group.url}/OME"
        requests: list[Request] = [
            self.images.reader.get(document_of(url, group.format)),
            Head(f"{url}/METADATA.ome.xml"),
        ]
        answer, xml = yield from self.images.reader.answers(requests)
        if isinstance(xml, Stat):
            made.attributes[XML] = {"group": path_from(made.home, url), "file": "METADATA.ome.xml"}
        if isinstance(answer, DocumentNotFoundError):
            return None
        read = self.images.reader.parsed(url, group.format, answer)
        if read.group is None or read.page is None:
            return None
        listed = list_task(read.group, read.page, self.images.ids, "series-group", made)
        listed.parent = group.url
        return listed

    def _numbered(self, group: Group, around: Around) -> Flow[list[tuple[Found, list[Made]]]]:
        """Convert the groups 0, 1, 2 and so on, up to the first that is not there."""
        found: list[tuple[Found, list[Made]]] = []
        while True:
            first = len(found)
            paths = [str(number) for number in range(first, first + max(8, min(first, BATCH)))]
            urls = [f"{group.url}/{path}" for path in paths]
            documents = [self.images.reader.get(document_of(url, group.format)) for url in urls]
            answers = yield from self.images.reader.answers(documents)
            missing = [isinstance(answer, DocumentNotFoundError) for answer in answers]
            end = missing.index(True) if True in missing else len(missing)
            wanted = self.images.wanted(group.url, paths[:end], None, around)
            reads = [
                self.images.reader.parsed(url, group.format, answer)
                for url, answer in zip(urls[:end], answers, strict=False)
            ]
            found += yield from self.images.converted(wanted, reads, group.format)
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
            home=self.images.homes.entry,
            ids=self.images.ids,
            id=self.images.ids.take(sanitised(title)),
            title=title,
            name=self.name,
            home_of=self.images.homes.of_well,
        )
        convert_group(task)
        page.close(self.images.shared)
        if task.made is None:
            return None
        if LAYOUT in group.ome:
            listed = yield from self._series_group(group, task.made)
            if listed is None:
                task.made.attributes.setdefault(ADDED, []).append("OME")
            else:
                convert_group(listed)
        self.images.reader.expect(len(task.wells))
        for start in range(0, len(task.wells), WELLS):
            yield from self._wells(task, task.wells[start : start + WELLS])
        return task.made

    def _wells(self, plate: PlateTask, wells: Sequence[WellRef]) -> Flow[None]:
        """Convert some wells of a plate, with everything in them."""
        assert plate.made is not None
        format_ = plate.group.format
        urls = [well.url for well in wells]
        reads = yield from self.images.reader.groups(urls, format_, are_expected=True)
        listed: list[tuple[WellRef, ListTask, list[Wanted]]] = []
        for well, read in zip(wells, reads, strict=True):
            plate.made.children.append(well.made)
            if read.group is None or read.page is None:
                continue
            task = list_task(read.group, read.page, self.images.ids, "well-group", well.made)
            task.plate = plate
            paths = paths_of(read.group, "well-group")
            around = Around(well.made.id, well.made.home, Names())
            wanted = self.images.wanted(read.group.url, paths, None, around)
            if self.layout == "tall":
                task.acquisition = partial(self._acquisition, well.made, plate, around.names)
            listed.append((well, task, wanted))
        every = [one for *_, wanted in listed for one in wanted]
        done = iter((yield from self.images.listed(every, format_)))
        complete: list[Made] = []
        for well, task, wanted in listed:
            founds = [next(done) for _ in wanted]
            task.found = [found for found, _ in founds]
            convert_group(task)
            task.page.close(self.images.shared)
            nodes = [images for _, images in founds]
            self._arrange(well.made, task, nodes)
            complete += [n for images in nodes for n in images if n.home != well.made.home]
        yield from self.writer.documents(
            [*complete, *(w.made for w in wells if w.made.home != self.images.homes.entry)]
        )

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
        group = Made(
            "collection", self.images.ids.take(f"{well.id}_{id_}"), names.take(wanted), well.home
        )
        group.attributes["acquisition"] = plate.reference(id_, well.home)
        return group


def _scene_paths(group: Group) -> list[str]:
    """The paths of the images that the transformations of a scene name, each once."""
    scene = group.ome.get("scene")
    listed = scene.get("coordinateTransformations") if isinstance(scene, dict) else None
    found: dict[str, str] = {}
    for item in listed if isinstance(listed, list) else ():
        for key in ("input", "output"):
            path = path_of(item.get(key)) if isinstance(item, dict) else None
            url, _ = child(group.url, path)
            if isinstance(path, str) and url not in (None, group.url):
                assert url is not None
                found.setdefault(url, path)
    return list(found.values())


def _fields(node: Made, ids: Collection[str]) -> list[Made]:
    """The images of fields in a part of a well, without their labels."""
    return [one for one in (node, *node.children) if one.id in ids]
