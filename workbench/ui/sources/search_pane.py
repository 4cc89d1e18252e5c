"""The middle of Sources: a question, how it is searched, and the passages that were found."""

from __future__ import annotations

from typing import get_args

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QSpinBox, QStackedWidget

from workbench.domain.sources.hits import SearchBy, SearchReport, SourceQuery
from workbench.domain.text import count_text
from workbench.ui.kit import Chooser, EmptyState, Label, Pane, column, row
from workbench.ui.kit.forms.parameter_form import quiet_wheel
from workbench.ui.sources.hits_list import Found, HitsHead, HitsList
from workbench.ui.sources.view_model import SourcesModel

_WAYS: dict[SearchBy, tuple[str, str]] = {
    "both": ("Fused", "Words and meaning, by reciprocal ranks (RRF, k 60)"),
    "words": ("Words", "BM25 of the word index"),
    "meaning": ("Meaning", "Cosine of the vectors"),
}
_SETTLE_MS = 200
"""A search follows the question when it has been left alone for so long."""
_MOST = 50


class SearchPane(Pane):
    """Searches as one types.

    Signals:
        chosen(object): a ``Found`` to be shown at the right, None for none.
        begin_wanted(): a first collection is wanted.
    """

    chosen = Signal(object)
    begin_wanted = Signal()

    def __init__(self, model: SourcesModel) -> None:
        super().__init__(surface="canvas")
        self._model = model
        self.question = QLineEdit()
        self.question.setAccessibleName("Question to the documents")
        self.question.setPlaceholderText("Ask the documents")
        self.question.setClearButtonEnabled(True)
        self.by = Chooser("How passages are ranked")
        for way in get_args(SearchBy):
            title, about = _WAYS[way]
            self.by.add_choice(title, way, description=about)
        self.most = QSpinBox()
        self.most.setRange(1, _MOST)
        self.most.setValue(8)
        self.most.setAccessibleName("How many passages at most")
        self.most.setToolTip("How many passages at most")
        quiet_wheel(self.most)
        self.count = Label("", "small", "text-3", elide=True)
        self.notes = Label("", "small", "warn", wrap=True)
        self.list = HitsList()
        self.head = HitsHead()
        self.nothing = EmptyState("", "")
        self.begin = EmptyState(
            "Answers from your own files",
            "Choose files and folders: their texts are cut into passages that can be searched "
            "here and brought into a prompt with retrieve(). Nothing leaves this machine.",
            "New collection…", "plus", keys="Ctrl+N",
        )  # fmt: skip
        self.begin.button.clicked.connect(self.begin_wanted)
        self._stack = QStackedWidget()
        for each in (self.begin, self.nothing, self.list):
            self._stack.addWidget(each)
        asking = row(
            self.question, self.by, Label("at most", "body", "text-3"), self.most,
            margins=(16, 12, 16, 8), gap=8,
        )  # fmt: skip
        asking.setStretch(0, 1)
        self.body.addLayout(asking)
        self.body.addLayout(column(self.count, self.notes, margins=(16, 0, 16, 6), gap=2))
        self.body.addWidget(self.head)
        self.body.addWidget(self._stack, 1)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self.search)
        self.question.textChanged.connect(self._settle.start)
        self.question.returnPressed.connect(self.search)
        self.by.currentIndexChanged.connect(self.search)
        self.most.valueChanged.connect(self._settle.start)
        self.list.chosen.connect(self.chosen)
        model.changed.connect(self._on_other)
        model.found.connect(self._show)
        model.indexed.connect(self._on_indexed)
        self._shown_collection: int | None = None
        self._show()

    @property
    def query(self) -> SourceQuery | None:
        """What is asked; None where nothing is."""
        status, text = self._model.status, self.question.text().strip()
        if status is None or not text:
            return None
        by: SearchBy = self.by.currentData()
        return SourceQuery(text=text, collection=status.collection.name, k=self.most.value(), by=by)

    @Slot()
    def search(self) -> None:
        """Ask now."""
        self._settle.stop()
        query = self.query
        if query is not None:
            self._model.search(query)
        else:
            self._model.forget_search()

    @Slot()
    def _on_other(self) -> None:
        if self._model.current != self._shown_collection:
            self._shown_collection = self._model.current
            self.search()
        else:
            self._show()

    @Slot(int)
    def _on_indexed(self, collection_id: int) -> None:
        """There may be a better answer now."""
        if collection_id == self._model.current:
            self.search()

    @Slot()
    def _show(self) -> None:
        status, report = self._model.status, self._model.report
        has_any = status is not None
        for part in (self.question, self.by, self.most):
            part.setEnabled(has_any)
        self.head.setVisible(report is not None)
        self.notes.setText(" ".join(report.notes) if report is not None else "")
        self.notes.setVisible(bool(self.notes.text()))
        self.count.setText(_count(report) if report is not None else "")
        self.count.setVisible(report is not None)
        found = _found(report) if report is not None else []
        self.list.show_found(found, report.words if report is not None else ())
        if not self._model.was_read:
            self.nothing.title.setText("")
            self.nothing.sentence.setText("")
            self._stack.setCurrentWidget(self.nothing)
        elif not has_any:
            self._stack.setCurrentWidget(self.begin)
        elif found:
            self._stack.setCurrentWidget(self.list)
        else:
            asked = report is not None
            self.nothing.title.setText("Nothing found" if asked else "Ask the documents")
            self.nothing.sentence.setText(
                "No passage has one of these words."
                if asked
                else "Type a question: the passages that fit it best come with their ranks, their "
                "scores and what they cost in tokens."
            )
            self._stack.setCurrentWidget(self.nothing)


def _found(report: SearchReport) -> list[Found]:
    """The hits, and after them what was left out."""
    shown = [Found(number, hit) for number, hit in enumerate(report.hits, start=1)]
    return shown + [Found(0, each.hit, each.reason) for each in report.left_out]


def _count(report: SearchReport) -> str:
    """How many were found, and how long it took."""
    words = count_text(len(report.hits), "passage")
    if report.left_out:
        words += f", {len(report.left_out):,} left out"
    words += f", {report.seconds * 1000:.0f} ms"
    if report.model_seconds:
        words += f" and {report.model_seconds * 1000:.0f} ms for the vector of the question"
    return words
