"""A prompt on all its sample sets, or on rows of a data set."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from workbench.domain.prompts.cases import Case, CaseResult, summarise
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.settings import Paths

TEXT = """---
inputs:
  word: string
  tone:
    type: string
    required: false
sample:
  word: one
  expected: "17"
---
user:
Count {{ word }}{% if tone %} in a {{ tone }} tone{% endif %}.
"""


def answer(prompt: str) -> list[str]:
    return ["Answer: 17"] if "Count one" in prompt else ["Answer: 5"]


def with_core(paths: Paths, work):
    async def session():
        core = Workbench(paths, engine=SimulatedEngine(answer))
        await core.open()
        try:
            return await work(core)
        finally:
            await core.close()

    return asyncio.run(session())


@pytest.fixture
def prompt(paths: Paths, tmp_path: Path) -> Path:
    paths.create()
    paths.models.mkdir(parents=True, exist_ok=True)
    (paths.models / "pretend.gguf").write_bytes(b"")
    file = paths.prompts / "count.prompty"
    file.write_text(TEXT)
    file.with_suffix(".samples.yaml").write_text(
        "two:\n  word: two\n  expected: '6'\nnone:\n  word: ''\n"
    )
    return file


def spec_of(paths: Paths, prompt: Path) -> RunSpec:
    model = str(paths.models / "pretend.gguf")
    params = {"extraction": "answer_line"}
    return RunSpec(prompt=TemplatePrompt(str(prompt), TEXT), model=model, params=params, seed=3)


def test_every_sample_set_is_run_and_judged(paths, prompt):
    reported: list[tuple[int, str]] = []

    async def work(core: Workbench):
        cases = await core.cases.of_samples(TEXT, str(prompt))
        results = await core.cases.run(
            spec_of(paths, prompt), cases, lambda place, r: reported.append((place, r.status))
        )
        runs = {run.run_id: run.title for run in await core.history.list_runs()}
        return cases, results, runs

    cases, results, runs = with_core(paths, work)
    assert [(case.name, case.expected) for case in cases] == [
        ("sample", "17"), ("two", "6"), ("none", ""),
    ]  # fmt: skip
    assert [(r.status, r.answer, r.right) for r in results] == [
        ("done", "17", True), ("done", "5", False), ("skipped", None, None),
    ]  # fmt: skip
    assert results[2].error == "word is empty."
    assert runs == {results[0].run_id: "count", results[1].run_id: "count"}
    assert (0, "running") in reported
    assert (0, "done") in reported
    summary = summarise(results)
    assert (summary.total, summary.over, summary.judged, summary.right) == (3, 3, 2, 1)
    assert summary.failed == 1


def test_rows_fill_inputs_and_others_keep_what_they_have(paths, prompt, tmp_path):
    data = tmp_path / "words.jsonl"
    rows = [{"word": "one", "answer": 17}, {"word": "two", "answer": 5}, {"word": ""}]
    data.write_text("\n".join(json.dumps(row) for row in rows))

    async def work(core: Workbench):
        text, path = TEXT, str(prompt)
        two = await core.cases.of_rows(text, path, str(data), most=2, other={"tone": "kind"})
        return two, await core.cases.of_rows(text, path, str(data))

    two, every = with_core(paths, work)
    assert [case.values for case in two] == [
        {"word": "one", "tone": "kind"}, {"word": "two", "tone": "kind"},
    ]  # fmt: skip
    assert [case.expected for case in two] == ["17", "5"]
    assert every[2].problem == "word is empty."


def test_cancelling_keeps_what_was_told(paths, prompt):
    results: dict[int, CaseResult] = {}

    async def work(core: Workbench):
        cases = [Case(name=str(n), values={"word": f"w{n}"}) for n in range(40)]

        some = asyncio.Event()

        def tell(place: int, result: CaseResult) -> None:
            results[place] = result
            if sum(each.is_over for each in results.values()) == 3:
                some.set()

        task = asyncio.create_task(core.cases.run(spec_of(paths, prompt), cases, tell))
        await some.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        runs = await core.history.list_runs()
        return [run.status for run in runs]

    statuses = with_core(paths, work)
    assert "running" not in statuses
    assert 3 <= len(results) < 40
    assert all(each.is_over for each in results.values())
