"""`python -m codegen`: write, check or compare."""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

from codegen.bodies import report_bodies
from codegen.conversions import load_tables, report_conversions
from codegen.diff import diff_revisions
from codegen.emit import GENERATED, generate
from codegen.errors import GenerationError
from codegen.sources import ROOT, load_sources

__all__ = ["main"]


def _stale(files: dict[Path, str], root: Path) -> list[Path]:
    """What is in the generated folder and would not be generated."""
    folder = root / GENERATED
    present = {
        path.relative_to(root)
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    return sorted(present - set(files))


def _write(files: dict[Path, str], root: Path) -> int:
    for path in _stale(files, root):
        (root / path).unlink()
    changed = 0
    for path, text in sorted(files.items()):
        target = root / path
        if target.exists() and target.read_text(encoding="utf-8") == text:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
        print(f"wrote {path.as_posix()}")
        changed += 1
    print(f"{len(files)} files generated, {changed} changed.")
    return 0


def _check(files: dict[Path, str], root: Path) -> int:
    problems = [
        f"{path.as_posix()} would not be generated any more" for path in _stale(files, root)
    ]
    for path, text in sorted(files.items()):
        target = root / path
        if not target.exists():
            problems.append(f"{path.as_posix()} is missing")
            continue
        old = target.read_text(encoding="utf-8")
        if old != text:
            lines = difflib.unified_diff(
                old.splitlines(), text.splitlines(), "committed", "generated", lineterm="", n=1
            )
            problems.append(f"{path.as_posix()} differs:\n" + "\n".join(list(lines)[:40]))
    for problem in problems:
        print(problem)
    if problems:
        print(
            "What is committed is not what the schemas say. "
            "Run `python -m codegen` and commit the result."
        )
        return 1
    print(f"{len(files)} generated files are up to date.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m codegen",
        description="Generate models, rule stubs, bundled schemas and docs from schemas/.",
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit with 1 if anything would change"
    )
    parser.add_argument(
        "--root", type=Path, default=ROOT, help="the project to work on (default: this one)"
    )
    commands = parser.add_subparsers(dest="command")
    diff = commands.add_parser("diff", help="show what changed between two revisions of RFC-8")
    diff.add_argument("old", help="for example draft-2026-04")
    diff.add_argument("new", help="for example v1-2026-08")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run the generator.

    Args:
        arguments: The command line; that of the process by default.

    Returns:
        The exit code: 0 for success, 1 for differences or missing rule bodies, 2 for
        sources that contradict themselves.
    """
    options = _parser().parse_args(arguments)
    root: Path = options.root
    try:
        sources = load_sources(root)
        if options.command == "diff":
            print(diff_revisions(sources, options.old, options.new))
            return 0
        files = generate(sources)
        missing = "\n".join(
            report
            for report in (
                report_bodies(root, files[GENERATED / "stubs.py"]),
                report_conversions(root, load_tables(root)),
            )
            if report
        )
    except GenerationError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    code = _check(files, root) if options.check else _write(files, root)
    if missing:
        print(missing)
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
