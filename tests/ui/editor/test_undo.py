"""Whatever is typed, undone, saved and read again: not a byte is lost (U13)."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from PySide6.QtGui import QTextCursor

from workbench.prompts.file_io import read_file, write_file
from workbench.ui.editor.editor import Editor
from workbench.ui.editor.prompt_text import PromptText

_TEXTS = st.text(alphabet=st.sampled_from("ab \n\t{}%'\"é\u00a0\u2028😀漢\u200b"), max_size=12)
_LINE_ENDS = st.sampled_from(["\n", "\r\n"])


class EditingMachine(RuleBasedStateMachine):
    """Random edits of one prompt, compared with a plain model of undo and redo."""

    folder = None

    @initialize(text=_TEXTS, ends=_LINE_ENDS)
    def open_it(self, text, ends):
        self.file = self.folder / "p.prompty"
        self.file.write_bytes(b"")
        content = read_file(self.file)
        text = text.replace("\n", ends)
        self.sha = write_file(self.file, text, content.sha256).sha256
        self.editor = Editor()
        self.editor.show_text(PromptText(read_file(self.file).text, self.editor))
        self.before, self.after = [], []
        self.start = text

    def _edit(self, change) -> None:
        old = self.editor.text.file_text()
        change()
        if self.editor.text.file_text() != old:
            self.before.append(old)
        if not self.editor.text.isRedoAvailable():
            self.after.clear()

    def _cursor(self, first: int, last: int) -> QTextCursor:
        cursor = QTextCursor(self.editor.text)
        count = self.editor.text.characterCount()
        cursor.setPosition(first % count)
        cursor.setPosition(last % count, QTextCursor.MoveMode.KeepAnchor)
        return cursor

    @rule(first=st.integers(0, 200), last=st.integers(0, 200), text=_TEXTS)
    def replace(self, first, last, text):
        cursor = self._cursor(first, last)

        def change():
            cursor.beginEditBlock()
            cursor.removeSelectedText()
            cursor.insertText(text)
            cursor.endEditBlock()

        self._edit(change)

    @rule(text=_TEXTS)
    def replace_all(self, text):
        self._edit(lambda: self.editor.replace_all(text))

    @rule(line=st.integers(1, 6))
    def fold(self, line):
        self.editor.folding.toggle(line)

    @rule()
    def undo(self):
        if self.before:
            self.after.append(self.editor.text.file_text())
            wanted = self.before.pop()
            while self.editor.text.file_text() != wanted and self.editor.text.isUndoAvailable():
                self.editor.undo()
            assert self.editor.text.file_text() == wanted

    @rule()
    def redo(self):
        if self.after:
            self.before.append(self.editor.text.file_text())
            wanted = self.after.pop()
            while self.editor.text.file_text() != wanted and self.editor.text.isRedoAvailable():
                self.editor.redo()
            assert self.editor.text.file_text() == wanted

    @rule()
    def save_and_read_again(self):
        text = self.editor.text.file_text()
        self.sha = write_file(self.file, text, self.sha).sha256
        assert self.file.read_bytes() == text.encode()
        again = PromptText(read_file(self.file).text, self.editor)
        assert again.file_text() == text

    @invariant()
    def nothing_is_hidden_without_a_fold(self):
        if hasattr(self, "editor") and not self.editor.folding.folded():
            block = self.editor.text.firstBlock()
            while block.isValid():
                assert block.isVisible()
                block = block.next()

    def teardown(self):
        if not hasattr(self, "editor"):
            return
        while self.editor.text.isUndoAvailable():
            self.editor.undo()
        assert self.editor.text.file_text() == self.start
        self.editor.deleteLater()


@pytest.mark.usefixtures("qapp")
def test_two_hundred_edits_and_back(tmp_path):
    EditingMachine.folder = tmp_path
    run_state_machine_as_test(
        EditingMachine,
        settings=settings(max_examples=10, stateful_step_count=200),
    )
