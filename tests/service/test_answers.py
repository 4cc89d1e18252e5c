"""Answers of runs that have ended, on a simulated engine."""

from __future__ import annotations

import asyncio

import pytest

from workbench.domain.errors import UsageError
from workbench.domain.runs.events import AnswerExtracted
from workbench.domain.runs.extraction import ExtractionRule
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench

TEXTS = ["Three and one.\nResult: 4", "Two and two.\nResult: 4", "Result: 5"]


@pytest.fixture
async def core(paths, tmp_path):
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    made = Workbench(paths, engine=SimulatedEngine(lambda _prompt: TEXTS))
    await made.open()
    await made.models.load(str(model))
    yield made
    await made.close()


def spec(**changes) -> RunSpec:
    return RunSpec(prompt=TemplatePrompt("sum.j2", "2 + 2?"), **changes)


async def ended(core, **changes) -> int:
    run_id = await core.runs.start(spec(**changes))
    await core.runs.wait(run_id)
    return run_id


async def test_an_answer_is_read_by_another_rule_and_kept(core, paths):
    run_id = await ended(core, strategy="cot")
    before = await core.runs.load(run_id)
    assert before.answer is None
    rule = ExtractionRule("regex", r"Result: (\d)")
    preview = await core.answers.preview_extraction(run_id, rule)
    assert (preview.answer, preview.texts[0].before, preview.texts[0].after) == ("4", None, "4")
    assert await core.runs.load(run_id) == before
    state = await core.answers.extract_again(run_id, rule)
    assert (state.answer, state.status, state.extraction) == ("4", "done", rule)
    assert state.call_count == before.call_count
    assert state.seconds == pytest.approx(before.seconds, abs=5.0)
    assert await core.runs.load(run_id) == state
    assert (await core.history.list_runs())[0].answer == "4"
    assert isinstance((await core.runs.events(run_id))[-1].event, AnswerExtracted)
    again = await core.answers.extract_again(run_id, ExtractionRule("last_line"))
    assert again.answer == "Result: 4"


async def test_a_vote_is_counted_again(core):
    run_id = await ended(core, strategy="self_consistency", params={"paths": 3})
    assert (await core.runs.load(run_id)).tally == ((None, 3),)
    state = await core.answers.extract_again(run_id, ExtractionRule("last_number"))
    assert state.tally == (("4", 2), ("5", 1))
    assert (state.answer, state.best_node, state.output) == ("4", "0.0", TEXTS[0])


async def test_what_cannot_be_read_again_says_why(core):
    run_id = await ended(core)
    with pytest.raises(UsageError, match="no run 99"):
        await core.answers.extract_again(99, ExtractionRule("whole"))
    with pytest.raises(UsageError, match="pattern"):
        await core.answers.extract_again(run_id, ExtractionRule("regex"))
    with pytest.raises(UsageError, match="not valid"):
        await core.answers.extract_again(run_id, ExtractionRule("regex", "("))
    assert (await core.runs.load(run_id)).extraction is None


async def test_a_running_run_is_left_alone(paths, tmp_path):
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    core = Workbench(paths, engine=SimulatedEngine(["word " * 400], tokens_per_second=20))
    await core.open()
    try:
        await core.models.load(str(model))
        begun = asyncio.Event()
        core.subscribe(lambda _logged: begun.set())
        run_id = await core.runs.start(spec())
        await begun.wait()
        with pytest.raises(UsageError, match="still running"):
            await core.answers.extract_again(run_id, ExtractionRule("whole"))
        await core.runs.cancel(run_id)
        state = await core.answers.extract_again(run_id, ExtractionRule("whole"))
        assert state.status == "cancelled"
    finally:
        await core.close()


async def test_an_equal_run_that_is_done_is_found(core):
    wanted = spec(strategy="cot", seed=7, group="one")
    assert await core.answers.find_done(wanted) is None
    run_id = await ended(core, strategy="cot", seed=7, group="one")
    found = await core.answers.find_done(wanted)
    assert (found.run_id, found.state) == (run_id, await core.runs.load(run_id))
    assert found.key == found.spec.digest()
    assert await core.answers.find_done(spec(strategy="cot", seed=8, group="one")) is None
    assert await core.answers.find_done(spec(strategy="cot", group="one")) is None
    await core.history.delete_runs([run_id])
    assert await core.answers.find_done(wanted) is None


async def test_a_run_by_prompts_that_were_edited_since_is_another(core, paths):
    await ended(core, strategy="cot", seed=7)
    edited = paths.prompts / "strategies" / "cot.prompty"
    edited.parent.mkdir(parents=True, exist_ok=True)
    edited.write_text("user:\n{{ question }} Think!")
    assert await core.answers.find_done(spec(strategy="cot", seed=7)) is None


async def test_words_that_differ_and_a_share_with_its_interval(core):
    parts = await core.answers.word_diff("two and two", "two plus two")
    assert [part.kind for part in parts] == ["same", "deleted", "inserted", "same"]
    assert core.answers.interval(2, 3).share == 2 / 3
