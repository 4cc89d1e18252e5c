"""Data sets and sample sets through the service."""

from __future__ import annotations

import json

import pytest

from workbench.domain.errors import FileChangedError, UsageError
from workbench.domain.prompts.datasets import DataRow
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench

SOURCE = "---\ninputs: {name: string}\nsample: {name: Ada}\n---\nuser:\nGreet {{ name }}.\n"


@pytest.fixture
async def core(paths, tmp_path):
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    made = Workbench(paths, engine=SimulatedEngine())
    await made.open()
    await made.models.load(str(model))
    yield made
    await made.close()


@pytest.fixture
async def prompt(core) -> str:
    return (await core.prompt_files.create("greeting", "", SOURCE)).path


async def test_rows_come_in_pages_and_filtered_with_their_numbers(core, tmp_path):
    file = tmp_path / "people.jsonl"
    file.write_text("".join(json.dumps({"name": f"n{n}", "odd": n % 2}) + "\n" for n in range(10)))
    page = await core.datasets.page(str(file), 2, 3)
    assert [row.number for row in page.rows] == [3, 4, 5]
    assert (page.total, page.matched, page.columns) == (10, 10, ("name", "odd"))
    page = await core.datasets.page(str(file), words="N7")
    assert page.rows == (DataRow(8, {"name": "n7", "odd": 1}),)
    assert page.matched == 1
    assert await core.datasets.row(str(file), 10) == {"name": "n9", "odd": 1}
    with pytest.raises(UsageError, match="rows 1 to 10"):
        await core.datasets.row(str(file), 11)


async def test_a_file_that_changed_is_read_again(core, tmp_path):
    file = tmp_path / "people.jsonl"
    file.write_text('{"a": 1}\n')
    assert (await core.datasets.page(str(file))).total == 1
    file.write_text('{"a": 1}\n{"a": 2}\n')
    assert (await core.datasets.page(str(file))).total == 2


async def test_own_data_sets_are_listed(core, paths):
    (paths.data_sets / "mine.csv").write_text("a\n1\n")
    found = await core.datasets.all()
    assert found[0].name == "mine.csv"
    assert not found[0].shipped


async def test_sets_go_along_with_their_prompt(core, prompt):
    saved = await core.samples.save(prompt, "grace", {"name": "Grace"}, "")
    renamed = await core.prompt_files.rename(prompt, "hello")
    assert [each.name for each in (await core.samples.read(renamed.path)).sets] == ["grace"]
    copy = await core.prompt_files.duplicate(renamed.path)
    assert [each.name for each in (await core.samples.read(copy.path)).sets] == ["grace"]
    with pytest.raises(FileChangedError):
        await core.samples.save(renamed.path, "grace", {}, "0" * 64)
    await core.prompt_files.trash(renamed.path)
    assert (await core.samples.read(renamed.path)).sets == ()
    assert saved.sets[0].values == {"name": "Grace"}


async def test_a_set_is_found_by_its_name(core, prompt):
    await core.samples.save(prompt, "grace", {"name": "Grace"}, "")
    assert await core.samples.values(prompt, "sample") == {"name": "Ada"}
    assert await core.samples.values(prompt, "grace") == {"name": "Grace"}
    with pytest.raises(UsageError, match="There is: sample, grace"):
        await core.samples.values(prompt, "linus")


async def test_earlier_values_stand_once_and_newest_first(core, prompt):
    other = await core.prompt_files.create("greeting", "elsewhere", SOURCE)
    for path, name in ((prompt, "Ada"), (prompt, "Grace"), (prompt, "Ada"), (other.path, "Bob")):
        run_id = await core.runs.start(
            RunSpec(prompt=TemplatePrompt(path, SOURCE, {"name": name}), seed=1)
        )
        await core.runs.wait(run_id)
    page = await core.datasets.earlier_inputs(prompt)
    assert [row.values["name"] for row in page.rows] == ["Ada", "Grace"]
    assert page.rows[0].number == 3
    assert page.columns == ("name",)
