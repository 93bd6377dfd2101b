"""Read what people write: schemas, deviations and the catalogue of rules."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from codegen.errors import GenerationError
from codegen.reading import (
    JsonObject,
    Key,
    at,
    check_name,
    check_object,
    known,
    read_object,
    relative,
    show,
)

__all__ = [
    "PLAIN",
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

ROOT: Final = Path(__file__).resolve().parent.parent
SUFFIX: Final = ".schema.json"
PLAIN: Final = "rfc8"
"""The profile without deviations."""

_REVISION: Final = {
    "revision": Key("string", "the name of the folder"),
    "title": Key("string", "what people call the revision"),
    "date": Key("string", "when it was published, such as 2026-08; the newest is compared to"),
    "base": Key("string or null", "the revision that it shares concepts with, or null"),
    "removed": Key("array of strings", "the concepts of the base that it does not have"),
}
_DEVIATION: Final = {
    "id": Key("string", "the name of the deviation, such as `id-required`"),
    "title": Key("string", "what the profile does differently, for the table in the README"),
    "profile": Key("string", "the profile that it makes"),
    "revision": Key("string", "the revision that it is made for"),
    "reason": Key("string", "why"),
    "question": Key("string", "what we ask of the RFC"),
    "patches": Key("array of objects", "what changes in the schemas"),
    "rules": Key("object", "the rules that it adds and removes"),
}
_PATCH: Final = {
    "schema": Key("string", "the concept that is changed"),
    "operations": Key("array of objects", "operations of JSON Patch"),
}
_DEVIATION_RULES: Final = {
    "added": Key("array of strings", "rules that hold in the profile only"),
    "removed": Key("array of strings", "rules that do not hold in the profile"),
}
_PATH: Final = {"op": Key("string", "what is done"), "path": Key("text", "a JSON Pointer")}
_VALUE: Final = {**_PATH, "value": Key("value", "what is expected or written there")}
_FROM: Final = {**_PATH, "from": Key("text", "a JSON Pointer")}
_OPERATIONS: Final = {
    "test": _VALUE,
    "add": _VALUE,
    "replace": _VALUE,
    "remove": _PATH,
    "move": _FROM,
    "copy": _FROM,
}
_GROUP: Final = {
    "title": Key("string", "what the rules of the file are about"),
    "rules": Key("array of objects", "the rules"),
}
_RULE: Final = {
    "id": Key("string", "the name of the rule, such as `sibling-names`"),
    "number": Key("integer", "the number of the requirement"),
    "level": Key("string", "MUST, SHOULD or MAY"),
    "rfc": Key("string", "where the text says it"),
    "statement": Key("string", "what is required, in one sentence"),
    "check": Key("string", "schema, code or reader: who checks it"),
    "fix": Key("value", "what a person does about a finding", optional=True),
    "scope": Key("object", "what the check may read beside its subject"),
    "applies_to": Key("array of strings", "the concepts that a rule in code runs on"),
    "profiles": Key("array of strings", "the profiles that it holds in"),
    "revisions": Key("array of strings", "the revisions that it holds in"),
}
_SCOPE: Final = {
    "ancestors": Key("integer or `all`", "how far up it may read"),
    "descendants": Key("integer or `all`", "how far down it may read"),
    "references": Key("boolean", "whether it may read what the subject refers to"),
    "keys": Key(
        "array of strings",
        "what it reads of the nodes around it, such as `name` or `attributes/plate`",
        optional=True,
    ),
}
_LEVELS: Final = ("MUST", "SHOULD", "MAY")
_CHECKS: Final = ("schema", "code", "reader")
_DATE: Final = re.compile(r"\d{4}-\d{2}(-\d{2})?")


@dataclass(frozen=True)
class Revision:
    """One revision of RFC-8, with the concepts that it shares with its base filled in.

    Attributes:
        name: The name of its folder in `schemas/rfc8/`.
        title: What people call it.
        date: When it was published; the newest revision has the latest date.
        base: The revision that it shares concepts with, if any; older or newer.
        concepts: Every concept of the revision, by name, as its file says it.
        files: The file of each concept.
    """

    name: str
    title: str
    date: str
    base: str | None
    concepts: dict[str, JsonObject]
    files: dict[str, Path]


@dataclass(frozen=True)
class Deviation:
    """One thing that a profile does differently from the RFC; `place` is its file in errors."""

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
    place: str


@dataclass(frozen=True)
class RuleSource:
    """One rule of the catalogue, with the file that it stands in and its place in errors."""

    id: str
    group: str
    data: JsonObject
    file: Path
    place: str

    def at(self, pointer: str = "") -> str:
        """A place in the rule, for errors."""
        return _at_rule(self.place, pointer, self.id)

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

    def newest_first(self) -> list[Revision]:
        """The revisions by their dates, the newest first."""
        return sorted(self.revisions.values(), key=lambda revision: revision.date, reverse=True)

    def newest(self) -> Revision:
        """The revision with the latest date, whether or not it shares concepts with another."""
        return self.newest_first()[0]


# -- revisions -------------------------------------------------------------------


def _read_manifest(folder: Path, root: Path) -> JsonObject:
    path = folder / "revision.json"
    manifest = read_object(path, root)
    where = relative(path, root)
    check_name(where, folder.name)
    check_object(where, manifest, _REVISION)
    if manifest["revision"] != folder.name:
        raise GenerationError(
            at(where, "/revision"),
            f"is {show(manifest['revision'])}; expected {show(folder.name)}, the name of the "
            "folder; correct it, or rename the folder",
        )
    if not _DATE.fullmatch(manifest["date"]):
        raise GenerationError(
            at(where, "/date"),
            f"is {show(manifest['date'])}; expected a year and a month, such as 2026-08",
        )
    return manifest


def _load_revision(
    folder: Path, manifest: JsonObject, loaded: dict[str, Revision], root: Path
) -> Revision:
    base_name = manifest["base"]
    concepts: dict[str, JsonObject] = {}
    files: dict[str, Path] = {}
    if base_name is not None:
        base = loaded[base_name]
        concepts.update(base.concepts)
        files.update(base.files)
    for position, removed in enumerate(manifest["removed"]):
        if removed not in concepts:
            raise GenerationError(
                at(relative(folder / "revision.json", root), f"/removed/{position}"),
                f"removes {removed!r}, which {base_name or 'a revision without base'} does not "
                f"have; expected one of {known(concepts)}; delete it",
            )
        del concepts[removed], files[removed]
    for path in sorted(folder.glob("*.json")):
        if path.name == "revision.json":
            continue
        if not path.name.endswith(SUFFIX):
            raise GenerationError(
                relative(path, root),
                f"is neither revision.json nor a schema; expected a name that ends in {SUFFIX}; "
                "rename or delete it",
            )
        name = path.name.removesuffix(SUFFIX)
        check_name(relative(path, root), name)
        concepts[name] = read_object(path, root)
        files[name] = path
    return Revision(folder.name, manifest["title"], manifest["date"], base_name, concepts, files)


def _load_revisions(root: Path) -> dict[str, Revision]:
    paths = (root / "schemas" / "rfc8").glob("[!.]*")
    folders = {path.name: path for path in paths if path.is_dir()}
    if not folders:
        raise GenerationError(
            "schemas/rfc8",
            "holds no revision; expected a folder with a revision.json at least; write one",
        )
    manifests = {name: _read_manifest(folders[name], root) for name in sorted(folders)}
    loaded: dict[str, Revision] = {}
    while len(loaded) < len(folders):
        ready = [
            n for n, m in manifests.items() if n not in loaded and m["base"] in (None, *loaded)
        ]
        if not ready:
            left = ", ".join(sorted(set(folders) - set(loaded)))
            raise GenerationError(
                "schemas/rfc8",
                f"the bases of {left} do not exist or form a circle; expected each `base` to be "
                f"null or another of {known(folders)}; correct one in its revision.json",
            )
        for name in ready:
            loaded[name] = _load_revision(folders[name], manifests[name], loaded, root)
    _check_dates(loaded)
    return loaded


def _check_dates(revisions: dict[str, Revision]) -> None:
    seen: dict[str, str] = {}
    for name in sorted(revisions):
        other = seen.setdefault(revisions[name].date, name)
        if other != name:
            raise GenerationError(
                f"schemas/rfc8/{name}/revision.json#/date",
                f"is {show(revisions[name].date)}, as that of {other}; expected another, so that "
                "one of them is the newer; add the day",
            )


# -- deviations ------------------------------------------------------------------


def _check_patches(place: str, patches: list[JsonObject]) -> None:
    for position, patch in enumerate(patches):
        where = at(place, f"/patches/{position}")
        check_object(where, patch, _PATCH)
        for index, operation in enumerate(patch["operations"]):
            inner = at(place, f"/patches/{position}/operations/{index}")
            if operation.get("op") not in list(_OPERATIONS):
                raise GenerationError(
                    inner,
                    f"`op` is {show(operation['op'])}; expected one of {known(_OPERATIONS)}"
                    if "op" in operation
                    else f"lacks `op`; add it: one of {known(_OPERATIONS)}",
                )
            check_object(inner, operation, _OPERATIONS[operation["op"]])


def _load_deviation(path: Path, revisions: dict[str, Revision], root: Path) -> Deviation:
    data = read_object(path, root)
    place = relative(path, root)
    check_object(place, data, _DEVIATION)
    check_object(at(place, "/rules"), data["rules"], _DEVIATION_RULES)
    _check_patches(place, data["patches"])
    check_name(at(place, "/profile"), data["profile"])
    if data["profile"] == PLAIN:
        raise GenerationError(
            at(place, "/profile"),
            f"is {show(PLAIN)}, the RFC as it stands; expected the name of another profile",
        )
    if data["revision"] not in revisions:
        raise GenerationError(
            at(place, "/revision"),
            f"is {show(data['revision'])}, which does not exist; expected one of "
            f"{known(revisions)}; correct it",
        )
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
        place=place,
    )


def _load_deviations(root: Path, revisions: dict[str, Revision]) -> tuple[Deviation, ...]:
    paths = sorted((root / "schemas" / "deviations").glob("*.json"))
    return tuple(_load_deviation(path, revisions, root) for path in paths)


# -- rules -----------------------------------------------------------------------


def _at_rule(place: str, pointer: str, id_: object) -> str:
    """A place in a rule, with its name, since nobody counts to find it."""
    return f"{at(place, pointer)} (rule {id_!r})"


def _check_keys(where: str, scope: JsonObject) -> None:
    """Check that a rule that reads other nodes says what of them, and no other does."""
    looks_around = bool(scope["ancestors"] or scope["descendants"])
    if looks_around and not scope.get("keys"):
        raise GenerationError(
            where,
            "reads other nodes and has no `keys`; name what it reads of them, such as `name` or "
            "`attributes/plate`, so that an edit of anything else need not run it again",
        )
    if scope.get("keys") and not looks_around:
        raise GenerationError(
            where, "has `keys`, but reads no other nodes; delete them, or say how far it reads"
        )


def _check_rule(place: str, entry: JsonObject, names: dict[str, set[str]]) -> None:
    id_ = entry.get("id")
    check_object(_at_rule(place, "", id_), entry, _RULE)
    check_object(_at_rule(place, "/scope", id_), entry["scope"], _SCOPE)
    _check_keys(_at_rule(place, "/scope", id_), entry["scope"])
    check_name(at(place, "/id"), entry["id"])
    for key, allowed in (("level", _LEVELS), ("check", _CHECKS)):
        if entry[key] not in allowed:
            raise GenerationError(
                _at_rule(place, f"/{key}", id_),
                f"is {show(entry[key])}; expected one of {', '.join(allowed)}",
            )
    for key, there in names.items():
        if not entry[key]:
            raise GenerationError(
                _at_rule(place, f"/{key}", id_),
                f"is empty, so that the rule holds nowhere; expected some of {known(there)}; add "
                "one, or delete the rule",
            )
        if unknown := sorted(set(entry[key]) - there):
            raise GenerationError(
                _at_rule(place, f"/{key}", id_),
                f"names {known(unknown)}, which nothing defines; expected some of "
                f"{known(there)}; correct it, or delete it from the list",
            )
    fix = entry.get("fix", "")
    if not isinstance(fix, str) or (entry["check"] != "reader" and not fix.strip()):
        raise GenerationError(
            _at_rule(place, "", id_), "says no `fix`; add it: what a person does about a finding"
        )


def _load_rules(
    root: Path, revisions: dict[str, Revision], deviations: tuple[Deviation, ...]
) -> tuple[dict[str, RuleSource], dict[str, str]]:
    rules: dict[str, RuleSource] = {}
    groups: dict[str, str] = {}
    names = {"profiles": {PLAIN, *(d.profile for d in deviations)}, "revisions": {*revisions}}
    for path in sorted((root / "schemas" / "rules").glob("*.json")):
        data = read_object(path, root)
        file = relative(path, root)
        check_name(file, path.stem)
        check_object(file, data, _GROUP)
        groups[path.stem] = data["title"]
        for position, entry in enumerate(data["rules"]):
            place = at(file, f"/rules/{position}")
            _check_rule(place, entry, names)
            if entry["id"] in rules:
                raise GenerationError(
                    at(place, "/id"),
                    f"is {show(entry['id'])}, which is already at {rules[entry['id']].place}; "
                    "rename or delete one of them",
                )
            rules[entry["id"]] = RuleSource(entry["id"], path.stem, entry, path, place)
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
    revisions = _load_revisions(root)
    deviations = _load_deviations(root, revisions)
    rules, groups = _load_rules(root, revisions, deviations)
    return Sources(root, revisions, deviations, rules, groups)


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
        name = relative(path, root)
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
        total.update(f"{name}\0{text}\0".encode())
    return total.hexdigest()[:16]
