"""How tables and hand-written code work together, both ways.

`convert` goes through the rows of a table: what is kept or refused is done from the row alone,
and what is mapped by the function that is marked with `@converts`. So no field is forgotten,
and none is counted twice. `restore` is the way back, with the functions of `@restores`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from ngio_collections._generated.conversions import STUBS, TABLES
from ngio_collections._mapping import (
    ANY_FIELD,
    KEPT,
    MAPPED,
    ConversionStub,
    MissingConversionError,
    Row,
)
from ngio_collections._words import show
from ngio_collections.conversion._ledger import CONSEQUENCE, Page, Place, escaped, members
from ngio_collections.conversion._restoring import Back

__all__ = [
    "ABSENT",
    "DONE",
    "STAYS",
    "TABLES",
    "Made",
    "Piece",
    "Restored",
    "Slot",
    "UnconvertibleError",
    "Wrong",
    "attempt",
    "body_of",
    "convert",
    "converts",
    "refuse",
    "restore",
    "restores",
    "restoring_of",
]

T = TypeVar("T")

STAYS: Final = "-"
"""As the key of a row: the field is no metadata of the image, and stays in the source."""


VERSION_FIELD: Final = "version"
OLDEST: Final = ("0.4",)
NEWER: Final = "0.6"
TRANSFORMATIONS: Final = "coordinateTransformations"


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()
"""What the way back gives for a field that was not there."""


NODELESS: Final = ("labels-group", "series-group")
"""The tables of groups that become no node of their own."""


class Wrong(NamedTuple):
    """What a function says of a value that it cannot map."""

    expected: str

    def found(self, value: Any) -> str:
        """In words what is wrong with a value."""
        return f"is {show(value)}; expected {self.expected}"


class _Done:
    pass


DONE: Final = _Done()
"""What a function says if it has noted itself what became of the parts of a value."""

Mapped: TypeAlias = "str | Wrong | _Done"
"""What a function says of a value: where it is now, from the node; or one of the above."""


class UnconvertibleError(Exception):
    """An object means nothing without a part that is missing or wrong; never leaves `convert`.

    Args:
        pointer: The part, in the source document.
        reason: What was found and what was expected.
    """

    def __init__(self, pointer: str, reason: str) -> None:
        self.pointer = pointer
        self.reason = reason
        super().__init__(f"{pointer} {reason}")


def rest_key(table: str, work: Any) -> str:
    """The attribute that keeps what is left of an object.

    A group that becomes no node of its own is kept on another node, beside what is left of the
    group of that.
    """
    if table == "group-attributes" and work.kind in NODELESS:
        return f"{TABLES[work.kind].rest}-attributes"
    return TABLES[table].rest


class Made:
    """A node on its way into a document.

    Attributes:
        node: The node without its child nodes, levels excepted.
        place: Where it will be.
        home: The address of the document that it will be in.
        children: The nodes below it.
    """

    __slots__ = ("children", "home", "node", "place")

    def __init__(self, type_: str, id_: str, name: str, home: str) -> None:
        self.node: dict[str, Any] = {"type": type_, "id": id_, "name": name, "attributes": {}}
        self.place = Place()
        self.home = home
        self.children: list[Made] = []

    @property
    def id(self) -> str:
        """The id of the node."""
        id_: str = self.node["id"]
        return id_

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes of the node, to be added to."""
        attributes: dict[str, Any] = self.node["attributes"]
        return attributes


