"""What was imported is a prompt like others; until the user agrees to that it is only parsed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from workbench.domain.errors import TemplateError, WorkbenchError
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.engine.simulated import SimulatedEngine
from workbench.history import session
from workbench.service import Workbench

CHAT = [{"role": "user", "content": "Say hello."}]
HOSTILE = "user:\n{{ ''.__class__.__mro__[1].__subclasses__() }}"


@pytest.fixture
async def core(paths, tmp_path) -> AsyncIterator[Workbench]:
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    workbench = Workbench(paths, engine=SimulatedEngine(lambda _prompt: ["x"]))
    await workbench.open()
    await workbench.models.load(str(model))
    yield workbench
    await workbench.close()


async def imported(core, tmp_path):
    source = tmp_path / "given.json"
    source.write_text(json.dumps(CHAT))
    preview = await core.exchange.preview_import(str(source))
    (file,) = await core.exchange.import_prompts(preview, [0])
    return file


async def test_an_imported_prompt_is_run_and_included(core, tmp_path):
    file = await imported(core, tmp_path)
    await core.runs.wait(
        await core.runs.start(RunSpec(prompt=TemplatePrompt(file.path, file.text)))
    )
    text = f'user:\n{{% include "{Path(file.path).name}" %}}'
    own = await core.prompt_files.create("own", text=text)
    shown = await core.prompts.preview(own.text, own.path, {})
    assert "Say hello." in shown.messages[0].text


async def test_an_imported_prompt_of_a_strategy_takes_the_place_of_the_shipped_one(core, tmp_path):
    source = tmp_path / "cot.prompty"
    source.write_text("user:\nThink: {{ question }}\nAnswer: ...")
    preview = await core.exchange.preview_import(str(source))
    (file,) = await core.exchange.import_prompts(preview, [0], "strategies")
    assert core._core.prompt_library.strategy_prompt("cot").path == file.path


async def test_a_mark_that_an_earlier_version_left_keeps_no_prompt_from_running(core, tmp_path):
    file = await imported(core, tmp_path)
    marks = {file.path: file.sha256}  # "imported, not opened yet"
    await core._core.store.write(session.set_state, "unopened_prompts", marks)
    (message,) = await core.prompts.render(file.path, {})
    assert message.text == "Say hello."
    await core.runs.wait(
        await core.runs.start(RunSpec(prompt=TemplatePrompt(file.path, file.text)))
    )


async def test_a_file_is_only_parsed_before_it_is_imported(core, tmp_path, monkeypatch):
    source = tmp_path / "hostile.prompty"
    source.write_text(HOSTILE)
    jobs: list[str] = []
    call = core._core.pool.call

    async def watched(job, *args, **options):
        jobs.append(job)
        return await call(job, *args, **options)

    monkeypatch.setattr(core._core.pool, "call", watched)
    preview = await core.exchange.preview_import(str(source))
    assert jobs == ["workbench.prompts.formats.jobs:read_job"]
    (file,) = await core.exchange.import_prompts(preview, [0])
    assert jobs == ["workbench.prompts.formats.jobs:read_job"]
    shown = await core.prompts.preview(file.text, file.path, {})
    assert isinstance(WorkbenchError.from_wire(shown.error), TemplateError)
