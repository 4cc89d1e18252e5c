"""Thousands of prompts, and what is read of them later."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.ui.conftest import WAIT_MS
from tests.ui.library.driving import TEXT
from workbench.domain.prompts.library import (
    LibraryFolder,
    LibraryHit,
    LibraryListing,
    LibraryResult,
    PromptRecord,
)
from workbench.service.prompts import library
from workbench.ui.library.nodes import tree_of
from workbench.ui.library.pane import LibraryTree
from workbench.ui.library.row_delegate import LibraryPainter


def test_five_thousand_prompts_are_painted_when_in_view(qtbot, monkeypatch):
    entries = tuple(
        PromptRecord(path=f"/p/f{n % 50}/n{n}.md", name=f"n{n}.md", folder=f"f{n % 50}", root="/p")
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
        LibraryPainter, "_paint_file", lambda *given, **_o: painted.append(given[3])
    )
    pane.grab()
    assert 0 < len(painted) < 60
    rows = pane.tree.library
    assert rows.rowCount(rows.index_of("/p/f7")) == 100


def many(number: int, **known: object) -> LibraryListing:
    entries = tuple(
        PromptRecord(path=f"/p/n{n}.md", name=f"n{n}.md", folder="", root="/p", **known)
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


@pytest.mark.parametrize(
    ("writable", "says"),
    [(True, "None yet: Ctrl+N makes one"), (False, "None: this folder is read-only")],
)
def test_an_empty_section_offers_a_new_prompt_only_where_one_can_be_put(writable, says):
    mine = LibraryFolder(path="/mine", kind="user", writable=writable)
    (section,) = tree_of(LibraryListing(folders=(mine,)))
    assert [row.name for row in section.children] == [says]
