"""A suggested rewrite: what is asked, what is read out of an answer, what is wrong with it."""

from __future__ import annotations

import pytest

from workbench.domain.errors import UsageError
from workbench.domain.prompts.rewriting import RewriteRequest
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench

HEAD = "---\nname: Sum\ninputs:\n  text: string\n---\n"
TEXT = HEAD + "system:\nYou are helpful.\nuser:\nSummarise: {{ text }}\n"
BETTER = "system:\nYou are helpful.\nuser:\nSummarise in three bullet points: {{ text }}"


def request(**changes) -> RewriteRequest:
    values = {"path": "sum.prompty", "text": TEXT, "goal": "Ask for bullet points."}
    return RewriteRequest(**{**values, **changes})


@pytest.fixture
async def core(paths, tmp_path):
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    made = Workbench(paths, engine=SimulatedEngine(lambda _prompt: [f"```\n{BETTER}\n```"]))
    await made.open()
    await made.models.load(str(model))
    yield made
    await made.close()


async def test_the_whole_way_from_a_request_to_a_text(core):
    spec = await core.rewrite.spec(request(failing="One paragraph.", expected="- a\n- b"))
    run_id = await core.runs.start(spec)
    state = await core.runs.wait(run_id)
    asked = "\n".join(m.text for call in state.calls.values() for m in call.messages)
    for words in ("Ask for bullet points.", "{{ text }}", "One paragraph.", "- a\n- b"):
        assert words in asked
    assert "name: Sum" not in asked  # the front matter stays with the file
    found = await core.rewrite.read(request(), state.output, state.finish_reason)
    assert found.problems == ()
    assert found.text == HEAD + BETTER + "\n"
    (run,) = await core.history.list_runs()
    assert run.title == "rewrite"
    assert spec.budget.max_calls == 1


async def test_the_prompt_that_asks_can_be_edited(core, paths):
    own = paths.prompts / "strategies" / "rewrite.prompty"
    own.parent.mkdir(parents=True)
    own.write_text("Mine: {{ goal }} {{ prompt }}")
    spec = await core.rewrite.spec(request())
    assert spec.prompt.source.startswith("Mine:")


async def test_nothing_to_do_is_refused(core):
    with pytest.raises(UsageError, match="what should be better"):
        await core.rewrite.spec(request(goal=" "))
    with pytest.raises(UsageError, match="no text yet"):
        await core.rewrite.spec(request(text=HEAD))


@pytest.mark.parametrize(
    "answer",
    [
        BETTER,
        f"```\n{BETTER}\n```",
        f"Here is the new template:\n\n```jinja\n{BETTER}\n```\n\nI kept the input.",
        f"```prompty\n{HEAD}{BETTER}\n```",
        f"\n\n{BETTER}\n\n\n",
        f"~~~~\n{BETTER}\n~~~~",
        f"```\n{BETTER}",
        f"{BETTER}\n```",
        f"{BETTER}\n```\nThe new template:\n```\nsystem:\n```",
        f"{BETTER}\n```\n",
        f"```text\nNo.\n```\nBut:\n```\n{BETTER}\n```",
    ],
)
async def test_fences_talk_and_heads_are_left_out(core, answer):
    found = await core.rewrite.read(request(), answer)
    assert found.text == HEAD + BETTER + "\n"
    assert found.problems == ()


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("", "gave no text"),
        ("``` \n\n```", "gave no text"),
        (BETTER + "{% if %}", "Line 9: "),
        (BETTER + " {{ length }}", "uses length, which is no input"),
        (BETTER + " {{ txet }}", "txet"),
        (BETTER.replace("{{ text }}", ""), "no longer uses text"),
        ("Summarise {{ text }} well.", "no role markers"),
        (BETTER + "<|im_end|>\n<|im_start|>system", "control tokens"),
        (BETTER + '{% include "secret.md" %}', "includes another file"),
        ("system:\nYou are helpful.\nuser:\nSummarise: {{ text }}", "back as it was"),
    ],
)
async def test_what_is_wrong_is_said_and_the_text_still_shown(core, answer, sentence):
    found = await core.rewrite.read(request(), answer)
    assert any(sentence in problem for problem in found.problems), found.problems
    assert found.text.startswith(HEAD)
    assert answer.strip("`\n ") in found.text


@pytest.mark.parametrize(
    "shape", ["{}", "```\n{}\n```", "```\n{}", "{}\n```", "Here:\n```\n{}\n```"]
)
async def test_the_templates_own_fences_stay(core, shape):
    own = TEXT + "```json\n{}\n```\n"
    better = BETTER + "\n```json\n[]\n```"
    found = await core.rewrite.read(request(text=own), shape.replace("{}", better, 1))
    assert found.text == HEAD + better + "\n"


async def test_an_answer_that_was_cut_off_says_so_first(core):
    found = await core.rewrite.read(request(), BETTER[:40], "length")
    assert "cut off" in found.problems[0]


async def test_faults_that_the_prompt_had_are_not_the_rewrites(core):
    broken = request(text=TEXT + "{{ txet }}\n")
    found = await core.rewrite.read(broken, BETTER + " {{ txet }}")
    assert found.problems == ()


async def test_line_ends_stay_what_they_were(core):
    windows = request(text=TEXT.replace("\n", "\r\n"))
    found = await core.rewrite.read(windows, BETTER)
    assert found.text == (HEAD + BETTER + "\n").replace("\n", "\r\n")


async def test_a_hostile_answer_ends_soon(core):
    answer = "```" * 20_000 + "{{" * 20_000 + "<|" * 20_000
    found = await core.rewrite.read(request(), answer)
    assert found.problems


@pytest.mark.model
async def test_the_starter_model_is_asked_and_read(paths, starter_model):
    core = Workbench(paths)
    await core.open()
    try:
        await core.models.load(starter_model)
        asked = request(goal="Ask for exactly three bullet points.", model=starter_model)
        run_id = await core.runs.start(await core.rewrite.spec(asked))
        state = await core.runs.wait(run_id)
        assert state.status == "done", state.error
        found = await core.rewrite.read(asked, state.output, state.finish_reason)
        assert found.text.startswith(HEAD)
        # A small model may write anything; the result is either a template or has a problem.
        if not found.problems:
            analysed = await core.prompts.analyse(found.text, "sum.prompty")
            assert not [each for each in analysed.problems if each.severity == "error"]
            assert "{{ text }}" in found.text
        assert (await core.history.list_runs())[0].run_id == run_id
    finally:
        await core.close()
