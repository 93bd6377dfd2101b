"""Revision + deviations = profile, and profiles as single, self-contained files."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import jsonpatch
import jsonpointer

from codegen.errors import GenerationError
from codegen.sources import SUFFIX, Deviation, JsonObject, Revision, RuleSource, Sources

__all__ = ["Profile", "bundle", "compose", "profiles", "references"]

BASE_URL: Final = "https://ngio-collections.github.io/schemas"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True)
class Profile:
    """One set of schemas and rules that a document can be checked against.

    Attributes:
        name: `rfc8`, or the name that deviations give.
        revision: The revision of RFC-8 that it is made from.
        concepts: The composed schema of each concept.
        deviations: The deviations that were applied, in order.
        rules: The rules that hold, by id.
        files: All source files that it is made from.
    """

    name: str
    revision: Revision
    concepts: dict[str, JsonObject]
    deviations: tuple[Deviation, ...]
    rules: dict[str, RuleSource]
    files: tuple[Path, ...]

    @property
    def key(self) -> str:
        """The name of the generated package, for example `rfc8_v1_2026_08`."""
        return f"{self.name}_{self.revision.name}".replace("-", "_")

    @property
    def title(self) -> str:
        """What people call it."""
        with_ = " with our deviations" if self.deviations else ""
        return f"{self.revision.title}{with_}"


def _apply(concepts: dict[str, JsonObject], deviation: Deviation) -> None:
    for patch in deviation.patches:
        name = patch["schema"]
        where = f"{deviation.file}: patch of {name!r}"
        if name not in concepts:
            raise GenerationError(where, f"{deviation.revision} has no concept {name!r} any more")
        schema = concepts[name]
        for operation in patch["operations"]:
            try:
                schema = jsonpatch.apply_patch(schema, [operation])
            except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException) as error:
                raise GenerationError(
                    where,
                    f"the operation {operation['op']!r} at {operation['path']!r} no longer "
                    f"fits {deviation.revision}: {str(error).splitlines()[0]}. Read what the RFC "
                    f"says now and change the deviation {deviation.id!r}, or delete it if the RFC "
                    "agrees with us",
                ) from error
        concepts[name] = schema


def _check_rules(deviation: Deviation, rules: dict[str, RuleSource]) -> None:
    for id_, held in [(i, True) for i in deviation.rules_added] + [
        (i, False) for i in deviation.rules_removed
    ]:
        if id_ not in rules:
            raise GenerationError(
                str(deviation.file), f"names the rule {id_!r}, which is not in the catalogue"
            )
        if rules[id_].holds_in(deviation.profile, deviation.revision) is not held:
            raise GenerationError(
                str(deviation.file),
                f"says that {deviation.profile} {'adds' if held else 'removes'} the rule {id_!r}, "
                f"but the `profiles` of that rule in {rules[id_].file.name} say otherwise",
            )


def compose(sources: Sources, name: str, revision: str) -> Profile:
    """Apply the deviations of a profile to a revision.

    Args:
        sources: Everything that was read.
        name: The name of the profile; `rfc8` has no deviations.
        revision: The name of the revision.

    Returns:
        The profile, sharing nothing that can be changed with the sources.

    Raises:
        GenerationError: A deviation does not fit the revision any more.
    """
    base = sources.revisions[revision]
    concepts = copy.deepcopy(base.concepts)
    deviations = tuple(d for d in sources.deviations if (d.profile, d.revision) == (name, revision))
    for deviation in deviations:
        _apply(concepts, deviation)
        _check_rules(deviation, sources.rules)
    rules = {i: r for i, r in sources.rules.items() if r.holds_in(name, revision)}
    files = [*base.files.values(), *(d.file for d in deviations)]
    return Profile(name, base, concepts, deviations, rules, tuple(sorted(files)))


def profiles(sources: Sources) -> tuple[Profile, ...]:
    """All profiles: those with deviations first, then `rfc8` at each revision, newest first."""
    deviating = sorted({(d.profile, d.revision) for d in sources.deviations})
    newest = sources.newest().name
    plain = [newest, *sorted((r for r in sources.revisions if r != newest), reverse=True)]
    names = [*deviating, *(("rfc8", r) for r in plain)]
    return tuple(compose(sources, name, revision) for name, revision in names)


def references(schema: Any) -> set[str]:
    """The names of the concepts that a schema refers to."""
    found: set[str] = set()
    stack = [schema]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                found.add(value["$ref"].removeprefix("#/$defs/").removesuffix(SUFFIX))
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return found


def _localise(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            key: f"#/$defs/{value.removesuffix(SUFFIX)}" if key == "$ref" else _localise(value)
            for key, value in schema.items()
            if key not in ("$schema", "$id")
        }
    if isinstance(schema, list):
        return [_localise(item) for item in schema]
    return schema


def bundle(profile: Profile, concept: str = "document") -> JsonObject:
    """Put a concept and everything that it needs into one self-contained schema.

    Args:
        profile: The profile.
        concept: The concept that the schema describes.

    Returns:
        A JSON Schema without references to other files.

    Raises:
        GenerationError: The concept, or one that it needs, does not exist.
    """
    needed: dict[str, JsonObject] = {}
    stack = [concept]
    while stack:
        name = stack.pop()
        if name in needed:
            continue
        if name not in profile.concepts:
            raise GenerationError(
                f"schemas/rfc8/{profile.revision.name}",
                f"a schema refers to {name!r}, which does not exist",
            )
        needed[name] = profile.concepts[name]
        stack.extend(sorted(references(needed[name])))
    suffix = "" if concept == "document" else f"/{concept}"
    return {
        "$schema": _DIALECT,
        "$id": f"{BASE_URL}/{profile.name}/{profile.revision.name}{suffix}.schema.json",
        "title": f"{needed[concept]['title']}: {profile.title}",
        "$ref": f"#/$defs/{concept}",
        "$defs": {name: _localise(needed[name]) for name in sorted(needed)},
    }
