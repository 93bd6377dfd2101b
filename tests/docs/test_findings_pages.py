"""The pages for the authors of the RFC are complete, and name tests that there are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import ngio_collections as ngc

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "docs" / "findings"
# A comparison of its own form, which several pages refer to.
STUDIES = {"inlining.md"}
PAGES = sorted(
    path for path in FOLDER.glob("*.md") if path.name != "README.md" and path.name not in STUDIES
)
SECTIONS = [
    "What the text says",
    "What the examples do",
    "What software does",
    "What we do",
    "Held by",
    "Proposed wording",
]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def sections(path: Path) -> dict[str, str]:
    parts = re.split(r"^## (.+)$", text_of(path), flags=re.MULTILINE)
    return {name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def positions(text: str) -> list[str]:
    (found,) = re.findall(r"^- \*\*Positions\*\*: (.*), in \[", text, re.MULTILINE)
    return [str(name) for name in found.split(", ")]


def named(path: Path) -> list[str]:
    return re.findall(r"`([^`]+)`", sections(path)["Held by"])


@pytest.fixture(scope="module")
def known() -> set[str]:
    """The names of all conformance cases and of all tests."""
    names = {
        str(case["name"])
        for path in (ROOT / "tests" / "conformance").glob("*.json")
        for case in json.loads(text_of(path))["cases"]
    }
    for path in (ROOT / "tests").rglob("test_*.py"):
        names |= set(re.findall(r"^\s*(?:async )?def (test_\w+)\(", text_of(path), re.MULTILINE))
    return names


def test_there_are_pages() -> None:
    assert len(PAGES) >= 20


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_has_all_sections_in_their_order_and_none_is_empty(path: Path) -> None:
    assert list(sections(path)) == SECTIONS
    assert all(len(body) > 10 for body in sections(path).values())


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_begins_with_its_title_its_question_and_where_it_belongs(path: Path) -> None:
    title, question, lists = text_of(path).split("\n## ")[0].strip().split("\n\n")
    assert title.startswith("# ")
    assert question.endswith("?")
    assert re.fullmatch(r"- \*\*Sections\*\*: .*\n- \*\*Positions\*\*: .*", lists)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_quotes_the_text_and_proposes_one(path: Path) -> None:
    assert re.search(r'^> |"[^"]+"', sections(path)["What the text says"], re.MULTILINE)
    assert re.search(r"^> ", sections(path)["Proposed wording"], re.MULTILINE)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_says_what_several_programs_do_and_what_we_do(path: Path) -> None:
    rows = re.findall(r"^\| (.+?) \| .+ \|$", sections(path)["What software does"], re.MULTILINE)
    assert len(rows) >= 3
    assert rows[0] == "who"
    assert rows[-1] == "ngio-collections"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_test_that_a_page_names_exists(path: Path, known: set[str]) -> None:
    assert named(path)
    assert [name for name in named(path) if name not in known] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_sections_that_a_page_names_are_those_of_the_catalogue_or_of_the_text(
    path: Path,
) -> None:
    anchors = re.findall(r"`(rfcs:rfc8:v1:[^`]+)`", text_of(path).split("\n## ")[0])
    assert anchors
    rules = {
        rule.rfc for name, at in ngc.profiles() for rule in ngc.rules(profile=name, revision=at)
    }
    # Sections that hold no requirement of their own.
    beside = {"abstract-structure-node", "abstract-structure-attributes", "collection-node"}
    beside |= {"path-interface", "reference-interface"}
    assert [a for a in anchors if a not in rules and a.rpartition(":")[2] not in beside] == []


def test_every_position_is_on_a_page() -> None:
    wanted = re.findall(r"^### ([AP]\d+)\.", text_of(ROOT / "docs" / "positions.md"), re.MULTILINE)
    assert len(wanted) > 50
    covered = {name for path in PAGES for name in positions(text_of(path))}
    assert covered == set(wanted)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_what_holds_a_position_is_named_on_its_page(path: Path) -> None:
    text = text_of(ROOT / "docs" / "positions.md")
    for name in positions(text_of(path)):
        (body,) = re.findall(rf"^### {name}\. .*?(?=^###? |\Z)", text, re.MULTILINE | re.DOTALL)
        (held,) = re.findall(r"\*\*Held by\*\*:(.*?)(?=^- \*\*|\Z)", body, re.MULTILINE | re.DOTALL)
        assert set(re.findall(r"`([\w-]+)`", held)) & set(named(path)), name


def test_the_deviations_are_on_a_page() -> None:
    for path in sorted((ROOT / "schemas" / "deviations").glob("*.json")):
        rules = json.loads(text_of(path))["rules"]
        assert rules["added"] or rules["removed"]
    page = sections(FOLDER / "id-and-name.md")
    assert "deviates from the RFC in these two points" in page["What we do"]
    assert len(list((ROOT / "schemas" / "deviations").glob("*.json"))) == 2


def test_the_index_lists_every_page_once_with_its_question_and_its_positions() -> None:
    index = text_of(FOLDER / "README.md")
    rows = re.findall(r"^\| (\d+) \| \[(.+?)\]\((.+?)\) \| (.+) \| (.+) \|$", index, re.MULTILINE)
    assert [int(number) for number, *_ in rows] == [*range(1, len(PAGES) + 1)]
    assert sorted(file for _, _, file, _, _ in rows) == [path.name for path in PAGES]
    for _, title, file, question, covered in rows:
        text = text_of(FOLDER / file)
        assert text.startswith(f"# {title}\n\n{question}\n\n")
        assert covered.split(", ") == positions(text)
    for study in STUDIES:
        assert f"({study})" in index
