"""What a change re-reads: computed from the order of the prompt and the measured speed."""

from __future__ import annotations

import pytest

from workbench.domain.prompts.prompt import Preview
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.domain.text import Message, Place, Span
from workbench.engine.simulated import SimulatedEngine
from workbench.history import session
from workbench.service import Workbench
from workbench.service.prompts.reuse import LastPrompts, variable_reuse
from workbench.service.prompts.token_map import count_by_origin, loop_passes

QUESTION = Span("What is it? ", literal=False, line=2, variable="question")
HEAD, TAIL = Span("Read this: "), Span("\nAnswer now.", line=9)


def _examples(words: int) -> tuple[Span, ...]:
    place = Place(blocks=("for ex in examples",), loop=4)
    return (Span("word " * words, literal=False, line=5, variable="examples", place=place),)


def _reuse(*spans: Span, speed: float = 0.0):
    """One message in which each word is a token."""
    messages = (Message("user", spans),)
    raw = messages[0].text
    tokens = tuple((1, word) for word in raw.replace(" ", " \0").split("\0") if word)
    counts = count_by_origin(messages, raw, tokens)
    preview = Preview(messages=messages, raw=raw, token_texts=tokens, token_starts=counts.starts,
                      span_tokens=counts.spans, message_offsets=counts.offsets)  # fmt: skip
    found = variable_reuse(preview, speed)
    return {each.variable: each for each in found}


def test_a_variable_before_the_examples_is_told_to_move_below_them():
    found = _reuse(HEAD, QUESTION, *_examples(400), TAIL, speed=100.0)
    question = found["question"]
    assert question.reread_tokens == 405
    assert question.saved_tokens == 400
    assert question.hint == (
        "Changing question re-reads 405 tokens, about 4 s here; move it below the examples to "
        "save 4 s."
    )
    assert found["examples"].hint == ""


def test_without_a_measured_speed_only_tokens_are_told():
    question = _reuse(HEAD, QUESTION, *_examples(400), TAIL)["question"]
    assert question.reread_seconds is None
    assert question.hint.endswith("move it below the examples to save 400 of them.")


@pytest.mark.parametrize(
    ("spans", "speed"),
    [
        ((HEAD, *_examples(400), QUESTION, TAIL), 100.0),  # it is below already
        ((HEAD, QUESTION, *_examples(100), TAIL), 100.0),  # too little
        ((HEAD, QUESTION, *_examples(400), TAIL), 10_000.0),  # too fast to matter
        ((HEAD, *_examples(400)), 100.0),  # nothing but itself follows
    ],
)
def test_what_is_not_worth_it_is_not_told(spans, speed):
    assert not any(each.hint for each in _reuse(*spans, speed=speed).values())


def test_tokens_are_counted_by_line_and_block():
    spans = (HEAD, QUESTION, *_examples(3), TAIL)
    messages = (Message("user", spans),)
    raw = f"<s>{messages[0].text}<e>"
    words = messages[0].text.replace(" ", " \0").split("\0")
    tokens = ((1, "<s>"), *((2, word) for word in words if word), (3, "<e>"))
    counts = count_by_origin(messages, raw, tokens)
    assert counts.lines == {2: 3, 5: 3, 9: 2}
    assert counts.blocks == {"for ex in examples": 3}
    assert sum(counts.spans[0]) == counts.messages[0] == len(tokens) - counts.format
    assert counts.offsets == (3,)
    looped = tuple(Span("x", place=Place(loop=4, iteration=item)) for item in (1, 2, 3))
    assert loop_passes((Message("user", (HEAD, *looped)),)) == {4: 3}


def test_the_same_first_tokens_as_in_the_last_run_are_counted():
    last = LastPrompts()
    first, second = ("m", (1, 2, 3)), ("m", (1, 2, 9, 9))
    assert last.same_tokens("p", "text", {}, first) is None
    last.note_run("p", "text", {})
    assert last.same_tokens("p", "text 2", {}, second) == 2
    assert last.same_tokens("p", "text", {}, first) == 3
    assert last.same_tokens("p", "text", {}, ("other", (1, 2, 3))) is None
    assert last.same_tokens("q", "text", {}, first) is None


def test_a_run_that_starts_before_its_preview_came_counts_too():
    last = LastPrompts()
    last.note_run("p", "new", {"a": 1})
    assert last.same_tokens("p", "new", {"a": 1}, ("m", (1, 2))) is None
    assert last.same_tokens("p", "newer", {"a": 1}, ("m", (1, 5))) == 1


async def test_a_preview_knows_the_last_run_and_the_speed(paths, tmp_path):
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    core = Workbench(paths, engine=SimulatedEngine(lambda _prompt: ["yes"]))
    await core.open()
    try:
        await core.models.load(str(model))
        text = "{{ question }}\n" + "{% for i in range(400) %}word {% endfor %}\nend"
        before = await core.prompts.preview(text, "p.j2", {"question": "why"})
        assert before.same_tokens is None
        assert before.hints[0].line == 1
        spec = RunSpec(prompt=TemplatePrompt("p.j2", text, {"question": "why"}))
        await core.runs.wait(await core.runs.start(spec))
        await core._core.store.write(
            session.record_speed, (await core.models.find("")).path, generation=10.0, prompt=50.0
        )
        after = await core.prompts.preview(text, "p.j2", {"question": "how come"})
        assert 0 < after.same_tokens < after.prompt_tokens
        assert after.reuse[0].reread_seconds == pytest.approx(after.reuse[0].reread_tokens / 50)
    finally:
        await core.close()
