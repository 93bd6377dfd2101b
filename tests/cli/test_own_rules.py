"""`validate --rules`: rules that somebody has written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.samples import Process, Run, Write, document, node

RULES = '''
import ngio_collections as ngc


@ngc.rule("lab:dose-positive", on="attributes/lab:dose", level="MUST", fix="Write it in mg.")
def dose_positive(subject, context):
    """A dose is more than nothing."""
    if not subject.value > 0:
        yield ngc.Violation(f"the dose is {subject.value}", "a positive number")


@ngc.rule("lab:named", on="collection")
def named(subject, context):
    """A collection has a name of the lab."""
    if not str(subject.value.get("name", "")).startswith("L"):
        yield ngc.Violation("this collection is not of the lab")


some = [dose_positive]
every = ngc.rules("nodes") | some
nothing = []
other = 5
'''


@pytest.fixture
def well(write: Write) -> str:
    write("lab_rules_1.py", RULES.encode())
    write("sub/lab rules.py", RULES.encode())
    return write("x.json", document({**node("a"), "attributes": {"lab:dose": -1}}))


def found(run: Run, *arguments: str) -> list[str]:
    said = json.loads(run("validate", *arguments, "--format", "json").stdout)
    return [one["rule"] for one in said]


@pytest.mark.parametrize(
    ("named", "rules"),
    [
        ("lab_rules_1.py", ["lab:named", "lab:named", "lab:dose-positive"]),
        ("sub/lab rules.py", ["lab:named", "lab:named", "lab:dose-positive"]),
        ("lab_rules_1.py:dose_positive", ["lab:dose-positive"]),
        ("lab_rules_1:some", ["lab:dose-positive"]),
        ("lab_rules_1:every", ["lab:dose-positive"]),
    ],
)
def test_rules_of_a_file_or_a_module_are_checked_with_all_others(
    run: Run, well: str, named: str, rules: list[str]
) -> None:
    assert found(run, well) == []
    assert found(run, well, "--rules", named) == rules
    assert run("validate", well, "--rules", named).exit_code == 1


def test_they_can_be_checked_alone_and_be_left_out(run: Run, well: str, write: Write) -> None:
    name = write("y.json", document({**node("a b"), "attributes": {"lab:dose": -1}}))
    own = ("--rules", "lab_rules_1.py")
    assert "node-id" in found(run, name, *own)
    assert set(found(run, name, *own, "--rule", "lab:")) == {"lab:named", "lab:dose-positive"}
    assert found(run, well, *own, "--ignore", "lab:named") == ["lab:dose-positive"]


@pytest.mark.parametrize("way", ["--recursive", "--view"])
def test_they_are_checked_in_every_document(run: Run, well: str, way: str) -> None:
    own = ("--rules", "lab_rules_1.py:dose_positive")
    assert found(run, well, way, *own) == ["lab:dose-positive"]


def test_programs_are_told_about_them(run: Run, well: str) -> None:
    own = ("--rules", "lab_rules_1.py:dose_positive")
    log = json.loads(run("validate", well, *own, "--format", "sarif").stdout)["runs"][0]
    rules = {rule["id"]: rule for rule in log["tool"]["driver"]["rules"]}
    assert rules["lab:dose-positive"]["shortDescription"]["text"] == "A dose is more than nothing."
    assert [one["ruleId"] for one in log["results"]] == ["lab:dose-positive"]
    line = run("validate", well, *own, "--format", "github").stdout
    assert line.startswith("::error file=x.json")
    assert "title=lab%3Adose-positive" in line


def test_a_rule_that_fails_ends_with_3(run: Run, write: Write, well: str) -> None:
    name = write("y.json", document({**node("a"), "attributes": {"lab:dose": "much"}}))
    result = run("validate", name, well, "--rules", "lab_rules_1.py:dose_positive")
    assert result.exit_code == 3
    assert "the rule lab:dose-positive failed: TypeError" in " ".join(result.stdout.split())
    assert "lab:dose-positive  /ome/nodes/0/attributes/lab:dose" in result.stdout


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ("none.py", "there is no such file"),
        ("x.json", "name a file that ends with .py, or MODULE:NAME"),
        ("no_such_module:x", "ModuleNotFoundError"),
        ("lab_rules_1:none", "AttributeError"),
        ("lab_rules_1.py:other", "is no rule"),
        ("lab_rules_1:nothing", "has no rules"),
        ("bad.py", "SyntaxError"),
        ("leaves.py", "SystemExit"),
        ("wrong.py", "has a prefix"),
    ],
)
def test_what_cannot_be_loaded_ends_with_2_and_one_line(
    run: Run, write: Write, well: str, named: str, words: str
) -> None:
    write("bad.py", b"def")
    write("leaves.py", b"import sys\nsys.exit(0)\n")
    write("wrong.py", b"import ngio_collections as ngc\nngc.rule('dose', on='collection')\n")
    result = run("validate", well, "--rules", named)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert words in result.stderr


def test_nothing_is_loaded_that_is_not_named(run: Run, well: str, tmp_path: Path) -> None:
    (tmp_path / "lab_rules_1.py").write_text("raise SystemExit(9)\n")
    assert run("validate", well).exit_code == 0


def test_it_works_as_a_process_of_its_own(process: Process, well: str, tmp_path: Path) -> None:
    done = process("validate", well, "--rules", "lab_rules_1:some", cwd=tmp_path)
    assert done.returncode == 1
    assert b"lab:dose-positive" in done.stdout


def test_a_name_of_no_rule_is_told_in_words_of_the_command_line(run: Run, well: str) -> None:
    result = run("validate", well, "--rule", "nope")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "ngio-collections: there is no rule or group of rules 'nope'; `ngio-collections rules` "
        "lists them\n"
    )
    near = run("validate", well, "--ignore", "sibling-name").stderr
    assert "did you mean sibling-names?" in near
    assert "ngc." not in near


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--rule", "sibling-names"), "the profile ngio (v1-2026-08) has no rule 'sibling-names'"),
        (("--rules", "lab_rules_1:every", "--profile", "rfc8"), "rules are those of two profiles"),
    ],
)
def test_rules_of_another_profile_end_with_2(
    run: Run, well: str, options: tuple[str, ...], words: str
) -> None:
    result = run("validate", well, *options)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert words in result.stderr
    assert run("validate", well, "--ignore", "sibling-names").exit_code == 0
