"""Models of other programs are found where they are, and nothing gets lost on the way."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.models.crafting import write
from workbench.domain.errors import ModelFileError
from workbench.models.discovery import scan as discovery
from workbench.models.discovery import walking
from workbench.models.discovery.places import model_folders
from workbench.settings import Paths


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    found = Paths.default(tmp_path / "home")
    found.create()
    return found


def found(paths, *added):
    """Name and source of every model but the starter one."""
    models = discovery.list_models(paths, [str(folder) for folder in added])
    return {(entry.name, entry.source) for entry in models if entry.source != "starter"}


def ollama_blob(root: Path, digit: str, **metadata) -> str:
    write(root / "blobs" / f"sha256-{digit * 64}", metadata or None)
    return f"sha256:{digit * 64}"


def manifest(root: Path, place: str, layers: list[tuple[str, str]], config: str = "") -> None:
    file = root / "manifests" / "some.host" / place
    file.parent.mkdir(parents=True, exist_ok=True)
    listed = [{"mediaType": f"application/vnd.ollama.image.{kind}", "digest": digest}
              for kind, digest in layers]  # fmt: skip
    file.write_text(json.dumps({"layers": listed, "config": {"digest": config}}))


def test_folders_of_other_programs_are_looked_into(paths, home):
    write(home / ".lmstudio/models/maker/repo/one-Q4_K_M.gguf")
    write(home / ".cache/lm-studio/models/maker/repo/two.gguf")
    write(home / "jan/models/three/three.gguf")
    write(home / ".local/share/nomic.ai/GPT4All/four.gguf")
    assert found(paths) == {
        ("one-Q4_K_M", "LM Studio"),
        ("two", "LM Studio"),
        ("three", "Jan"),
        ("four", "GPT4All"),
    }


def test_ollama_models_have_the_names_that_ollama_gives_them(paths, home):
    root = home / ".ollama/models"
    config = root / "blobs" / f"sha256-{'c' * 64}"
    model = ollama_blob(root, "a")
    config.write_text(json.dumps({"file_type": "Q8_0", "model_type": "1.2B"}))
    projector = ollama_blob(root, "b", **{"general.architecture": "clip"})
    layers = [("model", model), ("projector", projector), ("license", "sha256:" + "d" * 64)]
    manifest(root, "library/llama3.2/1b", layers, "sha256:" + "c" * 64)
    manifest(root, "somebody/tuned/latest", [("model", ollama_blob(root, "e"))])
    scan = discovery.scan(paths)
    names = {entry.name: entry for entry in scan.models}
    assert {"llama3.2:1b", "somebody/tuned:latest"} < set(names)
    assert names["llama3.2:1b"].quantization == "Q8_0"
    assert [entry.name for entry in scan.projectors] == ["llama3.2:1b"]
    assert discovery.find_model(paths, "llama3.2:1b").path.endswith("a" * 64)
    assert scan.problems == ()


def test_two_ollama_names_of_one_file_both_mean_it_and_an_adapter_is_not_left_out(paths, home):
    root = home / ".ollama/models"
    model = ollama_blob(root, "a")
    adapter = ollama_blob(root, "b", **{"general.type": "adapter"})
    manifest(root, "library/smol/plain", [("model", model)])
    manifest(root, "library/smol/same", [("model", model)])
    manifest(root, "library/smol/tuned", [("model", model), ("adapter", adapter)])
    for name in ("smol:plain", "smol:same"):
        assert discovery.find_model(paths, name).path.endswith("a" * 64)
    tuned = discovery.find_model(paths, "smol:tuned")
    with pytest.raises(ModelFileError, match=f"--model .*{'a' * 64} --lora .*{'b' * 64}"):
        discovery.refuse_other_files(tuned)
    assert len({entry.path for entry in discovery.scan(paths).models}) == 3


def test_a_manifest_cannot_lead_out_of_the_store(paths, home):
    root = home / ".ollama/models"
    write(home / "secret.gguf")
    (root / "blobs").mkdir(parents=True)
    for digest in ("sha256:../../../../secret.gguf", "../secret.gguf", 7, None, {"a": 1}):
        manifest(root, "library/bad/1", [("model", digest)])
        assert found(paths) == set()
    (root / "manifests/some.host/library/bad/1").write_text("[" * 100_000)
    (root / "manifests/some.host/library/bad/2").write_text('{"layers": [1, {"mediaType": 5}]}')
    assert found(paths) == set()
    assert "no manifest" in discovery.scan(paths).problems[0]


def test_a_blob_that_is_gone_is_said(paths, home):
    root = home / ".ollama/models"
    (root / "blobs").mkdir(parents=True)
    manifest(root, "library/lost/1b", [("model", "sha256:" + "f" * 64)])
    assert "lost:1b" in discovery.scan(paths).problems[0]


@pytest.mark.parametrize(
    ("variable", "below"),
    [("HF_HOME", ""), ("HF_HUB_CACHE", "hub"), ("HUGGINGFACE_HUB_CACHE", "hub")],
)
def test_the_hugging_face_cache_lists_a_shared_file_once(paths, home, monkeypatch, variable, below):
    repo = home / "elsewhere" / "hub" / "models--maker--repo"
    blob = write(repo / "blobs" / "abc")
    for revision in ("one", "two"):
        link = repo / "snapshots" / revision / "small-Q8_0.gguf"
        link.parent.mkdir(parents=True)
        link.symlink_to(os.path.relpath(blob, link.parent))
    monkeypatch.setenv(variable, str(home / "elsewhere" / below))
    assert found(paths) == {("small-Q8_0", "Hugging Face cache")}


def test_jans_descriptions_name_files_that_are_elsewhere(paths, home):
    far = write(home / "far" / "model.gguf")
    data = home / ".local/share/Jan/data"
    write(data / "llamacpp/models/near/model.gguf")
    for folder, text in (
        ("far", f"name: Far away\nmodel_path: {far}\n"),
        ("near", "name: Near\nmodel_path: llamacpp/models/near/model.gguf\n"),
        ("bad", "name: [unclosed"),
    ):
        (data / "llamacpp/models" / folder).mkdir(parents=True, exist_ok=True)
        (data / "llamacpp/models" / folder / "model.yml").write_text(text)
    assert found(paths) == {("Far away", "Jan"), ("Near", "Jan")}


def test_a_file_reached_by_several_ways_is_there_once(paths, home, tmp_path):
    real = write(home / ".lmstudio/models/a/b/model.gguf")
    (paths.models / "link.gguf").symlink_to(real)
    shared = tmp_path / "shared"
    shared.symlink_to(home / ".lmstudio")
    assert found(paths, shared) == {("link", "models folder")}


def test_folders_that_the_user_names_are_looked_into(paths, tmp_path):
    write(tmp_path / "disk" / "deep" / "down" / "mine.gguf")
    assert found(paths, tmp_path / "disk") == {("mine", str(tmp_path / "disk"))}
    assert [f.added for f in model_folders(paths, [str(tmp_path / "disk")])].count(True) == 1


def test_loops_and_broken_links_are_survived_and_said(paths, home):
    write(paths.models / "real.gguf")
    (paths.models / "loop").symlink_to(paths.models)
    (paths.models / "self.gguf").symlink_to(paths.models / "self.gguf")
    (paths.models / "gone.gguf").symlink_to(home / "nothing.gguf")
    scan = discovery.scan(paths)
    assert [entry.name for entry in scan.models if entry.source != "starter"] == ["real"]
    assert any("gone.gguf: points to a file that is gone" in line for line in scan.problems)


def test_a_folder_that_cannot_be_read_is_said_and_the_rest_listed(paths, monkeypatch):
    write(paths.models / "open" / "fine.gguf")
    (paths.models / "closed").mkdir()
    scandir = os.scandir

    def refusing(folder):
        if Path(folder).name == "closed":
            raise PermissionError(13, "Permission denied", str(folder))
        return scandir(folder)

    monkeypatch.setattr(walking.os, "scandir", refusing)
    scan = discovery.scan(paths)
    assert ("fine" in {entry.name for entry in scan.models}) is True
    assert any("closed" in line and "Permission denied" in line for line in scan.problems)


def test_a_huge_tree_is_left_with_a_word(tmp_path):
    for number in range(30):
        (tmp_path / f"{number:02}.txt").touch()
    write(tmp_path / "sub" / "late.gguf")
    walk = walking.Walk(most_entries=20)
    assert list(walk.files(tmp_path, ".gguf")) == []
    assert "more than 20 files" in walk.problems[0]


def test_too_deep_a_tree_is_left_with_a_word(tmp_path):
    write(tmp_path.joinpath(*["d"] * 20) / "deep.gguf")
    walk = walking.Walk()
    assert list(walk.files(tmp_path, ".gguf")) == []
    assert "too deep" in walk.problems[0]
