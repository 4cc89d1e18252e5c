"""Asks for a passphrase, or for a new one twice; what is typed is nowhere but in its fields."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QFormLayout, QLineEdit, QWidget

from workbench.domain.storage import LEAST_PASSPHRASE
from workbench.ui.kit import Banner, GhostButton, Label, PrimaryButton, column, row

_WIDTH = 460
CURRENT, NEW, AGAIN = "Passphrase", "New passphrase", "The same again"


class PassphraseDialog(QDialog):
    """Fields for passphrases, over the window; it stays until the caller has taken what it gave.

    Signals:
        given(str, str): the passphrase until now and the new one; "" for what is not asked.
        stop_wanted(): what is being done with it is to be stopped.

    Args:
        parent: the window.
        title: a few words.
        text: what it is about.
        fields: which of CURRENT, NEW, AGAIN are asked.
        answers: what the two buttons say: to go on, and not to.
        warning: a sentence beneath the fields.
    """

    given = Signal(str, str)
    stop_wanted = Signal()

    def __init__(
        self,
        parent: QWidget,
        title: str,
        text: str,
        fields: Sequence[str],
        answers: tuple[str, str],
        warning: str = "",
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.fields = {name: _field(name) for name in fields}
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        for name, field in self.fields.items():
            form.addRow(Label(name, "body", "text-2"), field)
            field.returnPressed.connect(self._on_give)
        self.banner = Banner()
        self.progress = Label("", "small", "text-3")
        self.accept_button = PrimaryButton(answers[0])
        self.cancel_button = GhostButton(answers[1])
        self._leave = answers[1]
        for button in (self.accept_button, self.cancel_button):
            button.setAutoDefault(False)
        self.accept_button.clicked.connect(self._on_give)
        self.cancel_button.clicked.connect(self.reject)
        words = Label(text, "body", wrap=True)
        words.setFixedWidth(_WIDTH)
        layout = column(Label(title, "heading"), words, margins=(24, 20, 24, 20), gap=12)
        layout.addLayout(form)
        if warning:
            layout.addWidget(Label(warning, "body", "warn", wrap=True))
        layout.addWidget(self.banner)
        layout.addLayout(row(self.progress, None, self.cancel_button, self.accept_button, gap=8))
        self.setLayout(layout)
        next(iter(self.fields.values())).setFocus()

    def show_problem(self, sentence: str) -> None:
        """Why what was given was not taken; the first field is empty again."""
        self.show_busy("")
        self.banner.show_message(sentence, "bad")
        self.adjustSize()
        first = next(iter(self.fields.values()))
        first.clear()
        first.setFocus()

    def show_busy(self, words: str, *, can_stop: bool = False) -> None:
        """What is being done; nothing can be given meanwhile. "" ends that.

        Args:
            words: a few.
            can_stop: whether the second button, and Escape, stop it.
        """
        self.progress.setText(words)
        for widget in (*self.fields.values(), self.accept_button):
            widget.setEnabled(not words)
        self.cancel_button.setEnabled(can_stop or not words)
        self.cancel_button.set_text("Cancel" if words and can_stop else self._leave)

    @property
    def is_busy(self) -> bool:
        """Whether something is being done with what was given."""
        return not self.accept_button.isEnabled()

    @Slot()
    def _on_give(self) -> None:
        typed = {name: field.text() for name, field in self.fields.items()}
        problem = ""
        if NEW in typed and len(typed[NEW]) < LEAST_PASSPHRASE:
            problem = f"A passphrase has at least {LEAST_PASSPHRASE} characters."
        elif AGAIN in typed and typed[AGAIN] != typed[NEW]:
            problem = "The two are not the same."
        elif not all(typed.values()):
            problem = "The passphrase is missing."
        if problem:
            self.banner.show_message(problem, "warn")
            self.adjustSize()
            return
        self.banner.hide()
        self.given.emit(typed.get(CURRENT, ""), typed.get(NEW, ""))

    @Slot()
    def reject(self) -> None:
        """Close it; what is being done is stopped, where that is possible."""
        if not self.is_busy:
            super().reject()
        elif self.cancel_button.isEnabled():
            self.show_busy("Stopping…")
            self.stop_wanted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.is_busy:
            event.ignore()
            return
        super().closeEvent(event)

    @Slot(int)
    def done(self, result: int) -> None:
        """Close it, and forget what was typed."""
        for field in self.fields.values():
            field.clear()
        super().done(result)


def _field(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setEchoMode(QLineEdit.EchoMode.Password)
    return field
