"""How probable given texts are, on the real model."""

from __future__ import annotations

import asyncio
import math

import pytest

from workbench.domain.errors import ContextOverflowError, EngineError, UsageError
from workbench.domain.text import Segment
from workbench.engine.client import LlamaEngine
from workbench.engine.protocol import ScoreRequest, Scores

from .asking import SMALL, ask, chat, request_of

pytestmark = pytest.mark.model

LABELS = ("sure", "likely", "impossible")


async def score(engine: LlamaEngine, segments, *continuations: str, **values) -> Scores:
    return await engine.score(
        ScoreRequest(segments=segments, continuations=continuations, **values)
    )


@pytest.fixture
async def loaded(engine: LlamaEngine, model_path: str) -> LlamaEngine:
    await engine.load(model_path, SMALL)
    return engine


async def test_an_answer_is_as_probable_when_scored_as_when_it_was_drawn(loaded):
    prompt = chat("Name the capital of France.")
    answers = await ask(loaded, request_of(prompt, temperature=0.0, max_tokens=12))
    text = answers.texts[0]
    scores = await score(loaded, prompt, text)
    drawn = answers.tokens[0][: len(scores.continuations[0].tokens)]
    reported = scores.continuations[0].tokens
    assert [token.id for token in reported] == [token.id for token in drawn]
    assert [token.logprob for token in reported] == pytest.approx(
        [token.logprob for token in drawn], abs=0.05
    )
    assert scores.continuations[0].logprob == pytest.approx(sum(t.logprob for t in reported))


async def test_the_probabilities_of_single_tokens_are_the_models_own(loaded):
    prompt = chat("Is 4 greater than 3? Answer Yes or No.")
    answers = await ask(loaded, request_of(prompt, temperature=0.0, max_tokens=1, logprobs=20))
    alternatives = dict(answers.tokens[0][0].alternatives)
    words = [text for text in list(alternatives)[:4] if text.isprintable()]
    scores = await score(loaded, prompt, *words, alternatives=3)
    for word, found in zip(words, scores.continuations, strict=True):
        assert found.logprob == pytest.approx(alternatives[word], abs=0.05)
        assert len(found.tokens[0].alternatives) == 3
    assert sum(math.exp(found.logprob) for found in scores.continuations) <= 1.0


async def test_together_alone_and_strict_agree(loaded):
    prompt = chat("Can you reach 24 with 4, 4, 10, 10?")
    texts = (*LABELS, "I am not sure about it at all.", "sure")
    together = await score(loaded, prompt, *texts)
    strict = await score(loaded, prompt, *texts, mode="strict")
    for text, a, b in zip(texts, together.continuations, strict.continuations, strict=True):
        alone = await score(loaded, prompt, text)
        assert a.logprob == pytest.approx(b.logprob, abs=0.1)
        assert a.logprob == pytest.approx(alone.continuations[0].logprob, abs=0.1)
        assert "".join(token.text for token in a.tokens) == text
    again = await score(loaded, prompt, *texts, mode="strict")
    assert again.continuations == strict.continuations


async def test_the_prompt_is_read_once_for_all_continuations(loaded):
    prompt = chat("Tell me whether this can be solved: " + "one two three " * 30)
    tokens = len(await loaded.tokenize(prompt))
    first = await score(loaded, prompt, *LABELS)
    longest = sum(len(found.tokens) - 1 for found in first.continuations)
    assert first.prompt_tokens == tokens
    assert first.evaluated_tokens <= tokens + longest
    second = await score(loaded, prompt, *LABELS)
    assert second.evaluated_tokens <= 1 + longest


async def test_a_text_by_itself_has_a_likelihood_too(loaded):
    plain = await score(loaded, (), "The sun rises in the east and sets in the west.")
    odd = await score(loaded, (), "West the east sun sets the and in rises the in.")
    assert plain.continuations[0].logprob > odd.continuations[0].logprob
    long = "The sun rises in the east. " * 100
    found = (await score(loaded, (), long)).continuations[0]
    assert (
        "".join(token.text for token in found.tokens)
        == long[len(long) - sum(len(token.text) for token in found.tokens) :]
    )


@pytest.mark.parametrize("mode", ["fast", "strict"])
async def test_many_scores_run_beside_answers(loaded, mode):
    prompts = [chat(f"Question {number}: is it true?") for number in range(6)]
    jobs = [score(loaded, prompt, *LABELS, mode=mode) for prompt in prompts]
    answers, *scores = await asyncio.gather(
        ask(loaded, request_of(chat("Hello!"), seeds=(1, 2), max_tokens=20)), *jobs
    )
    assert set(answers.done) == {0, 1}
    assert all(len(found.continuations) == 3 for found in scores)


async def test_what_cannot_be_scored_is_said(loaded):
    with pytest.raises(EngineError, match="nothing to score"):
        await score(loaded, chat("Hello"), "")
    with pytest.raises(ContextOverflowError, match="context holds 2,048"):
        await score(loaded, (Segment("word " * 3000),), "sure")
    with pytest.raises(ContextOverflowError, match=r"The text has [23],\d\d\d tokens") as caught:
        await score(loaded, (), "word " * 2500)
    assert "answer" not in str(caught.value)
    with pytest.raises(UsageError, match="text of one token"):
        await score(loaded, (), "a")
    assert (await score(loaded, chat("Hello"), "Hi")).continuations[0].logprob < 0


async def test_giving_up_frees_the_engine(loaded):
    task = asyncio.create_task(score(loaded, (Segment("word " * 1500),), *LABELS))
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    answers = await ask(loaded, request_of(chat("Hello!"), max_tokens=3))
    assert answers.done[0].completion_tokens == 3
