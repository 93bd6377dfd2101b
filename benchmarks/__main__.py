"""Measure, print a table, and fail where a figure is beyond its limit."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks._candidates import comparing_candidates
from benchmarks._conversion import converting
from benchmarks._editing import (
    appending,
    comparing,
    editing_one,
    in_transaction,
    keeping_versions,
    removing,
)
from benchmarks._figures import Figure, Settings
from benchmarks._growth import growing, nesting
from benchmarks._inlined import inlining_files, saving_edits, saving_whole
from benchmarks._opening import memory, opening
from benchmarks._reading import finding, fingerprinting, printing, walking
from benchmarks._report import as_json, as_table, machine, write_report
from benchmarks._shards import SHARDS, cached
from benchmarks._start import importing, regenerating
from benchmarks._tables import tabling
from benchmarks._validation import (
    against_jsonschema,
    against_parsing,
    by_size,
    checking_edits,
    memory_of_validation,
)
from benchmarks._waiting import nesting_documents, waiting, widening

MEASUREMENTS: dict[str, Callable[[Settings], list[Figure]]] = {
    "import": importing,
    "generate": regenerating,
    "validate": against_parsing,
    "jsonschema": against_jsonschema,
    "size": by_size,
    "validate-memory": memory_of_validation,
    "validate-changes": checking_edits,
    "open": opening,
    "memory": memory,
    "walk": walking,
    "find": finding,
    "edit": editing_one,
    "versions": keeping_versions,
    "transaction": in_transaction,
    "append": appending,
    "remove": removing,
    "diff": comparing,
    "growth": growing,
    "chain": nesting,
    "fingerprint": fingerprinting,
    "print": printing,
    "table": tabling,
    "inline": inlining_files,
    "save-inlined": saving_whole,
    "save-tree": saving_edits,
    "latency": waiting,
    "width": widening,
    "documents": nesting_documents,
    "inlining": comparing_candidates,
    "convert": converting,
}


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    default = Settings()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--nodes", type=int, default=default.nodes, help="about how many nodes the trees have"
    )
    parser.add_argument(
        "--ops", choices=MEASUREMENTS, nargs="+", metavar="NAME", help="measure only these"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="also write a document there; one that is there keeps all but these figures",
    )
    parser.add_argument(
        "--shard",
        choices=SHARDS,
        nargs="+",
        default=default.shards,
        help="what has a document of its own, in collections of many documents",
    )
    parser.add_argument(
        "--runs", type=int, default=default.runs, help="runs of the shortest figures"
    )
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Measure what was asked for.

    Args:
        given: The arguments of the command line; those of the process if None.

    Returns:
        0 where every figure is within its limit, 1 otherwise.
    """
    arguments = _arguments(given)
    settings = Settings(arguments.nodes, arguments.runs, tuple(arguments.shard))
    measured: dict[str, list[Figure]] = {}
    with cached():
        for name in arguments.ops or MEASUREMENTS:
            print(f"measuring: {name}", file=sys.stderr, flush=True)
            measured[name] = MEASUREMENTS[name](settings)
    figures = [figure for found in measured.values() for figure in found]
    print(f"{machine(settings)}\n")
    print(as_table(figures))
    if arguments.json is not None:
        arguments.json.write_text(as_json(measured, settings), encoding="utf-8")
    if arguments.report is not None:
        write_report(arguments.report, measured, settings, tuple(MEASUREMENTS))
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
