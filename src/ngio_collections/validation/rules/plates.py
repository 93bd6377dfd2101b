"""Rules about plates, wells and acquisitions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ngio_collections._contract import Context, NodeEntry, Pointer, Subject, Violation
from ngio_collections._generated import stubs
from ngio_collections._words import listing, named
from ngio_collections.validation._reading import (
    Ref,
    enclosing_plate,
    kind_of,
    objects,
    read_reference,
)
from ngio_collections.validation._registry import implements


def _ids(plate: dict[str, Any], key: str) -> list[str]:
    return [item["id"] for _, item in objects(plate, key) if isinstance(item.get("id"), str)]


class _Plate(NamedTuple):
    """The plate that holds a node.

    Attributes:
        node: The node that is the plate.
        value: Its attribute `plate`.
    """

    node: NodeEntry
    value: dict[str, Any]

    def lacks(self, context: Context, kind: str, reference: Ref | None) -> bool:
        """Whether a reference within the document means nothing in the list of a kind.

        Where the list itself is missing or wrong, that is the mistake.
        """
        key = f"{kind}s"
        if reference is None or reference.external or not isinstance(self.value.get(key), list):
            return False
        declared = context.declarations(reference.id)
        if any(one.kind == kind and one.node == self.node for one in declared):
            return False
        # Of an id that very many things have, these are some.
        return reference.id not in _ids(self.value, key)


def _expected(plate: dict[str, Any], key: str) -> str:
    ids = _ids(plate, key)
    return (
        f"one of the {key} of the plate: {listing(ids)}"
        if ids
        else f"one of the {key} of the plate, which has none"
    )


def _of_other_kind(
    context: Context, reference: Ref | None, kind: str, at: Pointer
) -> Iterator[Violation]:
    """A reference to something in another document that is there, and something else."""
    if reference is None or not reference.external:
        return
    declared = context.elsewhere(reference.path, reference.id)
    if declared and not any(one.kind == kind for one in declared):
        article = "an" if kind[0] == "a" else "a"
        yield Violation(
            f"`{at[-1]}` refers to {kind_of(declared[0])} in another document",
            f"{article} {kind} of a plate",
            at,
        )


@implements(stubs.well_position)
def well_position(subject: Subject, context: Context) -> Iterator[Violation]:
    references = {key: read_reference(subject.value.get(key)) for key in ("row", "column")}
    for key, reference in references.items():
        yield from _of_other_kind(context, reference, key, (key,))
    found = enclosing_plate(subject.node)
    if found is None:
        if any(r is not None and not r.external for r in references.values()):
            yield Violation(
                "no plate encloses this well in the document",
                "a plate around it, or references with a `path` to one",
            )
        return
    plate = _Plate(*found)
    for key, reference in references.items():
        if reference is not None and plate.lacks(context, key, reference):
            expected = _expected(plate.value, f"{key}s")
            yield Violation(f"`{key}` refers to {named(reference.id)}", expected, (key,))


@implements(stubs.acquisition_of_plate, needs="acquisition")
def acquisition_of_plate(subject: Subject, context: Context) -> Iterator[Violation]:
    reference = read_reference(subject.value.get("acquisition"))
    yield from _of_other_kind(context, reference, "acquisition", ("acquisition",))
    if reference is None or reference.external:
        return
    found = enclosing_plate(subject.node)
    if found is None:
        yield Violation(
            "no plate encloses this node in the document",
            "a plate around it, or a reference with a `path` to one",
            ("acquisition",),
        )
        return
    plate = _Plate(*found)
    missing = "acquisitions" not in plate.value
    if missing or plate.lacks(context, "acquisition", reference):
        yield Violation(
            f"`acquisition` refers to {named(reference.id)}",
            _expected(plate.value, "acquisitions"),
            ("acquisition",),
        )
