"""Revision + deviations = profile, and profiles as single, self-contained files."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import jsonpatch
import jsonpointer

from codegen.errors import GenerationError
from codegen.reading import JsonObject, at, relative, show
from codegen.sources import PLAIN, SUFFIX, Deviation, Revision, RuleSource, Sources

__all__ = ["DIALECT", "Profile", "bundle", "compose", "misfit", "profiles", "references"]

BASE_URL: Final = "https://ngio-collections.github.io/schemas"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


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
        places: The file of each concept, as errors name it.
    """

    name: str
    revision: Revision
    concepts: dict[str, JsonObject]
    deviations: tuple[Deviation, ...]
    rules: dict[str, RuleSource]
    files: tuple[Path, ...]
    places: dict[str, str]

    @property
    def key(self) -> str:
        """The name of the generated package, for example `rfc8_v1_2026_08`."""
        return f"{self.name}_{self.revision.name}".replace("-", "_")

    @property
    def title(self) -> str:
        """What people call it."""
        with_ = " with our deviations" if self.deviations else ""
        return f"{self.revision.title}{with_}"


def misfit(
    concepts: dict[str, JsonObject], deviation: Deviation, revision: str
) -> tuple[str, str] | None:
    """Apply a deviation to concepts, in place, as far as it fits.

    Args:
        concepts: The concepts of a revision, perhaps changed by other deviations.
        deviation: The deviation.
        revision: The name of the revision, for the words.

    Returns:
        The place in the deviation that does not fit and why not; None if all fits.
    """
    for position, patch in enumerate(deviation.patches):
        name = patch["schema"]
        where = at(deviation.place, f"/patches/{position}")
        if name not in concepts:
            return where, f"{revision} has no concept {name!r}, which the deviation changes"
        schema = concepts[name]
        for index, operation in enumerate(patch["operations"]):
            try:
                schema = jsonpatch.apply_patch(schema, [operation])
            except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException):
                return at(where, f"/operations/{index}"), (
                    f"found {_found(schema, operation)} at {operation['path']} of {name} in "
                    f"{revision}, the deviation expects {_expected(operation)}"
                )
        concepts[name] = schema
    return None


def _apply(concepts: dict[str, JsonObject], deviation: Deviation) -> None:
    if problem := misfit(concepts, deviation, deviation.revision):
        where, what = problem
        raise GenerationError(
            where,
            f"{what}. Read what the RFC says now and change the deviation {deviation.id!r}, or "
            "delete it if the RFC agrees with us",
        )


def _found(schema: JsonObject, operation: JsonObject) -> str:
    """What is where an operation applies, in a few characters."""
    try:
        return show(jsonpointer.resolve_pointer(schema, operation["path"]))
    except jsonpointer.JsonPointerException:
        return "nothing"


def _expected(operation: JsonObject) -> str:
    """What an operation needs to find."""
    if operation["op"] == "test":
        return show(operation["value"])
    if operation["op"] in ("move", "copy"):
        return f"something at {operation['from']}"
    if operation["op"] == "add":
        return "a place to add to"
    return "something there"


def _check_rules(deviation: Deviation, rules: dict[str, RuleSource]) -> None:
    for key, ids in (("added", deviation.rules_added), ("removed", deviation.rules_removed)):
        for position, id_ in enumerate(ids):
            where = at(deviation.place, f"/rules/{key}/{position}")
            if id_ not in rules:
                raise GenerationError(
                    where,
                    f"names the rule {id_!r}, which is not in the catalogue; correct it, delete "
                    "it, or write the rule in schemas/rules/",
                )
            if rules[id_].holds_in(deviation.profile, deviation.revision) is (key == "removed"):
                held = f"{deviation.profile} at {deviation.revision}"
                raise GenerationError(
                    where,
                    f"says that {id_!r} is {key} in {held}, but the rule "
                    f"{'holds there' if key == 'removed' else 'does not hold there'}; change the "
                    f"`profiles` or `revisions` of {rules[id_].at()}, or delete it here",
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
    places = {concept: relative(path, sources.root) for concept, path in base.files.items()}
    return Profile(name, base, concepts, deviations, rules, tuple(sorted(files)), places)


def profiles(sources: Sources) -> tuple[Profile, ...]:
    """All profiles: those with deviations first, then `rfc8`, each by revision, newest first."""
    deviating = sorted({d.profile for d in sources.deviations})
    made_for = {(d.profile, d.revision) for d in sources.deviations}
    revisions = [revision.name for revision in sources.newest_first()]
    names = [(name, r) for name in deviating for r in revisions if (name, r) in made_for]
    names += [(PLAIN, r) for r in revisions]
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
                f"has no {name}{SUFFIX}, which is needed; write it, or take it from the `removed` "
                "of revision.json",
            )
        needed[name] = profile.concepts[name]
        stack.extend(sorted(references(needed[name])))
    suffix = "" if concept == "document" else f"/{concept}"
    return {
        "$schema": DIALECT,
        "$id": f"{BASE_URL}/{profile.name}/{profile.revision.name}{suffix}.schema.json",
        "title": f"{needed[concept]['title']}: {profile.title}",
        "$ref": f"#/$defs/{concept}",
        "$defs": {name: _localise(needed[name]) for name in sorted(needed)},
    }
