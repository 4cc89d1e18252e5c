"""Completion in the editor: when it is asked for, and which keys it takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent

from workbench.domain.prompts.completion import Candidate
from workbench.domain.prompts.tags import text_in_quotes
from workbench.ui.editor.completion_popup import CompletionPopup
from workbench.ui.editor.editor import Editor
from workbench.ui.editor.structure import python_offset
from workbench.ui.tasks import cancel, latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge
    from workbench.ui.design.view_model import DesignModel

_WORD = 64
"""Characters after which a word is no name any more."""
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: 8,
    Qt.Key.Key_PageUp: -8,
}
_TAKES = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
_AFTER_BLANK = re.compile(r"(?:\{[{%][-+]?|\||\b(?:is|in|if|elif|and|or|not)) $")
_OPENERS = ("{", "%")
_INCLUDING = ("include", "import", "from", "extends")


class Completer(QObject):
    """Asks the core what can be typed, and puts the chosen one in place.

    The list opens by itself where a name is expected: in tags, never in prose. It closes with Esc,
    with a click elsewhere and when nothing fits; an answer that comes late is dropped.

    Signals:
        closed(): the list was open and is no more.
    """

    closed = Signal()

    def __init__(self, editor: Editor, model: DesignModel, bridge: Bridge) -> None:
        super().__init__(editor)
        self._editor, self._model, self._bridge = editor, model, bridge
        self._asked_by_hand = False
        self.popup = CompletionPopup()
        self.popup.accepted.connect(self._accept)
        editor.typed.connect(self._on_typed)
        editor.left.connect(self.close_list)
        editor.shown.connect(self.close_list)
        editor.verticalScrollBar().valueChanged.connect(self.close_list)
        editor.cursorPositionChanged.connect(self._on_cursor)
        editor.installEventFilter(self)
        self._place, self._typed = 0, ""
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._ask)

    @Slot()
    def open_list(self) -> None:
        """Show completions, also in prose."""
        self._asked_by_hand = True
        self._ask()

    @Slot()
    def close_list(self) -> None:
        """Close the list; an answer under way is dropped."""
        cancel(self, "_ask")
        self._timer.stop()
        self._hide()

    def _hide(self) -> None:
        if self.popup.isVisible():
            self.popup.hide()
            self.closed.emit()

    @Slot(str)
    def _on_typed(self, key: str) -> None:
        open_now = self.popup.isVisible()
        if key == "" and not open_now:
            return
        if not self._expects(key):
            self.close_list()
            return
        self._asked_by_hand = self._asked_by_hand and open_now
        self._timer.start()

    def _expects(self, key: str) -> bool:
        """Whether a name may be expected after a key; prose never does by itself."""
        text = self._editor.text
        structure = text.structure()
        here = python_offset(structure.text, self._editor.textCursor().position())
        tag = structure.tag(here)
        if tag is None or tag.kind not in ("expression", "statement"):
            return bool(
                self._asked_by_hand and self.popup.isVisible() and (key.isalnum() or not key)
            )
        before = structure.text[tag.start : here]
        if text_in_quotes(structure.text, tag.start, here)[0]:
            return tag.word in _INCLUDING
        opened = key in _OPENERS and before in ("{{", "{%")
        if opened or key.isalnum() or key in ("_", "."):
            return True
        if key == "":
            return self.popup.isVisible()
        if key == " ":
            return _AFTER_BLANK.search(before) is not None
        return key == "|"

    @latest
    async def _ask(self) -> None:
        document = self._model.current
        if document is None:
            return
        text, path = self._editor.text.plain(), document.path
        values = document.given_values()
        place = self._editor.offset()
        completion = await self._bridge.ask(
            lambda core: core.prompts.complete(text, place, path, values)
        )
        if not completion.candidates or not self._editor.hasFocus():
            self._hide()
            return
        self._place, self._typed = place, completion.prefix
        self.popup.set_tones(self._model.tones)
        area = self._editor.cursorRect()
        area.translate(self._editor.viewport().pos())
        self.popup.show_candidates(completion.candidates, area, self._editor)

    @Slot()
    def _on_cursor(self) -> None:
        """A cursor that moves without typing has left the place."""
        if self.popup.isVisible() and not self._timer.isActive():
            here = self._editor.offset()
            if not 0 <= here - self._place + len(self._typed) <= _WORD:
                self.close_list()

    @Slot(object)
    def _accept(self, candidate: Candidate) -> None:
        self.close_list()
        self._asked_by_hand = False
        # What was typed since the answer belongs to what is replaced.
        end = candidate.end + self._editor.offset() - self._place
        self._editor.replace_range(
            candidate.start, end, candidate.text, candidate.select, candidate.tab_stops
        )
        self._editor.typing_help.close_over()
        self._editor.setFocus()
        self._editor.typed.emit("")
        if candidate.label in _INCLUDING:
            self.open_list()  # of the files

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if not self.popup.isVisible() or not isinstance(event, QKeyEvent):
            return False
        key = Qt.Key(event.key())
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        ours = plain and (key in _STEPS or key in _TAKES or key == Qt.Key.Key_Escape)
        if event.type() == QEvent.Type.ShortcutOverride and ours:
            event.accept()
            return True
        if event.type() != QEvent.Type.KeyPress:
            return False
        if not ours:
            if key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
                self.close_list()
            return False
        if key == Qt.Key.Key_Escape:
            self.close_list()
        elif key in _STEPS:
            self.popup.step(_STEPS[key])
        elif self.popup.current is not None:
            self._accept(self.popup.current)
        return True
