"""Workflow commands: as GitHub documents them, whatever a document holds."""

from __future__ import annotations

import re

import pytest

import ngio_collections as ngc
from ngio_collections._json_places import Place
from ngio_collections.report._github import github_command
from tests.report.samples import HOSTILE, finding

COMMAND = re.compile(
    r"::(error|warning|notice) ([a-zA-Z]+=[^:,\r\n]*(?:,[a-zA-Z]+=[^:,\r\n]*)*)::(.*)"
)


def read(line: str) -> tuple[str, dict[str, str], str]:
    """What GitHub makes of a line: the command, its properties, its message."""
    found = COMMAND.fullmatch(line)
    assert found is not None, line

    def plain(text: str) -> str:
        for escaped, character in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n")):
            text = text.replace(escaped, character)
        return text.replace("%25", "%")

    properties = dict(item.split("=", 1) for item in found[2].split(","))
    return found[1], {key: plain(text) for key, text in properties.items()}, plain(found[3])


def test_a_finding_is_one_command_with_its_place() -> None:
    line = github_command(finding(), "plate.json", Place(3, 5, 10))
    assert line == (
        "::error file=plate.json,line=3,col=5,endColumn=10,title=node-id"
        "::plate: Found this; expected that. Do so.%0AThat is there.%0Arfcs:rfc8:v1:somewhere"
    )


@pytest.mark.parametrize(
    ("level", "command"), [("MUST", "error"), ("SHOULD", "warning"), ("MAY", "notice")]
)
def test_the_level_decides_the_command(level: str, command: str) -> None:
    line = github_command(finding(level=ngc.Level(level)), "x.json", None)
    assert read(line)[0] == command


def test_a_rule_that_failed_is_an_error_and_says_so() -> None:
    made = finding(kind="rule-error", level=ngc.Level.SHOULD, message="KeyError")
    command, properties, message = read(github_command(made, "x.json", Place(1, 1, 2)))
    assert (command, properties["title"]) == ("error", "node-id (rule-error)")
    assert "KeyError" in message


def test_what_is_no_file_has_no_place() -> None:
    assert list(read(github_command(finding(), None, Place(1, 1, 2)))[1]) == ["title"]
    assert list(read(github_command(finding(), "x", None))[1]) == ["file", "title"]


def test_hostile_text_stays_in_one_command() -> None:
    made = finding(HOSTILE, message=HOSTILE, path=HOSTILE, statement=HOSTILE, rfc=HOSTILE)
    line = github_command(made, "a,b:c%\nd.json", Place(1, 1, 2))
    assert len(line.splitlines()) == 1
    _, properties, message = read(line)
    assert list(properties) == ["file", "line", "col", "endColumn", "title"]
    assert properties["file"] == "a,b:c%\\nd.json"
    assert message.count("%0A::error,file=a:b") == 4
    assert line.encode("utf-8").decode("utf-8") == line
    for character in ("\x1b", "\u202e", "\ud800"):
        assert character not in line
