"""Whatever bytes of a history are damaged, the program starts and everything else is there."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.history.damage import overwrite
from workbench.domain.errors import StoreError, WorkbenchError
from workbench.domain.prompts.prompt import Draft
from workbench.domain.runs.run_state import fold_all
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.engine.simulated import SimulatedEngine
from workbench.history.tables import metadata
from workbench.service import ChatOptions, Workbench
from workbench.settings import Paths

ROUNDS = 80
_PROMPT = "user:\nWhat is {{ a }} and a half? Say a number."


def _engine() -> SimulatedEngine:
    return SimulatedEngine(lambda _prompt: ["A sum. Answer: 4", "Or else. Answer: 5"])


def _path() -> str:
    return str(Path("/prompts/sum.prompty").absolute())


async def _fill(paths: Paths) -> None:
    model = paths.data / "pretend.gguf"
    paths.create()
    model.write_bytes(b"")
    core = Workbench(paths, engine=_engine())
    await core.open()
    await core.models.load(str(model))
    for strategy in ("direct", "cot", "self_consistency", "tree_of_thought"):
        prompt = TemplatePrompt(_path(), _PROMPT, {"a": 2})
        run_id = await core.runs.start(RunSpec(prompt=prompt, strategy=strategy, seed=3))
        await core.runs.wait(run_id)
    chat = await core.chats.create()
    sent = await core.chats.send(chat.conversation_id, "Good morning", ChatOptions())
    assert sent.run_id is not None
    await core.runs.wait(sent.run_id)
    await core.prompt_files.save_draft(
        Draft(path="half.prompty", text="user:\nhalf", base_sha256="", variables={})
    )
    await core.session.keep("session", {"design": {"tabs": ["half.prompty"]}})
    await core.close()
    with closing(sqlite3.connect(paths.database)) as connection:
        connection.execute(
            "UPDATE run SET status = 'running', owner_pid = 0 "
            "WHERE id IN (2, (SELECT max(id) FROM run))"
        )
        connection.execute("DELETE FROM event WHERE type = 'run_finished' AND run_id = 2")
        connection.commit()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history with a run of each kind, two of them killed; a chat, a draft, a session."""
    folder = tmp_path_factory.mktemp("sound")
    asyncio.run(_fill(Paths.default(folder)))
    return folder / "history.db"


@pytest.fixture
def damaged(paths: Paths, sound: Path) -> Path:
    paths.create()
    shutil.copyfile(sound, paths.database)
    return paths.database


async def _use(paths: Paths) -> dict[str, Any]:
    """Open the service and read all that the window can show; only WorkbenchErrors of one thing."""
    core = Workbench(paths, engine=_engine())
    status = await core.open()
    try:
        runs = await core.history.list_runs(limit=1000)
        sentences = []
        for run in runs:
            time.localtime(run.started_at)
            assert all(isinstance(each, str) for each in (run.title, run.strategy, run.model))
            assert isinstance(run.completion_tokens, int)
            assert isinstance(run.seconds, float)
            state = await core.runs.load(run.run_id)
            state.best_path()
            sentences += [note.text for note in state.notes]
            for ask in (core.runs.spec(run.run_id), core.runs.events(run.run_id)):
                try:
                    await ask
                except WorkbenchError as error:
                    sentences.append(str(error))
        for hit in (await core.history.search("answer")).hits:
            time.localtime(hit.at)
        for chat in await core.chats.all() + await core.chats.all("morning"):
            time.localtime(chat.updated_at)
            for message in await core.chats.messages(chat.conversation_id):
                assert isinstance(message.text, str)
                assert message.role in {"system", "user", "assistant"}
                await core.chats.show_branch(chat.conversation_id, message.message_id)
        for version in await core.versions.all(_path()):
            try:
                await core.versions.read(_path(), version.number)
            except WorkbenchError as error:
                sentences.append(str(error))
        drafts = await core.prompt_files.drafts()
        assert all(isinstance(draft.variables, dict) for draft in drafts)
        await core.session.get("session", {})
        await core.library.favourites()
        await core.model_files.all()
        return {"runs": runs, "sentences": sentences, "status": status, "drafts": drafts}
    finally:
        await core.close()


