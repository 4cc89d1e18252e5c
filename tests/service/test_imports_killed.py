"""Imports of programs that were killed or stopped: whole conversations, and the rest next time."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.chatting import write_export
from workbench.domain.transcripts import NOT_REACHED, ImportedItem, ImportProgress, ImportReport
from workbench.history.search import indexing
from workbench.service import Workbench
from workbench.service.transcripts import importing
from workbench.settings import Paths
from workbench.transcripts import splitting

ROOT = Path(__file__).parents[2]
CONVERSATIONS, MESSAGES = 60, 8
"""Of the export that ``write_export`` makes."""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "conversations.json"
    write_export(path)
    return path


async def stored(core: Workbench) -> dict[str, int]:
    """How many messages each conversation has, by its title."""
    found = {}
    for each in await core.chats.all():
        transcript = await core.exporting.transcript(each.conversation_id)
        assert each.title not in found
        found[each.title] = len(transcript.messages)
    return found


@pytest.mark.timeout(300)
@pytest.mark.parametrize("after", [0, 7, 40])
async def test_after_a_kill_while_it_saves_the_next_import_has_all_of_it_once(
    tmp_path, export, after
):
    home = tmp_path / "home"
    done = await asyncio.to_thread(
        subprocess.run,
        [
            sys.executable, "-m", "tests.service.importing_process",
            str(home), str(export), str(after),
        ],
        cwd=ROOT,
        check=False,
        capture_output=True,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    core = Workbench(Paths.default(home))
    await core.open()
    try:
        before = await stored(core)
        assert len(before) <= after
        assert set(before.values()) <= {MESSAGES}
        report = await core.importing.run([str(export)])
        assert report.count("unchanged") == len(before)
        assert report.count("imported") == CONVERSATIONS - len(before)
        after_all = await stored(core)
        assert len(after_all) == CONVERSATIONS
        assert set(after_all.values()) == {MESSAGES}
    finally:
        await core.close()


@pytest.fixture
async def core(tmp_path: Path) -> Any:
    workbench = Workbench(Paths.default(tmp_path / "home"))
    await workbench.open()
    yield workbench
    await workbench.close()


async def test_a_stopped_import_says_how_many_it_saved_and_how_many_not(core, export, monkeypatch):
    monkeypatch.setattr(importing, "SAVE_SECONDS", 0.0)  # one conversation in a transaction

    def stop(progress: ImportProgress) -> None:
        if progress.doing == "saving" and progress.done == 5:
            core.importing.stop()

    report = await core.importing.run([str(export)], stop)
    saved = report.count("imported")
    assert saved >= 5
    assert report.summary == f"{saved} imported; cancelled, {CONVERSATIONS - saved} not saved"
    found = await stored(core)
    assert len(found) == saved
    assert set(found.values()) == {MESSAGES}


async def test_several_conversations_are_saved_together(core, export, monkeypatch):
    monkeypatch.setattr(importing, "SAVE_SECONDS", 600.0)
    seen: list[ImportProgress] = []
    await core.importing.run([str(export)], seen.append)
    places = [each.done for each in seen if each.doing == "saving"]
    assert places == [0, importing._SAVED_TOGETHER, CONVERSATIONS]
    assert len(await stored(core)) == CONVERSATIONS


async def test_a_large_file_is_read_ahead_in_the_order_of_the_file(core, export, monkeypatch):
    small = await core.importing.run([str(export)])
    monkeypatch.setattr(importing, "_LARGE_BYTES", 1)
    monkeypatch.setattr(importing, "_BATCH_BYTES", 10_000)
    seen: list[ImportProgress] = []
    large = await core.importing.run([str(export)], seen.append)
    assert [each.title for each in large.items] == [each.title for each in small.items]
    assert large.count("unchanged") == CONVERSATIONS
    assert any(each.total == export.stat().st_size for each in seen if each.doing == "reading")


async def test_the_index_has_an_import_once_it_ended(core, export):
    await core.importing.run([str(export)])
    for _ in range(2000):
        if (await core._core.store.read(indexing.state)).is_whole:
            break
        await asyncio.sleep(0.05)
    found = await core.chats.all("imported 59 7")
    assert [each.title for each in found] == ["Imported 59"]


def test_progress_has_the_count_and_how_long_it_goes_on():
    reading = ImportProgress(
        doing="reading", name="a.json", done=8_000_000, total=30_000_000, found=1200,
        seconds_left=12.4,
    )  # fmt: skip
    assert reading.text == ("Reading a.json: 8 MB of 30 MB, 1,200 conversations so far, 12 s left")
    saving = ImportProgress(doing="saving", name="Maps", done=3, total=7000)
    assert saving.text == "Saving 4 of 7,000 conversations: Maps"


def test_a_report_of_nothing_but_cancelled_conversations():
    items = (ImportedItem(outcome="skipped", title="a", reason=NOT_REACHED),)
    report = ImportReport(items=items, cancelled=True)
    assert report.summary == "Nothing imported; cancelled, 1 not saved"


def test_texts_with_brackets_and_quotes_do_not_end_a_value(tmp_path):
    data = rb'[{"a": "}]\"]{", "b": ["\\"]}, {"c": "\\\""}, {"d": 1}]'
    path = tmp_path / "a.json"
    path.write_bytes(data)
    for piece in range(1, len(data) + 2):
        scan, spans = splitting.Scan(mode="array", position=1), []
        with path.open("rb") as file:
            while scan.state == "more":
                scan = splitting.scan_on(file, scan, piece)
                spans += [data[start:end] for start, end in scan.spans]
        assert scan.state == "end"
        assert spans == [rb'{"a": "}]\"]{", "b": ["\\"]}', rb'{"c": "\\\""}', b'{"d": 1}']
