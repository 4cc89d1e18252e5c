"""Preferences of the window: appearance and default sampling, kept in the window's file."""

from __future__ import annotations

from typing import Any, TypeVar, get_args

import msgspec
from PySide6.QtCore import QObject, QSettings, Signal, Slot

from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import KvMode
from workbench.ui.chat.afterwards.choices import NOTIFY_SECONDS, after_answers
from workbench.ui.kit.forms.sampling_defaults import sampling_defaults
from workbench.ui.kit.motion import MotionChoice, choose_motion
from workbench.ui.markdown.code_look import code_look
from workbench.ui.theme import TEXT_SCALES, ThemeChoice, theme

T = TypeVar("T")
_NOTIFY_SECONDS = 30


class _SeedAndMode(msgspec.Struct):
    seed: int = 0
    mode: KvMode = "fast"


class Preferences(QObject):
    """Applies choices at once and keeps them.

    Args:
        settings: the window's file.

    Signals:
        changed(): something was chosen.
    """

    changed = Signal()

    def __init__(self, settings: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        after_answers().changed.connect(self._on_after_answers)
        sampling_defaults().changed.connect(self._on_sampling)
        code_look().wrap_changed.connect(self._on_wrap)

    @property
    def theme(self) -> ThemeChoice:
        """System, light or dark."""
        return _one_of(self._settings.value("theme"), get_args(ThemeChoice), "system")

    @property
    def text_scale(self) -> float:
        """The size of text, one of :data:`TEXT_SCALES`."""
        try:
            found = float(str(self._settings.value("text_scale", 1.0)))
        except ValueError:
            return 1.0
        return min(TEXT_SCALES, key=lambda scale: abs(scale - found))

    @property
    def editor_family(self) -> str:
        """The family of prompts and code, "" for the program's own."""
        return str(self._settings.value("editor_family", "") or "")

    @property
    def motion(self) -> MotionChoice:
        """Whether things may move."""
        return _one_of(self._settings.value("motion"), get_args(MotionChoice), "system")

    @property
    def sampling(self) -> dict[str, Any]:
        """The default sampling where it is not the program's own; {} if it cannot be read."""
        try:
            found = msgspec.json.decode(
                str(self._settings.value("sampling", "{}")), type=dict[str, Any]
            )
            plain = {name: value for name, value in found.items() if name not in ("seed", "mode")}
            msgspec.convert(plain, Sampling)
            msgspec.convert(found, _SeedAndMode)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return {}
        return found

    @property
    def wraps_code(self) -> bool:
        """Whether long lines of code in answers are wrapped."""
        return _is_on(self._settings.value("wrap_code"))

    @property
    def suggests_titles(self) -> bool:
        """Whether the loaded model suggests a title after the first answer of a conversation."""
        return _is_on(self._settings.value("suggest_titles"), default=True)

    @property
    def notify_seconds(self) -> int:
        """From how long an answer on there is a notification when it ends; 0 is never."""
        found = str(self._settings.value("notify_seconds", _NOTIFY_SECONDS))
        return int(found) if found in map(str, NOTIFY_SECONDS) else _NOTIFY_SECONDS

    @property
    def keys(self) -> dict[str, str]:
        """Keys that were chosen for commands, by their ids; {} if they cannot be read."""
        try:
            found = str(self._settings.value("keys", "{}"))
            return msgspec.json.decode(found, type=dict[str, str])
        except msgspec.DecodeError:  # also where it is something else
            return {}

    def keep_keys(self, keys: dict[str, str]) -> None:
        """Keep the keys of the commands that have others than at first."""
        self._keep("keys", msgspec.json.encode(keys).decode())

    def apply(self) -> None:
        """Put on what is kept; the theme must be installed."""
        theme().choose(self.theme)
        theme().set_text(self.text_scale, self.editor_family)
        choose_motion(self.motion)
        sampling_defaults().choose(self.sampling)
        code_look().set_wraps(self.wraps_code)
        after_answers().choose(
            suggests_titles=self.suggests_titles, notify_seconds=self.notify_seconds
        )

    @Slot(object, object)
    def _on_sampling(self, _before: object, _now: object) -> None:
        different = sampling_defaults().different()
        self._keep("sampling", msgspec.json.encode(different).decode())

    @Slot()
    def _on_after_answers(self) -> None:
        self._keep("suggest_titles", after_answers().suggests_titles)
        self._keep("notify_seconds", after_answers().notify_seconds)

    @Slot()
    def _on_wrap(self) -> None:
        self._keep("wrap_code", code_look().wraps)

    def choose_theme(self, choice: ThemeChoice) -> None:
        """Follow the system, or stay light or dark."""
        self._keep("theme", choice)
        theme().choose(choice)

    def choose_text_scale(self, scale: float) -> None:
        """Another size of all text."""
        self._keep("text_scale", scale)
        theme().set_text(scale, self.editor_family)

    def choose_editor_family(self, family: str) -> None:
        """Another font for prompts and code; "" is the program's own."""
        self._keep("editor_family", family)
        theme().set_text(self.text_scale, family)

    def choose_motion(self, choice: MotionChoice) -> None:
        """Whether things may move, from now on."""
        self._keep("motion", choice)
        choose_motion(choice)

    def step_text(self, by: int) -> None:
        """Larger (1) or smaller (-1) text, up to the ends; 0 is the size of the design."""
        place = TEXT_SCALES.index(self.text_scale) + by if by else TEXT_SCALES.index(1.0)
        self.choose_text_scale(TEXT_SCALES[min(max(place, 0), len(TEXT_SCALES) - 1)])

    def _keep(self, name: str, value: object) -> None:
        self._settings.setValue(name, value)
        self.changed.emit()


def _is_on(value: object, *, default: bool = False) -> bool:
    """A kept switch: the file has words, the running program values."""
    return default if value is None else str(value).lower() in ("true", "1")


def _one_of(value: object, choices: tuple[T, ...], default: T) -> T:
    return value if value in choices else default
