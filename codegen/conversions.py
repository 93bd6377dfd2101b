"""From the tables of conversions to their generated twins: data, stubs and documentation."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import jinja2

from codegen.errors import GenerationError
from codegen.reading import (
    JsonObject,
    Key,
    at,
    check_name,
    check_object,
    known,
    read_object,
    relative,
    show,
)

__all__ = [
    "BODIES_FOLDER",
    "CONVERSIONS",
    "TableSource",
    "load_tables",
    "render_conversion_docs",
    "render_conversions",
    "report_conversions",
]

CONVERSIONS: Final = Path("schemas/conversions")
BODIES_FOLDER: Final = Path("src/ngio_collections/conversion/bodies")
MARKS: Final = ("converts", "restores")
"""The decorators of the two functions of a row: one for each way."""

VERSIONS: Final = ("0.4", "0.5", "0.6")
OUTCOMES: Final = ("mapped", "kept", "refused")
STAYS: Final = "-"
"""As the key of a kept field: it stays in the source."""

_TABLE: Final = {
    "title": Key("string", "what people call the concept"),
    "group": Key("string", "the module of its code, and the chapter of its documentation"),
    "description": Key("string", "what the concept is, for the documentation"),
    "places": Key("text", "where it is in the attributes of a group, as a pointer pattern"),
    "rest": Key("string", "the attribute that keeps what has no field", optional=True),
    "rows": Key("array of objects", "what becomes of each field"),
}
_ROW: Final = {
    "field": Key("string", "the key of the field; `*` for all that no other row is about"),
    "versions": Key("array of strings", "the versions of OME-Zarr in which the row counts"),
    "outcome": Key("string", "mapped, kept or refused"),
    "target": Key("string", "where it goes, as a pointer pattern from the node", optional=True),
    "key": Key("string", "the attribute that keeps it; `-` if it stays there", optional=True),
    "required": Key("boolean", "whether the object means nothing without it", optional=True),
    "reason": Key("string", "why, in one sentence or two"),
}


@dataclass(frozen=True)
class TableSource:
    """One table, with the file that it stands in.

    Attributes:
        name: The name of the concept, which is that of the file.
        data: What the file says.
        file: The file.
    """

    name: str
    data: JsonObject
    file: Path


def _check_row(place: str, row: JsonObject, rest: str) -> None:
    check_object(place, row, _ROW)
    if row["outcome"] not in OUTCOMES:
        raise GenerationError(
            at(place, "/outcome"),
            f"is {show(row['outcome'])}; expected one of {', '.join(OUTCOMES)}",
        )
    if unknown := sorted(set(row["versions"]) - set(VERSIONS)):
        raise GenerationError(
            at(place, "/versions"),
            f"names {known(unknown)}, which is not read; expected some of {known(VERSIONS)}",
        )
    if not row["versions"]:
        raise GenerationError(at(place, "/versions"), "is empty, so that the row never counts")
    if (row["outcome"] == "mapped") != ("target" in row):
        raise GenerationError(
            place, "a row has a `target` if, and only if, it is mapped; correct one of the two"
        )
    if row["outcome"] == "kept" and not (row.get("key") or rest):
        raise GenerationError(
            place, "says no `key`, and the table no `rest`; say which attribute keeps the field"
        )
    if row["field"] == "*" and row["outcome"] == "mapped":
        raise GenerationError(place, "maps every other field; expected `kept` or `refused`")


def _check_table(place: str, data: JsonObject) -> None:
    check_object(place, data, _TABLE)
    check_name(at(place, "/group"), data["group"])
    seen: dict[tuple[str, str], str] = {}
    for position, row in enumerate(data["rows"]):
        where = at(place, f"/rows/{position}")
        _check_row(where, row, data.get("rest", ""))
        for version in row["versions"]:
            twice = seen.setdefault((row["field"], version), where)
            if twice != where:
                raise GenerationError(
                    where,
                    f"is about `{row['field']}` in {version}, as {twice} is already; "
                    "delete one of them, or change its `versions`",
                )
    versions = {version for _, version in seen}
    for version in sorted(versions):
        if ("*", version) not in seen:
            raise GenerationError(
                at(place, "/rows"),
                f"say nothing about unknown fields in {version}; add a row for the field `*`",
            )


def load_tables(root: Path) -> tuple[TableSource, ...]:
    """Read all tables of conversions.

    Args:
        root: The root of the project.

    Returns:
        The tables by name; none if the project converts nothing.

    Raises:
        GenerationError: A table is not what it should be.
    """
    tables = []
    for path in sorted((root / CONVERSIONS).glob("*.json")):
        place = relative(path, root)
        check_name(place, path.stem)
        data = read_object(path, root)
        _check_table(place, data)
        tables.append(TableSource(path.stem, data, path))
    return tuple(tables)


def _stub_name(table: str, field: str) -> str:
    name = "".join(c if c.isalnum() else "_" for c in f"{table}_{field}")
    return name.lower()


def _stubs(tables: tuple[TableSource, ...]) -> list[dict[str, Any]]:
    """One stub for each field that is mapped, whatever the number of its rows."""
    stubs: dict[str, dict[str, Any]] = {}
    for table in tables:
        for row in table.data["rows"]:
            if row["outcome"] != "mapped":
                continue
            name = _stub_name(table.name, row["field"])
            stub = stubs.setdefault(
                name,
                {
                    "name": name,
                    "table": table.name,
                    "field": row["field"],
                    "group": table.data["group"],
                    "title": table.data["title"],
                    "rows": [],
                },
            )
            if (stub["table"], stub["field"]) != (table.name, row["field"]):
                raise GenerationError(
                    table.file.name, f"`{row['field']}` makes the name {name}, which is taken"
                )
            stub["rows"].append({"key": "", **row})
    return sorted(stubs.values(), key=lambda stub: str(stub["name"]))


def render_conversions(
    env: jinja2.Environment, tables: tuple[TableSource, ...], header: str
) -> str:
    """Make `_generated/conversions.py`: the tables as data, and the stubs."""
    return env.get_template("conversions.py.jinja2").render(
        header=header, tables=_filled(tables), stubs=_stubs(tables)
    )


def _filled(tables: tuple[TableSource, ...]) -> list[dict[str, Any]]:
    """The tables with everything that may be left out."""
    filled: list[dict[str, Any]] = []
    for table in tables:
        rest = table.data.get("rest", "")
        rows = [
            {
                "target": "",
                "required": False,
                **row,
                "key": row.get("key", rest if row["outcome"] == "kept" else ""),
            }
            for row in table.data["rows"]
        ]
        filled.append({**table.data, "name": table.name, "rest": rest, "rows": rows})
    return filled


def render_conversion_docs(env: jinja2.Environment, tables: tuple[TableSource, ...]) -> str:
    """Make `docs/conversion.md`: how to convert, and what becomes of every field."""
    chapters: dict[str, list[dict[str, Any]]] = {}
    for table in _filled(tables):
        chapters.setdefault(table["group"], []).append(table)
    template = env.get_template("conversion.md.jinja2")
    return template.render(chapters=chapters, versions=VERSIONS, stays=STAYS).rstrip() + "\n"


def _mark(decorator: ast.expr) -> tuple[str, str] | None:
    """The mark of a decorator `@converts(conversions.name)`, and the name."""
    if (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Name)
        and decorator.func.id in MARKS
        and len(decorator.args) == 1
        and isinstance(decorator.args[0], ast.Attribute)
    ):
        return decorator.func.id, decorator.args[0].attr
    return None


def _written(root: Path) -> dict[tuple[str, str], list[str]]:
    """The modules of the functions of each stub, by mark and name."""
    found: dict[tuple[str, str], list[str]] = {}
    for path in sorted((root / BODIES_FOLDER).glob("*.py")):
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except SyntaxError as error:
            place = f"{BODIES_FOLDER.as_posix()}/{path.name}"
            raise GenerationError(
                place, f"is no Python: {error.msg} in line {error.lineno}; correct it"
            ) from error
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                for decorator in function.decorator_list:
                    mark = _mark(decorator)
                    if mark is not None:
                        found.setdefault(mark, []).append(path.name)
    return found


def _wrong(mark: str, stub: dict[str, Any], modules: list[str]) -> str:
    """What is wrong with one of the functions of a stub; empty if nothing is."""
    folder, name, group = BODIES_FOLDER.as_posix(), stub["name"], stub["group"]
    if not modules:
        signature = {
            "converts": f"def {name}(value: Any, piece: Piece, at: str) -> Mapped: ...",
            "restores": f"def {name}_back(piece: Restored) -> Any: ...",
        }[mark]
        return (
            f"\n{folder}/{group}.py has no code for {name}: {stub['rows'][0]['reason']}\n"
            f"    @{mark}(conversions.{name})\n"
            f"    {signature}"
        )
    if len(modules) > 1:
        return f"\n{folder}/ has @{mark}(conversions.{name}) in {', '.join(modules)}: keep one."
    if modules != [f"{group}.py"]:
        return (
            f"\n{folder}/{modules[0]} has @{mark}(conversions.{name}), which belongs to the group "
            f"{group}: move it to {group}.py."
        )
    return ""


def report_conversions(root: Path, tables: tuple[TableSource, ...]) -> str:
    """Say which mapped rows lack code one way or the other, and which code lacks a row.

    Args:
        root: The root of the project.
        tables: The tables.

    Returns:
        Lines for people, with a function to start from; empty if all is well.

    Raises:
        GenerationError: A module is no Python.
    """
    stubs = {stub["name"]: stub for stub in _stubs(tables)}
    written = _written(root)
    lines = [
        _wrong(mark, stub, written.get((mark, name), []))
        for name, stub in stubs.items()
        for mark in MARKS
    ]
    lines += [
        f"\n{BODIES_FOLDER.as_posix()}/{module} has @{mark}(conversions.{name}), which no row asks "
        "for any more: delete it."
        for (mark, name), modules in written.items()
        for module in modules
        if name not in stubs
    ]
    return "\n".join(line for line in lines if line)
