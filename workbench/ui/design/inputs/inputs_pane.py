"""The inputs of the open prompt: a field for each, and where their values come from."""

from __future__ import annotations

import functools

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QWidget

from workbench.domain.runs.spec import Json
from workbench.ui.actions import Action
from workbench.ui.design.document import empty_inputs
from workbench.ui.design.inputs.samples_bar import SamplesBar
from workbench.ui.design.inputs.samples_model import SamplesModel
from workbench.ui.design.tools.data.model import DataModel
from workbench.ui.design.view_model import DesignModel
from workbench.ui.kit import Banner, Label, Pane, row
from workbench.ui.kit.inputs.variable_fields import VariableFields
from workbench.ui.kit.panes.tab_order import chain_after, reading_order

_ABOVE = 8
"""Pixels left above a field that was opened."""
_NONE = "This prompt has no inputs"
_UNKNOWN = "Its inputs are known once the prompt can be read"
_BELOW = 44
"""Pixels that stay in view under an item that was added: the button that adds one."""


class InputsPane(Pane):
    """Shows the fields of the model's current prompt and updates the model with their values.

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
        self.fields.opened.connect(self._on_field_opened)
        self.fields.grown.connect(self._show_grown)
        self._note = Label("", "small", "text-3")
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
        model.expected_changed.connect(self._show_expected)
        self.samples.deleted.connect(self._on_deleted)
        self.samples.replaced.connect(self._on_replaced)
        self.samples.failed.connect(self.banner.show_message)
        self.bar.data_wanted.connect(functools.partial(self.data_wanted.emit, False))
        self.bar.runs_wanted.connect(functools.partial(self.data_wanted.emit, True))

    def _build_expected(self) -> None:
        """A line for the right answer, by which a result is judged."""
        self.expected = QLineEdit()
        self.expected.setAccessibleName("Expected answer")
        self.expected.setPlaceholderText("Right answer, where it is known")
        self.expected.setToolTip("A result is right or wrong by this; a sample set keeps it")
        self.expected.textEdited.connect(self._model.set_expected)
        self._expected = QFrame()
        self._expected.setProperty("rule", "top")
        line = row(
            Label("Expected", "small", "text-3"), self.expected, margins=(16, 4, 16, 4), gap=8
        )
        line.setStretch(1, 1)
        self._expected.setLayout(line)

    def actions_table(self) -> tuple[Action, ...]:
        """What can be done with values."""
        samples, data = self.samples, self.data

        def has_sets() -> bool:
            return bool(samples.sets)

        def has_rows() -> bool:
            return bool(data.rows.rows)

        return (
            Action(id="samples.next", title="Next sample set",
                   run=functools.partial(samples.step, 1), keys="Alt+Down", when=has_sets),
            Action(id="samples.before", title="Previous sample set",
                   run=functools.partial(samples.step, -1), keys="Alt+Up", when=has_sets),
            Action(id="samples.save", title="Save the sample set", run=self.bar.save_set),
            Action(id="samples.save_as", title="Save the values as a new sample set",
                   run=self.bar.save_as),
            Action(id="samples.rename", title="Rename the sample set", run=self.bar.rename,
                   when=lambda: samples.can_change),
            Action(id="samples.delete", title="Delete the sample set", run=samples.delete,
                   when=lambda: samples.can_change),
            Action(id="samples.reset", title="Take the saved values of the sample set",
                   run=samples.reset, when=lambda: samples.modified),
            Action(id="inputs.runs", title="Fill the inputs from an earlier run",
                   run=functools.partial(self.data_wanted.emit, True)),
            Action(id="data.next", title="Fill the inputs from the next row",
                   run=functools.partial(data.step, 1), keys="Alt+PgDown", when=has_rows),
            Action(id="data.before", title="Fill the inputs from the previous row",
                   run=functools.partial(data.step, -1), keys="Alt+PgUp", when=has_rows),
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

    @Slot(QWidget)
    def _on_field_opened(self, field: QWidget) -> None:
        """Parts of a field open below it: once they have their height, go there."""
        QTimer.singleShot(0, field, functools.partial(self._bring_up, field))

    def _bring_up(self, field: QWidget) -> None:
        bar = self.area.verticalScrollBar()
        top = field.mapTo(self.fields, QPoint(0, 0)).y()
        if top + field.height() > bar.value() + self.area.viewport().height():
            bar.setValue(top - _ABOVE)

    @Slot(QWidget)
    def _show_grown(self, grown: QWidget) -> None:
        """Scroll to the item that was added, once it has its place."""
        QTimer.singleShot(0, grown, functools.partial(self._scroll_to, grown))

    def _scroll_to(self, grown: QWidget) -> None:
        upper = grown.mapTo(self.fields, QPoint(0, 0)).y()
        lower = min(upper + grown.height() + _BELOW, self.fields.height())
        bar, height = self.area.verticalScrollBar(), self.area.viewport().height()
        bar.setValue(min(max(bar.value(), lower - height), upper))

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
        readable = document.analysis.readable
        self._note.setText(_NONE if readable else _UNKNOWN)
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

    @Slot()
    def _show_expected(self) -> None:
        document = self._model.current
        expected = document.expected if document is not None else ""
        shown = " ".join(expected.split())
        if " ".join(self.expected.text().split()) != shown:
            self.expected.setText(shown)
            self.expected.setCursorPosition(0)

    @Slot(str)
    def _on_replaced(self, name: str) -> None:
        self.banner.show_message(
            f"The set “{name}” was overwritten.", "text-2", "Undo", self.samples.undo
        )

    @Slot(str)
    def _on_deleted(self, name: str) -> None:
        self.banner.show_message(
            f"The set “{name}” was deleted.", "text-2", "Undo", self.samples.undo
        )
