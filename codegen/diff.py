"""What changed between two revisions of RFC-8, for people."""

from __future__ import annotations

import copy
from collections.abc import Iterable

from codegen.compose import Profile, compose, misfit
from codegen.concepts import analyse
from codegen.errors import GenerationError
from codegen.lineage import effective_properties
from codegen.reading import JsonObject, known
from codegen.shapes import ConceptIR, PropertyIR
from codegen.sources import Deviation, Sources
from codegen.words import concept_words, exact_words

__all__ = ["diff_revisions"]

_LEGEND = """\
  ! is stricter: a document that was right can be wrong now; read the RFC and decide
  ~ is different
  + is new
  - is gone"""


def _need(prop: PropertyIR) -> str:
    return "required" if prop.required else "optional"


def _added(concepts: dict[str, ConceptIR], prop: PropertyIR) -> str:
    sign = "!" if prop.required else "+"
    words = exact_words(concepts, prop.type)
    return (
        f"{sign} field added: {prop.key}, {_need(prop)}: {words}. {prop.description} ({prop.rule})"
    )


def _property_lines(old: dict[str, ConceptIR], new: dict[str, ConceptIR], name: str) -> list[str]:
    """The changes of properties, without those that a base has, which are told there."""
    own = [*dict.fromkeys(p.key for c in (old[name], new[name]) for p in c.properties)]
    before, after = effective_properties(old, old[name]), effective_properties(new, new[name])
    lines = [f"- field removed: {key}" for key in own if key not in after]
    for key in own:
        if key not in after:
            continue
        if key not in before:
            lines.append(_added(new, after[key]))
            continue
        if after[key].required != before[key].required:
            lines.append(f"{'! newly' if after[key].required else '~ no longer'} required: {key}")
        words, was = exact_words(new, after[key].type), exact_words(old, before[key].type)
        if words != was:
            lines.append(f"~ type changed: {key}: {was} -> {words}")
    return lines


def _condition_lines(old: ConceptIR, new: ConceptIR) -> list[str]:
    before = {(c.rule, c.description): c.text for c in old.conditions}
    after = {(c.rule, c.description): c.text for c in new.conditions}
    lines = [
        f"- condition gone ({rule}): {text}"
        for rule, text in sorted(before)
        if (rule, text) not in after
    ]
    for (rule, text), said in sorted(after.items()):
        if (rule, text) not in before:
            lines.append(f"! new condition ({rule}): {text}")
        elif said != before[rule, text]:
            lines.append(
                f"! condition changed ({rule}): {text} It was {before[rule, text]} and is {said}"
            )
    return lines


def _member_lines(old: ConceptIR, new: ConceptIR) -> list[str]:
    lines = [f"- member removed: {tag}" for tag in old.members if tag not in new.members]
    for tag, member in new.members.items():
        if tag not in old.members:
            lines.append(f"+ member added: {tag}")
        elif member != old.members[tag]:
            lines.append(f"~ member changed: {tag}: {old.members[tag]} -> {member}")
    return lines


def _other_lines(old: dict[str, ConceptIR], new: dict[str, ConceptIR], name: str) -> list[str]:
    """The changes of what a concept builds on, how it chooses, and what a scalar is."""
    before, after = old[name], new[name]
    lines = []
    if before.parents != after.parents:
        was, now = ", ".join(before.parents) or "none", ", ".join(after.parents) or "none"
        lines.append(f"~ bases changed: {was} -> {now}")
    if before.dispatch != after.dispatch:
        lines.append(f"~ is chosen by {after.dispatch}, was by {before.dispatch}")
    if before.scalar is not None and after.scalar is not None:
        was, now = exact_words(old, before.scalar), exact_words(new, after.scalar)
        if was != now:
            lines.append(f"~ type changed: {was} -> {now}")
    return lines


def _changes(old: dict[str, ConceptIR], new: dict[str, ConceptIR], name: str) -> list[str]:
    before, after = old[name], new[name]
    if before.kind != after.kind:
        kinds = f"{concept_words(before)} -> {concept_words(after)}"
        return [f"~ was {before.kind}, is {after.kind}: {kinds}"]
    return [
        *_other_lines(old, new, name),
        *_property_lines(old, new, name),
        *_condition_lines(before, after),
        *_member_lines(before, after),
    ]


