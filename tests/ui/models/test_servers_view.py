"""Servers in the window: add, test, use, remove; and the notice where text is sent."""

from __future__ import annotations

import keyring
import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from tests.engine.remote.scripted_server import ScriptedServer, answer, refuse, serving
from tests.service.test_servers import MemoryKeyring
from tests.ui.conftest import WAIT_MS, unnamed
from workbench.domain.servers import Server, ServerReport
from workbench.domain.views import EngineStatus
from workbench.ui.frame import StatusBar
from workbench.ui.models.panel import ModelsPanel
from workbench.ui.models.server_form import ServerForm

KEY = "sk-very-secret-0123456789"


@pytest.fixture
def ring(monkeypatch):
    for name in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    before = keyring.get_keyring()
    made = MemoryKeyring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def server(bridge, qtbot):
    """A server on the core's own loop."""
    script = ScriptedServer(answer("fine"), models=("big", "small"))
    running = serving(script)
    bridge.call(lambda _core: running.__aenter__())
    qtbot.waitUntil(lambda: bool(script.url), timeout=WAIT_MS)
    yield script
    ended = []
    bridge.call(lambda _core: running.__aexit__(None, None, None), ended.append)
    qtbot.waitUntil(lambda: bool(ended), timeout=WAIT_MS)


@pytest.fixture
def panel(context, qtbot, ring) -> ModelsPanel:
    made = ModelsPanel(context)
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    made.parts.choose(2)
    return made


def ask(panel, core_method):
    """What the core answers, in a list that fills itself."""
    answers = []
    panel.bridge.call(core_method, answers.append)
    return answers


def test_a_server_is_tested_added_used_and_removed(panel, qtbot, server, ring):
    form = panel.servers.form
    assert panel.servers.empty.isVisible()
    assert form.key.echoMode() is QLineEdit.EchoMode.Password
    form.name.setText("lab")
    form.address.setText(server.url.removeprefix("http://"))
    form.key.setText(KEY)
    form.test.click()
    qtbot.waitUntil(lambda: form.models.count() == 2, timeout=WAIT_MS)
    assert "as just entered" in form.found.text()
    form.models.item(1).setCheckState(Qt.CheckState.Unchecked)
    form.save.click()
    qtbot.waitUntil(lambda: panel.servers.table.rowCount() == 1, timeout=WAIT_MS)
    assert form.key.text() == ""
    assert "stay on it" in form.where.text()
    assert "keyring" in form.banner.message
    assert list(ring.kept.values()) == [KEY]
    form.models.setCurrentRow(0)
    form.use.click()
    qtbot.waitUntil(
        lambda: panel.bridge.engine_status.model_path == "remote:lab/big", timeout=WAIT_MS
    )
    form.remove.click()
    qtbot.waitUntil(lambda: panel.servers.table.rowCount() == 0, timeout=WAIT_MS)
    assert ring.kept == {}
    assert form.name.text() == ""


def test_what_goes_wrong_is_said_and_the_form_stays(panel, qtbot, server):
    server.at["models"] = refuse(401, f"wrong key {KEY}")
    form = panel.servers.form
    form.name.setText("lab")
    form.address.setText(server.url)
    form.key.setText(KEY)
    form.test.click()
    qtbot.waitUntil(lambda: "check the key" in form.banner.message, timeout=WAIT_MS)
    assert form.key.text() == KEY
    assert form.save.isEnabled()
    form.name.setText("no spaces please")
    form.save.click()
    qtbot.waitUntil(lambda: "cannot be called" in form.banner.message, timeout=WAIT_MS)
    servers = ask(panel, lambda core: core.servers.all())
    qtbot.waitUntil(lambda: servers == [()], timeout=WAIT_MS)


def test_files_and_servers_have_their_own_lists(panel, qtbot):
    added = ask(
        panel,
        lambda core: core.servers.add(Server(name="lab", base_url="localhost", models=("m",))),
    )
    qtbot.waitUntil(lambda: bool(added), timeout=WAIT_MS)
    panel.shown()
    qtbot.waitUntil(lambda: panel.servers.table.rowCount() == 1, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: bool(panel.files.table_model.entries), timeout=WAIT_MS)
    assert all(entry.source != "server" for entry in panel.files.table_model.entries)
    panel.parts.choose(0)
    assert panel.files.isVisible()


def test_every_control_has_a_name(panel):
    assert unnamed(panel) == []


def test_many_models_are_chosen_not_all_taken(qtbot):
    form = ServerForm()
    qtbot.addWidget(form)
    form.show()
    names = tuple(f"model-{number}" for number in range(40))
    form.show_report(ServerReport(kind="", models=names, seconds=0.1))
    assert form.chosen_models == ()
    assert "40 models" in form.found.text()
    form.filter.setText("model-39")
    shown = [i for i in range(40) if not form.models.item(i).isHidden()]
    assert shown == [39]
    form.models.item(39).setCheckState(Qt.CheckState.Checked)
    form.filter.clear()
    assert form.chosen_models == ("model-39",)


def test_a_model_that_the_server_does_not_list_is_added_by_its_name(qtbot):
    form = ServerForm()
    qtbot.addWidget(form)
    form.show_server(None)
    form.show_report(ServerReport(kind="", models=(), seconds=0.1, lists_models=False))
    assert "does not say which models it has" in form.found.text()
    form.filter.setText("hidden-model")
    qtbot.keyClick(form.filter, Qt.Key.Key_Return)
    assert form.chosen_models == ("hidden-model",)
    form.show_report(ServerReport(kind="", models=(), seconds=0.1))
    assert "has no models" in form.found.text()


def test_a_server_elsewhere_is_said_to_get_the_text(qtbot):
    form = ServerForm()
    qtbot.addWidget(form)
    form.show_server(Server(name="cloud", base_url="http://models.example.org/v1"))
    assert "leave this machine" in form.where.text()
    assert "models.example.org" in form.where.text()
    assert "unencrypted" in form.warning.text()


def test_the_status_bar_says_where_text_goes(qtbot):
    bar = StatusBar()
    qtbot.addWidget(bar)
    assert bar.offline.text() == "Offline"
    status = EngineStatus(
        state="ready", model_name="cloud/big", model_path="remote:cloud/big", place="example.org"
    )
    bar.show_engine(status)
    assert bar.offline.text() == "Text is sent to example.org"
    assert bar.engine.text() == "Server ready"
    bar.show_engine(msgspec.structs.replace(status, state="dead", error="It cannot be reached."))
    assert (bar.engine.text(), bar.engine.toolTip()) == ("Server failed", "It cannot be reached.")
    bar.show_engine(EngineStatus(state="ready", model_name="own", model_path="/own.gguf"))
    assert (bar.offline.text(), bar.engine.text()) == ("Offline", "Engine ready")
