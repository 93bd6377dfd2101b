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


BARE = [
    "archive.example",
    "localhost",
    "lab.example:8080",
    "*.example",
    "a.org/x",
    "",
    "/data",
    "C:",
]


@pytest.mark.parametrize(
    "origin", [*BARE, "https:a.org", "https//a.org", "file:", Path("/data"), 5]
)
def test_what_is_no_address_is_no_origin(origin: Any) -> None:
    with pytest.raises(ValueError, match=r"has no scheme.*such as 'https://example.org'"):
        ngc.AccessPolicy(origins=[origin])


@pytest.mark.parametrize("origin", ["https://*.example", "https://", "https://a b"])
def test_an_address_that_names_no_place_is_no_origin(origin: str) -> None:
    with pytest.raises(ValueError, match=r"origin|host"):
        ngc.AccessPolicy(origins=[origin])


def test_the_advice_for_a_bare_host_is_what_it_should_be() -> None:
    for host in ("archive.example", "lab.example:8080"):
        with pytest.raises(ValueError, match=f"; write 'https://{host}';"):
            ngc.AccessPolicy(origins=[host])
        assert _refusal(f"https://{host}/a.json", origins=[f"https://{host}"]) is None


def test_local_files_are_an_origin_that_has_to_be_named() -> None:
    entry = "https://a.org/x.json"
    assert _refusal("file:///etc/passwd", entry, origins=["https://b.org"]) is not None
    assert _refusal("file:///etc/passwd", entry, origins=["file://"]) is None


@pytest.mark.parametrize(
    ("scheme", "advice"), [("https:", "https"), ("HTTPS://", "https"), ("", "https")]
)
def test_a_scheme_is_a_word(scheme: str, advice: str) -> None:
    with pytest.raises(ValueError, match=f"is no scheme; write '{advice}'"):
        ngc.AccessPolicy(schemes=[scheme])


@pytest.mark.parametrize(
    "wrong", [{"origins": None}, {"origins": 5}, {"schemes": 5}, {"schemes": [5]}]
)
def test_origins_and_schemes_are_lists_of_texts(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"lists|text"):
        ngc.AccessPolicy(**wrong)


@pytest.mark.parametrize(
    "path",
    [
        *("..%2fx.json", "..%2Fx.json", "a/..%2f..%2fx.json", "%2e%2e%2fx.json", "..%5cx.json"),
        *("..\\x.json", "%252e%252e/x.json", "..%252fx.json", "..;/x.json", "..;a=1/x.json"),
    ],
)
@pytest.mark.parametrize("root", ["https://lab.example/d", "s3://lab/d", "https://lab.example/d/"])
def test_no_way_of_writing_dots_leads_out_of_the_root_of_a_server(root: str, path: str) -> None:
    entry = f"{root}/plate.json"
    refusal = _refusal(f"{root}/{path}", entry, root=root)
    assert refusal is not None
    assert "outside of" in refusal


@pytest.mark.parametrize(
    "path", ["a..%2fx.json", "..a/x.json", "a%20b/..x.json", "x;..a.json", "%25.json"]
)
def test_dots_in_names_are_inside_of_a_root(path: str) -> None:
    root = "https://lab.example/d"
    assert _refusal(f"{root}/{path}", f"{root}/plate.json", root=root) is None


def test_one_origin_is_no_list_of_them() -> None:
    with pytest.raises(TypeError, match="are lists"):
        ngc.AccessPolicy(origins="https://a.org")


