"""The form of load settings: context, threads, GPU layers, cache, LoRA adapters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDoubleSpinBox, QFileDialog, QFrame

from workbench.domain.parameters import Field
from workbench.domain.views import Adapter, LoadSettings, ModelEntry
from workbench.ui.kit import GhostButton, IconButton, Label, column, row
from workbench.ui.kit.forms.parameter_form import ParameterForm, quiet_wheel
from workbench.ui.kit.menu import Menu

_SPIN_WIDTH = 88
_FIELDS = (
    Field(name="context_tokens", kind="int", default=8192, minimum=256, maximum=2**20,
          title="Context", unit="tokens",
          description="How much all prompts and answers under way may have together."),
    Field(name="threads", kind="int", default=0, minimum=0, maximum=256,
          title="Threads", lowest="Auto", description="Of the processor."),
    Field(name="batch_tokens", kind="int", default=512, minimum=32, maximum=8192,
          title="Read together", unit="tokens",
          description="Prompt tokens of one evaluation."),
    Field(name="sequences", kind="int", default=0, minimum=0, maximum=256,
          title="Answers together", lowest="Auto",
          description="Most answers that are written at once; Auto measures what is fastest here."),
    Field(name="gpu_layers", kind="int", default=0, minimum=-1, maximum=999,
          title="Layers on the GPU", lowest="All",
          description="Works where llama.cpp was built for a graphics card."),
    Field(name="kv_type", kind="choice", default="f16", choices=("f16", "q8_0", "q4_0"),
          title="Cache format",
          choice_titles={"f16": "16 bit (f16)", "q8_0": "8 bit (q8_0)", "q4_0": "4 bit (q4_0)"},
          description="Smaller ones take less memory, lose a little accuracy and need flash "
          "attention."),
    Field(name="flash_attention", kind="choice", default="auto", choices=("auto", "on", "off"),
          title="Flash attention",
          description="Less memory with long contexts. Auto leaves it off on a processor, where it "
          "makes many answers together slower."),
    Field(name="use_mmap", kind="bool", default=True, title="Map the file",
          description="Switch off for files on drives that can be removed."),
)  # fmt: skip


class AdapterRow(QFrame):
    """A LoRA adapter and its scale.

    Signals:
        changed(): the scale changed.
        remove_wanted(object): this row is to go.
    """

    changed = Signal()
    remove_wanted = Signal(object)

    def __init__(self, adapter: Adapter) -> None:
        super().__init__()
        self._path = adapter.path
        name = Path(adapter.path).name
        label = Label(name, "body", elide=True)
        label.setToolTip(adapter.path)
        self.scale = QDoubleSpinBox()
        self.scale.setRange(-10.0, 10.0)
        self.scale.setSingleStep(0.1)
        self.scale.setValue(adapter.scale)
        self.scale.setFixedWidth(_SPIN_WIDTH)
        self.scale.setAccessibleName(f"Scale of {name}")
        self.scale.setToolTip("How strongly the adapter works; 1 is as it was trained.")
        quiet_wheel(self.scale)
        self.scale.valueChanged.connect(self._on_scale)
        remove = IconButton("close", f"Remove {name}", size=24, glyph=14)
        remove.clicked.connect(self._on_remove)
        layout = row(label, self.scale, remove)
        layout.setStretch(0, 1)
        self.setLayout(layout)

    @property
    def adapter(self) -> Adapter:
        """As the row shows it."""
        return Adapter(self._path, self.scale.value())

    @Slot()
    def _on_scale(self) -> None:
        self.changed.emit()

    @Slot()
    def _on_remove(self) -> None:
        self.remove_wanted.emit(self)


class LoadForm(QFrame):
    """The settings with which a model is loaded.

    Signals:
        changed(): a setting changed.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._known: tuple[ModelEntry, ...] = ()
        self.fields = ParameterForm(_FIELDS)
        self.fields.changed.connect(self.changed)
        self.rows: list[AdapterRow] = []
        self._rows = column(gap=4)
        self.add = GhostButton("Add adapter", "plus")
        self.add.setToolTip("Put a LoRA adapter over the model; nothing of the model is changed.")
        self.add.clicked.connect(self._on_add)
        self.setLayout(
            column(
                self.fields,
                row(Label("LoRA adapters", "body", "text-2"), None, self.add),
                self._rows,
                gap=8,
            )
        )

    @property
    def settings(self) -> LoadSettings:
        """What the form shows."""
        adapters = tuple(each.adapter for each in self.rows)
        return LoadSettings(**self.fields.values(), adapters=adapters)

    def show_settings(self, settings: LoadSettings) -> None:
        """Show other settings; nothing is signalled."""
        self.blockSignals(True)
        self.fields.set_values({field.name: getattr(settings, field.name) for field in _FIELDS})
        for each in tuple(self.rows):
            self._remove(each)
        for adapter in settings.adapters:
            self.add_adapter(adapter)
        self.blockSignals(False)

    def show_automatic(self, **values: int) -> None:
        """What numbers that are left to the program come to; 0 where that is not known yet."""
        for name, value in values.items():
            self.fields.show_automatic(name, value)

    def show_known(self, adapters: Sequence[ModelEntry]) -> None:
        """The adapters that were found on the disk."""
        self._known = tuple(adapters)

    def add_adapter(self, adapter: Adapter) -> None:
        """One adapter more."""
        added = AdapterRow(adapter)
        added.changed.connect(self.changed)
        added.remove_wanted.connect(self._remove)
        self.rows.append(added)
        self._rows.addWidget(added)
        self.changed.emit()

    @Slot(object)
    def _remove(self, gone: AdapterRow) -> None:
        self.rows.remove(gone)
        self._rows.removeWidget(gone)
        gone.hide()
        gone.deleteLater()
        self.changed.emit()

    @Slot()
    def _on_add(self) -> None:
        if not self._known:
            self._choose_file()
            return
        menu = Menu("Adapters", self)
        for entry in self._known:
            menu.addAction(f"{entry.name}  ({entry.source})").setData(entry.path)
        menu.addSeparator()
        menu.addAction("Choose a file…")
        menu.triggered.connect(self._on_adapter)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.add.mapToGlobal(QPoint(0, self.add.height())))

    @Slot(QAction)
    def _on_adapter(self, chosen: QAction) -> None:
        if chosen.data():
            self.add_adapter(Adapter(chosen.data()))
        else:
            self._choose_file()

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "Choose a LoRA adapter", "", "LoRA adapters (*.gguf)"
        )
        if path:
            self.add_adapter(Adapter(path))
