"""The form of a prompt in place of the message box."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy

from workbench.domain.prompts.prompt import TemplateAnalysis
from workbench.domain.runs.spec import Json
from workbench.domain.text import count_text
from workbench.ui.bridge import Bridge
from workbench.ui.kit import GhostButton, IconButton, Label, column, row
from workbench.ui.kit.inputs.variable_fields import VariableFields
from workbench.ui.kit.label import set_tone
from workbench.ui.kit.origin_colours import tones_of

_MOST_HEIGHT = 260


class SlashForm(QFrame):
    """A chip with the prompt's path, its fields, and what its text will have.

    Signals:
        changed(): another value. as_text(): the rendered text becomes the message.
        sent(): the rendered text is sent. closed().
    """

    changed = Signal()
    as_text = Signal()
    sent = Signal()
    closed = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.setAccessibleName("Prompt in the message")
        self.path = Label("", "code-small")
        self.path.setProperty("chip", True)
        self.title = Label("", "body", "text-2", elide=True)
        self.note = Label("", "small", "text-3")
        self.text_button = GhostButton("As text")
        self.text_button.setToolTip("Put the rendered text into the message")
        self.text_button.clicked.connect(self.as_text)
        close = IconButton("close", "Take the prompt out again", size=24, glyph=14)
        close.clicked.connect(self.closed)
        self.fields = VariableFields(bridge)
        self.fields.changed.connect(self.changed)
        self.fields.resized.connect(self._fit)
        self._scroll = QScrollArea()
        self._scroll.setWidget(self.fields)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        head = row(self.path, self.title, self.note, self.text_button, close)
        head.setStretch(1, 1)
        self.setLayout(column(head, self._scroll, gap=6))

    def show_prompt(
        self, name: str, analysis: TemplateAnalysis, values: Mapping[str, Json]
    ) -> None:
        """Show a prompt with its first values."""
        self.path.setText(f"/{name}")
        self.title.setText(analysis.name)
        inputs = analysis.inputs
        self.fields.show_inputs(inputs, values, tones_of([each.name for each in inputs]))
        for field in self.fields.fields.values():
            field.installEventFilter(self)
        self._fit()

    def show_tokens(self, tokens: int | None, problem: str) -> None:
        """Say how long the text is, or what is wrong with it."""
        self.note.setText(problem or ("" if tokens is None else count_text(tokens, "token")))
        set_tone(self.note, "bad" if problem else "text-3")
        self.text_button.setEnabled(not problem)

    @Slot()
    def _fit(self) -> None:
        wanted = self.fields.sizeHint().height()
        self._scroll.setFixedHeight(min(max(wanted, 64), _MOST_HEIGHT))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Enter sends from any field, Esc takes the form away."""
        kinds = (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)
        if not isinstance(event, QKeyEvent) or event.type() not in kinds:
            return super().eventFilter(watched, event)
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        sends = enter and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if not sends and event.key() != Qt.Key.Key_Escape:
            return super().eventFilter(watched, event)
        event.accept()
        if event.type() == QEvent.Type.KeyPress:
            (self.sent if sends else self.closed).emit()
        return True
