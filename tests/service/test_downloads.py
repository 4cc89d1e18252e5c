"""Getting a model from a hub on loopback, on good days and bad ones."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from pathlib import Path

import pytest

from tests.models.crafting import gguf
from tests.models.hub_server import REPOSITORY, Hub, serving
from workbench.domain.errors import DownloadError, UsageError
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench

FILES = {
    "README.md": b"# Tiny",
    "tiny-Q4_K_M.gguf": gguf(rows=4_000),
    "tiny-Q8_0.gguf": gguf(rows=8_000),
    "big/tiny-F16-00001-of-00002.gguf": gguf(rows=5_000),
    "big/tiny-F16-00002-of-00002.gguf": gguf(rows=6_000),
}


@pytest.fixture
def hub(monkeypatch, tmp_path):
    with serving(dict(FILES)) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.address)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        yield served


@pytest.fixture
async def core(paths):
    made = Workbench(paths, engine=SimulatedEngine())
    await made.open()
    yield made
    await made.close()


def parts(core: Workbench) -> list[Path]:
    return [path for path in core.paths.models.rglob("*") if path.suffix == ".part"]


def wait_for_bytes(core: Workbench) -> None:
    while not any(part.stat().st_size for part in parts(core)):
        time.sleep(0.02)


def content(path: str | Path) -> bytes:
    return Path(path).read_bytes()


def replace(path: Path, raw: bytes) -> None:
    path.write_bytes(raw)


async def test_the_model_files_of_a_repository_are_listed_with_their_sizes(core, hub: Hub):
    files = await core.downloads.files(REPOSITORY)
    assert [(file.name, file.parts) for file in files] == [
        ("tiny-Q4_K_M.gguf", 1),
        ("tiny-Q8_0.gguf", 1),
        ("big/tiny-F16-00001-of-00002.gguf", 2),
    ]
    assert files[0].bytes == len(FILES["tiny-Q4_K_M.gguf"])
    assert files[2].bytes == sum(len(raw) for name, raw in FILES.items() if "F16" in name)
    linked = await core.downloads.files(f"{hub.address}/{REPOSITORY}/blob/main/tiny-Q8_0.gguf?x=1")
    assert [file.name for file in linked] == ["tiny-Q8_0.gguf"]


async def test_a_model_is_got_and_listed(core, hub):
    reported = []
    path = await core.downloads.get(REPOSITORY, "q4_k_m", reported.append)
    assert Path(path) == core.paths.models / "maker" / "tiny-GGUF" / "tiny-Q4_K_M.gguf"
    assert content(path) == FILES["tiny-Q4_K_M.gguf"]
    assert reported[-1].done_bytes == reported[-1].total_bytes == len(FILES["tiny-Q4_K_M.gguf"])
    assert "tiny-Q4_K_M" in {entry.name for entry in await core.model_files.all()}
    assert parts(core) == []


async def test_all_parts_of_a_split_model_are_got(core, hub):
    path = await core.downloads.get(REPOSITORY, "F16")
    entry = await core.models.find(path)
    assert (entry.parts, entry.error) == (2, "")


async def test_a_connection_that_breaks_is_made_again_where_it_broke(core, hub):
    hub.break_after = [100_000, 50_000]
    path = await core.downloads.get(REPOSITORY, "Q4_K_M")
    assert content(path) == FILES["tiny-Q4_K_M.gguf"]
    assert [asked for _, asked in hub.asked] == ["", "bytes=100000-", "bytes=150000-"]


async def test_a_server_that_cannot_continue_sends_everything_again(core, hub):
    hub.break_after, hub.ranges = [100_000], False
    path = await core.downloads.get(REPOSITORY, "Q4_K_M")
    assert content(path) == FILES["tiny-Q4_K_M.gguf"]


async def test_a_cancelled_download_goes_on_where_it_stood(core, hub):
    hub.pause = threading.Event()
    getting = asyncio.create_task(core.downloads.get(REPOSITORY, "Q8_0"))
    await asyncio.to_thread(wait_for_bytes, core)
    getting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await getting
    (part,) = parts(core)
    kept = part.stat().st_size
    assert not (part.parent / "tiny-Q8_0.gguf").exists()
    assert all(entry.error == "" for entry in await core.model_files.all())
    hub.pause.set()
    path = await core.downloads.get(REPOSITORY, "Q8_0")
    assert content(path) == FILES["tiny-Q8_0.gguf"]
    assert hub.asked[-1] == ("tiny-Q8_0.gguf", f"bytes={kept}-")
    assert parts(core) == []


async def test_a_wrong_checksum_is_found_and_nothing_of_it_stays(core, hub):
    hub.wrong_checksum = True
    with pytest.raises(DownloadError, match="another checksum"):
        await core.downloads.get(REPOSITORY, "Q4_K_M")
    assert [path for path in core.paths.models.rglob("*") if path.is_file()] == []


async def test_what_is_there_is_never_written_over(core, hub):
    path = Path(await core.downloads.get(REPOSITORY, "Q4_K_M"))
    asked = len(hub.asked)
    assert await core.downloads.get(REPOSITORY, "Q4_K_M") == str(path)
    assert len(hub.asked) == asked
    replace(path, b"my own")
    with pytest.raises(DownloadError, match="not written over"):
        await core.downloads.get(REPOSITORY, "Q4_K_M")
    assert content(path) == b"my own"


async def test_a_file_of_the_right_size_with_other_bytes_is_not_taken_for_it(core, hub):
    path = Path(await core.downloads.get(REPOSITORY, "Q4_K_M"))
    damaged = bytearray(content(path))
    damaged[len(damaged) // 2] ^= 1
    replace(path, bytes(damaged))
    with pytest.raises(DownloadError, match="not written over"):
        await core.downloads.get(REPOSITORY, "Q4_K_M")
    assert content(path) == bytes(damaged)


async def test_the_same_download_twice_at_once_is_one_download(core, hub):
    hub.pause = threading.Event()
    first = asyncio.create_task(core.downloads.get(REPOSITORY, "Q8_0"))
    await asyncio.to_thread(wait_for_bytes, core)
    with pytest.raises(DownloadError, match="being downloaded already"):
        await core.downloads.get(REPOSITORY, "Q8_0")
    hub.pause.set()
    assert content(await first) == FILES["tiny-Q8_0.gguf"]
    assert len(hub.asked) == 1
    assert parts(core) == []


async def test_a_split_model_with_a_missing_part_is_not_got(core, hub):
    del hub.files["big/tiny-F16-00002-of-00002.gguf"]
    with pytest.raises(DownloadError, match="only 1 of its 2 parts"):
        await core.downloads.get(REPOSITORY, "F16")
    assert hub.asked == []


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "no such repository"), (401, "HF_TOKEN"), (403, "HF_TOKEN"), (418, "HTTP 418")],
)
async def test_a_refusal_is_one_sentence(core, hub, status, words):
    hub.status = status
    with pytest.raises(DownloadError, match=words) as failed:
        await core.downloads.files(REPOSITORY)
    assert str(failed.value).count("\n") == 0


async def test_without_a_network_it_is_one_sentence(core, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(DownloadError, match="cannot be reached"):
        await core.downloads.files(REPOSITORY)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(DownloadError, match="HF_HUB_OFFLINE"):
        await core.downloads.files(REPOSITORY)


async def test_what_answers_in_place_of_a_hub_is_said(core, hub, monkeypatch):
    monkeypatch.setattr(hub, "listing", lambda: ["log in, please"])
    with pytest.raises(DownloadError, match="no model hub"):
        await core.downloads.files(REPOSITORY)


async def test_names_that_fit_none_or_several_are_refused(core, hub):
    with pytest.raises(UsageError, match=r"several files.*tiny-Q8_0"):
        await core.downloads.get(REPOSITORY)
    with pytest.raises(UsageError, match="no file like 'Q2_K'"):
        await core.downloads.get(REPOSITORY, "Q2_K")
    with pytest.raises(UsageError, match="no repository"):
        await core.downloads.files("tiny")
    hub.files = {"README.md": b""}
    with pytest.raises(UsageError, match=r"no \.gguf files"):
        await core.downloads.get(REPOSITORY)


async def test_a_name_that_leads_elsewhere_stays_in_the_folder(core, hub):
    hub.files = {"../../../outside.gguf": FILES["tiny-Q4_K_M.gguf"]}
    with pytest.raises(DownloadError):  # the server has it under no path that can be asked for
        await core.downloads.get(REPOSITORY)
    assert not (core.paths.data.parent / "outside.gguf").exists()


def test_a_full_disk_is_said_before_anything_is_got(hub, tmp_path, monkeypatch):
    from workbench.models.hub import download as getting  # noqa: PLC0415 - takes a second

    free = shutil._ntuple_diskusage(100, 100, 0)
    monkeypatch.setattr(getting.shutil, "disk_usage", lambda _path: free)
    with pytest.raises(DownloadError, match="make room"):
        getting.get(REPOSITORY, "Q4_K_M", tmp_path, lambda _progress: None)
    assert hub.asked == []


def test_a_disk_that_fills_up_keeps_what_came(hub, tmp_path, monkeypatch):
    from workbench.models.hub import download as getting  # noqa: PLC0415 - takes a second

    write = getting._Download._fetch_once

    def full(self, stream):
        stream.write(FILES["tiny-Q4_K_M.gguf"][:1000])
        self._done = 1000
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(getting._Download, "_fetch_once", full)
    with pytest.raises(DownloadError, match="No space left on device"):
        getting.get(REPOSITORY, "Q4_K_M", tmp_path, lambda _progress: None)
    monkeypatch.setattr(getting._Download, "_fetch_once", write)
    path = getting.get(REPOSITORY, "Q4_K_M", tmp_path, lambda _progress: None)
    assert content(path) == FILES["tiny-Q4_K_M.gguf"]
    assert hub.asked == [("tiny-Q4_K_M.gguf", "bytes=1000-")]