class Piece:
    """An object of a source document on its way.

    Attributes:
        table: What becomes of its fields.
        value: The object.
        at: Its pointer in the source document.
        page: The notes about that document.
        made: The node that it becomes, or becomes a part of.
        work: What is known around it; its type depends on the table.
        within: Where what it becomes is, as a pointer from the node.
        target: What it becomes, where that is no node.
        rest: What is kept of it together.
        rest_key: The attribute that keeps that.
        name: By which name of a part of the node the rest is kept, if it is kept by one.
        prefix: What is put before that name.
        is_inline: Whether the rest is kept in the target, and not on the node.

    Raises:
        UnconvertibleError: The value is no object.
    """

    __slots__ = (
        "at",
        "is_inline",
        "made",
        "name",
        "page",
        "prefix",
        "rest",
        "rest_key",
        "table",
        "target",
        "value",
        "within",
        "work",
    )

    def __init__(
        self,
        table: str,
        value: Any,
        at: str,
        *,
        page: Page,
        made: Made | None,
        work: Any,
        within: str = "",
    ) -> None:
        if not isinstance(value, dict):
            raise UnconvertibleError(at, Wrong("an object").found(value))
        self.table = TABLES[table]
        self.value = value
        self.at = at
        self.page = page
        self.made = made
        self.work = work
        self.within = within
        self.target: dict[str, Any] = {}
        self.rest: dict[str, Any] = {}
        self.name: str | None = None
        self.is_inline = False
        self.prefix = ""
        self.rest_key = rest_key(table, work)

    def put(self, field: str, value: Any) -> str:
        """Give what it becomes a field; say where."""
        self.target[field] = value
        return f"{self.within}/{escaped(field)}"

    @property
    def node(self) -> Made:
        """The node, which is there once anything can be kept on it."""
        assert self.made is not None
        return self.made

    def keep(self, field: str, value: Any) -> str:
        """Keep a field as it is, with the others that are kept; say where."""
        self.rest[field] = value
        if self.is_inline:
            return f"{self.within}/{self.rest_key}/{escaped(field)}"
        key = f"/attributes/{self.rest_key}"
        named = "" if self.name is None else f"/{escaped(self.name)}"
        return f"{key}{named}/{escaped(field)}"

    def settle(self) -> None:
        """Put what is kept on the node."""
        if not self.rest:
            return
        if self.is_inline:
            self.target[self.rest_key] = self.rest
        elif self.name is None:
            self.node.attributes[self.rest_key] = self.rest
        else:
            self.node.attributes.setdefault(self.rest_key, {})[self.name] = self.rest


