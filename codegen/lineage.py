"""How concepts build on each other: their bases, and the properties that they have from them."""

from __future__ import annotations

import re
from dataclasses import replace

from codegen.errors import GenerationError
from codegen.keywords import step
from codegen.reading import known
from codegen.shapes import ConceptIR, PropertyIR, TypeIR
from codegen.words import exact_words

__all__ = ["complete", "effective_properties", "ordered"]


def effective_properties(
    concepts: dict[str, ConceptIR], concept: ConceptIR
) -> dict[str, PropertyIR]:
    """The properties of a concept, those of its bases included, its own winning.

    Args:
        concepts: All concepts of the profile.
        concept: The one that is asked about.

    Returns:
        The properties by key. One that a base requires stays required.
    """
    out = _inherited(concepts, concept)
    for own in concept.properties:
        above = out.get(own.key)
        required = own.required or (above is not None and above.required)
        missing_rule = own.missing_rule if above is None else above.missing_rule
        out[own.key] = replace(own, required=required, missing_rule=missing_rule)
    return out


def _inherited(concepts: dict[str, ConceptIR], concept: ConceptIR) -> dict[str, PropertyIR]:
    out: dict[str, PropertyIR] = {}
    for base in concept.bases:
        out.update(effective_properties(concepts, concepts[base]))
    return out


def ordered(concepts: dict[str, ConceptIR]) -> list[ConceptIR]:
    """The concepts with all that each builds on before it, otherwise by name.

    Raises:
        GenerationError: Concepts build on each other in a circle.
    """
    done: dict[str, ConceptIR] = {}

    def add(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            circle = " -> ".join((*path[path.index(name) :], name))
            raise GenerationError(
                concepts[name].at("/allOf"),
                f"builds on itself ({circle}); expected a base that does not build on it; delete "
                "one of these `$ref`",
            )
        for base in concepts[name].parents:
            add(base, (*path, name))
        done.setdefault(name, concepts[name])

    for name in sorted(concepts):
        add(name, ())
    return list(done.values())


def complete(concepts: dict[str, ConceptIR]) -> dict[str, ConceptIR]:
    """Check what concepts have from their bases, and note what only they require of it.

    Args:
        concepts: The concepts as their files say them.

    Returns:
        The same, in the same order; a property of a base that a concept requires is
        among its own.

    Raises:
        GenerationError: A base is no object, there is a circle, a concept requires what
            nobody describes, or allows what its base does not.
    """
    out = dict(concepts)
    for concept in ordered(concepts):
        _check_parents(concepts, concept)
        above = _inherited(out, concept)
        for own in concept.properties:
            if own.key in above and not _narrower(concepts, own.type, above[own.key].type):
                _refuse_wider(concepts, concept, own, above[own.key])
        more = tuple(_required(concept, key, above) for key in concept.required_of_bases)
        out[concept.name] = replace(concept, properties=(*concept.properties, *more))
    return out


def _check_parents(concepts: dict[str, ConceptIR], concept: ConceptIR) -> None:
    for base in concept.bases:
        if concepts[base].kind != "object":
            raise GenerationError(
                concept.at("/allOf"),
                f"has the base {base!r}, which is a {concepts[base].kind}; expected an object; "
                "refer to the concept that has the properties",
            )
    if concept.refines and concepts[concept.refines].kind == "scalar":
        raise GenerationError(
            concept.at("/allOf"),
            f"refines {concept.refines!r}, which is a scalar; expected an object or a union; "
            "write the limits into a scalar concept instead",
        )


def _required(concept: ConceptIR, key: str, above: dict[str, PropertyIR]) -> PropertyIR:
    if key not in above:
        described = {*above, *(own.key for own in concept.properties)}
        raise GenerationError(
            concept.at("/required"),
            f"requires {key!r}, which neither it nor a base describes; expected some of "
            f"{known(described)}; correct it, or describe it in `properties`",
        )
    return replace(above[key], required=True)


def _refuse_wider(
    concepts: dict[str, ConceptIR], concept: ConceptIR, own: PropertyIR, above: PropertyIR
) -> None:
    raise GenerationError(
        concept.at(f"/properties{step(own.key)}"),
        f"restates `{own.key}` as {exact_words(concepts, own.type)}, but its base says "
        f"{exact_words(concepts, above.type)}, which would be lost; expected the same or less; "
        "repeat what the base says, or delete the property here",
    )


def _narrower(concepts: dict[str, ConceptIR], own: TypeIR, base: TypeIR) -> bool:
    """Whether every value of one type is a value of another, as far as it is easy to see."""
    if base.kind == "any":
        return True
    if own.nullable and not base.nullable:
        return False
    own, base = _resolved(concepts, own), _resolved(concepts, base)
    if own.kind == "const":
        return own.value == base.value if base.kind == "const" else _allows(base, own.value)
    if own.kind != base.kind:
        return False
    if own.kind == "concept":
        return base.name in _ancestry(concepts, own.name)
    if own.kind == "array":
        assert own.item is not None
        assert base.item is not None
        return _within(own, base) and _narrower(concepts, own.item, base.item)
    return (own.name == base.name or (own.name, base.name) == ("integer", "number")) and _within(
        own, base
    )


def _resolved(concepts: dict[str, ConceptIR], type_: TypeIR) -> TypeIR:
    scalar = concepts[type_.name].scalar if type_.kind == "concept" else None
    return scalar or type_


def _ancestry(concepts: dict[str, ConceptIR], name: str) -> set[str]:
    """A concept, all that it builds on, and the unions that it is a member of."""
    out = {name}
    for parent in concepts[name].parents:
        out |= _ancestry(concepts, parent)
    return out | {c.name for c in concepts.values() if name in c.members.values()}


def _within(own: TypeIR, base: TypeIR) -> bool:
    limits = dict(own.limits)
    for key, value in base.limits:
        if key not in limits:
            return False
        if key == "pattern" and limits[key] != value:
            return False
        if key.startswith("min") and limits[key] < value:
            return False
        if key.startswith("max") and limits[key] > value:
            return False
    return True


def _allows(base: TypeIR, value: str | int | bool) -> bool:
    """Whether a type has a value."""
    names = {bool: ("boolean",), str: ("string",), int: ("integer", "number")}
    if base.kind != "scalar" or base.name not in names[type(value)]:
        return False
    size = len(value) if isinstance(value, str) else value
    for key, limit in base.limits:
        if key == "pattern" and not re.search(limit, str(value)):
            return False
        if key.startswith("min") and size < limit:
            return False
        if key.startswith("max") and size > limit:
            return False
    return True
