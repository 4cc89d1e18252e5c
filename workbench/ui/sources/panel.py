"""The Sources workspace: documents, a question with its passages, and one of them to read."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from workbench.domain.sources.collection import Collection, SourceFile
from workbench.domain.sources.document import Extracted
from workbench.ui.actions import Action
from workbench.ui.kit import Banner, Button, Question, Splitter, column
from workbench.ui.panels import Context, Panel
from workbench.ui.sources.collection_form import CollectionForm
from workbench.ui.sources.collection_pane import CollectionPane
from workbench.ui.sources.hits_list import Found
from workbench.ui.sources.passage_pane import PassagePane
from workbench.ui.sources.search_pane import SearchPane
from workbench.ui.sources.view_model import SourcesModel

_SIZES = (264, 752, 360)


class SourcesPanel(Panel):
    """Collections of documents, searched. Files and folders that are dropped on it are added."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.setAcceptDrops(True)
        self.model = SourcesModel(self.bridge)
        self.banner = Banner()
        self.list = CollectionPane(self.model)
        self.search = SearchPane(self.model)
        self.passage = PassagePane()
        self.add = Button("Add files", "plus", tip="Adds files to the collection")
        self.settings = Button("Index settings", "settings", tip="How the collection is indexed")
        self._split = Splitter(self.list, self.search, self.passage, name="Documents and passages")
        self._split.setStretchFactor(1, 1)
        self._split.setSizes(_SIZES)
        layout = column(self._split, self.banner, gap=0)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.list.new_wanted.connect(self.ask_new)
        self.list.add_wanted.connect(self.ask_files)
        self.list.settings_wanted.connect(self.ask_settings)
        self.list.index_wanted.connect(self.index_or_pause)
        self.add.clicked.connect(self.ask_files)
        self.settings.clicked.connect(self.ask_settings)
        self.search.begin_wanted.connect(self.ask_new)
        self.search.chosen.connect(self._on_chosen)
        self.passage.document_wanted.connect(self._show_file)
        self.passage.copied.connect(self._tell)
        self.model.document_read.connect(self._on_document)
        self.model.failed.connect(self.banner.show_message)
        self.model.reported.connect(self._tell)
        self.model.changed.connect(self._on_changed)
        self.model.progress_changed.connect(self._on_progress)
        self._on_changed()

    def actions_table(self) -> tuple[Action, ...]:
        """What can be done here."""

        def is_open() -> bool:
            return self.model.status is not None

        return (
            Action(id="sources.new", title="New collection of documents…", run=self.ask_new,
                   keys="Ctrl+N"),
            Action(id="sources.ask", title="Ask the documents", run=self._focus_question,
                   keys="Ctrl+F", when=is_open),
            Action(id="sources.add", title="Add files to the collection…", run=self.ask_files,
                   when=is_open),
            Action(id="sources.folder", title="Add a folder to the collection…",
                   run=self.ask_folder, when=is_open),
            Action(id="sources.index", title="Index what is new, or pause that",
                   run=self.index_or_pause, when=is_open),
            Action(id="sources.settings", title="Settings of the collection…",
                   run=self.ask_settings, when=is_open),
            Action(id="sources.remove", title="Delete the collection…", run=self.ask_remove,
                   when=is_open),
        )  # fmt: skip

    def top_widgets(self) -> tuple[QWidget, ...]:
        """Settings and files of the collection."""
        return (self.settings, self.add)

    def home(self) -> QWidget:
        """Where the keys go."""
        return self.search.question

    def shown(self) -> None:
        """Look at what the command line did meanwhile."""
        self.model.read()

    def handle(self, request: dict[str, object]) -> None:
        """Show a collection, ``{"collection": 3}``, or ask it, ``{"question": "..."}``."""
        collection, question = request.get("collection"), request.get("question")
        if isinstance(collection, int):
            self.model.open(collection)
        if isinstance(question, str):
            self.search.question.setText(question)

    def save_session(self) -> dict[str, object]:
        """The open collection, the question and how it is asked."""
        search = self.search
        return {
            "collection": self.model.current,
            "question": search.question.text(),
            "by": search.by.currentData(),
            "most": search.most.value(),
            "sizes": self._split.shares(),
        }

    def restore_session(self, state: dict[str, object]) -> None:
        """Put it back."""
        collection, question = state.get("collection"), state.get("question")
        most, sizes = state.get("most"), state.get("sizes")
        if isinstance(collection, int):
            self.model.want(collection)
            self.model.read()
        if isinstance(most, int):
            self.search.most.setValue(most)
        self.search.by.choose(state.get("by"))
        if isinstance(question, str):
            self.search.question.setText(question)
        if isinstance(sizes, list) and len(sizes) == len(_SIZES):
            self._split.setSizes([int(each) for each in sizes])

    # --- collections ----------------------------------------------------------------------------

    @Slot()
    def ask_new(self) -> None:
        """Ask for the places of a new collection."""
        self._ask(Collection(name=""))

    @Slot()
    def ask_settings(self) -> None:
        """Ask how the open collection is indexed."""
        status = self.model.status
        if status is not None:
            self._ask(status.collection)

    def _ask(self, collection: Collection) -> None:
        form = CollectionForm(self.window(), self.bridge, collection)
        if form.exec():
            self.model.save(form.value)
        form.deleteLater()

    @Slot()
    def ask_files(self) -> None:
        """Ask for more files."""
        paths, _ = QFileDialog.getOpenFileNames(self, "Files of the collection")
        self.model.add_paths(paths)

    @Slot()
    def ask_folder(self) -> None:
        """Ask for another folder."""
        path = QFileDialog.getExistingDirectory(self, "Folder of the collection")
        self.model.add_paths([path] if path else [])

    @Slot()
    def ask_remove(self) -> None:
        """Delete the open collection, if the user says so."""
        status = self.model.status
        if status is None:
            return
        question = Question(
            self.window(),
            f"Delete the collection {status.collection.name}?",
            "Its index is deleted. The files themselves stay where they are.",
            ("Keep it", "Delete"),
        )
        question.exec()
        if question.chosen == 1:
            self.model.remove(status.collection.collection_id)

    @Slot()
    def index_or_pause(self) -> None:
        """Read what is new or has changed; pause that where it is under way."""
        current = self.model.current
        if current is None:
            return
        if self.model.is_indexing(current):
            self.model.pause(current)
        else:
            self.model.index(current)

    # --- what is shown --------------------------------------------------------------------------

    @Slot()
    def _on_changed(self) -> None:
        status = self.model.status
        self.breadcrumb_changed.emit([status.collection.name] if status is not None else [])
        self.add.setEnabled(status is not None)
        self.settings.setEnabled(status is not None)

    @Slot()
    def _on_progress(self) -> None:
        self.busy_changed.emit(bool(self.model.progress))

    @Slot(object)
    def _on_chosen(self, found: Found | None) -> None:
        status = self.model.status
        if found is None or status is None:
            self.passage.show_nothing()
        else:
            question = self.search.question.text().strip()
            self.passage.show_found(found, question, status.collection.name)

    @Slot(object, object)
    def _on_document(self, file: SourceFile, read: Extracted) -> None:
        self.passage.show_document(file, read)

    @Slot(int)
    def _show_file(self, file_id: int) -> None:
        for file in self.model.files:
            if file.file_id == file_id:
                self.model.read_document(file)

    @Slot(str)
    def _tell(self, sentence: str) -> None:
        self.context.notify(sentence, "ok")

    def _focus_question(self) -> None:
        self.search.question.setFocus()
        self.search.question.selectAll()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if self.model.status is not None:
            self.model.add_paths(paths)
        elif paths:
            first = Path(paths[0])
            name = first.parent.name or "Documents"
            self._ask(Collection(name=name, paths=tuple(paths)))
