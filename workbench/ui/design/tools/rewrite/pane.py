"""The Rewrite pane: ask a model for a rewrite and accept parts of its suggestion."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
)

from workbench.domain.prompts.versions import Hunk
from workbench.domain.text import count_text
from workbench.ui.design.tool_panes import SideContext, SidePane
from workbench.ui.design.tools.rewrite.model import RewriteModel
from workbench.ui.kit import (
    Banner,
    Button,
    GhostButton,
    Label,
    Section,
    StreamingText,
    column,
    row,
)
from workbench.ui.kit.text.diff_view import DiffView
from workbench.ui.kit.text.sending_text import SendingText
from workbench.ui.theme import font

_TEXT_HEIGHT = 52


class PartView(QFrame):
    """One change: a tick that takes it, and its lines."""

    def __init__(self, number: int, hunk: Hunk, lost: tuple[str, ...]) -> None:
        super().__init__()
        first, last = hunk.start + 1, hunk.start + len(hunk.old)
        place = f"line {first}" if last <= first else f"lines {first} to {last}"
        if not hunk.old:
            place = f"before line {first}"
        self.tick = QCheckBox(f"Part {number}, {place}")
        self.tick.setChecked(not lost)
        self.lost = Label(f"Without {', '.join(lost)}", "small", "warn")
        self.lost.setVisible(bool(lost))
        self.tick.setFont(font("body"))
        self.diff = _PartDiff(f"Part {number}")
        self.diff.show_lines(hunk.lines)
        self.setLayout(
            column(row(self.tick, self.lost, None), self.diff, margins=(12, 8, 8, 0), gap=4)
        )


class _PartDiff(DiffView):
    """A difference as high as its lines."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)

    @Slot()
    def _fit(self) -> None:
        self.setFixedHeight(max(round(self.document().size().height()), 24))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 24)


