"""The right side of Sources: a passage that was found, or a document as it was read."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStackedWidget

from workbench.domain.sources.collection import SourceFile
from workbench.domain.sources.document import Extracted, scanned_words
from workbench.domain.text import count_text
from workbench.ui.kit import Button, Chooser, EmptyState, Label, Pane, StreamingText, column, row
from workbench.ui.sources.hits_list import Found
from workbench.ui.sources.words import place_of, ranks_of

_SHOWN_CHARACTERS = 200_000


class PassagePane(Pane):
    """Shows one text, with where it comes from.

    Signals:
        copied(str): what was put on the clipboard, as a sentence.
        document_wanted(int): the file of the passage, by its id, is to be shown.
    """

    copied = Signal(str)
    document_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__("Passage", surface="panel")
        self.setMinimumWidth(240)
        self._found: Found | None = None
        self._document: Extracted | None = None
        self._asked = ""
        self._collection = ""
        self.name = Label("", "body-strong", elide=True)
        self.place = Label("", "small", "text-3", wrap=True)
        self.facts = Label("", "small", "text-2", wrap=True)
        self.pages = Chooser("Page")
        self.pages.currentIndexChanged.connect(self._show_page)
        self.text = StreamingText("Text of the passage or document", "body")
        self.whole = Button("Show the document", "file", tip="The whole text as it was read")
        self.whole.clicked.connect(self._on_whole)
        self.copy = Button(
            "Copy retrieve()", "copy",
            tip="Copies what brings the passages of this question into a prompt",
        )  # fmt: skip
        self.copy.clicked.connect(self._on_copy)
        self._nothing = EmptyState("", "Choose a passage or a document to read it here.")
        self._shown = Pane(surface="panel")
        self._shown.body.addLayout(
            column(self.name, self.place, self.facts, row(self.pages, None),
                   margins=(16, 12, 16, 8), gap=4)
        )  # fmt: skip
        self._shown.body.addLayout(row(self.text, margins=(16, 4, 16, 8)), 1)
        self._shown.body.addLayout(row(self.whole, self.copy, None, margins=(16, 4, 16, 12)))
        self._stack = QStackedWidget()
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(self._shown)
        self.body.addWidget(self._stack, 1)

    def show_nothing(self) -> None:
        """Nothing is chosen."""
        self._found = self._document = None
        self.title.setText("Passage")
        self._stack.setCurrentWidget(self._nothing)

    def show_found(self, found: Found, question: str, collection: str) -> None:
        """Show a passage that a question found."""
        self._found, self._document = found, None
        self._asked, self._collection = question, collection
        hit = found.hit
        self.title.setText("Passage")
        self.name.setText(Path(hit.file).name)
        self.place.setText(place_of(hit) or hit.file)
        self.facts.setText(f"{ranks_of(hit)}. {found.reason}".strip().rstrip("."))
        self.pages.hide()
        self.whole.show()
        self.copy.show()
        self.text.set_text(hit.text, follow=False)
        self._stack.setCurrentWidget(self._shown)

    def show_document(self, file: SourceFile, read: Extracted) -> None:
        """Show a document page by page, as its text was read."""
        self._found, self._document = None, read
        self.title.setText("Document")
        self.name.setText(read.title or Path(file.path).name)
        self.place.setText(file.path)
        words = [f"{len(read.text):,} characters", count_text(file.chunks, "chunk")]
        notes = list(file.notes)
        if read.scanned:
            notes.append(scanned_words(read.scanned, len(read.pages)))
        self.facts.setText(". ".join([", ".join(words), *dict.fromkeys(notes)]))
        self.whole.hide()
        self.copy.hide()
        self.pages.blockSignals(True)
        self.pages.clear()
        for page in read.pages:
            self.pages.add_choice(f"Page {page.number}", page.number, note=page.title)
        self.pages.blockSignals(False)
        self.pages.setVisible(len(read.pages) > 1)
        self._stack.setCurrentWidget(self._shown)
        self._show_page()

    @Slot()
    def _show_page(self) -> None:
        if self._document is None:
            return
        pages = self._document.pages
        at = self.pages.currentIndex()
        text = self._document.page_text(pages[at]) if 0 <= at < len(pages) else self._document.text
        if len(text) > _SHOWN_CHARACTERS:
            text = f"{text[:_SHOWN_CHARACTERS]}\n\n… the first {_SHOWN_CHARACTERS:,} characters"
        self.text.set_text(text, follow=False)

    @Slot()
    def _on_whole(self) -> None:
        if self._found is not None:
            self.document_wanted.emit(self._found.hit.file_id)

    @Slot()
    def _on_copy(self) -> None:
        call = retrieve_call(self._asked, self._collection)
        QGuiApplication.clipboard().setText(call)
        self.copied.emit("Copied. In a prompt it brings the passages that fit its question best.")


def retrieve_call(question: str, collection: str) -> str:
    """What a prompt says to get the passages of a question."""
    asked = question.replace("\\", "\\\\").replace('"', '\\"')
    where = collection.replace("\\", "\\\\").replace('"', '\\"')
    return f'{{{{ retrieve("{asked}", k=4, collection="{where}") }}}}'
