"""The bar above the columns: which prompt, which model, how much, and Run all."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QSpinBox

from workbench.domain.prompts.model_options import HeadOptions, model_of_front_matter
from workbench.ui.bridge import Bridge
from workbench.ui.compare.session import MOST_REPEATS
from workbench.ui.compare.view_model import CompareModel
from workbench.ui.kit import (
    Button,
    Chooser,
    Label,
    PrimaryButton,
    Switch,
    row,
    rule,
    show_one,
)
from workbench.ui.kit.forms.parameter_form import quiet_wheel
from workbench.ui.kit.forms.run_choices import ModelChooser, SamplingButton

_HEIGHT = 44
_MOST_BUDGET = 1_000_000
_MOST_SECONDS = 36_000
_NARROW = 1100


class CompareBar(QFrame):
    """Choices that all columns share.

    Signals:
        column_wanted(), run_wanted(), stop_wanted(): what its buttons ask for.
    """

    column_wanted = Signal()
    run_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, model: CompareModel, bridge: Bridge) -> None:
        super().__init__()
        self._model = model
        self._updating = False
        self.setFixedHeight(_HEIGHT)
        self.setProperty("surface", "panel")
        self.setProperty("rule", "bottom")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.prompt = Chooser("Prompt")
        self.prompt.setMaximumWidth(240)
        self.model = ModelChooser(bridge, height=28)
        self.model.setMaximumWidth(220)
        self.sampling = SamplingButton(bridge, short=True)
        self.equal = Switch(
            "Equal tokens", tip="Every column may generate the same number of tokens"
        )
        self.budget = _number("Tokens a run", 16, _MOST_BUDGET, 64)
        self.equal_time = Switch(
            "Equal time",
            tip="Every run may take the same time; the runs then go one after the other, so that "
            "each has the machine for itself",
        )
        self.seconds = _number("Seconds a run", 1, _MOST_SECONDS, 56)
        self.seconds.setSuffix(" s")
        self.repeats = _number("Repeats of each column", 1, MOST_REPEATS, 48)
        self.repeats.setToolTip("How often each column is run, each time with a different seed")
        self._repeats_label = Label("Repeats", "body", "text-2")
        self.add = Button("Column", "plus", tip="Add a column with another strategy")
        self.run = PrimaryButton("Run all", "play", keys="Ctrl+Return")
        self.stop = Button("Stop", "stop", keys="Esc")
        self.setLayout(
            row(
                self.prompt,
                self.model,
                self.sampling,
                None,
                self.equal,
                self.budget,
                self.equal_time,
                self.seconds,
                rule(vertical=True),
                self._repeats_label,
                self.repeats,
                rule(vertical=True),
                self.add,
                self.run,
                self.stop,
                margins=(16, 0, 8, 0),
                gap=8,
            )
        )
        self._connect()
        self._on_settings()
        self.show_running(False)

    def _connect(self) -> None:
        self.prompt.activated.connect(self._on_prompt_chosen)
        self.model.currentIndexChanged.connect(self._on_model_chosen)
        self.sampling.changed.connect(self._on_sampling)
        self.equal.toggled.connect(self._on_budget)
        self.budget.valueChanged.connect(self._on_budget)
        self.equal_time.toggled.connect(self._on_time)
        self.seconds.valueChanged.connect(self._on_time)
        self.repeats.valueChanged.connect(self._on_repeats)
        self.add.clicked.connect(self.column_wanted)
        self.run.clicked.connect(self.run_wanted)
        self.stop.clicked.connect(self.stop_wanted)
        self._model.library_changed.connect(self._on_library)
        self._model.prompt_changed.connect(self._on_library)
        self._model.prompt_changed.connect(self._on_prompt)
        self._model.settings_changed.connect(self._on_settings)
        self._model.running_changed.connect(self.show_running)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the names of prompt and model some room where the window is narrow."""
        super().resizeEvent(event)
        narrow = self.width() < _NARROW
        self._repeats_label.setVisible(not narrow)
        self.repeats.setPrefix("× " if narrow else "")

    @Slot(bool)
    def show_running(self, running: bool) -> None:
        """Run all while nothing runs, Stop while something does."""
        show_one(*(self.stop, self.run) if running else (self.run, self.stop))

    @Slot()
    def _on_library(self) -> None:
        self.prompt.clear()
        for entry in self._model.library:
            note = "as edited" if self._is_edited(entry.path) else entry.folder
            self.prompt.add_choice(entry.name, entry.path, icon="prompt", note=note)
        if not self.prompt.choose(self._model.path) and self._model.path:
            note = "as edited" if self._model.edited else ""
            self.prompt.add_choice(self._model.title, self._model.path, icon="prompt", note=note)
            self.prompt.choose(self._model.path)
        self.prompt.updateGeometry()

    def _is_edited(self, path: str) -> bool:
        return self._model.edited and path == self._model.path

    @Slot()
    def _on_settings(self) -> None:
        self._updating = True
        if self._model.model:
            self.model.choose(self._model.model)
        options = {"seed": self._model.seed, "mode": self._model.mode}
        values = msgspec.to_builtins(self._model.sampling) | options
        self.sampling.set_values(values)
        self.equal.setChecked(self._model.equal_tokens)
        self.budget.setValue(self._model.budget_tokens)
        self.budget.setVisible(self._model.equal_tokens)
        self.equal_time.setChecked(self._model.equal_seconds)
        self.seconds.setValue(self._model.budget_seconds)
        self.seconds.setVisible(self._model.equal_seconds)
        self.repeats.setValue(self._model.repeats)
        self._updating = False

    @Slot()
    def _on_prompt(self) -> None:
        """Take what the prompt's front matter says, unless it came together with how it is run."""
        model, analysis = self._model, self._model.analysis
        options = analysis.options if analysis is not None else HeadOptions()
        comes_with, model.comes_with_settings = model.comes_with_settings, False
        if comes_with:
            self.sampling.show_for_prompt(options.given)
        else:
            self.sampling.show_prompt(options.given, {})
            found = model_of_front_matter(options.model, self.model.entries)
            self.model.want(found.path if found is not None else "")
        self._on_sampling()

    @Slot()
    def _on_prompt_chosen(self) -> None:
        self._model.comes_with_settings = False
        self._model.open_prompt(str(self.prompt.currentData()))

    @Slot()
    def _on_model_chosen(self) -> None:
        if not self._updating:
            self._model.set_model(self.model.model_path)

    @Slot()
    def _on_sampling(self) -> None:
        if not self._updating:
            chosen = self.sampling
            self._model.set_sampling(chosen.sampling, chosen.seed, chosen.mode)

    @Slot()
    def _on_budget(self) -> None:
        if not self._updating:
            self._model.set_budget(self.equal.isChecked(), self.budget.value())

    @Slot()
    def _on_time(self) -> None:
        if not self._updating:
            self._model.set_time_budget(self.equal_time.isChecked(), self.seconds.value())

    @Slot()
    def _on_repeats(self) -> None:
        if not self._updating:
            self._model.set_repeats(self.repeats.value())


def _number(name: str, least: int, most: int, width: int) -> QSpinBox:
    """A narrow field for a whole number."""
    field = QSpinBox()
    field.setAccessibleName(name)
    field.setToolTip(name)
    field.setRange(least, most)
    field.setGroupSeparatorShown(True)
    field.setFixedWidth(width)
    field.lineEdit().setTextMargins(6, 0, 0, 0)
    quiet_wheel(field)
    return field
