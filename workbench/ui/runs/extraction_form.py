"""The form that edits the extraction rule of an answer and applies it, without the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.extraction import ExtractionKind, ExtractionRule
from workbench.ui.kit import Label, PrimaryButton, column, row, set_tone
from workbench.ui.kit.chooser import Chooser
from workbench.ui.kit.forms.parameter_form import Popover
from workbench.ui.tasks import background, cancel, latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_WIDTH = 360
_LOOK_MS = 200
_MOST_ROWS = 8
_ROW_CHARACTERS = 24
_NAMES: dict[ExtractionKind, str] = {
    "auto": "Answer line, or whole output",
    "first_answer": "First “Answer:” line",
    "answer_line": "After last “Answer:”",
    "last_number": "Last number",
    "last_line": "Last line",
    "whole": "Whole output",
    "regex": "Pattern",
}


class ExtractionForm(QFrame):
    """Kind and pattern, what each stored text would give, and Apply.

    Signals:
        applied(int, RunState): the run has another answer.
    """

    applied = Signal(int, object)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._run_id: int | None = None
        self.kind = Chooser("Extraction rule")
        for kind in get_args(ExtractionKind):
            self.kind.add_choice(_NAMES[kind], kind)
        self.pattern = QLineEdit()
        self.pattern.setAccessibleName("Pattern")
        self.pattern.setPlaceholderText("Regular expression: the last match counts")
        self.found = Label("", "small", "text-2", wrap=True)
        self.apply = PrimaryButton("Apply")
        self.setFixedWidth(_WIDTH)
        hint = Label("The stored texts are read again; the model is not asked.", "small", "text-3")
        hint.setWordWrap(True)
        layout = column(self.kind, self.pattern, self.found, hint, row(None, self.apply), gap=8)
        self.setLayout(layout)
        self._timer = QTimer(self, singleShot=True, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self.kind.currentIndexChanged.connect(self._on_kind)
        self.pattern.textChanged.connect(self._on_edited)
        self.pattern.returnPressed.connect(self._on_apply)
        self.apply.clicked.connect(self._on_apply)

    @property
    def rule(self) -> ExtractionRule:
        """The rule that the form shows."""
        kind = self.kind.currentData()
        return ExtractionRule(kind, self.pattern.text() if kind == "regex" else "")

    def show_run(self, run_id: int, rule: ExtractionRule) -> None:
        """Edit the rule of an ended run, beginning with the one it has."""
        self._run_id = run_id
        self.kind.choose(rule.kind)
        self.pattern.setText(rule.pattern)
        self._on_kind()

    @Slot()
    def _on_kind(self) -> None:
        self.pattern.setVisible(self.kind.currentData() == "regex")
        self._on_edited()

    @Slot()
    def _on_edited(self) -> None:
        cancel(self, "_look")
        self.apply.setEnabled(False)
        if self.rule.kind == "regex" and not self.rule.pattern:
            self._say(
                "Type a pattern: its first group, or else all that it matches, is the answer."
            )
        elif self._run_id is not None:
            self._timer.start()

    @latest
    async def _look(self) -> None:
        run_id, rule = self._run_id, self.rule
        if run_id is None:
            return
        try:
            preview = await self._bridge.ask(
                lambda core: core.answers.preview_extraction(run_id, rule)
            )
        except WorkbenchError as error:
            self._say(str(error), "bad")
            return
        self.apply.setEnabled(True)
        rows = [f"{_short(each.before)} → {_short(each.after)}" for each in preview.texts]
        more = len(rows) - _MOST_ROWS
        shown = rows[:_MOST_ROWS] + ([f"and {more} more"] if more > 0 else [])
        if len(rows) > 1:
            shown.append(f"Answer: {_short(preview.answer)}")
        self._say("\n".join(shown))

    def _say(self, text: str, tone: str = "text-2") -> None:
        self.found.setText(text)
        set_tone(self.found, tone)
        window = self.window()
        if window.isVisible():
            window.adjustSize()

    @Slot()
    def _on_apply(self) -> None:
        if self._run_id is not None and self.apply.isEnabled():
            self._apply(self._run_id, self.rule)

    @background
    async def _apply(self, run_id: int, rule: ExtractionRule) -> None:
        try:
            state = await self._bridge.ask(lambda core: core.answers.extract_again(run_id, rule))
        except WorkbenchError as error:
            if (run_id, rule) == (self._run_id, self.rule):
                self._say(str(error), "bad")
            return
        self.applied.emit(run_id, state)


class ExtractionPopover(Popover):
    """The form over the window; it closes when the rule was applied."""

    def __init__(self, bridge: Bridge, parent: QWidget) -> None:
        self.form = ExtractionForm(bridge)
        super().__init__("Answer extraction rule", self.form)
        self.setParent(parent, self.windowFlags())
        self.form.applied.connect(self.hide)

    def open_for(self, run_id: int, rule: ExtractionRule, anchor: QWidget) -> None:
        """Edit the rule of an ended run, next to ``anchor``."""
        self.form.show_run(run_id, rule)
        self.open_at(anchor)
        self.form.kind.setFocus()


def _short(answer: str | None) -> str:
    if answer is None:
        return "no answer"
    text = " ".join(answer.split())
    return text if len(text) <= _ROW_CHARACTERS else f"{text[:_ROW_CHARACTERS].rstrip()}…"
