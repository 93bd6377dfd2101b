"""Rules about multiscales and their resolution levels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ngio_collections._contract import Context, Declaration, NodeEntry, Pointer, Subject, Violation
from ngio_collections._generated import stubs
from ngio_collections._words import listing, named, show
from ngio_collections.validation._reading import (
    HERE,
    Ref,
    document_of,
    is_node,
    is_of,
    kind_of,
    nodes_or_path,
    objects,
    read_reference,
    resolve,
)
from ngio_collections.validation._registry import implements

_TRANSFORMATIONS: Pointer = ("attributes", "coordinateTransformations")


def _lacks(subject: Subject, key: str) -> Iterator[Violation]:
    """A node without `path` whose attributes lack a key; at the attributes if there are some."""
    if "path" in subject.value:
        return
    attributes = subject.value.get("attributes", {})
    if isinstance(attributes, dict) and key not in attributes:
        at: Pointer = ("attributes",) if "attributes" in subject.value else ()
        yield Violation(
            f"`{key}` is missing",
            f"it in the attributes of a {subject.node.type} without `path`",
            at,
        )


@implements(stubs.multiscale_nodes_or_path)
def multiscale_nodes_or_path(subject: Subject, context: Context) -> Iterator[Violation]:
    yield from nodes_or_path(subject)


@implements(stubs.multiscale_coordinate_systems, unless="path")
def multiscale_coordinate_systems(subject: Subject, context: Context) -> Iterator[Violation]:
    yield from _lacks(subject, "coordinateSystems")


@implements(stubs.multiscale_coordinate_systems_not_empty, needs="attributes/coordinateSystems")
def multiscale_coordinate_systems_not_empty(
    subject: Subject, context: Context
) -> Iterator[Violation]:
    if subject.node.attributes.get("coordinateSystems") == []:
        yield Violation(
            "`coordinateSystems` is an empty array",
            "at least one coordinate system",
            ("attributes", "coordinateSystems"),
        )


@implements(stubs.singlescale_transformations, unless="path")
def singlescale_transformations(subject: Subject, context: Context) -> Iterator[Violation]:
    yield from _lacks(subject, "coordinateTransformations")


def _is_level_kind(transformation: dict[str, Any]) -> bool:
    """Whether it is a scale, or a sequence of a scale and a translation."""
    if transformation.get("type") == "scale":
        return True
    if transformation.get("type") != "sequence":
        return False
    steps = transformation.get("transformations")
    if not isinstance(steps, list):
        return False
    return [s.get("type") if isinstance(s, dict) else None for s in steps] == [
        "scale",
        "translation",
    ]


def _has_known_kind(transformation: dict[str, Any]) -> bool:
    """Whether it can be judged: its type is a string, and the steps of a sequence are an array."""
    if transformation.get("type") == "sequence":
        return isinstance(transformation.get("transformations"), list)
    return isinstance(transformation.get("type"), str)


@implements(stubs.level_transformation, needs="attributes/coordinateTransformations")
def level_transformation(subject: Subject, context: Context) -> Iterator[Violation]:
    listed = subject.node.attributes.get("coordinateTransformations")
    if not isinstance(listed, list):
        return
    expected = "exactly one `scale`, or one `sequence` of a `scale` and a `translation`"
    if len(listed) != 1:
        yield Violation(
            f"`coordinateTransformations` is {show(listed)}", expected, _TRANSFORMATIONS
        )
        return
    for position, item in objects(subject.node.attributes, "coordinateTransformations"):
        if (
            _has_known_kind(item)
            and not _is_level_kind(item)
            and _is_defined(context, item["type"])
        ):
            yield Violation(_kind_words(item), expected, (*_TRANSFORMATIONS, position))


def _is_defined(context: Context, type_: str) -> bool:
    """Whether a type is one that a transformation can have; any other is reported as such."""
    members = context.concept("transformation").members
    return type_ in members or 0 < type_.find(":") < len(type_) - 1


def _kind_words(transformation: dict[str, Any]) -> str:
    if transformation["type"] != "sequence":
        return f"the transformation of a level is of the type {named(transformation['type'])}"
    steps = [
        s.get("type") if isinstance(s, dict) else None for s in transformation["transformations"]
    ]
    inside = listing(s if isinstance(s, str) else "?" for s in steps) or "nothing"
    return f"the transformation of a level is a `sequence` of {inside}"


@implements(stubs.level_transformation_types, needs="attributes/coordinateTransformations")
def level_transformation_types(subject: Subject, context: Context) -> Iterator[Violation]:
    for position, item in objects(subject.node.attributes, "coordinateTransformations"):
        type_ = item.get("type")
        if (
            isinstance(type_, str)
            and type_ not in ("scale", "translation")
            and _is_defined(context, type_)
        ):
            yield Violation(
                f"the transformation of a level is of the type {named(type_)}",
                "`scale` or `translation`",
                (*_TRANSFORMATIONS, position),
            )


@implements(stubs.level_input, needs="attributes/coordinateTransformations")
def level_input(subject: Subject, context: Context) -> Iterator[Violation]:
    node = subject.node
    for position, item in objects(node.attributes, "coordinateTransformations"):
        reference = read_reference(item.get("input"))
        if reference is None or is_of(context, reference, node):
            continue
        own = (
            f"the id of this level, {named(node.id)}"
            if node.id is not None
            else "the id of this level, which has none"
        )
        yield Violation(
            f"the input refers to {_called(reference, document_of(context, reference))}",
            own,
            (*_TRANSFORMATIONS, position, "input"),
        )


def _multiscale_of(node: NodeEntry) -> NodeEntry | None:
    parent = node.parent
    return parent if parent is not None and parent.type == "multiscale" else None


def _is_system_of_level(declared: Declaration, multiscale: NodeEntry | None) -> bool:
    """Whether a level may lead there: to a system of its multiscale, or of any if it is in none."""
    if declared.kind != "coordinate-system":
        return False
    if multiscale is None:
        return declared.node.type == "multiscale"
    return declared.node == multiscale


@implements(stubs.level_output, needs="attributes/coordinateTransformations")
def level_output(subject: Subject, context: Context) -> Iterator[Violation]:
    multiscale = _multiscale_of(subject.node)
    for position, item in objects(subject.node.attributes, "coordinateTransformations"):
        declared = resolve(context, item.get("output"))
        if not declared or any(_is_system_of_level(d, multiscale) for d in declared):
            continue  # Right, or elsewhere, or declared nowhere, which is another rule's.
        yield Violation(
            f"the output refers to {kind_of(declared[0], whose=True)}",
            "a coordinate system of the multiscale that holds this level",
            (*_TRANSFORMATIONS, position, "output"),
        )


def _called(reference: Ref, where: Any) -> str:
    """What a reference refers to, for the middle of a sentence."""
    return named(reference.id) + ("" if where in (HERE, None) else " in another document")


def _comparable_target(
    context: Context, multiscale: NodeEntry, reference: Ref | None, first: tuple[str, Any] | None
) -> tuple[str, Any] | None:
    """The id and the document that an output leads to, unless it is another rule's finding."""
    where = None if reference is None else document_of(context, reference)
    if reference is None or where is None:
        return None
    target = (reference.id, where)
    if target == first or where != HERE:
        return target
    own = any(
        d.kind == "coordinate-system" and d.node == multiscale
        for d in context.declarations(reference.id)
    )
    return target if own else None


