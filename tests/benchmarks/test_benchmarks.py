"""Every figure is produced at a small size; no times are asserted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import ngio_collections as ngc
from benchmarks import _start
from benchmarks.__main__ import MEASUREMENTS, main
from benchmarks._collections import Screen, chain, flat
from benchmarks._figures import Figure, interleaved, median_ratio
from benchmarks._report import BEGIN, END, as_table
from benchmarks._shards import ENTRY, SHARDS, cached, in_memory, sharded
from ngio_collections.graph import as_tree

SMALL = ["--nodes", "2000", "--runs", "3"]
KEYS = {"operation", "name", "value", "unit", "limit", "compared_with", "holds"}


@pytest.fixture
def no_processes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Stands in for interpreters that only a clock looks at."""
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr(_start, "_python", lambda *arguments: started.append(arguments))
    return started


@pytest.mark.parametrize("operation", MEASUREMENTS)
def test_every_operation_gives_figures_in_the_table_in_json_and_in_the_document(
    operation: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    no_processes: list[tuple[str, ...]],
) -> None:
    file, document = tmp_path / "figures.json", tmp_path / "performance.md"
    code = main(
        ["--ops", operation, *SMALL, "--json", str(file), "--report", str(document)],
    )
    printed = capsys.readouterr().out
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    figures = content["figures"]
    assert content["nodes"] == 2000
    if not (operation == "memory" and not Path("/proc/self/status").is_file()):
        assert figures
    for figure in figures:
        assert set(figure) == KEYS
        assert figure["operation"] == operation
        assert figure["value"] >= 0 or operation == "import"
        assert figure["name"] in printed
        assert figure["name"] in document.read_text(encoding="utf-8")
    assert code == (0 if all(figure["holds"] for figure in figures) else 1)


def test_code_is_generated_to_time_it(no_processes: list[tuple[str, ...]]) -> None:
    main(["--ops", "generate", *SMALL])
    assert set(no_processes) == {("-m", "codegen", "--check")}


def test_an_unknown_operation_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--ops", "dance"])
    assert "dance" in capsys.readouterr().err


def test_a_figure_beyond_its_limit_is_marked_and_one_at_its_limit_is_not() -> None:
    broken, kept = (Figure("a", value, "us", 20.0, "the limit alone") for value in (20.1, 20.0))
    assert not broken.holds
    assert kept.holds
    assert "TOO MUCH" in as_table([broken])
    assert "TOO MUCH" not in as_table([kept])


def test_a_broken_limit_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, code in ((1.0, 0), (3.0, 1)):
        figure = Figure("a", value, "x", 2.0, "b")
        monkeypatch.setitem(MEASUREMENTS, "edit", lambda _settings, figure=figure: [figure])
        assert main(["--ops", "edit", *SMALL]) == code


def test_sides_are_measured_in_turns_and_the_first_time_is_not_counted() -> None:
    order: list[str] = []

    def side(name: str) -> float:
        order.append(name)
        return float(len(order))

    first, second = interleaved(lambda: side("a"), lambda: side("b"), rounds=2)
    assert order == ["a", "b", "a", "b", "b", "a"]
    assert (first, second) == ([3.0, 6.0], [4.0, 5.0])
    assert median_ratio(first, second) == pytest.approx((3 / 4 + 6 / 5) / 2)


@pytest.mark.parametrize(
    ("screen", "nodes"),
    [(Screen.of(1_000_000), 1_008_021), (Screen(scenes=2), 187_221), (Screen(1, 3), 632)],
)
def test_a_screen_says_how_many_nodes_it_has(screen: Screen, nodes: int) -> None:
    assert len(screen) == nodes


def test_a_screen_has_as_many_nodes_as_it_says() -> None:
    for screen in (Screen(2, 3, 2), Screen(1, 2, 2, has_overviews=True)):
        assert len(as_tree(screen.document())) == len(screen)


def test_a_well_with_two_scenes_and_an_overview_has_fifty_nodes() -> None:
    assert Screen(scenes=2, has_overviews=True).well_nodes == 50


@pytest.mark.parametrize("document", [Screen(2, 30, 1).document(), flat(20), chain(20)])
def test_the_collections_are_correct(document: dict[str, Any]) -> None:
    assert ngc.validate_document({"ome": document}) == []


@pytest.mark.parametrize(("shard", "documents"), list(zip(SHARDS, (1, 3, 9, 27), strict=True)))
def test_a_screen_in_many_documents_is_the_same_screen(shard: str, documents: int) -> None:
    screen = Screen(2, 3, 3)
    store = ngc.MemoryStore(
        {f"memory://x/{name}": d for name, d in in_memory(screen.document(), shard).items()}
    )
    root = ngc.open_inlined(f"memory://x/{ENTRY}", store=store)
    assert len(store) == documents
    assert not root.report.unfollowed
    assert len(root.tree) == len(screen)
    assert [node.id for node in root.walk()] == [
        node.id for node in as_tree(screen.document()).root.walk()
    ]


def test_files_of_screens_are_written_once_and_removed_in_the_end() -> None:
    with cached():
        found = sharded(Screen(1, 2, 2), "scene")
        assert sharded(Screen(1, 2, 2), "scene") == found
        assert found.count == len(found.paths()) == 8
        assert found.paths()[0] == found.entry
        assert all(path.is_file() for path in found.paths())
    assert not found.entry.parent.parent.exists()


def test_a_report_keeps_what_people_wrote_around_the_figures(tmp_path: Path) -> None:
    file = tmp_path / "findings.md"
    file.write_text(f"# Findings\n\n{BEGIN}\nold\n{END}\n\nWords.\n", encoding="utf-8")
    main(["--ops", "chain", *SMALL, "--report", str(file)])
    text = file.read_text(encoding="utf-8")
    assert text.startswith(f"# Findings\n\n{BEGIN}\n")
    assert text.endswith(f"{END}\n\nWords.\n")
    assert "old" not in text
    assert "| chain, walk |" in text


OPERATIONS = ("remove", "chain", "print")


def test_a_report_of_some_operations_keeps_the_figures_of_the_others(tmp_path: Path) -> None:
    file = tmp_path / "performance.md"
    main(["--ops", "chain", "print", *SMALL, "--report", str(file)])
    before = file.read_text(encoding="utf-8")
    main(["--ops", "remove", *SMALL, "--report", str(file)])
    text = file.read_text(encoding="utf-8")
    begins = [text.index(f"<!-- figures of {name} -->") for name in OPERATIONS]
    assert begins == sorted(begins)
    removed = text[begins[0] : begins[1]]
    assert text.replace(removed, "") == before
    file.write_text(text.replace("chain, walk", "chain, old"), encoding="utf-8")
    main(["--ops", "chain", "--nodes", "2000", "--runs", "9", "--report", str(file)])
    text = file.read_text(encoding="utf-8")
    assert "chain, old" not in text
    assert removed in text
    assert text.endswith(before[before.index("## How it is measured") :])
    # What it was measured with is not what the page says.
    assert text.count("medians of 3 to 9 runs\n\nfigure") == 1
