"""X-ray and counterfactual: what is measured, what it costs, and what cannot be measured."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from tests.benchmarks.xray import CASES, outcome
from workbench.domain.errors import (
    ContextOverflowError,
    TemplateError,
    UnsupportedError,
    UsageError,
)
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.domain.runs.xray import AnswerChange, Counterfactual, TokenChange
from workbench.domain.text import Message, Token
from workbench.engine.in_process import prompt_text, split_words, token_id
from workbench.engine.protocol import ContinuationScore, ScoreRequest, Scores
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.settings import starter_model

FACT = "The code is 7341."


class FactEngine(SimulatedEngine):
    """Every token of an answer costs a nat, and five where the prompt lacks the fact.

    It computes what a prompt does not share with the first one it saw, as a KV cache would.
    """

    def __init__(self, fact: str = FACT) -> None:
        super().__init__(lambda _prompt: ["7341"])
        self.fact = fact
        self.asked: list[str] = []
        self.hangs_after = 10_000
        self.hanging = asyncio.Event()

    async def score(self, request: ScoreRequest) -> Scores:
        prompt = prompt_text(request.segments)
        words = split_words(prompt)
        self.asked.append(prompt)
        if len(self.asked) > self.hangs_after:
            self.hanging.set()
            await asyncio.Event().wait()
        longest = max(len(split_words(text)) for text in request.continuations)
        if len(words) + longest > self._context_tokens:
            raise ContextOverflowError.of(len(words), longest, self._context_tokens)
        shared = 0
        for mine, first in zip(words, split_words(self.asked[0]), strict=False):
            if mine != first or len(self.asked) == 1:
                break
            shared += 1
        logprob = -1.0 if self.fact in prompt else -5.0
        logprob += 0.5 if "hurts" not in prompt else 0.0
        scored = []
        for text in request.continuations:
            tokens = tuple(Token(token_id(w), w, logprob) for w in split_words(text))
            scored.append(ContinuationScore(logprob * len(tokens), tokens))
        evaluated = len(words) - shared + longest
        return Scores(
            continuations=tuple(scored),
            prompt_tokens=len(words),
            evaluated_tokens=evaluated,
            seconds=0.01,
        )


@pytest.fixture
def engine() -> FactEngine:
    return FactEngine()


@pytest.fixture
async def core(paths, tmp_path, engine):
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    made = Workbench(paths, engine=engine)
    await made.open()
    await made.models.load(str(model))
    yield made
    await made.close()


def prompt(*lines: str, question: str = "Which code?") -> TemplatePrompt:
    body = "\n".join(("system:", *lines, "user:", "{{ question }}"))
    return TemplatePrompt("x.prompty", body, {"question": question})


def filler(count: int) -> list[str]:
    return [f"Line {number} says nothing of use to anybody here." for number in range(count)]


@pytest.mark.parametrize("count", [1, 2, 3, 10, 40])
@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
async def test_the_line_with_the_fact_ranks_first_for_less_than_three_passes(core, count, place):
    lines = filler(count - 1)
    at = round(place * (count - 1))
    lines.insert(at, FACT)
    found = await core.xray.run(prompt(*lines), "It is 7341")
    first = found.ranked()[0]
    assert first.segment.title == FACT
    assert first.segment.first_line == at + 2
    assert first.measure == "removed"
    assert first.delta == pytest.approx(4.0)
    assert first.token_deltas == pytest.approx([4.0] * len(found.tokens))
    assert found.cost < 3.0 or count < 4
    assert found.progress == 1.0
    assert all(effect.is_known for effect in found.effects)
    assert found.heat()[at + 2] == pytest.approx(1.0)


async def test_a_line_in_the_way_of_the_answer_is_negative(core):
    found = await core.xray.run(prompt(FACT, "This hurts the answer.", "So."), "It is 7341")
    last = found.ranked()[-1]
    assert last.segment.title == "This hurts the answer."
    assert last.delta == pytest.approx(-0.5)


async def test_thorough_leaves_out_every_line_by_itself(core, engine):
    found = await core.xray.run(prompt(*filler(20), FACT), "7341", thorough=True)
    assert {effect.measure for effect in found.effects} == {"removed"}
    assert len(engine.asked) == 1 + len(found.effects)


async def test_what_is_shared_is_told_apart_from_what_was_read(core):
    found = await core.xray.run(prompt(*filler(9), FACT), "7341")
    assert found.asked_tokens == found.evaluated_tokens + found.reused_tokens
    assert found.reused_tokens > found.evaluated_tokens


@pytest.mark.parametrize("level", ["line", "paragraph", "block", "variable", "example"])
async def test_all_levels_find_the_fact(core, level):
    source = (
        "system:\nBe exact.\n\n{% for fact in facts %}\n- {{ fact }}\n{% endfor %}\n\nThat is all."
        "\nuser:\n{{ question }}\n"
    )
    facts = ["Snow is white.", FACT, "Tea is hot."]
    asked = TemplatePrompt("x.prompty", source, {"facts": facts, "question": "Which code?"})
    found = await core.xray.run(asked, "7341", level=level)
    first = found.ranked()[0]
    assert first.delta == pytest.approx(4.0)
    expected = {
        "line": "- {{ fact }}",
        "paragraph": "{% for fact in facts %}",
        "block": "for fact in facts",
        "variable": "facts",
        "example": f"facts 2: {FACT}",
    }
    assert first.segment.title == expected[level]


@pytest.mark.parametrize("words", [1, 40, 400])
async def test_every_part_has_a_number_in_the_end_however_long_the_answer_is(core, words):
    lines = [f"Line {n} says nothing of use." for n in range(12)]
    lines[3] = FACT
    found = await core.xray.run(prompt(*lines, question="Finish with one line."), "7341 " * words)
    assert [each.segment.place for each in found.effects if not each.is_known] == []


async def test_progress_is_told_and_a_cancel_keeps_it(core, engine):
    engine.hangs_after = 3
    reported = []
    task = asyncio.ensure_future(
        core.xray.run(prompt(*filler(30), FACT), "7341", on_progress=reported.append)
    )
    await engine.hanging.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert reported
    assert reported[0].tokens
    assert 0.0 < reported[-1].progress < 1.0
    shares = [found.progress for found in reported]
    assert shares == sorted(shares)


async def test_what_cannot_be_looked_at_is_said(core, engine):
    with pytest.raises(UsageError, match="needs an answer"):
        await core.xray.run(prompt(FACT), " \n")
    with pytest.raises(TemplateError, match="question"):
        await core.xray.run(TemplatePrompt("x.prompty", "{{ question }}", {}), "7341")
    with pytest.raises(TemplateError):
        await core.xray.run(TemplatePrompt("x.prompty", "{% if %}", {}), "7341")
    with pytest.raises(UsageError, match="no examples"):
        await core.xray.run(prompt(FACT), "7341", level="example")
    with pytest.raises(ContextOverflowError, match="larger context"):
        await core.xray.run(prompt(FACT), "word " * 9_000)


async def test_a_model_that_cannot_score_is_named(core, engine):
    describe = engine._describe
    engine._describe = lambda *names: msgspec.structs.replace(describe(*names), can_score=False)
    with pytest.raises(UnsupportedError, match="cannot say how likely"):
        await core.xray.run(prompt(FACT), "7341")
    with pytest.raises(UnsupportedError, match="cannot say how likely"):
        await core.xray.counterfactual(KNOWS, "7341", KNOWS_NOT)


async def test_a_prompt_of_one_line_can_be_looked_at(core):
    found = await core.xray.run(TemplatePrompt("x.md", FACT, {}), "7341")
    assert [effect.measure for effect in found.effects] == ["removed"]
    assert found.effects[0].delta == pytest.approx(4.0)


async def test_an_estimate_says_how_many_parts_and_tokens(core):
    estimate = await core.xray.estimate(
        prompt(*filler(9), FACT), level="line", thorough=False, prompt_tokens=200
    )
    assert estimate.segments == 11
    assert estimate.tokens <= 600
    exact = await core.xray.estimate(
        prompt(*filler(9), FACT), level="line", thorough=True, prompt_tokens=200
    )
    assert exact.tokens > estimate.tokens


# --- counterfactual ---------------------------------------------------------------------------

KNOWS = (Message.literal("user", FACT),)
KNOWS_NOT = (Message.literal("user", "Hello."),)


async def test_the_prompt_that_lost_the_fact_makes_the_old_answer_less_likely(core):
    found = await core.xray.counterfactual(KNOWS, "It is 7341", KNOWS_NOT, "I do not know")
    assert found.old.mean_change == pytest.approx(-4.0)
    assert found.new is not None
    assert found.verdict == "against"  # this engine finds every answer less likely without it
    assert "55 times less likely" in found.sentence


async def test_equal_prompts_leave_it_to_the_dice(core):
    found = await core.xray.counterfactual(KNOWS, "It is 7341", KNOWS, "The code is 7341")
    assert found.verdict == "dice"
    assert "the dice made the difference" in found.sentence


async def test_an_old_answer_alone_can_be_scored(core):
    found = await core.xray.counterfactual(KNOWS, "It is 7341", KNOWS_NOT)
    assert found.new is None
    assert "less likely a token. Run it" in found.sentence
    with pytest.raises(UsageError, match="nothing to compare"):
        await core.xray.counterfactual(KNOWS, " ", KNOWS_NOT)


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ((-1.0, -1.0), (1.0, 1.0), "prompt"),
        ((-0.05, 0.05), (0.05, 0.0), "dice"),
        ((-1.0, -1.0), (0.0, 0.0), "partly"),
        ((0.5, 0.5), (0.0, 0.0), "against"),
        ((-0.3, -0.3), (-1.8, -1.8), "against"),
        ((0.3, 0.3), (1.8, 1.8), "partly"),
        ((-3.0, *[0.0] * 99), (2.5, *[0.0] * 99), "prompt"),
    ],
)
def test_verdicts_have_thresholds(old, new, verdict):
    def change(text: str, changes: tuple[float, ...]) -> AnswerChange:
        return AnswerChange(text, tuple(TokenChange("x", -1.0, -1.0 + each) for each in changes))

    found = Counterfactual(old=change("a", old), new=change("b", new))
    assert found.verdict == verdict
    assert found.sentence.endswith(".")


async def test_runs_are_compared_by_what_they_asked_and_answered(core):
    spec = RunSpec(prompt=prompt(FACT), seed=3)
    run_id = await core.runs.start(spec)
    state = await core.runs.wait(run_id)
    assert state.output == "7341"
    other = await core.runs.start(RunSpec(prompt=prompt("Nothing."), seed=3))
    await core.runs.wait(other)
    found = await core.xray.counterfactual_of_runs(run_id, other)
    assert found.verdict == "same answer"
    assert found.old.mean_change < -3.0
    against = await core.xray.counterfactual_against(run_id, prompt("Nothing."))
    assert against.old == found.old
    with pytest.raises(UsageError):
        await core.xray.counterfactual_of_runs(run_id, 999)


# --- the real model ---------------------------------------------------------------------------


@pytest.mark.model
async def test_planted_facts_rank_first_on_the_real_model(paths):
    """Two of the ten cases; all are in tests/benchmarks/xray.py, the table in docs/xray.md."""
    core = Workbench(paths)
    await core.open()
    try:
        model = str(starter_model())
        for case in (CASES[2], CASES[7]):
            ended = await outcome(core, case, model)
            assert ended.rank_among_ten == 1
            assert ended.found.cost < 3.0
            assert ended.found.reused_tokens > 0
    finally:
        await core.close()
