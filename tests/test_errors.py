"""The tree of errors is the one that is drawn, and their messages say what is needed."""

from __future__ import annotations

import inspect
import pickle
import re

import pytest

import ngio_collections as ngc
from ngio_collections import errors
from ngio_collections.errors import (
    DocumentError,
    DocumentNotFoundError,
    MissingExtraError,
    NgioCollectionsError,
    NotJsonError,
    NotOmeError,
    UnknownConceptError,
    UnknownProfileError,
)

LINE = re.compile(r"^ {4}((?:\|   |    )*)((?:\|--|`--) )?(\w+Error)\b")


def _drawn() -> dict[str, str]:
    """Each error in the drawing with the one that it hangs on."""
    tree: dict[str, str] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = LINE.match(line)
        if found is None:
            continue
        indent, branch, name = found.groups()
        depth = len(indent) // 4 + (1 if branch else 0)
        del above[depth:]
        tree[name] = above[-1] if above else "Exception"
        above.append(name)
    return tree


def _real() -> dict[str, str]:
    classes = inspect.getmembers(errors, inspect.isclass)
    ours = [made for _, made in classes if made.__module__ == errors.__name__]
    return {made.__name__: made.__bases__[0].__name__ for made in ours}


def test_the_tree_that_is_drawn_is_the_real_one() -> None:
    assert len(_drawn()) >= 8
    assert _drawn() == _real()


def test_all_errors_are_public() -> None:
    assert sorted(_real()) == sorted(errors.__all__)
    for name in errors.__all__:
        assert getattr(ngc, name) is getattr(errors, name)
        assert name in ngc.__all__


def test_all_errors_are_documented_and_can_be_caught_at_once() -> None:
    for name in errors.__all__:
        made = getattr(errors, name)
        assert made.__doc__
        assert issubclass(made, NgioCollectionsError)


@pytest.mark.parametrize("kind", [DocumentError, DocumentNotFoundError, NotJsonError, NotOmeError])
def test_an_error_about_a_document_names_it(kind: type[DocumentError]) -> None:
    error = kind("is wrong", "plate.json")
    assert str(error) == "plate.json: is wrong"
    assert (error.problem, error.document) == ("is wrong", "plate.json")


def test_an_error_about_a_document_without_an_address_says_the_problem() -> None:
    error = NotJsonError("is wrong")
    assert str(error) == "is wrong"
    assert error.document is None


def test_an_unknown_concept_gets_a_hint() -> None:
    known = ("node", "plate", "well")
    assert "did you mean plate?" in str(UnknownConceptError("plates", known))
    assert str(UnknownConceptError("xyz", known)).endswith("there are: node, plate, well")


def test_a_missing_extra_says_how_to_install_it() -> None:
    assert "pip install 'ngio-collections[cli]'" in str(MissingExtraError("cli", "the demo"))


@pytest.mark.parametrize(
    ("profile", "revision"),
    [("ngio", "draft-2026-04"), ("ngio", "v2"), ("nobody", "v1-2026-08"), ("", "")],
)
def test_an_unknown_profile_is_told_which_there_are(profile: str, revision: str) -> None:
    with pytest.raises(UnknownProfileError) as refused:
        ngc.validate_document({"ome": {}}, profile=profile, revision=revision)
    assert repr(profile) in str(refused.value)
    for name, at in ngc.profiles():
        assert f"{name} at {at}" in str(refused.value)


@pytest.mark.parametrize(
    "error",
    [
        NotJsonError("is wrong", "plate.json"),
        NotOmeError("is wrong"),
        MissingExtraError("cli", "the demo"),
        UnknownConceptError("plates", ("plate",)),
        UnknownProfileError("there is none"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_survive_the_way_between_processes(error: NgioCollectionsError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_no_text_and_no_json_has_names_and_passwords_of_addresses() -> None:
    """They are what is logged and published; attributes have the addresses as they are."""
    lab = "https://me:se'c@ret@lab.example"
    entry, lost = f"{lab}/plate.json", f"{lab}/A02@b.json"
    stub = {"type": "collection", "id": "A02", "path": {"type": "json", "path": "./A02@b.json"}}
    store = ngc.MemoryStore({entry: {"ome": {"type": "collection", "id": "p", "nodes": [stub]}}})
    view = ngc.open_inlined(entry, store=store)
    assert view.document_url == entry
    report = view.report
    assert report is not None
    assert report.documents == (report.entry,) == (entry,)
    assert report.failures[0].target == lost
    saved = ngc.save(view.rename("new"))
    assert saved.written == (entry,)
    with pytest.raises(ngc.DocumentNotFoundError) as missing:
        ngc.open(lost, store=store)
    assert missing.value.document == lost
    with pytest.raises(ngc.InvalidEditError) as refused:
        ngc.relocate(entry, entry, store=store)
    findings = ngc.validate(entry, recursive=True, store=store)
    made: list[object] = [report, report.failures[0], saved, missing.value, refused.value]
    texts = [*map(str, made), repr(missing.value), missing.value.problem, *map(str, findings)]
    texts += [str(one.to_json()) for one in (report, report.failures[0], saved)]
    texts.append(str(pickle.loads(pickle.dumps(missing.value))))
    for text in texts:
        assert "lab.example" in text or text == missing.value.problem
        assert "c@ret" not in text
        assert "me:se" not in text
    assert any("https://lab.example/A02@b.json" in text for text in texts)
    error = DocumentError("is at s3://bucket/a@b and x@y", "file:///data/a@b.json")
    assert str(error) == "file:///data/a@b.json: is at s3://bucket/a@b and x@y"
