"""The list of prompts over the composer, and what the current one asks for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QListView, QWidget

from workbench.domain.prompts.prompt import TemplateAnalysis
from workbench.ui.chat.slash.matching import Choice
from workbench.ui.kit import Label, column, row
from workbench.ui.kit.origin_colours import OriginSquare, tones_of
from workbench.ui.kit.row_delegate import Index, Row, RowDelegate, RowsModel, draw_text
from workbench.ui.popups import note_closed

_ROW = 48
_ROWS = 6
_WIDTH, _LIST_WIDTH = 640, 300
_EXCERPT = 130
"""Characters of the prompt's body that are shown, next to at most a few inputs."""
_EXCERPT_INPUTS = 6


class _Choices(RowsModel[Choice]):
    def text(self, row: Choice) -> str:
        return row.name

    def spoken(self, row: Choice) -> str:
        return f"{row.name}. {row.record.description or row.record.title}"

    def key(self, row: Choice) -> str:
        return f"{row.record.path}\n{row.values is not None}"


class _Delegate(RowDelegate):
    """Icon and path; what the prompt does under it."""

    height = _ROW

    def paint_row(self, row: Row, index: Index) -> None:
        choice: Choice = index.data(Qt.ItemDataRole.UserRole)
        row.ground(6)
        whole = row.room.adjusted(10, 0, -10, 0)
        row.room = whole.adjusted(0, 5, 0, -_ROW // 2)
        row.icon("prompt", "text-3", 16, 8)
        row.left(choice.name, "body", "text", 8, Qt.TextElideMode.ElideMiddle)
        lower = whole.adjusted(24, _ROW // 2 - 2, 0, -4)
        about = choice.record.description or choice.record.title
        draw_text(row.painter, lower, about, "small", "text-3", elide=Qt.TextElideMode.ElideRight)


class PromptList(QFrame):
    """Prompts at the left, the current one at the right. The message box has the keys.

    Signals:
        chosen(Choice): clicked. current_changed(Choice).
    """

    chosen = Signal(object)
    current_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("popover", True)
        self.setAccessibleName("Prompts")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list = QListView()
        self.list.setAccessibleName("Prompts")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFixedWidth(_LIST_WIDTH)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(_Delegate(self.list))
        self._model = _Choices()
        self.list.setModel(self._model)
        self.list.clicked.connect(self._on_clicked)
        self.list.selectionModel().currentRowChanged.connect(self._on_current)
        self.title = Label("", "body-strong", elide=True)
        self.about = Label("", "small", "text-2", wrap=True)
        self._inputs = QWidget()
        self.excerpt = Label("", "code-small", "text-2", wrap=True)
        self.excerpt.setAlignment(Qt.AlignmentFlag.AlignTop)  # what has no room goes at the end
        self.keys = Label("Enter form  ·  Tab text  ·  Ctrl+Enter Design", "small", "text-3")
        self._right = column(
            self.title, self.about, self._inputs, self.excerpt, None, self.keys,
            margins=(14, 10, 12, 10),
        )  # fmt: skip
        self.setLayout(row(self.list, self._right, margins=(4, 4, 4, 4), gap=0))
        self.hide()

    @property
    def choices(self) -> Sequence[Choice]:
        """What is listed."""
        return self._model.rows

    @property
    def current(self) -> Choice | None:
        """The chosen one."""
        place = self.list.currentIndex().row()
        return self.choices[place] if 0 <= place < len(self.choices) else None

    def show_choices(self, choices: Sequence[Choice], over: QWidget) -> None:
        """List prompts above a widget; nothing is shown where there are none."""
        before = self.current
        self._model.show_rows(choices)
        if not choices:
            self.hide()
            return
        names = [each.name for each in choices]
        same = before.name if before is not None and not self.isHidden() else ""
        place = names.index(same) if same in names else 0
        self.list.setCurrentIndex(self._model.index(place))
        self.current_changed.emit(self.current)
        window = over.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        corner = over.mapTo(window, QPoint(0, 0))
        height = min(_ROWS * _ROW + 16, max(corner.y() - 8, _ROW))
        width = min(_WIDTH, window.width() - corner.x() - 8)
        self.setGeometry(corner.x(), corner.y() - height - 6, width, height)
        self.show()
        self.raise_()

    def step(self, rows: int) -> None:
        """Select the next prompt; after the last comes the first."""
        count = len(self.choices)
        if count:
            place = (self.list.currentIndex().row() + rows) % count
            self.list.setCurrentIndex(self._model.index(place))

    def show_analysis(self, choice: Choice, analysis: TemplateAnalysis, body: str) -> None:
        """Show what a prompt asks for."""
        self.title.setText(choice.record.title or choice.name)
        self.about.setText(choice.record.description)
        self.about.setVisible(bool(choice.record.description))
        place = self._right.indexOf(self._inputs)
        self._right.removeWidget(self._inputs)
        self._inputs.hide()
        self._inputs.deleteLater()
        self._inputs = QWidget()
        grid = QGridLayout(self._inputs)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(2, 1)
        tones = tones_of([each.name for each in analysis.inputs])
        for line, each in enumerate(analysis.inputs[:_ROWS]):
            grid.addWidget(OriginSquare(tones[each.name]), line, 0)
            grid.addWidget(Label(each.name, "code-small"), line, 1)
            words = each.description or each.type
            optional = "" if each.required and each.default is None else " (optional)"
            grid.addWidget(Label(words + optional, "small", "text-3", elide=True), line, 2)
        self._right.insertWidget(place, self._inputs)
        lines = [each for each in body.strip().splitlines() if each.strip()]
        excerpt = "\n".join(lines)[:_EXCERPT]
        room = _EXCERPT_INPUTS - len(analysis.inputs)
        self.excerpt.setText(excerpt.rsplit(" ", 1)[0] + " …" if len(lines) > 1 else excerpt)
        self.excerpt.setVisible(room > 0)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(self.choices[index.row()])

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid():
            self.current_changed.emit(self.choices[index.row()])

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        note_closed()
