"""Fields for a file's text and for the place of an image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QLineEdit

from workbench.domain.errors import WorkbenchError
from workbench.domain.prompts.prompt import InputField
from workbench.domain.runs.spec import Json
from workbench.domain.text import count_text
from workbench.ui.bridge import Bridge
from workbench.ui.kit.buttons import Button, IconButton
from workbench.ui.kit.inputs.editors import GrowingText
from workbench.ui.kit.label import Label, set_tone
from workbench.ui.kit.panes.layout import column, row
from workbench.ui.kit.panes.summary_bar import SummaryBar
from workbench.ui.tasks import latest

_IMAGES = "Images (*.png *.jpg *.jpeg *.gif *.webp)"
_BLIND = "The models of this machine read text only: the prompt gets"


class _Chosen(QFrame):
    """What both have: a button to choose a file, one to take it out, and a place to drop it.

    Signals:
        changed(): the value changed. resized(): it needs another height.
        file_named(str): a file is to be read. emptied(None): there is to be no value.
    """

    changed = Signal()
    file_named = Signal(str)
    emptied = Signal(object)
    resized = Signal()
    filter = ""

    def __init__(self, each: InputField, bridge: Bridge) -> None:
        super().__init__()
        self._each = each
        self._bridge = bridge

        self.setAcceptDrops(True)
        self.choose = Button("Choose…", "open")
        self.choose.setAccessibleName(f"Choose a file for {each.name}")
        self.choose.clicked.connect(self._on_choose)
        self.clear = IconButton("close", f"Remove the file from {each.name}", glyph=14)
        self.clear.clicked.connect(self._on_clear)
        self.problem = Label("", "small", "bad", wrap=True)
        self.problem.hide()

    def typed(self) -> str | None:
        """Nothing: what it holds can always be read."""
        return None

    @Slot()
    def _on_choose(self) -> None:
        title = f"A file for {self._each.name}"
        path, _ = QFileDialog.getOpenFileName(self, title, "", self.filter)
        if path:
            self.file_named.emit(path)

    @Slot()
    def _on_clear(self) -> None:
        self._say("")
        self.emptied.emit(None)
        self.choose.setFocus()
        self.changed.emit()

    def _say(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        set_tone(self.problem, "bad")
        self.resized.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _local(event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _local(event.mimeData().urls())
        if path:
            event.acceptProposedAction()
            self.file_named.emit(path)


def _local(urls: list[QUrl]) -> str:
    return urls[0].toLocalFile() if len(urls) == 1 and urls[0].isLocalFile() else ""


class FileField(_Chosen):
    """The text of a file. The path is remembered, so that the file can be read again."""

    def __init__(self, each: InputField, bridge: Bridge, value: Json) -> None:
        super().__init__(each, bridge)
        self.file_named.connect(self.read)
        self.emptied.connect(self.show_value)
        self._path, self._text = "", ""
        self.bar = SummaryBar(each.name)
        self.bar.setToolTip("Show the text (Enter)")
        self.bar.toggled.connect(self._on_toggled)
        self.again = IconButton("refresh", f"Read the file of {each.name} again", glyph=14)
        self.again.clicked.connect(self._on_again)
        self.text = GrowingText(least=3, most=12, style="code-small")
        self.text.setAccessibleName(f"Text of {each.name}")
        self.text.setReadOnly(True)
        self.text.hide()
        line = row(self.bar, self.choose, self.again, self.clear, gap=4)
        line.setStretch(0, 1)
        self.setLayout(column(line, self.text, self.problem, gap=4))
        self.setFocusProxy(self.bar)
        self._note = ""
        self.show_value(value)

    def value(self) -> Json:
        """Path and text; None where there is no file."""
        if not self._path:
            return self._text or None
        return {"path": self._path, "text": self._text}

    def show_value(self, value: Json) -> None:
        given: dict[str, Any] = value if isinstance(value, dict) else {"text": value or ""}
        self._path, self._text = str(given.get("path", "")), str(given.get("text", ""))
        self.again.setEnabled(bool(self._path))
        self.clear.setEnabled(bool(self._path or self._text))
        if self.bar.is_open:
            self.text.setPlainText(self._text)
        self._sum_up()

    def show_note(self, note: str) -> None:
        """The note at the right of the bar, as "283 tokens"."""
        self._note = note
        self._sum_up()

    def _sum_up(self) -> None:
        if not self._path and not self._text:
            self.bar.show_texts("", "No file: drop one here", "")
            return
        lines = self._text.count("\n") + 1
        size = f"{count_text(len(self._text), 'character')}, {count_text(lines, 'line')}"
        name = Path(self._path).name if self._path else "Text"
        self.bar.show_texts(name, size, self._note)

    @latest
    async def read(self, path: str) -> None:
        try:
            text = await self._bridge.ask(lambda core: core.datasets.read_input_file(path))
        except WorkbenchError as error:
            self._say(str(error))
            return
        self._say("")
        self.show_value({"path": path, "text": text})
        self.changed.emit()

    @Slot()
    def _on_again(self) -> None:
        if self._path:
            self.read(self._path)

    @Slot(bool)
    def _on_toggled(self, opened: bool) -> None:
        if opened:
            self.text.setPlainText(self._text)
        self.text.setVisible(opened)
        self.resized.emit()


class ImageField(_Chosen):
    """The name and size of an image, and what the prompt gets in its place."""

    filter = _IMAGES

    def __init__(self, each: InputField, bridge: Bridge, value: Json) -> None:
        super().__init__(each, bridge)
        self.file_named.connect(self.read)
        self.emptied.connect(self.show_value)
        self.choose.setAccessibleName(f"Choose an image for {each.name}")
        self._size = (0, 0)
        self.name = QLineEdit()
        self.name.setPlaceholderText("Name of the image")
        self.name.setAccessibleName(each.name)
        self.name.textEdited.connect(self._on_name)
        self.hint = Label("", "small", "text-3", wrap=True)
        line = row(self.name, self.choose, self.clear, gap=4)
        line.setStretch(0, 1)
        self.setLayout(column(line, self.hint, self.problem, gap=4))
        self.setFocusProxy(self.name)
        self.show_value(value)

    def value(self) -> Json:
        """Name, width and height; None where there is no image."""
        name = self.name.text().strip()
        if not name:
            return None
        width, height = self._size
        return {"name": name, "width": width, "height": height} if width else {"name": name}

    def show_value(self, value: Json) -> None:
        given: dict[str, Any] = value if isinstance(value, dict) else {"name": value or ""}
        width, height = given.get("width"), given.get("height")
        self._size = (0, 0)
        if isinstance(width, int) and isinstance(height, int):
            self._size = (width, height)
        if self.name.text() != str(given.get("name", "")):
            self.name.setText(str(given.get("name", "")))
        self._describe()

    def _describe(self) -> None:
        name = self.name.text().strip()
        size = f", {self._size[0]} x {self._size[1]}" if self._size[0] else ""
        self.hint.setText(f"{_BLIND} “[image: {name or 'name'}{size}]”, not the picture.")
        self.clear.setEnabled(bool(name))

    @Slot()
    def _on_name(self) -> None:
        self._describe()
        self.changed.emit()

    @latest
    async def read(self, path: str) -> None:
        try:
            found = await self._bridge.ask(lambda core: core.datasets.read_image_size(path))
        except WorkbenchError as error:
            self._say(str(error))
            return
        self._say("")
        self.show_value({"name": found.name, "width": found.width, "height": found.height})
        self.changed.emit()
