"""What edits cost: one, many with all versions kept, many in a transaction; and differences."""

from __future__ import annotations

import statistics
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks._collections import Screen
from benchmarks._figures import Figure, Settings, Stopwatch, interleaved, median_ratio, seconds
from benchmarks._trees import flat_tree, screen_text, screen_tree, spread, tree_of
from ngio_collections.graph import Node, Patch, Transaction, diff, new_node

__all__ = [
    "appending",
    "comparing",
    "editing_one",
    "in_transaction",
    "keeping_versions",
    "removing",
]

FEW_NODES = 1_000
EDITS = 1_000
TRANSACTION_EDITS = 10_000
CHANGES = 10

EDIT_LIMIT, EDIT_LIMIT_US = 2.0, 20.0
KEPT_LIMIT_US, KEPT_LIMIT_KB = 20.0, 5.0
TRANSACTION_LIMIT_US = 10.0
APPEND_LIMIT, APPEND_LIMIT_US = 3.0, 50.0
REMOVE_LIMIT = 3.0
DIFF_LIMIT_MS = 1.0

NEW = new_node("singlescale", id="new", ref={"type": "zarr", "path": "./new"})
STUB = new_node("collection", id="new", ref={"type": "json", "path": "./new.json"})


def _small(settings: Settings) -> Screen:
    return Screen.of(settings.nodes).resized(FEW_NODES)


def _each(edit: Callable[[Node], object], nodes: Sequence[Node]) -> Stopwatch:
    """Apply an edit to each node of one version, and say how long one takes."""

    def run() -> None:
        for node in nodes:
            edit(node)

    return lambda: seconds(run) / len(nodes)


def _check(node: Node) -> Node:
    return node.set_attr("lab:checked", True)


def _us(found: Sequence[float]) -> float:
    return statistics.median(found) * 1e6


def editing_one(settings: Settings) -> list[Figure]:
    """One `set_attr` in a large tree, beside the same in a small one."""
    screens = (Screen.of(settings.nodes), _small(settings))
    large, small = (spread(list(screen_tree(screen).root.walk()), EDITS) for screen in screens)
    ours, theirs = interleaved(_each(_check, large), _each(_check, small), rounds=settings.runs)
    name = f"one set_attr in {len(screens[0]):,} nodes"
    words = f"the same in {len(screens[1]):,} nodes: {_us(theirs):.1f} us"
    return [
        Figure(name, median_ratio(ours, theirs), "x", EDIT_LIMIT, words),
        Figure(name, _us(ours), "us", EDIT_LIMIT_US, "the limit alone"),
    ]


# -- many edits ------------------------------------------------------------------


def _edits(root: Node) -> list[Callable[[Node], Node]]:
    """Edits of images, one of each kind."""
    plate = next(root.children())
    return [
        _check,
        lambda node: node.rename("Renamed"),
        lambda node: node.add(NEW),
        lambda node: node.remove(),
        lambda node: node.move(plate),
    ]


def _checked_versions(root: Node, nodes: Sequence[Node]) -> list[Node]:
    versions = []
    for node in nodes:
        root = _check(root.at(node))
        versions.append(root)
    return versions


def _mixed_versions(root: Node, nodes: Sequence[Node]) -> list[Node]:
    edits = _edits(root)
    versions = []
    for number, node in enumerate(nodes):
        root = edits[number % len(edits)](root.at(node))
        versions.append(root)
    return versions


def keeping_versions(settings: Settings) -> list[Figure]:
    """Edits one after the other, with every version kept."""
    root = screen_tree(Screen.of(settings.nodes)).root
    samples = (
        ("set_attr", _checked_versions, list(root.walk())),
        ("mixed", _mixed_versions, list(root.walk(type="multiscale"))),
    )
    figures: list[Figure] = []
    for kind, run, nodes in samples:
        made = partial(run, root, spread(nodes, EDITS))
        edits = len(made())
        found = [seconds(made) / edits for _ in range(settings.runs)]
        name = f"{edits:,} edits ({kind}), versions kept, each"
        figures += [
            # The time limit is that of one plain edit; adding and moving do more.
            Figure(name, _us(found), "us", *_kept_limit(kind)),
            Figure(name, _traced(made) / edits / 1000, "KB", KEPT_LIMIT_KB, "the limit alone"),
        ]
    return figures


def _kept_limit(kind: str) -> tuple[float | None, str]:
    return (KEPT_LIMIT_US, "the limit alone") if kind == "set_attr" else (None, "")


def _traced(run: Callable[[], object]) -> int:
    """How many bytes there are more while the result of something is held."""
    tracemalloc.start()
    try:
        held = run()
        size, _ = tracemalloc.get_traced_memory()
        del held
        return size
    finally:
        tracemalloc.stop()


