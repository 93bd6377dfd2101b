"""Images with their labels: reading their groups, many at a time, and converting them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from ngio_collections import _paths
from ngio_collections._words import show
from ngio_collections.conversion._engine import Made
from ngio_collections.conversion._ledger import Note, Page
from ngio_collections.conversion._names import (
    Ids,
    sanitised,
)
from ngio_collections.conversion._reading import BATCH, Read, Reader, document_of
from ngio_collections.conversion._work import (
    Around,
    Found,
    Group,
    ImageTask,
    ListTask,
    convert_group,
)
from ngio_collections.errors import DocumentError, DocumentNotFoundError, ForbiddenError, PathError
from ngio_collections.resolve._requests import Flow

__all__ = ["Homes", "Images", "Wanted", "child", "list_task", "path_of", "paths_of"]


@dataclass(slots=True)
class Homes:
    """In which document a node is written.

    Names of files differ by more than capital letters, which not every file system tells apart.

    Attributes:
        entry: The document of the root.
        folder: Where the others are, with a slash at its end.
        documents: `one`, `per-well` or `per-image`.
        names: The names of files that are taken, in small letters.
    """

    entry: str
    folder: str
    documents: str
    names: Ids = field(default_factory=Ids)

    def of_well(self, id_: str) -> str:
        """The document of a well."""
        return self.entry if self.documents == "one" else self._file(id_)

    def of_image(self, id_: str, around: str) -> str:
        """The document of an image; `around` is that of what holds it."""
        return self._file(id_) if self.documents == "per-image" else around

    def _file(self, id_: str) -> str:
        small = id_.casefold()
        ending = self.names.take(small)[len(small) :]
        return f"{self.folder}{id_}{ending}.json"


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
class Images:
    """Reads and converts images.

    Attributes:
        reader: Reads documents.
        homes: In which documents nodes are written.
        check_arrays: Whether it is made sure that the arrays of levels are there.
        ids: The ids of the collection.
        known: The images that were converted, by the address of their group.
        systems: Their coordinate systems by name, where they have names.
        shared: Notes that documents have in common.
    """

    reader: Reader
    homes: Homes
    check_arrays: bool
    ids: Ids = field(default_factory=Ids)
    known: dict[str, Made] = field(default_factory=dict)
    systems: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    shared: dict[tuple[Note, ...], tuple[Note, ...]] = field(default_factory=dict)

    def wanted(
        self, base: str, paths: Sequence[Any], image: ImageTask | None, around: Around
    ) -> list[Wanted]:
        """The images that a group lists: the fields of a well, or the labels of an image."""
        wanted = []
        for path in paths:
            url, reason = child(base, path)
            title = path if isinstance(path, str) and path else "image"
            id_ = self.ids.take(f"{around.id}_{sanitised(title)}")
            home = self.homes.of_image(id_, around.home)
            is_label = image is not None
            wanted.append(Wanted(url, reason, id_, title, home, around, image, is_label))
        return wanted

    def listed(
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
            converted = yield from self.converted(batch, reads, format_)
            done.update(zip(numbers, converted, strict=True))
        return [
            done[first] if first == number else (_again(one, done[first][0]), [])
            for number, (one, first) in enumerate(zip(wanted, firsts, strict=True))
        ]

    def converted(
        self, wanted: Sequence[Wanted], reads: Sequence[Read], format_: int
    ) -> Flow[list[tuple[Found, list[Made]]]]:
        """Convert images whose groups were read."""
        tasks = [self._task(one, read) for one, read in zip(wanted, reads, strict=True)]
        missing, labels = yield from self._around(tasks, format_)
        founds = [self._one(task, read, missing) for task, read in zip(tasks, reads, strict=True)]
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
    ) -> Flow[tuple[dict[str, str], dict[str, Read]]]:
        """Ask for what is at fixed places around images: their arrays and their labels."""
        groups = [task.group for task in tasks if task is not None and not task.is_label]
        arrays = list(
            dict.fromkeys(url for task in tasks if task is not None for url in _arrays(task.group))
        )
        heads = self.reader.exist(arrays, format_) if self.check_arrays else []
        labels = [f"{group.url}/labels" for group in groups]
        gets = [self.reader.get(document_of(url, format_)) for url in labels]
        answers = yield from self.reader.answers([*heads, *gets])
        missing = {
            url: _why_missing(answer)
            for url, answer in zip(arrays, answers[: len(heads)], strict=False)
            if isinstance(answer, DocumentError)
        }
        found: dict[str, Read] = {}
        for group, url, answer in zip(groups, labels, answers[len(heads) :], strict=True):
            if not isinstance(answer, DocumentNotFoundError):
                found[group.url] = self.reader.parsed(url, format_, answer)
        return missing, found

    def _one(self, task: ImageTask | None, read: Read, missing: Mapping[str, str]) -> Found:
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
        done = iter((yield from self.listed(every, format_)) if every else ())
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
        listed = list_task(group, page, self.ids, "labels-group", image.made)
        around = image.around._replace(id=image.made.id)
        paths = paths_of(group, "labels-group")
        return listed, self.wanted(group.url, paths, image, around)


def _why_missing(error: DocumentError) -> str:
    """Why an array counts as missing, as the rest of a sentence."""
    if isinstance(error, DocumentNotFoundError):
        return "and there is no array"
    if isinstance(error, ForbiddenError):
        return f"which {error.problem}"
    return (
        f"which could not be looked at: {error.problem}; convert again, or without a look at "
        "arrays (check_arrays=False)"
    )


def list_task(group: Group, page: Page, ids: Ids, kind: str, made: Made) -> ListTask:
    """A group that lists images, and the node that keeps what is left of it."""
    return ListTask(group=group, kind=kind, page=page, home=made.home, ids=ids, made=made)


def _again(wanted: Wanted, found: Found) -> Found:
    """What a path leads to that another path of the same list leads to as well.

    Some software lists label images twice, which says the same as once.
    """
    if wanted.is_label or not found.images:
        return found
    return Found((), f"leads to {wanted.url}, as another one does")


def paths_of(group: Group, kind: str) -> list[Any]:
    """The paths that a group lists."""
    if kind == "labels-group":
        found = group.ome.get("labels")
        return found if isinstance(found, list) else []
    well = group.ome.get("well")
    images = well.get("images") if isinstance(well, dict) else None
    return [path_of(item) for item in images] if isinstance(images, list) else []


def path_of(item: Any) -> Any:
    return item.get("path") if isinstance(item, dict) else None


def child(group_url: str, path: Any) -> tuple[str | None, str]:
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
            url, _ = child(group.url, path_of(level))
            if url is not None:
                yield url
