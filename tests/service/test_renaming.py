"""An input renamed everywhere: its prompt's sets, and prompts that share it."""

from pathlib import Path

import pytest

from tests.service.test_library import with_core
from workbench.domain.errors import ReadOnlyError, UsageError
from workbench.service.workbench import Workbench
from workbench.settings import Paths

PART = "---\ninputs:\n  q: string\n---\n{{ q }}\n"
MAIN = "---\ninputs:\n  q: string\n---\nuser:\n{% include 'part.md' %}\n"


def test_sets_and_sharing_prompts_follow_and_come_back(paths: Paths) -> None:
    async def work(core: Workbench) -> None:
        part = await core.prompt_files.create("part.md", text=PART)
        main = await core.prompt_files.create("main", text=MAIN)
        for path in (part.path, main.path):
            await core.samples.save(path, "one", {"q": "1", "z": "2"}, "")

        done = await core.renaming.rename_input(part.path, PART, "q", "question")

        assert done.text == PART.replace("q", "question")
        assert (await core.prompt_files.read(part.path)).text == PART  # the caller writes it
        assert (await core.prompt_files.read(main.path)).text == MAIN.replace("  q:", "  question:")
        for path in (part.path, main.path):
            (found,) = (await core.samples.read(path)).sets
            assert found.values == {"question": "1", "z": "2"}
        assert (done.sets, done.prompts) == (("one", "one"), (main.path,))

        await core.renaming.rename_elsewhere(part.path, done, "question", "q")

        assert (await core.prompt_files.read(main.path)).text == MAIN
        (found,) = (await core.samples.read(part.path)).sets
        assert found.values == {"q": "1", "z": "2"}

    with_core(paths, work)


def test_nothing_is_changed_where_one_of_them_cannot_be(paths: Paths, tmp_path: Path) -> None:
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    (shipped / "main.prompty").write_text(MAIN)
    paths = Paths(data=paths.data, logs=paths.logs, shipped_prompts=shipped)

    async def work(core: Workbench) -> None:
        part = await core.prompt_files.create("part.md", text=PART)
        await core.samples.save(part.path, "one", {"q": "1"}, "")
        with pytest.raises(ReadOnlyError, match="came with the program"):
            await core.renaming.rename_input(part.path, PART, "q", "question")
        with pytest.raises(UsageError):
            await core.renaming.rename_input(part.path, PART, "q", "not a name")
        (found,) = (await core.samples.read(part.path)).sets
        assert found.values == {"q": "1"}

    with_core(paths, work)


def test_a_variable_of_the_template_itself_changes_in_the_text_alone(paths: Paths) -> None:
    text = "{% for q in items %}{{ q }}{% endfor %}"

    async def work(core: Workbench) -> None:
        made = await core.prompt_files.create("loop", text=text)
        await core.samples.save(made.path, "one", {"q": "1"}, "")
        done = await core.renaming.rename_input(made.path, text, "q", "x")
        assert done.text == "{% for x in items %}{{ x }}{% endfor %}"
        assert (done.sets, done.prompts) == ((), ())
        (found,) = (await core.samples.read(made.path)).sets
        assert found.values == {"q": "1"}

    with_core(paths, work)
