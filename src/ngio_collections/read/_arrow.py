"""Tables for polars, pandas and DuckDB: one row for each node, as an Arrow table."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from ngio_collections._collector import collector_paused
from ngio_collections._json import dumps_bytes
from ngio_collections.graph import Node
from ngio_collections.read._packages import package
from ngio_collections.read._rows import Rows, attribute_getters

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["COLUMNS", "arrow", "arrow_bytes", "json_text", "to_arrow"]

COLUMNS: Final = ("id", "name", "type", "path", "document", "parent", "parents", "depth")
"""The columns that every table has."""

JSON_TEXT: Final = {b"encoding": b"json"}
"""The metadata of a column whose values are JSON texts."""

_LARGEST_SAFE: Final = 1 << 53
"""Integers up to this are floats without a loss."""


def arrow() -> Any:
    """The package pyarrow.

    Raises:
        MissingExtraError: It is not installed.
    """
    return package("pyarrow", "arrow", "an Arrow table")


def to_arrow(
    node: Node, attributes: Iterable[str] | Mapping[str, str] = (), *, type: str | None = None
) -> pa.Table:
    """A node and everything below it as an Arrow table, one row for each node.

    polars (`polars.from_arrow`), pandas (`table.to_pandas()`) and DuckDB (a query of the
    variable) take it as it is. Needs the extra `arrow`.

    | column | type | what it is |
    |---|---|---|
    | `id`, `name` | string | as the node has them; null where it has none |
    | `type` | dictionary of strings | the type of the node |
    | `path` | string | where the path of the node leads, absolute; as it is written where it counts from nowhere |
    | `document` | dictionary of strings | the address of the document that holds the node |
    | `parent` | string | the id of the node around it; null for the first row |
    | `parents` | list of strings | the ids of all nodes around it, up to the first row, outermost first |
    | `depth` | int32 | how many nodes are around it, 0 for the first row |

    The columns of attributes get the type of their values: bool, int64 (uint64), float64, string,
    or a list of one of these. Where they are objects, of several kinds, or larger than these types
    hold, the column has JSON texts, and `encoding: json` in its metadata. A value that is absent
    or null is null.

    Args:
        node: The first row. Its tree may be edited, or inlined of many documents.
        attributes: Which attributes become columns: keys such as `lab:dose`, or JSON Pointers
            into the attributes such as `/well/row/id`. With names of columns if it is a mapping:
            `{"dose": "lab:dose"}`. An attribute that is called like another column becomes
            `attributes.` and its name.
        type: Only nodes of this type, for example `multiscale`.

    Returns:
        A `pyarrow.Table`, in document order. Cost: O(nodes), a few microseconds for each.

    Raises:
        MissingExtraError: pyarrow is not installed.
        LimitExceededError: Nodes lie so deep inside of each other that `parents` would fill the
            memory.
        ValueError: Two columns would have one name.

    Examples:
        >>> import ngio_collections as ngc
        >>> wells = [
        ...     ngc.new_node("collection", id=f"A0{n}", attributes={"lab:dose": n / 2})
        ...     for n in (1, 2)
        ... ]
        >>> plate = ngc.new_node("collection", id="plate", children=wells)
        >>> table = ngc.to_arrow(plate, ["lab:dose"])
        >>> table.select(["id", "parent", "lab:dose"]).to_pylist()[1]
        {'id': 'A01', 'parent': 'plate', 'lab:dose': 0.5}
    """  # noqa: E501 - rows of a table
    pa = arrow()
    getters = attribute_getters(attributes, COLUMNS)
    with collector_paused():
        rows = Rows(node, type)
        ids = rows.field("id")
        columns: dict[str, tuple[Any, Any]] = {
            "id": (pa.string(), _strings(pa, rows.pick(ids))),
            "name": (pa.string(), _strings(pa, rows.pick(rows.field("name")))),
            "type": _encoded(pa, rows.pick(rows.field("type"))),
            "path": (pa.string(), _strings(pa, rows.addresses())),
            "document": _encoded(pa, rows.pick(rows.urls)),
            "parent": (pa.string(), _strings(pa, _parents(rows, ids))),
            "parents": _lists(pa, _strings(pa, ids), rows.chains()),
            "depth": (pa.int32(), pa.array(rows.pick(rows.depths()), pa.int32())),
        }
        fields = [pa.field(name, kind) for name, (kind, _) in columns.items()]
        arrays = [values for _, values in columns.values()]
        for name, get in getters.items():
            field, values = _column(pa, name, rows.each(get))
            fields.append(field)
            arrays.append(values)
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _parents(rows: Rows, ids: list[str | None]) -> list[str | None]:
    parents = rows.parents
    return [ids[parents[row]] if parents[row] >= 0 else None for row in rows.selected]


def _strings(pa: Any, values: Sequence[str | None]) -> Any:
    """An array of strings; what no encoding has (lone surrogates) is written as escapes."""
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        return pa.array([None if v is None else _encodable(v) for v in values], pa.string())


def _encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _encoded(pa: Any, values: Sequence[str | None]) -> tuple[Any, Any]:
    """An array of strings of which there are few, each held once."""
    kind = pa.dictionary(pa.int32(), pa.string())
    return kind, _strings(pa, values).dictionary_encode().cast(kind)


def _lists(pa: Any, ids: Any, chains: list[tuple[int, ...]]) -> tuple[Any, Any]:
    """An array of lists of ids, put together of the rows that have them."""
    offsets = array("i", [0])
    length = 0
    for one in chains:
        length += len(one)
        offsets.append(length)
    flat = array("i", chain.from_iterable(chains))
    # Buffers, because pyarrow reads arrays of Python number by number.
    made = [
        pa.Array.from_buffers(pa.int32(), len(numbers), [None, pa.py_buffer(numbers)])
        for numbers in (offsets, flat)
    ]
    kind = pa.list_(pa.string())
    return kind, pa.ListArray.from_arrays(made[0], ids.take(made[1]), type=kind)


def _column(pa: Any, name: str, values: list[Any]) -> tuple[Any, Any]:
    """The column of an attribute, of the type of its values."""
    kinds = set(map(type, values)) - {type(None)}
    kind = _kind(pa, kinds, values)
    if kind is None and kinds == {list}:
        inner = [one for value in values if value is not None for one in value]
        inside = _kind(pa, set(map(type, inner)) - {type(None)}, inner)
        kind = None if inside is None else pa.list_(inside)
    if kind is not None:
        try:
            return pa.field(name, kind), pa.array(values, kind)
        except UnicodeEncodeError:
            if kinds == {str}:
                return pa.field(name, kind), _strings(pa, values)
    field = pa.field(name, pa.string(), metadata=JSON_TEXT)
    return field, _strings(pa, [None if value is None else json_text(value) for value in values])


def _kind(pa: Any, kinds: set[type], values: list[Any]) -> Any:
    """The Arrow type of values; None if there is none for them."""
    if kinds <= {str}:
        return pa.string()
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {float}:
        return pa.float64()
    integers = [value for value in values if type(value) is int]
    if not integers or kinds - {int, float}:
        return None
    low, high = min(integers), max(integers)
    if kinds == {int}:
        if low >= -(1 << 63) and high < 1 << 63:
            return pa.int64()
        return pa.uint64() if low >= 0 and high < 1 << 64 else None
    return pa.float64() if low >= -_LARGEST_SAFE and high <= _LARGEST_SAFE else None


def json_text(value: Any) -> str:
    """A value as JSON, in one line."""
    return dumps_bytes(value).decode("utf-8", "surrogatepass")


def arrow_bytes(table: pa.Table, kind: str) -> bytes:
    """A table as the content of a file.

    Args:
        table: The table.
        kind: `.parquet`, or `.arrow` for the file format of Arrow (Feather, version 2).

    Raises:
        ValueError: It is another kind.
    """
    pa = arrow()
    sink = pa.BufferOutputStream()
    if kind == ".parquet":
        package("pyarrow.parquet", "arrow", "writing Parquet").write_table(table, sink)
    elif kind == ".arrow":
        with pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
    else:
        raise ValueError(f"a table is written as .parquet or .arrow, not {kind!r}")
    written: bytes = sink.getvalue().to_pybytes()
    return written
