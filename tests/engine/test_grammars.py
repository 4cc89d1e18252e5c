"""New grammars are met by a process that may die of them, and stays while it does not."""

from __future__ import annotations

import sys

import pytest

from workbench.domain.errors import GrammarError
from workbench.domain.sampling import Sampling
from workbench.engine import grammars
from workbench.engine.grammars import Grammars
from workbench.sandbox.pool import SandboxPool
from workbench.strategies.domains.numbers import NumbersTask

STAND_IN = """
import json, os, sys, time
for line in sys.stdin:
    grammar = json.loads(line)["grammar"]
    if "crash" in grammar:
        os._exit(3)
    if "hang" in grammar:
        time.sleep(60)
    reason = f"number {os.getpid()}" if "refuse" in grammar else ""
    print(json.dumps({"reason": reason}), flush=True)
"""


@pytest.fixture
async def checked(monkeypatch):
    """A process that behaves as the grammar says, in place of llama.cpp's."""
    monkeypatch.setattr(grammars, "COMMAND", (sys.executable, "-c", STAND_IN))
    pool = SandboxPool()
    made = Grammars(pool)

    async def check(text: str) -> str:
        try:
            await made.checked(Sampling(grammar=f'root ::= "{text}"'), "model.gguf")
        except GrammarError as error:
            return error.reason
        return ""

    yield check
    await made.close()
    await pool.close()


async def test_one_process_meets_many_grammars(checked):
    reasons = [await checked(f"refuse {n}") for n in range(3)]
    assert len(set(reasons)) == 1
    assert await checked("fine") == ""


async def test_what_it_dies_of_is_refused_and_the_next_is_met_by_another(checked):
    first = await checked("refuse 1")
    assert "crashes" in await checked("crash")
    second = await checked("refuse 2")
    assert second.startswith("number")
    assert second != first
    assert await checked("fine") == ""


async def test_what_takes_too_long_is_refused(checked, monkeypatch):
    monkeypatch.setattr(grammars, "TRIAL_SECONDS", 0.5)
    assert "too long" in await checked("hang")
    monkeypatch.setattr(grammars, "TRIAL_SECONDS", 20.0)
    assert await checked("fine") == ""


@pytest.mark.model
async def test_the_starter_models_vocabulary_follows_the_moves_of_a_puzzle(starter_model):
    pool = SandboxPool()
    made = Grammars(pool)
    try:
        for numbers in ([2, 3, 7], [4, 5, 6, 10]):
            task = NumbersTask(numbers, 12)
            for shape in (task.grammar(task.start), task.answer_grammar()):
                sampling, _ = await made.checked(Sampling(grammar=shape), starter_model)
                assert sampling.grammar == shape
    finally:
        await made.close()
        await pool.close()
