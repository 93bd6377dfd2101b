"""The attributes of RFC-8 as types: `node[PlateAttribute]`, `PlateAttribute in node`."""

from __future__ import annotations

from typing import Any, ClassVar

from ngio_collections._generated.ngio_v1_2026_08.models import (
    ADAPTERS,
    CoordinateSystem,
    CoordinateTransformation,
    Labels,
    Plate,
    Reference,
    Scene,
    Well,
)

__all__ = [
    "AcquisitionAttribute",
    "CoordinateSystemsAttribute",
    "CoordinateTransformationsAttribute",
    "LabelsAttribute",
    "PlateAttribute",
    "SceneAttribute",
    "WellAttribute",
]


class PlateAttribute(Plate):
    """The attribute `plate` of a collection."""

    key: ClassVar[str] = "plate"


class WellAttribute(Well):
    """The attribute `well` of a collection."""

    key: ClassVar[str] = "well"


class AcquisitionAttribute(Reference):
    """The attribute `acquisition` of an image, or of a group of images."""

    key: ClassVar[str] = "acquisition"


class LabelsAttribute(Labels):
    """The attribute `labels` of a label map."""

    key: ClassVar[str] = "labels"


class SceneAttribute(Scene):
    """The attribute `scene` of a collection."""

    key: ClassVar[str] = "scene"


class CoordinateSystemsAttribute:
    """The attribute `coordinateSystems`: read as a tuple of coordinate systems."""

    key: ClassVar[str] = "coordinateSystems"

    @classmethod
    def from_json(cls, value: Any) -> tuple[CoordinateSystem, ...]:
        """Read the array.

        Raises:
            pydantic.ValidationError: One of the items is no coordinate system.
        """
        return tuple(CoordinateSystem.from_json(item) for item in _array(cls.key, value))


class CoordinateTransformationsAttribute:
    """The attribute `coordinateTransformations`: read as a tuple of transformations."""

    key: ClassVar[str] = "coordinateTransformations"

    @classmethod
    def from_json(cls, value: Any) -> tuple[CoordinateTransformation, ...]:
        """Read the array.

        Raises:
            pydantic.ValidationError: One of the items is no coordinate transformation.
        """
        adapter = ADAPTERS["coordinate-transformation"]
        return tuple(
            adapter.validate_python(item, by_alias=True, by_name=False)
            for item in _array(cls.key, value)
        )


def _array(key: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{key} is no array")  # noqa: TRY004 - as for every wrong value
    return value
