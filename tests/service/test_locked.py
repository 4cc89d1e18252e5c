"""What came with the program, or can only be read, is written by no road; own copies instead."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.service.test_library import with_core
from workbench.domain.errors import LibraryError, ReadOnlyError
from workbench.domain.prompts.exchange import ImportedPrompt, ImportPreview
from workbench.domain.prompts.library import Trashed
from workbench.domain.prompts.prompt import Draft
from workbench.history import versions
from workbench.prompts.library.library import PromptLibrary
from workbench.prompts.samples import SampleSets
from workbench.service.workbench import Workbench
from workbench.settings import Paths

TEXT = "---\nname: Sums\n---\nuser:\n{{ x }}\n"


@pytest.fixture
def places(paths: Paths, tmp_path: Path) -> Paths:
    """A shipped and a read-only folder, each with a prompt in a subfolder and sample sets."""
    shipped, locked = tmp_path / "shipped", tmp_path / "locked"
    for root in (shipped, locked):
        (root / "math").mkdir(parents=True)
        (root / "math" / "sums.prompty").write_text(TEXT)
        (root / "math" / "sums.samples.yaml").write_text("one:\n  x: '1'\n")
    data = tmp_path / "data-sets"
    data.mkdir()
    (data / "rows.jsonl").write_text("{}\n")
    for place in [*sorted(locked.rglob("*"), reverse=True), locked]:
        place.chmod(0o555 if place.is_dir() else 0o444)
    return replace(paths, shipped_prompts=shipped, shipped_data=data, extra_prompts=(locked,))


def tree(*roots: Path) -> dict[str, bytes]:
    found = [path for root in roots for path in root.rglob("*")]
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in found}


def roads(core: Workbench, prompt: Path, own: Path) -> dict[str, Callable[[], object]]:
    """A call of every method of library, sample sets and service that writes, at one prompt.

    Args:
        core: the service.
        prompt: the prompt that must stay as it is.
        own: a prompt that may be changed.
    """
    library, samples = core._core.prompt_library, core._core.sample_sets
    path, folder, sha = str(prompt), str(prompt.parent), library.read(str(prompt)).sha256
    trashed = library.trash(library.create("old").path)
    preview = ImportPreview(
        path="x.json", format="openai", prompts=(ImportedPrompt(name="n", text="user:\nx\n"),)
    )
    return {
        "library.save": lambda: library.save(path, "x", sha),
        "library.create": lambda: library.create("new", folder),
        "library.rename": lambda: library.rename(path, "other"),
        "library.move": lambda: library.move(str(own), folder),
        "library.import_file": lambda: library.import_file(str(own), folder),
        "library.trash": lambda: library.trash(path),
        "library.restore": lambda: library.restore(
            Trashed(path=str(prompt.parent / "old.prompty"), where=trashed)
        ),
        "library.tag": lambda: library.tag(path, ("a",)),
        "library.create_folder": lambda: library.create_folder(folder, "new"),
        "library.rename_folder": lambda: library.rename_folder(folder, "other"),
        "library.move_folder": lambda: library.move_folder(folder, str(own.parent)),
        "library.trash_folder": lambda: library.trash_folder(folder),
        "library.remove_empty": lambda: library.remove_empty([folder]),
        # These write into the user's own folders and leave the prompt as it is.
        "library.duplicate": lambda: library.duplicate(path),
        "library.own_copy": lambda: library.own_copy(path, "x"),
        "samples.save": lambda: samples.save(path, "two", {"x": "2"}, "", -1),
        "samples.rename": lambda: samples.rename(path, "one", "three", ""),
        "samples.delete": lambda: samples.delete(path, "one", ""),
        "samples.rename_input": lambda: samples.rename_input(path, "x", "y"),
        "samples.follow": lambda: samples.follow(path, str(prompt.with_stem("other"))),
        "service.save_prompt": lambda: core.prompt_files.save(path, "x", sha),
        "service.create_prompt": lambda: core.prompt_files.create("new", folder),
        "service.duplicate_prompt": lambda: core.prompt_files.duplicate(path),
        "service.save_own_copy": lambda: core.prompt_files.save_own_copy(
            Draft(path=path, text="x", base_sha256=sha)
        ),
        "service.rename_prompt": lambda: core.prompt_files.rename(path, "other"),
        "service.trash_prompt": lambda: core.prompt_files.trash(path),
        "service.tag_prompt": lambda: core.prompt_files.tag(path, ("a",)),
        "service.move_prompt": lambda: core.library.move(str(own), folder),
        "service.import_prompt": lambda: core.library.import_file(str(own), folder),
        "service.create_folder": lambda: core.library.create_folder(folder, "new"),
        "service.rename_folder": lambda: core.library.rename_folder(folder, "other"),
        "service.move_folder": lambda: core.library.move_folder(folder, str(own.parent)),
        "service.trash_folder": lambda: core.library.trash_folder(folder),
        "service.restore_trashed": lambda: core.library.restore(
            Trashed(path=str(prompt.parent / "old.prompty"), where=trashed)
        ),
        "service.save_sample_set": lambda: core.samples.save(path, "two", {"x": "2"}, ""),
        "service.rename_sample_set": lambda: core.samples.rename(path, "one", "three", ""),
        "service.delete_sample_set": lambda: core.samples.delete(path, "one", ""),
        "service.save_export": lambda: core.exchange.save_export(
            str(own), "prompty", path, replace=True
        ),
        "service.export_bundle": lambda: core.exchange.export_bundle(
            [str(own)], path, replace=True
        ),
        "service.import_prompts": lambda: core.exchange.import_prompts(preview, [0], "math"),
    }


READS = {
    "library": "judge_prompt show ensure_not_added listing listing_so_far unread learn search"
    " prepare_search missing_folders read strategy_prompt sources shared_files",
    "samples": "read",
}


@pytest.mark.parametrize("kind", ["shipped", "read-only"])
def test_no_road_writes_what_must_stay_as_it_is(places: Paths, kind: str) -> None:
    root = places.shipped_prompts if kind == "shipped" else places.extra_prompts[0]
    mine = {
        "duplicate",
        "own_copy",
        "duplicate_prompt",
        "save_own_copy",
        "import_prompts",
        "follow",
    }

    async def work(core: Workbench) -> None:
        own = Path((await core.prompt_files.create("mine")).path)
        calls = roads(core, root / "math" / "sums.prompty", own)
        before = tree(root)
        for name, call in calls.items():
            area, _, method = name.partition(".")
            try:
                result = call()
                if isinstance(result, Awaitable):
                    await result
            except ReadOnlyError:
                refused = True
            except LibraryError:
                refused = area == "samples" or "sample" in method  # there is no own set yet
            else:
                refused = False
            assert tree(root) == before, name
            assert refused or method in mine or "sample" in name, name

    with_core(places, work)


def test_every_method_that_writes_is_a_road(places: Paths) -> None:
    async def names(core: Workbench) -> set[str]:
        own = Path((await core.prompt_files.create("mine")).path)
        return set(roads(core, places.shipped_prompts / "math" / "sums.prompty", own))

    known = with_core(places, names)
    for area, of in (("library", PromptLibrary), ("samples", SampleSets)):
        public = {n for n, _ in inspect.getmembers(of, inspect.isfunction) if n[0] != "_"}
        walked = {name.split(".")[1] for name in known if name.startswith(area)}
        assert public - set(READS[area].split()) == walked


def test_nothing_but_the_check_writes_files_of_the_library() -> None:
    below = Path(inspect.getfile(PromptLibrary)).parent.parent
    callers = {
        path.relative_to(below).as_posix()
        for path in below.rglob("*.py")
        for word in ("write_file(", "move_path(", ".write_text(", ".rename(", ".unlink(")
        if word in path.read_text()
    }
    assert callers <= {
        "file_io.py",
        "library/roots.py",
        "library/index.py",
        "formats/import_files.py",
    }


def test_a_link_to_a_shipped_prompt_is_not_written_but_can_be_moved(places: Paths) -> None:
    shipped = places.shipped_prompts / "math" / "sums.prompty"

    async def work(core: Workbench) -> str:
        link = places.prompts / "link.prompty"
        link.symlink_to(shipped)
        file = await core.prompt_files.read(str(link))
        with pytest.raises(ReadOnlyError, match="came with the program"):
            await core.prompt_files.save(str(link), "x", file.sha256)
        return (await core.prompt_files.rename(str(link), "other")).path

    moved = with_core(places, work)
    assert shipped.read_text() == TEXT
    assert Path(moved).resolve() == shipped


def test_shipped_data_is_not_written(places: Paths) -> None:
    rows = places.shipped_data / "rows.jsonl"

    async def work(core: Workbench) -> None:
        made = await core.prompt_files.create("mine")
        with pytest.raises(ReadOnlyError):
            await core.exchange.save_export(made.path, "prompty", str(rows), replace=True)

    with_core(places, work)
    assert rows.read_text() == "{}\n"


def test_an_own_copy_takes_all_with_it_and_can_be_taken_back(places: Paths) -> None:
    path = str(places.shipped_prompts / "math" / "sums.prompty")

    async def work(core: Workbench) -> None:
        file = await core.prompt_files.read(path)
        await core.samples.save(path, "two", {"x": "2"}, "")
        await core._core.store.write(versions.record_all, path, ("older text", "run"))
        draft = Draft(path=path, text=TEXT + "more\n", base_sha256=file.sha256, variables={"x": 7})
        await core.prompt_files.save_draft(draft)

        made = await core.prompt_files.save_own_copy(draft)

        assert Path(made.file.path) == places.prompts / "math" / "sums.prompty"
        assert (await core.prompt_files.read(made.file.path)).text == TEXT + "more\n"
        assert (await core.prompt_files.read(path)).text == TEXT
        sets = {each.name: each.values for each in (await core.samples.read(made.file.path)).sets}
        assert sets == {"one": {"x": "1"}, "two": {"x": "2"}}
        copied = [
            (await core.versions.read(made.file.path, each.number), each.origin)
            for each in await core.versions.all(made.file.path)
        ]
        assert copied == [(TEXT + "more\n", "saved"), (TEXT, "imported"), ("older text", "run")]
        (kept,) = await core.prompt_files.drafts()
        assert (kept.path, kept.text, kept.variables) == (made.file.path, made.file.text, {"x": 7})

        await core.prompt_files.undo_own_copy(made)

        assert not (places.prompts / "math").exists()
        assert draft in await core.prompt_files.drafts()
        assert [
            each.path for each in await core.library.entries() if each.path == made.file.path
        ] == []

    with_core(places, work)


def test_undo_of_an_own_copy_leaves_a_folder_that_was_there_or_is_used(places: Paths) -> None:
    path = str(places.shipped_prompts / "math" / "sums.prompty")
    folder = places.prompts / "math"

    async def work(core: Workbench) -> None:
        draft = Draft(path=path, text="x", base_sha256=(await core.prompt_files.read(path)).sha256)
        made = await core.prompt_files.save_own_copy(draft)
        assert made.folders == (str(folder),)
        await core.prompt_files.create("mine", str(folder))
        await core.prompt_files.undo_own_copy(made)
        assert [each.name for each in folder.iterdir()] == ["mine.prompty"]
        (folder / "mine.prompty").unlink()
        made = await core.prompt_files.save_own_copy(draft)
        assert made.folders == ()
        await core.prompt_files.undo_own_copy(made)
        assert folder.is_dir()

    with_core(places, work)


def test_a_second_own_copy_has_a_name_of_its_own(places: Paths) -> None:
    path = str(places.shipped_prompts / "math" / "sums.prompty")

    async def work(core: Workbench) -> list[str]:
        draft = Draft(path=path, text="x", base_sha256=(await core.prompt_files.read(path)).sha256)
        return [
            Path((await core.prompt_files.save_own_copy(draft)).file.path).name for _ in range(3)
        ]

    assert with_core(places, work) == ["sums.prompty", "sums-copy.prompty", "sums-copy-2.prompty"]