async def _assert_works(paths: Paths) -> dict[str, Any]:
    """It opens, can be read, and a run made after that is kept."""
    try:
        return await _use(paths)
    except StoreError:  # damage that was only seen by reading: the next start repairs it
        return await _use(paths)


def _scatter(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(chance.choice((1, 5, 40))):
        content[chance.randrange(100, len(content))] = chance.randrange(256)
    path.write_bytes(content)


@pytest.mark.parametrize("seed", [*range(ROUNDS), 371])
async def test_random_bytes(paths: Paths, damaged: Path, seed: int) -> None:
    _scatter(damaged, random.Random(seed))
    await _assert_works(paths)


def _columns() -> Iterator[tuple[str, str]]:
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.name not in {"id", "run_id", "rowid"}:
                yield table.name, column.name


@pytest.mark.parametrize(("table", "column"), list(_columns()))
async def test_any_value_in_any_column(
    paths: Paths, sound: Path, damaged: Path, table: str, column: str
) -> None:
    values = ("x'ff'", "'{'", "'[1]'", "1e300", "-7", "9e18", "CAST(x'c3ff41' AS TEXT)")
    for value in values:
        shutil.copyfile(sound, damaged)
        with closing(sqlite3.connect(damaged)) as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            # A trigger could refuse the value, and a file without its triggers would be repaired.
            triggers = connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall()
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute(f"UPDATE OR IGNORE {table} SET {column} = {value}")
            for _, statement in triggers:
                connection.execute(statement)
            connection.commit()
        await _assert_works(paths)


async def test_one_byte_in_the_prompt_of_a_killed_run(paths: Paths, damaged: Path) -> None:
    with closing(sqlite3.connect(damaged)) as connection:
        payload = connection.execute("SELECT payload FROM prompt_text WHERE id = 1").fetchone()[0]
        harmed = payload.replace(b"half", b"h\xfflf")
        assert harmed != payload
        connection.execute("UPDATE prompt_text SET payload = ? WHERE id = 1", (harmed,))
        connection.execute("UPDATE run SET status = 'running', owner_pid = 0 WHERE id = 1")
        connection.commit()
    found = await _use(paths)
    assert found["status"].problem == ""
    assert len(found["runs"]) == 5
    first = next(run for run in found["runs"] if run.run_id == 1)
    assert first.status == "done"
    assert first.answer is not None
    assert first.answer.endswith("4")
    assert any(
        "A message of a prompt of this run is damaged" in each for each in found["sentences"]
    )


async def test_a_damaged_prompt_is_whole_again_when_it_is_sent_again(
    paths: Paths, damaged: Path
) -> None:
    with closing(sqlite3.connect(damaged)) as connection:
        connection.execute("UPDATE prompt_text SET payload = x'ff'")
        connection.execute("UPDATE template_text SET text = 'gone'")
        connection.commit()
    core = Workbench(paths, engine=_engine())
    await core.open()
    try:
        spec = await core.runs.spec(1)
        with pytest.raises(StoreError, match=r"Version 1 of .* is damaged"):
            await core.versions.read(spec.prompt.path, 1)
        again = await core.runs.start(spec)
        await core.runs.wait(again)
        texts = [fold_all(await core.runs.events(each)).calls["0/answer"] for each in (1, again)]
        assert texts[0].messages == texts[1].messages
        assert "and a half" in texts[1].messages[0].text
        assert await core.versions.read(spec.prompt.path, 1) == _PROMPT
    finally:
        await core.close()


@pytest.mark.parametrize("part", range(12))
async def test_a_stretch_of_noise(paths: Paths, damaged: Path, part: int) -> None:
    overwrite(damaged, part * damaged.stat().st_size // 12, 3000)  # noqa: ASYNC240
    await _assert_works(paths)
