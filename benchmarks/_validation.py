"""How long validation takes, and how much memory: beside parsing, beside jsonschema, by size."""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

import ngio_collections as ngc
from benchmarks._collections import Screen
from benchmarks._documents import plate
from benchmarks._figures import (
    Figure,
    Settings,
    collector_paused,
    interleaved,
    median_ratio,
    median_seconds,
    seconds,
)
from benchmarks._fresh import fresh
from benchmarks._growth import GROWTH_LIMIT, steps
from benchmarks._memory import STATUS
from benchmarks._trees import BACKEND, dumps, flat_tree, loads, screen_text, screen_tree, spread
from ngio_collections.graph import Node, as_tree, new_node

__all__ = [
    "against_jsonschema",
    "against_parsing",
    "by_size",
    "checking_edits",
    "memory_of_validation",
]

PARSING_LIMIT = 12.0
JSONSCHEMA_LIMIT = 5.0
"""Per cent: at least 20 times as fast."""
MEMORY_LIMIT = 100.0
EDIT_LIMIT = 1.0
JSONSCHEMA_NODES = 2_000
PLATE_NODES = 100_000
PLATE_LIMIT = 0.2
FINDINGS = 10_000
UPDATE_LIMIT_US = 200.0
LEVELS = 2_000
DEEP_LIMIT_US = 500.0


def _validate(root: Node) -> None:
    findings = ngc.validate(root, level="MAY")
    assert findings == [], findings[:3]


def _measured(text: bytes, times: int = 2) -> list[float]:
    """Parse a document, and validate its tree so many times.

    The first time builds the arrays and the index of ids. The collector runs, and what was
    parsed is out of its sight.

    Returns:
        Seconds of the parsing, and of each validation.
    """
    with collector_paused():
        start = time.process_time()
        document = loads(text)
        parsed = time.process_time() - start
        tree = as_tree(document, "file:///screen.json")
    gc.freeze()
    found = [seconds(partial(_validate, tree.root)) for _ in range(times)]
    gc.unfreeze()
    return [parsed, *found]


def _beside_parsing(name: str, text: bytes, limit: float | None, rounds: int) -> list[Figure]:
    found = [_measured(text) for _ in range(rounds + 1)][1:]
    parsing, first, again = (list(column) for column in zip(*found, strict=True))
    parsed = f"{BACKEND} loads of the same {len(text) / 1e6:.0f} MB: {_ms(parsing)}"
    return [
        Figure(
            f"validate, {name}",
            median_ratio(first, parsing),
            "x",
            limit,
            f"{parsed}; {_ms(first)}, arrays and ids included",
        ),
        Figure(
            "the same, a second time", median_ratio(again, parsing), "x", limit, f"{_ms(again)}"
        ),
    ]


def _ms(found: list[float]) -> str:
    return f"{statistics.median(found) * 1000:,.0f} ms"


def against_parsing(settings: Settings) -> list[Figure]:
    """Structure and every rule, beside parsing the same document."""
    screen = Screen.of(settings.nodes)
    name = f"{len(screen):,} nodes"
    figures = _beside_parsing(name, screen_text(screen), PARSING_LIMIT, settings.few)
    document = plate(min(PLATE_NODES, settings.nodes))["ome"]
    name = f"{_count(document):,} nodes with transformations and acquisitions"
    return figures + _beside_parsing(name, dumps(document), None, settings.few)


def _count(node: dict[str, Any]) -> int:
    found, stack = 0, [node]
    while stack:
        node = stack.pop()
        found += 1
        stack.extend(node.get("nodes", []))
    return found


def against_jsonschema(settings: Settings) -> list[Figure]:
    """Structure and every rule in our validation, structure alone in jsonschema.

    A node costs jsonschema the same in a large document, which would take it minutes: it gets
    a smaller one of the same shape.
    """
    screen = Screen.of(settings.nodes)
    small = screen.resized(min(JSONSCHEMA_NODES, settings.nodes))
    document = {"ome": small.document()}
    validator = Draft202012Validator(ngc.schema())

    def reference() -> None:
        errors = list(validator.iter_errors(document))
        assert errors == [], errors[:3]

    root = screen_tree(screen).root
    ours = median_seconds(partial(_validate, root), settings.few) / len(screen)
    theirs = median_seconds(reference, settings.few) / len(small)
    words = (
        f"jsonschema, structure alone: {theirs * 1e6:.0f} us a node of {len(small):,}; "
        f"ours, {theirs / ours:.0f} times as fast: {ours * 1e6:.1f} us a node of {len(screen):,}"
    )
    return [
        Figure(
            "validate, of the time of jsonschema", 100 * ours / theirs, "%", JSONSCHEMA_LIMIT, words
        )
    ]


