"""Where a message is written and how it is answered."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from workbench.service.chats import ChatOptions
from workbench.ui.bridge import Bridge
from workbench.ui.theme import font
from workbench.ui.widgets import Button, GhostButton, Label, PrimaryButton, column, row
from workbench.ui.widgets.parameter_form import Popover
from workbench.ui.widgets.run_choices import (
    ModelChooser,
    ParametersButton,
    SamplingButton,
    StrategyChooser,
)

_LEAST_LINES, _MOST_LINES = 1, 8


class MessageBox(QPlainTextEdit):
    """Grows with its text; Enter sends, Shift+Enter is a new line.

    Signals:
        send_wanted(); edit_last_wanted(): Up in an empty box.
    """

    send_wanted = Signal()
    edit_last_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Message")
        self.setPlaceholderText("Message")
        self.setFont(font("reading"))
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("plain", True)
        self.textChanged.connect(self._fit)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        lines = min(max(round(self.document().size().height()), _LEAST_LINES), _MOST_LINES)
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 14)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.send_wanted.emit()
        elif event.key() == Qt.Key.Key_Up and not self.toPlainText():
            self.edit_last_wanted.emit()
        else:
            super().keyPressEvent(event)


class Composer(QFrame):
    """The card at the bottom of the transcript.

    Signals:
        sent(str); stopped(); edit_last_wanted(); cancelled_edit().
    """

    sent = Signal(str)
    stopped = Signal()
    edit_last_wanted = Signal()
    cancelled_edit = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.box = MessageBox()
        self.box.send_wanted.connect(self._on_send)
        self.box.edit_last_wanted.connect(self.edit_last_wanted)
        self.note = Label("Editing an earlier message: a new branch begins there.", "small", "warn")
        self._cancel_edit = GhostButton("Cancel")
        self._cancel_edit.clicked.connect(self.cancelled_edit)
        self._editing = QWidget()
        self._editing.setLayout(row(self.note, None, self._cancel_edit))
        self._editing.hide()
        self.strategy = StrategyChooser(height=28)
        self.parameters = ParametersButton()
        self.parameters.setProperty("tall", False)
        self.model = ModelChooser(bridge, self, height=28)
        self.model.setMaximumWidth(220)
        self.sampling = SamplingButton(bridge, short=True)
        self.sampling.setProperty("tall", False)
        self.system = QPlainTextEdit()
        self.system.setAccessibleName("System prompt")
        self.system.setProperty("input", True)
        self.system.setPlaceholderText("What the model should know or be, before the conversation")
        self.system.setMinimumSize(420, 140)
        self.system_button = Button("System", "file")
        self._system_popover = Popover("System prompt", self.system)
        self.system_button.clicked.connect(self._on_system)
        self.system.textChanged.connect(self._on_system_text)
        self.context = Label("", "small", "text-3")
        self.send = PrimaryButton("Send", "send")
        self.send.clicked.connect(self._on_send)
        self.stop = Button("Stop", "stop", keys="Esc")
        self.stop.clicked.connect(self.stopped)
        self.strategy.strategy_chosen.connect(self._on_strategy)
        lower = row(
            self.strategy,
            self.parameters,
            self.model,
            self.sampling,
            self.system_button,
            None,
            self.context,
            self.send,
            self.stop,
        )
        self.setLayout(column(self._editing, self.box, lower, margins=(10, 8, 10, 10), gap=6))
        self.show_running(False)

    @Slot(str)
    def _on_strategy(self, strategy_id: str) -> None:
        self.parameters.show_strategy(self.strategy.infos[strategy_id], {})

    @Slot()
    def _on_send(self) -> None:
        text = self.box.toPlainText()
        if text.strip() and self.send.isVisibleTo(self):
            self.sent.emit(text)

    @Slot()
    def _on_system(self) -> None:
        self._system_popover.open_at(self.system_button)
        self.system.setFocus()

    @Slot()
    def _on_system_text(self) -> None:
        used = bool(self.system.toPlainText().strip())
        self.system_button.set_text("System · set" if used else "System")

    def options(self) -> ChatOptions:
        """How the next answer is made."""
        return ChatOptions(
            strategy=self.strategy.strategy,
            params=self.parameters.form.values(),
            model=self.model.model_path,
            sampling=self.sampling.sampling,
            seed=self.sampling.seed,
            mode=self.sampling.mode,
            system=self.system.toPlainText(),
        )

    def show_running(self, running: bool) -> None:
        """Send while nothing is written, Stop while something is."""
        self.send.setVisible(not running)
        self.stop.setVisible(running)

    def show_editing(self, text: str | None) -> None:
        """Put an earlier message into the box; None ends that."""
        self._editing.setVisible(text is not None)
        if text is not None:
            self.box.setPlainText(text)
            self.box.moveCursor(self.box.textCursor().MoveOperation.End)
            self.box.setFocus()

    def show_context(self, used: int, context: int) -> None:
        """Say how full the context is, in tokens."""
        self.context.setText(f"{used:,} / {context:,}" if context and used else "")
        self.context.setToolTip("Tokens of the conversation, of those that the context holds")
