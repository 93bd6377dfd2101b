"""What a reference may lead to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import ngio_collections as ngc

ENTRY = "file:///data/lab/plate.json"


def _refusal(url: str, entry: str = ENTRY, **policy: Any) -> str | None:
    return ngc.AccessPolicy(**policy).refusal(entry, url)


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        (ENTRY, "file:///data/other/a.json"),
        ("https://a.org/x/plate.json", "https://a.org/y/a.json"),
        ("https://a.org:8443/x.json", "https://a.org:8443/a.json"),
        ("s3://bucket/x.json", "s3://bucket/deep/a.json"),
    ],
)
def test_the_same_origin_is_allowed(entry: str, url: str) -> None:
    assert _refusal(url, entry) is None


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        (ENTRY, "https://a.org/a.json"),
        (ENTRY, "file://server/share/a.json"),
        ("https://a.org/x.json", "file:///etc/passwd"),
        ("https://a.org/x.json", "http://a.org/a.json"),
        ("https://a.org/x.json", "https://a.org:8443/a.json"),
        ("https://a.org/x.json", "https://b.a.org/a.json"),
        ("https://a.org/x.json", "http://169.254.169.254/latest"),
        ("s3://bucket/x.json", "s3://other/a.json"),
    ],
)
def test_another_origin_is_refused_until_it_is_named(entry: str, url: str) -> None:
    refusal = _refusal(url, entry)
    assert refusal is not None
    assert "another origin" in refusal
    assert "origins=" in refusal
    assert _refusal(url, entry, origins=[url]) is None
    assert _refusal(url, entry, origins=["*"]) is None


@pytest.mark.parametrize(
    "url",
    [
        "file:///data/labor/a.json",
        "file:///data/a.json",
        "file:///etc/passwd",
    ],
)
def test_a_root_is_not_left(url: str) -> None:
    refusal = _refusal(url, root="/data/lab")
    assert refusal is not None
    assert "outside of file:///data/lab" in refusal
    assert _refusal("file:///data/lab/deep/a.json", root="/data/lab") is None


def test_a_root_says_nothing_of_other_origins() -> None:
    assert _refusal("https://a.org/a.json", root="/data/lab") is not None
    assert _refusal("https://a.org/a.json", root="/data/lab", origins=["https://a.org"]) is None


def test_schemes_can_be_restricted() -> None:
    refusal = _refusal("file:///data/lab/a.json", schemes=["https"])
    assert refusal == "uses the scheme file, and allowed are: https"
    assert _refusal("https://a.org/a.json", schemes=["HTTPS"], origins=["https://a.org"]) is None


def test_one_origin_is_no_list_of_them() -> None:
    with pytest.raises(TypeError, match="are lists"):
        ngc.AccessPolicy(origins="https://a.org")


@pytest.mark.parametrize("wrong", [0, -1, "many", 1.5])
def test_limits_are_numbers_from_one_on(wrong: Any) -> None:
    with pytest.raises(ValueError, match="the limit nodes is a number from 1 on"):
        ngc.Limits(nodes=wrong)


def _collection(path: Path, *targets: str) -> None:
    nodes = [
        {"type": "collection", "id": f"n{n}", "path": {"type": "json", "path": target}}
        for n, target in enumerate(targets)
    ]
    node = {"type": "collection", "version": "0.9", "id": path.stem, "nodes": nodes}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"ome": node}))


def test_links_do_not_lead_out_of_the_root(tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    _collection(tmp_path / "secret.json")
    _collection(lab / "own.json")
    _collection(lab / "plate.json", "./link.json", "./own.json", "../secret.json")
    (lab / "link.json").symlink_to(tmp_path / "secret.json")
    assert not ngc.open_inlined(lab / "plate.json").report.unfollowed
    policy = ngc.AccessPolicy(root=lab)
    bound = ngc.Resolver(policy=policy).open_inlined(lab / "plate.json")
    for view in (ngc.open_inlined(lab / "plate.json", policy=policy), bound):
        kinds = {record.pointer: record.kind for record in view.report.unfollowed}
        assert kinds == {"/ome/nodes/0": "forbidden", "/ome/nodes/2": "forbidden"}
        assert str(tmp_path / "secret.json") in str(view.report)
