"""Tables of conversions: what they may say, what is made of them, and which code they ask for."""

from __future__ import annotations

from typing import Any

import pytest

from codegen.conversions import BODIES_FOLDER, load_tables, report_conversions
from codegen.errors import GenerationError
from tests.codegen.projects import Project

TABLE = "schemas/conversions/shelf.json"
STUBS = "src/ngio_collections/_generated/conversions.py"
DOCS = "docs/conversion.md"


def row(field: str, outcome: str = "mapped", **more: Any) -> dict[str, Any]:
    """A row that is right."""
    target = {"target": f"/{field}"} if outcome == "mapped" else {}
    base = {"field": field, "versions": ["0.4"], "outcome": outcome, "reason": "It is | so."}
    return {**base, **target, **more}


def table(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A table that is right."""
    listed = list(rows) or [row("width"), row("*", "kept")]
    head = {"title": "A shelf", "group": "wood", "description": "It holds.", "places": "/shelf"}
    return {**head, "rest": "old:shelf", "rows": listed, **more}


def body(name: str, mark: str) -> str:
    return f"\n@{mark}(conversions.{name})\ndef {name}_{mark}(value, piece, at):\n    pass\n"


def test_a_table_becomes_data_stubs_and_documentation(small: Project) -> None:
    assert STUBS not in small.generate()
    small.write(TABLE, table())
    made = small.generate()
    assert '@conversion_stub("shelf", "width", "wood")' in made[STUBS]
    assert 'rest="old:shelf"' in made[STUBS]
    assert "| `width` | 0.4 | mapped | `/width` | It is \\| so. |" in made[DOCS]
    assert "| any other | 0.4 | kept | `old:shelf` | It is \\| so. |" in made[DOCS]
    assert list(made) == list(small.generate())


def test_a_mapped_row_asks_for_code_both_ways_where_it_belongs(small: Project) -> None:
    small.write(TABLE, table())
    tables = load_tables(small.root)
    told = report_conversions(small.root, tables)
    assert f"{BODIES_FOLDER.as_posix()}/wood.py has no code for shelf_width: It is | so." in told
    assert "@converts(conversions.shelf_width)" in told
    assert "@restores(conversions.shelf_width)" in told
    small.write(f"{BODIES_FOLDER.as_posix()}/wood.py", body("shelf_width", "converts"))
    told = report_conversions(small.root, tables)
    assert "@converts" not in told
    assert "@restores(conversions.shelf_width)" in told
    small.write(f"{BODIES_FOLDER.as_posix()}/iron.py", body("shelf_width", "restores"))
    told = report_conversions(small.root, tables)
    assert "iron.py has @restores(conversions.shelf_width), which belongs to the group wood" in told
    text = body("shelf_width", "converts") + body("shelf_width", "restores")
    (small.root / BODIES_FOLDER / "iron.py").unlink()
    small.write(f"{BODIES_FOLDER.as_posix()}/wood.py", text)
    assert report_conversions(small.root, tables) == ""
    small.write(f"{BODIES_FOLDER.as_posix()}/wood.py", text + body("shelf_width", "converts"))
    assert "keep one" in report_conversions(small.root, tables)


def test_code_without_a_row_is_told(small: Project) -> None:
    small.write(TABLE, table(row("*", "kept")))
    small.write(f"{BODIES_FOLDER.as_posix()}/wood.py", body("shelf_width", "converts"))
    told = report_conversions(small.root, load_tables(small.root))
    assert "has @converts(conversions.shelf_width), which no row asks for any more" in told


def test_code_that_is_no_python_is_an_error(small: Project) -> None:
    small.write(TABLE, table())
    small.write(f"{BODIES_FOLDER.as_posix()}/wood.py", "def")
    with pytest.raises(GenerationError, match=r"wood\.py: is no Python"):
        report_conversions(small.root, load_tables(small.root))


OTHERS = row("*", "kept")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (table(row("a", "lost"), OTHERS), '/rows/0/outcome: is "lost"; expected one of mapped'),
        (table(row("a", versions=["0.3"]), OTHERS), "names `0.3`, which is not read"),
        (table(row("a", versions=[]), OTHERS), "so that the row never counts"),
        (table(row("a", "kept", target="/a"), OTHERS), "only if, it is mapped"),
        (table({**row("a", "kept"), "outcome": "mapped"}, OTHERS), "only if, it is mapped"),
        (table(row("*", target="/")), "maps every other field"),
        (table(row("a"), row("a"), OTHERS), "is about `a` in 0.4, as "),
        (table(row("a")), "say nothing about unknown fields in 0.4"),
        (table(row("a", colour="red"), OTHERS), "has the unknown key `colour`"),
        (table(row("a b"), row("a-b"), OTHERS), "makes the name shelf_a_b, which is taken"),
        (table(group="Wood Work"), "is called"),
        ({**table(), "rest": ""}, "`rest` is"),
        (
            {k: v for k, v in table().items() if k != "rest"},
            "says no `key`, and the table no `rest`",
        ),
        ({k: v for k, v in table().items() if k != "title"}, "lacks `title`"),
    ],
)
def test_a_table_that_is_wrong_stops_the_generation_and_says_where(
    small: Project, data: dict[str, Any], words: str
) -> None:
    small.write(TABLE, data)
    with pytest.raises(GenerationError) as caught:
        small.generate()
    assert words in str(caught.value)
    assert "shelf" in str(caught.value)
