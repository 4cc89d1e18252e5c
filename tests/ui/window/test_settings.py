"""Settings and Help: every choice is applied at once and kept; what they list is true."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.conftest import WAIT_MS, ask, unnamed
from workbench.ui.actions import Action, ActionTable, shown_keys
from workbench.ui.bindings import bindings
from workbench.ui.kit import IconButton, Label
from workbench.ui.kit.forms.sampling_defaults import sampling_defaults
from workbench.ui.kit.motion import choose_motion, motion_reduced
from workbench.ui.main_window import MainWindow
from workbench.ui.preferences import Preferences
from workbench.ui.theme import TEXT_SCALES, font, theme
from workbench.ui.theme.theme import token_size
from workbench.ui.theme.tokens import TOKENS


@pytest.fixture(autouse=True)
def _as_it_was():
    yield
    choose_motion("system")
    sampling_defaults().choose({})


@pytest.fixture
def settings(window):
    window.go("settings")
    return window.panels["settings"]


def kept(window, tmp_path):
    """What another start would find."""
    window._settings.sync()
    return Preferences(QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))


def press(segmented, index):
    segmented._group.button(index).click()


def pick(chooser, value):
    assert chooser.choose(value)
    chooser.activated.emit(chooser.currentIndex())


def test_the_theme_is_chosen_and_kept(window, settings, tmp_path):
    press(settings.appearance.theme, 1)
    assert theme().scheme == "light"
    assert kept(window, tmp_path).theme == "light"


def test_the_size_of_text_reaches_every_text_and_comes_back(window, settings, tmp_path, qtbot):
    label = Label("x", "small")
    qtbot.addWidget(label)
    label.show()
    editor = window.panels["design"].work.editor
    body, code = QApplication.font().pixelSize(), editor.font().pixelSize()
    pick(settings.appearance.text_size, 1.5)
    assert QApplication.font().pixelSize() == round(body * 1.5)
    assert label.font().pixelSize() == round(TOKENS.type["small"].size * 1.5)
    assert editor.font().pixelSize() == round(code * 1.5)
    theme().choose("light")  # the style sheet is laid on again: fonts must not come off with it
    assert label.font().pixelSize() == round(TOKENS.type["small"].size * 1.5)
    assert kept(window, tmp_path).text_scale == 1.5
    window.actions_table.trigger("text.normal")
    assert label.font().pixelSize() == TOKENS.type["small"].size
    assert settings.appearance.text_size.currentData() == 1.0


def test_larger_and_smaller_end_at_the_ends(window):
    for _ in range(9):
        window.actions_table.trigger("text.larger")
    assert theme().text_scale == TEXT_SCALES[-1]
    for _ in range(9):
        window.actions_table.trigger("text.smaller")
    assert theme().text_scale == TEXT_SCALES[0]


@pytest.mark.parametrize("scale", TEXT_SCALES)
def test_the_size_that_a_text_was_designed_with_is_found_again(scale):
    for token in TOKENS.type.values():
        assert token_size(round(token.size * scale), scale) == token.size


def test_the_keys_for_the_size_of_text_work_also_without_shift(window, qtbot):
    window.activateWindow()
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(window, Qt.Key.Key_Equal, control)
    assert theme().text_scale == 1.1
    qtbot.keyClick(window, Qt.Key.Key_Plus, control)
    assert theme().text_scale == 1.25
    qtbot.keyClick(window, Qt.Key.Key_Minus, control)
    qtbot.keyClick(window, Qt.Key.Key_0, control)
    assert theme().text_scale == 1.0


def test_another_editor_font_is_put_on_and_off_again(window, settings, tmp_path):
    editor = window.panels["design"].work.editor
    own = editor.font().family()
    window.preferences.choose_editor_family("Some Mono")
    assert editor.font().family() == font("code").family() == "Some Mono"
    assert settings.appearance.family.currentData() == "Some Mono"
    assert kept(window, tmp_path).editor_family == "Some Mono"
    pick(settings.appearance.family, "")
    assert editor.font().family() == own


def test_motion_is_chosen(window, settings, tmp_path):
    press(settings.appearance.motion, 2)
    assert motion_reduced()
    press(settings.appearance.motion, 1)
    assert not motion_reduced()
    assert kept(window, tmp_path).motion == "full"


def test_the_default_sampling_is_taken_where_nothing_else_was_chosen(window, settings, tmp_path):
    window.go("chat")
    window.go("compare")
    chat, compare = window.panels["chat"].composer.sampling, window.panels["compare"].bar.sampling
    chat.form.editors["temperature"].setValue(0.25)
    settings.sampling.sampling.form.editors["temperature"].setValue(1.1)
    assert compare.sampling.temperature == 1.1
    assert chat.sampling.temperature == 0.25
    assert kept(window, tmp_path).sampling == {"temperature": 1.1}
    settings.sampling.reset.click()
    assert settings.sampling.sampling.sampling.temperature == compare.sampling.temperature == 0.7
    assert kept(window, tmp_path).sampling == {}


@pytest.mark.parametrize("damaged", ["", "[", "7", '{"temperature": "hot"}', '{"mode": "slow"}'])
def test_damaged_choices_are_the_usual_ones(tmp_path, damaged):
    file = QSettings(str(tmp_path / "damaged.ini"), QSettings.Format.IniFormat)
    for name in ("theme", "text_scale", "motion", "sampling"):
        file.setValue(name, damaged)
    found = Preferences(file)
    assert (found.theme, found.motion, found.sampling) == ("system", "system", {})
    assert found.text_scale in TEXT_SCALES


@pytest.mark.parametrize("damaged", ["", "[", "7", '{"palette.open": 7}'])
def test_damaged_keys_are_those_of_the_program(tmp_path, damaged):
    file = QSettings(str(tmp_path / "damaged.ini"), QSettings.Format.IniFormat)
    file.setValue("keys", damaged)
    assert Preferences(file).keys == {}


def labels(widget):
    return [label.text() for label in widget.findChildren(Label)]


def test_folders_versions_and_the_log_are_those_of_this_program(window, settings, qtbot):
    qtbot.waitUntil(lambda: bool(settings.about.versions.text()), timeout=WAIT_MS)
    assert str(window.bridge.store_status.path) in labels(settings.folders)
    assert "PySide6" in settings.about.versions.text()
    assert "llama-cpp-python" in settings.about.versions.text()
    qtbot.waitUntil(lambda: settings.privacy.servers.text() != "", timeout=WAIT_MS)
    assert settings.privacy.servers.text() == "No server was added."


def test_the_end_of_the_log_is_shown(window, settings, qtbot):
    path = window.bridge._ready.result().paths.log
    path.write_text("".join(f"line {number}\n" for number in range(20_000)))
    settings.log.wanted.emit()
    qtbot.waitUntil(lambda: "line 19999" in settings.log.text.toPlainText(), timeout=WAIT_MS)
    shown = settings.log.text.toPlainText().splitlines()
    assert shown[0].startswith("line ")
    assert len(shown) < 20_000


def keys_of(settings):
    """What the list of keys says, by the ids of commands."""
    return {each: button.text() for each, button in settings.keys.buttons.items()}


def test_all_keys_are_listed_and_found(window, settings):
    window.make_all()
    settings.keys.show_keys()
    shown = keys_of(settings)
    for action in window.actions_table.all():
        if action.keys and action.scope in ("", "design", "tree"):
            assert shown[action.id] == shown_keys(action.keys)
    settings.keys.search.setText("ctrl k")
    assert keys_of(settings) == {"palette.open": "Ctrl K"}
    settings.keys.search.setText("theme dark")  # it has no keys
    assert keys_of(settings) == {"theme.dark": "None"}


@pytest.fixture
def _keys_as_at_first():
    yield
    bindings().forget()


def press_keys(settings, qtbot, action_id, key, held=Qt.KeyboardModifier.ControlModifier):
    settings.keys.buttons[action_id].click()
    assert settings.keys.buttons[action_id].text() == "Press the keys…"
    qtbot.keyClick(settings.keys.buttons[action_id], key, held)


@pytest.mark.usefixtures("_keys_as_at_first")
def test_other_keys_work_are_shown_and_kept(window, settings, qtbot, tmp_path):
    press_keys(settings, qtbot, "palette.open", Qt.Key.Key_J)
    assert keys_of(settings)["palette.open"] == "Ctrl J"
    assert window.top.search.text().endswith("Ctrl J")
    assert kept(window, tmp_path).keys == {"palette.open": "Ctrl+J"}
    window.activateWindow()
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(window, Qt.Key.Key_K, control)
    assert not window.palette_box.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_J, control)
    assert window.palette_box.isVisible()
    window.palette_box.hide()
    settings.keys.reset.click()
    assert window.top.search.text().endswith("Ctrl K")
    assert kept(window, tmp_path).keys == {}


@pytest.mark.usefixtures("_keys_as_at_first")
def test_keys_that_another_command_has_are_named_and_taken_only_when_asked(window, settings, qtbot):
    press_keys(settings, qtbot, "help.show", Qt.Key.Key_K)
    sentence = settings.keys.banner
    assert sentence.message == (
        "Ctrl K is “Search or run a command” (Everywhere), which would have none."
    )
    assert keys_of(settings)["help.show"] == "F1"
    sentence.remedy.click()
    assert keys_of(settings)["help.show"] == "Ctrl K"
    assert keys_of(settings)["palette.open"] == "None"
    assert window.top.search.text().strip() == "Search or run a command"


@pytest.mark.usefixtures("_keys_as_at_first")
@pytest.mark.parametrize(
    ("key", "held", "sentence"),
    [
        (Qt.Key.Key_J, Qt.KeyboardModifier.NoModifier, "J types text: hold Ctrl or Alt with it."),
        (
            Qt.Key.Key_C,
            Qt.KeyboardModifier.ControlModifier,
            "Text fields use Ctrl C themselves: press others.",
        ),
        (
            Qt.Key.Key_Down,
            Qt.KeyboardModifier.NoModifier,
            "Down moves or presses in lists and fields: hold Ctrl or Alt with it.",
        ),
    ],
)
def test_keys_that_fields_need_are_refused(settings, qtbot, key, held, sentence):
    press_keys(settings, qtbot, "palette.open", key, held)
    assert settings.keys.banner.message == sentence
    assert settings.keys.buttons["palette.open"].is_waiting
    qtbot.keyClick(settings.keys.buttons["palette.open"], Qt.Key.Key_Escape)
    assert keys_of(settings)["palette.open"] == "Ctrl K"


@pytest.mark.usefixtures("_keys_as_at_first")
def test_the_same_keys_in_two_workspaces_are_two_commands(window, settings, qtbot):
    """Ctrl+N in Design and in Chat: one can be changed, and only its buttons say so."""
    window.go("chat")
    window.go("settings")
    press_keys(settings, qtbot, "chat.new", Qt.Key.Key_J)
    tips = [each.toolTip() for each in window.panels["chat"].list.findChildren(IconButton)]
    assert "New conversation (Ctrl J)" in tips
    tips = [each.toolTip() for each in window.panels["design"].findChildren(IconButton)]
    assert "New prompt (Ctrl N)" in tips


def test_chosen_keys_win_over_those_that_a_command_is_made_with(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    made = ActionTable(window, chosen={"a.do": "Ctrl+2", "gone.do": "Ctrl+9"})
    commands = {"a.do": "Ctrl+1", "b.do": "Ctrl+2"}
    made.add(Action(id=each, title=each, run=list, keys=keys) for each, keys in commands.items())
    assert [each.keys for each in made.all()] == ["Ctrl+2", ""]
    assert made.changed_keys() == {"gone.do": "Ctrl+9", "a.do": "Ctrl+2", "b.do": ""}
    bindings().forget()


def test_help_lists_the_keys_of_the_workspace_one_came_from_and_opens_the_guide(window, qtbot):
    window.go("tree")
    window.actions_table.trigger("help.show")
    panel = window.panels["help"]
    assert window.stack.currentWidget() is panel
    qtbot.waitUntil(lambda: labels(panel.keys)[:1] == ["Tree"], timeout=WAIT_MS)
    shown = [text for text in labels(panel.keys) if text]
    assert "Prune the node" in shown
    titles = [title for title, _ in panel.guide.headings()]
    assert {"Design", "Tree", "Keyboard"} <= set(titles)
    panel.chapter.activated.emit(titles.index("Keyboard"))
    assert panel.guide.verticalScrollBar().value() > 0
    window.actions_table.trigger("help.close")
    assert window.stack.currentWidget() is window.panels["tree"]


def test_links_of_the_guide_stay_in_the_program(window):
    window.actions_table.trigger("help.show")
    panel = window.panels["help"]
    panel.guide.anchorClicked.emit("library.md")
    assert panel.guide.page == "library.md"
    assert panel._back.isVisible()
    panel._back.click()
    assert panel.guide.page == "user-guide.md"


def test_settings_and_help_have_no_nameless_control(window, settings, qtbot):
    qtbot.waitUntil(lambda: bool(settings.about.versions.text()), timeout=WAIT_MS)
    assert unnamed(window) == []
    window.actions_table.trigger("help.show")
    assert unnamed(window) == []


def test_the_page_that_was_open_is_shown_at_the_next_start(window, settings, bridge, tmp_path):
    other = MainWindow(bridge, window._settings)
    assert other.stack.currentWidget() is other.panels["settings"]
    other.deleteLater()


def test_a_backup_is_saved_and_waits_for_the_next_start(window, settings, tmp_path, qtbot):
    data = settings.data
    qtbot.waitUntil(lambda: data.copies.text() != "", timeout=WAIT_MS)
    assert data.days.value() == 12
    file = tmp_path / "saved.db"
    data.back_up(str(file))
    qtbot.waitUntil(lambda: data.banner.message.startswith("Saved to"), timeout=WAIT_MS)
    assert file.exists()
    data.stage(str(file))
    qtbot.waitUntil(lambda: "start the program again" in data.banner.message, timeout=WAIT_MS)
    staged = tmp_path / "home" / "history.restore.db"
    assert staged.exists()
    data.banner.remedy.click()
    qtbot.waitUntil(lambda: not staged.exists(), timeout=WAIT_MS)


def test_how_many_backups_are_kept_is_kept(window, settings, qtbot):
    data = settings.data
    qtbot.waitUntil(lambda: data.copies.text() != "", timeout=WAIT_MS)
    data.weeks.setValue(2)
    data.weeks.editingFinished.emit()
    qtbot.waitUntil(lambda: ask(window.bridge, lambda core: core.storage.plan()).weeks == 2,
                    timeout=WAIT_MS)  # fmt: skip


def test_the_name_of_the_user_is_kept_for_profiles(settings, window, qtbot):
    qtbot.waitUntil(lambda: settings.user_name.field.placeholderText() == "User", timeout=WAIT_MS)
    settings.user_name.field.setText("Bo")
    settings.user_name.field.editingFinished.emit()
    qtbot.waitUntil(
        lambda: ask(window.bridge, lambda core: core.profiles.user_name()) == "Bo",
        timeout=WAIT_MS,
    )
