"""Documents are opened, edited, inlined and saved where nothing else is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
OPTIONAL: Final = ("pydantic", "pydantic_core", "orjson", "typer", "click", "rich", "jsonschema")

CODE: Final = f"""
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {OPTIONAL!r}:
            raise ModuleNotFoundError(f"{{name}} is not installed", name=name)

sys.meta_path.insert(0, Refuse())

import asyncio
import ngio_collections as ngc
from ngio_collections import aio

folder = sys.argv[1]
part = ngc.new_node("collection", id="part", attributes={{"lab:big": 10**30}})
ngc.create(f"{{folder}}/part/zarr.json", part)
entry = ngc.create(f"{{folder}}/all.json", ngc.new_node("collection", id="all"))
path = {{"type": "zarr", "path": "./part"}}
entry = entry.add_ref(ngc.new_node("collection", id="stub", ref=path))
ngc.save(entry)
root = ngc.open_inlined(f"{{folder}}/all.json")
root = root.set_attr("lab:here", 1).find("stub").set_attr("lab:there", 2)
print(len(ngc.save_tree(root).written))
ngc.save_inlined(root, f"{{folder}}/flat.json")
print(ngc.check_links(f"{{folder}}/all.json").failures)
ngc.consolidate(f"{{folder}}/all.json")
again = asyncio.run(aio.open_inlined(f"{{folder}}/all.json", consolidated="verify"))
print(again.find("stub").get_attr("lab:big"), again.find("stub").get_attr("lab:there"))
plain = ngc.open(f"{{folder}}/all.json")
ngc.save(ngc.embed(plain.find("stub")))
print(sorted(set({OPTIONAL!r}) & set(sys.modules)))
"""


def test_the_whole_way_works_without_any_other_package(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CODE, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["2", "()", f"{10**30} 2", "[]"]
    document = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
    assert document["ome"]["nodes"][0]["attributes"] == {"lab:big": 10**30, "lab:there": 2}
