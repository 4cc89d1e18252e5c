"""A column of the comparison: what is run, how far it is, what it wrote, what it answers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFocusEvent,
    QKeyEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QScrollArea,
    QScrollBar,
    QSizePolicy,
)

from workbench.domain.parameters import with_defaults
from workbench.domain.runs.comparison import DiffPart, is_right
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import Budget
from workbench.domain.views import StrategyInfo
from workbench.ui.bridge import Bridge
from workbench.ui.compare.columns.column_menu import ColumnMenu
from workbench.ui.compare.columns.column_model import ColumnModel
from workbench.ui.compare.columns.repeats import RepeatStrip, found_tip
from workbench.ui.compare.columns.top_line import TopLine
from workbench.ui.compare.words import IDLE, column_word, several_cut
from workbench.ui.kit import Banner, IconButton, Label, column, dim, plain_tip, row, set_tone
from workbench.ui.kit.forms.parameter_form import ParameterForm, Popover
from workbench.ui.kit.forms.run_choices import StrategyChooser
from workbench.ui.runs.answer_card import AnswerCard
from workbench.ui.runs.extraction_form import ExtractionPopover
from workbench.ui.runs.metrics import Metrics
from workbench.ui.runs.sections import RunSection, SearchSection, sections
from workbench.ui.runs.words import (
    Word,
    answer_rule,
    current_rule,
    cut_sentence,
    describe_params,
    error_sentence,
)
from workbench.ui.theme import theme

LEAST_WIDTH = 252


class ColumnView(QFrame):
    """One column.

    Signals:
        removed(), wanted_again(), opened(), duplicated(), moved(int): what its buttons ask for.
        resume_wanted(): repeats that were cut are to go on.
        repeat_wanted(): the shown repeat is to be run again.
        pinned(bool): the others are to be compared with this one, or not.
        expanded(): it is to fill the width (also by Enter).
        tree_wanted(): its search is to be shown in the tree.
        xray_wanted(), dice_wanted(): its answer is to be explained (against the pinned one).
        strategy_chosen(str): another strategy's id.
        text_replaced(): another text is shown.
    """

    removed = Signal()
    wanted_again = Signal()
    resume_wanted = Signal()
    opened = Signal()
    duplicated = Signal()
    moved = Signal(int)
    repeat_wanted = Signal()
    pinned = Signal(bool)
    expanded = Signal()
    tree_wanted = Signal()
    xray_wanted = Signal()
    dice_wanted = Signal()
    strategy_chosen = Signal(str)
    text_replaced = Signal()

    def __init__(
        self, model: ColumnModel, strategies: Sequence[StrategyInfo], bridge: Bridge
    ) -> None:
        super().__init__()
        self.model = model
        self._bridge = bridge
        self._expected = ""
        self._change_note = self._cost = ""
        self.extraction: ExtractionPopover | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._sampling = Sampling()
        self._word = IDLE
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
        self._line = TopLine(tone)
        self.strategy = StrategyChooser(height=28, flat=True)
        self.strategy.set_strategies(strategies, self.model.info.id)
        self.strategy.strategy_chosen.connect(self.strategy_chosen)
        self.state_icon = QLabel()
        self.state = Label("", "body", "text-3", elide=True)
        self.state.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.description = Label("", "small", "text-3", elide=True)
        self.settings = IconButton("settings", "Parameters of this column", size=24, glyph=14)
        self.settings.clicked.connect(self._on_settings)
        self.form = ParameterForm(())
        self._popover: Popover | None = None
        self._form_of = ""
        self.pin = IconButton("pin", "Compare the other columns with this one", size=24, glyph=14)
        self.pin.setCheckable(True)
        self.pin.clicked.connect(self.pinned)
        self.expand = IconButton("expand", "Fill the width", keys="Return", size=24, glyph=14)
        self.expand.clicked.connect(self.expanded)
        self.again = IconButton("retry", "Run this column again", size=24, glyph=14)
        self.again.clicked.connect(self.wanted_again)
        self.more = IconButton("more", "More about this column", size=24, glyph=14)
        self.menu = ColumnMenu(self.more)
        self.menu.removed.connect(self.removed)
        self.menu.opened.connect(self.opened)
        self.menu.duplicated.connect(self.duplicated)
        self.menu.moved.connect(self.moved)
        self.menu.xray_wanted.connect(self.xray_wanted)
        self.menu.dice_wanted.connect(self.dice_wanted)
        buttons = (self.settings, self.pin, self.expand, self.again, self.more)
        self._names = {button: button.accessibleName() for button in buttons}
        self.repeats = RepeatStrip(self.model)
        self.repeats.wanted_again.connect(self.repeat_wanted)
        self.metrics = Metrics(tone)
        self.banner = Banner(closable=False)
        self.card = AnswerCard()
        self.card.rule_wanted.connect(self._on_rule_wanted)
        self.nothing = Label("The text appears here as the model writes it.", "body", "text-3")
        self.nothing.setWordWrap(True)
        self.sections = sections(tone)
        for section in self.sections:
            if section.main_text is not None:
                section.main_text.replaced.connect(self.text_replaced)
            if isinstance(section, SearchSection):
                section.tree_wanted.connect(self.tree_wanted)

    def _lay_out(self) -> None:
        title = row(self.strategy, None, self.state_icon, self.state, 2, gap=6)
        buttons = row(self.settings, self.pin, self.expand, self.again, self.more, gap=0)
        message = row(self.description, buttons, gap=4)
        message.setStretch(0, 1)
        header = QFrame()
        header.setProperty("surface", "panel")
        header.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        header.setProperty("rule", "bottom")
        header.setLayout(column(title, message, margins=(16, 6, 8, 6), gap=0))
        body = QFrame()
        body.setProperty("surface", "canvas")
        inner = column(self.nothing, *self.sections, margins=(16, 12, 16, 8), gap=12)
        for index, section in enumerate(self.sections, start=1):
            inner.setStretch(index, 1000 if section.stretches else 0)
        inner.addStretch(1)
        body.setLayout(inner)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidget(body)
        foot = column(self.card, margins=(16, 0, 16, 16))
        parts = (self._line, header, self.metrics, self.repeats, self.banner, self._scroll, foot)
        layout = column(*parts, gap=0)
        layout.setStretch(parts.index(self._scroll), 1)
        self.setLayout(layout)

    # --- showing ----------------------------------------------------------------------------

    def show_sampling(self, sampling: Sampling, budget: Budget) -> None:
        """Show what the next run of this column takes over from the comparison."""
        self._sampling = sampling
        self.metrics.show_budget(budget.max_tokens, budget.max_seconds)
        self._describe()

    def show_cost(self, words: str) -> None:
        """Say under the parameters what a run with them will take, "" while it is not known."""
        self._cost = words
        self.form.show_cost(words)

    def show_counted(self, expected: str) -> None:
        """Say of each answer whether it is this one, "" says nothing; and whether it belongs."""
        self._expected = expected
        self.repeats.set_expected(expected)
        self.show_run()

    @Slot()
    def _on_configured(self) -> None:
        tone = self.model.info.short
        self.strategy.choose(self.model.info.id)
        self.setAccessibleName(f"Column {self.model.info.title}")
        for button, name in self._names.items():
            button.setAccessibleName(f"{name}, {self.model.info.title}")
        self._line.tone = tone
        self._line.update()
        self.metrics.set_tone(tone)
        for section in self.sections:
            section.set_tone(tone)
        if self._form_of != self.model.info.id:
            self._make_form()
        else:
            with QSignalBlocker(self.form):
                self.form.set_values(with_defaults(self.model.info.fields, self.model.params))
        self._describe()

    def _make_form(self) -> None:
        """The form of the strategy's parameters; a popover has it once it is opened."""
        info = self.model.info
        if self._popover is not None:
            self._popover.deleteLater()
            self._popover = None
        self._form_of = info.id
        self.form = ParameterForm(info.fields)
        self.form.set_values(self.model.params)
        self.form.show_cost(self._cost)
        self.form.changed.connect(self._on_form)

    @Slot()
    def _on_settings(self) -> None:
        if self._popover is None:
            self._popover = Popover(f"Parameters of {self.model.info.title}", self.form)
            self._popover.setParent(self, self._popover.windowFlags())
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
        if model.busy:
            self._change_note = ""
            self.card.set_extra("")
        self._show_word(column_word(self.model))
        self.state.setToolTip(plain_tip(found_tip(model.shown)))
        self.metrics.show_state(state, model.shown.share())
        self.repeats.show_repeats()
        self.nothing.setVisible((state is None or not state.calls) and not model.is_loading)
        params = model.spec.params if model.spec is not None else model.params
        for section in self.sections:
            if state is not None:
                section.set_params(params)
                section.show_state(state)
            else:
                section.hide()
        main = self._main_section()
        if self._change_note and main is not None:
            main.note.setText(self._change_note)
        self._show_answer(state, answer_rule(state, params))
        error = model.shown.error or (error_sentence(state.error) if state is not None else "")
        if error and error != self.banner.message:
            self.banner.show_message(error, "bad", "Run again", self.wanted_again.emit)
        elif not error:
            self._show_cut()
        self.menu.open_history.setEnabled(model.run_id is not None)
        dimmed = not model.busy and bool(model.shown_aspects)
        dim((self.metrics, self.repeats, self._scroll, self.card), dimmed)

    def _show_cut(self) -> None:
        """Offer to go on with repeats that were stopped, or that ended with the program."""
        model = self.model
        cut = () if model.busy else model.cut
        sentence = several_cut(len(cut), len(model.cells))
        if cut and len(model.cells) == 1 and model.state is not None:
            sentence = cut_sentence(model.state)
        if sentence and sentence != self.banner.message:
            self.banner.show_message(sentence, "warn", "Resume", self.resume_wanted.emit)
        elif not sentence:
            self.banner.hide()

    def _show_answer(self, state: RunState | None, rule: str) -> None:
        self.card.show_state(state, rule, known=not self.model.is_loading)
        ended = state is not None and state.status != "running"
        self.card.allow_rule(ended and self.model.run_id is not None)
        judged = (
            ended
            and state is not None
            and state.status == "done"
            and self._expected.strip()
            and not self.model.shown_aspects
        )
        right = is_right(state.answer, self._expected) if judged and state is not None else None
        self.card.show_verdict(right, self._expected.strip())

    # --- texts --------------------------------------------------------------------------------

    def _main_section(self) -> RunSection | None:
        """The part with the text that is compared."""
        shown = (each for each in self.sections if each.main_text and not each.isHidden())
        return next(shown, None)

    def compared_text(self) -> str:
        """The text that is compared with other columns', "" where there is none."""
        main = self._main_section()
        return main.main_text.text if main is not None and main.main_text is not None else ""

    def scroll_bars(self) -> tuple[QScrollBar, ...]:
        """The scroll bar of the whole column first, then those of its texts."""
        texts = (each.main_text for each in self.sections if each.main_text is not None)
        return (
            self._scroll.verticalScrollBar(),
            *(text.verticalScrollBar() for text in texts),
        )

    def show_pinned(self, pinned: bool) -> None:
        """Whether the others are compared with this one."""
        self.pin.setChecked(pinned)
        name = "The other columns are compared with this one" if pinned else "Compare the other"
        name += "" if pinned else " columns with this one"
        self.pin.setToolTip(name)

    def show_changes(self, parts: Sequence[DiffPart], note: str) -> None:
        """Mark what the text has other than the pinned one, and say how much."""
        main = self._main_section()
        if main is not None and main.main_text is not None:
            if parts:
                main.main_text.show_changes(parts)
            self._change_note = note
            main.note.setText(note)

    def show_same_answer(self, sentence: str) -> None:
        """Say under the answer whether it is the pinned column's."""
        self.card.set_extra(sentence)
        self.show_run()

    def has_changes(self) -> bool:
        """Whether changes are shown."""
        return bool(self._change_note)

    def clear_changes(self) -> None:
        """Show the texts alone."""
        if not self._change_note and not self.card.extra:
            return
        self._change_note = ""
        for section in self.sections:
            if section.main_text is not None:
                section.main_text.clear_changes()
        self.show_same_answer("")

    @Slot()
    def _on_rule_wanted(self) -> None:
        run_id, spec = self.model.run_id, self.model.spec
        if run_id is None or spec is None:
            return
        if self.extraction is None:
            self.extraction = ExtractionPopover(self._bridge, self)
        rule = current_rule(self.model.state, spec.params)
        self.extraction.open_for(run_id, rule, self.card.edit)

    # --- keyboard -----------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter lets the column fill the width."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.hasFocus():
            self.expanded.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_focus()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_focus()

    def _show_focus(self) -> None:
        self._line.focused = self.hasFocus()
        self._line.update()

    @Slot()
    def _announce(self) -> None:
        """Announce to screen readers once that the run is over."""
        message = f"{self.model.info.title}: {column_word(self.model).text}. {self.model.answer}"
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, message))

    def _show_word(self, word: Word) -> None:
        if word != self._word:
            self._word = word
            self._recolour()
        self.state.setText(word.text)
        self.state.setAccessibleName(f"State: {word.text}")
        self.state_icon.setAccessibleName(word.text)
        set_tone(self.state, word.tone)

    @Slot()
    def _recolour(self) -> None:
        self.state_icon.setVisible(bool(self._word.icon))
        if self._word.icon:
            ratio = self.devicePixelRatioF()
            self.state_icon.setPixmap(theme().pixmap(self._word.icon, self._word.tone, 14, ratio))
