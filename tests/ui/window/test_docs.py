"""What README and docs say of the window is so: keys, chapters, and texts in italics."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from PySide6.QtGui import QAction, QKeySequence, QShortcut

from workbench.ui.main_window import MainWindow

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs" / "user-guide.md"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_KEYS = re.compile(
    r"\b(?:Ctrl\+|Alt\+|Shift\+)+(?:Page Up|Page Down|Enter|F[0-9]+|[A-Za-z]+|[0-9]|[.,\[\]])"
    r"|\bF[0-9]+\b"
)
_NAMES = {"Enter": "Return", "Page Up": "PgUp", "Page Down": "PgDown", "PgDn": "PgDown"}

IN_WIDGETS = {
    "Ctrl+Z", "Ctrl+X", "Ctrl+V", "Ctrl+C",  # of texts and lists, as everywhere
    "Ctrl+B", "F2", "Ctrl+D",  # the library's list: a favourite, rename, duplicate
    "Alt+Shift+Up", "Alt+Shift+Down",  # rows of a list
    "Shift+Return",  # the composer of Chat: a new line
    "Shift+F",  # the grid of results: the failure before
}  # fmt: skip
"""Keys that a widget takes by itself, so that they are in no table."""


def named(page: Path) -> set[str]:
    """The keys that a page names, as Qt writes them."""
    found = set()
    for match in _KEYS.finditer(page.read_text("utf-8")):
        *modifiers, key = match[0].split("+")
        found.add(_portable("+".join([*modifiers, _NAMES.get(key, key)])))
    return found


def _portable(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText)


def taken(window: MainWindow) -> set[str]:
    """The keys that some part of the window takes."""
    window.make_all()
    keys = {action.keys for action in window.actions_table.all()}
    keys |= {key.toString() for each in window.findChildren(QAction) for key in each.shortcuts()}
    shortcuts = window.findChildren(QShortcut)
    keys |= {key.toString() for each in shortcuts for key in each.keys()}  # noqa: SIM118 - Qt's
    return {_portable(key) for key in keys} | IN_WIDGETS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_keys_of_the_docs_are_keys_of_the_window(window, page):
    missing = named(page) - taken(window)
    assert not missing, f"{page.name} names keys that nothing takes: {sorted(missing)}"


# --- the guide ------------------------------------------------------------------------------------

WRITTEN = {"Return": "Enter", "PgUp": "Page Up", "PgDown": "Page Down", ",": "comma"}
IN_LISTS = {
    "design": {"Enter", "Backspace", "Delete", "Ctrl+D", "Ctrl+B", "Ctrl+X", "Ctrl+C", "Ctrl+V",
               "Ctrl+Z", "Alt+Shift+Up", "Alt+Shift+Down"},
    "compare": {"Enter"},
    "tree": {"Up", "Down", "Left", "Right", "Home", "End", "Space"},
    "chat": {"Enter", "Shift+Enter", "Up", "Ctrl+Enter", "F2", "Delete", "Ctrl+Z", "Ctrl+Shift+Z",
             "Left", "Right", "Down", "Home", "End", "P", "/", "Tab"},
    "evaluate": {*"JKHLFDSB/", "Shift+F", "Space", "Enter", "Ctrl+C"},
    "sources": {"Enter"},
    "history": {"Right", "Left", "Delete", "Down", "Enter"},
}  # fmt: skip
"""Keys that editor, lists and canvas take by themselves, by workspace."""
CHAPTERS = {"": "Everywhere", "settings": "Keys of Settings and Help", "help": ""}


def written(keys: str) -> str:
    """Keys as the guide writes them."""
    if keys in {"Ctrl++", "Ctrl+-"}:
        return "Ctrl+plus" if keys == "Ctrl++" else "Ctrl+minus"
    before, plus, last = keys.rpartition("+") if keys != "+" else ("", "", keys)
    return before + plus + (WRITTEN.get(last, last) if last != "," or before else last)


def tables() -> dict[str, set[str]]:
    """The keys of each table of the guide's last chapter, by heading."""
    chapter = GUIDE.read_text("utf-8").split("\n## Keyboard\n")[1]
    found: dict[str, set[str]] = {}
    for part in chapter.split("\n### ")[1:]:
        heading, *lines = part.splitlines()
        cells = [line.split(" | ")[0].removeprefix("| ") for line in lines if line[:2] == "| "]
        found[heading] = {key for cell in cells[1:] for key in cell.split(", ")}
    return found


def test_the_guide_has_all_keys_of_the_table_and_no_other(window):
    window.make_all()
    expected: dict[str, set[str]] = {}
    for action in window.actions_table.all():
        scope = "settings" if action.scope == "help" else action.scope
        if action.keys:
            expected.setdefault(scope, set()).add(written(action.keys))
    for scope, keys in IN_LISTS.items():
        expected[scope] |= keys
    headings = {scope: CHAPTERS.get(scope, f"Keys of {scope.capitalize()}") for scope in expected}
    assert tables() == {headings[scope]: keys for scope, keys in expected.items()}


def test_the_guide_has_a_chapter_for_each_workspace(window):
    chapters = re.findall(r"^## (.+)$", GUIDE.read_text("utf-8"), re.MULTILINE)
    titles = [
        action.title.removeprefix("Go to ")
        for action in window.actions_table.all()
        if action.id.startswith("go.")
    ]
    assert chapters[: len(titles)] == titles
    assert chapters[len(titles) :] == ["Strategies", "Command line", "When things fail", "Keyboard"]


def texts_of_the_window(folder: str = "ui") -> set[str]:
    """Every text in the sources of the window, or of another folder, "" for all."""
    found = set()
    for file in (ROOT / "workbench" / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def test_what_the_guide_has_in_italics_are_texts_of_the_window():
    labels = _in_italics(GUIDE)
    assert len(labels) > 20
    assert sorted(labels - texts_of_the_window()) == []


def test_labels_that_other_pages_name_are_texts_of_the_program():
    texts = texts_of_the_window("")
    labels = _in_italics(ROOT / "docs" / "prompt-files.md")
    bold = re.findall(r"\*\*([^*\n]+[^.*])\*\*", (ROOT / "docs" / "xray.md").read_text("utf-8"))
    assert {"Import prompts…", "X-ray", "Each exactly"} <= labels | set(bold)
    assert sorted((labels | set(bold)) - texts) == []


def _in_italics(page: Path) -> set[str]:
    text = re.sub(r"`[^`]*`|\*\*[^*]+\*\*", "", page.read_text("utf-8"))
    return {" ".join(each.split()) for each in re.findall(r"\*([^*\n][^*]*)\*", text)}
