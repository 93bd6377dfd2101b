"""What `validate` prints in each format is, to the byte, what is recorded.

After a change that is meant to change what is printed, look at what differs and record it:
`NGIO_UPDATE_GOLDEN=1 pytest tests/cli/test_report_formats.py`.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

import ngio_collections as ngc
from tests.cli.samples import Run, Write, document, node, standalone, stub
from tests.memory import peak_of
from tests.report.samples import finding
from tests.report.test_sarif import VALIDATOR

GOLDEN = Path(__file__).parent / "golden"
CASES = {
    "text.txt": (),
    "narrow.txt": (),
    "must.txt": ("--level", "MUST"),
    "some.txt": ("--max-findings", "2"),
    "summary.txt": ("--summary",),
    "summary.json": ("--summary", "--format", "json"),
    "findings.json": ("--format", "json"),
    "github.txt": ("--format", "github"),
    "sarif.json": ("--format", "sarif"),
}


@pytest.fixture
def broken(write: Write) -> str:
    """A plate whose documents are wrong in several ways, laid out by hand."""
    wells = stub("A01", "./wells/A01.json"), stub("A 02", "./wells/A02 (copy).json")
    plate = standalone("plate", *wells, stub("gone", "./gone.json"), attributes={"mine": 1})
    write("plate.json", json.dumps(plate, indent=2).encode())
    image = {"type": "multiscale", "name": "nuclei", "nodes": [], "attributes": {"labels": {}}}
    label = {"labelValue": "one", "color": [0, 0, 300]}
    labels = {"coordinateSystems": [], "labels": {"labelAttributes": [label]}}
    scene = {"coordinateTransformations": [{"type": "scale", "scale": [0]}]}
    well = standalone(
        "A01",
        image,
        {**image, "id": "A01_labels", "attributes": labels},
        attributes={"scene": scene},
    )
    write("wells/A01.json", json.dumps(well, indent="\t").replace("\n", "\r\n").encode())
    copy = standalone("A02", node("a b"), node("c d"))
    write("wells/A02 (copy).json", json.dumps(copy, ensure_ascii=False).encode())
    return "plate.json"


def print_in(case: str, run: Run, name: str) -> Result:
    return run("validate", name, "-r", *CASES[case], columns=50 if case == "narrow.txt" else 80)


def essence(case: str, output: str) -> str:
    """What is recorded: of a SARIF log without the rules of the catalogue."""
    if case != "sarif.json":
        return output
    (made,) = json.loads(output)["runs"]
    for result in made["results"]:
        del result["ruleIndex"]
    return json.dumps({key: made[key] for key in ("results", "invocations")}, indent=1) + "\n"


@pytest.mark.parametrize("case", CASES)
def test_each_format_is_what_is_recorded(case: str, run: Run, broken: str) -> None:
    result = print_in(case, run, broken)
    assert result.exit_code == 1
    found, path = essence(case, result.stdout), GOLDEN / case
    if os.environ.get("NGIO_UPDATE_GOLDEN"):
        path.write_bytes(found.encode())
    assert found == path.read_bytes().decode()


def test_nothing_else_is_recorded() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(CASES)


@pytest.mark.parametrize("case", [case for case in CASES if case.endswith(".txt")])
def test_text_for_people_keeps_within_the_width(case: str) -> None:
    lines = (GOLDEN / case).read_text("utf-8").splitlines()
    width = {"narrow.txt": 50, "github.txt": 10_000}.get(case, 80)
    # The last line is one line whatever its length.
    assert all(len(line) <= width for line in lines[:-1])
    assert "\x1b" not in "".join(lines)


def test_all_formats_have_the_same_findings(run: Run, broken: str) -> None:
    entries = json.loads(run("validate", broken, "-r", "--format", "json").stdout)
    rules = sorted(entry["rule"] for entry in entries)
    text = run("validate", broken, "-r").stdout
    assert sorted(re.findall(r"^    (?:MUST  |SHOULD)  ([a-z-]+)", text, re.MULTILINE)) == rules
    github = run("validate", broken, "-r", "--format", "github").stdout
    assert github.count("::error ") + github.count("::warning ") == len(rules)
    log = json.loads(run("validate", broken, "-r", "--format", "sarif").stdout)
    assert sorted(result["ruleId"] for result in log["runs"][0]["results"]) == rules
    counted = json.loads(run("validate", broken, "-r", "--summary", "--format", "json").stdout)
    assert counted["findings"] == len(rules)


def test_regions_hold_what_was_found(run: Run, broken: str, tmp_path: Path) -> None:
    log = json.loads(run("validate", broken, "-r", "--format", "sarif").stdout)
    seen = {}
    for result in log["runs"][0]["results"]:
        physical = result["locations"][0]["physicalLocation"]
        name = physical["artifactLocation"]["uri"].replace("%20", " ")
        region = physical["region"]
        lines = (tmp_path / name.replace("%28", "(").replace("%29", ")")).read_bytes()
        line = lines.decode().split("\n")[region["startLine"] - 1]
        seen[(result["ruleId"], name)] = line[region["startColumn"] - 1 : region["endColumn"] - 1]
    assert seen[("node-id", "plate.json")] == '"A 02"'
    assert seen[("label-value", "wells/A01.json")] == '"one"'
    assert seen[("reserved-attribute-keys", "plate.json")] == "1"
    assert "{" in seen.values()  # What lacks something is pointed to by its bracket.


def test_a_log_is_valid_and_lists_what_could_not_be_checked(run: Run, broken: str) -> None:
    result = run("validate", broken, "missing.json", "-r", "--format", "sarif")
    assert result.exit_code == 2
    log = json.loads(result.stdout)
    assert [error.message for error in VALIDATOR.iter_errors(log)] == []
    (invocation,) = log["runs"][0]["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    texts = [note["message"]["text"] for note in invocation["toolExecutionNotifications"]]
    assert texts[0].startswith("missing.json: ")
    assert any("gone.json" in text for text in texts[1:])


@pytest.mark.parametrize("format", ["text", "json", "github", "sarif"])
def test_documents_on_standard_input_have_no_file(run: Run, format: str, bad: Any) -> None:
    result = run("validate", "-", "--format", format, stdin=json.dumps(bad).encode())
    assert result.exit_code == 1
    if format == "github":
        assert "file=" not in result.stdout
    if format == "sarif":
        results = json.loads(result.stdout)["runs"][0]["results"]
        assert len(results) == 3
        assert "physicalLocation" not in json.dumps(results)


@pytest.mark.parametrize("format", ["json", "github", "sarif"])
def test_a_limit_leaves_out_the_rest_and_says_so(
    run: Run, write: Write, bad: Any, format: str
) -> None:
    result = run("validate", write("x.json", bad), "--format", format, "--max-findings", "1")
    assert result.exit_code == 1
    assert result.stdout.count("node-id") > 0
    assert "reserved-attribute-keys::" not in result.stdout
    assert "2 more findings not written" in result.stderr


def test_by_default_programs_get_everything_and_people_a_hundred(run: Run, write: Write) -> None:
    nodes = [node(f"a {n}", attributes={f"x{n}": 1}, name="") for n in range(150)]
    name = write("x.json", document(*nodes))
    entries = json.loads(run("validate", name, "--format", "json").stdout)
    assert len(entries) == 450
    text = run("validate", name).stdout
    assert text.count("\n    MUST ") + text.count("\n    SHOULD ") == 60
    assert "Not shown: 390 of 450 findings. All of them by rule, " in text
    assert "  150  MUST    node-id\n" in text
    assert "Not shown" not in run("validate", name, "--max-findings", "450").stdout


def test_a_summary_fits_a_screen_whatever_there_is(run: Run, write: Write) -> None:
    nodes = [node(f"a {n}", attributes={f"x{n}": 1}, name="") for n in range(500)]
    result = run("validate", write("x.json", document(*nodes)), "--summary")
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) <= 22
    assert "500  MUST    node-id" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("1 document, 1000 findings at MUST, 500 at")


def test_a_summary_without_findings_is_one_line(run: Run, write: Write, good: Any) -> None:
    result = run("validate", write("good.json", good), "--summary")
    assert result.stdout == "1 document, no findings (profile ngio, v1-2026-08)\n"


@pytest.mark.parametrize("format", ["github", "sarif"])
def test_a_summary_is_for_people_and_as_json(
    run: Run, write: Write, good: Any, format: str
) -> None:
    result = run("validate", write("good.json", good), "--summary", "--format", format)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--summary" in result.stderr


@pytest.mark.parametrize("most", ["-1", "x"])
def test_a_limit_is_a_number(run: Run, write: Write, good: Any, most: str) -> None:
    assert run("validate", write("good.json", good), "--max-findings", most).exit_code == 2


@pytest.mark.parametrize("format", ["text", "json", "github", "sarif"])
def test_a_rule_that_failed_ends_with_3_whatever_else_there_is(
    run: Run, write: Write, bad: Any, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    words = "the rule node-id raised KeyError('x')"
    failed = finding(kind="rule-error", message=words, found=words, level=ngc.Level.SHOULD)
    monkeypatch.setattr(ngc, "validate_document", lambda *_, **__: [failed, finding()])
    arguments = ("validate", write("bad.json", bad), "missing.json", "--level", "MUST")
    result = run(*arguments, "--format", format)
    assert result.exit_code == 3
    assert "raised KeyError('x')" in result.stdout
    if format == "text":
        assert "1 finding at MUST, 0 at SHOULD, 1 rule error, 1 more could" in result.stdout
    if format == "sarif":
        (invocation,) = json.loads(result.stdout)["runs"][0]["invocations"]
        assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 3)


def test_the_help_names_the_formats_and_the_exit_codes(run: Run) -> None:
    text = " ".join(run("validate", "--help", columns=200).stdout.split())
    assert "text|json|github|sarif" in text
    assert "--max-findings" in text
    assert "3 when a rule itself failed" in text


@pytest.mark.parametrize("format", ["text", "json", "github", "sarif"])
def test_documents_are_printed_when_they_arrive_and_not_kept(
    run: Run, write: Write, format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def peak(count: int) -> int:
        names = [f"./{count}/{number}.json" for number in range(count)]
        write(f"{count}.json", standalone("all", *[stub(f"n{n}", x) for n, x in enumerate(names)]))
        # Large, and with findings: both would be noticed if they were kept.
        large = {"lab:text": "x" * 50_000, **{f"k{n}": n for n in range(20)}}
        for name in names:
            write(name, standalone("one", attributes=large))
        return peak_of(lambda: run("validate", f"{count}.json", "-r", "--format", format))

    monkeypatch.setattr("ngio_collections.resolve._visit.Visitor.batch", 8)
    # The test keeps all that is printed, which is 0.5 kB for each finding.
    assert peak(200) < peak(10) + 200 * 20 * 2_500
