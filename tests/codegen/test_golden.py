"""What the generator makes of the small project is, to the byte, what is recorded.

The header of each file names the versions of the tools; they are pinned, so they are
recorded, too. After a change that is meant to change what is generated, look at what
differs and record it: `NGIO_UPDATE_GOLDEN=1 pytest tests/codegen/test_golden.py`.
"""

from __future__ import annotations

import ast
import json
import os
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.codegen.projects import GOLDEN, Files

SUFFIX = ".golden"
UPDATE = "NGIO_UPDATE_GOLDEN"


def recorded() -> dict[str, str]:
    return {
        path.relative_to(GOLDEN).as_posix().removesuffix(SUFFIX): path.read_text("utf-8")
        for path in sorted(GOLDEN.rglob(f"*{SUFFIX}"))
    }


def record(files: dict[str, str], folder: Path = GOLDEN) -> list[str]:
    """Write the files, delete those that are recorded and not made, name what changed."""
    names = {f"{name}{SUFFIX}": text for name, text in files.items()}
    changed = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).as_posix() not in names:
            path.unlink()
            changed.append(path.relative_to(folder).as_posix())
    for name, text in sorted(names.items()):
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            changed.append(name)
    return changed


def test_the_small_project_gives_exactly_the_recorded_files(small_before: Files) -> None:
    if os.environ.get(UPDATE):
        changed = record(small_before)
        pytest.fail(f"recorded anew because {UPDATE} is set; changed: {changed}")
    assert sorted(small_before) == sorted(recorded())
    for name, text in recorded().items():
        assert small_before[name] == text, f"{name} differs"


def test_nothing_lies_among_the_recorded_files_that_would_be_collected_or_linted() -> None:
    files = [path for path in GOLDEN.rglob("*") if path.is_file()]
    assert len(files) == len(recorded()) > 10
    assert [path for path in files if path.suffix != SUFFIX] == []


def test_recording_writes_what_differs_and_deletes_what_is_left_over(tmp_path: Path) -> None:
    files = {"models.py": "a = 1\n", "docs/rules.md": "# Rules\n"}
    assert record(files, tmp_path) == ["docs/rules.md.golden", "models.py.golden"]
    assert record(files, tmp_path) == []
    del files["models.py"]
    files["docs/rules.md"] = "# All rules\n"
    assert record(files, tmp_path) == ["models.py.golden", "docs/rules.md.golden"]
    assert (tmp_path / "docs/rules.md.golden").read_text("utf-8") == "# All rules\n"


def test_a_set_variable_records_and_never_passes(
    small_before: Files, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(UPDATE, "1")
    monkeypatch.setattr(record, "__defaults__", (tmp_path,))
    with pytest.raises(pytest.fail.Exception, match="recorded anew because NGIO_UPDATE_GOLDEN"):
        test_the_small_project_gives_exactly_the_recorded_files(small_before)
    assert len(list(tmp_path.rglob(f"*{SUFFIX}"))) == len(small_before)


def test_recorded_python_is_valid_and_recorded_schemas_are_schemas() -> None:
    suffixes = {Path(name).suffix for name in recorded()}
    assert suffixes == {".py", ".json", ".md"}
    for name, text in recorded().items():
        if name.endswith(".py"):
            ast.parse(text, filename=name)
        if name.endswith(".json"):
            Draft202012Validator.check_schema(json.loads(text))