def _block(head: str, lines: Iterable[str]) -> list[str]:
    """Lines below a head, what needs a decision first."""
    return ["", head, *(f"    {x}" for x in sorted(lines, key=lambda x: not x.startswith("!")))]


def _concept_lines(old: dict[str, ConceptIR], new: dict[str, ConceptIR]) -> list[str]:
    lines: list[str] = []
    for name in sorted({*old, *new}):
        if name not in new:
            lines += _block(f"{name}: concept removed ({old[name].description})", [])
        elif name not in old:
            fields = effective_properties(new, new[name]).values()
            head = f"{name}: concept added ({new[name].description})"
            lines += ["", head, *(f"    {_field(new, prop)}" for prop in fields)]
        elif found := _changes(old, new, name):
            lines += _block(f"{name}:", found)
    return lines[1:]


def _field(concepts: dict[str, ConceptIR], prop: PropertyIR) -> str:
    """A field of a concept that is new as a whole."""
    words = exact_words(concepts, prop.type)
    return f"+ {prop.key}, {_need(prop)}: {words}. {prop.description} ({prop.rule})"


def _rule_lines(old: Profile, new: Profile) -> list[str]:
    gone = [r for i, r in old.rules.items() if i not in new.rules]
    come = [r for i, r in new.rules.items() if i not in old.rules]
    lines = [f"- {r.id} ({r.data['level']}): {r.data['statement']}" for r in gone]
    return lines + [f"+ {r.id} ({r.data['level']}): {r.data['statement']}" for r in come]


def _deviation_lines(sources: Sources, new: Profile) -> list[str]:
    """What is to do about each deviation at the later revision."""
    name = new.revision.name
    there = {(d.profile, d.id) for d in sources.deviations if d.revision == name}
    trials: dict[tuple[str, str], dict[str, JsonObject]] = {}
    lines = []
    for deviation in sources.deviations:
        head = f"{deviation.id} ({deviation.profile} at {deviation.revision})"
        if deviation.revision == name:
            lines.append(f"{head}: nothing to do; it is made for {name}")
            continue
        if (deviation.profile, deviation.id) in there:
            lines.append(f"{head}: nothing to do; there is one for {name}")
            continue
        key = (deviation.profile, deviation.revision)
        trial = trials.setdefault(key, copy.deepcopy(new.concepts))
        lines.append(f"{head}: {_advice(sources, deviation, trial, new)}")
    return sorted(lines, key=lambda line: ": nothing to do" in line)


def _advice(
    sources: Sources, deviation: Deviation, trial: dict[str, JsonObject], new: Profile
) -> str:
    """What is to do about a deviation that is made for another revision.

    Later deviations build on earlier ones, so each is tried on what those before it made.
    """
    name = new.revision.name
    if problem := misfit(trial, deviation, name):
        return f"must change for {name}: {problem[1]}"
    made_for = sources.revisions[deviation.revision].concepts
    names = dict.fromkeys(patch["schema"] for patch in deviation.patches)
    touched = [n for n in names if made_for.get(n) != new.concepts.get(n)]
    if touched:
        return f"read again; it fits {name}, but its concepts changed there ({', '.join(touched)})"
    return f"nothing to do; it fits {name}, where its concepts are the same"


def diff_revisions(sources: Sources, old: str, new: str) -> str:
    """Say what changed between two revisions, what needs a decision first.

    Args:
        sources: Everything that people wrote.
        old: The name of the earlier revision.
        new: The name of the later revision.

    Returns:
        Text for people: deviations, concepts, fields, conditions and rules.

    Raises:
        GenerationError: One of the revisions does not exist.
    """
    for name in (old, new):
        if name not in sources.revisions:
            raise GenerationError(
                f"schemas/rfc8/{name}",
                f"does not exist; expected one of {known(sources.revisions)}",
            )
    before, after = compose(sources, "rfc8", old), compose(sources, "rfc8", new)
    sections = [
        ("Schemas", _concept_lines(analyse(before), analyse(after))),
        ("Rules", _rule_lines(before, after)),
    ]
    out = [f"From {before.revision.title} ({old}) to {after.revision.title} ({new})", "", _LEGEND]
    deviations = _deviation_lines(sources, after)
    if not deviations:
        out += ["", "Deviations: none"]
    else:
        sections.insert(0, ("Deviations", deviations))
    for title, lines in sections:
        out += ["", title, "-" * len(title), *(lines or ["no change"])]
    return "\n".join(out)