def in_transaction(settings: Settings) -> list[Figure]:
    """Many edits that become one tree, of nodes addressed by handle and by id."""
    root = screen_tree(Screen.of(settings.nodes)).root
    nodes = spread(list(root.walk()), TRANSACTION_EDITS)
    nodes = (nodes * -(-TRANSACTION_EDITS // len(nodes)))[:TRANSACTION_EDITS]
    ids = [node.require_id() for node in nodes]

    def run(keys: Sequence[str] | Sequence[Node]) -> None:
        with root.edit() as transaction:
            _check_all(transaction, keys)

    by_handle, by_id = interleaved(
        *(partial(seconds, partial(run, keys)) for keys in (nodes, ids)), rounds=settings.runs
    )
    return [
        Figure(
            f"{TRANSACTION_EDITS:,} edits in a transaction, {kind}, each",
            _us(found) / TRANSACTION_EDITS,
            "us",
            TRANSACTION_LIMIT_US,
            "the limit alone",
        )
        for kind, found in (("by handle", by_handle), ("by id", by_id))
    ]


def _check_all(transaction: Transaction, keys: Sequence[str] | Sequence[Node]) -> None:
    for key in keys:
        transaction[key].set_attr("lab:checked", True)


# -- structure -------------------------------------------------------------------


def appending(settings: Settings) -> list[Figure]:
    """A child at the end of a long list of children, beside the same in a short one."""
    large = flat_tree(settings.nodes).root
    small = flat_tree.__wrapped__(FEW_NODES).root
    name = f"append to {settings.nodes:,} children"
    figures: list[Figure] = []
    for kind, run in (("", _append_apart), (", one after the other", _append_in_a_row)):
        ours, theirs = interleaved(
            *(partial(seconds, partial(run, root)) for root in (large, small)),
            rounds=settings.runs,
        )
        words = f"the same to {FEW_NODES:,} children: {_us(theirs) / EDITS:.1f} us"
        us = _us(ours) / EDITS
        figures += [
            Figure(f"{name}{kind}", median_ratio(ours, theirs), "x", APPEND_LIMIT, words),
            Figure(f"{name}{kind}", us, "us", APPEND_LIMIT_US, "the limit alone"),
        ]
    return figures


def _append_apart(root: Node) -> None:
    for _ in range(EDITS):
        root.add(STUB)


def _append_in_a_row(root: Node) -> None:
    for _ in range(EDITS):
        root = root.add(STUB)


def removing(settings: Settings) -> list[Figure]:
    """Subtrees of 50 nodes, from a large tree and from a small one."""
    shape = Screen(scenes=2, has_overviews=True)
    large, small = (shape.resized(nodes) for nodes in (settings.nodes, FEW_NODES))
    trees = [tree_of(screen_text(screen)) for screen in (large, small)]
    wells = [
        spread([well for plate in tree.root.children() for well in plate.children()], EDITS)
        for tree in trees
    ]
    assert len(wells[0][0].subtree().tree) == shape.well_nodes
    ours, theirs = interleaved(
        *(_each(lambda node: node.remove(), nodes) for nodes in wells), rounds=settings.runs
    )
    name = f"remove {shape.well_nodes} of {len(large):,} nodes"
    words = f"the same of {len(small):,} nodes: {_us(theirs):.1f} us"
    return [
        Figure(name, median_ratio(ours, theirs), "x", REMOVE_LIMIT, words),
        Figure(name, _us(ours), "us", None, words),
    ]


# -- differences -----------------------------------------------------------------


def _patch(old: Node, new: Node) -> Patch:
    return diff(old, new).to_patch()


def comparing(settings: Settings) -> list[Figure]:
    """The difference of two versions, of trees with no other edits and with many."""
    screen = Screen.of(settings.nodes)
    root = screen_tree(screen).root
    images = spread(list(root.walk(type="multiscale")), EDITS + CHANGES)
    late, before = images[:CHANGES], images[CHANGES:]
    figures: list[Figure] = []
    for words, old in (
        ("versions without other edits", root),
        (f"versions with {len(before):,} edits before", _mixed_versions(root, before)[-1]),
    ):
        new = _mixed_versions(old, late)[-1]
        assert diff(old, new)
        ours, patch = interleaved(
            partial(seconds, partial(diff, old, new)),
            partial(seconds, partial(_patch, old, new)),
            rounds=settings.runs,
        )
        name = f"diff, {CHANGES} edits apart, {len(screen):,} nodes"
        figures += [
            Figure(name, _us(ours) / 1000, "ms", DIFF_LIMIT_MS, words),
            Figure(f"{name}, as a patch", _us(patch) / 1000, "ms", None, words),
        ]
    return figures
