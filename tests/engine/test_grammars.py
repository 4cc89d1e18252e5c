"""Grammars and schemas are read once, in a throw-away process."""

from __future__ import annotations

import asyncio

import pytest

from workbench.domain.errors import GrammarError, SandboxError
from workbench.engine.constraints.constraint import Constraints, read_constraint
from workbench.processes.pool import SandboxPool


class CountingPool(SandboxPool):
    """Counts what it is asked; ``lost`` makes its processes die."""

    calls = 0
    lost = False

    async def call(self, function, *args, **options):
        self.calls += 1
        if self.lost:
            raise SandboxError("The helper process ended.")
        return await super().call(function, *args, **options)


@pytest.fixture
async def pool():
    made = CountingPool()
    yield made
    await made.close()


async def test_what_many_calls_ask_at_once_is_read_once(pool):
    constraints = Constraints(pool)
    asked = [constraints.read(grammar='root ::= "a" | "b"', json_schema="") for _ in range(5)]
    found = await asyncio.gather(*asked)
    assert len(set(found)) == 1
    assert pool.calls == 1


async def test_what_was_refused_is_refused_again_with_its_line(pool):
    constraints = Constraints(pool)
    for _ in range(2):
        with pytest.raises(GrammarError, match="runs backwards") as caught:
            await constraints.read(grammar="root ::= a\na ::= [z-a]", json_schema="")
        assert caught.value.line == 2
    assert pool.calls == 1


async def test_nothing_is_asked_where_nothing_binds(pool):
    assert (await Constraints(pool).read(grammar="", json_schema="")).grammar == ""
    assert pool.calls == 0


async def test_what_a_process_dies_of_is_refused_with_a_sentence(pool):
    pool.lost = True
    with pytest.raises(GrammarError, match="The JSON schema takes too long to read"):
        await read_constraint(pool, grammar="", json_schema="{}")
    with pytest.raises(GrammarError, match="The grammar takes too long to read"):
        await read_constraint(pool, grammar='root ::= "a"', json_schema="")
