"""What is kept where: every file below the data folder belongs to one part."""

from __future__ import annotations

import pytest

from workbench.service import Workbench


@pytest.fixture
async def core(paths):
    made = Workbench(paths)
    await made.open()
    yield made
    await made.close()


async def test_every_file_of_the_data_folder_is_counted_once(core, paths):
    for place, size in (
        ("prompts/a.prompty", 3), ("prompts/.trash/b.prompty", 5), ("models/x/m.gguf", 7),
        ("history.corrupt-20260101-000000.db", 11), ("backups/history-x.db", 13), ("stray", 17),
        ("window.ini", 19), ("logs/workbench.log", 23), ("data/rows.csv", 29),
    ):  # fmt: skip
        file = paths.data / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x" * size)
    report = await core.storage.report()
    sizes = {part.name: part.bytes for part in report.parts}
    expected = {"prompts": 3, "trash": 5, "models": 7, "aside": 11, "backups": 13, "other": 17,
                "window": 19, "logs": 23, "data": 29}  # fmt: skip
    assert {name: sizes[name] for name in expected} == expected
    everything = sum(each.stat().st_size for each in paths.data.rglob("*") if each.is_file())
    assert report.bytes == everything
    assert {part.name: part.rows for part in report.history}["runs"] == 0
