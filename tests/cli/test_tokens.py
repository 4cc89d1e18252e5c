"""The tokens of stored answers from the command line."""

from __future__ import annotations

import asyncio
import json

import pytest
from click.testing import CliRunner

from workbench.cli.main import commands
from workbench.domain.chat import ChatOptions
from workbench.domain.errors import UnsupportedError, UsageError
from workbench.domain.runs.sampling import Sampling
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench


@pytest.fixture
def model(tmp_path):
    """A file in place of a model."""
    path = tmp_path / "pretend.gguf"
    path.write_bytes(b"")
    return str(path)


@pytest.fixture
def run_id(model, monkeypatch, paths):
    """A run of a chat that kept three alternatives with each token."""
    opened = Workbench.__init__

    def simulated(self, paths, *, engine=None):
        opened(self, paths, engine=engine or SimulatedEngine(["Good day."]))

    monkeypatch.setattr(Workbench, "__init__", simulated)

    async def make() -> int:
        core = Workbench(paths)
        await core.open()
        options = ChatOptions(model=model, sampling=Sampling(logprobs=3))
        answer = await core.chats.send(None, "Hello", options)
        await core.runs.wait(answer.run_id)
        await core.close()
        return answer.run_id

    return asyncio.run(make())


def in_group(paths, *arguments):
    group = commands().commands["history"]
    return CliRunner().invoke(group, [*map(str, arguments)], obj=paths, standalone_mode=False)


def test_tokens_are_listed_and_pruned(paths, run_id):
    found = json.loads(in_group(paths, "tokens", run_id, "--json").stdout)
    assert found["text"] == "Good day."
    assert [each["text"] for each in found["tokens"]] == ["Good", " day", "."]
    assert [len(each["alternatives"]) for each in found["tokens"]] == [3, 3, 3]
    table = in_group(paths, "tokens", run_id)
    assert "' day'" in table.stdout
    assert "3 tokens drawn by pretend" in table.stderr
    before = json.loads(in_group(paths, "token-storage", "--json").stdout)
    assert before["with_alternatives"] == 1
    pruned = json.loads(in_group(paths, "token-storage", "--keep-newest", 0, "--json").stdout)
    assert (pruned["with_alternatives"], pruned["samples"]) == (0, 1)
    assert pruned["freed_bytes"] == before["alternative_bytes"]


def test_what_cannot_be_shown_is_a_sentence(paths, run_id, model):
    assert isinstance(in_group(paths, "tokens", 99).exception, UsageError)
    refused = in_group(paths, "samplers", run_id, "--top-p", 0.9, "--model", model)
    assert isinstance(refused.exception, UnsupportedError)
