"""What tests of the library do again and again."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex

from tests.ui.conftest import WAIT_MS
from workbench.ui.design.panel import DesignPanel

TEXT = "---\nname: {name}\ntags: [{tags}]\n---\nuser:\n{text}\n"


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
