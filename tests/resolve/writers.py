"""Processes that write documents, for tests that kill them or let them meet.

`python writers.py WORK FOLDER ...`; the collection is the one of `documents`.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ngio_collections as ngc

CHILDREN = {"root": ("p0", "p1", "p2"), "p0": ("w0", "w1"), "p1": ("w2",)}
NAMES = ("root", "p0", "p1", "p2", "w0", "w1", "w2")
EDITED = ("root", "p0", "p1", "w0", "w1", "w2")
KEPT = 300
"""So many marks of earlier numbers are kept, to which documents that are older refer."""
STEPS = ("open", "write", "fsync", "close", "chmod", "utime", "replace", "unlink")
"""The calls of the system that make up a write."""


def _path(name: str) -> dict[str, str]:
    return {"type": "json", "path": f"./{name}.json"}


def attributes(name: str, number: int) -> dict[str, dict[str, Any]]:
    """The attributes of the nodes of a document that a save with a number changes."""
    children = CHILDREN.get(name, ())
    marks = range(max(0, number - KEPT), number + 1)
    return {
        name: {"lab:number": number},
        f"{name}-first": {"lab:number": number},
        f"{name}-last": {
            "lab:number": number,
            "lab:text": f"{number} " * 2_000,
            "coordinateSystems": [{"id": f"{name}-mark-{mark}"} for mark in marks],
            "source": [
                {"id": f"{child}-mark-{number}", "path": _path(child)}
                for child in children
                if child in EDITED
            ],
        },
    }


def document(name: str, number: int) -> dict[str, Any]:
    """A document as a save with a number leaves it."""
    says = attributes(name, number)

    def node(id: str, *nodes: dict[str, Any]) -> dict[str, Any]:
        return {"type": "collection", "id": id, "attributes": says[id], "nodes": list(nodes)}

    stubs = [
        {"type": "collection", "id": child, "path": _path(child)}
        for child in CHILDREN.get(name, ())
    ]
    inner = node(f"{name}-first"), *stubs, node(f"{name}-last")
    return {"ome": {"version": "0.9", **node(name, *inner)}}


def write_all(folder: Path) -> None:
    for name in NAMES:
        (folder / f"{name}.json").write_text(json.dumps(document(name, 0)), encoding="utf-8")


def edited(root: ngc.Node, number: int) -> ngc.Node:
    """The view with the changes that a save with a number makes."""
    for name in EDITED:
        for id_, says in attributes(name, number).items():
            for key, value in says.items():
                node = root.find(id_)
                assert node is not None
                root = node.set_attr(key, value)
    return root


def _number(root: ngc.Node) -> int:
    """A number that no document has yet."""
    return 1 + max(node.attributes.get("lab:number", 0) for node in root.walk())


def _say(**words: Any) -> None:
    print(json.dumps(words), flush=True)


def save_forever(folder: str) -> None:
    """Edit and save without end."""
    root = ngc.open_inlined(f"{folder}/root.json")
    _say(ready=True)
    for number in itertools.count(_number(root)):
        root = edited(root, number)
        ngc.save_tree(root)


def save_until(folder: str, step: str) -> None:
    """Save once, and die just before a step of it; at step 0 say how many there are."""
    root = ngc.open_inlined(f"{folder}/root.json")
    root = edited(root, _number(root))
    steps = itertools.count(1)

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if next(steps) == int(step):
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **kwargs)

        return wrapper

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))
    ngc.save_tree(root)
    _say(steps=next(steps) - 1)


def count_up(folder: str, times: str) -> None:
    """Count up in one document, so often; begin again where somebody else was faster."""
    conflicts = 0
    for _ in range(int(times)):
        while True:
            root = ngc.open(f"{folder}/p2.json")
            try:
                ngc.save(root.set_attr("lab:number", root.attributes["lab:number"] + 1))
                break
            except ngc.ConflictError:
                conflicts += 1
    _say(conflicts=conflicts)


def take_turns(folder: str, *names: str) -> None:
    """Open and count up in some documents, then save, each when told to by a line."""
    for line in sys.stdin:
        if line.strip() == "open":
            root = ngc.open_inlined(f"{folder}/root.json")
            for name in names:
                node = root.find(name)
                assert node is not None
                root = node.set_attr("lab:number", node.attributes["lab:number"] + 1)
            _say(opened=True)
            continue
        try:
            saved = ngc.save_tree(root)
            _say(written=list(saved.written), conflict=False)
        except ngc.ConflictError as error:
            notes = getattr(error, "__notes__", [])
            before = [url for note in notes for url in note.partition(": ")[2].split(", ")]
            _say(written=before, conflict=True)


WORKS: dict[str, Callable[..., None]] = {
    "save_forever": save_forever,
    "save_until": save_until,
    "count_up": count_up,
    "take_turns": take_turns,
}

if __name__ == "__main__":
    WORKS[sys.argv[1]](*sys.argv[2:])
