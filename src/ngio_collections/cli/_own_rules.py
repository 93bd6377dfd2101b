"""Rules that a person has written, for `validate --rules`: a module or a file of Python.

Nothing of it is imported unless it is named: it is code, and runs with the rights of whoever
names it.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import ngio_collections as ngc
from ngio_collections.cli._output import stop
from ngio_collections.validation._rulesets import OwnRule

__all__ = ["own_rules"]


def own_rules(named: Sequence[str]) -> ngc.RuleSet:
    """The rules that `--rules` names.

    Args:
        named: `MODULE:NAME`, where the name is that of a rule, of a set or of a list of them;
            `FILE.py` for all rules of a file, or `FILE.py:NAME`.

    Raises:
        typer.Exit: With code 2, after one line, if one of them cannot be loaded or holds no
            rules.
    """
    found = ngc.rules() & ()
    for one in named:
        try:
            found = found | _loaded(one)
        except _NoRulesError as error:
            stop(f"--rules {one}: {error}")
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the code is somebody else's
            stop(f"--rules {one}: cannot be loaded ({type(error).__name__}: {error})")
    return found


class _NoRulesError(Exception):
    """What is named holds no rules."""


def _loaded(named: str) -> ngc.RuleSet:
    place, colon, name = named.rpartition(":")
    if not (colon and name.isidentifier()):
        place, name = named, ""
    if place.endswith(".py"):
        module = _of_file(Path(place))
        return _checked(getattr(module, name)) if name else _every(module)
    if not name:
        raise _NoRulesError("name a file that ends with .py, or MODULE:NAME")
    with _working_directory():
        return _checked(getattr(importlib.import_module(place), name))


def _of_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise _NoRulesError("there is no such file")
    spec = importlib.util.spec_from_file_location(f"_rules_of_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # As dataclasses and others in it expect.
    spec.loader.exec_module(module)
    return module


@contextmanager
def _working_directory() -> Iterator[None]:
    """Find modules in the working directory as well, after all others."""
    here = str(Path.cwd())
    sys.path.append(here)
    try:
        yield
    finally:
        sys.path.remove(here)


def _every(module: ModuleType) -> ngc.RuleSet:
    """All rules that a module has a name for."""
    return _checked([one for one in vars(module).values() if isinstance(one, OwnRule)])


def _checked(given: Any) -> ngc.RuleSet:
    some = given
    if not isinstance(given, (ngc.RuleSet, OwnRule)):
        some = list(given) if isinstance(given, Iterable) else [given]
        if not all(isinstance(one, OwnRule) for one in some):
            raise _NoRulesError("is no rule, and no set or list of rules; make rules with ngc.rule")
    found: ngc.RuleSet = (ngc.rules() & ()) | some
    if not found:
        raise _NoRulesError("has no rules; make rules with ngc.rule")
    return found
