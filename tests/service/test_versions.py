"""Versions in the service: kept by saving, running and moving; compared; restored."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.domain.errors import StoreError, UsageError
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.engine.simulated import SimulatedEngine
from workbench.history import versions
from workbench.service import Workbench

FIRST = "---\nname: Greet\ninputs:\n  name: string\n---\nsystem:\nBe kind.\nuser:\nHi {{ name }}.\n"
SECOND = FIRST.replace("Be kind.", "Be kind and brief.")


@pytest.fixture
async def core(paths, tmp_path):
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    made = Workbench(paths, engine=SimulatedEngine(lambda _prompt: ["Answer: 4"]))
    await made.open()
    await made.models.load(str(model))
    yield made
    await made.close()


@pytest.fixture
def file(paths) -> Path:
    found = paths.prompts / "greet.prompty"
    found.parent.mkdir(parents=True, exist_ok=True)
    found.write_text(FIRST)
    return found


async def save(core: Workbench, file: Path, text: str) -> None:
    before = await core.prompt_files.read(str(file))
    await core.prompt_files.save(str(file), text, before.sha256)


async def test_the_first_save_also_keeps_what_was_in_the_file(core, file):
    assert await core.versions.all(str(file)) == ()
    await save(core, file, SECOND)
    newest, oldest = await core.versions.all(str(file))
    assert (oldest.number, oldest.origin, oldest.added, oldest.removed) == (1, "imported", 0, 0)
    assert (newest.number, newest.origin, newest.added, newest.removed) == (2, "saved", 1, 1)
    assert await core.versions.read(str(file), 1) == FIRST


async def test_what_another_program_wrote_is_kept_before_it_is_replaced(core, file):
    await save(core, file, SECOND)
    file.write_text("theirs")
    await save(core, file, FIRST + "More.\n")
    origins = [each.origin for each in await core.versions.all(str(file))]
    assert origins == ["saved", "imported", "saved", "imported"]


async def test_a_bad_save_is_undone_by_saving_a_version_again(core, file):
    await save(core, file, SECOND)
    await save(core, file, "oh no")
    await save(core, file, await core.versions.read(str(file), 2))
    assert file.read_text() == SECOND
    versions = await core.versions.all(str(file))
    assert [each.number for each in versions] == [3, 2, 1]
    assert versions[1].restored_at is not None


async def test_an_edited_text_that_is_run_is_a_version(core, file):
    await save(core, file, SECOND)
    spec = RunSpec(prompt=TemplatePrompt(str(file), FIRST + "Now.\n", {"name": "Ada"}))
    run_id = await core.runs.start(spec)
    await core.runs.wait(run_id)
    newest = (await core.versions.all(str(file)))[0]
    assert (newest.number, newest.origin, newest.runs, newest.last_run_id) == (3, "run", 1, run_id)
    assert file.read_text() == SECOND


async def test_versions_go_where_the_file_goes(core, file):
    await save(core, file, SECOND)
    renamed = await core.prompt_files.rename(str(file), "hello")
    assert [each.number for each in await core.versions.all(renamed.path)] == [2, 1]
    assert await core.versions.all(str(file)) == ()
    where = await core.prompt_files.trash(renamed.path)
    assert [each.number for each in await core.versions.all(where)] == [2, 1]


async def test_new_prompts_begin_with_a_version(core):
    made = await core.prompt_files.create("fresh", "", FIRST)
    copied = await core.prompt_files.duplicate(made.path)
    for path in (made.path, copied.path):
        (version,) = await core.versions.all(path)
        assert (version.number, version.origin) == (1, "saved")


async def test_saving_works_where_the_history_cannot_be_written(core, file, monkeypatch):
    def refused(*_texts):
        raise StoreError("The disk is full.")

    monkeypatch.setattr(versions, "record_all", refused)
    await save(core, file, SECOND)
    assert file.read_text() == SECOND


async def test_names_and_notes_are_checked(core, file):
    await save(core, file, SECOND)
    await core.versions.name(str(file), 2, "  sober \n tone ")
    await core.versions.note(str(file), 2, "Worked with the small model.\n")
    newest = (await core.versions.all(str(file)))[0]
    assert (newest.name, newest.note) == ("sober tone", "Worked with the small model.")
    with pytest.raises(UsageError, match="at most 120"):
        await core.versions.name(str(file), 2, "x" * 121)
    with pytest.raises(UsageError, match="no version 9"):
        await core.versions.name(str(file), 9, "x")


async def test_rendered_prompts_are_compared_message_by_message(core, file):
    values = {"name": "Ada"}
    found = await core.versions.diff_rendered(str(file), FIRST, SECOND, values)
    assert [each.role for each in found] == ["system", "user"]
    assert [line.kind for line in found[0].lines] == ["deleted", "inserted"]
    assert [(line.kind, line.text) for line in found[1].lines] == [("same", "Hi Ada.")]
    found = await core.versions.diff_rendered(
        str(file), FIRST, SECOND.replace("system:\n", ""), values
    )
    assert {line.kind for line in found[1].lines} == {"same"}


async def test_a_version_that_cannot_be_rendered_says_which(core, file):
    with pytest.raises(UsageError, match=r"newer text cannot be rendered.*nmae"):
        await core.versions.diff_rendered(str(file), FIRST, FIRST + "{{ nmae }}", {"name": "Ada"})
    with pytest.raises(UsageError, match="older text cannot be rendered"):
        await core.versions.diff_rendered(
            str(file), "{% for i in range(10**9) %}{% endfor %}", FIRST, {}
        )


async def test_git_is_left_alone(core, file):
    git = file.parent / ".git"
    git.mkdir()
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    await save(core, file, SECOND)
    assert [each.name for each in git.iterdir()] == ["HEAD"]
    assert sorted(each.name for each in file.parent.iterdir()) == [".git", "greet.prompty"]
