"""Which set is open: chosen in the list, asked for as a file, newly made, saved."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from workbench.domain.evaluation.listing import ListedData, ListedEvaluation
from workbench.ui.evaluate.list_model import ListModel
from workbench.ui.evaluate.list_view import EvaluationList, pick
from workbench.ui.evaluate.starting import Starting
from workbench.ui.evaluate.view_model import EvaluationModel

_FILES = "Sets (*.yaml *.yml);;All files (*)"


class Opening(QObject):
    """Opens and saves sets for the panel.

    Args:
        model: where a set is opened.
        listed: what there is.
        starting: makes new sets.
        list_: beneath which menus open.

    Signals:
        begun(): another set is going to be open.
    """

    begun = Signal()

    def __init__(
        self, model: EvaluationModel, listed: ListModel, starting: Starting, list_: EvaluationList
    ) -> None:
        super().__init__(list_)
        self._model, self._listed, self._starting, self._list = model, listed, starting, list_
        self.kept_id = 0
        """The evaluation of the history that was opened, 0 where it was a file."""

    def open_path(self, path: str) -> None:
        """Open the set of a file."""
        self.kept_id = 0
        self.begun.emit()
        self._model.open_path(path)

    def open_kept(self, evaluation_id: int) -> None:
        """Open an evaluation of the history as it was."""
        self.kept_id = evaluation_id
        self.begun.emit()
        self._model.open_kept(evaluation_id)

    @Slot(object)
    def open_listed(self, listed: ListedEvaluation) -> None:
        """Open an evaluation of the list: its file, or what was kept where it has none."""
        if listed.is_file or listed.has_draft or listed.summary is None:
            self.open_path(listed.path)
        else:
            self.open_kept(listed.summary.evaluation_id)

    @Slot(object)
    def use_data(self, data: ListedData) -> None:
        """A data set becomes that of the set that is open, or opens in Design's data pane."""
        self._starting.use_data(data.path)

    @Slot()
    def read_again(self) -> None:
        """Read the set again that could not be read."""
        problem = self._model.problem
        if self._model.set is not None:
            self._model.read_again()
        elif problem is not None:
            self.open_path(problem.path)

    @Slot()
    def open_last_kept(self) -> None:
        """Open the evaluation that was kept of a set which cannot be read."""
        problem = self._model.problem
        for each in self._listed.listing.evaluations:
            if problem is not None and each.path == problem.path and each.summary is not None:
                self.open_kept(each.summary.evaluation_id)

    @Slot()
    def open_file(self) -> None:
        """Ask for a file, and open its set."""
        folder = str(Path(self._model.path).parent) if self._model.path else ""
        path, _ = QFileDialog.getOpenFileName(self._list, "Open a set file", folder, _FILES)
        if path:
            self.open_path(path)

    @Slot()
    def new_here(self) -> None:
        """Ask it next to the button of the list."""
        self.new(self._list.plus.mapToGlobal(self._list.plus.rect().bottomLeft()))

    @Slot(QPoint)
    def new(self, place: QPoint) -> None:
        """Ask what an evaluation is to be made of."""
        choices = [*self._starting.choices(), ("file", "Open a set file…")]
        chosen = pick(self._list, "New evaluation", place, choices)
        if chosen == "file":
            self.open_file()
        elif chosen:
            self._starting.start(chosen)

    @Slot(object, QPoint)
    def show_menu(self, listed: ListedEvaluation, place: QPoint) -> None:
        """Show what can be done with an evaluation of the list."""
        choices = [("open", "Open")]
        if listed.summary is not None:
            choices.append(("kept", "Open as it was evaluated last"))
        if listed.has_draft:
            choices.append(("discard", "Discard the unsaved changes"))
        chosen = pick(self._list, "The evaluation", place, choices)
        if chosen == "open":
            self.open_listed(listed)
        elif chosen == "kept" and listed.summary is not None:
            self.open_kept(listed.summary.evaluation_id)
        elif chosen == "discard":
            self._model.discard(listed.path)

    def save(self) -> None:
        """Write the set into its file; one that comes with the program into another."""
        listed = self._listed.listing.evaluations
        if any(each.shipped and each.path == self._model.path for each in listed):
            self.save_as()
        elif self._model.set is not None:
            self._model.save()

    def save_as(self) -> None:
        """Write the set into another file."""
        if self._model.set is None:
            return
        path, _ = QFileDialog.getSaveFileName(self._list, "Save the set", self._model.path, _FILES)
        if path:
            self._model.save(path)
