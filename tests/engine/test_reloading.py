"""Loading in the middle of an answer never ends it as if it were whole."""

from __future__ import annotations

import asyncio
import os
import shutil

import pytest

from workbench.domain.errors import EngineError
from workbench.domain.views import LoadSettings
from workbench.engine.protocol import TextDelta

from .asking import ask, chat, request_of, starter_model

pytestmark = pytest.mark.model
TINY = LoadSettings(context_tokens=1024, sequences=2, threads=1)
LONG = request_of(chat("Count from one to a hundred."), mode="strict", max_tokens=60)


async def begun(engine):
    """An answer that has its first words, as a task."""
    first = asyncio.Event()

    async def run():
        text = ""
        async for frame in engine.generate(LONG):
            if isinstance(frame, TextDelta):
                text += frame.text
                first.set()
        return text

    task = asyncio.create_task(run())
    await first.wait()
    return task


async def test_an_answer_that_loses_its_model_fails(engine):
    await engine.load(starter_model(), TINY)
    task = await begun(engine)
    await engine.load(starter_model(), LoadSettings(context_tokens=512, sequences=2, threads=1))
    with pytest.raises(EngineError, match="unloaded in the middle"):
        await task
    assert (await ask(engine, request_of(chat("Hello"), max_tokens=4))).done


async def test_a_file_that_changes_is_loaded_when_the_answers_are_done(engine, tmp_path):
    path = shutil.copy(starter_model(), tmp_path / "model.gguf")
    loaded = await engine.load(str(path), TINY)
    whole = (await ask(engine, LONG)).texts[0]
    task = await begun(engine)
    os.utime(path, (1, 1))
    assert await engine.tokenize(chat("Hello"))
    assert (await engine.load(str(path), TINY)).path == loaded.path
    assert await task == whole
    before = engine.model
    assert await engine.tokenize(chat("Hello"))
    assert engine.model is not before
