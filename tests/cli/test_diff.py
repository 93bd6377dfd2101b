from __future__ import annotations

import json

import pytest

import ngio_collections as ngc
from tests.cli.samples import Run, Write, document, node, standalone, stub

HOSTILE = "\x1b[31m[red]\u202e\n"


def test_documents_that_are_the_same_end_with_0(run: Run, write: Write) -> None:
    names = [write(name, document(node("a"), node("b"))) for name in ("x.json", "y.json")]
    text = run("diff", *names)
    assert (text.exit_code, text.stdout, text.stderr) == (0, "no difference\n", "")
    as_json = run("diff", *names, "--format", "json")
    assert (as_json.exit_code, as_json.stdout) == (0, "[]\n")


def test_differences_end_with_1_and_are_listed_by_kind(run: Run, write: Write) -> None:
    old = [
        node("a"),
        node("b", attributes={"mine:x": 1, "mine:y": 2}),
        node("c"),
        node("e"),
        stub("d", "./d.json"),
    ]
    new = [
        node("c", name="other"),
        node("b", attributes={"mine:x": 3}),
        node("e", nodes=[node("f")]),
        stub("d", "./e.json"),
    ]
    names = write("x.json", document(*old)), write("y.json", document(*new))
    result = run("diff", *names)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert "- collection root/a" in lines
    assert "+ collection root/e/f" in lines
    assert "> collection root/c" in lines
    assert "~ collection root/b: attribute mine:x set, attribute mine:y dropped" in lines
    assert "~ collection root/c: name 'c' -> 'other'" in lines
    assert "- collection root/d" in lines
    assert "+ collection root/d" in lines
    assert lines[-1].startswith("2 removed, 2 added, ")
    assert lines[-1].endswith(" moved, 2 changed")


def test_json_is_the_patch_that_makes_the_one_out_of_the_other(run: Run, write: Write) -> None:
    old, new = document(node("a"), node("b")), document(node("b", name="x"), node("c"))
    result = run("diff", write("x.json", old), write("y.json", new), "--format", "json")
    assert result.exit_code == 1
    patch = ngc.Patch(json.loads(result.stdout))
    assert ngc.apply(ngc.as_tree(old["ome"]).root, patch).to_json() == new["ome"]


def test_other_roots_are_said_to_be_others(run: Run, write: Write) -> None:
    names = write("x.json", standalone("x")), write("y.json", standalone("y"))
    result = run("diff", *names)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "- collection x",
        "+ collection y",
        "the roots differ in id; nothing below them was compared",
    ]
    (operation,) = json.loads(run("diff", *names, "--format", "json").stdout)
    assert operation["op"] == "replace"


def test_inlined_documents_are_compared_with_what_they_refer_to(run: Run, write: Write) -> None:
    write("one/well.json", standalone("well", node("image")))
    write("two/well.json", standalone("well", node("image", name="other")))
    names = [
        write(f"{f}/x.json", standalone("x", stub("w", "./well.json"))) for f in ("one", "two")
    ]
    assert run("diff", *names).exit_code == 0
    result = run("diff", *names, "--inline")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0].startswith("~ collection x/w/image: name ")
    assert run("diff", *names, "--inline", "--depth", "0").exit_code == 0
    assert run("diff", *names, "--depth", "0").exit_code == 2


def test_references_that_are_not_followed_end_with_1(run: Run, write: Write) -> None:
    names = [write(name, document(stub("gone", "./gone.json"))) for name in ("x.json", "y.json")]
    result = run("diff", *names, "--inline")
    assert result.exit_code == 1
    assert result.stdout == "no difference\n"
    assert "2 references were not followed" in result.stderr


def test_of_many_differences_of_a_kind_a_hundred_are_shown_as_text(run: Run, write: Write) -> None:
    names = (
        write("x.json", document()),
        write("y.json", document(*[node(f"n{n}") for n in range(1000)])),
    )
    lines = run("diff", *names).stdout.splitlines()
    assert len(lines) == 102
    assert lines[100] == "... 900 more of these"
    assert lines[101] == "0 removed, 1,000 added, 0 moved, 0 changed"
    (whole,) = json.loads(run("diff", *names, "--format", "json").stdout)
    assert len(whole["node"]["nodes"]) == 1000


@pytest.mark.parametrize("format", ["text", "json"])
def test_one_that_cannot_be_read_ends_with_2(run: Run, write: Write, format: str) -> None:
    name = write("x.json", document())
    for pair in ((name, "missing.json"), ("missing.json", name)):
        result = run("diff", *pair, "--format", format)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr.count("\n") == 1
    assert run("diff", name).exit_code == 2


@pytest.mark.parametrize("format", ["text", "json"])
def test_hostile_text_is_printed_harmlessly(run: Run, write: Write, format: str) -> None:
    old = document(node(HOSTILE, name=HOSTILE, attributes={HOSTILE: 1}))
    new = document(node(HOSTILE, name="x" + HOSTILE, attributes={HOSTILE: 2}))
    result = run("diff", write("x.json", old), write("y.json", new), "--format", format)
    assert result.exit_code == 1
    for character in ("\x1b", "\u202e"):
        assert character not in result.stdout
    if format == "text":
        assert len(result.stdout.splitlines()) == 2