class RewritePane(SidePane):
    """What should be better over what is suggested."""

    def __init__(self, side: SideContext) -> None:
        super().__init__("Rewrite", side)
        self.model = RewriteModel(side)
        self.model.setParent(self)
        self.parts: list[PartView] = []
        self._drawn: object = None
        self.banner = Banner()
        self.goal = SendingText("What should be better", lines=3, height=_TEXT_HEIGHT)
        self.failing = SendingText("An answer that was not good", lines=3, height=_TEXT_HEIGHT)
        self.expected = SendingText("What it should have been", lines=3, height=_TEXT_HEIGHT)
        examples = QFrame()
        examples.setLayout(column(self.failing, self.expected, gap=6))
        self.example = Section("With an example", examples, opened=False)
        self.suggest = Button("Suggest")
        self.edit = GhostButton("Edit the request", tip="Open the prompt that asks for a rewrite")
        self.cancel = Button("Cancel", "stop")
        self.progress = Label("", "small", "text-2")
        self.output = StreamingText("What the model writes", "small", surface="panel")
        self.warnings = Label("", "small", "warn", wrap=True)
        self.summary = Label("", "body", "text-2", wrap=True)
        self.accept = Button("Accept chosen parts", "check")
        self.discard = GhostButton("Discard")
        self._build()
        self._connect()
        self._on_changed()

    def _build(self) -> None:
        ask = QFrame()
        ask.setProperty("rule", "bottom")
        ask.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        line = row(self.edit, None, self.progress, self.cancel, self.suggest)
        ask.setLayout(column(self.goal, self.example, line, margins=(12, 12, 12, 12), gap=8))
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 12)
        self._list.setSpacing(4)
        self._list.addStretch(1)
        inner = QFrame()
        inner.setLayout(self._list)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inner)
        self._result = QFrame()
        self._said = column(self.summary, self.warnings, margins=(12, 12, 12, 4), gap=4)
        actions = row(self.discard, None, self.accept, margins=(12, 8, 12, 12))
        layout = column(self._said, self._scroll, actions, gap=0)
        layout.setStretch(1, 1)
        self._result.setLayout(layout)
        self._writing = QFrame()
        self._writing.setLayout(column(self.output, margins=(12, 12, 12, 12), gap=0))
        self.body.addWidget(self.banner)
        self.body.addWidget(ask)
        self.body.addWidget(self._writing, 1)
        self.body.addWidget(self._result, 1)
        self.body.addStretch(0)

    def _connect(self) -> None:
        self.suggest.clicked.connect(self._on_suggest)
        self.cancel.clicked.connect(self.model.stop)
        self.edit.clicked.connect(self._on_edit)
        self.accept.clicked.connect(self._on_accept)
        self.discard.clicked.connect(self.model.discard)
        self.model.changed.connect(self._on_changed)
        self.model.failed.connect(self.banner.show_message)
        for words in (self.goal, self.failing, self.expected):
            words.sent.connect(self._on_suggest)

    def shown(self) -> None:
        """Begin with what should be better."""
        self.goal.setFocus()

    def primary(self) -> Button | None:
        """To take a suggestion where there is one, else to ask for one."""
        stage = self.model.stage
        return {"suggested": self.accept, "idle": self.suggest}.get(stage)

    def is_working(self) -> bool:
        return self.model.stage == "asking"

    # --- what the model says --------------------------------------------------------------------

    @Slot()
    def _on_changed(self) -> None:
        model = self.model
        asking = model.stage == "asking"
        self.suggest.setVisible(not asking)
        self.cancel.setVisible(asking)
        self.progress.setVisible(asking)
        self._writing.setVisible(asking)
        self._result.setVisible(model.stage == "suggested")
        if asking:
            self._show_progress()
        elif model.stage == "suggested":
            self._show_suggestion()
        self.primary_changed.emit()

    def _show_progress(self) -> None:
        state = self.model.run.state if self.model.run is not None else None
        samples = [s for call in state.calls.values() for s in call.samples] if state else []
        text = samples[0].text if samples else ""
        tokens = state.generated_tokens if state is not None else 0
        self.progress.setText(count_text(tokens, "token") if tokens else "Reading the prompt")
        self.output.set_text(text)

    def _show_suggestion(self) -> None:
        model = self.model
        if model.rewrite is None:
            return
        drawn = (model.base, model.rewrite.text)
        if self._drawn != drawn:
            self._drawn = drawn
            self._draw_parts(model.parts)
        self.summary.setText(self._sentence())
        self.warnings.setText("\n".join(f"\u26a0 {each}" for each in model.rewrite.problems))
        self.warnings.setVisible(bool(model.rewrite.problems))
        self._on_ticked()

    def _sentence(self) -> str:
        count = len(self.model.parts)
        if self.model.shown_elsewhere:
            return "This suggestion is for another prompt: open that one to take it over."
        if not count:
            return "Nothing differs from the text in the editor."
        words = "1 part differs." if count == 1 else f"{count} parts differ: tick those to take."
        if self.model.stale:
            words += (
                " The prompt was changed since this was asked for, and is compared as it is now."
            )
        return words

    def _draw_parts(self, hunks: tuple[Hunk, ...]) -> None:
        for part in self.parts:
            self._list.removeWidget(part)
            part.deleteLater()
        rewrite = self.model.rewrite
        assert rewrite is not None
        self.parts = [
            PartView(number, hunk, rewrite.loses(hunk))
            for number, hunk in enumerate(hunks, start=1)
        ]
        for index, part in enumerate(self.parts):
            part.tick.toggled.connect(self._on_ticked)
            self._list.insertWidget(index, part)

    @Slot()
    def _on_ticked(self) -> None:
        chosen = sum(part.tick.isChecked() for part in self.parts)
        self.accept.setEnabled(chosen > 0 and not self.model.shown_elsewhere)
        self.primary_changed.emit()
        every = chosen == len(self.parts)
        self.accept.set_text(
            "Accept all parts" if every else f"Accept {chosen} of {len(self.parts)} parts"
        )

    # --- user actions -------------------------------------------------------------------------

    @Slot()
    def _on_suggest(self) -> None:
        self.banner.hide()
        self._drawn = None
        self.model.ask(self.goal.text(), self.failing.text(), self.expected.text())

    @Slot()
    def _on_accept(self) -> None:
        chosen = frozenset(i for i, part in enumerate(self.parts) if part.tick.isChecked())
        if self.model.accept(chosen):
            self.side.work.editor.setFocus()
            self.side.window.notify(
                "The chosen parts are in the editor; Ctrl+Z takes them back.", "ok"
            )
        else:
            self.banner.show_message(
                "The prompt was changed meanwhile, so the parts were made again: check them.",
                "warn",
            )

    @Slot()
    def _on_edit(self) -> None:
        entries = [e for e in self.side.model.library if e.name == "rewrite.prompty"]
        own = [entry for entry in entries if entry.folder == "strategies"]
        if own:
            self.side.model.open(own[0].path)
