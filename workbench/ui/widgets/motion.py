"""Whether the person wants things to move."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication


def motion_reduced() -> bool:
    """Whether the system asks for no animations; False where Qt (before 6.12) cannot tell."""
    hints = QGuiApplication.styleHints().accessibility()
    preference = getattr(hints, "motionPreference", None)
    return preference is not None and preference().name == "ReducedMotion"
