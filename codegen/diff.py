"""What changed between two revisions of RFC-8, for people."""

from __future__ import annotations

from codegen.compose import Profile, compose
from codegen.concepts import ConceptIR, PropertyIR, TypeIR, analyse
from codegen.errors import GenerationError
from codegen.models import effective_properties
from codegen.sources import JsonObject, Sources

__all__ = ["diff_revisions"]


def _type_words(concepts: dict[str, ConceptIR], type_: TypeIR) -> str:
    """A type with its limits, so that every change of either is a change of the words."""
    if type_.kind == "array" and type_.item is not None:
        text = f"array of {_type_words(concepts, type_.item)}"
    elif type_.kind == "const":
        text = f"`{type_.value}`"
    elif type_.kind == "concept":
        target = concepts[type_.name]
        shared = target.scalar is not None and target.scalar.name
        text = f"{shared} ({type_.name})" if shared else _concept_words(target)
    else:
        text = type_.name or "any value"
    limits = ", ".join(f"{k} {v}" for k, v in type_.limits if k != "pattern")
    text = f"{text} ({limits})" if limits else text
    return f"{text} or null" if type_.nullable else text


def _concept_words(concept: ConceptIR) -> str:
    if concept.dispatch == "json-type":
        return f"{concept.name} ({' or '.join(concept.members)})"
    return concept.name


def _own_properties(concepts: dict[str, ConceptIR], concept: ConceptIR) -> dict[str, PropertyIR]:
    """The properties of a concept without those of its bases, which are compared there."""
    own = {prop.key for prop in concept.properties}
    every = effective_properties(concepts, concept)
    return {key: prop for key, prop in every.items() if key in own}


def _property_lines(old: dict[str, ConceptIR], new: dict[str, ConceptIR], name: str) -> list[str]:
    before = _own_properties(old, old[name])
    after = _own_properties(new, new[name])
    lines = [f"- field removed: {key}" for key in before if key not in after]
    for key, prop in after.items():
        words = _type_words(new, prop.type)
        if key not in before:
            need = "required" if prop.required else "optional"
            lines.append(f"+ field added: {key}, {need}: {words}")
            continue
        was = before[key]
        if prop.required != was.required:
            lines.append(f"{'! newly' if prop.required else '~ no longer'} required: {key}")
        if words != (old_words := _type_words(old, was.type)):
            lines.append(f"~ type changed: {key}: {old_words} -> {words}")
    return lines


def _condition_lines(old: ConceptIR, new: ConceptIR) -> list[str]:
    before = {(c.rule, c.description) for c in old.conditions}
    after = {(c.rule, c.description) for c in new.conditions}
    lines = [f"- condition gone ({rule}): {text}" for rule, text in sorted(before - after)]
    return lines + [f"! new condition ({rule}): {text}" for rule, text in sorted(after - before)]


def _concept_lines(old: dict[str, ConceptIR], new: dict[str, ConceptIR]) -> list[str]:
    lines: list[str] = []
    for name in sorted({*old, *new}):
        if name not in new:
            lines += ["", f"{name}: concept removed ({old[name].description})"]
            continue
        if name not in old:
            lines += ["", f"{name}: concept added ({new[name].description})"]
            lines += [f"    {line}" for line in _added_fields(new, name)]
            continue
        if old[name].kind != new[name].kind:
            kinds = f"{_concept_words(old[name])} -> {_concept_words(new[name])}"
            found = [f"~ was {old[name].kind}, is {new[name].kind}: {kinds}"]
        else:
            found = _property_lines(old, new, name) + _condition_lines(old[name], new[name])
            if old[name].members != new[name].members:
                gone = sorted(set(old[name].members) - set(new[name].members))
                come = sorted(set(new[name].members) - set(old[name].members))
                found.append(f"~ members removed: {gone}, added: {come}")
        if found:
            lines += ["", f"{name}:", *(f"    {line}" for line in found)]
    return lines


def _added_fields(concepts: dict[str, ConceptIR], name: str) -> list[str]:
    lines = []
    for key, prop in effective_properties(concepts, concepts[name]).items():
        need = "required" if prop.required else "optional"
        lines.append(f"+ {key}, {need}: {_type_words(concepts, prop.type)}")
    return lines


def _rule_lines(old: Profile, new: Profile) -> list[str]:
    gone = [r for i, r in old.rules.items() if i not in new.rules]
    come = [r for i, r in new.rules.items() if i not in old.rules]
    lines = [f"- {r.id} ({r.data['level']}): {r.data['statement']}" for r in gone]
    return lines + [f"+ {r.id} ({r.data['level']}): {r.data['statement']}" for r in come]


def _deviation_lines(sources: Sources, old: Profile, new: Profile) -> list[str]:
    lines = []
    for deviation in sources.deviations:
        touched = [
            p["schema"]
            for p in deviation.patches
            if old.concepts.get(p["schema"]) != new.concepts.get(p["schema"])
        ]
        for other in {old.revision.name, new.revision.name} - {deviation.revision}:
            problem = _fits(sources, deviation.patches, other)
            state = (
                f"it would not fit {other}: {problem}"
                if problem
                else f"it would fit {other} as well"
            )
            where = (
                f"its concepts changed ({', '.join(touched)})"
                if touched
                else "its concepts did not change"
            )
            lines.append(f"{deviation.id}: made for {deviation.revision}; {where}; {state}")
    return lines


def _fits(sources: Sources, patches: tuple[JsonObject, ...], revision: str) -> str:
    """Why patches do not fit a revision; empty if they do.

    Later patches build on earlier ones, so all deviations of the profile are tried.
    """
    moved = [
        type(d)(
            **{
                **{k: getattr(d, k) for k in d.__dataclass_fields__},
                "revision": revision,
                "rules_added": (),
                "rules_removed": (),
            }
        )
        for d in sources.deviations
    ]
    trial = Sources(sources.root, sources.revisions, tuple(moved), sources.rules, sources.groups)
    try:
        compose(trial, moved[0].profile, revision)
    except GenerationError as error:
        return error.problem if any(p["schema"] in error.where for p in patches) else ""
    return ""


def diff_revisions(sources: Sources, old: str, new: str) -> str:
    """Say what changed between two revisions.

    Args:
        sources: Everything that people wrote.
        old: The name of the earlier revision.
        new: The name of the later revision.

    Returns:
        Text for people: concepts, fields, conditions, rules and deviations.

    Raises:
        GenerationError: One of the revisions does not exist.
    """
    for name in (old, new):
        if name not in sources.revisions:
            known = ", ".join(sorted(sources.revisions))
            raise GenerationError(name, f"is no revision; there are {known}")
    before, after = compose(sources, "rfc8", old), compose(sources, "rfc8", new)
    sections = [
        ("Schemas", _concept_lines(analyse(before), analyse(after))),
        ("Rules", _rule_lines(before, after)),
        ("Deviations", _deviation_lines(sources, before, after)),
    ]
    out = [f"From {before.revision.title} ({old}) to {after.revision.title} ({new})"]
    for title, lines in sections:
        out += ["", title, "-" * len(title), *(lines or ["no change"])]
    return "\n".join(out)
