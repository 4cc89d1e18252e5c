"""The list of the library: sections, marks, search and tags."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.ui.conftest import WAIT_MS, unnamed
from tests.ui.library.driving import gone, node_at, open_prompt, shown, write
from workbench.ui.design.panel import DesignPanel
from workbench.ui.library.row_delegate import places_of


def test_each_folder_of_the_library_has_a_section(panel, home):
    rows = panel.library.tree.library
    tops = [rows.node(rows.index(row, 0)) for row in range(rows.rowCount())]
    assert (tops[0].name, tops[0].count, tops[0].writable) == ("Your prompts", 2, True)
    assert tops[-1].name == "Included"
    assert not tops[-1].writable
    assert node_at(panel, home / "work").count == 1


def test_a_prompt_that_does_not_parse_is_marked_and_said(panel, home, qtbot):
    qtbot.waitUntil(
        lambda: bool(node_at(panel, home / "work" / "sum.prompty").entry.problem), timeout=WAIT_MS
    )
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
