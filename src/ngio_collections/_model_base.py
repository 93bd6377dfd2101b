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
    NoReturn,
    Self,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, model_serializer
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from ngio_collections._frozen import SHORT, FrozenDict, freeze, same_json

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


if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass as _PydanticMeta
else:
    _PydanticMeta = type(BaseModel)


class _Meta(_PydanticMeta):
    """Takes `ABSENT` in a constructor for what it says: the field is not there."""

    def __call__(self, *args: Any, **fields: Any) -> Any:
        given = {name: value for name, value in fields.items() if value is not ABSENT}
        return super().__call__(*args, **given)


class FrozenModel(BaseModel, metaclass=_Meta):
    """The base of all generated models: frozen to the bottom, and nothing is lost.

    Keys that the schema does not name are kept in `extra`, read-only as well.
    Fields that the JSON does not have are `ABSENT`, which is not null. Two models are
    equal if they are of one class and have the same JSON, in which 1 is not 1.0.
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

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise TypeError(f"models are immutable; use model_copy, not {name} = ...")

    def __delattr__(self, name: str) -> NoReturn:
        raise TypeError(f"models are immutable; use model_copy, not del {name}")

    @property
    def extra(self) -> Mapping[str, Any]:
        """The keys that the schema does not name, read-only to the bottom."""
        return self.__pydantic_extra__ or _NO_EXTRA

    @property
    def model_fields_set(self) -> set[str]:
        """The Python names of the fields that the JSON has; nobody can change the set."""
        return frozenset(self.__pydantic_fields_set__)  # type: ignore[return-value]

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
        made: dict[str, Any] = _to_json(self)
        return made

    def model_copy(
        self,
        *,
        update: Mapping[str, Any] | None = None,
        deep: bool = False,  # noqa: ARG002 - nothing of a model can be changed
    ) -> Self:
        """A copy with other values of some fields, validated; `ABSENT` takes a field away.

        Args:
            update: The new values, by the Python or the JSON names of fields.
            deep: Makes no difference, as nothing of a model can be changed.

        Returns:
            The copy; the instance itself without an update.

        Raises:
            pydantic.ValidationError: A value does not fit the schema.
        """
        if not update:
            return self
        names = {info.alias or name: name for name, info in type(self).model_fields.items()}
        values = {name: getattr(self, name) for name in self.__pydantic_fields_set__}
        values.update(self.extra)
        values.update({names.get(key, key): value for key, value in update.items()})
        return type(self)(**values)

    @model_serializer(mode="plain")
    def _serialize(self) -> dict[str, Any]:
        return self.to_json()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _from_json, (type(self), self.to_json())

    def __hash__(self) -> int:
        return hash((type(self), freeze(self.to_json())))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FrozenModel):
            return NotImplemented
        return type(self) is type(other) and same_json(self.to_json(), other.to_json())

    def __repr__(self) -> str:
        said = [f"{name}={_brief(getattr(self, name))}" for name in self._given()]
        said += [f"{key!r:.40}: {_brief(value)}" for key, value in [*self.extra.items()][:_MOST]]
        more = ", ..." if len(self.extra) > _MOST else ""
        return f"{type(self).__name__}({', '.join(said)}{more})"

    __str__ = __repr__

    def _given(self) -> list[str]:
        """The fields that are there, in the order of the schema."""
        return [name for name in type(self).model_fields if getattr(self, name) is not ABSENT]


_NO_EXTRA: Final = FrozenDict()
_MOST: Final = 5


def _from_json(cls: type[FrozenModel], value: Any) -> FrozenModel:
    return cls.from_json(value)


def _brief(value: Any, *, inside: bool = False) -> str:
    """A value in a few words: two levels deep, a few items wide."""
    if isinstance(value, FrozenModel):
        if inside:
            id_ = getattr(value, "id", ABSENT)
            return f"{type(value).__name__}({'...' if id_ is ABSENT else f'id={id_!r:.60}'})"
        given = [f"{n}={_brief(getattr(value, n), inside=True)}" for n in value._given()]  # noqa: SLF001
        return f"{type(value).__name__}({', '.join(given)})"
    if isinstance(value, tuple):
        shown = [_brief(item, inside=True) for item in value[:_MOST]]
        more = f", ... {len(value):,} items" if len(value) > _MOST else "," * (len(value) == 1)
        return f"({', '.join(shown)}{more})"
    text = SHORT.repr(value)
    return text if len(text) < 200 else f"{text[:197]}..."


def _to_json(model: FrozenModel) -> Any:
    """The JSON of a model, without recursion."""
    made: list[Any] = [None]
    stack: list[tuple[Any, Any, Any]] = [(model, made, 0)]
    while stack:
        item, holder, key = stack.pop()
        copy: Any = item
        if isinstance(item, FrozenModel):
            copy = {}
            for name, info in type(item).model_fields.items():
                value = getattr(item, name)
                if name in item.__pydantic_fields_set__ and value is not ABSENT:
                    copy[info.alias or name] = value
            copy.update(item.extra)
        elif isinstance(item, dict):
            copy = dict(item)
        elif isinstance(item, (tuple, list)):
            copy = list(item)
        holder[key] = copy
        if isinstance(copy, dict):
            stack.extend((v, copy, k) for k, v in copy.items() if isinstance(v, _NESTED))
        elif isinstance(copy, list):
            stack.extend((v, copy, n) for n, v in enumerate(copy) if isinstance(v, _NESTED))
    return made[0]


_NESTED: Final = (FrozenModel, dict, tuple, list)


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
