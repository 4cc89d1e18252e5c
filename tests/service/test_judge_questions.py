"""Questions to models: what is sent, and by which digest the answer is kept."""

from __future__ import annotations

import pytest

from workbench.domain.errors import UnsupportedError
from workbench.domain.runs.spec import TemplatePrompt
from workbench.domain.text import Message, Segment, Span
from workbench.engine.in_process import prompt_text
from workbench.engine.protocol import ContinuationScore, ScoreRequest, Scores
from workbench.engine.simulated import SimulatedEngine
from workbench.service.evaluation.judges.questions import (
    MatchAnswer,
    MatchQuestion,
    TextsAnswer,
    TextsQuestion,
    VectorQuestion,
    key_of,
    put,
)
from workbench.service.evaluation.judges.requests import listed, task_text

ASKED = (Message("user", (Span("How good is it?"),)),)
LEVELS = TextsQuestion(texts=("1", "2"), prefix="The level is")


class Engine(SimulatedEngine):
    """Keeps what it was asked; ``thinks`` lets its prompts begin to think."""

    def __init__(self, *outputs: str, thinks: bool = False, labels_only: bool = False) -> None:
        super().__init__(outputs or None)
        self._thinks, self._labels_only = thinks, labels_only
        self.scored: list[ScoreRequest] = []

    async def format_chat(self, messages: tuple[Message, ...]) -> tuple[Segment, ...]:
        found = await super().format_chat(messages)
        return (*found, Segment("<think>\n")) if self._thinks else found

    async def score(self, request: ScoreRequest) -> Scores:
        self.scored.append(request)
        found = await super().score(request)
        if not self._labels_only:
            return found
        bare = tuple(ContinuationScore(each.logprob, ()) for each in found.continuations)
        return Scores(continuations=bare, prompt_tokens=1, evaluated_tokens=1, seconds=0.0)


async def test_labels_are_read_behind_the_forced_beginning() -> None:
    engine = Engine()
    answer = await put(engine, LEVELS, ASKED)
    assert isinstance(answer, TextsAnswer)
    (request,) = engine.scored
    assert prompt_text(request.segments).endswith("<|im_start|>assistant\nThe level is")
    assert (request.prefix, request.continuations) == ("The level is", ("1", "2"))
    assert [sum(each) for each in answer.tokens] == pytest.approx(answer.logprobs)
    await engine.close()


async def test_thinking_is_closed_before_the_label() -> None:
    engine = Engine(thinks=True)
    await put(engine, LEVELS, ASKED)
    assert prompt_text(engine.scored[0].segments).endswith("<think>\n</think>\n\nThe level is")
    await engine.close()


async def test_a_judge_may_write_a_line_before_its_label() -> None:
    engine = Engine("8 points were made")
    question = TextsQuestion(texts=("1", "2"), prefix="The level is", reason_tokens=20)
    answer = await put(engine, question, ASKED)
    assert isinstance(answer, TextsAnswer)
    assert answer.reason == "8 points were made"
    assert engine.requests[0].sampling.max_tokens == 20
    # The label is read at its own place, whatever digits the reason has.
    assert engine.scored[0].prefix == "Reason: 8 points were made\nThe level is"
    await engine.close()


async def test_a_server_that_scores_labels_only_measures_no_texts() -> None:
    engine = Engine(labels_only=True)
    await put(engine, LEVELS, ASKED)
    with pytest.raises(UnsupportedError, match="only says how probable labels are"):
        await put(engine, TextsQuestion(texts=("a text",)), ASKED)
    await engine.close()


async def test_tokens_of_two_texts_are_matched() -> None:
    engine = Engine()
    answer = await put(engine, MatchQuestion(output="the cat", expected="the big cat"), ())
    assert isinstance(answer, MatchAnswer)
    assert answer.output == pytest.approx((1.0, 1.0))
    assert answer.expected == pytest.approx((1.0, 0.0, 1.0))
    await engine.close()


def test_the_key_is_of_model_prompt_and_texts_and_not_of_the_path() -> None:
    def key(path: str, source: str, value: str, model: str = "m", label: str = "1") -> str:
        prompt = TemplatePrompt(path, source, {"answer": value})
        return key_of(TextsQuestion(texts=(label,), prompt=prompt), model)

    first = key("/a.prompty", "Judge {{ answer }}", "x")
    assert key("/b.prompty", "Judge {{ answer }}", "x") == first
    others = {
        key("/a.prompty", "Grade {{ answer }}", "x"),
        key("/a.prompty", "Judge {{ answer }}", "y"),
        key("/a.prompty", "Judge {{ answer }}", "x", model="n"),
        key("/a.prompty", "Judge {{ answer }}", "x", label="2"),
        key_of(VectorQuestion(text="\ud800"), "m"),
    }
    assert len(others) == 5
    assert first not in others


@pytest.mark.parametrize(
    ("value", "choices"),
    [
        (["a", 2], ("a", "2")),
        ('["a", "b"]', ("a", "b")),
        ("a\nb", ("a", "b")),
        (None, ()),
        (3, ()),
    ],
)
def test_choices_come_from_lists_and_lines(value, choices) -> None:
    assert listed(value) == choices


def test_judges_read_one_input_as_it_is_and_several_with_their_names() -> None:
    assert task_text({"question": "Why?"}) == "Why?"
    assert task_text({"question": "Why?", "count": 3}) == "question: Why?\ncount: 3"
