"""Read-only JSON: what hands out values that nobody can change.

Objects become `FrozenDict`, arrays become tuples, all the way down. Both can be
hashed, and both can be given to a JSON serialiser as they are.
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn, Self, TypeAlias

__all__ = [
    "SHORT",
    "FrozenDict",
    "FrozenJson",
    "JsonArray",
    "JsonObject",
    "convert",
    "freeze",
    "same_json",
    "thaw",
    "view",
]

FrozenJson: TypeAlias = Any
"""A JSON value that is read-only to the bottom: scalars, tuples, `FrozenDict`s."""


class FrozenDict(dict[str, FrozenJson]):
    """A dictionary that refuses every change.

    It stays a `dict`, so that serialisers and `isinstance` checks take it for
    what it is.

    Examples:
        >>> FrozenDict({"a": 1})["a"]
        1
        >>> FrozenDict({"a": 1}).update(b=2)
        Traceback (most recent call last):
            ...
        TypeError: this mapping is read-only
    """

    __slots__ = ("_hash",)

    _hash: int

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        self = dict.__new__(cls)
        dict.update(self, *args, **kwargs)
        for key, value in self.items():
            if isinstance(value, (dict, list, tuple)) and not isinstance(value, FrozenDict):
                dict.__setitem__(self, key, freeze(value))
        return self

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        """Everything is done by `__new__`: calling this again changes nothing."""

    def _refuse(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise TypeError("this mapping is read-only")

    __setitem__ = _refuse
    __delitem__ = _refuse
    __ior__ = _refuse
    clear = _refuse
    pop = _refuse
    popitem = _refuse
    setdefault = _refuse
    update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        try:
            return self._hash
        except AttributeError:
            value = hash(frozenset(self.items()))
            object.__setattr__(self, "_hash", value)
            return value

    def __setattr__(self, name: str, value: object) -> NoReturn:
        self._refuse()

    def copy(self) -> FrozenDict:
        """The mapping itself: nobody can change it."""
        return self

    def __copy__(self) -> FrozenDict:
        return self

    def __deepcopy__(self, _memo: object) -> FrozenDict:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return (FrozenDict, (dict(self),))

    def __repr__(self) -> str:
        return f"FrozenDict({dict.__repr__(self)})"


def convert(
    value: Any,
    make_object: Callable[[dict[str, Any]], Any],
    make_array: Callable[[list[Any]], Any],
) -> Any:
    """Rebuild a JSON value from its leaves up, without recursion.

    Args:
        value: A JSON value; it may hold views.
        make_object: Makes an object of its rebuilt members.
        make_array: Makes an array of its rebuilt items.

    Returns:
        The rebuilt value; a scalar as it is. Cost: O(size).
    """
    value = _behind(value)
    if not isinstance(value, _CONTAINERS):
        return value
    # Containers in the order in which they are met: children after their parent,
    # so that going backwards every child is ready before its parent needs it.
    order: list[Any] = [value]
    for container in order:
        items = container.values() if isinstance(container, dict) else container
        order.extend(_behind(item) for item in items if isinstance(item, _NESTED))
    made: dict[int, Any] = {}

    def ready(item: Any) -> Any:
        return made[id(_behind(item))] if isinstance(item, _NESTED) else item

    for container in reversed(order):
        if id(container) in made:
            continue
        if isinstance(container, dict):
            made[id(container)] = make_object({k: ready(v) for k, v in container.items()})
        else:
            made[id(container)] = make_array([ready(v) for v in container])
    return made[id(value)]


def _frozen_object(items: dict[str, Any]) -> FrozenDict:
    """A frozen mapping of values that are frozen already."""
    made = dict.__new__(FrozenDict)
    dict.update(made, items)
    return made


def freeze(value: Any) -> FrozenJson:
    """Make a read-only copy of a JSON value, to the bottom.

    Args:
        value: A value as a JSON parser gives it.

    Returns:
        The same value with `FrozenDict`s and tuples; the value itself where it is
        frozen already. Cost: O(size).
    """
    if isinstance(value, FrozenDict):
        return value
    return convert(value, _frozen_object, tuple)


def thaw(value: FrozenJson) -> Any:
    """Make a copy of a JSON value that can be changed.

    Args:
        value: A JSON value, frozen or not; it may hold views.

    Returns:
        The same value with dictionaries and lists, shared with nobody, not even among
        themselves. Cost: O(size).
    """
    made: list[Any] = [None]
    stack: list[tuple[Any, Any, Any]] = [(value, made, 0)]
    while stack:
        item, holder, key = stack.pop()
        item = _behind(item)
        if isinstance(item, dict):
            # First the keys with what is no container, so that their order is kept.
            copy: Any = dict(item)
            stack.extend((v, copy, k) for k, v in item.items() if isinstance(v, _NESTED))
        elif isinstance(item, (list, tuple)):
            copy = list(item)
            stack.extend((v, copy, n) for n, v in enumerate(item) if isinstance(v, _NESTED))
        else:
            copy = item
        holder[key] = copy
    return made[0]


class JsonObject(Mapping[str, Any]):
    """A read-only view of a JSON object, to the bottom; it costs nothing to make.

    It equals every mapping with the same content. `thaw` makes a copy that can be changed.
    """

    __slots__ = ("_json",)

    _json: dict[str, Any]

    def __init__(self, value: dict[str, Any]) -> None:
        object.__setattr__(self, "_json", value)

    def __getitem__(self, key: str) -> Any:
        return view(self._json[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._json)

    def __len__(self) -> int:
        return len(self._json)

    def __contains__(self, key: object) -> bool:
        return key in self._json

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise TypeError("this view is read-only")

    def __eq__(self, other: object) -> bool:
        return same_json(self, other, exact=False) if isinstance(other, Mapping) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> JsonObject:
        return self

    def __deepcopy__(self, _memo: object) -> dict[str, Any]:
        """A copy that can be changed."""
        copied: dict[str, Any] = thaw(self)
        return copied

    def __reduce__(self) -> tuple[Any, ...]:
        return JsonObject, (thaw(self),)

    def __repr__(self) -> str:
        return SHORT.repr(self._json)


class JsonArray(Sequence[Any]):
    """A read-only view of a JSON array, to the bottom; it costs nothing to make."""

    __slots__ = ("_json",)

    _json: Sequence[Any]

    def __init__(self, value: Sequence[Any]) -> None:
        object.__setattr__(self, "_json", value)

    def __getitem__(self, index: Any) -> Any:
        return view(self._json[index])

    def __len__(self) -> int:
        return len(self._json)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise TypeError("this view is read-only")

    def __eq__(self, other: object) -> bool:
        is_array = isinstance(other, (list, tuple, JsonArray))
        return same_json(self, other, exact=False) if is_array else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> JsonArray:
        return self

    def __deepcopy__(self, _memo: object) -> list[Any]:
        """A copy that can be changed."""
        copied: list[Any] = thaw(self)
        return copied

    def __reduce__(self) -> tuple[Any, ...]:
        return JsonArray, (thaw(self),)

    def __repr__(self) -> str:
        return SHORT.repr(self._json)


_CONTAINERS: Final = (dict, list, tuple)
_VIEWS: Final = (JsonObject, JsonArray)
_NESTED: Final = (*_CONTAINERS, *_VIEWS)


def _behind(value: Any) -> Any:
    """What a view looks at; everything else as it is."""
    return value._json if isinstance(value, _VIEWS) else value  # noqa: SLF001


def view(value: Any) -> Any:
    """A read-only view of a JSON value; a scalar as it is. Cost: O(1)."""
    if isinstance(value, dict):
        return JsonObject(value)
    if isinstance(value, (list, tuple)):
        return JsonArray(value)
    return value


def same_json(one: Any, other: Any, *, exact: bool = True) -> bool:
    """Whether two JSON values are the same. Works at any depth. Cost: O(size).

    Args:
        one: A value; it may hold views.
        other: Another one.
        exact: Whether 1, 1.0 and true are three different values, as they are to a
            reader of the text; else they are compared as Python does.

    Returns:
        Whether they are the same; the order of keys does not count.
    """
    stack = [(_behind(one), _behind(other))]
    while stack:
        a, b = stack.pop()
        if a is b:
            continue
        if isinstance(a, dict):
            if not isinstance(b, dict) or a.keys() != b.keys():
                return False
            stack.extend((_behind(a[key]), _behind(b[key])) for key in a)
        elif isinstance(a, (list, tuple)):
            if not isinstance(b, (list, tuple)) or len(a) != len(b):
                return False
            stack.extend((_behind(x), _behind(y)) for x, y in zip(a, b, strict=True))
        elif a != b or (exact and type(a) is not type(b)):
            return False
    return True


SHORT: Final = reprlib.Repr()
"""Short words for values in a `repr`, however large they are."""
SHORT.maxlevel, SHORT.maxdict, SHORT.maxlist, SHORT.maxstring = 4, 12, 12, 80
