"""Plates: rows, columns, acquisitions, wells, and the images in wells (RFC-8, "HCS")."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from ngio_collections._contract import Pointer
from ngio_collections._words import listing
from ngio_collections.errors import (
    InvalidAttributeError,
    MissingAttributeError,
    NgioCollectionsError,
    NodeNotFoundError,
    UnresolvedReferenceError,
)
from ngio_collections.graph import Node, PlateEntry
from ngio_collections.read._links import Address, address, home
from ngio_collections.read._parts import (
    Words,
    attributes_of,
    invalid,
    items,
    missing,
    place,
    require_here,
    said,
    text,
)

__all__ = [
    "acquisition_of",
    "acquisitions",
    "columns",
    "has_well",
    "images",
    "plate_of",
    "position_of",
    "rows",
    "well_at",
    "well_entry",
    "wells",
]

Ref: TypeAlias = "tuple[Any, int]"
"""A node in any version of its tree."""
Known: TypeAlias = dict[Any, tuple[PlateEntry, ...]]
"""The rows and columns of plates that were read already."""

_CLOSE: Final = 3
"""How many wells that are nearly what was asked for are named."""


def entries(plate: Node, key: str) -> tuple[PlateEntry, ...]:
    """The rows, columns or acquisitions of a plate.

    Raises:
        MissingAttributeError: The node is no plate, or lacks what every plate has.
        InvalidAttributeError: They are not as RFC-8 has them.
    """
    attributes = attributes_of(plate)
    if "plate" not in attributes:
        require_here(plate, f"its {key} are")
        raise missing(plate, ("attributes", "plate"), "only a plate has rows, columns and wells")
    value = attributes["plate"]
    at: Pointer = ("attributes", "plate")
    if not isinstance(value, dict):
        raise invalid(plate, at, value, "an object with `rows` and `columns`")
    if key not in value:
        if key == "acquisitions":
            return ()
        raise missing(plate, (*at, key), f"a plate lists its {key}")
    found: list[PlateEntry] = []
    for where, item in items(plate, (*at, key), value[key], "an object with an `id`"):
        id_ = text(plate, where, item, "id")
        if id_ is None:
            raise missing(plate, (*where, "id"), "wells and images refer to it by its id")
        found.append(PlateEntry(id_, text(plate, where, item, "name") or id_))
    return tuple(found)


def rows(plate: Node) -> tuple[PlateEntry, ...]:
    """The rows of a plate; see `Node.rows`."""
    return entries(plate, "rows")


def columns(plate: Node) -> tuple[PlateEntry, ...]:
    """The columns of a plate; see `Node.columns`."""
    return entries(plate, "columns")


def acquisitions(plate: Node) -> tuple[PlateEntry, ...]:
    """The acquisitions of a plate; see `Node.acquisitions`."""
    return entries(plate, "acquisitions")


def plate_of(node: Node) -> Node | None:
    """The nearest plate that holds a node; a plate does not hold itself (position A17)."""
    return next((one for one in node.ancestors() if "plate" in attributes_of(one)), None)


def _collections_below(node: Node, stop: str | None, what: str) -> Iterator[Node]:
    """Nodes below one, in order, but nothing below those that have an attribute, or images.

    Raises:
        UnresolvedReferenceError: One of them is a collection in another document, and the tree
            was opened without following references.
    """
    stack = list(node.children())[::-1]
    while stack:
        one = stack.pop()
        yield one
        if stop in attributes_of(one) or one.type in ("multiscale", "singlescale"):
            continue
        if one.type == "collection" and one.report is None:
            require_here(one, what)
        stack.extend(list(one.children())[::-1])


def wells(plate: Node) -> tuple[Node, ...]:
    """The wells of a plate; see `Node.wells`."""
    if "plate" not in attributes_of(plate):
        entries(plate, "rows")  # Says what it is instead.
    require_here(plate, "its wells are")
    below = _collections_below(plate, "well", "whether it is a well is said")
    inner: list[Node] = []
    for one in below:
        attributes = attributes_of(one)
        if "well" in attributes and "plate" not in attributes:
            inner.append(one)
    return tuple(one for one in inner if plate_of(one) == plate)


def _own(plate: Node, address_: Address, well: Node, key: str) -> bool:
    """Whether a Reference can mean an entry of a plate: by its path, or because it has none."""
    url, _ = address_
    edge = plate.tree.edge(plate.key)
    here = {plate.document_url, *(one.url for one in (edge.layers if edge else ()))}
    return url in here or url == home(well, key)


def _entry(node: Node, parts: Pointer, known: tuple[PlateEntry, ...], plate: Node) -> PlateEntry:
    """The entry of the enclosing plate that the Reference at a place in a node means.

    Raises:
        InvalidAttributeError: It means none of them.
    """
    key, value = str(parts[1]), attributes_of(node)
    for part in parts[1:]:
        value = value[str(part)]
    found = address(node, key, parts, value)
    if _own(plate, found, node, key):
        for entry in known:
            if entry.id == found[1]:
                return entry
    ids = listing(entry.id for entry in known) or "none"
    words = Words(f"a reference to {found[1]!r} in {found[0]}" if found[0] else repr(found[1]))
    raise invalid(node, parts, words, f"a Reference to one of those of the plate: {ids}")


def well_entry(well: Node, key: str, known: Known | None = None) -> PlateEntry:
    """The row or the column of a well.

    Args:
        well: A node with the attribute `well`.
        key: `row` or `column`.
        known: What plates list, kept between calls for many wells.

    Raises:
        MissingAttributeError: The node is no well, or does not say it.
        InvalidAttributeError: It is no row or column of the enclosing plate.
        NodeNotFoundError: The tree holds no plate around the well.
    """
    attributes = attributes_of(well)
    at: Pointer = ("attributes", "well")
    if "well" not in attributes:
        require_here(well, f"its {key} is said")
        raise missing(well, at, f"only a well has a {key}")
    value = attributes["well"]
    if not isinstance(value, dict):
        raise invalid(well, at, value, "an object with `row` and `column`")
    if key not in value:
        raise missing(well, (*at, key), f"a well refers to its {key}")
    plate = plate_of(well)
    if plate is None:
        raise NodeNotFoundError(
            f"{place(well, *at, key)}: {said(well)} is in no plate of this tree, which would say "
            f"what its {key} is called; open the plate with open_inlined"
        )
    listed = None if known is None else known.get((plate.key, key))
    if listed is None:
        listed = entries(plate, f"{key}s")
        if known is not None:
            known[plate.key, key] = listed
    return _entry(well, (*at, key), listed, plate)


def position_of(well: Node, known: Known | None = None) -> str:
    """The names of the row and the column of a well, as `B/03`."""
    return f"{well_entry(well, 'row', known).name}/{well_entry(well, 'column', known).name}"


class _Index(NamedTuple):
    """Where the wells of a plate are, as their References have it.

    Attributes:
        rows: The ids of rows by their names.
        columns: The ids of columns by their names.
        wells: The wells by the ids of their row and their column.
        listed: What the plate lists.
    """

    rows: Mapping[str, list[str]]
    columns: Mapping[str, list[str]]
    wells: Mapping[tuple[Any, Any], list[Ref]]
    listed: Known


class _Positions(NamedTuple):
    """Where all wells of a plate are, and of how many that cannot be said."""

    wells: Mapping[str, list[Ref]]
    problems: list[Exception]


def well_at(plate: Node, position: str | tuple[str, str]) -> Node:
    """The well at a row and a column; see `Node.__getitem__`.

    Cost: O(wells) the first time, then one lookup.
    """
    wanted = _wanted_position(position)
    there = _wells_at(plate, position, wanted)
    if len(there) == 1:
        return there[0]
    known, problems = _positions(plate)
    found = [Node(plate.tree, *ref) for ref in known.get(wanted, [])]
    if len(found) == 1:
        return found[0]
    start = f"{place(plate)}: {said(plate)} has "
    if found:
        ids = listing(str(one.id) for one in found)
        raise NodeNotFoundError(f"{start}{len(found)} wells at {wanted!r} ({ids}); find(id) them")
    said_no = f"{start}no well at {wanted!r}{_hint(plate, wanted, known)}"
    if problems:
        said_no += f"; where {len(problems)} more of its wells are cannot be read: {problems[0]}"
    raise NodeNotFoundError(said_no)


def has_well(plate: Node, position: str | tuple[str, str]) -> bool:
    """Whether a plate has one well at a row and a column; see `Node.__contains__`."""
    wanted = _wanted_position(position)
    if len(_wells_at(plate, position, wanted)) == 1:
        return True
    return len(_positions(plate).wells.get(wanted, ())) == 1


def _wanted_position(position: Any) -> str:
    """A position as one string.

    Raises:
        TypeError: It is none.
    """
    if isinstance(position, str):
        return position
    if (
        isinstance(position, tuple)
        and len(position) == 2
        and all(isinstance(name, str) for name in position)
    ):
        return "/".join(position)
    raise TypeError(
        f"a well is asked for by the names of its row and its column, as 'B/03' or 'B', '03', "
        f"and an attribute by its type, not by {position!r}"
    )


def _wells_at(plate: Node, position: str | tuple[str, str], wanted: str) -> list[Node]:
    """The wells at a position, among those whose References have the ids of row and column."""
    index = plate.tree.keep(("wells by position", plate.key), lambda: _index(plate))
    names = wanted.split("/")
    pairs = [position] if isinstance(position, tuple) else _pairs(names)
    asked = dict.fromkeys(
        pair
        for row, column in pairs
        for pair in itertools.product(index.rows.get(row, ()), index.columns.get(column, ()))
    )
    nodes = (Node(plate.tree, *ref) for pair in asked for ref in index.wells.get(pair, ()))
    return [well for well in nodes if _is_at(well, wanted, index.listed)]


def _pairs(names: list[str]) -> list[tuple[str, str]]:
    """The names of a row and a column that a position may be made of; they may have slashes."""
    return [("/".join(names[:at]), "/".join(names[at:])) for at in range(1, len(names))]


def _index(plate: Node) -> _Index:
    every = wells(plate)
    lines: tuple[dict[str, list[str]], dict[str, list[str]]] = ({}, {})
    for line, listed in zip(lines, (rows(plate), columns(plate)), strict=True):
        for entry in listed:
            line.setdefault(entry.name, []).append(entry.id)
    found: dict[tuple[Any, Any], list[Ref]] = {}
    for well in every:
        value = attributes_of(well)["well"]
        if isinstance(value, dict):
            pair = (_id(value.get("row")), _id(value.get("column")))
            found.setdefault(pair, []).append(well.key)
    return _Index(*lines, found, {})


def _positions(plate: Node) -> _Positions:
    """Where all wells of a plate are."""
    return plate.tree.keep(("positions of wells", plate.key), lambda: _read_positions(plate))


def _read_positions(plate: Node) -> _Positions:
    known: dict[str, list[Ref]] = {}
    listed: Known = {}
    problems: list[Exception] = []
    for well in wells(plate):
        try:
            known.setdefault(position_of(well, listed), []).append(well.key)
        except (InvalidAttributeError, MissingAttributeError, UnresolvedReferenceError) as problem:
            problems.append(problem.with_traceback(None))
    return _Positions(known, problems)


def _id(reference: Any) -> Any:
    found = reference.get("id") if isinstance(reference, dict) else reference
    return found if isinstance(found, str) else None


def _is_at(well: Node, position: str, listed: Known) -> bool:
    try:
        return position_of(well, listed) == position
    except NgioCollectionsError:
        return False


def _hint(plate: Node, wanted: str, known: Mapping[str, Any]) -> str:
    """What could have been meant."""
    plain = {_plain(name): name for name in known}
    meant = plain.get(_plain(wanted))
    close = [meant] if meant else difflib.get_close_matches(wanted, known, _CLOSE)
    if close:
        return f"; did you mean {' or '.join(map(repr, close))}?"
    row_names, column_names = (
        listing(entry.name for entry in entries(plate, key)) or "none"
        for key in ("rows", "columns")
    )
    return f"; rows are {row_names}, columns are {column_names}, and {len(known)} wells are there"


def _plain(position: str) -> str:
    """A position without what people write differently: `B/03`, `b3`, `B-3`, `B03`."""
    letters = "".join(c for c in position.casefold() if c.isalnum())
    head = letters.rstrip("0123456789")
    return f"{head}/{letters[len(head) :].lstrip('0')}"


def images(node: Node, acquisition: Any = None) -> tuple[Node, ...]:
    """The images at and below a node; see `Node.images`."""
    if node.type == "singlescale":
        raise InvalidAttributeError(f"{place(node)}: {said(node)} is a level, and holds no images")
    if node.type == "multiscale":
        found = [node]
    else:
        require_here(node, "its images are")
        below = _collections_below(node, None, "what it holds is")
        found = [one for one in below if one.type == "multiscale"]
    found = [one for one in found if "labels" not in attributes_of(one)]
    if acquisition is None:
        return tuple(found)
    wanted = _wanted(node, acquisition, found)
    return tuple(one for one in found if _acquisition_id(one) == wanted)


def _acquisition_holder(image: Node) -> Node | None:
    """The node that says to which acquisition an image belongs: itself, or one around it."""
    for one in (image, *image.ancestors()):
        attributes = attributes_of(one)
        if "acquisition" in attributes:
            return one
        if "well" in attributes or "plate" in attributes:
            return None
    return None


def acquisition_of(image: Node) -> PlateEntry | None:
    """The acquisition of an image, None if nothing says it.

    Where the tree holds no plate, it has its id alone.

    Raises:
        InvalidAttributeError: It is none of those of the enclosing plate.
    """
    holder = _acquisition_holder(image)
    if holder is None:
        return None
    value, at = attributes_of(holder)["acquisition"], ("attributes", "acquisition")
    plate = plate_of(holder)
    if plate is None:
        id_ = address(holder, "acquisition", at, value)[1]
        return PlateEntry(id_, id_)
    return _entry(holder, at, acquisitions(plate), plate)


def _acquisition_id(image: Node) -> str | None:
    found = acquisition_of(image)
    if found is None and image.report is None:
        require_here(image, "its acquisition may be said")
    return None if found is None else found.id


def _wanted(node: Node, acquisition: Any, found: list[Node]) -> str:
    """The id of the acquisition that is asked for by id, by name, or by a Reference.

    Raises:
        NodeNotFoundError: There is no such acquisition.
    """
    asked = acquisition.id if isinstance(acquisition, PlateEntry) else acquisition
    if isinstance(asked, Mapping):
        asked = asked.get("id")
    if not isinstance(asked, str):
        raise TypeError(
            f"an acquisition is asked for by its id or name, or by a Reference, not {acquisition!r}"
        )
    plate = node if "plate" in attributes_of(node) else plate_of(node)
    if plate is not None:
        known = acquisitions(plate)
    else:
        own = (acquisition_of(one) for one in found)
        known = tuple(dict.fromkeys(one for one in own if one is not None))
    for entry in known:
        if entry.id == asked:
            return asked
    named = [entry.id for entry in known if entry.name == asked]
    if len(named) == 1:
        return named[0]
    names = listing(f"{one.id} ({one.name})" if one.name != one.id else one.id for one in known)
    there = f"there are: {names}" if known else "there are none"
    problem = f"{len(named)} acquisitions are called" if named else "there is no acquisition"
    raise NodeNotFoundError(f"{place(node)}: {problem} {asked!r}; {there}")
