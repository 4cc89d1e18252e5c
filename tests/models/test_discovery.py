"""Finding models by folder, name and path."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import msgspec
import pytest

from tests.models.crafting import write
from workbench.domain.errors import ModelFileError, ModelNotFoundError, UnsupportedModelError
from workbench.domain.views import Adapter, LoadSettings
from workbench.models import details
from workbench.models.discovery import scan as discovery
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
    found = details.inspect(entry, LoadSettings(context_tokens=4096))
    assert "im_start" in found.chat_template
    assert found.memory.kv_bytes == 30 * 3 * 128 * 4096 * 2
    assert found.memory.weights_bytes < entry.file_bytes
    assert found.memory.total_bytes > found.memory.weights_bytes


def test_a_split_model_is_one_with_all_its_bytes(paths):
    for number in (1, 2, 3):
        write(paths.models / f"big-Q4_K_M-0000{number}-of-00003.gguf", rows=number)
    entry = discovery.find_model(paths, "big-q4_k_m")
    assert (entry.parts, entry.error, entry.quantization) == (3, "", "Q4_K_M")
    sizes = [file.stat().st_size for file in paths.models.iterdir()]
    assert entry.file_bytes == sum(sizes)
    found = details.inspect(entry, LoadSettings())
    assert found.entry.parameters == 32 * (1 + 2 + 3)
    assert found.memory.weights_bytes == 128 * (1 + 2 + 3)
    (paths.models / "big-Q4_K_M-00002-of-00003.gguf").unlink()
    assert "00002-of-00003.gguf is missing" in discovery.find_model(paths, "big-q4_k_m").error


def test_adapters_and_projectors_are_told_apart(paths):
    write(paths.models / "lora.gguf", {"general.type": "adapter", "adapter.type": "lora"})
    write(paths.models / "mmproj-x.gguf", {"general.architecture": "clip"})
    write(paths.models / "matrix.gguf", {"general.type": "imatrix"})
    write(paths.models / "vocabulary.gguf", rows=0)
    scan = discovery.scan(paths)
    assert [entry.name for entry in scan.adapters] == ["lora"]
    assert [entry.name for entry in scan.projectors] == ["mmproj-x"]
    unusable = {entry.name: entry.error for entry in scan.models if entry.error}
    assert "importance matrix" in unusable["matrix"]
    assert "no weights" in unusable["vocabulary"]


def test_what_stands_behind_the_vocabulary_is_in_the_name_or_the_details(paths):
    write(
        paths.models / "tiny-IQ4_XS.gguf",
        {"behind": {"general.file_type": 30, "tokenizer.chat_template": "{{ it }}"}},
        vocabulary=5000,
    )
    entry = discovery.find_model(paths, "tiny")
    assert (entry.quantization, entry.parameters) == ("IQ4_XS", 135_000_000)
    found = details.inspect(entry, LoadSettings())
    assert found.entry.parameters == 64
    assert found.chat_template == "{{ it }}"
    assert found.metadata["tokenizer.ggml.tokens"] == "[5,000]"


def test_an_adapter_adds_its_weights(paths):
    write(paths.models / "base.gguf")
    lora = write(paths.models / "lora.gguf", {"general.type": "adapter"}, rows=10)
    entry = discovery.find_model(paths, "base")
    plain = details.inspect(entry, LoadSettings()).memory
    adapted = details.inspect(entry, LoadSettings(adapters=(Adapter(str(lora)),))).memory
    assert adapted.weights_bytes - plain.weights_bytes == 1280


def test_an_adapter_or_projector_is_not_run_as_a_model(paths):
    lora = write(paths.models / "lora.gguf", {"general.type": "adapter"})
    eyes = write(paths.models / "mmproj-x.gguf", {"general.architecture": "clip"})
    for file, words in ((lora, "made for"), (eyes, "belongs to")):
        with pytest.raises(UnsupportedModelError, match=words):
            discovery.refuse_other_files(discovery.find_model(paths, str(file)))
    discovery.refuse_other_files(discovery.find_model(paths, str(write(paths.models / "m.gguf"))))


def test_any_part_of_a_split_model_means_the_whole(paths):
    files = [
        write(paths.models / f"big-0000{number}-of-00003.gguf", rows=number) for number in (1, 2, 3)
    ]
    for file in files:
        entry = discovery.find_model(paths, str(file))
        assert (Path(entry.path).name, entry.parts) == (files[0].name, 3)
    files[0].unlink()
    assert "00001-of-00003.gguf is missing" in discovery.find_model(paths, str(files[1])).error


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know no such names or pipes")
def test_a_name_that_is_no_text_is_told_and_goes_nowhere(paths):
    odd = os.fsencode(paths.models) + b"/odd\xff\xfe.gguf"
    shutil.copy(write(paths.models / "plain.gguf"), odd)
    (entry,) = [entry for entry in discovery.list_models(paths) if entry.error]
    assert "rename it" in entry.error
    msgspec.json.encode(entry)
    for ref in (os.fsdecode(odd), entry.name):
        with pytest.raises(ModelFileError, match="rename it") as caught:
            discovery.refuse_other_files(discovery.find_model(paths, ref))
        str(caught.value).encode()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
def test_a_named_pipe_is_refused_and_not_waited_for(paths):
    pipe = paths.models / "pipe.gguf"
    os.mkfifo(pipe)
    assert "pipe" in discovery.find_model(paths, str(pipe)).error
    model = write(paths.models / "m.gguf")
    for path, adapters in ((pipe, ()), (model, (Adapter(str(pipe)),))):
        with pytest.raises(ModelFileError, match="no file but a pipe"):
            details.require_memory(str(path), LoadSettings(adapters=adapters))
    with pytest.raises(ModelFileError, match="no file but a pipe"):
        details.inspect(discovery.find_model(paths, str(pipe)), LoadSettings())
