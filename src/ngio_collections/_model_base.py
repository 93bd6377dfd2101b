"""What the generated models are built from. Needs pydantic.

The generated modules import this module and nothing else of the library that is
written by hand, apart from plain data.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from enum import Enum
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Literal,
    Self,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from ngio_collections._frozen import FrozenDict, freeze, thaw

__all__ = [
    "ABSENT",
    "Absent",
    "FrozenModel",
    "JsonInteger",
    "JsonNumber",
    "Maybe",
    "envelope_tag",
    "json_type_tag",
    "type_tag",
]

T = TypeVar("T")


class Absent(Enum):
    """The type of `ABSENT`, the value of a field that the JSON does not have."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> Literal[False]:
        return False


ABSENT: Final = Absent.ABSENT
"""The value of a field that the JSON does not have; null is None, and different."""


class _WithoutAbsent:
    """Validate `T | Absent` as `T`: no JSON value is absent, only a default is."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        members = [m for m in get_args(source) if m is not Absent]
        assert get_origin(source) in (Union, types.UnionType)
        return handler.generate_schema(Union[tuple(members)])  # noqa: UP007


Maybe: TypeAlias = Annotated[T | Absent, _WithoutAbsent()]
"""A field that may be absent."""


class _Number:
    """A JSON number that stays what it is: 1 an int, 1.0 a float, true no number."""

    def __init__(self, *, integral: bool) -> None:
        self.integral = integral

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        real: CoreSchema = core_schema.float_schema(strict=True)
        if self.integral:
            # JSON Schema counts 255.0 as an integer, and the float stays one.
            real = core_schema.no_info_after_validator_function(_integral, real)
        name = "integer" if self.integral else "number"
        return core_schema.union_schema(
            [core_schema.int_schema(strict=True), real],
            mode="smart",
            custom_error_type=f"json_{name}",
            custom_error_message=f"Input should be a JSON {name}",
        )


def _integral(value: float) -> float:
    if not value.is_integer():
        raise PydanticCustomError("json_integer", "Input should be a JSON integer")
    return value


if TYPE_CHECKING:
    JsonNumber: TypeAlias = int | float
    JsonInteger: TypeAlias = int | float
else:
    JsonNumber = Annotated[int | float, _Number(integral=False)]
    JsonInteger = Annotated[int | float, _Number(integral=True)]


class FrozenModel(BaseModel):
    """The base of all generated models: frozen to the bottom, and nothing is lost.

    Keys that the schema does not name are kept in `extra`, read-only as well.
    Fields that the JSON does not have are `ABSENT`, which is not null.
    """

    model_config = ConfigDict(
        extra="allow",
        frozen=True,
        validate_by_name=True,
        validate_by_alias=True,
        regex_engine="python-re",
        ser_json_inf_nan="constants",
        protected_namespaces=(),
    )

    def model_post_init(self, _context: Any, /) -> None:
        extra = self.__pydantic_extra__
        if extra:
            frozen = FrozenDict({key: freeze(value) for key, value in extra.items()})
            object.__setattr__(self, "__pydantic_extra__", frozen)
        elif extra is not None:
            object.__setattr__(self, "__pydantic_extra__", _NO_EXTRA)

    @property
    def extra(self) -> Mapping[str, Any]:
        """The keys that the schema does not name, read-only to the bottom."""
        return self.__pydantic_extra__ or _NO_EXTRA

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Make an instance of a parsed JSON object.

        Unlike the constructor, which also takes the Python names of fields, this
        knows the JSON names only.

        Args:
            value: A value as a JSON parser gives it.

        Returns:
            The instance; it shares nothing that can be changed with the value.

        Raises:
            pydantic.ValidationError: The value does not fit the schema.
        """
        return cls.model_validate(value, by_alias=True, by_name=False)

    def to_json(self) -> dict[str, Any]:
        """Give back the JSON that the instance was made of.

        Returns:
            Dictionaries and lists that can be changed, shared with nobody. Keys that
            were absent are absent again.
        """
        out: dict[str, Any] = {}
        for name, info in type(self).model_fields.items():
            if name in self.__pydantic_fields_set__:
                value = getattr(self, name)
                if value is not ABSENT:
                    out[info.alias or name] = _to_json(value)
        for key, value in self.extra.items():
            out[key] = thaw(value)
        return out

    def __hash__(self) -> int:
        return hash((type(self), *self.__dict__.values(), FrozenDict(self.extra)))

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other) or not isinstance(other, FrozenModel):
            return NotImplemented
        return self.__dict__ == other.__dict__ and self.extra == other.extra

    def __repr_args__(self) -> Any:
        for name, value in super().__repr_args__():
            if value is not ABSENT:
                yield name, value


_NO_EXTRA: Final = FrozenDict()


def _to_json(value: Any) -> Any:
    if isinstance(value, FrozenModel):
        return value.to_json()
    if isinstance(value, tuple):
        return [_to_json(item) for item in value]
    return thaw(value)


def _prefixed(value: str) -> bool:
    return 0 < value.find(":") < len(value) - 1


def type_tag(*known: str) -> Callable[[Any], str | None]:
    """A discriminator that reads `type`: the known ones, and `:` for prefixed ones."""
    names = frozenset(known)

    def tag(value: Any) -> str | None:
        type_ = value.get("type") if isinstance(value, Mapping) else getattr(value, "type", None)
        if not isinstance(type_, str):
            return None
        if type_ in names:
            return type_
        return ":" if ":" in names and _prefixed(type_) else None

    return tag


def json_type_tag(value: Any) -> str | None:
    """A discriminator by the kind of JSON value: `string` or `object`."""
    if isinstance(value, str):
        return "string"
    return "object" if isinstance(value, (Mapping, BaseModel)) else None


def envelope_tag(value: Any) -> str:
    """A discriminator by envelope: `zarr` where `attributes` holds `ome`, else `json`."""
    if isinstance(value, BaseModel):
        return "zarr" if "attributes" in type(value).model_fields else "json"
    attributes = value.get("attributes") if isinstance(value, Mapping) else None
    return "zarr" if isinstance(attributes, Mapping) and "ome" in attributes else "json"
