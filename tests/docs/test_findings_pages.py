"""The pages for the authors of the RFC are complete, and their examples do what they say."""

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
    "Example",
    "What follows",
    "What software does",
    "What we do",
    "Proposed wording",
    "What speaks against it",
]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def sections(path: Path) -> dict[str, str]:
    parts = re.split(r"^## (.+)$", text_of(path), flags=re.MULTILINE)
    return {name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def positions(text: str) -> list[str]:
    (found,) = re.findall(r"^- \*\*Positions\*\*: (.*), in \[", text, re.MULTILINE)
    return [str(name) for name in found.split(", ")]


def asked(text: str) -> str:
    (found,) = re.findall(r"^- \*\*Asks for\*\*: (.*)$", text, re.MULTILINE)
    return str(found)


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
    assert re.fullmatch(
        r"- \*\*Asks for\*\*: .*\n- \*\*Sections\*\*: .*\n- \*\*Positions\*\*: .*", lists
    )


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_quotes_the_text_and_proposes_one(path: Path) -> None:
    assert re.search(r'^> |"[^"]+"', sections(path)["What the text says"], re.MULTILINE)
    assert re.search(r"^> ", sections(path)["Proposed wording"], re.MULTILINE)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_says_what_several_programs_do_and_what_we_do(path: Path) -> None:
    rows = re.findall(r"^\| (.+?) \| .+ \|$", sections(path)["What software does"], re.MULTILINE)
    assert len(rows) >= 3
    assert rows[0] == "who"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_tells_what_each_of_its_positions_is(path: Path) -> None:
    told = sections(path)["What we do"]
    assert [name for name in positions(text_of(path)) if not re.search(rf"\b{name}\b", told)] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_example_of_a_page_is_reported_as_the_page_says(path: Path) -> None:
    example = sections(path)["Example"]
    documents = re.findall(r"^```json\n(.*?)^```$", example, re.MULTILINE | re.DOTALL)
    assert documents
    found = {
        finding.rule + ("" if finding.level.value == "MUST" else f" ({finding.level.value})")
        for document in documents
        for finding in ngc.validate_document(json.loads(document), profile="rfc8")
    }
    (said,) = re.findall(r"^We report: (.*)\.$", example, re.MULTILINE)
    assert said.replace("`", "") == (", ".join(sorted(found)) or "nothing")


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
    beside |= {"path-interface", "reference-interface", "abstract-structure", "singlescale-node"}
    assert [a for a in anchors if a not in rules and a.rpartition(":")[2] not in beside] == []


def test_every_position_is_on_a_page() -> None:
    wanted = re.findall(r"^### ([AP]\d+)\.", text_of(ROOT / "docs" / "positions.md"), re.MULTILINE)
    assert len(wanted) > 50
    covered = {name for path in PAGES for name in positions(text_of(path))}
    assert covered == set(wanted)


def test_the_deviations_are_on_a_page() -> None:
    for path in sorted((ROOT / "schemas" / "deviations").glob("*.json")):
        rules = json.loads(text_of(path))["rules"]
        assert rules["added"] or rules["removed"]
    page = sections(FOLDER / "id-and-name.md")
    assert "deviates from the RFC in these two points" in page["What we do"]
    assert len(list((ROOT / "schemas" / "deviations").glob("*.json"))) == 2


def test_the_index_lists_every_page_once_with_what_it_asks_for() -> None:
    index = text_of(FOLDER / "README.md")
    rows = re.findall(r"^\| (\d+) \| \[(.+?)\]\((.+?)\) \| (.+) \|$", index, re.MULTILINE)
    assert [int(number) for number, *_ in rows] == [*range(1, len(PAGES) + 1)]
    assert sorted(file for _, _, file, _ in rows) == [path.name for path in PAGES]
    for _, title, file, ask in rows:
        text = text_of(FOLDER / file)
        assert text.startswith(f"# {title}\n\n")
        assert ask == asked(text)
    for study in STUDIES:
        assert f"({study})" in index
