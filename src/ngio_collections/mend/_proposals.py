"""What can be mended in a document, and how: one function for each kind of mistake.

Each takes a document and the findings in it, and gives fixes that have nothing to do with
each other. Nothing here knows the rule engine: a finding is the name of a rule and a place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from ngio_collections._contract import Pointer, json_pointer
from ngio_collections.mend._fix import Fix, make_fix
from ngio_collections.mend._meaning import Meanings, shared_out
from ngio_collections.mend._naming import Taken, is_legal, made_from, new_id
from ngio_collections.mend._reading import Declaration, NodeEntry, Reading, Referring, is_short
from ngio_collections.mend._steps import (
    Operation,
    as_object,
    called,
    dangling,
    give_id,
    quoted,
    refer_to,
    removal,
    setting,
    words,
)
from ngio_collections.mend._together import Together

__all__ = ["LAST", "PHASES", "VERSION", "Found", "Known", "Phase", "missing_ids"]

VERSION: Final = "0.9"
"""The version of a document that says none, as for documents that are created."""


class Found(NamedTuple):
    """A finding, as those who mend it need it."""

    rule: str
    pointer: str


class Known(NamedTuple):
    """What is known around a document.

    Attributes:
        url: Its address.
        together: The documents that are mended together with it; None if it is alone.
    """

    url: str | None = None
    together: Together | None = None

    def ids(self, reading: Reading) -> set[str]:
        """Every id that the document has, or that something refers to; a new one is another."""
        ids = reading.ids()
        return ids if self.together is None else ids | self.together.ids_of_others(self.url)

    def taken(self, ids: set[str], reading: Reading, declared: Declaration) -> Taken:
        """What a new id of something must not be, in any document that has to follow it."""
        if self.together is None:
            return ids
        return self.together.taken(ids, self.url, reading, declared)

    def undecided(self, reading: Reading, declared: Declaration) -> list[str]:
        """What must be decided in other documents before something gets another id."""
        if self.together is None:
            return []
        return self.together.undecided(self.url, reading, declared)


Proposal: TypeAlias = Callable[[Reading, "list[Found]", Known], Iterator[Fix]]


def _at(findings: Iterable[Found], *rules: str) -> dict[str, str]:
    """The places of findings with their rules, of some rules or of all."""
    return {one.pointer: one.rule for one in findings if not rules or one.rule in rules}


# -- ids that are there twice ------------------------------------------------------


def repeated_ids(reading: Reading, findings: list[Found], known: Known) -> Iterator[Fix]:
    """All but the first of several things with one id get another one."""
    places = _at(findings, "unique-ids")
    taken = known.ids(reading)
    repeated: dict[str, list[Declaration]] = {}
    for declared in reading.declared:
        id_ = declared.value.get("id")
        if isinstance(id_, str) and json_pointer((*declared.pointer, "id")) in places:
            repeated.setdefault(id_, []).append(declared)
    for id_, others in repeated.items():
        meanings = Meanings(reading.declarations(id_))
        follows, unclear = shared_out(meanings, reading.referring(id_))
        for declared in others:
            key = declared.pointer
            free = known.taken(taken, reading, declared)
            made = new_id(made_from(declared, id_), free)
            yield make_fix(
                "unique-ids",
                _renaming(declared, id_, made, len(follows.get(key, ()))),
                json_pointer((*key, "id")),
                give_id(declared, made, follows.get(key, ())),
                document=known.url,
                undecided=[
                    *unclear.said(declared, quoted(id_)),
                    *known.undecided(reading, declared),
                ],
            )


def _renaming(declared: Declaration, old: str, new: str, references: int) -> str:
    also = f", and {words(references, 'reference')} to it" if references else ""
    return f"Rename the id {quoted(old)} of this {called(declared)} to {quoted(new)}{also}"


# -- ids with other characters -----------------------------------------------------

_ID_RULES: Final = ("node-id", "coordinate-system-id", "plate-ids")


def illegal_ids(reading: Reading, findings: list[Found], known: Known) -> Iterator[Fix]:
    """Characters that no id has are replaced, and references follow."""
    places = _at(findings, *_ID_RULES)
    taken = known.ids(reading)
    for declared in reading.declared:
        id_ = declared.value.get("id")
        pointer = json_pointer((*declared.pointer, "id"))
        if not isinstance(id_, str) or is_legal(id_) or pointer not in places:
            continue
        if len(reading.declarations(id_)) > 1:
            continue  # Which of them references mean has to be said first.
        references = reading.referring(id_)
        name = declared.value.get("name")
        free = known.taken(taken, reading, declared)
        made = new_id(made_from(declared, id_ if id_.strip() else _text(name)), free)
        yield make_fix(
            places[pointer],
            _renaming(declared, id_, made, len(references)),
            pointer,
            give_id(declared, made, references),
            document=known.url,
            undecided=known.undecided(reading, declared),
        )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


# -- numbers in the place of strings -----------------------------------------------


def _is_number(value: Any) -> bool:
    return type(value) is int and is_short(value)


def numbers_as_ids(reading: Reading, findings: list[Found], known: Known) -> Iterator[Fix]:
    """Whole numbers as ids are written as strings, and references follow."""
    places = _at(findings, *_ID_RULES)
    numbered: dict[str, list[Declaration]] = {}
    for declared in reading.declared:
        if _is_number(declared.value.get("id")):
            numbered.setdefault(str(declared.value["id"]), []).append(declared)
    if not numbered:
        return
    taken, given = known.ids(reading), set[str]()
    for number, some in numbered.items():
        follows, unclear = shared_out(Meanings(some), reading.meaning_number(number))
        for declared in some:
            references = follows.get(declared.pointer, [])
            pointer = json_pointer((*declared.pointer, "id"))
            if pointer not in places:
                continue
            lost = [place for place in reading.referring(number) if place not in references]
            if not lost and not reading.declarations(number) and number not in given:
                taken.discard(number)  # Only references that mean this one have it.
            free = known.taken(taken, reading, declared)
            made = new_id(made_from(declared, number), free)
            given.add(made)
            changed = [place for place in references if place.id != made]
            also = f", and in {words(len(changed), 'reference')} to it" if changed else ""
            yield make_fix(
                places[pointer],
                f"Write the id {number} of this {called(declared)} as {quoted(made)}{also}",
                pointer,
                give_id(declared, made, changed),
                document=known.url,
                undecided=[
                    *unclear.said(declared, number),
                    *known.undecided(reading, declared),
                ],
            )


_NAME_RULES: Final = ("node-name", "coordinate-system-name", "plate-names")


def numbers_as_names(reading: Reading, findings: list[Found], known: Known) -> Iterator[Fix]:
    """Whole numbers as names are written as strings."""
    places = _at(findings, *_NAME_RULES)
    for declared in reading.declared:
        pointer = json_pointer((*declared.pointer, "name"))
        name = declared.value.get("name")
        if pointer in places and _is_number(name):
            yield make_fix(
                places[pointer],
                f"Write the name {name} of this {called(declared)} as a string",
                pointer,
                setting(declared.value, declared.pointer, "name", str(name)),
                document=known.url,
            )


# -- references as bare ids --------------------------------------------------------


_BARE: Final = (
    "reference-object",
    "transformation-endpoint",
    "well-fields",
    "acquisition-reference",
)


def bare_references(reading: Reading, findings: list[Found], known: Known) -> Iterator[Fix]:
    """References of the older draft become objects."""
    places = _at(findings, *_BARE)
    for place in reading.references:
        pointer = json_pointer(place.pointer)
        if pointer in places and is_legal(place.value):
            yield make_fix(
                places[pointer],
                f"Write the reference to {quoted(place.value)} as an object",
                pointer,
                as_object(place, place.value),
                document=known.url,
            )


# -- versions ----------------------------------------------------------------------


def root_version(reading: Reading, findings: list[Found], known: Known) -> Iterator[Fix]:
    """A root without a version gets the one that its nodes have, or that of new documents."""
    if Found("root-version", json_pointer(reading.base)) not in findings:
        return
    root = reading.root
    inner = [node for node in reading.nodes[1:] if "version" in node.value]
    versions = list(dict.fromkeys(str(node.value["version"]) for node in inner))
    if len(versions) > 1 or not all(isinstance(n.value["version"], str) for n in inner):
        return
    version = versions[0] if versions else VERSION
    operations = setting(root.value, root.pointer, "version", version)
    for node in inner:
        operations += removal(node.value, node.pointer, "version")
    moved = f", and take it away from {words(len(inner), 'node')} below" if inner else ""
    yield make_fix(
        "root-version",
        f"Give the root the version {quoted(version)}{moved}",
        json_pointer(reading.base),
        operations,
        document=known.url,
    )


def inner_versions(reading: Reading, findings: list[Found], known: Known) -> Iterator[Fix]:
    """Versions below the root go; those that differ from it are a question."""
    places = _at(findings, "inner-version", "same-version")
    root = reading.root.value.get("version")
    for node in reading.nodes[1:]:
        pointer = json_pointer((*node.pointer, "version"))
        if pointer not in places or "version" not in node.value:
            continue
        version = node.value["version"]
        unclear = []
        if version is not None and version != root:
            said = f"The node says {quoted(version)} and its document {quoted(root)}"
            unclear = [f"{said}: which of them the content of the node follows is not known."]
        yield make_fix(
            places[pointer],
            f"Take away the version {quoted(version)} of this {node.type or 'node'}",
            pointer,
            removal(node.value, node.pointer, "version"),
            document=known.url,
            undecided=unclear,
        )


# -- ids that are missing ----------------------------------------------------------


_LACKING: Final = ("node-id-required", "coordinate-system-id", "plate-ids")


def ids_that_lack(reading: Reading, findings: list[Found], known: Known) -> Iterator[Fix]:
    """What must have an id and has none gets one."""
    places = _at(findings, *_LACKING)
    wanted = [
        (declared, places[json_pointer(declared.pointer)])
        for declared in reading.declared
        if "id" not in declared.value and json_pointer(declared.pointer) in places
    ]
    bare = set(_at(findings, *_BARE))
    yield from missing_ids(
        reading, wanted, known, lambda place: json_pointer(place.pointer) in bare
    )


def missing_ids(
    reading: Reading,
    wanted: Sequence[tuple[Declaration, str]],
    known: Known,
    is_wrong: Callable[[Referring], bool],
) -> Iterator[Fix]:
    """Give ids to what has none.

    References that lead nowhere keep their id where it is clear which of them they mean.

    Args:
        reading: The document.
        wanted: What is to have an id, with the rule that says so.
        known: What is known around the document.
        is_wrong: Whether a bare id in some place has to be an object.
    """
    taken = known.ids(reading)
    lost: dict[str, list[Referring]] = {}
    for place in dangling(reading):
        lost.setdefault(place.id or "", []).append(place)
    calling = _Calling(lost, [declared for declared, _ in wanted])
    for declared, rule in wanted:
        known_as, places = calling.of(declared)
        if known_as is not None and is_legal(known_as) and len(places) == len(lost[known_as]):
            made = known_as
        else:
            text = known_as or _text(declared.value.get("name"))
            made = new_id(made_from(declared, text, known.url), taken)
        operations = setting(declared.value, declared.pointer, "id", made)
        for place in places:
            if not isinstance(place.value, dict) and is_wrong(place):
                operations += as_object(place, made)
            elif place.id != made:
                operations += refer_to(place, made)
        means = "means" if len(places) == 1 else "mean"
        also = f", which {words(len(places), 'reference')} {means}" if places else ""
        yield make_fix(
            rule,
            f"Give this {called(declared)} the id {quoted(made)}{also}",
            json_pointer(declared.pointer),
            operations,
            document=known.url,
        )


class _Calling:
    """By which id references that lead nowhere call things without an id.

    Args:
        lost: The references by their ids.
        wanted: The things.
    """

    def __init__(self, lost: Mapping[str, list[Referring]], wanted: Iterable[Declaration]) -> None:
        self._of_node: dict[Pointer, list[Referring]] = {}
        for place in (place for places in lost.values() for place in places):
            self._of_node.setdefault(place.node.pointer, []).append(place)
        named: dict[str, list[Declaration]] = {}
        for declared in wanted:
            if isinstance(name := declared.value.get("name"), str):
                named.setdefault(name, []).append(declared)
        self._by_name: dict[Pointer, list[Referring]] = {}
        for name in named.keys() & lost.keys():
            self._by_name.update(shared_out(Meanings(named[name]), lost[name])[0])

    def of(self, declared: Declaration) -> tuple[str | None, list[Referring]]:
        """The id of one thing, and the references that have it; None if it is not clear."""
        places = self._by_name.get(declared.pointer, [])
        if places:
            return places[0].id, places
        node = declared.node
        if declared.kind == "node" and node.type == "singlescale":
            # The input of a level is the level itself.
            places = self._among([node], "input")
        elif declared.kind == "coordinate-system" and _is_alone(declared):
            # What the levels of an image lead to is a system of the image.
            places = self._among(node.children, "output")
        ids = {place.id for place in places}
        return (ids.pop(), places) if len(ids) == 1 else (None, [])

    def _among(self, nodes: Iterable[NodeEntry], role: str) -> list[Referring]:
        return [
            place
            for node in nodes
            for place in self._of_node.get(node.pointer, ())
            if place.role == role
        ]


def _is_alone(declared: Declaration) -> bool:
    """Whether a coordinate system is the only one of its multiscale, and has no name."""
    systems = declared.node.attributes.get("coordinateSystems")
    is_one = isinstance(systems, list) and len(systems) == 1
    return is_one and declared.node.type == "multiscale" and "name" not in declared.value


# -- the place in the file ---------------------------------------------------------


def storage(reading: Reading, findings: list[Found], known: Known) -> Iterator[Fix]:
    """A node at `ome` of a `zarr.json` moves to `attributes.ome`."""
    pointer = json_pointer(reading.base)
    document = reading.document
    name = (known.url or "zarr.json").replace("\\", "/").rpartition("/")[2]
    is_there = Found("metadata-storage", pointer) in findings
    if not is_there or reading.kind != "json" or name != "zarr.json":
        return
    operations: list[Operation] = []
    if "attributes" not in document:
        operations.append({"op": "add", "path": "/attributes", "value": {}})
    elif not isinstance(document["attributes"], dict):
        return
    operations.append({"op": "move", "from": "/ome", "path": "/attributes/ome"})
    title = "Move the node to `attributes.ome`, where readers of Zarr look for it"
    yield make_fix("metadata-storage", title, pointer, operations, document=known.url)


class Phase(NamedTuple):
    """One kind of mend.

    Attributes:
        rules: The rules whose findings it mends.
        propose: What proposes fixes.
    """

    rules: frozenset[str]
    propose: Proposal


PHASES: Final[tuple[Phase, ...]] = (
    Phase(frozenset({"unique-ids"}), repeated_ids),
    Phase(frozenset(_ID_RULES), illegal_ids),
    Phase(frozenset(_ID_RULES), numbers_as_ids),
    Phase(frozenset(_NAME_RULES), numbers_as_names),
    Phase(frozenset(_BARE), bare_references),
    Phase(frozenset({"root-version"}), root_version),
    Phase(frozenset({"inner-version", "same-version"}), inner_versions),
    Phase(frozenset(_LACKING), ids_that_lack),
)
"""The kinds of mends in the order in which they are made; each counts on those before it."""

LAST: Final = Phase(frozenset({"metadata-storage"}), storage)
"""What comes after all others, since it moves their places."""
