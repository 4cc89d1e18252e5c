"""How the prompt is run, what that will cost, and Run."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame

from workbench.domain.views import Estimate
from workbench.ui.bridge import Bridge
from workbench.ui.theme.tokens import TOKENS
from workbench.ui.widgets import Button, Label, PrimaryButton, plain_tip, row
from workbench.ui.widgets.run_choices import (
    ModelChooser,
    ParametersButton,
    SamplingButton,
    StrategyChooser,
)

_WIDE = 1240
"""Pixels from which on there is room to say where options come from."""


class RunBar(QFrame):
    """The bar at the bottom of Design.

    Signals:
        changed(): strategy, parameters, model or sampling are others.
    """

    changed = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.setFixedHeight(TOKENS.size["runbar"])
        self.setProperty("surface", "panel")
        self.setProperty("rule", "top")
        self.strategy = StrategyChooser()
        self.parameters = ParametersButton()
        self.model = ModelChooser(bridge, self)
        self.sampling = SamplingButton(bridge, writes=True)
        self.origin = Label("", "small", "text-3")
        self.origin.hide()
        self.estimate = Label("", "small", "text-3", elide=True)
        self.compare = Button("Compare", "compare", tall=True)
        self.run = PrimaryButton("Run", "play", keys="Ctrl+Return", tall=True)
        self.stop = Button("Stop", "stop", keys="Esc", tall=True)
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
            self.run,
            self.stop,
            margins=(16, 0, 16, 0),
        )
        layout.setStretch(5, 1)
        self.setLayout(layout)
        self.show_running(False)

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
        """Run while nothing runs, Stop while something does."""
        self.run.setVisible(not running)
        self.stop.setVisible(running)

    def show_estimate(self, estimate: Estimate | None) -> None:
        """Say what a run will take at most."""
        if estimate is None:
            self.estimate.setText("")
            return
        calls = f"{estimate.calls} call" + ("s" if estimate.calls != 1 else "")
        words = f"{calls} · at most {estimate.new_tokens:,} new tokens"
        if estimate.seconds is not None:
            words += f" · {_duration(estimate.seconds)}"
        self.estimate.setText(words)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min"
