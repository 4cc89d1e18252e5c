"""Imported prompts are neither run nor included before a person has opened them."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from workbench.domain.errors import UnopenedError, WorkbenchError
from workbench.domain.prompts.rewriting import RewriteRequest
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench

CHAT = [{"role": "user", "content": "Say hello."}]


def made(paths) -> Workbench:
    return Workbench(paths, engine=SimulatedEngine(lambda _prompt: ["x"]))


@pytest.fixture
async def core(paths, tmp_path) -> AsyncIterator[Workbench]:
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    workbench = made(paths)
    await workbench.open()
    await workbench.models.load(str(model))
    yield workbench
    await workbench.close()


async def imported(core, tmp_path, name="given", content=CHAT):
    source = tmp_path / f"{name}.json"
    source.write_text(json.dumps(content))
    (file,) = await core.exchange.import_prompts(
        await core.exchange.preview_import(str(source)), [0]
    )
    return file


def spec_of(file) -> RunSpec:
    return RunSpec(prompt=TemplatePrompt(file.path, file.text))


async def test_an_imported_prompt_is_marked_and_not_run_until_it_is_opened(core, tmp_path):
    file = await imported(core, tmp_path)
    assert (await core.library.listing()).unopened == {file.path}
    with pytest.raises(UnopenedError, match="nobody has opened it yet: open it in the library"):
        await core.runs.start(spec_of(file))
    with pytest.raises(UnopenedError):
        await core.prompts.render(file.path, {})
    with pytest.raises(UnopenedError):
        await core.rewrite.spec(RewriteRequest(path=file.path, text=file.text, goal="shorter"))
    assert (await core.prompt_files.open(file.path)).text == file.text
    assert (await core.library.listing()).unopened == frozenset()
    await core.runs.wait(await core.runs.start(spec_of(file)))


async def test_the_mark_outlives_the_program(paths, tmp_path):
    first = made(paths)
    await first.open()
    file = await imported(first, tmp_path)
    await first.close()
    second = made(paths)
    await second.open()
    try:
        assert (await second.library.listing(most=0)).unopened == {file.path}
        with pytest.raises(UnopenedError):
            await second.runs.start(spec_of(file))
    finally:
        await second.close()


async def test_no_prompt_includes_one_that_nobody_has_opened(core, tmp_path):
    file = await imported(core, tmp_path)
    text = f'user:\n{{% include "{Path(file.path).name}" %}}'
    own = await core.prompt_files.create("own", text=text)
    shown = await core.prompts.preview(own.text, own.path, {})
    assert "nobody has opened it yet" in str(WorkbenchError.from_wire(shown.error))
    assert (await core.prompts.analyse(own.text, own.path)).problems == ()
    await core.prompt_files.open(file.path)
    shown = await core.prompts.preview(own.text, own.path, {})
    assert "Say hello." in shown.messages[0].text


async def test_no_strategy_takes_one_that_nobody_has_opened(core, tmp_path):
    source = tmp_path / "cot.prompty"
    source.write_text("user:\nSend it all: {{ question }}\nAnswer: ...")
    preview = await core.exchange.preview_import(str(source))
    (file,) = await core.exchange.import_prompts(preview, [0], "strategies")
    with pytest.raises(UnopenedError):
        core._core.prompt_library.strategy_prompt("cot")
    await core.prompt_files.open(file.path)
    assert core._core.prompt_library.strategy_prompt("cot").path == file.path


async def test_the_mark_is_of_the_text_wherever_it_goes(core, tmp_path):
    file = await imported(core, tmp_path)
    renamed = await core.prompt_files.rename(file.path, "other")
    assert (await core.library.listing()).unopened == {renamed.path}
    copy = await core.prompt_files.duplicate(renamed.path)
    tagged = await core.prompt_files.tag(renamed.path, ["mine"])
    assert (await core.library.listing()).unopened == {tagged.path, copy.path}
    outside = Path(copy.path).with_name("moved-by-hand.prompty")
    shutil.move(copy.path, outside)
    assert (await core.library.listing()).unopened == {tagged.path, str(outside)}
    with pytest.raises(UnopenedError):
        await core.runs.start(spec_of(await core.prompt_files.read(str(outside))))
    outside.write_text("user:\nMy own words.")
    assert (await core.library.listing()).unopened == {tagged.path}
    await core.runs.wait(await core.runs.start(spec_of(await core.prompt_files.read(str(outside)))))


async def test_a_file_that_is_copied_in_is_marked_and_a_shipped_text_is_not(core, tmp_path):
    source = tmp_path / "dropped.md"
    source.write_text("Do it.")
    moved = await core.library.import_file(str(source), str(core.paths.prompts))
    shipped = core.paths.shipped_prompts / "strategies" / "cot.prompty"
    await core.library.import_file(str(shipped), str(core.paths.prompts))
    assert (await core.library.listing()).unopened == {moved.new}
    assert core._core.prompt_library.strategy_prompt("cot").path == str(shipped)


async def test_a_bundle_is_marked_as_a_whole(core, tmp_path):
    made_here = [await core.prompt_files.create(name, text=f"user:\n{name}") for name in ("a", "b")]
    target = tmp_path / "both.zip"
    await core.exchange.export_bundle([file.path for file in made_here], str(target))
    for file in made_here:
        await core.prompt_files.trash(file.path)
    files = await core.exchange.import_prompts(
        await core.exchange.preview_import(str(target)), [0, 1]
    )
    assert (await core.library.listing()).unopened == {file.path for file in files}
    await core.prompt_files.open(files[0].path)
    assert (await core.library.listing()).unopened == {files[1].path}
