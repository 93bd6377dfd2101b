from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections.resolve._drivers import run
from ngio_collections.resolve._reader import Reader, Settings


def put(path: Path, *targets: str) -> str:
    nodes: list[Any] = [
        {"type": "collection", "id": f"n{n}", "path": {"type": "json", "path": target}}
        for n, target in enumerate(targets)
    ]
    root = {"version": "0.9", "type": "collection", "id": path.stem, "nodes": nodes}
    path.write_text(json.dumps({"ome": root}), "utf-8")
    return path.as_uri()


def test_documents_that_cannot_be_read_are_set_aside_if_there_is_a_place_for_them(
    tmp_path: Path,
) -> None:
    leaf = put(tmp_path / "leaf.json")
    good = put(tmp_path / "good.json", "./leaf.json", "./gone.json")
    missing = (tmp_path / "missing.json").as_uri()
    unreadable: dict[str, ngc.DocumentError] = {}
    reader = Reader(Settings())
    found = run(reader.documents([missing, good], unreadable), ngc.LocalStore())
    assert sorted(found) == sorted([leaf, good])
    assert [(url, type(e)) for url, e in unreadable.items()] == [
        (missing, ngc.DocumentNotFoundError)
    ]
    assert [record.kind for record in reader.report().failures] == ["missing"]


def test_without_such_a_place_the_first_is_an_error(tmp_path: Path) -> None:
    missing = (tmp_path / "missing.json").as_uri()
    with pytest.raises(ngc.DocumentNotFoundError):
        run(Reader(Settings()).documents([missing]), ngc.LocalStore())


def test_consolidate_reports_what_is_not_in_the_file(tmp_path: Path) -> None:
    entry = put(tmp_path / "entry.json", "./gone.json", "https://elsewhere.org/a.json")
    saved = ngc.consolidate(entry)
    assert saved.report is not None
    assert [record.kind for record in saved.report.failures] == ["forbidden", "missing"]
    checked = ngc.consolidate(entry, check=True)
    assert checked.report is not None
    assert len(checked.report.failures) == 2
    assert "report" not in saved.to_json()
