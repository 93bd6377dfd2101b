"""Typed, frozen values for everything that RFC-8 defines, in our profile `ngio`.

The models of the other profiles are in `models.rfc8_v1_2026_08` and
`models.rfc8_draft_2026_04`; they are imported when they are used. `PlateAttribute` and its
siblings read an attribute of a node: `node[PlateAttribute]`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ngio_collections._generated.ngio_v1_2026_08 import models as _ngio
from ngio_collections._generated.ngio_v1_2026_08.models import *  # noqa: F403
from ngio_collections._model_base import ABSENT, Absent, FrozenModel
from ngio_collections.models import _attributes
from ngio_collections.models._attributes import *  # noqa: F403

if TYPE_CHECKING:
    from ngio_collections._generated.rfc8_draft_2026_04 import models as rfc8_draft_2026_04
    from ngio_collections._generated.rfc8_v1_2026_08 import models as rfc8_v1_2026_08

__all__ = ["ABSENT", "Absent", "FrozenModel", "rfc8_draft_2026_04", "rfc8_v1_2026_08"]
__all__ += _ngio.__all__
__all__ += _attributes.__all__


def __getattr__(name: str) -> Any:
    if name not in ("rfc8_draft_2026_04", "rfc8_v1_2026_08"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f"ngio_collections._generated.{name}.models")
