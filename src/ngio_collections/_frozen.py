"""Read-only JSON: what hands out values that nobody can change.

Objects become `FrozenDict`, arrays become tuples, all the way down. Both can be
hashed, and both can be given to a JSON serialiser as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeAlias

__all__ = ["FrozenDict", "FrozenJson", "convert", "freeze", "thaw"]

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
        value: A JSON value.
        make_object: Makes an object of its rebuilt members.
        make_array: Makes an array of its rebuilt items.

    Returns:
        The rebuilt value; a scalar as it is. Cost: O(size).
    """
    if not isinstance(value, (dict, list, tuple)):
        return value
    # Containers in the order in which they are met: children after their parent,
    # so that going backwards every child is ready before its parent needs it.
    order: list[Any] = [value]
    for container in order:
        items = container.values() if isinstance(container, dict) else container
        order.extend(item for item in items if isinstance(item, (dict, list, tuple)))
    made: dict[int, Any] = {}

    def ready(item: Any) -> Any:
        return made[id(item)] if isinstance(item, (dict, list, tuple)) else item

    for container in reversed(order):
        if id(container) in made:
            continue
        if isinstance(container, dict):
            made[id(container)] = make_object({k: ready(v) for k, v in container.items()})
        else:
            made[id(container)] = make_array([ready(v) for v in container])
    return made[id(value)]


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
    return convert(value, FrozenDict, tuple)


def thaw(value: FrozenJson) -> Any:
    """Make a copy of a frozen JSON value that can be changed.

    Args:
        value: A value with `FrozenDict`s and tuples.

    Returns:
        The same value with dictionaries and lists, shared with nobody. Cost: O(size).
    """
    return convert(value, dict, list)