@implements(stubs.levels_one_output, needs="nodes")
def levels_one_output(subject: Subject, context: Context) -> Iterator[Violation]:
    first: tuple[str, Any] | None = None
    said = ""
    for position, level in objects(subject.value, "nodes"):
        attributes = level.get("attributes")
        if level.get("type") != "singlescale" or not isinstance(attributes, dict):
            continue
        for index, item in objects(attributes, "coordinateTransformations"):
            reference = read_reference(item.get("output"))
            target = _comparable_target(context, subject.node, reference, first)
            if reference is None or target is None:
                continue
            if first is None:
                first, said = target, _called(reference, target[1])
            elif target != first:
                at: Pointer = ("nodes", position, *_TRANSFORMATIONS, index, "output")
                found = f"this level leads to {_called(reference, target[1])}"
                yield Violation(found, f"{said}, as the first level", at)
                return


@implements(stubs.multiscale_transformation_input, needs="attributes/coordinateTransformations")
def multiscale_transformation_input(subject: Subject, context: Context) -> Iterator[Violation]:
    for position, item in objects(subject.node.attributes, "coordinateTransformations"):
        declared = resolve(context, item.get("input"))
        if declared and not any(is_node(d, "singlescale") for d in declared):
            yield Violation(
                f"the input refers to {kind_of(declared[0])}",
                "a singlescale",
                (*_TRANSFORMATIONS, position, "input"),
            )


@implements(stubs.multiscale_transformation_output, needs="attributes/coordinateTransformations")
def multiscale_transformation_output(subject: Subject, context: Context) -> Iterator[Violation]:
    first: tuple[str, Any] | None = None
    said = ""
    for position, item in objects(subject.node.attributes, "coordinateTransformations"):
        at: Pointer = (*_TRANSFORMATIONS, position, "output")
        reference = read_reference(item.get("output"))
        declared = resolve(context, item.get("output"))
        if declared and not any(d.kind == "coordinate-system" for d in declared):
            yield Violation(
                f"the output refers to {kind_of(declared[0])}", "a coordinate system", at
            )
            continue
        where = None if reference is None else document_of(context, reference)
        if reference is None or where is None:
            continue
        called = _called(reference, where)
        first, said = first or (reference.id, where), said or called
        if (reference.id, where) != first:
            expected = f"{said}, as the first transformation"
            yield Violation(f"the output refers to {called}", expected, at)
            return
