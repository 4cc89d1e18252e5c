"""A run as one file: done again it is identical, or it says where not; bad files are refused."""

from __future__ import annotations

import io
import zipfile

import msgspec
import pytest

from workbench.domain.errors import FormatError
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench

SECRET = "/home/ada/private"


@pytest.fixture
def texts() -> list[str]:
    return ["The lamp was lit at dusk."]


@pytest.fixture
async def core(paths, tmp_path, texts):
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    made = Workbench(paths, engine=SimulatedEngine(lambda _prompt: list(texts)))
    await made.open()
    await made.models.load(str(model))
    yield made
    await made.close()


@pytest.fixture
async def saved(core, tmp_path):
    """A run's bundle."""
    prompt = TemplatePrompt(f"{SECRET}/lamp.j2", "Tell of a {{ thing }}.", {"thing": "lamp"})
    run_id = await core.runs.start(
        RunSpec(prompt=prompt, model=str(tmp_path / "pretend.gguf"), seed=5, mode="strict")
    )
    await core.runs.wait(run_id)
    file = tmp_path / "run.zip"
    await core.bundles.write(run_id, str(file))
    return file


async def test_a_run_that_is_done_again_is_identical(core, saved, tmp_path):
    info = await core.bundles.inspect(str(saved))
    assert (info.strategy, info.seed, info.mode) == ("direct", 5, "strict")
    assert info.output == "The lamp was lit at dusk."
    found = await core.bundles.replay(str(saved), str(tmp_path / "pretend.gguf"))
    assert found.verdict == "identical"
    assert found.same_logprobs
    assert found.differences == ()
    again = await core.runs.spec(found.run_id)
    assert again.prompt.variables == {"thing": "lamp"}


async def test_where_it_differs_is_said_by_token_and_text(core, saved, texts, tmp_path):
    texts[:] = ["The lamp was broken at dusk."]
    found = await core.bundles.replay(str(saved), str(tmp_path / "pretend.gguf"))
    assert not found.is_identical
    assert found.token is not None
    assert found.verdict == f"first differs at token {found.token}"
    assert "lit" in found.expected
    assert "broken" in found.found


async def test_no_path_is_in_it_and_the_same_run_gives_the_same_bytes(core, saved, tmp_path):
    with zipfile.ZipFile(saved) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert SECRET.encode() not in content
    assert str(tmp_path).encode() not in content
    before = saved.read_bytes()
    (run,) = await core.history.list_runs()
    await core.bundles.write(run.run_id, str(saved))
    assert saved.read_bytes() == before


def rewritten(saved, **members: bytes) -> bytes:
    """The bundle with other members; None leaves one out."""
    file = io.BytesIO()
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = members.get(name.partition(".")[0], old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, content in members.items():
            if "/" in name:
                new.writestr(name, content)
    return file.getvalue()


async def test_files_that_are_no_sound_bundles_are_refused_in_a_sentence(core, saved, tmp_path):
    good = saved.read_bytes()
    with zipfile.ZipFile(saved) as archive:
        head = msgspec.json.decode(archive.read("bundle.json"))
        spec = msgspec.json.decode(archive.read("spec.json"))
    newer = msgspec.json.encode({**head, "version": 99})
    changed = msgspec.json.encode({**spec, "prompt": {**spec["prompt"], "variables": {"a": "b"}}})
    bad = [
        b"", b"PK\3\4", b"no zip at all" * 50, good[: len(good) // 2],
        rewritten(saved, bundle=newer), rewritten(saved, spec=changed),
        rewritten(saved, bundle=b"[" * 100_000), rewritten(saved, log=b"null"),
        rewritten(saved, spec=None), rewritten(saved, **{"../outside.json": b"{}"}),
        rewritten(saved, log=b"[" + b" " * 50_000_000 + b"]"),
    ]  # fmt: skip
    runs = len(await core.history.list_runs())
    for number, data in enumerate(bad):
        file = tmp_path / f"bad{number}.zip"
        file.write_bytes(data)
        with pytest.raises(FormatError):
            await core.bundles.replay(str(file))
    assert len(await core.history.list_runs()) == runs
    assert not (tmp_path.parent / "outside.json").exists()
