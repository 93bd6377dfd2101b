"""Rules about references."""

from __future__ import annotations

from collections.abc import Iterator

from ngio_collections._contract import Context, Subject, Violation
from ngio_collections._generated import stubs
from ngio_collections._words import named
from ngio_collections.validation._reading import read_reference, resolve
from ngio_collections.validation._registry import implements


def _has_own_rule(subject: Subject, context: Context) -> bool:
    """Whether the place of a reference has a rule of its own for what it may refer to."""
    parent = subject.parent
    if parent is None:
        return False
    if parent.concept == "well" or subject.key == "acquisition":
        return True
    holder = parent.parent
    if subject.key not in ("input", "output") or holder is None:
        return False
    if holder.concept == "scene":
        return True
    is_level = subject.node.type == "singlescale" and holder.concept == "attributes"
    return is_level and subject.key == "input" and context.revision != "draft-2026-04"


def _depends_on_missing_systems(subject: Subject) -> bool:
    """Whether the systems that a level leads to are missing as a whole: that is the mistake."""
    node = subject.node
    if node.type != "singlescale" or subject.key != "output" or node.parent is None:
        return False
    multiscale = node.parent
    if multiscale.type != "multiscale":
        return False
    systems = multiscale.attributes.get("coordinateSystems")
    return (
        not isinstance(systems, list)
        or not systems
        or not all(
            isinstance(system, dict) and isinstance(system.get("id"), str) for system in systems
        )
    )


@implements(stubs.external_reference_path)
def external_reference_path(subject: Subject, context: Context) -> Iterator[Violation]:
    if _has_own_rule(subject, context) or _depends_on_missing_systems(subject):
        return
    if resolve(context, subject.value) == ():
        reference = read_reference(subject.value)
        assert reference is not None
        yield Violation(
            f"{named(reference.id)} is not declared in this document, and there is no `path`",
            "the id of something in this document, or a path to the document that declares it",
        )


@implements(stubs.reference_target, needs="path")
def reference_target(subject: Subject, context: Context) -> Iterator[Violation]:
    reference = read_reference(subject.value)
    if reference is None or not reference.external:
        return
    if context.elsewhere(reference.path, reference.id) == ():
        yield Violation(
            f"{named(reference.id)} is not declared in the document that the path leads to",
            "the id of something that it declares",
        )
