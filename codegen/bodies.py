"""Which generated stubs have no hand-written body, and which bodies have no stub."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

__all__ = ["RULES_FOLDER", "report_bodies", "written_bodies"]

RULES_FOLDER: Final = Path("src/ngio_collections/validate/rules")


def written_bodies(root: Path) -> dict[str, str]:
    """Find the functions that are marked with `@implements(stubs.name)`.

    Args:
        root: The root of the project.

    Returns:
        The module of each body, by the name of its stub.
    """
    found: dict[str, str] = {}
    for path in sorted((root / RULES_FOLDER).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            for decorator in node.decorator_list:
                if (
                    isinstance(decorator, ast.Call)
                    and isinstance(decorator.func, ast.Name)
                    and decorator.func.id == "implements"
                    and isinstance(decorator.args[0], ast.Attribute)
                ):
                    found[decorator.args[0].attr] = path.name
    return found


def report_bodies(root: Path, stubs: str) -> str:
    """Say which stubs lack a body and which bodies lack a stub.

    Args:
        root: The root of the project.
        stubs: The source of the generated stubs.

    Returns:
        Lines for people, with a body to start from; empty if all is well.
    """
    declared: dict[str, tuple[str, str]] = {}
    for node in ast.parse(stubs).body:
        if isinstance(node, ast.FunctionDef):
            decorator = node.decorator_list[0]
            assert isinstance(decorator, ast.Call)
            argument = decorator.args[1]
            assert isinstance(argument, ast.Constant)
            doc = (ast.get_docstring(node) or "").splitlines()[0]
            declared[node.name] = (str(argument.value), doc)
    written = written_bodies(root)
    lines: list[str] = []
    for name, (group, doc) in declared.items():
        if name not in written:
            lines.append(
                f"\n{RULES_FOLDER.as_posix()}/{group}.py has no body for {name}: {doc}\n"
                f"    @implements(stubs.{name})\n"
                f"    def {name}(subject: Subject, context: Context) -> Iterator[Violation]: ..."
            )
    lines += [
        f"\n{RULES_FOLDER.as_posix()}/{module} has a body for {name}, which no rule asks for any "
        "more: delete it."
        for name, module in written.items()
        if name not in declared
    ]
    return "\n".join(lines)
