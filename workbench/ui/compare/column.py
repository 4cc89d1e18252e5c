"""A column of the comparison: what is run, how far it is, what it wrote, what it answers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QWidget

from workbench.domain.sampling import Sampling
from workbench.domain.views import StrategyInfo
from workbench.ui.runs.answer_card import AnswerCard
from workbench.ui.runs.metrics import Metrics
from workbench.ui.runs.run_model import RunModel
from workbench.ui.runs.sections import SearchSection, sections
from workbench.ui.runs.words import (
    QUEUED,
    STATUS_WORDS,
    Word,
    answer_rule,
    describe_params,
    error_sentence,
    state_word,
)
from workbench.ui.theme import color, theme
from workbench.ui.widgets import Banner, IconButton, Label, column, row, set_tone
from workbench.ui.widgets.parameter_form import ParameterForm, Popover
from workbench.ui.widgets.run_choices import StrategyChooser

LEAST_WIDTH = 252
_IDLE = Word("Not run", "", "text-3")


class _TopLine(QWidget):
    """The strategy's colour, two pixels high."""

    def __init__(self, tone: str) -> None:
        super().__init__()
        self.tone = tone
        self.setFixedHeight(2)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(0, 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), color(self.tone))


class ColumnView(QFrame):
    """One column.

    Signals:
        removed(), wanted_again(), opened(), tree_wanted(): what its buttons ask for.
        strategy_chosen(str): another strategy's id.
    """

    removed = Signal()
    wanted_again = Signal()
    opened = Signal()
    tree_wanted = Signal()
    strategy_chosen = Signal(str)

    def __init__(self, model: RunModel, strategies: Sequence[StrategyInfo]) -> None:
        super().__init__()
        self.model = model
        self._sampling = Sampling()
        self._word = _IDLE
        self.setProperty("surface", "canvas")
        self.setProperty("rule", "right")
        self.setMinimumWidth(LEAST_WIDTH)
        self._make_parts(strategies)
        self._lay_out()
        model.changed.connect(self.show_run)
        model.configured.connect(self._on_configured)
        model.ended.connect(self._announce)
        theme().changed.connect(self._recolour)
        self._on_configured()
        self.show_run()

    # --- building ---------------------------------------------------------------------------

    def _make_parts(self, strategies: Sequence[StrategyInfo]) -> None:
        tone = self.model.info.short
        self._line = _TopLine(tone)
        self.strategy = StrategyChooser(height=28, flat=True)
        self.strategy.set_strategies(strategies, self.model.info.id)
        self.strategy.strategy_chosen.connect(self.strategy_chosen)
        self.state_icon = QLabel()
        self.state = Label("", "body", "text-3")
        self.description = Label("", "small", "text-3", elide=True)
        self.settings = IconButton("settings", "Parameters of this column", size=24, glyph=14)
        self.settings.clicked.connect(self._on_settings)
        self.form = ParameterForm(())
        self._popover: Popover | None = None
        self._form_of = ""
        self.again = IconButton("retry", "Run this column again", size=24, glyph=14)
        self.again.clicked.connect(self.wanted_again)
        self.history = IconButton("history", "Open this run in History", size=24, glyph=14)
        self.history.clicked.connect(self.opened)
        self.remove = IconButton("close", "Remove this column", size=24, glyph=14)
        self.remove.clicked.connect(self.removed)
        self.metrics = Metrics(tone)
        self.banner = Banner(closable=False)
        self.card = AnswerCard()
        self.nothing = Label("The text appears here as the model writes it.", "body", "text-3")
        self.nothing.setWordWrap(True)
        self.sections = sections(tone)
        for section in self.sections:
            if isinstance(section, SearchSection):
                section.tree_wanted.connect(self.tree_wanted)

    def _lay_out(self) -> None:
        title = row(self.strategy, None, self.state_icon, self.state, 2, gap=6)
        buttons = row(self.settings, self.again, self.history, self.remove, gap=0)
        told = row(self.description, buttons, gap=4)
        told.setStretch(0, 1)
        head = QFrame()
        head.setProperty("surface", "panel")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        head.setProperty("rule", "bottom")
        head.setLayout(column(title, told, margins=(16, 8, 8, 6), gap=0))
        body = QFrame()
        body.setProperty("surface", "canvas")
        parts = column(self.nothing, *self.sections, margins=(16, 12, 16, 8), gap=12)
        for index, section in enumerate(self.sections, start=1):
            parts.setStretch(index, 1000 if section.stretches else 0)
        parts.addStretch(1)
        body.setLayout(parts)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidget(body)
        foot = column(self.card, margins=(16, 0, 16, 16))
        layout = column(self._line, head, self.metrics, self.banner, self._scroll, foot, gap=0)
        layout.setStretch(4, 1)
        self.setLayout(layout)

    # --- showing ----------------------------------------------------------------------------

    def show_sampling(self, sampling: Sampling, budget_tokens: int | None) -> None:
        """Show what the next run of this column takes over from the comparison."""
        self._sampling = sampling
        self.metrics.show_budget(budget_tokens)
        self._describe()

    @Slot()
    def _on_configured(self) -> None:
        tone = self.model.info.short
        self.strategy.choose(self.model.info.id)
        self._line.tone = tone
        self._line.update()
        self.metrics.set_tone(tone)
        for section in self.sections:
            section.set_tone(tone)
        if self._form_of != self.model.info.id:
            self._make_form()
        self._describe()

    def _make_form(self) -> None:
        """The form of the strategy's parameters; it lives in a popover."""
        info = self.model.info
        if self._popover is not None:
            self._popover.deleteLater()
        self._form_of = info.id
        self.form = ParameterForm(info.fields)
        self.form.set_values(self.model.params)
        self.form.changed.connect(self._on_form)
        self._popover = Popover(f"Parameters of {info.title}", self.form)
        self._popover.setParent(self, self._popover.windowFlags())

    @Slot()
    def _on_settings(self) -> None:
        if self._popover is not None:
            self._popover.open_at(self.settings)

    @Slot()
    def _on_form(self) -> None:
        self.model.set_params(self.form.values())

    def _describe(self) -> None:
        model = self.model
        self.description.setText(describe_params(model.info, model.params, self._sampling))

    @Slot()
    def show_run(self) -> None:
        """Show the run as it is now."""
        model, state = self.model, self.model.state
        self._show_word(self._word_now())
        self.metrics.show_state(state, model.share())
        self.nothing.setVisible(state is None or not state.calls)
        for section in self.sections:
            if state is not None:
                section.show_state(state)
            else:
                section.hide()
        params = model.spec.params if model.spec is not None else model.params
        self.card.show_state(state, answer_rule(state, params))
        error = model.error or (error_sentence(state.error) if state is not None else "")
        if error and error != self.banner.message:
            self.banner.show_message(error, "bad", "Run again", self.wanted_again.emit)
        elif not error:
            self.banner.hide()
        self.history.setEnabled(model.run_id is not None)

    @Slot()
    def _announce(self) -> None:
        """Tell a screen reader once that the run is over."""
        said = f"{self.model.info.title}: {self._word_now().text}. {self.model.answer}"
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))

    def _word_now(self) -> Word:
        model = self.model
        if model.error:
            return STATUS_WORDS["failed"]
        if model.phase == "starting":
            return QUEUED
        if model.state is None:
            return _IDLE
        params = {field.name: field.default for field in model.info.fields} | model.params
        return state_word(model.state, params)

    def _show_word(self, word: Word) -> None:
        if word != self._word:
            self._word = word
            self._recolour()
        self.state.setText(word.text)
        self.state.setAccessibleName(f"State: {word.text}")
        set_tone(self.state, word.tone)

    @Slot()
    def _recolour(self) -> None:
        self.state_icon.setVisible(bool(self._word.icon))
        if self._word.icon:
            ratio = self.devicePixelRatioF()
            self.state_icon.setPixmap(theme().pixmap(self._word.icon, self._word.tone, 14, ratio))
