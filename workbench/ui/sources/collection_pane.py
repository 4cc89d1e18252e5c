"""The left side of Sources: which collection, its files, its facts, how far indexing is."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QProgressBar

from workbench.domain.sources.collection import CollectionStatus
from workbench.domain.text import count_text
from workbench.ui.kit import Button, Chooser, IconButton, Label, Pane, column, row, rule
from workbench.ui.sources.files_list import FilesList
from workbench.ui.sources.view_model import SourcesModel
from workbench.ui.sources.words import progress_words

_FORMS = {
    "porter": "FTS5, English endings cut off",
    "plain": "FTS5, as they are",
    "trigram": "FTS5, three characters",
}


class CollectionPane(Pane):
    """Chooses a collection and shows what is in it.

    Signals:
        new_wanted(), add_wanted(), settings_wanted(): the buttons.
        index_wanted(): read again what is new or has changed, or pause that.
    """

    new_wanted = Signal()
    add_wanted = Signal()
    settings_wanted = Signal()
    index_wanted = Signal()

    def __init__(self, model: SourcesModel) -> None:
        super().__init__("Documents", surface="chrome")
        self._model = model
        self.setMinimumWidth(200)
        self.plus = IconButton("file-plus", "Add files to this collection")
        self.folder_plus = IconButton("plus", "New collection", keys="Ctrl+N")
        self.header.addWidget(self.plus)
        self.header.addWidget(self.folder_plus)
        self.chooser = Chooser("Collection")
        self.chooser.currentIndexChanged.connect(self._on_chosen)
        self.list = FilesList()
        self.list.picked.connect(model.read_document)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("How far indexing is")
        self.bar.setTextVisible(False)
        self.words = Label("", "small", "text-2", wrap=True)
        self.index = Button("Index again", "refresh", tip="Read what is new or has changed")
        self.settings = Button("Settings…", "settings", tip="Size of the chunks, vectors, words")
        self.facts = Facts()
        above = column(self.chooser, margins=(8, 8, 8, 4))
        below = column(
            self.words, self.bar, row(self.index, self.settings, None, gap=8), self.facts,
            margins=(16, 10, 16, 12), gap=8,
        )  # fmt: skip
        self.body.addLayout(above)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(rule())
        self.body.addLayout(below)
        self.plus.clicked.connect(self.add_wanted)
        self.folder_plus.clicked.connect(self.new_wanted)
        self.settings.clicked.connect(self.settings_wanted)
        self.index.clicked.connect(self.index_wanted)
        model.changed.connect(self._show)
        model.files_changed.connect(self._show_files)
        model.progress_changed.connect(self._show_progress)
        self._show()

    @Slot()
    def _show(self) -> None:
        self.chooser.blockSignals(True)
        self.chooser.clear()
        for each in self._model.collections:
            value = each.collection
            self.chooser.add_choice(
                value.name, value.collection_id, note=count_text(each.files, "file")
            )
        self.chooser.choose(self._model.current)
        self.chooser.blockSignals(False)
        status = self._model.status
        for part in (self.chooser, self.index, self.settings):
            part.setVisible(status is not None)
        self.plus.setEnabled(status is not None)
        self.facts.show_status(status)
        self._show_files()
        self._show_progress()

    @Slot()
    def _show_files(self) -> None:
        files = self._model.files
        self.title.setText(f"Documents  {len(files):,}" if files else "Documents")
        self.list.rows.show_rows(files)

    @Slot()
    def _show_progress(self) -> None:
        current = self._model.current
        progress = self._model.progress.get(current) if current is not None else None
        status = self._model.status
        self.bar.setVisible(progress is not None)
        self.index.set_text("Pause" if progress is not None else "Index again")
        if progress is not None:
            self.bar.setRange(0, progress.total)
            self.bar.setValue(progress.done)
            self.words.setText(progress_words(progress))
        elif status is not None and status.stale:
            self.words.setText(status.stale)
        elif status is not None and not status.is_complete:
            self.words.setText("Not all of it is indexed.")
        else:
            self.words.setText("")
        self.words.setVisible(bool(self.words.text()))

    @Slot(int)
    def _on_chosen(self, _index: int) -> None:
        chosen = self.chooser.currentData()
        if isinstance(chosen, int):
            self._model.open(chosen)


class Facts(QFrame):
    """What a collection is made of, line by line."""

    def __init__(self) -> None:
        super().__init__()
        self._names = ("Chunks", "Words", "Meaning")
        self._values = [Label("", "small", "text-2", elide=True) for _ in self._names]
        lines = column(gap=4)
        for name, value in zip(self._names, self._values, strict=True):
            line = row(Label(name, "small", "text-3"), value, gap=12)
            line.setStretch(1, 1)
            lines.addLayout(line)
        self.setLayout(lines)

    def show_status(self, status: CollectionStatus | None) -> None:
        """Show those of a collection; None for none."""
        self.setVisible(status is not None)
        if status is None:
            return
        value = status.collection
        model = value.model.replace("\\", "/").rpartition("/")[2]
        vectors = f"{status.embedded:,} vectors, {model}" if model else "no embedding model"
        texts = (
            f"{status.chunks:,}, at most {count_text(value.chunks.tokens, 'token')}",
            _FORMS.get(value.words, value.words),
            vectors,
        )
        for label, text in zip(self._values, texts, strict=True):
            label.setText(text)
