"""What the schemas say, taken apart: concepts, properties, types and conditions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from codegen.reading import at

__all__ = ["ConceptIR", "Condition", "PropertyIR", "TypeIR", "class_name"]


@dataclass(frozen=True)
class TypeIR:
    """The type of a value.

    Attributes:
        kind: `scalar`, `const`, `array`, `concept` or `any`.
        name: The JSON type of a scalar, or the name of a concept.
        value: The value of a `const`.
        limits: Limits such as `minLength`.
        item: The type of the items of an array.
        nullable: Whether null is allowed beside it.
    """

    kind: str
    name: str = ""
    value: Any = None
    limits: tuple[tuple[str, Any], ...] = ()
    item: TypeIR | None = None
    nullable: bool = False


@dataclass(frozen=True)
class PropertyIR:
    """One property of a concept."""

    key: str
    type: TypeIR
    description: str
    required: bool
    rule: str
    missing_rule: str
    expected: tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """A condition that no type can say.

    Attributes:
        rule: The rule that names it.
        description: What it says, for people.
        keywords: The words of JSON Schema that say it.
        text: What they say, as JSON with sorted keys, to be compared.
    """

    rule: str
    description: str
    keywords: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class ConceptIR:
    """One concept, taken apart.

    Attributes:
        name: The name of its schema file.
        place: That file, as errors name it.
        profile: The profile that its schema was composed for.
        kind: `object`, `union`, `refinement` or `scalar`.
        title, description, rfc: As the schema says.
        rule: The rule that a value of the wrong kind breaks.
        bases: The concepts whose properties and conditions it has, too.
        properties: Its own properties, and those of its bases that only it requires.
        required_of_bases: What it requires and does not describe.
        conditions: What needs a hand-written body.
        dispatch: How a union chooses: `type`, `json-type` or `envelope`.
        members: What it chooses from, by value of `type` or kind of value.
        refines: The concept that a refinement adds conditions to.
        scalar: The type of a scalar concept.
    """

    name: str
    place: str
    profile: str
    kind: str
    title: str
    description: str
    rfc: str
    rule: str = ""
    bases: tuple[str, ...] = ()
    properties: tuple[PropertyIR, ...] = ()
    required_of_bases: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    dispatch: str = ""
    members: dict[str, str] = field(default_factory=dict)
    refines: str = ""
    scalar: TypeIR | None = None

    @property
    def class_name(self) -> str:
        """The name of its class or type in Python."""
        return class_name(self.name)

    def at(self, pointer: str) -> str:
        """A place in its schema, for errors."""
        return f"{at(self.place, pointer)} (profile {self.profile})"

    @property
    def parents(self) -> tuple[str, ...]:
        """The concepts that it builds on: its bases, or what it refines."""
        return (*self.bases, *([self.refines] if self.refines else []))


def class_name(concept: str) -> str:
    """The Python name of a concept: `coordinate-system` becomes `CoordinateSystem`."""
    return "".join(part.capitalize() for part in concept.split("-"))
