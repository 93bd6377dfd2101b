"""What typed reading gives back: plain values, of the standard library alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ngio_collections.graph._node import Node

__all__ = ["Axis", "CoordinateSystem", "PixelSize", "PlateEntry"]


class Axis(NamedTuple):
    """One dimension of a coordinate system (RFC-5, "axes metadata").

    Attributes:
        name: Its name, different from those of the other axes of the system.
        type: What it measures: `space`, `time`, `channel`, ...; None if the document does not say.
        unit: The unit, such as `micrometer`; None if the document does not say.
    """

    name: str
    type: str | None = None
    unit: str | None = None


class PixelSize(NamedTuple):
    """How far neighbouring pixels lie apart along an axis.

    Attributes:
        value: The distance.
        unit: The unit of the axis; None if the document does not say.
    """

    value: float
    unit: str | None = None

    def __str__(self) -> str:
        return f"{self.value:g} {self.unit}" if self.unit else f"{self.value:g}"


class PlateEntry(NamedTuple):
    """A row, a column or an acquisition of a plate (RFC-8, "Plate attribute").

    Attributes:
        id: Its id, to which wells and images refer.
        name: Its name; the id where it has none.
    """

    id: str
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class CoordinateSystem:
    """A coordinate system that a node declares, or the pixels of a resolution level.

    Attributes:
        id: Its id; that of the level for the pixels of a level.
        name: Its name, None if there is none.
        axes: Its axes, in order. The axes of pixels have the names of those of the system that
            the level leads to, the type `array` and no unit.
        node: The node that declares it.
    """

    id: str | None
    name: str | None
    axes: tuple[Axis, ...]
    node: Node

    @property
    def is_array(self) -> bool:
        """Whether its coordinates count the pixels of a resolution level."""
        return self.node.type == "singlescale" and all(axis.type == "array" for axis in self.axes)

    def __str__(self) -> str:
        names = ", ".join(axis.name for axis in self.axes)
        said = f"the pixels of {self.id!r}" if self.is_array else repr(self.id)
        return f"{said} ({names})"
