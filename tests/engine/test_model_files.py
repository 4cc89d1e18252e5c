"""Files that are no model are refused with the reason (R10)."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from workbench.domain.errors import (
    ModelError,
    ModelFileError,
    ModelNotFoundError,
    NotEnoughMemoryError,
    UnsupportedModelError,
)
from workbench.domain.text import size_text
from workbench.domain.views import LoadSettings
from workbench.models.details import require_memory
from workbench.models.memory import estimate as memory_estimate
from workbench.models.memory.machine import Memory

from .asking import ask, chat, gguf, request_of, starter_model

TINY = LoadSettings(context_tokens=512, sequences=2, threads=1)


@pytest.fixture(scope="module")
def whole() -> bytes:
    """The starter model's file."""
    return Path(starter_model()).read_bytes()


@pytest.mark.model
async def test_missing_files_and_folders(engine, tmp_path):
    with pytest.raises(ModelNotFoundError, match="no such file"):
        await engine.load(str(tmp_path / "none.gguf"), TINY)
    with pytest.raises(ModelFileError, match="folder"):
        await engine.load(str(tmp_path), TINY)


@pytest.mark.model
async def test_an_unknown_architecture_is_named(engine, tmp_path):
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf("starship", bytes(64)))
    with pytest.raises(UnsupportedModelError, match="starship"):
        await engine.load(str(path), TINY)
    assert engine.model is None


@pytest.mark.model
async def test_damaged_files_are_refused_and_the_worker_lives(engine, tmp_path, whole):
    path = tmp_path / "model.gguf"
    damaged = [whole[:size] for size in (30, 5_000, 1_000_000, 40_000_000, len(whole) - 100)]
    damaged.append(b"GGUF" + random.Random(2).randbytes(5000))
    damaged.append(gguf("llama"))
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(ModelError) as caught:
            await engine.load(str(path), TINY)
        assert str(caught.value).startswith(str(path))
        assert str(caught.value).endswith(".")
    await engine.load(starter_model(), TINY)
    assert (await ask(engine, request_of(chat("Hello"), max_tokens=4))).done


@pytest.mark.model
async def test_a_context_beyond_all_memory_is_refused_and_the_loaded_one_stays(engine):
    model = await engine.load(starter_model(), TINY)
    settings = LoadSettings(context_tokens=2_000_000_000, sequences=2)
    with pytest.raises(NotEnoughMemoryError, match=r"smaller context"):
        await engine.load(starter_model(), settings)
    assert engine.model == model


def test_what_does_not_fit_is_refused_in_numbers_before_it_is_loaded(monkeypatch):
    """The compute buffers of a large context are more than its cells."""
    settings = LoadSettings(context_tokens=1_048_576)
    path = starter_model()
    free = Memory(total_bytes=1 << 40, free_bytes=1 << 40)
    monkeypatch.setattr(memory_estimate, "memory", lambda: free)
    needed = require_memory(path, settings)
    assert needed.compute_bytes > 5e9
    free = Memory(total_bytes=1 << 40, free_bytes=needed.weights_bytes + needed.kv_bytes)
    with pytest.raises(NotEnoughMemoryError) as caught:
        require_memory(path, settings)
    sentence = str(caught.value)
    assert f"needs {size_text(needed.total_bytes)}" in sentence
    assert f"{size_text(free.free_bytes)} are free" in sentence
    assert require_memory(path, TINY).fit == "Fits"


@pytest.mark.model
async def test_a_file_that_is_no_model_leaves_the_loaded_one_alone(engine, tmp_path):
    model = await engine.load(starter_model(), TINY)
    for name, content in (
        ("empty.gguf", b""),
        ("short.gguf", b"GGUF\3\0\0"),
        ("random.gguf", random.Random(1).randbytes(5000)),
        ("archive.gguf", b"PK\3\4" + bytes(5000)),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(ModelFileError) as caught:
            await engine.load(str(path), TINY)
        assert name in str(caught.value)
    assert engine.model.path == model.path
    assert (await ask(engine, request_of(chat("Hello"), max_tokens=4))).done


@pytest.mark.model
async def test_a_file_that_was_replaced_is_loaded_again(engine, tmp_path, whole):
    path = tmp_path / "model.gguf"
    path.write_bytes(whole)
    await engine.load(str(path), TINY)
    new = tmp_path / "new.gguf"
    new.write_bytes(whole + bytes(64))
    new.replace(path)
    loaded = engine.model
    assert (await ask(engine, request_of(chat("Hello"), max_tokens=4))).done
    assert engine.model is not loaded
