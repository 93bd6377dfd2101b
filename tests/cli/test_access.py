"""Which documents the commands read: `--allow` and `--root`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.samples import Run, Write, document, standalone, stub

COMMANDS = [
    ("tree", "{}", "--inline"),
    ("check-links", "{}"),
    ("validate", "{}", "--recursive"),
    ("inline", "{}", "-o", "out.json"),
    ("consolidate", "{}"),
    ("table", "{}", "--inline"),
    ("diff", "{}", "{}", "--inline"),
]
IDS = [command[0] for command in COMMANDS]


def call(command: tuple[str, ...], name: str) -> list[str]:
    return [argument.replace("{}", name) for argument in command]


@pytest.mark.parametrize("command", COMMANDS, ids=IDS)
def test_another_origin_is_refused_until_it_is_allowed(
    run: Run, write: Write, command: tuple[str, ...]
) -> None:
    name = write("x.json", document(stub("far", "https://example.org/a.json")))
    refused = run(*call(command, name))
    assert refused.exit_code == 1
    assert "forbidden" in refused.stderr + refused.stdout
    allowed = run(*call(command, name), "--allow", "https://example.org")
    # There is no store for it: what is allowed still cannot be read.
    assert "forbidden" not in allowed.stderr + allowed.stdout


def test_no_advice_is_given_that_does_not_help_on_the_command_line(run: Run, write: Write) -> None:
    name = write("x.json", document(stub("far", "https://example.org/a.json")))
    refused = run("tree", name, "--inline")
    allowed = run("tree", name, "--inline", "--allow", "https://example.org")
    links = run("check-links", name)
    for result in (refused, allowed, links):
        said = result.stderr + result.stdout
        assert "https://example.org/a.json" in said
        assert not any(word in said for word in ("AccessPolicy", "RouterStore", "--allow ORIGIN"))
    assert "the command line reads local files only" in refused.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=IDS)
def test_references_do_not_lead_out_of_the_root(
    run: Run, write: Write, command: tuple[str, ...]
) -> None:
    write("secret.json", standalone("secret"))
    name = write("inside/x.json", standalone("x", stub("s", "../secret.json")))
    assert run(*call(command, name)).exit_code == 0
    result = run(*call(command, name), "--root", "inside", *_again(command))
    assert result.exit_code == 1
    assert "forbidden" in result.stderr + result.stdout
    assert "outside of" in result.stderr + result.stdout


def _again(command: tuple[str, ...]) -> tuple[str, ...]:
    return ("--overwrite",) if command[0] == "inline" else ()


@pytest.mark.parametrize("command", COMMANDS, ids=IDS)
def test_links_do_not_lead_out_of_the_root(
    run: Run, write: Write, tmp_path: Path, command: tuple[str, ...]
) -> None:
    write("secret.json", standalone("secret"))
    name = write("inside/x.json", standalone("x", stub("secret", "./link.json")))
    (tmp_path / "inside" / "link.json").symlink_to(tmp_path / "secret.json")
    result = run(*call(command, name), "--root", "inside")
    assert result.exit_code == 1
    assert "forbidden" in result.stderr + result.stdout


@pytest.mark.parametrize("command", COMMANDS, ids=IDS)
def test_a_document_outside_of_the_root_ends_with_2(
    run: Run, write: Write, command: tuple[str, ...]
) -> None:
    write("inside/x.json", standalone("x"))
    name = write("outside.json", standalone("outside"))
    result = run(*call(command, name), "--root", "inside")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == (
        "ngio-collections: outside.json: is outside of the folder inside, which --root names\n"
    )


@pytest.mark.parametrize("options", [("--allow", "example.org"), ("--allow", "https:///\x1b")])
def test_an_origin_that_is_none_ends_with_2(
    run: Run, write: Write, options: tuple[str, ...]
) -> None:
    name = write("x.json", document())
    result = run("tree", name, "--inline", *options)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "--allow" in result.stderr
    assert "\x1b" not in result.stderr


def test_a_star_allows_all_origins(run: Run, write: Write) -> None:
    name = write("x.json", document(stub("far", "https://example.org/a.json")))
    result = run("tree", name, "--inline", "--allow", "*")
    assert result.exit_code == 1
    assert "forbidden" not in result.stderr
    assert "unreadable" in result.stderr
