"""Importing loads what is needed and no more, and the pure layers need no other package."""

from __future__ import annotations

import importlib.resources
import json
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest

import ngio_collections as ngc
from ngio_collections._generated import PROFILES

ROOT = Path(__file__).parent.parent
OPTIONAL = (
    *("pydantic", "pydantic_core", "orjson", "typer", "click", "rich", "jsonschema"),
    *("numpy", "zarr", "pyarrow", "fsspec"),
)

BLOCK = f"""
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {OPTIONAL!r}:
            raise ModuleNotFoundError(f"{{name}} is not installed", name=name)

sys.meta_path.insert(0, Refuse())
"""

PURE = (
    *("ngio_collections", "ngio_collections.document", "ngio_collections.errors"),
    *("ngio_collections.graph", "ngio_collections.read", "ngio_collections.resolve"),
    *("ngio_collections._json", "ngio_collections._contract", "ngio_collections._frozen"),
    *("ngio_collections._generated", "ngio_collections._generated.catalogue"),
    "ngio_collections._generated.stubs",
    *(f"ngio_collections._generated.{key}.concepts" for key in PROFILES.values()),
)


def run_python(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _loaded_after(code: str) -> set[str]:
    printed = run_python(f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))")
    return {name.partition(".")[0] for name in json.loads(printed)}


def test_importing_the_library_loads_no_other_package() -> None:
    assert _loaded_after("import ngio_collections").isdisjoint(OPTIONAL)


def test_importing_the_library_loads_none_of_its_modules() -> None:
    code = """
    import sys
    import ngio_collections
    print([name for name in sys.modules if name.startswith("ngio_collections.")])
    """
    assert run_python(code) == "[]"


@pytest.mark.parametrize("name", ["errors", "document", "_contract", "_frozen"])
def test_the_pure_layers_do_not_load_pydantic(name: str) -> None:
    loaded = _loaded_after(f"import ngio_collections.{name}")
    assert loaded.isdisjoint(set(OPTIONAL) - {"orjson"})


@pytest.mark.parametrize("name", ["Level", "Rule", "DocumentError"])
def test_plain_names_do_not_load_pydantic(name: str) -> None:
    loaded = _loaded_after(f"import ngio_collections as ngc; ngc.{name}")
    assert loaded.isdisjoint(OPTIONAL)


@pytest.mark.parametrize("name", PURE)
def test_the_pure_layers_import_where_nothing_else_is_installed(name: str) -> None:
    printed = run_python(f"{BLOCK}\nimport importlib\nprint(importlib.import_module({name!r}))")
    assert name in printed


def test_the_packages_that_are_made_unimportable_are_unimportable() -> None:
    for name in OPTIONAL:
        with pytest.raises(AssertionError, match="is not installed"):
            run_python(f"{BLOCK}\nimport {name}")


def test_documents_are_opened_where_nothing_else_is_installed() -> None:
    code = """
    from ngio_collections.document import open_envelope, parse_document
    print(open_envelope(parse_document(b'{"ome": {"id": 12345678901234567890}}')).node)
    """
    assert run_python(BLOCK + textwrap.dedent(code)) == "{'id': 12345678901234567890}"


def test_validation_works_without_the_optional_packages() -> None:
    block = BLOCK.replace(repr(OPTIONAL), repr(OPTIONAL[2:]))
    code = "import ngio_collections as ngc\nprint(ngc.validate_document(b'{\"ome\": {}}') != [])"
    assert run_python(block + code) == "True"


def test_what_dir_lists_is_what_is_public() -> None:
    assert dir(ngc) == sorted(ngc.__all__)
    assert len(ngc.__all__) == len(set(ngc.__all__))


def test_the_public_names_are_in_order() -> None:
    assert ngc.__all__ == sorted(ngc.__all__)


@pytest.mark.parametrize("name", ngc.__all__)
def test_every_public_name_resolves(name: str) -> None:
    twice = f"assert ngc.{name} is not None\nassert ngc.{name} is ngc.{name}"
    code = f"import ngio_collections as ngc\n{twice}"
    assert run_python(code) == ""


def test_star_import_gives_every_public_name() -> None:
    code = """
    from ngio_collections import *
    import ngio_collections
    print([name for name in ngio_collections.__all__ if name not in globals()])
    """
    assert run_python(code) == "[]"


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'ngio_collections' has no attribute 'nothing'"):
        _ = ngc.nothing
    assert not hasattr(ngc, "nothing")


def test_every_public_thing_is_documented() -> None:
    for name in ngc.__all__:
        if name != "__version__":
            assert getattr(ngc, name).__doc__, name


def test_the_package_says_that_it_is_typed() -> None:
    assert (importlib.resources.files("ngio_collections") / "py.typed").is_file()


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert ngc.__version__ == project["version"]
