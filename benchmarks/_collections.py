"""Large collections: screens of many plates, flat lists, chains. Built for the graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Screen", "chain", "flat"]

AXES = [{"name": name, "type": "space", "unit": "micrometer"} for name in "zyx"]
LEVELS = 5
COLUMNS = 24
IMAGES = ("raw", "nuclei", "cells")
SCENE_NODES = 1 + len(IMAGES) * (1 + LEVELS)
OVERVIEW_LEVELS = 10


@dataclass(frozen=True, slots=True)
class Screen:
    """How large a screen is.

    Attributes:
        plates: How many plates it has.
        wells: How many wells a plate has.
        scenes: How many scenes a well has, each with an image and two label images.
        has_overviews: Whether each well has an overview image of ten levels as well; with
            two scenes that makes 50 nodes a well.
    """

    plates: int = 20
    wells: int = 240
    scenes: int = 11
    has_overviews: bool = False

    @property
    def well_nodes(self) -> int:
        """How many nodes a well has."""
        overview = 1 + OVERVIEW_LEVELS if self.has_overviews else 0
        return 1 + self.scenes * SCENE_NODES + overview

    def __len__(self) -> int:
        """How many nodes the screen has."""
        return 1 + self.plates * (1 + self.wells * self.well_nodes)

    @classmethod
    def of(cls, nodes: int) -> Screen:
        """A screen of about so many nodes.

        Large ones have 20 plates of 240 wells with more or fewer scenes (1,008,021 nodes for
        a million); ones too small for that have fewer wells.
        """
        scenes = round((nodes / (cls().plates * cls().wells) - 1) / SCENE_NODES)
        return cls(scenes=scenes) if scenes > 0 else cls().resized(nodes)

    def resized(self, nodes: int) -> Screen:
        """A screen with the same wells, but as many of them as make about so many nodes."""
        wells = max(2, round(nodes / self.well_nodes))
        plates = round(wells / self.wells)
        if plates > 1:
            return Screen(plates, self.wells, self.scenes, self.has_overviews)
        return Screen(1, wells, self.scenes, self.has_overviews)

    def document(self) -> dict[str, Any]:
        """The root node, parsed. Its screen is correct in every profile of the newest revision."""
        plates = [self._plate(f"p{number}", number) for number in range(self.plates)]
        return {
            "type": "collection",
            "version": "0.9",
            "id": "root",
            "name": "Screen",
            "nodes": plates,
        }

    def _plate(self, plate: str, number: int) -> dict[str, Any]:
        rows = range(-(-self.wells // COLUMNS))
        attributes = {
            "rows": [{"id": f"{plate}r{row}", "name": str(row + 1)} for row in rows],
            "columns": [{"id": f"{plate}c{n}", "name": str(n + 1)} for n in range(COLUMNS)],
        }
        return {
            "type": "collection",
            "id": plate,
            "name": f"Plate {number}",
            "attributes": {"plate": attributes},
            "nodes": [self._well(plate, well) for well in range(self.wells)],
        }

    def _well(self, plate: str, number: int) -> dict[str, Any]:
        row, column = divmod(number, COLUMNS)
        well = f"{plate}w{number}"
        nodes = [_scene(f"{well}s{scene}", scene) for scene in range(self.scenes)]
        if self.has_overviews:
            nodes.append(_image(f"{well}o", "overview", OVERVIEW_LEVELS))
        place = {"row": {"id": f"{plate}r{row}"}, "column": {"id": f"{plate}c{column}"}}
        return {
            "type": "collection",
            "id": well,
            "name": f"Well {row + 1}/{column + 1}",
            "attributes": {"well": place},
            "nodes": nodes,
        }


def _scene(scene: str, number: int) -> dict[str, Any]:
    nodes = [_image(scene, kind, LEVELS) for kind in IMAGES]
    return {"type": "collection", "id": scene, "name": f"Scene {number}", "nodes": nodes}


def _image(where: str, kind: str, levels: int) -> dict[str, Any]:
    image = f"{where}{kind}"
    attributes: dict[str, Any] = {"coordinateSystems": [{"id": f"{image}_p", "axes": AXES}]}
    if kind in ("nuclei", "cells"):
        attributes["labels"] = {"source": [{"id": f"{where}raw"}]}
    return {
        "type": "multiscale",
        "id": image,
        "name": kind,
        "attributes": attributes,
        "nodes": [
            {
                "type": "singlescale",
                "id": f"{image}_{level}",
                "name": str(level),
                "path": {"type": "zarr", "path": f"./{where}/{kind}/{level}"},
            }
            for level in range(levels)
        ],
    }


def flat(children: int) -> dict[str, Any]:
    """A collection with many children and nothing below them: references to other documents."""
    nodes = [
        {
            "type": "collection",
            "id": f"i{number}",
            "name": f"Item {number}",
            "path": {"type": "json", "path": f"./items/{number}.json"},
        }
        for number in range(children)
    ]
    return {"type": "collection", "version": "0.9", "id": "root", "name": "Items", "nodes": nodes}


def chain(depth: int) -> dict[str, Any]:
    """Collections inside of each other, so many below the root."""
    node: dict[str, Any] = {"type": "collection", "id": f"n{depth}", "nodes": []}
    for number in reversed(range(depth)):
        node = {"type": "collection", "id": f"n{number}", "nodes": [node]}
    return {"version": "0.9", **node}