@pytest.mark.parametrize("wrong", [0, -1, "many", 1.5, True])
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


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A folder with a plate, and a link in it that leads to a document outside."""
    _collection(tmp_path / "secret.json")
    folder = tmp_path / "lab"
    _collection(folder / "plate.json", "./wells/link.json")
    _collection(folder / "wells" / "own.json")
    (folder / "wells" / "link.json").symlink_to(tmp_path / "secret.json")
    return folder


def _stub_of(lab: Path, store: Any = None) -> ngc.Node:
    return next(ngc.open(lab / "plate.json", store=store).children())


@pytest.mark.parametrize("store", [None, ngc.LocalStore()])
def test_no_verb_follows_a_link_out_of_the_root(lab: Path, store: Any) -> None:
    policy = ngc.AccessPolicy(root=lab)
    stub, bound = _stub_of(lab, store), ngc.Resolver(policy=policy)
    assert ngc.open_ref(stub).id == "secret"
    reference = {"id": "secret", "path": stub.ref_path}
    for read in (
        lambda: ngc.open_ref(stub, policy=policy),
        lambda: ngc.open_inlined_ref(stub, policy=policy),
        lambda: ngc.embed(stub, policy=policy),
        lambda: bound.open_ref(stub),
        lambda: bound.open_inlined_ref(stub),
        lambda: bound.embed(stub),
        lambda: ngc.open_ref(reference, base=lab / "plate.json", policy=policy),
    ):
        with pytest.raises(ngc.ForbiddenError, match="outside of the root"):
            read()


def test_a_root_that_the_entry_is_outside_of_is_not_left_by_links(lab: Path) -> None:
    policy = ngc.AccessPolicy(root=lab / "wells")
    view = ngc.open_inlined(lab / "plate.json", policy=policy)
    assert [record.kind for record in view.report.failures] == ["forbidden"]
    assert next(view.children()).is_reference
    checked = ngc.check_links(lab / "plate.json", policy=policy)
    assert [record.kind for record in checked.failures] == ["forbidden"]
    ngc.save_tree(view.rename("Tuesday"))
    assert ngc.open(lab / "plate.json").name == "Tuesday"


def test_links_are_kept_to_the_root_whatever_document_comes_first(lab: Path) -> None:
    outside = lab.parent / "outside.json"
    _collection(outside)
    policy = ngc.AccessPolicy(root=lab)
    for order in ((outside, lab / "plate.json"), (lab / "plate.json", outside)):
        report = ngc.check_links(*order, policy=policy)
        assert [record.kind for record in report.failures] == ["forbidden"]
        assert len(report.documents) == 2


def test_the_narrower_root_of_a_store_and_a_policy_counts(lab: Path) -> None:
    wide, narrow = lab.parent, lab
    for root, policy in ((wide, narrow), (narrow, wide)):
        stub = _stub_of(lab, ngc.LocalStore(root))
        with pytest.raises(ngc.ForbiddenError, match="outside of the root"):
            ngc.open_ref(stub, policy=ngc.AccessPolicy(root=policy))


def test_a_reference_without_a_document_does_not_leave_the_root_either(lab: Path) -> None:
    there = {
        "id": "secret",
        "path": {"type": "json", "path": (lab.parent / "secret.json").as_uri()},
    }
    assert ngc.open_ref(there).id == "secret"
    with pytest.raises(ngc.ForbiddenError, match="is outside of"):
        ngc.open_ref(there, policy=ngc.AccessPolicy(root=lab))


def _chain(tmp_path: Path) -> tuple[str, ngc.RouterStore]:
    """A local document that leads to a server, which leads back to a local file."""
    (tmp_path / "secret.json").write_text('{"ome": {"type": "collection", "id": "secret"}}')
    secret = (tmp_path / "secret.json").as_uri()
    entry = {"type": "collection", "id": "mine", "nodes": [_stub("https://a.example/r.json")]}
    remote = {
        "type": "collection",
        "id": "theirs",
        "attributes": {"lab:x": {"source": [{"id": "secret", "path": _json(secret)}]}},
        "nodes": [_stub(secret)],
    }
    (tmp_path / "entry.json").write_text(json.dumps({"ome": entry}))
    server = ngc.MemoryStore({"https://a.example/r.json": {"ome": remote}})
    store = ngc.RouterStore({"https://a.example/": server, "file://": ngc.LocalStore()})
    return str(tmp_path / "entry.json"), store


def _json(url: str) -> dict[str, str]:
    return {"type": "json", "path": url}


def _stub(url: str) -> dict[str, Any]:
    return {"type": "collection", "id": "x", "path": _json(url)}


def test_a_server_that_is_allowed_leads_to_no_local_file(tmp_path: Path) -> None:
    entry, store = _chain(tmp_path)
    policy = ngc.AccessPolicy(origins=["https://a.example"])
    view = ngc.open_inlined(entry, store=store, policy=policy)
    assert view.find("theirs") is None
    remote = next(view.children())
    assert [node.is_reference for node in remote.children()] == [True]
    assert [record.kind for record in view.report.failures] == ["forbidden"]
    report = ngc.check_links(entry, store=store, policy=policy)
    assert {record.kind for record in report.failures} == {"forbidden"}
    saved = ngc.consolidate(entry, store=store, policy=policy)
    assert "secret.json" not in saved.skipped
    assert all("secret" not in url for url in (*saved.written, *report.documents))
    both = ngc.AccessPolicy(origins=["https://a.example", "file://"])
    whole = ngc.open_inlined(entry, store=store, policy=both)
    assert whole.report.failures == ()
    assert len(whole.report.documents) == 3


def test_the_references_of_each_document_count_for_themselves(tmp_path: Path) -> None:
    source = {"labels": {"source": [{"id": "b", "path": _json("./b.json")}]}}
    local = {"type": "multiscale", "id": "a", "attributes": source, "nodes": []}
    (tmp_path / "a.json").write_text(json.dumps({"ome": local}))
    (tmp_path / "b.json").write_text('{"ome": {"type": "collection", "id": "b"}}')
    there = {"labels": {"source": [{"id": "b", "path": _json((tmp_path / "b.json").as_uri())}]}}
    remote = {"type": "multiscale", "id": "r", "attributes": there, "nodes": []}
    server = ngc.MemoryStore({"https://a.example/r.json": {"ome": remote}})
    store = ngc.RouterStore({"https://a.example/": server, "file://": ngc.LocalStore()})
    locations = [str(tmp_path / "a.json"), "https://a.example/r.json"]
    for given in (locations, locations[::-1]):
        failures = ngc.check_links(*given, store=store).failures
        assert [(one.kind, one.document) for one in failures] == [
            ("forbidden", "https://a.example/r.json")
        ]


def test_limits_hold_for_documents_that_only_references_in_attributes_name() -> None:
    source = [{"id": "x", "path": _json(f"./b{n}.json")} for n in range(20)]
    entry = {"type": "multiscale", "id": "a", "attributes": {"labels": {"source": source}}}
    others = {
        f"memory://l/b{n}.json": {"ome": {"type": "collection", "id": "x"}} for n in range(20)
    }
    store = ngc.MemoryStore({"memory://l/a.json": {"ome": entry}, **others})
    report = ngc.check_links("memory://l/a.json", store=store, limits=ngc.Limits(documents=6))
    assert len(report.documents) == 6
    assert [one.kind for one in report.failures] == ["limit"] * 15
    told: list[tuple[int, int]] = []
    whole = ngc.check_links(
        "memory://l/a.json", store=store, progress=lambda done, known: told.append((done, known))
    )
    assert (whole.failures, len(whole.documents)) == ((), 21)
    assert told[-1] == (21, 21)
