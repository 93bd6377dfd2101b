"""What holds of every fix, said without the code that finds them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import ngio_collections as ngc

Where: TypeAlias = tuple[str | int, ...]

_DECLARING: Final = ("coordinateSystems", "rows", "columns", "acquisitions")
_ENDS: Final = ("input", "output")


def keys(document: Any, **options: Any) -> set[tuple[str, str]]:
    """The findings in a document, by rule and place."""
    return {(f.rule, f.pointer) for f in ngc.validate_document(document, **options)}


def leaves(value: Any, at: Where = ()) -> Iterator[tuple[Where, Any]]:
    """Every scalar and empty container of a JSON value with its place."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        if isinstance(item, (dict, list)) and item:
            yield from leaves(item, (*at, key))
        else:
            yield (*at, key), item


def _orders(value: Any, at: Where = ()) -> Iterator[tuple[Where, list[str]]]:
    if isinstance(value, dict):
        yield at, list(value)
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        if isinstance(item, (dict, list)):
            yield from _orders(item, (*at, key))


def node_of(document: Any) -> Any:
    """The node of a document."""
    attributes = document.get("attributes")
    if isinstance(attributes, dict) and "ome" in attributes:
        return attributes["ome"]
    return document["ome"]


def nodes(root: Any) -> Iterator[tuple[Where, Any]]:
    """The nodes of a document, with their places from the root."""
    stack: list[tuple[Where, Any]] = [((), root)]
    while stack:
        at, node = stack.pop()
        yield at, node
        inner = node.get("nodes")
        if node.get("type") in ("collection", "multiscale") and isinstance(inner, list):
            stack += [((*at, "nodes", n), x) for n, x in enumerate(inner) if isinstance(x, dict)]


def declarations(root: Any) -> dict[Where, Any]:
    """Everything that can have an id, by its place from the root."""
    found: dict[Where, Any] = {}
    for at, node in nodes(root):
        found[at] = node
        attributes = node.get("attributes")
        holders = [(("attributes",), attributes)]
        if isinstance(attributes, dict):
            holders += [(("attributes", k), attributes.get(k)) for k in ("plate", "scene")]
        for path, holder in holders:
            for key in _DECLARING if isinstance(holder, dict) else ():
                items = holder.get(key)
                if (path[-1] == "plate") == (key == "coordinateSystems") or (
                    path == ("attributes",) and key != "coordinateSystems"
                ):
                    continue
                for n, item in enumerate(items if isinstance(items, list) else ()):
                    if isinstance(item, dict):
                        found[(*at, *path, key, n)] = item
    return found


def _inside(value: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _ends(at: Where, value: Any) -> Iterator[tuple[Where, Any]]:
    """The ends of transformations, at any depth."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        if key in _ENDS and isinstance(value, dict):
            yield (*at, key), item
        elif isinstance(item, (dict, list)):
            yield from _ends((*at, key), item)


def _referring(attributes: Any) -> Iterator[tuple[Where, Any]]:
    for path in (("coordinateTransformations",), ("scene", "coordinateTransformations")):
        value = _inside(attributes, path)
        if isinstance(value, list):
            yield from _ends(path, value)
    for path in (("well", "row"), ("well", "column"), ("acquisition",)):
        yield path, _inside(attributes, path)
    source = _inside(attributes, ("labels", "source"))
    for n, item in enumerate(source if isinstance(source, list) else ()):
        yield ("labels", "source", n), item


def references(root: Any) -> dict[Where, str]:
    """The ids that references within a document have, by the place of the reference."""
    found: dict[Where, str] = {}
    for at, node in nodes(root):
        for place, value in _referring(node.get("attributes")):
            is_here = isinstance(value, dict) and value.get("path") is None
            id_ = value.get("id") if is_here else value
            if isinstance(id_, str):
                found[(*at, "attributes", *place)] = id_
    return found


def resolved(document: Any) -> dict[Where, frozenset[Where]]:
    """What each reference within a document leads to, by its place; nothing if nowhere."""
    root = node_of(document)
    by_id: dict[Any, set[Where]] = {}
    for at, value in declarations(root).items():
        if isinstance(value.get("id"), str):
            by_id.setdefault(value["id"], set()).add(at)
    return {at: frozenset(by_id.get(id_, ())) for at, id_ in references(root).items()}


def _touched(fixes: tuple[ngc.Fix, ...]) -> list[Where]:
    paths = [
        o[key] for fix in fixes for o in fix.operations for key in ("path", "from") if key in o
    ]
    return [tuple(p.replace("~1", "/").replace("~0", "~") for p in x.split("/")[1:]) for x in paths]


def assert_nothing_else_changed(
    before: Any, after: Any, fixes: tuple[ngc.Fix, ...], *, moved: bool
) -> None:
    """Outside of the places that the operations name all is as it was, in its order."""
    touched = {where for where in _touched(fixes) if where != ("ome",)}

    def place(at: Where) -> Where:
        return ("attributes", *at) if moved and at[:1] == ("ome",) else at

    now = dict(leaves(after))
    for at, value in leaves(before):
        names = tuple(map(str, at))
        if any(names[:n] in touched for n in range(1, len(names) + 1)):
            continue
        if value in ({}, []) and any(where[: len(names)] == names for where in touched):
            continue  # It was empty, and is not any more.
        assert place(at) in now, at
        assert json.dumps(now[place(at)]) == json.dumps(value)
    orders = dict(_orders(after))
    for at, order in _orders(before):
        if place(at) in orders and not (moved and at in ((), ("attributes",))):
            kept = [key for key in orders[place(at)] if key in order]
            assert kept == [key for key in order if key in kept]


def assert_laws(document: Any, **options: Any) -> tuple[ngc.Fix, ...]:
    """Find the fixes of a document, make them, and hold them to everything that they promise."""
    text = json.dumps(document)
    before = keys(document, **options)
    fixes = ngc.fixes(document, **options)
    after = ngc.apply_fixes(document, fixes)
    assert json.dumps(document) == text, "the document was changed"
    moved = any(fix.rule == "metadata-storage" for fix in fixes)

    def place(key: tuple[str, str]) -> tuple[str, str]:
        is_moved = moved and f"{key[1]}/".startswith("/ome/")
        return (key[0], f"/attributes{key[1]}") if is_moved else key

    now = keys(after, **options)
    assert now <= {place(key) for key in before}, "there is a finding that was not there"
    for fix in fixes:
        assert (fix.rule, fix.pointer) in before or fix.rule not in {r for r, _ in before}
        assert not fix.safe or place((fix.rule, fix.pointer)) not in now, fix
    assert [fix for fix in ngc.fixes(after, **options) if fix.safe] == []
    safe = tuple(fix for fix in fixes if fix.safe)
    assert_nothing_else_changed(document, after, safe, moved=moved)
    if isinstance(node_of(document), dict):
        leading = resolved(after)
        for at, targets in resolved(document).items():
            if targets:
                assert leading[at], f"the reference at {at} leads nowhere any more"
                assert leading[at] <= targets, f"the reference at {at} leads elsewhere"
    return fixes
