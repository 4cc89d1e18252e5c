"""``workbench servers`` and runs on their models, as the user types them."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.engine.remote.llama_server import llama_server
from tests.engine.remote.scripted_server import ScriptedServer, answer, serving

ROOT = Path(__file__).parents[2]
PROBLEM = str(ROOT / "prompts" / "reasoning" / "word-problem.prompty")
KEY = "sk-very-secret-0123456789"


@pytest.fixture
def workbench(tmp_path):
    """Runs a command line; there is no keyring for it."""
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    environment["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

    def run(*arguments, stdin="", **variables):
        return subprocess.run(
            [sys.executable, "-m", "workbench", "--data-dir", str(tmp_path / "home"), *arguments],
            capture_output=True,
            text=True,
            input=stdin,
            env=environment | variables,
            timeout=250,
            check=False,
        )

    return run


@pytest.fixture
def server():
    """A scripted server in a thread of its own."""
    script = ScriptedServer(answer("Answer: 17"), models=("big", "small"))
    loop = asyncio.new_event_loop()
    started, stop = threading.Event(), asyncio.Event()

    async def serve():
        async with serving(script):
            started.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    started.wait()
    yield script
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


def test_a_server_from_its_address_to_its_answer(workbench, server, tmp_path):
    added = workbench("servers", "add", "lab", server.url, "--key", stdin=f"{KEY}\n")
    assert added.returncode == 0, added.stderr
    assert "lab/big, lab/small" in added.stdout
    assert "WORKBENCH_KEY_LAB" in added.stderr, "it says how the key can be given again"
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
    listed = json.loads(workbench("servers", "list", "--json").stdout)
    assert [each["name"] for each in listed] == ["lab"]
    models = json.loads(workbench("models", "list", "--json").stdout)
    assert [each["name"] for each in models if each["source"] == "server"] == [
        "lab/big",
        "lab/small",
    ]
    tested = workbench("servers", "test", "lab", WORKBENCH_KEY_LAB=KEY)
    assert "Key: the variable WORKBENCH_KEY_LAB" in tested.stdout
    done = workbench("run", PROBLEM, "--model", "lab/small", "--json", WORKBENCH_KEY_LAB=KEY)
    assert json.loads(done.stdout)["output"] == "Answer:17"
    assert server.chats[-1].body["model"] == "small"
    assert workbench("servers", "remove", "lab").returncode == 0
    assert "no servers" in workbench("servers", "list").stdout
    everything = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert not [file for file in everything if KEY.encode() in file.read_bytes()]


@pytest.mark.parametrize(
    ("arguments", "words", "status"),
    [
        (["add", "lab", "http://127.0.0.1:1"], "cannot be reached", 1),
        (["add", "a/b", "localhost"], "cannot be called", 2),
        (["add", "lab", "https://example.org/?key=1"], "holds no key", 2),
        (["test", "nowhere"], "no server called nowhere", 2),
        (["remove", "nowhere"], "no server called nowhere", 2),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(workbench, arguments, words, status):
    done = workbench("servers", *arguments)
    assert (done.returncode, words in done.stderr) == (status, True), done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_can_be_added_unseen(workbench):
    done = workbench(
        "servers", "add", "far", "http://far.example:8000", "--model", "m", "--no-test"
    )
    assert done.returncode == 0
    assert "unencrypted to far.example" in done.stderr


def test_every_command_has_help(workbench):
    for command in ("list", "add", "test", "remove"):
        assert "Usage" in workbench("servers", command, "--help").stdout


@pytest.mark.model
def test_strategies_run_on_llama_server(workbench, starter_model):
    with llama_server(starter_model) as address:
        assert workbench("servers", "add", "lab", address).returncode == 0
        voted = workbench(
            "run", PROBLEM, "--model", "lab", "--strategy", "self_consistency",
            "--param", "paths=4", "--max-tokens", "24", "--json",
        )  # fmt: skip
        assert voted.returncode == 0, voted.stderr
        assert json.loads(voted.stdout)["completion_tokens"] == 4 * 24
        searched = workbench(
            "run", PROBLEM, "--model", "lab", "--strategy", "tree_of_thought",
            "--param", "depth=2", "--param", "evaluate=logprob", "--max-tokens", "16", "--json",
        )  # fmt: skip
        assert searched.returncode == 0, searched.stderr
        assert json.loads(searched.stdout)["nodes"] > 2
