from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

import ngio_collections as ngc
from ngio_collections.cli._app import validate
from tests.cli.samples import Process, Run, Write, document, node, stub

SOURCE = Path(__file__).parents[2] / "src"


def test_the_module_runs_as_a_program(process: Process, write: Write, bad: Any) -> None:
    result = process("validate", write("bad.json", bad), "--format", "json")
    assert result.returncode == 1
    assert len(json.loads(result.stdout)) == 3
    assert result.stderr == b""


@pytest.mark.parametrize("arguments", [("--help",), ("validate", "--help"), ("demo", "--help")])
def test_help_names_the_program_and_ends_with_0(
    process: Process, arguments: tuple[str, ...]
) -> None:
    result = process(*arguments)
    assert result.returncode == 0
    assert b"ngio-collections" in result.stdout


def test_version_prints_the_version(process: Process) -> None:
    result = process("--version")
    assert result.returncode == 0
    assert result.stdout.decode().strip() == f"ngio-collections {ngc.__version__}"


def test_help_imports_neither_pydantic_nor_the_engine() -> None:
    code = (
        "import sys\n"
        "from ngio_collections.cli import main\n"
        "sys.argv = ['ngio-collections', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "heavy = {'pydantic', 'ngio_collections.validation', 'ngio_collections.api', 'asyncio',"
        " 'ngio_collections.graph', 'ngio_collections.resolve', 'rich.progress'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=False,
        timeout=60,
        env={"PYTHONPATH": str(SOURCE)},
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("package", ["typer", "rich"])
def test_a_missing_package_ends_with_2_and_one_line_that_says_how_to_get_it(package: str) -> None:
    code = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "from ngio_collections.cli import main; main()"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=False,
        timeout=60,
        env={"PYTHONPATH": str(SOURCE)},
    )
    assert result.returncode == 2
    assert result.stdout == b""
    assert result.stderr.count(b"\n") == 1
    assert b"ngio-collections[cli]" in result.stderr
    assert package.encode() in result.stderr


def test_a_pipe_without_colours_gets_no_escape_sequences(
    process: Process, write: Write, bad: Any
) -> None:
    name = write("bad.json", bad)
    assert b"\x1b" not in process("validate", name).stdout
    assert b"\x1b" not in process("rules").stdout


def test_no_color_leaves_out_colours_where_they_are_otherwise_forced(
    process: Process, write: Write, bad: Any
) -> None:
    name = write("bad.json", bad)
    terminal = {"FORCE_COLOR": "1", "TERM": "xterm"}
    assert b"31mMUST" in process("validate", name, **terminal).stdout
    assert b"31mMUST" not in process("validate", name, NO_COLOR="1", **terminal).stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_a_terminal_that_lacks_characters_gets_escapes_and_no_crash(
    process: Process, write: Write, encoding: str
) -> None:
    name = write("µ.json", document(node("Größe 細胞 \ud800 [red]")))
    result = process("validate", name, PYTHONIOENCODING=encoding)
    assert result.returncode == 1
    text = result.stdout.decode(encoding)
    assert "Traceback" not in result.stderr.decode(encoding)
    assert "\\ud800" in text
    assert ("細胞" in text) == (encoding == "utf-8")
    assert ("Größe" in text) == (encoding != "ascii")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
@pytest.mark.parametrize("arguments", [("rules",), ("demo",), ("schema",), ("--help",)])
def test_every_command_works_on_a_terminal_of_few_characters(
    process: Process, tmp_path: Path, encoding: str, arguments: tuple[str, ...]
) -> None:
    result = process(*arguments, cwd=tmp_path, PYTHONIOENCODING=encoding)
    assert result.returncode == 0, result.stderr
    assert result.stdout.decode(encoding).strip()


def test_json_with_hostile_text_is_ascii_in_every_encoding(process: Process, write: Write) -> None:
    name = write("x.json", document(node("\ud800 \x1b 細")))
    result = process("validate", name, "--format", "json", PYTHONIOENCODING="utf-16")
    entries = json.loads(result.stdout.decode("utf-16"))
    assert entries[0]["rule"] == "node-id"


def test_a_file_name_that_is_not_utf_8_is_printed_escaped(process: Process) -> None:
    result = process("validate", "caf\udce9.json")
    assert result.returncode == 2
    assert b"Traceback" not in result.stderr
    assert b"\\udce9.json: there is no such file" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [("validate", "many.json", "--format", "json"), ("validate", "many.json"), ("demo",)],
)
def test_a_reader_that_goes_away_causes_no_words(write: Write, arguments: tuple[str, ...]) -> None:
    write("many.json", document(*[node(f"a {n}") for n in range(2_000)]))
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "ngio_collections.cli", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": str(SOURCE)},
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.read(1)
        running.stdout.close()
        assert running.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_ends_with_2_and_one_line(write: Write, bad: Any) -> None:
    name = write("bad.json", bad)
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            [sys.executable, "-u", "-m", "ngio_collections.cli", "validate", name],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
            env={"PYTHONPATH": str(SOURCE)},
        )
    assert result.returncode == 2
    assert result.stderr.splitlines()[0].startswith(
        b"ngio-collections: the output cannot be written"
    )
    assert b"Traceback" not in result.stderr


