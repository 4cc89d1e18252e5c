"""One pool of sandbox processes for all tests of templates: it is bound to no loop."""

import asyncio
from collections.abc import Iterator

import pytest

from workbench.processes.pool import SandboxPool


@pytest.fixture(scope="session")
def pool() -> Iterator[SandboxPool]:
    pool = SandboxPool()
    yield pool
    asyncio.run(pool.close())
