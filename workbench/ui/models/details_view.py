"""What a model file says of itself, and how to load it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QScrollArea, QWidget

from workbench.domain.parameters import Field
from workbench.domain.views import EngineStatus, LoadSettings, ModelDetails, ModelEntry
from workbench.ui.theme import font
from workbench.ui.widgets import (
    Banner,
    Button,
    Label,
    Pane,
    PrimaryButton,
    Section,
    column,
    row,
    set_tone,
)
from workbench.ui.widgets.parameter_form import ParameterForm

_MIB = 1024**2
_SHOWN_CHARACTERS = 160
_FIELDS = (
    Field(name="context_tokens", kind="int", default=8192, minimum=256, maximum=2**20,
          description="How many tokens a prompt and its answer may have together."),
    Field(name="threads", kind="int", default=0, minimum=0, maximum=256,
          description="Processor threads; 0 is the number of physical cores."),
    Field(name="batch_tokens", kind="int", default=512, minimum=32, maximum=8192,
          description="Prompt tokens that are read together."),
    Field(name="sequences", kind="int", default=32, minimum=1, maximum=256,
          description="Most answers that are written together."),
    Field(name="gpu_layers", kind="int", default=0, minimum=0, maximum=999,
          description="Layers on the graphics card, where llama.cpp was built for one."),
    Field(name="use_mmap", kind="bool", default=True,
          description="Map the file; switch off for files on drives that can be removed."),
)  # fmt: skip


class ModelDetailsView(Pane):
    """The right side of Models.

    Signals:
        load_wanted(LoadSettings), unload_wanted(), speed_wanted().
        context_changed(int): the memory of another context is wanted.
    """

    load_wanted = Signal(object)
    unload_wanted = Signal()
    speed_wanted = Signal()
    context_changed = Signal(int)

    def __init__(self) -> None:
        super().__init__("Model")
        self.setMinimumWidth(380)
        self.entry: ModelEntry | None = None
        self.banner = Banner()
        self.path = Label("", "code-small", "text-3", wrap=True)
        self.path.setAccessibleName("Path of the model")
        self.path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.form = ParameterForm(_FIELDS)
        self.form.changed.connect(self._on_form)
        self.memory_words = Label("", "body", wrap=True)
        self.formula = Label("", "small", "text-3", wrap=True)
        self._metadata = QWidget()
        self._metadata_section = Section("Metadata", self._metadata)
        self.template = QPlainTextEdit()
        self.template.setAccessibleName("Chat template of the model")
        self.template.setReadOnly(True)
        self.template.setFont(font("code-small"))
        self.template.setMinimumHeight(160)
        template = Section("Chat template", self.template)
        self.speed = Label("", "body", "text-2", wrap=True)
        self.measure = Button("Measure speed, 5 s", "clock")
        self.measure.clicked.connect(self.speed_wanted)
        content = QWidget()
        self._content = column(
            self.path,
            Label("Loading", "body-strong"),
            self.form,
            Label("Memory", "body-strong"),
            self.memory_words,
            self.formula,
            row(self.measure, self.speed, None),
            self._metadata_section,
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
        return LoadSettings(**self.form.values())

    def show_settings(self, settings: LoadSettings) -> None:
        """Show how models are loaded."""
        self.form.blockSignals(True)
        self.form.set_values({field.name: getattr(settings, field.name) for field in _FIELDS})
        self.form.blockSignals(False)

    @Slot()
    def ask_load(self) -> None:
        """Ask for the shown model with the shown settings."""
        if self.entry is not None and not self.entry.error:
            self.load_wanted.emit(self.settings)

    @Slot()
    def _on_form(self) -> None:
        self.context_changed.emit(self.settings.context_tokens)

    def show_entry(self, entry: ModelEntry) -> None:
        """Show another model; its details follow."""
        self.entry = entry
        self.title.setText(entry.name)
        self.path.setText(entry.path)
        self.load.setEnabled(not entry.error)
        if entry.error:
            self.banner.show_message(f"This file cannot be used: {entry.error}")
            self.memory_words.setText("")
            self.formula.setText("")
            self._show_metadata({})
            self.template.setPlainText("")
        else:
            self.banner.hide()

    def show_details(self, details: ModelDetails) -> None:
        """Show what the header says, and the memory it will take."""
        memory = details.memory
        fits = memory.total_bytes <= memory.free_bytes
        need, free = memory.total_bytes / _MIB, memory.free_bytes / _MIB
        parts = (
            f"{memory.weights_bytes / _MIB:,.0f} weights + {memory.kv_bytes / _MIB:,.0f} KV cache "
            f"+ {memory.compute_bytes / _MIB:,.0f} compute"
        )
        verdict = "It fits" if fits else "It does not fit"
        self.memory_words.setText(
            f"{verdict}: needs {need:,.0f} MiB ({parts}), {free:,.0f} MiB are free"
        )
        set_tone(self.memory_words, "text" if fits else "bad")
        self.formula.setText(memory.formula)
        self._show_metadata(
            {"architecture": details.entry.architecture, "tensors": details.tensor_count}
            | details.metadata
        )
        self.template.setPlainText(details.chat_template or "This model has none.")

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
        self.load.setEnabled(not loading and self.entry is not None and not self.entry.error)
        self.unload.setVisible(loaded)
        self.measure.setEnabled(status.state == "ready")
        if status.state == "dead" and status.error:
            self.banner.show_message(status.error)
