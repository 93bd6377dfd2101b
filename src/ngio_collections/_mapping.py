"""What the generated tables of conversions and the converters agree on.

Plain data without pydantic. The generator writes one `Table` for each concept of older
OME-Zarr, with a `Row` for each field, and one stub for each row that needs code; the code is
written by hand in `ngio_collections.conversion.bodies`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

__all__ = [
    "ANY_FIELD",
    "KEPT",
    "MAPPED",
    "REFUSED",
    "ConversionStub",
    "MissingConversionError",
    "Row",
    "Table",
    "conversion_stub",
]

MAPPED: Final = "mapped"
KEPT: Final = "kept"
REFUSED: Final = "refused"
ANY_FIELD: Final = "*"
"""In place of a field: every field that no other row is about."""


@dataclass(frozen=True, slots=True)
class Row:
    """What becomes of one field of older metadata.

    Attributes:
        field: The key of the field in the object that the table is about; `*` for all others.
        versions: The versions of OME-Zarr in which the row counts.
        outcome: `mapped`, `kept` or `refused`.
        target: Where it goes, as a pointer pattern from the node; empty for what is refused.
        key: The attribute that keeps it as it is; empty where none does.
        required: Whether the object means nothing without it.
        reason: Why.
    """

    field: str
    versions: tuple[str, ...]
    outcome: str
    target: str
    key: str
    required: bool
    reason: str


@dataclass(frozen=True)
class Table:
    """What becomes of one kind of object of older metadata.

    Attributes:
        name: The name of the concept.
        title: What people call it.
        places: Where it is in the attributes of a group, as a pointer pattern.
        rest: The attribute that keeps what RFC-8 has no field for.
        rows: Its fields.
    """

    name: str
    title: str
    places: str
    rest: str
    rows: tuple[Row, ...]

    @cached_property
    def by_version(self) -> Mapping[str, Mapping[str, Row]]:
        """The rows that count in each version, by their field."""
        versions = {version for row in self.rows for version in row.versions}
        return {
            version: {row.field: row for row in self.rows if version in row.versions}
            for version in versions
        }

    def fields(self, version: str) -> Mapping[str, Row]:
        """The rows that count in a version, by their field, in the order of the table."""
        return self.by_version[version]


class MissingConversionError(NotImplementedError):
    """A row of a table has no code, or only the half of it.

    Args:
        stub: The name of the stub.
        group: The module that the code belongs to.
        mark: The decorator that is missing.
    """

    def __init__(self, stub: str, group: str, mark: str) -> None:
        self.stub = stub
        self.group = group
        super().__init__(
            f"the row {stub} has no code; write it in conversion/bodies/{group}.py, and mark it "
            f"with @{mark}(conversions.{stub})"
        )


class ConversionStub:
    """The generated declaration of a row that needs code: one function each way."""

    def __init__(self, table: str, field: str, group: str, declaration: Callable[..., Any]) -> None:
        self.table = table
        self.field = field
        self.group = group
        self.name = declaration.__name__
        self.__doc__ = declaration.__doc__

    def __repr__(self) -> str:
        return f"<ConversionStub {self.name}>"


def conversion_stub(
    table: str, field: str, group: str
) -> Callable[[Callable[..., Any]], ConversionStub]:
    """Make a stub of a generated declaration."""

    def make(declaration: Callable[..., Any]) -> ConversionStub:
        return ConversionStub(table, field, group, declaration)

    return make
