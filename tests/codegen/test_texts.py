"""Whatever people write in a text, what is made of it is valid and says the same."""

from __future__ import annotations

import ast
import warnings
from typing import Any

import pytest

from codegen.emit import GENERATED
from codegen.shapes import TypeIR
from codegen.words import Words
from tests.codegen.projects import Project, schema, set_, without_deviations

THINGS = "schemas/rules/things.json"
TEXTS = {
    "a backslash": r"Digits, \d, and \n are fine.",
    "a quote at the end": 'It is called "thing"',
    "three quotes": 'Between """ and """ is a text.',
    "a backslash at the end": "It ends in \\",
}


def compiled(text: str, name: str) -> ast.Module:
    """Compile, and raise a warning as such, which otherwise becomes a syntax error."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compile(text, name, "exec")
    assert [str(warning.message) for warning in caught] == [], name
    return ast.parse(text)


def texts(tree: ast.Module) -> list[str]:
    """All that stands in a module as a text of its own."""
    found = [
        n.value.value
        for n in ast.walk(tree)
        if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)
    ]
    return [" ".join(str(text).split()) for text in found]


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_any_text_becomes_a_valid_docstring_that_says_it(small: Project, text: str) -> None:
    places = {
        "models": [
            (schema("thing"), "/description"),
            (schema("length"), "/description"),
            (schema("document"), "/description"),
            (schema("box"), "/description"),
            (schema("box"), "/properties/locked/description"),
        ],
        "stubs": [(THINGS, "/rules/9/statement"), (schema("box"), "/allOf/1/description")],
    }
    for path, pointer in [place for listed in places.values() for place in listed]:
        small.patch(path, set_(pointer, text))
    made = {
        name: compiled(source, name)
        for name, source in small.generate().items()
        if name.endswith(".py")
    }
    said = texts(made[(GENERATED / "rfc8_v2" / "models.py").as_posix()])
    assert sum(found.startswith(text) for found in said) == len(places["models"])
    stubs = " ".join(texts(made[(GENERATED / "stubs.py").as_posix()]))
    assert stubs.count(text) == len(places["stubs"])


def test_bars_and_line_breaks_keep_the_columns_and_rows_of_a_table(small: Project) -> None:
    small.patch(THINGS, set_("/rules/9/statement", "Either a | b,\nor c."))
    small.patch("schemas/deviations/marble-color.json", set_("/reason", "One | two.\n\nThree."))
    made = small.generate()
    (row,) = [
        line for line in made["docs/conformance.md"].splitlines() if "`weights-differ`" in line
    ]
    assert "| Either a \\| b, or c. |" in row
    assert row.replace("\\|", "").count("|") == 9
    (row,) = [line for line in made["README.md"].splitlines() if "`colorName`" in line]
    assert "| One \\| two. Three. |" in row
    assert row.replace("\\|", "").count("|") == 4


def test_a_project_without_deviations_says_that_there_are_none(small: Project) -> None:
    without_deviations(small)
    made = small.generate()
    assert "-->\nThere are none: every profile is the RFC as it stands.\n<!--" in made["README.md"]
    assert '    ("rfc8", "v2"): "rfc8_v2",\n' in made[(GENERATED / "__init__.py").as_posix()]
    assert not [name for name in made if "house" in name]


@pytest.mark.parametrize(
    ("name", "limits", "words"),
    [
        ("string", {}, "a string"),
        ("string", {"minLength": 1}, "a string that is not empty"),
        ("string", {"minLength": 2}, "a string of 2 characters or more"),
        ("string", {"minLength": 2, "maxLength": 4}, "a string of 2 to 4 characters"),
        (
            "string",
            {"pattern": "^[a-zA-Z0-9\\-_.]+$(?!\\n)"},
            "a string of letters, digits, `-`, `_` and `.`",
        ),
        ("string", {"pattern": "^[^:]+:[\\s\\S]"}, "a prefixed type such as `myorg:thing`"),
        (
            "string",
            {"pattern": "^(zarr|json)$(?!\\n)|^[^:]+:[\\s\\S]"},
            "`zarr`, `json` or a prefixed type",
        ),
        ("string", {"pattern": "^#[0-9]{6}$"}, "a string matching `^#[0-9]{6}$`"),
        ("integer", {"minimum": 0}, "an integer, 0 or more"),
        ("integer", {"minimum": 1900}, "an integer, 1900 or more"),
        ("integer", {"maximum": 9}, "an integer, 9 or less"),
        ("number", {"minimum": 0, "maximum": 1}, "a number from 0 to 1"),
        ("boolean", {}, "true or false"),
    ],
)
def test_a_type_is_expected_in_words_that_say_its_limits(
    name: str, limits: dict[str, Any], words: str
) -> None:
    type_ = TypeIR("scalar", name, limits=tuple(limits.items()))
    assert Words({}, lambda _: type_).expected(type_) == (words,)


def test_constants_are_expected_as_json_says_them() -> None:
    words = Words({}, lambda _: TypeIR("any"))
    assert words.expected(TypeIR("const", value="box")) == ("`box`",)
    assert words.expected(TypeIR("const", value=True, nullable=True)) == ("`true` or null",)


# -- what is kept ----------------------------------------------------------------


def test_what_an_object_requires_of_its_base_is_a_required_field(small: Project) -> None:
    small.patch(schema("box"), set_("/required", ["version", "things"]))
    made = small.generate()
    classes = made[(GENERATED / "rfc8_v2" / "models.py").as_posix()].split("\nclass ")
    (box,) = [text for text in classes if text.startswith("Box(")]
    assert "\n    version: StrictStr\n" in box
    assert "\n    things: Annotated[tuple[Thing, ...], Field(min_length=1)]\n" in box
    (marble,) = [text for text in classes if text.startswith("Marble(")]
    assert "version" not in marble
    concepts = made[(GENERATED / "rfc8_v2" / "concepts.py").as_posix()]
    assert concepts.count('"version": Field("document-version", "document-version", ') == 4


@pytest.mark.parametrize(
    "narrower",
    [
        {"type": "string", "minLength": 3, "maxLength": 9},
        {"const": "a name"},
        {"$ref": "identifier.schema.json"},
    ],
)
def test_a_property_may_say_less_than_its_base(small: Project, narrower: dict[str, Any]) -> None:
    said = {**narrower, "description": "The name.", "x-rule": "thing-name"}
    small.patch(schema("box"), set_("/properties/displayName", said))
    small.analyse()


# -- revisions -------------------------------------------------------------------


@pytest.mark.parametrize(("date", "order"), [("2021-01", ["v1", "v2"]), ("2020-01", ["v2", "v1"])])
def test_the_newest_revision_is_the_one_with_the_latest_date_whichever_is_the_base(
    small: Project, date: str, order: list[str]
) -> None:
    small.patch("schemas/rfc8/v1/revision.json", set_("/date", date))
    text = small.generate()[(GENERATED / "__init__.py").as_posix()]
    positions = [text.index(f'("rfc8", "{name}")') for name in order]
    assert positions == sorted(positions)
