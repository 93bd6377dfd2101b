"""Projects to generate from: the checkout, the small one, and copies that can be changed."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import jsonpatch

from codegen.compose import profiles
from codegen.concepts import analyse
from codegen.emit import GENERATED, generate
from codegen.sources import ROOT, load_sources

HERE: Final = Path(__file__).parent
SMALL: Final = HERE / "small"
GOLDEN: Final = HERE / "golden"

SOURCES: Final = ("schemas", "tests/conformance/*.json", "README.md")
"""What the generator reads."""
OUTPUTS: Final = (
    GENERATED.as_posix(),
    "docs/conformance.md",
    "docs/conversion.md",
    "src/ngio_collections/conversion/bodies",
    "src/ngio_collections/validation/rules",
)
"""What it writes, and the bodies that it compares with the stubs."""

Operation: TypeAlias = dict[str, Any]
Files: TypeAlias = dict[str, str]
"""What is generated: texts by path."""


def copy_files(source: Path, target: Path, patterns: Sequence[str]) -> None:
    """Copy files and whole folders, each to the same path below another root."""
    for pattern in patterns:
        for found in sorted(source.glob(pattern)):
            files = [p for p in found.rglob("*") if p.is_file()] if found.is_dir() else [found]
            for path in files:
                if path.suffix == ".pyc":
                    continue
                copied = target / path.relative_to(source)
                copied.parent.mkdir(parents=True, exist_ok=True)
                copied.write_bytes(path.read_bytes())


class Project:
    """A copy of a project, with ways to change what the generator reads."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def copied(cls, source: Path, target: Path, *, outputs: bool = False) -> Project:
        copy_files(source, target, [*SOURCES, *(OUTPUTS if outputs else ())])
        return cls(target)

    def read(self, path: str) -> Any:
        return json.loads((self.root / path).read_text(encoding="utf-8"))

    def write(self, path: str, data: object) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        text = data if isinstance(data, str) else json.dumps(data, indent=2, ensure_ascii=False)
        target.write_text(text, encoding="utf-8")

    def patch(self, path: str, *operations: Operation) -> None:
        """Change a JSON file by operations of JSON Patch."""
        self.write(path, jsonpatch.apply_patch(self.read(path), copy.deepcopy(operations)))

    def generate(self) -> Files:
        """Everything that would be generated, by path."""
        made = generate(load_sources(self.root))
        return {path.as_posix(): text for path, text in made.items()}

    def analyse(self) -> None:
        """Take every schema of every profile apart; quicker than to generate all."""
        for profile in profiles(load_sources(self.root)):
            analyse(profile)


def schema(concept: str, revision: str = "v2") -> str:
    """The path of the schema of a concept."""
    return f"schemas/rfc8/{revision}/{concept}.schema.json"


def set_(path: str, value: object) -> Operation:
    """An operation that adds a value, or replaces the one that is there."""
    return {"op": "add", "path": path, "value": value}


def drop(path: str) -> Operation:
    """An operation that removes a value."""
    return {"op": "remove", "path": path}


def without_deviations(project: Project) -> None:
    """Take the only deviation out of the small project, with all that it is about."""
    (project.root / "schemas/deviations/marble-color.json").unlink()
    (project.root / "schemas/rules/house.json").unlink()
    catalogue = project.read("schemas/rules/things.json")
    for rule in catalogue["rules"]:
        rule["profiles"] = ["rfc8"]
    project.write("schemas/rules/things.json", catalogue)


def python_m_codegen(
    *arguments: str, root: Path | None = None, hash_seed: str = "0"
) -> subprocess.CompletedProcess[str]:
    """Run `python -m codegen` in a process of its own."""
    where = () if root is None else ("--root", str(root))
    return subprocess.run(
        [sys.executable, "-m", "codegen", *where, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
