"""The Versions pane: the timeline of a prompt, a diff, and restoring a version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QGuiApplication
from PySide6.QtWidgets import QFrame, QLineEdit, QPlainTextEdit

from workbench.domain.prompts.versions import PromptVersion
from workbench.ui.design.tool_panes import SideContext, SidePane
from workbench.ui.design.tools.versions.model import Sections, VersionsModel
from workbench.ui.design.tools.versions.timeline import VersionsList
from workbench.ui.kit import (
    Banner,
    Button,
    Chooser,
    EmptyState,
    GhostButton,
    IconButton,
    Label,
    Segmented,
    Splitter,
    column,
    row,
)
from workbench.ui.kit.text.diff_view import DiffView
from workbench.ui.tasks import background, errors_to


class NoteEdit(QPlainTextEdit):
    """A few lines that are kept when the user leaves them.

    Signals:
        left(): the focus went elsewhere.
    """

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("input", True)
        self.setTabChangesFocus(True)
        self.setFixedHeight(52)
        self.setAccessibleName("Note on the version")
        self.setPlaceholderText("Note")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class VersionsPane(SidePane):
    """A list of versions over the difference between the chosen one and the text in the editor."""

    def __init__(self, side: SideContext) -> None:
        super().__init__("Versions", side)
        self.model = VersionsModel(side)
        self.model.setParent(self)
        self._described = 0
        self._was_shown = False
        self.banner = Banner()
        self.list = VersionsList()
        self.empty = EmptyState(
            "No versions yet",
            "They begin when the prompt is saved or run: every text that it has had is kept.",
        )
        self.views = Segmented("Compare", ("Text", "Rendered"))
        self.other = Chooser("Compared with")
        self.counts = Label("", "small", "text-2")
        self.diff = DiffView("Differences")
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the version")
        self.name.setPlaceholderText("Name")
        self.name.setMaxLength(120)
        self.note = NoteEdit()
        self.copy = IconButton("copy", "Copy the text of this version")
        self.runs = GhostButton("Show its runs", "history")
        self.restore = Button("Restore", "undo", tip="Put this version into the editor")
        self._build()
        self._connect()

    def _build(self) -> None:
        compare = row(self.views, self.other, None, self.counts, margins=(8, 6, 12, 6))
        actions = row(self.copy, self.runs, None, self.restore, margins=(8, 8, 12, 12))
        words = column(self.name, self.note, margins=(12, 8, 12, 0), gap=6)
        self._detail = QFrame()
        layout = column(compare, self.diff, words, actions, gap=0)
        layout.setStretch(1, 1)
        self._detail.setLayout(layout)
        upper = QFrame()
        upper.setLayout(column(self.list, margins=(6, 0, 6, 0), gap=0))
        self.splitter = Splitter(upper, self._detail, vertical=True)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 2)
        self.body.addWidget(self.banner)
        self.body.addWidget(self.splitter, 1)
        self.body.addWidget(self.empty, 1)
        self.empty.hide()

    def _connect(self) -> None:
        self.model.changed.connect(self._on_changed)
        self.model.compared.connect(self._on_compared)
        self.model.failed.connect(self._on_failed)
        self.list.chosen.connect(self._on_chosen)
        self.list.name_wanted.connect(self.name.setFocus)
        self.views.chosen.connect(self._on_view)
        self.other.activated.connect(self._on_other)
        self.name.editingFinished.connect(self._keep_name)
        self.note.left.connect(self._keep_note)
        self.copy.clicked.connect(self._on_copy)
        self.runs.clicked.connect(self._on_runs)
        self.restore.clicked.connect(self._on_restore)

    def shown(self) -> None:
        """Read the versions of the prompt that is open."""
        if not self._was_shown:
            self._was_shown = True
            QTimer.singleShot(0, self, self._share_room)  # once it has its height
        self.model.active = True
        self.model.refresh()
        self.list.setFocus()

    @Slot()
    def _share_room(self) -> None:
        room = self.height()
        self.splitter.setSizes([room * 34 // 100, room * 66 // 100])

    def hidden(self) -> None:
        """Rest until it is shown again."""
        self._keep_note()
        self.model.active = False

    # --- what the model says --------------------------------------------------------------------

    @Slot()
    def _on_changed(self) -> None:
        model = self.model
        self.banner.hide()
        self.splitter.setVisible(bool(model.versions))
        self.empty.setVisible(not model.versions)
        self.list.show_versions(model.versions, model.current_number, model.selected)
        self.other.clear()
        self.other.add_choice("with the editor", 0)
        for version in model.versions:
            title = f"with version {version.number}"
            self.other.add_choice(title, version.number, note=version.name)
        self.other.choose(model.other)
        self._show_selected()

    def _show_selected(self) -> None:
        version = self._selected()
        if version is None:
            return
        if self._described != version.number or not self.name.hasFocus():
            self.name.setText(version.name)
        if self._described != version.number or not self.note.hasFocus():
            self.note.setPlainText(version.note)
        self._described = version.number
        self.runs.setEnabled(version.last_run_id is not None)
        count = f" ({version.runs:,})" if version.runs else ""
        self.runs.set_text("Show its run" if version.runs == 1 else f"Show its runs{count}")

    def _selected(self) -> PromptVersion | None:
        return self.model.version(self.model.selected)

    @Slot(object)
    def _on_compared(self, sections: Sections) -> None:
        self.diff.show_sections(sections)
        found = (self.diff.removed, self.diff.added)
        parts = [f"+{found[1]}"] if found[1] else []
        parts += [f"\u2212{found[0]}"] if found[0] else []
        self.counts.setText(" ".join(parts))
        self.restore.setEnabled(self.model.selected != self.model.current_number)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.diff.show_sentence(sentence)
        self.counts.setText("")

    # --- user actions -------------------------------------------------------------------------

    @Slot(int)
    def _on_chosen(self, number: int) -> None:
        self._keep_note()
        self.restore.setEnabled(number != self.model.current_number)
        self.model.select(number)
        self._show_selected()

    @Slot(int)
    def _on_view(self, index: int) -> None:
        self.model.rendered = index == 1
        self.model.compare()

    @Slot()
    def _on_other(self) -> None:
        self.model.other = int(self.other.currentData() or 0)
        self.model.compare()

    @Slot()
    def _keep_name(self) -> None:
        version = self.model.version(self._described)
        if version is not None and self.name.text().strip() != version.name:
            self.model.describe(version.number, name=self.name.text())

    @Slot()
    def _keep_note(self) -> None:
        version = self.model.version(self._described)
        if version is not None and self.note.toPlainText().strip() != version.note:
            self.model.describe(version.number, note=self.note.toPlainText())

    @Slot()
    def _on_copy(self) -> None:
        self._with_text(QGuiApplication.clipboard().setText)

    @Slot()
    def _on_runs(self) -> None:
        version = self._selected()
        if version is not None and version.last_run_id is not None:
            title = f"{Path(self.model.path).stem}, version {version.number}"
            self.side.window.go(
                "history",
                run_id=version.last_run_id,
                version=version.version_id,
                version_title=title,
            )

    @Slot()
    def _on_restore(self) -> None:
        number, path = self.model.selected, self.model.path

        def put(text: str) -> None:
            document = self.side.model.current
            if document is None or document.path != path:
                return
            self.side.work.editor.replace_all(text)
            self.side.work.editor.setFocus()
            self.side.work.tell_of_text(
                f"Version {number} is in the editor. The file stays as it is until you save."
            )

        self._with_text(put)

    @background
    async def _with_text(self, use: Callable[[str], None]) -> None:
        number, path = self.model.selected, self.model.path
        if self._selected() is not None:
            with errors_to(self.banner.show_message):
                use(await self.bridge.ask(lambda core: core.versions.read(path, number)))
