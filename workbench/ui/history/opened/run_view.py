"""A stored run: its prompt, its output, and how it ended."""

from __future__ import annotations

import json

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QWidget

from workbench.domain.runs.comparison import is_right
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.spec import Budget, RunSpec, TemplatePrompt
from workbench.domain.servers import model_name
from workbench.domain.text import count_text
from workbench.domain.views import StrategyInfo
from workbench.ui.history.opened.calls import CallList
from workbench.ui.history.opened.markdown import run_markdown
from workbench.ui.history.opened.open_run import OpenRun
from workbench.ui.history.opened.run_tokens import RunTokens
from workbench.ui.kit import (
    Banner,
    Button,
    IconButton,
    Label,
    Section,
    StreamingText,
    column,
    row,
    set_tone,
)
from workbench.ui.runs.answer_card import AnswerCard
from workbench.ui.runs.extraction_form import ExtractionPopover
from workbench.ui.runs.metrics import Metrics
from workbench.ui.runs.sections import SearchSection, sections
from workbench.ui.runs.words import (
    NO_STRATEGY,
    STATUS_WORDS,
    answer_rule,
    current_rule,
    cut_sentence,
    describe_sampling,
    error_sentence,
    is_search,
    parameter_facts,
    state_word,
)
from workbench.ui.theme import theme

_ICON = 16
_PROMPT_HEIGHTS = (18, 200)
_TEXT_HEIGHTS = (24, 320)
_VALUE_CHARACTERS = 400


