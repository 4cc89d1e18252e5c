"""Servers in the service: their records, their keys, and runs on their models."""

from __future__ import annotations

import asyncio

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from keyring.errors import KeyringLocked, PasswordDeleteError

from tests.engine.remote.scripted_server import ScriptedServer, answer, refuse, serving
from workbench.domain.errors import ModelNotFoundError, RemoteError, UsageError
from workbench.domain.runs.spec import ChatPrompt, RunSpec
from workbench.domain.servers import Server, checked, model_name
from workbench.domain.text import Message
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench

KEY = "sk-very-secret-0123456789"


class MemoryKeyring(KeyringBackend):
    """A keyring that is gone with the test."""

    priority = 5

    def __init__(self):
        super().__init__()
        self.kept = {}
        self.locked = False

    def get_password(self, service, username):
        if self.locked:
            raise KeyringLocked
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        if (service, username) not in self.kept:
            raise PasswordDeleteError
        del self.kept[service, username]


@pytest.fixture(autouse=True)
def ring(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    before = keyring.get_keyring()
    made = MemoryKeyring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
async def core(paths, tmp_path):
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    made = Workbench(paths, engine=SimulatedEngine(lambda _prompt: ["Answer: local"]))
    await made.open()
    await made.models.load(str(model))
    yield made
    await made.close()


@pytest.fixture
async def server():
    script = ScriptedServer(answer("Answer:\n4"), models=("big", "small"))
    async with serving(script):
        yield script


def record(server, **changes):
    given = {"name": "lab", "base_url": server.url, "models": ("big",)}
    return Server(**(given | changes))


def question(**changes):
    return RunSpec(prompt=ChatPrompt((Message.value("user", "2 + 2?"),)), **changes)


async def run(core, **changes):
    return await core.runs.wait(await core.runs.start(question(**changes)))


async def test_models_of_servers_stand_beside_files_and_run(core, server):
    await core.servers.add(record(server), KEY)
    assert [(e.name, e.source) for e in await core.model_files.all()][-1] == ("lab/big", "server")
    state = await run(core, model="lab/big", strategy="cot")
    assert (state.status, state.answer) == ("done", "4")
    assert state.model == "lab/big"
    assert server.chats[0].headers["authorization"] == f"Bearer {KEY}"
    [listed] = await core.history.list_runs()
    assert model_name(listed.model) == "lab/big"
    started = (await core.runs.events(state.run_id))[0].event
    assert started.manifest["engine"]["library"] == server.url


async def test_nothing_is_asked_of_a_server_before_it_is_used(core, server):
    await core.servers.add(record(server), KEY)
    await core.model_files.all()
    await core.models.find("lab")
    await run(core)
    assert server.asked == []


async def test_a_local_model_stays_loaded_beside_a_server(core, server):
    hold = asyncio.Event()

    async def waiting(exchange):
        await exchange.text("Answer: 4")
        await hold.wait()
        await exchange.text(finish="stop")
        await exchange.done()

    server.scripts = [waiting]
    await core.servers.add(record(server))
    before = core.engine_status
    remote = await core.runs.start(question(model="lab/big"))
    local = await run(core)
    assert local.output == "Answer: local"
    assert core.runs.is_running(remote)
    hold.set()
    assert (await core.runs.wait(remote)).output == "Answer: 4"
    assert core.engine_status.model_path == before.model_path


async def test_the_chosen_server_is_what_the_status_shows_and_what_is_used(core, server, ring):
    reported = []
    core.on_engine_status(reported.append)
    await core.servers.add(record(server))
    status = await core.models.load("lab/big")
    assert (status.state, status.model_name, status.model_path) == (
        "ready",
        "lab/big",
        "remote:lab/big",
    )
    assert reported[-1].model_name == "lab/big"
    assert (await run(core)).output == "Answer:\n4"
    await core.models.unload()
    assert core.engine_status.model_name == "pretend"


async def test_the_key_is_in_the_keyring_and_nowhere_else(core, server, ring, paths, caplog):
    caplog.set_level("DEBUG")
    server.scripts = [refuse(401, f"wrong: {KEY}"), refuse(400, f"no {KEY}"), answer("fine")]
    sentence = await core.servers.add(record(server), f" {KEY}\n")
    assert sentence == "The key is in the system's keyring."
    assert ring.kept == {("prompt-workbench", "lab"): KEY}
    states = [await run(core, model="lab/big") for _ in range(3)]
    assert [state.status for state in states] == ["failed", "failed", "done"]
    assert KEY not in str(states)
    await core.close()
    files = [file for file in paths.data.rglob("*") if file.is_file()]
    assert paths.database in files
    assert not [file for file in files if KEY.encode() in file.read_bytes()]
    assert KEY not in caplog.text


async def test_a_removed_server_takes_its_key_and_its_models_with_it(core, server, ring):
    await core.servers.add(record(server), KEY)
    await core.models.load("lab")
    await core.servers.remove("LAB")
    assert ring.kept == {}
    assert await core.servers.all() == ()
    assert core.engine_status.model_name == "pretend"
    with pytest.raises(ModelNotFoundError, match="no server called lab"):
        await core.models.find("remote:lab/big")
    with pytest.raises(UsageError, match="no server called lab"):
        await core.servers.remove("lab")


async def test_without_a_keyring_the_key_lives_until_the_end(core, server, monkeypatch):
    keyring.set_keyring(fail.Keyring())
    sentence = await core.servers.add(record(server, name="my-lab"), KEY)
    assert "no system keyring" in sentence
    assert "WORKBENCH_KEY_MY_LAB" in sentence
    report = await core.servers.test(await core.servers.find("my-lab"))
    assert report.key_place == "this session"
    await core.servers.remove("my-lab")
    await core.servers.add(record(server, key_variable="LAB_TOKEN"))
    monkeypatch.setenv("LAB_TOKEN", "from-the-environment")
    report = await core.servers.test(await core.servers.find("lab"))
    assert report.key_place == "the variable LAB_TOKEN"
    assert server.asked[-1].headers["authorization"] == "Bearer from-the-environment"


async def test_a_locked_keyring_is_said(core, server, ring):
    await core.servers.add(record(server), KEY)
    ring.locked = True
    state = await run(core, model="lab/big")
    assert state.status == "failed"
    assert "keyring did not give the key" in state.error["reason"]
    with pytest.raises(RemoteError, match="unlock it"):
        await core.servers.test(await core.servers.find("lab"))


async def test_a_key_is_never_sent_to_another_machine_of_the_same_name(core, server, ring):
    await core.servers.add(record(server, base_url="https://example.org/v1"), KEY)
    report = await core.servers.test(record(server))
    assert (report.key_place, "authorization" in server.asked[0].headers) == ("", False)
    sentence = await core.servers.add(record(server))
    assert "enter the one for this" in sentence
    assert ring.kept == {}


async def test_a_server_tells_its_models_and_what_to_beware_of(core, server):
    report = await core.servers.test(record(server, models=()))
    assert report.models == ("big", "small")
    assert report.warning == ""
    far = checked(Server(name="far", base_url="http://example.org/v1"))
    assert "unencrypted to example.org" in far.warning
    assert await core.servers.all() == (), "testing adds nothing"


async def test_what_is_typed_does_not_leave_the_machine_before_a_run(core, server, monkeypatch):
    await core.servers.add(record(server))
    monkeypatch.setattr(Server, "is_this_machine", False)
    status = await core.models.load("lab/big")
    assert status.place == "127.0.0.1"
    assert await core.servers.destination("remote:lab/big") == "127.0.0.1"
    before = len(server.asked)
    preview = await core.prompts.preview("Hi {{ name }}", "hi.j2", {"name": "Ada"})
    assert preview.prompt_tokens is None
    assert "Hi Ada" in preview.raw
    assert preview.error is None
    assert len(server.asked) == before


async def test_names_paths_and_other_models_of_a_server_are_found(core, server, tmp_path):
    await core.servers.add(record(server, models=("/data/Big.Q4.gguf", "org/small")))
    names = [entry.name for entry in await core.model_files.all() if entry.source == "server"]
    assert names == ["lab/Big.Q4", "lab/org/small"]
    assert (await core.models.find("lab/big.q4")).path == "remote:lab//data/Big.Q4.gguf"
    assert (await core.models.find("lab")).name == "lab/Big.Q4"
    assert (await core.models.find("lab/unlisted")).path == "remote:lab/unlisted"
    assert (await core.models.find("remote:lab/org/small")).name == "lab/org/small"
    with pytest.raises(UsageError, match="is on a server"):
        await core.models.inspect("lab")


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("localhost:8080", "http://localhost:8080/v1"),
        ("http://192.168.1.5:11434/", "http://192.168.1.5:11434/v1"),
        ("https://example.org/api/v1/", "https://example.org/api/v1"),
        ("example.org", "https://example.org/v1"),
        ("[::1]:8080", "http://[::1]:8080/v1"),
    ],
)
def test_addresses_are_completed(typed, address):
    assert checked(Server(name="a", base_url=typed)).base_url == address


@pytest.mark.parametrize(
    "typed", ["", "ftp://a.b", "https://u:pw@a.b", "https://a.b/?key=1", "http://a:port"]
)
def test_addresses_that_cannot_be_are_refused(typed):
    with pytest.raises(UsageError):
        checked(Server(name="a", base_url=typed))


@pytest.mark.parametrize("name", ["", "a/b", "a b", "-a", "x" * 41])
def test_names_that_cannot_be_are_refused(name):
    with pytest.raises(UsageError):
        checked(Server(name=name, base_url="localhost"))


async def test_a_key_that_no_header_can_carry_is_refused(core, server):
    with pytest.raises(UsageError, match="copy it again") as caught:
        await core.servers.add(record(server), "sk-a b\nc")
    assert "sk-a" not in str(caught.value)
