"""The contract of stores as tests, for everybody who writes one. It needs pytest.

Example:
    ```python
    from ngio_collections.store import WritableStore
    from ngio_collections.testing import StoreTests


    class TestMyStore(StoreTests):
        def make_store(self) -> WritableStore:
            return MyStore()

        def url(self, name: str) -> str:
            return f"my://somewhere/{name}"
    ```
"""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("ngio_collections.testing._stores")

from ngio_collections.testing._stores import ReadableStoreTests, StoreTests  # noqa: E402

__all__ = ["ReadableStoreTests", "StoreTests"]
