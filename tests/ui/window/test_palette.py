"""The palette: what it lists, how words fit, and that a command goes where it acts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest

from tests.ui.conftest import WAIT_MS
from workbench.domain.finding import fit, name_words
from workbench.service import ChatOptions
from workbench.ui.actions import Action
from workbench.ui.main_window import MainWindow
from workbench.ui.panels import PANELS


@pytest.fixture
def palette(window):
    window.actions_table.trigger("palette.open")
    return window.palette_box


def groups(palette):
    """What is listed: titles under their headings."""
    found = {}
    for entry in palette._rows.rows:
        if entry.run is None:
            found[entry.title] = titles = []
        else:
            titles.append(entry.title)
    return found


def type_in(palette, qtbot, text):
    palette.box.setText(text)
    qtbot.waitUntil(lambda: not palette._waiting(), timeout=WAIT_MS)


def test_commands_of_workspaces_that_nobody_opened_are_there_from_the_start(window):
    assert window._used == {"design"}
    window.actions_table.trigger("palette.open")
    titles = {entry.title for entry in window.palette_box.entries}
    assert {"Run all columns", "Zoom in", "New conversation", "Get a model"} <= titles
    assert {action.scope for action in window.actions_table.all()} == {*window.specs, ""}


def test_a_command_goes_where_it_acts(window, qtbot):
    window.go("chat")
    window.make_all()
    compare = window.panels["compare"]
    compare.model.refresh()
    qtbot.waitUntil(lambda: bool(compare.model.strategies), timeout=WAIT_MS)
    before = len(compare.model.columns)
    window.actions_table.perform("compare.add_column")
    assert window.stack.currentWidget() is compare
    assert len(compare.model.columns) == before + 1


def test_no_command_acts_on_a_workspace_that_is_not_shown(window, qtbot, monkeypatch):
    """Every command of a panel, from elsewhere: its workspace is in front when it acts."""
    window.make_all()
    shown = []
    for action in window.actions_table.all():
        if action.scope:
            elsewhere = "models" if action.scope == "chat" else "chat"
            window.go(elsewhere)
            monkeypatch.setitem(
                window.actions_table._actions,
                action.id,
                Action(
                    id=action.id,
                    title=action.title,
                    run=lambda: shown.append(window.stack.currentWidget()),
                    scope=action.scope,
                ),
            )
            window.actions_table.trigger(action.id)
            assert shown.pop() is window.panels[action.scope], action.id


def test_a_command_that_cannot_be_done_is_shown_so_and_says_so(window, qtbot):
    window.go("tree")
    window.actions_table.trigger("palette.open")
    prune = next(e for e in window.palette_box.entries if e.title == "Prune the node")
    assert prune.dim
    prune.run()
    assert window.notice.message == "“Prune the node” is not available now."


def test_a_command_is_run_from_the_keyboard_and_the_focus_comes_back(window, qtbot, palette):
    qtbot.keyClicks(palette.box, "mod go")
    assert palette.entries[0].title == "Go to Models"
    qtbot.keyClick(palette.box, Qt.Key.Key_Return)
    assert window.stack.currentWidget() is window.panels["models"]
    assert palette.isHidden()
    assert window.panels["chat"] is not window.stack.currentWidget()


def test_words_begin_words(palette, qtbot):
    type_in(palette, qtbot, "ree")  # in "Tree" and "free", at no beginning
    assert "Commands" not in groups(palette)
    assert palette.nothing.isVisible()
    assert palette.nothing.text().startswith("Nothing found. ")
    type_in(palette, qtbot, "tre exp")
    assert all("Export the tree" in title for title in groups(palette)["Commands"])
    assert not palette.nothing.isVisible()


@pytest.mark.parametrize(
    ("typed", "name", "rank"),
    [
        ("word prob", "Word problem", 0),
        ("prob wo", "Word problem", 2),
        ("prob", "Word problem", 1),
        ("roblem", "Word problem", None),
        ("cafe", "Café au lait", 0),
        ("CAFÉ", "cafe", 0),
        ("世界", "你好世界", 0),
        ("few-shot", "Few shot list", 0),
        ("", "anything", None),
        ("...", "anything", None),
    ],
)
def test_how_well_a_name_fits(typed, name, rank):
    assert fit(name_words(typed), name_words(name)) == rank


def test_prompts_chats_models_and_runs_are_found_in_groups(window, qtbot, palette):
    done = []

    async def say(core):
        prompt = await core.prompt_files.create("narwhals", "", "user:\nTell me of narwhals.")
        chat = await core.chats.create("About narwhals")
        message = await core.chats.send(chat.conversation_id, "hello?", ChatOptions())
        await core.runs.wait(message.run_id)
        return prompt.path

    window.bridge.call(say, done.append)
    qtbot.waitUntil(lambda: bool(done), timeout=WAIT_MS)
    type_in(palette, qtbot, "narw")
    assert groups(palette) == {"Prompts": ["narwhals"], "Chats": ["About narwhals"]}
    palette.entries[0].run()
    design = window.panels["design"]
    assert window.stack.currentWidget() is design
    qtbot.waitUntil(
        lambda: design.model.current is not None and design.model.current.path == done[0],
        timeout=WAIT_MS,
    )


def test_a_run_is_found_by_its_number_and_its_words(window, qtbot, palette):
    from workbench.domain.runs.spec import RunSpec, TemplatePrompt  # noqa: PLC0415

    done = []

    async def ask(core):
        spec = RunSpec(prompt=TemplatePrompt("x.prompty", "user:\nCount the zebras."))
        run_id = await core.runs.start(spec)
        await core.runs.wait(run_id)
        return run_id

    window.bridge.call(ask, done.append)
    qtbot.waitUntil(lambda: bool(done), timeout=WAIT_MS)
    for typed in (f"run {done[0]}", str(done[0]), "zebr"):
        type_in(palette, qtbot, typed)
        runs = [entry for entry in palette.entries if entry.note == f"Run {done[0]:,}"]
        assert len(runs) == 1, typed
    runs[0].run()
    assert window.panels["history"].opened.run_id == done[0]


def test_escape_closes_the_palette_and_does_nothing_else(window, qtbot, palette):
    ran = []
    window.actions_table.ran.connect(ran.append)
    qtbot.keyClick(palette.box, Qt.Key.Key_Escape)
    assert palette.isHidden()
    assert ran == []


def test_the_palette_is_as_high_as_its_lines(window, qtbot, palette):
    type_in(palette, qtbot, "quit")
    small = palette.card.height()
    palette.box.clear()
    assert palette.card.height() > small
    assert palette.card.geometry().bottom() < window.height()


def test_the_last_commands_come_first(window, qtbot, tmp_path):
    window.actions_table.trigger("go.history")
    window.actions_table.trigger("palette.open")
    assert groups(window.palette_box)["Recent"] == ["Go to History"]


def test_every_workspace_has_the_digit_of_its_place_on_the_rail(window):
    keys = {spec.title: spec.keys for spec in PANELS}
    places = ("Design", "Compare", "Tree", "Chat", "Evaluate", "Sources", "History", "Models")
    for title, shown in keys.items():
        assert shown == f"Ctrl+{places.index(title) + 1}"
    assert list(keys) == [title for title in places if title in keys]


def test_workspaces_are_made_by_themselves_without_being_shown(bridge, qtbot, tmp_path):
    settings = QSettings(str(tmp_path / "other.ini"), QSettings.Format.IniFormat)
    window = MainWindow(bridge, settings)
    window._on_opened()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: len(window.panels) == len(window.specs), timeout=WAIT_MS)
    QTest.qWait(0)
    assert window._used == {"design"}
