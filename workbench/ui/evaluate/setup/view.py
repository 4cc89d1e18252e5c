"""The Setup view: where a set is made."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from workbench.ui.actions import Action
from workbench.ui.evaluate.setup.summary import summary_of
from workbench.ui.evaluate.view_model import EvaluationModel
from workbench.ui.kit import Banner, Label, column
from workbench.ui.panels import Context


class SetupView(QWidget):
    """Cases, variants and checks of the set that is open."""

    def __init__(self, context: Context, model: EvaluationModel) -> None:
        super().__init__()
        self._context = context
        self._model = model
        self.banner = Banner(closable=False)
        self.summary = Label("", "body", "text-2", wrap=True)
        self.setLayout(column(self.banner, self.summary, None, margins=(16, 16, 16, 16)))
        model.set_changed.connect(self.refresh)
        model.opened.connect(self.refresh)
        self.refresh()

    def actions_table(self) -> tuple[Action, ...]:
        """It has no commands of its own."""
        return ()

    def refresh(self) -> None:
        """Show the set as it is now."""
        self.summary.setText("\n".join(summary_of(self._model.set, self._model.evaluation)))
        problem = self._model.problem
        if problem is not None:
            self.banner.show_message(problem.sentence)
        else:
            self.banner.hide()