def by_size(settings: Settings) -> list[Figure]:
    """Cost of a node at three sizes, each ten times the one before."""
    largest = Screen.of(settings.nodes)
    screens = [largest.resized(len(largest) // part) for part in (100, 10)] + [largest]
    costs: list[list[float]] = [[] for _ in screens]
    for number in range(settings.few + 1):
        for n, screen in enumerate(screens):
            repeats = min(5, max(1, len(largest) // len(screen)))
            runs = [_measured(screen_text(screen), 1)[1] for _ in range(repeats)]
            if number:  # The first round is not counted.
                costs[n].append(statistics.median(runs) / len(screen))
    return steps("validate", screens, costs, GROWTH_LIMIT)


def memory_of_validation(settings: Settings) -> list[Figure]:
    """What a process needs for validating beyond the tree; none where not on Linux."""
    if not STATUS.is_file():
        return []
    screen = Screen.of(settings.nodes)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "screen.json")
        file.write_bytes(screen_text(screen))
        found = fresh("validate", file)
    tree = found["indexed"] - found["before"]
    words = f"the tree with arrays and ids: {tree / 1e6:,.0f} MB resident"
    arrays = (found["indexed"] - found["parsed"]) / 1e6
    bare = f"arrays and ids, which the tree keeps, are {arrays:.0f} MB of it"
    above = (found["peak"] - found["indexed"]) / 1e6
    name = f"validate, {len(screen):,} nodes, memory"
    return [
        Figure(f"{name} above the tree", max(0.0, above), "MB", MEMORY_LIMIT, words),
        Figure(f"{name} above parsed JSON", max(0.0, above + arrays), "MB", None, bare),
    ]


AXES = [{"name": name, "type": "space", "unit": "micrometer"} for name in "yx"]


def _edits() -> dict[str, Callable[[Node], Node]]:
    """Edits of an image, by name."""
    return {
        "an attribute": lambda image: image.set_attr("lab:checked", True),
        "a name": lambda image: image.rename("Nuclei, again"),
        "an image removed": lambda image: image.remove(),
        "coordinate systems": lambda image: image.set_attr(
            "coordinateSystems", [{"id": "another_system", "axes": AXES}]
        ),
    }


def checking_edits(settings: Settings) -> list[Figure]:
    """`validate_changes` after one edit: of a large tree, of a long list, of a plate."""
    return [
        *_edits_of_images(settings),
        *_edits_of_a_list(settings),
        *_edit_of_a_plate(settings),
        *_carrying_over(settings),
        *_deep_findings(settings),
    ]


def _edits_of_images(settings: Settings) -> list[Figure]:
    screen = Screen.of(settings.nodes)
    root = screen_tree(screen).root
    images = spread([node for node in root.walk() if node.type == "multiscale"], settings.runs)
    words = f"of a tree of {len(screen):,} nodes; findings of everything: ngc.validate"
    return [
        _edit_figure(name, [(root, edit(image)) for image in images], words)
        for name, edit in _edits().items()
    ]


def _edit_figure(name: str, pairs: list[tuple[Node, Node]], words: str) -> Figure:
    first, *others = (seconds(partial(ngc.validate_changes, *pair, level="MAY")) for pair in pairs)
    found = statistics.median(others) * 1000
    said = f"the first time {first * 1000:,.1f} ms; {words}"
    return Figure(f"validate_changes, {name}", found, "ms", EDIT_LIMIT, said)


def _edits_of_a_list(settings: Settings) -> list[Figure]:
    """Edits among very many siblings, two of them with something to find."""
    root = flat_tree(settings.nodes).root
    children = spread(list(root.children()), settings.runs)
    twice = new_node("collection", id=children[0].require_id(), children=[])
    edits: dict[str, Callable[[Node], Node]] = {
        "a wrong attribute": lambda child: child.set_attr("labels", "yes"),
        "a child removed": lambda child: child.remove(),
        "an id that is there twice": lambda child: child.set_attr("lab:x", 1).tree.root.add(twice),
    }
    words = f"of a list of {settings.nodes:,} children"
    return [
        _edit_figure(f"{name}, one long list", [(root, edit(child)) for child in children], words)
        for name, edit in edits.items()
    ]


def _edit_of_a_plate(settings: Settings) -> list[Figure]:
    """The rows of a plate change, which all wells refer to, beside checking everything."""
    document = plate(min(PLATE_NODES, settings.nodes))["ome"]
    root = as_tree(document, "file:///plate.json").root
    held = document["attributes"]["plate"]
    edited = root.set_attr("plate", {**held, "rows": held["rows"][:-1]})
    ours, theirs = interleaved(
        partial(seconds, partial(ngc.validate_changes, root, edited)),
        partial(seconds, partial(ngc.validate, edited)),
        rounds=settings.few,
    )
    checked = ngc.validate_changes(root, edited).checked
    words = f"{checked:,} of {_count(document):,} nodes; validate: {_ms(theirs)}; {_ms(ours)}"
    ratio = median_ratio(ours, theirs)
    return [Figure("validate_changes, a row of a plate", ratio, "x", PLATE_LIMIT, words)]


def _carrying_over(settings: Settings) -> list[Figure]:
    """`Revalidation.update` where there are many findings."""
    count = min(FINDINGS, settings.nodes)
    nodes = [{"type": "collection", "id": f"not an id {n}", "nodes": []} for n in range(count)]
    root = as_tree({"type": "collection", "id": "root", "version": "0.9", "nodes": nodes}).root
    before = ngc.validate(root)
    change = ngc.validate_changes(root, root.set_attr("lab:x", 1))
    each = median_seconds(partial(change.update, before), settings.few) / len(before)
    name = f"update after an edit, each of {len(before):,} findings"
    return [Figure(name, each * 1e6, "us", UPDATE_LIMIT_US, "the limit alone")]


def _deep_findings(settings: Settings) -> list[Figure]:
    """A document in which every node has a finding, each inside of the one before."""
    levels = min(LEVELS, settings.nodes)
    node: dict[str, Any] = {"type": "collection", "id": "innermost", "nodes": []}
    for level in range(levels):
        attributes = {"acquisition": {"id": "none"}}
        node = {"type": "collection", "id": f"n{level}", "nodes": [node], "attributes": attributes}
    root = as_tree({**node, "version": "0.9"}).root
    assert len(ngc.validate(root)) == levels
    each = median_seconds(partial(ngc.validate, root), settings.few) / levels
    name = f"validate, each of {levels:,} findings inside of each other"
    return [Figure(name, each * 1e6, "us", DEEP_LIMIT_US, "the limit alone")]
