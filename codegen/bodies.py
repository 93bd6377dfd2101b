"""Whether each generated stub has one hand-written body, and each body a stub."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

from codegen.errors import GenerationError

__all__ = ["RULES_FOLDER", "report_bodies", "written_bodies"]

RULES_FOLDER: Final = Path("src/ngio_collections/validation/rules")


def _is_mark(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Name)
        and decorator.func.id == "implements"
        and len(decorator.args) == 1
        and isinstance(decorator.args[0], ast.Attribute)
    )


def written_bodies(root: Path) -> dict[str, list[str]]:
    """Find the functions that are marked with `@implements(stubs.name)`.

    Args:
        root: The root of the project.

    Returns:
        The modules of the bodies of each stub, by its name; one for each body.

    Raises:
        GenerationError: A module is no Python.
    """
    found: dict[str, list[str]] = {}
    for path in sorted((root / RULES_FOLDER).glob("*.py")):
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except SyntaxError as error:
            place = f"{RULES_FOLDER.as_posix()}/{path.name}"
            raise GenerationError(
                place, f"is no Python: {error.msg} in line {error.lineno}; correct it"
            ) from error
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for mark in (d for f in functions for d in f.decorator_list if _is_mark(d)):
            assert isinstance(mark, ast.Call)
            assert isinstance(mark.args[0], ast.Attribute)
            found.setdefault(mark.args[0].attr, []).append(path.name)
    return found


def _declared(stubs: str) -> dict[str, tuple[str, str]]:
    """The group of each stub and the first line of its text, by its name."""
    out: dict[str, tuple[str, str]] = {}
    for node in ast.parse(stubs).body:
        if isinstance(node, ast.FunctionDef):
            decorator = node.decorator_list[0]
            assert isinstance(decorator, ast.Call)
            argument = decorator.args[1]
            assert isinstance(argument, ast.Constant)
            doc = (ast.get_docstring(node) or "").splitlines()[0]
            out[node.name] = (str(argument.value), doc)
    return out


def _wrong(name: str, group: str, doc: str, modules: list[str]) -> str:
    """What is wrong with the bodies of a stub; empty if there is one, where it belongs."""
    folder = RULES_FOLDER.as_posix()
    if not modules:
        return (
            f"\n{folder}/{group}.py has no body for {name}: {doc}\n"
            f"    @implements(stubs.{name})\n"
            f"    def {name}(subject: Subject, context: Context) -> Iterator[Violation]: ..."
        )
    if len(modules) > 1:
        return (
            f"\n{folder}/ has {len(modules)} bodies for {name}, in {', '.join(modules)}: keep one."
        )
    if modules != [f"{group}.py"]:
        return (
            f"\n{folder}/{modules[0]} has the body for {name}, which belongs to the group {group}: "
            f"move it to {group}.py."
        )
    return ""


def report_bodies(root: Path, stubs: str) -> str:
    """Say which stubs lack a body, or have two, or one elsewhere, and which bodies lack a stub.

    Args:
        root: The root of the project.
        stubs: The source of the generated stubs.

    Returns:
        Lines for people, with a body to start from; empty if all is well.

    Raises:
        GenerationError: A module with bodies is no Python.
    """
    declared = _declared(stubs)
    written = written_bodies(root)
    lines = [
        _wrong(name, group, doc, written.get(name, [])) for name, (group, doc) in declared.items()
    ]
    lines += [
        f"\n{RULES_FOLDER.as_posix()}/{module} has a body for {name}, which no rule asks for any "
        "more: delete it."
        for name, modules in written.items()
        for module in modules
        if name not in declared
    ]
    return "\n".join(line for line in lines if line)
