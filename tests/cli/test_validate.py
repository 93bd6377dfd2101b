from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.samples import Run, Write, document, node

KEYS = ["document", "pointer", "rule", "level", "message", "rfc"]
KEYS += ["kind", "path", "found", "expected", "statement", "fix"]


def findings_of(stdout: str) -> list[dict[str, Any]]:
    entries = json.loads(stdout)
    assert isinstance(entries, list)
    return entries


def test_a_good_document_ends_with_0_and_says_so(run: Run, write: Write, good: Any) -> None:
    result = run("validate", write("good.json", good))
    assert result.exit_code == 0
    assert result.stdout.strip() == "1 document, no findings (profile ngio, v1-2026-08)"
    assert result.stderr == ""


def test_findings_at_must_end_with_1_and_are_listed_under_their_document(
    run: Run, write: Write, bad: Any, good: Any
) -> None:
    result = run("validate", write("bad.json", bad), write("good.json", good))
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].strip() == "bad.json"
    assert "node-id  /ome/nodes/0/id" in result.stdout
    assert "node-attributes  /ome/nodes/1/attributes" in result.stdout
    assert "reserved-attribute-keys  /ome/attributes/mine" in result.stdout
    assert "good.json" not in result.stdout
    assert lines[-1].startswith("2 documents, 2 findings at MUST, 1 at SHOULD")


def test_findings_at_should_alone_end_with_0(run: Run, write: Write, slightly_bad: Any) -> None:
    result = run("validate", write("x.json", slightly_bad))
    assert result.exit_code == 0
    assert "reserved-attribute-keys" in result.stdout
    assert "0 findings at MUST, 1 at SHOULD" in result.stdout


@pytest.mark.parametrize("level", ["MUST", "must"])
def test_level_must_hides_weaker_findings(run: Run, write: Write, bad: Any, level: str) -> None:
    name = write("bad.json", bad)
    text = run("validate", name, "--level", level)
    assert text.exit_code == 1
    assert "reserved-attribute-keys" not in text.stdout
    assert "2 findings at MUST, 1 at SHOULD (not shown)" in text.stdout
    entries = findings_of(run("validate", name, "--level", level, "--format", "json").stdout)
    assert [entry["level"] for entry in entries] == ["MUST", "MUST"]


def test_json_is_an_array_of_objects_with_the_keys_of_a_finding(
    run: Run, write: Write, bad: Any
) -> None:
    result = run("validate", write("bad.json", bad), "--format", "json")
    assert result.exit_code == 1
    entries = findings_of(result.stdout)
    assert len(entries) == 3
    for entry in entries:
        assert list(entry) == KEYS
        assert all(isinstance(value, str) for value in entry.values())
        assert entry["document"] == "bad.json"
    assert {entry["rule"]: entry["level"] for entry in entries} == {
        "node-id": "MUST",
        "node-attributes": "MUST",
        "reserved-attribute-keys": "SHOULD",
    }


def test_json_of_a_good_document_is_an_empty_array(run: Run, write: Write, good: Any) -> None:
    result = run("validate", write("good.json", good), "--format", "json")
    assert result.exit_code == 0
    assert findings_of(result.stdout) == []


def test_the_profile_decides_what_is_found(run: Run, write: Write) -> None:
    nameless = document()
    del nameless["ome"]["name"]
    name = write("nameless.json", nameless)
    assert run("validate", name).exit_code == 0
    assert run("validate", name, "--profile", "ngio").exit_code == 0
    strict = run("validate", name, "--profile", "rfc8")
    assert strict.exit_code == 1
    assert "node-name" in strict.stdout
    assert "(profile rfc8, v1-2026-08)" in strict.stdout


def test_the_revision_decides_what_is_found(run: Run, write: Write) -> None:
    level = {"type": "singlescale", "id": "s0", "name": "s0", "attributes": {}}
    name = write("level.json", {"ome": {"version": "0.9.dev3", **level}})
    rules = {
        revision: {
            entry["rule"]
            for entry in findings_of(
                run(
                    *("validate", name, "--format", "json"),
                    *("--profile", "rfc8", "--revision", revision),
                ).stdout
            )
        }
        for revision in ("v1-2026-08", "draft-2026-04")
    }
    assert "singlescale-path-required" in rules["draft-2026-04"]
    assert "singlescale-path-required" not in rules["v1-2026-08"]


@pytest.mark.parametrize(
    "options",
    [
        ("--profile", "nonsense"),
        ("--revision", "v9"),
        ("--profile", "ngio", "--revision", "draft-2026-04"),
        ("--profile", "[red]\x1b"),
    ],
)
@pytest.mark.parametrize("command", ["validate", "rules", "schema"])
def test_an_unknown_profile_ends_with_2_and_one_line_that_lists_those_there_are(
    run: Run, write: Write, good: Any, command: str, options: tuple[str, ...]
) -> None:
    paths = [write("good.json", good)] if command == "validate" else []
    result = run(command, *paths, *options)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    for pair in ("ngio at v1-2026-08", "rfc8 at v1-2026-08", "rfc8 at draft-2026-04"):
        assert pair in result.stderr
    assert "\x1b" not in result.stderr


