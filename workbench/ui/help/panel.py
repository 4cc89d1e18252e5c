"""The Help page: the keys of the workspace one came from, and the user guide."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import (
    QDesktopServices,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QTextBrowser, QWidget

from workbench.ui.kit import Chooser, IconButton, Label, Pane, Splitter, column
from workbench.ui.panels import PANELS, Context, Panel
from workbench.ui.settings.keys import KeyTable, with_keys
from workbench.ui.theme import color, font, theme
from workbench.ui.theme.tokens import RESOURCES

_DOCS = RESOURCES.parent / "docs"
_GUIDE = "user-guide.md"
_LINE = 135


class Guide(QTextBrowser):
    """A page of ``docs/``, read from the program's own folder; links between pages are followed."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("User guide")
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.page = ""
        self.anchorClicked.connect(self._on_link)
        theme().changed.connect(self._on_theme)

    def show_page(self, name: str) -> None:
        """Show a page by its file name."""
        self.page = name
        document = self.document()
        document.setDefaultFont(font("reading"))
        document.setDocumentMargin(24)
        document.setDefaultStyleSheet(f"a {{ color: {color('link').name()}; }}")
        self.setMarkdown((_DOCS / name).read_text(encoding="utf-8"))
        self._space()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def headings(self) -> list[tuple[str, QTextBlock]]:
        """The headings of the page below its title."""
        found = []
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() == 2:
                found.append((block.text(), block))
            block = block.next()
        return found

    def go_to(self, block: QTextBlock) -> None:
        """Bring a heading to the top."""
        place = self.document().documentLayout().blockBoundingRect(block).top()
        self.verticalScrollBar().setValue(round(place) - 12)

    def look_for(self, text: str) -> bool:
        """Mark the next place of a text after the cursor, from the beginning again at the end."""
        if self.find(text):
            return True
        self.moveCursor(QTextCursor.MoveOperation.Start)
        return self.find(text)

    def _space(self) -> None:
        """Lines as high as reading wants them, and the program's own font for code."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        style = QTextBlockFormat()
        style.setLineHeight(_LINE, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor.mergeBlockFormat(style)
        code = QTextCharFormat()
        code.setFont(font("code-small"))
        for first, last in self._code_places():
            cursor.setPosition(first)
            cursor.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(code)

    def _code_places(self) -> list[tuple[int, int]]:
        """The ranges of code in the page."""
        found = []
        block = self.document().begin()
        while block.isValid():
            parts = block.begin()
            while not parts.atEnd():
                fragment = parts.fragment()
                if fragment.charFormat().fontFixedPitch():
                    at = fragment.position()
                    found.append((at, at + fragment.length()))
                parts += 1
            block = block.next()
        return found

    @Slot()
    def _on_theme(self) -> None:
        if self.page:
            at = self.verticalScrollBar().value()
            self.show_page(self.page)
            self.verticalScrollBar().setValue(at)

    @Slot(QUrl)
    def _on_link(self, url: QUrl) -> None:
        target = Path(url.path()).name
        if url.isRelative() and (_DOCS / target).is_file() and target.endswith(".md"):
            self.show_page(target)
        elif url.scheme() in ("http", "https"):
            QDesktopServices.openUrl(url)


class HelpPanel(Panel):
    """Keys at the left, the guide at the right."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.keys = KeyTable()
        self.guide = Guide()
        self.chapter = Chooser("Chapter", width=200)
        self.search = QLineEdit()
        self.search.setAccessibleName("Find in the guide")
        self.search.setPlaceholderText("Find in the guide")
        self.search.setFixedWidth(200)
        self._back = IconButton("undo", "Back to the user guide")
        self._place = ""
        self._build()
        self.guide.show_page(_GUIDE)
        self._show_chapters()
        self.chapter.activated.connect(self._on_chapter)
        self.search.returnPressed.connect(self._on_find)
        self._back.clicked.connect(self._on_back)
        self.guide.anchorClicked.connect(self._show_chapters)

    def _build(self) -> None:
        inner = QWidget()
        inner.setLayout(column(self.keys, None, margins=(16, 12, 16, 16)))
        area = QScrollArea()
        area.setAccessibleName("Keys")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        left = Pane("Keys")
        left.body.addWidget(area)
        left.setMinimumWidth(320)
        right = Pane("User guide", "canvas")
        self._title: Label = right.title
        for control in (self._back, self.search, self.chapter):
            right.header.addWidget(control)
        right.body.addWidget(self.guide)
        right.setMinimumWidth(480)
        split = Splitter(left, right, name="Keys and guide")
        split.setStretchFactor(1, 1)
        split.setSizes([420, 900])
        self.setLayout(column(split, gap=0))

    def shown(self) -> None:
        """List the keys of the workspace that was shown before."""
        titles = {spec.id: spec.title for spec in PANELS}
        here = self._place if self._place in titles else next(iter(titles))
        order = [here, "", *(place for place in titles if place != here)]
        commands = self.context.commands()
        self.keys.show_groups(
            (titles.get(place, "Everywhere"), with_keys(commands, place)) for place in order
        )
        self.breadcrumb_changed.emit([])
        self.guide.setFocus()

    def handle(self, request: dict[str, object]) -> None:
        """``{"place": "tree"}`` puts the keys of that workspace first."""
        place = request.get("place")
        if isinstance(place, str):
            self._place = place
            self.shown()

    @Slot()
    def _show_chapters(self) -> None:
        self.chapter.clear()
        headings = self.guide.headings()
        for title, _ in headings:
            self.chapter.add_choice(title, title)
        self.chapter.setPlaceholderText("Chapter")
        self.chapter.setCurrentIndex(-1)
        self.chapter.setVisible(bool(headings))
        self._back.setVisible(self.guide.page != _GUIDE)
        first = self.guide.document().begin().text()
        self._title.setText(first or "User guide")

    @Slot(int)
    def _on_chapter(self, index: int) -> None:
        self.guide.go_to(self.guide.headings()[index][1])
        self.chapter.setCurrentIndex(-1)

    @Slot()
    def _on_find(self) -> None:
        if self.search.text():
            self.guide.look_for(self.search.text())

    @Slot()
    def _on_back(self) -> None:
        self.guide.show_page(_GUIDE)
        self._show_chapters()
