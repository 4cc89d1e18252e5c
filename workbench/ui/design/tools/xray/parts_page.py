"""X-ray page: which part of the prompt matters."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QProgressBar, QWidget

from workbench.domain.runs.xray import LEVELS, MANY_LEVELS, Level, SegmentEffect, XRay
from workbench.domain.text import count_text, seconds_text
from workbench.ui.design.tools.xray.answer import AnswerBox
from workbench.ui.design.tools.xray.model import XRayModel
from workbench.ui.design.tools.xray.segment_list import SegmentList
from workbench.ui.design.tools.xray.token_view import TokenHeat
from workbench.ui.editor.gutter import LineNote
from workbench.ui.kit import (
    Banner,
    Button,
    Chooser,
    Label,
    Switch,
    column,
    row,
    rule,
)
from workbench.ui.kit.heat import heat_bar, heat_tint, nats

_TOKENS_HEIGHT = 72
_ALL_ROOM = 1000
"""The results take all room, and while there are none the controls stay at the top."""
_STALE = "The prompt has changed since. X-ray it again to see its lines."
_FOR = (
    "Type or run an answer, and see how much less likely it gets when a part of the prompt is left "
    "out. Blue parts support the answer; those with a minus work against it."
)


class PartsPage(QWidget):
    """The answer, the level, and the ranked parts.

    Signals:
        start_wanted(): X-ray was pressed. settings_changed(): it would cost something else now.
        controls_changed(): its button came, went, or can be pressed or not.
    """

    start_wanted = Signal()
    settings_changed = Signal()
    controls_changed = Signal()

    def __init__(self, model: XRayModel) -> None:
        super().__init__()
        self._model = model
        self.box = AnswerBox()
        self.answer = self.box.edit
        self.level_chooser = Chooser("Parts to leave out")
        for level in LEVELS:
            self.level_chooser.add_choice(MANY_LEVELS[level].capitalize(), level)
        self.thorough = Switch(
            "Each exactly", tip="Leave out every part separately, however long it takes"
        )
        self.start = Button("X-ray", "xray", tip="See which part of the prompt matters")
        self.stop = Button("Stop", "stop", tip="Stop; results so far are kept")
        self.note = Label("", "small", "text-3", wrap=True)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("X-ray")
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(3)
        self.bar.setRange(0, 1000)
        self.banner = Banner(closable=False)
        self.stale = Banner(closable=False)
        self.tokens_title = Label("Answer", "micro", "text-2", elide=True)
        self.tokens = TokenHeat("Answer, tinted by what the chosen part does for each token")
        self.token_note = Label("", "small", "text-3", elide=True)
        self.segments = SegmentList()
        self.empty = Label(_FOR, "body", "text-3", wrap=True)
        self._results = QWidget()
        self._build()
        self._connect()
        self._show()

    def _build(self) -> None:
        choices = row(self.level_chooser, self.thorough, None, self.start, self.stop)
        self.tokens.setFixedHeight(_TOKENS_HEIGHT)
        found = column(
            rule(),
            row(self.tokens_title, margins=(16, 8, 16, 0)),
            row(self.tokens, margins=(8, 0, 8, 0)),
            row(self.token_note, margins=(16, 0, 16, 6)),
            rule(),
            self.segments,
            gap=0,
        )
        found.setStretch(5, 1)
        self._results.setLayout(found)
        top = column(self.box, choices, self.note, margins=(16, 8, 16, 8), gap=6)
        self.empty.setContentsMargins(16, 16, 16, 16)
        outer = column(top, self.bar, self.banner, self.stale, self.empty, gap=0)
        outer.addWidget(self._results, _ALL_ROOM)
        outer.addStretch(1)
        self.setLayout(outer)

    def _connect(self) -> None:
        self.start.clicked.connect(self._on_start)
        self.stop.clicked.connect(self._model.cancel)
        self.box.start_wanted.connect(self._on_start)
        self.box.changed.connect(self._show_controls)
        self.level_chooser.currentIndexChanged.connect(self.settings_changed)
        self.thorough.toggled.connect(self.settings_changed)
        self.segments.selected.connect(self._on_selected)
        self.tokens.described.connect(self._on_token)
        self._model.changed.connect(self._show)
        self._model.estimated.connect(self._show_controls)

    # --- what is asked --------------------------------------------------------------------------

    @property
    def level(self) -> Level:
        """What the prompt is cut into."""
        chosen: Level = self.level_chooser.currentData()
        return chosen

    @property
    def answer_text(self) -> str:
        """The answer to explain."""
        return self.box.text

    @Slot()
    def _on_start(self) -> None:
        if self.start.isEnabled() and not self._model.running:
            self.start_wanted.emit()

    # --- what was found -------------------------------------------------------------------------

    def notes(self) -> dict[int, LineNote]:
        """What the editor shows of its lines: how strongly each matters, and by how much."""
        found = self._model.found
        if found is None:
            return {}
        numbers: dict[int, str] = {}
        for effect in reversed(found.ranked()):
            for line in effect.segment.lines if effect.is_known else ():
                about = effect.measure != "removed"
                numbers[line] = nats(effect.share, about=about).replace(" ", "")
        return {
            line: LineNote(heat_tint(value), heat_bar(value), numbers[line])
            for line, value in found.heat().items()
        }

    def show_stale(self, stale: bool) -> None:
        """Say that the prompt has changed."""
        if stale and self._model.found is not None and not self._model.running:
            if self.stale.isHidden():
                self.stale.show_message(_STALE, "warn")
        else:
            self.stale.hide()

    @Slot()
    def _show(self) -> None:
        model, found = self._model, self._model.found
        if model.error:
            self.banner.show_message(model.error)
        else:
            self.banner.hide()
        self.bar.setVisible(model.running)
        self.bar.setValue(round(1000 * found.progress) if found is not None else 0)
        self._results.setVisible(found is not None)
        self.empty.setVisible(found is None and not model.running)
        self.segments.show_found(found)
        self._show_controls()

    @Slot()
    def _show_controls(self) -> None:
        running = self._model.running
        self.start.setVisible(not running)
        self.stop.setVisible(running)
        self.start.setEnabled(bool(self.answer_text.strip()))
        self.note.setText(self._note())
        self.controls_changed.emit()

    def _note(self) -> str:
        found, estimate = self._model.found, self._model.estimate
        if self._model.running:
            known = sum(each.is_known for each in found.effects) if found is not None else 0
            total = len(found.effects) if found is not None else 0
            return f"{known} of {total} known" if total else "Reading the prompt"
        if found is not None and not self._model.is_stale:
            return _cost(found)
        if estimate is None:
            return ""
        many = MANY_LEVELS[self.level]
        count = f"{estimate.segments} {many[:-1] if estimate.segments == 1 else many}"
        words = (
            f"{count} · at most {count_text(estimate.tokens, 'token')}"
            if estimate.tokens
            else count
        )
        if estimate.seconds is not None and estimate.tokens:
            words += f" · about {seconds_text(estimate.seconds)}"
        return words

    @Slot(object)
    def _on_selected(self, effect: SegmentEffect | None) -> None:
        found = self._model.found
        if found is None:
            return
        texts = [token.text for token in found.tokens]
        changes = effect.token_deltas if effect is not None else ()
        self.tokens.show_tokens(texts, changes)
        place = effect.segment.place or effect.segment.title if effect is not None else ""
        self.tokens_title.setText(f"What {place} does for the answer" if place else "Answer")
        self._on_token("")

    @Slot(str)
    def _on_token(self, words: str) -> None:
        found = self._model.found
        mean = nats(found.mean_logprob) if found is not None else ""
        self.token_note.setText(
            words or f"Whole prompt: {mean} nats a token. Blue needs this part."
        )


def _cost(found: XRay) -> str:
    """What an X-ray has cost, in a line."""
    exact = sum(each.measure == "removed" for each in found.effects)
    total = count_text(len(found.effects), "part")
    return (
        f"{exact} of {total} left out exactly · {count_text(found.evaluated_tokens, 'token')} read "
        f"({found.cost:.1f} × the prompt), {found.reused_tokens:,} reused · "
        f"{seconds_text(found.seconds)}"
    )
