"""Where the options of a run come from: the prompt's front matter, or the user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame

from workbench.domain.parameters import describe
from workbench.domain.prompts.model_options import words_of_option
from workbench.domain.runs.sampling import Sampling
from workbench.ui.kit.buttons import Button
from workbench.ui.kit.label import Label
from workbench.ui.kit.panes.layout import column, row

_FIELDS = {field.name: field for field in describe(Sampling)}
_LINES = 2


class Origins(NamedTuple):
    """Options that a prompt's front matter gives, and those that the user changed."""

    given: Mapping[str, Any]
    changed: Mapping[str, Any]

    @property
    def kept(self) -> dict[str, Any]:
        """The options of the front matter that apply unchanged."""
        return {name: value for name, value in self.given.items() if name not in self.changed}

    @property
    def short(self) -> str:
        """How many of each: "2 from prompt, 1 changed"; "" where the front matter gives none."""
        if not self.given:
            return ""
        parts = [f"{len(self.kept)} from prompt"] if self.kept else []
        parts += [f"{len(self.changed)} changed"] if self.changed else []
        return ", ".join(parts)

    @property
    def lines(self) -> tuple[str, ...]:
        """All of them in words, a line for each origin."""
        found = []
        if self.kept:
            message = [words_of_option(*each) for each in self.kept.items()]
            found.append(f"From the prompt: {', '.join(message)}")
        if self.changed:
            changes = [self._change(*each) for each in self.changed.items()]
            found.append(f"Changed here: {', '.join(changes)}")
        return tuple(found)

    def _change(self, name: str, value: Any) -> str:
        words = words_of_option(name, value)
        field = _FIELDS.get(name)
        if name == "seed" and not value:
            words = "a new seed each time"
        elif field is not None and field.lowest and value == field.minimum:
            words = f"{name.replace('_', ' ')} {field.lowest.lower()}"
        if name not in self.given:
            return words
        was = words_of_option(name, self.given[name]).removeprefix(name.replace("_", " ")).strip()
        return f"{words} (prompt: {was or 'another'})"


class OptionOrigins(QFrame):
    """The origins below the form, with the ways back and forth.

    Where changes can be written it is always there, with room for what is usual to say: a first
    change moves no field.

    Args:
        writes: whether changes can be written into the prompt from here.

    Signals:
        reset_wanted(): the prompt's options are to count again.
        write_wanted(): the changes are to be written into the prompt.
    """

    reset_wanted = Signal()
    write_wanted = Signal()

    def __init__(self, *, writes: bool) -> None:
        super().__init__()
        self.words = Label("", "small", "text-2", wrap=True)
        self.reset = Button(
            "Back to the prompt's", "undo", tip="Use the options of its front matter again"
        )
        self.write = Button(
            "Write into the prompt", "edit", tip="Put the changes into its front matter"
        )
        self.reset.clicked.connect(self.reset_wanted)
        self.write.clicked.connect(self.write_wanted)
        self._writes = writes
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        if writes:
            self.words.setMinimumHeight(_LINES * self.words.fontMetrics().lineSpacing())
            for button in (self.reset, self.write):
                policy = button.sizePolicy()
                policy.setRetainSizeWhenHidden(True)
                button.setSizePolicy(policy)
        self.setLayout(column(self.words, row(self.write, self.reset, None, gap=8), gap=8))
        self._say(Origins({}, {}))
        if not writes:  # shown with its parent otherwise: by itself it would be a window
            self.hide()

    def show_origins(self, origins: Origins) -> None:
        """Show them; hidden where there is nothing to say and nothing to write."""
        self._say(origins)
        self.setHidden(not (self._writes or origins.given))

    def _say(self, origins: Origins) -> None:
        self.words.setText("\n".join(origins.lines) or "Nothing is changed here")
        self.reset.setVisible(bool(origins.given.keys() & origins.changed.keys()))
        self.write.setVisible(self._writes and bool(origins.changed))
