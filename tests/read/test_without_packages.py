"""Collections are read where nothing else is installed; what needs a package says which extra."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
OPTIONAL: Final = (
    *("pydantic", "pydantic_core", "orjson", "typer", "click", "rich", "jsonschema"),
    *("numpy", "zarr", "pyarrow", "fsspec"),
)

CODE: Final = f"""
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {OPTIONAL!r}:
            raise ModuleNotFoundError(f"{{name}} is not installed", name=name)

sys.meta_path.insert(0, Refuse())

import ngio_collections as ngc

axes = [{{"name": name, "type": "space", "unit": "micrometer"}} for name in "yx"]
placed = {{"type": "scale", "scale": [2, 3], "input": {{"id": "l"}}, "output": {{"id": "s"}}}}
level = ngc.new_node(
    "singlescale",
    id="l",
    ref={{"type": "zarr", "path": "./0"}},
    attributes={{"coordinateTransformations": [placed]}},
)
systems = {{"coordinateSystems": [{{"id": "s", "axes": axes}}]}}
image = ngc.new_node("multiscale", id="i", attributes=systems, children=[level])
at = {{"row": {{"id": "A"}}, "column": {{"id": "1"}}}}
well = ngc.new_node("collection", id="w", attributes={{"well": at}}, children=[image])
listed = {{"rows": [{{"id": "A"}}], "columns": [{{"id": "1"}}]}}
plate = ngc.new_node("collection", id="p", attributes={{"plate": listed}}, children=[well])
image = plate["A/1"].images()[0]
print(image.pixel_size["x"], image.labels(), ngc.to_csv(plate).count("\\n"))
for ask in (
    lambda: ngc.transform_between(level, image),
    lambda: ngc.Affine([[1]]),
    lambda: ngc.to_arrow(plate),
    lambda: samples.open_array(),
):
    samples = ngc.as_tree(image.to_json(), "file:///a.json").root
    try:
        ask()
    except ngc.MissingExtraError as error:
        print(error.extra)
print(sorted(set({OPTIONAL!r}) & set(sys.modules)))
"""


def test_reading_needs_no_other_package_and_names_the_extras_of_the_rest() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CODE],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "3 micrometer () 2",
        *("numpy", "numpy", "arrow", "zarr"),
        "[]",
    ]
