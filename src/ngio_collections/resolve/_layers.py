"""Changes of an inlined node, taken apart: which of its documents each of them is written to."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from ngio_collections import _paths
from ngio_collections.errors import InvalidEditError
from ngio_collections.graph import Edge, Raw
from ngio_collections.graph._state import Ref

__all__ = ["CHOICES", "Split", "split_layers"]

CHOICES: Final = {
    "auto": "where the attribute is already, the stub before the target; new ones to the target",
    "stub": "to the stub, in the document that declares the reference",
    "target": "to the target, in the document that the reference leads to",
}
"""Where a change of an inlined node is written."""

_ABSENT: Final[Any] = object()
_NOT_OWN: Final = frozenset({"nodes", "path", "attributes", "version"})


class Split(NamedTuple):
    """How an inlined node was saved.

    Attributes:
        ref: The node.
        own: Its own fields.
        layers: What was written of them for each layer.
    """

    ref: Ref
    own: Raw
    layers: list[Raw]


def split_layers(edge: Edge, before: Split, new: Raw, to: str) -> list[Raw]:
    """The layers of an inlined node with the changes of the node that they became.

    Args:
        edge: The layers as they were read.
        before: The node as it was read, or as it was saved last.
        new: Its own fields now.
        to: Where changes go.

    Returns:
        The own fields for each layer; those that did not change are the same objects.
    """
    old, made = before.own, list(before.layers)
    for key in {**old, **new}:
        if key not in _NOT_OWN and not _same(old.get(key, _ABSENT), new.get(key, _ABSENT)):
            _spread(edge, made, (key,), new.get(key, _ABSENT), to)
    theirs, ours = old.get("attributes", _ABSENT), new.get("attributes", _ABSENT)
    is_new = not isinstance(theirs, dict)
    if (ours is _ABSENT and theirs is not _ABSENT) or (is_new and ours == {}):
        _spread(edge, made, ("attributes",), ours, to)
    elif isinstance(ours, dict):
        theirs = {} if is_new else theirs
        for key in {**theirs, **ours}:
            if not _same(theirs.get(key, _ABSENT), ours.get(key, _ABSENT)):
                _spread(edge, made, ("attributes", key), ours.get(key, _ABSENT), to)
    return made


def _same(one: Any, other: Any) -> bool:
    # An edit copies what it changes, so that what did not change is the same object; equal
    # values of one type are no change either, where comparing them is cheap.
    if one is other:
        return True
    scalar = str | int | float | bool | None
    return type(one) is type(other) and isinstance(one, scalar) and bool(one == other)


def _spread(edge: Edge, made: list[Any], key: tuple[str, ...], value: Any, to: str) -> None:
    """Write one field, or one attribute, of an inlined node to its layers."""
    if _same(_get(edge.raw, key), value):
        # It is what was read, and that stood where it was read.
        for n, layer in enumerate(edge.layers):
            read = _get(layer.raw, key)
            if read is not _ABSENT:
                made[n] = _with(made[n], key, read)
            elif _get(made[n], key) is not _ABSENT:
                made[n] = _without(made[n], key)
        return
    having = [n for n, raw in enumerate(made) if _get(raw, key) is not _ABSENT]
    last = len(made) - 1
    # The strategy is about attributes; of all other fields the stub's count.
    target_wins = edge.wins == "target" and len(key) == 2
    order = having[::-1] if target_wins else having
    chosen = {"stub": 0, "target": last}.get(to, order[0] if order else last)
    if value is _ABSENT:
        if to == "stub" and having not in ([], [0]):
            raise InvalidEditError(
                f"{'/'.join(key)} cannot be dropped in the stub alone: {edge.target.url} has it "
                "too; save with to='auto' or to='target'"
            )
        for n in having:
            made[n] = _without(made[n], key)
        return
    layer = edge.layers[chosen]
    if len(key) == 2 and not isinstance(made[chosen].get(key[0]), dict | None):
        raise InvalidEditError(
            f"{'/'.join(key)} cannot be written: {layer.url} has `{key[0]}` that are "
            f"{made[chosen][key[0]]!r:.80} and no object, and would be lost; mend it there, or "
            "save with another `to`"
        )
    if layer.url:  # Which paths there are in it depends on its key.
        value = _paths.rebased({key[-1]: value}, edge.target.url or "", layer.url)[key[-1]]
    made[chosen] = _with(made[chosen], key, value)
    # What would hide the new value goes.
    hiding = [n for n in having if (n > chosen) == target_wins and n != chosen]
    for n in hiding:
        made[n] = _without(made[n], key)


def _get(raw: Any, key: tuple[str, ...]) -> Any:
    for part in key:
        raw = raw.get(part, _ABSENT) if isinstance(raw, dict) else _ABSENT
    return raw


def _with(raw: Raw, key: tuple[str, ...], value: Any) -> dict[str, Any]:
    if len(key) == 1:
        return {**raw, key[0]: value}
    inner = raw.get(key[0])
    return {**raw, key[0]: {**(inner if isinstance(inner, dict) else {}), key[1]: value}}


def _without(raw: Raw, key: tuple[str, ...]) -> dict[str, Any]:
    if len(key) == 1:
        return {k: v for k, v in raw.items() if k != key[0]}
    # The object stays when it gets empty, as it does in a node that is not inlined.
    return {**raw, key[0]: {k: v for k, v in raw[key[0]].items() if k != key[1]}}
