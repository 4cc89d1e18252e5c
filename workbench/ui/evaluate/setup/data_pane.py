"""The cases of a set: data set, split, rows, and what each column is for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import cast

import msgspec
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QStackedWidget

from workbench.domain.evaluation.evaluation_set import EvaluationOptions
from workbench.domain.prompts.prompt import InputField
from workbench.domain.runs.spec import Json
from workbench.domain.text import count_text
from workbench.ui.evaluate.data.grid import DataGrid
from workbench.ui.evaluate.list_model import ListModel
from workbench.ui.evaluate.setup.columns import Use, unbound, uses_of, with_use
from workbench.ui.evaluate.setup.data_table import DataTable, UseHeader, cell_text
from workbench.ui.evaluate.setup.setup_model import SetupModel
from workbench.ui.evaluate.view_model import EvaluationModel
from workbench.ui.kit import Banner, Chooser, GhostButton, Label, Pane, row, set_tone, strip
from workbench.ui.panels import Context

_FILES = "Data sets (*.csv *.tsv *.jsonl *.json *.yaml *.yml);;All files (*)"
_OWN = ""
_VALUE_SHOWN = 60


class DataPane(Pane):
    """Chooses the data set, the split, and what its columns are for.

    Signals:
        row_chosen(int): the number of the row that checks are previewed on.
    """

    row_chosen = Signal(int)

    def __init__(
        self, context: Context, model: EvaluationModel, setup: SetupModel, listed: ListModel
    ) -> None:
        super().__init__("Data set")
        self._model, self._setup, self._listed = model, setup, listed
        self.data = Chooser("Data set")
        self.data.setMaximumWidth(320)
        self.split = Chooser("Rows that are evaluated")
        self.split.setToolTip(
            "Held-out rows are kept apart from those a prompt is tuned on. Each time their scores "
            "are shown is counted."
        )
        self.split.add_choice("Tune rows", False)
        self.split.add_choice("Held-out rows", True)
        self.looks = Label("", "small", "text-3")
        self.open = GhostButton("Import…", tip="Take the rows of a file")
        self.by_rule = GhostButton("Make by rule…", tip="Arithmetic, counting, puzzles, …")
        self.header.insertWidget(1, self.data)
        self.header.insertWidget(2, self.split)
        self.header.insertWidget(3, self.looks)
        self.header.addWidget(self.by_rule)
        self.header.addWidget(self.open)
        self.header.setSpacing(8)
        self.banner = Banner(closable=False)
        self.table = DataTable()
        """Rows that are written in the set."""
        self.grid = DataGrid(context, UseHeader)
        """Rows of a data set, to be edited."""
        self._pages = QStackedWidget()
        self._pages.addWidget(self.table)
        self._pages.addWidget(self.grid)
        self.sign = Label("", "small", "ok")
        self.bound = Label("", "small", "text-3", elide=True)
        self.body.addWidget(self.banner)
        self.body.addWidget(self._pages, 1)
        foot = strip(row(self.bound, self.sign, margins=(16, 0, 16, 0)))
        foot.setProperty("rule", "top")
        self.body.addWidget(foot)
        self.bound.setMinimumWidth(80)
        self._connect()

    def _connect(self) -> None:
        self.data.activated.connect(self._on_data)
        self.split.activated.connect(self._on_split)
        self.open.clicked.connect(self._import)
        self.table.uses.use_chosen.connect(self._on_use)
        self.table.row_chosen.connect(self.row_chosen)
        self._heading.use_chosen.connect(self._on_use)
        self.grid.row_chosen.connect(self.row_chosen)
        self.grid.saved.connect(self._on_saved)
        self.grid.changed.connect(self.refresh)
        self._setup.rows_changed.connect(self._on_rows)
        self._model.set_changed.connect(self.refresh)
        self._model.opened.connect(self.refresh)
        self._listed.changed.connect(self._fill)
        self._on_rows()
        self._fill()

    @property
    def _heading(self) -> UseHeader:
        """That of the rows of a data set."""
        return cast("UseHeader", self.grid.table.horizontalHeader())

    @property
    def unsaved(self) -> tuple[str, ...]:
        """The data sets with edits that are in no file."""
        return self.grid.unsaved

    @Slot()
    def _on_rows(self) -> None:
        path = self._setup.rows.path
        self._pages.setCurrentWidget(self.grid if path else self.table)
        if path:
            if path != self.grid.path:
                self._keep_edits()
                self.grid.open(path)
        else:
            self.table.show_rows(self._setup.rows)
        if self._setup.rows_problem:
            self.banner.show_message(
                self._setup.rows_problem, "bad", "Choose another file…", self._import
            )
        else:
            self.banner.hide()
        self.refresh()

    def _keep_edits(self) -> None:
        """Write what was edited before another data set is shown.

        Edits of one that comes with the program stay until it is shown again.
        """
        if self.grid.is_changed and not self.grid.is_locked:
            self.grid.save()

    @Slot(str)
    def _on_saved(self, path: str) -> None:
        """The rows of the file changed; a copy is the data set from then on."""
        if path != self._setup.rows.path:
            self.take_data(path)
        else:
            self._setup.read_rows()
            self._model.read_again()

    @Slot()
    def _fill(self) -> None:
        """The data sets to choose from, that of the set first."""
        given = self._model.set
        self.data.clear()
        if given is None:
            return
        if given.rows or not given.data:
            count = count_text(len(given.rows), "row")
            self.data.add_choice("Rows of the set", _OWN, icon="list", note=count)
        known = {each.path: each for each in self._listed.listing.data_sets}
        shown = self._setup.rows.path
        if given.data and shown not in known:
            name = PurePath(given.data).name
            note = count_text(len(self._setup.rows.rows), "row") if shown else ""
            self.data.add_choice(name, given.data, icon="table", note=note)
        for path, each in known.items():
            note = count_text(each.rows, "row") if each.rows is not None else ""
            self.data.add_choice(each.name, path, icon="table", note=note)
        chosen = shown if shown in known else given.data
        self.data.choose(chosen if given.data else _OWN)

    @Slot()
    def refresh(self) -> None:
        """Show the set as it is now."""
        given = self._model.set
        if given is None:
            return
        self._fill()
        self.split.choose(self._model.options.held_out)
        self.looks.setText(looks_text(self._model.options, self._model.looks))
        inputs = self._setup.inputs
        is_file = bool(self._setup.rows.path)
        columns = self.grid.columns if is_file else self._setup.rows.columns
        uses = uses_of(columns, given.columns, inputs)
        heading = self._heading if is_file else self.table.uses
        heading.show_uses(uses, [field.name for field in inputs])
        self._show_bound(inputs, uses)

    def _show_bound(self, inputs: Sequence[InputField], uses: dict[str, Use]) -> None:
        """Whether every input has its column."""
        needed, others = unbound(inputs, uses)
        defaults = [
            f"{field.name} {_short(field.default)}" for field in others if field.default is not None
        ]
        self.bound.setText(f"Without a column: {'; '.join(defaults)}" if defaults else "")
        if self.grid.is_changed and self._setup.rows.path:
            self.sign.setText("rows were edited: save them to evaluate them")
            set_tone(self.sign, "warn")
            return
        if self._model.evaluation is None:
            self.sign.setText("")
            return
        if needed:
            names = ", ".join(field.name for field in needed)
            self.sign.setText(f"no column gives {names}")
        else:
            self.sign.setText("every input is bound")
        set_tone(self.sign, "bad" if needed else "ok")

    @Slot(str, object)
    def _on_use(self, column: str, use: Use) -> None:
        given = self._model.set
        if given is not None:
            columns = with_use(given.columns, column, use)
            self._model.edit(msgspec.structs.replace(given, columns=columns))
            self.refresh()

    @Slot()
    def _on_data(self) -> None:
        given, chosen = self._model.set, str(self.data.currentData() or "")
        if given is not None and chosen and chosen != self._setup.rows.path:
            self.take_data(chosen)

    def take_data(self, path: str) -> None:
        """Have the rows from a data set; bindings to columns that it lacks are its own concern."""
        given = self._model.set
        if given is not None:
            self._model.edit(msgspec.structs.replace(given, data=path, rows=(), held_out=""))

    @Slot()
    def _on_split(self) -> None:
        held_out = bool(self.split.currentData())
        self._model.choose(msgspec.structs.replace(self._model.options, held_out=held_out))

    @Slot()
    def _import(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Import rows", "", _FILES)
        if path:
            self.take_data(path)


def _short(value: Json) -> str:
    """A default in a few words: "6 items: billing, delivery"."""
    if isinstance(value, list):
        items = ", ".join(cell_text(each) for each in value)
        counted = count_text(len(value), "item")
        return f"{counted}: {items}"[:_VALUE_SHOWN] if value else counted
    return cell_text(value)[:_VALUE_SHOWN]


def looks_text(options: EvaluationOptions, looks: int) -> str:
    """How often held-out rows were looked at, where they are chosen."""
    if not options.held_out:
        return ""
    times = {0: "not looked at yet", 1: "looked at once"}.get(looks, f"looked at {looks:,} times")
    return f"{times}; a run shows their scores and is counted"
