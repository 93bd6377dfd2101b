"""Every example runs as a user would run it, and prints what it says at its end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
PRINTS = "# Prints:"


def expected(text: str) -> str:
    """What stands at the end of an example, after the line `# Prints:`, without the `#`."""
    _, mark, block = text.rpartition(f"\n{PRINTS}\n")
    assert mark, f"the example does not end with {PRINTS!r} and what it prints"
    lines = block.splitlines()
    assert all(line == "#" or line.startswith("# ") for line in lines)
    return "".join(f"{line[2:]}\n" for line in lines)


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_examples_are_numbered_in_order() -> None:
    names = [re.match(r"(\d\d)_[a-z_]+\.py$", path.name) for path in EXAMPLES]
    numbers = [int(match[1]) for match in names if match is not None]
    assert len(numbers) == len(EXAMPLES) >= 10
    assert numbers == sorted(set(numbers))
    assert numbers[:10] == [*range(1, 11)]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_can_be_read_in_a_few_minutes(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    code = text.rpartition(f"\n{PRINTS}\n")[0].splitlines()
    assert 40 <= len(code) <= 90


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_prints_what_it_says_and_writes_only_here(path: Path, tmp_path: Path) -> None:
    here, home, temporary = (tmp_path / name for name in ("here", "home", "temporary"))
    for folder in (here, home, temporary):
        folder.mkdir()
    before = files_in(path.parent)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "TEMP": str(temporary),
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", str(path)],
        cwd=here,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout == expected(path.read_text(encoding="utf-8"))
    assert {name.partition("/")[0] for name in files_in(tmp_path)} <= {"here"}
    assert files_in(path.parent) == before
