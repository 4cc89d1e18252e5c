"""Imported prompts are neither run nor included before a person has opened them."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from workbench.domain.errors import UnopenedError, WorkbenchError
from workbench.domain.rewriting import RewriteRequest
from workbench.domain.spec import RunSpec, TemplatePrompt
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
    await workbench.load_model(str(model))
    yield workbench
    await workbench.close()


async def imported(core, tmp_path, name="given", content=CHAT):
    source = tmp_path / f"{name}.json"
    source.write_text(json.dumps(content))
    (file,) = await core.import_prompts(await core.preview_import(str(source)), [0])
    return file


def spec_of(file) -> RunSpec:
    return RunSpec(prompt=TemplatePrompt(file.path, file.text))


async def test_an_imported_prompt_is_marked_and_not_run_until_it_is_opened(core, tmp_path):
    file = await imported(core, tmp_path)
    assert (await core.library_listing()).unopened == {file.path}
    with pytest.raises(UnopenedError, match="nobody has opened it yet: open it in the library"):
        await core.start_run(spec_of(file))
    with pytest.raises(UnopenedError):
        await core.render_prompt(file.path, {})
    with pytest.raises(UnopenedError):
        await core.rewrite_spec(RewriteRequest(path=file.path, text=file.text, goal="shorter"))
    assert (await core.open_prompt(file.path)).text == file.text
    assert (await core.library_listing()).unopened == frozenset()
    await core.wait_run(await core.start_run(spec_of(file)))


async def test_the_mark_outlives_the_program(paths, tmp_path):
    first = made(paths)
    await first.open()
    file = await imported(first, tmp_path)
    await first.close()
    second = made(paths)
    await second.open()
    try:
        assert (await second.library_listing(most=0)).unopened == {file.path}
        with pytest.raises(UnopenedError):
            await second.start_run(spec_of(file))
    finally:
        await second.close()


async def test_no_prompt_includes_one_that_nobody_has_opened(core, tmp_path):
    file = await imported(core, tmp_path)
    text = f'user:\n{{% include "{Path(file.path).name}" %}}'
    own = await core.create_prompt("own", text=text)
    shown = await core.preview(own.text, own.path, {})
    assert "nobody has opened it yet" in str(WorkbenchError.from_wire(shown.error))
    assert (await core.analyse(own.text, own.path)).problems == ()
    await core.open_prompt(file.path)
    shown = await core.preview(own.text, own.path, {})
    assert "Say hello." in shown.messages[0].text


async def test_no_strategy_takes_one_that_nobody_has_opened(core, tmp_path):
    source = tmp_path / "cot.prompty"
    source.write_text("user:\nSend it all: {{ question }}\nAnswer: ...")
    preview = await core.preview_import(str(source))
    (file,) = await core.import_prompts(preview, [0], "strategies")
    with pytest.raises(UnopenedError):
        core._library.strategy_prompt("cot")
    await core.open_prompt(file.path)
    assert core._library.strategy_prompt("cot").path == file.path


async def test_the_mark_is_of_the_text_wherever_it_goes(core, tmp_path):
    file = await imported(core, tmp_path)
    renamed = await core.rename_prompt(file.path, "other")
    assert (await core.library_listing()).unopened == {renamed.path}
    copy = await core.duplicate_prompt(renamed.path)
    tagged = await core.tag_prompt(renamed.path, ["mine"])
    assert (await core.library_listing()).unopened == {tagged.path, copy.path}
    outside = Path(copy.path).with_name("moved-by-hand.prompty")
    shutil.move(copy.path, outside)
    assert (await core.library_listing()).unopened == {tagged.path, str(outside)}
    with pytest.raises(UnopenedError):
        await core.start_run(spec_of(await core.read_prompt(str(outside))))
    outside.write_text("user:\nMy own words.")
    assert (await core.library_listing()).unopened == {tagged.path}
    await core.wait_run(await core.start_run(spec_of(await core.read_prompt(str(outside)))))


async def test_a_file_that_is_copied_in_is_marked_and_a_shipped_text_is_not(core, tmp_path):
    source = tmp_path / "dropped.md"
    source.write_text("Do it.")
    moved = await core.import_prompt(str(source), str(core.paths.prompts))
    shipped = core.paths.shipped_prompts / "strategies" / "cot.prompty"
    await core.import_prompt(str(shipped), str(core.paths.prompts))
    assert (await core.library_listing()).unopened == {moved.new}
    assert core._library.strategy_prompt("cot").path == str(shipped)


async def test_a_bundle_is_marked_as_a_whole(core, tmp_path):
    made_here = [await core.create_prompt(name, text=f"user:\n{name}") for name in ("a", "b")]
    target = tmp_path / "both.zip"
    await core.export_bundle([file.path for file in made_here], str(target))
    for file in made_here:
        await core.trash_prompt(file.path)
    files = await core.import_prompts(await core.preview_import(str(target)), [0, 1])
    assert (await core.library_listing()).unopened == {file.path for file in files}
    await core.open_prompt(files[0].path)
    assert (await core.library_listing()).unopened == {files[1].path}
