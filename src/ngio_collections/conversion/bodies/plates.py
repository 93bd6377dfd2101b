"""Plates, wells and fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from ngio_collections._generated import conversions
from ngio_collections.conversion._engine import (
    ABSENT,
    DONE,
    Made,
    Mapped,
    Piece,
    Restored,
    UnconvertibleError,
    Wrong,
    attempt,
    convert,
    converts,
    restore,
    restores,
)
from ngio_collections.conversion._ledger import Page
from ngio_collections.conversion._names import ADDED, GROUP, NAMED, sanitised
from ngio_collections.conversion._restoring import Back, BackTask, Line
from ngio_collections.conversion._work import Entry, ListTask, PlateTask, WellRef, path_from
from ngio_collections.conversion.bodies._shared import (
    is_whole,
    name_back,
    version_back,
    version_of,
    zarr_url,
)
from ngio_collections.errors import InvalidEditError

POSITION: Final = "position"
"""What was added to a well whose path does not say where it is."""
_ACQUISITION: Final = re.compile(r"acquisition_(0|[1-9][0-9]*)").fullmatch


# -- the plate -------------------------------------------------------------------


@converts(conversions.plate_group_plate)
def plate_group_plate(value: Any, piece: Piece, at: str) -> Mapped:
    if not isinstance(value, dict):
        return Wrong("an object that describes a plate")
    task: PlateTask = piece.work
    made = Made("collection", task.id, "", task.home)
    task.made = piece.made = made
    made.attributes["plate"] = {"rows": [], "columns": []}
    convert(Piece("plate", value, at, page=piece.page, made=made, work=task))
    if not made.node["name"]:
        made.attributes[NAMED] = made.node["name"] = task.name or task.title
    made.attributes[GROUP] = path_from(made.home, task.group.url)
    return DONE


@restores(conversions.plate_group_plate)
def plate_group_plate_back(piece: Restored) -> Any:
    plate = piece.attributes.get("plate")
    if not isinstance(plate, Mapping):
        return ABSENT
    return restore(Restored("plate", piece.version, piece.node, piece.work, value=plate))


@converts(conversions.plate_group_version)
def plate_group_version(value: Any, piece: Piece, at: str) -> Mapped:
    return version_of(value, piece, at)


@restores(conversions.plate_group_version)
def plate_group_version_back(piece: Restored) -> Any:
    return version_back(piece)


@converts(conversions.plate_name)
def plate_name(value: Any, piece: Piece, at: str) -> Mapped:
    if not isinstance(value, str):
        return Wrong("a string")
    task: PlateTask = piece.work
    if value and task.name in (None, value):
        piece.node.node["name"] = value
        return "/name"
    where = piece.keep("name", value)
    reason = "Another name was asked for." if value else "It is empty."
    piece.page.kept(at, piece.node.place, where, piece.rest_key, reason)
    return DONE


@restores(conversions.plate_name)
def plate_name_back(piece: Restored) -> Any:
    return name_back(piece)


# -- rows, columns and acquisitions ----------------------------------------------


def _entries(value: Any, piece: Piece, at: str, table: str, key: str) -> list[Piece | None] | Wrong:
    """Rows, columns or acquisitions: each on its own, so that one that is wrong stays alone."""
    if not isinstance(value, list):
        return Wrong(f"an array of {key}")
    listed = piece.node.attributes["plate"].setdefault(key, [])
    if not value:
        piece.page.mapped(at, piece.node.place, f"/attributes/plate/{key}", "There are none.")
    made: list[Piece | None] = []
    for number, item in enumerate(value):
        here = f"{at}/{number}"
        within = f"/attributes/plate/{key}/{len(listed)}"
        part = attempt(piece.page, item, here, partial(_entry, table, item, here, piece, within))
        if isinstance(part, Piece):
            listed.append(part.target)
        made.append(part if isinstance(part, Piece) else None)
    return made


def _entry(table: str, value: Any, at: str, piece: Piece, within: str) -> Piece:
    """A row, a column or an acquisition."""
    part = Piece(table, value, at, page=piece.page, made=piece.made, work=piece.work, within=within)
    convert(part)
    return part


def _entries_back(piece: Restored, table: str, key: str) -> list[dict[str, Any]]:
    return [
        restore(
            Restored(
                table,
                piece.version,
                piece.node,
                piece.work,
                value=entry,
                name=str(entry.get("id")),
            )
        )
        for entry in piece.value.get(key) or ()
        if isinstance(entry, Mapping)
    ]


def _lines(parts: list[Piece | None]) -> list[Entry | None]:
    return [None if p is None else Entry(p.target["id"], p.target["name"]) for p in parts]


@converts(conversions.plate_rows)
def plate_rows(value: Any, piece: Piece, at: str) -> Mapped:
    parts = _entries(value, piece, at, "plate-row", "rows")
    if isinstance(parts, Wrong):
        return parts
    piece.work.rows = _lines(parts)
    return DONE


@restores(conversions.plate_rows)
def plate_rows_back(piece: Restored) -> Any:
    return _entries_back(piece, "plate-row", "rows")


@converts(conversions.plate_columns)
def plate_columns(value: Any, piece: Piece, at: str) -> Mapped:
    parts = _entries(value, piece, at, "plate-column", "columns")
    if isinstance(parts, Wrong):
        return parts
    piece.work.columns = _lines(parts)
    return DONE


@restores(conversions.plate_columns)
def plate_columns_back(piece: Restored) -> Any:
    return _entries_back(piece, "plate-column", "columns")


def _line_name(value: Any, piece: Piece, prefix: str) -> Mapped:
    if not isinstance(value, str) and not is_whole(value):
        return Wrong("a string")
    name = str(value)
    piece.name = piece.target["id"] = piece.work.ids.take(f"{prefix}_{sanitised(name)}")
    if name != value:
        piece.keep("name", value)
    return piece.put("name", name)


@converts(conversions.plate_row_name)
def plate_row_name(value: Any, piece: Piece, at: str) -> Mapped:
    return _line_name(value, piece, "row")


@restores(conversions.plate_row_name)
def plate_row_name_back(piece: Restored) -> Any:
    return piece.value.get("name", ABSENT)


@converts(conversions.plate_column_name)
def plate_column_name(value: Any, piece: Piece, at: str) -> Mapped:
    return _line_name(value, piece, "column")


@restores(conversions.plate_column_name)
def plate_column_name_back(piece: Restored) -> Any:
    return piece.value.get("name", ABSENT)


@converts(conversions.plate_acquisitions)
def plate_acquisitions(value: Any, piece: Piece, at: str) -> Mapped:
    parts = _entries(value, piece, at, "acquisition", "acquisitions")
    if isinstance(parts, Wrong):
        return parts
    task: PlateTask = piece.work
    for part in parts:
        if part is not None:
            task.acquisitions.setdefault(part.value["id"], part.target["id"])
            task.acquisition_names[part.target["id"]] = part.target.get("name")
    return DONE


@restores(conversions.plate_acquisitions)
def plate_acquisitions_back(piece: Restored) -> Any:
    if "acquisitions" not in piece.value:
        return ABSENT
    return _entries_back(piece, "acquisition", "acquisitions")


@converts(conversions.acquisition_id)
def acquisition_id(value: Any, piece: Piece, at: str) -> Mapped:
    if not is_whole(value) and not isinstance(value, str):
        return Wrong("a number that stands for the acquisition")
    id_ = piece.work.ids.take(f"acquisition_{sanitised(str(value))}")
    piece.name = id_
    if id_ != f"acquisition_{value}" or not is_whole(value) or value < 0:
        piece.keep("id", value)
    return piece.put("id", id_)


@restores(conversions.acquisition_id)
def acquisition_id_back(piece: Restored) -> Any:
    return number_of(piece.value.get("id"))


def number_of(id_: Any) -> Any:
    """The number of an acquisition by its id; the id itself where it is not made of a number."""
    match = _ACQUISITION(id_) if isinstance(id_, str) else None
    if match is not None:
        return int(match[1])
    return ABSENT if id_ is None else id_


@converts(conversions.acquisition_name)
def acquisition_name(value: Any, piece: Piece, at: str) -> Mapped:
    return piece.put("name", value) if isinstance(value, str) else Wrong("a string")


@restores(conversions.acquisition_name)
def acquisition_name_back(piece: Restored) -> Any:
    return piece.value.get("name", ABSENT)


# -- wells of a plate ------------------------------------------------------------


@dataclass(slots=True)
class _WellOnPlate:
    """A well on its way, as the plate says it."""

    plate: PlateTask
    url: str = ""
    row: int = -1
    column: int = -1

    @property
    def version(self) -> str:
        return self.plate.version


@converts(conversions.plate_wells)
def plate_wells(value: Any, piece: Piece, at: str) -> Mapped:
    if not isinstance(value, list):
        return Wrong("an array of wells")
    if not value:
        piece.page.mapped(at, piece.node.place, "/nodes", "There are none.")
    task: PlateTask = piece.work
    for number, item in enumerate(value):
        here = f"{at}/{number}"
        well = attempt(piece.page, item, here, partial(_well, item, here, piece.page, task))
        if isinstance(well, WellRef):
            task.wells.append(well)
            task.well_urls.add(well.url)
    return DONE


def _well(value: Any, at: str, page: Page, task: PlateTask) -> WellRef:
    """A well of a plate."""
    well = _WellOnPlate(task)
    made = Made("collection", "", "", "")
    convert(Piece("plate-well", value, at, page=page, made=made, work=well))
    return WellRef(well.url, made)


@restores(conversions.plate_wells)
def plate_wells_back(piece: Restored) -> Any:
    return [
        restore(Restored("plate-well", piece.version, node, piece.work))
        for node in piece.node.children
        if "well" in node.attributes
    ]


@converts(conversions.plate_well_path)
def plate_well_path(value: Any, piece: Piece, at: str) -> Mapped:
    well: _WellOnPlate = piece.work
    task = well.plate
    well.url, canonical = zarr_url(value, task, at)
    if well.url in task.well_urls:
        raise UnconvertibleError(at, f"leads to {well.url}, as another well does")
    names = canonical.split("/")
    by_path = (-1, -1)
    if len(names) == 2:
        by_path = (_position(names[0], task.rows), _position(names[1], task.columns))
    by_index = tuple(
        _index(piece.value.get(field), lines)
        for field, lines in (("rowIndex", task.rows), ("columnIndex", task.columns))
    )
    well.row, well.column = by_path if -1 not in by_path else by_index
    row = task.rows[well.row] if well.row >= 0 else None
    column = task.columns[well.column] if well.column >= 0 else None
    if row is None or column is None:
        raise UnconvertibleError(
            at, Wrong("the names of a row and a column of the plate").found(value)
        )
    _make_well(piece.node, row, column, well)
    added = [field for field in ("rowIndex", "columnIndex") if field not in piece.value]
    if -1 in by_path:
        added.append(POSITION)
    if added:
        piece.node.attributes[ADDED] = added
    if value != canonical:
        piece.keep("path", value)
    return f"/attributes/{GROUP}"


def _position(name: str, lines: list[Entry | None]) -> int:
    """The row or column with a name; -1 if there is none."""
    for number, line in enumerate(lines):
        if line is not None and line.name == name:
            return number
    return -1


def _index(value: Any, lines: list[Entry | None]) -> int:
    is_index = is_whole(value) and 0 <= value < len(lines) and lines[value] is not None
    return value if is_index else -1


def _make_well(made: Made, row: Entry, column: Entry, well: _WellOnPlate) -> None:
    task = well.plate
    id_ = task.ids.take(f"{sanitised(row.name)}_{sanitised(column.name)}")
    made.home = task.home_of(id_)
    made.node["id"] = id_
    made.node["name"] = task.names.take(f"{row.name}/{column.name}")
    made.attributes["well"] = {
        "row": task.reference(row.id, made.home),
        "column": task.reference(column.id, made.home),
    }
    made.attributes[GROUP] = path_from(made.home, well.url)


@restores(conversions.plate_well_path)
def plate_well_path_back(piece: Restored) -> Any:
    task: BackTask = piece.work
    path = task.path_to(piece.node.group)
    if path is None:
        return ABSENT
    row, column = (_line_of(piece, line) for line in ("row", "column"))
    if row is None or column is None or piece.node.was_added(POSITION):
        return path
    if path != f"{row.name}/{column.name}":
        raise InvalidEditError(
            f"{piece.node.node!r} is at {row.name}/{column.name} of the plate, and its group at "
            f"{path}; OME-Zarr has the names of row and column in the path, so move the group, "
            f"with its arrays, and say so in {GROUP}, or take the edit back"
        )
    return path


def _well_index(value: Any, position: int, line: str) -> Mapped:
    if is_whole(value) and value == position:
        return f"/attributes/well/{line}"
    return Wrong(f"{position}, as the path says")


@converts(conversions.plate_well_rowindex)
def plate_well_rowindex(value: Any, piece: Piece, at: str) -> Mapped:
    well: _WellOnPlate = piece.work
    return _well_index(value, well.row, "row")


@restores(conversions.plate_well_rowindex)
def plate_well_rowindex_back(piece: Restored) -> Any:
    return _index_back(piece, "row")


@converts(conversions.plate_well_columnindex)
def plate_well_columnindex(value: Any, piece: Piece, at: str) -> Mapped:
    well: _WellOnPlate = piece.work
    return _well_index(value, well.column, "column")


@restores(conversions.plate_well_columnindex)
def plate_well_columnindex_back(piece: Restored) -> Any:
    return _index_back(piece, "column")


def _index_back(piece: Restored, line: str) -> Any:
    """The position of the row or the column of a well on its plate."""
    found = _line_of(piece, line)
    return ABSENT if found is None else found.number


def _line_of(piece: Restored, line: str) -> Line | None:
    """The row or the column of a well, as its plate has it."""
    well = piece.attributes.get("well")
    reference = well.get(line) if isinstance(well, Mapping) else None
    id_ = reference.get("id") if isinstance(reference, Mapping) else None
    task: BackTask = piece.work
    return task.lines(f"{line}s").get(id_) if isinstance(id_, str) else None


# -- wells -----------------------------------------------------------------------


@converts(conversions.well_group_well)
def well_group_well(value: Any, piece: Piece, at: str) -> Mapped:
    if not isinstance(value, dict):
        return Wrong("an object that lists the fields of a well")
    convert(Piece("well", value, at, page=piece.page, made=piece.made, work=piece.work))
    return DONE


@restores(conversions.well_group_well)
def well_group_well_back(piece: Restored) -> Any:
    return restore(Restored("well", piece.version, piece.node, piece.work))


@converts(conversions.well_group_version)
def well_group_version(value: Any, piece: Piece, at: str) -> Mapped:
    return version_of(value, piece, at)


@restores(conversions.well_group_version)
def well_group_version_back(piece: Restored) -> Any:
    return version_back(piece)


@converts(conversions.well_images)
def well_images(value: Any, piece: Piece, at: str) -> Mapped:
    if not isinstance(value, list):
        return Wrong("an array of images")
    if not value:
        piece.page.mapped(at, piece.node.place, "/nodes", "There are none.")
    for number, item in enumerate(value):
        here = f"{at}/{number}"
        attempt(piece.page, item, here, partial(_field, number, item, here, piece))
    return DONE


def _field(number: int, value: Any, at: str, piece: Piece) -> None:
    """A field of a well: an image that is there already."""
    task: ListTask = piece.work
    assert task.found is not None
    found = task.found[number]
    made = found.images[0] if found.images else None
    part = Piece("well-image", value, at, page=piece.page, made=made, work=task)
    if made is None:
        raise UnconvertibleError(f"{at}/path", found.reason)
    convert(part)


@restores(conversions.well_images)
def well_images_back(piece: Restored) -> Any:
    task: BackTask = piece.work
    return [
        restore(Restored("well-image", piece.version, node, piece.work)) for node in task.nodes[1:]
    ]


@converts(conversions.well_image_path)
def well_image_path(value: Any, piece: Piece, at: str) -> Mapped:
    if value != zarr_url(value, piece.work, at)[1]:
        piece.keep("path", value)
    return f"/attributes/{GROUP}"


@restores(conversions.well_image_path)
def well_image_path_back(piece: Restored) -> Any:
    task: BackTask = piece.work
    path = task.path_to(piece.node.group)
    return ABSENT if path is None else path


@converts(conversions.well_image_acquisition)
def well_image_acquisition(value: Any, piece: Piece, at: str) -> Mapped:
    task: ListTask = piece.work
    if not is_whole(value) and not isinstance(value, str):
        return Wrong("the number of an acquisition of the plate")
    id_ = None if task.plate is None else task.plate.acquisitions.get(value)
    if id_ is None or task.plate is None:
        where = piece.keep("acquisition", value)
        reason = "The plate lists no such acquisition."
        piece.page.kept(at, piece.node.place, where, piece.rest_key, reason)
        return DONE
    if task.acquisition is None:
        piece.node.attributes["acquisition"] = task.plate.reference(id_, piece.node.home)
        return "/attributes/acquisition"
    if id_ not in task.groups:
        task.groups[id_] = task.acquisition(id_)
    group = task.group_of[piece.node.id] = task.groups[id_]
    reason = "The images of one acquisition are in a collection that refers to it."
    piece.page.mapped(at, group.place, "/attributes/acquisition", reason)
    return DONE


@restores(conversions.well_image_acquisition)
def well_image_acquisition_back(piece: Restored) -> Any:
    task: BackTask = piece.work
    reference = piece.attributes.get("acquisition")
    if reference is None:
        reference = task.acquisition_of(piece.node)
    id_ = reference.get("id") if isinstance(reference, Mapping) else None
    return number_of(id_) if task.plate is None else number_on(task.plate, id_)


def number_on(plate: Back, id_: Any) -> Any:
    """What a plate calls one of its acquisitions by."""
    kept = plate.attributes.get("ome-zarr:acquisitions")
    known = kept.get(id_) if isinstance(kept, Mapping) and isinstance(id_, str) else None
    if isinstance(known, Mapping) and "id" in known:
        return known["id"]
    return number_of(id_)
