"""A judge against the user's votes: the table, the agreement, and the three gates."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from workbench.domain.evaluation.judge_agreement import LabelAgreement
from workbench.domain.evaluation.judging import JudgeReport
from workbench.domain.text import count_text
from workbench.ui.evaluate.votes.judges.other_pairs import JudgeOthers
from workbench.ui.evaluate.votes.ranked import RankedVotes
from workbench.ui.evaluate.votes.words import agreement_texts, gate_lines
from workbench.ui.kit import Chooser, GhostButton, Label, Pane, column, row, set_tone
from workbench.ui.kit.row_delegate import draw_text
from workbench.ui.theme import color, font, theme

_NONE = (
    "No judge is among the checks. Add one in Setup (judge-pairwise, for example): it is compared "
    "with your votes here, and ranks nothing before it agrees with them."
)
_NO_PAIRS = "No pair has both a vote of yours and the judge's yet."
_MOST_OF_HEADER = 100
_CELL = 28
_HEAD = 20
_NAMES = 84
_CENTRE = Qt.AlignmentFlag.AlignCenter
_WORDS = {"a": "A", "b": "B", "tie": "tie"}


class _Table(QWidget):
    """How often the user and the judge picked the same: a line for each pick of the judge."""

    def __init__(self) -> None:
        super().__init__()
        self._found: LabelAgreement | None = None
        self.setMinimumHeight(_HEAD + 3 * _CELL)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(300, _HEAD + 3 * _CELL)

    def show_table(self, found: LabelAgreement) -> None:
        """Show the counts of an agreement whose first rater is the user."""
        self._found = found
        lines = [
            f"you {_WORDS[user]}, judge {_WORDS[judge]}: {found.table[i][j]}"
            for i, user in enumerate(found.labels)
            for j, judge in enumerate(found.labels)
        ]
        self.setAccessibleName("Votes against the judge")
        self.setAccessibleDescription("; ".join(lines))
        self.setToolTip("\n".join(lines))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        found = self._found
        if found is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = len(found.labels)
        width = (self.width() - _NAMES) / size
        most = max(max(each) for each in found.table) or 1
        for column_, label in enumerate(found.labels):
            head = QRect(round(_NAMES + column_ * width), 0, round(width), _HEAD)
            word = _WORDS[label] if column_ else f"you: {_WORDS[label]}"
            draw_text(painter, head, word, "small", "text-3", _CENTRE)
        for line, label in enumerate(found.labels):
            top = _HEAD + line * _CELL
            name = QRect(0, top, _NAMES - 8, _CELL)
            word = _WORDS[label] if line else f"judge: {_WORDS[label]}"
            draw_text(painter, name, word, "small", "text-3")
            for column_ in range(size):
                count = found.table[column_][line]
                box = QRect(
                    round(_NAMES + column_ * width) + 1, top + 1, round(width) - 2, _CELL - 2
                )
                painter.setPen(Qt.PenStyle.NoPen)
                same = line == column_
                ground = color("ok", 0.12 + 0.36 * count / most) if same else color("hover")
                painter.setBrush(ground)
                painter.drawRoundedRect(box, 3, 3)
                draw_text(painter, box, f"{count:,}", "body", "text", _CENTRE)


class _Gate(QFrame):
    """One condition: met or not, what was measured, what is needed."""

    def __init__(self) -> None:
        super().__init__()
        self._is_met = False
        self._icon = QLabel()
        self.measured = Label("", "body", elide=True)
        self.needed = Label("", "small", "text-3")
        line = row(self._icon, self.measured, self.needed)
        line.setStretch(1, 1)
        self.setLayout(line)
        theme().changed.connect(self._recolour)

    def show_gate(self, is_met: bool, measured: str, needed: str) -> None:
        """Show a condition."""
        self._is_met = is_met
        self.measured.setText(measured)
        self.needed.setText(needed)
        self.measured.setAccessibleName(f"{'Met' if is_met else 'Not met'}: {measured}, {needed}")
        self._recolour()

    @Slot()
    def _recolour(self) -> None:
        name, tone = ("check", "ok") if self._is_met else ("minus", "text-3")
        self._icon.setPixmap(theme().pixmap(name, tone, 14, self.devicePixelRatioF()))


class JudgeView(Pane):
    """One judge at a time; without one, a sentence that says what is needed."""

    def __init__(self, model: RankedVotes) -> None:
        super().__init__("Judge against you")
        self._model = model
        self.about = Label("", "body", "text-3", elide=True)
        self.header.insertWidget(1, self.about, _MOST_OF_HEADER)
        self.choice = Chooser("Judge")
        self.choice.currentIndexChanged.connect(self._show_chosen)
        self.table = _Table()
        self.values = QFrame()
        grid = QGridLayout()
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setVerticalSpacing(2)
        self._titles = [Label("", "small", "text-3") for _ in range(3)]
        self._numbers = [Label("", "body-strong") for _ in range(3)]
        self._bounds = [Label("", "small", "text-3", elide=True) for _ in range(3)]
        for place in range(3):
            line = row(self._numbers[place], self._bounds[place], gap=6)
            line.setStretch(1, 1)
            grid.addWidget(self._titles[place], 0, place)
            grid.addLayout(line, 1, place)
            grid.setColumnStretch(place, 4 if place == 1 else 3)
        self.values.setLayout(grid)
        self.gates = [_Gate() for _ in range(3)]
        self.sentence = Label("", "body", wrap=True)
        self.others = JudgeOthers(model.judging)
        self.tests = GhostButton("Test a model as a judge…", "target")
        self.body.addLayout(
            column(
                self.choice, self.table, self.values, *self.gates, self.sentence,
                self.others, row(self.tests, None),
                margins=(16, 10, 16, 12), gap=8,
            )
        )  # fmt: skip
        self.table.setFont(font("body"))
        model.judges_changed.connect(self.show_judges)
        self.show_judges()

    @Slot()
    def show_judges(self) -> None:
        """Show the judges as they are now; the one that was shown stays."""
        shown = self.choice.currentData()
        self.choice.blockSignals(True)
        self.choice.clear()
        for each in self._model.judges:
            self.choice.add_choice(each.check, each.check)
        self.choice.choose(shown)
        self.choice.blockSignals(False)
        self.choice.setVisible(len(self._model.judges) > 1)
        self._show_chosen()

    @Slot()
    def _show_chosen(self) -> None:
        judges = self._model.judges
        place = self.choice.currentIndex()
        shown = judges[place] if 0 <= place < len(judges) else None
        self._model.judging.choose(shown)
        self._show(shown)

    def _show(self, report: JudgeReport | None) -> None:
        found = report.agreement if report is not None else None
        self.table.setVisible(found is not None)
        self.values.setVisible(found is not None)
        for part in self.gates:
            part.setVisible(report is not None)
        if report is None:
            self.about.setText("")
            self.sentence.setText(_NONE)
            set_tone(self.sentence, "text-3")
            return
        pairs = count_text(report.gate.votes, "pair")
        self.about.setText(", ".join([*report.models, pairs]))
        for part, gate in zip(self.gates, gate_lines(report.gate), strict=True):
            part.show_gate(*gate)
        self.sentence.setText(report.sentence if found is not None else _NO_PAIRS)
        set_tone(self.sentence, "text" if report.may_rank else "text-2")
        if found is not None:
            self.table.show_table(found)
            for place, texts in enumerate(agreement_texts(found)):
                for label, text in zip(
                    (self._titles[place], self._numbers[place], self._bounds[place]),
                    texts,
                    strict=True,
                ):
                    label.setText(text)
