"""`ngc.models`: every concept, documented, and loaded when it is used."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import ngio_collections as ngc
from ngio_collections._generated import PROFILES
from ngio_collections._model_base import FrozenModel
from tests.models.samples import KEYS, every_profile, module

ROOT = Path(__file__).parent.parent.parent


def _python(code: str) -> str:
    """What a fresh interpreter prints."""
    command = [sys.executable, "-c", textwrap.dedent(code)]
    env = {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    return done.stdout.strip()


def test_every_concept_of_our_profile_is_exported() -> None:
    generated = module("ngio_v1_2026_08")
    for model in generated.MODELS.values():
        assert getattr(ngc.models, model.__name__) is model
        assert model.__name__ in ngc.models.__all__
    assert set(generated.__all__) <= set(ngc.models.__all__)


def test_every_exported_name_resolves() -> None:
    assert [name for name in ngc.models.__all__ if not hasattr(ngc.models, name)] == []
    assert len(ngc.models.__all__) == len(set(ngc.models.__all__))


@pytest.mark.parametrize("key", [key for key in KEYS if key.startswith("rfc8")])
def test_the_models_of_the_other_profiles_are_reachable(key: str) -> None:
    assert getattr(ngc.models, key) is module(key)


def test_the_models_have_nothing_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no_such_model"):
        _ = ngc.models.no_such_model


def test_the_models_of_other_profiles_are_not_loaded_without_need() -> None:
    loaded = _python(
        """
        import sys
        import ngio_collections as ngc
        ngc.models.Collection
        print(*sorted(name for name in sys.modules if name.endswith(".models")))
        """
    )
    assert loaded.split() == [
        "ngio_collections._generated.ngio_v1_2026_08.models",
        "ngio_collections.models",
    ]


def test_the_models_do_not_load_the_validation() -> None:
    loaded = _python(
        """
        import sys
        import ngio_collections as ngc
        ngc.models.Collection
        print([name for name in sys.modules if "validate" in name and "ngio" in name])
        """
    )
    assert loaded == "[]"


@every_profile
def test_every_concept_of_the_schemas_has_a_class_or_an_adapter(key: str) -> None:
    generated = module(key)
    profile, revision = next(pair for pair, name in PROFILES.items() if name == key)
    concepts = set(ngc.schema(profile=profile, revision=revision)["$defs"])
    assert concepts - set(generated.MODELS) - set(generated.ADAPTERS) == set()
    assert set(generated.MODELS) & set(generated.ADAPTERS) == set()


@every_profile
def test_every_class_and_every_field_has_a_docstring(key: str) -> None:
    tree = ast.parse(inspect.getsource(module(key)))
    classes = [item for item in tree.body if isinstance(item, ast.ClassDef)]
    assert len(classes) > 30
    for made in classes:
        assert ast.get_docstring(made), made.name
        for field, after in zip(made.body, [*made.body[1:], ast.Pass()], strict=True):
            if isinstance(field, ast.AnnAssign):
                text = after.value if isinstance(after, ast.Expr) else None
                assert isinstance(text, ast.Constant), f"{made.name}: {ast.unparse(field)}"
                assert isinstance(text.value, str)
                assert len(text.value) > 5


@every_profile
def test_every_class_is_frozen_and_keeps_unknown_keys(key: str) -> None:
    for model in module(key).MODELS.values():
        assert issubclass(model, FrozenModel)
        assert model.model_config["frozen"] is True
        assert model.model_config["extra"] == "allow"


@every_profile
def test_no_field_can_hold_a_list_or_a_dictionary(key: str) -> None:
    for model in module(key).MODELS.values():
        for name, info in model.model_fields.items():
            assert "list[" not in repr(info.annotation), f"{model.__name__}.{name}"
            assert "dict[" not in repr(info.annotation), f"{model.__name__}.{name}"
