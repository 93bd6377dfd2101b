"""The trees that are measured, made once for all figures that need them."""

from __future__ import annotations

import functools
import gc
import importlib
import importlib.metadata
import json
from collections.abc import Callable
from typing import Any

from benchmarks._collections import Screen, flat
from benchmarks._figures import collector_paused
from ngio_collections.graph import Node, NodeTree, as_tree

__all__ = [
    "BACKEND",
    "dumps",
    "flat_tree",
    "loads",
    "screen_text",
    "screen_tree",
    "spread",
    "tree_of",
]


def _text(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def _backend() -> tuple[str, Callable[[bytes], Any], Callable[[Any], bytes]]:
    try:
        orjson = importlib.import_module("orjson")
    except ImportError:
        return "json", json.loads, _text
    return f"orjson {importlib.metadata.version('orjson')}", orjson.loads, orjson.dumps


BACKEND, loads, dumps = _backend()
"""The JSON parser that the library uses too, and its counterpart, without anything around them."""


@functools.lru_cache(maxsize=3)
def screen_text(screen: Screen) -> bytes:
    """The JSON of a screen."""
    with collector_paused():
        return _text(screen.document())


def tree_of(text: bytes) -> NodeTree:
    """A tree with all its arrays and its index of ids.

    What there is by then is taken out of the collector's sight, so that edits are not
    charged with looking through it.
    """
    with collector_paused():
        tree = as_tree(loads(text), "file:///screen.json")
    len(tree)
    tree.find("")
    gc.collect()
    gc.freeze()
    return tree


@functools.lru_cache(maxsize=2)
def screen_tree(screen: Screen) -> NodeTree:
    """The tree of a screen."""
    return tree_of(screen_text(screen))


@functools.lru_cache(maxsize=1)
def flat_tree(children: int) -> NodeTree:
    """The tree of a flat collection."""
    return tree_of(_text(flat(children)))


def spread(nodes: list[Node], count: int) -> list[Node]:
    """So many nodes of all parts of a list; fewer where it has fewer."""
    return nodes[:: max(1, len(nodes) // count)][:count]
