"""The wheel from the command line, on runs that a simulated engine made."""

from __future__ import annotations

import asyncio
import json

import pytest
from click.testing import CliRunner

from workbench.cli import history
from workbench.cli.runs import runs
from workbench.domain.errors import UsageError
from workbench.domain.runs.spec import Budget, RunSpec, TemplatePrompt
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench


@pytest.fixture
def model(tmp_path, monkeypatch):
    """A file in place of a model; every program of the test has a simulated engine."""
    opened = Workbench.__init__

    def simulated(self, paths, *, engine=None):
        opened(self, paths, engine=engine or SimulatedEngine())

    monkeypatch.setattr(Workbench, "__init__", simulated)
    path = tmp_path / "pretend.gguf"
    path.write_bytes(b"")
    return str(path)


def type_in(paths, command, *arguments):
    return CliRunner().invoke(command, arguments, obj=paths, standalone_mode=False)


async def make_run(paths, model, budget):
    core = Workbench(paths)
    await core.open()
    spec = RunSpec(
        prompt=TemplatePrompt("sum.j2", "2 + 2?"),
        strategy="tree_of_thought",
        params={"depth": 1, "candidates": 2},
        model=model,
        budget=budget,
    )
    run_id = await core.runs.start(spec)
    await core.runs.wait(run_id)
    await core.close()
    return str(run_id)


def test_a_run_is_resumed_changed_grown_and_shown(paths, model):
    run_id = asyncio.run(make_run(paths, model, Budget(max_calls=1)))
    refused = type_in(paths, runs.runs, "resume", run_id)
    assert isinstance(refused.exception, UsageError)
    done = type_in(paths, runs.runs, "resume", run_id, "--max-calls", "99", "--json")
    assert done.return_value == 0, done.exception
    found = json.loads(done.stdout)
    assert (found["run_id"], found["finish_reason"]) == (int(run_id), "stop")
    for command in (["edit", run_id, "0.0", "mine"], ["boost", run_id, "0.0", "--amount", "-3"],
                    ["prune", run_id, "0.1"], ["add", run_id, "0", "another"]):  # fmt: skip
        assert type_in(paths, runs.runs, *command).return_value == 0
    grown = type_in(paths, runs.runs, "grow", run_id, "0.h0", "--param", "depth=1")
    assert grown.return_value == 0, grown.exception
    assert f"Run {run_id}: done" in grown.stderr
    forked = type_in(paths, runs.runs, "fork", run_id, "0/propose", "2", " but", "--json")
    assert forked.return_value == 0, forked.exception
    shown = type_in(paths, history.history, "show", run_id).stdout
    for words in ("0.0: thought changed to 'mine'", "0.0: value changed by -3", "0.1: pruned",
                  "0.h0: thought written: 'another'", "0.h0: grown again",
                  "0/propose: written again from token 2 on"):  # fmt: skip
        assert words in shown
    reported = json.loads(type_in(paths, history.history, "show", run_id, "--json").stdout)
    assert [event["type"] for event in reported["by_hand"]] == [
        "thought_edited", "boosted", "pruned", "node_added", "growth_started", "growth_started",
    ]  # fmt: skip
