"""The inputs of the open prompt: a field for each, and where their values come from."""

from __future__ import annotations

import functools

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QScrollArea

from workbench.domain.spec import Json
from workbench.ui.actions import Action
from workbench.ui.design.data_model import DataModel
from workbench.ui.design.document import empty_inputs
from workbench.ui.design.samples import SamplesModel
from workbench.ui.design.samples_bar import SamplesBar
from workbench.ui.design.view_model import DesignModel
from workbench.ui.widgets import Banner, IconButton, Label, Pane, row
from workbench.ui.widgets.tab_order import chain_after, reading_order
from workbench.ui.widgets.variable_fields import VariableFields


class InputsPane(Pane):
    """Shows the fields of the model's current prompt and tells it what they hold.

    Signals:
        changed(object): the values, by name.
        data_wanted(bool): rows that fill the form; True for those of earlier runs.
    """

    changed = Signal(object)
    data_wanted = Signal(bool)

    def __init__(self, model: DesignModel) -> None:
        super().__init__("Inputs")
        self._model = model
        self._shown: object = None
        self._asked = False
        self.samples = SamplesModel(model)
        self.data = DataModel(model, self.samples)
        self.bar = SamplesBar(self.samples)
        self.header.addSpacing(6)
        self.header.addWidget(self.bar, 1)
        self.header.setStretch(self.header.indexOf(self.title) + 1, 0)
        self.fields = VariableFields(model.bridge)
        self.fields.changed.connect(model.set_values)
        self.fields.changed.connect(self.changed)
        self.fields.changed.connect(self._on_changed)
        self.fields.resized.connect(self._order_tabs)
        self._note = Label("This prompt has no inputs", "small", "text-3")
        self._note.setContentsMargins(16, 12, 16, 12)
        self._note.hide()
        self.banner = Banner()
        self._build_expected()
        self.area = QScrollArea()
        self.area.setWidget(self.fields)
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(self.banner)
        self.body.addWidget(self._note)
        self.body.addWidget(self.area, 1)
        self.body.addWidget(self._expected)
        model.opened.connect(self._on_opened)
        model.analysed.connect(self._on_analysed)
        model.previewed.connect(self._on_previewed)
        model.filled.connect(self._on_filled)
        self.samples.deleted.connect(self._on_deleted)
        self.samples.failed.connect(self.banner.show_message)
        self.bar.data_wanted.connect(functools.partial(self.data_wanted.emit, False))
        self.bar.runs_wanted.connect(functools.partial(self.data_wanted.emit, True))

    def _build_expected(self) -> None:
        """A line with the right answer, while the row that filled the form has one."""
        self.expected = Label("", "small", "text-2", elide=True)
        self._forget = IconButton("close", "Forget the expected answer", size=24, glyph=14)
        self._forget.clicked.connect(self._on_forget)
        self._expected = QFrame()
        self._expected.setProperty("rule", "top")
        line = row(
            Label("Expected", "small", "text-3"), self.expected, self._forget,
            margins=(16, 2, 8, 2), gap=8,
        )  # fmt: skip
        line.setStretch(1, 1)
        self._expected.setLayout(line)
        self._expected.hide()

    def actions_table(self) -> tuple[Action, ...]:
        """What can be done with values."""
        samples, data, scope = self.samples, self.data, "design"

        def has_sets() -> bool:
            return bool(samples.sets)

        def has_rows() -> bool:
            return bool(data.rows.rows)

        return (
            Action("samples.next", "Next sample set", functools.partial(samples.step, 1),
                   "Alt+Down", has_sets, scope),
            Action("samples.before", "Sample set before", functools.partial(samples.step, -1),
                   "Alt+Up", has_sets, scope),
            Action("samples.save", "Save the sample set", self.bar.save_set, scope=scope),
            Action("samples.save_as", "Save the values as a new sample set", self.bar.save_as,
                   scope=scope),
            Action("samples.rename", "Rename the sample set", self.bar.rename,
                   when=lambda: samples.can_change, scope=scope),
            Action("samples.delete", "Delete the sample set", samples.delete,
                   when=lambda: samples.can_change, scope=scope),
            Action("samples.reset", "Take the saved values of the sample set", samples.reset,
                   when=lambda: samples.modified, scope=scope),
            Action("inputs.runs", "Fill the inputs from an earlier run",
                   functools.partial(self.data_wanted.emit, True), scope=scope),
            Action("data.next", "Fill the inputs from the next row",
                   functools.partial(data.step, 1), "Alt+PgDown", has_rows, scope),
            Action("data.before", "Fill the inputs from the row before",
                   functools.partial(data.step, -1), "Alt+PgUp", has_rows, scope),
        )  # fmt: skip

    def is_filled(self) -> bool:
        """Whether the prompt can run; if not, say what is missing and go there."""
        document = self._model.current
        missing = document.unfilled() if document is not None else ()
        if missing:
            self._asked = True
            self.banner.show_message(f"{empty_inputs(missing)} The prompt cannot run yet.", "warn")
            self.fields.focus_input(missing[0])
        return not missing

    @Slot()
    def _order_tabs(self) -> None:
        *_, last = reading_order(self.bar)
        chain_after(last, self.fields)

    @Slot(str)
    def _on_opened(self, _path: str) -> None:
        self._shown = None
        self.banner.hide()
        self._show_expected()

    @Slot()
    def _on_analysed(self) -> None:
        document = self._model.current
        if document is None:
            return
        inputs = document.analysis.inputs
        shown = (document.path, inputs)
        if shown != self._shown:
            self._shown = shown
            self.fields.show_inputs(inputs, document.values, self._model.tones)
            self._give_switches(document.values)
        self._note.setVisible(not inputs)
        self.bar.setVisible(bool(inputs))

    def _give_switches(self, values: dict[str, Json]) -> None:
        """A switch shows off where nothing was given: what is seen is what is used."""
        assert self._model.current is not None
        inputs = self._model.current.analysis.inputs
        unset = [
            each.name
            for each in inputs
            if each.type == "boolean" and each.default is None and values.get(each.name) is None
        ]
        if unset:
            self._model.set_values(values | dict.fromkeys(unset, False))

    @Slot()
    def _on_filled(self) -> None:
        document = self._model.current
        if document is not None:
            self.fields.set_values(document.values)
            self._show_expected()

    @Slot(object)
    def _on_changed(self, _values: dict[str, Json]) -> None:
        self.bar.refresh_dot()

    @Slot()
    def _on_previewed(self) -> None:
        document = self._model.current
        if document is not None and document.preview.error is None:
            preview = document.preview
            if not preview.missing and self._asked:
                self._asked = False
                self.banner.hide()
            counts = preview.variable_tokens.items()
            self.fields.show_tokens({n: count for n, count in counts if n not in preview.missing})

    def _show_expected(self) -> None:
        document = self._model.current
        expected = document.expected if document is not None else ""
        self.expected.setText(" ".join(expected.split()))
        self._expected.setVisible(bool(expected))

    @Slot()
    def _on_forget(self) -> None:
        if self._model.current is not None:
            self._model.current.expected = ""
            self._model.filled.emit()

    @Slot(str)
    def _on_deleted(self, name: str) -> None:
        self.banner.show_message(
            f"The set “{name}” was deleted.", "text-2", "Undo", self.samples.undo
        )
