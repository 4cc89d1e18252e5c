"""X-ray: which part of the prompt an answer rests on, and what another run's answer makes of it."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QStackedWidget

from workbench.domain.spec import TemplatePrompt
from workbench.ui.design.side import SideContext, SidePane
from workbench.ui.design.xray_model import XRayModel
from workbench.ui.design.xray_parts import PartsPage
from workbench.ui.design.xray_runs import RunsPage
from workbench.ui.widgets import Segmented, row

_ESTIMATE_MS = 400


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
        self.body.addLayout(row(self.pages, None, margins=(12, 8, 16, 0)))
        self.body.addWidget(self._stack, 1)
        self._timer = QTimer(self, singleShot=True, interval=_ESTIMATE_MS)
        self._timer.timeout.connect(self._ask_estimate)
        self._connect()

    def _connect(self) -> None:
        self.pages.chosen.connect(self._on_page)
        self.parts.start_wanted.connect(self._start)
        self.parts.settings_changed.connect(self._timer.start)
        self.parts.segments.line_wanted.connect(self.side.work.editor.go_to_line)
        self.runs.compare_wanted.connect(self._compare)
        self.model.changed.connect(self._mark)
        design = self.side.model
        design.previewed.connect(self._on_prompt)
        design.opened.connect(self._on_opened)
        self.side.work.editor.textChanged.connect(self._mark)
        self.bridge.run_ended.connect(self._on_run_ended)

    # --- shown and hidden -----------------------------------------------------------------------

    def shown(self) -> None:
        """Take the answer of the last run; show what is known."""
        self._is_shown = True
        self.parts.suggest_answer(self._last_answer())
        self.model.read_runs()
        self._ask_estimate()
        self._mark()
        self.parts.answer.setFocus()

    def hidden(self) -> None:
        """Take the tints away."""
        self._is_shown = False
        self._mark()

    def _last_answer(self) -> str:
        run = self.side.result.model
        document = self.side.model.current
        if run is None or run.spec is None or run.state is None or document is None:
            return ""
        prompt = run.spec.prompt
        is_ours = isinstance(prompt, TemplatePrompt) and prompt.path == document.path
        return run.state.output.strip() if is_ours and not run.busy else ""

    @Slot(int)
    def _on_page(self, index: int) -> None:
        self._stack.setCurrentIndex(index)
        self._mark()

    @Slot()
    def _on_prompt(self) -> None:
        if self._is_shown:
            self._timer.start()
            self._mark()

    @Slot(str)
    def _on_opened(self, _path: str) -> None:
        if self._is_shown:
            self.parts.suggest_answer(self._last_answer())
            self.model.read_runs()
            self._mark()

    @Slot(int)
    def _on_run_ended(self, _run_id: int) -> None:
        if self._is_shown:
            self.parts.suggest_answer(self._last_answer())
            self.model.read_runs()

    # --- work -----------------------------------------------------------------------------------

    @Slot()
    def _start(self) -> None:
        parts = self.parts
        model = self.side.run_bar.model.model_path
        self.model.start(parts.answer_text, parts.level, model, thorough=parts.thorough.isChecked())

    @Slot(int)
    def _compare(self, run_id: int) -> None:
        model = self.side.run_bar.model.model_path
        self.model.compare(run_id, self.parts.answer_text, model)

    @Slot()
    def _ask_estimate(self) -> None:
        model = self.side.run_bar.model.model_path
        self.model.ask_estimate(self.parts.level, model, thorough=self.parts.thorough.isChecked())

    @Slot()
    def _mark(self) -> None:
        """Tint the editor's lines, unless the prompt is another by now."""
        stale = self.model.is_stale
        self.parts.show_stale(stale)
        shown = self._is_shown and not stale and self._stack.currentWidget() is self.parts
        found = self.model.found
        editor = self.side.work.editor
        editor.show_line_notes(self.parts.notes() if shown and found is not None else {})
