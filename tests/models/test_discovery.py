"""Finding models by folder, name and path."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workbench.domain.errors import ModelNotFoundError
from workbench.models import details, discovery
from workbench.models.gguf_header import read_header
from workbench.models.memory import estimate
from workbench.settings import Paths, starter_model


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    found = Paths.default(tmp_path / "home")
    found.create()
    return found


def test_the_starter_model_comes_first_and_bad_files_carry_their_reason(paths):
    (paths.models / "sub").mkdir()
    (paths.models / "sub" / "broken.gguf").write_bytes(b"GGUF nothing")
    (paths.models / "half.gguf.part").write_bytes(b"GGUF")
    (paths.models / "big-00002-of-00003.gguf").write_bytes(b"GGUF")
    starter, broken = discovery.list_models(paths)
    assert starter.source == "starter"
    assert starter.error == ""
    assert broken.name == "broken"
    assert "damaged" in broken.error


def test_a_name_part_of_a_name_and_a_path_all_find_it(paths):
    starter = starter_model()
    assert starter is not None
    for ref in (starter.stem, starter.stem.lower()[:8], str(starter)):
        assert Path(discovery.find_model(paths, ref).path) == starter.resolve()


def test_an_unknown_name_says_which_there_are(paths):
    with pytest.raises(ModelNotFoundError, match="SmolLM2"):
        discovery.find_model(paths, "qwen")
    with pytest.raises(ModelNotFoundError, match="no such file"):
        discovery.find_model(paths, "/nowhere/model.gguf")


def test_an_ambiguous_name_is_not_guessed(paths):
    starter = starter_model()
    assert starter is not None
    shutil.copy(starter, paths.models / "SmolLM2-copy.gguf")
    with pytest.raises(ModelNotFoundError, match="more than one"):
        discovery.find_model(paths, "smollm2")


def test_details_hold_the_template_and_the_memory(paths):
    entry = discovery.list_models(paths)[0]
    found = details.inspect(entry, 4096)
    assert "im_start" in found.chat_template
    assert found.memory.kv_bytes == 30 * 3 * 128 * 4096 * 2
    assert found.memory.weights_bytes < entry.file_bytes
    assert found.memory.total_bytes > found.memory.weights_bytes


def test_memory_grows_with_the_context_alone():
    header = read_header(str(starter_model()))
    small, large = estimate(header, 1024), estimate(header, 4096)
    assert large.kv_bytes == 4 * small.kv_bytes
    assert large.weights_bytes == small.weights_bytes