UNREADABLE = {
    "not JSON": (b"{ not json", "not JSON"),
    "empty": (b"", "not JSON"),
    "not UTF-8": (b'{"ome": "\xff\xfe"}', "UTF-8"),
    "an array": (b"[]", "object"),
    "no ome": (b'{"zarr_format": 3, "attributes": {}}', "ome"),
    "nested too deeply": (b"[" * 200_000, "nested"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_unreadable_content_ends_with_2_and_one_line_that_says_what_and_where(
    run: Run, write: Write, case: str
) -> None:
    content, words = UNREADABLE[case]
    result = run("validate", write("x.json", content))
    assert result.exit_code == 2
    assert result.stderr.startswith("ngio-collections: x.json: ")
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout.startswith("0 documents, 1 could not be read")


def test_a_missing_file_ends_with_2(run: Run, tmp_path: Path) -> None:
    missing = (tmp_path / "missing.json").as_posix()
    result = run("validate", missing)
    assert result.exit_code == 2
    assert result.stderr == f"ngio-collections: {missing}: there is no such file\n"


def test_a_file_that_may_not_be_read_ends_with_2(
    run: Run, write: Write, good: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = write("secret.json", good)

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    result = run("validate", name)
    assert result.exit_code == 2
    assert result.stderr == ("ngio-collections: secret.json: cannot be read (Permission denied)\n")


@pytest.mark.parametrize("name", ["x" * 5_000, "nul\0byte"])
def test_a_name_that_no_file_can_have_ends_with_2(run: Run, name: str) -> None:
    result = run("validate", name)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1


def test_a_folder_stands_for_its_zarr_json(run: Run, write: Write, bad: Any) -> None:
    group = {"zarr_format": 3, "node_type": "group", "attributes": bad}
    write("plate.zarr/zarr.json", group)
    result = run("validate", "plate.zarr", "--format", "json")
    assert result.exit_code == 1
    entries = findings_of(result.stdout)
    assert {entry["document"] for entry in entries} == {"plate.zarr/zarr.json"}
    assert all(entry["pointer"].startswith("/attributes/ome") for entry in entries)


def test_a_folder_without_zarr_json_ends_with_2(run: Run, write: Write, good: Any) -> None:
    write("folder/plate.json", good)
    result = run("validate", "folder")
    assert result.exit_code == 2
    assert result.stderr.startswith("ngio-collections: folder: is a folder without a zarr.json")


def test_a_folder_called_zarr_json_ends_with_2(run: Run, write: Write, good: Any) -> None:
    write("odd.zarr/zarr.json/inner.json", good)
    result = run("validate", "odd.zarr")
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr
    assert result.stderr.count("\n") == 1


def test_the_other_documents_are_still_checked_when_one_is_unreadable(
    run: Run, write: Write, bad: Any, good: Any
) -> None:
    paths = [write("bad.json", bad), "missing.json", write("good.json", good)]
    text = run("validate", *paths)
    assert text.exit_code == 2
    assert "node-id" in text.stdout
    assert "2 documents, 2 findings at MUST, 1 at SHOULD, 1 more could not be read" in text.stdout
    as_json = run("validate", *paths, "--format", "json")
    assert as_json.exit_code == 2
    assert len(findings_of(as_json.stdout)) == 3
    assert "missing.json" in as_json.stderr


def test_json_is_an_empty_array_when_nothing_could_be_read(run: Run) -> None:
    result = run("validate", "missing.json", "--format", "json")
    assert result.exit_code == 2
    assert findings_of(result.stdout) == []


def test_standard_input_is_read_for_a_dash(run: Run, bad: Any) -> None:
    result = run("validate", "-", "--format", "json", stdin=json.dumps(bad).encode())
    assert result.exit_code == 1
    assert [entry["document"] for entry in findings_of(result.stdout)] == ["-", "-", "-"]


def test_unreadable_standard_input_ends_with_2(run: Run) -> None:
    result = run("validate", "-", stdin=b"nothing")
    assert result.exit_code == 2
    assert "standard input" in result.stderr


def test_a_path_given_twice_is_checked_once(run: Run, write: Write, bad: Any) -> None:
    name = write("bad.json", bad)
    result = run("validate", name, name)
    assert "1 document, 2 findings at MUST" in result.stdout


HOSTILE = "[red]x[/red] \x1b[31m \ud800 \u202e"


def test_hostile_text_in_a_document_is_printed_harmlessly(run: Run, write: Write) -> None:
    hostile = document(node(HOSTILE), attributes={HOSTILE: 1})
    result = run("validate", write("x.json", hostile))
    assert result.exit_code == 1
    assert "/ome/attributes/[red]x[~1red] \\x1b[31m" in result.stdout
    assert "\\ud800" in result.stdout
    for character in ("\x1b", "\ud800", "\u202e"):
        assert character not in result.stdout


def test_hostile_text_in_a_document_is_valid_json(run: Run, write: Write) -> None:
    hostile = document(node(HOSTILE), attributes={HOSTILE: 1})
    result = run("validate", write("x.json", hostile), "--format", "json")
    assert result.stdout.isascii()
    pointers = [entry["pointer"] for entry in findings_of(result.stdout)]
    assert "/ome/attributes/" + HOSTILE.replace("/", "~1") in pointers


def test_a_hostile_file_name_is_printed_harmlessly_in_one_line(run: Run) -> None:
    result = run("validate", "a\nb\x1b[31m[red]")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert r"a\nb\x1b[31m[red]" in result.stderr


def test_many_findings_of_one_rule_are_counted_in_text_and_complete_in_json(
    run: Run, write: Write
) -> None:
    name = write("many.json", document(*[node(f"a {n}") for n in range(500)]))
    text = run("validate", name)
    assert "... 480 more of node-id" in text.stdout
    assert "500 findings at MUST" in text.stdout
    assert len(findings_of(run("validate", name, "--format", "json").stdout)) == 500


def test_calling_without_a_path_ends_with_2(run: Run) -> None:
    assert run("validate").exit_code == 2


@pytest.mark.parametrize("option", [("--format", "xml"), ("--level", "MAY")])
def test_an_unknown_value_of_an_option_ends_with_2(
    run: Run, write: Write, good: Any, option: tuple[str, str]
) -> None:
    assert run("validate", write("good.json", good), *option).exit_code == 2
