"""Reasoning is separated from the answer, however the text is cut into pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.runs.events import CallFinished, NoteAdded, TextReceived
from workbench.domain.runs.reasoning import ReasoningSplitter, open_tag
from workbench.domain.runs.run_state import fold_all
from workbench.domain.text import Segment
from workbench.engine.simulated import SimulatedEngine

from .keeping import bench, chat

CASES = {
    "plain": ("Four.", "Four.", ""),
    "thought": ("<think>\n2 and 2</think>\n\nFour.", "Four.", "2 and 2"),
    "space first": (" \n<think>Hm.</think>Four.", "Four.", "Hm."),
    "other tags": ("[THINK]Hm.[/THINK] Four.", "Four.", "Hm."),
    "no end": ("<think>Hm, and so on", "", "Hm, and so on"),
    "empty": ("<think>\n\n</think>\n\nFour.", "Four.", ""),
    "in the middle": ("Use <think>a</think> here.", "Use <think>a</think> here.", ""),
    "almost a tag": ("<thin air>", "<thin air>", ""),
    "cut tag": ("<thi", "<thi", ""),
    "almost the end": ("<think>a </thin b</think>c", "c", "a </thin b"),
}


def split(pieces, tag=""):
    splitter = ReasoningSplitter(tag)
    found = [*map(splitter.feed, pieces), splitter.finish()]
    return "".join(each.answer for each in found), "".join(each.reasoning for each in found)


@pytest.mark.parametrize("name", CASES)
@given(data=st.data())
def test_whatever_the_pieces(name, data):
    text, answer, reasoning = CASES[name]
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)))))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert split(pieces) == (answer, reasoning)


def test_a_prompt_that_opens_the_thinking():
    assert open_tag((Segment("<|im_start|>assistant\n<think>\n"),)) == "<think>"
    assert open_tag((Segment("What does <think> mean?\n"), Segment("assistant\n"))) == ""
    assert split(["Hm.</th", "ink> Four."], "<think>") == ("Four.", "Hm.")


async def test_a_run_has_the_answer_alone_and_the_thinking_beside_it(tmp_path):
    engine = SimulatedEngine(lambda _: ["<think>two and two make four</think>\nAnswer: 4"])
    async with bench(engine, tmp_path) as it:
        state = await it.run(chat())
        assert (state.answer, state.status) == ("Answer: 4", "done")
        assert "two and two" not in state.output
        ended = it.store.of(CallFinished)[0]
        assert (ended.text, ended.reasoning) == ("Answer: 4", "two and two make four")
        assert 0 < ended.reasoning_tokens < ended.completion_tokens
        streamed = it.store.of(TextReceived)
        assert "".join(event.reasoning for event in streamed) == ended.reasoning
        assert "".join(event.text for event in streamed) == ended.text
        assert state.reasoning_tokens == ended.reasoning_tokens
        assert fold_all(it.store.events) == state


async def test_a_model_that_only_thinks_is_spoken_of(tmp_path):
    async with bench(SimulatedEngine(lambda _: ["<think>and so on"]), tmp_path) as it:
        state = await it.run(chat())
        assert state.answer is None
        assert any("thought until" in note.text for note in it.store.of(NoteAdded))