class Restored:
    """A node, or a part of one, on its way back.

    Attributes:
        table: The fields that are made.
        version: The version of OME-Zarr that they are made for.
        node: The node.
        value: The part of the node that becomes an object; None for the node itself.
        work: What is known around it; its type depends on the table.
        name: By which name the rest of a part is kept on the node.
        is_inline: Whether the rest of a part is kept in the part.
        depth: How many parts of its kind it is inside of.
    """

    __slots__ = ("depth", "is_inline", "name", "node", "table", "value", "version", "work")

    def __init__(
        self,
        table: str,
        version: str,
        node: Back,
        work: Any,
        *,
        value: Any = None,
        name: str | None = None,
        is_inline: bool = False,
    ) -> None:
        self.is_inline = is_inline
        self.depth = 0
        self.table = TABLES[table]
        self.version = version
        self.node = node
        self.value = value
        self.work = work
        self.name = name

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The attributes of the node."""
        return self.node.attributes

    @property
    def rest(self) -> Mapping[str, Any]:
        """What was kept of the object."""
        if self.is_inline:
            rest = self.value.get(self.table.rest)
        else:
            rest = self.attributes.get(rest_key(self.table.name, self.work))
        if self.name is not None and isinstance(rest, Mapping):
            rest = rest.get(self.name)
        return rest if isinstance(rest, Mapping) else {}


class Slot(NamedTuple):
    """A mapped field of which the original was kept as well, to come back if nobody edited it.

    Attributes:
        holder: The object that was given back.
        field: The field of it, with the original in it.
        now: What the node says now, or `ABSENT`.
    """

    holder: dict[str, Any]
    field: str
    now: Any


Converting: TypeAlias = Callable[[Any, Piece, str], Mapped]
"""Maps a value: the value, the object that it is a field of, and its pointer."""
Restoring: TypeAlias = Callable[[Restored], Any]
"""Gives the value of a field back, or `ABSENT`."""

_CONVERTING: Final[dict[tuple[str, str], Converting]] = {}
_RESTORING: Final[dict[tuple[str, str], Restoring]] = {}


def converts(stub: ConversionStub) -> Callable[[Converting], Converting]:
    """Mark the function that maps a field.

    Raises:
        ValueError: The field has one already.
    """

    def register(body: Converting) -> Converting:
        if (stub.table, stub.field) in _CONVERTING:
            raise ValueError(f"{stub.name} is converted twice")
        _CONVERTING[stub.table, stub.field] = body
        return body

    return register


def restores(stub: ConversionStub) -> Callable[[Restoring], Restoring]:
    """Mark the function that gives a field back.

    Raises:
        ValueError: The field has one already.
    """

    def register(body: Restoring) -> Restoring:
        if (stub.table, stub.field) in _RESTORING:
            raise ValueError(f"{stub.name} is restored twice")
        _RESTORING[stub.table, stub.field] = body
        return body

    return register


@cache
def _bodies() -> None:
    """Import all hand-written functions, and make sure that none is missing.

    Raises:
        MissingConversionError: A stub lacks one of its two functions.
    """
    package = importlib.import_module("ngio_collections.conversion.bodies")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    for stub in STUBS.values():
        for mark, found in (("converts", _CONVERTING), ("restores", _RESTORING)):
            if (stub.table, stub.field) not in found:
                raise MissingConversionError(stub.name, stub.group, mark)


def convert(piece: Piece) -> None:
    """Convert an object, field by field, in the order of its table.

    Args:
        piece: The object; its page gets a note for every field.

    Raises:
        UnconvertibleError: A field without which the object means nothing is missing or wrong.
    """
    _bodies()
    fields = piece.table.fields(piece.work.version)
    value = piece.value
    for field, row in fields.items():
        if field in value and field != ANY_FIELD:
            _one(piece, field, row)
        elif row.required:
            raise UnconvertibleError(f"{piece.at}/{escaped(field)}", "is missing")
    unknown = fields[ANY_FIELD]
    for field in value:
        if field not in fields or field == ANY_FIELD:
            _one(piece, field, unknown)
    dropped = piece.page.dropped_of(piece.at) if piece.page.dropped else ()
    for pointer in dropped:
        piece.page.refused(pointer, piece.page.dropped[pointer])
    if not value and not dropped:
        piece.page.kept(piece.at, None, "", "", "It is empty.")
    piece.settle()


def _one(piece: Piece, field: str, row: Row) -> None:
    """Convert one field."""
    value = piece.value[field]
    at = f"{piece.at}/{escaped(field)}"
    if row.outcome == MAPPED:
        mapped = _CONVERTING[piece.table.name, row.field](value, piece, at)
        if isinstance(mapped, str):
            piece.page.mapped(at, piece.node.place, mapped, row.reason, row.key)
        elif isinstance(mapped, Wrong):
            _wrong(piece, field, row, mapped)
    elif row.outcome == KEPT:
        _kept(piece, field, row, row.reason)
    else:
        piece.page.refused(at, row.reason)


def _kept(piece: Piece, field: str, row: Row, reason: str) -> None:
    at = f"{piece.at}/{escaped(field)}"
    if row.key == STAYS:
        piece.page.kept(at, None, "", "", reason)
        return
    if row.outcome == KEPT and row.key != piece.table.rest:
        piece.node.attributes[row.key] = piece.value[field]
        where, key = f"/attributes/{escaped(row.key)}", row.key
    else:
        where, key = piece.keep(field, piece.value[field]), piece.rest_key
    piece.page.kept(at, piece.node.place, where, key, reason)


def _wrong(piece: Piece, field: str, row: Row, wrong: Wrong) -> None:
    """What becomes of a value that cannot be mapped."""
    value = piece.value[field]
    at = f"{piece.at}/{escaped(field)}"
    reason = wrong.found(value)
    if row.required:
        raise UnconvertibleError(at, reason)
    if value is None and piece.table.rest:
        _kept(piece, field, row, f"It {reason}.")
    else:
        piece.page.refused(at, reason)


def body_of(table: str, field: str) -> Converting:
    """The function that maps a field."""
    return _CONVERTING[table, field]


def restoring_of(table: str, field: str) -> Restoring:
    """The function that gives a field back."""
    return _RESTORING[table, field]


def attempt(page: Page, value: Any, at: str, make: Callable[[], T]) -> T | UnconvertibleError:
    """Convert one of several things; if that fails, note why, and give the error.

    Args:
        page: The notes about the document.
        value: The thing.
        at: Its pointer.
        make: What converts it.
    """
    mark = page.mark()
    try:
        return make()
    except UnconvertibleError as error:
        page.take_back(mark)
        refuse(page, value, at, error)
        return error


def refuse(page: Page, value: Any, at: str, error: UnconvertibleError) -> None:
    """Note that an object could not be converted: what is wrong with it, and all the rest.

    Args:
        page: The notes about the document.
        value: The object.
        at: Its pointer.
        error: What is wrong.
    """
    rest = f"{CONSEQUENCE} {error.pointer}"
    for step in error.pointer.removeprefix(at).split("/")[1:]:
        found = False
        inside = None
        dropped = [(one.rpartition("/")[2], None) for one in page.dropped_of(at)]
        inner = members(value) + dropped
        for key, item in inner:
            if key == step:
                found, inside = True, item
            else:
                page.refused(f"{at}/{key}", rest)
        if not found:
            if not inner:
                page.refused(at, rest)
            break
        at, value = f"{at}/{step}", inside
    page.refused(error.pointer, error.reason)


def restore(piece: Restored) -> dict[str, Any]:
    """Give an object of older metadata back.

    Args:
        piece: The node, or the part of one, that it was made to.

    Returns:
        The object: what is mapped from where it is now, and what was kept as it was. Where
        there are both, the task learns of it; if the task is plain, nothing comes back but
        what is mapped.
    """
    _bodies()
    out: dict[str, Any] = {}
    rest = _rest(piece)
    is_plain = piece.work.is_plain
    for field, row in piece.table.fields(piece.version).items():
        if row.outcome == MAPPED:
            value = _RESTORING[piece.table.name, field](piece)
            if not is_plain and (
                field in rest or (value is not ABSENT and piece.node.was_added(field))
            ):
                piece.work.slots.append(Slot(out, field, value))
            elif value is not ABSENT:
                out[field] = value
        elif is_plain:
            continue
        elif row.key not in (STAYS, piece.table.rest) and row.key in piece.attributes:
            out[field] = piece.attributes[row.key]
    out.update(rest)
    if not is_plain:
        _set_version(out, piece)
    return out


def _rest(piece: Restored) -> dict[str, Any]:
    """What was kept of an object, as far as its version can have it."""
    rest = {} if piece.work.is_plain else dict(piece.rest)
    if piece.work.source is not None and (piece.work.source == NEWER) != (piece.version == NEWER):
        rest.pop(TRANSFORMATIONS, None)  # They are written in another way.
    return rest


def _set_version(out: dict[str, Any], piece: Restored) -> None:
    """Let an object say its version where another one than that of the source is asked for.

    OME-Zarr 0.4 has the version in images, plates and wells, later ones in each group.
    """
    if piece.work.source == piece.version and not piece.node.was_added("OME"):
        return
    if piece.table.name in ("multiscale", "plate", "well"):
        says = piece.version in OLDEST
    elif piece.table.name in NODELESS:
        says = piece.version not in OLDEST
    else:
        return
    if says:
        out[VERSION_FIELD] = piece.version
    else:
        out.pop(VERSION_FIELD, None)
