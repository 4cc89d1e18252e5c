"""Prompts in a message: when the list opens, its keys, and what becomes of the chosen prompt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from workbench.domain.chat import UNBEGUN
from workbench.domain.errors import UndefinedVariableError, WorkbenchError
from workbench.domain.prompts.library import PromptRecord
from workbench.domain.prompts.prompt import Preview, TemplateAnalysis
from workbench.domain.runs.spec import Json
from workbench.domain.text import Message
from workbench.ui.chat.slash.matching import AGAIN, Choice, fitting, typed_command, with_last
from workbench.ui.chat.slash.prompt_list import PromptList
from workbench.ui.chat.slash.slash_form import SlashForm
from workbench.ui.tasks import background, latest

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge
    from workbench.ui.chat.composer import Composer

_PREVIEW_MS = 200


class Opened(NamedTuple):
    """A prompt that was read."""

    choice: Choice
    text: str
    analysis: TemplateAnalysis

    @property
    def name(self) -> str:
        """Its folder and file, also where it is put in again."""
        return self.choice.name.removeprefix(f"{AGAIN}: ")


class Slash(QObject):
    """Lists prompts while a message begins with "/", and fills the message from one.

    Args:
        bridge: to the core.
        composer: the message box is there.
        open_design: opens the prompt of a path in Design.
    """

    def __init__(
        self, bridge: Bridge, composer: Composer, open_design: Callable[[str], None]
    ) -> None:
        super().__init__(composer)
        self._bridge = bridge
        self._composer = composer
        self._open_design = open_design
        self._records: Sequence[PromptRecord] | None = None
        self.opened: Opened | None = None
        self._left: dict[int, tuple[Opened, dict[str, Json]]] = {}
        """The forms of the conversations that are not shown, by their keys, until the end."""
        self.key = UNBEGUN
        """The conversation that the form is of."""
        self._last: Choice | None = None
        """The prompt that was put in last, with its values."""
        self.list = PromptList()
        self.list.chosen.connect(self.use)
        self.list.current_changed.connect(self._describe)
        self.form = SlashForm(bridge)
        self.form.hide()
        composer.put_form(self.form)
        self.form.changed.connect(self._on_values)
        self.form.as_text.connect(self.put_text)
        self.form.sent.connect(self.send)
        self.form.closed.connect(self.close)
        composer.form_sent.connect(self.send)
        composer.box.textChanged.connect(self._on_text)
        composer.box.installEventFilter(self)
        self._soon = QTimer(self, singleShot=True, interval=_PREVIEW_MS)
        self._soon.timeout.connect(self._render)

    @property
    def is_open(self) -> bool:
        """Whether the form of a prompt is shown."""
        return not self.form.isHidden()

    # --- the list -------------------------------------------------------------------------------

    @Slot()
    def _on_text(self) -> None:
        words = typed_command(self._composer.box.toPlainText())
        if words is None or self._composer.edited is not None:
            self.list.hide()
            self._records = None
        elif self._records is None:
            self._read()
        else:
            self._show(words)

    @latest
    async def _read(self) -> None:
        listing = await self._bridge.ask(lambda core: core.library.listing())
        words = typed_command(self._composer.box.toPlainText())
        if words is not None:
            self._records = listing.entries
            self._show(words)

    def _show(self, words: str) -> None:
        choices = with_last(fitting(self._records or (), words), self._last, words)
        self.list.show_choices(choices, self._composer)

    @latest
    async def _describe(self, choice: Choice | None) -> None:
        if choice is None:
            return
        try:
            found = await self._bridge.ask(_reading(choice))
        except WorkbenchError:
            return
        if self.list.current == choice:
            lines = found.text.split("\n")
            body = "\n".join(lines[max(found.analysis.body_line - 1, 0) :])
            self.list.show_analysis(choice, found.analysis, body)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys of the list, while it is shown."""
        if (
            not isinstance(event, QKeyEvent)
            or event.type() not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)
            or self.list.isHidden()
        ):
            return super().eventFilter(watched, event)
        choice, key = self.list.current, event.key()
        keys = Qt.Key
        if choice is None or key not in (
            keys.Key_Up, keys.Key_Down, keys.Key_Return, keys.Key_Enter, keys.Key_Tab,
            keys.Key_Escape,
        ):  # fmt: skip
            return super().eventFilter(watched, event)
        event.accept()
        if event.type() == QEvent.Type.ShortcutOverride:
            return True
        if key in (keys.Key_Up, keys.Key_Down):
            self.list.step(1 if key == keys.Key_Down else -1)
        elif key == keys.Key_Escape:
            self.list.hide()
        elif key == keys.Key_Tab:
            self.use(choice, as_text=True)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._composer.box.clear()
            self._open_design(choice.record.path)
        else:
            self.use(choice)
        return True

    # --- the form -------------------------------------------------------------------------------

    @background
    async def use(self, choice: Choice, *, as_text: bool = False) -> None:
        """Put a prompt into the message: with its form, or its sample as text."""
        self.list.hide()
        try:
            found = await self._bridge.ask(_reading(choice))
        except WorkbenchError as error:
            self._composer.show_problem(str(error))
            return
        self._composer.box.clear()
        again = choice.values
        if as_text or not found.analysis.inputs:
            await self._put(found, dict(found.analysis.sample if again is None else again))
            return
        self._open(found, again or {})
        self._composer.take_focus()

    def _open(self, found: Opened, values: Mapping[str, Json]) -> None:
        """Show the form of a prompt."""
        self.opened = found
        self._composer.show_form_text("")
        self.form.show_prompt(found.name, found.analysis, values)
        self._composer.show_form(shown=True)
        self._soon.start()

    def show_for(self, key: int) -> None:
        """Another conversation is shown: the form that was left in it comes back."""
        if key == self.key:
            return
        if self.opened is not None:
            self._left[self.key] = self.opened, self.form.fields.values()
        self.key, left = key, self._left.pop(key, None)
        had_focus = self.form.isAncestorOf(QApplication.focusWidget() or self._composer)
        self.list.hide()
        if left is not None:
            self._open(*left)
        elif self.opened is not None:
            self.opened = None
            self._composer.show_form(shown=False)
        if had_focus:
            self._composer.take_focus()

    def _remember(self, found: Opened, values: dict[str, Json]) -> None:
        """Keep what "/again" puts in, until the program ends."""
        self._last = Choice(found.name, found.choice.record, dict(values))

    async def _put(self, found: Opened, values: dict[str, object]) -> None:
        """Render a prompt and make its text the message."""
        path, text = found.choice.record.path, found.text
        self._remember(found, values)
        preview = await self._bridge.ask(
            lambda core: core.prompts.preview(text, path, values, unfilled=True)
        )
        if preview.error:
            self._composer.show_problem(str(WorkbenchError.from_wire(preview.error)))
            return
        self._composer.take_text(message_text(preview.messages))

    @Slot()
    def _on_values(self) -> None:
        self._soon.start()

    @latest
    async def _render(self) -> None:
        """Render with the values of the fields, to say how long it is."""
        preview = await self._rendered()
        if preview is not None:
            self._composer.show_form_text(message_text(preview.messages))
            self.form.show_tokens(preview.prompt_tokens, problem_of(preview))

    async def _rendered(self) -> Preview | None:
        opened = self.opened
        if opened is None:
            return None
        path, text, values = opened.choice.record.path, opened.text, self.form.fields.values()
        found: Preview = await self._bridge.ask(
            lambda core: core.prompts.preview(text, path, values)
        )
        return found

    @background
    async def put_text(self) -> None:
        """The rendered text becomes the message, to be changed before it is sent."""
        await self._finish(send=False)

    @background
    async def send(self) -> None:
        """Send the rendered text."""
        await self._finish(send=True)

    async def _finish(self, *, send: bool) -> None:
        preview = await self._rendered()
        if preview is None or not self.is_open:
            return
        problem = problem_of(preview)
        self.form.show_tokens(preview.prompt_tokens, problem)
        if problem:
            return
        text = message_text(preview.messages)
        if self.opened is not None:
            self._remember(self.opened, self.form.fields.values())
        self.close()
        if send:
            self._composer.send_text(text)
        else:
            self._composer.take_text(text)

    @Slot()
    def close(self) -> None:
        """Take the form away."""
        self.opened = None
        self._composer.show_form(shown=False)
        self._composer.box.setFocus()


def _reading(choice: Choice) -> Callable[[Workbench], Awaitable[Opened]]:
    """Reads the text of a prompt and what it asks for."""
    path = choice.record.path

    async def read(core: Workbench) -> Opened:
        prompt = await core.prompt_files.read(path)
        return Opened(choice, prompt.text, await core.prompts.analyse(prompt.text, path))

    return read


def problem_of(preview: Preview) -> str:
    """Why a prompt cannot be sent yet, "" where it can."""
    if not preview.error:
        return ""
    error = WorkbenchError.from_wire(preview.error)
    if isinstance(error, UndefinedVariableError) and error.names:
        return f"{' and '.join(error.names)} {'is' if len(error.names) == 1 else 'are'} empty"
    return str(error)


def message_text(messages: Sequence[Message]) -> str:
    """The text of a rendered prompt as one message of the user."""
    return "\n\n".join(each.text.strip() for each in messages if each.text.strip())
