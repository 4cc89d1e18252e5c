"""The run bar: options, estimate, and Run."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame

from workbench.domain.runs.estimate_words import estimate_text, shorter_texts
from workbench.domain.views import Estimate
from workbench.ui.bridge import Bridge
from workbench.ui.kit import Button, Label, PrimaryButton, plain_tip, row
from workbench.ui.kit.forms.run_choices import (
    ModelChooser,
    ParametersButton,
    SamplingButton,
    StrategyChooser,
)
from workbench.ui.theme.tokens import TOKENS

RUN_KEYS = "Ctrl+Return"
_RUN_ON = "Run on all sample sets, or on the rows of a data set"
_WIDE = 1240
"""Pixels from which on there is room to say where options come from."""


class RunBar(QFrame):
    """The bar at the bottom of Design.

    Signals:
        changed(): strategy, parameters, model or sampling changed.
        run_on_wanted(): the prompt is to be run on many inputs.
        run_wanted(), stop_wanted(): the button was pressed, which is Stop while something runs.
    """

    changed = Signal()
    run_on_wanted = Signal()
    run_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.setFixedHeight(TOKENS.size["runbar"])
        self.setProperty("surface", "panel")
        self.setProperty("rule", "top")
        self.strategy = StrategyChooser()
        self.parameters = ParametersButton()
        self.model = ModelChooser(bridge)
        self.sampling = SamplingButton(bridge, writes=True)
        self.origin = Label("", "small", "text-3")
        self.origin.hide()
        self.estimate = Label("", "small", "text-3", elide=True)
        self.compare = Button("Compare", "compare", tall=True)
        self.run_on = Button("Run on…", "list", tip=_RUN_ON, tall=True)
        self.run_on.clicked.connect(self.run_on_wanted)
        self.run = PrimaryButton("Run", "play", keys=RUN_KEYS, tall=True)
        self._running, self._primary = False, True
        self.run.clicked.connect(self._on_run)
        self.strategy.strategy_chosen.connect(self._on_strategy)
        for source in (self.parameters, self.sampling):
            source.changed.connect(self.changed)
        self.model.currentIndexChanged.connect(self.changed)
        layout = row(
            self.strategy,
            self.parameters,
            self.model,
            self.sampling,
            self.origin,
            self.estimate,
            self.compare,
            self.run_on,
            self.run,
            margins=(16, 0, 16, 0),
        )
        layout.setStretch(5, 1)
        self.setLayout(layout)

    def _on_strategy(self, strategy_id: str) -> None:
        self.parameters.show_strategy(self.strategy.infos[strategy_id], {})
        self.changed.emit()

    def show_origin(self, words: str, tip: str) -> None:
        """Say which options are the prompt's, in a few words; ``tip`` names them."""
        self.origin.setText(words)
        self.origin.setToolTip(plain_tip(tip))
        self._fit()

    def _fit(self) -> None:
        """What a run takes goes before where its options come from, which the button says too."""
        self.origin.setVisible(bool(self.origin.text()) and self.width() >= _WIDE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def show_running(self, running: bool) -> None:
        """Run while nothing runs, Stop while something does: one button, so that it keeps focus."""
        if running != self._running:
            self._running = running
            self.run.set_icon("stop" if running else "play")
            self._show_run()

    def show_primary(self, primary: bool) -> None:
        """Whether Ctrl+Enter runs, or belongs to another pane."""
        self._primary = primary
        self._show_run()

    def _show_run(self) -> None:
        primary = self._primary and not self._running
        self.run.set_primary(primary, "Esc" if self._running else RUN_KEYS if primary else "")
        self.run.set_text("Stop" if self._running else "Run")

    @Slot()
    def _on_run(self) -> None:
        (self.stop_wanted if self._running else self.run_wanted).emit()

    def show_estimate(self, estimate: Estimate | None) -> None:
        """Say what a run will take."""
        if estimate is None:
            self.estimate.setText("")
            self.run.setToolTip("")
            self.parameters.show_cost("")
            return
        words = estimate_text(estimate)
        self.estimate.setText(words)
        self.estimate.set_shorter(shorter_texts(estimate))
        self.run.setToolTip(words)  # where there is no room for the line next to it
        self.parameters.show_cost(words)
