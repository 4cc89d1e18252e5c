"""The strategy of each prompt and its parameters: initially of its front matter, or Direct."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from workbench.domain.runs.spec import Json

if TYPE_CHECKING:
    from workbench.ui.design.run.run_bar import RunBar
    from workbench.ui.design.view_model import DesignModel

_FIRST = "direct"


@dataclass
class _Chosen:
    """What was chosen for a prompt. ``params`` are kept for each strategy that it had."""

    strategy: str = ""
    params: dict[str, dict[str, Json]] = field(default_factory=dict)


class PromptStrategies(QObject):
    """Shows the strategy of the open prompt in the run bar, and keeps what is chosen there."""

    def __init__(self, model: DesignModel, bar: RunBar, parent: QObject) -> None:
        super().__init__(parent)
        self._model, self._bar = model, bar
        self._chosen: dict[str, _Chosen] = {}
        self._showing = False
        model.strategies_changed.connect(self._on_strategies)
        model.opened.connect(self._show)
        model.analysed.connect(self._show)
        model.moved.connect(self._on_moved)
        bar.strategy.strategy_chosen.connect(self._on_strategy)
        bar.parameters.changed.connect(self._on_parameters)

    # --- shown ------------------------------------------------------------------------------------

    @Slot()
    def _on_strategies(self) -> None:
        self._showing = True
        self._bar.strategy.set_strategies(self._model.strategies)
        self._showing = False
        self._show()

    @Slot()
    def _show(self) -> None:
        document, bar = self._model.current, self._bar
        if document is None or not bar.strategy.infos:
            return
        chosen = self._chosen.get(document.path, _Chosen())
        named = chosen.strategy or document.analysis.options.strategy
        strategy = named if named in bar.strategy.infos else _FIRST
        self._showing = True
        if bar.strategy.strategy != strategy:
            bar.strategy.choose(strategy)
        self._show_parameters(strategy, self._params(chosen, strategy))
        self._showing = False

    def _params(self, chosen: _Chosen, strategy: str) -> Mapping[str, Json]:
        """The parameters chosen for a strategy, else those of the front matter."""
        document = self._model.current
        if document is None or document.analysis.options.strategy != strategy:
            return chosen.params.get(strategy, {})
        return chosen.params.get(strategy, document.analysis.options.params)

    def _show_parameters(self, strategy: str, values: Mapping[str, Json]) -> None:
        info, form = self._bar.strategy.infos[strategy], self._bar.parameters.form
        wanted = {each.name: values.get(each.name, each.default) for each in info.fields}
        if form.values() != wanted:
            self._bar.parameters.show_strategy(info, values)

    # --- chosen -----------------------------------------------------------------------------------

    def _of_current(self) -> _Chosen | None:
        document = self._model.current
        if document is None or self._showing:
            return None
        return self._chosen.setdefault(document.path, _Chosen())

    @Slot(str)
    def _on_strategy(self, strategy: str) -> None:
        chosen = self._of_current()
        if chosen is not None:
            chosen.strategy = strategy
            self._show_parameters(strategy, self._params(chosen, strategy))

    @Slot()
    def _on_parameters(self) -> None:
        chosen = self._of_current()
        if chosen is not None:
            chosen.strategy = self._bar.strategy.strategy
            chosen.params[chosen.strategy] = self._bar.parameters.form.values()

    @Slot(str, str)
    def _on_moved(self, old: str, new: str) -> None:
        if old in self._chosen:
            self._chosen[new] = self._chosen.pop(old)

    def take(self, path: str, strategy: str, params: Mapping[str, Json]) -> None:
        """Have a prompt run with that strategy from now on, as one of its runs was."""
        chosen = self._chosen.setdefault(path, _Chosen())
        chosen.strategy = strategy
        chosen.params[strategy] = dict(params)
        self._show()

    # --- session ----------------------------------------------------------------------------------

    def session(self) -> dict[str, tuple[str, dict[str, dict[str, Json]]]]:
        """What was chosen, by path: the strategy, and the parameters of each."""
        return {path: (each.strategy, each.params) for path, each in self._chosen.items()}

    def restore(self, kept: Mapping[str, tuple[str, dict[str, dict[str, Json]]]]) -> None:
        """Put back what :meth:`session` gave."""
        for path, (strategy, params) in kept.items():
            self._chosen.setdefault(path, _Chosen(strategy, params))
        self._show()
