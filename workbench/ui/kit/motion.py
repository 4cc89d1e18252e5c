"""Animation setting: whether widgets may animate (reduced motion)."""

from __future__ import annotations

from typing import Literal

from PySide6.QtGui import QGuiApplication

MotionChoice = Literal["system", "full", "reduced"]

_chosen: MotionChoice = "system"


def choose_motion(choice: MotionChoice) -> None:
    """Let things move, or not, or do as the system says."""
    global _chosen  # noqa: PLW0603 - one choice for one application, as the theme
    _chosen = choice


def motion_reduced() -> bool:
    """Whether nothing should move: chosen in Settings, else what the system asks for.

    Qt before 6.12 cannot read the system's setting; then things move.
    """
    if _chosen != "system":
        return _chosen == "reduced"
    hints = QGuiApplication.styleHints().accessibility()
    preference = getattr(hints, "motionPreference", None)
    return preference is not None and preference().name == "ReducedMotion"
