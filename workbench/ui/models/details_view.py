"""What a model file says of itself, and how to load it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QScrollArea, QWidget

from workbench.domain.views import EngineStatus, LoadSettings, ModelDetails, ModelEntry, ModelSpeed
from workbench.ui.kit import (
    Banner,
    Button,
    GhostButton,
    Label,
    Pane,
    PrimaryButton,
    Section,
    column,
    row,
)
from workbench.ui.models.load_form import LoadForm
from workbench.ui.models.memory_view import MemoryView
from workbench.ui.models.verdict_view import VerdictView
from workbench.ui.theme import font

_SHOWN_CHARACTERS = 160
_WIDTH = 504
"""Room for the form of loading with its help, so that nothing is scrolled to the side."""


class ModelDetailsView(Pane):
    """The right side of Models.

    Signals:
        load_wanted(LoadSettings), unload_wanted(), speed_wanted().
        default_wanted(LoadSettings): load every model without settings of its own like this.
        settings_changed(): the memory of other settings is wanted.
    """

    load_wanted = Signal(object)
    unload_wanted = Signal()
    speed_wanted = Signal()
    default_wanted = Signal(object)
    settings_changed = Signal()

    def __init__(self) -> None:
        super().__init__("Model")
        self.setMinimumWidth(_WIDTH)
        self.entry: ModelEntry | None = None
        self.banner = Banner()
        self.path = Label("", "code-small", "text-3", wrap=True)
        self.path.setAccessibleName("Path of the model")
        self.path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.form = LoadForm()
        self.form.changed.connect(self.settings_changed)
        self.default = GhostButton("Use for all models")
        self.default.setToolTip("Load models without settings of their own like this.")
        self.default.clicked.connect(self._on_default)
        self.memory = MemoryView()
        self.reuse = Label("", "body", "text-2", wrap=True)
        self._can_load = True
        self._metadata = QWidget()
        self._metadata_section = Section("Metadata", self._metadata)
        self.template = QPlainTextEdit()
        self.template.setAccessibleName("Chat template of the model")
        self.template.setReadOnly(True)
        self.template.setFont(font("code-small"))
        self.template.setMinimumHeight(160)
        self.verdict = VerdictView()
        conversations = Section("Conversations", self.verdict)
        template = Section("Chat template", self.template)
        self.speed = Label("", "body", "text-2", wrap=True)
        self.measure = Button("Measure speed, 5 s", "clock")
        self.measure.clicked.connect(self.speed_wanted)
        content = QWidget()
        self._content = column(
            self.path,
            row(Label("Loading", "body-strong"), None, self.default),
            self.form,
            Label("Memory", "body-strong"),
            self.memory,
            self.reuse,
            row(self.measure, self.speed, None),
            self._metadata_section,
            conversations,
            template,
            None,
            margins=(16, 12, 16, 16),
            gap=12,
        )
        content.setLayout(self._content)
        scroll = QScrollArea()
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.unload = Button("Unload", tall=True)
        self.unload.clicked.connect(self.unload_wanted)
        self.load = PrimaryButton("Load", "play", keys="Ctrl+Return", tall=True)
        self.load.clicked.connect(self.ask_load)
        foot = row(None, self.unload, self.load, margins=(16, 12, 16, 12))
        self.body.addWidget(self.banner)
        self.body.addWidget(scroll, 1)
        self.body.addLayout(foot)

    @property
    def settings(self) -> LoadSettings:
        """The settings that the form shows."""
        return self.form.settings

    def show_settings(self, settings: LoadSettings) -> None:
        """Show how the model is loaded."""
        self.form.show_settings(settings)

    @Slot()
    def ask_load(self) -> None:
        """Ask for the shown model with the shown settings."""
        if self.entry is not None and not self.entry.error and self._can_load:
            self.load_wanted.emit(self.settings)

    @Slot()
    def _on_default(self) -> None:
        self.default_wanted.emit(self.settings)

    def show_entry(self, entry: ModelEntry) -> None:
        """Show a model; its details follow, and those of the previous model are cleared at once."""
        if self.entry is None or self.entry.path != entry.path:
            self._clear_details()
        self.entry = entry
        self._can_load = True
        self.title.setText(entry.name)
        self.path.setText(entry.path)
        self.load.setEnabled(not entry.error)
        self.show_speed(entry.speed)
        if entry.error:
            self.banner.show_message(f"This file cannot be used: {entry.error}")
            self._clear_details()
        else:
            self.banner.hide()

    def _clear_details(self) -> None:
        self.memory.clear()
        self.reuse.setText("")
        self._show_metadata({})
        self.template.setPlainText("")
        self.verdict.clear()

    def show_details(self, details: ModelDetails) -> None:
        """Show what the header says, the memory it will take, and what it can use again."""
        self._can_load = True
        self.banner.hide()
        self.memory.show_memory(details.memory, details.used)
        width = details.decode_width
        self.form.show_automatic(threads=details.threads, sequences=width)
        together = f" Up to {width} answers are written together." if width > 1 else ""
        self.reuse.setText(details.reuse + together)
        self.show_speed(details.entry.speed)
        self._show_metadata(
            {
                "architecture": details.entry.architecture,
                "parameters": f"{details.entry.parameters:,}",
                "tensors": details.tensor_count,
                "memory": details.memory_kind,
            }
            | details.metadata
        )
        self.template.setPlainText(details.chat_template or "This model has none.")
        self.load.setEnabled(True)

    def show_problem(self, sentence: str) -> None:
        """Say why the shown settings or file cannot be loaded."""
        self._can_load = False
        self.memory.clear()  # it was that of other settings
        self.banner.show_message(sentence)
        self.load.setEnabled(False)

    def show_speed(self, speed: ModelSpeed | None) -> None:
        """How fast the model was here, as far as it is known."""
        parts = []
        if speed is not None and speed.prompt:
            parts.append(f"reads {speed.prompt:,.0f} tokens/s")
        if speed is not None and speed.generation:
            parts.append(f"writes {speed.generation:,.1f} tokens/s")
        self.speed.setText(", ".join(parts))

    def _show_metadata(self, metadata: dict[str, object]) -> None:
        old = self._metadata.layout()
        while old is not None and old.count():
            item = old.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        grid = old if isinstance(old, QGridLayout) else QGridLayout(self._metadata)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for line, (key, value) in enumerate(metadata.items()):
            grid.addWidget(Label(key, "small", "text-3"), line, 0)
            words = str(value)[:_SHOWN_CHARACTERS]
            grid.addWidget(Label(words, "small", "text-2", elide=True), line, 1)

    def show_engine(self, status: EngineStatus) -> None:
        """Say whether the shown model is the loaded one."""
        mine = self.entry is not None and status.model_path == self.entry.path
        loaded = mine and status.state in ("ready", "busy")
        loading = status.state in ("loading", "starting")
        self.load.set_text("Loading…" if loading else "Load again" if loaded else "Load")
        usable = self.entry is not None and not self.entry.error and self._can_load
        self.load.setEnabled(not loading and usable)
        self.unload.setVisible(loaded)
        self.measure.setEnabled(status.state == "ready")
        if status.state == "dead" and status.error:
            self.banner.show_message(status.error)
