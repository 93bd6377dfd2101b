"""Every stub has one body, and every body a stub."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest

import ngio_collections as ngc
from ngio_collections._contract import (
    Check,
    Context,
    MissingBodyError,
    RuleStub,
    Subject,
    Violation,
    rule_stub,
)
from ngio_collections._generated import PROFILES, stubs
from ngio_collections._generated.catalogue import RULES
from ngio_collections.validation import _registry, rules
from ngio_collections.validation._profiles import load_profile


def _nothing(subject: Subject, context: Context) -> Iterator[Violation]:
    yield from ()


def test_every_stub_has_a_body_and_every_body_a_stub() -> None:
    assert set(_registry.bodies()) == set(stubs.STUBS)
    assert len(stubs.STUBS) > 30


def test_every_rule_that_needs_code_has_a_stub() -> None:
    coded = {rule.id for rule in RULES.values() if rule.check is Check.CODE}
    constraints = set()
    for key in PROFILES.values():
        concepts = importlib.import_module(f"ngio_collections._generated.{key}.concepts").CONCEPTS
        constraints |= {name for concept in concepts.values() for name in concept.constraints}
    assert coded | constraints == set(stubs.STUBS)


def test_a_body_is_in_the_module_of_the_group_of_its_rule() -> None:
    home = "ngio_collections.validation.rules."
    places = {name: body.run.__module__ for name, body in _registry.bodies().items()}
    assert places == {name: home + stubs.STUBS[name].group for name in places}


def test_a_body_has_the_name_of_its_rule() -> None:
    for name, body in _registry.bodies().items():
        assert body.run.__name__ == name.replace("-", "_")


def test_a_body_has_the_signature_of_its_stub() -> None:
    expected = inspect.signature(_nothing)
    for body in _registry.bodies().values():
        assert list(inspect.signature(body.run).parameters) == list(expected.parameters)


def test_every_module_of_rules_is_a_group_of_the_catalogue() -> None:
    modules = {module.name for module in pkgutil.iter_modules(rules.__path__)}
    assert modules == {stub.group for stub in stubs.STUBS.values()}


def test_a_second_body_is_refused() -> None:
    stub = stubs.STUBS["unique-ids"]
    before = _registry.bodies()["unique-ids"]
    with pytest.raises(ValueError, match="'unique-ids' has two bodies"):
        _registry.implements(stub)(_nothing)
    assert _registry._BODIES["unique-ids"] is before


def test_a_stub_without_a_body_says_where_to_write_one(monkeypatch: pytest.MonkeyPatch) -> None:
    stub = rule_stub("brand-new", "plates")(_nothing)
    monkeypatch.setitem(stubs.STUBS, "brand-new", stub)
    with pytest.raises(MissingBodyError, match=r"'brand-new' has no body.*rules/plates\.py"):
        _registry.bodies.__wrapped__()


def test_a_decorated_body_is_given_back_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_registry, "_BODIES", {})
    stub = rule_stub("brand-new", "plates")(_nothing)
    assert _registry.implements(stub)(_nothing) is _nothing
    registered = _registry._BODIES
    assert registered == {"brand-new": _registry.Body(_nothing)}


@pytest.mark.parametrize("name", stubs.STUBS)
def test_a_stub_says_what_its_rule_says(name: str) -> None:
    stub, rule = stubs.STUBS[name], RULES[name]
    assert isinstance(stub, RuleStub)
    assert (stub.rule, stub.group) == (rule.id, rule.group)
    text = inspect.cleandoc(stub.__doc__ or "")
    assert text.startswith(rule.statement)
    assert f"{rule.level}; {rule.rfc}" in text
    assert getattr(stubs, name.replace("-", "_")) is stub
    assert name in repr(stub)


def test_a_stub_that_is_called_by_mistake_has_no_body_in_the_generated_code() -> None:
    tree = ast.parse(inspect.getsource(stubs))
    functions = [item for item in tree.body if isinstance(item, ast.FunctionDef)]
    assert {function.name for function in functions} == {n.replace("-", "_") for n in stubs.STUBS}
    for function in functions:
        assert isinstance(function.body[-1], ast.Raise)


@pytest.mark.parametrize("pair", ngc.profiles(), ids="-".join)
def test_a_profile_runs_every_rule_that_applies_to_one_of_its_concepts(
    pair: tuple[str, str],
) -> None:
    profile = load_profile(*pair)
    run = {rule.id for checks in profile.checks.values() for rule, _ in checks}
    coded = {rule.id for rule in profile.rules.values() if rule.check is Check.CODE}
    assert coded <= run
    assert run <= set(profile.rules)


def test_a_profile_is_loaded_once() -> None:
    assert load_profile("ngio", "v1-2026-08") is load_profile("ngio", "v1-2026-08")
