"""Ways in which hierarchies are broken: real metadata, damaged as disks and software damage it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.conversion.snapshots import Snapshot, snapshot
from tests.writers.surveys import ImageFacts, Survey


@dataclass(frozen=True)
class Damage:
    """A damaged hierarchy, and what must be said of it.

    Attributes:
        name: What is wrong, in short.
        snapshot: The hierarchy that is damaged.
        edit: Damages a copy of it.
        says: The file, and the beginning of the pointer in it, that a problem must name.
        lost: Paths of images and label maps that cannot be converted any more.
        levels: Paths of images, and levels of them that cannot.
        unplaced: Levels of which nothing says any more where their pixels are.
    """

    name: str
    snapshot: Snapshot
    edit: Callable[[Path], None]
    says: tuple[str, str]
    lost: frozenset[str] = frozenset()
    levels: frozenset[tuple[str, int]] = frozenset()
    unplaced: frozenset[tuple[str, int]] = frozenset()

    @property
    def left(self) -> Survey:
        """What is to be found in what is left."""
        whole = self.snapshot.survey
        return replace(whole, images=self._left(whole.images), labels=self._left(whole.labels))

    def _left(self, images: Mapping[str, ImageFacts]) -> dict[str, ImageFacts]:
        return {
            path: replace(
                image,
                levels=tuple(
                    replace(level, scale=None, translation=None)
                    if (path, number) in self.unplaced
                    else level
                    for number, level in enumerate(image.levels)
                    if (path, number) not in self.levels
                ),
            )
            for path, image in images.items()
            if path not in self.lost
        }

    def __str__(self) -> str:
        return self.name


def _json(file: str, change: Callable[[Any], None]) -> Callable[[Path], None]:
    """Change the JSON of a file."""

    def edit(root: Path) -> None:
        path = root / file
        document = json.loads(path.read_bytes())
        change(document)
        path.write_text(json.dumps(document, indent=2))

    return edit


def _put(file: str, pointer: str, value: Any) -> Callable[[Path], None]:
    """Put a value at a pointer, whatever was there."""

    def change(document: Any) -> None:
        *steps, last = [_step(step) for step in pointer.split("/")[1:]]
        for step in steps:
            document = document[step]
        document[last] = value

    return _json(file, change)


def _drop(file: str, pointer: str) -> Callable[[Path], None]:
    """Take out what is at a pointer."""

    def change(document: Any) -> None:
        *steps, last = [_step(step) for step in pointer.split("/")[1:]]
        for step in steps:
            document = document[step]
        del document[last]

    return _json(file, change)


def _step(step: str) -> str | int:
    return int(step) if step.isdecimal() else step.replace("~1", "/")


def _remove(path: str) -> Callable[[Path], None]:
    """Remove a file, or a folder with everything in it."""

    def edit(root: Path) -> None:
        target = root / path
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink()

    return edit


def _text(file: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Change the bytes of a file."""

    def edit(root: Path) -> None:
        path = root / file
        path.write_bytes(change(path.read_bytes()))

    return edit


