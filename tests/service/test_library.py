"""The library in the service: what is stored by path moves with the files."""

from __future__ import annotations

import asyncio

import pytest

from workbench.domain.errors import LibraryError, SandboxError, UsageError
from workbench.domain.prompts.library import RESULT_STATE, SAMPLES_STATE, Trashed
from workbench.domain.prompts.prompt import Draft
from workbench.engine.simulated import SimulatedEngine
from workbench.prompts.library import metadata as library_heads
from workbench.service import Workbench


def with_core(paths, work):
    async def session():
        core = Workbench(paths, engine=SimulatedEngine(lambda _prompt: ["x"]))
        await core.open()
        try:
            return await work(core)
        finally:
            await core.close()

    return asyncio.run(session())


def test_drafts_and_favourites_go_with_files_and_folders(paths):
    async def work(core):
        folder = await core.library.create_folder(str(paths.prompts), "one")
        made = await core.prompt_files.create("a", folder)
        other = await core.prompt_files.create("b", folder)
        await core.prompt_files.save_draft(
            Draft(path=made.path, text="mine", base_sha256=made.sha256)
        )
        await core.library.set_favourites([made.path, other.path], True)
        moved = await core.library.move(made.path, str(paths.prompts))
        renamed = await core.prompt_files.rename(moved.new, "c")
        await core.library.rename_folder(folder, "two")
        trashed = await core.library.trash_folder(str(paths.prompts / "two"))
        (paths.prompts / "two").mkdir()
        await core.library.restore(trashed)
        return renamed.path, await core.prompt_files.drafts(), await core.library.favourites()

    path, drafts, favourites = with_core(paths, work)
    assert path == str(paths.prompts / "c.prompty")
    assert [(draft.path, draft.text) for draft in drafts] == [(path, "mine")]
    assert favourites == {path, str(paths.prompts / "two-copy" / "b.prompty")}


def test_result_and_sample_set_go_with_a_folder_and_leave_nothing_behind(paths):
    async def work(core):
        folder = await core.library.create_folder(str(paths.prompts), "one")
        made = await core.prompt_files.create("a", folder)
        near = await core.prompt_files.create(
            "b", await core.library.create_folder(str(paths.prompts), "one two")
        )
        for path in (made.path, near.path):
            await core.session.keep(RESULT_STATE + path, {"run": 7})
            await core.session.keep(SAMPLES_STATE + path, "rolls")
        moved = await core.library.rename_folder(folder, "three")
        now = moved.place_of(made.path)
        return [
            [await core.session.get(kind + path) for kind in (RESULT_STATE, SAMPLES_STATE)]
            for path in (now, made.path, near.path)
        ]

    now, before, near = with_core(paths, work)
    assert now == [{"run": 7}, "rolls"]
    assert before == [None, None]
    assert near == [{"run": 7}, "rolls"]


def test_a_copy_takes_nothing_with_it(paths):
    shipped = str(paths.shipped_prompts / "classify" / "sentiment.prompty")

    async def work(core):
        await core.library.set_favourites([shipped], True)
        moved = await core.library.move(shipped, str(paths.prompts))
        return moved, await core.library.favourites()

    moved, favourites = with_core(paths, work)
    assert moved.copied
    assert favourites == {shipped}


def test_added_folders_are_shown_and_kept(paths, tmp_path):
    team = tmp_path / "team"
    team.mkdir()
    (team / "x.md").write_text("x")

    async def add(core):
        with pytest.raises(UsageError, match="no folder"):
            await core.library.add_folder(str(tmp_path / "none"))
        await core.library.add_folder(str(team))
        with pytest.raises(LibraryError, match="already"):
            await core.library.add_folder(str(team))

    async def names(core):
        return [entry.name for entry in await core.library.entries() if entry.root == str(team)]

    async def remove(core):
        await core.library.remove_folder(str(team))
        with pytest.raises(UsageError, match="was not added"):
            await core.library.remove_folder(str(team))
        return await names(core)

    with_core(paths, add)
    assert with_core(paths, names) == ["x.md"]
    assert with_core(paths, remove) == []
    assert (team / "x.md").exists()


def test_what_was_put_aside_comes_back(paths):
    async def work(core):
        made = await core.prompt_files.create("a")
        where = await core.prompt_files.trash(made.path)
        return made.path, await core.library.restore(Trashed(path=made.path, where=where))

    path, back = with_core(paths, work)
    assert path == back


HEAD = "---\nname: N{n}\ntags: [t{n}]\n---\nuser:\ntext {n}\n"


def write_prompts(folder, number):
    for n in range(number):
        (folder / f"p{n}.prompty").write_text(HEAD.format(n=n))


def own(listing):
    return [entry for entry in listing.entries if not entry.shipped]


def test_heads_are_read_in_the_sandbox_some_at_a_time(paths, monkeypatch):
    paths.create()
    write_prompts(paths.prompts, 5)

    def here(path, _text):
        raise AssertionError(f"{path} was read in this process")

    monkeypatch.setattr(library_heads, "head_of", here)

    async def work(core):
        listings = [await core.library.listing(most=0), await core.library.listing(most=3)]
        return (*listings, await core.library.listing())

    names, some, whole = with_core(paths, work)
    assert [entry.title for entry in own(names)] == [f"p{n}" for n in range(5)]
    assert names.pending
    assert some.pending
    assert sum(bool(entry.tags) for entry in some.entries) == 3
    assert [(entry.title, entry.tags) for entry in own(whole)] == [
        (f"N{n}", (f"t{n}",)) for n in range(5)
    ]
    assert not whole.pending


def test_heads_are_read_without_a_sandbox_too(paths, monkeypatch):
    paths.create()
    write_prompts(paths.prompts, 2)
    (paths.prompts / "damaged.prompty").write_bytes(b"\xff")

    async def refuse(*_args, **_options):
        raise SandboxError("no process")

    async def work(core):
        monkeypatch.setattr(core._core.pool, "call", refuse)
        return await core.library.listing()

    listing = with_core(paths, work)
    assert [entry.title for entry in own(listing)] == ["damaged", "N0", "N1"]
    assert "UTF-8" in own(listing)[0].problem
    assert not listing.pending


def test_a_search_sees_files_that_came_and_went_since_the_listing(paths):
    paths.create()
    write_prompts(paths.prompts, 2)

    async def names(core, text):
        return [hit.path.rpartition("/")[2] for hit in (await core.library.search(text)).hits]

    async def work(core):
        await core.library.listing()
        await core.library.prepare_search()
        found = [await names(core, "tag:t1")]
        made = await core.prompt_files.create("fresh", "", "user:\nzebra\n")
        found.append(await names(core, "zebra"))
        await core.prompt_files.trash(made.path)
        return [*found, await names(core, "zebra")]

    assert with_core(paths, work) == [["p1.prompty"], ["fresh.prompty"], []]
