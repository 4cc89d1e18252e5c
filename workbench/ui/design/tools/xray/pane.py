"""The X-ray pane: parts of the prompt, and comparison with another run."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QStackedWidget

from workbench.domain.runs.spec import TemplatePrompt
from workbench.ui.design.tool_panes import SideContext, SidePane
from workbench.ui.design.tools.xray.answer import Known
from workbench.ui.design.tools.xray.model import XRayModel
from workbench.ui.design.tools.xray.parts_page import PartsPage
from workbench.ui.design.tools.xray.runs_page import RunsPage
from workbench.ui.kit import Button, Segmented, row, strip
from workbench.ui.runs.explaining import STRATEGY, ExplainRequest

_ESTIMATE_MS = 400
_PARTS, _RUNS = 0, 1
_LINES_ABOVE = 3


class XRayPane(SidePane):
    """Two pages: the parts of the prompt, and the comparison with another run.

    While the first is shown and the prompt is the one that was looked at, the editor's lines are
    tinted by how much they matter.
    """

    def __init__(self, side: SideContext) -> None:
        super().__init__("X-ray", side)
        self.model = XRayModel(self.bridge, side.model)
        self._is_shown = False
        self.pages = Segmented("X-ray", ("Parts of the prompt", "Against another run"))
        self.parts = PartsPage(self.model)
        self.runs = RunsPage(self.model)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.parts)
        self._stack.addWidget(self.runs)
        self.body.addWidget(strip(row(self.pages, None, margins=(8, 0, 8, 0))))
        self.body.addWidget(self._stack, 1)
        self._timer = QTimer(self, singleShot=True, interval=_ESTIMATE_MS)
        self._timer.timeout.connect(self._ask_estimate)
        self._connect()

    def _connect(self) -> None:
        self.pages.chosen.connect(self._on_page)
        for page in (self.parts, self.runs):
            page.controls_changed.connect(self.primary_changed)
        self.parts.start_wanted.connect(self._start)
        self.parts.settings_changed.connect(self._timer.start)
        self.parts.segments.line_wanted.connect(self.side.work.editor.go_to_line)
        self.runs.compare_wanted.connect(self._compare)
        self.model.changed.connect(self._mark)
        self.model.ended.connect(self._show_strongest)
        self.model.last_changed.connect(self._offer)
        design = self.side.model
        design.previewed.connect(self._on_prompt)
        design.opened.connect(self._on_opened)
        design.filled.connect(self._on_filled)
        design.expected_changed.connect(self._offer)
        design.moved.connect(self.parts.box.follow)
        self.side.work.editor.textChanged.connect(self._mark)
        self.bridge.run_ended.connect(self._on_run_ended)

    # --- shown and hidden -----------------------------------------------------------------------

    def shown(self) -> None:
        """Take the answer that is known; show what is known."""
        self._is_shown = True
        self._offer()
        self.model.read_runs()
        self._ask_estimate()
        self._mark()
        self.parts.answer.setFocus()

    def hidden(self) -> None:
        """Take the tints away."""
        self._is_shown = False
        self._mark()

    def primary(self) -> Button | None:
        page = self._stack.currentWidget()
        start = page.start if isinstance(page, PartsPage | RunsPage) else None
        return start if start is not None and not start.isHidden() else None

    def is_working(self) -> bool:
        page = self._stack.currentWidget()
        return isinstance(page, PartsPage | RunsPage) and page.start.isHidden()

    def explain(self, wanted: ExplainRequest) -> None:
        """Take the answer of a run, or with ``against`` set two runs against each other."""
        run_id = wanted["run_id"]
        document = self.side.model.current
        if wanted["answer"] and document is not None:
            known = Known(wanted["answer"], f"Answer of run {run_id:,}")
            self.parts.box.take(document.path, known)
        against = wanted.get("against")
        if against is None:
            self.pages.choose(_PARTS)
            self.parts.start.setFocus()
            return
        self.pages.choose(_RUNS)
        self.runs.choose(against, run_id, {against: wanted["against_note"], run_id: wanted["note"]})
        self.runs.start.setFocus()

    # --- the answer -----------------------------------------------------------------------------

    @Slot()
    def _offer(self) -> None:
        """Offer the right answer where it is known, else that of the last run."""
        document = self.side.model.current
        if not self._is_shown or document is None:
            return
        offers = []
        if document.expected.strip():
            origin = self.side.work.inputs.samples.title
            words = f"Expected, {origin}" if origin else "Expected"
            offers.append(Known(document.expected, words, "Expected"))
        last = self._of_result() or self.model.last_answer()
        if last is not None:
            offers.append(last._replace(name="Last answer"))
        self.parts.box.offer(document.path, offers)

    def _of_result(self) -> Known | None:
        """The answer of the run that the tab Result shows, whatever ran since in other places."""
        run = self.side.result.model
        document = self.side.model.current
        if run is None or run.spec is None or run.state is None or document is None or run.busy:
            return None
        prompt = run.spec.prompt
        is_ours = isinstance(prompt, TemplatePrompt) and prompt.path == document.path
        text = run.state.output if run.spec.strategy == STRATEGY else run.answer
        if not is_ours or not text.strip():
            return None
        return Known(text.strip(), f"Answer of run {run.run_id or 0:,}, in Result")

    @Slot(int)
    def _on_page(self, index: int) -> None:
        self._stack.setCurrentIndex(index)
        self.primary_changed.emit()
        self._mark()

    @Slot()
    def _on_prompt(self) -> None:
        if self._is_shown:
            self._timer.start()
            self._mark()

    @Slot(str)
    def _on_opened(self, _path: str) -> None:
        if self._is_shown:
            self._offer()
            self.model.read_runs()
            self._mark()

    @Slot()
    def _on_filled(self) -> None:
        if self.side.model.current is not None:
            self.parts.box.release(self.side.model.current.path)
        self._offer()

    @Slot(int)
    def _on_run_ended(self, run_id: int) -> None:
        run, document = self.side.result.model, self.side.model.current
        if document is not None and run is not None and run.run_id == run_id:
            self.parts.box.release(document.path)
        if self._is_shown:
            self._offer()
            self.model.read_runs()

    # --- work -----------------------------------------------------------------------------------

    @Slot()
    def _start(self) -> None:
        parts = self.parts
        model = self.side.run_bar.model.model_path
        self.model.start(parts.answer_text, parts.level, model, thorough=parts.thorough.isChecked())

    @Slot(int, int)
    def _compare(self, old: int, new: int) -> None:
        model = self.side.run_bar.model.model_path
        self.model.compare(old, new, self.parts.answer_text, model)

    @Slot()
    def _show_strongest(self) -> None:
        """Bring the line that matters most into view; the caret stays."""
        found, editor = self.model.found, self.side.work.editor
        line = found.ranked()[0].segment.first_line if found is not None and found.effects else 0
        shown = {block.blockNumber() + 1 for block, _ in editor.visible_lines()}
        if self._is_shown and line and line not in shown:
            editor.scroll_to_line(max(line - _LINES_ABOVE, 1))

    @Slot()
    def _ask_estimate(self) -> None:
        model = self.side.run_bar.model.model_path
        self.model.ask_estimate(self.parts.level, model, thorough=self.parts.thorough.isChecked())

    @Slot()
    def _mark(self) -> None:
        """Tint the editor's lines, unless the prompt has changed."""
        stale = self.model.is_stale
        self.parts.show_stale(stale)
        shown = self._is_shown and not stale and self._stack.currentWidget() is self.parts
        found = self.model.found
        editor = self.side.work.editor
        editor.show_line_notes(self.parts.notes() if shown and found is not None else {})
