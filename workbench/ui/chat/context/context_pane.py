"""The pane at the right: how full the context is, what the model does not see, summaries."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from workbench.domain.chat_context import ContextReport
from workbench.domain.text import count_text
from workbench.ui.chat.context.boundary import DashedLine
from workbench.ui.chat.context.gauge import ContextGauge
from workbench.ui.kit import Button, IconButton, Label, Pane, Switch, column, row
from workbench.ui.kit.label import set_tone

_LEAST_HEIGHT = 300


class ContextPane(Pane):
    """Shows what the next answer is made from.

    Signals:
        closed(). thoughts_changed(): thoughts are to be sent back, or not.
        summary_wanted(): of all that is above.
    """

    closed = Signal()
    thoughts_changed = Signal()
    summary_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Context")
        self.setAccessibleName("Context")
        self.setMinimumHeight(_LEAST_HEIGHT)
        self.used = Label("", "body-strong")
        self.context_size = Label("", "body", "text-2")
        close = IconButton("close", "Close the context", size=24, glyph=14)
        close.clicked.connect(self.closed)
        for each in (self.used, self.context_size, close):
            self.header.addWidget(each)
        self.uncounted = Label("", "small", "text-3", wrap=True)
        self.gauge = ContextGauge()
        self.over = Label("", "small", "bad", wrap=True)
        self.line = DashedLine("below, the model sees nothing")
        self.dropped_name = Label("", "small", "text-3")
        self.dropped = Label("", "small", "text-3")
        self.thoughts_name = Label("Thoughts", "small", "warn")
        self.thoughts = Label("", "small", "warn")
        self.thoughts_name.setToolTip("Dropped by the chat template: the model does not get them")
        self._below = QWidget()
        self._dropped_row = _line(self.dropped_name, self.dropped)
        self._thoughts_row = _line(self.thoughts_name, self.thoughts)
        self._below.setLayout(column(self.line, self._dropped_row, self._thoughts_row, gap=6))
        self.notes = Label("", "small", "text-3", wrap=True)
        self.send_thoughts = Switch(
            "Send thoughts back",
            tip="Ask the chat template to keep the thoughts of earlier answers. It decides.",
        )
        self.send_thoughts.toggled.connect(self.thoughts_changed)
        self.summarise = Button("Summarise what is above")
        self.summarise.setToolTip(
            "The model sums up all messages until here. They are not sent from then on; delete the "
            "summary to have them back."
        )
        self.summarise.clicked.connect(self.summary_wanted)
        content = QWidget()
        content.setLayout(
            column(
                self.uncounted,
                self.gauge,
                self.over,
                self._below,
                self.notes,
                None,
                self.send_thoughts,
                row(self.summarise, None),
                margins=(16, 12, 16, 16),
                gap=12,
            )
        )
        scroll = QScrollArea()
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(scroll, 1)

    def show_report(self, report: ContextReport) -> None:
        """Show what is counted, or why nothing is."""
        self.uncounted.setText(report.uncounted)
        self.uncounted.setVisible(bool(report.uncounted))
        counted = not report.uncounted
        self.gauge.setVisible(counted)
        if counted:
            self.gauge.show_report(report)
        self.used.setText(f"{report.used:,}" if counted else "")
        set_tone(self.used, "bad" if report.over_tokens else "text")
        self.context_size.setText(f"/ {report.context:,}" if counted else "")
        over = count_text(report.over_tokens, "token")
        self.over.setText(f"The message is too long by {over}." if report.over_tokens else "")
        self.over.setVisible(bool(report.over_tokens))
        messages = count_text(report.dropped_messages, "earlier message")
        self.dropped_name.setText(messages)
        tokens = report.dropped_tokens
        self.dropped.setText("" if tokens is None else f"{tokens:,}")
        self._dropped_row.setVisible(bool(report.dropped_messages))
        self.thoughts.setText(f"{report.dropped_thoughts:,}")
        self._thoughts_row.setVisible(bool(report.dropped_thoughts))
        self._below.setVisible(bool(report.dropped_messages or report.dropped_thoughts))
        self.notes.setText("\n".join(report.notes))
        self.notes.setVisible(bool(report.notes))


def _line(name: Label, number: Label) -> QWidget:
    made = QWidget()
    made.setLayout(row(20, name, None, number, gap=0))
    return made
