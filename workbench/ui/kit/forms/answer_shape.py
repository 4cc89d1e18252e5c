"""Editor of the answer's constraint: none, a JSON schema, or a grammar."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QPlainTextEdit

from workbench.domain.errors import WorkbenchError
from workbench.ui.bridge import Bridge
from workbench.ui.kit.label import Label, set_tone
from workbench.ui.kit.panes.layout import column
from workbench.ui.kit.segmented import Segmented
from workbench.ui.tasks import latest
from workbench.ui.theme import font

_CHECK_MS = 300
_HEIGHT = 150
_FREE, _SCHEMA, _GRAMMAR = range(3)
_EXAMPLES = {
    _SCHEMA: '{"type": "object",\n "properties": {"answer": {"type": "integer"}},\n'
    ' "required": ["answer"]}',
    _GRAMMAR: 'root ::= ("yes" | "no") "."',
}
_HINTS = {
    _FREE: "The answer may be any text.",
    _SCHEMA: "The answer is JSON that fits this schema.",
    _GRAMMAR: "The answer follows this grammar (GBNF) from its first to its last character.",
}


class AnswerShape(QFrame):
    """A choice of three, and an editor whose text is checked while it is typed.

    Signals:
        changed(): another shape.
        resized(): the editor came or went.
    """

    changed = Signal()
    resized = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._texts = {_SCHEMA: "", _GRAMMAR: ""}
        self.kind = Segmented("Shape of the answer", ("Any text", "JSON schema", "Grammar"))
        self.hint = Label(_HINTS[_FREE], "small", "text-3", wrap=True)
        self.editor = QPlainTextEdit()
        self.editor.setAccessibleName("JSON schema or grammar of the answer")
        self.editor.setProperty("input", True)
        self.editor.setProperty("lines", 8)
        self.editor.setFont(font("code-small"))
        self.editor.setTabChangesFocus(True)
        self.editor.setFixedHeight(_HEIGHT)
        self.editor.hide()
        self.verdict = Label("", "small", "text-3", wrap=True)
        self.verdict.hide()
        self.setLayout(column(self.kind, self.hint, self.editor, self.verdict, gap=6))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_CHECK_MS)
        self._timer.timeout.connect(self._check)
        self.kind.chosen.connect(self._on_kind)
        self.editor.textChanged.connect(self._on_text)

    @property
    def grammar(self) -> str:
        """The grammar, "" where none is wanted."""
        return self._wanted(_GRAMMAR)

    @property
    def json_schema(self) -> str:
        """The JSON schema, "" where none is wanted."""
        return self._wanted(_SCHEMA)

    def _wanted(self, kind: int) -> str:
        text = self._texts[kind]
        return text if self.kind.index == kind and text.strip() else ""

    def show_shape(self, *, grammar: str, json_schema: str) -> None:
        """Show another shape; a text that is not wanted now is kept for later."""
        if (grammar, json_schema) == (self.grammar, self.json_schema):
            return
        if grammar:
            self._texts[_GRAMMAR] = grammar
        if json_schema:
            self._texts[_SCHEMA] = json_schema
        self.kind.choose(_GRAMMAR if grammar else _SCHEMA if json_schema else _FREE)

    @Slot(int)
    def _on_kind(self, kind: int) -> None:
        self.hint.setText(_HINTS[kind])
        self.editor.setVisible(kind != _FREE)
        if kind != _FREE:
            self.editor.setPlaceholderText(_EXAMPLES[kind])
            self.editor.setPlainText(self._texts[kind])
        self._say("", "text-3")
        self._timer.start()
        self.resized.emit()
        self.changed.emit()

    @Slot()
    def _on_text(self) -> None:
        kind = self.kind.index
        if kind != _FREE and self._texts[kind] != self.editor.toPlainText():
            self._texts[kind] = self.editor.toPlainText()
            self._timer.start()
            self.changed.emit()

    @latest
    async def _check(self) -> None:
        grammar, schema = self.grammar, self.json_schema
        if not grammar and not schema:
            self._say("", "text-3")
            return

        try:
            notes = await self._bridge.ask(
                lambda core: core.runs.check_constraint(grammar=grammar, json_schema=schema)
            )
            words, tone = " ".join(notes) or "It can be used.", "warn" if notes else "ok"
        except WorkbenchError as error:
            words, tone = str(error), "bad"
        if (grammar, schema) == (self.grammar, self.json_schema):
            self._say(words, tone)

    def _say(self, text: str, tone: str) -> None:
        set_tone(self.verdict, tone)
        self.verdict.setText(text)
        if self.verdict.isHidden() == bool(text):
            self.verdict.setVisible(bool(text))
        self.resized.emit()
