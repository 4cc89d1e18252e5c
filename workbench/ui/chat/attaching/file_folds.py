"""The files of a message in the transcript: their names, and their texts when they are opened."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from workbench.domain.attachments import attached_files, file_words
from workbench.domain.transcripts import Part
from workbench.ui.kit import Label, Section, StreamingText, column

_HEIGHT = 200
_NAMED = {"image": "picture", "audio": "sound", "video": "video", "file": "file"}


class FileFold(Section):
    """A file that is closed until the user wants to read it; its text is set then."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._text = StreamingText(file_words(part), "code-small")
        self._text.setFixedHeight(_HEIGHT)
        super().__init__(file_words(part), self._text, opened=False)
        self.head.clicked.connect(self._fill)

    @Slot()
    def _fill(self) -> None:
        if self.is_open:
            self._text.set_text(self.part.text, follow=False)

    def open(self) -> None:
        """Show the text."""
        self.set_open(True)
        self._fill()


class FileFolds(QWidget):
    """The files of one message; what has no text here is named."""

    def __init__(self) -> None:
        super().__init__()
        self._column = column(gap=2, margins=(0, 0, 0, 4))
        self.setLayout(self._column)
        self.folds: list[FileFold] = []
        self._widgets: list[QWidget] = []
        self._shown: tuple[dict[str, Any], ...] = ()

    def show_files(self, attachments: tuple[dict[str, Any], ...]) -> None:
        """Show the files of a message."""
        if attachments == self._shown:
            return
        self._shown = attachments
        for each in self._widgets:
            self._column.removeWidget(each)
            each.hide()
            each.deleteLater()
        parts = attached_files(attachments)
        self.folds = [FileFold(part) for part in parts]
        names = [_name(each) for each in attachments if not attached_files((each,))]
        others = [Label(name, "small", "text-3", elide=True) for name in names if name]
        self._widgets = [*self.folds, *others]
        for each in self._widgets:
            self._column.addWidget(each)

    def open_at(self, words: str) -> bool:
        """Open the files that have the words; False where none has."""
        found = [each for each in self.folds if words.casefold() in each.part.text.casefold()]
        for each in found:
            each.open()
        return bool(found)


def _name(attachment: dict[str, Any]) -> str:
    """What is known of a picture or a file without a text, "" of what is no file."""
    kind = _NAMED.get(str(attachment.get("kind")), "")
    name = " ".join(str(attachment.get("name") or "").split())
    return f"{name} ({kind})" if kind and name else kind
