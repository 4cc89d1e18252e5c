"""Appearance settings: theme, text size, motion, editor font."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QFontDatabase

from workbench.ui.kit import Chooser, Segmented
from workbench.ui.kit.motion import MotionChoice
from workbench.ui.preferences import Preferences
from workbench.ui.settings.parts import Group, line
from workbench.ui.theme import TEXT_SCALES, ThemeChoice

_THEMES: tuple[ThemeChoice, ...] = ("system", "light", "dark")
_MOTIONS: tuple[MotionChoice, ...] = ("system", "full", "reduced")
_OWN_FAMILY = "JetBrains Mono"
_OWN_FAMILIES = (_OWN_FAMILY, "Workbench Mono")


class Appearance(Group):
    """How the window looks; every choice is applied at once.

    Args:
        preferences: where choices are applied and kept.
    """

    def __init__(self, preferences: Preferences) -> None:
        super().__init__("Appearance")
        self._preferences = preferences
        self.theme = Segmented("Theme", ("As the system", "Light", "Dark"))
        self.text_size = Chooser("Text size", width=160)
        for scale in TEXT_SCALES:
            self.text_size.add_choice(f"{scale:.0%}".replace("%", " %"), scale)
        self.motion = Segmented("Motion", ("As the system", "Full", "Reduced"))
        self.family = Chooser("Editor font", width=320)
        self.family.add_choice(_OWN_FAMILY, "", note="comes with the program")
        for family in QFontDatabase.families():
            if QFontDatabase.isFixedPitch(family) and family not in _OWN_FAMILIES:
                self.family.add_choice(family, family)
        self.add(
            line("Theme", self.theme),
            line(
                "Text size",
                self.text_size,
                note="Larger and smaller text have keys too, which work anywhere.",
            ),
            line("Motion", self.motion, note="Reduced: nothing fades, pulses or slides."),
            line("Editor font", self.family, note="For prompts, code and tokens."),
        )
        self.show_choices()
        self.theme.chosen.connect(self._on_theme)
        self.text_size.activated.connect(self._on_size)
        self.motion.chosen.connect(self._on_motion)
        self.family.activated.connect(self._on_family)
        preferences.changed.connect(self.show_choices)

    @Slot()
    def show_choices(self) -> None:
        """Show what counts now, wherever it was chosen."""
        kept = self._preferences
        self.theme.show_choice(_THEMES.index(kept.theme))
        self.motion.show_choice(_MOTIONS.index(kept.motion))
        self.text_size.choose(kept.text_scale)
        if not self.family.choose(kept.editor_family):
            self.family.add_choice(kept.editor_family, kept.editor_family, note="not installed")
            self.family.choose(kept.editor_family)

    @Slot(int)
    def _on_theme(self, index: int) -> None:
        self._preferences.choose_theme(_THEMES[index])

    @Slot(int)
    def _on_size(self, _index: int) -> None:
        self._preferences.choose_text_scale(self.text_size.currentData())

    @Slot(int)
    def _on_motion(self, index: int) -> None:
        self._preferences.choose_motion(_MOTIONS[index])

    @Slot(int)
    def _on_family(self, _index: int) -> None:
        self._preferences.choose_editor_family(self.family.currentData())
