"""Who answers next to the model and the strategy of the composer."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import msgspec
from PySide6.QtCore import QSignalBlocker, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from workbench.domain.chat import MOST_ANSWERERS, Answerer, chat_params
from workbench.domain.servers import model_name
from workbench.domain.views import ModelEntry, StrategyInfo
from workbench.ui.kit import GhostButton, IconButton, Label, column, row
from workbench.ui.kit.chooser import Chooser
from workbench.ui.kit.forms.parameter_form import FormButton
from workbench.ui.kit.forms.run_choices import ModelChooser, ParametersButton, StrategyChooser

_WIDTH = 600
_TITLE = "Other answers to each message"


class _AnswererRow(QWidget):
    """A model, a strategy and its parameters.

    Signals:
        changed(); removed().
    """

    changed = Signal()
    removed = Signal()

    def __init__(self, answerer: Answerer) -> None:
        super().__init__()
        self._answerer = answerer
        self._infos: dict[str, StrategyInfo] = {}
        self._shown: StrategyInfo | None = None
        """The strategy whose parameters are in the form."""
        self.parameters = ParametersButton()
        self.parameters.setProperty("tall", False)
        self.parameters.changed.connect(self._on_chosen)
        self.model = Chooser("Model of another answer")
        self.strategy = Chooser("Strategy of another answer")
        self.remove = IconButton("close", "Remove this answer")
        self.remove.clicked.connect(self.removed)
        self.model.activated.connect(self._on_chosen)
        self.strategy.activated.connect(self._on_chosen)
        layout = row(self.model, self.strategy, self.parameters, self.remove, gap=6)
        layout.setStretch(0, 1)
        self.setLayout(layout)

    @property
    def answerer(self) -> Answerer:
        """Who is chosen, with the parameters that are not as usual."""
        model = str(self.model.currentData() or "")
        strategy = str(self.strategy.currentData() or "direct")
        if self._shown is not None and self._shown.id == strategy:
            params = self.parameters.changed_values()
        else:
            params = self._answerer.params if strategy == self._answerer.strategy else {}
        return Answerer(model=model, strategy=strategy, params=params)

    def show_choices(self, models: Sequence[ModelEntry], infos: Sequence[StrategyInfo]) -> None:
        """Fill both lists; what is chosen stays chosen, also where it is not found any more."""
        who = self._answerer
        with QSignalBlocker(self.model), QSignalBlocker(self.strategy):
            self.model.clear()
            self.strategy.clear()
            for entry in models:
                if not entry.error:
                    self.model.add_choice(entry.name, entry.path, icon="models")
            if not self.model.choose(who.model) and who.model:
                self.model.add_choice(model_name(who.model), who.model, icon="warning", tone="warn")
                self.model.choose(who.model)
            for info in infos:
                self.strategy.add_choice(info.title, info.id, icon=info.short, tone=info.short)
            self.strategy.choose(who.strategy)
        self._infos = {info.id: info for info in infos}
        self._show_parameters()

    def _show_parameters(self) -> None:
        """The form of the strategy; where that is shown, what is in it stays."""
        who = self._answerer
        info = self._infos.get(who.strategy)
        if info is not None and info != self._shown:
            self._shown = info
            self.parameters.show_strategy(info, who.params, chat_params(info.id))

    @Slot()
    def _on_chosen(self) -> None:
        self._answerer = self.answerer
        self._show_parameters()
        self.changed.emit()


class AnswerersButton(FormButton):
    """Opens the list of the others; says how many there are.

    Args:
        model: of the composer, with all that can be chosen.
        strategy: the same.

    Signals:
        changed(): others answer.
    """

    def __init__(self, model: ModelChooser, strategy: StrategyChooser) -> None:
        self._rows: list[_AnswererRow] = []
        self._model, self._strategy = model, strategy
        body = QWidget()
        body.setMinimumWidth(_WIDTH)
        words = Label(
            "Each message is answered by the chosen model and strategy, and by these. The answers "
            "are shown side by side. Models on this machine answer one after the other.",
            "small",
            "text-2",
            wrap=True,
        )
        self._list = column(gap=6)
        self.add = GhostButton("Add an answer", "plus")
        self.add.clicked.connect(self._on_add)
        body.setLayout(column(words, self._list, row(self.add, None), gap=10))
        super().__init__(_TITLE, body)
        self.set_icon("compare")
        model.listed.connect(self._show_choices)
        model.picked.connect(self._hold_first)
        strategy.strategy_chosen.connect(self._show_choices)
        self.show_summary()

    # --- values ---------------------------------------------------------------------------------

    def answerers(self) -> tuple[Answerer, ...]:
        """Who else answers."""
        return tuple(each.answerer for each in self._rows)

    def show_kept(self, kept: Any) -> None:
        """Show whom a conversation keeps; what cannot be read adds none."""
        try:
            found = msgspec.convert(kept or (), tuple[Answerer, ...])
        except msgspec.ValidationError:
            found = ()
        while self._rows:
            self._take(self._rows[-1])
        for each in found[: MOST_ANSWERERS - 1]:
            self._put(each)
        self._after()

    @Slot()
    def _show_choices(self) -> None:
        """Other models or strategies can be chosen."""
        for each in self._rows:
            each.show_choices(self._model.entries, tuple(self._strategy.infos.values()))

    # --- rows -----------------------------------------------------------------------------------

    def _put(self, answerer: Answerer) -> _AnswererRow:
        made = _AnswererRow(answerer)
        made.show_choices(self._model.entries, tuple(self._strategy.infos.values()))
        made.changed.connect(self.on_form)
        made.removed.connect(functools.partial(self._on_removed, made))
        self._rows.append(made)
        self._list.addWidget(made)
        return made

    def _take(self, taken: _AnswererRow) -> None:
        self._rows.remove(taken)
        self._list.removeWidget(taken)
        taken.hide()
        taken.deleteLater()

    @Slot()
    def _on_add(self) -> None:
        """Add a model that does not answer yet; where all do, the first by another strategy."""
        first, models = self._model.model_path, self._model.entries
        used = {first, *(each.answerer.model for each in self._rows)}
        free = [it.path for it in models if not it.error and it.path not in used]
        if free:
            who = Answerer(model=free[0])
        else:
            chosen = {self._strategy.strategy, *(each.answerer.strategy for each in self._rows)}
            other = [each for each in self._strategy.infos if each not in chosen]
            who = Answerer(model=first, strategy=(other or ["direct"])[0])
        made = self._put(who)
        self._after()
        made.model.setFocus()
        self.changed.emit()

    def _on_removed(self, taken: _AnswererRow) -> None:
        self._take(taken)
        self._after()
        (self._rows[-1].remove if self._rows else self.add).setFocus()
        self.changed.emit()

    @Slot()
    def _hold_first(self) -> None:
        """Others answer too: the first model stays the chosen one, whichever is loaded."""
        if self._rows and self._model.model_path:
            self._model.want(self._model.model_path)

    def _after(self) -> None:
        self._hold_first()
        self.add.setEnabled(len(self._rows) < MOST_ANSWERERS - 1)
        self.show_summary()
        QTimer.singleShot(0, self, self.refit)  # a new row counts once it is shown

    # --- words ----------------------------------------------------------------------------------

    def summary(self) -> str:
        return f"{len(self._rows) + 1} answers" if self._rows else "More models"

    def show_summary(self) -> None:
        """Put the number on the button, and in its tip who they are."""
        super().show_summary()
        who = [_name(each.answerer) for each in self._rows]
        self.setToolTip(f"{_TITLE}: {', '.join(who)}" if who else _TITLE)


def _name(who: Answerer) -> str:
    return f"{model_name(who.model)} ({who.strategy})" if who.model else who.strategy
