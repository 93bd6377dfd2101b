"""The commands `consolidate`, `externalize`, `embed` and `relocate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import ngio_collections as ngc
from tests.cli.samples import Run, Write, document, node, standalone, stub

HOSTILE = "no\x1b[31m\u202e\n"


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))["ome"]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_consolidate_writes_one_file_that_opens_the_collection(run: Run, plate: str) -> None:
    result = run("consolidate", plate)
    assert result.exit_code == 0
    assert result.stdout == "wrote plate.consolidated.json\nmade of 3 documents\n"
    assert result.stderr == ""
    tree = ngc.open_inlined(plate, consolidated=True)
    assert [child.id for child in tree.children()] == ["A", "B"]


def test_check_says_whether_the_file_is_up_to_date_and_writes_nothing(
    run: Run, write: Write, plate: str, tmp_path: Path
) -> None:
    assert run("consolidate", plate, "--check").exit_code == 2  # There is none.
    run("consolidate", plate)
    before = files(tmp_path)
    fresh = run("consolidate", plate, "--check")
    assert fresh.exit_code == 0
    assert fresh.stdout == "3 documents, the consolidated file is up to date\n"
    assert files(tmp_path) == before
    write("wells/B.json", standalone("B", node("image", name="other")))
    stale = run("consolidate", plate, "--check")
    assert stale.exit_code == 1
    assert stale.stdout == ""
    assert stale.stderr.count("\n") == 1
    assert "wells/B.json; consolidate again" in stale.stderr


def test_consolidate_as_json(run: Run, plate: str, tmp_path: Path) -> None:
    said = json.loads(run("consolidate", plate, "--format", "json").stdout)
    assert said["written"] == [(tmp_path / "plate.consolidated.json").as_uri()]
    assert len(said["report"]["documents"]) == 3
    checked = json.loads(run("consolidate", plate, "--check", "--format", "json").stdout)
    assert checked["written"] == []
    assert len(checked["skipped"]) == 3


def test_consolidate_tells_what_is_not_in_the_file(run: Run, write: Write) -> None:
    name = write("x.json", document(stub("gone", "./gone.json")))
    result = run("consolidate", name)
    assert result.exit_code == 1
    assert "missing" in result.stderr
    assert "wrote x.consolidated.json" in result.stdout


def test_externalize_writes_the_node_and_lets_its_document_refer_to_it(
    run: Run, write: Write, tmp_path: Path
) -> None:
    name = write("x.json", document(node("a", nodes=[node("inner")]), node("b")))
    result = run("externalize", name, "a", "-o", "parts/a.json")
    assert result.exit_code == 0
    assert result.stdout == "wrote parts/a.json\nwrote x.json\n"
    assert read(tmp_path / "parts" / "a.json")["nodes"][0]["id"] == "inner"
    assert read(tmp_path / "x.json")["nodes"][0]["path"] == {
        "type": "json",
        "path": "./parts/a.json",
    }
    assert run("check-links", name).exit_code == 0


def _referring(id: str) -> Any:
    """A node whose source is in `x.json`."""
    path = {"type": "json", "path": "./x.json"}
    return node("label", attributes={"labels": {"source": [{"id": id, "path": path}]}})


def test_externalize_mends_the_documents_that_are_given(run: Run, write: Write) -> None:
    name = write("x.json", document(node("a", nodes=[node("inner")]), node("b")))
    one = write("one.json", document(_referring("inner")))
    other = write("other.json", document(_referring("b")))
    result = run("externalize", name, "a", one, other, "-o", "parts/a.json")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        *("wrote parts/a.json", "wrote one.json", "wrote x.json"),
        "other.json has no reference to mend",
    ]
    assert run("check-links", name, one, other).exit_code == 0


def test_externalize_that_was_interrupted_is_repeated_and_says_what_it_wrote(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = write("x.json", document(node("a", nodes=[node("inner")])))
    one = write("one.json", document(_referring("inner")))
    with monkeypatch.context() as patch:
        patch.setattr(ngc, "save", _failing)
        result = run("externalize", name, "a", one, "-o", "a.json")
    assert result.exit_code == 2
    assert "a.json was written already, and one.json, which may refer to it" in result.stderr
    assert run("check-links", name, one).exit_code == 0
    result = run("externalize", name, "a", one, "-o", "a.json")
    assert result.stdout.splitlines() == [
        "wrote x.json",
        "one.json has no reference to mend",
    ]
    assert run("check-links", name, one).exit_code == 0


def _failing(*_: Any) -> None:
    raise ngc.DocumentAccessError("has no room left", "file:///x.json")


def test_externalize_without_documents_says_where_to_look(run: Run, write: Write) -> None:
    name = write("x.json", document(node("a", nodes=[node("inner")])))
    one = write("one.json", document(_referring("inner")))
    assert run("externalize", name, "a", "-o", "a.json").exit_code == 0
    assert run("check-links", name, one).exit_code == 1
    assert "check-links" in run("externalize", "--help", columns=200).output


def test_embed_undoes_externalize_and_leaves_the_document(
    run: Run, write: Write, tmp_path: Path
) -> None:
    content = document(node("a", nodes=[node("inner")]), node("b"))
    name = write("x.json", content)
    run("externalize", name, "a", "-o", "a.json")
    result = run("embed", name, "a")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "wrote x.json",
        "a.json is still there; delete it if nothing else refers to it",
    ]
    assert read(tmp_path / "x.json") == content["ome"]
    assert (tmp_path / "a.json").is_file()


def test_externalize_and_embed_as_json(run: Run, write: Write, tmp_path: Path) -> None:
    name = write("x.json", document(node("a")))
    new, old = (tmp_path / "a.json").as_uri(), (tmp_path / "x.json").as_uri()
    said = json.loads(run("externalize", name, "a", "-o", "a.json", "--format", "json").stdout)
    assert said == {"written": [new, old], "skipped": []}
    said = json.loads(run("embed", name, "a", "--format", "json").stdout)
    assert said == {"written": [old], "skipped": [], "embedded": new}


@pytest.mark.parametrize(
    ("id", "words"),
    [
        ("nobody", "no node has the id 'nobody'"),
        (HOSTILE, "no node has the id"),
        ("twice", "2 nodes have the id 'twice'"),
        ("root", "root"),
        ("ref", "reference"),
    ],
)
def test_a_node_that_cannot_be_externalized_ends_with_2(
    run: Run, write: Write, tmp_path: Path, id: str, words: str
) -> None:
    nodes = [node("a"), node("twice"), node("twice"), stub("ref", "./a.json")]
    name = write("x.json", document(*nodes))
    before = files(tmp_path)
    result = run("externalize", name, id, "-o", "new.json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert words in result.stderr
    assert "\x1b" not in result.stderr
    assert "\u202e" not in result.stderr
    assert files(tmp_path) == before


def test_externalize_writes_over_nothing(run: Run, write: Write, tmp_path: Path) -> None:
    name, taken = write("x.json", document(node("a"))), write("y.json", b"mine")
    before = files(tmp_path)
    for arguments in ((name, "a", "-o", taken), ("missing.json", "a", "-o", "new.json")):
        result = run("externalize", *arguments)
        assert result.exit_code == 2
        assert result.stderr.count("\n") == 1
    assert files(tmp_path) == before


def test_when_the_old_document_cannot_be_saved_it_says_what_was_written(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = write("x.json", document(node("a")))
    save = ngc.save

    def late(*arguments: Any, **options: Any) -> Any:
        write(name, document(node("a", name="of somebody else")))
        return save(*arguments, **options)

    monkeypatch.setattr(ngc, "save", late)
    result = run("externalize", name, "a", "-o", "a.json")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "a.json was written already, and nothing refers to it yet" in result.stderr
    assert read(tmp_path / "x.json")["nodes"][0]["name"] == "of somebody else"


@pytest.mark.parametrize(
    ("id", "words"),
    [
        ("nobody", "no node has the id"),
        ("plain", "is no reference"),
        ("gone", "there is no such file"),
        ("far", "another origin"),
    ],
)
def test_a_node_that_cannot_be_embedded_ends_with_2(
    run: Run, write: Write, tmp_path: Path, id: str, words: str
) -> None:
    far = stub("far", "https://example.org/a.json")
    name = write("x.json", document(node("plain"), stub("gone", "./gone.json"), far))
    before = files(tmp_path)
    result = run("embed", name, id)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert words in result.stderr
    assert files(tmp_path) == before


def test_embed_reads_nothing_outside_of_the_root(run: Run, write: Write) -> None:
    write("secret.json", standalone("s"))
    name = write("inside/x.json", document(stub("s", "../secret.json")))
    result = run("embed", name, "s", "--root", "inside")
    assert result.exit_code == 2
    assert "outside of" in result.stderr
    assert run("embed", name, "s").exit_code == 0


def test_relocate_moves_a_document_and_mends_the_references_to_it(
    run: Run, write: Write, plate: str, tmp_path: Path
) -> None:
    other = write("other.json", document())
    result = run("relocate", "wells/B.json", "new/B.json", plate, "wells/A.json", other)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "wrote new/B.json"
    assert set(lines[1:3]) == {"wrote plate.json", "wrote wells/A.json"}
    assert lines[3:] == ["other.json does not refer to it", "deleted wells/B.json"]
    assert not (tmp_path / "wells" / "B.json").exists()
    assert run("check-links", plate).exit_code == 0


def test_relocate_as_json(run: Run, write: Write, tmp_path: Path) -> None:
    name = write("x.json", document())
    said = json.loads(run("relocate", name, "y.json", "--format", "json").stdout)
    assert said == {
        "written": [(tmp_path / "y.json").as_uri()],
        "skipped": [],
        "deleted": (tmp_path / "x.json").as_uri(),
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("missing.json", "new.json"),
        ("x.json", "y.json"),
        ("x.json", "new.json", "missing.json"),
        ("x.json", "group.zarr"),
        ("x.json", "https://example.org/y.json"),
        (f"{HOSTILE}.json", "new.json"),
    ],
)
def test_what_cannot_be_relocated_ends_with_2_and_stays(
    run: Run, write: Write, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    write("x.json", document())
    write("y.json", document())
    before = files(tmp_path)
    result = run("relocate", *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "\x1b" not in result.stderr
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("https://lab.example/a.json", "is on another origin (https://lab.example) than in, which"),
        ("../outside.json", "is outside of "),
    ],
)
def test_embed_tells_of_what_may_not_be_read_in_the_words_of_the_command_line(
    run: Run, write: Write, tmp_path: Path, path: str, words: str
) -> None:
    name = write("in/x.json", document(stub("ref", path)))
    write("outside.json", document())
    before = files(tmp_path)
    result = run("embed", name, "ref", "--root", "in")
    assert result.exit_code == 2
    assert words in result.stderr
    assert "AccessPolicy" not in result.stderr
    assert result.stderr.count("\n") == 1
    if path.startswith("https"):
        alone = run("embed", name, "ref")
        assert "from Python, with a store for it" in alone.stderr
    assert files(tmp_path) == before
