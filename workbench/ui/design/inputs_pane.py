"""The inputs of the open prompt: a field for each."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QScrollArea

from workbench.ui.design.view_model import DesignModel
from workbench.ui.widgets import Label, Pane
from workbench.ui.widgets.variable_fields import VariableFields


class InputsPane(Pane):
    """Shows the fields of the model's current prompt and tells it what they hold.

    Signals:
        changed(dict): the values, by name.
    """

    changed = Signal(dict)

    def __init__(self, model: DesignModel) -> None:
        super().__init__("Inputs")
        self._model = model
        self._shown: object = None
        self.fields = VariableFields()
        self.fields.changed.connect(self.changed)
        self.fields.changed.connect(model.set_values)
        self._note = Label("", "small", "text-3")
        self.header.addWidget(self._note)
        scroll = QScrollArea()
        scroll.setWidget(self.fields)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.addWidget(scroll, 1)
        model.opened.connect(self._on_opened)
        model.analysed.connect(self._on_analysed)

    @Slot(str)
    def _on_opened(self, _path: str) -> None:
        self._shown = None

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
        self._note.setText(f"{len(inputs)} in this prompt" if inputs else "This prompt has none")
