"""Scheduling of several answers: the cost of a tree, widths, a chat among it."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from workbench.domain.text import Segment
from workbench.engine.client import LlamaEngine
from workbench.engine.protocol import ScoreRequest
from workbench.engine.worker.calibration import WIDTHS
from workbench.processes.pool import SandboxPool

from .asking import SMALL, ask, chat, request_of, until

pytestmark = pytest.mark.model

SHOTS = "".join(f"Example {number}: {number} plus one is {number + 1}.\n" for number in range(12))


@pytest.fixture
async def loaded(engine: LlamaEngine, model_path: str) -> LlamaEngine:
    await engine.load(model_path, SMALL)
    return engine


def unique_tokens(prompts: list[list[int]]) -> int:
    """Nodes of the trie of all prompts: what a perfect cache evaluates."""
    return len({tuple(prompt[:end]) for prompt in prompts for end in range(1, len(prompt) + 1)})


async def test_a_tree_of_prompts_costs_its_unique_tokens(loaded):
    """Three levels under few-shot examples, scored and sampled, level after level."""
    states = ["start"]
    prompts, evaluated = [], 0
    for level in range(3):
        states = [f"{state}, step {level}{branch}" for state in states for branch in "ab"]
        segments = [chat(SHOTS + f"State: {state}. Next?") for state in states]
        prompts += [[token for token, _ in await loaded.tokenize(each)] for each in segments]
        found = await asyncio.gather(
            *(ask(loaded, request_of(each, seeds=(1, 2), max_tokens=6)) for each in segments)
        )
        evaluated += sum(answers.evaluated_tokens for answers in found)
        for each in segments:
            request = ScoreRequest(segments=each, continuations=("sure", "likely"))
            scores = await loaded.score(request)
            assert scores.evaluated_tokens <= 1 + sum(
                len(s.tokens) - 1 for s in scores.continuations
            )
    assert evaluated <= 1.02 * unique_tokens(prompts)


async def test_a_chat_reads_only_its_new_turn(loaded):
    first = "Tell me about whales. " * 20
    opening = chat(first)
    answers = await ask(loaded, request_of(opening, temperature=0.0, max_tokens=20))
    turn = (
        *opening,
        Segment(answers.texts[0], special=False),
        *chat("And about dolphins?"),
    )
    again = await ask(loaded, request_of(turn, max_tokens=4, priority=0))
    whole = len(await loaded.tokenize(turn))
    new = whole - len(await loaded.tokenize(opening)) - answers.done[0].completion_tokens
    assert again.evaluated_tokens <= new + 3


async def test_no_more_answers_than_wanted_are_decoded_together_but_a_chat_comes_on_top(
    engine, model_path
):
    await engine.load(model_path, msgspec.structs.replace(SMALL, sequences=3))
    most = 0

    def watch(status):
        nonlocal most
        most = max(most, status.active_sequences)

    engine.on_status(watch)
    search = asyncio.create_task(
        ask(engine, request_of(chat("Count."), seeds=tuple(range(8)), max_tokens=40))
    )
    await until(lambda: most == 3)
    answers = await ask(engine, request_of(chat("Hi!"), max_tokens=3, priority=0))
    assert answers.done[0].completion_tokens <= 3
    assert not search.done()
    await search
    assert most <= 4


async def test_the_width_is_measured_once_and_remembered(model_path):
    pool = SandboxPool()
    settings = msgspec.structs.replace(SMALL, sequences=0)
    engine = LlamaEngine(pool)
    learnt = []
    engine.on_width(lambda: learnt.append(dict(engine.known_widths)))
    model = await engine.load(model_path, settings)
    before = await ask(engine, request_of(chat(SHOTS), max_tokens=2))
    await engine.wait_measured()
    assert engine.model.decode_width in WIDTHS
    assert list(learnt[-1].values()) == [engine.model.decode_width]
    after = await ask(engine, request_of(chat(SHOTS), max_tokens=2))
    assert before.evaluated_tokens > 50
    assert after.evaluated_tokens == 1  # measuring has not cost the prefix
    await engine.close()
    again = LlamaEngine(pool)
    again.known_widths.update(learnt[-1])
    model = await again.load(model_path, settings)
    assert model.decode_width == engine.known_widths.popitem()[1]
    await asyncio.wait_for(again.wait_measured(), 1)
    await again.close()
    await pool.close()


@pytest.mark.parametrize("kind", ["q8_0", "q4_0"])
async def test_a_smaller_cache_works_and_is_smaller(engine, model_path, kind):
    full = await engine.load(model_path, SMALL)
    small = await engine.load(model_path, msgspec.structs.replace(SMALL, kv_type=kind))
    assert 0 < small.kv_bytes < 0.6 * full.kv_bytes
    assert small.weights_bytes == full.weights_bytes > 50_000_000
    assert small.compute_bytes > 0
    answers = await ask(engine, request_of(chat("Hello!"), max_tokens=4))
    assert answers.done[0].completion_tokens == 4


async def test_cancelling_a_search_stops_all_its_answers_within_a_step(loaded):
    tasks = [
        asyncio.create_task(
            ask(loaded, request_of(chat(f"Tell {n}."), seeds=(1, 2, 3), max_tokens=400))
        )
        for n in range(4)
    ]
    await until(lambda: loaded.status.active_sequences >= 8)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await ask(loaded, request_of(chat("Hi!"), max_tokens=1))
    assert loaded.status.active_sequences == 0


async def test_a_search_a_chat_and_an_evaluation_run_together(engine, model_path):
    """The chat's tokens come in every step, while the others take turns."""
    await engine.load(model_path, msgspec.structs.replace(SMALL, sequences=24))
    order = []

    async def branch(number: int) -> None:
        segments = chat(SHOTS + f"Branch {number}.")
        await ask(engine, request_of(segments, seeds=tuple(range(8)), max_tokens=60))
        order.append("search")

    search = [asyncio.create_task(branch(number)) for number in range(3)]
    await until(lambda: engine.status.active_sequences >= 16)
    request = ScoreRequest(segments=chat("Judge: a fine day."), continuations=("good", "bad"))
    evaluation = asyncio.create_task(engine.score(request))
    answers = await ask(engine, request_of(chat("Hi, who are you?"), max_tokens=12, priority=0))
    order.append("chat")
    assert answers.done[0].completion_tokens > 0
    assert len((await evaluation).continuations) == 2
    await asyncio.gather(*search)
    assert order[0] == "chat"
