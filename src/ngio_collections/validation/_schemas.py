"""What documents can be checked against: profiles, their rules and their schemas."""

from __future__ import annotations

import importlib
import importlib.resources
import json
from typing import Any

from ngio_collections._generated import PROFILES
from ngio_collections.errors import UnknownConceptError
from ngio_collections.validation._profiles import package_of

__all__ = ["profiles", "schema"]


def profiles() -> tuple[tuple[str, str], ...]:
    """What documents can be checked against: names of profiles, each with a revision.

    Examples:
        >>> import ngio_collections as ngc
        >>> ngc.profiles()[0]
        ('ngio', 'v1-2026-08')
    """
    return tuple(PROFILES)


def schema(
    *, profile: str = "ngio", revision: str = "v1-2026-08", concept: str = "document"
) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a concept in one self-contained piece.

    Args:
        profile: `rfc8` or `ngio`.
        revision: The revision of RFC-8.
        concept: What the schema describes, for example `document`, `node` or `plate`.

    Returns:
        The schema, shared with nobody.

    Raises:
        UnknownProfileError: There is no such profile at that revision.
        UnknownConceptError: The profile has no such concept.

    Examples:
        >>> import ngio_collections as ngc
        >>> ngc.schema(concept="plate")["$ref"]
        '#/$defs/plate'
    """
    folder = importlib.resources.files(package_of(profile, revision))
    whole: dict[str, Any] = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    if concept == "document":
        return whole
    definitions = whole["$defs"]
    if concept not in definitions:
        raise UnknownConceptError(concept, tuple(definitions))
    whole["$id"] = whole["$id"].replace(".schema.json", f"/{concept}.schema.json")
    whole["title"] = f"{definitions[concept]['title']}: {whole['title'].partition(': ')[2]}"
    whole["$ref"] = f"#/$defs/{concept}"
    whole["$defs"] = {name: definitions[name] for name in sorted(_needed(definitions, concept))}
    return whole


def _needed(definitions: dict[str, Any], concept: str) -> set[str]:
    """A concept and all that it refers to, however far."""
    needed: set[str] = set()
    stack: list[Any] = [{"$ref": f"#/$defs/{concept}"}]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            name = str(value.get("$ref", "")).removeprefix("#/$defs/")
            if name and name not in needed:
                needed.add(name)
                stack.append(definitions[name])
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return needed
