"""Checking what an edit changed gives what checking the whole tree again gives."""

from __future__ import annotations

import copy
import os
from collections import Counter
from random import Random
from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections.graph import Node
from tests.validation.parts import DOCUMENTS, edited

ROUNDS = int(os.environ.get("NGIO_RECHECKS", "600"))
PARTS = 8


def _tree(root: dict[str, Any]) -> Node:
    return ngc.as_tree(copy.deepcopy(root), "file:///lab/plate.json").root


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("pair", ngc.profiles(), ids="@".join)
def test_the_result_equals_a_full_run(part: int, pair: tuple[str, str]) -> None:
    profile, revision = pair
    options = {"profile": profile, "revision": revision, "level": "SHOULD"}
    different = 0
    for number in range(part, ROUNDS // len(ngc.profiles()), PARTS):
        random = Random(number)
        old = _tree(random.choice(DOCUMENTS))
        for _ in range(random.randint(0, 3)):
            old = edited(old, random)
        new = old
        for _ in range(random.randint(1, 3)):
            new = edited(new, random)
        before, after = (ngc.validate(node, **options) for node in (old, new))
        change = ngc.validate_changes(old, new, **options)
        assert change.update(before) == after, number
        assert not Counter(change.resolved) - Counter(before), number
        assert not Counter(change.introduced) - Counter(after), number
        different += bool(change)
    assert different > ROUNDS // len(ngc.profiles()) // PARTS // 10