def _half(content: bytes) -> bytes:
    return content[: len(content) // 2]


PLATE_4 = snapshot("yaozarrs", "demo-plate-0.4")
PLATE_5 = snapshot("yaozarrs", "plate-0.5")
PLATE_6 = snapshot("ngff-zarr", "plate-0.6")
IMAGE_4 = snapshot("ome-zarr", "image-with-labels-0.4")
IMAGE_5 = snapshot("yaozarrs", "image-0.5")
IMAGE_6 = snapshot("ngff-zarr", "several-systems-0.6")
SERIES = snapshot("yaozarrs", "series-0.5")
SCENE = snapshot("ngff-zarr", "scene-0.6")

_LEVEL_6 = "/attributes/ome/multiscales/0/datasets/0/coordinateTransformations"
_LABELS_OF_IMAGE_5 = frozenset({"labels/nuclei", "labels/cells"})

DAMAGES = [
    # Half-written plates.
    Damage(
        "a well that the plate lists is missing",
        PLATE_4,
        _remove("B/02"),
        ("B/02/.zattrs", ""),
        frozenset({"B/02/0", "B/02/1"}),
    ),
    Damage(
        "a well has no metadata yet",
        PLATE_4,
        _remove("A/01/.zattrs"),
        ("A/01/.zattrs", ""),
        frozenset({"A/01/0", "A/01/1"}),
    ),
    Damage(
        "only the plate itself was written",
        PLATE_6,
        lambda root: [shutil.rmtree(root / row) for row in "AB"] and None,
        ("A/1/zarr.json", ""),
        frozenset({"A/1/0", "A/1/1", "B/2/0"}),
    ),
    Damage(
        "a field that the well lists is missing",
        PLATE_5,
        _remove("C/1/1"),
        ("C/1/zarr.json", "/attributes/ome/well/images/1"),
        frozenset({"C/1/1"}),
    ),
    Damage(
        "the metadata of a well breaks off",
        PLATE_5,
        _text("C/12/zarr.json", _half),
        ("C/12/zarr.json", ""),
        frozenset({"C/12/0", "C/12/1"}),
    ),
    Damage(
        "the metadata of an image breaks off",
        PLATE_4,
        _text("A/02/1/.zattrs", _half),
        ("A/02/1/.zattrs", ""),
        frozenset({"A/02/1"}),
    ),
    Damage(
        "the metadata of an image is empty",
        PLATE_4,
        _text("A/02/1/.zattrs", lambda _: b""),
        ("A/02/1/.zattrs", ""),
        frozenset({"A/02/1"}),
    ),
    Damage(
        "the metadata of an image is not UTF-8",
        PLATE_5,
        _text("A/1/0/zarr.json", lambda content: content.replace(b"A1 field 0", b"A1 \xff\xfe")),
        ("A/1/0/zarr.json", ""),
        frozenset({"A/1/0"}),
    ),
    Damage(
        "the metadata of an image is an array",
        PLATE_5,
        _text("A/1/0/zarr.json", lambda _: b"[]"),
        ("A/1/0/zarr.json", ""),
        frozenset({"A/1/0"}),
    ),
    Damage(
        "a field is a Zarr array",
        PLATE_5,
        lambda root: (
            shutil.copyfile(root / "A/1/0/s0/zarr.json", root / "A/1/0/zarr.json") and None
        ),
        ("A/1/0/zarr.json", ""),
        frozenset({"A/1/0"}),
    ),
    # Versions.
    Damage(
        "an image says that it is of a version that nobody knows",
        PLATE_5,
        _put("A/1/1/zarr.json", "/attributes/ome/version", "7.0"),
        ("A/1/1/zarr.json", "/attributes/ome/version"),
        frozenset({"A/1/1"}),
    ),
    Damage(
        "the version of an image is a number",
        PLATE_5,
        _put("A/1/1/zarr.json", "/attributes/ome/version", 0.5),
        ("A/1/1/zarr.json", "/attributes/ome/version"),
        frozenset({"A/1/1"}),
    ),
    Damage(
        "an image is of version 0.3, with names for axes",
        PLATE_4,
        _json(
            "A/01/0/.zattrs",
            lambda document: document["multiscales"][0].update(version="0.3", axes=["c", "y", "x"]),
        ),
        ("A/01/0/.zattrs", "/multiscales/0"),
        frozenset({"A/01/0"}),
    ),
    # Wrong types.
    Damage(
        "axes are a string",
        IMAGE_5,
        _put("labels/nuclei/zarr.json", "/attributes/ome/multiscales/0/axes", "zyx"),
        ("labels/nuclei/zarr.json", "/attributes/ome/multiscales/0/axes"),
        frozenset({"labels/nuclei"}),
    ),
    Damage(
        "an axis has no name",
        IMAGE_5,
        _drop("labels/nuclei/zarr.json", "/attributes/ome/multiscales/0/axes/1/name"),
        ("labels/nuclei/zarr.json", "/attributes/ome/multiscales/0/axes/1"),
        frozenset({"labels/nuclei"}),
    ),
    Damage(
        "an image has no levels",
        IMAGE_5,
        _drop("labels/nuclei/zarr.json", "/attributes/ome/multiscales/0/datasets"),
        ("labels/nuclei/zarr.json", "/attributes/ome/multiscales/0/datasets"),
        frozenset({"labels/nuclei"}),
    ),
    Damage(
        "levels are an object",
        IMAGE_4,
        _put("labels/nuclei/.zattrs", "/multiscales/0/datasets", {"path": "s0"}),
        ("labels/nuclei/.zattrs", "/multiscales/0/datasets"),
        frozenset({"labels/nuclei"}),
    ),
    Damage(
        "an array of a level is missing",
        PLATE_4,
        _remove("B/01/0/s1"),
        ("B/01/0/.zattrs", "/multiscales/0/datasets/1"),
        levels=frozenset({("B/01/0", 1)}),
    ),
    Damage(
        "all levels lead to where nothing is",
        PLATE_4,
        _json(
            "B/01/0/.zattrs",
            lambda document: (
                [
                    level.update(path="../../../../nowhere")
                    for level in document["multiscales"][0]["datasets"]
                ]
                and None
            ),
        ),
        ("B/01/0/.zattrs", "/multiscales/0/datasets/0/path"),
        frozenset({"B/01/0"}),
    ),
    Damage(
        "a well of the plate has a number for a path",
        PLATE_5,
        _put("zarr.json", "/attributes/ome/plate/wells/0/path", 1),
        ("zarr.json", "/attributes/ome/plate/wells/0/path"),
        frozenset({"A/1/0", "A/1/1"}),
    ),
    Damage(
        "the row of a well is none of the rows",
        PLATE_5,
        _put("zarr.json", "/attributes/ome/plate/wells/0/rowIndex", 9),
        ("zarr.json", "/attributes/ome/plate/wells/0/rowIndex"),
    ),
    Damage(
        "a well is listed twice",
        PLATE_5,
        _json(
            "zarr.json",
            lambda document: document["attributes"]["ome"]["plate"]["wells"].append(
                {"path": "A/1", "rowIndex": 0, "columnIndex": 0}
            ),
        ),
        ("zarr.json", "/attributes/ome/plate/wells/3"),
    ),
    Damage(
        "a field is listed twice, with two acquisitions",
        PLATE_6,
        _json(
            "A/1/zarr.json",
            lambda document: document["attributes"]["ome"]["well"]["images"].append(
                {"path": "./0", "acquisition": 1}
            ),
        ),
        ("A/1/zarr.json", "/attributes/ome/well/images/2"),
    ),
    Damage(
        "images of a well are an object",
        PLATE_6,
        _put("B/2/zarr.json", "/attributes/ome/well/images", {"0": {}}),
        ("B/2/zarr.json", "/attributes/ome/well/images"),
        frozenset({"B/2/0"}),
    ),
    # Labels.
    Damage(
        "a label map that the group lists is missing",
        IMAGE_4,
        _remove("labels/nuclei"),
        ("labels/.zattrs", "/labels/0"),
        frozenset({"labels/nuclei"}),
    ),
    Damage(
        "the list of label maps is no list",
        IMAGE_5,
        _put("labels/zarr.json", "/attributes/ome/labels", "nuclei"),
        ("labels/zarr.json", "/attributes/ome/labels"),
        _LABELS_OF_IMAGE_5,
    ),
    Damage(
        "the list of label maps breaks off",
        IMAGE_5,
        _text("labels/zarr.json", _half),
        ("labels/zarr.json", ""),
        _LABELS_OF_IMAGE_5,
    ),
    Damage(
        "a color of a label map has three numbers",
        IMAGE_4,
        _put("labels/nuclei/.zattrs", "/image-label/colors/0/rgba", [255, 0, 0]),
        ("labels/nuclei/.zattrs", "/image-label/colors/0"),
    ),
    # Series.
    Damage(
        "a series is missing",
        SERIES,
        _remove("1"),
        ("OME/zarr.json", "/attributes/ome/series/1"),
        frozenset({"1"}),
    ),
    Damage(
        "the list of series breaks off",
        SERIES,
        _text("OME/zarr.json", _half),
        ("OME/zarr.json", ""),
    ),
    # Scenes.
    Damage(
        "an image of the scene is missing",
        SCENE,
        _remove("tiles/right"),
        ("zarr.json", "/attributes/ome/scene"),
        frozenset({"tiles/right"}),
    ),
    Damage(
        "the output of a level is a system that nobody declares",
        IMAGE_6,
        _put(
            "zarr.json",
            "/attributes/ome/multiscales/0/datasets/0/coordinateTransformations/0/output/name",
            "nowhere",
        ),
        ("zarr.json", "/attributes/ome/multiscales/0/datasets/0/coordinateTransformations"),
        unplaced=frozenset({("", 0)}),
    ),
    *(
        Damage(
            f"the transformations of a level of 0.6 are {json.dumps(value)}",
            IMAGE_6,
            _put("zarr.json", _LEVEL_6, value),
            ("zarr.json", _LEVEL_6),
            unplaced=frozenset({("", 0)}),
        )
        for value in ([], {}, ["scale"], [{}], [{"type": "sequence"}])
    ),
    # Copies that disagree.
    Damage(
        "the consolidated metadata of Zarr 3 has another name",
        SCENE,
        _put(
            "zarr.json",
            "/consolidated_metadata/metadata/tiles~1left/attributes/ome/multiscales/0/name",
            "an older name",
        ),
        ("zarr.json", "/consolidated_metadata/metadata/tiles~1left"),
    ),
    Damage(
        "the consolidated metadata of Zarr 2 has another name",
        snapshot("ngff-zarr", "image-0.4"),
        _put(".zmetadata", "/metadata/.zattrs/multiscales/0/name", "an older name"),
        (".zmetadata", "/metadata/.zattrs"),
    ),
]

ROOTS = [
    Damage("there is nothing", IMAGE_5, shutil.rmtree, ("zarr.json", "")),
    Damage("the root breaks off", PLATE_5, _text("zarr.json", _half), ("zarr.json", "")),
    Damage("the root has no metadata", PLATE_4, _remove(".zattrs"), (".zattrs", "")),
    Damage(
        "the plate is an array",
        PLATE_5,
        _put("zarr.json", "/attributes/ome/plate", []),
        ("/attributes/ome/plate", ""),
    ),
    Damage(
        "the plate is of a version that nobody knows",
        PLATE_5,
        _put("zarr.json", "/attributes/ome/version", "7.0"),
        ("/attributes/ome/version", ""),
    ),
    Damage(
        "the image has no axes",
        IMAGE_5,
        _drop("zarr.json", "/attributes/ome/multiscales/0/axes"),
        ("/attributes/ome/multiscales/0/axes", ""),
    ),
    Damage(
        "the root is a Zarr array",
        IMAGE_5,
        _text("zarr.json", lambda _: b'{"zarr_format": 3, "node_type": "array", "shape": [1]}'),
        ("zarr.json", ""),
    ),
]
"""Hierarchies of which nothing can be converted, and what the error must name."""
