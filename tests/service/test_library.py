"""The library as the faces see it: what is kept by path goes with the files."""

from __future__ import annotations

import asyncio

import pytest

from workbench.domain.errors import LibraryError, SandboxError, UsageError
from workbench.domain.library import Trashed
from workbench.domain.prompts import Draft
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.templates import library_heads


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
        folder = await core.create_folder(str(paths.prompts), "one")
        made = await core.create_prompt("a", folder)
        other = await core.create_prompt("b", folder)
        await core.save_draft(Draft(path=made.path, text="mine", base_sha256=made.sha256))
        await core.set_favourites([made.path, other.path], True)
        moved = await core.move_prompt(made.path, str(paths.prompts))
        renamed = await core.rename_prompt(moved.new, "c")
        await core.rename_folder(folder, "two")
        trashed = await core.trash_folder(str(paths.prompts / "two"))
        (paths.prompts / "two").mkdir()
        await core.restore_trashed(trashed)
        return renamed.path, await core.drafts(), await core.favourites()

    path, drafts, favourites = with_core(paths, work)
    assert path == str(paths.prompts / "c.prompty")
    assert [(draft.path, draft.text) for draft in drafts] == [(path, "mine")]
    assert favourites == {path, str(paths.prompts / "two-copy" / "b.prompty")}


def test_a_copy_takes_nothing_with_it(paths):
    shipped = str(paths.shipped_prompts / "classify" / "sentiment.prompty")

    async def work(core):
        await core.set_favourites([shipped], True)
        moved = await core.move_prompt(shipped, str(paths.prompts))
        return moved, await core.favourites()

    moved, favourites = with_core(paths, work)
    assert moved.copied
    assert favourites == {shipped}


def test_added_folders_are_shown_and_kept(paths, tmp_path):
    team = tmp_path / "team"
    team.mkdir()
    (team / "x.md").write_text("x")

    async def add(core):
        with pytest.raises(UsageError, match="no folder"):
            await core.add_library_folder(str(tmp_path / "none"))
        await core.add_library_folder(str(team))
        with pytest.raises(LibraryError, match="already"):
            await core.add_library_folder(str(team))

    async def names(core):
        return [entry.name for entry in await core.library() if entry.root == str(team)]

    async def remove(core):
        await core.remove_library_folder(str(team))
        with pytest.raises(UsageError, match="was not added"):
            await core.remove_library_folder(str(team))
        return await names(core)

    with_core(paths, add)
    assert with_core(paths, names) == ["x.md"]
    assert with_core(paths, remove) == []
    assert (team / "x.md").exists()


def test_what_was_put_aside_comes_back(paths):
    async def work(core):
        made = await core.create_prompt("a")
        where = await core.trash_prompt(made.path)
        return made.path, await core.restore_trashed(Trashed(path=made.path, where=where))

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
        listings = [await core.library_listing(most=0), await core.library_listing(most=3)]
        return (*listings, await core.library_listing())

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
        monkeypatch.setattr(core._pool, "call", refuse)
        return await core.library_listing()

    listing = with_core(paths, work)
    assert [entry.title for entry in own(listing)] == ["damaged", "N0", "N1"]
    assert "UTF-8" in own(listing)[0].problem
    assert not listing.pending


def test_a_search_sees_files_that_came_and_went_since_the_listing(paths):
    paths.create()
    write_prompts(paths.prompts, 2)

    async def names(core, text):
        return [hit.path.rpartition("/")[2] for hit in (await core.search_library(text)).hits]

    async def work(core):
        await core.library_listing()
        await core.prepare_search()
        found = [await names(core, "tag:t1")]
        made = await core.create_prompt("fresh", "", "user:\nzebra\n")
        found.append(await names(core, "zebra"))
        await core.trash_prompt(made.path)
        return [*found, await names(core, "zebra")]

    assert with_core(paths, work) == [["p1.prompty"], ["fresh.prompty"], []]
