"""OME-Zarr for tests: small, plain and right, to be changed by each test."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import ngio_collections as ngc

LAB: Final = "memory://lab/data"
PLATE: Final = f"{LAB}/plate.zarr"
IMAGE: Final = f"{LAB}/cells.zarr"

AXES: Final = [{"name": name, "type": "space", "unit": "micrometer"} for name in "yx"]


def level(path: str = "0", scale: float = 0.5, *more: dict[str, Any]) -> dict[str, Any]:
    """An entry of `datasets`."""
    step = {"type": "scale", "scale": [scale, scale]}
    return {"path": path, "coordinateTransformations": [step, *more]}


def image(*levels: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An entry of `multiscales`."""
    return {"axes": AXES, "datasets": list(levels) or [level()], **more}


class Source:
    """Documents of a hierarchy, in Zarr 2 (0.4) or Zarr 3."""

    def __init__(self, version: str = "0.5") -> None:
        self.version = version
        self.documents: dict[str, Any] = {}

    def group(self, url: str, ome: Mapping[str, Any], **others: Any) -> Source:
        """Add a group."""
        if self.version == "0.4":
            self.documents[f"{url}/.zattrs"] = {**ome, **others}
        else:
            attributes = {**others, "ome": {"version": self.version, **ome}}
            document = {"zarr_format": 3, "node_type": "group", "attributes": attributes}
            self.documents[f"{url}/zarr.json"] = document
        return self

    def array(self, url: str) -> Source:
        """Add an array."""
        self.documents[f"{url}/{'.zarray' if self.version == '0.4' else 'zarr.json'}"] = {}
        return self

    def image(self, url: str, *entries: dict[str, Any], **more: Any) -> Source:
        """Add an image with the arrays of its levels."""
        listed = list(entries) or [image()]
        self.group(url, {"multiscales": listed, **more})
        for entry in listed:
            for one in entry["datasets"]:
                self.array(f"{url}/{one['path']}")
        return self

    def plate(self, fields: int = 2, **more: Any) -> Source:
        """Add a plate with the wells A/01 and B/02."""
        wells = [
            {"path": f"{row}/{column}", "rowIndex": number, "columnIndex": number}
            for number, (row, column) in enumerate((("A", "01"), ("B", "02")))
        ]
        plate = {
            "name": "Screen",
            "rows": [{"name": "A"}, {"name": "B"}],
            "columns": [{"name": "01"}, {"name": "02"}],
            "acquisitions": [{"id": 0, "name": "before"}, {"id": 1, "name": "after"}],
            "wells": wells,
        }
        self.group(PLATE, {"plate": {**plate, **more}})
        for well in wells:
            listed = [{"path": str(n), "acquisition": n % 2} for n in range(fields)]
            self.group(f"{PLATE}/{well['path']}", {"well": {"images": listed}})
            for one in listed:
                self.image(f"{PLATE}/{well['path']}/{one['path']}")
        return self

    def store(self) -> ngc.MemoryStore:
        """A store that holds the documents."""
        return ngc.MemoryStore({url: json.dumps(data) for url, data in self.documents.items()})


def convert(source: Source, url: str = IMAGE, **more: Any) -> ngc.Conversion:
    """Convert from a store in memory."""
    return ngc.convert(url, store=source.store(), **more)


def causes(conversion: ngc.Conversion) -> list[tuple[str, str]]:
    """The problems that are no consequences of others: pointer and reason."""
    return [(one.pointer, one.reason) for one in conversion.problems if not one.is_consequence]
