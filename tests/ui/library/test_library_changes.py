"""The library is changed: moved, renamed, tagged, deleted, taken back."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QMenu

from tests.ui.conftest import WAIT_MS
from tests.ui.library.driving import choose, gone, open_prompt, shown, write
from workbench.domain.prompts.exchange import SANDBOXED
from workbench.domain.prompts.library import Moved
from workbench.ui.kit import Question
from workbench.ui.library.tree_model import mime_of, paths_of


def test_delete_puts_aside_and_undo_brings_back(panel, home, qtbot):
    mail = home / "mail.prompty"
    open_prompt(panel, qtbot, mail)
    write(panel, "Unsaved.\n")
    choose(panel, mail)
    qtbot.keyClick(panel.library.tree, Qt.Key.Key_Delete)
    gone(panel, qtbot, mail)
    assert str(mail) not in panel.model.documents
    assert panel.work.banner.message == "mail.prompty was moved to the trash."
    qtbot.keyClick(panel.library.tree, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    shown(panel, qtbot, mail)
    assert panel.work.banner.message == "", "it is not in the trash any more"
    open_prompt(panel, qtbot, mail)
    assert "Unsaved." in panel.work.editor.toPlainText()


def test_a_renamed_prompt_keeps_its_tab_text_and_undo(panel, home, qtbot):
    mail, letter = home / "mail.prompty", home / "letter.prompty"
    open_prompt(panel, qtbot, mail)
    write(panel, "Unsaved.\n")
    tabs = panel.work.tabs.count()
    choose(panel, mail)
    qtbot.keyClick(panel.library.tree, Qt.Key.Key_F2)
    box = panel.library.tree.viewport().findChild(QLineEdit)
    box.setText("letter")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    shown(panel, qtbot, letter)
    assert panel.model.current.path == str(letter)
    assert panel.work.tabs.count() == tabs
    assert str(letter) in panel.work.paths()
    assert panel.model.current.dirty
    panel.work.editor.undo()
    assert "Unsaved." not in panel.work.editor.toPlainText()
    panel.library_actions.undo()
    shown(panel, qtbot, mail)
    qtbot.waitUntil(lambda: panel.model.current.path == str(mail), timeout=WAIT_MS)


def test_a_drop_moves_within_and_copies_from_outside(panel, home, qtbot, tmp_path):
    rows = panel.library.tree.library
    work = rows.index_of(str(home / "work"))
    inside = mime_of([str(home / "mail.prompty")])
    assert rows.canDropMimeData(inside, Qt.DropAction.CopyAction, -1, -1, work)
    rows.dropMimeData(inside, Qt.DropAction.CopyAction, -1, -1, work)
    shown(panel, qtbot, home / "work" / "mail.prompty")
    assert not (home / "mail.prompty").exists()
    outside = tmp_path / "other.md"
    outside.write_text("from outside")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(outside))])
    rows.dropMimeData(
        mime, Qt.DropAction.CopyAction, -1, -1, rows.index_of(str(home / "work" / "sum.prompty"))
    )
    assert not (home / "work" / "other.md").exists()
    question = the_question(panel)
    assert question.accessibleName() == "Import 1 file into work?"
    assert question.accessibleDescription().startswith("other.md\n")
    assert SANDBOXED in question.accessibleDescription()
    question.buttons[0].click()
    shown(panel, qtbot, home / "work" / "other.md")
    assert outside.exists()


def test_nothing_is_imported_where_the_question_is_not_answered(panel, home, qtbot, tmp_path):
    names = [f"{number}.md" for number in range(10)]
    for name in names:
        (tmp_path / name).write_text("from outside")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in names])
    QGuiApplication.clipboard().setMimeData(mime)
    choose(panel, home / "work")
    for answer in ("Cancel", "Escape"):
        panel.library.tree.paste()
        question = the_question(panel)
        assert "7.md\nand 2 more" in question.accessibleDescription()
        if answer == "Cancel":
            question.buttons[1].click()
        else:
            qtbot.keyClick(question, Qt.Key.Key_Escape)
        assert not question.isVisible()
    copy_of_own = home / "work" / "mail.prompty"
    choose(panel, home / "mail.prompty")
    panel.library.tree.copy()
    choose(panel, home / "work")
    panel.library.tree.paste()
    shown(panel, qtbot, copy_of_own)
    assert sorted(file.name for file in (home / "work").iterdir()) == [
        "mail.prompty",
        "sum.prompty",
    ]


def the_question(panel) -> Question:
    """The one that is over the window."""
    (question,) = [each for each in panel.window().findChildren(Question) if each.isVisible()]
    return question


def test_a_file_that_is_no_prompt_is_refused_in_a_sentence(panel, home, qtbot, tmp_path):
    (tmp_path / "a.png").write_bytes(b"x")
    panel.library_actions.import_file([str(tmp_path / "a.png")], str(home))
    qtbot.waitUntil(lambda: "no prompt file" in panel.work.banner.message, timeout=WAIT_MS)


def test_what_ships_is_copied_by_a_drop_and_takes_none(panel, home, paths, qtbot):
    rows = panel.library.tree.library
    shipped = paths.shipped_prompts / "classify" / "sentiment.prompty"
    place = rows.index_of(str(shipped))
    assert not rows.canDropMimeData(mime_of([str(home)]), Qt.DropAction.CopyAction, -1, -1, place)
    assert not rows.flags(place) & Qt.ItemFlag.ItemIsEditable
    panel.library_actions.move([str(shipped)], str(home / "work"))
    shown(panel, qtbot, home / "work" / "sentiment.prompty")
    assert shipped.exists()


def test_a_drag_gives_other_programs_the_file(panel, home):
    rows = panel.library.tree.library
    mime = rows.mimeData([rows.index_of(str(home / "mail.prompty"))])
    assert [url.toLocalFile() for url in mime.urls()] == [str(home / "mail.prompty")]
    assert rows.supportedDragActions() == Qt.DropAction.CopyAction
    hostile = QMimeData()
    hostile.setData("application/x-workbench-prompts", b'{"a": 1}')
    assert paths_of(hostile) == ([], False)


def test_cut_and_paste_move_by_keyboard(panel, home, qtbot):
    control = Qt.KeyboardModifier.ControlModifier
    choose(panel, home / "mail.prompty")
    qtbot.keyClick(panel.library.tree, Qt.Key.Key_X, control)
    assert panel.library.tree.library.cut == {str(home / "mail.prompty")}
    choose(panel, home / "work")
    qtbot.keyClick(panel.library.tree, Qt.Key.Key_V, control)
    shown(panel, qtbot, home / "work" / "mail.prompty")
    panel.library_actions.undo()
    shown(panel, qtbot, home / "mail.prompty")
    panel.library.tree.leave_clipboard()
    assert QGuiApplication.clipboard().text() == str(home / "mail.prompty")


def test_several_are_tagged_at_once_and_untagged_by_undo(panel, home, qtbot):
    paths = [str(home / "mail.prompty"), str(home / "notes.md")]
    Path(paths[1]).write_text("notes")
    before = [Path(path).read_bytes() for path in paths]
    panel.library_actions.tag(paths, ["new one"])
    qtbot.waitUntil(
        lambda: all("new one" in Path(path).read_text() for path in paths), timeout=WAIT_MS
    )
    qtbot.waitUntil(lambda: "tagged new one" in panel.work.banner.message, timeout=WAIT_MS)
    panel.library_actions.undo()
    qtbot.waitUntil(lambda: Path(paths[0]).read_bytes() == before[0], timeout=WAIT_MS)


def test_favourites_stand_on_top(panel, home, qtbot):
    choose(panel, home / "mail.prompty")
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(panel.library.tree, Qt.Key.Key_B, control)
    rows = panel.library.tree.library
    qtbot.waitUntil(lambda: rows.node(rows.index(0, 0)).name == "Favourites", timeout=WAIT_MS)
    assert rows.node(rows.index(0, 0)).children[0].path == str(home / "mail.prompty")
    panel.library_actions.favourite([str(home / "mail.prompty")])
    qtbot.waitUntil(lambda: rows.node(rows.index(0, 0)).name != "Favourites", timeout=WAIT_MS)


def test_a_new_folder_waits_for_its_name(panel, home, qtbot):
    choose(panel, home / "work")
    panel.library_commands.create_folder()
    shown(panel, qtbot, home / "work" / "New folder")
    tree = panel.library.tree
    qtbot.waitUntil(lambda: tree.state() == tree.State.EditingState, timeout=WAIT_MS)


def test_what_is_renamed_or_moved_stays_current_and_folded(panel, home, qtbot):
    tree = panel.library.tree
    tree.setExpanded(choose(panel, home / "work"), False)
    panel.library_actions.rename(str(home / "work"), "office")
    shown(panel, qtbot, home / "office")
    qtbot.waitUntil(lambda: tree.chosen_paths() == [str(home / "office")], timeout=WAIT_MS)
    assert not tree.isExpanded(tree.library.index_of(str(home / "office")))
    choose(panel, home / "mail.prompty")
    panel.library_actions.move([str(home / "mail.prompty")], str(home / "office"))
    moved = str(home / "office" / "mail.prompty")
    qtbot.waitUntil(lambda: tree.chosen_paths() == [moved], timeout=WAIT_MS)
    assert tree.library.node(tree.currentIndex()).path == moved


def test_what_is_renamed_stays_current_where_the_list_was_read_before(panel, home):
    tree = panel.library.tree
    choose(panel, home / "mail.prompty")
    old, new = str(home / "mail.prompty"), str(home / "letter.prompty")
    read = tree.library.listing
    entries = tuple(
        msgspec.structs.replace(each, path=new, name="letter.prompty") if each.path == old else each
        for each in read.entries
    )
    tree.show_library(msgspec.structs.replace(read, entries=entries))
    assert tree.chosen_paths() == []
    tree.follow([Moved(old=old, new=new)])
    assert tree.chosen_paths() == [new]


def test_the_row_below_is_current_after_one_is_deleted(panel, home, qtbot):
    tree = panel.library.tree
    tree.setExpanded(choose(panel, home / "work"), True)
    choose(panel, home / "work" / "sum.prompty")
    qtbot.keyClick(tree, Qt.Key.Key_Delete)
    gone(panel, qtbot, home / "work" / "sum.prompty")
    assert tree.library.node(tree.currentIndex()).path == str(home / "mail.prompty")
    assert tree.chosen_paths() == []


def test_a_second_new_prompt_gets_a_number(panel, home, qtbot):
    for name in ("New prompt.prompty", "New prompt 2.prompty"):
        panel.library_actions.create(folder=str(home / "work"))
        shown(panel, qtbot, home / "work" / name)


def test_a_menu_offers_what_can_be_done(panel, home, qtbot):
    index = choose(panel, home / "mail.prompty")
    panel.library_commands.show_menu(panel.library.tree.visualRect(index).center())
    (menu,) = [each for each in panel.library.findChildren(QMenu) if each.isVisible()]
    words = {entry.text(): entry.isEnabled() for entry in menu.actions() if entry.text()}
    wanted = {"Open", "Rename", "Move to", "Tags", "Duplicate", "Move to trash"}
    assert {word for word, enabled in words.items() if enabled} >= wanted
    menu.close()
    panel.library_commands.show_menu(QPoint(-1, -1))
    menus = [each for each in panel.library.findChildren(QMenu) if each.isVisible()]
    assert "Add a folder to the library…" in [entry.text() for entry in menus[-1].actions()]
    menus[-1].close()