class RunView(QFrame):
    """The right side of History. Buttons are connected by the panel."""

    def __init__(self, model: OpenRun) -> None:
        super().__init__()
        self._model = model
        self._strategies: dict[str, StrategyInfo] = {}
        self._shown: int | None = None
        self._icon_now = ("direct", "text-2")
        self._state_word = STATUS_WORDS["running"]
        self._facts: list[tuple[str, str]] = []
        self.extraction: ExtractionPopover | None = None
        self.setProperty("surface", "canvas")
        self._make_head()
        self._make_body()
        model.changed.connect(self.show_run)
        theme().changed.connect(self._recolour)

    # --- building -----------------------------------------------------------------------------

    def _make_head(self) -> None:
        self._icon = QLabel()
        self.title = Label("", "heading", elide=True)
        self._state_icon = QLabel()
        self.state = Label("", "body", "text-3")
        self.facts = Label("", "small", "text-3", elide=True)
        self.again = Button("Run again", "retry", tip="Run the same prompt with the same settings")
        self.reproduce = Button(
            "Reproduce",
            "target",
            tip="Do it again with the same seed, and say whether it is identical",
        )
        self.labels = IconButton("tag", "Tags and pin")
        self.stop = Button("Stop", "stop", tip="Stop this run")
        self.design = Button("Design", "design", tip="Open the prompt in Design")
        self.compare = Button("Comparison", "compare", tip="Open the comparison it is part of")
        self.tree = Button("Open tree", "tot", tip="The search of this run, to look into and steer")
        self.copy = IconButton("copy", "Copy the run as Markdown")
        self.copy.clicked.connect(self._on_copy)
        self.delete = IconButton("trash", "Delete this run", keys="Del")
        self.banner = Banner(closable=False)
        first = row(self._icon, self.title, self._state_icon, self.state, gap=8)
        first.setStretch(1, 1)
        buttons = row(
            self.again,
            self.reproduce,
            self.stop,
            self.design,
            self.compare,
            self.tree,
            None,
            self.labels,
            self.copy,
            self.delete,
            gap=8,
        )
        head = QFrame()
        head.setProperty("surface", "panel")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        head.setLayout(column(first, self.facts, 4, buttons, margins=(16, 10, 16, 10), gap=2))
        self._head = head

    def _make_body(self) -> None:
        self.metrics = Metrics("text-2")
        self.card = AnswerCard()
        self.card.rule_wanted.connect(self._on_rule_wanted)
        self.sections = sections("text-2")
        for section in self.sections:
            if isinstance(section, SearchSection):
                section.tree_wanted.connect(self.tree.click)
            for text in section.findChildren(StreamingText):
                text.fit_height(*_TEXT_HEIGHTS)
        self.tokens = RunTokens(self._model, self)
        self.prompt = StreamingText("Prompt as sent", "code-small")
        self.prompt.fit_height(*_PROMPT_HEIGHTS)
        self._prompt_part = Section("Prompt as sent", self.prompt)
        self._settings_part = Section("Variables and settings", QWidget())
        self.calls = CallList()
        self._calls_part = Section("Calls", self.calls)
        body = QFrame()
        body.setProperty("surface", "canvas")
        parts = (self.tokens, self._prompt_part, self._settings_part, self._calls_part)
        body.setLayout(
            column(self.card, *self.sections, *parts, None, margins=(16, 16, 16, 16), gap=16)
        )
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        self._scroll = scroll
        layout = column(self._head, self.metrics, self.banner, scroll, gap=0)
        layout.setStretch(3, 1)
        self.setLayout(layout)

    # --- showing ------------------------------------------------------------------------------

    def show_strategies(self, strategies: tuple[StrategyInfo, ...]) -> None:
        """Titles and colours of the strategies."""
        self._strategies = {info.id: info for info in strategies}
        self.show_run()

    def strategy_title(self, strategy_id: str) -> str:
        """What a strategy is called."""
        return self._strategies.get(strategy_id, NO_STRATEGY).title or strategy_id

    @Slot()
    def show_run(self) -> None:
        """Show the open run as it is now."""
        model, state, spec = self._model, self._model.state, self._model.spec
        if state is None or model.run_id is None:
            return
        info = self._strategies.get(state.strategy or (spec.strategy if spec else ""), NO_STRATEGY)
        params = spec.params if spec is not None else {}
        self._show_head(model.run_id, info, state, spec)
        self.metrics.set_tone(info.short)
        budget = spec.budget if spec is not None else Budget()
        self.metrics.show_budget(budget.max_tokens, budget.max_seconds)
        self.metrics.show_state(state, 1.0 if state.status == "done" else 0.0)
        self.card.show_state(state, answer_rule(state, params))
        judged = state.status == "done" and bool(model.expected)
        right = is_right(state.answer, model.expected) if judged else None
        self.card.show_verdict(right, model.expected)
        self.card.allow_rule(state.status != "running" and spec is not None)
        for section in self.sections:
            section.set_params(params)
            section.set_tone(info.short)
            section.show_state(state)
        self._show_problem(state)
        self._show_prompt(state, spec)
        self._show_settings(spec, state)
        counts = ((len(state.nodes), "node"), (len(state.calls), "prompt"))
        self._calls_part.note.setText(", ".join(count_text(*each) for each in counts))
        self.calls.show_state(state)
        if model.run_id != self._shown:
            self._shown = model.run_id
            self._scroll.verticalScrollBar().setValue(0)

    @Slot()
    def _on_rule_wanted(self) -> None:
        model = self._model
        if model.run_id is None or model.spec is None:
            return
        if self.extraction is None:
            self.extraction = ExtractionPopover(model.bridge, self)
        rule = current_rule(model.state, model.spec.params)
        self.extraction.open_for(model.run_id, rule, self.card.edit)

    def _show_head(
        self, run_id: int, info: StrategyInfo, state: RunState, spec: RunSpec | None
    ) -> None:
        running = state.status == "running"
        word = state_word(state, spec.params if spec else {})
        prompt = spec.prompt if spec is not None else None
        name = prompt.path.rpartition("/")[2] if isinstance(prompt, TemplatePrompt) else ""
        self._icon_now = (info.short, info.short)
        self.title.setText(f"{info.title or state.strategy} · run {run_id:,}")
        self.state.setText(word.text)
        set_tone(self.state, word.tone)
        self._state_word = word
        model = state.model or model_name(spec.model if spec else "")
        self.facts.setText(" · ".join(part for part in (name or "chat", model) if part))
        self.again.setVisible(not running)
        self.again.setEnabled(spec is not None)
        self.reproduce.setVisible(not running)
        self.reproduce.setEnabled(spec is not None and not self._model.reproducing)
        self.reproduce.set_text("Reproducing…" if self._model.reproducing else "Reproduce")
        self.stop.setVisible(running and self._model.stoppable)
        self.design.setVisible(isinstance(prompt, TemplatePrompt))
        self.compare.setVisible(bool(spec and spec.group))
        self.tree.setVisible(is_search(state))
        self._recolour()

    def _show_problem(self, state: RunState) -> None:
        problem = error_sentence(state.error)
        can_resume = state.is_cut and self._model.spec is not None and not self._model.stoppable
        resume = "Resume" if can_resume else ""
        if problem:
            self.banner.show_message(problem, "bad", resume, self._model.resume)
        elif cut_sentence(state):
            self.banner.show_message(cut_sentence(state), "warn", resume, self._model.resume)
        elif self._model.problem:
            self.banner.show_message(self._model.problem, "warn")
        elif self._model.earlier is not None:
            earlier, same = self._model.earlier
            if same:
                self.banner.show_message(f"Same as run {earlier:,}, byte for byte.", "ok")
            else:
                message = f"Run {earlier:,} has the same settings and a different output."
                if self._model.spec is not None and self._model.spec.mode == "fast":
                    message += " In the mode Strict it would be the same."
                self.banner.show_message(message, "text-2")
        else:
            self.banner.hide()

    def _show_prompt(self, state: RunState, spec: RunSpec | None) -> None:
        call = next(iter(state.calls.values()), None)
        if call is not None:
            self.prompt.set_text(
                "\n\n".join(f"[{each.role}]\n{each.text}" for each in call.messages), follow=False
            )
            self._prompt_part.note.setText(count_text(call.prompt_tokens, "token"))
        else:
            source = spec.prompt.source if spec and isinstance(spec.prompt, TemplatePrompt) else ""
            self.prompt.set_text(source, follow=False)
            self._prompt_part.note.setText("template, nothing was sent")

    def _show_settings(self, spec: RunSpec | None, state: RunState) -> None:
        facts: list[tuple[str, str]] = []
        if spec is not None:
            if isinstance(spec.prompt, TemplatePrompt):
                facts += [(name, _shown(value)) for name, value in spec.prompt.variables.items()]
            facts.append(("Sampling", describe_sampling(spec.sampling, spec.seed)))
            facts.append(("Mode", spec.mode.capitalize()))
            info = self._strategies.get(spec.strategy, NO_STRATEGY)
            facts += parameter_facts(info, spec.params)
            facts.append(("Model", spec.model))
            limits = [
                f"{name.removeprefix('max_')} {value:g}"
                for name in ("max_tokens", "max_calls", "max_seconds")
                if (value := getattr(spec.budget, name)) is not None
            ]
            facts.append(("Budget", ", ".join(limits) or "none"))
        if self._model.expected:
            facts.append(("Expected", _shown(self._model.expected)))
        facts += [("Note", note.text) for note in state.notes]
        if facts != self._facts:
            self._facts = facts
            self._settings_part.set_body(_facts_grid(facts))

    @Slot()
    def _recolour(self) -> None:
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(theme().pixmap(*self._icon_now, _ICON, ratio))
        word = self._state_word
        self._state_icon.setPixmap(theme().pixmap(word.icon, word.tone, 14, ratio))

    @Slot()
    def _on_copy(self) -> None:
        model = self._model
        if model.state is not None and model.run_id is not None:
            text = run_markdown(model.run_id, model.spec, model.state)
            QGuiApplication.clipboard().setText(text)


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _VALUE_CHARACTERS else f"{text[:_VALUE_CHARACTERS]}…"


def _facts_grid(facts: list[tuple[str, str]]) -> QWidget:
    body = QWidget()
    grid = QGridLayout(body)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    for index, (name, value) in enumerate(facts):
        shown = Label(value, "small", wrap=True)
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(Label(name, "small", "text-3"), index, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(shown, index, 1)
    return body
