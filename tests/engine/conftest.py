"""The starter model, and engines that are closed again."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from workbench.engine.client import LlamaEngine
from workbench.processes.pool import SandboxPool

from .asking import starter_model


@pytest.fixture(scope="session")
def model_path() -> str:
    return starter_model()


@pytest.fixture
async def engine() -> AsyncIterator[LlamaEngine]:
    """An engine without a model; its worker ends with the test."""
    pool = SandboxPool()
    made = LlamaEngine(pool, hung_seconds=60.0)
    yield made
    await made.close()
    await pool.close()
