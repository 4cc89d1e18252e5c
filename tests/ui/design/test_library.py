"""The library as a person uses it: find, drag, rename, put aside, take back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QMenu

from tests.ui.conftest import WAIT_MS, unnamed
from workbench.domain.library import LibraryFolder, LibraryHit, LibraryListing, LibraryResult
from workbench.domain.prompts import LibraryEntry
from workbench.service import library
from workbench.ui.design.library_model import mime_of, paths_of
from workbench.ui.design.library_paint import LibraryPainter, places_of
from workbench.ui.design.library_tree import LibraryTree
from workbench.ui.design.panel import DesignPanel

TEXT = "---\nname: {name}\ntags: [{tags}]\n---\nuser:\n{text}\n"


@pytest.fixture
def home(paths) -> Path:
    (paths.prompts / "work").mkdir(parents=True)
    (paths.prompts / "mail.prompty").write_text(
        TEXT.format(name="Mail", tags="mail, few-shot", text="Dear {{ name }}, chalk is out.")
    )
    (paths.prompts / "work" / "sum.prompty").write_text(
        TEXT.format(name="Sum", tags="maths", text="{% if %}")
    )
    return paths.prompts


@pytest.fixture
def panel(open_design, qtbot, home) -> DesignPanel:
    made = open_design()
    qtbot.waitUntil(lambda: not made.model.listing.pending, timeout=WAIT_MS)
    return made


def node_at(panel: DesignPanel, path: Path | str):
    rows = panel.library.tree.library
    return rows.node(rows.index_of(str(path)))


def choose(panel: DesignPanel, path: Path | str) -> QModelIndex:
    tree = panel.library.tree
    index = tree.library.index_of(str(path))
    assert index.isValid()
    tree.choose(index)
    tree.setFocus()
    return index


def shown(panel: DesignPanel, qtbot, path: Path | str) -> None:
    qtbot.waitUntil(lambda: node_at(panel, path) is not None, timeout=WAIT_MS)


def gone(panel: DesignPanel, qtbot, path: Path | str) -> None:
    qtbot.waitUntil(lambda: node_at(panel, path) is None, timeout=WAIT_MS)


def open_prompt(panel: DesignPanel, qtbot, path: Path | str) -> None:
    panel.model.open(str(path))
    qtbot.waitUntil(
        lambda: panel.model.current is not None and panel.model.current.path == str(path),
        timeout=WAIT_MS,
    )


def write(panel: DesignPanel, text: str) -> None:
    editor = panel.work.editor
    editor.moveCursor(editor.textCursor().MoveOperation.End)
    editor.insertPlainText(text)


# --- what is shown ----------------------------------------------------------------------------


def test_each_folder_of_the_library_has_a_section(panel, home):
    rows = panel.library.tree.library
    tops = [rows.node(rows.index(row, 0)) for row in range(rows.rowCount())]
    assert (tops[0].name, tops[0].count, tops[0].writable) == ("Your prompts", 2, True)
    assert tops[-1].name == "Included"
    assert not tops[-1].writable
    assert node_at(panel, home / "work").count == 1


def test_a_prompt_that_does_not_parse_is_marked_and_said(panel, home, qtbot):
    qtbot.waitUntil(lambda: bool(node_at(panel, home / "work" / "sum.prompty").entry.problem))
    rows = panel.library.tree.library
    spoken = rows.data(
        rows.index_of(str(home / "work" / "sum.prompty")), Qt.ItemDataRole.AccessibleTextRole
    )
    assert spoken.startswith("sum, problem: Line 6")


def test_unsaved_text_is_marked_and_said(panel, home, qtbot):
    open_prompt(panel, qtbot, home / "mail.prompty")
    write(panel, "More.\n")
    rows = panel.library.tree.library
    index = rows.index_of(str(home / "mail.prompty"))
    assert rows.data(index, Qt.ItemDataRole.AccessibleTextRole) == "mail, unsaved"


def test_the_model_keeps_the_rules_of_qt(panel, qtmodeltester):
    qtmodeltester.check(panel.library.tree.library, force_py=True)


def test_every_part_has_a_name(panel):
    panel.library.open_search()
    assert unnamed(panel.library) == []


def test_what_was_folded_stays_folded(panel, home, qtbot, context):
    tree = panel.library.tree
    tree.setExpanded(tree.library.index_of(str(home / "work")), False)
    state = panel.save_session()
    (home / "new.md").write_text("x")
    shown(panel, qtbot, home / "new.md")  # noticed without being asked
    assert not tree.isExpanded(tree.library.index_of(str(home / "work")))
    again = DesignPanel(context)
    qtbot.addWidget(again)
    again.restore_session({"library": state["library"]})
    again.model._on_core()
    qtbot.waitUntil(lambda: node_at(again, home / "work") is not None, timeout=WAIT_MS)
    view = again.library.tree
    assert not view.isExpanded(view.library.index_of(str(home / "work")))


def test_a_folder_that_is_gone_is_said_in_its_place(panel, tmp_path, qtbot):
    team = tmp_path / "team"
    team.mkdir()
    (team / "x.md").write_text("x")
    panel.library_actions.add_folder(str(team))
    shown(panel, qtbot, team / "x.md")
    (team / "x.md").unlink()
    team.rmdir()
    panel.model.read_library()
    gone(panel, qtbot, team / "x.md")
    assert "not there" in node_at(panel, team).children[0].name
    panel.library_actions.remove_folder(str(team))
    gone(panel, qtbot, team)


# --- search -----------------------------------------------------------------------------------


def test_a_search_finds_words_of_the_text_as_one_types(panel, home, qtbot):
    panel.library.open_search()
    qtbot.keyClicks(panel.library.search, '"chalk is')
    rows = panel.library.tree.library
    qtbot.waitUntil(lambda: rows.result is not None and rows.rowCount() == 1, timeout=WAIT_MS)
    hit = rows.node(rows.index(0, 0)).hit
    assert (hit.path, hit.line) == (str(home / "mail.prompty"), 6)
    assert panel.library.foot.count.text() == "1 found"
    qtbot.keyClick(panel.library.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.model.current.path == hit.path, timeout=WAIT_MS)
    qtbot.keyClick(panel.library.search, Qt.Key.Key_Escape)
    assert rows.result is None
    assert not panel.library.search.isVisible()


def test_a_tag_narrows_the_list_and_a_second_press_widens_it(panel, home, qtbot):
    rows = panel.library.tree.library
    panel.library.toggle_tag("few-shot")
    qtbot.waitUntil(lambda: rows.result is not None, timeout=WAIT_MS)
    assert str(home / "mail.prompty") in [hit.path for hit in rows.result.hits]
    panel.library.toggle_tag("few-shot")
    assert rows.result is None


def test_found_words_are_marked():
    assert places_of("Word problem", ("prob", "oble", "w")) == [(0, 1), (5, 11)]
    assert places_of("Straße", ("stra",)) == []
    assert places_of("aaa", ("",)) == []


# --- changes ----------------------------------------------------------------------------------


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
    shown(panel, qtbot, home / "work" / "other.md")
    assert outside.exists()


def test_a_file_that_is_no_prompt_is_refused_in_a_sentence(panel, home, qtbot, tmp_path):
    (tmp_path / "a.png").write_bytes(b"x")
    panel.library_actions.bring_in([str(tmp_path / "a.png")], str(home))
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


# --- many -------------------------------------------------------------------------------------


def test_five_thousand_prompts_are_painted_when_in_view(qtbot, monkeypatch):
    entries = tuple(
        LibraryEntry(path=f"/p/f{n % 50}/n{n}.md", name=f"n{n}.md", folder=f"f{n % 50}", root="/p")
        for n in range(5_000)
    )
    folders = tuple(f"f{n}" for n in range(50))
    pane = LibraryTree()
    qtbot.addWidget(pane)
    pane.resize(240, 800)
    pane.show()
    pane.show_listing(
        LibraryListing(
            folders=(LibraryFolder(path="/p", kind="user", folders=folders),), entries=entries
        )
    )
    pane.tree.set_all_folded(False)
    painted: list[object] = []
    monkeypatch.setattr(
        LibraryPainter, "_paint_file", lambda _self, _painter, _area, node, _o: painted.append(node)
    )
    pane.grab()
    assert 0 < len(painted) < 60
    rows = pane.tree.library
    assert rows.rowCount(rows.index_of("/p/f7")) == 100


def many(number: int, **known: object) -> LibraryListing:
    entries = tuple(
        LibraryEntry(path=f"/p/n{n}.md", name=f"n{n}.md", folder="", root="/p", **known)
        for n in range(number)
    )
    return LibraryListing(folders=(LibraryFolder(path="/p", kind="user"),), entries=entries)


def test_what_is_learnt_of_prompts_is_shown_in_their_rows(qtbot):
    pane = LibraryTree()
    qtbot.addWidget(pane)
    pane.show_listing(many(40))
    rows = pane.tree.library
    resets: list[object] = []
    rows.modelReset.connect(lambda: resets.append(None))
    with qtbot.waitSignal(rows.dataChanged) as changed:
        pane.show_listing(many(40, tags=("maths",), description="Adds.", problem="Line 2: no."))
    first, last = changed.args[:2]
    assert (first.row(), last.row()) == (0, 39)
    assert resets == []
    index = rows.index_of("/p/n7.md")
    assert "Tags: maths" in rows.data(index, Qt.ItemDataRole.ToolTipRole)
    assert "Line 2" in rows.data(index, Qt.ItemDataRole.AccessibleTextRole)
    assert pane.foot.tags() == ["maths"]
    pane.show_listing(many(41))
    assert resets == [None]
    assert rows.rowCount(rows.index(0, 0)) == 41


def test_the_hits_of_a_search_are_made_as_one_scrolls(qtbot, qtmodeltester):
    pane = LibraryTree()
    qtbot.addWidget(pane)
    pane.resize(240, 400)
    pane.show()
    listing = many(1_000)
    pane.show_listing(listing)
    pane.open_search()
    pane.search.setText("n")
    result = LibraryResult(hits=tuple(LibraryHit(path=e.path) for e in listing.entries))
    pane.show_result("n", result)
    rows = pane.tree.library
    assert rows.rowCount() < 1_000
    assert pane.foot.count.text() == "1,000 found"
    qtmodeltester.check(rows, force_py=True)
    bar = pane.tree.verticalScrollBar()
    for _ in range(10):
        bar.setValue(bar.maximum())
    assert rows.rowCount() == 1_000
    assert [rows.node(rows.index(row, 0)).path for row in (0, 500, 999)] == [
        f"/p/n{row}.md" for row in (0, 500, 999)
    ]


def test_heads_are_read_once_however_often_files_are_looked_for(panel, qtbot, home, monkeypatch):
    read: list[str] = []
    read_heads = library.read_heads

    async def counted(pool, files):
        read.extend(path for path, _ in files)
        return await read_heads(pool, files)

    for n in range(5):
        (home / f"new{n}.prompty").write_text(TEXT.format(name=f"N{n}", tags="fresh", text="x"))
    monkeypatch.setattr(library, "read_heads", counted)
    for _ in range(3):
        panel.model.read_library()
    qtbot.waitUntil(lambda: "fresh" in panel.library.foot.tags(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not panel.model.listing.pending, timeout=WAIT_MS)
    assert sorted(read) == [str(home / f"new{n}.prompty") for n in range(5)]
