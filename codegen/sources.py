"""Read what people write: schemas, deviations and the catalogue of rules."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from codegen.errors import GenerationError

__all__ = [
    "ROOT",
    "SUFFIX",
    "Deviation",
    "JsonObject",
    "Revision",
    "RuleSource",
    "Sources",
    "digest",
    "load_sources",
]

JsonObject: TypeAlias = dict[str, Any]

ROOT: Final = Path(__file__).resolve().parent.parent
SUFFIX: Final = ".schema.json"

_RULE_KEYS: Final = {
    "id",
    "number",
    "level",
    "rfc",
    "statement",
    "check",
    "fix",
    "scope",
    "applies_to",
    "profiles",
    "revisions",
}


@dataclass(frozen=True)
class Revision:
    """One revision of RFC-8, with the concepts that it shares with its base filled in.

    Attributes:
        name: The name of its folder in `schemas/rfc8/`.
        title: What people call it.
        base: The revision that it shares concepts with, if any.
        concepts: Every concept of the revision, by name, as its file says it.
        files: The file of each concept.
    """

    name: str
    title: str
    base: str | None
    concepts: dict[str, JsonObject]
    files: dict[str, Path]


@dataclass(frozen=True)
class Deviation:
    """One thing that a profile does differently from the RFC."""

    id: str
    title: str
    reason: str
    question: str
    profile: str
    revision: str
    patches: tuple[JsonObject, ...]
    rules_added: tuple[str, ...]
    rules_removed: tuple[str, ...]
    file: Path


@dataclass(frozen=True)
class RuleSource:
    """One rule of the catalogue, with the file that it stands in."""

    id: str
    group: str
    data: JsonObject
    file: Path

    def holds_in(self, profile: str, revision: str) -> bool:
        """Whether the rule holds in a profile at a revision."""
        return profile in self.data["profiles"] and revision in self.data["revisions"]


@dataclass(frozen=True)
class Sources:
    """Everything that the generator reads."""

    root: Path
    revisions: dict[str, Revision]
    deviations: tuple[Deviation, ...]
    rules: dict[str, RuleSource]
    groups: dict[str, str] = field(default_factory=dict)

    def newest(self) -> Revision:
        """The revision that the others are compared to: the one without a base."""
        return next(r for r in self.revisions.values() if r.base is None)


def _read(path: Path) -> JsonObject:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise GenerationError(str(path), f"is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise GenerationError(str(path), "holds no JSON object")
    return data


def _load_revision(folder: Path, loaded: dict[str, Revision]) -> Revision:
    manifest = _read(folder / "revision.json")
    base_name = manifest["base"]
    concepts: dict[str, JsonObject] = {}
    files: dict[str, Path] = {}
    if base_name is not None:
        base = loaded[base_name]
        concepts.update(base.concepts)
        files.update(base.files)
    for removed in manifest["removed"]:
        if removed not in concepts:
            raise GenerationError(
                str(folder / "revision.json"),
                f"removes {removed!r}, which {base_name} does not have",
            )
        del concepts[removed], files[removed]
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        name = path.name.removesuffix(SUFFIX)
        concepts[name] = _read(path)
        files[name] = path
    return Revision(folder.name, manifest["title"], base_name, concepts, files)


def _load_revisions(root: Path) -> dict[str, Revision]:
    folders = {path.parent.name: path.parent for path in root.glob("*/revision.json")}
    bases = {name: _read(folder / "revision.json")["base"] for name, folder in folders.items()}
    loaded: dict[str, Revision] = {}
    while len(loaded) < len(folders):
        ready = [n for n in sorted(folders) if n not in loaded and bases[n] in (None, *loaded)]
        if not ready:
            left = ", ".join(sorted(set(folders) - set(loaded)))
            raise GenerationError(str(root), f"the bases of {left} do not exist or form a circle")
        for name in ready:
            loaded[name] = _load_revision(folders[name], loaded)
    return loaded


def _load_deviation(path: Path) -> Deviation:
    data = _read(path)
    return Deviation(
        id=data["id"],
        title=data["title"],
        reason=data["reason"],
        question=data["question"],
        profile=data["profile"],
        revision=data["revision"],
        patches=tuple(data["patches"]),
        rules_added=tuple(data["rules"]["added"]),
        rules_removed=tuple(data["rules"]["removed"]),
        file=path,
    )


def _load_rules(folder: Path) -> tuple[dict[str, RuleSource], dict[str, str]]:
    rules: dict[str, RuleSource] = {}
    groups: dict[str, str] = {}
    for path in sorted(folder.glob("*.json")):
        data = _read(path)
        groups[path.stem] = data["title"]
        for entry in data["rules"]:
            where = f"{path}: rule {entry.get('id')!r}"
            unknown = set(entry) - _RULE_KEYS
            missing = _RULE_KEYS - {"fix"} - set(entry)
            if unknown or missing:
                raise GenerationError(
                    where, f"has unknown keys {sorted(unknown)}, lacks {sorted(missing)}"
                )
            if entry["id"] in rules:
                raise GenerationError(where, f"is already in {rules[entry['id']].file}")
            if entry["check"] != "reader" and not entry.get("fix"):
                raise GenerationError(where, "says no `fix`: what a person does about a finding")
            rules[entry["id"]] = RuleSource(entry["id"], path.stem, entry, path)
    return rules, groups


def load_sources(root: Path = ROOT) -> Sources:
    """Read all schemas, deviations and rules below a folder.

    Args:
        root: The folder that holds `schemas/`.

    Returns:
        Everything that the generator needs, in an order that does not depend on
        the file system.

    Raises:
        GenerationError: A file is not what it should be.
    """
    schemas = root / "schemas"
    rules, groups = _load_rules(schemas / "rules")
    return Sources(
        root=root,
        revisions=_load_revisions(schemas / "rfc8"),
        deviations=tuple(
            _load_deviation(p) for p in sorted((schemas / "deviations").glob("*.json"))
        ),
        rules=rules,
        groups=groups,
    )


def digest(paths: list[Path], root: Path) -> str:
    """A hash of the names and contents of files.

    Args:
        paths: The files.
        root: The folder that their names are counted from.

    Returns:
        The first 16 hexadecimal digits of a SHA-256 hash.
    """
    total = hashlib.sha256()
    for path in sorted(set(paths)):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
        total.update(f"{name}\0{text}\0".encode())
    return total.hexdigest()[:16]
