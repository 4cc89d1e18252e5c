"""The Setup view: cases and variants at the left, checks at the right, the time beneath."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from workbench.ui.actions import Action
from workbench.ui.evaluate.data.made_by_rule import MadeByRule
from workbench.ui.evaluate.list_model import ListModel
from workbench.ui.evaluate.setup.checks_pane import ChecksPane
from workbench.ui.evaluate.setup.data_pane import DataPane
from workbench.ui.evaluate.setup.setup_model import SetupModel
from workbench.ui.evaluate.setup.time_bar import TimeBar
from workbench.ui.evaluate.setup.variants_pane import VariantsPane
from workbench.ui.evaluate.view_model import EvaluationModel
from workbench.ui.kit import Banner, Splitter, column
from workbench.ui.panels import Context

_LOW = 640
"""Pixels below which the time bar leaves its room to the rows."""


class SetupView(QWidget):
    """Cases, variants and checks of the set that is open; read only while it is being run."""

    def __init__(self, context: Context, model: EvaluationModel) -> None:
        super().__init__()
        self._model = model
        self._bridge = context.bridge
        self.setup = SetupModel(context.bridge, model)
        self.listed = ListModel(context.bridge)
        self.data = DataPane(context, model, self.setup, self.listed)
        self.variants = VariantsPane(context.bridge, model, self.setup)
        self.checks = ChecksPane(model, self.setup)
        self.time = TimeBar(model, self.setup)
        self.banner = Banner(closable=False)
        left = Splitter(self.data, self.variants, vertical=True, name="Cases and variants")
        left.setSizes([430, 270])
        self.splitter = Splitter(
            left, self.checks, name="Cases, variants and checks", keeps_shares=False
        )
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setSizes([744, 408])
        layout = column(self.banner, self.splitter, self.time, gap=0)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.data.row_chosen.connect(self._on_row)
        self.data.by_rule.clicked.connect(self.make_by_rule)
        model.running_changed.connect(self._on_running)
        model.opened.connect(self._show_problem)
        self.listed.read()
        self._on_running(model.running)
        self._show_problem()

    def actions_table(self) -> tuple[Action, ...]:
        """Its commands."""
        return (
            Action(id="evaluate.add_variant", title="Add a variant",
                   run=self.variants.add.click),
            *self.data.grid.actions_table(),
            Action(id="evaluate.add_check", title="Add a check", run=self.checks.add.click),
        )  # fmt: skip

    @Slot()
    def make_by_rule(self) -> MadeByRule:
        """Ask for a data set that is made by rule, and take its rows."""
        form = MadeByRule(self._bridge, self)
        form.made.connect(self.data.take_data)
        form.made.connect(self._on_made)
        form.open()
        return form

    @Slot()
    def _on_made(self) -> None:
        self.listed.read()

    def unsaved(self) -> str:
        """What quitting would lose."""
        names = ", ".join(PurePath(path).name for path in self.data.unsaved)
        return f"Edits of {names} are not saved and are lost then." if names else ""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.time.set_room(is_enough=self.height() >= _LOW)

    @Slot(int)
    def _on_row(self, number: int) -> None:
        """Checks are previewed on the output of the row that is chosen."""
        evaluation = self._model.evaluation
        cases = evaluation.cases if evaluation is not None else ()
        self.checks.row = next((case.id for case in cases if case.number == number), "")
        self.checks.preview_again()

    @Slot(bool)
    def _on_running(self, running: bool) -> None:
        for pane in (self.data, self.variants, self.checks):
            pane.setEnabled(not running)

    @Slot()
    def _show_problem(self) -> None:
        """What keeps the set from being run, where it is no trouble with its rows."""
        problem = self._model.problem
        if problem is not None and problem.sentence != self.setup.rows_problem:
            self.banner.show_message(problem.sentence, "bad", "Undo", self._model.undo)
            self.banner.remedy.setVisible(self._model.edits.can_undo)
        else:
            self.banner.hide()
