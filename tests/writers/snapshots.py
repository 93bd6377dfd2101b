"""Write all hierarchies again and keep their metadata: `python -m tests.writers.snapshots`.

A snapshot is what a library wrote, less the pixels and less what is inside of tables, and beside
it, `NAME.survey.json`, what the same library finds in it.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from tests.writers.writers import MODULES, folder, no_warnings, writer

DATA = Path(__file__).parents[1] / "conversion" / "data"
METADATA = frozenset({"zarr.json", ".zattrs", ".zgroup", ".zarray", ".zmetadata"})


def is_metadata(file: Path) -> bool:
    """Whether a file of a hierarchy belongs to its snapshot; the path counts from the root."""
    inside_table = "tables" in file.parts[:-2]
    return not inside_table and (file.name in METADATA or file.name.endswith(".ome.xml"))


def snapshot(name: str, target: Path) -> None:
    """Write all hierarchies of a library, and their metadata below a folder."""
    programs = writer(name)
    for hierarchy, write in programs.HIERARCHIES.items():
        with tempfile.TemporaryDirectory() as scratch, no_warnings():
            path = Path(scratch, hierarchy)
            write(path)
            for file in sorted(path.rglob("*")):
                if file.is_file() and is_metadata(file.relative_to(path)):
                    copy = target / hierarchy / file.relative_to(path)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(file, copy)
            text = json.dumps(programs.survey(path).to_json(), separators=(",", ":"))
            (target / f"{hierarchy}.survey.json").write_text(text + "\n")


def main(data: Path = DATA) -> None:
    """Replace the snapshots of all libraries."""
    for name in MODULES:
        for old in data.glob(f"{name}-[0-9]*"):
            shutil.rmtree(old)
        snapshot(name, data / folder(name))


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:]))
