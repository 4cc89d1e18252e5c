"""The dialog with the settings of a collection: name, places, chunks, words, vectors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit, QListWidget, QWidget

from workbench.domain.parameters import build, describe
from workbench.domain.sources.collection import Collection
from workbench.domain.sources.document import ChunkSettings
from workbench.domain.views import ModelEntry
from workbench.ui.kit import Button, Chooser, GhostButton, Label, PrimaryButton, column, row
from workbench.ui.kit.forms.parameter_form import ParameterForm
from workbench.ui.tasks import errors_to, latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_WIDTH, _PLACES = 560, 110
_FORMS = (
    ("porter", "English", "run finds runs and running"),
    ("plain", "As they are", "for code and other languages"),
    ("trigram", "Three characters", "for languages without spaces"),
)


class CollectionForm(QDialog):
    """Name and places of a collection, and how it is indexed. Esc closes it, nothing is changed.

    Args:
        parent: the window.
        bridge: to the core, which knows the models.
        collection: what is changed; one without an id is new.
    """

    def __init__(self, parent: QWidget, bridge: Bridge, collection: Collection) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._collection = collection
        title = "Settings of the collection" if collection.collection_id else "New collection"
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.name = QLineEdit(collection.name)
        self.name.setAccessibleName("Name of the collection")
        self.name.setPlaceholderText("Name, as prompts call it")
        self.places = QListWidget()
        self.places.setAccessibleName("Files and folders")
        self.places.setFixedHeight(_PLACES)
        self.places.addItems(list(collection.paths))
        self.add_files = Button("Add files…", "file-plus")
        self.add_folder = Button("Add a folder…", "folder-plus")
        self.take_away = Button("Take away", "minus", tip="Takes the chosen place away")
        self.words = Chooser("Words", width=300)
        for value, words, about in _FORMS:
            self.words.add_choice(words, value, description=about)
        self.words.choose(collection.words)
        self.model = Chooser("Embedding model", width=300)
        self.model.add_choice("None: words alone", "")
        if collection.model:
            self.model.add_choice(Path(collection.model).name, collection.model)
            self.model.choose(collection.model)
        self.about_model = Label("", "small", "text-3", wrap=True)
        self.about_model.setFixedWidth(_WIDTH)
        self.form = ParameterForm(describe(ChunkSettings))
        self.form.set_values(msgspec.to_builtins(collection.chunks))
        self.problem = Label("", "small", "warn", wrap=True)
        self.save = PrimaryButton("Save" if collection.collection_id else "Create", "check")
        self.cancel = GhostButton("Cancel")
        layout = column(
            Label(title, "heading"),
            self.name,
            self.places,
            row(self.add_files, self.add_folder, self.take_away, None),
            row(Label("Words", "body", "text-3"), None, self.words),
            row(Label("Meaning", "body", "text-3"), None, self.model),
            self.about_model,
            self.form,
            self.problem,
            row(None, self.cancel, self.save),
            margins=(24, 20, 24, 20),
            gap=10,
        )
        self.setLayout(layout)
        self.setMinimumWidth(_WIDTH + 48)
        self.problem.hide()
        self.add_files.clicked.connect(self._ask_files)
        self.add_folder.clicked.connect(self._ask_folder)
        self.take_away.clicked.connect(self._take_away)
        self.model.currentIndexChanged.connect(self._check_model)
        self.save.clicked.connect(self._on_save)
        self.cancel.clicked.connect(self.reject)
        self._read_models()
        self.name.setFocus()

    @property
    def value(self) -> Collection:
        """What is entered."""
        return msgspec.structs.replace(
            self._collection,
            name=self.name.text().strip(),
            paths=tuple(self.places.item(at).text() for at in range(self.places.count())),
            words=self.words.currentData(),
            model=str(self.model.currentData() or ""),
            chunks=build(ChunkSettings, self.form.values(), "Chunks"),
        )

    @latest
    async def _read_models(self) -> None:
        with errors_to(self.about_model.setText):
            found = await self._bridge.ask(lambda core: core.model_files.scan())
            models: Sequence[ModelEntry] = found.models
            for each in models:
                if self.model.findData(each.path) < 0:
                    self.model.add_choice(each.name, each.path)
            self._check_model()

    @latest
    async def _check_model(self) -> None:
        path = str(self.model.currentData() or "")
        if not path:
            self.about_model.setText("Passages are found by their words. An embedding model "
                                     "finds them by their meaning too.")  # fmt: skip
            return
        with errors_to(self.about_model.setText):
            found = await self._bridge.ask(lambda core: core.sources.embedding_model(path))
            words = (
                found.problem or f"{found.family or 'Embedding model'}, pooling {found.pooling}."
            )
            self.about_model.setText(words)

    def add_paths(self, paths: Sequence[str]) -> None:
        """Add places that are not there yet."""
        known = {self.places.item(at).text() for at in range(self.places.count())}
        self.places.addItems([path for path in paths if path and path not in known])
        if paths and not self.name.text().strip():
            first = Path(paths[0])
            self.name.setText(first.name if first.is_dir() else first.parent.name)

    @Slot()
    def _ask_files(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self, "Files of the collection")
        self.add_paths(paths)

    @Slot()
    def _ask_folder(self) -> None:
        self.add_paths([QFileDialog.getExistingDirectory(self, "Folder of the collection")])

    @Slot()
    def _take_away(self) -> None:
        self.places.takeItem(self.places.currentRow())

    @Slot()
    def _on_save(self) -> None:
        problem = ""
        if not self.name.text().strip():
            problem = "Give the collection a name: prompts call it by that."
        elif not self.places.count():
            problem = "Add files or a folder: there is nothing to read yet."
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        if not problem:
            self.accept()