def test_closed_standard_input_ends_with_2(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(typer.Exit) as end:
        validate(["-"])
    assert end.value.exit_code == 2
    assert capsys.readouterr().err == "ngio-collections: standard input: is closed\n"


def test_no_command_shows_the_help(run: Run) -> None:
    result = run()
    assert result.exit_code == 2
    assert "validate" in result.output
    assert "demo" in result.output


MANY: list[Any] = [node(f"n{n}") for n in range(2_000)]


@pytest.mark.parametrize(
    "arguments",
    [
        ("tree", "many.json", "--width", "2000", "--lines", "3000"),
        ("tree", "many.json", "--format", "json"),
        ("diff", "few.json", "many.json", "--format", "json"),
        ("diff", "few.json", "many.json"),
        ("check-links", "stubs.json", "--format", "json"),
        ("table", "many.json", "--type", "all"),
    ],
)
def test_a_reader_of_the_new_commands_that_goes_away_causes_no_words(
    write: Write, arguments: tuple[str, ...]
) -> None:
    write("few.json", document())
    write("many.json", document(*MANY))
    write("stubs.json", document(*[stub(f"s{n}", f"./{n}.json") for n in range(2_000)]))
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "ngio_collections.cli", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": str(SOURCE)},
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.read(1)
        running.stdout.close()
        assert running.stderr.read() == b""


FOLLOWING = [
    ("tree", "plate.json", "--inline"),
    ("inline", "plate.json", "-o", "one.json", "--overwrite"),
    ("check-links", "plate.json"),
    ("diff", "plate.json", "plate.json", "--inline"),
    ("consolidate", "plate.json"),
    ("table", "plate.json", "--inline"),
    ("validate", "plate.json", "--recursive"),
]


@pytest.mark.parametrize("arguments", FOLLOWING, ids=[command[0] for command in FOLLOWING])
def test_a_pipe_in_the_place_of_the_terminal_gets_no_progress_bar(
    process: Process, plate: str, arguments: tuple[str, ...]
) -> None:
    result = process(*arguments, FORCE_COLOR="1", TERM="xterm")
    assert result.returncode == 0
    assert result.stderr == b""


def _on_a_terminal(*arguments: str, term: str) -> tuple[bytes, bytes]:
    """Call the command line with a terminal as standard error; what both outputs got."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    try:
        running = subprocess.Popen(
            [sys.executable, "-m", "ngio_collections.cli", *arguments],
            stdout=subprocess.PIPE,
            stderr=theirs,
            env={"PYTHONPATH": str(SOURCE), "TERM": term, "COLUMNS": "80"},
        )
        os.close(theirs)
        out, _ = running.communicate(timeout=60)
        assert running.returncode == 0
        shown = b""
        with contextlib.suppress(OSError):  # Linux says so when nobody has it open any more.
            while data := os.read(ours, 65536):
                shown += data
    finally:
        os.close(ours)
    return out, shown


def test_a_terminal_gets_a_progress_bar_on_standard_error(plate: str) -> None:
    out, shown = _on_a_terminal("tree", plate, "--inline", term="xterm")
    assert b"Reading documents" in shown
    assert b"3/3" in shown
    assert b"Reading documents" not in out
    assert out.startswith(b"collection plate\n")


def test_checking_many_documents_shows_how_far_it_has_come(plate: str) -> None:
    out, shown = _on_a_terminal("validate", plate, "-r", "--format", "json", term="xterm")
    assert b"Checking documents" in shown
    assert out == b"[]\n"


def test_a_terminal_that_cannot_move_its_cursor_gets_no_progress_bar(plate: str) -> None:
    out, shown = _on_a_terminal("tree", plate, "--inline", term="dumb")
    assert shown == b""
    assert out.startswith(b"collection plate\n")


NEW_COMMANDS = (
    *("tree", "check-links", "diff"),
    *("inline", "consolidate", "externalize", "embed", "relocate"),
)


@pytest.mark.parametrize("command", NEW_COMMANDS)
def test_every_command_has_a_help_that_says_what_its_exit_codes_mean(
    run: Run, command: str
) -> None:
    result = run(command, "--help", columns=200)
    assert result.exit_code == 0
    assert "The exit code is 0" in " ".join(result.output.split())
    assert "--format" in result.output
    assert command in run("--help").output


@pytest.mark.parametrize("command", [*NEW_COMMANDS, "validate", "fix", "convert", "demo"])
def test_the_help_of_a_command_is_as_wide_as_the_terminal(run: Run, command: str) -> None:
    text = run(command, "--help", columns=600).output
    paragraphs = [line.strip() for line in text.partition("╭")[0].splitlines() if line.strip()]
    # A line that ends without a full stop would be a paragraph that was cut.
    assert all(paragraph.endswith((".", "]", "}", "...")) for paragraph in paragraphs), paragraphs


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_the_new_commands_work_on_a_terminal_of_few_characters(
    process: Process, write: Write, encoding: str
) -> None:
    name = write("µ.json", document(node("Größe 細胞 \ud800"), stub("gone", "./細胞.json")))
    few = write("few.json", document())
    for arguments, code in (
        (("tree", name, "--inline"), 1),
        (("check-links", name), 1),
        (("diff", few, name), 1),
        (("table", name, "--inline", "-o", "細胞.csv", "--overwrite"), 1),
        (("inline", name, "-o", "細胞.json", "--overwrite"), 1),
        (("embed", name, "gone"), 2),
    ):
        result = process(*arguments, PYTHONIOENCODING=encoding)
        assert result.returncode == code, result.stderr
        assert b"Traceback" not in result.stderr
        result.stdout.decode(encoding)
