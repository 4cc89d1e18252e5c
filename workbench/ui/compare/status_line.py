"""One line over the columns: how far the comparison is, or what its results say and belong to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel

from workbench.domain.runs.comparison import Verdict, verdict_sentence
from workbench.domain.text import count_text, rough_seconds
from workbench.ui.compare.costs import Costs
from workbench.ui.compare.session import MOST_REPEATS
from workbench.ui.compare.view_model import CompareModel
from workbench.ui.compare.words import others_sentence
from workbench.ui.kit import GhostButton, Label, column, plain_tip, row, set_tone
from workbench.ui.runs.metrics import ProgressLine
from workbench.ui.tasks import latest
from workbench.ui.theme import theme

if TYPE_CHECKING:
    from workbench.service import Workbench

_HEIGHT = 34
_TICK_MS = 1000
_WIDE = 1180


class Offer(NamedTuple):
    """What a button of the line does."""

    title: str
    icon: str
    act: Callable[[], None]
    tip: str = ""


class StatusLine(QFrame):
    """Says the one thing that matters now, with at most two things that can be done about it.

    First while runs are at work how far they are; then that results belong to another question;
    that runs were stopped; what the runs show. At the right, and alone before there is anything to
    show, what running all columns will cost.

    Signals:
        expected_wanted(): the right answer is to be typed.
        focus_left(): the button that had the focus is gone, or does something else now.
    """

    expected_wanted = Signal()
    focus_left = Signal()

    def __init__(self, model: CompareModel) -> None:
        super().__init__()
        self._model = model
        self._tone = ("", "text-3")
        self.setProperty("surface", "panel")
        self.setProperty("rule", "bottom")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self._icon = QLabel()
        self.text = Label("", "body", "text-2", elide=True)
        self.cost = Label("", "small", "text-3")
        self.costs = Costs(model)
        self.costs.setParent(self)
        self.costs.changed.connect(self.refresh)
        self._verdict = ""
        self._more = 0
        self._asked: tuple[object, ...] = ()
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self.refresh)
        self.buttons = (GhostButton("", ""), GhostButton("", ""))
        self._acts: tuple[Callable[[], None], ...] = ()
        for place, button in enumerate(self.buttons):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect((self._on_first, self._on_second)[place])
        self.progress = ProgressLine("text-2")
        parts = (self._icon, self.text, *self.buttons, self.cost)
        line = row(*parts, margins=(16, 0, 16, 0), gap=8)
        line.setStretch(1, 1)
        head = QFrame()
        head.setFixedHeight(_HEIGHT - 2)
        head.setLayout(line)
        self.setLayout(column(head, self.progress, gap=0))
        model.counted.connect(self.refresh)
        model.columns_changed.connect(self.refresh)
        model.running_changed.connect(self.refresh)
        theme().changed.connect(self._recolour)
        self.refresh()

    @property
    def message(self) -> str:
        """The text shown, "" while there is none."""
        return "" if self.isHidden() else self.text.text()

    @Slot()
    def refresh(self) -> None:
        """Say what matters now; nothing where there is nothing to say."""
        model = self._model
        if model.running:
            self._show_progress()
            self._tick.start()
            return
        self._tick.stop()
        self._say_cost(f"Run all: {self.costs.text}" if self.costs.text else "")
        if model.others():
            self._show_others()
        elif any(each.cut for each in model.columns):
            self._show_cut()
        elif any(each.tally("").runs for each in model.columns):
            self._show_verdict()
        elif self.costs.text:
            self._say_cost("")
            self._show(f"Run all: {self.costs.text}", "info", "text-2")
        else:
            self.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._say_cost(self.cost.text())

    def _say_cost(self, cost: str) -> None:
        """Say at the right what something will cost, where there is room for it."""
        self.cost.setText(cost)
        self.cost.setVisible(bool(cost) and self.width() >= _WIDE)

    def _show_progress(self) -> None:
        self._say_cost("")
        cells = [cell for each in self._model.columns for cell in each.cells]
        begun = [cell for cell in cells if cell.phase != "idle"]
        ended = sum(cell.phase == "ended" for cell in begun)
        tokens = sum(cell.state.generated_tokens for cell in begun if cell.state is not None)
        share, seconds = self.costs.progress()
        words = [f"{ended} of {count_text(len(begun), 'run')}", count_text(tokens, "token")]
        if seconds is not None:
            words.append(f"about {rough_seconds(seconds)} left")
        self._show(", ".join(words), "busy", "text-2")
        self.progress.show_share(share)

    def _show_verdict(self) -> None:
        """Show the verdict on the runs; asked for again where the counts changed."""
        model = self._model
        if not model.expected.strip():
            self._show(
                "The runs are counted once the right answer is known",
                "info",
                "text-2",
                Offer("Type it", "edit", self.expected_wanted.emit),
            )
            return
        tallies = [each.tally(model.expected) for each in model.columns]
        names = tuple(each.info.title for each in model.columns)
        counts = tuple((each.solved or 0, each.runs) for each in tallies)
        if (counts, names) != self._asked:
            self._asked = (counts, names)
            self._ask_verdict(counts, names)
        offers = []
        if self._more and model.sampling.temperature > 0:
            runs = count_text(self._more * len(model.columns), "run")
            cost = self.costs.text_of(self._more)
            tip = f"{cost or runs}: {self._more} more in each column, with further seeds"
            title = f"Run {self._more} more each ({runs})"
            offers.append(Offer(title, "play", self._run_more, tip))
            self._say_cost(cost.removeprefix(f"{runs}, "))
        if model.can_go_back:
            tip = "The question and settings that were shown before"
            offers.append(Offer("Back to your question", "chevron-left", model.go_back, tip))
        self._show(self._verdict or "Counting", "compare", "text", *offers)

    @latest
    async def _ask_verdict(
        self, counts: tuple[tuple[int, int], ...], names: tuple[str, ...]
    ) -> None:
        async def ask(core: Workbench) -> Verdict | None:
            return core.answers.verdict(counts)

        found = await self._model.bridge.ask(ask)
        self._more = 0
        if found is None:
            self._verdict = "Only one column: add another to compare it with"
        else:
            self._verdict = verdict_sentence(found, names)
            target = found.target
            if target is not None and target <= MOST_REPEATS:
                self._more = target - found.fewest
        if self._model.sampling.temperature <= 0 and self._more:
            self._verdict = "At temperature 0 all repeats are the same: more runs show nothing new"
        self.refresh()

    def _run_more(self) -> None:
        self._model.run_more(self._more)

    def _show_others(self) -> None:
        model, others = self._model, self._model.others()
        shown = [each for each in model.columns if each.spec is not None]
        sentence = others_sentence(others[0].shown_aspects, len(others), len(shown))
        self._show(
            sentence,
            "history",
            "text",
            Offer("Show it", "prompt", lambda: model.show_made_with(others[0])),
            Offer("Run again", "retry", model.run_all),
        )

    def _show_cut(self) -> None:
        runs = sum(len(each.cells) for each in self._model.columns if each.phase != "idle")
        done = sum(each.done for each in self._model.columns)
        self._show(
            f"Stopped: {done} of {count_text(runs, 'run')} {'is' if runs == 1 else 'are'} done",
            "warning",
            "warn",
            Offer("Resume", "play", self._model.resume_all),
        )

    def _show(self, sentence: str, icon: str, tone: str, *offers: Offer) -> None:
        self.text.setText(sentence)
        self.text.setAccessibleName(sentence)
        set_tone(self.text, tone)
        titles = [offer.title for offer in offers]
        for place, button in enumerate(self.buttons):
            if button.hasFocus() and titles[place : place + 1] != [button.accessibleName()]:
                self.focus_left.emit()  # else the same key would press another button
            offer = offers[place] if place < len(offers) else None
            button.setVisible(offer is not None)
            if offer is not None:
                button.set_icon(offer.icon)
                button.set_text(offer.title)
                button.setToolTip(plain_tip(offer.tip))
        self._acts = tuple(offer.act for offer in offers)
        self.progress.show_share(0.0)
        self._tone = (icon, tone)
        self._recolour()
        self.show()

    @Slot()
    def _on_first(self) -> None:
        self._acts[0]()

    @Slot()
    def _on_second(self) -> None:
        self._acts[1]()

    @Slot()
    def _recolour(self) -> None:
        icon, tone = self._tone
        if icon:
            self._icon.setPixmap(theme().pixmap(icon, tone, 16, self.devicePixelRatioF()))
