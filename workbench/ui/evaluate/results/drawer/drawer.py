"""The drawer: one case and one variant, with everything that its cell is made of."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy

from workbench.domain.errors import WorkbenchError
from workbench.domain.evaluation.cells import Cell, CellId
from workbench.domain.evaluation.checks import SetResult
from workbench.domain.evaluation.grid.cells import deciding_repeat
from workbench.domain.evaluation.metric_input import text_of
from workbench.domain.evaluation.results import CellScore
from workbench.ui.evaluate.results.drawer.case_parts import (
    Repeats,
    Value,
    body,
    check_parts,
    fill,
    value_parts,
)
from workbench.ui.evaluate.results.drawer.opening import Opening
from workbench.ui.evaluate.results.results_model import ResultsModel
from workbench.ui.kit import IconButton, Label, Section, StreamingText, column, row, rule, strip
from workbench.ui.kit.menu import IconMenu
from workbench.ui.kit.origin_colours import tones_of
from workbench.ui.panels import Context
from workbench.ui.tasks import cancel, latest

WIDTH = 340
_SOON_MS = 40
"""While somebody goes from cell to cell, only the one where they end is shown."""
_MOST_HEIGHT = 260


class Drawer(QFrame):
    """Shows a cell.

    Args:
        context: of the window.
        results: whose cells are shown.

    Signals:
        stepped(int): to the row above (-1) or below (1).
        closed(): hide it.
    """

    stepped = Signal(int)
    closed = Signal()

    def __init__(self, context: Context, results: ResultsModel) -> None:
        super().__init__()
        self._bridge, self._results = context.bridge, results
        self.opening = Opening(context, self)
        self.place, self.variant = -1, ""
        self._repeat = -1
        """The repeat that was picked; -1 is the one that decided."""
        self.shows_changes = True
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self.refresh)
        self.setMinimumWidth(260)
        self.setProperty("surface", "panel")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._make_head()
        self._make_sections()
        self._lay_out()
        results.table_changed.connect(self._on_table)
        results.rows_changed.connect(self._on_rows)

    # --- building -------------------------------------------------------------------------------

    def _make_head(self) -> None:
        self.title = Label("", "body-strong")
        self.subtitle = Label("", "small", "text-3", elide=True)
        self.back = IconButton("chevron-left", "Row before")
        self.forth = IconButton("chevron-right", "Next row")
        self.more = IconButton("more", "What can be done with this answer")
        self.close_ = IconButton("close", "Hide the case")
        self.back.clicked.connect(self._step_back)
        self.forth.clicked.connect(self._step_forth)
        self.close_.clicked.connect(self.closed)
        self.menu = IconMenu("Answer", self)
        self._to_history = self.menu.add_entry("Open the run in History", "history")
        self._to_tree = self.menu.add_entry("Open the run in Tree", "tot")
        self._to_xray = self.menu.add_entry("X-ray this answer", "xray")
        self._to_history.triggered.connect(self.open_run)
        self._to_tree.triggered.connect(self.open_tree)
        self._to_xray.triggered.connect(self.open_xray)
        self.more.clicked.connect(self._open_menu)

    def _make_sections(self) -> None:
        self.inputs = Section("Inputs", body())
        self.text = StreamingText("Output", "small")
        self.text.fit_height(24, _MOST_HEIGHT)
        card = QFrame()
        card.setProperty("card", True)
        card.setLayout(column(self.text, margins=(10, 8, 10, 8)))
        self.text.setProperty("surface", "raised")
        self.text.setStyleSheet("background: transparent")
        self.output = Section("Output", card)
        self.checks = Section("Checks", body(10))
        self.list = Repeats()
        self.list.picked.connect(self._on_picked)
        self.repeats = Section("Repeats", self.list)

    def _lay_out(self) -> None:
        head = row(
            self.title, self.subtitle, self.back, self.forth, self.more, self.close_,
            margins=(16, 0, 8, 0), gap=4,
        )  # fmt: skip
        head.setStretch(1, 1)
        inner = QFrame()
        inner.setLayout(
            column(
                self.inputs, rule(), self.output, rule(), self.checks, rule(), self.repeats, None,
                margins=(16, 10, 16, 16), gap=10,
            )
        )  # fmt: skip
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidget(inner)
        self.area.setAccessibleName("Case")
        layout = column(strip(head), self.area, gap=0)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    # --- what is shown --------------------------------------------------------------------------

    def show_cell(self, place: int, variant: str) -> None:
        """Show a case and a variant, in a moment."""
        if (place, variant) != (self.place, self.variant):
            self.place, self.variant, self._repeat = place, variant, -1
            self._soon.start()

    def set_changes(self, *, shown: bool) -> None:
        """Mark in the output what differs from the baseline's, or not."""
        self.shows_changes = shown
        self.refresh()

    @Slot()
    def _on_table(self) -> None:
        if self.place >= len(self._results.table.rows):
            self.place = -1
        self._soon.start()

    @Slot(list)
    def _on_rows(self, places: list[int]) -> None:
        if self.place in places:
            self._soon.start()

    @Slot(int)
    def _on_picked(self, repeat: int) -> None:
        self._repeat = repeat
        self._show_answer()

    def _scored(self, variant: str) -> tuple[CellScore, ...]:
        """The repeats of the case as they are now, with their results where they are of these."""
        results = self._results
        evaluation, score = results.evaluation, results.score(self.place, variant)
        if evaluation is None:
            return ()
        case = results.cases[self.place]
        known = {each.cell.run_id: each.result for each in score.cells} if score else {}
        repeats = range(0 if case.duplicate_of else evaluation.set.repeats)
        cells = [evaluation.cells[CellId(variant, case.id, repeat)] for repeat in repeats]
        return tuple(
            CellScore(cell=cell, result=known.get(cell.run_id) if cell.is_finished else None)
            for cell in cells
        )

    @property
    def shown(self) -> tuple[Cell | None, SetResult | None]:
        """The answer that is shown, and what the checks found of it."""
        if not self._is_there:
            return None, None
        scored = self._scored(self.variant)
        score = self._results.score(self.place, self.variant)
        chosen = self._repeat if self._repeat >= 0 else deciding_repeat(score) if score else 0
        if not 0 <= chosen < len(scored):
            return None, None
        return scored[chosen].cell, scored[chosen].result

    @property
    def _is_there(self) -> bool:
        table = self._results.table
        return 0 <= self.place < len(table.rows) and self.variant in table.variants

    @Slot()
    def refresh(self) -> None:
        """Show the cell as it is now."""
        self._soon.stop()
        for part in (self.inputs, self.output, self.checks, self.repeats):
            part.setVisible(self._is_there)
        if not self._is_there:
            self.title.setText("No case")
            self.subtitle.setText("")
            return
        row_ = self._results.table.rows[self.place]
        self.title.setText(f"Row {row_.number:,}")
        self.subtitle.setText(" · ".join((row_.title, *row_.tags)))
        fill(self.inputs.body, value_parts(self._values()))
        self._show_answer()

    def _values(self) -> list[Value]:
        evaluation, case = self._results.evaluation, self._results.cases[self.place]
        ready = next(
            (each for each in evaluation.variants if each.spec.name == self.variant), None
        ) if evaluation is not None else None  # fmt: skip
        names = [each.name for each in ready.inputs] if ready is not None else []
        columns = evaluation.set.columns.inputs if evaluation is not None else {}
        tones, found, used = tones_of(names), [], set()
        for name in names:
            source = columns.get(name, name)
            used.add(source)
            value = case.values.get(source)
            found.append(Value(name, "" if value is None else text_of(value), tones[name]))
        if case.expected:
            texts = " or ".join(text_of(each) for each in case.expected)
            found.append(Value("expected", texts))
        if case.problem:
            found.append(Value("problem", case.problem))
        return found

    def _show_answer(self) -> None:
        cell, result = self.shown
        scored = self._scored(self.variant)
        case = self._results.cases[self.place]
        chosen = next((n for n, each in enumerate(scored) if each.cell is cell), 0)
        self.repeats.setVisible(len(scored) > 1)
        self.list.show_repeats(scored, chosen)
        right = [each.result.passed for each in scored if each.result is not None]
        self.repeats.note.setText(f"{sum(map(bool, right))} of {len(scored)} right")
        note = f"{cell.prompt_tokens:,} tokens" if cell is not None and cell.prompt_tokens else ""
        self.inputs.note.setText(note)
        before, before_result = self._before(chosen)
        parts = check_parts(result, before_result, self._results.judges)
        leaves = result.leaves() if result is not None else ()
        verdicts = [leaf.passed for leaf in leaves if leaf.ranks]
        known = [each for each in verdicts if each is not None]
        self.checks.note.setText(f"{sum(known)} of {len(known)} right" if known else "")
        fill(self.checks.body, parts)
        has_run = cell is not None and cell.run_id > 0
        for each in (self._to_history, self._to_tree, self._to_xray):
            each.setEnabled(has_run)
        cancel(self, "_mark_changes")
        if cell is None or not cell.is_finished:
            reason = cell.error if cell is not None else ""
            if case.duplicate_of:
                reason = f"Row {case.duplicate_of:,} has the same id or the same content."
            self.text.set_text(reason or "There is no answer yet.", follow=False)
            self.output.note.setText("")
            return
        self.text.clear_text()
        self.text.append_text(cell.output or "The answer is empty.", follow=False)
        self.output.note.setText(self._about(before))
        if before is not None and self.shows_changes:
            self._mark_changes(before.output, cell.output)

    def _about(self, before: Cell | None) -> str:
        if before is None:
            return self.variant
        names = f"{before.id.variant} \u2192 {self.variant}"
        return f"{names}, words that differ" if self.shows_changes else names

    def _before(self, repeat: int) -> tuple[Cell | None, SetResult | None]:
        """The baseline's answer in the same repeat; none of the baseline itself."""
        baseline = self._results.table.baseline
        if not baseline or baseline == self.variant or self._results.earlier is not None:
            return None, None
        scored = self._scored(baseline)
        if repeat >= len(scored) or not scored[repeat].cell.is_finished:
            return None, None
        return scored[repeat].cell, scored[repeat].result

    @latest
    async def _mark_changes(self, before: str, after: str) -> None:
        try:
            parts = await self._bridge.ask(lambda core: core.answers.word_diff(before, after))
        except WorkbenchError as error:
            self.output.note.setText(str(error))
            return
        if any(part.kind != "same" for part in parts):
            self.text.show_changes(parts)
        else:
            self.output.note.setText(f"the same as {self._results.table.baseline}")

    # --- elsewhere ------------------------------------------------------------------------------

    @property
    def run_id(self) -> int:
        """Of the answer that is shown; 0 for none."""
        cell, _ = self.shown
        return cell.run_id if cell is not None else 0

    @Slot()
    def _step_back(self) -> None:
        self.stepped.emit(-1)

    @Slot()
    def _step_forth(self) -> None:
        self.stepped.emit(1)

    @Slot()
    def _open_menu(self) -> None:
        self.menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    @Slot()
    def open_run(self) -> None:
        """Show the run in History."""
        if self.run_id:
            self.opening.history(self.run_id)

    @Slot()
    def open_tree(self) -> None:
        """Show the run in Tree."""
        if self.run_id:
            self.opening.tree(self.run_id)

    @Slot()
    def open_xray(self) -> None:
        """Show the X-ray of the answer in Design."""
        if not self.run_id:
            return
        expected = self._results.cases[self.place].expected
        title = next((h.strategy for h in self._results.heads if h.name == self.variant), "")
        right = text_of(expected[0]) if len(expected) == 1 else ""
        self.opening.xray(self.run_id, title, right)
